"""The two models of `two_part`, fitted on cells: months of one person with the same characteristics, added up.

Both scores are linear in what was spent, so months, months with spend and euros of a cell are all that they need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS, CLOSE = 60, 1e-10
"""Newton's steps at most; the change in log odds and log euros below which they have arrived (the next is its square)."""

ENDLESS = 25.0
"""Log odds beyond which there is no finite answer: everybody of some kind got something, or nobody."""

NEGLIGIBLE, ROUNDING = 1e-9, 1e-14


@dataclass(frozen=True, slots=True)
class Cells:
    """Person by pattern of characteristics.

    Attributes
    ----------
    person, pattern : (cells,) numbered from 0
    months, any, euros : (cells,) months, those with spend, and euros
    x : (patterns, k) columns of both models: constant, group, characteristics
    names : (k,) of str
    categories : (patterns, c) a column for every category, the first included
    """

    person: Ints
    pattern: Ints
    months: Floats
    any: Floats
    euros: Floats
    x: Floats
    names: tuple[str, ...]
    categories: Floats

    @property
    def people(self) -> int:
        return int(self.person.max()) + 1 if len(self.person) else 0

    @property
    def raw_difference(self) -> float:
        """Euros per month in the group compared, minus those in the other."""
        side = self.x[self.pattern, 1] == 1
        means = [self.euros[one].sum() / self.months[one].sum() for one in (side, ~side)]
        return float(means[0] - means[1])

    def spenders(self, patterns: NDArray[np.bool_]) -> int:
        """Count the persons with any spend in a month with one of these patterns."""
        return len(np.unique(self.person[(self.any > 0) & patterns[self.pattern]]))

    def total(self, column: Floats) -> Floats:
        """Sum a column of cells by pattern."""
        return np.bincount(self.pattern, column, minlength=len(self.x)).astype(float)


def collapsed(person: Ints, pattern: Ints, amount: Floats, x: Floats, names: tuple[str, ...], categories: Floats) -> Cells:
    """Add up the months of one person with the same pattern.

    >>> one, two, euros = np.array([0, 0, 1]), np.array([0, 0, 0]), np.array([5.0, 0.0, 2.0])
    >>> found = collapsed(one, two, euros, np.ones((1, 1)), ("constant",), np.ones((1, 0)))
    >>> found.months.tolist(), found.any.tolist(), found.euros.tolist()
    ([2.0, 1.0], [1.0, 1.0], [5.0, 2.0])
    """
    keys, cell = np.unique(person * len(x) + pattern, return_inverse=True)
    columns = (np.ones(len(amount)), (amount > 0) * 1.0, amount)
    months, some, euros = (np.bincount(cell, column, minlength=len(keys)).astype(float) for column in columns)
    return Cells(keys // len(x), keys % len(x), months, some, euros, x, names, categories)


@dataclass(frozen=True, slots=True)
class Expected:
    """What both models expect in each pattern if everybody were of one group, and the slopes of that in coefficients."""

    any: Floats
    amount: Floats
    x: Floats

    @property
    def both(self) -> Floats:
        return self.any * self.amount

    def of(self, name: str) -> tuple[Floats, Floats]:
        """Give the slopes of `any`, `amount` or `both`."""
        p, mu = self.any, self.amount
        first, second = {"any": (p * (1 - p), 0 * mu), "amount": (0 * p, mu), "both": (p * (1 - p) * mu, p * mu)}[name]
        return first[:, None] * self.x, second[:, None] * self.x


@dataclass(frozen=True, slots=True)
class Models:
    """Coefficients (k,) of both parts, and the influence (cells, k) of each cell on them."""

    any: Floats
    amount: Floats
    any_influence: Floats
    amount_influence: Floats

    def at(self, cells: Cells, side: float) -> Expected:
        """Put everybody in one group."""
        x = cells.x.copy()
        x[:, 1] = side
        return Expected(_logistic(x @ self.any), np.exp(x @ self.amount), x)

    def averaged(
        self, cells: Cells, value: Floats, weights: Floats, any_slope: Floats, amount_slope: Floats
    ) -> tuple[float, Floats]:
        """Average a value of patterns over cells, and give the influence of each cell on the average."""
        share = cells.total(weights) / weights.sum()
        mean = float(share @ value)
        drawn = weights / weights.sum() * (value[cells.pattern] - mean)
        parts = self.any_influence @ (share @ any_slope) + self.amount_influence @ (share @ amount_slope)
        return mean, drawn + parts


def fitted(cells: Cells, method: str) -> Models | NotEnoughData:
    """Fit both parts; NotEnoughData when a coefficient has no finite value.

    Raises
    ------
    MetricError
        When columns determine each other, over all months or over those with spend.
    """
    months, some, euros = (cells.total(one) for one in (cells.months, cells.any, cells.euros))
    for weights in (months, some):
        _require_rank(cells.x, weights, method)
    mean = euros.sum() / some.sum()
    any_, scale = _minimum(cells.x, _logit(months, some)), _minimum(cells.x, _log_link(some, euros / mean))
    if any_ is None or scale is None:
        return NotEnoughData(method, "optimisers that agree", 0, 1)
    amount = scale + np.log(mean) * (np.arange(len(scale)) == 0)
    p, mu = _logistic(cells.x @ any_), np.exp(cells.x @ amount)
    of_any = cells.any - cells.months * p[cells.pattern], months * p * (1 - p)
    of_amount = cells.euros / mu[cells.pattern] - cells.any, some
    return Models(any_, amount, _influence(cells, *of_any), _influence(cells, *of_amount))


def _influence(cells: Cells, score: Floats, information: Floats) -> Floats:
    inverse = np.linalg.inv((cells.x.T * information) @ cells.x)
    return np.asarray(score[:, None] * (cells.x @ inverse)[cells.pattern])


def _require_rank(x: Floats, weights: Floats, method: str) -> None:
    size = np.sqrt(np.maximum((weights[:, None] * x**2).sum(axis=0), NEGLIGIBLE))
    if np.linalg.matrix_rank(np.sqrt(weights)[:, None] * x / size) < x.shape[1]:
        raise MetricError(f"{method}: the characteristics determine each other or the group; leave one of them out.")


Loss = Callable[[Floats], tuple[float, Floats, Floats]]
"""Loss of linear predictors (patterns,), and its first and second derivative in each. It is convex."""


def _logit(months: Floats, some: Floats) -> Loss:
    def loss(eta: Floats) -> tuple[float, Floats, Floats]:
        p = _logistic(eta)
        return float(months @ np.logaddexp(0, eta) - some @ eta), months * p - some, months * p * (1 - p)

    return loss


def _log_link(some: Floats, euros: Floats) -> Loss:
    def loss(eta: Floats) -> tuple[float, Floats, Floats]:
        over = euros * np.exp(-eta)
        return float(some @ eta + over.sum()), some - over, over

    return loss


def _minimum(x: Floats, loss: Loss) -> Floats | None:
    """Walk down by Newton's steps, halved while they lead up; None when there is no end to it."""
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        value, first, second = loss(x @ beta)
        step = np.linalg.solve((x.T * second) @ x, x.T @ first)
        size = 1.0
        while loss(x @ (beta - size * step))[0] > value + ROUNDING * (1 + abs(value)) and size > CLOSE:
            size /= 2
        beta = beta - size * step
        if np.abs(x @ beta).max() > ENDLESS:
            return None
        if np.abs(x @ step).max() < CLOSE:
            return beta
    return None


def _logistic(eta: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-eta)))
