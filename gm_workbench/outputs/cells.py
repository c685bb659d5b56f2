"""Results → cells: the one place where an estimate becomes something that may be shown."""

from __future__ import annotations

import math
from dataclasses import replace

from gm_workbench.metrics.estimate import Estimate
from gm_workbench.outputs.output import Cell, Measure, Slot

PARTS = frozenset({"probability", "share", "difference in probability"})
"""Units that are parts of one: they are quoted and printed as hundredths, and the guard counts their decimals so."""


def estimate_cell(
    estimate: Estimate, row: str, column: str, *, digits: int = 1, unit: str | None = None, sensitive: bool = False
) -> Cell:
    """Give the cell of an estimate, with everything that the guard judges it by."""
    return Cell(
        row=row,
        column=column,
        measure=Measure.ESTIMATE,
        n=estimate.n,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        se=estimate.se if math.isfinite(estimate.se) else None,
        groups=estimate.groups,
        df=estimate.residual_df,
        unit=estimate.unit if unit is None else unit,
        digits=digits,
        sensitive=sensitive,
        sides=estimate.sides,
        fewest=estimate.fewest,
    )


def judged_as(estimate: Estimate) -> dict[str, object]:
    """Give what the guard judges an estimate by, for another number about the same comparison: its power, its p, its worth."""
    return {"groups": estimate.groups, "df": estimate.residual_df, "sides": estimate.sides, "fewest": estimate.fewest}


def count_cell(row: str, column: str, n: int, *, sensitive: bool = False) -> Cell:
    """Give the cell of a number of persons."""
    return Cell(row, column, Measure.COUNT, n, sensitive=sensitive)


def share_cell(row: str, column: str, numerator: int, n: int, *, digits: int = 0, sensitive: bool = False) -> Cell:
    """Give the cell of a share of persons; it is calculated after protection, from its counts."""
    return Cell(row, column, Measure.SHARE, n, numerator=numerator, unit="share", digits=digits, sensitive=sensitive)


def share_of(estimate: Estimate, row: str, column: str) -> Cell:
    """Give the cell of a share with its interval: judged by its counts, as any share, and by the coaches or teams behind it."""
    bare = share_cell(row, column, round(estimate.value * estimate.n), estimate.n)
    return replace(bare, low=estimate.low, high=estimate.high, groups=estimate.groups, sides=estimate.sides)


def quote(cell: Cell, *, signed: bool = False, absolute: bool = False) -> dict[str, Slot]:
    """Give the slots `value`, `low` and `high` of a cell, as a sentence quotes them; only the value may lose its sign."""
    percent = cell.unit in PARTS
    return {
        "value": Slot(cell.row, cell.column, "value", cell.digits, signed and not absolute, absolute, percent),
        "low": Slot(cell.row, cell.column, "low", cell.digits, signed, False, percent),
        "high": Slot(cell.row, cell.column, "high", cell.digits, signed, False, percent),
    }
