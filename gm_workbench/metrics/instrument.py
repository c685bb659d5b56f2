"""Assigned is not received: what receiving goes with, when assignment is used as a lever (two-stage least squares).

Who receives chooses in part, so those who did differ from those who did not in more than that. Assignment does not depend on
such choices. If it only works through what is received, the difference by assignment, divided by how much more the assigned
received, is the difference that receiving makes in those whom assignment moves. It is an effect only where a lot assigned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage, two_arms
from gm_workbench.metrics.clustered import design, in_one_size
from gm_workbench.metrics.estimate import Estimate, Known, NotEnoughData
from gm_workbench.metrics.sides import beside, sides_of
from gm_workbench.metrics.small_sample import Floats, SmallSampleFit, cr2

TWO_STAGE = "two-stage least squares, CR2 by cluster, t interval on Satterthwaite degrees of freedom"
COMPLIERS = (
    "difference by assignment over difference in what was received (two-stage least squares), CR2 by cluster, Satterthwaite"
)
ASSIGNED = "difference by assignment (least squares), CR2 by cluster, t interval on Satterthwaite degrees of freedom"

MIN_STRENGTH = 10
"""First-stage F below which two-stage least squares leans to plain least squares, and its interval misleads (assumed floor)."""

MIN_PERSONS = 30
"""Persons below which an association says nothing (assumed floor)."""

MIN_PERSONS_PER_ARM = 10
"""Persons in each arm below which a difference says nothing (assumed floor)."""

MIN_CLUSTERS = 8
"""Clusters below which there is too little to judge a first stage by (assumed floor)."""

MIN_CLUSTERS_PER_ARM = 4
"""Teams in each arm below which a comparison of teams says nothing (assumed floor)."""

Shape = Literal["interval", "rays", "line"]


@dataclass(frozen=True, slots=True)
class Region:
    """The values that a test at 5 % does not refuse, which need not be an interval.

    Attributes
    ----------
    shape : {"interval", "rays", "line"}
        Between `low` and `high`; up to `low` and from `high` on, what lies between being refused; or everything: the data say
        nothing. The last two come of an instrument that hardly moves what is received.
    low, high : float
        Infinite where everything is in it.
    df : float
        Degrees of freedom of the test.
    """

    shape: Shape
    low: float
    high: float
    df: float

    def holds(self, value: float) -> bool:
        """Whether a value is not refused.

        >>> Region("interval", 1.0, 2.0, 9.0).holds(0.0), Region("rays", 1.0, 2.0, 9.0).holds(0.0)
        (False, True)
        """
        return value <= self.low or value >= self.high if self.shape == "rays" else self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class TwoStage:
    """A coefficient by way of instruments.

    Attributes
    ----------
    effect : Estimate or NotEnoughData
        In outcome units per unit of treatment; NotEnoughData when `strength` is below 10.
    strength : float
        Effective first-stage F: how much the instruments move the treatment, over what chance would give.
    """

    effect: Estimate | NotEnoughData
    strength: float


@dataclass(frozen=True, slots=True)
class Compliers:
    """What assignment did, how far it was followed, and what that says of receiving.

    Attributes
    ----------
    assigned : Estimate
        Difference in the outcome by assignment (intention to treat): the primary one.
    compliance : Estimate
        Difference in what was received, by assignment, in units of what is received. `Known` when everybody of a side received
        the same, as when all received what was assigned: it was counted, and nothing of it varies.
    effect : Estimate or NotEnoughData
        `assigned` / `compliance`: outcome units per unit received, in those whom assignment moves. NotEnoughData when
        `strength` is below 10.
    region : Region
        The same, by the test of Anderson and Rubin: right also when assignment hardly moves what is received.
    strength : float
        First-stage F; infinite when everybody received what was assigned.
    """

    assigned: Estimate
    compliance: Known
    effect: Estimate | NotEnoughData
    region: Region
    strength: float


@as_declared
def two_stage(
    frame: pd.DataFrame,
    outcome: str,
    treatment: str,
    instruments: Sequence[str],
    covariates: Sequence[str] = (),
    *,
    cluster: str | None = None,
    unit: str = "points",
) -> TwoStage | NotEnoughData:
    r"""Estimate a coefficient of something that was chosen, by way of something that was not (two-stage least squares).

    .. math:: y_i = \beta d_i + \gamma' x_i + e_i, \qquad
        \hat\beta = (\tilde d' P_{\tilde Z} \tilde d)^{-1} \tilde d' P_{\tilde Z} \tilde y

    with tildes for what covariates (and a constant) leave, and :math:`P` the projection on the instruments. Standard errors
    are CR2 by cluster with the fitted treatment in the place of the treatment, and residuals of the treatment itself
    (Pustejovsky and Tipton's extension, as in clubSandwich). The strength is the effective F of Montiel Olea and Pflueger,

    .. math:: F = \frac{\hat\pi' \tilde Z' \tilde Z \hat\pi}{\operatorname{tr}(\hat V_\pi \tilde Z' \tilde Z)}

    which for one instrument is the square of its robust t. Below 10 no coefficient is given: it would lean towards that of
    plain least squares and its interval would miss more often than one time in twenty. For one instrument that assigns, see
    `complier_difference`, whose region holds then too.

    It does not test whether instruments work through the treatment only; nothing in the data can, with one instrument.

    Parameters
    ----------
    frame, outcome, treatment : DataFrame, str, str
        One row per person, no gaps in the columns named; the outcome in `unit`.
    instruments, covariates : sequence of str
        What moves the treatment but has no other way to the outcome; and what enters both stages.
    cluster : str, optional
        The team; default: persons stand alone (HC2).
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    TwoStage or NotEnoughData
        NotEnoughData below 30 persons or 8 clusters, or when outcome or treatment does not vary.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, there is no instrument, or columns repeat each other.

    References
    ----------
    Angrist & Imbens (1995), doi:10.1080/01621459.1995.10476535; Pustejovsky & Tipton (2018),
    doi:10.1080/07350015.2016.1247004; Montiel Olea & Pflueger (2013), doi:10.1080/00401706.2013.806694; for the 10 Staiger &
    Stock (1997), doi:10.2307/2171753.

    Examples
    --------
    >>> rows = pd.DataFrame({"near": [i % 2 for i in range(60)], "zeal": [i // 2 % 3 for i in range(60)]})
    >>> rows = rows.assign(hours=rows["near"] + rows["zeal"])
    >>> rows = rows.assign(wage=2 * rows["hours"] + 5 * rows["zeal"])
    >>> round(two_stage(rows, "wage", "hours", ["near"]).effect.value, 3)
    2.0
    """
    if not instruments:
        raise MetricError(f"{TWO_STAGE}: there must be an instrument. Name at least one column.")
    require_numbers(frame, [outcome, treatment, *instruments, *covariates], TWO_STAGE)
    team = _clusters(frame, cluster)
    short = shortage(
        TWO_STAGE,
        ("persons", len(frame), MIN_PERSONS),
        ("clusters", int(team.nunique()), MIN_CLUSTERS),
        *((f"different values of {name}", int(frame[name].nunique()), 2) for name in (outcome, treatment)),
    )
    if short is not None:
        return short
    first = cr2(frame[treatment], design(frame, [*instruments, *covariates]), team, method=TWO_STAGE)
    strength = _strength(frame, first, instruments, covariates)
    if strength < MIN_STRENGTH:
        return TwoStage(_weak(TWO_STAGE, strength), strength)
    return TwoStage(_second_stage(frame, outcome, treatment, first, covariates, team, unit, TWO_STAGE, cluster), strength)


@as_declared
def complier_difference(
    frame: pd.DataFrame,
    outcome: str,
    received: str,
    assigned: str,
    covariates: Sequence[str] = (),
    *,
    cluster: str | None = None,
    unit: str = "points",
) -> Compliers | NotEnoughData:
    r"""Say what receiving goes with in those whom assignment moves, by way of the assignment.

    .. math:: y_i = \alpha_1 + \delta z_i + \gamma_1' x_i + e_{1i}, \quad
        d_i = \alpha_2 + \pi z_i + \gamma_2' x_i + e_{2i}, \quad \hat\beta = \hat\delta / \hat\pi

    :math:`\delta` is the difference by assignment, :math:`\pi` the compliance. With d of 0 and 1 :math:`\beta` is the
    complier-average causal effect, when a lot assigned, when assignment works through what is received only, and when nobody
    does the opposite of what is assigned. With d a share of months it is a mean over doses, per full dose.

    The region of Anderson and Rubin holds every :math:`\beta_0` at which :math:`y - \beta_0 d` does not differ by assignment:

    .. math:: (\hat\delta - \beta_0 \hat\pi)^2 \le t^2_{.975,\nu}
        \big(V_{\delta\delta} - 2 \beta_0 V_{\delta\pi} + \beta_0^2 V_{\pi\pi}\big)

    V is CR2 by cluster, :math:`\nu` the Satterthwaite degrees of freedom of the assignment, which are the same for every
    :math:`\beta_0`. It says zero is possible exactly when the difference by assignment does.

    It is no comparison of those who received with those who did not (`dose.by_dose` shows that, as sensitivity), and says
    nothing of persons who would have received in any case, or never.

    Parameters
    ----------
    frame, outcome : DataFrame, str
        One row per person, no gaps in the columns named; the outcome in `unit`, one of 0 and 1 in probability.
    received : str
        0 or 1, or a dose between: the share of months.
    assigned : str
        0 or 1.
    covariates : sequence of str
        Known before; in both models.
    cluster : str, optional
        The team that was assigned; default: persons were (HC2).
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Compliers or NotEnoughData
        NotEnoughData below 10 persons or 4 clusters in an arm, or when the outcome does not vary.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when assignment is not 0 or 1; when columns repeat each other.

    References
    ----------
    Angrist, Imbens & Rubin (1996), doi:10.1080/01621459.1996.10476902; Anderson & Rubin (1949), doi:10.1214/aoms/1177730090;
    Andrews, Stock & Sun (2019), doi:10.1146/annurev-economics-080218-025643; for a share Angrist & Imbens (1995).

    Examples
    --------
    Of those assigned half received it, of the others nobody; the difference by assignment is doubled:

    >>> rows = pd.DataFrame([(t, i) for t in range(12) for i in range(20)], columns=["team", "i"])
    >>> rows = rows.assign(z=rows["team"] % 2, got=rows["team"] % 2 * (rows["i"] % 2))
    >>> rows = rows.assign(y=2.0 * rows["got"] + rows["i"] % 5 + rows["team"] % 3)
    >>> found = complier_difference(rows, "y", "got", "z", cluster="team")
    >>> round(found.assigned.value, 3), round(found.compliance.value, 3), round(found.effect.value, 3), found.region.shape
    (1.0, 0.5, 2.0, 'interval')
    """
    named = frame.assign(**{"the cluster": _clusters(frame, cluster)})
    kind = "persons in each group" if cluster is None else "teams in each group", MIN_CLUSTERS_PER_ARM
    numbers = [outcome, received, *covariates]
    arms = two_arms(named, numbers, assigned, "the cluster", COMPLIERS, persons=MIN_PERSONS_PER_ARM, clusters=kind)
    if isinstance(arms, NotEnoughData):
        return arms
    team, x = named["the cluster"], design(frame, [assigned, *covariates])
    y, d = frame[outcome].astype(float), frame[received].astype(float)
    reduced, first, both = (cr2(column, x, team, method=COMPLIERS) for column in (y, d, y + d))
    groups = None if cluster is None else reduced.clusters
    sides = sides_of(arms, cluster, outcome)
    intended = beside(reduced.combine({assigned: 1.0}, unit, ASSIGNED, groups=groups), sides)
    moved = beside(_compliance(first, assigned, intended), replace(sides, events=()))
    shared = (_variance(both, assigned) - intended.se**2 - moved.se**2) / 2
    strength = (moved.value / moved.se) ** 2 if moved.se > 0 else math.inf
    effect: Estimate | NotEnoughData = (
        _second_stage(frame, outcome, received, first, covariates, team, unit, COMPLIERS, cluster)
        if strength >= MIN_STRENGTH
        else _weak(COMPLIERS, strength)
    )
    return Compliers(intended, moved, beside(effect, sides), _region(intended, moved, shared), strength)


def _clusters(frame: pd.DataFrame, cluster: str | None) -> pd.Series[Any]:
    if cluster is None:
        return pd.Series(np.arange(len(frame)), frame.index)
    require_filled(frame, [cluster], TWO_STAGE)
    return frame[cluster]


def _weak(method: str, strength: float) -> NotEnoughData:
    return NotEnoughData(method, "strength of the first stage (F)", int(strength), MIN_STRENGTH)


def _variance(fit: SmallSampleFit, name: str) -> float:
    at = fit.names.index(name)
    return float(fit.covariance[at, at])


def _compliance(first: SmallSampleFit, assigned: str, like: Estimate) -> Estimate:
    """Give the first stage on the degrees of the reduced form, which has the same predictors; its error may be zero."""
    value = float(first.values[first.names.index(assigned)])  # noqa: PD011 — of a fit
    # rounding of a fit that is perfect
    se = math.sqrt(_variance(first, assigned)) if _variance(first, assigned) > (1e-10 * value) ** 2 else 0.0
    half = float(stats.t.ppf(0.975, like.df)) * se
    return replace(like, value=value, low=value - half, high=value + half, se=se, unit="received")


def _strength(frame: pd.DataFrame, first: SmallSampleFit, instruments: Sequence[str], covariates: Sequence[str]) -> float:
    """Give the effective F of the instruments in the first stage."""
    x, _ = in_one_size(np.column_stack(list(design(frame, covariates).values())))
    z = frame[list(instruments)].to_numpy(dtype=float)
    left = z - x @ np.linalg.lstsq(x, z, rcond=None)[0]
    at = [first.names.index(name) for name in instruments]
    pi, square = first.values[at], left.T @ left  # noqa: PD011 — of a fit
    return float(pi @ square @ pi / np.trace(first.covariance[np.ix_(at, at)] @ square))


def _second_stage(
    frame: pd.DataFrame,
    outcome: str,
    treatment: str,
    first: SmallSampleFit,
    covariates: Sequence[str],
    team: pd.Series[Any],
    unit: str,
    method: str,
    cluster: str | None,
) -> Estimate:
    """Fit the outcome on the fitted treatment, with residuals of the treatment itself."""
    fitted = np.column_stack(list(design(frame, first.names[1:]).values())) @ first.values  # noqa: PD011 — of a fit
    x = design(frame, [treatment, *covariates])
    y, stood_in = frame[outcome].to_numpy(dtype=float), {**x, treatment: fitted}
    matrix, size = in_one_size(np.column_stack(list(stood_in.values())))
    beta = np.linalg.lstsq(matrix, y, rcond=None)[0][1] / size[1]
    # what the fitted treatment leaves of the treatment is at right angles to all predictors, so that taking it out of the
    # outcome changes no coefficient, and makes of the residuals those of the treatment itself
    exact = pd.Series(y - beta * (x[treatment] - fitted), frame.index)
    fit = cr2(exact, stood_in, team, method=method)
    return fit.combine({treatment: 1.0}, unit, method, groups=None if cluster is None else fit.clusters)


def _region(intended: Estimate, moved: Estimate, shared: float) -> Region:
    """Solve (delta - b pi)^2 <= t^2 (Vdd - 2 b Vdp + b^2 Vpp) for b."""
    t = float(stats.t.ppf(0.975, intended.df)) ** 2
    square = moved.value**2 - t * moved.se**2
    half = intended.value * moved.value - t * shared
    under = half**2 - square * (intended.value**2 - t * intended.se**2)
    if under < 0 or square == 0:
        return Region("line", -math.inf, math.inf, intended.df)
    ends: Floats = np.sort((half + np.array([-1.0, 1.0]) * math.sqrt(under)) / square)
    return Region("interval" if square > 0 else "rays", float(ends[0]), float(ends[1]), intended.df)
