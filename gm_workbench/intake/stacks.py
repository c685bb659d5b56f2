"""All files of one layout laid on top of each other, so that every rule runs once over all rows of a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.declared.grammar import Transform
from gm_workbench.intake.faults import Fault, english, masked
from gm_workbench.intake.identity import whole_number
from gm_workbench.intake.layouts import MONTH_PAIR, Layout
from gm_workbench.intake.readers import Sheet
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.values import Column, Typed


@dataclass(frozen=True, slots=True)
class Stack:
    """The rows of all files of one layout. `file` and `line` say where each row stands."""

    layout: Layout
    files: tuple[str, ...]
    file: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]
    columns: Mapping[str, Column]

    @property
    def extra_headers(self) -> tuple[str, ...]:
        """Headers that are no feature of the layout: the items of a questionnaire."""
        return tuple(header for header in self.columns if header not in self.layout.headers)

    def faults(self, rows: npt.NDArray[np.bool_], reason: Reason, header: str, problem: str, remedy: str) -> list[Fault]:
        """Make one fault per file in which rows are marked, at the first such line."""
        marked = np.flatnonzero(rows)
        files, first, counts = np.unique(self.file[marked], return_index=True, return_counts=True)
        return [
            english(reason, masked(self.files[file]), problem, remedy, int(self.line[marked[at]]), header, int(count))
            for file, at, count in zip(files, first, counts, strict=True)
        ]


def stack(sheets: Sequence[Sheet]) -> Stack:
    """Lay the sheets of one layout on top of each other; an item that a file has not was not asked there."""
    cells = pa.concat_tables([sheet.cells for sheet in sheets], promote_options="default")
    filled = {name: pc.fill_null(cells.column(name), "") for name in cells.column_names}
    lengths = [len(sheet.lines) for sheet in sheets]
    return Stack(
        layout=sheets[0].layout,
        files=tuple(sheet.name for sheet in sheets),
        file=np.repeat(np.arange(len(sheets)), lengths),
        line=np.concatenate([sheet.lines for sheet in sheets]),
        columns={name: Column.encode(column) for name, column in filled.items()},
    )


@dataclass(frozen=True, slots=True)
class TypedStack:
    """A stack whose features have been read; `typed` holds them by header."""

    stack: Stack
    typed: Mapping[str, Typed]

    @property
    def layout(self) -> Layout:
        return self.stack.layout

    def spread(self, header: str) -> npt.NDArray[np.float64]:
        """Give the numbers of a raw column per row; what is empty or bad is NaN."""
        distinct = [np.nan if value is None else float(value) for value in self.typed[header].results]
        return np.array([*distinct, np.nan])[self.stack.columns[header].index]

    def months(self) -> npt.NDArray[np.float64]:
        """Give the month index per row of a layout that has year and month apart."""
        year, month = (self._header_of(transform) for transform in MONTH_PAIR)
        return 12 * self.spread(year) + self.spread(month) - 1

    def _header_of(self, transform: Transform) -> str:
        return next(feature.header for feature in self.layout.features if feature.transform is transform)

    def numbers(self, column: str) -> npt.NDArray[np.float64]:
        """Give the numbers of a logical column per row; what is empty or bad is NaN."""
        if column in self.layout.ratios:
            above, below = self.layout.ratios[column]
            return self.spread(above) / self.spread(below)
        headers = self.layout.source_of(column)
        return self.spread(headers[0]) if len(headers) == 1 else self.months()

    def same(self, column: str) -> npt.NDArray[np.int64]:
        """Give a whole number per row that is equal where the logical column is equal, and -1 where it is empty or bad."""
        headers = self.layout.source_of(column)
        if len(headers) > 1:
            months = self.months()
            return np.where(np.isnan(months), -1, months).astype(np.int64)
        whole = self.layout.feature(headers[0]).transform is Transform.IDENTIFIER
        results = (whole_number(str(value)) if whole and value else value for value in self.typed[headers[0]].results)
        distinct = np.array([*results, None], dtype=object)
        return pd.factorize(distinct)[0][self.stack.columns[headers[0]].index].astype(np.int64)
