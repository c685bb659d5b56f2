"""Growth over time when every person has a line of her own: a mixed model, by maximum likelihood, with a guard around it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mixed_fit import SAME, STEP, levelled, stops
from gm_workbench.metrics.mixed_sums import Numbers, off_own_lines

Floats = NDArray[np.float64]

GROWTH = "linear growth, random intercept and slope, maximum likelihood"

MIN_PERSONS = 30
"""Persons below which the spread of growth cannot be estimated (assumed floor)."""

NEAR = 0.5
"""Fits whose −2 log likelihood differs by less than this are taken for the same fit."""

ROUNDING = 1e-9
"""What own lines leave of outcomes, in their spread, below which it is what a computer's figures leave of nothing."""

TRIES = (("BFGS", True), ("L-BFGS-B", True), ("Powell", False))
"""Optimiser, and whether it is given the slope; without, BFGS cannot tell a small slope from rounding when rows are many."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Straight-line growth in which persons differ in where they start and how fast they grow.

    Attributes
    ----------
    start, slope : Estimate
        Mean outcome at time 0, and mean growth per unit of time.
    sd_start, sd_slope, correlation : float
        Spread of persons' own starts (at time 0) and slopes around these means, and how the two go together.
    residual_sd : float
        Spread of measurements around a person's own line.
    deviance : float
        −2 log likelihood.
    rows : int
        Measurements.
    """

    start: Estimate
    slope: Estimate
    sd_start: float
    sd_slope: float
    correlation: float
    residual_sd: float
    deviance: float
    rows: int


@as_declared
def growth(
    frame: pd.DataFrame, outcome: str, time: str, person: str = "person", *, unit: str = "points"
) -> Growth | NotEnoughData:
    r"""Estimate growth over time when every person has a line of her own.

    .. math:: y_{it} = (\beta_0 + u_{0i}) + (\beta_1 + u_{1i})\, t + e_{it}, \quad u_i \sim N(0, T), \; e \sim N(0, \sigma^2)

    Maximum likelihood, on time that is centred and scaled, profiled over :math:`\beta` and :math:`\sigma` (Bates e.a. 2015). No
    single optimiser is safe for this model, so three look for the maximum; the best one counts only when another found the same
    (within 0.5 in −2 log likelihood).

    Parameters
    ----------
    frame : DataFrame
        One row per person and moment, no gaps in the columns named.
    outcome : str
        E.g. the logarithm of the hourly wage, in `unit`.
    time : str
        Moment, in the unit in which growth is wanted (months, years).
    person : str
        Column that tells persons apart.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Growth or NotEnoughData
        `start` in `unit`, `slope` in `unit` per unit of time; normal intervals. NotEnoughData below 30 persons with two
        moments, without anybody who has three, when all outcomes are equal or everybody's lie on a line of her own, or when
        fewer than two optimisers agree.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps.

    References
    ----------
    Laird & Ware (1982), doi:10.2307/2529876; Bates e.a. (2015), doi:10.18637/jss.v067.i01; Singer & Willett (2003), ch. 5.

    Examples
    --------
    >>> rows = pd.DataFrame([(p, t, (p * 7 % 5) + (1 + p % 3) * t + (p * t * 5 % 7) / 10) for p in range(30) for t in range(5)])
    >>> grown = growth(rows.set_axis(["person", "t", "y"], axis="columns"), "y", "t")
    >>> round(grown.slope.value, 2), grown.slope.n, grown.rows
    (2.06, 30, 150)
    """
    require_numbers(frame, [outcome, time], GROWTH)
    require_filled(frame, [person], GROWTH)
    moments = frame.groupby(person)[time].nunique()
    short = shortage(
        GROWTH,
        ("persons with two measurements", int((moments > 1).sum()), MIN_PERSONS),
        ("persons with three measurements", int((moments > 2).sum()), 1),
        ("different outcomes", frame[outcome].nunique(), 2),
    )
    if short is not None:
        return short
    (y, level), (moment, middle) = _scaled(frame[outcome]), _scaled(frame[time])
    codes = pd.factorize(frame[person])[0].astype(np.int64)
    if np.abs(off_own_lines(y, codes, np.column_stack([np.ones(len(y)), moment]))[0]).max() < ROUNDING:
        return NotEnoughData(GROWTH, SAME, 1, 2)  # the likelihood has no top where lines of persons' own leave nothing
    sums = _Sums.of(y, moment, frame[person])
    theta = _maximise(sums)
    if isinstance(theta, NotEnoughData):
        return theta
    return _growth(sums, theta, level, middle, unit)


def _scaled(column: pd.Series[float]) -> tuple[Floats, tuple[float, float]]:
    """Give a column from its middle and in its own spread, and both: squares of large numbers leave no figures for the rest."""
    numbers = np.asarray(column, dtype=np.float64)
    middle, scale = float(numbers.mean()), float(numbers.std())
    return np.asarray((numbers - middle) / scale, dtype=np.float64), (middle, scale)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Cross products, all that the likelihood needs: those of persons measured at the same moments taken together."""

    persons: Floats  # (patterns,) how many have these moments
    zz: Floats  # patterns × 2 × 2, of one person
    zy: Floats  # patterns × 2, summed over persons
    squared: Floats  # patterns × 2 × 2, each person's zy times itself, summed over persons
    yy: float
    rows: int

    @classmethod
    def of(cls, y: Floats, time: Floats, person: pd.Series[Any]) -> _Sums:
        parts = pd.DataFrame({"one": 1.0, "t": time, "tt": time**2, "y": y, "ty": time * y})
        total = parts.groupby(pd.factorize(person)[0]).sum()
        zy = total[["y", "ty"]].to_numpy()
        moments, pattern, persons = np.unique(
            total[["one", "t", "tt"]].to_numpy(), axis=0, return_inverse=True, return_counts=True
        )
        together = [_by(pattern, column) for column in (*zy.T, zy[:, 0] ** 2, zy[:, 0] * zy[:, 1], zy[:, 1] ** 2)]
        squared = np.stack(together[2:4] + together[3:5], axis=1).reshape(-1, 2, 2)
        zz = moments[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
        return cls(persons.astype(float), zz, np.stack(together[:2], axis=1), squared, float((y**2).sum()), len(y))


def _by(pattern: NDArray[np.int64], column: Floats) -> Floats:
    return np.bincount(pattern, column).astype(float)


@dataclass(frozen=True, slots=True)
class _Solved:
    """The likelihood's other parts at a given spread of persons: mean line, its precision, residual variance, deviance."""

    beta: Floats
    precision: Floats
    variance: float
    deviance: float


def _solve(theta: Floats, sums: _Sums) -> _Solved:
    precision, right, total, _ = _parts(theta, sums)
    beta = np.linalg.solve(precision, right)
    return _Solved(beta, precision, float(_variance(total, sums).real), _deviance(theta, sums).real)


def _parts(theta: Numbers, sums: _Sums) -> tuple[Numbers, Numbers, complex, complex]:
    """Give the precision of the mean line, what it is solved with, the squares that are left, and the log determinant."""
    factor = np.array([[theta[0], 0.0], [theta[1], theta[2]]])  # persons' covariance is variance × factor factor'
    inner = np.eye(2) + factor.T @ sums.zz @ factor
    shrunk = factor @ np.linalg.solve(inner, np.broadcast_to(factor.T, inner.shape))
    pulled = sums.zz @ shrunk
    precision = np.einsum("p,pij->ij", sums.persons, sums.zz - pulled @ sums.zz)
    right = (sums.zy - np.einsum("pij,pj->pi", pulled, sums.zy)).sum(axis=0)
    explained = (shrunk * sums.squared).sum() + right @ np.linalg.solve(precision, right)
    return precision, right, sums.yy - explained, (sums.persons * np.log(np.linalg.det(inner))).sum()


def _variance(total: complex, sums: _Sums) -> complex:
    return total / sums.rows if total.real > 0 else np.finfo(float).tiny


def _deviance(theta: Numbers, sums: _Sums) -> complex:
    _, _, total, log_determinant = _parts(theta, sums)
    return complex(sums.rows * (np.log(2 * math.pi * _variance(total, sums)) + 1) + log_determinant)


def _slope(theta: Floats, sums: _Sums) -> Floats:
    """Give the slope of the deviance, as exact as the deviance: by a step along the imaginary axis nothing is subtracted."""
    return np.array([_deviance(theta + 1j * STEP * along, sums).imag / STEP for along in np.eye(len(theta))])


def _maximise(sums: _Sums) -> Floats | NotEnoughData:
    start = np.array([1.0, 0.0, 0.5])
    found = [_tried(method, guided, start, sums) for method, guided in TRIES]
    good = [fit for fit in found if fit.success and math.isfinite(fit.fun)]
    best = min(good, key=lambda fit: float(fit.fun), default=None)
    near = [fit for fit in good if best is not None and fit.fun - best.fun < NEAR]
    if best is None or len(near) < 2:
        return NotEnoughData(GROWTH, "optimisers that agree", len(near), 2)
    return _polished(np.asarray(best.x, dtype=float), sums)


def _tried(method: str, guided: bool, start: Floats, sums: _Sums) -> optimize.OptimizeResult:
    """Look for the maximum, and stop where as much is left to gain however many rows there are."""
    slope, stop = (lambda at: _slope(at, sums)) if guided else None, stops(method, sums.rows)
    return optimize.minimize(lambda at: _deviance(at, sums).real, start, method=method, jac=slope, options=stop)


def _polished(theta: Floats, sums: _Sums) -> Floats:
    """Climb once more: where optimisers stop by their own, errors were off by one in a thousand."""
    last = optimize.minimize(
        lambda at: _deviance(at, sums).real, theta, jac=lambda at: _slope(at, sums), method="BFGS", options={"gtol": 1e-8}
    )
    best = np.asarray(last.x, dtype=float) if last.fun <= _deviance(theta, sums).real else theta
    return levelled(best, lambda at: _slope(at, sums))


def _growth(sums: _Sums, theta: Floats, level: tuple[float, float], middle: tuple[float, float], unit: str) -> Growth:
    solved = _solve(theta, sums)
    size, scale = level[1], middle[1]
    back = size * np.array([[1.0, -middle[0] / scale], [0.0, 1.0 / scale]])  # from what was fitted to the reader's
    beta = back @ solved.beta + np.array([level[0], 0.0])
    covariance = back @ (solved.variance * np.linalg.inv(solved.precision)) @ back.T
    factor = back @ np.array([[theta[0], 0.0], [theta[1], theta[2]]])
    spread = solved.variance * factor @ factor.T
    sds = np.sqrt(np.diag(spread))
    persons, z = int(sums.persons.sum()), float(stats.norm.ppf(0.975))
    start, slope = (
        Estimate(float(b), float(b - z * se), float(b + z * se), float(se), persons, name, GROWTH, residual_df=sums.rows - 6)
        for b, se, name in zip(beta, np.sqrt(np.diag(covariance)), (unit, f"{unit} per unit of time"), strict=True)
    )
    together = float(spread[0, 1] / (sds[0] * sds[1])) if sds.min() > 0 else math.nan
    residual, deviance = size * math.sqrt(solved.variance), solved.deviance + 2 * sums.rows * math.log(size)
    return Growth(start, slope, float(sds[0]), float(sds[1]), together, residual, deviance, sums.rows)
