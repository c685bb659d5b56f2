"""How sure a planned study will be: standard errors from the number of teams, their size and how alike persons in them are."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt

import numpy as np

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared

PLAN = "plan of a study"


@as_declared
def design_effect(size: float, icc: float, cv: float = 0.0) -> float:
    r"""Give by how much clustering multiplies the variance of a mean.

    .. math:: 1 + \big((cv^2 + 1)\, m - 1\big) \rho

    Parameters
    ----------
    size : mean number of persons in a cluster, m, at least 1
    icc : intraclass correlation :math:`\rho`: the part of the variance that lies between clusters, 0 to 1
    cv : standard deviation of cluster sizes divided by their mean, at least 0

    Returns
    -------
    float
        At least 1 when sizes are equal; the number of persons divided by it is the effective number.

    Raises
    ------
    MetricError
        When a parameter is out of its range.

    References
    ----------
    Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials in Health Research; Eldridge, Ashby & Kerry
    (2006), doi:10.1093/ije/dyl129, for unequal sizes.

    Examples
    --------
    >>> round(design_effect(20, 0.05), 2), round(design_effect(20, 0.05, cv=0.5), 2)
    (1.95, 2.2)
    """
    require(
        ("size", isfinite(size) and size >= 1, "at least 1"),
        ("icc", 0 <= icc <= 1, "between 0 and 1"),
        ("cv", isfinite(cv) and cv >= 0, "at least 0"),
    )
    return 1 + ((cv**2 + 1) * size - 1) * icc


@as_declared
def two_shares_se(
    first: float, second: float, clusters: int | tuple[int, int], size: float, icc: float, cv: float = 0.0
) -> float:
    r"""Give the standard error that a difference between two shares will have when whole clusters are in one arm.

    .. math:: \sqrt{D \Big(\frac{p_1 (1 - p_1)}{k_1 m} + \frac{p_2 (1 - p_2)}{k_2 m}\Big)}

    with D the `design_effect`.

    Parameters
    ----------
    first, second : the shares, above 0 and below 1
    clusters : clusters in each arm, or a pair: those in the first and those in the second
    size, icc, cv : as in `design_effect`

    Returns
    -------
    float
        In probability.

    Raises
    ------
    MetricError
        When a parameter is out of its range.

    References
    ----------
    Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials in Health Research.

    Examples
    --------
    >>> round(two_shares_se(0.3, 0.4, 8, 50, 0.02), 4)
    0.0472
    """
    arms = arms_of(clusters)
    require(("first", 0 < first < 1, "above 0 and below 1"), ("second", 0 < second < 1, "above 0 and below 1"))
    variance = first * (1 - first) / arms[0] + second * (1 - second) / arms[1]
    return sqrt(design_effect(size, icc, cv) * variance / size)


@as_declared
def stepped_wedge_se(clusters: Sequence[int], size: float, sd: float, between_sd: float) -> float:
    r"""Give the standard error of the difference in a stepped wedge, by Hussey & Hughes.

    One period more than waves; wave w has the new way of working from period w + 1. With I clusters, T periods,
    :math:`\sigma^2` the variance of a cell's mean, :math:`\tau^2` that between clusters, U the exposed cells, W the sum over
    periods of squared numbers exposed and V the sum over clusters of squared periods exposed:

    .. math:: \frac{I \sigma^2 (\sigma^2 + T \tau^2)}{(IU - W) \sigma^2 + (U^2 + ITU - TW - IV) \tau^2}

    is the variance. Periods and a random intercept by cluster are taken out; that intercept's spread counts as known, and other
    persons are seen in each period.

    Parameters
    ----------
    clusters : clusters in each wave, in order of starting; at least one in each of two waves
    size : persons in a cluster and period, at least 1
    sd : standard deviation of the outcome within clusters, above 0
    between_sd : standard deviation of the clusters' levels, at least 0

    Returns
    -------
    float
        In the unit of `sd`.

    Raises
    ------
    MetricError
        When a parameter is out of its range.

    References
    ----------
    Hussey & Hughes (2007), Contemporary Clinical Trials 28, doi:10.1016/j.cct.2006.05.007.

    Examples
    --------
    >>> round(stepped_wedge_se([2, 2, 2], 30, 10, 3), 2)
    1.38
    """
    require(
        ("clusters", len(clusters) >= 2 and all(count >= 1 for count in clusters), "at least 1 in each of two or more waves"),
        ("size", isfinite(size) and size >= 1, "at least 1"),
        ("sd", isfinite(sd) and sd > 0, "above 0"),
        ("between_sd", isfinite(between_sd) and between_sd >= 0, "at least 0"),
    )
    waves, n = np.array(clusters, dtype=float), float(sum(clusters))
    exposed = np.cumsum(waves)  # clusters exposed in periods 1, 2, ...; nobody is in period 0
    periods, lengths = len(waves) + 1, np.arange(len(waves), 0, -1)
    u, w, v = exposed.sum(), (exposed**2).sum(), (waves * lengths**2).sum()
    cell, between = sd**2 / size, between_sd**2
    information = (n * u - w) * cell + (u**2 + n * periods * u - periods * w - n * v) * between
    return sqrt(n * cell * (cell + periods * between) / information)


def two_means_se(
    sd: float, clusters: int | tuple[int, int], size: float, icc: float, cv: float = 0.0, correlation: float = 0.0
) -> float:
    r"""Give the standard error that a difference between two means will have when whole clusters are in one arm.

    .. math:: \sigma \sqrt{(1 - r^2)\, D \Big(\frac{1}{k_1 m} + \frac{1}{k_2 m}\Big)}

    with D the `design_effect`, and r the correlation of the outcome with what is allowed for, such as the same score at the
    start. What the start explains is taken to be the same part within clusters and between them, and r to be known.

    Parameters
    ----------
    sd : standard deviation of the outcome over all persons, above 0
    clusters : clusters in each arm, or a pair: those in the first and those in the second
    size, icc, cv : as in `design_effect`; the intraclass correlation is that of what is left
    correlation : r, between −1 and 1

    Returns
    -------
    float
        In the unit of `sd`.

    Raises
    ------
    MetricError
        When a parameter is out of its range.

    References
    ----------
    Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials in Health Research; for the part
    that the start takes away Borm, Fransen & Lemmens (2007), doi:10.1016/j.jclinepi.2007.02.006.

    Examples
    --------
    >>> round(two_means_se(15, 19, 17, 0.02), 3), round(two_means_se(15, 19, 17, 0.02, correlation=0.6), 3)
    (1.356, 1.085)
    """
    arms = arms_of(clusters)
    require(
        ("sd", isfinite(sd) and sd > 0, "above 0"),
        ("correlation", -1 < correlation < 1, "between −1 and 1"),
    )
    effect = design_effect(size, icc, cv) * (1 / arms[0] + 1 / arms[1]) / size
    return sd * sqrt((1 - correlation**2) * effect)


def two_groups_df(clusters: int | tuple[int, int]) -> float:
    r"""Give the degrees of freedom that CR2 leaves a difference between two arms of clusters of equal size.

    .. math:: \nu = \Big(\frac1{k_1} + \frac1{k_2}\Big)^2 \Big/
        \Big(\frac1{k_1^2 (k_1 - 1)} + \frac1{k_2^2 (k_2 - 1)}\Big)

    With as many clusters in both it is all clusters less two; with few in one arm it goes towards those less one, however many
    the other has. Clusters of unequal size leave fewer.

    Parameters
    ----------
    clusters : clusters in each arm, at least two; or a pair

    Returns
    -------
    float
        Usually not a whole number.

    Raises
    ------
    MetricError
        When an arm has fewer than two clusters.

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin 2:110-114; Bell & McCaffrey (2002), Survey Methodology 28:169-181.

    Examples
    --------
    >>> round(two_groups_df((8, 9)), 2), round(two_groups_df((2, 30)), 2)
    (14.77, 1.14)
    """
    arms = arms_of(clusters)
    require(("clusters", min(arms) >= 2, "at least 2 in each of two arms"))
    variances = [(1 / k, 1 / (k**2 * (k - 1))) for k in arms]
    return sum(one for one, _ in variances) ** 2 / sum(other for _, other in variances)


def before_after_se(sd: float, clusters: int, size: float, icc: float, stays: float) -> float:
    r"""Give the standard error of a difference within clusters, one time against another, with other persons at each.

    .. math:: \sigma \sqrt{\frac2k \Big(\frac{1 - \rho}{m} + \rho (1 - s)\Big)}

    Parameters
    ----------
    sd : standard deviation of the outcome over all persons at one time, above 0
    clusters : k, each seen at both times, at least two
    size : persons in a cluster at each time, m, at least 1
    icc : intraclass correlation :math:`\rho`, 0 to 1
    stays : correlation s of a cluster's level at the two times, 0 to 1; at 1 nothing else changes in a cluster

    Returns
    -------
    float
        In the unit of `sd`.

    Raises
    ------
    MetricError
        When a parameter is out of its range.

    References
    ----------
    Hooper, Teerenstra, de Hoop & Eldridge (2016), Statistics in Medicine 35, doi:10.1002/sim.7028, for the cluster
    autocorrelation.

    Examples
    --------
    >>> round(before_after_se(0.3, 10, 400, 0.01, 1.0), 4), round(before_after_se(0.3, 10, 400, 0.01, 0.8), 4)
    (0.0067, 0.009)
    """
    require(
        ("sd", isfinite(sd) and sd > 0, "above 0"),
        ("clusters", clusters >= 2, "at least 2"),
        ("size", isfinite(size) and size >= 1, "at least 1"),
        ("icc", 0 <= icc <= 1, "between 0 and 1"),
        ("stays", 0 <= stays <= 1, "between 0 and 1"),
    )
    return sd * sqrt(2 / clusters * ((1 - icc) / size + icc * (1 - stays)))


def arms_of(clusters: int | tuple[int, int]) -> tuple[int, int]:
    """Give the clusters in each of two arms.

    >>> arms_of(8), arms_of((7, 10))
    ((8, 8), (7, 10))
    """
    arms = clusters if isinstance(clusters, tuple) else (clusters, clusters)
    require(("clusters", len(arms) == 2 and min(arms) >= 1, "at least 1 in each of two arms"))
    return arms


def require(*rules: tuple[str, bool, str]) -> None:
    """Refuse the first (parameter, holds, what is allowed) that does not hold.

    >>> require(("icc", True, "between 0 and 1"))
    """
    for name, holds, allowed in rules:
        if not holds:
            raise MetricError(f"{PLAN}: {name} must be {allowed}.")
