"""The fit behind a region of Johnson and Neyman: the slope as a line over the moderator, with errors of three kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import require_one_of
from gm_workbench.metrics.clustered import Floats, least_squares
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.joint import MIN_DF, wishart_degrees
from gm_workbench.metrics.slope_bounds import REGION, Correction, Line
from gm_workbench.metrics.slope_degrees import Degrees
from gm_workbench.metrics.small_sample import SmallSampleFit, cr2

Errors = Literal["CR1", "CR2", "classical"]

ERRORS = get_args(Errors)

CHECKED = 21
"""Values of the moderator, evenly spaced over those looked at, of which the fewest degrees of freedom are told."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope as a line, and the degrees of freedom of its change."""

    line: Line
    df: float


def require_errors(errors: str, person: pd.Series[Any]) -> None:
    """Refuse errors that there are not, or that are not for persons with several rows."""
    require_one_of(REGION, "errors", errors, ERRORS)
    if errors == "classical" and person.duplicated().any():
        raise MetricError(f"{REGION}: classical errors take rows as unrelated, but persons have several. Take CR1 or CR2.")


def slope_line(
    y: pd.Series[float],
    x: Mapping[str, Floats],
    by: pd.Series[Any],
    errors: Errors,
    over: tuple[float, float],
    correction: Correction,
    *,
    each: str = "clusters",
) -> Slope | NotEnoughData:
    """Fit y on x, of which the second column is the predictor, and the third its product with the moderator.

    `each` is what a shortage calls the clusters.
    """
    if errors == "classical":
        plain = OLS(y.to_numpy(dtype=float), np.column_stack(list(x.values()))).fit()
        line = _line(np.asarray(plain.params), np.asarray(plain.cov_params()), float(plain.df_resid))
        return Slope(line, line.df)
    if errors == "CR1":
        robust = least_squares(y, x, by, method=REGION)
        line = _line(robust.values, robust.covariance, float(robust.clusters - 1))
        return Slope(line, line.df)
    return _of_few(cr2(y, x, by, method=REGION), over, correction, each)


def _of_few(fit: SmallSampleFit, over: tuple[float, float], correction: Correction, each: str) -> Slope | NotEnoughData:
    """Give the slope with CR2 errors, or say that persons or clusters are too few at a value looked at."""
    predictor, product = fit.names[1:3]
    change, *slopes = {product: 1.0}, *({predictor: 1.0, product: float(z)} for z in np.linspace(*over, CHECKED))
    short = fit.unjudged(change, *slopes, method=REGION, each=each)
    if short is not None:
        return short
    both = np.eye(len(fit.names))[:, 1:3]
    together = wishart_degrees(fit.influence, fit.influence.inverse.T @ both)
    if correction == "simultaneous" and (together is None or together - 1 < MIN_DF):
        return NotEnoughData(REGION, each, fit.clusters, fit.clusters + 1)
    least = min(fit.combine(one, "", REGION).df for one in slopes)
    degrees = Degrees.of(lambda z: fit.influence.moments(both @ (1.0, z))[:2], over, together)
    return Slope(_line(fit.values, fit.covariance, least, degrees), fit.combine(change, "", REGION).df)


def _line(values: Floats, covariance: Floats, df: float, degrees: Degrees | None = None) -> Line:
    return Line(float(values[1]), float(values[2]), covariance[1:3, 1:3], df, degrees)
