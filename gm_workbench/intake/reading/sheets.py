"""Workbooks (`.xlsx`, `.ods`, `.xls`) → one grid for each sheet. Runs in the child only: the reader is Rust."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import SheetVisibleEnum, load_workbook

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.reading.cells import CELLS, ERROR, as_text
from gm_workbench.intake.reading.grid import Facts, Grid, too_large
from gm_workbench.intake.reading.long_text import longest_text
from gm_workbench.intake.reading.sheet_marks import Marks, marks_of


def sheet_tables(path: Path, limits: Limits) -> Iterator[Grid]:
    """Give the cells of every sheet that has any, as text; blank rows are left out and blank columns at the end too.

    A cell with an error holds `cells.ERROR`, because the reader itself gives an empty text for it without a word; one that is
    shown as a percentage is written as one (0.25 is ``25%``). A sheet that is hidden beside others that are not is not read.
    """
    if zipfile.is_zipfile(path) and _holds_long_text(path, limits.cell_bytes):
        yield too_large("cell", 0, limits.cell_bytes)
        return
    book = _book(path)
    marks = marks_of(path) if zipfile.is_zipfile(path) else {}
    sheets = [(name, book.get_sheet_by_index(position)) for position, name in enumerate(book.sheet_names)]
    there = [(name, sheet) for name, sheet in sheets if sheet.end is not None]
    shown = [(name, sheet) for name, sheet in there if name not in _hidden(book)] or there
    for at, (name, sheet) in enumerate(shown):
        yield _grid(sheet, name, marks.get(name, Marks()), limits, 0 if at else len(there) - len(shown))


def _book(path: Path) -> Any:
    """Open a workbook by what is in it; by its path the reader would believe the extension."""
    with path.open("rb") as file:
        return load_workbook(file)


def _hidden(book: Any) -> set[str]:
    return {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}


def _holds_long_text(path: Path, most: int) -> bool:
    """Say whether a text is too long, before a reader gives it to each of the cells that share it."""
    with zipfile.ZipFile(path) as packed:
        members = [name for name in packed.namelist() if name in ("xl/sharedStrings.xml", "content.xml")]
        return any(longest_text(packed.open(name), most) > most for name in members)


def _grid(sheet: Any, name: str, marks: Marks, limits: Limits, hidden: int) -> Grid:
    height, width = (last + 1 for last in sheet.end)  # total_height counts from 0
    if width > limits.columns:
        return too_large("columns", width, limits.columns, name)
    if height > limits.sheet_rows:
        return too_large("rows", height, limits.sheet_rows, name)
    typed = sheet.to_python(skip_empty_area=False)
    rows = [[as_text(cell) for cell in row] for row in typed]
    if any(len(cell) > limits.cell_bytes for row in rows for cell in row):
        return too_large("cell", 0, limits.cell_bytes, name)
    for row, column in _within(marks.errors, rows):
        rows[row][column] = ERROR
    for row, column in _within(marks.percents, rows):
        if isinstance(typed[row][column], float):
            rows[row][column] = f"{as_text(typed[row][column] * 100)}%"
    lines = [line for line, row in enumerate(rows, start=1) if any(row)]
    columns = _columns([rows[line - 1] for line in lines])
    return Grid(columns, np.array(lines, dtype=np.int64), Facts(name, formulas=marks.formulas, hidden=hidden))


def _within(places: Sequence[tuple[int, int]], rows: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    return [(row, column) for row, column in places if row < len(rows) and column < len(rows[row])]


def _columns(rows: Sequence[Sequence[str]]) -> tuple[pa.Array, ...]:
    width = max((position for row in rows for position, cell in enumerate(row, start=1) if cell), default=0)
    return tuple(pa.array([row[position] for row in rows], pa.string()).cast(CELLS) for position in range(width))
