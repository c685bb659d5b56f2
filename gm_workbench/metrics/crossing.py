"""Crossing a wage threshold and staying above it; and how far wages come back by themselves after a low month.

Months are whole numbers on one clock; a month without pay is not above the threshold, so a gap ends a run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_binary, require_columns, require_filled, require_numbers
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

HELD = "run above the threshold"
COURSE = "mean over persons of the change in log wage since the selection months, t interval"


@as_declared
def first_held(months: pd.DataFrame, run: int) -> pd.Series[Any]:
    r"""Give per person the first month of the first run of `run` consecutive months above the threshold.

    .. math:: T_i = \min\{t : A_{it} = A_{i,t+1} = \dots = A_{i,t+r-1} = 1\}, \quad A_{it} = 1 \text{ above the threshold},
        \; r \text{ the run}

    Parameters
    ----------
    months : one row per person and month: ``person``, ``months`` (whole number), ``above`` (True or False)
    run : length of the run in months, 1 or more

    Returns
    -------
    Series
        Month by person; a person without such a run has no entry.

    Raises
    ------
    MetricError
        When `run` is less than 1, or a person has two rows in one month; when a column is missing or has gaps, or `above` is
        not True or False (a wage that is not known is neither).

    References
    ----------
    A declared rule, not an estimate: the run length is in the protocol of the study.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({"person": "a", "months": [1, 2, 3, 4, 5], "above": [True, False, True, True, True]})
    >>> first_held(months, 3).to_dict()
    {'a': 3}
    """
    if not run >= 1:
        raise MetricError(f"A run must be 1 or more months but got {run}.")
    _check(months)
    if months.duplicated(["person", "months"]).any():
        raise MetricError("first_held: a person must have one row per month, but some have more.")
    above = months.loc[months["above"].astype(bool), ["person", "months"]].sort_values(["person", "months"])
    place = above.groupby("person").cumcount()
    # within a run the month and its place among the months above rise together, so their difference names the run
    runs = above.assign(name=above["months"] - place).groupby(["person", "name"])["months"].agg(["min", "count"])
    held = runs.loc[runs["count"] >= run, "min"]
    return held.groupby("person").min()


def _check(months: pd.DataFrame) -> None:
    require_filled(months, ["person", "months", "above"], HELD)
    if months.empty:
        return
    require_numbers(months, ["months"], HELD)
    require_binary(months, "above", HELD)
    if (months["months"] % 1 != 0).any():
        raise MetricError(f"{HELD}: column months must hold whole numbers.")


@as_declared
def crossing_times(months: pd.DataFrame, people: Collection[str], run: int, last: int) -> pd.DataFrame:
    r"""Give for each person when she crossed the threshold and held it, as time and event for a cumulative incidence.

    .. math:: T_i = \min\{t \ge 1 : A_{it} = A_{i,t+1} = \dots = A_{i,t+r-1} = 1\}, \quad A_{it} = 1
        \text{ above the threshold}, \; r \text{ the run}

    The clock starts at month 0 and only later months count. The time of crossing is the first month of the held run. Everybody
    is watched until `last`, or until the last month of the table where that comes before. A run of which the end lies later
    cannot be seen, so persons without one are censored where it could last have begun, and at 0 when it never could. Somebody
    who loses pay is not above the threshold, and stays in the count.

    Parameters
    ----------
    months : one row per person and month: ``person``, ``months`` (since the index month), ``above``
    people : everybody who is followed
    run : length of the run in months
    last : last month that counts, on the same clock

    Returns
    -------
    DataFrame
        ``person``, ``time`` (months), ``event`` (1 crossed and held, 0 censored).

    Raises
    ------
    MetricError
        When `last` leaves no room for a run; and as in `first_held`.

    References
    ----------
    A declared rule, not an estimate: the run length is in the protocol of the study.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({"person": "a", "months": [0, 1, 2, 3], "above": [True, False, True, True]})
    >>> crossing_times(months, ["a", "b"], run=2, last=3)[["time", "event"]].to_numpy().tolist()
    [[2, 1], [2, 0]]
    """
    _check(months)
    latest = last - run + 1
    if not latest >= 1:
        raise MetricError(f"Watching until month {last} leaves no room for a run of {run} months after month 0.")
    after = months.loc[(months["months"] > 0) & (months["months"] <= last) & months["person"].isin(list(people))]
    seen = int(months["months"].max()) if len(months) else 0
    begun = first_held(after, run).reindex(pd.Index(list(people), name="person"))
    censored = max(min(seen - run + 1, latest), 0)
    frame = pd.DataFrame({"time": begun.fillna(censored).astype("int64"), "event": begun.notna().astype("int64")})
    return frame.reset_index()


@as_declared
def held_within(months: pd.DataFrame, people: Collection[str], run: int, horizon: int) -> pd.Series[Any]:
    r"""Say per person whether a run of `run` months above the threshold was completed in months 1 to `horizon`.

    .. math:: H_i = 1\Big(\exists\, t \ge 1 : A_{it} = \dots = A_{i,t+r-1} = 1, \; t + r - 1 \le h\Big)

    False is only known of persons who were watched until `horizon`; of others it says that no run was seen. So leave them out
    before (`panel.people.followed_for`).

    Parameters
    ----------
    months : one row per person and month: ``person``, ``months`` (since the index month), ``above``
    people : everybody who is followed
    run : length of the run in months
    horizon : months after the index month within which the whole run must lie

    Returns
    -------
    Series
        True or False by person, in the order of `people`.

    Raises
    ------
    MetricError
        When the horizon leaves no room for a run; and as in `first_held`.

    References
    ----------
    A declared rule, not an estimate: the run length is in the protocol of the study.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({"person": "a", "months": [1, 2, 3], "above": [False, True, True]})
    >>> held_within(months, ["a", "b"], run=2, horizon=3).to_dict(), held_within(months, ["a"], run=2, horizon=2).to_dict()
    ({'a': True, 'b': False}, {'a': False})
    """
    return crossing_times(months, people, run, horizon).set_index("person")["event"].astype(bool)


@as_declared
def wage_course(
    months: pd.DataFrame,
    people: Collection[str],
    selected_on: Sequence[int],
    at: Sequence[int],
    wage: str = "hourly_wage",
) -> dict[int, Estimate | NotEnoughData]:
    r"""Follow the mean log wage of persons since the months on which they were selected.

    At month t: mean over persons of :math:`\log w_t` minus the person's own mean of :math:`\log w` in the selection months.
    Persons chosen because one month was low had bad luck in that month as a group, so their mean rises at once without anybody
    moving up: regression to the mean. The longer the rule, the smaller that part. Wages of everybody rise too, most of them in
    January; divide by the year's threshold first, so that only a change of place is left.

    Persons count as independent: it is about everybody who was selected. Where persons of a coach go alike, or groups of
    coaches are compared, take `exit_contrast.incidence_difference` of `crossing_times`, which counts the coaches of each side.

    Parameters
    ----------
    months : one row per person and month: ``person``, ``months``, and column `wage` (missing without pay)
    people : the persons selected
    selected_on : the months on which they were selected, on the same clock
    at : months at which to give the mean
    wage : column with a positive wage per hour, or with that wage over the low-pay threshold of its year

    Returns
    -------
    dict
        Month to Estimate in log points (0.10 is about 10 per cent), over persons paid in that month; or NotEnoughData with
        fewer than two of them.

    Raises
    ------
    MetricError
        When a wage is not positive.

    References
    ----------
    Galton (1886), Regression towards mediocrity in hereditary stature, J Anthropological Institute 15:246-263.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({"person": list("aabb"), "months": [-1, 1] * 2, "hourly_wage": [10.0, 11.0, 10.0, 12.0]})
    >>> round(wage_course(months, ["a", "b"], selected_on=[-1], at=[1])[1].value, 4)
    0.1388
    """
    require_filled(months, ["person", "months"], COURSE)
    require_columns(months, [wage], COURSE)
    require_numbers(months[["months", wage]].infer_objects(), ["months", wage], COURSE, gaps=True)
    paid = months.loc[months["person"].isin(list(people)) & months[wage].notna()]
    if (paid[wage] <= 0).any():
        raise MetricError(f"wage_course: every {wage} must be positive, but at least one is not.")
    logs = paid.assign(log_wage=np.log(paid[wage].astype(float)))
    start = logs.loc[logs["months"].isin(list(selected_on))].groupby("person")["log_wage"].mean()
    since = logs["log_wage"] - logs["person"].map(start).astype(float)  # of nobody, `map` gives text
    changes = logs.assign(change=since).dropna(subset=["change"])
    return {month: _mean(changes.loc[changes["months"] == month, "change"]) for month in at}


def _mean(values: pd.Series[Any]) -> Estimate | NotEnoughData:
    if len(values) < 2:
        return NotEnoughData(COURSE, "persons paid in the month", len(values), 2)
    value, se = float(values.mean()), float(values.std(ddof=1)) / len(values) ** 0.5
    half = float(stats.t.ppf(0.975, len(values) - 1)) * se
    return Estimate(value, value - half, value + half, se, len(values), "log points", COURSE, df=len(values) - 1)


@as_declared
def in_percent(change: Estimate) -> Estimate:
    r"""Turn a change in log points into per cent: :math:`100 (e^b - 1)`, its interval end by end.

    Parameters
    ----------
    change : Estimate in log points

    Returns
    -------
    Estimate
        In per cent; the standard error by the delta method.

    Raises
    ------
    Nothing.

    References
    ----------
    The exponential of a log difference; Halvorsen & Palmquist (1980), American Economic Review 70.

    Examples
    --------
    >>> round(in_percent(Estimate(0.0953, 0.0, 0.2, 0.05, 10, "log points", "x")).value, 1)
    10.0
    """
    value, low, high = (100 * float(np.expm1(end)) for end in (change.value, change.low, change.high))
    se = 100 * float(np.exp(change.value)) * change.se
    return replace(change, value=value, low=low, high=high, se=se, unit="percent")
