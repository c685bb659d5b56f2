"""Least squares for a handful of teams: standard errors and degrees of freedom that stay honest when there are few.

The usual cluster-robust interval (`clustered.least_squares`) leans on there being many teams. With ten it is too narrow:
residuals are smaller than the errors they stand for, most of all in a team that pulls hard on the line. Here the residuals are
blown up by what the fit took from them (CR2), and each combination of coefficients has degrees of freedom of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import all_finite, is_column
from gm_workbench.metrics.cr2_parts import SINGULAR, blocks_of, few_behind, inverse_root, parts_alone, parts_of
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sides import beside, over
from gm_workbench.metrics.stepwise_errors import MIN_CLUSTERS_PER_ARM

Floats = NDArray[np.float64]

CR2 = "least squares, CR2 by cluster, t interval on Satterthwaite degrees of freedom"


@dataclass(frozen=True, slots=True)
class Influence:
    """What the degrees of freedom need, in k-by-k matrices, three for each cluster.

    In coordinates :math:`Z = X R^{-1}` with :math:`Z'WZ = I`, and for cluster g with :math:`L_g = A_g W_g Z_g`: `inverse` is
    :math:`R^{-1}`, `square` is :math:`Z'W^2Z`, and stacked over clusters `own` is :math:`L_g'L_g`, `plain` :math:`Z_g'L_g` and
    `weighted` :math:`Z_g'W_gL_g`.
    """

    inverse: Floats
    square: Floats
    own: Floats
    plain: Floats
    weighted: Floats

    def moments(self, w: Floats) -> tuple[float, float, float]:
        """Give the trace and the sum of squares of the clusters' covariances P, and the combination's variance, at unit errors.

        :math:`P = D + U C U'` with D diagonal and few columns in U, so no matrix of pairs of clusters is ever made.
        """
        c = self.inverse.T @ w
        own = self.own.reshape(-1, len(c) ** 2) @ np.outer(c, c).ravel()
        u = np.hstack([(one.reshape(-1, len(c)) @ c).reshape(-1, len(c)) for one in (self.weighted, self.plain)])
        one = np.eye(len(w))
        core = np.block([[0 * one, -one], [-one, self.square]])
        pairs, beside = u.T @ u @ core, np.sum((u @ core) * u, axis=1)
        squares = float(np.sum(own**2 + 2 * own * beside) + np.trace(pairs @ pairs))
        return float(np.sum(own + beside)), squares, float(c @ self.square @ c)


@dataclass(frozen=True, slots=True)
class SmallSampleFit:
    """A fitted regression with CR2 covariance: coefficients by name, and what they rest on.

    `spread` is the outcome's size, `sizes` are rows by cluster, or their weights.
    """

    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    rows: int
    persons: int
    clusters: int
    spread: float
    influence: Influence
    sizes: tuple[float, ...]

    @property
    def residual_df(self) -> int:
        """Observations minus coefficients."""
        return self.rows - len(self.names)

    def combine(self, weights: Mapping[str, float], unit: str, method: str, *, groups: int | None = None) -> Estimate:
        r"""Estimate a weighted sum of coefficients, with a t interval on degrees of freedom of its own.

        With :math:`P_{gh}` the covariance of clusters g and h in the variance estimate, were errors independent and equal:

        .. math:: \nu = \Big(\sum_g P_{gg}\Big)^2 \Big/ \sum_{gh} P_{gh}^2

        Parameters
        ----------
        weights : weight by coefficient; those not named count 0
        unit, method, groups : as in `Estimate`

        Returns
        -------
        Estimate
            `df` holds the degrees of freedom, usually not a whole number.

        Raises
        ------
        MetricError
            When a name is not in the model, or the clusters cannot judge the combination, as with one cluster on each side.
        """
        w = self._weights(weights, method)
        trace, squares, whole = self.influence.moments(w)
        variance = float(w @ self.covariance @ w)
        if not (trace > SINGULAR * whole and self._above_rounding(variance, whole)):
            raise MetricError(
                f"{method}: the clusters leave no variation by which {', '.join(weights)} could be judged. "
                "Ask a comparison that several clusters on each side, or each cluster by itself, can answer."
            )
        value, se, df = float(w @ self.values), float(np.sqrt(variance)), trace**2 / squares
        half = float(stats.t.ppf(0.975, df)) * se
        made = Estimate(
            value, value - half, value + half, se, self.persons, unit, method, groups, df, residual_df=self.residual_df
        )
        return made if groups is None else beside(made, over(self.sizes, self.persons))

    def tells(self, weights: Mapping[str, float], method: str = CR2) -> bool:
        """Say whether outcomes leave the line at all, in as far as the weighted sum is about them: else it has no error."""
        w = self._weights(weights, method)
        return self._above_rounding(float(w @ self.covariance @ w), self.influence.moments(w)[2])

    def unjudged(self, *combinations: Mapping[str, float], method: str = CR2, each: str = "clusters") -> NotEnoughData | None:
        """Say where the clusters cannot judge weighted sums: too few tell of one, or all do as the line says.

        `each` is what a shortage calls the clusters, where these are persons.

        >>> x = {"const": np.ones(6), "new": np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])}
        >>> fit = cr2(pd.Series([1.0, 2.0, 3.0, 3.0, 4.0, 5.0]), x, pd.Series(range(6)))
        >>> found = fit.unjudged({"new": 1.0})  # 2.1 degrees of freedom
        >>> found.what, found.got, found.needed
        ('clusters in each group', 3, 5)
        """
        moments = [self.influence.moments(self._weights(one, method)) for one in combinations]
        df = min(trace**2 / squares if squares > 0 else 0.0 for trace, squares, _ in moments)
        few = few_behind(df, alone=any(trace < (1 - math.sqrt(SINGULAR)) * whole for trace, _, whole in moments))
        if few is not None:
            return NotEnoughData(method, f"{each} in each group", few, MIN_CLUSTERS_PER_ARM)
        told = all(self.tells(one, method) for one in combinations)
        alike = "different results of coaches in a group" if each == "clusters" else "different outcomes"
        return None if told else NotEnoughData(method, alike, 1, 2)

    def _above_rounding(self, variance: float, whole: float) -> bool:
        return (SINGULAR * self.spread) ** 2 * whole < variance < np.inf

    def _weights(self, weights: Mapping[str, float], method: str) -> Floats:
        unknown = [name for name in weights if name not in self.names]
        if unknown:
            raise MetricError(f"{method}: the model has no {', '.join(unknown)}; it has {', '.join(self.names)}.")
        return np.array([weights.get(name, 0.0) for name in self.names])


@as_declared
def cr2(
    y: pd.Series[Any],
    x: Mapping[str, Floats],
    cluster: pd.Series[Any],
    *,
    weights: pd.Series[Any] | None = None,
    persons: int | None = None,
    method: str = CR2,
) -> SmallSampleFit:
    r"""Fit y on the columns of x, with bias-reduced (CR2) covariance: for comparisons that rest on few clusters.

    .. math:: V = M \Big(\sum_g X_g' W_g A_g e_g e_g' A_g W_g X_g\Big) M, \quad M = (X'WX)^{-1}

    .. math:: A_g = \big[(I - H)_g (I - H)_g'\big]^{-1/2}, \quad H = X M X' W

    :math:`(I - H)_g` are the rows of cluster g; without weights :math:`A_g = (I - H_{gg})^{-1/2}`. When errors are independent
    and equal, V is unbiased; it stays robust to any likeness within a cluster. With a dummy for each cluster the generalised
    inverse is taken. :math:`A_g` is the identity but for k (with weights 2k) directions, so no n-by-n matrix is ever made.

    Parameters
    ----------
    y : outcome, one row per observation, no gaps
    x : predictors by name; a constant must be given too, see `clustered.design`. Dummies for clusters may be among them.
    cluster : the team that observations share; at least two
    weights : analytic weights, above 0: an observation that is the mean of w persons. Their scale does not matter. The working
        covariance stays the identity, as in clubSandwich for a weighted `lm`.
    persons : persons behind the rows; default: the number of rows
    method : name to use in messages

    Returns
    -------
    SmallSampleFit
        Ask it for estimates with `combine`.

    Raises
    ------
    MetricError
        When a column holds something else than finite numbers or differs in length, there are fewer than two clusters, a weight
        is not above 0, one column of x is a combination of the others, or no observations are left over.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28:169-181; Pustejovsky & Tipton (2018), J. Business & Economic Statistics 36,
    doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    Four teams, two of them with the new way of working; the standard error is that of a difference in means of two and two:

    >>> rows = pd.DataFrame({"team": list("aabbccdd"), "new": [1, 1, 1, 1, 0, 0, 0, 0], "y": [5, 7, 8, 8, 3, 3, 4, 6]})
    >>> x = {"const": np.ones(8), "new": rows["new"].to_numpy(dtype=float)}
    >>> found = cr2(rows["y"], x, rows["team"]).combine({"new": 1.0}, "points", CR2)
    >>> round(found.value, 6), round(found.se, 6), round(found.df, 6)
    (3.0, 1.414214, 2.0)
    """
    _require(y, x, cluster, weights, method)
    codes, labels = pd.factorize(cluster)
    alone, blocks = blocks_of(y, x, np.asarray(codes), weights)
    everyone = [alone, *blocks]
    inverse = inverse_root(everyone, tuple(x), len(y), method)
    fitted = np.sum([_crossed(x_g @ inverse, w * e, w.ndim) for x_g, w, e in everyone], axis=0)
    turned = [w[..., None] * (x_g @ inverse) for x_g, w, _ in everyone]
    square = np.sum([_crossed(one, one, one.ndim - 1) for one in turned], axis=0)
    root = None if weights is None else square
    parts = [parts_of(x_g @ inverse, w, e, fitted, root) for x_g, w, e in blocks]
    every = [parts_alone(alone[0] @ inverse, *alone[1:], fitted, root), *parts]
    scores, own, plain, heavy = (np.concatenate(one) for one in zip(*every, strict=True))
    return SmallSampleFit(
        tuple(x),
        inverse @ fitted,
        inverse @ (scores.T @ scores) @ inverse.T,
        rows=len(y),
        persons=len(y) if persons is None else persons,
        clusters=len(labels),
        spread=float(np.sqrt(np.mean(np.square(y.to_numpy(dtype=float))))),
        influence=Influence(inverse, square, own, plain, heavy),
        sizes=tuple(np.bincount(codes, weights).tolist()),
    )


def _crossed(left: Floats, right: Floats, axes: int) -> Floats:
    """Sum products over all rows, which are the first axes."""
    rows = list(range(axes))
    return np.asarray(np.tensordot(left, right, (rows, rows)))


def _require(
    y: pd.Series[Any], x: Mapping[str, Floats], cluster: pd.Series[Any], weights: pd.Series[Any] | None, method: str
) -> None:
    columns: list[tuple[str, Any]] = [("outcome", y), *x.items(), *([] if weights is None else [("weights", weights)])]
    if not x:
        raise MetricError(f"{method}: there must be a column of x but got none. Give a constant at least.")
    for name, column in columns:
        if not is_column(column, len(cluster)) or not all_finite(column):
            raise MetricError(f"{method}: column {name} must hold a finite number for each of the {len(cluster)} rows.")
    if weights is not None and not (weights > 0).all():
        raise MetricError(f"{method}: every weight must be above 0.")
    if cluster.isna().any() or cluster.nunique() < 2:
        raise MetricError(f"{method}: every row must belong to a cluster, and there must be at least two clusters.")
