"""The arithmetic of hazard models: who is at risk at each event, the partial likelihood, and each row's share in its score.

A row is at risk from just after its entry up to and including its time. statsmodels' ``PHReg`` also counts a row at its very
entry, and takes Breslow's residuals for clustered errors where ties are Efron's; with months, in which much is tied, both
matter, so neither is used here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ties = Literal["efron", "breslow"]

STEPS = 50
"""Newton steps, halvings included, after which there is no maximum to be found."""
NEAR = 1e-10
"""Gain in log likelihood that the next step would bring, below which the maximum is reached."""
WIDE = 100.0
"""Standard error, in standard deviations of the covariate, that only a likelihood without a maximum has."""


@dataclass(frozen=True, slots=True)
class RiskSets:
    """Who is at risk when, over the K distinct times of the event.

    Attributes
    ----------
    first, after : (n,)
        Row i is at risk at the times numbered first ≤ k < after.
    rows, slot, spared : (e,)
        Rows with the event, the number of its time, and the share of tied events taken out of the risk set before it (Efron).
    late : (n,)
        Weight with which a row stays in the risk set from `after` on, times `fading`; 0 for all in an ordinary Cox model.
    fading : (K,)
        The factor at each time.
    """

    first: Ints
    after: Ints
    rows: Ints
    slot: Ints
    spared: Floats
    late: Floats
    fading: Floats

    @property
    def times(self) -> int:
        return len(self.fading)

    def sums(self, values: Floats) -> Floats:
        """Add up the columns of `values` (n, q) over those at risk at each time: (K, q)."""
        inside = self.by_slot(self.first, values) - self.by_slot(self.after, values)
        total = np.cumsum(inside, axis=0)[:-1]
        if self.late.any():
            total += self.fading[:, None] * np.cumsum(self.by_slot(self.after, values * self.late[:, None]), axis=0)[:-1]
        return np.asarray(total, dtype=float)

    def by_slot(self, slot: Ints, values: Floats) -> Floats:
        """Add up the columns of `values` by slot: (K + 1, q)."""
        return np.stack([np.bincount(slot, column, self.times + 1) for column in values.T], axis=1)


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the partial likelihood is largest: coefficients (p,), the information (p, p) there, and how many events."""

    values: Floats
    information: Floats
    events: int


def risk_sets(time: Floats, happened: NDArray[np.bool_], entry: Floats | None = None, ties: Ties = "efron") -> RiskSets:
    """Lay out the risk sets of an ordinary Cox model.

    >>> sets = risk_sets(np.array([1.0, 2.0, 2.0]), np.array([True, True, True]), np.array([0.0, 0.0, 1.0]))
    >>> sets.sums(np.ones((3, 1)))[:, 0].tolist(), sets.spared.tolist()
    ([2.0, 2.0], [0.0, 0.0, 0.5])
    """
    grid = np.unique(time[happened])
    rows = np.flatnonzero(happened)[np.argsort(time[happened], kind="stable")]
    slot = np.searchsorted(grid, time[rows])
    tied = np.bincount(slot, minlength=len(grid))
    place = np.arange(len(rows)) - np.searchsorted(slot, slot)  # how many tied events stand before this one
    spared = place / tied[slot] if ties == "efron" else np.zeros(len(rows))
    after = np.searchsorted(grid, time, side="right")
    first = np.zeros(len(time), dtype=np.int64) if entry is None else np.searchsorted(grid, entry, side="right")
    return RiskSets(first, after, rows, slot, spared, np.zeros(len(time)), np.ones(len(grid)))


def maximum(z: Floats, sets: RiskSets) -> Maximum | None:
    """Find the maximum of the partial likelihood, or nothing where it rises for ever.

    `z` is (n, p), its columns must not repeat each other. Newton steps, halved while they do not go up.

    >>> z, time = np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([1.0, 2.0, 3.0, 4.0])
    >>> found = maximum(z, risk_sets(time, np.array([True] * 4)))
    >>> round(float(found.values[0]), 4)
    -0.9406
    """
    scale = z.std(axis=0)
    standard = (z - z.mean(axis=0)) / scale
    beta: Floats = np.zeros(z.shape[1])
    step: Floats = np.zeros(z.shape[1])
    best = -math.inf
    for _ in range(STEPS):
        likelihood, score, information = _likelihood(standard, beta + step, sets)
        if not likelihood >= best:
            step = np.asarray(step / 2, dtype=float)
            continue
        beta, best = np.asarray(beta + step, dtype=float), likelihood
        if np.linalg.eigvalsh(information)[0] < WIDE**-2:
            return None
        step = np.asarray(np.linalg.solve(information, score), dtype=float)
        if score @ step < NEAR:
            break
    else:
        return None
    # the last step brings the final digits
    information = _likelihood(standard, beta + step, sets)[2]
    return Maximum((beta + step) / scale, information * np.outer(scale, scale), len(sets.rows))


def _likelihood(z: Floats, beta: Floats, sets: RiskSets) -> tuple[float, Floats, Floats]:
    """Give the log partial likelihood, its gradient and minus its second derivative."""
    p = z.shape[1]
    total, mean = moments(z, beta, sets)
    upper = np.triu_indices(p)
    squares = _less_spared(z[:, upper[0]] * z[:, upper[1]], np.exp(z @ beta), sets) / total[:, None]
    second = np.zeros((p, p))
    second[upper] = squares.sum(axis=0)
    second = second + np.triu(second, 1).T
    likelihood = float((z[sets.rows] @ beta - np.log(total)).sum())
    return likelihood, (z[sets.rows] - mean).sum(axis=0), second - mean.T @ mean


def moments(z: Floats, beta: Floats, sets: RiskSets) -> tuple[Floats, Floats]:
    """Give for each event the summed risk of those at risk (e,) and their mean covariates, weighed by risk (e, p)."""
    risk = np.exp(z @ beta)
    total = _less_spared(np.ones((len(z), 1)), risk, sets)[:, 0]
    return total, _less_spared(z, risk, sets) / total[:, None]


def _less_spared(values: Floats, risk: Floats, sets: RiskSets) -> Floats:
    """Add up risk times values over those at risk at each event, less the share of tied events that went before."""
    weighed = values * risk[:, None]
    tied = sets.by_slot(sets.slot, weighed[sets.rows])
    return sets.sums(weighed)[sets.slot] - sets.spared[:, None] * tied[sets.slot]


def score_parts(z: Floats, beta: Floats, sets: RiskSets) -> Floats:
    r"""Give each row's share in the score (n, p): :math:`\int (z_i - \bar z(t))\, w_i(t)\, dM_i(t)`.

    They add up to zero at the maximum. With Efron's ties each of d tied events counts as spared in the shares before it.

    >>> z, time = np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([1.0, 2.0, 3.0, 4.0])
    >>> sets = risk_sets(time, np.array([True] * 4))
    >>> abs(float(score_parts(z, maximum(z, sets).values, sets).sum())) < 1e-6
    True
    """
    total, mean = moments(z, beta, sets)
    risk = np.exp(z @ beta)
    rate, pull = rates(total, mean, sets)
    parts = -risk[:, None] * (z * _between(rate, sets)[:, None] - _between(pull, sets))
    kept = sets.by_slot(sets.slot, np.column_stack([1 / total, mean / total[:, None]]) * sets.spared[:, None])[sets.slot]
    count = np.bincount(sets.slot)[sets.slot]
    centre = sets.by_slot(sets.slot, mean)[sets.slot] / count[:, None]
    own = z[sets.rows]
    parts[sets.rows] += own - centre + risk[sets.rows, None] * (own * kept[:, :1] - kept[:, 1:])
    return parts


def rates(total: Floats, mean: Floats, sets: RiskSets) -> tuple[Floats, Floats]:
    """Give at each time the step of the baseline hazard (K,), and the same times the mean covariates (K, p)."""
    steps = sets.by_slot(sets.slot, np.column_stack([1 / total, mean / total[:, None]]))[:-1]
    return steps[:, 0], steps[:, 1:]


def _between(steps: Floats, sets: RiskSets) -> Floats:
    """Add up the steps over the times at which each row is at risk, with its weight."""
    zero = np.zeros_like(steps[:1])
    plain = np.concatenate([zero, np.cumsum(steps, axis=0)])
    inside = plain[sets.after] - plain[sets.first]
    if not sets.late.any():
        return np.asarray(inside, dtype=float)
    faded = np.concatenate([zero, np.cumsum((steps.T * sets.fading).T, axis=0)])
    return np.asarray(inside + ((faded[-1] - faded[sets.after]).T * sets.late).T, dtype=float)


def expected_events(z: Floats, beta: Floats, sets: RiskSets) -> Floats:
    """Give the events that were to be expected of each row (n,), by its risk and the time that it was watched.

    >>> z, time = np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([1.0, 2.0, 3.0, 4.0])
    >>> expected_events(z, np.zeros(1), risk_sets(time, np.array([True] * 4))).round(4).tolist()  # 1/4, + 1/3, + 1/2, + 1
    [0.25, 0.5833, 1.0833, 2.0833]
    """
    rate = rates(*moments(z, beta, sets), sets)[0]
    return np.asarray(np.exp(z @ beta) * _between(rate[:, None], sets)[:, 0], dtype=float)
