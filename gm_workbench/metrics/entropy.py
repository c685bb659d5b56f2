"""Entropy balancing: persons who were not exposed are weighed so that, on average, they are like those who were.

Where propensity weights make groups alike if their model is right, these make them alike by construction, and stay as even as
that allows. What was not measured is not made alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_binary, require_numbers, shortage
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.overlap import MIN_PERSONS_PER_ARM, Balance, balance, full_rank
from gm_workbench.metrics.sided_errors import between_sides
from gm_workbench.metrics.sides import beside, sides_of
from gm_workbench.metrics.stepwise_errors import Clusters

Floats = NDArray[np.float64]

WEIGHTS = "entropy balancing weights"
BALANCED = "entropy balancing, average over the exposed, M-estimation, t interval"

EVEN = 1e-9
"""Standard deviations by which means may still differ."""

STEPS = 200
HALVES = tuple(0.5**halving for halving in range(60))
ROUNDING = 1e-13

ALIKE = "persons who could have been in either group"


@dataclass(frozen=True, slots=True)
class EntropyBalanced:
    """A difference after entropy balancing.

    Attributes
    ----------
    difference : Estimate
        Mean of the exposed minus the weighted mean of the others.
    balance : tuple of Balance
        Per covariate, before and after; and how many persons the weights are worth.
    heaviest : float
        Largest part that one person has in the weighted mean.
    """

    difference: Estimate
    balance: tuple[Balance, ...]
    heaviest: float


@as_declared
def entropy_weights(frame: pd.DataFrame, exposed: str, covariates: Sequence[str]) -> pd.Series[Any] | NotEnoughData:
    r"""Weigh the others so that the mean of each covariate equals that of the exposed, as evenly as possible.

    .. math:: w_i = n_0 \frac{\exp(\lambda' x_i)}{\sum_{j: d_j = 0} \exp(\lambda' x_j)}, \qquad
        \frac{1}{n_0} \sum_{i: d_i = 0} w_i x_i = \frac{1}{n_1} \sum_{i: d_i = 1} x_i

    Parameters
    ----------
    frame, exposed, covariates : DataFrame, str, sequence of str
        One row per person; 0 or 1; and numeric, measured before exposure (squares as columns, to balance spread too). No gaps
        in the columns named.

    Returns
    -------
    Series or NotEnoughData
        Weights, 1 for the exposed, and 1 on average for the others. NotEnoughData when a group has fewer than 10 persons, or no
        weights make the groups alike: some exposed are unlike all others.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when exposure is not 0 or 1; when covariates repeat each other.

    References
    ----------
    Hainmueller (2012), doi:10.1093/pan/mpr025.

    Examples
    --------
    >>> rows = pd.DataFrame({"new": [1] * 10 + [0] * 30 + [1] * 30 + [0] * 10, "hard": [0] * 40 + [1] * 40})
    >>> entropy_weights(rows, "new", ["hard"]).round(3).iloc[[0, 10, 40, 70]].to_list()
    [1.0, 0.333, 1.0, 3.0]
    """
    require_binary(frame, exposed, WEIGHTS)
    require_numbers(frame, covariates, WEIGHTS)
    group = frame[exposed].to_numpy(dtype=float) == 1
    short = shortage(WEIGHTS, ("persons in each group", int(min(group.sum(), (~group).sum())), MIN_PERSONS_PER_ARM))
    if short is not None:
        return short
    x = full_rank(design(frame, covariates), WEIGHTS)[:, 1:]
    apart = (x[~group] - x[group].mean(axis=0)) / np.maximum(x.std(axis=0), np.finfo(float).tiny)
    shares = _shares(apart)
    if shares is None:
        return NotEnoughData(WEIGHTS, ALIKE, 0, 1)
    weights = np.ones(len(frame))
    weights[~group] = shares * (~group).sum()
    return pd.Series(weights, index=frame.index, name="weight")


@as_declared
def entropy_difference(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    covariates: Sequence[str],
    *,
    cluster: str | None = None,
    unit: str = "points",
) -> EntropyBalanced | NotEnoughData:
    r"""Compare the exposed with others weighed to be like them.

    .. math:: \hat\tau = \frac{1}{n_1} \sum_i d_i y_i - \frac{1}{n_0} \sum_i (1 - d_i) w_i y_i

    The difference is about persons like the exposed. It is right when being exposed or the outcome is linear in the covariates
    (on the scale of log odds, of the outcome), and nothing else that was not measured plays a part. The interval allows for the
    weights being estimated.

    Parameters
    ----------
    frame, exposed, covariates : DataFrame, str, sequence of str
        As in `entropy_weights`.
    outcome : str
        In `unit`.
    cluster : str, optional
        Coach or team that persons share; default: persons are by themselves.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    EntropyBalanced or NotEnoughData
        NotEnoughData as in `entropy_weights`; when the weights are worth fewer than 10 persons, with fewer than 5 clusters in a
        group, or when all outcomes are equal.

    Raises
    ------
    MetricError
        As in `entropy_weights`; when there is no covariate, or one does not vary within the groups.

    References
    ----------
    Hainmueller (2012), doi:10.1093/pan/mpr025; Zhao & Percival (2017), doi:10.1515/jci-2016-0010.

    Examples
    --------
    >>> rows = pd.DataFrame({"new": [1] * 10 + [0] * 30 + [1] * 30 + [0] * 10, "hard": [0] * 40 + [1] * 40})
    >>> found = entropy_difference(rows.assign(y=rows["new"] + 5 * rows["hard"] + rows.index % 2), "y", "new", ["hard"])
    >>> round(found.difference.value, 6), round(found.balance[0].before, 2), abs(round(found.balance[0].after, 6))
    (1.0, 1.14, 0.0)
    """
    require_numbers(frame, [outcome, *covariates], BALANCED)
    if not covariates:
        raise MetricError(f"{BALANCED}: there must be a covariate to make the groups alike in, but none is named.")
    weights = entropy_weights(frame, exposed, covariates)
    if isinstance(weights, NotEnoughData):
        return weights
    table = balance(frame, exposed, covariates, weights)
    if isinstance(table, NotEnoughData):
        return table
    clusters = Clusters.of(frame, cluster, exposed, BALANCED)
    if isinstance(clusters, NotEnoughData):
        return clusters
    short = shortage(
        BALANCED,
        ("persons in each group", int(table[0].effective_other), MIN_PERSONS_PER_ARM),
        ("different outcomes", frame[outcome].nunique(), 2),
    )
    if short is not None:
        return short
    group, w = frame[exposed].to_numpy(dtype=float) == 1, weights.to_numpy(dtype=float)
    x, y = frame[list(dict.fromkeys(covariates))].to_numpy(dtype=float), frame[outcome].to_numpy(dtype=float)
    x = x / x.std(axis=0)  # changes no line, and keeps the digits of small columns beside large ones
    shares = np.where(group, 1 / group.sum(), w / (~group).sum())
    value, influence = _difference(x, y, group, shares)
    fitted = len(covariates) + 2
    found = between_sides(value, influence, shares, group, clusters, unit=unit, method=BALANCED, fitted=fitted)
    sides = sides_of((frame.loc[group], frame.loc[~group]), cluster, outcome)
    return EntropyBalanced(beside(found, sides), table, float(w[~group].max() / w[~group].sum()))


def _shares(apart: Floats) -> Floats | None:
    """Give shares (n,) of sum 1 that make the means of `apart` (n, k) zero, by Newton's method; None when there are none."""
    with np.errstate(over="ignore", invalid="ignore"):  # where there are none, steps grow until they have no number
        return _newton(apart)


def _newton(apart: Floats) -> Floats | None:
    beta = np.zeros(apart.shape[1])
    for _ in range(STEPS):
        shares, height = _tilted(apart, beta)
        slope = shares @ apart
        if float(np.abs(slope).max(initial=0.0)) < EVEN:
            return shares
        centred = apart - slope
        step = np.linalg.pinv((centred.T * shares) @ centred, hermitian=True) @ slope
        lower = next((half for half in HALVES if _tilted(apart, beta - step * half)[1] <= height + ROUNDING), None)
        if lower is None:
            return None
        beta = beta - step * lower
    return None


def _tilted(apart: Floats, beta: Floats) -> tuple[Floats, float]:
    """Give the shares at beta, and the convex function that is lowest where means agree."""
    line = apart @ beta
    top = float(line.max())
    raised = np.exp(line - top)
    whole = float(raised.sum())
    return raised / whole, top + float(np.log(whole))


def _difference(x: Floats, y: Floats, group: NDArray[np.bool_], shares: Floats) -> tuple[float, Floats]:
    """Give the difference, and what each person adds to its error: her distance to the line through the weighted others."""
    apart = x - x[group].mean(axis=0)
    means = np.where(group, shares[group] @ y[group], shares[~group] @ y[~group])
    others, w = apart[~group], shares[~group]
    slope = np.linalg.solve((others.T * w) @ others, (others.T * w) @ (y[~group] - means[~group]))
    beyond = y - means - apart @ slope
    return float(means[group][0] - means[~group][0]), np.where(group, shares, -shares) * beyond
