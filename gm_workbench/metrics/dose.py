"""Who was assigned and who received: the difference by assignment first, and how sensitive it is to who moved.

The primary answer is about assignment: nobody chose it. Whoever changed coach or team afterwards differs from those who did
not, in ways that no covariate need hold; the other rows are sensitivity and carry that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_numbers, two_arms
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, Known, NotEnoughData
from gm_workbench.metrics.instrument import (
    MIN_CLUSTERS_PER_ARM,
    MIN_PERSONS_PER_ARM,
    Compliers,
    complier_difference,
)
from gm_workbench.metrics.sides import beside, sides_of
from gm_workbench.metrics.small_sample import cr2

RECEIVED = "difference by what was received (least squares), CR2 by cluster, Satterthwaite; sensitivity"
STAYED = "difference by assignment among who did not move (least squares), CR2 by cluster, Satterthwaite; sensitivity"
FIRST = "difference by the first coach's share of months (least squares), CR2 by cluster, Satterthwaite; sensitivity"
DILUTED = "1 over compliance, interval of the compliance turned over"


@dataclass(frozen=True, slots=True)
class Doses:
    """A difference in several ways; the first is the primary one, the others are sensitivity.

    Attributes
    ----------
    by_assignment : Compliers
        ``assigned`` is the primary difference; with it the compliance, and the difference per full dose in those whom
        assignment moves.
    by_dose : Estimate or NotEnoughData
        Per full dose, by the dose that was received: as treated.
    by_first_coach : Estimate or NotEnoughData or None
        Per full share of months that the first coach worked in the new way; None when it was not asked for.
    stayed : Estimate or NotEnoughData
        By assignment, without those who spent a month on the other side.
    dilution : Estimate or NotEnoughData
        By what factor moving can have made the difference smaller, 1 or more: 1 / compliance, and `Known` where that is.
    """

    by_assignment: Compliers
    by_dose: Estimate | NotEnoughData
    by_first_coach: Estimate | NotEnoughData | None
    stayed: Estimate | NotEnoughData
    dilution: Known | NotEnoughData


@as_declared
def doses(
    frame: pd.DataFrame,
    outcome: str,
    assigned: str,
    dose: str,
    covariates: Sequence[str] = (),
    *,
    cluster: str = "team",
    first_coach: str | None = None,
    unit: str = "points",
) -> Doses | NotEnoughData:
    r"""Compare by assignment, by the dose received, by the first coach and among those who stayed, side by side.

    .. math:: \text{dilution} = \frac{1}{\hat\pi}, \qquad \hat\delta \cdot \frac{1}{\hat\pi} = \hat\beta

    with :math:`\hat\delta` the difference by assignment, :math:`\hat\pi` the compliance and :math:`\hat\beta` the difference
    per full dose, see `instrument.complier_difference`. If every month on the other side counts as much as one on the own side,
    and assignment works through those months only, moving has made the difference smaller by at most that factor. The region
    of `by_assignment` says how large the undiluted difference may be.

    With five teams against forty, and a fifth of the persons moved by chance, none of the four saw more than 27 in 600 draws
    without a difference; where one of the five had half of their persons the difference by dose saw 29 in 400, the others at
    most 21.

    The difference by dose and that among those who stayed compare persons who chose, or whose coaches did; they may be larger
    or smaller than what receiving does, in either direction. Show them as sensitivity, and never in the place of the first.

    Parameters
    ----------
    frame, outcome : DataFrame, str
        One row per person, no gaps in the columns named; the outcome in `unit`, one of 0 and 1 in probability.
    assigned, dose : str
        0 or 1, of the team at the start; and the share of months with a coach of a team that worked in the new way, 0-1
        (`membership.exposure_share`).
    covariates : sequence of str
        Known before; in every comparison.
    cluster : str
        The team at the start.
    first_coach : str, optional
        Share of months, 0-1, in which the first coach worked in the new way, wherever that coach went.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Doses or NotEnoughData
        NotEnoughData below 10 persons or 4 teams in an arm, or when the outcome does not vary. Parts are NotEnoughData for the
        same reasons among those who stayed; the dilution when the first-stage F is below 10 or the compliance may be zero.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when assignment is not 0 or 1, or a dose not between 0 and 1.

    References
    ----------
    Angrist, Imbens & Rubin (1996), doi:10.1080/01621459.1996.10476902; Hernán & Robins (2017), doi:10.1056/NEJMsm1605385, on
    as-treated and per-protocol comparisons.

    Examples
    --------
    >>> rows = pd.DataFrame([(t, i) for t in range(12) for i in range(20)], columns=["team", "i"])
    >>> rows = rows.assign(z=rows["team"] % 2, d=lambda f: f["z"] * (1 - f["i"] % 4 / 4) + (1 - f["z"]) * (f["i"] == 7) / 2)
    >>> found = doses(rows.assign(y=rows["d"] + rows["i"] * rows["team"] % 7), "y", "z", "d")
    >>> round(found.by_assignment.compliance.value, 2), round(found.dilution.value, 2), found.stayed.n
    (0.6, 1.67, 144)
    """
    shares = [dose, *([first_coach] if first_coach else [])]
    require_numbers(frame, [outcome, *shares, *covariates], RECEIVED)
    for name in shares:
        if not frame[name].between(0, 1).all():
            raise MetricError(f"{RECEIVED}: column {name} must lie between 0 and 1: a share of months.")
    found = complier_difference(frame, outcome, dose, assigned, covariates, cluster=cluster, unit=unit)
    if isinstance(found, NotEnoughData):
        return found
    stayed = frame.loc[frame[dose].eq(frame[assigned])]
    return Doses(
        found,
        _of_all(found, _slope(frame, outcome, dose, covariates, cluster, unit, RECEIVED)),
        _of_all(found, _slope(frame, outcome, first_coach, covariates, cluster, unit, FIRST)) if first_coach else None,
        _among(stayed, outcome, assigned, covariates, cluster, unit),
        _dilution(found),
    )


def _of_all(found: Compliers, slope: Estimate | NotEnoughData) -> Estimate | NotEnoughData:
    """Put with a slope over shares of months who was assigned to what: most shares are all or nothing."""
    return beside(slope, found.assigned.sides)


def _among(
    stayed: pd.DataFrame, outcome: str, assigned: str, covariates: Sequence[str], cluster: str, unit: str
) -> Estimate | NotEnoughData:
    kind = "teams in each group", MIN_CLUSTERS_PER_ARM
    arms = two_arms(stayed, [outcome], assigned, cluster, STAYED, persons=MIN_PERSONS_PER_ARM, clusters=kind)
    if isinstance(arms, NotEnoughData):
        return arms
    return beside(_slope(stayed, outcome, assigned, covariates, cluster, unit, STAYED), sides_of(arms, cluster, outcome))


def _slope(
    rows: pd.DataFrame, outcome: str, name: str, covariates: Sequence[str], cluster: str, unit: str, method: str
) -> Estimate | NotEnoughData:
    if rows[name].nunique() < 2:
        return NotEnoughData(method, f"different values of {name}", 1, 2)
    # what all who are left have in common cannot be allowed for
    used = [covariate for covariate in covariates if rows[covariate].ne(rows[covariate].iloc[0]).any()]
    fit = cr2(rows[outcome], design(rows, [name, *used]), rows[cluster], method=method)
    return fit.combine({name: 1.0}, unit, method, groups=fit.clusters)


def _dilution(found: Compliers) -> Estimate | NotEnoughData:
    moved = found.compliance
    if isinstance(found.effect, NotEnoughData) or moved.low <= 0:
        return NotEnoughData(DILUTED, "persons who followed the assignment", 0, 1)
    se = moved.se / moved.value**2
    # covariates may push a compliance a little over 1, but nothing is diluted by less than nothing
    value, low, high = (max(1.0, 1 / of) for of in (moved.value, moved.high, moved.low))
    return replace(moved, value=value, low=low, high=high, se=se, unit="times", method=DILUTED)
