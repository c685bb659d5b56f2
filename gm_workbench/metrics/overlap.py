"""How alike two groups are in what was measured, and the weights that make them so."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import APART, all_finite, require_binary, require_numbers, shortage, told_apart
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import NotEnoughData

Floats = NDArray[np.float64]

WEIGHTS = "inverse probability weights (logistic, stabilised)"
BALANCE = "standardised mean differences"

MIN_PERSONS_PER_ARM = 10
"""Persons in each group below which a difference says nothing (assumed floor)."""

CERTAIN = 1e-5
"""Probability of one of the groups below which a person could only have been in the other (as in Stata's teffects)."""


@as_declared
def stabilised_weights(frame: pd.DataFrame, exposed: str, covariates: Sequence[str]) -> pd.Series[Any] | NotEnoughData:
    r"""Give each person the weight that makes both groups alike in the covariates, on average.

    .. math:: w_i = \frac{P(D = d_i)}{P(D = d_i \mid x_i)}, \qquad \log \frac{P(D = 1 \mid x)}{P(D = 0 \mid x)} = \gamma' x

    Parameters
    ----------
    frame, exposed, covariates : DataFrame, str, sequence of str
        One row per person; 0 or 1; and numeric, measured before exposure. No gaps in the columns named.

    Returns
    -------
    Series or NotEnoughData
        Weights, about 1 on average; NotEnoughData when the covariates tell of anybody for sure in which group she is, so that
        there is nobody to compare her with.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when exposure is not 0 or 1; when covariates repeat each other.

    References
    ----------
    Robins, Hernán & Brumback (2000), Epidemiology 11; Hernán & Robins, Causal Inference: What If, § 12.3.

    Examples
    --------
    >>> rows = pd.DataFrame({"new": [1] * 10 + [0] * 30 + [1] * 30 + [0] * 10, "hard": [0] * 40 + [1] * 40})
    >>> stabilised_weights(rows, "new", ["hard"]).round(3).iloc[[0, 10, 40, 70]].to_list()
    [2.0, 0.667, 0.667, 2.0]
    """
    require_binary(frame, exposed, WEIGHTS)
    require_numbers(frame, covariates, WEIGHTS)
    group = frame[exposed].to_numpy(dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # complete separation is told below, in our own words
        chance = np.asarray(GLM(group, full_rank(design(frame, covariates), WEIGHTS), Binomial()).fit().fittedvalues)
    open_to_both = int(((chance > CERTAIN) & (chance < 1 - CERTAIN)).sum())
    short = shortage(WEIGHTS, ("persons who could have been in either group", open_to_both, len(frame)))
    if short is not None:
        return short
    own, share = np.where(group == 1, chance, 1 - chance), np.where(group == 1, group.mean(), 1 - group.mean())
    return pd.Series(share / own, index=frame.index, name="weight")


@dataclass(frozen=True, slots=True)
class Balance:
    """How far apart two groups are in one covariate, in standard deviations, and how many persons the weights are worth.

    Attributes
    ----------
    covariate : str
    before, after : float
        Mean of the exposed minus that of the others, without and with weights; both in standard deviations without weights.
    effective_exposed, effective_other : float
        Persons that would give the same precision without weights (Kish).
    fewest : int or None
        Of a covariate of yes and no: fewest persons in a group who have it, or who lack it; a difference tells of them.
    """

    covariate: str
    before: float
    after: float
    effective_exposed: float
    effective_other: float
    fewest: int | None = None


@as_declared
def balance(
    frame: pd.DataFrame, exposed: str, covariates: Sequence[str], weights: ArrayLike | None = None
) -> tuple[Balance, ...] | NotEnoughData:
    r"""Say how alike two groups are in each covariate, before and after weighting.

    .. math:: \frac{\bar x_1 - \bar x_0}{\sqrt{(s_1^2 + s_0^2) / 2}}, \qquad n_\text{effective} = \frac{(\sum w)^2}{\sum w^2}

    Parameters
    ----------
    frame, exposed, covariates : DataFrame, str, sequence of str
        As in `stabilised_weights`.
    weights : (persons,) array, optional
        E.g. from `stabilised_weights`, in the order of the rows; default: everybody counts for one.

    Returns
    -------
    tuple of Balance, or NotEnoughData
        In the order of `covariates`; NotEnoughData when a group has fewer than 10 persons.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric, has gaps or does not vary; when weights are negative or not one per person.

    References
    ----------
    Austin (2009), Statistics in Medicine 28, doi:10.1002/sim.3697; Kish (1965), Survey Sampling, §11.7.

    Examples
    --------
    >>> rows = pd.DataFrame({"new": [1] * 10 + [0] * 30 + [1] * 30 + [0] * 10, "hard": [0] * 40 + [1] * 40})
    >>> found = balance(rows, "new", ["hard"], stabilised_weights(rows, "new", ["hard"]))[0]
    >>> round(found.before, 2), abs(round(found.after, 6)), round(found.effective_exposed, 1)
    (1.14, 0.0, 30.0)
    """
    require_binary(frame, exposed, BALANCE)
    require_numbers(frame, covariates, BALANCE)
    group = frame[exposed].to_numpy(dtype=float) == 1
    short = shortage(BALANCE, ("persons in each group", int(min(group.sum(), (~group).sum())), MIN_PERSONS_PER_ARM))
    if short is not None:
        return short
    if weights is not None and np.asarray(weights).dtype.kind not in "biuf":
        raise MetricError(f"{BALANCE}: weights must be numbers, one per person.")
    w = np.ones(len(frame)) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != group.shape or not (all_finite(w) and (w >= 0).all() and w[group].any() and w[~group].any()):
        raise MetricError(f"{BALANCE}: weights must be one number per person, 0 or more, with some above 0 in each group.")
    exposed_worth, other_worth = (float(side.sum() ** 2 / (side**2).sum()) for side in (w[group], w[~group]))
    columns = {name: frame[name].to_numpy(dtype=float) for name in covariates}
    return tuple(
        Balance(name, *_apart(x, group, w, name), exposed_worth, other_worth, fewest_of((x[group], x[~group])))
        for name, x in columns.items()
    )


def fewest_of(sides: Iterable[Floats]) -> int | None:
    """Give the fewest persons on a side who have a characteristic of yes and no, or who lack it; None where it is a number.

    >>> fewest_of((np.array([1.0, 0, 0, 0]), np.array([1.0, 1, 0, 0]))), fewest_of((np.array([2.5, 1]),))
    (1, None)
    """
    kept = list(sides)
    if not all(np.isin(side, (0.0, 1.0)).all() for side in kept):
        return None
    return min(int(min(side.sum(), len(side) - side.sum())) for side in kept)


def _apart(x: Floats, group: NDArray[np.bool_], weights: Floats, name: str) -> tuple[float, float]:
    spread = float(np.sqrt((x[group].var(ddof=1) + x[~group].var(ddof=1)) / 2))
    if spread == 0:
        raise MetricError(f"{BALANCE}: column {name} does not vary within the groups, so there is no scale to measure it on.")
    before, after = (
        float(np.average(x[group], weights=w[group]) - np.average(x[~group], weights=w[~group])) / spread
        for w in (np.ones(len(x)), weights)
    )
    return before, after


def full_rank(columns: Mapping[str, Floats], method: str, least: float = APART) -> Floats:
    """Give the columns as a matrix, or refuse columns that repeat each other but for less than the `least` share."""
    matrix = np.column_stack(list(columns.values()))
    if not told_apart(matrix, least):
        raise MetricError(f"{method}: the columns {', '.join(columns)} repeat each other. Leave one out.")
    return matrix
