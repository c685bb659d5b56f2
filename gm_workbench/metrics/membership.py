"""With whom, and for how long: a person's months with each coach or team, and how many of them were on the other side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_binary, require_filled, require_numbers, two_arms
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, Known, NotEnoughData
from gm_workbench.metrics.sides import beside, sides_of
from gm_workbench.metrics.small_sample import Floats, cr2

WEIGHTS = "multiple-membership weights"
CONTAMINATION = "mean share of months (least squares), CR2 by cluster, t interval on Satterthwaite degrees of freedom"

UNIT = "share of months"

NO_WIDTH = 1e-9
"""A standard error of a share below this is rounding."""

MIN_PERSONS_PER_ARM = 10
"""Persons in each arm below which a share of months says nothing (assumed floor)."""

MIN_CLUSTERS_PER_ARM = 4
"""Teams in each arm below which a comparison of teams says nothing (assumed floor)."""


@as_declared
def weights(months: pd.DataFrame, person: str, group: str) -> pd.DataFrame:
    r"""Give the share of each person's months that each group had (multiple-membership weights).

    .. math:: w_{ik} = \frac{\text{months of } i \text{ with } k}{\text{months of } i \text{ with anybody}}, \qquad
        \sum_k w_{ik} = 1

    Who stayed has one weight of 1. They say who was with whom, not how much each group did for a person: that a month weighs
    the same early and late is a choice. Months without a group are to be left out first, and counted in the ledger.

    Parameters
    ----------
    months : DataFrame
        One row per person and month with a group, no gaps in the columns named.
    person, group : str
        The group is a coach or a team.

    Returns
    -------
    DataFrame
        One row per person and group, sorted: `person`, `group`, ``months`` and ``weight`` (0-1).

    Raises
    ------
    MetricError
        When a column is missing or has gaps.

    References
    ----------
    Browne, Goldstein & Rasbash (2001), doi:10.1177/1471082X0100100202; Hill & Goldstein (1998), doi:10.3102/10769986023002117.

    Examples
    --------
    >>> months = pd.DataFrame({"person": ["p", "p", "p", "q"], "team": ["a", "a", "b", "b"]})
    >>> weights(months, "person", "team")["weight"].round(3).tolist()
    [0.667, 0.333, 1.0]
    """
    require_filled(months, [person, group], WEIGHTS)
    counted = months.groupby([person, group], observed=True).size().rename("months").reset_index()
    whole = counted.groupby(person, observed=True)["months"].transform("sum")
    return counted.assign(weight=counted["months"] / whole)


@as_declared
def exposure_share(months: pd.DataFrame, person: str, exposed: str) -> pd.Series[float]:
    r"""Give each person's dose: the share of months under a coach whose team worked in the new way.

    .. math:: d_i = \frac{1}{T_i} \sum_{t=1}^{T_i} x_{it} = \sum_k w_{ik} \bar x_{ik}

    with :math:`x_{it}` 1 in a month under a team that worked so. The months that count are those with a coach; a person who
    left early has fewer of them, not a lower dose.

    Parameters
    ----------
    months : DataFrame
        One row per person and month with a coach, no gaps in the columns named.
    person, exposed : str
        `exposed` is 0 or 1 (or false, true).

    Returns
    -------
    Series
        0-1, by person.

    Raises
    ------
    MetricError
        When a column is missing or has gaps, or exposure is not 0 or 1.

    References
    ----------
    Carroll e.a. (2007), doi:10.1186/1748-5908-2-40, for dose as a part of fidelity; Browne, Goldstein & Rasbash (2001).

    Examples
    --------
    >>> months = pd.DataFrame({"person": ["p", "p", "p", "q"], "new": [1, 1, 0, 0]})
    >>> exposure_share(months, "person", "new").round(3).to_dict()
    {'p': 0.667, 'q': 0.0}
    """
    require_filled(months, [person], WEIGHTS)
    require_binary(months, exposed, WEIGHTS)
    return months.groupby(person, observed=True)[exposed].mean().astype(float)


@dataclass(frozen=True, slots=True)
class Contamination:
    """How far what was received follows what was assigned; all in shares of months, 0-1.

    Attributes
    ----------
    assigned, others : Estimate
        Mean dose of those assigned to the new way of working, and of the others: the contamination.
    compliance : Estimate
        The first minus the second: 1 when everybody received what was assigned, 0 when assignment made no difference to it.
        All three are `Known` when teams of a side received one and the same: what they received was counted, and then nothing
        of it hangs on which teams there are.
    moved : float
        Share of persons who spent any month on the other side.
    """

    assigned: Known
    others: Known
    compliance: Known
    moved: float


@as_declared
def contamination(frame: pd.DataFrame, assigned: str, dose: str, cluster: str) -> Contamination | NotEnoughData:
    r"""Say how much of the new way of working each side received.

    .. math:: d_{ij} = \alpha + \pi z_j + e_{ij}, \qquad \text{others} = \alpha, \quad \text{assigned} = \alpha + \pi, \quad
        \text{compliance} = \pi

    It counts months and says nothing of what was done in them: fidelity asks for a measure of use. It does not say why people
    moved, nor mend the comparison: `instrument.complier_difference` asks what it makes of it.

    Parameters
    ----------
    frame : DataFrame
        One row per person, no gaps in the columns named.
    assigned, dose, cluster : str
        0 or 1; share of months, 0-1 (`exposure_share`); the team that was assigned.

    Returns
    -------
    Contamination or NotEnoughData
        Intervals by team, cut off at 0 and 1 (compliance at −1 and 1). NotEnoughData below 10 persons or 4 teams in an arm. A
        side on which nobody moved has an interval without width.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when assignment is not 0 or 1.

    References
    ----------
    Torgerson (2001), doi:10.1136/bmj.322.7282.355, on contamination; for the intervals see `small_sample.cr2`.

    Examples
    --------
    >>> rows = pd.DataFrame([(t, i) for t in range(8) for i in range(10)], columns=["team", "i"])
    >>> rows = rows.assign(z=rows["team"] % 2, d=lambda f: f["z"] * 0.5 + f["i"] * f["team"] % 7 / 20)
    >>> found = contamination(rows, "z", "d", "team")
    >>> round(found.assigned.value, 2), round(found.others.value, 2), round(found.compliance.value, 2)
    (0.6, 0.11, 0.5)
    """
    require_numbers(frame, [dose], CONTAMINATION)
    kind = "teams in each group", MIN_CLUSTERS_PER_ARM
    steady = frame.assign(**{"any outcome": np.arange(len(frame))})
    arms = two_arms(steady, ["any outcome", dose], assigned, cluster, CONTAMINATION, persons=MIN_PERSONS_PER_ARM, clusters=kind)
    if isinstance(arms, NotEnoughData):
        return arms
    new, old = (beside(_mean(arm, dose, cluster), sides_of([arm], cluster)) for arm in arms)
    other_side = frame[dose].where(frame[assigned].eq(0), 1 - frame[dose])
    gap = beside(_gap(frame, dose, assigned, cluster), sides_of(arms, cluster))
    return Contamination(new, old, gap, float(other_side.gt(0).mean()))


def _mean(arm: pd.DataFrame, dose: str, cluster: str) -> Estimate:
    return _told(arm, dose, design(arm, []), "const", cluster, 0.0)


def _gap(frame: pd.DataFrame, dose: str, assigned: str, cluster: str) -> Estimate:
    return _told(frame, dose, design(frame, [assigned]), assigned, cluster, -1.0)


def _told(rows: pd.DataFrame, dose: str, x: Mapping[str, Floats], name: str, cluster: str, least: float) -> Estimate:
    """Give a coefficient with its interval cut off; where teams do not differ at all, as when nobody moved, it has no width."""
    fit, groups = cr2(rows[dose], x, rows[cluster], method=CONTAMINATION), int(rows[cluster].nunique())
    at = fit.names.index(name)
    value, variance = float(fit.values[at]), float(fit.covariance[at, at])  # noqa: PD011 — of a fit
    if variance < NO_WIDTH**2:
        return Estimate(value, value, value, 0.0, len(rows), UNIT, CONTAMINATION, groups=groups)
    made = fit.combine({name: 1.0}, UNIT, CONTAMINATION, groups=groups)
    low, high = (float(np.clip(end, least, 1.0)) for end in (made.low, made.high))
    return replace(made, low=min(low, value), high=max(high, value))
