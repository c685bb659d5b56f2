"""Who leaves sooner, and who leaves at all: two hazard ratios for one exit with competing reasons, side by side.

Times are months; a person is at risk from just after `entry` (0 unless it is given) up to and including `time`. An event is 0
for still there when we stopped looking, 1, 2, ... for the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.hazard_rows import ENDLESS, Rows, checked_rows, errors_of, estimates, exponentiated
from gm_workbench.metrics.partial import Floats, Maximum, RiskSets, Ties, expected_events, maximum, risk_sets, score_parts
from gm_workbench.metrics.subdistribution import weighed_sets, weight_parts

CAUSE_SPECIFIC = "cause-specific hazards (Cox), robust errors"
SUBDISTRIBUTION = "subdistribution hazards (Fine and Gray), robust errors"

RATE_ANSWERS = "At what rate do people leave for this reason, among those who are still there?"
SHARE_ANSWERS = "In which group has a larger share left for this reason in the end? Not: at what rate, nor how large the share."

LOG_UNIT = "log hazard ratio"
RATIO_UNIT = "hazard ratio"


@dataclass(frozen=True, slots=True)
class Hazards:
    """Hazard ratios for one reason of exit.

    Attributes
    ----------
    log : mapping of str to Estimate
        Log hazard ratio by covariate, per unit of the covariate; zero is no difference.
    answers : str
        The question that these ratios answer.
    events : int
        Exits for the reason.
    """

    log: Mapping[str, Estimate]
    answers: str
    events: int

    def ratio(self, name: str) -> Estimate:
        """Give the hazard ratio of a covariate: 1 is no difference; its standard error is by the delta method."""
        return exponentiated(self.log[name], RATIO_UNIT)


@as_declared
def cause_specific(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    *,
    time: str = "time",
    event: str = "event",
    cause: int = 1,
    entry: str | None = None,
    person: str | None = None,
    cluster: str | None = None,
    ties: Ties = "efron",
) -> Hazards | NotEnoughData:
    r"""Estimate how covariates go with the rate of leaving for one reason, among those who are still there.

    .. math:: h_j(t \mid z) = h_{j0}(t) \exp(\beta_j' z)

    Who leaves for another reason is no longer at risk, as if the watching had stopped. The ratios say what goes with the rate;
    they do not say who has left more often in the end, for that hangs on the rates of the other reasons as well
    (`subdistribution`). Rows of one person, covariates that change, and late entry are allowed: a row per stretch of time.

    Parameters
    ----------
    frame : one row per person, or per stretch of a person's time; no gaps in the columns named
    covariates : numeric, per row; ratios are per unit
    time, event : months at the end of the stretch, and what happened then: 0 nothing, 1, 2, ... the reason
    cause : the reason of interest
    entry : column with months at which the row comes under observation (left truncation), below `time`; default 0
    person : column that tells persons apart, when they have several rows
    cluster : column with the coach or team; errors then allow for likeness within it. Default: the person.
    ties : Efron's way with exits in the same month, or Breslow's, which pulls ratios towards 1

    Returns
    -------
    Hazards
        With a normal interval; or with clusters CR2 errors and a t interval on Satterthwaite's degrees of freedom
        (`score_errors`), which count how many clusters tell of a covariate. NotEnoughData below 10 exits for each covariate,
        below 10 clusters, below 5 on a side of a column of yes and no that is one for all of a cluster, where few clusters tell
        all of a covariate in another way, or when all exits are on one side of a covariate (the ratio is endless).

    Raises
    ------
    MetricError
        When a column is missing, not numeric or has gaps; when a row ends before it begins, stretches of a person overlap, or
        covariates repeat each other.

    References
    ----------
    Prentice et al. (1978), Biometrics 34, doi:10.2307/2530374. Lin & Wei (1989), JASA 84, doi:10.1080/01621459.1989.10478874.
    Efron (1977), JASA 72, doi:10.1080/01621459.1977.10480613.

    Examples
    --------
    >>> frame = pd.DataFrame({"time": [1 + i % 9 for i in range(90)], "event": [i % 3 for i in range(90)]})
    >>> fit = cause_specific(frame.assign(group=[i // 5 % 2 for i in range(90)]), ["group"])
    >>> fit.events, fit.ratio("group").unit
    (30, 'hazard ratio')
    """
    rows = checked_rows(
        frame,
        covariates,
        CAUSE_SPECIFIC,
        time=time,
        event=event,
        cause=cause,
        entry=entry,
        person=person,
        cluster=cluster,
    )
    if isinstance(rows, NotEnoughData):
        return rows
    sets = risk_sets(rows.end, rows.event == cause, rows.begin, ties)
    found = maximum(rows.z, sets)
    if found is None:
        return NotEnoughData(CAUSE_SPECIFIC, ENDLESS, 0, 1)
    parts = score_parts(rows.z, found.values, sets)
    return _hazards(covariates, rows, found, parts, sets, cause, CAUSE_SPECIFIC, RATE_ANSWERS)


@as_declared
def subdistribution(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    *,
    time: str = "time",
    event: str = "event",
    cause: int = 1,
    cluster: str | None = None,
    ties: Ties = "efron",
) -> Hazards | NotEnoughData:
    r"""Estimate how covariates go with the share that has left for one reason, when other reasons can come first.

    .. math:: F_j(t \mid z) = 1 - \exp\{-\Lambda_{j0}(t)\, e^{\gamma_j' z}\}

    Who left for another reason stays among those at risk, with weight :math:`\hat G(t^-)/\hat G(T_i^-)`, G the chance of still
    being watched (estimated for everybody together; who is lost in a month is lost after that month's exits, and `ties` says
    who could have been). A ratio above 1 means a larger share in the end; its size is neither a ratio of shares nor one of
    rates. Errors include that of the weights; with clusters the parts of a cluster are added up before they are squared.

    Parameters
    ----------
    frame : one row per person, watched from month 0; late entry and covariates that change have no place in this model
    covariates, time, event, cause, cluster : as in `cause_specific`
    ties : as there. With ``"efron"`` who leaves in a month cannot be lost in it any more, and ratios are those of R's
        ``survival::finegray`` with ``coxph``; with ``"breslow"`` she counts among those who could have been lost in it, and
        ratios and errors are those of ``cmprsk::crr``, nearer to 1 where much is tied. Without ties both are one.

    Returns
    -------
    Hazards or NotEnoughData
        As in `cause_specific`.

    Raises
    ------
    MetricError
        As in `cause_specific`.

    References
    ----------
    Fine & Gray (1999), JASA 94, doi:10.1080/01621459.1999.10474144. Zhou, Fine, Latouche & Labopin (2012), Biostatistics
    13:371-383 (clusters).

    Examples
    --------
    >>> frame = pd.DataFrame({"time": [1 + i % 9 for i in range(90)], "event": [i % 3 for i in range(90)]})
    >>> fit = subdistribution(frame.assign(group=[i // 5 % 2 for i in range(90)]), ["group"])
    >>> fit.answers[:26]
    'In which group has a large'
    """
    rows = checked_rows(frame, covariates, SUBDISTRIBUTION, time=time, event=event, cause=cause, cluster=cluster)
    if isinstance(rows, NotEnoughData):
        return rows
    sets = weighed_sets(rows.end, rows.event, cause, ties)
    found = maximum(rows.z, sets)
    if found is None:
        return NotEnoughData(SUBDISTRIBUTION, ENDLESS, 0, 1)
    of_weights = weight_parts(rows.z, found.values, sets, rows.end, rows.event, ties)
    parts = score_parts(rows.z, found.values, sets) + of_weights
    return _hazards(covariates, rows, found, parts, sets, cause, SUBDISTRIBUTION, SHARE_ANSWERS)


def _hazards(
    covariates: Sequence[str], rows: Rows, found: Maximum, parts: Floats, sets: RiskSets, cause: int, method: str, answers: str
) -> Hazards | NotEnoughData:
    expected = expected_events(rows.z, found.values, sets)
    errors = errors_of(parts, found.information, expected, (rows.event == cause).astype(float), rows, method)
    if isinstance(errors, NotEnoughData):
        return errors
    return Hazards(estimates(covariates, found.values, errors, rows, LOG_UNIT, method), answers, found.events)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both ratios for each reason: of rates among those still there, and of what happens to shares in the end."""

    cause_specific: Mapping[int, Hazards | NotEnoughData]
    subdistribution: Mapping[int, Hazards | NotEnoughData]


@as_declared
def side_by_side(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    causes: Sequence[int],
    *,
    time: str = "time",
    event: str = "event",
    cluster: str | None = None,
) -> SideBySide:
    r"""Fit both models for each reason; neither stands in for the other, and they can point in opposite directions.

    .. math:: \lambda_j(t \mid x) = \lambda_{j0}(t)\, e^{\beta_j' x}, \qquad 1 - F_j(t \mid x) = (1 -
        F_{j0}(t))^{\exp(\gamma_j' x)}

    Parameters
    ----------
    frame, covariates, time, event, cluster : as in `subdistribution`
    causes : all reasons, so that a reader sees by which one a share grows or shrinks

    Returns
    -------
    SideBySide
        By reason, Hazards or NotEnoughData.

    Raises
    ------
    MetricError
        As in `cause_specific`.

    References
    ----------
    Latouche, Allignol, Beyersmann, Labopin & Fine (2013), J Clin Epidemiol 66, doi:10.1016/j.jclinepi.2012.09.017: report both.

    Examples
    --------
    >>> frame = pd.DataFrame({"time": [1 + i % 9 for i in range(90)], "event": [i % 3 for i in range(90)]})
    >>> both = side_by_side(frame.assign(group=[i // 5 % 2 for i in range(90)]), ["group"], [1, 2])
    >>> sorted(both.cause_specific), both.subdistribution[2].events
    ([1, 2], 30)
    """
    at, why, who = time, event, cluster
    rates = {one: cause_specific(frame, covariates, time=at, event=why, cause=one, cluster=who) for one in causes}
    shares = {one: subdistribution(frame, covariates, time=at, event=why, cause=one, cluster=who) for one in causes}
    return SideBySide(MappingProxyType(rates), MappingProxyType(shares))
