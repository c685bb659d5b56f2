"""SPSS files (`.sav`, `.zsav`) → one grid with value labels. Runs in the child only: the reader is C."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyreadstat

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.reading.cells import CELLS, as_text
from gm_workbench.intake.reading.grid import Facts, Grid, too_large

CHUNK = 200_000

WIDEST = 32_767
"""What a text of SPSS can hold; a file that says more was not written by it, and its texts come out cut or shifted."""


def spss_table(path: Path, limits: Limits) -> Iterator[Grid]:
    """Give the cells of an SPSS file as text, its codes as codes; a code that it declares as missing is empty and counted."""
    _, meta = pyreadstat.read_sav(str(path), metadataonly=True, user_missing=True)
    if len(meta.column_names) > limits.columns:
        yield too_large("columns", len(meta.column_names), limits.columns)
    elif (meta.number_rows or 0) > limits.sheet_rows:
        yield too_large("rows", meta.number_rows, limits.sheet_rows)
    elif max(meta.variable_storage_width.values(), default=0) > WIDEST:
        yield too_large("cell", 0, WIDEST)
    else:
        yield _grid(path, meta)


def _grid(path: Path, meta: Any) -> Grid:
    pieces: dict[str, list[pa.Array]] = {header: [] for header in meta.column_names}
    missing: dict[str, tuple[int, int]] = {}
    rows = 0
    for cells in _chunks(path):
        for header, values in cells.items():
            texts, gone = _texts(values, meta.missing_ranges.get(header, ()))
            pieces[header].append(pa.array(texts, pa.string()).cast(CELLS))
            if gone:
                count, first = missing.get(header, (0, rows + gone[0] + 2))
                missing[header] = (count + len(gone), first)
        rows += len(values)
    columns = tuple(_one(column) for column in pieces.values())
    headers = tuple(meta.column_names)
    return Grid(columns, np.arange(2, rows + 2), Facts("", headers, _labels(meta), missing=missing))


def _chunks(path: Path) -> Iterator[dict[str, list[object]]]:
    """Give some rows at a time; the library's own way of doing so never ends on a file without rows."""
    start = 0
    while True:
        cells, _ = pyreadstat.read_sav(
            str(path),
            user_missing=True,
            dates_as_pandas_datetime=False,
            output_format="dict",
            row_offset=start,
            row_limit=CHUNK,
        )
        got = len(next(iter(cells.values()), ()))
        yield {header: list(values) for header, values in cells.items()}
        start += got
        if got < CHUNK:
            return


def _texts(values: list[object], ranges: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[int]]:
    """Give cells as text, each distinct value written once, and the rows whose code is declared as missing."""
    gone = _missing(values, ranges)
    for row in gone:
        values[row] = None
    written = {value: as_text(value) for value in set(values)}
    return [written[value] for value in values], gone


def _one(pieces: Sequence[pa.Array]) -> pa.Array:
    if not pieces:
        return pa.array([], CELLS)
    whole = pa.chunked_array(pieces).unify_dictionaries().combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _missing(values: Sequence[object], ranges: Sequence[Mapping[str, Any]]) -> list[int]:
    return [row for row, value in enumerate(values) if ranges and any(_within(value, span) for span in ranges)]


def _within(value: object, span: Mapping[str, Any]) -> bool:
    low, high = span["lo"], span["hi"]
    if isinstance(value, str):
        return isinstance(low, str) and value.strip() == low.strip()
    return isinstance(value, (int, float)) and not isinstance(low, str) and low <= value <= high


def _labels(meta: Any) -> dict[str, dict[str, str]]:
    return {
        header: {as_text(code): str(label) for code, label in labels.items()}
        for header, labels in meta.variable_value_labels.items()
    }
