"""From coach to client: differences between clients of coaches who do and do not work in a new way, and slopes by coach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage, two_arms
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sides import beside, sides_of
from gm_workbench.metrics.small_sample import SmallSampleFit, cr2

ANCOVA = "ANCOVA (OLS), CR2 by cluster, t interval on Satterthwaite degrees of freedom"
RAW = "difference in means (OLS), CR2 by cluster, t interval on Satterthwaite degrees of freedom"
WITHIN_BETWEEN = "within-between regression (Mundlak), CR2 by group, t interval on Satterthwaite degrees of freedom"

MIN_CLUSTERS_PER_ARM = 5
"""Coaches in each arm below which their own spread cannot be told (assumed floor)."""

MIN_PERSONS_PER_ARM = 10
"""Persons in each arm below which a difference says nothing (assumed floor)."""

MIN_GROUPS = 10
"""Coaches below which a slope between coaches says nothing (assumed floor)."""

MIN_PERSONS = 30
"""Persons below which an association says nothing (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference between two arms, adjusted and raw, and who is in each arm (persons, clusters)."""

    adjusted: Estimate
    raw: Estimate
    persons_exposed: int
    persons_other: int
    clusters_exposed: int
    clusters_other: int


@as_declared
def ancova_difference(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    covariates: Sequence[str] = (),
    cluster: str = "coach",
    *,
    unit: str = "points",
) -> Contrast | NotEnoughData:
    r"""Compare persons whose coach introduced the new way of working with the others, at equal covariates.

    .. math:: y_i = \alpha + \delta\, d_i + \gamma' x_i + e_i

    :math:`\delta` is the adjusted difference. For an outcome of 0 and 1 this is a linear probability model, and
    :math:`\delta` a difference in probability. Errors and degrees of freedom are those of `small_sample.cr2`, for the coaches
    of one group may be few: with 5 against 40 the usual CR1 interval misses more than twice as often as it should.

    Parameters
    ----------
    frame : DataFrame
        One row per person, no gaps in the columns named.
    outcome : str
        Outcome, in `unit`.
    exposed : str
        0 or 1 (or false, true): whether the person's coach introduced it.
    covariates : sequence of str
        Measured before the introduction, e.g. the outcome at the start.
    cluster : str
        The coach; persons of one coach may be alike.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Contrast or NotEnoughData
        Estimates in `unit`; NotEnoughData when an arm has fewer than 10 persons or 5 coaches (none at all included), or
        when all outcomes are equal, or the coaches of each arm have the same result at equal covariates.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when exposure is not 0 or 1; when covariates repeat each other.

    References
    ----------
    Vickers & Altman (2001), doi:10.1136/bmj.323.7321.1123; Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004;
    Bell & McCaffrey (2002), Survey Methodology 28:169-181.

    Examples
    --------
    >>> arms = pd.DataFrame({"coach": [f"c{i % 10}" for i in range(40)], "y": [i % 10 // 5 + i % 3 / 10 for i in range(40)]})
    >>> result = ancova_difference(arms.assign(new=arms["coach"].ge("c5")), "y", "new")
    >>> round(result.adjusted.value, 3), result.adjusted.groups, result.persons_exposed
    (1.005, 10, 20)
    """
    coaches = "coaches in each group", MIN_CLUSTERS_PER_ARM
    arms = two_arms(frame, [outcome, *covariates], exposed, cluster, ANCOVA, persons=MIN_PERSONS_PER_ARM, clusters=coaches)
    if isinstance(arms, NotEnoughData):
        return arms
    new, old = arms
    fits = [_exposure(frame, outcome, exposed, chosen, cluster) for chosen in (covariates, ())]
    if not all(fit.tells({exposed: 1.0}) for fit in fits):
        return NotEnoughData(ANCOVA, "different results of coaches in a group", 1, 2)
    adjusted, raw = (
        fit.combine({exposed: 1.0}, unit, method, groups=fit.clusters) for fit, method in zip(fits, (ANCOVA, RAW), strict=True)
    )
    sides = sides_of(arms, cluster, outcome)
    return Contrast(beside(adjusted, sides), beside(raw, sides), len(new), len(old), _count(new, cluster), _count(old, cluster))


def _count(frame: pd.DataFrame, column: str) -> int:
    return int(frame[column].nunique())


def _exposure(frame: pd.DataFrame, outcome: str, exposed: str, covariates: Sequence[str], cluster: str) -> SmallSampleFit:
    return cr2(frame[outcome], design(frame, [exposed, *covariates]), frame[cluster], method=ANCOVA)


@dataclass(frozen=True, slots=True)
class WithinBetween:
    """An association split in two: among clients of one coach, and between coaches; and by how much the two differ.

    `per` is the step in the predictor that the estimates are about: outcome units per `per` points.
    """

    within: Estimate
    between: Estimate
    difference: Estimate
    per: float


@as_declared
def within_between(
    frame: pd.DataFrame,
    outcome: str,
    predictor: str,
    group: str,
    covariates: Sequence[str] = (),
    *,
    person: str | None = None,
    per: float = 1.0,
    unit: str = "points",
) -> WithinBetween | NotEnoughData:
    r"""Split an association into what holds within groups and what holds between them.

    .. math:: y_{ij} = \alpha + \beta_W (x_{ij} - \bar x_j) + \beta_B \bar x_j + \gamma' z_{ij} + e_{ij}

    Without covariates :math:`\beta_W` is the fixed-effects (within) estimate. The group mean is taken from the rows given, so
    with few rows per group :math:`\beta_B` is pulled towards :math:`\beta_W`. The errors are those of `small_sample.cr2` with
    the groups as clusters: the slope between rests on one mean a group, and the usual CR1 interval is too narrow for it even
    with 40 groups.

    Parameters
    ----------
    frame : DataFrame
        One row per observation, no gaps in the columns named.
    outcome, predictor : str
        In `unit` and in points; an outcome of 0 and 1 gives a linear probability model.
    group : str
        The coach; or the person, for repeated measurements.
    covariates : sequence of str
        Enter as they are.
    person : str, optional
        The person, when rows are measurements; `n` then counts persons.
    per : float
        Step in the predictor, e.g. 10 points.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    WithinBetween or NotEnoughData
        NotEnoughData below 30 persons or 10 groups, when all outcomes are equal, or when nobody differs within or between
        groups.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, or when every outcome lies on the line.

    References
    ----------
    Mundlak (1978), Econometrica 46, doi:10.2307/1913646; Bell & Jones (2015), doi:10.1017/psrm.2014.7; Pustejovsky & Tipton
    (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i // 4 for i in range(48)], "x": [i % 4 for i in range(48)]})
    >>> rows = rows.assign(x=rows["x"] + rows["coach"] % 5, y=2.0 * rows["x"] + rows["coach"] % 5 + rows.index % 3)
    >>> result = within_between(rows, "y", "x", "coach")
    >>> round(result.within.value, 2), round(result.between.value, 2), result.within.groups
    (2.0, 0.98, 12)
    """
    require_numbers(frame, [outcome, predictor, *covariates], WITHIN_BETWEEN)
    require_filled(frame, [group, *([person] if person else [])], WITHIN_BETWEEN)
    mean = frame.groupby(group, observed=True)[predictor].transform("mean").astype(float)
    deviation = frame[predictor] - mean
    persons, groups = _count(frame, person) if person else len(frame), _count(frame, group)
    short = shortage(
        WITHIN_BETWEEN,
        ("persons", persons, MIN_PERSONS),
        ("groups", groups, MIN_GROUPS),
        ("different outcomes", frame[outcome].nunique(), 2),
        ("different scores within a group", deviation.round(9).nunique(), 2),
        ("different scores between groups", mean.round(9).nunique(), 2),
    )
    if short is not None:
        return short
    split = frame.assign(within=deviation.astype(float), between=mean)
    x = design(split, ["within", "between", *covariates])
    fit = cr2(split[outcome], x, split[group], persons=persons, method=WITHIN_BETWEEN)
    within, between, difference = (
        fit.combine(weights, unit, WITHIN_BETWEEN, groups=groups)
        for weights in ({"within": per}, {"between": per}, {"between": per, "within": -per})
    )
    return WithinBetween(within, between, difference, per)
