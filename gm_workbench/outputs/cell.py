"""A cell: one number, and the counts behind it by which the guard judges it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from numbers import Integral, Real
from typing import TypeGuard

from gm_workbench.errors import OutputError
from gm_workbench.metrics.estimate import Sides
from gm_workbench.outputs.whom import Beyond, Whom

MOST_PERSONS = 20_000_000
"""No count of persons is larger: the Netherlands has about 18 million inhabitants."""

Key = tuple[str, str]
"""A cell's place in its output: (row, column)."""


class Measure(StrEnum):
    """What a cell holds, and so which rule protects it."""

    COUNT = "count"  # a number of persons: value is n
    SHARE = "share"  # numerator / n, made again from protected counts
    ESTIMATE = "estimate"  # a statistic over n persons, with an interval
    MONEY = "money"  # a mean or sum of euros over n persons: largest contributor counts too


@dataclass(frozen=True, slots=True)
class Cell:
    """One number and what is behind it.

    `value` is left out for COUNT (it is `n`) and for SHARE (it is `numerator / n`). `groups` is the number of coaches or teams
    behind the number where it speaks of them; `largest` is the share of the largest contributor to a MONEY cell; `df` is
    observations minus coefficients of a model. `whom` says whom n counts, and `part` whom the numerator of a share counts: so
    the guard knows which cells of other outputs count the same persons, or some of them. `sides` says who stands on each side
    of a comparison, `fewest` how many persons there are in the smallest group or category that the number sets apart.
    A minimum, maximum or quantile says who lies `beyond` it, and beyond the ends of its interval where those are values of
    somebody too (`beyond_ends`).
    """

    row: str
    column: str
    measure: Measure
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    numerator: int | None = None
    groups: int | None = None
    largest: float | None = None
    df: int | None = None
    unit: str = "persons"
    digits: int = 0
    sensitive: bool = False
    whom: Whom | None = None
    part: Whom | None = None
    sides: Sides | None = None
    fewest: int | None = None
    beyond: Beyond | None = None
    beyond_ends: Beyond | None = None

    def __post_init__(self) -> None:
        faults = [text for wrong, text in _cell_faults(self) if wrong]
        if faults:
            raise OutputError(f"Cell {self.row}/{self.column}: {'; '.join(faults)}.")

    @property
    def key(self) -> Key:
        return (self.row, self.column)


def _cell_faults(cell: Cell) -> list[tuple[bool, str]]:
    has_value = cell.value is not None and math.isfinite(cell.value)
    numerator_ok = _is_whole(cell.n) and _is_whole(cell.numerator) and cell.numerator <= cell.n
    if not _is_measure(cell.measure):
        return [(True, f"measure must be one of Measure.{', Measure.'.join(one.name for one in Measure)}")]
    match cell.measure:
        case Measure.COUNT:
            own = [(cell.value is not None, "a count takes its value from n, so value must be left out")]
        case Measure.SHARE:
            own = [
                (cell.value is not None, "a share is made from its counts, so value must be left out"),
                (not numerator_ok, "a share needs a numerator between 0 and n"),
            ]
        case Measure.MONEY:
            own = [
                (not has_value, "money needs a finite value"),
                (cell.largest is None, "money needs the share of its largest contributor, 0-1"),
            ]
        case Measure.ESTIMATE:
            own = [(not has_value, "an estimate needs a finite value")]
    return [*_behind_faults(cell), *own]


def _behind_faults(cell: Cell) -> list[tuple[bool, str]]:
    """Judge the numbers by which the guard judges a cell: what is no number would pass by its rule."""
    named = isinstance(cell.row, str) and isinstance(cell.column, str)
    whole = isinstance(cell.n, int) and _is_whole(cell.n)
    counts = {"numerator": cell.numerator, "groups": cell.groups, "fewest": cell.fewest}
    strange = [name for name, count in counts.items() if not (count is None or _is_whole(count))]
    free = cell.df is None or (_is_number(cell.df) and not math.isnan(cell.df))
    part = cell.largest is None or (_is_number(cell.largest) and 0 <= cell.largest <= 1)
    return [
        (not named, "row and column must be text"),
        (not whole, "n must be a whole number of persons, 0 or more"),
        (whole and cell.n > MOST_PERSONS, f"n must be at most {MOST_PERSONS:,} persons, more than live in the Netherlands"),
        (bool(strange), f"{' and '.join(strange)} must be a whole number, 0 or more"),
        (not free, "df must be a number"),
        (not part, "the share of the largest contributor must be 0-1"),
    ]


def _is_whole(value: object) -> TypeGuard[int]:
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= 0


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real)


def _is_measure(value: object) -> bool:
    """Say whether it is a measure: the word "count" equals `Measure.COUNT`, and yet some rules would pass it by."""
    return isinstance(value, Measure)
