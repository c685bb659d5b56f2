"""How likely a study is to find what is there: before it starts, from the number of teams, their size and how alike they are.

Nothing here looks at data. Every chance is that of a two-sided test at 1 − `level`, the same test that the interval of an
`Estimate` makes by holding zero or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, inf, isfinite, lgamma, log, sqrt

from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.planning import arms_of, design_effect, require, stepped_wedge_se, two_shares_se

__all__ = [
    "clustered_power",
    "design_effect",
    "detectable",
    "power",
    "stepped_wedge_power",
    "stepped_wedge_se",
    "two_shares_se",
]

AS_GOOD_AS_NORMAL = 1e6
"""Degrees of freedom above which the t distribution is taken as normal; the chance differs by less than one in a million."""

SUREST = 0.9999
"""The chance that may be asked of `detectable` at most: beyond it the integral's last digits would decide."""


@as_declared
def power(difference: float, se: float, df: float = inf, level: float = 0.95) -> float:
    r"""Give the chance that a two-sided test finds a true difference: the share of intervals without zero.

    .. math:: P\big(|T| > t_{df}\big), \qquad T = \frac{Z + \delta / se}{S}, \quad S^2 = \chi^2_{df} / df

    T is non-central t. Its chance is integrated over S here, because the distribution function at hand gives no number for
    part of the range.

    Parameters
    ----------
    difference : the true difference :math:`\delta`; its sign does not matter
    se : standard error the study will have, in the same unit, above 0
    df : degrees of freedom of the interval, at least 1; infinite for a normal interval
    level : of the interval

    Returns
    -------
    float
        Probability.

    Raises
    ------
    MetricError
        When the difference is not finite, `se` is not above 0, `df` is below 1, or `level` is not between 0 and 1.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, ch. 2.

    Examples
    --------
    A difference of 2.8 standard errors, and the same with five degrees of freedom:

    >>> round(power(2.8, 1), 3), round(power(2.8, 1, df=5), 3)
    (0.8, 0.614)
    """
    require(
        ("difference", isfinite(difference), "finite"),
        ("se", isfinite(se) and se > 0, "above 0"),
        ("df", df >= 1, "at least 1"),
        ("level", 0 < level < 1, "between 0 and 1"),
    )
    shift, tail = abs(difference) / se, (1 - level) / 2
    if df > AS_GOOD_AS_NORMAL:
        return _outside(shift, float(stats.norm.isf(tail)))
    critical, reach = float(stats.t.isf(tail, df)), 12 / sqrt(2 * df)
    half = df / 2
    constant = (1 - half) * log(2) - lgamma(half) + half * log(df)

    def chance(s: float) -> float:
        return _outside(shift, critical * s) * exp(constant + (df - 1) * log(s) - half * s * s)

    return min(float(quad(chance, max(1 - reach, 0.0), 1 + reach, epsabs=1e-12, epsrel=1e-10, limit=200)[0]), 1.0)


def _outside(shift: float, bound: float) -> float:
    """Give the chance that a normal deviate around `shift` lies beyond plus or minus `bound`."""
    return 0.5 * (erfc((bound - shift) / sqrt(2)) + erfc((bound + shift) / sqrt(2)))


@as_declared
def detectable(se: float, df: float = inf, chance: float = 0.8, level: float = 0.95) -> float:
    r"""Give the smallest true difference that a study with this standard error finds with the given chance.

    It solves :math:`\text{power}(\delta, se, df) = \text{chance}`; for a normal interval and .8 it is 2.80 standard errors.

    Parameters
    ----------
    se : standard error the study will have, above 0
    df : degrees of freedom of the interval, at least 1
    chance : wanted probability, above 1 − `level` and at most .9999
    level : of the interval

    Returns
    -------
    float
        In the unit of `se`.

    Raises
    ------
    MetricError
        When a parameter is out of its range.

    References
    ----------
    Bloom (1995), Evaluation Review 19:547-556, on minimum detectable effects.

    Examples
    --------
    >>> round(detectable(1), 2), round(detectable(1, df=4), 2)
    (2.8, 3.76)
    """
    require(
        ("se", isfinite(se) and se > 0, "above 0"),
        ("chance", 1 - level < chance <= SUREST, f"above 1 − level and at most {SUREST}"),
    )

    def lacking(shift: float) -> float:
        return power(shift, 1.0, df, level) - chance

    furthest = 1.0
    while lacking(furthest) < 0:
        furthest *= 2
    return se * float(brentq(lacking, 0.0, furthest, xtol=1e-10))


@as_declared
def clustered_power(
    first: float, second: float, clusters: int | tuple[int, int], size: float, icc: float, cv: float = 0.0, level: float = 0.95
) -> float:
    r"""Give the chance to find a difference between two shares when whole clusters are in one arm.

    .. math:: P\big(|\hat\Delta| / s > t_{.975, m - 2}\big), \qquad s = \text{the error of two shares}, \; m = \text{clusters}

    `power` of the difference at the standard error of `two_shares_se`, with as many degrees of freedom as clusters less two.

    Parameters
    ----------
    first, second : the shares, above 0 and below 1
    clusters : clusters in each arm, at least two; or a pair
    size, icc, cv : as in `design_effect`
    level : of the interval

    Returns
    -------
    float
        Probability.

    Raises
    ------
    MetricError
        When a parameter is out of its range, or no degrees of freedom are left over.

    References
    ----------
    Donner & Klar (2000), as in `two_shares_se`.

    Examples
    --------
    >>> round(clustered_power(0.1, 0.2, 38, 10, 0.1), 3)
    0.797
    """
    se = two_shares_se(first, second, clusters, size, icc, cv)
    return power(first - second, se, sum(arms_of(clusters)) - 2, level)


@as_declared
def stepped_wedge_power(
    first: float, second: float, clusters: Sequence[int], size: float, between_sd: float, level: float = 0.95
) -> float:
    r"""Give the chance to find a difference between two shares in a stepped wedge, by Hussey & Hughes.

    .. math:: \Phi\Big(\frac{|\Delta|}{s} - z_{.975}\Big) + \Phi\Big(-\frac{|\Delta|}{s} - z_{.975}\Big), \qquad \sigma^2 =
        \bar p (1 - \bar p)

    `power` at the standard error of `stepped_wedge_se`, with the binomial spread at the mean of the two shares and a normal
    interval. With few clusters this is too rosy: the analysis will have fewer degrees of freedom.

    Parameters
    ----------
    first, second : the shares before and after, above 0 and below 1
    clusters : clusters in each wave, in order of starting
    size : persons in a cluster and period
    between_sd : standard deviation of the clusters' shares
    level : of the interval

    Returns
    -------
    float
        Probability.

    Raises
    ------
    MetricError
        When a parameter is out of its range.

    References
    ----------
    Hussey & Hughes (2007), Contemporary Clinical Trials 28, doi:10.1016/j.cct.2006.05.007.

    Examples
    --------
    >>> round(stepped_wedge_power(0.05, 0.035, [6, 6, 6, 6], 120, 0.01), 4)
    0.7862
    """
    require(("first", 0 < first < 1, "above 0 and below 1"), ("second", 0 < second < 1, "above 0 and below 1"))
    middle = (first + second) / 2
    return power(first - second, stepped_wedge_se(clusters, size, sqrt(middle * (1 - middle)), between_sd), level=level)
