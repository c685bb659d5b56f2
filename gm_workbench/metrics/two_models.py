"""The two models of `two_part`, fitted on cells: months of one person with the same characteristics, added up.

Both scores are linear in what was spent, so months, months with spend and euros of a cell are all that they need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import told_apart
from gm_workbench.metrics.collapsed import Cells, Ints
from gm_workbench.metrics.estimate import NotEnoughData

Floats = NDArray[np.float64]

STEPS, CLOSE = 60, 1e-10
"""Newton's steps at most; the change in log odds and log euros below which they have arrived (the next is its square)."""

ENDLESS = 25.0
"""Log odds beyond which there is no finite answer: everybody of some kind got something, or nobody."""

NEGLIGIBLE, ROUNDING = 1e-9, 1e-14


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
    x: Floats

    def at(self, side: float) -> Expected:
        """Put everybody in one group."""
        x = self.x.copy()
        x[:, 1] = side
        return Expected(_logistic(x @ self.any), np.exp(x @ self.amount), x)

    def averaged(
        self, cells: Cells, value: Floats, weights: Floats, any_slope: Floats, amount_slope: Floats
    ) -> tuple[float, Floats]:
        """Average a value of patterns over cells, and give the influence of each cell on the average."""
        share = cells.by_pattern(weights) / weights.sum()
        mean = float(share @ value)
        drawn = weights / weights.sum() * (value[cells.pattern] - mean)
        parts = self.any_influence @ (share @ any_slope) + self.amount_influence @ (share @ amount_slope)
        return mean, drawn + parts


def fitted(cells: Cells, x: Floats, method: str) -> Models | NotEnoughData:
    """Fit both parts to columns x (patterns, k): constant, group, characteristics; NotEnoughData without a finite answer.

    Raises
    ------
    MetricError
        When columns determine each other, over all months or over those with spend.
    """
    months, some, euros = (cells.by_pattern(one) for one in (cells.rows, cells.some, cells.total))
    for weights in (months, some):
        _require_rank(x, weights, method)
    mean = euros.sum() / some.sum()
    any_, scale = _minimum(x, _logit(months, some)), _minimum(x, _log_link(some, euros / mean))
    if any_ is None or scale is None:
        return NotEnoughData(method, "optimisers that agree", 0, 1)
    amount = scale + np.log(mean) * (np.arange(len(scale)) == 0)
    p, mu = _logistic(x @ any_), np.exp(x @ amount)
    of_any = _influence(x, cells.pattern, cells.some - cells.rows * p[cells.pattern], months * p * (1 - p))
    of_amount = _influence(x, cells.pattern, cells.total / mu[cells.pattern] - cells.some, some)
    return Models(any_, amount, of_any, of_amount, x)


def _influence(x: Floats, pattern: Ints, score: Floats, information: Floats) -> Floats:
    return np.asarray(score[:, None] * (x @ np.linalg.inv((x.T * information) @ x))[pattern])


def _require_rank(x: Floats, weights: Floats, method: str) -> None:
    if not told_apart(np.sqrt(weights)[:, None] * x):
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
        curve = (x.T * second) @ x
        if not told_apart(curve, ROUNDING):  # one pattern outweighs all others: there is no bottom to be found
            return None
        step = np.linalg.solve(curve, x.T @ first)
        size = 1.0
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far to have a loss leads up too
            while not loss(x @ (beta - size * step))[0] <= value + ROUNDING * (1 + abs(value)) and size > CLOSE:
                size /= 2
        beta = beta - size * step
        if np.abs(x @ beta).max() > ENDLESS:
            return None
        if np.abs(x @ step).max() < CLOSE:
            return beta
    return None


def _logistic(eta: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-eta)))
