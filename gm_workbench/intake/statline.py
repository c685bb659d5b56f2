"""Look declared figures up in StatLine, through the client that others keep (`cbsodata`, extra `context`).

Never run against the live service: it was only tried on a stand-in, in `tests/intake/test_statline.py`. A figure whose row
in the table is not declared in words is left as it was quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from importlib import import_module
from typing import Any

from gm_workbench.errors import UsageError
from gm_workbench.vocabulary.context import Figure

Row = Mapping[str, object]
Get = Callable[[str], list[dict[str, Any]]]


class Found(StrEnum):
    """What became of looking a figure up."""

    SAME = "same"
    CHANGED = "changed"
    NO_WORDS = "no words"  # its row in the table is not declared
    NO_ROW = "no row"  # no row, or more than one, says those words, or the number is not there
    FAILED = "failed"  # the table could not be had


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A figure after looking it up, and what became of it; where nothing was found it is as it was."""

    figure: Figure
    found: Found


def client() -> Get:
    """Give the client's function that gets a table by its id.

    Raises
    ------
    UsageError
        If the extra `context` is not installed.
    """
    try:
        get: Get = import_module("cbsodata").get_data
    except ImportError as error:
        raise UsageError("Looking figures up needs cbsodata; install it with: pip install 'gm-workbench[context]'") from error
    return get


def refresh(declared: Sequence[Figure], get: Get, today: date) -> tuple[LookedUp, ...]:
    """Look figures up, each table once; only tables of figures that have words.

    Parameters
    ----------
    get : callable
        Gives the rows of a table by its id, as ``cbsodata.get_data`` does; `client` gives that.
    today : date
        What is written down as the day of looking.
    """
    tables = {table: _rows(table, get) for table in dict.fromkeys(one.table for one in declared if one.words)}
    return tuple(_looked_up(figure, tables.get(figure.table), today) for figure in declared)


def _rows(table: str, get: Get) -> list[dict[str, Any]] | None:
    try:
        return get(table)
    except Exception:  # whatever a service or its client does: the figures stay as they were, and it is said
        return None


def _looked_up(figure: Figure, rows: Iterable[Row] | None, today: date) -> LookedUp:
    if not figure.words:
        return LookedUp(figure, Found.NO_WORDS)
    if rows is None:
        return LookedUp(figure, Found.FAILED)
    values = [row.get(figure.column) for row in rows if set(figure.words) <= _words(row)]
    if len(values) != 1 or not isinstance(values[0], (int, float)) or values[0] != int(values[0]):
        return LookedUp(figure, Found.NO_ROW)
    value = int(values[0])
    found = Found.SAME if value == figure.value else Found.CHANGED
    return LookedUp(replace(figure, value=value, status=f"looked up {today:%Y-%m-%d}"), found)


def _words(row: Row) -> set[str]:
    return {value.strip() for value in row.values() if isinstance(value, str)}
