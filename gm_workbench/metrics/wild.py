"""One coefficient tested by turning the residuals of whole clusters around: the wild cluster bootstrap.

It needs no degrees of freedom: the t value is held against those of outcomes drawn where the coefficient is what is tested.
With few clusters every way of turning them is tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import all_finite, is_column, require_draws, require_one_of, shortage, told_apart
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

Floats = NDArray[np.float64]
Kind = Literal["rademacher", "webb"]

WILD = "least squares, restricted wild cluster bootstrap, interval by inverting the test"

POINTS: Mapping[str, Floats] = {
    "rademacher": np.array([-1.0, 1.0]),
    "webb": np.array([-math.sqrt(1.5), -1.0, -math.sqrt(0.5), math.sqrt(0.5), 1.0, math.sqrt(1.5)]),
}
"""What residuals of a cluster are multiplied by."""

MIN_CLUSTERS: Mapping[str, int] = {"rademacher": 6, "webb": 5}
"""Clusters below which p < .05 cannot come out (2 in 64 can, 2 in 32 cannot), or is chance (Webb, assumed)."""

MIN_CLUSTERS_PER_ARM = 3
"""Clusters on each side below which turning residuals hardly moves the t value, and nothing is ever found (assumed floor)."""

LISTED = 20_000
"""At most this many ways are tried one by one; beyond, they are drawn."""

RISK = 0.05
NEGLIGIBLE = 1e-9
"""Relative: a smaller difference between two t values is rounding."""

DOUBLINGS, HALVINGS = 12, 40


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """A coefficient judged by the wild cluster bootstrap.

    Attributes
    ----------
    estimate : Estimate
        Coefficient with CR1 standard error; its interval holds the values that the test does not reject.
    p : float
        Two-sided, of no difference; its smallest possible value is 2 / ways when they are listed.
    ways : int
        Ways of turning that were tried.
    exact : bool
        Whether these are all there are.
    """

    estimate: Estimate
    p: float
    ways: int
    exact: bool


@as_declared
def wild_bootstrap(
    y: pd.Series[Any],
    x: Mapping[str, Floats],
    cluster: pd.Series[Any],
    name: str,
    *,
    kind: Kind = "rademacher",
    draws: int = 9999,
    seed: int = 1,
    persons: int | None = None,
    unit: str = "points",
) -> WildBootstrap | NotEnoughData:
    r"""Test the coefficient of one column of x, and give the values that are not rejected.

    .. math:: y^*_g = X_g \tilde\beta + v_g \tilde u_g, \qquad p = \frac{\#\{|t^*| \ge |t|\}}{2^G}
        \text{ (listed)}, \quad \frac{1 + \#}{1 + R} \text{ (drawn)}

    :math:`\tilde\beta, \tilde u` are fitted with the coefficient held at the value tested (restricted), :math:`t` has CR1
    errors, and :math:`v_g` is one of two (Rademacher) or six (Webb) numbers for each cluster. Webb's give finer p-values
    below a dozen clusters. The draw that turns nothing counts among those listed. With eight teams of very unequal size it
    still finds somewhat too much (in a trial 9 false alarms in 100 where sizes differed fourfold): a sensitivity beside CR2.
    With five teams against forty it holds: 34 (Webb 37) false alarms in 600 draws, and 20 (20) in 400 where one of the five had
    half of their persons.

    Parameters
    ----------
    y : outcome, one row per observation, no gaps
    x : predictors by name; a constant must be given too, see `clustered.design`
    cluster : the team that observations share
    name : column of x that is tested
    kind : {"rademacher", "webb"}
    draws, seed : where there are too many ways to list; the same seed gives the same p
    persons : persons behind the rows; default: the number of rows
    unit : as in `Estimate`

    Returns
    -------
    WildBootstrap or NotEnoughData
        NotEnoughData below 6 clusters (Webb: 5), or 3 on a side when the column is one of two values for whole clusters; when
        nothing is left to turn; or when no value far away is rejected.

    Raises
    ------
    MetricError
        When a column holds something else than finite numbers or differs in length, the name is not in x, draws are below 99,
        or one column of x is a combination of the others.

    References
    ----------
    Cameron, Gelbach & Miller (2008), doi:10.1162/rest.90.3.414; Webb (2023), doi:10.1111/caje.12661; MacKinnon & Webb (2018),
    doi:10.1111/ectj.12107 (few treated clusters); Roodman et al. (2019), doi:10.1177/1536867X19830877.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> team, new = np.arange(80) // 10, np.arange(80) // 10 % 2 * 1.0
    >>> y = pd.Series(3 * new + rng.normal(size=8)[team] + rng.normal(size=80))
    >>> found = wild_bootstrap(y, {"const": np.ones(80), "new": new}, pd.Series(team), "new")
    >>> found.ways, found.exact, found.p < 0.05, found.estimate.excludes_zero
    (256, True, True, True)
    """
    require_one_of(WILD, "kind", kind, POINTS)
    _require(y, x, cluster, name, draws)
    codes, labels = pd.factorize(cluster)
    short = _short(np.asarray(x[name], dtype=float), np.asarray(codes), len(labels), kind)
    if short is not None:
        return short
    turned = _Turned.of(y.to_numpy(dtype=float), x, np.asarray(codes), name)
    if turned is None:
        return NotEnoughData(WILD, "different outcomes", 1, 2)
    ways, exact = _ways(kind, len(labels), draws, seed)
    bounds = [_bound(turned, ways, exact, side) for side in (-1, 1)]
    if bounds[0] is None or bounds[1] is None:
        return NotEnoughData(WILD, "optimisers that agree", 0, 1)
    told = (len(y) if persons is None else persons, unit, WILD, len(labels))
    estimate = Estimate(turned.value, bounds[0], bounds[1], turned.se, *told, residual_df=len(y) - len(x))
    return WildBootstrap(estimate, turned.p(0.0, ways, exact), len(ways), exact)


def _require(y: pd.Series[Any], x: Mapping[str, Floats], cluster: pd.Series[Any], name: str, draws: int) -> None:
    columns: list[tuple[str, Any]] = [("outcome", y), *x.items()]
    for column, values in columns:
        if not is_column(values, len(cluster)) or not all_finite(values):
            raise MetricError(f"{WILD}: column {column} must hold a finite number for each of the {len(cluster)} rows.")
    if name not in x or cluster.isna().any() or draws < 99:
        raise MetricError(
            f"{WILD}: the column tested must be one of {', '.join(x)}, every row must belong to a cluster, "
            "and at least 99 draws are needed."
        )
    matrix = np.column_stack([np.asarray(values, dtype=float) for values in x.values()])
    if len(matrix) <= len(x) or not told_apart(matrix):
        raise MetricError(f"{WILD}: the columns {', '.join(x)} repeat each other, so they cannot be told apart. Leave one out.")


def _short(tested: Floats, codes: NDArray[np.int64], clusters: int, kind: Kind) -> NotEnoughData | None:
    short = shortage(WILD, ("clusters", clusters, MIN_CLUSTERS[kind]))
    first = np.zeros(clusters)
    first[codes] = tested
    whole, values = bool((first[codes] == tested).all()), np.unique(tested)
    if short is not None or not whole or len(values) != 2:
        return short
    on_a_side = min(int((first == value).sum()) for value in values)
    return shortage(WILD, ("clusters in each group", on_a_side, MIN_CLUSTERS_PER_ARM))


def _ways(kind: Kind, clusters: int, draws: int, seed: int) -> tuple[Floats, bool]:
    """Give (ways, G) numbers to turn clusters by: all there are, or drawn."""
    points = POINTS[kind]
    if len(points) ** clusters <= LISTED:
        places = np.indices((len(points),) * clusters).reshape(clusters, -1).T
        return points[places], True
    require_draws(draws, seed, WILD)
    return np.random.default_rng(seed).choice(points, size=(draws, clusters)), False


@dataclass(frozen=True, slots=True)
class _Turned:
    r"""What t values of turned outcomes need, by cluster, so that no outcome is ever drawn.

    Columns of X are scaled to length 1, the tested one by `size`. With :math:`a_g` the row of :math:`(X'X)^{-1} X_g'` for the
    coefficient, and restricted residuals :math:`u - b r` where it is held at b: `moved` (G, 2) is :math:`a_g' (u, r)_g`, and
    `pulled` (G, G, 2) is how far the residuals of cluster g follow when h is turned.
    """

    value: float
    se: float
    size: float
    moved: Floats
    pulled: Floats

    @classmethod
    def of(cls, y: Floats, x: Mapping[str, Floats], codes: NDArray[np.int64], name: str) -> _Turned | None:
        """Work them out; None when nothing is left to turn."""
        tested, columns = list(x).index(name), np.column_stack([np.asarray(values, dtype=float) for values in x.values()])
        sizes = np.sqrt((columns**2).sum(axis=0))
        size = float(sizes[tested])
        matrix = columns / sizes
        inverse, rest = np.linalg.inv(matrix.T @ matrix), _restricted(y, matrix, tested)
        groups = [np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1)]
        scores = np.stack([matrix[rows].T @ rest[rows] for rows in groups])  # (G, k, 2)
        grams = np.stack([matrix[rows].T @ matrix[rows] for rows in groups])
        moved = np.einsum("k,gkc->gc", inverse[tested], scores)
        pulled = np.einsum("k,gkl,lm,hmc->ghc", inverse[tested], grams, inverse, scores, optimize=True)
        scaled = float(moved[:, 0].sum())
        errors = (moved - pulled.sum(axis=1)) @ [1.0, -scaled]
        g, n = len(groups), len(y)
        se = math.sqrt(g / (g - 1) * (n - 1) / (n - len(x)) * float(errors @ errors))
        if se <= NEGLIGIBLE * float(np.linalg.norm(y)):
            return None
        return cls(scaled / size, se / size, size, moved, pulled)

    def p(self, at: float, ways: Floats, exact: bool) -> float:
        """Give the p-value of the hypothesis that the coefficient is `at`."""
        held = np.array([1.0, -at * self.size])
        moved, pulled = self.moved @ held, self.pulled @ held
        parts = np.diag(moved) - pulled

        def squared(turns: Floats) -> Floats:
            spread = ((turns @ parts.T) ** 2).sum(axis=1)
            return np.asarray((turns @ moved) ** 2 / np.maximum(spread, np.finfo(float).tiny))

        seen = float(squared(np.ones((1, len(moved))))[0])
        beyond = int((squared(ways) >= seen * (1 - NEGLIGIBLE)).sum())
        return beyond / len(ways) if exact else (1 + beyond) / (1 + len(ways))


def _restricted(y: Floats, matrix: Floats, tested: int) -> Floats:
    """Give (n, 2) what the other columns leave of the outcome and of the column tested."""
    both, others = np.column_stack([y, matrix[:, tested]]), np.delete(matrix, tested, axis=1)
    return both - others @ np.linalg.lstsq(others, both, rcond=None)[0] if others.size else both


def _bound(turned: _Turned, ways: Floats, exact: bool, side: int) -> float | None:
    """Search outwards for a value that is rejected, and then between it and the last that is not."""
    inner, step = turned.value, 2 * turned.se
    for _ in range(DOUBLINGS):
        outer = inner + side * step
        if turned.p(outer, ways, exact) <= RISK:
            break
        inner, step = outer, 2 * step
    else:
        return None
    for _ in range(HALVINGS):
        middle = (inner + outer) / 2
        inner, outer = (inner, middle) if turned.p(middle, ways, exact) <= RISK else (middle, outer)
    return outer
