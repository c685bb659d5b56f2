"""From a difference in a monthly chance to a difference in what has happened after some months."""

from __future__ import annotations

from dataclasses import replace

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.estimate import Estimate

METHOD = "{method}; expressed over {months} months at constant monthly chances"

STEP = 1e-6
"""In monthly chance, for the slope."""


@as_declared
def incidence(chance: float, other: float, months: int) -> float:
    r"""Give the share that has left for one reason after some months, when each month the same chances hold.

    .. math:: F = \frac{h}{h + o} \{1 - (1 - h - o)^{m}\}

    Parameters
    ----------
    chance, other : float
        Monthly chance of leaving for the reason of interest, and for any other; together at most 1.
    months : int
        Months, 0 or more.

    Returns
    -------
    float
        Share, 0-1.

    Raises
    ------
    MetricError
        When chances are negative or add up to more than 1, or months are negative.

    References
    ----------
    The cumulative incidence of Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, §8.2, at constant
    discrete hazards: a geometric series.

    Examples
    --------
    >>> round(incidence(0.01, 0.02, 12), 4), round(incidence(0.1, 0.0, 1), 4)
    (0.1021, 0.1)
    """
    total = chance + other
    if not (min(chance, other, months) >= 0 and total <= 1):
        raise MetricError("incidence: chances and months must be 0 or more, and chances at most 1 together, but they are not.")
    return chance / total * (1 - (1 - total) ** months) if total > 0 else 0.0


@as_declared
def over_months(monthly: Estimate, with_it: float, otherwise: float, months: int) -> Estimate:
    r"""Express a difference in the monthly chance of leaving as a difference in the share that left after some months.

    With :math:`h_1` the chance in months with the new way of working and :math:`\hat\delta` the difference, the chance without
    is :math:`h_1 - \hat\delta`, taken as known. :math:`D(\delta) = F(h_1 - \hat\delta + \delta) - F(h_1 - \hat\delta)` grows
    with :math:`\delta`, so its interval is the image of that of :math:`\delta`; it holds zero exactly when that one does.

    Parameters
    ----------
    monthly : Estimate
        Difference in the monthly chance of leaving for the reason of interest.
    with_it, otherwise : float
        Monthly chances in months with the new way of working: of leaving for that reason, and for any other.
    months : int
        Horizon.

    Returns
    -------
    Estimate
        In probability. The standard error is that of :math:`\delta` times the slope of D at :math:`\hat\delta` (delta method).
        Over 0 months it is 0 without a margin: nobody can have left.

    Raises
    ------
    MetricError
        When chances are impossible.

    References
    ----------
    The chance over months is the sum of a geometric series (`incidence`); its error by the delta method, Casella & Berger
    (2002), Statistical Inference, § 5.5.4.

    Examples
    --------
    >>> found = over_months(Estimate(0.002, 0.0, 0.004, 0.001, 900, "probability", "m"), 0.012, 0.02, 12)
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.0191, 0.0, 0.0378)
    """
    incidence(with_it, otherwise, months)  # refuses what cannot be, before it is cut off to what can
    without = min(max(with_it - monthly.value, 0.0), 1 - otherwise)

    def possible(difference: float) -> float:
        return min(max(without + difference, 0.0), 1 - otherwise)

    low, value, high, up, down = (
        incidence(possible(difference), otherwise, months) - incidence(without, otherwise, months)
        for difference in (monthly.low, monthly.value, monthly.high, monthly.value + STEP, monthly.value - STEP)
    )
    # at the edge of what is possible the step is to one side only
    slope = (up - down) / (possible(monthly.value + STEP) - possible(monthly.value - STEP) or 1.0)
    method = METHOD.format(method=monthly.method, months=months)
    return replace(monthly, value=value, low=low, high=high, se=monthly.se * slope, method=method)
