"""Standard errors from what each person adds to an estimate, for estimates that are made in several steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.metrics.checks import require_filled, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sides import beside, over

Floats = NDArray[np.float64]

MIN_CLUSTERS_PER_ARM = 5
"""Coaches in each group below which they cannot show how much persons of one coach are alike (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which persons go together: a code for each person, and how many codes there are; persons by themselves without a name."""

    codes: NDArray[np.int64]
    count: int
    named: bool

    @classmethod
    def of(cls, frame: pd.DataFrame, name: str | None, exposed: str, method: str) -> Clusters | NotEnoughData:
        """Read a column of coaches or teams; None takes every person as her own. NotEnoughData below 5 in each group."""
        if name is None:
            return cls(np.arange(len(frame)), len(frame), named=False)
        require_filled(frame, [name], method)
        in_group = min(frame.loc[frame[exposed].eq(side), name].nunique() for side in (0, 1))
        short = shortage(method, ("clusters in each group", in_group, MIN_CLUSTERS_PER_ARM))
        if short is not None:
            return short
        codes, labels = pd.factorize(frame[name])
        return cls(np.asarray(codes), len(labels), named=True)


def from_influence(value: float, influence: Floats, clusters: Clusters, *, unit: str, method: str, fitted: int) -> Estimate:
    r"""Make an estimate of a value and what each person adds to its error.

    .. math:: \text{se} = \sqrt{\tfrac{G}{G-1} \sum_g \big(\sum_{i \in g} \psi_i\big)^2}, \qquad \text{t interval on } G - 1

    Parameters
    ----------
    value : the estimate
    influence : (n,) what each person adds; sums to zero
    clusters : persons who go together
    unit, method : as in `Estimate`
    fitted : coefficients behind the estimate

    Returns
    -------
    Estimate

    References
    ----------
    Stefanski & Boos (2002), doi:10.1198/000313002753631330; Liang & Zeger (1986), doi:10.1093/biomet/73.1.13.

    Examples
    --------
    The mean of 1, 2 and 3 adds a third of each distance to the mean:

    >>> alone = Clusters(np.arange(3), 3, named=False)
    >>> found = from_influence(2.0, np.array([-1.0, 0.0, 1.0]) / 3, alone, unit="points", method="mean", fitted=1)
    >>> round(found.se, 6)  # 1 / sqrt(3)
    0.57735
    """
    together = np.bincount(clusters.codes, weights=influence, minlength=clusters.count)
    g = clusters.count
    se = math.sqrt(g / (g - 1) * float(together @ together))
    return with_interval(value, se, float(g - 1), clusters, unit=unit, method=method, fitted=fitted)


def with_interval(value: float, se: float, df: float, clusters: Clusters, *, unit: str, method: str, fitted: int) -> Estimate:
    """Give the estimate with its t interval, and over how many coaches it is where they have names."""
    half, n = float(stats.t.ppf(0.975, df)) * se, len(clusters.codes)
    groups = clusters.count if clusters.named else None
    made = Estimate(value, value - half, value + half, se, n, unit, method, groups, df, residual_df=n - fitted)
    return beside(made, over(np.bincount(clusters.codes), n)) if clusters.named else made
