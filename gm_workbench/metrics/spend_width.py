"""How sure a difference in spend is: no surer than the persons with spend in the smaller group allow.

Spend is skewed and most persons have none. Where few of a group have any, the bootstrap draws the same few again and again, its
percentile interval is too narrow, and always on the same side: the group with few seems to get less.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from gm_workbench.metrics.estimate import Estimate, NotEnoughData

Floats = NDArray[np.float64]

WITH_SPEND = "persons with any spend in each group"
MIN_WITH_SPEND = 40
"""Persons with spend in each group below which no difference is told (measured, see `equity.spend_difference`)."""


def fewest_with_spend(amounts: Iterable[Floats]) -> int:
    """Count the persons with any spend in the group with fewest; amounts are by person, of each group.

    >>> fewest_with_spend([np.array([0.0, 5.0, 2.0]), np.array([0.0, 0.0, 3.0])])
    1
    """
    return min(int(np.count_nonzero(amount)) for amount in amounts)


def short_of_spend(method: str, fewest: int, needed: int = MIN_WITH_SPEND) -> NotEnoughData | None:
    """Say so when a group has fewer persons with spend than are needed.

    >>> short_of_spend("example", 39).needed, short_of_spend("example", 40)
    (40, None)
    """
    return NotEnoughData(method, WITH_SPEND, fewest, needed) if fewest < needed else None


def no_narrower(found: Estimate, fewest: int) -> Estimate:
    r"""Widen a percentile interval on each side to that of Student's t where that is wider.

    .. math:: \min\{\hat\theta^*_{(.025)},\ \hat\theta - t\,\widehat{se}\} \le \theta \le
        \max\{\hat\theta^*_{(.975)},\ \hat\theta + t\,\widehat{se}\}, \qquad t = t_{.975,\ m - 1}

    with m the persons with spend in the group with `fewest` (two at least), and the standard error that of the draws.

    >>> wide = no_narrower(Estimate(1.0, 0.0, 9.0, 1.0, 40, "euro", "example"), 16)
    >>> round(wide.low, 4), wide.high
    (-1.1314, 9.0)
    """
    aside = float(stdtrit(max(fewest - 1, 1), 0.975)) * found.se
    return replace(found, low=min(found.low, found.value - aside), high=max(found.high, found.value + aside))
