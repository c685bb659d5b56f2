"""How far persons with the same coach rate alike: intraclass correlations of a single rating and of a coach's mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.sides import over

Floats = NDArray[np.float64]

ICC1 = "ICC(1), one-way ANOVA, F interval"
ICC2 = "ICC(2), one-way ANOVA, F interval"

MIN_PERSONS = 30
"""Persons below which shared ratings are too unsure to say anything (assumed floor)."""

MIN_GROUPS = 10
"""Groups below which the spread between groups says nothing (assumed floor)."""


@dataclass(frozen=True, slots=True)
class SharedRating:
    """How far ratings are shared within a group: of a single rating (ICC1) and of a group's mean (ICC2)."""

    single: Estimate
    mean: Estimate
    group_size: float


@as_declared
def shared_rating(
    frame: pd.DataFrame, rating: str, group: str, *, size: Literal["weighted", "mean"] = "weighted"
) -> SharedRating | NotEnoughData:
    r"""Say how far persons with the same coach rate alike.

    .. math::

        \text{ICC}(1) = \frac{MS_B - MS_W}{MS_B + (n_0 - 1) MS_W}, \quad \text{ICC}(2) = \frac{MS_B - MS_W}{MS_B}, \quad
        n_0 = \frac{1}{G-1}\Big(N - \frac{\sum_g n_g^2}{N}\Big)

    :math:`n_0` is the size that unequal groups stand for. Intervals are exact for normal ratings, unequal groups or not (Wald).
    Their ends are the ratios :math:`\theta` of the spread between groups to that within for which

    .. math::

        \sum_g w_g (\bar y_g - \bar y_w)^2 / \{(G - 1) MS_W\} = F_{G-1,\,N-G}, \quad w_g = n_g / (1 + n_g \theta)

    at the quantiles of F, with :math:`\bar y_w` the mean weighed by w. ICC(1) is then :math:`\theta / (1 + \theta)`, and ICC(2)
    :math:`n_0 \theta / (1 + n_0 \theta)`. Of equal groups these are the F intervals of Shrout and Fleiss. Groups with one
    rating count for the spread between groups only.

    Parameters
    ----------
    frame : DataFrame
        One row per rating, no gaps in the columns named.
    rating : str
        The rating, in points.
    group : str
        The coach who is rated.
    size : {"weighted", "mean"}
        Size that unequal groups stand for: :math:`n_0`, or the mean size (as in the R package `multilevel`).

    Returns
    -------
    SharedRating or NotEnoughData
        Without unit; below 0 when persons of one coach differ more than persons of different coaches. NotEnoughData below 30
        persons or 10 groups, or when ratings do not differ within groups, or between them.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps.

    References
    ----------
    Shrout & Fleiss (1979), doi:10.1037/0033-2909.86.2.420; Bliese (2000), in Klein & Kozlowski (eds), ch. 8; for intervals of
    unequal groups Wald (1940), Ann Math Stat 11:96-100.

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i // 4 for i in range(48)], "bej": [i // 4 % 3 + i % 2 for i in range(48)]})
    >>> shared = shared_rating(rows, "bej", "coach")
    >>> round(shared.single.value, 3), round(shared.mean.value, 3), shared.group_size
    (0.659, 0.885, 4.0)
    """
    require_numbers(frame, [rating], ICC1)
    require_filled(frame, [group], ICC1)
    y, by = frame[rating].astype(float), frame.groupby(group, observed=True)[rating]
    n, groups, within = len(y), by.ngroups, y - by.transform("mean")
    short = shortage(
        ICC1,
        ("persons", n, MIN_PERSONS),
        ("groups", groups, MIN_GROUPS),
        ("different scores within a group", within.round(9).nunique(), 2),
        ("different scores between groups", by.mean().round(9).nunique(), 2),
    )
    if short is not None:
        return short
    stands_for = n / groups if size == "mean" else (n - float((by.size() ** 2).sum()) / n) / (groups - 1)
    between = y - y.mean() - within
    spread = float((within**2).sum()) / (n - groups)
    f = (float((between**2).sum()) / (groups - 1)) / spread
    ends = ratios(np.asarray(by.size(), dtype=np.float64), np.asarray(by.mean(), dtype=np.float64), spread)
    return _from_f(f, stands_for, ends, n, over(by.size(), n))


def ratios(sizes: Floats, means: Floats, within: float) -> tuple[float, float]:
    """Give the ends of the exact interval of the ratio of the spread between groups to that within (Wald).

    >>> low, high = ratios(np.array([4.0, 4.0, 4.0]), np.array([1.0, 2.0, 6.0]), 1.0)  # F = 28
    >>> round(low, 4), round(high, 2)  # (28 / 5.714705 - 1) / 4 and (28 * 39.386883 - 1) / 4
    (0.9749, 275.46)
    """
    groups, n = len(sizes), float(sizes.sum())

    def f(theta: float) -> float:
        weights = sizes / (1 + sizes * theta)
        return float(weights @ (means - weights @ means / weights.sum()) ** 2) / ((groups - 1) * within)

    def at(quantile: float) -> float:
        least, most = (1e-12 - 1) / float(sizes.max()), 1.0
        while f(most) > quantile:
            most *= 2
        return (
            least
            if f(least) <= quantile
            else float(optimize.brentq(lambda theta: f(theta) - quantile, least, most, xtol=1e-13))
        )

    return at(float(stats.f.isf(0.025, groups - 1, n - groups))), at(float(stats.f.ppf(0.025, groups - 1, n - groups)))


def _from_f(f: float, size: float, ends: tuple[float, float], n: int, sides: Sides) -> SharedRating:
    groups = sides.groups[0]

    def estimate(value: float, of: Callable[[float], float], method: str) -> Estimate:
        low, high = (of(theta) for theta in ends)
        return Estimate(
            value, min(low, value), max(high, value), math.nan, n, "", method, groups, residual_df=n - groups, sides=sides
        )

    single = estimate((f - 1) / (f + size - 1), lambda theta: theta / (1 + theta), ICC1)
    return SharedRating(single, estimate(1 - 1 / f, lambda theta: size * theta / (1 + size * theta), ICC2), size)
