"""Who changed by more than a questionnaire errs? Change of one person, and the shares who improved and got worse."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.shares import wilson

INDEX = "reliable change index (Jacobson & Truax)"
SHARE = "share with reliable change (Jacobson & Truax), Wilson interval"

MIN_PERSONS = 30
"""Persons below which a share says nothing (assumed floor)."""

SURE = float(stats.norm.ppf(0.975))
"""Index from which change is called reliable; error alone brings 1 person in 20 this far, half of them upwards."""


@as_declared
def change_index(before: float, after: float, *, sd: float, reliability: float) -> float:
    r"""Weigh the change of one person against what two measurements of somebody who stays the same differ.

    .. math:: RC = \frac{x_2 - x_1}{S_\text{diff}}, \qquad S_\text{diff} = \sqrt{2}\, s \sqrt{1 - r}

    Parameters
    ----------
    before, after : float
        Scores, in points.
    sd : float
        Spread of the score between persons before, in points.
    reliability : float
        Of the score, at least 0 and below 1.

    Returns
    -------
    float
        Without unit; beyond 1.96 either way the change is called reliable.

    Raises
    ------
    MetricError
        When a score is not finite, the spread is not above 0, or the reliability does not lie from 0 to 1.

    References
    ----------
    Jacobson & Truax (1991), doi:10.1037/0022-006X.59.1.12.

    Examples
    --------
    >>> round(change_index(47.5, 32.5, sd=7.5, reliability=0.88), 2)
    -4.08
    """
    if not math.isfinite(after - before):
        raise MetricError("change_index: both scores must be finite numbers, but at least one is not. Leave such pairs out.")
    return (after - before) / _difference_sd(sd, reliability)


@dataclass(frozen=True, slots=True)
class ReliableChange:
    """Shares of persons whose score rose, stayed or fell by more than it errs.

    Attributes
    ----------
    up, same, down : Estimate
        Shares, as probabilities.
    smallest : float
        Change, in points, that counts as reliable.
    reliability : float
        Of the score, that this rests on.
    """

    up: Estimate
    same: Estimate
    down: Estimate
    smallest: float
    reliability: float


@as_declared
def reliable_change(
    frame: pd.DataFrame,
    before: str,
    after: str,
    *,
    reliability: float | Estimate | NotEnoughData,
    sd: float | None = None,
) -> ReliableChange | NotEnoughData:
    r"""Count persons whose score rose or fell by more than the questionnaire errs.

    .. math:: |x_2 - x_1| > 1.96\, s_1 \sqrt{2 (1 - r_{xx})}

    Without any change in anybody about 2.5 % go up and 2.5 % go down. A rise is no effect: who scores low by chance rises by
    chance (regression to the mean), and this does not take it out.

    Parameters
    ----------
    frame : DataFrame
        One row per person; who lacks either score is left out.
    before, after : str, str
        Columns with scores, in points.
    reliability : float or Estimate
        Of the score, e.g. what `reliability.omega` gives, whose value is taken as known; at least 0 and below 1.
    sd : float, optional
        Spread of the score in the population it is compared with; default: of `before`, in those counted.

    Returns
    -------
    ReliableChange or NotEnoughData
        NotEnoughData below 30 persons with both scores, when scores before do not differ and no `sd` is given, or
        when there was not enough for the reliability.

    Raises
    ------
    MetricError
        When a column is missing or not numeric, the spread is not above 0, or the reliability does not lie from 0 to 1.

    References
    ----------
    Jacobson & Truax (1991), doi:10.1037/0022-006X.59.1.12; Wilson (1927), JASA 22:209-212.

    Examples
    --------
    >>> rows = pd.DataFrame({"first": [40.0, 60.0] * 20, "second": [55.0, 60.0] * 20})
    >>> found = reliable_change(rows, "first", "second", reliability=0.8, sd=10.0)
    >>> found.up.value, found.same.value, round(found.smallest, 1)
    (0.5, 0.5, 12.4)
    """
    require_numbers(frame, [before, after], SHARE, gaps=True)
    if isinstance(reliability, NotEnoughData):
        return reliability
    known = reliability.value if isinstance(reliability, Estimate) else reliability
    both = frame[[before, after]].dropna().astype(float)
    spread = float(both[before].std()) if sd is None else sd
    short = shortage(
        SHARE,
        ("persons with two measurements", len(both), MIN_PERSONS),
        ("different scores", 1 + (sd is not None or spread > 0), 2),
    )
    if short is not None:
        return short
    smallest = SURE * _difference_sd(spread, known)
    change = both[after] - both[before]
    up, down = int((change > smallest).sum()), int((change < -smallest).sum())
    n = len(both)
    return ReliableChange(_share(up, n), _share(n - up - down, n), _share(down, n), smallest, known)


def _difference_sd(sd: float, reliability: float) -> float:
    if not (math.isfinite(sd) and sd > 0 and 0 <= reliability < 1):
        raise MetricError(
            f"{INDEX}: the spread must be above 0 and the reliability from 0 to below 1, but one of them is not. "
            "Take the spread of scores between persons, and an alpha or omega."
        )
    return math.sqrt(2) * sd * math.sqrt(1 - reliability)


def _share(count: int, n: int) -> Estimate:
    low, high = wilson(count, n)
    return Estimate(count / n, min(low, count / n), max(high, count / n), math.nan, n, "probability", SHARE)
