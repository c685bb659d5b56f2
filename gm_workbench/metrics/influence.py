r"""Sums over exits, and what each row adds to them: one arithmetic for shares and months, with late entry and clusters.

Both the share that has left for a reason and the months lost to it are :math:`\sum_k h_k \hat S(t_k^-) d_{jk} / n_k` over the
times of exits, with weights h. The influence of a row is the derivative of that sum with respect to the row's weight, so errors
follow from its squares, added up by cluster first where rows may be alike (the infinitesimal jackknife).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.competing import Floats, Ints, known_until, survival_before

Column: TypeAlias = "Sequence[float] | pd.Series[Any]"


@dataclass(frozen=True, slots=True)
class Course:
    """Rows that are at risk from just after their entry up to and including their time.

    Attributes
    ----------
    grid : (K,)
        Times of exits, for whatever reason.
    at_risk, of_cause, of_any : (K,)
        Rows at risk, exits for the reason of interest, all exits.
    first, after : (n,)
        Row i is at risk at the times numbered first ≤ k < after.
    own : (n,)
        0 without an exit, 1 with one for the reason of interest, 2 for another.
    known : float
        The last time up to which the course is known; infinite when nobody was left at the end.
    """

    grid: Floats
    at_risk: Floats
    of_cause: Floats
    of_any: Floats
    first: Ints
    after: Ints
    own: Ints
    known: float

    @property
    def survival(self) -> Floats:
        """Probability of no exit before each time (K,)."""
        return survival_before(self.at_risk, self.of_any)


def course(times: Floats, events: Ints, entries: Floats, cause: int | None) -> Course:
    """Lay out who is at risk and who leaves; without a cause every exit is of interest.

    >>> found = course(np.array([3.0, 3.0, 5.0]), np.array([1, 2, 0]), np.array([0.0, 0.0, 3.0]), cause=1)
    >>> found.grid.tolist(), found.at_risk.tolist(), found.of_cause.tolist(), found.known
    ([3.0], [2.0], [1.0], 5.0)
    """
    of_interest = events > 0 if cause is None else events == cause
    grid = np.unique(times[events > 0])
    first, after = (np.searchsorted(grid, one, side="right") for one in (entries, times))
    size = len(grid) + 1
    at_risk = np.cumsum(np.bincount(first, minlength=size) - np.bincount(after, minlength=size))[:-1].astype(float)
    slot = np.searchsorted(grid, times)
    of_cause, of_any = (np.bincount(slot[one], minlength=size)[:-1].astype(float) for one in (of_interest, events > 0))
    own = np.where(events == 0, 0, np.where(of_interest, 1, 2))
    return Course(grid, at_risk, of_cause, of_any, first, after, own, known_until(times, events))


def entered(times: Floats, entry: Column | None) -> Floats:
    """Give months of entry, 0 for everybody unless they are given, or say what is wrong with them."""
    if entry is None:
        return np.zeros(len(times))
    told = pd.Series(entry).infer_objects()
    if not pd.api.types.is_numeric_dtype(told) or pd.api.types.is_complex_dtype(told):
        raise MetricError("Every entry must be a number of months, but at least one is not.")
    entries = np.asarray(entry, dtype=float)
    if len(entries) != len(times):
        raise MetricError(f"Entries and times must be equally many but got {len(entries)} and {len(times)}.")
    wrong = int((~((entries >= 0) & (entries < times))).sum())
    if wrong:
        raise MetricError(
            f"Every entry must be 0 or more months and come before the time, but {wrong} do not. "
            "Who enters and leaves in the same month was not watched: leave those rows out, and count them in the ledger."
        )
    return entries


def cluster_codes(clusters: Sequence[str] | pd.Series[Any], rows: int) -> Ints:
    """Number the clusters of the rows from 0, or say what is wrong with them.

    >>> cluster_codes(["a", "b", "a"], 3).tolist()
    [0, 1, 0]
    """
    codes = pd.factorize(pd.Series(clusters, dtype=object))[0]  # as they are: an array would make a text of what is missing
    if len(codes) != rows or (codes < 0).any():
        raise MetricError(
            f"Clusters and times must be equally many and without gaps but got {len(codes)} and {rows}, "
            f"and {int((codes < 0).sum())} clusters are missing."
        )
    return codes.astype(np.int64)


def weighed(found: Course, weights: Floats) -> tuple[float, Floats]:
    """Give the sum of exits with weights (K,), and the influence of each row on it (n,), which add up to zero.

    >>> value, parts = weighed(course(np.array([1.0, 2, 2, 2]), np.array([1, 0, 0, 0]), np.zeros(4), cause=1), np.array([1.0]))
    >>> value, parts.tolist()
    (0.25, [0.1875, -0.0625, -0.0625, -0.0625])
    """
    n, stays = found.at_risk, found.survival
    steps = weights * stays * found.of_cause / n
    later = np.cumsum(steps[::-1])[::-1] - steps  # what is still to come; nothing, once everybody has left
    rest = n - found.of_any
    lost = np.where(rest > 0, later / np.where(rest > 0, rest, 1.0), 0.0)
    gained = weights * stays / n
    expected = np.concatenate([[0.0], np.cumsum(gained * found.of_cause / n - lost * found.of_any / n)])
    parts = expected[found.first] - expected[found.after]
    own = found.after[found.own > 0] - 1
    parts[found.own > 0] += np.where(found.own[found.own > 0] == 1, gained[own], 0.0) - lost[own]
    return float(steps.sum()), np.asarray(parts, dtype=float)
