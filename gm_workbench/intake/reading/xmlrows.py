"""XML by an assumed mapping → batches: one row for each element that the mapping names. No entity is ever expanded.

Two passes: the first looks at all of the file, so that one that is cut or holds a document type is refused before a cell is
read, and finds the names of the columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from lxml import etree

from gm_workbench.intake.declared.limits import LIMITS, Limits
from gm_workbench.intake.declared.sources import XmlShape
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.cells import CELLS, clean
from gm_workbench.intake.reading.grid import too_large_fault
from gm_workbench.intake.reading.long_text import longest_text
from gm_workbench.intake.reading.opened import Batch, Opened, Sniffed, unreadable
from gm_workbench.intake.reading.sniff import name_notes
from gm_workbench.intake.reasons import Reason

BATCH = 1 << 16

Row = tuple[int, dict[str, str]]


class _HasDoctypeError(Exception):
    """The file declares a document type."""


def open_xml(path: Path, sniffed: Sniffed, shape: XmlShape, limits: Limits = LIMITS) -> Opened:
    """Open an XML file of which each element `shape.row` is a row.

    Columns are the elements without children below the row, its attributes, and the elements without children of the
    ancestors in `shape.keep` that stand before it. A name that comes twice in a row counts the first time, unless it says
    another thing the second time: then it is in `Opened.twice`, and no choice is made.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    if _too_long(path, limits):
        return unreadable(path.name, sniffed, too_large_fault(path.name, "cell", 0, limits.cell_bytes))
    headers: dict[str, None] = {}
    rows = 0
    walk = _Walk(shape)
    try:
        for _, row in _rows(path, walk):
            headers |= dict.fromkeys(row)
            rows += 1
            if len(headers) > limits.columns:
                return unreadable(path.name, sniffed, too_large_fault(path.name, "columns", len(headers), limits.columns))
    except (_HasDoctypeError, etree.LxmlError, ValueError) as error:
        return unreadable(path.name, sniffed, _fault(path.name, error))
    late: list[Fault] = []

    def batches(wanted: Sequence[str]) -> Iterator[Batch]:
        yield from clean(_batches(_rows(path, _Walk(shape)), wanted), path.name, late)

    notes, twice = tuple(name_notes(path, sniffed)), tuple(walk.twice)
    return Opened(path.name, "", sniffed, tuple(headers), rows, batches, notes, late=late, twice=twice)


def _too_long(path: Path, limits: Limits) -> bool:
    with path.open("rb") as file:
        return longest_text(file, limits.cell_bytes) > limits.cell_bytes


def elements(path: Path, sniffed: Sniffed, limits: Limits = LIMITS) -> Opened:
    """Give the names of the elements of an XML file, by which a source is recognised; it has no rows yet."""
    if _too_long(path, limits):
        return unreadable(path.name, sniffed, too_large_fault(path.name, "cell", 0, limits.cell_bytes))
    seen: dict[str, None] = {}
    try:
        for event, element in _events(path):
            if event == "start" and len(seen) < limits.columns:
                seen[etree.QName(element).localname] = None
            elif event == "end":
                element.clear()
    except (_HasDoctypeError, etree.LxmlError, ValueError) as error:
        return unreadable(path.name, sniffed, _fault(path.name, error))
    notes = tuple(name_notes(path, sniffed))
    return Opened(path.name, "", sniffed, tuple(seen), None, lambda _: iter(()), notes)


def _fault(name: str, error: Exception) -> Fault:
    if isinstance(error, _HasDoctypeError):
        return found(Reason.ENTITY, masked(name))
    return found(Reason.FORMAT, masked(name), format="XML")


def _events(path: Path) -> Iterator[tuple[str, Any]]:
    with path.open("rb") as file:
        events = etree.iterparse(
            file,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            recover=False,
            remove_comments=True,
            remove_pis=True,
        )
        for position, (event, element) in enumerate(events):
            if position == 0 and (
                element.getroottree().docinfo.doctype or element.getroottree().docinfo.internalDTD is not None
            ):
                raise _HasDoctypeError
            yield event, element


@dataclass(slots=True)
class _Walk:
    """Where we are: the open elements above a row, each with the texts of its simple children so far."""

    shape: XmlShape
    open: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    within: int = 0
    twice: dict[str, None] = field(default_factory=dict)

    def start(self, element: Any) -> None:
        name = etree.QName(element).localname
        self.within += name == self.shape.row
        self.open.append((name, {}))

    def end(self, element: Any) -> dict[str, str] | None:
        name, _ = self.open.pop()
        if name == self.shape.row:
            self.within -= 1
            row = self._row(element)
            element.clear()
            return row
        if not self.within:
            if self.open and not len(element):
                self.open[-1][1].setdefault(name, _text(element))
            element.clear()
        return None

    def _row(self, element: Any) -> dict[str, str]:
        row = {etree.QName(key).localname: value.strip() for key, value in element.attrib.items()}
        for child in element.iterdescendants():
            if not len(child) and isinstance(child.tag, str):
                name, text = etree.QName(child).localname, _text(child)
                if row.setdefault(name, text) != text:
                    self.twice[name] = None
        for name, texts in reversed(self.open):
            if name in self.shape.keep:
                row |= {header: text for header, text in texts.items() if header not in row}
        return row


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _rows(path: Path, walk: _Walk) -> Iterator[Row]:
    for event, element in _events(path):
        if event == "start":
            walk.start(element)
        else:
            line = element.sourceline or 0
            row = walk.end(element)
            if row is not None:
                yield line, row


def _batches(rows: Iterator[Row], wanted: Sequence[str]) -> Iterator[Batch]:
    lines: list[int] = []
    cells: list[list[str]] = [[] for _ in wanted]
    for line, row in rows:
        lines.append(line)
        for column, header in zip(cells, wanted, strict=True):
            column.append(row.get(header, ""))
        if len(lines) == BATCH:
            yield _batch(lines, cells, wanted)
            lines, cells = [], [[] for _ in wanted]
    if lines:
        yield _batch(lines, cells, wanted)


def _batch(lines: list[int], cells: list[list[str]], wanted: Sequence[str]) -> Batch:
    columns = [pa.array(column, pa.string()).cast(CELLS) for column in cells]
    return Batch(pa.record_batch(columns, names=list(wanted)), np.array(lines, dtype=np.int64))
