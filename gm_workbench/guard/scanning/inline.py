"""Tables that stand in a text itself: line by line, or as the lists and objects of a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from gm_workbench.guard.scanning.tables import FEWEST_ROWS, Rows, is_of_records

_MARKS = (";", "\t", ",", "|")
_SPACES = re.compile(r"(?<=\S) {2,}(?=\S)")
_RULED = re.compile(r"[-=:+ ]+")
_ONE = r"[\[({][^\[\](){}]{3,400}+[\])}]"
_ROWS = re.compile(rf"(?:{_ONE}\s*,\s*){{{FEWEST_ROWS - 1},}}{_ONE}")
_ROW = re.compile(r"[\[({]([^\[\](){}]+)")
_NAME = re.compile(r"^\s*[\"']?\w+[\"']?\s*:")


def listed(text: str) -> Iterator[int]:
    r"""Give the first line of each table of records in a text: lines with equally many fields, one under the other.

    >>> list(listed("codes\n" + "".join(f"C{n:05d};x\n" for n in range(12))))
    [2]
    """
    lines = [_SPACES.sub("\t", line) if "  " in line else line for line in text.splitlines()]
    for mark in _MARKS:
        counted = enumerate(line.count(mark) for line in lines)
        for fields, run in groupby(counted, key=itemgetter(1)):
            places = [at for at, _ in run]
            if fields and len(places) >= FEWEST_ROWS and _are_of_records([lines[at].split(mark) for at in places]):
                yield places[0] + 1


def _are_of_records(lines: Rows) -> bool:
    """Whether lines are of records, with their first and without: it may be a heading."""
    said = [line for line in lines if not _RULED.fullmatch("".join(line))]
    return is_of_records(said) and (len(said) == FEWEST_ROWS or is_of_records(said[1:]))


def scripted(text: str) -> Iterator[int]:
    """Give where rows of records begin that are lists or objects one behind the other.

    >>> list(scripted("x = [" + ", ".join(f"['C{n:05d}', {n}]" for n in range(12)) + "]"))
    [5]
    """
    for run in _ROWS.finditer(text):
        if is_of_records([[_value(cell) for cell in row.split(",")] for row in _ROW.findall(run[0])]):
            yield run.start()


def _value(cell: str) -> str:
    return _NAME.sub("", cell).strip(" \t\r\n\"'")
