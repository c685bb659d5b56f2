"""Several coefficients tested at once, with a handful of clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.small_sample import Influence, SmallSampleFit

Floats = NDArray[np.float64]

HTZ = "CR2 by cluster, approximate Hotelling test (HTZ)"

MIN_DF = 1.0
"""Denominator degrees of freedom below which the test says nothing; below four or so it hardly ever rejects (assumed floor)."""


@dataclass(frozen=True, slots=True)
class JointTest:
    """A test that several combinations of coefficients are all zero.

    Attributes
    ----------
    f, df, residual_df, p : float, int, float, float
        Statistic, its two degrees of freedom (the second usually not a whole number), and the p-value.
    clusters, persons : int
        What it rests on.
    method : str
    """

    f: float
    df: int
    residual_df: float
    p: float
    clusters: int
    persons: int
    method: str = HTZ


@as_declared
def joint_test(fit: SmallSampleFit, names: Sequence[str]) -> JointTest | NotEnoughData:
    r"""Test that the coefficients named are all zero.

    .. math:: Q = \hat\beta_C' \, (C V^{CR2} C')^{-1} \hat\beta_C, \qquad
        F = \frac{\eta - q + 1}{\eta\, q}\, Q \sim F(q, \eta - q + 1)

    :math:`\eta` are the degrees of freedom of the Wishart distribution that varies as much in all as :math:`C V^{CR2} C'`
    would, were errors independent and equal. With one coefficient this is the t test of `SmallSampleFit.combine`. The usual
    Wald test takes :math:`\eta` as infinite and rejects far too often with few clusters.

    Parameters
    ----------
    fit : SmallSampleFit
        From `small_sample.cr2`.
    names : sequence of str
        Coefficients, each once; e.g. the dummies of all months before the start.

    Returns
    -------
    JointTest or NotEnoughData
        NotEnoughData when the clusters leave fewer than one degree of freedom, or do not vary in as many ways as are tested.

    Raises
    ------
    MetricError
        When no coefficient is named, one is named twice, or is not in the model.

    References
    ----------
    Tipton & Pustejovsky (2015), doi:10.3102/1076998615606099; Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> import pandas as pd
    >>> from gm_workbench.metrics.small_sample import cr2
    >>> rng = np.random.default_rng(1)
    >>> x = {"const": np.ones(80), "a": rng.normal(size=80), "b": rng.normal(size=80)}
    >>> fit = cr2(pd.Series(x["a"] + rng.normal(size=80)), x, pd.Series(np.arange(80) // 8))
    >>> found = joint_test(fit, ["a", "b"])
    >>> found.df, found.p < 0.05
    (2, True)
    """
    chosen = np.array([_one(fit.names, name) for name in _checked(fit, names)])
    q, value, spread = len(names), chosen @ fit.values, chosen @ fit.covariance @ chosen.T
    eta = wishart_degrees(fit.influence, fit.influence.inverse.T @ chosen.T)
    size = np.sqrt(np.diag(spread))
    regular = bool((size > 0).all()) and float(np.linalg.eigvalsh(spread / np.outer(size, size))[0]) > 1e-10
    if eta is None or not regular or eta - q + 1 < MIN_DF:
        return NotEnoughData(HTZ, "clusters", fit.clusters, fit.clusters + 1)
    f = (eta - q + 1) / (eta * q) * float(value @ np.linalg.solve(spread, value))
    return JointTest(f, q, eta - q + 1, float(stats.f.sf(f, q, eta - q + 1)), fit.clusters, fit.persons)


def _checked(fit: SmallSampleFit, names: Sequence[str]) -> Sequence[str]:
    unknown = [name for name in names if name not in fit.names]
    if unknown:
        raise MetricError(f"{HTZ}: the model has no {', '.join(map(str, unknown))}; it has {', '.join(fit.names)}.")
    if not names or len(set(names)) < len(names):
        raise MetricError(f"{HTZ}: name at least one coefficient, and each once; got {', '.join(names) or 'none'}.")
    return names


def _one(names: Sequence[str], name: str) -> Floats:
    return np.array([float(other == name) for other in names])


def wishart_degrees(influence: Influence, combinations: Floats) -> float | None:
    """Give the Wishart's degrees of freedom; `combinations` are (k, q) in the coordinates of `Influence`. None without any."""
    variances = np.diag(_Pairs.of(influence, combinations).traces)
    if not (variances > 0).all():
        return None
    alike = combinations / np.sqrt(variances)  # so that no unit makes a direction look empty
    values, vectors = linalg.eigh(_Pairs.of(influence, alike).traces)
    if values[0] <= 1e-10:
        return None
    pairs = _Pairs.of(influence, alike @ (vectors / np.sqrt(values)) @ vectors.T)
    q = range(combinations.shape[1])
    spread = sum(pairs.inner((a, a), (b, b)) + pairs.inner((a, b), (b, a)) for a in q for b in q)
    return float(len(q) * (len(q) + 1) / spread)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Covariances P of clusters' parts in two combinations a and b, were errors independent and equal.

    :math:`P_{ab} = D_{ab} + U_a C U_b'` with D diagonal (q, q, G) and few columns in U (q, G, 2k), so no matrix of pairs of
    clusters is ever made.
    """

    own: Floats
    u: Floats
    core: Floats

    @classmethod
    def of(cls, influence: Influence, combinations: Floats) -> _Pairs:
        one, zero = np.eye(len(combinations)), np.zeros((len(combinations),) * 2)
        parts = np.concatenate([influence.weighted @ combinations, influence.plain @ combinations], axis=1)
        own = np.einsum("ka,gkl,lb->abg", combinations, influence.own, combinations)
        return cls(own, np.moveaxis(parts, 2, 0), np.block([[zero, -one], [-one, influence.square]]))

    @property
    def traces(self) -> Floats:
        """Sum over clusters of each pair's own covariance (q, q)."""
        return np.asarray((self.own + self._beside).sum(axis=2))

    @property
    def _beside(self) -> Floats:
        return np.asarray(np.einsum("agi,ij,bgj->abg", self.u, self.core, self.u))

    def inner(self, first: tuple[int, int], second: tuple[int, int]) -> float:
        """Sum the products of two of these matrices over all pairs of clusters."""
        (a, b), (c, d), beside = first, second, self._beside
        own = self.own[first] @ (self.own[second] + beside[second]) + self.own[second] @ beside[first]
        return float(own + np.trace(self.core @ (self.u[a].T @ self.u[c]) @ self.core @ (self.u[d].T @ self.u[b])))
