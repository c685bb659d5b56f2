"""The likelihood of a mixed model and its top, looked for three times: no single optimiser is safe for this model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.mixed_sums import Floats, Numbers, Sums, summed_out

NEAR = 0.5
"""Fits whose −2 log likelihood differs by at most this are taken for the same fit."""

FLAT = 0.01
"""Steepness of −2 log likelihood, per residual standard deviation of spread, below which a place counts as a top."""

TRIES = (("L-BFGS-B", 1.3, True), ("BFGS", 0.3, True), ("Powell", 1.0, False))
"""Optimiser, spread of the groups at which it starts (in residual standard deviations), and whether it is given the slope."""

STEEP = 1e-6
"""Steepness of −2 log likelihood per measurement at which BFGS stops."""

GAIN = 1e-3
"""Gain in −2 log likelihood at which Powell stops, roughly; by its own it stops at a share of it, which grows with the rows."""

RIDGE = 0.05
"""Spread, in residual deviations, below which a try starts once more, from beside it: at zero the slope is always nil."""

BESIDE = 0.3

APART = 1e-4
"""Spread over which the bend of the likelihood is taken, from differences of its slope."""

CLIMBS = 5
"""Steps to where the slope is nil, at most; each doubles the figures that are right."""

AGREE = "optimisers that agree"

SAME = "different outcomes within a group"

NOTHING = 1e-12
"""Residual variance, as a share of what least squares leaves, that is rounding: the model explains everything."""

STEP = 1e-20
"""Along the imaginary axis; nothing is subtracted, so it can be as small as this."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The model at given covariances of random effects, in orthonormal columns and units of `Sums.unit`."""

    theta: Floats  # their Cholesky factors, relative to the residual standard deviation
    beta: Floats
    noise: float  # residual variance
    deviance: float


def factors(theta: Numbers, effects: Sequence[int]) -> list[Numbers]:
    """Give the lower triangles that theta holds, level after level.

    >>> factors(np.array([1.0, 2.0, 3.0, 4.0]), [2, 1])
    [array([[1., 0.],
           [2., 3.]]), array([[4.]])]
    """
    found, at = [], 0
    for q in effects:
        below = np.tril_indices(q)
        lower = np.zeros((q, q), dtype=theta.dtype)
        lower[below] = theta[at : at + len(below[0])]
        found.append(lower)
        at += len(below[0])
    return found


def best_fit(sums: Sums, reml: bool, method: str) -> Solved | NotEnoughData:
    """Give the top of the likelihood when all optimisers that arrive find the same, and two at least do."""

    def deviance(theta: Floats) -> float:
        return float(_deviance(theta, sums, reml).real)

    def slope(theta: Floats) -> Floats:
        along = STEP * np.eye(len(theta))
        return np.array([_deviance(theta + 1j * step, sums, reml).imag / STEP for step in along])

    with np.errstate(all="ignore"):  # what ends in no number is dropped below, and needs no warning of its own
        tries = [_tried(deviance, slope, one, sums) for one in TRIES]
    theta = _trusted(tries, method)
    if isinstance(theta, NotEnoughData):
        return theta
    # once more from the best place, as far as the computer's figures go: degrees of freedom hang on the last digits
    last = optimize.minimize(deviance, theta, jac=slope, method="BFGS", options={"gtol": 1e-8})
    theta = levelled(np.asarray(last.x) if last.fun <= deviance(theta) else theta, slope)
    if not float(np.abs(slope(theta)).max()) < FLAT:
        return NotEnoughData(method, AGREE, 0, 2)
    solved = solve(theta, sums, reml)
    return solved if solved.noise > NOTHING else NotEnoughData(method, SAME, 1, 2)


def solve(theta: Floats, sums: Sums, reml: bool) -> Solved:
    """Give the other parts of the model, of which those at the top are the estimates."""
    _, rest = summed_out(sums, [lower @ lower.T for lower in factors(theta, sums.effects)])
    beta = np.linalg.solve(rest[:-1, :-1], rest[:-1, -1])
    df = sums.rows - len(beta) * reml
    noise = float(rest[-1, -1] - rest[:-1, -1] @ beta) / df
    return Solved(theta, beta, noise, float(_deviance(theta, sums, reml).real))


def _deviance(theta: Numbers, sums: Sums, reml: bool) -> complex:
    r"""Give −2 log likelihood with the coefficients and the residual variance at their best.

    .. math:: \log|V| + d\,(1 + \log 2\pi\hat\sigma^2) \; (+ \log|X'V^{-1}X| \text{ when restricted}), \quad d = n \; (- p)
    """
    volume, rest = summed_out(sums, [lower @ lower.T for lower in factors(theta, sums.effects)])
    precision, right = rest[:-1, :-1], rest[:-1, -1]
    squares = rest[-1, -1] - right @ np.linalg.solve(precision, right)
    df = sums.rows - len(right) * reml
    total = volume + df * (1 + np.log(2 * math.pi * squares / df) + 2 * math.log(sums.unit))
    if reml:
        # determinant of the reader's columns: orthonormal ones have it in `back`
        total = total + np.log(np.linalg.det(precision)) - 2 * np.linalg.slogdet(sums.back)[1]
    return complex(total)


@dataclass(frozen=True, slots=True)
class _Try:
    theta: Floats
    deviance: float
    arrived: bool


def stops(optimiser: str, rows: int) -> dict[str, float]:
    """Say when an optimiser stops: where as much is left to gain however many rows there are.

    >>> stops("Powell", 100), stops("L-BFGS-B", 100)
    ({'ftol': 1e-05}, {})
    """
    return {"BFGS": {"gtol": STEEP * rows}, "Powell": {"ftol": GAIN / rows}}.get(optimiser, {})


def levelled(theta: Floats, slope: Callable[[Floats], Floats]) -> Floats:
    """Go on by the slope alone when a place is not level: of many rows the likelihood has too few figures to see the rest.

    >>> levelled(np.array([1.2]), lambda at: 1e6 * (at**2 - 2.0)).round(9).tolist()
    [1.414213562]
    """
    for _ in range(CLIMBS):
        here = slope(theta)
        if not np.isfinite(here).all() or np.abs(here).max() < FLAT:
            break
        bend = np.array([slope(theta + along) - slope(theta - along) for along in APART * np.eye(len(theta))]) / (2 * APART)
        further = theta - np.linalg.lstsq(bend, here)[0]
        if not np.abs(slope(further)).max() < np.abs(here).max():
            break
        theta = further
    return theta


def _tried(
    deviance: Callable[[Floats], float], slope: Callable[[Floats], Floats], one: tuple[str, float, bool], sums: Sums
) -> _Try:
    optimiser, at, guided = one
    asked = {"method": optimiser, "jac": slope if guided else None, "options": stops(optimiser, sums.rows)}
    start = np.concatenate([at * np.eye(q)[np.tril_indices(q)] for q in sums.effects])
    found = optimize.minimize(deviance, start, **asked)
    ridge = (start != 0) & (np.abs(found.x) < RIDGE)
    if ridge.any():
        beside = np.where(ridge, BESIDE, found.x)
        again = optimize.minimize(deviance, beside, **asked)
        found = again if again.success and again.fun <= found.fun else found
    return _Try(np.asarray(found.x, dtype=float), float(found.fun), bool(found.success))


def _trusted(tries: Sequence[_Try], method: str) -> Floats | NotEnoughData:
    """Give the best of what was found, unless fits disagree or only one arrived; who ends in no number at all is left out."""
    good = sorted((one for one in tries if one.arrived and math.isfinite(one.deviance)), key=lambda one: one.deviance)
    near = [one for one in good if one.deviance - good[0].deviance <= NEAR]
    if len(near) < 2 or len(near) < len(good):
        return NotEnoughData(method, AGREE, len(near), 2)
    return near[0].theta
