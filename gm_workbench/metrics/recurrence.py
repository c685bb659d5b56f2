"""Being on benefit again after an exit, by two definitions that must not be mixed: Divosa's and that of CBS.

Divosa follows every exit, for whatever reason, and counts who has come back by then, also when gone again. CBS follows exits to
paid work only, and looks at one month: who is on benefit then, also when away in between. Partial benefit is benefit. Neither
source says for how long one must have been off benefit before it is an exit: see `exit_months.APART`, which is assumed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_columns, shortage
from gm_workbench.metrics.clustered_share import share
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.exit_months import followed
from gm_workbench.metrics.hazard_rows import MIN_CLUSTERS
from gm_workbench.metrics.sides import sides_of

MIN_EXITS = 10
"""Exits below which a share is not given (assumed)."""

METHOD = "recurrence"
DIFFERENCE = "difference between shares of exits, square-and-add Wilson interval"


class Definition(StrEnum):
    """What is counted as recurrence, by whose definition."""

    DIVOSA = "Divosa: of all exits, on benefit again in any month up to the horizon"
    CBS = "CBS: of exits to paid work, on benefit in the month of the horizon"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A share that came back, with the definition it is by.

    Attributes
    ----------
    definition : Definition
        Whose; two of different definitions are not compared.
    months : int
        Months after the exit.
    back : Estimate
        Share of the exits, 0-1; its n counts persons.
    exits, left_out : int
        Exits that were followed for so many months, and those that were not, whether they came back or not.
    """

    definition: Definition
    months: int
    back: Estimate
    exits: int
    left_out: int


@dataclass(frozen=True, slots=True)
class States:
    """Where people are some months after an exit to paid work, by CBS, in shares of the exits: the first three add up to 1.

    Attributes
    ----------
    working, back, elsewhere : Estimate
        With a job and without benefit; on benefit; neither.
    uninterrupted : Estimate
        With a job and without benefit in every month from the first to that one.
    months, exits, left_out : int
        As in `Recurrence`.
    """

    working: Estimate
    back: Estimate
    elsewhere: Estimate
    uninterrupted: Estimate
    months: int
    exits: int
    left_out: int

    @property
    def recurrence(self) -> Recurrence:
        """The share on benefit, as it is compared between groups."""
        return Recurrence(Definition.CBS, self.months, self.back, self.exits, self.left_out)


@as_declared
def divosa(
    after: pd.DataFrame, months: int, *, person: str = "person", benefit: str = "benefit", cluster: str | None = None
) -> Recurrence | NotEnoughData:
    r"""Estimate the share of all exits after which somebody is on benefit again within so many months (herinstroom, Divosa).

    .. math:: \hat p(h) = \frac{1}{n} \sum_e 1\Big(\sum_{k=1}^{h} B_{ek} > 0\Big), \quad e \text{ exits followed for } h
        \text{ months}

    Parameters
    ----------
    after : as `exit_months.after_exits` gives it: a row per ``exit`` and month ``after`` it
    months : horizon; Divosa publishes 6, 12, 24 and more
    person : whose exits may be alike
    benefit : column, true or false
    cluster : column with the coach or team; default: the person

    Returns
    -------
    Recurrence
        Exits that were followed for fewer months are left out and counted, also those that came back: to keep only these would
        make the share too high. The interval is that of `clustered_share.share`. NotEnoughData below 10 exits, or below 10
        clusters when a cluster is named.

    Raises
    ------
    MetricError
        When a column is missing or has gaps, an exit has a month twice or begins with a month on benefit, or months is below 1.

    References
    ----------
    Divosa (2015), Divosa-monitor factsheet: in- en uitstroom uit de bijstand 2014; the same shares by Divosa Benchmark Werk &
    Inkomen (2019) for 2013-2018. https://kennisplatformwerkeninkomen.nl

    Examples
    --------
    >>> from gm_workbench.metrics.exit_months import after_exits
    >>> panel = pd.DataFrame([(p, m, m == 0 or (p < 3 and m > 4)) for p in range(20) for m in range(8)])
    >>> divosa(after_exits(panel.set_axis(["person", "month", "benefit"], axis=1)), 6).back.value
    0.15
    """
    kept, left_out = followed(after, months, [benefit], person, cluster)
    short = _short(kept, cluster)
    if short is not None:
        return short
    back = kept.groupby("exit", sort=False)[benefit].any()
    return Recurrence(Definition.DIVOSA, months, _share(back, kept, person, cluster), len(back), left_out)


@as_declared
def cbs(
    after: pd.DataFrame,
    months: int,
    *,
    person: str = "person",
    benefit: str = "benefit",
    job: str = "job",
    cluster: str | None = None,
) -> States | NotEnoughData:
    r"""Estimate the shares that work, are on benefit, or neither, so many months after an exit to paid work (CBS).

    .. math:: \hat p_s(h) = \frac{1}{n} \sum_e 1(Z_{e,h} = s), \quad e \text{ exits with } Z_{e,1} = \text{work}, \; s \in
        \{\text{work, benefit, elsewhere}\}

    An exit is to paid work when there is a job, and no benefit, in the month after the last on benefit, whatever the registered
    reason. Who came back and left again is not back. CBS counts general assistance below pension age, not in institutions: that
    choice is the caller's.

    Parameters
    ----------
    after, person, benefit, cluster : as in `divosa`
    months : CBS publishes 6, 12 and 18
    job : column, true or false: paid employment in that month

    Returns
    -------
    States or NotEnoughData
        As in `divosa`.

    Raises
    ------
    MetricError
        As in `divosa`.

    References
    ----------
    CBS (2024), Cohortonderzoek uitstroom bijstand naar werk,
    https://dashboards.cbs.nl/v5/Cohortonderzoek_uitstroom_bijstand_naar_werk/

    Examples
    --------
    >>> from gm_workbench.metrics.exit_months import after_exits
    >>> panel = pd.DataFrame([(p, m, m == 0, m == 1 or (m > 1 and p < 15)) for p in range(20) for m in range(8)])
    >>> found = cbs(after_exits(panel.set_axis(["person", "month", "benefit", "job"], axis=1)), 6)
    >>> found.working.value, found.back.value, found.elsewhere.value, found.uninterrupted.value
    (0.75, 0.0, 0.25, 0.75)
    """
    require_columns(after, ["exit", "after", benefit, job], METHOD)
    began = after[after["after"].eq(1) & after[job].eq(1) & after[benefit].eq(0)]
    kept, left_out = followed(after[after["exit"].isin(began["exit"])], months, [benefit, job], person, cluster)
    short = _short(kept, cluster)
    if short is not None:
        return short
    kept = kept.assign(_works=kept[job].eq(1) & kept[benefit].eq(0), _benefit=kept[benefit].eq(1))
    last = kept[kept["after"] == months].set_index("exit")
    working, back = last["_works"], last["_benefit"]
    always = kept.groupby("exit", sort=False)["_works"].all()
    shares = [_share(one, kept, person, cluster) for one in (working, back, ~working & ~back, always)]
    return States(shares[0], shares[1], shares[2], shares[3], months, len(last), left_out)


@as_declared
def difference(first: Recurrence, second: Recurrence) -> Estimate:
    r"""Estimate the difference between two shares by the same definition: the first minus the second.

    .. math:: \hat p_1 - \hat p_2, \qquad s^2 = s_1^2 + s_2^2

    The two must share no person, coach or team; otherwise the interval is wrong.

    Parameters
    ----------
    first, second : of two groups

    Returns
    -------
    Estimate
        In probability; the square-and-add interval of the two Wilson intervals.

    Raises
    ------
    MetricError
        When definitions or horizons differ.

    References
    ----------
    Newcombe (1998), Stat Med 17:873-890, method 10.

    Examples
    --------
    >>> share = Estimate(0.2, 0.1, 0.3, 0.05, 80, "probability", "m")
    >>> one = Recurrence(Definition.CBS, 12, share, 80, 0)
    >>> difference(one, one).value
    0.0
    """
    if (first.definition, first.months) != (second.definition, second.months):
        raise MetricError(
            f"recurrence: shares by one definition and horizon can be compared, but these are {first.definition.name} at "
            f"{first.months} and {second.definition.name} at {second.months} months. Work both out the same way."
        )
    one, other = first.back, second.back
    value = one.value - other.value
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    groups = None if one.groups is None or other.groups is None else one.groups + other.groups
    return Estimate(
        value,
        low,
        high,
        math.hypot(one.se, other.se),
        one.n + other.n,
        one.unit,
        DIFFERENCE,
        groups,
        sides=_both(first, second),
    )


def _both(first: Recurrence, second: Recurrence) -> Sides:
    """Put two groups beside each other; what is counted are exits, of which those after which it happened are the events."""
    one, other = first.back.sides, second.back.sides
    exits = (first.exits, second.exits)
    events = (round(first.back.value * first.exits), round(second.back.value * second.exits))
    if one is None or other is None:
        return Sides(exits, events=events)
    largest = None if one.largest is None or other.largest is None else max(one.largest, other.largest)
    return Sides(exits, (*one.groups, *other.groups), largest, events)


def _short(kept: pd.DataFrame, cluster: str | None) -> NotEnoughData | None:
    exits = ("exits that were followed", int(kept["exit"].nunique()), MIN_EXITS)
    return shortage(METHOD, exits, *([("clusters", int(kept[cluster].nunique()), MIN_CLUSTERS)] if cluster else []))


def _share(happened: pd.Series[Any], kept: pd.DataFrame, person: str, cluster: str | None) -> Estimate:
    """Give the share of exits to which it happened; `happened` is by exit."""
    alike = kept.drop_duplicates("exit").set_index("exit")[cluster or person].loc[happened.index]
    found = share(happened, alike)
    sides = sides_of([kept.drop_duplicates("exit")], cluster) if cluster else None
    return replace(found, n=int(kept[person].nunique()), groups=found.groups if cluster else None, sides=sides)
