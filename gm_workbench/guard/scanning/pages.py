"""Pages and other texts with tags: what a reader sees, and also what stands in attributes, comments, styles and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from gm_workbench.guard.scanning.findings import Rule
from gm_workbench.guard.scanning.mapped import place
from gm_workbench.guard.scanning.pieces import Piece, Seen
from gm_workbench.guard.scanning.tables import FEWEST_ROWS, is_of_records
from gm_workbench.guard.scanning.text import decoded, look

_WITHIN_WORDS = (
    "a|abbr|b|bdi|bdo|big|cite|code|data|em|font|i|ins|del|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|time|tt|tspan|u|var|wbr"
    r"|r|t|w:(?!(?:p|tc|tr|tbl|br|tab|cr)\b)[\w]+|a:(?:r|t|rPr)"
)
UNSEEN = re.compile(
    rf"<!--.*?-->|<(?:style|script)\b.*?</(?:style|script)\s*>|</?(?:{_WITHIN_WORDS})(?=[\s/>])[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
TAGS = re.compile(r"</?[A-Za-z!?][^<>]*>")
_POINT = re.compile(r"<(?:circle|ellipse|use)\b", re.IGNORECASE)
MOST_POINTS = 60
"""Points drawn one by one: more of them are single persons, not groups."""

_TABLE = re.compile(r"<table\b.*?</table\s*>", re.DOTALL | re.IGNORECASE)
_ROW = re.compile(r"<tr\b.*?(?=<tr\b|</table)", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b[^<>]*>(.*?)(?=<t[dh]\b|</tr|<tr\b|</t[dh]\s*>|\Z)", re.DOTALL | re.IGNORECASE)


def read_page(piece: Piece) -> Seen:
    """Look through a page with its tags and without them, and through its tables."""
    text = decoded(piece)
    yield from look(piece, text, also=(UNSEEN, TAGS))
    points = list(_POINT.finditer(text))
    if len(points) > MOST_POINTS:
        yield piece.finding(Rule.RECORDS, *place(text, points[0].start()))
    for at in _of_records(text):
        yield piece.finding(Rule.RECORDS, *place(text, at))


def _of_records(text: str) -> Iterator[int]:
    for table in _TABLE.finditer(text):
        if len(re.findall("<tr", table[0], re.IGNORECASE)) >= FEWEST_ROWS:
            rows = [[_seen(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(table[0])]
            if is_of_records([row for row in rows[1:] if row]):
                yield table.start()


def _seen(cell: str) -> str:
    return unescape(TAGS.sub("", cell))
