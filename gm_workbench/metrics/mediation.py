"""How much of a difference runs along a step in between: exposure, mediator, outcome, in linear models.

A description, also where the exposure was randomised: nobody randomised the mediator. Whatever raises mediator and outcome
alike and is not among the covariates counts as running along the mediator; `sensitivity` says how much of that it would take.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.bootstrap import percentile
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.multilevel import random_intercept

Floats = NDArray[np.float64]

PRODUCT = "product of coefficients (OLS), Monte Carlo interval"
STRAIGHT = "least squares (OLS), robust by cluster or else by person, t interval"
MULTILEVEL = "product of coefficients (OLS between groups, random intercepts), Monte Carlo interval"

MIN_PERSONS = 30
"""Persons below which an association says nothing (assumed floor)."""

MIN_CLUSTERS = 10
"""Coaches below which a cluster-robust interval is far too narrow, or a level per coach says nothing (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Mediation:
    """A difference in the outcome per unit of exposure, split in what runs along the mediator and what does not.

    Attributes
    ----------
    indirect, direct, total : Estimate
        Along the mediator, past it, and their sum; in outcome units per unit of exposure.
    share : Estimate or NotEnoughData
        Indirect / total. Without meaning where the interval of the total holds zero; below 0 or above 1 where indirect and
        direct point in opposite ways.
    sensitivity : float or None
        Correlation of the errors of both models (−1 to 1) at which the indirect part is zero; the closer to zero, the less it
        takes. None where groups are modelled, for which there is no such formula.
    """

    indirect: Estimate
    direct: Estimate
    total: Estimate
    share: Estimate | NotEnoughData
    sensitivity: float | None


def mediation(
    frame: pd.DataFrame,
    exposure: str,
    mediator: str,
    outcome: str,
    covariates: Sequence[str] = (),
    *,
    cluster: str | None = None,
    draws: int = 10_000,
    seed: int = 1,
    unit: str = "points",
) -> Mediation | NotEnoughData:
    r"""Split a difference in the outcome in what runs along a mediator and what does not.

    .. math:: m_i = \alpha_1 + a\, d_i + \xi_1' x_i + e_{1i}, \qquad
        y_i = \alpha_2 + c\, d_i + b\, m_i + \xi_2' x_i + e_{2i}

    Indirect :math:`ab`, direct :math:`c`, total :math:`ab + c`, which is the coefficient of the exposure when the mediator is
    left out. A product is not normal, so its interval comes from draws of a and of (b, c) from their normal sampling
    distributions. `sensitivity` is the correlation of the residuals of mediator and outcome when neither model has the other.

    A description of three associations. Even when the exposure was assigned at random the mediator was not: persons with a high
    mediator differ in more than the exposure. Print the sensitivity next to the indirect part.

    Parameters
    ----------
    frame, exposure, mediator, outcome : DataFrame, str, str, str
        One row per person, no gaps in the columns named; the outcome in `unit`.
    covariates : sequence of str
        Measured before the exposure; in both models.
    cluster : str, optional
        The coach; default: persons stand alone, and errors allow for unequal variances (HC1).
    draws, seed : int, int
        Of the Monte Carlo interval; the same seed gives the same interval.

    Returns
    -------
    Mediation or NotEnoughData
        NotEnoughData below 30 persons or 10 clusters, or when exposure, mediator or outcome does not vary.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, or columns repeat each other.

    References
    ----------
    MacKinnon, Lockwood & Williams (2004), doi:10.1207/s15327906mbr3901_4; for the sensitivity Imai, Keele & Yamamoto (2010),
    doi:10.1214/10-STS321.

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
    alike = frame[cluster] if cluster else pd.Series(range(len(frame)))
    groups = int(alike.nunique()) if cluster else None
    short = _short(frame, [exposure, mediator, outcome], PRODUCT, MIN_CLUSTERS if groups is None else groups)
    if short is not None:
        return short
    first, second, whole = (
        least_squares(frame[left], design(frame, [*right, *covariates]), alike, method=PRODUCT)
        for left, right in ((mediator, [exposure]), (outcome, [exposure, mediator]), (outcome, [exposure]))
    )
    at = [second.names.index(name) for name in (mediator, exposure)]
    a, b = first.combine({exposure: 1.0}, unit, PRODUCT), second.combine({mediator: 1.0}, unit, PRODUCT)
    direct, total = (fit.combine({exposure: 1.0}, unit, STRAIGHT, groups=groups) for fit in (second, whole))
    paths = _paths(a, b, direct, second.covariance[np.ix_(at, at)], draws, seed)
    indirect, share = _along(paths[:, 0], direct, PRODUCT), _share(paths, direct, PRODUCT)
    return Mediation(indirect, direct, total, share, _partial(frame, [mediator, outcome], [exposure, *covariates]))


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

    The first model has one row per group (HC1 errors), the second a random level per group (restricted likelihood). For
    instance: whether a coach was trained, how the coach works, what clients report. A description, as in `mediation`, also in a
    cascade in which coaches were randomised.

    Parameters
    ----------
    frame, exposure, mediator, outcome, draws, seed : DataFrame, str, str, str, int, int
        As in `mediation`; exposure and mediator are the same for everybody in a group.
    group : str
        The coach or school.
    group_covariates, person_covariates : sequence of str
        In both models, the same for everybody in a group; and in the second model only.

    Returns
    -------
    Mediation or NotEnoughData
        Without `sensitivity`. NotEnoughData as in `mediation`, and with fewer groups than coefficients.

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
    >>> split.indirect.groups, split.indirect.n, split.sensitivity
    (20, 100, None)
    """
    above = [exposure, mediator, *group_covariates]
    require_numbers(frame, [*above, *person_covariates, outcome], MULTILEVEL)
    require_filled(frame, [group], MULTILEVEL)
    _require_alike(frame, above, group)
    rows = frame.groupby(group, as_index=False)[above].first()
    short = _short(frame, [exposure, mediator, outcome], MULTILEVEL, len(rows), len(above) + 2)
    if short is not None:
        return short
    first = least_squares(rows[mediator], design(rows, [exposure, *group_covariates]), rows[group], method=MULTILEVEL)
    second = random_intercept(frame, outcome, [*above, *person_covariates], group, reml=True, unit=unit)
    if isinstance(second, NotEnoughData):
        return second
    at = [list(second.coefficients).index(name) for name in (mediator, exposure)]
    a, (b, c) = first.combine({exposure: 1.0}, unit, MULTILEVEL), (second.coefficients[name] for name in (mediator, exposure))
    paths = _paths(a, b, c, second.covariance[np.ix_(at, at)], draws, seed)
    indirect, total = (_along(part, c, MULTILEVEL) for part in (paths[:, 0], paths.sum(axis=1)))
    return Mediation(indirect, c, total, _share(paths, c, MULTILEVEL), sensitivity=None)


def _short(frame: pd.DataFrame, columns: Sequence[str], method: str, clusters: int, needed: int = 0) -> NotEnoughData | None:
    persons, groups = ("persons", len(frame), MIN_PERSONS), ("clusters", clusters, max(needed, MIN_CLUSTERS))
    values = ((f"different values of {name}", int(frame[name].nunique()), 2) for name in columns)
    return shortage(method, persons, groups, *values)


def _require_alike(frame: pd.DataFrame, columns: Sequence[str], group: str) -> None:
    values = frame.groupby(group)[list(columns)].nunique()
    differ = [name for name in columns if (values[name] > 1).any()]
    if differ:
        raise MetricError(f"{MULTILEVEL}: the columns {', '.join(differ)} must be the same for everybody in a {group}.")


def _paths(a: Estimate, b: Estimate, c: Estimate, covariance: Floats, draws: int, seed: int) -> Floats:
    """Give the indirect and the direct part: as estimated in the first row, as drawn in the others."""
    rng = np.random.default_rng(seed)
    second = rng.multivariate_normal([b.value, c.value], covariance, draws, method="eigh")
    first = rng.normal(a.value, a.se, draws)
    return np.vstack([[a.value * b.value, c.value], np.column_stack([first * second[:, 0], second[:, 1]])])


def _along(drawn: Floats, like: Estimate, method: str) -> Estimate:
    """Make an estimate of a value and its draws, about the same persons and model as another."""
    made = percentile(drawn[0], drawn[1:], like.n, like.unit, method, like.groups)
    return replace(made, residual_df=like.residual_df)


def _share(paths: Floats, like: Estimate, method: str) -> Estimate | NotEnoughData:
    total = paths.sum(axis=1)
    if math.isclose(paths[0, 0], -paths[0, 1], rel_tol=1e-9):
        return NotEnoughData(method, "a total that is not zero", 0, 1)
    # draws of the total come as close to zero as they like, so their spread means nothing
    return replace(_along(paths[:, 0] / total, like, method), unit="share", se=math.nan)


def _partial(frame: pd.DataFrame, pair: Sequence[str], given: Sequence[str]) -> float:
    matrix, both = np.column_stack(list(design(frame, given).values())), frame[list(pair)].to_numpy(dtype=float)
    left = both - matrix @ np.linalg.lstsq(matrix, both, rcond=None)[0]
    products = left.T @ left
    return float(products[0, 1] / np.sqrt(products[0, 0] * products[1, 1]))
