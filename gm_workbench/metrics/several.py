"""Several outcomes at once: what may be said of all of them together, with one chance in twenty of any false word.

Without this, a study with ten outcomes and no difference at all finds one in four times out of ten. The family is what the
protocol declares, also where an outcome turned out to have too few data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

Floats = NDArray[np.float64]

FAMILY = "simultaneous intervals"
HOLM = "Holm"

ABSENT = "data on the outcome"

OPEN = math.ulp(0.0)
"""Stands for a bound at zero that zero itself is not within."""


@as_declared
def holm(p: Mapping[str, float]) -> dict[str, float]:
    r"""Adjust p-values of a family so that the chance of any false rejection stays at the level (Holm's step-down).

    .. math:: \tilde p_{(i)} = \min\Big(1, \max_{j \le i} (m - j + 1) p_{(j)}\Big)

    Parameters
    ----------
    p : mapping of str to float
        Unadjusted two-sided p-values by outcome, of the whole declared family.

    Returns
    -------
    dict of str to float
        Adjusted, in the order given; at most .05 means rejected at 5 %.

    Raises
    ------
    MetricError
        When there is none, or one does not lie between 0 and 1.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65-70.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in holm({"work": 0.01, "health": 0.04, "debts": 0.03}).items()}
    {'work': 0.03, 'health': 0.06, 'debts': 0.06}
    """
    values = np.array(list(p.values()), dtype=float)
    if not (values.size and ((values >= 0) & (values <= 1)).all()):
        raise MetricError(f"{HOLM}: there must be p-values, and each must lie between 0 and 1.")
    return dict(zip(p, map(float, _stepped(values)), strict=True))


@dataclass(frozen=True, slots=True)
class Simultaneous:
    """One outcome of a family.

    Attributes
    ----------
    estimate : Estimate
        With an interval that holds together with those of the other outcomes.
    p : float
        Two-sided, of this outcome by itself.
    adjusted : float
        Two-sided, adjusted for the family; at most 1 − level when zero lies outside the interval, and only then.
    """

    estimate: Estimate
    p: float
    adjusted: float


def declared(
    names: Sequence[str], found: Mapping[str, Estimate | Contrast | NotEnoughData]
) -> dict[str, Estimate | NotEnoughData]:
    """Put what was found under the names of a declared family: all of them, in that order, and nothing else.

    Parameters
    ----------
    names : sequence of str
        The secondary outcomes of the protocol.
    found : mapping of str to Estimate, Contrast or NotEnoughData
        By name; of a Contrast the adjusted difference counts.

    Returns
    -------
    dict of str to Estimate or NotEnoughData
        An outcome on which there are no data is NotEnoughData, and still counts (see `simultaneous`).

    Raises
    ------
    MetricError
        When something was found that is not declared.

    Examples
    --------
    >>> work = Estimate(4.0, 2.0, 6.0, 1.0, 100, "points", "difference")
    >>> family = declared(["work", "debts"], {"work": work})
    >>> list(family), family["debts"].what
    (['work', 'debts'], 'data on the outcome')
    """
    strange = [name for name in found if name not in names]
    if strange:
        raise MetricError(
            f"{FAMILY}: every outcome must be declared ({', '.join(names) or 'none is'}) but got {', '.join(strange)}. "
            "Declare it in the protocol, or leave it out."
        )
    return {name: _alone(found.get(name, NotEnoughData(FAMILY, ABSENT, 0, 1))) for name in names}


def _alone(one: Estimate | Contrast | NotEnoughData) -> Estimate | NotEnoughData:
    return one.adjusted if isinstance(one, Contrast) else one


@as_declared
def simultaneous(
    estimates: Mapping[str, Estimate | NotEnoughData], *, by: Literal["holm", "bonferroni"] = "holm", level: float = 0.95
) -> dict[str, Simultaneous | NotEnoughData]:
    r"""Give intervals that cover all outcomes of a family together, and p-values that decide the same.

    Both directions are stepped through apart, each at half the risk :math:`\alpha`. Of m outcomes let r be those that are not
    proven to be above zero. The lower bounds are

    .. math:: \hat\theta_i - t_{\alpha / 2r}\, s_i \text{ (not proven)}, \quad 0 \text{ (proven while } r > 0\text{; open)},
        \quad \max(0, \hat\theta_i - t_{\alpha / 2m}\, s_i) \text{ when } r = 0

    and upper bounds likewise. All of them hold together with probability `level` or more, however outcomes are related. When
    all outcomes point the same way the adjusted p is Holm's (see `holm`); else it may be larger, for a step in one direction is
    not earned in the other: no intervals that are bounded on both sides match Holm's two-sided p exactly. A proven outcome is
    known to differ from zero and by how much at most, but not by how much at least, unless all are proven. Where sizes matter
    more than decisions, declare ``bonferroni``.

    Parameters
    ----------
    estimates : mapping of str to Estimate or NotEnoughData
        The declared family; who has not enough data still counts.
    by : {"holm", "bonferroni"}
        Step-down as above; or every interval at :math:`1 - \alpha / m`.
    level : float
        Of all intervals together.

    Returns
    -------
    dict of str to Simultaneous or NotEnoughData
        In the order given.

    Raises
    ------
    MetricError
        When there is no outcome, one has no standard error, or the level does not lie between 0 and 1.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65-70; Strassburger & Bretz (2008), doi:10.1002/sim.3338; Guilbaud (2008),
    doi:10.1002/bimj.200710449.

    Examples
    --------
    >>> def of(value):
    ...     return Estimate(value, value - 1.96, value + 1.96, 1.0, 100, "points", "difference")
    >>> found = simultaneous({"work": of(4.0), "health": of(1.0)})
    >>> found["work"].estimate.excludes_zero, round(found["health"].estimate.low, 2), round(found["health"].adjusted, 2)
    (True, -0.96, 0.32)
    """
    known = {name: one for name, one in estimates.items() if isinstance(one, Estimate)}
    _require(estimates, known, level)
    m, risk = len(estimates), (1 - level) / 2
    up, down = (_one_way(known, sign, m, risk, stepwise=by == "holm") for sign in (1, -1))
    return {
        name: _told(one, up[name], down[name], m, by, level) if isinstance(one, Estimate) else one
        for name, one in estimates.items()
    }


def _stepped(p: Floats) -> Floats:
    """Adjust p-values (m,) step by step, from the smallest on."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted


def _require(estimates: Mapping[str, object], known: Mapping[str, Estimate], level: float) -> None:
    if not estimates or not 0 < level < 1:
        raise MetricError(f"{FAMILY}: there must be an outcome, and the level must lie between 0 and 1.")
    without = [name for name, one in known.items() if not one.se > 0 or not math.isfinite(one.se)]
    if without:
        raise MetricError(f"{FAMILY}: {', '.join(without)} has no standard error. Take a method that gives one.")


def _one_way(
    known: Mapping[str, Estimate], sign: int, m: int, risk: float, *, stepwise: bool
) -> dict[str, tuple[float, float]]:
    """Give (adjusted one-sided p, lower bound) of sign times each estimate, in a family of m."""
    alone = [float(stats.t.sf(sign * one.value / one.se, one.df)) for one in known.values()]
    padded = [*alone, *[1.0] * (m - len(alone))]
    adjusted = _stepped(np.array(padded)) if stepwise else m * np.array(padded)
    proven = adjusted <= risk
    left = m - int(proven.sum()) if stepwise else m

    def bound(one: Estimate, is_proven: bool) -> float:
        if stepwise and is_proven and left:
            return OPEN
        low = sign * one.value - float(stats.t.isf(risk / (left or m), one.df)) * one.se
        return max(low, OPEN) if is_proven else low

    each = zip(known, adjusted, proven, strict=False)
    return {name: (float(p), bound(known[name], bool(is_proven))) for name, p, is_proven in each}


def _told(one: Estimate, up: tuple[float, float], down: tuple[float, float], m: int, by: str, level: float) -> Simultaneous:
    p = 2 * float(stats.t.sf(abs(one.value) / one.se, one.df))
    method = f"{one.method}; {by.capitalize()} over {m} outcomes, simultaneous interval"
    told = replace(one, low=up[1], high=-down[1], level=level, method=method)
    return Simultaneous(told, p, min(1.0, 2 * min(up[0], down[0])))
