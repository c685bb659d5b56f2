"""A share of rows of which some belong together, with an interval that stays between 0 and 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.one_group import OneGroup

PLAIN = "share, Wilson interval"
CLUSTERED = "share, CR2 by cluster, Wilson interval at the effective number of rows"
UNIT = "probability"


@as_declared
def share(happened: pd.Series[Any], cluster: pd.Series[Any]) -> Estimate:
    r"""Estimate the share of rows to which something happened, when rows of a cluster may be alike.

    .. math:: V = \frac{1}{n^2} \sum_g \frac{1}{1 - n_g/n} \Big\{\sum_{i \in g} (y_i - p)\Big\}^2, \qquad n^* = p(1-p)/V \le n

    The interval is Wilson's with :math:`n^*` for n and a t quantile on Satterthwaite's degrees of freedom, which are G - 1 for
    clusters of one size and fewer where one has many of the rows (V is CR2 of an intercept, see `one_group.OneGroup`). With a
    row in each cluster it is plain Wilson. When it happened to all or to none, n* is :math:`1 / \sum_g (n_g/n)^2`: the rows of
    a cluster count for one. Also where one cluster has nearly all rows there is an interval: it is wide.

    It holds in draws with an intraclass correlation up to .1, also where one of twelve clusters has half of the rows. Where
    clusters differ more (.3) and it happens to one in ten, ten clusters are too few for any such interval: of equal size they
    missed 8 times in 100.

    Parameters
    ----------
    happened : (n,) true or false
    cluster : (n,) what rows share, in the same order; at least two

    Returns
    -------
    Estimate
        In probability; `groups` counts the clusters.

    Raises
    ------
    MetricError
        When columns differ in length, something is missing or neither 0 nor 1, or there are fewer than two clusters.

    References
    ----------
    Korn & Graubard (1998), Survey Methodology 24:193-201, and Dean & Pagano (2015), J Surv Stat Methodol 3:484-503, for the
    effective number of rows; Bell & McCaffrey (2002), Survey Methodology 28:169-181, for the error.

    Examples
    --------
    >>> found = share(pd.Series([1, 0, 0, 0]), pd.Series(["a", "b", "c", "d"]))
    >>> found.value, round(found.low, 4), round(found.high, 4)
    (0.25, 0.0456, 0.6994)
    """
    if len(happened) != len(cluster) or happened.isna().any() or cluster.isna().any():
        raise MetricError("share: the two columns must be equally long and without gaps, but they are not.")
    if pd.api.types.is_complex_dtype(happened) or not happened.isin([0, 1]).all():
        raise MetricError("share: what happened must be 0 or 1 (or false, true) in every row.")
    happened = happened.astype(float)
    codes, n = pd.factorize(cluster)[0], len(happened)
    clusters = int(codes.max(initial=-1)) + 1
    if clusters < 2:
        raise MetricError(f"share: there must be two clusters or more but got {clusters}.")
    value = float(happened.mean())
    if clusters == n:
        return _wilson(value, math.sqrt(value * (1 - value) / n), n, n, math.inf, n)
    group = OneGroup.of(np.asarray(codes))
    se = group.error((happened.to_numpy(dtype=float) - value) / n)
    effective = min(value * (1 - value) / se**2, n) if se else group.alike
    return _wilson(value, se, n, effective, group.df, clusters)


def _wilson(value: float, se: float, n: int, effective: float, df: float, clusters: int) -> Estimate:
    alpha = 2 * float(stats.norm.sf(stats.t.ppf(0.975, df)))
    low, high = proportion_confint(value * effective, effective, alpha=alpha, method="wilson")
    method = PLAIN if clusters == n else CLUSTERED
    return Estimate(
        value, min(max(float(low), 0.0), value), max(min(float(high), 1.0), value), se, n, UNIT, method, clusters, df
    )
