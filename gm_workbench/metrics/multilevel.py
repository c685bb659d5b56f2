"""Persons in groups: how much groups differ, and how persons' outcomes go with characteristics when groups have a level."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage, told_apart
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sides import over

Floats = NDArray[np.float64]

LIKELIHOOD = "random intercepts, maximum likelihood"
RESTRICTED = "random intercepts, restricted maximum likelihood"

MIN_PERSONS = 30
"""Persons below which an association says nothing (assumed floor)."""

MIN_GROUPS = 10
"""Groups below which the spread between them cannot be estimated (assumed floor)."""

FINE = 1e-10
"""How closely the spread between groups is found, in standard deviations within them."""

GRID = (0.0, *np.geomspace(1e-3, 1e5, 41).tolist())
"""Spreads between groups, in standard deviations within them, among which the top of the likelihood is looked for first."""


@dataclass(frozen=True, slots=True)
class Multilevel:
    """A regression for persons in groups, in which every group has a level of its own.

    Attributes
    ----------
    coefficients : mapping of str to Estimate
        The constant (``const``) and the predictors, in outcome units per unit of the predictor.
    covariance : (coefficients, coefficients) array
        Of the coefficients, in their order.
    between, within : float
        Variance of groups' levels and of persons within a group, given the predictors; in squared outcome units.
    share_between : Estimate
        Between / (between + within), 0-1: the intraclass correlation. Its interval is that of the profile likelihood.
    deviance : float
        −2 log likelihood; restricted when the model was fitted so, and then not comparable between sets of predictors.
    """

    coefficients: Mapping[str, Estimate]
    covariance: Floats
    between: float
    within: float
    share_between: Estimate
    deviance: float

    def left(self, frame: pd.DataFrame, outcome: str) -> pd.Series[float]:
        """Give what the predictors leave of each person's outcome; the level of the group is part of it."""
        told = sum(one.value * (1.0 if name == "const" else frame[name]) for name, one in self.coefficients.items())
        return (frame[outcome] - told).astype(float)


@as_declared
def random_intercept(
    frame: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    group: str,
    *,
    reml: bool = False,
    unit: str = "points",
) -> Multilevel | NotEnoughData:
    r"""Fit a regression for persons in groups with a random level per group.

    .. math:: y_{ij} = \beta' x_{ij} + u_j + e_{ij}, \quad u_j \sim N(0, \tau^2), \; e_{ij} \sim N(0, \sigma^2), \quad
        \rho = \frac{\tau^2}{\tau^2 + \sigma^2}

    Given :math:`\tau / \sigma` everything else has a closed form, so the likelihood is a curve in one dimension; its top is
    looked for on a grid first and then around the best point, and may lie at zero. The interval of :math:`\rho` holds the
    values whose deviance is less than 3.84 above the lowest. Without predictors :math:`\rho` says which share of the
    differences lies between groups; it is about these groups, not about any one of them.

    Parameters
    ----------
    frame : DataFrame
        One row per person, no gaps in the columns named.
    outcome, predictors : str, sequence of str
        In `unit`, and numeric; none is allowed. A constant is added.
    group : str
        The coach, team or school that persons share.
    reml : bool
        Restricted likelihood: variances that allow for the estimation of the coefficients.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Multilevel or NotEnoughData
        Normal intervals for the coefficients, which are rough for what groups differ in: with five groups against five they
        missed 13 times in 100 (500 draws). `mixed_model` has degrees of freedom. NotEnoughData below 30 persons or 10
        groups, or when nobody differs from others in the same group.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, or predictors repeat each other.

    References
    ----------
    Snijders & Bosker (2012), Multilevel Analysis, ch. 4; Bates e.a. (2015), doi:10.18637/jss.v067.i01.

    Examples
    --------
    >>> rows = pd.DataFrame({"team": [i // 5 for i in range(60)], "y": [i // 5 % 4 + i % 5 * 0.8 for i in range(60)]})
    >>> fit = random_intercept(rows, "y", [], "team")
    >>> round(fit.coefficients["const"].value, 3), round(fit.share_between.value, 2), fit.share_between.groups
    (3.1, 0.37, 12)
    """
    method = RESTRICTED if reml else LIKELIHOOD
    require_numbers(frame, [outcome, *predictors], method)
    require_filled(frame, [group], method)
    groups = int(frame[group].nunique())
    apart = frame[outcome] - frame.groupby(group)[outcome].transform("mean")
    short = shortage(
        method,
        ("persons", len(frame), MIN_PERSONS),
        ("groups", groups, MIN_GROUPS),
        ("persons more than groups and predictors", len(frame) - groups - len(predictors), 1),
        ("different outcomes within a group", apart.astype(float).round(9).nunique(), 2),
    )
    if short is not None:
        return short
    sums = _Sums.of(frame, outcome, design(frame, predictors), group, method)
    best = _lowest(lambda spread: _solve(spread, sums, reml).deviance)
    return _multilevel(best, sums, reml, unit, method)


@dataclass(frozen=True, slots=True)
class _Sums:
    """All that the likelihood needs, in orthonormal columns and split in within and between, so that nothing cancels."""

    names: tuple[str, ...]
    back: Floats  # from coefficients of the orthonormal columns to those of the reader's
    start: Floats  # least squares coefficients of the orthonormal columns
    inside: Floats  # cross products within groups, of the columns and of what least squares leaves
    means: Floats  # the same columns' means per group
    sizes: Floats
    rows: int

    @classmethod
    def of(cls, frame: pd.DataFrame, outcome: str, x: Mapping[str, Floats], group: str, method: str) -> _Sums:
        matrix, y = np.column_stack(list(x.values())), frame[outcome].to_numpy(dtype=float)
        if not told_apart(matrix):
            raise MetricError(f"{method}: the columns {', '.join(x)} repeat each other. Leave one out.")
        q, r = np.linalg.qr(matrix)
        start, codes = q.T @ y, pd.factorize(frame[group])[0]
        columns = np.column_stack([q, y - q @ start])
        means = pd.DataFrame(columns).groupby(codes).mean().to_numpy(dtype=float)
        apart = columns - means[codes]
        return cls(tuple(x), np.linalg.inv(r), start, apart.T @ apart, means, np.bincount(codes).astype(float), len(y))


@dataclass(frozen=True, slots=True)
class _Solved:
    """The other parts of the model at a given spread between groups."""

    beta: Floats  # in orthonormal columns, above least squares
    precision: Floats
    within: float
    deviance: float


def _solve(spread: float, sums: _Sums, reml: bool) -> _Solved:
    ratio = spread**2  # variance between over within
    total = sums.inside + (sums.means.T * (sums.sizes / (1 + sums.sizes * ratio))) @ sums.means
    precision, right = total[:-1, :-1], total[:-1, -1]
    beta = np.asarray(np.linalg.solve(precision, right), dtype=float)
    squares = max(float(total[-1, -1] - right @ beta), np.finfo(float).tiny)
    rows = sums.rows - len(beta) * reml
    volume = float(np.log1p(sums.sizes * ratio).sum())
    if reml:
        # determinant of the reader's columns: orthonormal ones have it in `back`
        volume += float(np.linalg.slogdet(precision)[1]) - 2 * float(np.linalg.slogdet(sums.back)[1])
    return _Solved(beta, precision, squares / rows, rows * (math.log(2 * math.pi * squares / rows) + 1) + volume)


def _lowest(deviance: Callable[[float], float]) -> float:
    """Give the spread at which the deviance is lowest, zero included."""
    at = int(np.argmin([deviance(spread) for spread in GRID]))
    around = (GRID[max(at - 1, 0)], GRID[min(at + 1, len(GRID) - 1)])
    found = optimize.minimize_scalar(deviance, bounds=around, method="bounded", options={"xatol": FINE})
    return float(found.x) if found.fun < deviance(0.0) else 0.0


def _profile(best: float, deviance: Callable[[float], float]) -> tuple[float, float]:
    """Give the spreads at which the deviance has risen by the 95 % point of chi-square with one degree of freedom."""
    top = deviance(best) + float(stats.chi2.ppf(0.95, 1))

    def crossing(low: float, high: float) -> float:
        return float(optimize.brentq(lambda spread: deviance(spread) - top, low, high, xtol=FINE))

    return (
        crossing(0.0, best) if deviance(0.0) > top else 0.0,
        crossing(best, GRID[-1]) if deviance(GRID[-1]) > top else math.inf,
    )


def _share(spread: float) -> float:
    return 1 - 1 / (1 + spread**2)


def _multilevel(best: float, sums: _Sums, reml: bool, unit: str, method: str) -> Multilevel:
    solved = _solve(best, sums, reml)
    beta = sums.back @ (sums.start + solved.beta)
    covariance = solved.within * sums.back @ np.linalg.inv(solved.precision) @ sums.back.T
    z, groups, residual_df = float(stats.norm.ppf(0.975)), len(sums.sizes), sums.rows - len(beta)
    sides = over(sums.sizes, sums.rows)
    coefficients = {
        name: Estimate(
            b, b - z * se, b + z * se, se, sums.rows, unit, method, groups=groups, residual_df=residual_df, sides=sides
        )
        for name, b, se in zip(sums.names, beta.tolist(), np.sqrt(np.diag(covariance)).tolist(), strict=True)
    }
    low, high = (_share(end) for end in _profile(best, lambda spread: _solve(spread, sums, reml).deviance))
    share = Estimate(
        _share(best),
        low,
        high,
        math.nan,
        sums.rows,
        "share of variance",
        method,
        groups=groups,
        residual_df=residual_df,
        sides=sides,
    )
    between = solved.within * best**2
    return Multilevel(MappingProxyType(coefficients), covariance, between, solved.within, share, solved.deviance)
