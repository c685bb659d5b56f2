"""The knobs of the behavioural model: room left in each, what moves with intention, and when intention becomes behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, require_one_of, shortage
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sided_errors import few_on_a_side
from gm_workbench.metrics.small_sample import SmallSampleFit, cr2

ROOM = "mean share of the scale left, CR1 by person, t interval on persons − 1"
LINK = "within-person regression (person-demeaned OLS), standardised within persons, CR1 by person"
MODERATION = "regression with interactions (OLS)"
WITH = {
    "CR1": "CR1 by {by}, t interval on {by}s − 1",
    "CR2": "CR2 by {by}, t interval on Satterthwaite degrees of freedom",
}

MIN_PERSONS = 30
"""Persons below which an association says nothing (assumed floor)."""

MIN_CLUSTERS = 10
"""Coaches below which their spread says nothing (assumed floor)."""

SCALES = ("ATT", "NRM", "SEF", "SKL", "ENV")
BARRIERS = ("ENV",)


@dataclass(frozen=True, slots=True)
class Knob:
    """A determinant: `room` is the share (0-1) of the scale still to gain, `link` how it moves with intention in a person."""

    name: str
    room: Estimate | NotEnoughData
    link: Estimate | NotEnoughData
    n: int


@as_declared
def knobs(
    frame: pd.DataFrame,
    *,
    intention: str = "INT",
    scales: Sequence[str] = SCALES,
    barriers: Sequence[str] = BARRIERS,
    person: str = "person",
) -> tuple[Knob, ...]:
    r"""Put each determinant on a map: how much room there is, and how it moves with the intention of the same person.

    .. math:: \text{room} = \overline{(100 - x)/100}, \qquad
        (y_{it} - \bar y_i) = \beta (x_{it} - \bar x_i) + e_{it}, \quad \text{link} = \beta\, s_{x,w} / s_{y,w}

    Barriers are turned first (x = 100 − score), so that room is the barriers still to take away and the link is that of
    *fewer* barriers. Fixed differences between persons play no part in the link; what changes with both at the same time
    still does. One determinant at a time; the within-person spreads :math:`s_w` are taken as known.

    Parameters
    ----------
    frame : DataFrame
        One row per person and wave, scores of 0-100; rows without the scale at hand (or the intention) are left out.
    intention : str
        Score of the intention.
    scales : sequence of str
        Scores to put on the map; `barriers` names those for which higher is worse.
    barriers : collection of str
        Scales for which higher is worse.
    person : str
        Column that tells persons apart.

    Returns
    -------
    tuple of Knob
        In the order of `scales`. Room is NotEnoughData below 30 persons; the link below 30 persons with two waves, or when
        nobody changes.

    Raises
    ------
    MetricError
        When a column is missing or not numeric, or a person is missing.

    References
    ----------
    Allison (2009), Fixed Effects Regression Models, ch. 2; Liang & Zeger (1986), doi:10.1093/biomet/73.1.13.

    Examples
    --------
    >>> rows = pd.DataFrame({"person": [i // 2 for i in range(80)], "SEF": [50 + 10 * (i % 2) + i // 20 for i in range(80)]})
    >>> knob = knobs(rows.assign(INT=rows["SEF"] * 0.5 + rows["person"] + rows.index % 3), scales=["SEF"])[0]
    >>> round(knob.room.value, 3), round(knob.link.value, 2), knob.n
    (0.435, 0.96, 40)
    """
    require_numbers(frame, [intention, *scales], LINK, gaps=True)
    require_filled(frame, [person], LINK)
    turned = frame.assign(**{name: 100 - frame[name] for name in barriers if name in scales})
    return tuple(
        Knob(name, _room(turned, name, person), _link(turned, intention, name, person), _persons(turned, name, person))
        for name in scales
    )


def _persons(frame: pd.DataFrame, name: str, person: str) -> int:
    return int(frame.loc[frame[name].notna(), person].nunique())


def _room(frame: pd.DataFrame, name: str, person: str) -> Estimate | NotEnoughData:
    rows = frame.dropna(subset=[name])
    persons = _persons(rows, name, person)
    short = shortage(ROOM, ("persons", persons, MIN_PERSONS))
    if short is not None:
        return short
    fit = least_squares((100 - rows[name]) / 100, design(rows, []), rows[person], persons=persons, method=ROOM)
    return fit.combine({"const": 1.0}, "share", ROOM)


def _link(frame: pd.DataFrame, intention: str, name: str, person: str) -> Estimate | NotEnoughData:
    rows = frame.dropna(subset=[name, intention])
    rows = rows.loc[rows.groupby(person)[name].transform("size") > 1, [person, name, intention]]
    centred = rows[[name, intention]].astype(float) - rows.groupby(person)[[name, intention]].transform("mean")
    persons, spread = int(rows[person].nunique()), centred.std()
    short = shortage(
        LINK,
        ("persons with two measurements", persons, MIN_PERSONS),
        ("persons who change", int(min(spread.fillna(0)) > 1e-9), 1),
    )
    if short is not None:
        return short
    x = {name: centred[name].to_numpy(dtype=float)}
    fit = least_squares(centred[intention], x, rows[person], persons=persons, method=LINK)
    return fit.combine({name: float(spread[name] / spread[intention])}, "standard deviations", LINK)


@dataclass(frozen=True, slots=True)
class SimpleSlope:
    """The slope of the predictor where a moderator stands `sds` standard deviations from its mean, the others at their mean."""

    moderator: str
    sds: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Interaction:
    """By how much the slope of the predictor changes when a moderator is one standard deviation (`sd` points) higher."""

    moderator: str
    sd: float
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Moderation:
    """A slope that depends on other scores; every estimate is about `per` points of the predictor."""

    interactions: tuple[Interaction, ...]
    slopes: tuple[SimpleSlope, ...]
    per: float


@as_declared
def moderation(
    frame: pd.DataFrame,
    outcome: str = "BEH",
    predictor: str = "INT",
    moderators: Sequence[str] = ("SKL", "ENV"),
    *,
    covariates: Sequence[str] = (),
    person: str = "person",
    cluster: str | None = None,
    errors: Literal["CR2", "CR1"] = "CR2",
    per: float = 1.0,
    unit: str = "points",
) -> Moderation | NotEnoughData:
    r"""Ask whether the step from intention to behaviour depends on skills and on barriers.

    .. math:: y = \alpha + \beta x + \sum_m (\gamma_m z_m + \delta_m x z_m) + e, \qquad
        \text{slope at } z_m = \beta + \delta_m z_m

    with every moderator :math:`z_m` centred at its mean and measured in its own standard deviations. A pooled regression over
    persons and waves: it mixes differences between persons with changes within them, and only its intervals allow for the
    repetition (by person, or by coach). Errors are CR2, whose degrees of freedom count the few persons, or coaches, on one
    side of a yes or no, or far out on a scale.

    Parameters
    ----------
    frame : DataFrame
        One row per person (and wave), scores of 0-100; rows with a gap are left out.
    outcome, predictor, moderators : str, str, sequence of str
        E.g. behaviour, intention, and skills and barriers.
    covariates : sequence of str
        Enter as they are.
    per : float
        Step in the predictor that slopes are about, e.g. 10 points.
    person : str
        Column that tells persons apart.
    cluster : str, optional
        What rows may be alike by, e.g. the coach; default: the person.
    errors : {"CR2", "CR1"}
        CR2: bias-reduced, with Satterthwaite degrees of freedom (by person with one row each that is HC2). CR1, to compare with
        what others published (with one row a person HC1): t on clusters − 1, which misses too often where few tell of a slope.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Moderation or NotEnoughData
        Estimates in `unit` per `per` points of the predictor. NotEnoughData below 30 persons, when a score does not vary, or
        with CR2 where few persons or clusters tell of a slope (below three degrees of freedom); with a cluster also below 10 of
        them, and below 5 on a side of a score of two values that is one for all of a cluster.

    Raises
    ------
    MetricError
        When a column is missing or not numeric, scores repeat each other, or errors are unknown.

    References
    ----------
    Aiken & West (1991), Multiple Regression: Testing and Interpreting Interactions, ch. 2; for few persons
    or clusters Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> rows = pd.DataFrame([(p, p % 7, p % 5) for p in range(35)], columns=["person", "INT", "SKL"]).astype(float)
    >>> rows = rows.assign(BEH=rows["INT"] * (1 + rows["SKL"]) + rows["person"] % 2 / 10)
    >>> found = moderation(rows, moderators=["SKL"])
    >>> [round(slope.estimate.value, 1) for slope in found.slopes]
    [1.6, 3.0, 4.4]
    """
    columns = [outcome, predictor, *moderators, *covariates]
    require_numbers(frame, columns, MODERATION, gaps=True)
    require_filled(frame, dict.fromkeys([person, cluster or person]), MODERATION)
    require_one_of(MODERATION, "errors", errors, WITH)
    rows = frame.dropna(subset=columns)
    short = _too_little(rows, outcome, [predictor, *moderators], person, cluster)
    if short is not None:
        return short
    sds = {name: float(rows[name].std()) for name in moderators}
    scaled = rows.assign(**{name: (rows[name] - rows[name].mean()) / sds[name] for name in moderators})
    products = scaled.assign(**{_by(name): scaled[predictor] * scaled[name] for name in moderators})
    x = design(products, [predictor, *moderators, *(_by(name) for name in moderators), *covariates])
    by, persons = products[cluster or person], int(rows[person].nunique())
    fit = (cr2 if errors == "CR2" else least_squares)(products[outcome], x, by, persons=persons, method=MODERATION)
    places = [(name, at) for name in moderators for at in (-1, 0, 1)]
    told = [*({_by(name): per} for name in moderators), *(_at(predictor, name, at, per) for name, at in places)]
    each = "persons" if cluster is None else "clusters"
    short = fit.unjudged(*told, method=MODERATION, each=each) if isinstance(fit, SmallSampleFit) else None
    if short is not None:
        return short
    method = f"{MODERATION}, {WITH[errors].format(by=each[:-1])}"
    found = [fit.combine(weights, unit, method, groups=fit.clusters if cluster else None) for weights in told]
    interactions = tuple(Interaction(name, sds[name], one) for name, one in zip(moderators, found, strict=False))
    slopes = (SimpleSlope(*place, one) for place, one in zip(places, found[len(interactions) :], strict=True))
    return Moderation(interactions, tuple(slopes), per)


def _too_little(
    rows: pd.DataFrame, outcome: str, scores: Sequence[str], person: str, cluster: str | None
) -> NotEnoughData | None:
    least = min((rows[name].nunique() for name in (outcome, *scores)), default=0)
    clusters = MIN_CLUSTERS if cluster is None else int(rows[cluster].nunique())
    persons = ("persons", int(rows[person].nunique()), MIN_PERSONS)
    short = shortage(MODERATION, persons, ("clusters", clusters, MIN_CLUSTERS), ("different scores", least, 2))
    return short or few_on_a_side(rows, scores, cluster, MODERATION)


def _by(moderator: str) -> str:
    return f"by {moderator}"


def _at(predictor: str, moderator: str, at: int, per: float) -> dict[str, float]:
    return {predictor: per, _by(moderator): at * per}
