"""What one file gives: parts of tables for storage, faults, and where each row went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gm_workbench.intake.faults import Fault
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry

Flags = npt.NDArray[np.bool_]
UInt64s = npt.NDArray[np.uint64]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

WHOLE_TABLE = "all"
"""Period and part of a table that has no month of its own: spells, rosters, introductions."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Which rows each reason concerns; all arrays have one flag for each row of the file, in its order."""

    rows: int
    of: Mapping[Reason, Flags] = field(default_factory=dict)

    def any_of(self, *reasons: Reason) -> Flags:
        """Give the rows that at least one of these reasons concerns; of all reasons when none is named."""
        chosen = [self.of[reason] for reason in reasons or self.of if reason in self.of]
        return np.logical_or.reduce(chosen) if chosen else np.zeros(self.rows, dtype=bool)


class Piece(Protocol):
    """A part, wherever its rows are: in memory (`Part`), or already on the disk."""

    @property
    def table(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def keys(self) -> UInt64s: ...
    @property
    def data(self) -> pa.Table: ...

    def same(self, other: Any) -> bool:
        """Whether both hold the same rows in the same order."""
        ...

    def only(self, rows: Flags) -> Part:
        """Give the part with these of its rows."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table and month (or wave, or `WHOLE_TABLE`) that one file gives.

    Attributes
    ----------
    table : str
        Name of a logical table.
    period : str
        The year that it is stored under (``2023``), or `WHOLE_TABLE`.
    name : str
        Which part within the period: ``202301``, ``T0``, or `WHOLE_TABLE`. A correction replaces a part.
    data : pyarrow.Table
        In the order of the schema, pseudonyms as dictionary<int32, string>; string, int32 and double only.
    keys : ndarray of uint64, shape (rows,)
        A keyed hash of each row's key: two files of one part are told apart by what they share of these. Never stored.
    """

    table: str
    period: str
    name: str
    data: pa.Table
    keys: UInt64s

    def same(self, other: Part) -> bool:
        """Whether both hold the same rows in the same order."""
        return bool(self.data.equals(other.data))

    def only(self, rows: Flags) -> Part:
        """Give the part with these of its rows; its dictionaries name nobody else."""
        return replace(self, data=anew(self.data.filter(pa.array(rows))), keys=self.keys[rows])


def anew(data: pa.Table) -> pa.Table:
    """Make dictionaries of pseudonyms anew: the old ones would still name who is in no row."""
    for place, column in enumerate(data.columns):
        if pa.types.is_dictionary(column.type):
            data = data.set_column(place, data.field(place), column.cast(pa.string()).cast(column.type))
    return data


@dataclass(frozen=True, slots=True)
class FileRows:
    """All that one file gives. `source` names the declaration by which it was read; no parts when it is refused."""

    file: str
    source: str
    parts: tuple[Piece, ...]
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
