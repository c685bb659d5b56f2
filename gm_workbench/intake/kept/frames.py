"""Tables of pandas ↔ parts for storage, and a stored table as the frame that notebooks get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from gm_workbench.intake.kept.catalog import Catalog
from gm_workbench.intake.kept.partitions import PSEUDONYMS, read
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.schemas import Column, Kind, Table
from gm_workbench.vocabulary.tables import TABLES

_TYPES = {
    Kind.PSEUDONYM: PSEUDONYMS,
    Kind.MONTH: pa.int32(),
    Kind.MAYBE_MONTH: pa.int32(),
    Kind.WHOLE: pa.int32(),
    Kind.NUMBER: pa.float64(),
}


def arrow_type(column: Column) -> pa.DataType:
    """Say how a column is stored."""
    return _TYPES.get(column.kind, pa.string())


def frame_of(stored: pa.Table, table: type[Table]) -> pd.DataFrame:
    """Give a stored table as a frame, sorted by its key: text, int32, nullable Int32 where a month may be missing, float64."""
    ordered = stored.take(_order(stored, [name for name in table.key if name in stored.column_names]))
    names = [name for name in table.column_names() if name in ordered.column_names]
    return pd.DataFrame({name: _series(ordered.column(name), table.column(name).kind) for name in names})


def _order(stored: pa.Table, key: Sequence[str]) -> npt.NDArray[np.int64]:
    """Give the order of rows by a key; equal ones stay as they came."""
    if not key or not stored.num_rows:
        return np.arange(stored.num_rows)
    ranks = [_ranks(stored.column(name)) for name in key]
    sizes = [int(one.max()) + 1 for one in ranks]
    if math.prod(sizes) > np.iinfo(np.int64).max:
        return np.lexsort(ranks[::-1]).astype(np.int64)
    # one number instead of several: parts are sorted by themselves, and a stable sort goes along with what is sorted already
    return np.argsort(np.ravel_multi_index(ranks, sizes), kind="stable").astype(np.int64)


def _ranks(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Number the values of a column in their order, from 0; text is only sorted once for each distinct value."""
    if pa.types.is_int32(column.type):
        numbers = np.asarray(column.to_numpy(), dtype=np.int64)
        return np.asarray(numbers - numbers.min(), dtype=np.int64)
    whole = column.unify_dictionaries().combine_chunks()
    encoded = whole if column.type == PSEUDONYMS else whole.dictionary_encode()
    ranks = np.argsort(np.argsort(encoded.dictionary.to_numpy(zero_copy_only=False)))
    return np.asarray(ranks[encoded.indices.to_numpy()], dtype=np.int64)


def _series(column: pa.ChunkedArray, kind: Kind) -> pd.Series:
    if kind is Kind.MAYBE_MONTH:
        absent = column.is_null().to_numpy()
        return pd.Series(pd.arrays.IntegerArray(column.fill_null(0).to_numpy().astype(np.int32), absent))
    series: pd.Series = (column.cast(pa.large_string()) if column.type == PSEUDONYMS else column).to_pandas()
    return series  # large: how pandas keeps text, so that it is written out once


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables in force of a place. Each is read when it is asked for, and only what is asked of it."""

    folder: Path
    catalog: Catalog

    @property
    def names(self) -> tuple[str, ...]:
        """Name the tables that are there, in the order of the vocabulary."""
        there = {path.split("/")[1] for path in self.catalog.parts}
        return tuple(name for name in TABLES if name in there)

    def frame(self, name: str, columns: Sequence[str] | None = None, period: Period | None = None) -> pd.DataFrame:
        """Read a table, sorted by its key.

        Parameters
        ----------
        name : str
            One of `names`; of another, a frame without rows and columns.
        columns : sequence of str, optional
            Default all that were delivered.
        period : Period, optional
            Months to read; default all.

        Raises
        ------
        DamagedPart
            If a stored part is not what was written.
        """
        table = TABLES[name]
        wanted = None if columns is None else [*dict.fromkeys((*table.key, *columns))]
        frame = frame_of(read(self.folder, name, wanted, period, self.catalog), table)
        return frame if columns is None else frame[[column for column in columns if column in frame.columns]]
