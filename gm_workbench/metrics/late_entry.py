"""Shares that left and that are still there, when some people come under observation late (left truncation).

A delivery that begins in a calendar month holds people who had been on benefit for years by then, and none of those who had
left before. To count the former as watched from their first month makes stays look longer than they are. Here a person is at
risk from just after `entry` up to and including `time`, both in months since the person's own start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_whole
from gm_workbench.metrics.competing import Floats, Ints, aalen_johansen, bounds, checked
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.exits import Curve
from gm_workbench.metrics.hazard_rows import MIN_CLUSTERS
from gm_workbench.metrics.influence import Column, Course, cluster_codes, course, entered, weighed
from gm_workbench.metrics.one_group import OneGroup
from gm_workbench.metrics.sides import over

AALEN_JOHANSEN = "Aalen-Johansen with late entry, complementary log-log interval"
KAPLAN_MEIER = "Kaplan-Meier with late entry, complementary log-log interval"

MIN_AT_RISK = 10
"""Persons at risk at every exit that counts (assumed): a few who leave among the first to enter would decide the curve."""


@as_declared
def cumulative_incidence(
    time: Column,
    event: Sequence[int] | pd.Series[Any],
    at: Sequence[float],
    *,
    entry: Column,
    cause: int = 1,
    start: float = 0.0,
    clusters: Sequence[str] | pd.Series[Any] | None = None,
) -> Curve | NotEnoughData:
    r"""Estimate the probability of having left for one reason by time t, given that one is still there at `start`.

    :math:`F_j(t) = \sum_{start < s \le t} S(s^-) d_j(s) / n(s)`, where n(s) counts those who entered before s and are there
    still. Needs that people who come late are like people of the same duration who were watched all along. With nobody at risk
    early on, ask from a later `start`: the answer is then about those who stay that long.

    Parameters
    ----------
    time : (n,) months from a person's start to the event or to the end of observation
    event : (n,) 0 censored, 1, 2, ... the cause
    at : times at which to give the curve, in months, not before `start`
    entry : (n,) months from a person's start to the first observation, below `time`
    cause : the cause of interest
    start : months that everybody is to have stayed
    clusters : (n,) coach of each person; errors then allow for likeness within it

    Returns
    -------
    Curve
        Its n counts persons seen after `start`. Delta-method variance; with clusters the errors and degrees of freedom of
        `one_group.OneGroup`, as in `exits.cumulative_incidence`. NotEnoughData when fewer than 10 are at risk at some exit that
        counts, below 10 clusters or where one or two have most of the persons, or when a time lies beyond what was watched.

    Raises
    ------
    MetricError
        When a time is negative or missing, an entry is not before its time, columns differ in length, `start` is below 0, or
        `at` is empty, is not finite or lies before `start`.

    References
    ----------
    Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based on Counting Processes, §IV.4. Allignol, Schumacher &
    Beyersmann (2010), Biometrical J 52, doi:10.1002/bimj.200900039 (variance).

    Examples
    --------
    Twenty persons from the start and twenty who are met after three months; in month 2 and in month 5 four leave:

    >>> time, event = [2] * 4 + [9] * 16 + [5] * 4 + [9] * 16, [1] * 4 + [0] * 16 + [1] * 4 + [0] * 16
    >>> curve = cumulative_incidence(time, event, [2, 5], entry=[0] * 20 + [3] * 20)
    >>> [round(value, 4) for value in curve.value], curve.at_risk
    ([0.2, 0.2889], (20, 36))
    """
    return _curve(time, event, at, entry, cause, start, clusters, AALEN_JOHANSEN)


@as_declared
def survival(
    time: Column,
    event: Sequence[int] | pd.Series[Any],
    at: Sequence[float],
    *,
    entry: Column,
    start: float = 0.0,
    clusters: Sequence[str] | pd.Series[Any] | None = None,
) -> Curve | NotEnoughData:
    r"""Estimate the probability of still being there at time t, given that one is there at `start` (Kaplan-Meier).

    :math:`S(t) = \prod_{start < s \le t} (1 - d(s)/n(s))`, Greenwood variance, or as `cumulative_incidence` with clusters.

    Parameters
    ----------
    time, at, entry, start, clusters : as in `cumulative_incidence`
    event : (n,) 0 censored, anything else an exit

    Returns
    -------
    Curve or NotEnoughData
        As in `cumulative_incidence`.

    Raises
    ------
    MetricError
        As in `cumulative_incidence`.

    References
    ----------
    Klein & Moeschberger (2003), Survival Analysis, 2nd ed., §4.6.

    Examples
    --------
    >>> time, event = [2] * 4 + [9] * 16 + [5] * 4 + [9] * 16, [1] * 4 + [0] * 16 + [1] * 4 + [0] * 16
    >>> [round(value, 4) for value in survival(time, event, [2, 5], entry=[0] * 20 + [3] * 20).value]
    [0.8, 0.7111]
    """
    gone = _curve(time, event, at, entry, None, start, clusters, KAPLAN_MEIER)
    if isinstance(gone, NotEnoughData):
        return gone
    stays, low, high = (tuple(1 - v for v in side) for side in (gone.value, gone.high, gone.low))
    return replace(gone, value=stays, low=low, high=high)


def _curve(
    time: Column,
    event: Sequence[int] | pd.Series[Any],
    at: Sequence[float],
    entry: Column,
    cause: int | None,
    start: float,
    clusters: Sequence[str] | pd.Series[Any] | None,
    method: str,
) -> Curve | NotEnoughData:
    if not len(at) or not np.isfinite(at).all():
        raise MetricError(f"{method}: there must be times to give the curve at, and each must be a finite number of months.")
    if not 0 <= start < math.inf:
        raise MetricError(f"{method}: the start must be 0 or more months and finite but got {start:g}.")
    if min(at) < start:
        raise MetricError(f"{method}: times must not be before the start, {start:g}, but the first is {min(at):g}.")
    times, events = checked(time, event)
    require_whole(method, cause=1 if cause is None else cause)
    entries = entered(times, entry)
    there = times > start
    times, events, entries = times[there], events[there], entries[there]
    codes = None if clusters is None else pd.factorize(cluster_codes(clusters, len(there))[there])[0]
    found = course(times, events, entries, cause)
    short = _short(found, max(at), codes, method)
    if short is not None:
        return short
    group = None if codes is None else OneGroup.of(codes)
    if group is not None and (short := group.short(method)) is not None:
        return short
    value, se = _on_grid(found, group)
    return _read(found, np.asarray(at, dtype=float), value, se, times, entries, group, method)


def _short(found: Course, horizon: float, codes: Ints | None, method: str) -> NotEnoughData | None:
    """Say what the course has too little of, up to the horizon."""
    counted = found.at_risk[found.grid <= horizon]
    lowest = int(counted.min(initial=len(found.own)))
    if lowest < MIN_AT_RISK:
        return NotEnoughData(method, "persons at risk at every exit that counts", lowest, MIN_AT_RISK)
    if found.known < horizon:
        return NotEnoughData(method, "months from the start", int(found.known), math.ceil(horizon))
    groups = MIN_CLUSTERS if codes is None else int(codes.max(initial=-1)) + 1
    return NotEnoughData(method, "clusters", groups, MIN_CLUSTERS) if groups < MIN_CLUSTERS else None


def _on_grid(found: Course, group: OneGroup | None) -> tuple[Floats, Floats]:
    """Give the share that has left at each time, and its error as a normal interval takes it."""
    value, se = aalen_johansen(found.at_risk, found.of_cause, found.of_any)
    if group is None:
        return value, se
    return value, np.array([group.error(weighed(found, (found.grid <= t).astype(float))[1]) for t in found.grid])


def _read(
    found: Course,
    at: Floats,
    value: Floats,
    se: Floats,
    times: Floats,
    entries: Floats,
    group: OneGroup | None,
    method: str,
) -> Curve:
    """Read the curve at the chosen times."""
    slot = np.searchsorted(found.grid, at, side="right")
    values, errors = (np.concatenate([[0.0], one])[slot] for one in (value, se))
    at_risk = [int(((entries < t) & (times >= t)).sum()) for t in at]
    # the interval is normal on its scale; a t quantile makes the error as much larger as the quantile is
    wider = 1.0 if group is None else float(stats.t.ppf(0.975, group.df) / stats.norm.ppf(0.975))
    fewest = [
        int(np.min(found.at_risk[:k], initial=r)) if group is None else group.alike for k, r in zip(slot, at_risk, strict=True)
    ]
    limits = [bounds(float(v), float(s) * wider, k) for v, s, k in zip(values, errors, fewest, strict=True)]
    events = np.concatenate([[0.0], np.cumsum(found.of_cause)])[slot]
    return Curve(
        tuple(map(float, at)),
        tuple(map(float, values)),
        tuple(low for low, _ in limits),
        tuple(high for _, high in limits),
        tuple(map(float, errors)),
        tuple(at_risk),
        tuple(map(int, events)),
        len(times),
        method,
        None if group is None else len(group.blown),
        None if group is None else over(np.bincount(group.codes), len(times)),
    )
