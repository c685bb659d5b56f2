"""Where on the scale of a moderator does a slope differ from zero? The region of Johnson and Neyman, and who is in it.

`moderation` gives the slope at three points; here it is judged at every point, so that no point has to be picked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.clustered import Floats, design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.moderation import MIN_PERSONS
from gm_workbench.metrics.sided_errors import few_on_a_side
from gm_workbench.metrics.slope_bounds import REGION, Bar, Correction, Line, Stretch, bar_of, crossings_of, stretches_of
from gm_workbench.metrics.slope_lines import Errors, require_errors, slope_line

ALPHA = 0.05

MIN_CLUSTERS = 10
"""Clusters below which their spread says nothing (assumed floor)."""

MIN_BEYOND = 10
"""Persons who must have been measured on either side of a value at which the slope is given (house rule on quantiles)."""

MIDDLE = (0.025, 0.975)
"""Where the moderator is looked at when nothing is said: the values that the middle 95 % of measurements have."""


@dataclass(frozen=True, slots=True)
class Region:
    """Where a slope differs from zero.

    Attributes
    ----------
    moderator : str
    bounds : tuple of float
        Values of the moderator at which the slope begins or ceases to differ from zero: none, one or two (where degrees of
        freedom differ by value, seldom more), also where nobody is.
    stretches : tuple of Stretch
        From low to high, without holes; the first and the last are open-ended.
    change : Estimate
        By how much the slope of the predictor changes per point of the moderator.
    curve : tuple of (float, Estimate)
        The slope at values of the moderator; intervals are as wide as the correction asks.
    persons : int
        Persons behind it.
    critical : float
        Standard errors from zero at which a slope counts as different; where degrees of freedom differ by value, at the fewest.
    df : float
        Degrees of freedom of that: the fewest over the values that were looked at.
    over : tuple of float
        The values of the moderator that were looked at.
    """

    moderator: str
    bounds: tuple[float, ...]
    stretches: tuple[Stretch, ...]
    change: Estimate
    curve: tuple[tuple[float, Estimate], ...]
    persons: int
    critical: float
    df: float
    over: tuple[float, float]


@as_declared
def region(
    frame: pd.DataFrame,
    outcome: str = "BEH",
    predictor: str = "INT",
    moderator: str = "SKL",
    *,
    others: Sequence[str] = (),
    covariates: Sequence[str] = (),
    person: str = "person",
    cluster: str | None = None,
    errors: Errors | None = None,
    correction: Correction = "pointwise",
    over: tuple[float, float] | None = None,
    at: Sequence[float] = (),
    per: float = 1.0,
    unit: str = "points",
) -> Region | NotEnoughData:
    r"""Say where on a moderator the step from intention to behaviour differs from zero, and how many persons are there.

    .. math:: y = \alpha + \beta x + \gamma z + \delta x z + \sum_o (\gamma_o o + \delta_o x o) + e, \qquad
        \text{slope at } z = \beta + \delta z

    with the `others` at their mean; the bounds are those of `slope_bounds.bounds`. The region is where a slope is *shown*, not
    where it exists: with fewer persons it shrinks. That the slope differs from zero here and not there does not show that the
    two slopes differ; `change` does. A pooled regression: it mixes differences between persons with changes within them (the
    room `moderation_levels` does not), and says nothing about cause.

    Parameters
    ----------
    frame : DataFrame
        One row per person (and wave); rows with a gap are left out.
    outcome, predictor, moderator : str, str, str
        E.g. behaviour, intention and skills.
    others : sequence of str
        Further moderators in the same model, centred at their mean.
    covariates : sequence of str
        Enter as they are.
    person : str
        Tells persons apart.
    cluster : str, optional
        What rows may be alike by, e.g. the coach; default: the person.
    errors : {"CR2", "CR1", "classical"}, optional
        CR2: bias-reduced, with Satterthwaite degrees of freedom of their own for each value of the moderator, which count the
        smaller side where few coaches tell of it; the default when a cluster is named. CR1, the default by person: with t on
        clusters − 1, which misses too often where few clusters tell of the slope. Classical: as if rows were unrelated, with t
        on rows − coefficients, for one row per person.
    correction : {"pointwise", "simultaneous", "false discovery"}
        As in `slope_bounds.bounds`. With CR2 the simultaneous bar is that of the approximate Hotelling test (HTZ) of slope and
        change, :math:`c = \sqrt{2 \eta / (\eta - 1) F_{.95}(2, \eta - 1)}` (`joint.joint_test`).
    over : (float, float), optional
        Values to look at; default: those of the middle 95 % of rows.
    at : sequence of float
        Values to give the slope at; left out are those outside `over`, and those below or above which fewer than 10 persons
        were ever measured: there the line would tell how high the highest scored.
    per : float
        Step in the predictor that slopes are about, e.g. 10 points.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Region or NotEnoughData
        Slopes in `unit` per `per` points of the predictor; bounds in points of the moderator. NotEnoughData below 30 persons or
        10 clusters, below 5 clusters on a side of a score of two values that is one for all of a cluster; with CR2 where few
        clusters tell of the slope in another way (below three degrees of freedom at a value looked at); or when a score does
        not vary.

    Raises
    ------
    MetricError
        When a column is missing or not numeric, scores repeat each other, an option is unknown, or errors are classical while
        persons have several rows.

    References
    ----------
    As in `slope_bounds.bounds`; Bell & McCaffrey (2002), Survey Methodology 28:169-181 (CR2); Pustejovsky & Tipton (2018),
    doi:10.1080/07350015.2016.1247004 (degrees of freedom, HTZ).

    Examples
    --------
    >>> rows = pd.DataFrame([(p, p % 7, p % 5) for p in range(35)], columns=["person", "INT", "SKL"]).astype(float)
    >>> rows = rows.assign(BEH=rows["INT"] * (rows["SKL"] - 2) + rows["person"] % 2)
    >>> found = region(rows)
    >>> [(stretch.direction, stretch.persons) for stretch in found.stretches]
    [(-1, 14), (0, 7), (1, 14)]
    """
    by = person if cluster is None else cluster
    scores = [outcome, predictor, moderator, *others]
    require_numbers(frame, [*scores, *covariates], REGION, gaps=True)
    require_filled(frame, dict.fromkeys([person, by]), REGION)
    rows = frame.dropna(subset=[*scores, *covariates])
    chosen: Errors = errors or ("CR1" if cluster is None else "CR2")
    require_errors(chosen, rows[person])
    persons, least = int(rows[person].nunique()), min(rows[name].nunique() for name in scores)
    short = shortage(
        REGION,
        ("persons", persons, MIN_PERSONS),
        ("clusters", int(rows[by].nunique()), MIN_CLUSTERS),
        ("different scores", least, 2),
    )
    short = short or few_on_a_side(rows, scores[1:], cluster, REGION)
    if short is not None:
        return short
    looked = over or _middle(rows[moderator])
    x, centred = _design(rows, predictor, moderator, others, covariates)
    slope = slope_line(centred[outcome], x, rows[by], chosen, looked, correction)
    if isinstance(slope, NotEnoughData):
        return slope
    line, bar = slope.line, bar_of(slope.line, correction, looked, ALPHA)
    method = f"{REGION}, {correction}; {chosen} by {by}, t on {_degrees(line)} degrees of freedom"
    base = Estimate(0.0, 0.0, 0.0, 0.0, persons, unit, method, df=slope.df, residual_df=len(rows) - len(x))
    crossings = crossings_of(line, bar)
    return Region(
        moderator,
        crossings,
        stretches_of(line, bar, crossings, rows.groupby(person)[moderator].mean().to_numpy(dtype=float)),
        _scaled(base, line.change, math.sqrt(line.covariance[1, 1]), per, float(stats.t.ppf(1 - ALPHA / 2, slope.df))),
        _curve(line, bar, base, [z for z in at if looked[0] <= z <= looked[1] and _beyond(rows, moderator, person, z)], per),
        persons,
        bar.most,
        line.df,
        looked,
    )


def _degrees(line: Line) -> str:
    return f"{line.df:.4g}" if line.degrees is None else "Satterthwaite"


def _beyond(rows: pd.DataFrame, moderator: str, person: str, z: float) -> bool:
    """Whether enough persons were measured on either side of a value."""
    sides = (rows.loc[rows[moderator] <= z, person], rows.loc[rows[moderator] >= z, person])
    return min(side.nunique() for side in sides) >= MIN_BEYOND


def _middle(values: pd.Series[float]) -> tuple[float, float]:
    low, high = (float(end) for end in values.astype(float).quantile(list(MIDDLE)))
    return low, high


def _design(
    rows: pd.DataFrame, predictor: str, moderator: str, others: Sequence[str], covariates: Sequence[str]
) -> tuple[dict[str, Floats], pd.DataFrame]:
    """Give the predictors of the model, others centred, and the rows that they come from."""
    centred = rows.assign(**{name: rows[name] - rows[name].mean() for name in others})
    products = centred.assign(**{_by(name): centred[predictor] * centred[name] for name in (moderator, *others)})
    terms = [predictor, _by(moderator), moderator, *others, *(_by(name) for name in others), *covariates]
    return design(products, terms), products


def _by(moderator: str) -> str:
    return f"by {moderator}"


def _curve(line: Line, bar: Bar, base: Estimate, at: Sequence[float], per: float) -> tuple[tuple[float, Estimate], ...]:
    z = np.array(at, dtype=float)
    each = zip(at, *(column.tolist() for column in (*line.at(z), bar.at(z), line.df_at(z))), strict=True)
    return tuple((float(one), _scaled(replace(base, df=df), value, se, per, width)) for one, value, se, width, df in each)


def _scaled(base: Estimate, value: float, se: float, per: float, width: float) -> Estimate:
    half = abs(per) * width * se
    return replace(base, value=per * value, low=per * value - half, high=per * value + half, se=abs(per) * se)
