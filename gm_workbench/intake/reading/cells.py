"""Cells as text: how a typed one is written, what a row of headers is, and which cells hold an error of a spreadsheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.opened import Batch
from gm_workbench.intake.reasons import Reason

CELLS = pa.dictionary(pa.int32(), pa.string())

ERROR = "#VALUE!"
"""What a reader puts where a workbook has an error."""

ERRORS = frozenset(
    {ERROR, "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#DEEL/0!", "#N/B", "#NAAM?", "#LEEG!", "#GETAL!"}
    | {"#VERW!", "#WAARDE!", "#SPILL!", "#OVERLOPEN!", "#CALC!", "#BEREKENEN!"}
)
"""Errors of a spreadsheet, as it writes them in English and in Dutch."""

LOOKED_AT = 20
"""The headers stand on one of so many first lines."""

_FULL = 0.6
_NAMELESS = re.compile(r"(#\d+)?")
_EXACT = 1e15
_FIGURES = re.compile(r"[\d.,:/ +-]+|\d{4}-\d{2}-\d{2}T00:00:00")


def as_text(value: object) -> str:
    """Write a typed cell as a text: a decimal comma, no digits that only the machine made.

    A day becomes `day_text`, so that one that a spreadsheet made of a number (3-apr of 3,4) is never read as a number again.

    >>> as_text(12345672.0), as_text(1234.5), as_text(True), as_text(date(2024, 4, 3)), as_text(None)
    ('12345672', '1234,5', 'ja', '2024-04-03T00:00:00', '')
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, (int, float, np.integer, np.floating)):
        return _figure(float(value))
    if isinstance(value, (datetime, date)):
        return day_text(value)
    if isinstance(value, (time, timedelta)):
        return str(value)
    return "" if value is None else str(value)


def day_text(day: date) -> str:
    """Write a typed day as ``jjjj-mm-ddT00:00:00``, which only a column of dates can read; its time of day is dropped.

    >>> day_text(datetime(2024, 4, 3, 12, 30))
    '2024-04-03T00:00:00'
    """
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}T00:00:00"


def _figure(value: float) -> str:
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if not np.isfinite(value):
        return ""
    return format(Decimal(f"{value:.15g}"), "f").replace(".", ",")


INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Signs that nobody sees and that are no part of a word: soft hyphens, joiners, and marks of byte order amid a file."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")


def visible(text: str) -> str:
    r"""Give a text without signs that nobody sees and without outer blanks.

    >>> visible("\ufeffBSN ")
    'BSN'
    """
    return _INVISIBLE.sub("", text).strip()


def names(cells: Sequence[str]) -> tuple[str, ...]:
    """Make headers of a row: an empty one, and each of those that are there twice, is named by its position.

    So is one that looks like such a name itself.

    >>> names([" BSN", "", "Naam", "naam"])
    ('BSN', '#2', '#3', '#4')
    """
    shown = [visible(cell) for cell in cells]
    times = Counter(cell.casefold() for cell in shown)
    return tuple(
        cell if times[cell.casefold()] == 1 and not _NAMELESS.fullmatch(cell) else f"#{position}"
        for position, cell in enumerate(shown, start=1)
    )


def names_twice(cells: Sequence[str]) -> tuple[str, ...]:
    """Give the headers of a row that are there more than once, as they stand there first; case does not count.

    >>> names_twice([" BSN", "", "", "Naam", "naam"])
    ('Naam',)
    """
    shown = [visible(cell) for cell in cells]
    times = Counter(cell.casefold() for cell in shown if cell)
    return tuple({cell.casefold(): cell for cell in reversed(shown) if times[cell.casefold()] > 1}.values())


def header_at(rows: Sequence[Sequence[str]]) -> int:
    """Find the headers among the first rows: the first row that is nearly as full as the fullest and holds words, not figures.

    >>> header_at([["Export bijstand"], ["", "", ""], ["BSN", "Naam", "Start"], ["123", "a", "20240101"]])
    2
    """
    looked = rows[:LOOKED_AT]
    filled = [[cell for cell in row if cell.strip()] for row in looked]
    most = max(map(len, filled), default=0)
    for position, row in enumerate(filled):
        figures = sum(bool(_FIGURES.fullmatch(cell)) for cell in row)
        if len(row) > _FULL * most and 2 * figures < len(row):
            return position
    return 0


def without_errors(batch: Batch, spoilt: dict[int, str]) -> Batch:
    """Leave out the rows that hold an error of a spreadsheet, and note their lines, each with the first such column."""
    wrong = np.zeros(len(batch.lines), dtype=bool)
    for header, column in zip(batch.cells.schema.names, batch.cells.columns, strict=True):
        bad = _errors(column) & ~wrong
        spoilt.update(dict.fromkeys(batch.lines[bad].tolist(), header))
        wrong |= bad
    if not wrong.any():
        return batch
    return Batch(batch.cells.filter(pa.array(~wrong)), batch.lines[~wrong])


def _errors(column: pa.Array) -> np.ndarray:
    texts = column.dictionary if pa.types.is_dictionary(column.type) else column
    starts = pc.starts_with(texts, pattern="#")
    if not pc.any(starts, min_count=0).as_py():
        return np.zeros(len(column), dtype=bool)
    bad = pc.is_in(texts, value_set=pa.array(sorted(ERRORS)))
    flags = np.asarray(bad.to_numpy(zero_copy_only=False))
    return flags[column.indices.to_numpy(zero_copy_only=False)] if texts is not column else flags


def error_faults(name: str, spoilt: Mapping[int, str]) -> list[Fault]:
    """Say which rows were left out because a cell holds an error of a spreadsheet: one fault for each column."""
    lines: dict[str, list[int]] = {}
    for line, header in spoilt.items():
        lines.setdefault(header, []).append(line)
    return [
        found(Reason.CELL_ERROR, masked(name), line=min(own), column=masked(header), count=len(own))
        for header, own in sorted(lines.items(), key=lambda each: min(each[1]))
    ]


def clean(batches: Iterator[Batch], name: str, late: list[Fault]) -> Iterator[Batch]:
    """Pass batches on without the rows that hold an error of a spreadsheet; the fault comes after the last."""
    spoilt: dict[int, str] = {}
    for batch in batches:
        yield without_errors(batch, spoilt)
    late += error_faults(name, spoilt)
