"""Two groups compared with those who stayed weighed for those who were lost: beside complete cases and imputation.

A sensitivity analysis. The primary answer stays that of the declared design.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.metrics.answering import Weighing, effective
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.attrition import AttritionWeights, told, weigh
from gm_workbench.metrics.cascade import Contrast, ancova_difference
from gm_workbench.metrics.checks import require_binary, require_columns, require_filled, require_numbers, shortage
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.overlap import full_rank
from gm_workbench.metrics.sided_errors import between_sides
from gm_workbench.metrics.stepwise_errors import Clusters

Floats = NDArray[np.float64]

WEIGHED = (
    "ANCOVA (WLS), inverse probability of attrition weights, M-estimation by cluster, t interval on Satterthwaite degrees of "
    "freedom"
)

MIN_EFFECTIVE = 10
"""Effective persons in each group below which a weighted difference says nothing (assumed floor)."""

MEASURED = "has the outcome"
"""Name of the column that says so; the last wave."""


@dataclass(frozen=True, slots=True)
class WeightedDifference:
    """A difference between groups with those who stayed weighed, beside the same without weights, and what the weights are."""

    difference: Estimate
    complete: Contrast
    weights: AttritionWeights


@as_declared
def attrition_weighted_difference(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    covariates: Sequence[str] = (),
    predictors: Sequence[str] = (),
    *,
    cluster: str = "coach",
    waves: Sequence[str] = (),
    later: Mapping[str, Sequence[str]] | None = None,
    trim: float | None = None,
    unit: str = "points",
) -> WeightedDifference | NotEnoughData:
    r"""Compare two groups at equal covariates, with those who stayed weighed for those who were lost.

    .. math:: \sum_i r_i w_i\, x_i (y_i - \alpha - \delta\, d_i - \gamma' z_i) = 0

    The weights are those of `attrition.attrition_weights`, stabilised by exposure and covariates. The comparison and all models
    of answering are solved as one set of equations, so that the interval allows for the weights being estimated (the sandwich
    of M-estimation, summed by cluster). A weighted regression that takes them as known gives another error, and one that takes
    persons of a coach as unalike mostly a too small one. With `trim`, cut weights count as known. With few coaches the interval
    is too narrow, as in `cascade.ancova_difference`. It leans on the same assumption as
    `imputed_comparison.imputed_difference`, by another model.

    Parameters
    ----------
    frame : DataFrame
        One row per person at the start.
    outcome : str
        In `unit`, with gaps for those who were lost.
    exposed : str
        0 or 1, no gaps.
    covariates : sequence of str
        Of the comparison; numeric, no gaps.
    predictors : sequence of str
        What further tells who answers; numeric, measured at the start, no gaps.
    cluster : str
        The coach, no gaps.
    waves, later, trim
        As in `attrition.attrition_weights`: waves before that of the outcome, when who is lost is followed wave by wave.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    WeightedDifference or NotEnoughData
        NotEnoughData as in `cascade.ancova_difference` among those with the outcome, as in `attrition.attrition_weights`, or
        when the weights leave fewer than 10 effective persons in a group.

    Raises
    ------
    MetricError
        As in `attrition.attrition_weights`; or when exposure is not 0 or 1, or exposure or cluster has gaps.

    References
    ----------
    Robins, Rotnitzky & Zhao (1995), doi:10.1080/01621459.1995.10476493; Stefanski & Boos (2002),
    doi:10.1198/000313002753631330; Seaman & White (2013), doi:10.1177/0962280210395740.

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i % 12 for i in range(240)], "hard": [int(i % 5 < 2) for i in range(240)]})
    >>> y = [4.0 * (i % 2) + 9 * (i % 5 < 2) + i % 7 if i % 9 > 2 * (i % 5 < 2) else None for i in range(240)]
    >>> found = attrition_weighted_difference(rows.assign(new=rows["coach"] % 2, T12=y), "T12", "new", [], ["hard"])
    >>> found.weights.kept, round(found.difference.value, 1)
    (190, 4.1)
    """
    require_numbers(frame, [outcome], WEIGHED, gaps=True)
    require_binary(frame, exposed, WEIGHED)
    require_filled(frame, [cluster, *covariates], WEIGHED)
    require_columns(frame, waves, WEIGHED)
    there = frame.assign(**{MEASURED: frame[outcome].notna().astype(int)})
    stages, allowed = [*waves, MEASURED], [exposed, *covariates]
    complete = ancova_difference(there.loc[_stayed(there, stages)], outcome, exposed, covariates, cluster, unit=unit)
    if isinstance(complete, NotEnoughData):
        return complete
    made = weigh(there, stages, predictors, allowed, later, trim)
    clusters = made if isinstance(made, NotEnoughData) else Clusters.of(there, cluster, exposed, WEIGHED)
    if isinstance(made, NotEnoughData) or isinstance(clusters, NotEnoughData):
        return made if isinstance(made, NotEnoughData) else clusters  # type: ignore[return-value]
    new = there[exposed].eq(1).to_numpy()
    arms = [made.weights[made.kept & side] for side in (~new, new)]
    short = shortage(WEIGHED, ("persons in each group", int(min(map(effective, arms))), MIN_EFFECTIVE))
    if short is not None:
        return short
    value, influence = _solved(full_rank(design(there, allowed), WEIGHED), frame[outcome].fillna(0.0).to_numpy(float), made)
    shares = made.weights / np.where(new, made.weights[new].sum(), made.weights[~new].sum())
    found = between_sides(value, influence, shares, new, clusters, unit=unit, method=WEIGHED, fitted=len(allowed) + 1)
    kept = int(made.kept.sum())
    answer = replace(found, n=kept, residual_df=kept - len(allowed) - 1, sides=complete.adjusted.sides)
    return WeightedDifference(answer, complete, told(there, stages, made))


def _stayed(frame: pd.DataFrame, waves: Sequence[str]) -> NDArray[np.bool_]:
    return np.asarray(frame[list(waves)].eq(1).all(axis="columns"), dtype=bool)


def _solved(x: Floats, y: Floats, made: Weighing) -> tuple[float, Floats]:
    """Give the coefficient of exposure, and what each person adds to its error, by way of each model of answering too."""
    turn = np.linalg.inv(np.linalg.qr(np.sqrt(made.weights)[:, None] * x, mode="r"))
    inverse = turn @ turn.T  # by way of R, for the square of near-copies loses their figures
    beta = inverse @ (x.T @ (made.weights * y))
    own = made.weights * (y - x @ beta) * (x @ inverse[1])
    smooth = np.where(made.trimmed, 0.0, own)
    through = [slope.influence @ (slope.of_log.T @ smooth) for slope in made.slopes]
    return float(beta[1]), np.asarray(own + np.sum(through, axis=0) if through else own)
