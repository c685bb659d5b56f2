"""How far persons with the same coach or in the same team agree, group by group: within-group agreement of ratings.

The intraclass correlations of the room `agreement` ask whether groups differ; these ask whether a group is of one mind, which a
group can be while all groups are alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, Known, NotEnoughData
from gm_workbench.metrics.sides import over

Floats = NDArray[np.float64]

RWG = "rwg(j), median over groups, order-statistic interval"

MIN_RATERS = 5
"""Ratings below which a group's agreement is chance; smaller groups are left out (assumed floor)."""

MIN_GROUPS = 10
"""Groups below which the median says nothing (assumed floor)."""

STRONG = 0.7
"""Agreement from which ratings are usually averaged to a score of the group (convention)."""


@dataclass(frozen=True, slots=True)
class GroupAgreement:
    """One group: how far its ratings agree (0 to 1), and how many ratings there are."""

    group: Any
    value: float
    ratings: int


@dataclass(frozen=True, slots=True)
class Outside:
    """Fewest ratings, and groups, that lie beyond a value on either side."""

    ratings: int
    groups: int


NOBODY = Outside(0, 0)
"""What is not counted is not released."""


@dataclass(frozen=True, slots=True)
class Consensus:
    """Agreement within groups.

    Attributes
    ----------
    groups : tuple of GroupAgreement
        In the order of the groups.
    median : Estimate
        Over groups, with an interval between two of them. It is `Known` when these two agree equally: an interval between
        ordered values is right whatever ties there are, so with so many equal groups it has no width.
    strong : float
        Share of groups with an agreement of .70 or more.
    left_out : int
        Groups with too few ratings.
    beyond, beyond_ends : Outside
        Who lies beyond the median, and beyond the ends of its interval: these are the values of one or two of the groups.
    """

    groups: tuple[GroupAgreement, ...]
    median: Known
    strong: float
    left_out: int
    beyond: Outside = NOBODY
    beyond_ends: Outside = NOBODY


@as_declared
def within_group_agreement(
    frame: pd.DataFrame, items: Sequence[str], group: str, *, low: float = 1, high: float = 5, chance: float | None = None
) -> Consensus | NotEnoughData:
    r"""Say how far ratings agree within groups, against raters who fill in anything.

    .. math:: r_{wg(j)} = \frac{J (1 - \bar s^2 / \sigma^2)}{J (1 - \bar s^2 / \sigma^2) + \bar s^2 / \sigma^2}, \qquad
        \sigma^2 = \frac{A^2 - 1}{12}, \quad A = \text{high} - \text{low} + 1

    :math:`\bar s^2` is the mean variance of the J items within the group; with one item this is :math:`1 - s^2 / \sigma^2`. A
    group that differs more than chance has agreement 0. When everybody leans to the good end, agreement is partly that: pass a
    smaller `chance` and see what remains.

    Parameters
    ----------
    frame : DataFrame
        One row per rater, no gaps in the columns named.
    items : sequence of str
        Items of the scale, all pointing the same way, answered in whole steps.
    group : str
        The coach or team that is rated.
    low, high : float
        Ends of the answer scale.
    chance : float, optional
        Variance of answers by chance; default: every step as likely (2 for 1 to 5; with a slight skew it is 1.34).

    Returns
    -------
    Consensus or NotEnoughData
        Groups with fewer than 5 raters are left out; NotEnoughData below 10 others, or when all answers are equal.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, an answer lies off the scale or between its steps, there is no
        item, or chance is not above 0.

    References
    ----------
    James, Demaree & Wolf (1984), doi:10.1037/0021-9010.69.1.85; LeBreton & Senter (2008), doi:10.1177/1094428106296642;
    Conover (1999), Practical Nonparametric Statistics, §3.2 (interval of a median).

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i // 6 for i in range(72)], "bej": [3 + i % 2 for i in range(72)]})
    >>> found = within_group_agreement(rows, ["bej"], "coach")
    >>> round(found.median.value, 3), found.strong
    (0.85, 1.0)
    """
    expected = _chance(items, low, high, chance)
    require_numbers(frame, items, RWG)
    require_filled(frame, [group], RWG)
    if not frame[list(items)].apply(lambda answers: answers.between(low, high)).all(axis=None):
        raise MetricError(f"{RWG}: answers must lie between {low:g} and {high:g} but some of {', '.join(items)} do not.")
    if float(low).is_integer() and frame[list(items)].mod(1).ne(0).any(axis=None):
        raise MetricError(
            f"{RWG}: answers must be whole steps from {low:g} to {high:g} but some of {', '.join(items)} are not."
        )
    by = frame.groupby(group, observed=True)[list(items)]
    sizes = by.size()
    kept = sizes[sizes >= MIN_RATERS]
    answers = int(pd.unique(frame[list(items)].to_numpy().ravel()).size)
    short = shortage(RWG, ("groups", len(kept), MIN_GROUPS), ("different outcomes", answers, 2))
    if short is not None:
        return short
    spread = (by.var(ddof=1).mean(axis="columns").loc[kept.index].to_numpy(dtype=float) / expected).clip(max=1.0)
    values = len(items) * (1 - spread) / (len(items) * (1 - spread) + spread)
    each = zip(kept.index, values, kept, strict=True)
    return Consensus(
        tuple(GroupAgreement(label, float(value), int(ratings)) for label, value, ratings in each),
        replace(_median(values, int(kept.sum())), sides=over(kept, int(kept.sum()))),
        float(np.mean(values >= STRONG)),
        len(sizes) - len(kept),
        *(_outside(values, kept.to_numpy(dtype=np.int64), place) for place in (len(values) // 2, _outer(len(values)) - 1)),
    )


def _chance(items: Sequence[str], low: float, high: float, chance: float | None) -> float:
    expected = ((high - low + 1) ** 2 - 1) / 12 if chance is None else chance
    if not items or not (math.isfinite(expected) and expected > 0):
        raise MetricError(f"{RWG}: there must be an item, and answers by chance must have a variance above 0.")
    return expected


def _median(values: Floats, ratings: int) -> Estimate:
    """Give the median, between the two groups that hold the true one at least 95 times in 100."""
    n, ordered = len(values), np.sort(values)
    outer = _outer(n)
    value = float(np.median(values))
    return Estimate(value, float(ordered[outer - 1]), float(ordered[n - outer]), math.nan, ratings, "", RWG, n)


def _outer(n: int) -> int:
    """Give the place from either end of the groups that bound the median: P(X < outer) is at most .025."""
    return int(stats.binom.ppf(0.025, n, 0.5))


def _outside(values: Floats, ratings: NDArray[np.integer[Any]], place: int) -> Outside:
    """Count who lies beyond the values at a place from either end."""
    ordered = ratings[np.argsort(values, kind="stable")]
    return Outside(int(min(ordered[:place].sum(), ordered[len(ordered) - place :].sum())), place)
