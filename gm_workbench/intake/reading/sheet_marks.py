"""What a reader of workbooks does not tell of a cell: whether it is a formula, an error, or shown as a percentage."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

_REFERENCE = re.compile(r"([A-Z]+)(\d+)")
_MARKED = (b't="e"', b"t='e'", b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
_CALM = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
_STYLED = re.compile(rb'<c r="([A-Z]+)(\d+)" s="(\d+)"')
_PERCENTS = frozenset({"9", "10"})  # as every workbook numbers its own ways of showing a percentage
_WITHOUT_QUOTED = re.compile(r'"[^"]*"|\\.')
_MOST_REPEATED = 1000


class Marks:
    """Of one sheet: how many formulas and the line of the first, and where errors and percentages stand (from 0)."""

    def __init__(self) -> None:
        self.formulas = (0, 0)
        self.errors: list[tuple[int, int]] = []
        self.percents: list[tuple[int, int]] = []

    def see_formula(self, line: int) -> None:
        self.formulas = (self.formulas[0] + 1, self.formulas[1] or line)


def marks_of(path: Path) -> dict[str, Marks]:
    """Give the marks of each sheet of a workbook that is a zip, by its name."""
    with zipfile.ZipFile(path) as packed:
        if "xl/workbook.xml" not in packed.namelist():
            return _ods_marks(packed)
        there, shown = set(packed.namelist()), _percent_styles(packed)
        return {name: _sheet_marks(packed, member, shown) for name, member in _members(packed) if member in there}


def _percent_styles(packed: zipfile.ZipFile) -> frozenset[bytes]:
    """Give the styles of cells that show a percentage, by their number as it stands in a cell."""
    if "xl/styles.xml" not in packed.namelist():
        return frozenset()
    styles = _tree(packed, "xl/styles.xml")
    own = {one.get("numFmtId") for one in styles.iter("{*}numFmt") if "%" in _WITHOUT_QUOTED.sub("", one.get("formatCode", ""))}
    used = [one.get("numFmtId") for cells in styles.iter("{*}cellXfs") for one in cells.iter("{*}xf")]
    return frozenset(str(at).encode() for at, number in enumerate(used) if number in own | _PERCENTS)


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


def _sheet_marks(packed: zipfile.ZipFile, member: str, shown: frozenset[bytes]) -> Marks:
    marks = Marks()
    data = packed.read(member)
    if shown:
        places = (place.groups() for place in _STYLED.finditer(data))
        marks.percents = [(int(row) - 1, _column(name.decode())) for name, row, style in places if style in shown]
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


def _ods_marks(packed: zipfile.ZipFile) -> dict[str, Marks]:
    """Look at each cell as it is written; one that is repeated stands for several, and so does a row."""
    found: dict[str, Marks] = {}
    marks, line, column = Marks(), 0, 0
    with packed.open("content.xml") as file:
        for event, element in etree.iterparse(file, events=("start", "end"), **_CALM):
            kind = etree.QName(element).localname
            if event == "start" and kind == "table":
                marks, line = found.setdefault(_attribute(element, "name"), Marks()), 0
            elif event == "start" and kind == "table-row":
                line, column = line + 1, 0
            elif event == "end" and kind in ("table-cell", "covered-table-cell"):
                column = _see_cell(element, marks, line, column)
            elif event == "end" and kind == "table-row":
                line += _times(element, "number-rows-repeated") - 1
                _drop(element)
    return found


def _see_cell(element: Any, marks: Marks, line: int, column: int) -> int:
    times = _times(element, "number-columns-repeated")
    if _attribute(element, "formula"):
        marks.see_formula(line)
    if _attribute(element, "value-type") == "percentage":
        marks.percents += [(line - 1, column + at) for at in range(min(times, _MOST_REPEATED))]
    return column + times


def _times(element: Any, name: str) -> int:
    times = _attribute(element, name)
    return int(times) if times.isdecimal() and len(times) < 10 else 1


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), "")
