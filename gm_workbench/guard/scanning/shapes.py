"""Tables in JSON, in every shape in which programs write them: by rows, by columns, by numbers of rows, or as lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from gm_workbench.guard.scanning.rowkeys import names_each
from gm_workbench.guard.scanning.tables import FEWEST_ROWS, Rows


def tables_of(content: Any) -> Iterator[Rows]:
    """Give the tables that a list or an object can be read as, if it is one; what is in it is not looked at.

    >>> by_row = [{"a": n, "b": "x"} for n in range(10)]
    >>> [len(rows) for rows in tables_of(by_row)], [len(rows) for rows in tables_of({"a": list(range(10)), "b": ["x"] * 10})]
    ([10], [10])
    """
    inner = content.values() if isinstance(content, Mapping) else content if isinstance(content, list) else ()
    if len(inner) >= FEWEST_ROWS:
        yield from _rows(inner)
    if isinstance(content, Mapping) and len(inner) > 1:
        yield from _columns(list(inner))


def _rows(inner: Collection[Any]) -> Iterator[Rows]:
    lines = [line for line in inner if isinstance(line, list)]
    named = [line for line in inner if isinstance(line, Mapping)]
    if len(lines) >= FEWEST_ROWS:
        yield [[str(cell) for cell in line] for line in lines]
    if len(named) >= FEWEST_ROWS:
        yield _by_name(named)


def _by_name(lines: Sequence[Mapping[str, Any]]) -> Rows:
    """Put what names each line first: fields of an object have no order."""
    flat = [dict(_fields(line)) for line in lines]
    names = dict.fromkeys(name for line in flat for name in line)
    columns = [[line.get(name, "") for line in flat] for name in names]
    return list(zip(*sorted(columns, key=names_each, reverse=True), strict=True))


def _fields(line: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    for name, value in line.items():
        if isinstance(value, Mapping):
            yield from _fields(value, f"{within}{name}.")
        elif not isinstance(value, list):
            yield f"{within}{name}", str(value)


def _columns(inner: Sequence[Any]) -> Iterator[Rows]:
    columns = [list(one.values()) if isinstance(one, Mapping) else one for one in inner]
    if not all(isinstance(column, list) and len(column) >= FEWEST_ROWS for column in columns):
        return
    if len({len(column) for column in columns}) == 1:
        yield [[str(cell) for cell in row] for row in zip(*columns, strict=True)]
