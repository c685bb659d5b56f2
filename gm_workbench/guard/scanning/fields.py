"""Fields of the workbench's own files, each held against its type: a digest, a decimal, a count, a moment."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from gm_workbench.guard.scanning.findings import INSIDE, Rule, masked
from gm_workbench.guard.scanning.inline import listed
from gm_workbench.guard.scanning.numbers import is_person
from gm_workbench.guard.scanning.pieces import Piece, Seen
from gm_workbench.guard.scanning.shapes import tables_of
from gm_workbench.guard.scanning.tables import FEWEST_ROWS, cut_in_columns, is_of_records
from gm_workbench.guard.scanning.text import decoded, look

_DIGEST = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{64}")  # one in 10¹³ digests has no letter
_COMMIT = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{40}")
_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,17})?(?:e[-+]?\d{1,3})?|-?inf|nan", re.IGNORECASE)
_WHOLE = re.compile(r"\d{1,9}")
_MARK = re.compile(r"<\d{1,3}|[–—×…*]{1,3}|")
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[-+]\d\d:\d\d)?")


def _digest(value: object) -> bool:
    return value == "" or (isinstance(value, str) and _DIGEST.fullmatch(value) is not None)


def _digests(value: object) -> bool:
    return isinstance(value, dict) and all(map(_digest, value.values()))


def _commit(value: object) -> bool:
    """Whether it is a commit, or a word that says that there is none."""
    return isinstance(value, str) and (_COMMIT.fullmatch(value) is not None or re.fullmatch("[a-z]*", value) is not None)


def _moment(value: object) -> bool:
    return isinstance(value, str) and _MOMENT.fullmatch(value) is not None


def _decimal(value: object) -> bool:
    """Whether it is a decimal; a whole number that can be a person's is none, in whatever way it is written."""
    if value is None:
        return True
    text = str(value)
    if isinstance(value, bool | dict | list) or _DECIMAL.fullmatch(text) is None:
        return isinstance(value, str) and _MARK.fullmatch(text) is not None
    return not _may_be_person(float(text))


def _count(value: object) -> bool:
    if isinstance(value, str) and _MARK.fullmatch(value):
        return True
    return not isinstance(value, bool | dict | list) and _WHOLE.fullmatch(str(value)) is not None and _decimal(value)


def _may_be_person(number: float) -> bool:
    return number.is_integer() and 10**8 <= abs(number) < 10**9 and is_person(f"{abs(number):.0f}")


Kind = Callable[[object], bool]
ESTIMATE: Mapping[str, Kind] = {
    **dict.fromkeys(("estimate", "low", "high", "standard_error", "level"), _decimal),
    "n": _count,
}
MANIFEST: Mapping[str, Kind] = {
    **dict.fromkeys(("lock", "decisions", "protocol_digest"), _digest),
    **dict.fromkeys(("started", "finished"), _moment),
    "inputs": _digests,
    "commit": _commit,
}
CELL: Mapping[str, Kind] = {**dict.fromkeys(("value", "low", "high", "se"), _decimal), "n": _count}
"""Fields by name, in the files that have them; any other field may hold anything that no rule finds."""

_LINE = ("row", "column", "measure")
"""What together says of what a line of numbers is: no two lines of a summary are of the same."""

_OWN = frozenset({*_LINE, "row_label", "column_label", "unit", *CELL})
JSON_FILES = {"estimates.json": ESTIMATE, "manifest.json": MANIFEST}
_OTHERWISE = re.compile(r"[\n\t\r\\\"]|</?[a-z]", re.IGNORECASE)
_NAMED_DIGEST = re.compile(r"(?:.*_)?(?:digest|sha256)")


LINES = ".jsonl"


def read_json(piece: Piece) -> Seen:
    """Look through a JSON file, or one with a value on each line, as a text, and hold its fields against their types."""
    text = decoded(piece)
    yield from look(piece, text)
    try:
        content = [json.loads(line) for line in text.splitlines()] if piece.suffix == LINES else json.loads(text)
    except (ValueError, RecursionError):
        yield piece.finding(Rule.UNREADABLE)
        return
    if told := "\n".join(_with_lines_or_tags(content)):
        yield piece.inside("texts", told.encode("utf-8", "replace"), ".html")
    kinds = JSON_FILES.get(piece.name.replace(INSIDE, "/").rpartition("/")[2], {})
    yield from (piece.finding(rule, what=masked(path)) for path, rule in _wrong(content, kinds))


def _with_lines_or_tags(content: Any) -> Iterator[str]:
    """Give the texts of which something is written otherwise in JSON than it reads, or that are pages themselves."""
    if isinstance(content, str):
        if _OTHERWISE.search(content):
            yield content
    elif isinstance(content, dict | list):
        for one in chain(content, content.values()) if isinstance(content, dict) else content:
            yield from _with_lines_or_tags(one)


def _wrong(content: Any, kinds: Mapping[str, Kind], path: str = "") -> Iterator[tuple[str, Rule]]:
    """Give each field that is not of its type, numbers that are a person's whatever the field, and tables of records."""
    if any(map(is_of_records, tables_of(content))):
        yield path, Rule.RECORDS
    if isinstance(content, dict):
        for name, value in content.items():
            where = f"{path}.{name}" if path else str(name)
            kind = kinds.get(name) or (_digest if _NAMED_DIGEST.fullmatch(name) and isinstance(value, str) else None)
            if kind and not kind(value):
                yield where, Rule.FIELD
            yield from _wrong(value, kinds, where)
    elif isinstance(content, list):
        for at, value in enumerate(content):
            yield from _wrong(value, kinds, f"{path}[{at}]")
    elif isinstance(content, float) and _may_be_person(content):
        yield path, Rule.NUMBER


def read_csv(piece: Piece) -> Seen:
    """Look through a table: as a text, where commas separate, and field by field where the workbench wrote it."""
    text = decoded(piece)
    yield from look(piece, text)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error:
        yield piece.finding(Rule.UNREADABLE)
        return
    if not lines:
        return
    head, rows = lines[0], lines[1:]
    if set(_LINE) | {"n"} <= set(head) <= _OWN:
        yield from _cells(piece, head, rows)
        return
    below = next((line for line in listed(text) if line > 1), None)
    if is_of_records(rows):
        yield piece.finding(Rule.RECORDS)
    elif below:
        yield piece.finding(Rule.RECORDS, below)
    if cut_in_columns(rows):
        yield piece.finding(Rule.NUMBER)


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t|", key=first.count)


def _cells(piece: Piece, head: list[str], rows: list[list[str]]) -> Seen:
    lines = {tuple(row[head.index(name)] for name in _LINE) for row in rows if len(row) == len(head)}
    if len(rows) >= FEWEST_ROWS and len(lines) < len(rows):
        yield piece.finding(Rule.RECORDS)
    for line, row in enumerate(rows, start=2):
        if len(row) != len(head):
            yield piece.finding(Rule.FIELD, line)
        for column, (name, value) in enumerate(zip(head, row, strict=False), start=1):
            if name in CELL and not CELL[name](value):
                yield piece.finding(Rule.FIELD, line, column)


def read_checksums(piece: Piece) -> Seen:
    """Look through a list of checksums: on each line a digest, two spaces, and the name of a file."""
    text = decoded(piece)
    yield from look(piece, text)
    for line, words in enumerate(text.splitlines(), start=1):
        digest, apart, name = words.partition("  ")
        if not (_DIGEST.fullmatch(digest) and apart and name):
            yield piece.finding(Rule.FIELD, line)
