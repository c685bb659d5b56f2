"""The arithmetic of competing reasons: who is at risk when, the Aalen-Johansen steps, and bounds that stay between 0 and 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import LARGEST

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


LAST_CAUSE = 1_000_000
"""Reasons have numbers that a person gave; what is larger is something else."""


def checked(time: Sequence[float] | pd.Series[Any], event: Sequence[int] | pd.Series[Any]) -> tuple[Floats, Ints]:
    """Give times and events as arrays, or say what is wrong with them."""
    for name, values in (("time", time), ("event", event)):
        kind = pd.Series(values).infer_objects().dtype
        if (not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_complex_dtype(kind)) and len(values):
            raise MetricError(f"Every {name} must be a number but got {kind}.")
    times, events = np.asarray(time, dtype=float), np.asarray(event)
    if len(times) != len(events):
        raise MetricError(f"Times and events must be equally many but got {len(times)} and {len(events)}.")
    if np.isnan(times).any() or (times < 0).any():
        raise MetricError("Every time must be 0 or more months, but at least one is negative or missing.")
    if (times > LARGEST).any():
        raise MetricError("Every time must be a finite number of months, but at least one is endless.")
    if pd.isna(events).any() or (events < 0).any():
        raise MetricError(
            "Every event must be 0 (censored) or the number of its cause, but at least one is negative or missing."
        )
    if not np.isfinite(numbers := events.astype(float)).all() or (numbers % 1).any() or (numbers > LAST_CAUSE).any():
        raise MetricError(f"Every event must be a whole number of at most {LAST_CAUSE}, but at least one is not.")
    return times, events.astype(np.int64)


def known_until(times: Floats, events: Ints) -> float:
    """Give the last time at which the course is known: for good when nobody was still there at the last time of all.

    >>> known_until(np.array([1.0, 3.0]), np.array([1, 0])), known_until(np.array([1.0, 3.0]), np.array([0, 1]))
    (3.0, inf)
    """
    last = float(times.max(initial=0.0))
    return last if (events[times == last] == 0).any() else math.inf


def tallies(times: Floats, events: Ints, cause: int, grid: Floats) -> tuple[Floats, Floats, Floats]:
    """Count at each time of the grid: persons at risk just before, events of the cause, events of any cause."""
    slot = np.searchsorted(grid, times)
    leaving = np.bincount(slot, minlength=len(grid)).astype(float)
    at_risk = leaving[::-1].cumsum()[::-1]
    of_cause = np.bincount(slot, weights=events == cause, minlength=len(grid))
    of_any = np.bincount(slot, weights=events > 0, minlength=len(grid))
    return at_risk, of_cause.astype(float), of_any.astype(float)


def aalen_johansen(n: Floats, d: Floats, d_any: Floats) -> tuple[Floats, Floats]:
    """Give the cumulative incidence at each time and its delta-method standard error."""
    before = survival_before(n, d_any)
    value = np.cumsum(before * d / n, axis=-1)
    left = n - d_any
    # when the last persons all leave at once, nobody's later course is at stake: the Greenwood term is left out
    greenwood = np.where(left > 0, d_any / (n * np.where(left > 0, left, 1)), 0.0)
    variance = (
        value**2 * np.cumsum(greenwood)
        - 2 * value * np.cumsum(value * greenwood)
        + np.cumsum(value**2 * greenwood)
        + np.cumsum(before**2 * d * (n - d) / n**3)
        - 2 * value * np.cumsum(before * d / n**2)
        + 2 * np.cumsum(value * before * d / n**2)
    )
    return value, np.sqrt(np.maximum(variance, 0.0))


def survival_before(n: Floats, d_any: Floats) -> Floats:
    """Give the probability of no event of any kind before each time, along the last axis."""
    stays = np.cumprod(1 - d_any / n, axis=-1)
    first = np.ones_like(stays[..., :1])
    return np.concatenate([first, stays[..., :-1]], axis=-1)


def bounds(value: float, se: float, at_risk: float) -> tuple[float, float]:
    """Give the 95 % interval of a probability on the complementary log-log scale; exact binomial when it is 0 or 1."""
    exact = 0.025 ** (1 / at_risk) if at_risk else 0.0
    if value <= 0:
        return 0.0, 1 - exact
    if value >= 1:
        return exact, 1.0
    spread = stats.norm.ppf(0.975) * se / (abs(np.log1p(-value)) * (1 - value))
    ends = [float(1 - np.exp(-np.exp(np.log(-np.log1p(-value)) + sign * spread))) for sign in (-1, 1)]
    return min(ends[0], value), max(ends[1], value)
