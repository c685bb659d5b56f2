"""How far persons with the same coach rate alike: intraclass correlations of a single rating and of a coach's mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from scipy import stats

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.sides import over

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

    :math:`n_0` is the size that unequal groups stand for. The F intervals are exact for equal groups of normal ratings.
    Groups with one rating count for the spread between groups only.

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
    Shrout & Fleiss (1979), doi:10.1037/0033-2909.86.2.420; Bliese (2000), in Klein & Kozlowski (eds), ch. 8.

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
    f = (float((between**2).sum()) / (groups - 1)) / (float((within**2).sum()) / (n - groups))
    return _from_f(f, stands_for, n, groups, over(by.size(), n))


def _from_f(f: float, size: float, n: int, groups: int, sides: Sides) -> SharedRating:
    low, high = f / float(stats.f.isf(0.025, groups - 1, n - groups)), f * float(stats.f.isf(0.025, n - groups, groups - 1))

    def estimate(of: Callable[[float], float], method: str) -> Estimate:
        return Estimate(of(f), of(low), of(high), math.nan, n, "", method, groups, residual_df=n - groups, sides=sides)

    return SharedRating(estimate(lambda x: (x - 1) / (x + size - 1), ICC1), estimate(lambda x: 1 - 1 / x, ICC2), size)
