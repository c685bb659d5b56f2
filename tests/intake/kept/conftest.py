"""Parts as the rooms before this one give them, drawn by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gm_workbench.intake.kept.partitions import PSEUDONYMS
from gm_workbench.intake.rows.parts import Part

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
