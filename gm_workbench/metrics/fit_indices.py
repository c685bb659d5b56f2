"""How well a factor model fits: chi-square, and the indices that make it comparable between sizes of study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from gm_workbench.metrics.estimate import Estimate, Known, Sides
from gm_workbench.metrics.structures import Sample, Solution, Structure

Floats = NDArray[np.float64]

RMSEA = "RMSEA, 90 % interval from the non-central chi-square"


@dataclass(frozen=True, slots=True)
class Indices:
    """How well a factor model fits.

    Attributes
    ----------
    chi2, df, p : float, int, float
        Likelihood-ratio test of the model against means and covariances without structure; a large chi-square is misfit.
    cfi, tli : float
        Share of the misfit of unrelated items that the model takes away, and the same by degree of freedom (not bound to 0-1).
    rmsea : Estimate
        Misfit by degree of freedom, without unit; its interval has level 0.90, as is the custom. `Known` to be 0 where the
        misfit is that much below its degrees of freedom that both bounds are cut off at 0, as lavaan tells it.
    srmr : float
        Root of the mean squared residual, of correlations (and of means in sd, where the model has means).
    """

    chi2: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: Known
    srmr: float


def indices(samples: Sequence[Sample], structures: Sequence[Structure], found: Solution, df: int, *, means: bool) -> Indices:
    r"""Work out the indices of a fitted model with at least one degree of freedom.

    .. math:: \text{CFI} = 1 - \frac{\max(\chi^2 - df, 0)}{\max(\chi^2 - df, \chi_0^2 - df_0, 0)}, \quad
        \text{TLI} = \frac{\chi_0^2 / df_0 - \chi^2 / df}{\chi_0^2 / df_0 - 1}, \quad
        \text{RMSEA} = \sqrt{G} \sqrt{\max\Big(\frac{\chi^2 - df}{N\,df}, 0\Big)}

    :math:`\chi_0^2` is that of items without any relation, each with its own mean and variance in each of the G groups.

    Parameters
    ----------
    samples, structures, found : what was fitted to what, and the solution
    df : means and covariances minus parameters
    means : whether the model says anything of means; if so they count in the residuals

    Returns
    -------
    Indices

    References
    ----------
    Bentler (1990), doi:10.1037/0033-2909.107.2.238; Tucker & Lewis (1973), doi:10.1007/BF02291170; Steiger (1998),
    doi:10.1080/10705519809540115 (several groups); Browne & Cudeck (1993), in Bollen & Long (eds), ch. 6.

    Examples
    --------
    See `confirmatory.confirmatory_fit`.
    """
    apart, apart_df = _unrelated(samples)
    excess, apart_excess = max(found.chi2 - df, 0.0), max(apart - apart_df, 0.0)
    worst, sizes = apart / apart_df, tuple(sample.n for sample in samples)
    sides = Sides(sizes) if len(sizes) > 1 else None
    return Indices(
        found.chi2,
        df,
        float(stats.chi2.sf(found.chi2, df)),
        1.0 - excess / max(excess, apart_excess, np.finfo(float).tiny),
        (worst - found.chi2 / df) / (worst - 1) if worst != 1 else math.nan,
        replace(_rmsea(found.chi2, df, sum(sizes), len(samples)), residual_df=sum(sizes) - len(found.theta), sides=sides),
        _srmr(samples, structures, found.theta, means),
    )


def _unrelated(samples: Sequence[Sample]) -> tuple[float, int]:
    chi2 = 0.0
    for sample in samples:
        variances = np.diag(sample.covariance)
        chi2 -= sample.n * float(np.linalg.slogdet(sample.covariance / np.sqrt(np.outer(variances, variances)))[1])
    p = len(samples[0].mean)
    return chi2, len(samples) * p * (p - 1) // 2


def _rmsea(chi2: float, df: int, n: int, groups: int) -> Estimate:
    def size(excess: float) -> float:
        return math.sqrt(groups * max(excess, 0.0) / (n * df))

    low, high = (size(_noncentrality(chi2, df, tail)) for tail in (0.95, 0.05))
    value = size(chi2 - df)
    return Estimate(value, min(low, value), max(high, value), math.nan, n, "", RMSEA, level=0.9)


def _noncentrality(chi2: float, df: int, below: float) -> float:
    """Give the non-centrality at which a chi-square this small has probability `below`; 0 when there is none."""
    if stats.chi2.cdf(chi2, df) <= below:
        return 0.0
    far = chi2 + 10 * math.sqrt(chi2) + 100
    return float(optimize.brentq(lambda excess: float(stats.ncx2.cdf(chi2, df, excess)) - below, 1e-12, far, xtol=1e-10))


def _srmr(samples: Sequence[Sample], structures: Sequence[Structure], theta: Floats, means: bool) -> float:
    whole = 0.0
    for sample, structure in zip(samples, structures, strict=True):
        mean, covariance = structure.implied(theta)
        sd = np.sqrt(np.diag(sample.covariance))
        lower = np.tril_indices(len(sd))
        apart = ((sample.covariance - covariance) / np.outer(sd, sd))[lower]
        away = (sample.mean - mean) / sd if means else np.empty(0)
        whole += sample.n * float(np.sqrt(np.mean(np.concatenate([apart, away]) ** 2)))
    return whole / sum(sample.n for sample in samples)
