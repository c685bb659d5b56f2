"""How sure a mixed model is of its coefficients when groups are few: Kenward & Roger's way, and Satterthwaite's.

Both ask how the covariance of the coefficients moves with the variances it was made from, and how sure those variances are.
They differ in the last (expected information, or the curve of the likelihood), and Kenward & Roger widen the covariance itself.
On balanced data they agree, so that neither can be recognised there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from gm_workbench.metrics.mixed_fit import Solved, factors
from gm_workbench.metrics.mixed_sums import Floats, Numbers, Sums, summed_out

KENWARD_ROGER = "kenward-roger"
SATTERTHWAITE = "satterthwaite"
Errors = Literal["kenward-roger", "satterthwaite"]

FINE = 2e-3
"""Step in a variance, as a share of the distance over which the likelihood bends."""

STEP = 1e-20
"""Along the imaginary axis."""

FIVE_POINTS = ((-2, 1 / 12), (-1, -8 / 12), (1, 8 / 12), (2, -1 / 12))
"""Steps and weights of the central difference that is exact for polynomials of the fourth degree."""

FLAT = 1e-8
"""Curvature, as a share of the largest, below which a direction says nothing and is left out."""


@dataclass(frozen=True, slots=True)
class Degrees:
    """What degrees of freedom are made from, for coefficients in the reader's columns and units.

    Attributes
    ----------
    covariance : (p, p) array
        Of the coefficients, as if the variances were known.
    adjusted : (p, p) array
        The one that errors are made from: by Kenward & Roger, or the same.
    slopes : (m, p, p) array
        How the covariance moves with each of the m variances and covariances.
    spread : (m, m) array
        Covariance of their estimates.
    errors : str
    """

    covariance: Floats
    adjusted: Floats
    slopes: Floats
    spread: Floats
    errors: Errors

    def one(self, weights: Floats) -> float:
        r"""Give the degrees of freedom of a weighted sum: :math:`2 v^2 / (g' W g)`, v its variance and g how that moves."""
        v = float(weights @ self.covariance @ weights)
        g = np.einsum("i,rij,j->r", weights, self.slopes, weights)
        moves = float(g @ self.spread @ g)
        return 2 * v**2 / moves if moves > 0 else math.inf

    def several(self, values: Floats, contrasts: Floats) -> tuple[float, float]:
        """Give F and its denominator's degrees of freedom for several weighted sums (rows of `contrasts`) being zero."""
        several = _kenward_roger_test if self.errors == KENWARD_ROGER else _satterthwaite_test
        return several(self, values, contrasts)


def degrees(solved: Solved, sums: Sums, *, reml: bool, errors: Errors) -> Degrees:
    """Find what degrees of freedom are made from, at the top of the likelihood."""
    bends = _bends(solved, sums)
    phi = np.asarray(np.linalg.inv(bends.value[:-1, :-1]), dtype=float)
    p = bends.first[:, :-1, :-1]
    slopes, adjusted = -phi @ p @ phi, phi
    if errors == KENWARD_ROGER:
        spread = _expected(bends, phi, p)
        adjusted = _widened(bends, phi, p, spread)
    else:
        turn, spread = _observed(solved, sums, bends, phi, reml)
        slopes = np.einsum("ra,rij->aij", turn, slopes)
    back = sums.back * math.sqrt(solved.noise) * sums.unit
    return Degrees(back @ phi @ back.T, back @ adjusted @ back.T, back @ slopes @ back.T, spread, errors)


@dataclass(frozen=True, slots=True)
class _Bends:
    """Value and derivatives, in variances relative to the residual one, of log|V| and of [X y]'V⁻¹[X y] (C)."""

    volume_first: Floats  # (m,)
    volume_second: Floats  # (m, m)
    value: Floats  # C
    first: Floats  # (m, p + 1, p + 1)
    second: Floats  # (m, m, p + 1, p + 1)
    a: Floats  # minus the coefficients, and 1: a'Ca is the weighted sum of squares


def _bends(solved: Solved, sums: Sums) -> _Bends:
    r"""Take the derivatives that everything here is made from.

    V is linear in the variances :math:`\gamma`, so :math:`\partial^2 \log|V| = -\mathrm{tr}(V^{-1} G_r V^{-1} G_s)` and
    :math:`\partial^2 X'V^{-1}X = Q_{rs} + Q_{sr}`: no matrix as large as the data is ever made.
    """
    at = np.concatenate([_below(lower @ lower.T) for lower in factors(solved.theta, sums.effects)] + [np.ones(1)])
    size = int(sums.ww.shape[1]) - sum(sums.effects[1:])
    beta, noise = solved.beta, math.sqrt(solved.noise)

    def flat(gamma: Numbers) -> Numbers:
        volume, rest = summed_out(sums, _spreads(gamma[:-1], sums.effects), gamma[-1])
        return np.concatenate([[volume], rest.ravel()])

    first, second = derivatives(flat, at, _steps(at, sums))
    value = flat(at)[1:].reshape(size, size)
    shape = (len(at), size, size)
    # the outcome is in units of its own spread here; a makes it one in residual standard deviations
    a = np.append(-beta, 1.0) / noise
    return _Bends(
        first[:, 0], second[:, :, 0], value, first[:, 1:].reshape(shape), second[:, :, 1:].reshape(len(at), *shape), a
    )


def derivatives(function: Callable[[Numbers], Numbers], at: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Give first and second derivatives of a smooth function of m numbers: a step along the imaginary axis, five points apart.

    >>> first, second = derivatives(lambda x: x[:1] ** 2 * x[1], np.array([3.0, 2.0]), np.array([0.1, 0.1]))
    >>> first[:, 0].round(6).tolist(), second[:, :, 0].round(6).tolist()
    ([12.0, 9.0], [[4.0, 6.0], [6.0, 0.0]])
    """
    unit = np.eye(len(at))

    def slope(r: int, place: Floats) -> Floats:
        return np.asarray(np.imag(function(place + 1j * STEP * unit[r])), dtype=float) / STEP

    first = np.stack([slope(r, at) for r in range(len(at))])
    second = np.zeros((len(at), *first.shape))
    for r in range(len(at)):
        for s in range(r, len(at)):
            parts = [weight * slope(r, at + step * steps[s] * unit[s]) for step, weight in FIVE_POINTS]
            second[r, s] = second[s, r] = np.sum(parts, axis=0) / steps[s]
    return first, second


def _steps(at: Floats, sums: Sums) -> Floats:
    """Give a step for each variance: small beside it and beside what the largest group adds, whichever counts."""
    spreads = _spreads(at[:-1], sums.effects)
    largest = [sums.zz.max(axis=0), *_largest_above(sums)]
    found: list[Floats] = []
    for spread, most in zip(spreads, largest, strict=True):
        scale = np.sqrt(np.diag(spread) + 1 / np.maximum(np.diag(most), 1.0))
        found.append(_below(np.outer(scale, scale)))
    return FINE * np.concatenate([*found, np.ones(1)])


def _largest_above(sums: Sums) -> list[Floats]:
    """Give the largest cross products of the random effects of each further level."""
    found, rest = [], sums.ww
    for q, begin in zip(sums.effects[1:], sums.above, strict=True):
        found.append(rest[:, :q, :q].max(axis=0))
        rest = np.add.reduceat(rest[:, q:, q:], begin)
    return found


def _below(matrix: Numbers) -> Numbers:
    return np.asarray(matrix[np.tril_indices(len(matrix))])


def _spreads(gamma: Numbers, effects: Sequence[int]) -> list[Numbers]:
    return [lower + lower.T - np.diag(np.diag(lower)) for lower in factors(gamma, effects)]


def _expected(bends: _Bends, phi: Floats, p: Floats) -> Floats:
    """Give the covariance of the variances from their expected information, as Kenward & Roger do."""
    traces = np.einsum("ij,rsji->rs", phi, bends.second[:, :, :-1, :-1])
    phi_p = phi @ p
    information = -bends.volume_second - traces + np.einsum("rij,sji->rs", phi_p, phi_p)
    return _inverse(information / 2)


def _widened(bends: _Bends, phi: Floats, p: Floats, spread: Floats) -> Floats:
    inner = np.einsum("rs,rsij->ij", spread, bends.second[:, :, :-1, :-1] / 2 - np.einsum("rij,jk,skl->rsil", p, phi, p))
    return np.asarray(phi + 2 * phi @ inner @ phi, dtype=float)


def _observed(solved: Solved, sums: Sums, bends: _Bends, phi: Floats, reml: bool) -> tuple[Floats, Floats]:
    """Give the covariance of the factors' entries and the residual standard deviation from the curve of the likelihood.

    Factors and not variances: where a variance is zero the likelihood is level in the one and not in the other.
    """
    c, d = bends.first, bends.second
    pulls = c @ bends.a
    first = bends.volume_first + bends.a @ pulls.T
    second = bends.volume_second + np.einsum("i,rsij,j->rs", bends.a, d, bends.a)
    second = second - 2 * pulls[:, :-1] @ phi @ pulls[:, :-1].T
    if reml:
        phi_c = phi @ c[:, :-1, :-1]
        first = first + np.einsum("rii->r", phi_c)
        second = second + np.einsum("ij,rsji->rs", phi, d[:, :, :-1, :-1]) - np.einsum("rij,sji->rs", phi_c, phi_c)
    place = np.append(solved.theta, 1.0)
    turn, bent = derivatives(lambda x: _variances(x, sums.effects), place, np.full(len(place), 0.1))
    curve = turn @ second @ turn.T + bent @ first
    return turn.T, _inverse(curve / 2)


def _variances(x: Numbers, effects: Sequence[int]) -> Numbers:
    """Turn factors and the residual standard deviation into variances."""
    parts = [_below(lower @ lower.T) for lower in factors(x[:-1], effects)]
    return np.asarray(np.concatenate([*parts, np.ones(1)]) * x[-1] ** 2)


def _inverse(curve: Floats) -> Floats:
    """Invert in the directions in which the curve rises; in the others it says nothing."""
    values, vectors = np.linalg.eigh(curve)
    rising = values > FLAT * values.max()
    return np.asarray((vectors[:, rising] / values[rising]) @ vectors[:, rising].T)


def _kenward_roger_test(given: Degrees, values: Floats, contrasts: Floats) -> tuple[float, float]:
    """Follow Kenward & Roger (1997), section 3, with the moments of F matched where it is exact."""
    phi, count = given.covariance, len(contrasts)
    theta = contrasts.T @ np.linalg.inv(contrasts @ phi @ contrasts.T) @ contrasts
    parts = theta @ given.slopes  # slopes are -ΦPΦ, and every product below has two of them
    traces = np.einsum("rii->r", parts)
    a1 = float(traces @ given.spread @ traces)
    a2 = float(np.einsum("rs,rij,sji->", given.spread, parts, parts))
    b = (a1 + 6 * a2) / (2 * count)
    g = ((count + 1) * a1 - (count + 4) * a2) / ((count + 2) * a2)
    below = 3 * count + 2 * (1 - g)
    c1, c2, c3 = g / below, (count - g) / below, (count + 2 - g) / below
    rho = ((1 - a2 / count) / (1 - c2 * b)) ** 2 * (1 + c1 * b) / (1 - c3 * b) / count
    df = 4 + (count + 2) / (count * rho - 1)
    scale = df * (1 - a2 / count) / (df - 2)
    away = contrasts @ values
    return scale * float(away @ np.linalg.solve(contrasts @ given.adjusted @ contrasts.T, away)) / count, df


def _satterthwaite_test(given: Degrees, values: Floats, contrasts: Floats) -> tuple[float, float]:
    """Split in sums that do not go together, and match the mean of F (Fai & Cornelius 1996)."""
    along, axes = np.linalg.eigh(contrasts @ given.covariance @ contrasts.T)
    apart = axes.T @ contrasts
    each = np.array([given.one(row) for row in apart])
    found = float(((apart @ values) ** 2 / along).mean())
    if np.ptp(each) < 1e-8 * each.max():
        return found, float(each.mean())
    expected = float((each[each > 2] / (each[each > 2] - 2)).sum())
    return found, 2 * expected / (expected - len(each)) if expected > len(each) else 2.0


def interval(value: float, se: float, df: float) -> tuple[float, float]:
    """Give the two-sided 95 % t interval."""
    half = float(stats.t.ppf(0.975, df)) * se
    return value - half, value + half
