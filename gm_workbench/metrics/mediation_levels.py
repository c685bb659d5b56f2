"""Paths across levels: a team's exposure, a mediator of persons or coaches, an outcome of persons.

What a whole team shares cannot differ within the team, so it can only work through what differs between teams. Mediators are
therefore split in the mean of the team and the distance from that mean; the mean carries the path. Without the split the two
steps are mixed, and what passes for an indirect part is partly the step within teams, which the exposure does not reach.

For an exposure and mediator of the group and an outcome of persons (2-2-1) see `mediation.multilevel_mediation`. Like all
mediation these are descriptions: nobody randomised the mediator.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.between_groups import LevelMediation, Names, between
from gm_workbench.metrics.checks import require_filled, require_numbers
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.paths import (
    Mediation,
    Steps,
    drawn_paths,
    require_alike,
    root_mean_square,
    split,
    too_little,
    unjudged,
)
from gm_workbench.metrics.sides import beside, two_sides
from gm_workbench.metrics.small_sample import cr2

TWO_ONE_ONE = "product of coefficients between groups (2-1-1, random intercepts), Monte Carlo interval"
THREE_TWO_ONE = "product of coefficients between teams (3-2-1, random intercepts), Monte Carlo interval"
ONE_ONE_ONE = "product of coefficients within groups (1-1-1, group-mean-centred OLS, CR2), Monte Carlo interval"


@as_declared
def two_one_one(
    frame: pd.DataFrame,
    exposure: str,
    mediator: str,
    outcome: str,
    group: str,
    *,
    group_covariates: Sequence[str] = (),
    person_covariates: Sequence[str] = (),
    draws: int = 10_000,
    seed: int = 1,
    unit: str = "points",
) -> LevelMediation | NotEnoughData:
    r"""Split a difference when the exposure belongs to the group, and mediator and outcome to the person (2-1-1).

    .. math:: m_{ij} = \alpha_1 + a\, d_j + \xi_1' z_j + u_{1j} + e_{1ij}, \qquad
        y_{ij} = \alpha_2 + c\, d_j + b_B \bar m_j + b_W (m_{ij} - \bar m_j) + \xi_2' z_j + \zeta' x_{ij} + u_{2j} + e_{2ij}

    The indirect part is :math:`a b_B`, the direct part c, the total their sum. For instance: whether the team took up a way of
    working, a candidate's self-efficacy, her outcome. An outcome of 0 and 1 gives differences in probability (a linear
    probability model).

    Both models have a random level per group (restricted likelihood). What d does is known from as many cases as there are
    groups, so a is drawn from t on groups minus coefficients of the group (constant, d, z), and :math:`b_B` and c together on
    one fewer; normal draws would make the interval too narrow with few groups. A step within groups that is fixed is assumed,
    and that d does not alter b.

    :math:`\bar m_j` is the mean of the rows given. With few persons per group it is an unreliable stand-in for the true mean
    and :math:`b_B` is pulled towards :math:`b_W`. With :math:`\lambda` the reliability at equal exposure, `corrected` is about

    .. math:: a \Big(b_W + \frac{b_B - b_W}{\lambda}\Big), \qquad
        \lambda = \frac{\tau_m^2}{\tau_m^2 + \sigma_m^2 / \tilde n}

    with :math:`\tilde n` the harmonic mean of group sizes: what a latent group mean would give when groups are about equally
    large. Where everybody of a group was measured, the observed mean is the true one and needs no correction.

    Parameters
    ----------
    frame : DataFrame
        One row per person, no gaps in the columns named.
    exposure, mediator, outcome, group : str
        The exposure is the same for everybody in a group; the outcome in `unit`.
    group_covariates, person_covariates : sequence of str
        In both models, the same for everybody in a group; and in the second model only, as they are.
    draws, seed : int, int
        Of the Monte Carlo interval; the same seed gives the same interval.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    LevelMediation or NotEnoughData
        NotEnoughData below 30 persons, 10 groups, 4 groups on a side of a two-valued exposure, or with fewer groups than
        coefficients; when something does not vary.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when columns of the group differ between its persons, or columns
        repeat each other.

    References
    ----------
    Zhang, Zyphur & Preacher (2009), doi:10.1177/1094428108327450; Preacher, Zyphur & Zhang (2010), doi:10.1037/a0020141;
    Lüdtke e.a. (2008), doi:10.1037/a0012869, for unreliable means; McNeish (2017), doi:10.1080/10705511.2017.1280797, for ten
    groups and more.

    Examples
    --------
    >>> rows = pd.DataFrame({"team": [i // 6 for i in range(120)], "own": [i * 7 % 6 - 2.5 for i in range(120)]})
    >>> rows = rows.assign(new=rows["team"] % 2, m=rows["team"] % 2 * 2 + rows["team"] * 3 % 10 + rows["own"])
    >>> rows = rows.assign(y=rows["m"] - 2 * rows["own"] + [i * 5 % 7 for i in range(120)])
    >>> found = two_one_one(rows, "new", "m", "y", "team")
    >>> round(found.between.steps.b.value), round(found.within.value), found.between.indirect.groups
    (1, -1, 20)
    """
    above = [exposure, *group_covariates]
    require_numbers(frame, [*above, mediator, outcome, *person_covariates], TWO_ONE_ONE)
    require_filled(frame, [group], TWO_ONE_ONE)
    require_alike(frame, above, group, TWO_ONE_ONE)
    return between(
        frame, frame, Names(exposure, mediator, outcome, group), above, person_covariates, TWO_ONE_ONE, draws, seed, unit
    )


@as_declared
def three_two_one(
    frame: pd.DataFrame,
    exposure: str,
    mediator: str,
    outcome: str,
    coach: str,
    team: str,
    *,
    team_covariates: Sequence[str] = (),
    person_covariates: Sequence[str] = (),
    draws: int = 10_000,
    seed: int = 1,
    unit: str = "points",
) -> LevelMediation | NotEnoughData:
    r"""Split a difference when the exposure belongs to the team, the mediator to the coach, the outcome to the person (3-2-1).

    .. math:: m_{jk} = \alpha_1 + a\, d_k + \xi_1' z_k + w_{1k} + e_{1jk}

    .. math:: y_{ijk} = \alpha_2 + c\, d_k + b_B \bar m_k + b_W (m_{jk} - \bar m_k) + \xi_2' z_k + \zeta' x_{ijk}
        + w_{2k} + u_{2jk} + e_{2ijk}

    The indirect part is :math:`a b_B`. For instance: whether supervisor and team took up a way of working, how much the coach
    uses it, whether the candidate left for work. The first model has one row per coach and a random level per team, the second
    a random level per coach and per team (`nested.nested_intercepts`), both by restricted likelihood. Draws, degrees of freedom
    (teams minus coefficients of the team), reliability and correction are those of `two_one_one`, with teams for groups and
    coaches for persons: :math:`\bar m_k` is the mean over coaches, each counting once.

    It describes coaches who stay in one team; who moved is counted where she was assigned. Persons of one coach are alike in
    the model; nothing is said of any one coach.

    Parameters
    ----------
    frame : DataFrame
        One row per person, no gaps in the columns named.
    exposure, mediator, outcome, coach, team : str
        The exposure is the same for everybody in a team, the mediator for everybody with a coach; the outcome in `unit`. A
        coach lies in one team.
    team_covariates, person_covariates : sequence of str
        In both models, the same for everybody in a team; and in the second model only, as they are.
    draws, seed : int, int
        Of the Monte Carlo interval; the same seed gives the same interval.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    LevelMediation or NotEnoughData
        NotEnoughData below 30 persons, 30 coaches, 10 teams, 4 teams on a side of a two-valued exposure, or with fewer teams
        than coefficients; when something does not vary, or climbs to the likelihood's top disagree.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when a column of a team or coach differs within it, a coach lies
        in two teams, or columns repeat each other.

    References
    ----------
    Preacher (2011), Multivariate Behavioral Research 46:691-731; Pituch, Murphy & Tate (2010), Journal of Experimental
    Education 78:60-95; McNeish (2017), doi:10.1080/10705511.2017.1280797.

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i // 4 for i in range(240)], "team": [i // 20 for i in range(240)]})
    >>> rows = rows.assign(new=rows["team"] % 2, use=rows["team"] % 2 * 2 + rows["team"] * 5 % 7 + rows["coach"] * 3 % 5 - 2)
    >>> rows = rows.assign(y=rows["use"] + rows["coach"] * 5 % 3 + [i * 5 % 7 for i in range(240)])
    >>> found = three_two_one(rows, "new", "use", "y", "coach", "team")
    >>> round(found.between.steps.b.value, 1), found.between.indirect.groups, found.between.steps.degrees
    (1.0, 12, (10, 9))
    """
    above = [exposure, *team_covariates]
    require_numbers(frame, [*above, mediator, outcome, *person_covariates], THREE_TWO_ONE)
    require_filled(frame, [coach, team], THREE_TWO_ONE)
    require_alike(frame, above, team, THREE_TWO_ONE)
    require_alike(frame, [mediator, team], coach, THREE_TWO_ONE)
    coaches = frame.groupby(coach, as_index=False)[[*above, mediator, team]].first()
    names = Names(exposure, mediator, outcome, team, coach)
    return between(frame, coaches, names, above, person_covariates, THREE_TWO_ONE, draws, seed, unit)


@as_declared
def one_one_one(
    frame: pd.DataFrame,
    exposure: str,
    mediator: str,
    outcome: str,
    group: str,
    covariates: Sequence[str] = (),
    *,
    draws: int = 10_000,
    seed: int = 1,
    unit: str = "points",
) -> Mediation | NotEnoughData:
    r"""Split a difference within groups, when exposure, mediator and outcome all belong to the person (1-1-1).

    With every column taken from the mean of its group:

    .. math:: \dot m_{ij} = a\, \dot d_{ij} + \xi_1' \dot x_{ij} + e_{1ij}, \qquad
        \dot y_{ij} = c\, \dot d_{ij} + b\, \dot m_{ij} + \xi_2' \dot x_{ij} + e_{2ij}

    The indirect part is :math:`ab`. Whatever the persons of a group share plays no part: the slopes are those of a dummy for
    each group, with CR2 errors by group; a, b and c are drawn each from t on Satterthwaite degrees of freedom of its own, as in
    `mediation.mediation`. For instance: what one candidate got more of than others of the same coach, and what became of it.

    The steps are taken to be the same in every group. Where they differ and go together, the mean of the indirect parts is
    :math:`ab` plus their covariance (Kenny, Korchmaros & Bolger 2003), which is not in it. Nothing is said of differences
    between groups: an exposure of the whole group has no part within it.

    Parameters
    ----------
    frame : DataFrame
        One row per person (or per person and wave, with the person as group), no gaps in the columns named.
    exposure, mediator, outcome, group : str
        The outcome in `unit`; one of 0 and 1 gives differences in probability (a linear probability model).
    covariates : sequence of str
        Measured before the exposure; in both models.
    draws, seed : int, int
        Of the Monte Carlo interval; the same seed gives the same interval.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Mediation or NotEnoughData
        NotEnoughData below 30 persons or 10 groups, where few groups tell all of a step (below three degrees of freedom), or
        when exposure, mediator or outcome does not vary within groups.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, or columns repeat each other within groups.

    References
    ----------
    Zhang, Zyphur & Preacher (2009), doi:10.1177/1094428108327450; Kenny, Korchmaros & Bolger (2003),
    doi:10.1037/1082-989X.8.2.115.

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i // 6 for i in range(120)], "more": [i * 7 % 6 % 2 for i in range(120)]})
    >>> rows = rows.assign(plan=2 * rows["more"] + [i * 5 % 7 for i in range(120)] + rows["coach"])
    >>> rows = rows.assign(y=3 * rows["plan"] - 50 * rows["coach"] + [i % 3 for i in range(120)])
    >>> found = one_one_one(rows, "more", "plan", "y", "coach")
    >>> round(found.steps.b.value, 1), found.indirect.groups
    (3.0, 20)
    """
    columns = [exposure, mediator, outcome, *covariates]
    require_numbers(frame, columns, ONE_ONE_ONE)
    require_filled(frame, [group], ONE_ONE_ONE)
    apart = frame[columns].astype(float) - frame.groupby(group)[columns].transform("mean")
    groups = int(frame[group].nunique())
    short = too_little(apart.round(9), columns[:3], ONE_ONE_ONE, groups)
    if short is not None:
        return short
    x = {name: apart[name].to_numpy(dtype=float) for name in columns}
    first, second = (
        cr2(apart[left], {name: x[name] for name in (*right, *covariates)}, frame[group], method=ONE_ONE_ONE)
        for left, right in ((mediator, [exposure]), (outcome, [exposure, mediator]))
    )
    short = unjudged([first, second], exposure, mediator, ONE_ONE_ONE)
    if short is not None:
        return short
    a = first.combine({exposure: 1.0}, "points", ONE_ONE_ONE, groups=groups)
    b, c = (second.combine({name: 1.0}, unit, ONE_ONE_ONE, groups=groups) for name in (mediator, exposure))
    at = [second.names.index(name) for name in (mediator, exposure)]
    c = beside(c, two_sides(frame, exposure, group))
    paths = drawn_paths(a, b, c, second.covariance[np.ix_(at, at)], draws, seed)
    alone, together = (
        root_mean_square(x[y] - np.column_stack([x[name] for name in fit.names]) @ fit.values)  # noqa: PD011 — of a fit
        for fit, y in ((first, mediator), (second, outcome))
    )
    degrees = first.residual_df - groups, second.residual_df - groups
    return split(paths, Steps(a, b, alone, together, degrees), c, ONE_ONE_ONE)
