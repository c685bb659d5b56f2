"""Rows that are none and signs that are no part of a cell, taken away before a rule looks at them, and told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.declared.grammar import ColumnRule, Read, Transform
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.reading.cells import INVISIBLE
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.encode import Cells, Sheet, flags, matches
from gm_workbench.intake.rows.findings import ALL_TABLES, Findings
from gm_workbench.intake.rows.parts import Flags
from gm_workbench.intake.rows.signs import are_ascii, holds, lengths
from gm_workbench.vocabulary.text import Text

AT_THE_BOTTOM = 5
"""So many rows at the bottom may be no rows: totals, an end, a count."""

FEW = 5000
"""A column of more distinct texts is not looked at for its own name: the others tell."""

_HEADERS = Text("kolomnamen die tussen de rijen herhaald worden", "column names that are repeated among the rows")
_CLOSING = Text(
    "slotregels onderaan (totaal, einde bestand) zijn niet als rij gelezen",
    "closing lines at the bottom (total, end of file) were not read as rows",
)
_SIGNS = Text(
    'tekens die een export om een waarde zet (="01", een apostrof ervoor, onzichtbare tekens)',
    'signs that an export puts around a value (="01", an apostrophe before it, signs that nobody sees)',
)
_POINT_ZERO = Text(
    "een nul achter de komma van codes en hele getallen (6.0)", "a zero behind the point of codes and whole numbers (6.0)"
)

_TOTAL = re.compile(
    r"\W*((sub|eind)?tota(al|len)|total|som|gemiddelden?|einde?|eof|aantal|records?|regels|rijen)\b", re.IGNORECASE
)
_AMOUNT = re.compile(r"[\d.,€ +-]+")
_WHOLE = frozenset({Transform.YEAR, Transform.MONTH_NUMBER, Transform.WHOLE, Transform.PLACE, Transform.BIRTH_YEAR})


def tidy(sheet: Sheet, source: Source, headers: Mapping[str, str], items: Iterable[str], findings: Findings) -> Sheet:
    """Take away rows that are none, and signs around cells.

    Parameters
    ----------
    headers : mapping
        For each declared header and item the one in the file.
    items : iterable of str
        Those that are items of a questionnaire; their answers are whole numbers.
    """
    sheet = _without(sheet, _repeated(sheet, headers), _HEADERS, findings)
    sheet = _without(sheet, _closing(sheet, source), _CLOSING, findings)
    findings.rows = sheet.delivered
    whole = {*_whole_headers(source), *items}
    cells = {header: _plain(header, sheet, header in whole, source, findings) for header in sheet.cells}
    return Sheet(cells, sheet.lines, sheet.origin, sheet.delivered)


def _without(sheet: Sheet, rows: Flags, what: Text, findings: Findings) -> Sheet:
    if not rows.any():
        return sheet
    findings.rows = sheet.delivered
    findings.mark(Reason.REPAIRED, sheet, rows, ALL_TABLES, what=what)
    kept = sheet.take(~rows)
    return Sheet(kept.cells, kept.lines, np.arange(len(kept), dtype=np.int64), len(kept))


def _repeated(sheet: Sheet, headers: Mapping[str, str]) -> Flags:
    """Say which rows hold the names of at least half of their columns."""
    times = np.zeros(len(sheet), dtype=np.int64)
    looked_at = {declared: cells for declared, cells in sheet.cells.items() if len(cells.texts) <= FEW} or sheet.cells
    for declared, cells in looked_at.items():
        same = _is(headers.get(declared, declared).strip().lower(), cells.texts)
        if same.any():
            times += cells.spread(same)
    repeated: Flags = (times > 1) & (2 * times >= len(looked_at))
    return repeated


def _is(name: str, texts: pa.Array) -> Flags:
    """Say which texts are a name, in whatever case; in ASCII one of another length is not."""
    alike: Flags = lengths(texts) == len(name.encode())
    if alike.any() or not are_ascii(texts):
        alike = flags(pc.equal(pc.utf8_lower(texts), name))
    return alike


def _closing(sheet: Sheet, source: Source) -> Flags:
    """Say which rows at the bottom are totals, an end or a count."""
    closing: Flags = np.zeros(len(sheet), dtype=bool)
    number = source.person.number if source.person else ""
    for row in range(len(sheet) - 1, max(len(sheet) - 1 - AT_THE_BOTTOM, -1), -1):
        cells = {header: _cell(column, row) for header, column in sheet.cells.items()}
        if not _is_closing(cells, number):
            break
        closing[row] = True
    return closing


def _cell(column: Cells, row: int) -> str:
    return str(column.texts[int(column.index[row])].as_py())


def _is_closing(cells: Mapping[str, str], number: str) -> bool:
    filled = {header: cell for header, cell in cells.items() if cell}
    if 2 * len(filled) > len(cells) or re.search(r"\d{7}", filled.get(number, "")):
        return False
    if not filled or any(_TOTAL.match(cell) for cell in filled.values()):
        return True
    amounts = all(_AMOUNT.fullmatch(cell) for cell in filled.values())
    return bool(number) and number in cells and number not in filled and len(filled) <= 2 and amounts and len(cells) > 4


def _whole_headers(source: Source) -> Iterator[str]:
    for table in source.tables:
        yield from (*(table.rows.month if len(table.rows.month) > 1 else ()), table.rows.answer)
        yield from _whole_of(table.columns.values())


def _whole_of(rules: Iterable[ColumnRule]) -> Iterator[str]:
    for rule in rules:
        coded = rule.transform is Transform.CODE and rule.read is Read.CODE
        if rule.transform in _WHOLE or (coded and not any("." in word or "," in word for word in rule.words)):
            yield from rule.headers[:1]


def _plain(header: str, sheet: Sheet, whole: bool, source: Source, findings: Findings) -> Cells:
    cells = sheet.cells[header]
    cells = _changed(header, sheet, cells, _unwrapped(cells.texts), _SIGNS, source, findings)
    if whole and matches(cells.texts, r"\d{1,9}[.,]0").any():
        texts = pc.replace_substring_regex(cells.texts, r"^(\d{1,9})[.,]0$", r"\1")
        cells = _changed(header, sheet, cells, texts, _POINT_ZERO, source, findings)
    return cells


def _unwrapped(texts: pa.Array) -> pa.Array:
    if not are_ascii(texts):
        texts = pc.replace_substring_regex(texts, f"[{INVISIBLE}]", "")
    if holds(texts, b"="):
        texts = pc.replace_substring_regex(texts, '^="([^"]*)"$', r"\1")
    if holds(texts, b"'"):
        texts = pc.replace_substring_regex(texts, r"^'(\d)", r"\1")
    return texts


def _changed(header: str, sheet: Sheet, cells: Cells, texts: pa.Array, what: Text, source: Source, findings: Findings) -> Cells:
    if texts is cells.texts:
        return cells
    changed = flags(pc.not_equal(texts, cells.texts))
    if not changed.any():
        return cells
    findings.mark(Reason.REPAIRED, sheet, cells.spread(changed), ALL_TABLES, header, what=what)
    return Cells.of(pa.DictionaryArray.from_arrays(pa.array(cells.index), texts), source.empty)
