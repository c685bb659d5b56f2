"""One column's gaps filled once: parameters drawn from their posterior, then values given those parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DONORS = 5
"""Measured persons among whom a match is drawn; with 20 matches are poor in small groups."""

RIDGE = 1e-5
"""Added to the diagonal, as a share of it, so that columns that nearly repeat each other do no harm."""

STEPS = 5
"""Draws of the two variances per cycle: one would let them wander slowly."""


class Gaps:
    """Columns (n, p) in standard deviations, where they have gaps, and who belongs together."""

    def __init__(self, values: Floats, codes: NDArray[np.int64] | None, donors: int) -> None:
        self.values, self.codes, self.donors = values, codes, donors
        self.open = np.isnan(values)
        self.columns = [int(column) for column in np.flatnonzero(self.open.any(axis=0))]
        self.clusters = 0 if codes is None else int(codes.max()) + 1

    def started(self, rng: np.random.Generator) -> Floats:
        """Fill each gap with a value drawn from those measured."""
        values = self.values.copy()
        for column in self.columns:
            gap = self.open[:, column]
            values[gap, column] = rng.choice(values[~gap, column], int(gap.sum()))
        return values


@dataclass(slots=True)
class Mixed:
    """Where the chain of one column stands: variances within and between clusters, in squares of its standard deviation."""

    within: float = 0.9
    between: float = 0.1


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw of a column's model: coefficients and spread, and the coefficients that fit best."""

    best: Floats
    beta: Floats
    sigma: float


def fill(gaps: Gaps, values: Floats, column: int, mixed: Mixed, rng: np.random.Generator) -> Floats:
    """Draw values for the gaps of one column, given all other columns as they are filled now; moves `mixed` on."""
    gap = gaps.open[:, column]
    x = np.column_stack([np.ones(len(values)), np.delete(values, column, axis=1)])
    there, y = x[~gap], values[~gap, column]
    if gaps.codes is None:
        drawn, levels = _line(there, y, rng), np.zeros(len(values))
    else:
        drawn, by_cluster = _line_with_levels(there, y, gaps.codes[~gap], gaps.clusters, mixed, rng)
        levels = by_cluster[gaps.codes]
    wanted = x[gap] @ drawn.beta + levels[gap]
    if gaps.donors:
        return _matched(there @ drawn.best + levels[~gap], y, wanted, min(gaps.donors, len(y)), rng)
    return np.asarray(wanted + drawn.sigma * rng.normal(size=len(wanted)))


def _line(x: Floats, y: Floats, rng: np.random.Generator) -> Drawn:
    """Draw spread and coefficients of a regression from their posterior, flat in the coefficients and the log of the spread."""
    best, root = _solved(x.T @ x, x.T @ y)
    left = y - x @ best
    sigma = float(np.sqrt(left @ left / rng.chisquare(max(len(y) - x.shape[1], 1))))
    return Drawn(best, best + sigma * root @ rng.normal(size=len(best)), sigma)


def _line_with_levels(
    x: Floats, y: Floats, codes: NDArray[np.int64], clusters: int, mixed: Mixed, rng: np.random.Generator
) -> tuple[Drawn, Floats]:
    """Draw a regression with a level per cluster: coefficients with the levels integrated out, levels, and the variances."""
    size = np.bincount(codes, minlength=clusters).astype(float)
    each = np.maximum(size, 1)
    x_mean = np.array([np.bincount(codes, weights=column, minlength=clusters) for column in x.T]).T / each[:, None]
    y_mean = np.bincount(codes, weights=y, minlength=clusters) / each
    square, product = x.T @ x, x.T @ y
    for _ in range(STEPS):
        pull = size * mixed.between / (size * mixed.between + mixed.within)
        heavy = (pull * size)[:, None] * x_mean
        best, root = _solved(square - x_mean.T @ heavy, product - heavy.T @ y_mean)
        beta = best + np.sqrt(mixed.within) * root @ rng.normal(size=len(best))
        spread = np.sqrt(mixed.between * (1 - pull))
        levels = pull * (y_mean - x_mean @ beta) + spread * rng.normal(size=clusters)
        left = y - x @ beta - levels[codes]
        mixed.within = float(left @ left / rng.chisquare(len(y)))
        mixed.between = float(levels @ levels / rng.chisquare(clusters - 1))
    return Drawn(best, beta, float(np.sqrt(mixed.within))), levels


def _solved(square: Floats, product: Floats) -> tuple[Floats, Floats]:
    """Give the solution, and a root of the inverse, of a nearly regular system."""
    root = np.linalg.inv(np.linalg.cholesky(square + RIDGE * np.diag(np.diag(square)))).T
    return root @ (root.T @ product), root


def _matched(there: Floats, y: Floats, wanted: Floats, donors: int, rng: np.random.Generator) -> Floats:
    """Give each gap the value of one of the measured persons whose prediction is nearest."""
    order = np.argsort(there, kind="stable")
    first = np.searchsorted(there[order], wanted)[:, None] + np.arange(-donors, donors)
    near = order[np.clip(first, 0, len(y) - 1)]
    outside = (first < 0) | (first >= len(y))
    distance = np.where(outside, np.inf, np.abs(there[near] - wanted[:, None]))
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :donors]
    chosen = nearest[np.arange(len(wanted)), rng.integers(0, donors, len(wanted))]
    return np.asarray(y[near[np.arange(len(wanted)), chosen]])
