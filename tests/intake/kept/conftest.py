"""Parts as the rooms before this one give them, drawn by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gm_workbench.intake.kept.frames import arrow_type
from gm_workbench.intake.kept.partitions import PSEUDONYMS
from gm_workbench.intake.rows.parts import Part
from gm_workbench.vocabulary.calendar import month_code
from gm_workbench.vocabulary.schemas import Column, Table

SCHEMA = pa.schema(
    [("person", PSEUDONYMS), ("month", pa.int32()), ("type", pa.string()), ("amount", pa.float64())],
)

JANUARY = 12 * 2024
"""January 2024 as a month index."""


def costs_part(month: int, *rows: tuple[str, str, float]) -> Part:
    """Draw a part of the table costs: person, type, amount."""
    persons, types, amounts = zip(*rows, strict=True)
    columns = [
        pa.array(persons, pa.string()).cast(PSEUDONYMS),
        pa.array([month] * len(rows), pa.int32()),
        pa.array(types, pa.string()),
        pa.array(amounts, pa.float64()),
    ]
    name = f"{month // 12}{month % 12 + 1:02d}"
    return Part("costs", name[:4], name, pa.table(columns, schema=SCHEMA), np.zeros(len(rows), dtype=np.uint64))


@pytest.fixture
def costs() -> Callable[..., Part]:
    return costs_part


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the tables of a place are kept."""
    return tmp_path / "checked" / "tiny" / "GM9903"


@pytest.fixture
def parts() -> list[Part]:
    return [
        costs_part(JANUARY, ("ann", "01", 10.0), ("bob", "02", 20.0)),
        costs_part(JANUARY + 1, ("ann", "01", 11.0)),
        costs_part(JANUARY + 12, ("bob", "02", 22.0)),
    ]


def parts_of(frame: pd.DataFrame, table: type[Table]) -> list[Part]:
    """Cut a frame into parts as the rows of a file are: by month, or whole."""
    columns = [column for column in table.columns if column.name in frame.columns]
    groups = frame.groupby("month", sort=True) if "month" in frame.columns and len(frame) else [(None, frame)]
    return [_part(rows, table, columns, month) for month, rows in groups]


def _part(rows: pd.DataFrame, table: type[Table], columns: list[Column], month: int | None) -> Part:
    period, name = ("all", "all") if month is None else (str(month // 12), month_code(month).replace("-", ""))
    types = [arrow_type(column) for column in columns]
    arrays = [_array(rows[column.name], kind) for column, kind in zip(columns, types, strict=True)]
    data = pa.table(arrays, schema=pa.schema(list(zip([column.name for column in columns], types, strict=True))))
    return Part(table.name, period, name, data, np.arange(len(rows), dtype=np.uint64))


def _array(values: pd.Series, kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.string() if kind == PSEUDONYMS else kind, from_pandas=True).cast(kind)
