"""How much of a difference runs along a step in between: exposure, mediator, outcome, in linear models.

A description, also where the exposure was randomised: nobody randomised the mediator. Whatever raises mediator and outcome
alike and is not among the covariates counts as running along the mediator; `sensitivity` says how much of that it would take.
Other levels, with persons' own mediators or with teams above coaches, are in `mediation_levels`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, require_one_of
from gm_workbench.metrics.clustered import Fit, design, least_squares
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.multilevel import random_intercept
from gm_workbench.metrics.paths import (
    MIN_CLUSTERS,
    Floats,
    Mediation,
    Steps,
    drawn_paths,
    on_degrees,
    require_alike,
    root_mean_square,
    split,
    too_little,
    unjudged,
)
from gm_workbench.metrics.sided_errors import few_on_a_side
from gm_workbench.metrics.sides import beside, two_sides
from gm_workbench.metrics.small_sample import SmallSampleFit, cr2

PRODUCT = "product of coefficients (OLS), Monte Carlo interval"
STRAIGHT = {
    "CR1": "least squares (OLS), CR1 by {by}, t interval on {by}s − 1",
    "CR2": "least squares (OLS), CR2 by {by}, t interval on Satterthwaite degrees of freedom",
}
MULTILEVEL = "product of coefficients (OLS between groups, random intercepts), Monte Carlo interval"


@as_declared
def mediation(
    frame: pd.DataFrame,
    exposure: str,
    mediator: str,
    outcome: str,
    covariates: Sequence[str] = (),
    *,
    cluster: str | None = None,
    errors: Literal["CR2", "CR1"] = "CR2",
    draws: int = 10_000,
    seed: int = 1,
    unit: str = "points",
) -> Mediation | NotEnoughData:
    r"""Split a difference in the outcome in what runs along a mediator and what does not.

    .. math:: m_i = \alpha_1 + a\, d_i + \xi_1' x_i + e_{1i}, \qquad
        y_i = \alpha_2 + c\, d_i + b\, m_i + \xi_2' x_i + e_{2i}

    Indirect :math:`ab`, direct :math:`c`, total :math:`ab + c`, which is the coefficient of the exposure when the mediator is
    left out. A product is not normal, so its interval comes from draws of a and of (b, c) from their sampling distributions.
    `sensitivity` is the correlation of the residuals of mediator and outcome when neither model has the
    other. An outcome of 0 and 1 gives differences in probability (a linear probability model), in which a and b do not
    interact; a mediator of 0 and 1 likewise.

    Errors are CR2 by person (then HC2) or cluster, and every coefficient has t on Satterthwaite degrees of freedom of its own:
    what a coach does is known from the coaches on the smaller side, what goes with a mediator from nearly all persons. So a, b
    and c are drawn each from their own t, of which b and c keep their correlation (`paths.drawn_paths`): one number for both
    would make b too unsure, or c too sure. The two models are taken as independent, as their errors are when e₂ is as likely
    above zero as below it. Where both a and b may be zero the interval of ab is too wide, whatever the distributions.

    A description of three associations. Even when the exposure was assigned at random the mediator was not: persons with a high
    mediator differ in more than the exposure. Print the sensitivity next to the indirect part.

    Parameters
    ----------
    frame, exposure, mediator, outcome : DataFrame, str, str, str
        One row per person, no gaps in the columns named; the outcome in `unit`.
    covariates : sequence of str
        Measured before the exposure; in both models.
    cluster : str, optional
        The coach, by whom persons may be alike; default: persons stand alone, and errors allow for unequal variances.
    errors : {"CR2", "CR1"}
        CR2: `small_sample.cr2`. CR1, to compare with what others published (by person HC1): a, b and c drawn from the normal
        distribution, which misses too often with few persons, or few on a side of the exposure.
    draws, seed : int, int
        Of the Monte Carlo interval; the same seed gives the same interval.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Mediation or NotEnoughData
        NotEnoughData below 30 persons or 10 clusters, below 5 on a side of an exposure that is one for all of a cluster, where
        few persons or clusters tell all of exposure or mediator (CR2 below three degrees of freedom), or when exposure,
        mediator or outcome does not vary.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, or columns repeat each other; when errors are unknown.

    References
    ----------
    MacKinnon, Lockwood & Williams (2004), doi:10.1207/s15327906mbr3901_4; for the sensitivity Imai, Keele & Yamamoto (2010),
    doi:10.1214/10-STS321; for few clusters Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> rows = pd.DataFrame({"new": [i % 2 for i in range(60)], "noise": [i % 7 - 3 for i in range(60)]})
    >>> rows = rows.assign(plan=2 * rows["new"] + rows["noise"], other=[i % 5 for i in range(60)])
    >>> rows = rows.assign(work=rows["new"] + 3 * rows["plan"] + rows["other"])
    >>> split = mediation(rows, "new", "plan", "work")
    >>> round(split.indirect.value, 2), round(split.direct.value, 2), round(split.sensitivity, 2)
    (6.21, 0.99, 0.97)
    """
    require_numbers(frame, [exposure, mediator, outcome, *covariates], PRODUCT)
    require_filled(frame, [cluster] if cluster else [], PRODUCT)
    require_one_of(PRODUCT, "errors", errors, STRAIGHT)
    alike = frame[cluster] if cluster else pd.Series(range(len(frame)))
    groups = int(alike.nunique()) if cluster else None
    short = too_little(frame, [exposure, mediator, outcome], PRODUCT, MIN_CLUSTERS if groups is None else groups)
    short = short or few_on_a_side(frame, [exposure], cluster, PRODUCT)
    if short is not None:
        return short
    first, second, whole = fits = [
        (cr2 if errors == "CR2" else least_squares)(frame[left], design(frame, [*right, *covariates]), alike, method=PRODUCT)
        for left, right in ((mediator, [exposure]), (outcome, [exposure, mediator]), (outcome, [exposure]))
    ]
    small, each = [fit for fit in fits if isinstance(fit, SmallSampleFit)], "clusters" if cluster else "persons"
    short = unjudged(small, exposure, mediator, PRODUCT, each=each)
    if short is not None:
        return short
    at = [second.names.index(name) for name in (mediator, exposure)]
    found = (first.combine({exposure: 1.0}, "points", PRODUCT), second.combine({mediator: 1.0}, unit, PRODUCT))
    sides, told = two_sides(frame, exposure, cluster), STRAIGHT[errors].format(by=each[:-1])
    direct, total = (beside(fit.combine({exposure: 1.0}, unit, told, groups=groups), sides) for fit in (second, whole))
    a, b, c = (one if small else on_degrees(one, math.inf) for one in (*found, direct))
    paths = drawn_paths(a, b, c, second.covariance[np.ix_(at, at)], draws, seed)
    spread = _left(first, frame, mediator), _left(second, frame, outcome)
    return split(paths, Steps(a, b, *spread, (first.residual_df, second.residual_df)), direct, PRODUCT, total)


@as_declared
def multilevel_mediation(
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
) -> Mediation | NotEnoughData:
    r"""Split a difference when exposure and mediator belong to the group and the outcome to the person (2-2-1).

    .. math:: m_j = \alpha_1 + a\, d_j + \xi_1' z_j + e_j, \qquad
        y_{ij} = \alpha_2 + c\, d_j + b\, m_j + \xi_2' z_j + \zeta' x_{ij} + u_j + e_{ij}

    The first model has one row per group (HC2 errors), the second a random level per group (restricted likelihood). For
    instance: whether a coach was trained, how the coach works, what clients report. A description, as in `mediation`, also in a
    cascade in which coaches were randomised.

    There are as many mediators as groups, so with few groups normal draws make the interval too narrow: a is drawn from t on
    its Satterthwaite degrees of freedom (Bell and McCaffrey), b and c together from t on the number of groups minus
    coefficients of the group. `sensitivity` is about errors of groups: of the mediator, and of the mean outcome.

    Parameters
    ----------
    frame, exposure, mediator, outcome, draws, seed : DataFrame, str, str, str, int, int
        As in `mediation`; exposure and mediator are the same for everybody in a group.
    group : str
        The coach or school.
    group_covariates, person_covariates : sequence of str
        In both models, the same for everybody in a group; and in the second model only.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Mediation or NotEnoughData
        NotEnoughData as in `mediation`, with fewer groups than coefficients, and below 4 groups on a side of a two-valued
        exposure.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when columns of the group differ between its persons, or columns
        repeat each other.

    References
    ----------
    Tingley e.a. (2014), doi:10.18637/jss.v059.i05, §5; Zhang, Zyphur & Preacher (2009), doi:10.1177/1094428108327450.

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i // 5 for i in range(100)], "mood": [i * 7 % 5 for i in range(100)]})
    >>> rows = rows.assign(new=rows["coach"] % 2, way=rows["coach"] % 2 * 2 + rows["coach"] % 3)
    >>> split = multilevel_mediation(rows.assign(y=rows["way"] + rows["coach"] % 7 + rows["mood"]), "new", "way", "y", "coach")
    >>> split.indirect.groups, split.indirect.n, split.steps.degrees
    (20, 100, (18, 17))
    """
    above = [exposure, mediator, *group_covariates]
    require_numbers(frame, [*above, *person_covariates, outcome], MULTILEVEL)
    require_filled(frame, [group], MULTILEVEL)
    require_alike(frame, above, group, MULTILEVEL)
    rows = frame.groupby(group, as_index=False)[above].first()
    short = too_little(frame, [exposure, mediator, outcome], MULTILEVEL, len(rows), len(above) + 2, exposed=rows[exposure])
    if short is not None:
        return short
    x = design(rows, [exposure, *group_covariates])
    first = cr2(rows[mediator], x, rows[group], method=MULTILEVEL)
    second = random_intercept(frame, outcome, [*above, *person_covariates], group, reml=True, unit=unit)
    if isinstance(second, NotEnoughData):
        return second
    degrees = len(rows) - len(x), len(rows) - len(x) - 1
    at = [list(second.coefficients).index(name) for name in (mediator, exposure)]
    a = first.combine({exposure: 1.0}, "points", MULTILEVEL)
    b, c = (on_degrees(second.coefficients[name], degrees[1]) for name in (mediator, exposure))
    c = beside(c, two_sides(frame, exposure, group))
    paths = drawn_paths(a, b, c, second.covariance[np.ix_(at, at)], draws, seed)
    left = second.left(frame, outcome).groupby(frame[group]).mean()
    alone = rows[mediator].to_numpy(dtype=float) - np.column_stack(list(x.values())) @ first.values  # noqa: PD011 — of a fit
    return split(paths, Steps(a, b, root_mean_square(alone), root_mean_square(left), degrees), c, MULTILEVEL)


def _left(fit: Fit | SmallSampleFit, frame: pd.DataFrame, outcome: str) -> float:
    """Give the size of what a regression leaves of its outcome."""
    matrix: Floats = np.column_stack(list(design(frame, fit.names[1:]).values()))
    return root_mean_square(frame[outcome].to_numpy(dtype=float) - matrix @ fit.values)  # noqa: PD011 — of a fit
