"""Pages and other texts with tags: what a reader sees, and also what stands in attributes, comments, styles and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from gm_workbench.guard.scanning.findings import Rule
from gm_workbench.guard.scanning.inline import listed
from gm_workbench.guard.scanning.mapped import place
from gm_workbench.guard.scanning.numbers import is_person
from gm_workbench.guard.scanning.pieces import Piece, Seen
from gm_workbench.guard.scanning.tables import FEWEST_ROWS, is_of_records
from gm_workbench.guard.scanning.text import decoded, look, tables_in

_WITHIN_WORDS = (
    "a|abbr|b|bdi|bdo|big|cite|code|data|em|font|i|ins|del|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|time|tt|tspan|u|var|wbr"
    r"|r|t|w:(?!(?:p|tc|tr|tbl|br|tab|cr)\b)[\w]+|a:(?:r|t|rPr)"
)
UNSEEN = re.compile(
    rf"<!--.*?-->|<!\[CDATA\[|\]\]>|<(?:style|script)\b.*?</(?:style|script)\s*>|</?(?:{_WITHIN_WORDS})(?=[\s/>])[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
TAGS = re.compile(r"</?[A-Za-z!?][^<>]*>")
_POINT = re.compile(r"<(?:circle|ellipse|use)\b", re.IGNORECASE)
MOST_POINTS = 60
"""Points drawn one by one: more of them are single persons, not groups."""

_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)|<(?:w:)?tr\b.*?(?=<table\b|\Z)", re.DOTALL | re.IGNORECASE)
_PACKED = re.compile(r"(?<=;base64,)[A-Za-z0-9+/=]{99,}")
_BLOCK = re.compile(r"</?(?:li|p|dd|div|option|br)\b[^<>]*>(?:\s*</?(?:li|p|dd|div|option|br)\b[^<>]*>)*\s*", re.IGNORECASE)
_CUT = re.compile(r">\s*\d{1,8}\s*(?:(?:</?[A-Za-z][^<>]*>\s*)+\d{1,8}\s*)+(?=<)")
_ENTITY = re.compile(r"<!ENTITY\s+(\w+)\s+[\"']([^\"']*)[\"']")
_WITHIN = re.compile(r"\bsrcdoc\s*=\s*([\"'])(.*?)\1", re.DOTALL | re.IGNORECASE)
_DATA = re.compile(r"<script\b[^<>]*\bjson\b[^<>]*>(.*?)(?:</script\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_NAMED = re.compile(r"&(\w+);")
_ROW = re.compile(
    r"<(?:w:tr|table:table-row|tr)\b.*?(?=<(?:w:tr|table:table-row|tr)\b|</table\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_OF_CELL = "(?:t[dh]|w:tc|table:table-cell)"
_CELL = re.compile(
    rf"<{_OF_CELL}\b[^<>]*>(.*?)(?=<{_OF_CELL}\b|</(?:w:)?tr|<(?:w:)?tr\b|</{_OF_CELL}\s*>|\Z)", re.DOTALL | re.IGNORECASE
)


def read_page(piece: Piece) -> Seen:
    """Look through a page with its tags and without them, and through its tables."""
    text = _expanded(decoded(piece))
    yield from look(piece, text, also=(UNSEEN, TAGS))
    for at, match in enumerate(_WITHIN.finditer(text), start=1):
        yield piece.inside(
            f"page {at} (line {place(text, match.start())[0]})", unescape(match[2]).encode("utf-8", "replace"), ".html"
        )
    points = list(_POINT.finditer(text))
    if len(points) > MOST_POINTS:
        yield piece.finding(Rule.RECORDS, *place(text, points[0].start()))
    yield from (piece.finding(Rule.NUMBER, *place(text, at)) for at in _cut_in_cells(text))
    yield from _tables(piece, text)
    for at, match in enumerate(_DATA.finditer(text), start=1):
        yield piece.inside(f"data {at} (line {place(text, match.start())[0]})", match[1].encode("utf-8", "replace"), ".json")


def _tables(piece: Piece, text: str) -> Seen:
    bare = _PACKED.sub("", text)
    found = [*tables_in(piece, bare), *(piece.finding(Rule.RECORDS, *place(text, at)) for at in _of_records(text))]
    yield from found
    if not found and next(listed(_BLOCK.sub("\n", bare)), None):
        yield piece.finding(Rule.RECORDS)


def _expanded(text: str) -> str:
    """Put what a document names itself (`<!ENTITY a "...">`) in the place of its names, behind the text as it stands."""
    named = dict(_ENTITY.findall(text)) if "<!ENTITY" in text else {}
    return f"{text}\n{_NAMED.sub(lambda match: named.get(match[1], match[0]), text)}" if named else text


def _of_records(text: str) -> Iterator[int]:
    for table in _TABLE.finditer(text):
        lines = _ROW.findall(table[0])
        if len(lines) >= FEWEST_ROWS:
            rows = [[_seen(cell) for cell in _CELL.findall(row)] for row in lines]
            if is_of_records([row for row in rows[1:] if row]):
                yield table.start()


def _cut_in_cells(text: str) -> Iterator[int]:
    """Give where a number of a person begins that stands in two or three cells or blocks beside each other, or a digit in each.

    Cells in which the workbench writes a number are none: counts beside counts would look like it.
    """
    for match in _CUT.finditer(text):
        parts = re.findall(r">\s*(\d+)", match[0])
        digits = "".join(parts)
        may = len(parts) in (2, 9) or (len(parts) == 3 and "<text" not in match[0])
        if (
            may
            and len(digits) == 9
            and 'class="number"' not in text[max(0, match.start() - 40) : match.end()]
            and is_person(digits)
        ):
            yield match.start() + 1


def _seen(cell: str) -> str:
    return unescape(TAGS.sub("", cell))
