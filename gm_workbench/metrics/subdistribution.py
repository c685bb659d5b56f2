"""The arithmetic of Fine and Gray: who left for another reason stays at risk, with a weight for having been watched so long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gm_workbench.metrics.partial import Floats, Ints, RiskSets, Ties, moments, rates, risk_sets


def weighed_sets(time: Floats, event: Ints, cause: int, ties: Ties = "efron") -> RiskSets:
    r"""Lay out risk sets in which those who left for another reason stay, with weight :math:`\hat G(t^-) / \hat G(T_i^-)`.

    G is the Kaplan-Meier estimate of still being watched. Who is lost in a month is lost after that month's events. Those with
    an event in it are gone by then; with Breslow's ties they count among those who could have been lost, as in ``cmprsk::crr``.

    >>> sets = weighed_sets(np.array([1.0, 2.0, 2.0, 3.0]), np.array([2, 1, 0, 1]), cause=1)
    >>> sets.late.tolist(), sets.fading.tolist()
    ([1.0, 0.0, 0.0, 0.0], [1.0, 0.5])
    """
    grid, risk, lost = _lost(time, event, ties)
    watched = np.concatenate([[1.0], np.cumprod(1 - lost / np.maximum(risk, 1.0))])
    before = watched[np.searchsorted(grid, time)]
    other = (event > 0) & (event != cause)
    late = np.where(other, 1 / np.where(other, before, 1.0), 0.0)
    fading = watched[np.searchsorted(grid, np.unique(time[event == cause]))]
    return replace(risk_sets(time, event == cause, ties=ties), late=late, fading=fading)


def weight_parts(z: Floats, beta: Floats, sets: RiskSets, time: Floats, event: Ints, ties: Ties = "efron") -> Floats:
    r"""Give each row's share in the score by way of the estimated weights (n, p): Fine and Gray's :math:`\hat\psi_i`.

    Being lost at u makes all weights after u of those who left otherwise by then smaller; with Breslow's ties the weights from
    u on of those who left before it, as Fine and Gray write it and ``cmprsk::crr`` has it.
    """
    grid, risk, lost = _lost(time, event, ties)
    total, mean = moments(z, beta, sets)
    rate, pull = rates(total, mean, sets)
    faded = np.column_stack([rate, pull]) * sets.fading[:, None]
    ahead = np.concatenate([np.cumsum(faded[::-1], axis=0)[::-1], np.zeros_like(faded[:1])])
    place = np.searchsorted(np.unique(time[sets.rows]), grid, side="left" if ties == "breslow" else "right")
    weight = np.exp(z @ beta) * sets.late
    slot = np.searchsorted(grid, time, side="right" if ties == "breslow" else "left")
    gone = np.stack(
        [np.bincount(slot, column, len(grid) + 1) for column in (np.column_stack([np.ones(len(z)), z]).T * weight)], axis=1
    )
    gone = np.cumsum(gone, axis=0)[:-1]
    pushed = ahead[place, :1] * gone[:, 1:] - ahead[place, 1:] * gone[:, :1]
    return _martingale(pushed / np.maximum(risk, 1.0)[:, None], lost / np.maximum(risk, 1.0), grid, time, event, ties)


def _lost(time: Floats, event: Ints, ties: Ties) -> tuple[Floats, Floats, Floats]:
    """Give the times at which somebody is lost, those who could be, and how many are."""
    grid, lost = np.unique(time[event == 0], return_counts=True)
    still = len(time) - np.searchsorted(np.sort(time), grid)
    leave = np.sort(time[event > 0])
    events = np.searchsorted(leave, grid, side="right") - np.searchsorted(leave, grid)
    return grid, (still if ties == "breslow" else still - events).astype(float), lost.astype(float)


def _martingale(values: Floats, hazard: Floats, grid: Floats, time: Floats, event: Ints, ties: Ties) -> Floats:
    """Integrate values (m, p) over each row's own loss less what was to be expected of it."""
    expected = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values * hazard[:, None], axis=0)])
    # who leaves in a month is gone before that month's losses, or could have been lost in it
    until = np.searchsorted(grid, time, side="right")
    seen = until if ties == "breslow" else np.where(event == 0, until, np.searchsorted(grid, time))
    parts = -expected[seen]
    parts[event == 0] += values[np.searchsorted(grid, time[event == 0])]
    return np.asarray(parts, dtype=float)
