"""Reliability when items do not lean equally on what they measure: omega, beside the alpha of the room `scales`."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.confirmatory import Z, fitted_group
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

OMEGA = "McDonald's omega (one factor, maximum likelihood), delta interval"


@as_declared
def omega(answers: pd.DataFrame) -> Estimate | NotEnoughData:
    r"""Say which share of the variance of a sum of items is that of the one thing they measure.

    .. math:: \omega = \frac{(\sum_i \lambda_i)^2}{(\sum_i \lambda_i)^2 + \sum_i \theta_i}

    From the congeneric model (see `confirmatory.confirmatory_fit`): items may lean on the factor unequally, which alpha takes
    for unreliability. Where the model does not fit, omega speaks of a scale that is not there: look at the fit first.

    Parameters
    ----------
    answers : DataFrame
        One row per person, one column per item, all pointing the same way (see `scales.oriented`); persons with a gap are
        left out.

    Returns
    -------
    Estimate or NotEnoughData
        Without unit, between 0 and 1. NotEnoughData below 100 complete persons or 3 items; when an item is constant or repeats
        others; when the fit does not come to rest, or leaves an item a variance below zero.

    Raises
    ------
    MetricError
        When an item is not numeric.

    References
    ----------
    McDonald (1999), Test Theory, ch. 6; Raykov (2002), doi:10.1207/S15327906MBR3701_04 (delta interval).

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(200, 4))
    >>> found = omega(pd.DataFrame(draws[:, :3] + draws[:, 3:], columns=["A_1", "A_2", "A_3"]))
    >>> round(found.value, 2), found.low < 0.75 < found.high
    (0.75, True)
    """
    made = fitted_group(answers, {"scale": list(answers.columns)}, OMEGA, least=3)
    if isinstance(made, NotEnoughData):
        return made
    found, p = made.found, made.items
    shared, own = float(found.theta[:p].sum()), float(found.theta[p : 2 * p].sum())
    whole = shared**2 + own
    slope = np.concatenate([np.full(p, 2 * shared * own / whole**2), np.full(p, -(shared**2) / whole**2), np.zeros(p)])
    value, se = shared**2 / whole, math.sqrt(float(slope @ found.covariance @ slope))
    low, high, n = max(value - Z * se, 0.0), value + Z * se, made.sample.n
    return Estimate(value, low, high, se, n, "", OMEGA, residual_df=n - made.parameters)
