"""How many left, for which reason, and when: cumulative incidence with competing reasons, and survival.

Times are months since a person's start. An event is a whole number: 0 for "still there when we stopped looking", 1 for the
reason of interest, 2, 3, ... for reasons that make the first impossible. Everybody is watched from time 0; persons who come
under observation later (left truncation) are not handled here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import LARGEST, require_filled, require_numbers, require_whole
from gm_workbench.metrics.competing import Floats, Ints, aalen_johansen, bounds, checked, known_until, tallies
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.hazard_rows import MIN_CLUSTERS
from gm_workbench.metrics.influence import cluster_codes, course, weighed
from gm_workbench.metrics.one_group import OneGroup
from gm_workbench.metrics.sides import sides_of

ROUNDING = 1e-12
"""How far from 1 a sum of steps may end that should end there."""

AALEN_JOHANSEN = "Aalen-Johansen cumulative incidence, delta-method variance, complementary log-log interval"
CLUSTERED = "Aalen-Johansen cumulative incidence, CR2 by cluster, complementary log-log interval on t"
KAPLAN_MEIER = "Kaplan-Meier, Greenwood variance, complementary log-log interval"


@dataclass(frozen=True, slots=True)
class Curve:
    """A probability over time for one group of persons.

    Attributes
    ----------
    times : tuple of float
        The chosen times up to which somebody was watched, in months.
    value, low, high, se : tuple of float
        Probability at each time, its two-sided 95 % interval and standard error.
    at_risk : tuple of int
        Persons still under observation just before each time.
    events : tuple of int
        Persons to whom the event happened up to and including each time.
    n : int
        Persons at the start.
    groups : int or None
        Coaches behind the curve, where they matter.
    sides : Sides or None
        The persons behind it, and the largest share that one coach has of them.
    """

    times: tuple[float, ...]
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    se: tuple[float, ...]
    at_risk: tuple[int, ...]
    events: tuple[int, ...]
    n: int
    method: str
    groups: int | None = None
    sides: Sides | None = None

    def at(self, time: float) -> Estimate:
        """Give the probability at one of the chosen times."""
        if time not in self.times:
            there = ", ".join(f"{t:g}" for t in self.times)
            raise MetricError(
                f"The curve has no time {time:g}; it was made for {there}. It was not asked for, or nobody was watched so long."
            )
        i = self.times.index(time)
        return Estimate(
            self.value[i],
            self.low[i],
            self.high[i],
            self.se[i],
            self.n,
            "probability",
            self.method,
            groups=self.groups,
            sides=self.sides,
        )


@as_declared
def cumulative_incidence(
    time: Sequence[float] | pd.Series[Any],
    event: Sequence[int] | pd.Series[Any],
    at: Sequence[float],
    cause: int = 1,
    clusters: Sequence[str] | pd.Series[Any] | None = None,
) -> Curve | NotEnoughData:
    r"""Estimate the probability that an event of one cause has happened by time t, when other causes can come first.

    Aalen-Johansen: :math:`F_j(t) = \sum_{s \le t} S(s^-) d_j(s) / n(s)`, with S the Kaplan-Meier survival from all causes.
    One minus Kaplan-Meier of the cause alone would count persons who left for another reason as if they could still leave for
    this one, and so come out too high. Variance by the delta method (Marubini & Valsecchi 1995, §10.2); interval on the scale
    :math:`\log(-\log(1 - F))`, so it stays between 0 and 1. With no event at all the upper bound is exact binomial over those
    still under observation.

    Parameters
    ----------
    time : (n,) months from a person's start to the event or to the end of observation, 0 or more
    event : (n,) 0 censored, 1, 2, ... the cause
    at : times at which to give the curve, in months of 0 or more; at least one
    cause : the cause of interest
    clusters : (n,) coach of each person; errors then allow for likeness within it

    Returns
    -------
    Curve
        Probabilities; or NotEnoughData with fewer than two persons, or with clusters but fewer than 10. With clusters the
        variance is that of sums of influences by cluster, each blown up by what the curve took from it (CR2), and the interval
        takes a t quantile on Satterthwaite's degrees of freedom (`one_group.OneGroup`; G/(G - 1) and G - 1 for clusters of one
        size); NotEnoughData where one or two of them have most of the persons. Where
        somebody was still there at the last time of all, nothing is known of later: the curve leaves out what of `at` comes
        after it (as R's ``summary(survfit, times)``), and there is NotEnoughData when nothing of it is left.

    Raises
    ------
    MetricError
        When a time is negative or missing, the cause is not 1 or more, columns differ in length, or `at` is empty or holds
        something else than finite months of 0 or more.

    References
    ----------
    Aalen & Johansen (1978), Scand J Stat 5:141-150. Marubini & Valsecchi (1995), Analysing Survival Data, Wiley. With clusters:
    Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based on Counting Processes, §IV.4.

    Examples
    --------
    Ten persons; two leave for work in month 1, one moves away in month 2, one more leaves for work in month 3:

    >>> curve = cumulative_incidence([1, 1, 2, 3, 4, 4, 4, 4, 4, 4], [1, 1, 2, 1, 0, 0, 0, 0, 0, 0], at=[0, 1, 3])
    >>> [round(value, 3) for value in curve.value], curve.at_risk
    ([0.0, 0.2, 0.3], (10, 10, 7))
    """
    times, events = checked(time, event)
    require_whole(AALEN_JOHANSEN, cause=cause)
    seen = _seen(at, times, events, AALEN_JOHANSEN)
    if isinstance(seen, NotEnoughData):
        return seen
    grid = np.unique(times)
    at_risk, of_cause, of_any = tallies(times, events, cause, grid)
    value, se = aalen_johansen(at_risk, of_cause, of_any)
    if clusters is None:
        return _curve(seen, grid, value, se, times, times[events == cause], AALEN_JOHANSEN, None)
    codes = cluster_codes(clusters, len(times))
    groups = int(codes.max()) + 1
    if groups < MIN_CLUSTERS:
        return NotEnoughData(CLUSTERED, "clusters", groups, MIN_CLUSTERS)
    group = OneGroup.of(codes)
    if (short := group.short(CLUSTERED)) is not None:
        return short
    se = _clustered(times, events, cause, group, grid)
    curve = _curve(seen, grid, value, se, times, times[events == cause], CLUSTERED, group)
    return replace(curve, sides=sides_of([pd.DataFrame({"cluster": codes})], "cluster"))


def _clustered(times: Floats, events: Ints, cause: int, group: OneGroup, grid: Floats) -> Floats:
    """Give the standard error at each time of the grid when persons of one cluster may be alike."""
    found = course(times, events, np.full(len(times), -1.0), cause)  # at risk in month 0 too
    at = [0.0, *(group.error(weighed(found, (found.grid <= t).astype(float))[1]) for t in found.grid)]
    return np.array(at)[np.searchsorted(found.grid, grid, side="right")]


@as_declared
def incidence_by_group(
    frame: pd.DataFrame,
    at: Sequence[float],
    *,
    by: str,
    time: str = "time",
    event: str = "event",
    cluster: str | None = None,
    cause: int = 1,
) -> dict[str, Curve | NotEnoughData]:
    r"""Give the cumulative incidence of each group in column `by`, in the order of the groups' names.

    .. math:: \hat F_{gj}(t) = \sum_{s \le t} \hat S_g(s^-) \frac{d_{gj}(s)}{n_g(s)}

    Parameters
    ----------
    frame : one row per person, with the columns named
    at : as in `cumulative_incidence`
    by : column with the group
    time, event, cause, cluster : as in `cumulative_incidence`, as column names

    Returns
    -------
    dict
        Group to Curve or NotEnoughData; each curve has the times at which its own group was watched.

    Raises
    ------
    MetricError
        When a column is missing or has gaps, a time is negative, or as in `cumulative_incidence`.

    References
    ----------
    Aalen & Johansen (1978), Scandinavian Journal of Statistics 5; see `cumulative_incidence`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"time": [1, 2, 1, 2], "event": [1, 0, 0, 0], "arm": ["a", "a", "b", "b"]})
    >>> {arm: curve.at(2).value for arm, curve in incidence_by_group(frame, [2], by="arm").items()}
    {'a': 0.5, 'b': 0.0}
    """
    require_numbers(frame, [time, event], AALEN_JOHANSEN)
    require_filled(frame, [by, *([cluster] if cluster else [])], AALEN_JOHANSEN)
    return {
        str(name): cumulative_incidence(
            part[time], part[event], at, cause, None if cluster is None else part[cluster].astype(str)
        )
        for name, part in frame.groupby(by, observed=True)
    }


@as_declared
def survival(
    time: Sequence[float] | pd.Series[Any], event: Sequence[int] | pd.Series[Any], at: Sequence[float]
) -> Curve | NotEnoughData:
    r"""Estimate the probability of no event of any kind up to and including time t (Kaplan-Meier).

    :math:`S(t) = \prod_{s \le t} (1 - d(s) / n(s))`, Greenwood variance, interval on the complementary log-log scale.

    Parameters
    ----------
    time : (n,) months to the event or to the end of observation
    event : (n,) 0 censored, anything else an event
    at : as in `cumulative_incidence`

    Returns
    -------
    Curve
        Survival probabilities; times and NotEnoughData as in `cumulative_incidence`.

    Raises
    ------
    MetricError
        As in `cumulative_incidence`.

    References
    ----------
    Kaplan & Meier (1958), JASA 53:457-481. Estimated by statsmodels ``SurvfuncRight``.

    Examples
    --------
    >>> [round(value, 3) for value in survival([1, 2, 2, 3], [1, 1, 0, 0], at=[0, 1, 2]).value]
    [1.0, 0.75, 0.5]
    """
    times, events = checked(time, event)
    seen = _seen(at, times, events, KAPLAN_MEIER)
    if isinstance(seen, NotEnoughData):
        return seen
    happened = (events > 0).astype(np.int64)
    grid, lost, se = _kaplan_meier(times, happened)
    gone = _curve(seen, grid, lost, se, times, times[happened == 1], KAPLAN_MEIER, None)
    stays, low, high = (tuple(1 - v for v in side) for side in (gone.value, gone.high, gone.low))
    return replace(gone, value=stays, low=low, high=high)


def _kaplan_meier(times: Floats, happened: Ints) -> tuple[Floats, Floats, Floats]:
    """Give the times, one minus survival, and its standard error."""
    if not happened.any():
        return np.zeros(1), np.zeros(1), np.zeros(1)
    # where nobody is left the Greenwood term is 0 * inf: the estimate is 0 and its standard error is not defined
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = SurvfuncRight(times, happened)
        se = np.nan_to_num(np.asarray(fit.surv_prob_se, dtype=float))
    return np.asarray(fit.surv_times, dtype=float), 1 - np.asarray(fit.surv_prob, dtype=float), se


def _seen(at: Sequence[float], times: Floats, events: Ints, method: str) -> Floats | NotEnoughData:
    """Give the chosen times that are known: the last one who was watched and did not leave tells nothing of later."""
    if np.ndim(at) != 1 or not len(at) or np.asarray(at).dtype.kind not in "iuf":
        raise MetricError(f"{method}: the curve must be asked for at a list of months, but got something else.")
    chosen = np.asarray(at, dtype=float)
    if not ((chosen >= 0) & (chosen <= LARGEST)).all():
        raise MetricError(f"{method}: every time must be 0 or more months and finite, but at least one is not.")
    if len(times) < 2:
        return NotEnoughData(method, "persons at the start", len(times), 2)
    known = known_until(times, events)
    if known < chosen.min():
        return NotEnoughData(method, "months from the start", int(known), math.ceil(chosen.min()))
    return np.asarray(chosen[chosen <= known], dtype=float)


def _curve(
    chosen: Floats,
    grid: Floats,
    value: Floats,
    se: Floats,
    times: Floats,
    event_times: Floats,
    method: str,
    group: OneGroup | None,
) -> Curve:
    slot = np.searchsorted(grid, chosen, side="right") - 1
    values = np.where(slot >= 0, value[np.maximum(slot, 0)], 0.0)
    values = np.where(values > 1 - ROUNDING, 1.0, values)
    errors = np.where(slot >= 0, se[np.maximum(slot, 0)], 0.0)
    at_risk = [int((times >= t).sum()) for t in chosen]
    # once everybody has left nobody is at risk: what is known then rests on those who were seen to leave
    # the interval is normal on its scale; a t quantile makes the error as much larger as the quantile is
    wider = 1.0 if group is None else float(stats.t.ppf(0.975, group.df) / stats.norm.ppf(0.975))
    known = [r if v < 1 else int((event_times <= t).sum()) for v, r, t in zip(values, at_risk, chosen, strict=True)]
    most = math.inf if group is None else group.alike
    limits = [bounds(float(v), float(s) * wider, min(k, most)) for v, s, k in zip(values, errors, known, strict=True)]
    return Curve(
        tuple(float(t) for t in chosen),
        tuple(float(v) for v in values),
        tuple(low for low, _ in limits),
        tuple(high for _, high in limits),
        tuple(float(s) for s in errors),
        tuple(at_risk),
        tuple(int((event_times <= t).sum()) for t in chosen),
        len(times),
        method,
        None if group is None else len(group.blown),
    )
