"""What every metric returns: an estimate with its interval, or the plain statement that there is not enough data."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from gm_workbench.errors import MetricError


@dataclass(frozen=True, slots=True)
class Sides:
    """Who stands on each side of a comparison, or behind a number of one group; the guard judges both by it.

    Attributes
    ----------
    persons : tuple of int
        On each side.
    groups : tuple of int
        Coaches or teams on each side; empty where they play no part.
    largest : float or None
        Largest share that one coach or team has of the persons on its side.
    events : tuple of int
        Persons on each side with the outcome, where it is a matter of yes or no; else empty. A difference of two shares gives
        one of them away beside the other.
    money : float or None
        Largest share that one person has of the money on a side, where the number is of money: a difference of two means gives
        one of them away beside the other.
    """

    persons: tuple[int, ...]
    groups: tuple[int, ...] = ()
    largest: float | None = None
    events: tuple[int, ...] = ()
    money: float | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, how sure it is, and what it rests on.

    Attributes
    ----------
    value, low, high : float
        Estimate and the bounds of its two-sided interval at `level`, in `unit`.
    se : float
        Standard error, in `unit`; NaN where the method gives an interval only.
    n : int
        Persons behind the number.
    unit : str
        Unit of the value, e.g. ``points``, ``probability``, ``euro per month``.
    method : str
        The method's standard name.
    groups : int or None
        Coaches, teams or employers behind the number, where the method uses them.
    df : float
        Degrees of freedom of the interval; infinite where it rests on the normal distribution.
    residual_df : int or None
        Observations minus coefficients of the model, where there is one; the guard judges models by it.
    sides : Sides or None
        Who stands on each side, where the number compares groups or speaks of coaches or teams.
    fewest : int or None
        Persons in the smallest group or category that the number sets apart, where it does so.
    """

    value: float
    low: float
    high: float
    se: float
    n: int
    unit: str
    method: str
    groups: int | None = None
    df: float = math.inf
    level: float = 0.95
    residual_df: int | None = None
    sides: Sides | None = None
    fewest: int | None = None

    def __post_init__(self) -> None:
        if not (-math.inf < self.low <= self.value <= self.high < math.inf):
            raise MetricError(
                f"{self.method}: an estimate must be finite and lie within its interval, but the three bounds do not hold."
            )

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.low > 0 or self.high < 0


KNOWN = "known, not estimated, where nothing varies"
Known: TypeAlias = Annotated[Estimate, KNOWN]
"""An estimate that may have an interval without width, because its value is then known: its docstring says why."""


@dataclass(frozen=True, slots=True)
class NotEnoughData:
    """The truth when the data cannot carry the number: what was needed, and what there was."""

    method: str
    what: str  # e.g. "persons with both measurements", "coaches in each group"
    got: int
    needed: int
