"""Workbooks (`.xlsx`, `.ods`, `.xls`) → one grid for each sheet. Runs in the child only: the reader is Rust."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from lxml import etree
from python_calamine import load_workbook

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.reading.cells import CELLS, ERROR, as_text
from gm_workbench.intake.reading.grid import Facts, Grid, too_large
from gm_workbench.intake.reading.long_text import longest_text

_REFERENCE = re.compile(r"([A-Z]+)(\d+)")
_MARKED = (b't="e"', b"t='e'", b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
_CALM = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def sheet_tables(path: Path, limits: Limits) -> Iterator[Grid]:
    """Give the cells of every sheet that has any, as text; blank rows are left out and blank columns at the end too.

    A cell with an error holds `cells.ERROR`, because the reader itself gives an empty text for it without a word.
    """
    if zipfile.is_zipfile(path) and _holds_long_text(path, limits.cell_bytes):
        yield too_large("cell", 0, limits.cell_bytes)
        return
    book = load_workbook(str(path))
    marks = _xlsx_marks(path) if zipfile.is_zipfile(path) else {}
    for position, name in enumerate(book.sheet_names):
        sheet = book.get_sheet_by_index(position)
        if sheet.end is not None:
            yield _grid(sheet, name, marks.get(name, _Marks()), limits)


def _holds_long_text(path: Path, most: int) -> bool:
    """Say whether a text is too long, before a reader gives it to each of the cells that share it."""
    with zipfile.ZipFile(path) as packed:
        members = [name for name in packed.namelist() if name in ("xl/sharedStrings.xml", "content.xml")]
        return any(longest_text(packed.open(name), most) > most for name in members)


def _grid(sheet: Any, name: str, marks: _Marks, limits: Limits) -> Grid:
    height, width = (last + 1 for last in sheet.end)  # total_height counts from 0
    if width > limits.columns:
        return too_large("columns", width, limits.columns, name)
    if height > limits.sheet_rows:
        return too_large("rows", height, limits.sheet_rows, name)
    rows = [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    if any(len(cell) > limits.cell_bytes for row in rows for cell in row):
        return too_large("cell", 0, limits.cell_bytes, name)
    for row, column in marks.errors:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = ERROR
    lines = [line for line, row in enumerate(rows, start=1) if any(row)]
    columns = _columns([rows[line - 1] for line in lines])
    return Grid(columns, np.array(lines, dtype=np.int64), Facts(name, formulas=marks.formulas))


def _columns(rows: Sequence[Sequence[str]]) -> tuple[pa.Array, ...]:
    width = max((position for row in rows for position, cell in enumerate(row, start=1) if cell), default=0)
    return tuple(pa.array([row[position] for row in rows], pa.string()).cast(CELLS) for position in range(width))


class _Marks:
    """Of one sheet: how many formulas and the line of the first, and where errors stand (row and column, from 0)."""

    def __init__(self) -> None:
        self.formulas = (0, 0)
        self.errors: list[tuple[int, int]] = []

    def see_formula(self, line: int) -> None:
        self.formulas = (self.formulas[0] + 1, self.formulas[1] or line)


def _xlsx_marks(path: Path) -> dict[str, _Marks]:
    with zipfile.ZipFile(path) as packed:
        if "xl/workbook.xml" not in packed.namelist():
            return _ods_marks(packed)
        return {name: _sheet_marks(packed, member) for name, member in _members(packed) if member in packed.namelist()}


def _members(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Pair the name of each sheet with its file in the zip."""
    relations = _tree(packed, "xl/_rels/workbook.xml.rels")
    targets = {relation.get("Id"): relation.get("Target", "").lstrip("/") for relation in relations.iter("{*}Relationship")}
    for sheet in _tree(packed, "xl/workbook.xml").iter("{*}sheet"):
        identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        target = targets.get(identity, "")
        yield sheet.get("name", ""), target if target.startswith("xl/") else f"xl/{target}"


def _tree(packed: zipfile.ZipFile, member: str) -> Any:
    return etree.fromstring(packed.read(member), etree.XMLParser(**_CALM))


def _sheet_marks(packed: zipfile.ZipFile, member: str) -> _Marks:
    marks = _Marks()
    data = packed.read(member)
    if not any(mark in data for mark in _MARKED):  # as in most; looking at each cell takes as long as reading them all
        return marks
    with packed.open(member) as file:
        for _, cell in etree.iterparse(file, events=("end",), tag="{*}c", **_CALM):
            place = _REFERENCE.fullmatch(cell.get("r", ""))
            if place and cell.get("t") == "e":
                marks.errors.append((int(place[2]) - 1, _column(place[1])))
            elif place and cell.find("{*}f") is not None:
                marks.see_formula(int(place[2]))
            _drop(cell)
    return marks


def _column(letters: str) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - 64
    return position - 1


def _drop(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _ods_marks(packed: zipfile.ZipFile) -> dict[str, _Marks]:
    """Count formulas; where rows are repeated, the line of a later one is that of the row as it is written."""
    found: dict[str, _Marks] = {}
    marks, line = _Marks(), 0
    with packed.open("content.xml") as file:
        for event, element in etree.iterparse(file, events=("start", "end"), **_CALM):
            kind = etree.QName(element).localname
            if event == "start" and kind == "table":
                marks, line = found.setdefault(_attribute(element, "name"), _Marks()), 0
            elif event == "start" and kind == "table-row":
                line += 1
            elif event == "end" and kind == "table-cell" and _attribute(element, "formula"):
                marks.see_formula(line)
            if event == "end" and kind == "table-row":
                _drop(element)
    return found


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), "")
