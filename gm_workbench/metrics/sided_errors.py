"""Standard errors for a difference between two groups of coaches, from what each person adds, also with few on one side.

What a sum of squares over coaches takes for granted is that each side has many. With five coaches against forty, the five tell
nearly all of the error, and their own mean has taken a fifth of what they could tell. Here each side gets back what its mean
took (CR2), and degrees of freedom that count the smaller side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.stepwise_errors import MIN_CLUSTERS_PER_ARM, Clusters, from_influence, with_interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Side:
    """One group's clusters in the working model: persons independent, with equal errors; each array has one number a cluster.

    `blown` makes up for what the group's mean took from a cluster; the covariance of clusters' parts, so made up for, is
    `diag(own) + u core u'`.
    """

    blown: Floats
    own: Floats
    u: Floats
    core: Floats

    @classmethod
    def of(cls, shares: Floats, codes: NDArray[np.int64], count: int) -> Side:
        """Reckon from the share of each person in the group's mean (0 for persons of the other group)."""
        return cls.made(*(np.bincount(codes, one, count).astype(float) for one in (shares, shares**2)))

    @classmethod
    def of_counts(cls, persons: NDArray[np.int64]) -> Side:
        """Reckon from how many of the group each cluster has; persons count alike.

        >>> Side.of_counts(np.array([2, 2, 0])).blown.round(3).tolist()  # a mean of two took half of each
        [1.414, 1.414, 1.0]
        """
        h = persons / persons.sum()
        return cls.made(h, h / persons.sum())

    @classmethod
    def made(cls, h: Floats, q: Floats) -> Side:
        """Reckon from the sums by cluster of shares and of their squares."""
        left = q - 2 * h * q + h**2 * q.sum()
        there = left > 0
        blown = np.sqrt(np.where(there, q / np.where(there, left, 1.0), 1.0))
        return cls(blown, blown**2 * q, np.column_stack([blown * q, blown * h]), np.array([[0.0, -1.0], [-1.0, q.sum()]]))

    @property
    def diagonal(self) -> Floats:
        """Variance of each cluster's part."""
        return np.asarray(self.own + np.einsum("gi,ij,gj->g", self.u, self.core, self.u))

    def inner(self, other: Side) -> float:
        """Sum the products of two sides' covariances over all pairs of clusters, without a matrix of pairs."""
        between = self.u.T @ other.u
        beside = np.trace(self.core @ between @ other.core @ between.T)
        return float(self.own @ other.diagonal + other.own @ (self.diagonal - self.own) + beside)


def fewest_clusters(column: Floats, codes: NDArray[np.int64]) -> int | None:
    """Count the clusters on the smaller side of a column of two values that is one for all of a cluster; None for others.

    >>> fewest_clusters(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0, 1, 2, 2])), fewest_clusters(np.arange(3.0), np.arange(3))
    (1, None)
    """
    by = np.unique(np.column_stack([codes, column]), axis=0)
    of_each = np.unique(by[:, 1], return_counts=True)[1]
    return int(of_each.min()) if len(of_each) == 2 and len(by) == codes.max(initial=-1) + 1 else None


def fewest_on_a_side(frame: pd.DataFrame, columns: Sequence[str], codes: NDArray[np.int64], least: int) -> int:
    """Count the clusters on the smallest side of columns that tell of clusters, such as what a coach does; `least` without any.

    >>> fewest_on_a_side(pd.DataFrame({"new": [0, 0, 0, 1], "age": [20, 30, 40, 50]}), ["new", "age"], np.arange(4), 5)
    1
    """
    found = (fewest_clusters(frame[name].to_numpy(dtype=float), codes) for name in columns)
    return min((one for one in found if one is not None), default=least)


def few_on_a_side(
    frame: pd.DataFrame, columns: Sequence[str], cluster: str | None, method: str, least: int = MIN_CLUSTERS_PER_ARM
) -> NotEnoughData | None:
    """Say where a column of yes and no that is one for all of a cluster has too few clusters on a side to learn from.

    >>> rows = pd.DataFrame({"new": [1, 0, 0], "coach": ["a", "b", "c"]})
    >>> few_on_a_side(rows, ["new"], "coach", "m")
    NotEnoughData(method='m', what='clusters in each group', got=1, needed=5)
    """
    if cluster is None:
        return None
    fewest = fewest_on_a_side(frame, columns, np.asarray(pd.factorize(frame[cluster])[0]), least)
    return NotEnoughData(method, "clusters in each group", fewest, least) if fewest < least else None


def both_sides(shares: Floats, first: NDArray[np.bool_], clusters: Clusters) -> tuple[Side, Side]:
    """Reckon the two groups, from the share of each person in the mean of her own."""
    one, two = (Side.of(np.where(mask, shares, 0.0), clusters.codes, clusters.count) for mask in (first, ~first))
    return one, two


def equal_shares(parts: Sequence[pd.DataFrame], cluster: str) -> tuple[Floats, NDArray[np.bool_], Clusters]:
    """Give, of two groups one after the other, each person's share in her mean, who is in the first, and who go together.

    >>> rows = [pd.DataFrame({"coach": ["a", "a"]}), pd.DataFrame({"coach": ["b"]})]
    >>> shares, first, clusters = equal_shares(rows, "coach")
    >>> shares.tolist(), first.tolist(), clusters.count
    ([0.5, 0.5, 1.0], [True, True, False], 2)
    """
    codes, names = pd.factorize(pd.concat([part[cluster] for part in parts]))
    first = np.arange(len(codes)) < len(parts[0])
    shares = np.concatenate([np.full(len(part), 1 / len(part)) for part in parts])
    return shares, first, Clusters(np.asarray(codes), len(names), named=True)


def degrees(sides: Sequence[Side], weights: Sequence[float] | None = None) -> float:
    """Give Satterthwaite's degrees of freedom of a difference between two groups, or of a weighted sum of means of groups.

    >>> codes = np.arange(8)
    >>> few, many = np.where(codes < 3, 1 / 3, 0.0), np.where(codes < 3, 0.0, 1 / 5)
    >>> round(degrees((Side.of(few, codes, 8), Side.of(many, codes, 8))), 4)  # (1/3 + 1/5)^2 / ((1/3)^2 / 2 + (1/5)^2 / 4)
    4.339
    """
    squares = np.ones(len(sides)) if weights is None else np.square(weights)
    each = list(zip(sides, squares.tolist(), strict=True))
    trace = sum(w * float(side.diagonal.sum()) for side, w in each)
    return float(trace**2 / sum(w * v * one.inner(other) for one, w in each for other, v in each))


def between_sides(
    value: float,
    influence: Floats,
    shares: Floats,
    first: NDArray[np.bool_],
    clusters: Clusters,
    *,
    unit: str,
    method: str,
    fitted: int,
) -> Estimate:
    r"""Make an estimate of a difference between two groups and what each person adds to its error.

    .. math:: \text{se}^2 = \sum_g \Big(\sum_s \kappa_{sg} \sum_{i \in g, s} \psi_i\Big)^2, \qquad
        \kappa_{sg}^2 = \frac{q_{sg}}{q_{sg} - 2 h_{sg} q_{sg} + h_{sg}^2 Q_s}, \qquad
        \nu = \Big(\sum_g P_{gg}\Big)^2 \Big/ \sum_{gh} P_{gh}^2

    :math:`h_{sg}` and :math:`q_{sg}` are the sums of the shares of cluster g in the mean of side s, and of their squares;
    :math:`Q_s` is the sum of the latter; P is the covariance of the clusters' parts, were persons independent with equal
    errors. With equal shares :math:`\kappa_{sg}^2 = 1 / (1 - n_{sg} / n_s)`. For a plain difference in means this is CR2 of
    `small_sample.cr2`; covariates and weights that were estimated enter by :math:`\psi` alone. A cluster may have persons on
    both sides. Persons by themselves have the error of `from_influence`, as the methods are published.

    Parameters
    ----------
    value : the difference
    influence : (n,) what each person adds, ψ
    shares : (n,) how much each person counts in the mean of her own group; adds up to 1 in each
    first : (n,) who is in the first group
    clusters : persons who go together
    unit, method : as in `Estimate`
    fitted : coefficients behind the estimate

    Returns
    -------
    Estimate
        t interval on ν degrees of freedom.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28:169-181; Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    Means of 2 and 5 of three coaches each: the error is that of a t test, √(1/3 + 1/3), on 4 degrees of freedom.

    >>> y, first = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.arange(6) < 3
    >>> parts = np.where(first, y - 2, 5 - y) / 3
    >>> coaches = Clusters(np.arange(6), 6, named=True)
    >>> found = between_sides(-3.0, parts, np.full(6, 1 / 3), first, coaches, unit="points", method="means", fitted=2)
    >>> round(found.se, 6), round(found.df, 6)
    (0.816497, 4.0)
    """
    if not clusters.named:
        return from_influence(value, influence, clusters, unit=unit, method=method, fitted=fitted)
    se, df = error_between(influence, shares, first, clusters)
    return with_interval(value, se, df, clusters, unit=unit, method=method, fitted=fitted)


def error_between(influence: Floats, shares: Floats, first: NDArray[np.bool_], clusters: Clusters) -> tuple[float, float]:
    """Give the standard error and degrees of freedom of `between_sides`."""
    one, two = both_sides(shares, first, clusters)
    parts = [np.bincount(clusters.codes, np.where(mask, influence, 0.0), clusters.count) for mask in (first, ~first)]
    together = one.blown * parts[0] + two.blown * parts[1]
    return float(np.sqrt(together @ together)), degrees((one, two))
