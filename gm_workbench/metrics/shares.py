"""Shares of persons, month by month, with intervals that hold for few persons and for none."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_binary, require_columns, require_numbers
from gm_workbench.metrics.estimate import Sides
from gm_workbench.metrics.sides import sides_of


@dataclass(frozen=True, slots=True)
class MonthShare:
    """The share of persons in one month to whom something applies, with its Wilson interval, and with whom they are."""

    month: int
    numerator: int
    n: int
    low: float
    high: float
    sides: Sides | None = None

    @property
    def value(self) -> float:
        return self.numerator / self.n


@as_declared
def monthly_share(
    frame: pd.DataFrame, flag: str, month: str = "month", *, cluster: str | None = None
) -> tuple[MonthShare, ...]:
    r"""Give for each month the share of persons to whom `flag` applies, e.g. work next to benefit, with a Wilson interval.

    .. math:: \hat p_t = \frac{1}{n_t} \sum_i y_{it}, \quad \text{interval as in Wilson's: }
        \frac{\hat p + z^2 / 2n \pm z \sqrt{\hat p (1 - \hat p) / n + z^2 / 4n^2}}{1 + z^2 / n}

    Parameters
    ----------
    frame : one row per person and month under observation
    flag : column of True and False
    month : column with the month index
    cluster : column with the coach or team, where persons are those of some of them: results then say how many these are

    Returns
    -------
    tuple of MonthShare
        In the order of the months; empty when the frame is.

    Raises
    ------
    MetricError
        When a column is missing, the flag has gaps or is not True or False, or the month is not a whole number.

    References
    ----------
    Wilson (1927), JASA 22:209-212.

    Examples
    --------
    >>> import pandas as pd
    >>> monthly_share(pd.DataFrame({"month": [0, 0, 0, 1], "working": [True, False, False, False]}), "working")[0].value
    0.3333333333333333
    """
    require_columns(frame, [flag, month, *([] if cluster is None else [cluster])], "monthly_share")
    if frame[flag].isna().any():
        raise MetricError(f"monthly_share: {flag} must be True or False in every row, but it is missing in some.")
    require_binary(frame, flag, "monthly_share")
    require_numbers(frame, [month], "monthly_share")
    if (frame[month] % 1 != 0).any():
        raise MetricError(f"monthly_share: column {month} must hold whole numbers, but at least one is not.")
    counted = frame[flag].astype(bool).groupby(frame[month].astype(int))
    return tuple(_of_month(int(str(index)), rows, frame, cluster) for index, rows in counted)


def _of_month(month: int, happened: pd.Series[bool], frame: pd.DataFrame, cluster: str | None) -> MonthShare:
    k, n = int(happened.sum()), len(happened)
    sides = None if cluster is None else sides_of([frame.loc[happened.index]], cluster)
    return MonthShare(month, k, n, *wilson(k, n), sides)


@as_declared
def wilson(numerator: int, n: int, level: float = 0.95) -> tuple[float, float]:
    r"""Give the Wilson interval of a share.

    .. math:: \frac{\hat p + z^2 / 2n \pm z \sqrt{\hat p (1 - \hat p) / n + z^2 / 4n^2}}{1 + z^2 / n}

    Parameters
    ----------
    numerator, n : persons to whom it applies, and all persons
    level : of the two-sided interval

    Returns
    -------
    (float, float)
        Lower and upper bound.

    Raises
    ------
    MetricError
        When n is not positive, the numerator does not lie between 0 and n, or the level not between 0 and 1.

    References
    ----------
    Wilson (1927), JASA 22; Newcombe (1998), Statistics in Medicine 17, method 3.

    Examples
    --------
    >>> [round(bound, 4) for bound in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if not 0 <= numerator <= n or n == 0:
        raise MetricError("wilson: the numerator must lie between 0 and n, and n must be positive.")
    if not 0 < level < 1:
        raise MetricError(f"wilson: the level must lie between 0 and 1 but got {level:g}.")
    low, high = proportion_confint(numerator, n, alpha=1 - level, method="wilson")
    return max(0.0, float(low)), min(1.0, float(high))
