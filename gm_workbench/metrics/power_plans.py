"""What a plan promises, in closed form: how sure the study will be, and which difference it sees, if any at all.

`power_simulation` draws data by the same plan and puts them through the analysis that will be used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.assignments import teams_needed
from gm_workbench.metrics.cascade import MIN_CLUSTERS_PER_ARM, MIN_PERSONS_PER_ARM
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.planning import (
    PLAN,
    before_after_se,
    stepped_wedge_se,
    two_groups_df,
    two_means_se,
    two_shares_se,
)
from gm_workbench.metrics.plans import YEAR, Plan
from gm_workbench.metrics.power import detectable, power
from gm_workbench.metrics.team_comparison import MIN_TEAMS, MIN_TEAMS_PER_ARM
from gm_workbench.vocabulary.designs import Design


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a plan promises of one true difference: standard error, degrees of freedom, and the chance that it is seen."""

    difference: float
    se: float
    df: float
    chance: float


def never(plan: Plan) -> NotEnoughData | None:
    """Say whether the analysis could not see any difference, however large, and what it would take.

    That is so with fewer clusters than its floor; and after a lot between so few teams that no outcome has p < .05.

    Parameters
    ----------
    plan : what the study is planned on

    Returns
    -------
    NotEnoughData or None
        What there are too few of, planned and needed; nothing when a large enough difference is seen.

    Raises
    ------
    Nothing.

    References
    ----------
    Fisher (1935), The Design of Experiments, ch. 2, for how many ways a lot can fall; the floors are those of
    `team_comparison` and `cascade` (assumed).

    Examples
    --------
    Three teams against four can be dealt out in 35 ways, so 1 in 35 is possible; the floor of four in each arm comes first:

    >>> seven = Plan(Design.PARALLEL_CLUSTERS, 7, 400, 0.002, base=0.09, randomised=True)
    >>> (found := never(seven)).what, found.got, found.needed
    ('teams in each group', 3, 4)
    """
    persons = plan.kept * min(k for k in plan.arms if k)
    wants = [*_clusters_wanted(plan), ("persons in each group", int(persons), MIN_PERSONS_PER_ARM)]
    return next((NotEnoughData(PLAN, what, got, needed) for what, got, needed in wants if got < needed), None)


def _clusters_wanted(plan: Plan) -> list[tuple[str, int, int]]:
    if plan.design is None:
        return [("coaches in each group", min(plan.arms), MIN_CLUSTERS_PER_ARM)]
    if plan.design is Design.PARALLEL_CLUSTERS:
        dealt = [("teams", plan.clusters, teams_needed([plan.arms], mirrors=True, level=0.05))] if plan.randomised else []
        return [("teams in each group", min(plan.arms), MIN_TEAMS_PER_ARM), *dealt]
    if plan.design is Design.STAGGERED_INTRODUCTION:
        return [("teams in each group", min(plan.arms), MIN_TEAMS_PER_ARM)]
    return [("teams", plan.clusters, MIN_TEAMS)]


@as_declared
def foreseen(plan: Plan, difference: float, level: float = 0.95) -> Foreseen | NotEnoughData:
    r"""Give the chance that a true difference is seen, in closed form: that the interval of the analysis leaves zero out.

    .. math:: P\big(|\hat\Delta| / s > t_{.975, \nu}\big), \qquad \hat\Delta / s \sim t_\nu(\Delta / s)

    - parallel teams: the design effect times the variance of two shares or means, and the degrees of freedom that CR2 leaves
      (`planning.two_shares_se`, `two_means_se`, `two_groups_df`);
    - persons by coach (ANCOVA): the same less what the start explains;
    - steps: Hussey & Hughes with one period a step, on the share of a period, normal interval. With few teams it promises too
      much;
    - before and after: `planning.before_after_se`, t on teams − 1.

    No closed form is given for staggered introductions: simulate them.

    Parameters
    ----------
    plan : what the study is planned on
    difference : true difference, as a share within a year or in points; its sign matters for shares
    level : of the interval

    Returns
    -------
    Foreseen or NotEnoughData
        NotEnoughData as `never` says, and for a staggered introduction.

    Raises
    ------
    MetricError
        When a share would leave 0 to 1, or the level is not between 0 and 1.

    References
    ----------
    Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials in Health Research; Hussey & Hughes (2007),
    doi:10.1016/j.cct.2006.05.007; Borm, Fransen & Lemmens (2007), doi:10.1016/j.jclinepi.2007.02.006.

    Examples
    --------
    >>> plan = Plan(Design.PARALLEL_CLUSTERS, 17, 400, 0.0015, base=0.09, attrition=0.1)
    >>> found = foreseen(plan, 0.02)
    >>> round(found.se, 4), round(found.df, 1), round(found.chance, 2)
    (0.0095, 14.8, 0.5)
    """
    if (short := never(plan)) is not None:
        return short
    if plan.design is Design.STAGGERED_INTRODUCTION:
        return NotEnoughData(PLAN, "closed forms for this design", 0, 1)
    se, df = _error(plan, difference)
    return Foreseen(difference, se, df, power(difference, se, df, level))


def _error(plan: Plan, difference: float) -> tuple[float, float]:
    if plan.design is Design.STEPPED_WEDGE:
        return _in_steps(plan, difference), inf
    if plan.design is Design.BEFORE_AFTER:
        return before_after_se(_sd(plan, difference), plan.clusters, plan.kept, plan.icc, plan.stays), plan.clusters - 1
    df = two_groups_df(plan.arms)
    allowed_for = 0.0 if plan.design else plan.correlation
    if plan.sd is not None:
        return two_means_se(plan.sd, plan.arms, plan.kept, plan.icc, plan.cv, allowed_for), df
    left = sqrt(1 - allowed_for**2)
    return left * two_shares_se(*plan.shares(difference), plan.arms, plan.kept, plan.icc, plan.cv), df


def _sd(plan: Plan, difference: float) -> float:
    if plan.sd is not None:
        return plan.sd
    middle = sum(plan.shares(difference)) / 2
    return sqrt(middle * (1 - middle))


def _in_steps(plan: Plan, difference: float) -> float:
    """Give the error on the scale of a year, of a comparison of the shares that leave in the months between two steps."""
    part = plan.months_between / YEAR
    whole = plan.shares(difference)
    without, with_it = (1 - (1 - share) ** part for share in whole)
    middle = (without + with_it) / 2
    sd = sqrt(middle * (1 - middle))
    # a rate that differs between teams does so in each period; its intraclass correlation is smaller there, as the share is
    between = sqrt(plan.icc * whole[0] * (1 - whole[0])) * without / whole[0]
    a_year = (whole[1] - whole[0]) / (with_it - without) if difference else (1 - whole[0]) ** (1 - part) / part
    return stepped_wedge_se([count for count in plan.waves if count], plan.kept, sd, between) * float(a_year)


@as_declared
def smallest_seen(plan: Plan, chance: float = 0.8, level: float = 0.95) -> float | NotEnoughData:
    r"""Give the smallest rise that the plan sees with the given chance, in closed form.

    .. math:: \Delta: \quad P\big(|\hat\Delta| / s > t_{.975, \nu} \mid \Delta\big) = 1 - \beta

    The error of shares is that at the base, and then once more at the rise found, so that the two go together.

    Parameters
    ----------
    plan : what the study is planned on
    chance : wanted, above 1 − level and at most .9999
    level : of the interval

    Returns
    -------
    float or NotEnoughData
        As a share within a year or in points; NotEnoughData as in `foreseen`, and when only a rise of all the rest would do.

    Raises
    ------
    MetricError
        When the chance or the level is out of its range.

    References
    ----------
    Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials, ch. 5; see `foreseen`.

    Examples
    --------
    >>> round(smallest_seen(Plan(Design.PARALLEL_CLUSTERS, 17, 400, 0.0015, base=0.09, attrition=0.1)), 3)
    0.029
    """
    found = foreseen(plan, 0.0, level)
    if isinstance(found, NotEnoughData):
        return found
    rise = 0.0
    for _ in range(30):  # the error grows slowly with the rise: each step is a small part of the one before
        if plan.base is not None and plan.base + rise >= 1:
            return NotEnoughData(PLAN, "clusters for a difference that is possible", plan.clusters, plan.clusters + 1)
        rise = detectable(*_error(plan, rise), chance, level)
    return rise


@as_declared
def by_clusters(plan: Plan, difference: float, clusters: Sequence[int]) -> dict[int, Foreseen | NotEnoughData]:
    r"""Give what the same plan promises with other numbers of clusters.

    .. math:: m \mapsto P\big(|\hat\Delta| / s(m) > t_{.975, \nu(m)}\big)

    Parameters
    ----------
    plan, difference : as in `foreseen`
    clusters : numbers to try, each at least 2

    Returns
    -------
    dict
        Number of clusters to what is foreseen, in the order given.

    Raises
    ------
    MetricError
        When a number is below 2, or as in `foreseen`.

    References
    ----------
    Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials, ch. 5; see `foreseen`.

    Examples
    --------
    >>> plan = Plan(Design.PARALLEL_CLUSTERS, 17, 400, 0.0015, base=0.09)
    >>> {k: round(found.chance, 2) for k, found in by_clusters(plan, 0.02, [10, 34]).items()}
    {10: 0.31, 34: 0.85}
    """
    return {count: foreseen(replace(plan, clusters=count), difference) for count in clusters}


@as_declared
def by_size(plan: Plan, difference: float, sizes: Sequence[float]) -> dict[float, Foreseen | NotEnoughData]:
    r"""Give what the same plan promises with other numbers of persons in a cluster.

    .. math:: n \mapsto P\big(|\hat\Delta| / s(n) > t_{.975, \nu}\big), \qquad s(n)^2 \propto \frac{1 + (n - 1) \rho}{n}

    Where persons of a cluster are alike, more of them help less and less: the design effect grows with them.

    Parameters
    ----------
    plan, difference : as in `foreseen`
    sizes : persons in a cluster at the start, each at least 1

    Returns
    -------
    dict
        Persons in a cluster to what is foreseen, in the order given.

    Raises
    ------
    MetricError
        When a number is below 1, or as in `foreseen`.

    References
    ----------
    Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials, ch. 5; see `foreseen`.

    Examples
    --------
    >>> plan = Plan(Design.PARALLEL_CLUSTERS, 17, 400, 0.01, base=0.09)
    >>> {m: round(found.chance, 2) for m, found in by_size(plan, 0.04, [100, 400, 1600]).items()}
    {100: 0.41, 400: 0.59, 1600: 0.66}
    """
    return {size: foreseen(replace(plan, size=size), difference) for size in sizes}
