"""The cells of a file before it has a format, and the plain text that most files are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pandas as pd

Cells: TypeAlias = Mapping[str, Sequence[str]]
"""Texts by header; every column is equally long, and an empty text is an empty cell."""


def rows_of(cells: Cells) -> int:
    """Count the rows below the header."""
    return len(next(iter(cells.values()), ()))


def lines_of(cells: Cells) -> list[tuple[str, ...]]:
    """Give the header and the rows.

    >>> lines_of({"A": ["1", "2"], "B": ["x", ""]})
    [('A', 'B'), ('1', 'x'), ('2', '')]
    """
    return [tuple(cells), *zip(*cells.values(), strict=True)]


def csv_bytes(cells: Cells, separator: str = ";", encoding: str = "utf-8-sig") -> bytes:
    r"""Write cells as text with lines that end in CR LF; no cell may need a quotation mark.

    >>> csv_bytes({"A": ["1"], "B": ["é"]}, ",", "cp1252")
    b'A,B\r\n1,\xe9\r\n'
    """
    return "".join(f"{separator.join(line)}\r\n" for line in lines_of(cells)).encode(encoding)


def text(values: pd.Series) -> list[str]:
    """Write a column as texts, what is missing as an empty one, whole numbers without a point."""
    return ["" if pd.isna(value) else _plain(value) for value in values]


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value).replace(".", ",")
    return str(value)
