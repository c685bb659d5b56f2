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

Values = Sequence[object]


def spss_table(path: Path, limits: Limits) -> Iterator[Grid]:
    """Give the cells of an SPSS file as text, its codes as codes; a code that it declares as missing is empty and counted."""
    _, meta = pyreadstat.read_sav(str(path), metadataonly=True)
    if len(meta.column_names) > limits.columns:
        yield too_large("columns", len(meta.column_names), limits.columns)
    elif (meta.number_rows or 0) > limits.sheet_rows:
        yield too_large("rows", meta.number_rows, limits.sheet_rows)
    else:
        yield _grid(*pyreadstat.read_sav(str(path), user_missing=True, dates_as_pandas_datetime=False, output_format="dict"))


def _grid(cells: Mapping[str, Values], meta: Any) -> Grid:
    missing: dict[str, tuple[int, int]] = {}
    columns = []
    for header in meta.column_names:
        texts = [as_text(value) for value in cells[header]]
        gone = _missing(cells[header], meta.missing_ranges.get(header, ()))
        if gone:
            missing[header] = (len(gone), gone[0] + 2)
        for row in gone:
            texts[row] = ""
        columns.append(pa.array(texts, pa.string()).cast(CELLS))
    rows = len(columns[0]) if columns else 0
    headers = tuple(meta.column_names)
    return Grid(tuple(columns), np.arange(2, rows + 2), Facts("", headers, _labels(meta), missing=missing))


def _missing(values: Values, ranges: Sequence[Mapping[str, Any]]) -> list[int]:
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
