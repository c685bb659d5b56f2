"""Two groups made alike in what was measured: by predicting everybody both ways, or by weighing persons.

Neither makes groups alike in what was not measured; what comes out is an adjusted difference and no more than that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.bootstrap import percentile, person_weights
from gm_workbench.metrics.checks import require_binary, require_numbers, shortage
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.overlap import MIN_PERSONS_PER_ARM, Balance, balance, full_rank, stabilised_weights

__all__ = ["Balance", "balance", "stabilised_weights", "standardised_difference", "weighted_difference"]

Floats = NDArray[np.float64]

STANDARDISED = "standardisation (g-computation with OLS), bootstrap of persons, percentile interval"
WEIGHTED = "inverse probability weighting (logistic, stabilised), HC1, t interval"

ORTHONORMAL = 1e-11
"""Share of its length that a column must keep beside the others: squares are taken of orthonormal columns only."""


@as_declared
def standardised_difference(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    covariates: Sequence[str],
    *,
    interactions: Sequence[str] = (),
    draws: int = 200,
    seed: int = 1,
    unit: str = "points",
) -> Estimate | NotEnoughData:
    r"""Compare the mean outcome predicted for everybody as exposed with that for everybody as not exposed.

    .. math:: y_i = \alpha + \delta d_i + \gamma' x_i + \zeta' x_i d_i + e_i, \qquad
        \frac{1}{n} \sum_i \left( \hat y_i(1) - \hat y_i(0) \right) = \hat\delta + \hat\zeta' \bar x

    With interactions the difference may vary between persons, and the mean over everybody is reported; without, this is the
    coefficient of exposure. It leans on the regression where the groups do not overlap: look at `balance`.

    Parameters
    ----------
    frame : DataFrame
        One row per person, no gaps in the columns named.
    outcome, exposed : str, str
        In `unit`, and 0 or 1.
    covariates, interactions : sequence of str
        Numeric, measured before exposure (categories as columns of 0 and 1, squares as columns); and those of them with which
        the difference may vary.
    draws, seed : int, int
        Of the bootstrap; the same seed gives the same interval.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Estimate or NotEnoughData
        NotEnoughData when a group has fewer than 10 persons, with fewer persons than coefficients, or when all outcomes are
        equal.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when exposure is not 0 or 1; when covariates repeat each other, or
        an interaction is not a covariate.

    References
    ----------
    Hernán & Robins (2020), Causal Inference: What If, ch. 13; Efron & Tibshirani (1993), An Introduction to the Bootstrap.

    Examples
    --------
    >>> rows = pd.DataFrame({"new": [i % 2 for i in range(60)], "age": [20 + i // 6 + i % 2 * 5 for i in range(60)]})
    >>> rows = rows.assign(hours=rows["new"] * 4 + rows["age"] / 2 + rows.index % 3)
    >>> round(standardised_difference(rows, "hours", "new", ["age"]).value, 2)
    4.0
    """
    short = _short(frame, outcome, exposed, covariates, STANDARDISED, len(covariates) + len(interactions) + 3)
    if short is not None:
        return short
    strange = [name for name in interactions if name not in covariates]
    if strange:
        raise MetricError(f"{STANDARDISED}: the interactions {', '.join(map(str, strange))} must be among the covariates.")
    group, constant = frame[exposed].to_numpy(dtype=float), design(frame, covariates)
    moves = {"exposed": np.ones(len(frame)), **{f"exposed by {name}": constant[name] for name in interactions}}
    step = np.column_stack([np.zeros((len(frame), len(constant))), *moves.values()])
    matrix = full_rank({**constant, **{name: group * values for name, values in moves.items()}}, STANDARDISED, ORTHONORMAL)
    back = np.linalg.inv(np.linalg.qr(matrix, mode="r"))  # orthonormal columns, so that squares of large numbers do no harm
    weights, y = person_weights(len(frame), draws, seed), frame[outcome].to_numpy(dtype=float)
    found = np.array([_predicted(matrix @ back, step @ back, y, drawn) for drawn in weights])
    return percentile(found[0], found[1:], len(frame), unit, STANDARDISED)


@as_declared
def weighted_difference(
    frame: pd.DataFrame, outcome: str, exposed: str, covariates: Sequence[str], *, unit: str = "points"
) -> Estimate | NotEnoughData:
    r"""Compare weighted means, with weights that make the groups alike in the covariates.

    .. math:: \frac{\sum_i w_i d_i y_i}{\sum_i w_i d_i} - \frac{\sum_i w_i (1 - d_i) y_i}{\sum_i w_i (1 - d_i)}, \qquad
        w_i = \frac{P(D = d_i)}{P(D = d_i \mid x_i)}

    Persons who are rare in their group count for more. The interval takes the weights as known, which makes it somewhat too
    wide rather than too narrow. Without covariates this is the raw difference.

    Parameters
    ----------
    frame, outcome, exposed, covariates : DataFrame, str, str, sequence of str
        As in `standardised_difference`.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Estimate or NotEnoughData
        NotEnoughData when a group has fewer than 10 persons, when all outcomes are equal, or as in `stabilised_weights`.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when exposure is not 0 or 1; when covariates repeat each other.

    References
    ----------
    Hernán & Robins (2020), ch. 12; Robins, Hernán & Brumback (2000), doi:10.1097/00001648-200009000-00011.

    Examples
    --------
    >>> rows = pd.DataFrame({"new": [1] * 10 + [0] * 30 + [1] * 30 + [0] * 10, "hard": [0] * 40 + [1] * 40})
    >>> round(weighted_difference(rows.assign(y=rows["new"] + 5 * rows["hard"]), "y", "new", ["hard"]).value, 6)
    1.0
    """
    short = _short(frame, outcome, exposed, covariates, WEIGHTED, len(covariates) + 2)
    if short is not None:
        return short
    weights = stabilised_weights(frame, exposed, covariates)
    if isinstance(weights, NotEnoughData):
        return weights
    root = np.sqrt(weights.to_numpy(dtype=float))
    x = {"const": root, exposed: root * frame[exposed].to_numpy(dtype=float)}
    fit = least_squares(frame[outcome] * root, x, pd.Series(range(len(frame))), method=WEIGHTED)
    return fit.combine({exposed: 1.0}, unit, WEIGHTED)


def _short(
    frame: pd.DataFrame, outcome: str, exposed: str, covariates: Sequence[str], method: str, needed: int
) -> NotEnoughData | None:
    require_numbers(frame, [outcome, *covariates], method)
    require_binary(frame, exposed, method)
    in_group = int(frame[exposed].astype(int).sum())
    return shortage(
        method,
        ("persons in each group", min(in_group, len(frame) - in_group), MIN_PERSONS_PER_ARM),
        ("persons", len(frame), needed),
        ("different outcomes", frame[outcome].nunique(), 2),
    )


def _predicted(matrix: Floats, step: Floats, y: Floats, weights: Floats) -> float:
    """Give the mean difference between predictions; a column that a draw happens to miss plays no part in it."""
    turned = matrix.T * weights
    beta = np.linalg.pinv(turned @ matrix, rcond=1e-10, hermitian=True) @ (turned @ y)
    return float((weights @ step / weights.sum()) @ beta)
