r"""Where people stand among the others, then and later: ranks instead of amounts, so that growth for everybody drops out.

A rank is a person's place among the persons of the table, between 0 (lowest) and 1: the share below, plus half of those with
the same wage. Errors allow for ranks being estimated from the same persons; those of a regression of ranks on ranks do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.bootstrap import percentile
from gm_workbench.metrics.checks import require_draws, require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.one_group import OneGroup

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

RANKS = "rank-rank regression, errors that allow for estimated ranks"
REDRAWN = "ranks drawn again with persons, percentile interval"
MIN_PERSONS = 40
"""Persons with both wages below which ranks say too little; the lowest quarter then has ten (assumed floor)."""

ROUNDING = 1e-9
"""A quarter of 80 persons is 20 persons, whatever the computer makes of it."""

MIN_CLUSTERS = 10
"""Coaches or teams below which errors by cluster cannot be trusted (assumed floor)."""


@dataclass(frozen=True, slots=True)
class RankMobility:
    """How the later rank goes with the rank at the start.

    Attributes
    ----------
    slope : Estimate
        Places by which the later rank differs per place at the start: 1, nobody changes place; 0, the start tells nothing.
    spearman : Estimate
        Rank correlation; equal to the slope when no wages are equal.
    expected : Estimate
        Mean later rank (0-100) that the line gives to who stood at `bottom` of all ranks: 50 − (50 − 100·bottom)·slope.
    rose : Estimate
        Of those in the lowest part at the start, the share with a higher rank later.
    left : Estimate
        Of the same, the share that is no longer in the lowest part later.
    fell : Estimate
        Of those in the highest part at the start (as large), the share with a lower rank later. Each of the three is
        NotEnoughData where it is the same in every draw, as when nobody fell.
    bottom : float
        The part that counts as lowest, 0.25 for a quarter.
    """

    slope: Estimate
    spearman: Estimate
    expected: Estimate
    rose: Estimate | NotEnoughData
    left: Estimate | NotEnoughData
    fell: Estimate | NotEnoughData
    bottom: float


@as_declared
def rank_mobility(
    frame: pd.DataFrame,
    start: str = "from",
    later: str = "to",
    *,
    bottom: float = 0.25,
    cluster: str | None = None,
    draws: int = 999,
    seed: int = 1,
) -> RankMobility | NotEnoughData:
    r"""Estimate how people change places in the distribution of wages.

    With ranks :math:`F_i` at the start and :math:`G_i` later (mid-ranks, mean one half), and :math:`q_b` the wage at or below
    which a part b began (the lowest that makes the part b or more, so many equal wages make it larger):

    .. math:: \hat\rho = \frac{\sum_i (F_i - \frac12)(G_i - \frac12)}{\sum_i (F_i - \frac12)^2}, \qquad
        \hat U = \Pr(G_i > F_i \mid x_i \le q_b)

    The error of the slope comes from its influence function, in which each person also moves the ranks of the others:
    :math:`\psi_i = \{\kappa_i(F, G) - \rho\,\kappa_i(F, F)\} / \mathrm{Var} F`, with :math:`\kappa_i(F, G) = F_i G_i +
    \frac1n\sum_j K(x_i, x_j) G_j + \frac1n\sum_j F_j K(y_i, y_j) - 3\,\overline{FG}` and K(a, b) one when a < b, one half when
    equal. The error of a plain regression of ranks leaves the two sums out and can be far too large or too small. Shares of the
    lowest and highest part have percentile intervals from drawing persons (or whole clusters) again and ranking anew each time.

    With ten coaches or more, also where one of twelve has half of the persons, intervals missed 1 to 5 times in 100 (400 draws
    each, intraclass correlation .1): those of the shares of the ends are somewhat wide.

    Ranks are among the persons given, not among all workers of a country. Somebody at the bottom can hardly go but up, and a
    low month that was bad luck passes: `rose` is above one half also when wages only wobble, so read it beside `fell`.

    Parameters
    ----------
    frame : one row per person, no gaps in the columns named
    start, later : columns with the two wages, in the same unit each
    bottom : part of the ranks that counts as lowest, above 0 and at most one half
    cluster : column with the coach or team that persons share
    draws, seed : of the bootstrap

    Returns
    -------
    RankMobility or NotEnoughData
        Slope and correlation without unit, expected rank in percentiles, shares in probability; n is persons, of a share
        those in its part. t intervals on persons − 1, or with the errors and degrees of freedom of `one_group.OneGroup`.
        NotEnoughData below 40 persons or 10 clusters, when one or two clusters have most of the persons, with fewer than 10
        persons in the lowest or highest part, or when all wages of a moment are equal or nobody passes anybody.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, or `bottom` does not lie above 0 and at most at one half.

    References
    ----------
    Chetty, Hendren, Kline & Saez (2014), QJE 129:1553-1623, doi:10.1093/qje/qju022 (slope, expected rank); Bhattacharya &
    Mazumder (2011), Quantitative Economics 2:335-379, doi:10.3982/QE69 (upward rank mobility); Chetverikov & Wilhelm (2023),
    Inference for rank-rank regressions, arXiv:2310.15512 (errors).

    Examples
    --------
    >>> wages = pd.DataFrame({"from": range(80), "to": [i + 30 * (i % 2) for i in range(80)]})
    >>> found = rank_mobility(wages)
    >>> round(found.slope.value, 2), round(found.expected.value, 1), found.rose.value
    (0.84, 28.9, 0.5)
    """
    _check(frame, start, later, bottom, cluster)
    x, y = (frame[name].to_numpy(dtype=float) for name in (start, later))
    codes = np.arange(len(frame)) if cluster is None else pd.factorize(frame[cluster])[0]
    if (short := _short(x, y, codes, bottom)) is not None:
        return short
    group, groups = OneGroup.of(np.asarray(codes)), None if cluster is None else int(codes.max()) + 1
    if (short := group.short(RANKS)) is not None:
        return short
    slope, spearman = _lines(x, y, group, groups)
    place = 100 * (bottom - 0.5)
    low, high = sorted(50 + place * end for end in (slope.low, slope.high))
    value, se = 50 + place * slope.value, abs(place) * slope.se
    expected = Estimate(value, low, high, se, len(x), "percentile", RANKS, groups, slope.df, residual_df=slope.residual_df)
    least, most = _ends(x, bottom)
    values = _shares(x, y, codes, bottom, draws, seed).T
    told = zip(values, (least, least, most), strict=True)
    rose, left, fell = (percentile(one[0], one[1:], n, "probability", REDRAWN, groups) for one, n in told)
    return RankMobility(slope, spearman, expected, rose, left, fell, bottom)


def mid_ranks(values: Floats) -> Floats:
    """Give each person's rank: the share of persons below, plus half of the share with the same value, herself included.

    >>> mid_ranks(np.array([5.0, 7.0, 7.0, 9.0])).tolist()
    [0.125, 0.5, 0.5, 0.875]
    """
    return np.asarray((stats.rankdata(values) - 0.5) / len(values), dtype=float)


def _check(frame: pd.DataFrame, start: str, later: str, bottom: float, cluster: str | None) -> None:
    if not 0 < bottom <= 0.5:
        raise MetricError(f"{RANKS}: bottom must lie above 0 and at most at 0.5 but got {bottom}.")
    require_numbers(frame, [start, later], RANKS)
    if cluster is not None:
        require_filled(frame, [cluster], RANKS)


def _short(x: Floats, y: Floats, codes: Ints, bottom: float) -> NotEnoughData | None:
    short = shortage(
        RANKS,
        ("persons", len(x), MIN_PERSONS),
        ("clusters", len(np.unique(codes)), MIN_CLUSTERS),
        ("different outcomes", min(len(np.unique(x)), len(np.unique(y))), 2),
    )
    return short or shortage(RANKS, ("persons in each group", min(_ends(x, bottom)), MIN_PERSONS // 4))


def _ends(x: Floats, bottom: float) -> tuple[int, int]:
    """Count the persons in the lowest and in the highest part."""
    masses = np.unique(x, return_counts=True)[1].astype(float)
    least, most = (int(mass[: _reach(mass, bottom) + 1].sum()) for mass in (masses, masses[::-1]))
    return least, most


def _lines(x: Floats, y: Floats, group: OneGroup, groups: int | None) -> tuple[Estimate, Estimate]:
    """Give the slope and the rank correlation, with errors from their influence functions."""
    f, g = mid_ranks(x), mid_ranks(y)
    both, first, second = _moved(x, f, y, g), _moved(x, f, x, f), _moved(y, g, y, g)
    covariance, var_f, var_g = (float(a @ b) / len(x) - 0.25 for a, b in ((f, g), (f, f), (g, g)))
    slope, spread = covariance / var_f, float(np.sqrt(var_f * var_g))
    spearman = covariance / spread
    of_slope = (both - slope * first) / var_f
    of_spearman = both / spread - spearman / 2 * (first / var_f + second / var_g)
    return _with_error(slope, of_slope, group, groups), _with_error(spearman, of_spearman, group, groups)


def _moved(x: Floats, f: Floats, y: Floats, g: Floats) -> Floats:
    """Give each person's influence on the mean product of ranks: by her own ranks, and by moving those of the others."""
    mean = float(f @ g) / len(x)
    return f * g + _above(x, g) + _above(y, f) - 3 * mean


def _above(values: Floats, weights: Floats) -> Floats:
    """Give for each person the mean over all of the weights of those with a higher value, ties for half."""
    _, places = np.unique(values, return_inverse=True)
    mass = np.bincount(places, weights)
    return np.asarray((mass.sum() - np.cumsum(mass) + mass / 2)[places] / len(values), dtype=float)


def _with_error(value: float, influence: Floats, group: OneGroup, groups: int | None) -> Estimate:
    se, df = group.error(influence / len(influence)), group.df
    half = float(stats.t.ppf(0.975, df)) * se
    left = len(influence) - 2  # a line has a height and a slope
    return Estimate(value, value - half, value + half, se, len(influence), "", RANKS, groups, df, residual_df=left)


def _shares(x: Floats, y: Floats, codes: Ints, bottom: float, draws: int, seed: int) -> Floats:
    """Give (draws + 1, 3) shares: rose and left of the lowest part, fell of the highest; the first row is the data."""
    require_draws(draws, seed, RANKS)
    (_, at_x), (_, at_y) = (np.unique(values, return_inverse=True) for values in (x, y))
    random, groups = np.random.default_rng(seed), int(codes.max()) + 1
    found = [_moves(at_x, at_y, np.ones(len(x)), bottom)]
    for _ in range(draws):
        drawn = np.bincount(random.integers(0, groups, groups), minlength=groups)[codes].astype(float)
        found.append(_moves(at_x, at_y, drawn, bottom))
    return np.array(found)


def _moves(at_x: Ints, at_y: Ints, weights: Floats, bottom: float) -> tuple[float, float, float]:
    mass_x, mass_y = (np.bincount(at, weights).astype(float) for at in (at_x, at_y))
    f, g = _mid(mass_x)[at_x], _mid(mass_y)[at_y]
    low = weights * (at_x <= _reach(mass_x, bottom))
    high = weights * (at_x >= len(mass_x) - 1 - _reach(mass_x[::-1], bottom))
    # summed without a dot product: for vectors of this size that waits for threads
    rose, left, fell = (low * (g > f)).sum(), (low * (at_y > _reach(mass_y, bottom))).sum(), (high * (g < f)).sum()
    return float(rose / low.sum()), float(left / low.sum()), float(fell / high.sum())


def _reach(mass: Floats, bottom: float) -> int:
    """Give the place of the first value at or below which there is so large a part of the mass."""
    reached = np.cumsum(mass)
    return int(np.searchsorted(reached, bottom * reached[-1] - ROUNDING))


def _mid(mass: Floats) -> Floats:
    """Give the mid-rank of each value."""
    reached = np.cumsum(mass)
    return np.asarray((reached - mass / 2) / reached[-1], dtype=float)
