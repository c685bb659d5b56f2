"""Sheets of a spreadsheet, whose words stand in a list of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape

from gm_workbench.guard.scanning.tables import Rows, is_of_records

_STRINGS = "xl/sharedStrings.xml"
_STRING = re.compile(r"<si\b.*?</si>", re.DOTALL)
_ROW = re.compile(r"<row\b.*?</row>", re.DOTALL)
_CELL = re.compile(r"<c\b([^<>]*)>(.*?)</c>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


def of_records(members: Mapping[str, bytes]) -> Iterator[str]:
    """Give the names of the sheets in a spreadsheet that are tables of records."""
    strings = [_words(one) for one in _STRING.findall(members.get(_STRINGS, b"").decode("utf-8", "replace"))]
    for name, data in members.items():
        if name.startswith("xl/worksheets/") and is_of_records(_rows(data.decode("utf-8", "replace"), strings)[1:]):
            yield name


def _rows(sheet: str, strings: Sequence[str]) -> Rows:
    return [[_value(about, cell, strings) for about, cell in _CELL.findall(row)] for row in _ROW.findall(sheet)]


def _value(about: str, cell: str, strings: Sequence[str]) -> str:
    said = _words(cell)
    shared = 't="s"' in about and said.isdecimal() and int(said) < len(strings)
    return strings[int(said)] if shared else said


def _words(written: str) -> str:
    return unescape(_TAG.sub("", written))
