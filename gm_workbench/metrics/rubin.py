"""Rubin's rules: one answer from several completed data sets, as unsure as the gaps make it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import all_finite, require_whole
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

Floats = NDArray[np.float64]

RUBIN = "Rubin's rules, Barnard-Rubin degrees of freedom"
D1 = "Rubin's rules for several coefficients (D1)"

SETS = "completed data sets"

WANDER = 0.05
"""How far standard errors may wander from filling to filling, as a share of themselves (von Hippel's default)."""

REAL = (int, float, np.integer, np.floating)

MIN_IMPUTATIONS = 2
"""Completed data sets below which nothing says how unsure the gaps make an answer."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """One answer from several completed data sets.

    Attributes
    ----------
    estimate : Estimate
        The mean of the answers; its `se` is the root of the total variance and its `df` those of Barnard and Rubin.
    within, between : float
        Mean variance in a completed data set, and variance of the answers between them, in the square of the unit.
    increase : float
        Relative increase in variance through the gaps.
    lost : float
        Share of the total variance that is due to the gaps (lambda).
    fmi : float
        Fraction of missing information by the degrees of freedom of the answer (Barnard & Rubin, as in mice). With few clusters
        it is large though little is missing: see `missing`.
    imputations : int
        Completed data sets.
    """

    estimate: Estimate
    within: float
    between: float
    increase: float
    lost: float
    fmi: float
    imputations: int

    @property
    def missing(self) -> float:
        r"""Fraction of missing information that is due to the gaps alone: with Rubin's degrees of freedom for many data.

        .. math:: \frac{r + 2 / (\nu_m + 3)}{r + 1}, \quad \nu_m = (m - 1) / \lambda^2
        """
        df = (self.imputations - 1) / self.lost**2 if self.lost else math.inf
        return (self.increase + 2 / (df + 3)) / (self.increase + 1)

    @property
    def imputations_needed(self) -> int:
        """Completed data sets after which standard errors would wander by 5 % from filling to filling (von Hippel 2020)."""
        return math.ceil(1 + (self.missing / WANDER) ** 2 / 2)

    @property
    def noise(self) -> float:
        """How much the answer would wander if the gaps were filled again: its Monte-Carlo error, in the unit."""
        return math.sqrt(self.between / self.imputations)


@as_declared
def pool(
    estimates: ArrayLike,
    variances: ArrayLike,
    complete_df: float = math.inf,
    *,
    n: int = 0,
    unit: str = "points",
    method: str = RUBIN,
    groups: int | None = None,
    residual_df: int | None = None,
) -> Pooled | NotEnoughData:
    r"""Pool one number that was estimated in each of m completed data sets.

    .. math:: \bar Q = \frac 1m \sum_l \hat Q_l, \quad \bar U = \frac 1m \sum_l U_l, \quad
        B = \frac{1}{m-1} \sum_l (\hat Q_l - \bar Q)^2, \quad T = \bar U + \Big(1 + \frac 1m\Big) B

    With :math:`\lambda = (1 + 1/m) B / T` and the degrees of freedom of complete data :math:`\nu_{com}`:

    .. math:: \frac 1\nu = \frac{\lambda^2}{m-1} + \Big[\frac{\nu_{com}+1}{\nu_{com}+3}\, \nu_{com} (1-\lambda)\Big]^{-1}, \quad
        r = \frac{(1 + 1/m) B}{\bar U}, \quad \mathrm{fmi} = \frac{r + 2 / (\nu + 3)}{r + 1}

    The mean of the variances alone takes imputed values for measured ones and is too small. With infinite
    :math:`\nu_{com}` these are Rubin's degrees of freedom of 1987, which can exceed those of complete data and then give too
    narrow an interval. Nothing here checks how the gaps were filled: answers from one and the same filling, or from fillings
    that leave out how unsure the model is, make the between-variance too small (`imputation.imputed`).

    Parameters
    ----------
    estimates : (m,) array
        In `unit`, one for each completed data set. Something that is normal in large samples: a mean, a coefficient, a log
        ratio; never a p-value, a bound, or an odds ratio as it is.
    variances : (m,) array
        Squares of their standard errors.
    complete_df : float
        Degrees of freedom had there been no gaps: persons minus coefficients, or clusters − 1 for cluster-robust errors.
    n : int
        Persons behind the number. Left out it is 0, and the guard will show nothing.
    unit, method, groups, residual_df
        As in `Estimate`.

    Returns
    -------
    Pooled or NotEnoughData
        With a t interval of 95 %; NotEnoughData with fewer than two completed data sets.

    Raises
    ------
    MetricError
        When there is not one finite variance above zero for each finite estimate, degrees of freedom are not above 0, or
        persons are fewer than none.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, ch. 3; von Hippel (2020), Sociological Methods & Research
    49:699-718, doi:10.1177/0049124117747303 (how many data sets); Barnard & Rubin (1999), Biometrika 86:948-955,
    doi:10.1093/biomet/86.4.948; van Buuren (2018), Flexible Imputation of Missing Data, §2.3-2.4.

    Examples
    --------
    >>> found = pool([2.1, 2.5, 1.9, 2.3, 2.2], [0.04, 0.05, 0.045, 0.042, 0.048], 98, n=100)
    >>> round(found.estimate.value, 6), round(found.estimate.df, 4), round(found.fmi, 5)
    (2.2, 9.4408, 0.64033)
    """
    q, u = _numbers(estimates), _numbers(variances)
    require_whole(RUBIN, least=0, n=n, groups=groups or 0, residual_df=residual_df or 0)
    _require(q.ndim == 1 and q.shape == u.shape and bool((u > 0).all()), q, u, complete_df)
    m = len(q)
    if m < MIN_IMPUTATIONS:
        return NotEnoughData(method, SETS, m, MIN_IMPUTATIONS)
    within, between = float(u.mean()), float(q.var(ddof=1))
    total = within + (1 + 1 / m) * between
    lost, increase = 1 - within / total, (1 + 1 / m) * between / within
    if lost >= 1:  # to rounding: what differs between the completed sets drowns what they hold themselves
        return NotEnoughData(method, "percent of the information", 0, 1)
    df = barnard_rubin(lost, m, complete_df)
    se, value = math.sqrt(total), float(q.mean())
    half = float(stats.t.ppf(0.975, df)) * se
    told = Estimate(value, value - half, value + half, se, n, unit, method, groups, df, residual_df=residual_df)
    return Pooled(told, within, between, increase, lost, (increase + 2 / (df + 3)) / (increase + 1), m)


def barnard_rubin(lost: float, m: int, complete_df: float) -> float:
    r"""Give the degrees of freedom of a pooled number; never more than those of complete data.

    Parameters
    ----------
    lost : share of the total variance that is due to the gaps, from 0 to below 1
    m : completed data sets, two or more
    complete_df : had there been no gaps

    Examples
    --------
    >>> round(barnard_rubin(4 / 7, 5, 98), 4), round(barnard_rubin(4 / 7, 5, math.inf), 4), round(barnard_rubin(0, 5, 8), 4)
    (9.4408, 12.25, 6.5455)
    """
    rate = lost**2 / (m - 1)
    observed = math.inf if math.isinf(complete_df) else (complete_df + 1) / (complete_df + 3) * complete_df * (1 - lost)
    rate += 1 / observed
    return 1 / rate if rate > 0 else math.inf


@dataclass(frozen=True, slots=True)
class PooledTest:
    """A test of several coefficients at once over completed data sets.

    Attributes
    ----------
    f, df, residual_df, p : float, int, float, float
        Statistic, its two degrees of freedom, and the p-value.
    increase : float
        Mean relative increase in variance through the gaps.
    imputations : int
    """

    f: float
    df: int
    residual_df: float
    p: float
    increase: float
    imputations: int


@as_declared
def pool_wald(estimates: ArrayLike, covariances: ArrayLike) -> PooledTest | NotEnoughData:
    r"""Test that k coefficients, estimated in each of m completed data sets, are all zero (D1).

    .. math:: D_1 = \frac{\bar Q' \bar U^{-1} \bar Q}{k (1 + \bar r)}, \qquad
        \bar r = \Big(1 + \frac 1m\Big) \operatorname{tr}(B \bar U^{-1}) / k

    against F on k and, with t = k(m − 1), on :math:`4 + (t - 4)[1 + (1 - 2/t)/\bar r]^2` degrees of freedom when t > 4, else
    :math:`t (1 + 1/k)(1 + 1/\bar r)^2 / 2`. The gaps are taken to make all k as much less sure as each other, and complete
    data to be many: with few clusters this test rejects too often. With one coefficient and t ≤ 4 it is the test of `pool`.

    Parameters
    ----------
    estimates : (m, k) array
        Coefficients by completed data set.
    covariances : (m, k, k) array
        Their covariance matrices.

    Returns
    -------
    PooledTest or NotEnoughData
        NotEnoughData with fewer than two completed data sets.

    Raises
    ------
    MetricError
        When shapes do not fit, something is not finite, or the mean covariance is singular.

    References
    ----------
    Li, Raghunathan & Rubin (1991), JASA 86:1065-1073, doi:10.1080/01621459.1991.10475152.

    Examples
    --------
    >>> found = pool_wald([[1.0, 2.0], [1.2, 1.8], [0.9, 2.2]], np.array([np.eye(2)] * 3))
    >>> found.df, round(found.f, 3)
    (2, 2.431)
    """
    q, u = _numbers(estimates), _numbers(covariances)
    fits = q.ndim == 2 and u.shape == (*q.shape, q.shape[-1]) and q.shape[1] > 0 and all_finite(u)
    _require(fits and np.linalg.matrix_rank(u.mean(axis=0)) == q.shape[1], q, u, math.inf)
    m, k = q.shape
    if m < MIN_IMPUTATIONS:
        return NotEnoughData(D1, SETS, m, MIN_IMPUTATIONS)
    mean, within = q.mean(axis=0), u.mean(axis=0)
    between = (q - mean).T @ (q - mean) / (m - 1)
    r = (1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / k
    f = float(mean @ np.linalg.solve(within, mean)) / (k * (1 + r))
    df = _d1_df(k, m, r)
    return PooledTest(f, k, df, float(stats.f.sf(f, k, df)), r, m)


def _numbers(values: ArrayLike) -> Floats:
    """Give an array, or say that there is something else than numbers; `_require` says what is wrong with its shape."""
    told = values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
    # what is no real number is left out, and there are too few for the shape: text would pass for one, complex lose a part
    real = [one for one in told.ravel().tolist() if isinstance(one, REAL) and not isinstance(one, bool)]
    try:
        return np.array([float(one) for one in real]).reshape(told.shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise MetricError(f"{RUBIN}: estimates and variances must be numbers, as many in each set, but are not.") from error


def _d1_df(k: int, m: int, r: float) -> float:
    if r == 0:
        return math.inf
    t = k * (m - 1)
    return 4 + (t - 4) * (1 + (1 - 2 / t) / r) ** 2 if t > 4 else t * (1 + 1 / k) * (1 + 1 / r) ** 2 / 2


def _require(fits: bool, q: Floats, u: Floats, complete_df: float) -> None:
    if not (fits and all_finite(q) and all_finite(u)):
        raise MetricError(f"{RUBIN}: every finite estimate must come with a finite variance above zero, in the same order.")
    if not complete_df > 0:
        raise MetricError(f"{RUBIN}: degrees of freedom of complete data must be above 0 but got {complete_df:g}.")
