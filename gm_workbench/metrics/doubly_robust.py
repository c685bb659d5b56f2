"""Two groups compared with two models, of exposure and of the outcome: right when one of them is.

What comes out is an adjusted difference. Nothing makes groups alike in what was not measured.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import Logit, Probit
from statsmodels.genmod.generalized_linear_model import GLM

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_binary, require_numbers, shortage
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.overlap import CERTAIN, MIN_PERSONS_PER_ARM, Balance, balance, full_rank
from gm_workbench.metrics.sided_errors import between_sides
from gm_workbench.metrics.sides import beside, sides_of
from gm_workbench.metrics.stepwise_errors import Clusters

Floats = NDArray[np.float64]
Link = Literal["logit", "probit"]

AIPW = "augmented inverse probability weighting (AIPW), M-estimation, t interval"

RARE = 0.05
"""A chance of exposure below this, or above its mirror, leaves few to compare with."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Where two groups have the same chances of exposure.

    Attributes
    ----------
    exposed, other : tuple of three floats
        Chance of exposure of the 5th, 50th and 95th of 100 persons in each group.
    rare : float
        Share of persons with a chance below .05 or above .95.
    """

    exposed: tuple[float, float, float]
    other: tuple[float, float, float]
    rare: float


@dataclass(frozen=True, slots=True)
class DoublyRobust:
    """A doubly robust difference, and what it rests on: balance under the weights (with effective persons), and overlap."""

    difference: Estimate
    balance: tuple[Balance, ...]
    overlap: Overlap


@as_declared
def doubly_robust_difference(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    covariates: Sequence[str],
    *,
    selection: Sequence[str] | None = None,
    link: Link = "logit",
    cluster: str | None = None,
    unit: str = "points",
) -> DoublyRobust | NotEnoughData:
    r"""Predict everybody both ways, and mend the predictions by the weighted errors in each group.

    .. math:: \hat\tau = \frac{1}{n} \sum_i \Big[ \hat m_1(x_i) - \hat m_0(x_i) + \frac{d_i (y_i - \hat m_1(x_i))}{\hat e(x_i)}
        - \frac{(1 - d_i)(y_i - \hat m_0(x_i))}{1 - \hat e(x_i)} \Big]

    :math:`\hat m_d` is a linear regression in each group, :math:`\hat e` a logistic chance of exposure. The difference is the
    mean over everybody. It is right when either model is, and nothing that was not measured plays a part; where groups hardly
    overlap it is neither: look at `overlap`. The interval allows for both models being estimated; where the regression is wrong
    and some weights are large it is too narrow in small groups.

    Parameters
    ----------
    frame : DataFrame
        One row per person, no gaps in the columns named.
    outcome, exposed : str, str
        In `unit`, and 0 or 1.
    covariates : sequence of str
        Numeric, measured before exposure (categories as columns of 0 and 1, squares as columns).
    selection : sequence of str, optional
        Covariates of the chance of exposure; default: the same.
    link : {"logit", "probit"}
        Of the chance of exposure.
    cluster : str, optional
        Coach or team that persons share; default: persons are by themselves.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    DoublyRobust or NotEnoughData
        NotEnoughData when a group has fewer than 10 persons, or not more than coefficients; with fewer than 5 clusters in a
        group; when all outcomes are equal; or when covariates tell of anybody for sure in which group she is.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when exposure is not 0 or 1; when covariates repeat each other, or
        one does not vary within the groups.

    References
    ----------
    Robins, Rotnitzky & Zhao (1994), doi:10.1080/01621459.1994.10476818; Lunceford & Davidian (2004), doi:10.1002/sim.1903.

    Examples
    --------
    >>> rows = pd.DataFrame({"new": [1] * 10 + [0] * 30 + [1] * 30 + [0] * 10, "hard": [0] * 40 + [1] * 40})
    >>> found = doubly_robust_difference(rows.assign(y=rows["new"] + 5 * rows["hard"] + rows.index % 2), "y", "new", ["hard"])
    >>> round(found.difference.value, 6), found.overlap.rare
    (1.0, 0.0)
    """
    chosen = list(covariates if selection is None else selection)
    short = _short(frame, outcome, exposed, [*covariates, *chosen], len(covariates) + 2)
    clusters = Clusters.of(frame, cluster, exposed, AIPW) if short is None else short
    if isinstance(clusters, NotEnoughData):
        return clusters
    group, y = frame[exposed].to_numpy(dtype=float), frame[outcome].to_numpy(dtype=float)
    x, z = _in_one_scale(frame, covariates), _in_one_scale(frame, chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # complete separation is told below, in our own words
        model = GLM(group, z, Binomial(Logit() if link == "logit" else Probit())).fit(tol=1e-12, maxiter=200)
    chance = np.asarray(model.fittedvalues, dtype=float)
    open_to_both = int(((chance > CERTAIN) & (chance < 1 - CERTAIN)).sum())
    short = shortage(AIPW, ("persons who could have been in either group", open_to_both, len(frame)))
    table = short or balance(frame, exposed, list(dict.fromkeys([*covariates, *chosen])), 1 / _own(group, chance))
    if isinstance(table, NotEnoughData):
        return table
    value, influence = _mended(x, z, y, group, chance, _slope(chance, link))
    fitted = 2 * x.shape[1] + z.shape[1]
    shares = _shares(group, chance)
    found = between_sides(value, influence / len(frame), shares, group == 1, clusters, unit=unit, method=AIPW, fitted=fitted)
    sides = sides_of((frame.loc[group == 1], frame.loc[group == 0]), cluster, outcome)
    return DoublyRobust(beside(found, sides), table, _overlap(group, chance))


def _short(frame: pd.DataFrame, outcome: str, exposed: str, covariates: Sequence[str], needed: int) -> NotEnoughData | None:
    require_numbers(frame, [outcome, *covariates], AIPW)
    require_binary(frame, exposed, AIPW)
    in_group = int(frame[exposed].astype(int).sum())
    return shortage(
        AIPW,
        ("persons in each group", min(in_group, len(frame) - in_group), max(MIN_PERSONS_PER_ARM, needed)),
        ("different outcomes", frame[outcome].nunique(), 2),
    )


def _in_one_scale(frame: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Give a constant and the columns, each of length 1: no prediction changes, and euros squared do no harm."""
    matrix = full_rank(design(frame, names), AIPW)
    return np.asarray(matrix / np.linalg.norm(matrix, axis=0) * np.sqrt(len(matrix)))


def _own(group: Floats, chance: Floats) -> Floats:
    """Give each person's chance of the group that she is in."""
    return np.where(group == 1, chance, 1 - chance)


def _shares(group: Floats, chance: Floats) -> Floats:
    """Give each person's share in the weighted mean of her group."""
    weights = 1 / _own(group, chance)
    return np.asarray(weights / np.where(group == 1, weights[group == 1].sum(), weights[group == 0].sum()))


def _slope(chance: Floats, link: Link) -> Floats:
    """Give how fast the chance changes along its line."""
    return chance * (1 - chance) if link == "logit" else np.asarray(stats.norm.pdf(stats.norm.ppf(chance)))


def _mended(x: Floats, z: Floats, y: Floats, group: Floats, chance: Floats, slope: Floats) -> tuple[float, Floats]:
    """Give the difference, and n times what each person adds to its error, by way of each of the three models too."""
    n, whole = len(y), np.zeros(len(y))
    pull = np.zeros(z.shape[1])
    for side, sign, p in ((group, 1.0, chance), (1 - group, -1.0, 1 - chance)):
        inverse = np.linalg.pinv((x.T * side) @ x / n, hermitian=True)
        predicted = x @ (inverse @ (x.T @ (side * y) / n))
        error = side * (y - predicted)
        whole += sign * (predicted + error / p)
        whole += sign * (x @ inverse @ (x.T @ (1 - side / p) / n)) * error
        pull -= z.T @ (error * slope / p**2) / n
    steep = slope / (chance * (1 - chance))
    through_chance = (z @ np.linalg.solve((z.T * (steep * slope)) @ z / n, pull)) * steep * (group - chance)
    value = float(np.mean(whole))
    return value, whole - value + through_chance


def _overlap(group: Floats, chance: Floats) -> Overlap:
    def quantiles(of: Floats) -> tuple[float, float, float]:
        low, middle, high = (float(bound) for bound in np.quantile(of, [0.05, 0.5, 0.95]))
        return low, middle, high

    rare = float(np.mean((chance < RARE) | (chance > 1 - RARE)))
    return Overlap(quantiles(chance[group == 1]), quantiles(chance[group == 0]), rare)
