"""Persons with coaches in teams: a regression in which every coach and every team has a level of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
from gm_workbench.metrics.sides import beside, over

Floats = NDArray[np.float64]

NESTED = "random intercepts at two levels, restricted maximum likelihood"

MIN_PERSONS = 30
"""Persons below which an association says nothing (assumed floor)."""

MIN_TEAMS = 10
"""Teams below which the spread between them cannot be estimated (assumed floor)."""

NEAR = 0.5
"""Fits whose −2 log likelihood differs by less than this are taken for the same fit."""

GRID = (0.0, 0.1, 0.3, 1.0, 3.0)
"""Spreads, in standard deviations within coaches, from which the top of the likelihood is looked for."""

FINE = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000.0, "maxfev": 4000.0}


@dataclass(frozen=True, slots=True)
class Nested:
    """A regression for persons in groups in groups, in which each of both has a level of its own.

    Attributes
    ----------
    coefficients : mapping of str to Estimate
        The constant (``const``) and the predictors, in outcome units per unit of the predictor; normal intervals.
    covariance : (coefficients, coefficients) array
        Of the coefficients, in their order.
    above, between, within : float
        Variance of teams, of coaches within a team, and of persons within a coach, given the predictors; in squared outcome
        units.
    deviance : float
        −2 restricted log likelihood; not comparable between sets of predictors.
    """

    coefficients: Mapping[str, Estimate]
    covariance: Floats
    above: float
    between: float
    within: float
    deviance: float

    def left(self, frame: pd.DataFrame, outcome: str) -> pd.Series[float]:
        """Give what the predictors leave of each person's outcome; the levels of coach and team are part of it."""
        told = sum(one.value * (1.0 if name == "const" else frame[name]) for name, one in self.coefficients.items())
        return (frame[outcome] - told).astype(float)


@as_declared
def nested_intercepts(
    frame: pd.DataFrame, outcome: str, predictors: Sequence[str], group: str, above: str, *, unit: str = "points"
) -> Nested | NotEnoughData:
    r"""Fit a regression for persons in groups in groups, with a random level for each group and each group above it.

    .. math:: y_{ijk} = \beta' x_{ijk} + w_k + u_{jk} + e_{ijk}, \quad
        w_k \sim N(0, \omega^2), \; u_{jk} \sim N(0, \tau^2), \; e_{ijk} \sim N(0, \sigma^2)

    Given :math:`\tau / \sigma` and :math:`\omega / \sigma` everything else has a closed form, so the restricted likelihood is a
    surface in two dimensions. Its top is climbed to from each of the three best points of a grid; climbs that end at different
    heights are not enough data. A spread may be zero. For one level of groups: `multilevel.random_intercept`.

    `mixed.mixed_model` with two levels gives the same numbers (a test holds them together) and takes two to four times as long,
    which is too long for what is drawn thousands of times; so both are kept.

    It does not let slopes differ between groups, nor persons belong to several coaches, and its standard errors treat the
    spreads as known: with few teams ask for degrees of freedom, as `mediation_levels` does.

    Parameters
    ----------
    frame : DataFrame
        One row per person, no gaps in the columns named.
    outcome, predictors : str, sequence of str
        In `unit`, and numeric. A constant is added.
    group, above : str
        The coach; and the team, which all persons of a coach share.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Nested or NotEnoughData
        NotEnoughData below 30 persons or 10 teams, when no team has two coaches or no coach two persons who differ, or when
        the climbs disagree.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, a group lies in two groups above, or predictors repeat each other.

    References
    ----------
    Snijders & Bosker (2012), Multilevel Analysis, §4.9; Bates e.a. (2015), doi:10.18637/jss.v067.i01.

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i // 3 for i in range(90)], "team": [i // 9 for i in range(90)]})
    >>> rows = rows.assign(y=rows["team"] % 4 + rows["coach"] * 7 % 5 / 2 + [i * 11 % 7 / 3 for i in range(90)])
    >>> fit = nested_intercepts(rows, "y", [], "coach", "team")
    >>> round(fit.coefficients["const"].value, 2), fit.coefficients["const"].groups
    (3.3, 10)
    """
    require_numbers(frame, [outcome, *predictors], NESTED)
    require_filled(frame, [group, above], NESTED)
    if frame[[group, above]].drop_duplicates()[group].duplicated().any():
        raise MetricError(f"{NESTED}: every {group} must lie in one {above}. Name a {group} of two of them twice.")
    short = _short(frame, outcome, group, above)
    if short is not None:
        return short
    sums = _Sums.of(frame, outcome, design(frame, predictors), group, above)
    found = _top(sums)
    return _nested(found, sums, unit) if isinstance(found, np.ndarray) else found


def _short(frame: pd.DataFrame, outcome: str, group: str, above: str) -> NotEnoughData | None:
    groups, teams = int(frame[group].nunique()), int(frame[above].nunique())
    apart = frame[outcome] - frame.groupby(group)[outcome].transform("mean")
    return shortage(
        NESTED,
        ("persons", len(frame), MIN_PERSONS),
        ("teams", teams, MIN_TEAMS),
        ("teams with two coaches", groups - teams, 1),
        ("different outcomes within a group", apart.astype(float).round(9).nunique(), 2),
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """All that the likelihood needs, in orthonormal columns (the outcome is the last), split in within coaches and coaches."""

    names: tuple[str, ...]
    back: Floats
    start: Floats
    inside: Floats
    means: Floats
    sizes: Floats
    member: Floats  # (teams, coaches)
    rows: int

    @classmethod
    def of(cls, frame: pd.DataFrame, outcome: str, x: Mapping[str, Floats], group: str, above: str) -> _Sums:
        matrix, y = np.column_stack(list(x.values())), frame[outcome].to_numpy(dtype=float)
        if not told_apart(matrix) or len(y) <= matrix.shape[1]:
            raise MetricError(f"{NESTED}: the columns {', '.join(x)} repeat each other. Leave one out.")
        q, r = np.linalg.qr(matrix)
        start, codes = q.T @ y, pd.factorize(frame[group])[0]
        columns = np.column_stack([q, y - q @ start])
        means = pd.DataFrame(columns).groupby(codes).mean().to_numpy(dtype=float)
        teams, _ = pd.factorize(frame.groupby(codes)[above].first())
        member, apart = np.eye(teams.max() + 1)[teams].T, columns - means[codes]
        return cls(tuple(x), np.linalg.inv(r), start, apart.T @ apart, means, np.bincount(codes).astype(float), member, len(y))

    def products(self, spreads: Floats) -> tuple[Floats, float]:
        """Give the cross products through the inverse covariance, in units of the variance within, and its log determinant."""
        between, above = np.square(spreads)
        weight = self.sizes / (1 + self.sizes * between)
        sums, sizes = self.member @ (weight[:, None] * self.means), self.member @ weight
        taken = (sums.T * (above / (1 + above * sizes))) @ sums
        volume = np.log1p(self.sizes * between).sum() + np.log1p(above * sizes).sum()
        return self.inside + (self.means.T * weight) @ self.means - taken, float(volume)

    def solved(self, spreads: Floats) -> tuple[Floats, Floats, float, float]:
        """Give coefficients above least squares, their precision, the variance within and the restricted deviance."""
        total, volume = self.products(spreads)
        precision, right = total[:-1, :-1], total[:-1, -1]
        beta = np.asarray(np.linalg.solve(precision, right), dtype=float)
        rest = self.rows - len(beta)
        within = max(float(total[-1, -1] - right @ beta), np.finfo(float).tiny) / rest
        # determinant of the reader's columns: orthonormal ones have it in `back`
        volume += float(np.linalg.slogdet(precision)[1]) - 2 * float(np.linalg.slogdet(self.back)[1])
        return beta, precision, within, rest * (math.log(2 * math.pi * within) + 1) + volume


def _top(sums: _Sums) -> Floats | NotEnoughData:
    """Give the spreads (of coaches, of teams) at which the deviance is lowest, as several climbs find it."""
    starts = sorted(((one, two) for one in GRID for two in GRID), key=lambda at: sums.solved(np.array(at))[-1])[:3]

    def height(at: Floats) -> float:
        return sums.solved(np.abs(at))[-1]

    climbs = [optimize.minimize(height, np.array(at) + 0.01, method="Nelder-Mead", options=FINE) for at in starts]
    best = min(climbs, key=lambda one: float(one.fun))
    if not best.success or max(float(one.fun) for one in climbs) - best.fun > NEAR:
        return NotEnoughData(NESTED, "optimisers that agree", 0, 1)
    # a spread that might as well be zero is zero
    ends: list[Floats] = [np.abs(np.asarray(best.x, dtype=float)) * np.array(keep) for keep in ((0, 0), (1, 0), (0, 1), (1, 1))]
    heights = [round(sums.solved(at)[-1], 8) for at in ends]
    return ends[int(np.argmin(heights))]


def _nested(spreads: Floats, sums: _Sums, unit: str) -> Nested:
    beta, precision, within, deviance = sums.solved(spreads)
    values = sums.back @ (sums.start + beta)
    covariance = within * sums.back @ np.linalg.inv(precision) @ sums.back.T
    z, teams, rest = float(stats.norm.ppf(0.975)), len(sums.member), sums.rows - len(beta)
    sides = over(sums.member @ sums.sizes, sums.rows)
    coefficients = {
        name: beside(Estimate(b, b - z * se, b + z * se, se, sums.rows, unit, NESTED, groups=teams, residual_df=rest), sides)
        for name, b, se in zip(sums.names, values.tolist(), np.sqrt(np.diag(covariance)).tolist(), strict=True)
    }
    between, above = (within * np.square(spreads)).tolist()
    return Nested(MappingProxyType(coefficients), covariance, above, between, within, deviance)
