"""Moderation within persons and between persons apart.

Is it the mother whose skills grow, or the mothers who have many of them? The room `moderation` mixes the two. They may differ
in size and in sign, and only what happens within persons is free of their fixed differences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, require_one_of, shortage
from gm_workbench.metrics.clustered import Fit, design, least_squares
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.small_sample import SmallSampleFit, cr2

WITHIN = "moderation within persons (person-demeaned OLS, product demeaned again)"
BETWEEN = "moderation between persons (OLS on person means)"

Errors = Literal["CR2", "CR1"]

ERRORS = get_args(Errors)

Fitter = Callable[..., Fit | SmallSampleFit]

MIN_PERSONS = 30
"""Persons below which an association says nothing (assumed floor)."""

TINY = 1e-9
"""Below this a score is taken not to change."""

WAVES = 3
"""Two waves cannot tell: a product of two deviations is the same at both, and falls away with the person."""


@dataclass(frozen=True, slots=True)
class Levels:
    """By how much the step from predictor to outcome changes when a moderator is `sd` points higher, at each level.

    Attributes
    ----------
    moderator : str
    within : Estimate
        When the same person has more of it than she usually has: change of the step within the person.
    across : Estimate
        For a person who has more of it in general: change of the step *within* such a person (cross-level).
    between : Estimate
        Among persons: change of the slope of mean outcome on mean predictor, over persons with more of it in general.
    step_within, step_between : Estimate
        The step itself, where the moderator is as usual for the person, and average among persons.
    sd : float
        One standard deviation of the moderator over all rows, in points.
    per : float
        Points of the predictor that a step is about.
    """

    moderator: str
    within: Estimate
    across: Estimate
    between: Estimate
    step_within: Estimate
    step_between: Estimate
    sd: float
    per: float


@as_declared
def moderation_levels(
    frame: pd.DataFrame,
    outcome: str = "BEH",
    predictor: str = "INT",
    moderator: str = "SKL",
    *,
    person: str = "person",
    errors: Errors = "CR2",
    per: float = 1.0,
    unit: str = "points",
) -> Levels | NotEnoughData:
    r"""Ask within persons, across persons and between persons whether the step from intention to behaviour depends on skills.

    With :math:`x^w_{it} = x_{it} - \bar x_i`, likewise z and y, and means centred over persons, two regressions:

    .. math:: y^w_{it} = \beta_w x^w_{it} + \gamma z^w_{it} + \delta_w \big[x^w_{it} z^w_{it} - \overline{x^w z^w}_i\big]
        + \delta_a x^w_{it} \bar z_i + \eta\, \bar x_i z^w_{it} + e_{it}

    .. math:: \bar y_i = \alpha + \beta_b \bar x_i + \gamma_b \bar z_i + \delta_b \bar x_i \bar z_i + u_i

    `within` is :math:`\delta_w`, `across` :math:`\delta_a` and `between` :math:`\delta_b`, each for a moderator one standard
    deviation higher. The product is made of deviations and then freed of its own person mean: demeaning :math:`x z` itself
    leaves differences between persons in it. Nothing that stays the same in a person plays a part in the first regression; what
    changes with both at the same time still does. The second counts each person once; means over few waves hold chance as well,
    which pulls it towards the first. Neither says what is cause.

    Parameters
    ----------
    frame : DataFrame
        One row per person and wave, scores of 0-100; rows with a gap are left out, and then persons with fewer than three.
    outcome, predictor, moderator : str, str, str
        E.g. behaviour, intention, skills.
    person : str
        Tells persons apart.
    errors : {"CR2", "CR1"}
        CR2 by person (of means HC2), with Satterthwaite degrees of freedom, which count the few persons on one side or far out.
        CR1 (HC1), to compare with what others published: t on persons − 1, which misses too often where few tell of a step.
    per : float
        Step in the predictor, e.g. 10 points.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Levels or NotEnoughData
        In `unit` per `per` points of the predictor. NotEnoughData below 30 persons with three measurements, when a
        score does not vary within persons, or with CR2 where few persons tell of a step (below three degrees of freedom).

    Raises
    ------
    MetricError
        When a column is missing or not numeric, a person is missing, scores repeat each other, or errors are unknown.

    References
    ----------
    Giesselmann & Schmidt-Catran (2022), doi:10.1177/0049124120914934 (product freed of its mean); Preacher, Zhang & Zyphur
    (2016), doi:10.1037/met0000052 (levels of moderation); Pustejovsky & Tipton (2018),
    doi:10.1080/07350015.2016.1247004 (CR2).

    Examples
    --------
    >>> rows = pd.DataFrame([(p, (p + t * t) % 5, (2 * p + t) % 7) for p in range(35) for t in range(4)]).astype(float)
    >>> rows.columns = ["person", "INT", "SKL"]
    >>> rows["BEH"] = rows["INT"] + rows["person"] % 3 + rows.index % 11 / 100
    >>> found = moderation_levels(rows)
    >>> round(found.step_within.value, 1), abs(round(found.within.value, 1))
    (1.0, 0.0)
    """
    scores = [outcome, predictor, moderator]
    require_numbers(frame, scores, WITHIN, gaps=True)
    require_filled(frame, [person], WITHIN)
    require_one_of(WITHIN, "errors", errors, ERRORS)
    rows = frame.dropna(subset=scores)[[person, *scores]]
    rows = rows.loc[rows.groupby(person)[outcome].transform("size") >= WAVES]
    by = rows.groupby(person)[scores]
    deviations = rows[scores] - by.transform("mean")
    persons, least = by.ngroups, int((deviations.abs().max().fillna(0.0) > TINY).all())
    short = shortage(WITHIN, ("persons with three measurements", persons, MIN_PERSONS), ("persons who change", least, 1))
    if short is not None:
        return short
    own, means = (part.set_axis(["y", "x", "z"], axis="columns") for part in (deviations, by.mean()))
    usual, sd = means - means.mean(), float(rows[moderator].std())
    fit = cr2 if errors == "CR2" else least_squares
    inside, among = _within(own, usual, rows[person], fit), _between(usual, fit)
    short = _unjudged(inside, ("own", "usual", "x"), WITHIN) or _unjudged(among, ("product", "x"), BETWEEN)
    if short is not None:
        return short
    within, between = (f"{name}, {errors} by person" for name in (WITHIN, BETWEEN))
    return Levels(
        moderator,
        within=inside.combine({"own": per * sd}, unit, within),
        across=inside.combine({"usual": per * sd}, unit, within),
        between=among.combine({"product": per * sd}, unit, between),
        step_within=inside.combine({"x": per}, unit, within),
        step_between=among.combine({"x": per}, unit, between),
        sd=sd,
        per=per,
    )


def _unjudged(fit: Fit | SmallSampleFit, names: Sequence[str], method: str) -> NotEnoughData | None:
    if not isinstance(fit, SmallSampleFit):
        return None
    return fit.unjudged(*({name: 1.0} for name in names), method=method, each="persons")


def _within(own: pd.DataFrame, usual: pd.DataFrame, person: pd.Series[Any], fit: Fitter) -> Fit | SmallSampleFit:
    """Fit deviations of rows (from the person's mean), with products among them and with what is usual for the person."""
    product = own["x"] * own["z"]
    terms = own.assign(
        own=product - product.groupby(person).transform("mean"),
        usual=own["x"] * person.map(usual["z"]),
        turned=own["z"] * person.map(usual["x"]),
    )
    x = {name: terms[name].to_numpy(dtype=float) for name in ("x", "z", "own", "usual", "turned")}
    return fit(terms["y"], x, person, persons=len(usual), method=WITHIN)


def _between(usual: pd.DataFrame, fit: Fitter) -> Fit | SmallSampleFit:
    """Fit the persons' means; every person is a cluster of one."""
    rows = usual.assign(product=usual["x"] * usual["z"]).reset_index(drop=True)
    return fit(rows["y"], design(rows, ["x", "z", "product"]), rows.index.to_series(), method=BETWEEN)
