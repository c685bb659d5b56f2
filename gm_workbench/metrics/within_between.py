"""What goes with being higher than oneself at another moment, and what with being higher than other persons: kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mixed import mixed_model
from gm_workbench.metrics.mixed_result import Mixed

WITHIN_BETWEEN = "within and between persons, mixed model"

MIN_CHANGING = 10
"""Persons in whom a predictor changes below which what goes with its change says nothing (assumed floor)."""


@dataclass(frozen=True, slots=True)
class WithinBetween:
    """Associations of predictors that change over time, split in two.

    Attributes
    ----------
    within : mapping of str to Estimate
        Per unit that a person is above her own mean.
    between : mapping of str to Estimate
        Per unit that a person's mean is above that of others.
    difference : mapping of str to Estimate
        Between minus within: zero when one number would have done for both.
    model : Mixed
        With columns ``x within`` and ``x between`` for a predictor x, and the controls.
    """

    within: Mapping[str, Estimate]
    between: Mapping[str, Estimate]
    difference: Mapping[str, Estimate]
    model: Mixed


@as_declared
def within_between(
    frame: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    *,
    person: str = "person",
    controls: Sequence[str] = (),
    coach: str | None = None,
    errors: Literal["declared", "kenward-roger", "satterthwaite"] = "declared",
    unit: str = "points",
) -> WithinBetween | NotEnoughData:
    r"""Separate what goes with change within persons from what goes with differences between them.

    .. math:: y_{it} = \beta_0 + \beta_W' (x_{it} - \bar x_i) + \beta_B' \bar x_i + \gamma' z_{it} + u_i + e_{it}, \quad
        u_i \sim N(0, \tau^2)

    A random intercept alone mixes the two in proportions that hang on the number of measurements. :math:`\beta_W` compares a
    person with herself, so that nothing about her that stays the same can explain it; without controls that change it equals
    the fixed-effects estimate. :math:`\beta_B` compares persons, with everything in which they differ; their means rest on few
    measurements and are taken for exact, which pulls :math:`\beta_B` towards :math:`\beta_W`. Restricted likelihood; errors as
    in `mixed_model`. Neither is an effect: what changes together need not cause each other, and a common trend counts as change
    within (put the wave or time among the predictors). No slope of a person's own: where slopes differ, errors within are too
    small.

    Parameters
    ----------
    frame : DataFrame
        One row per person and moment, no gaps in the columns named; means are of these rows.
    outcome : str
        In `unit`.
    predictors : sequence of str
        Numeric columns that change over time, at least in some persons.
    controls : sequence of str
        Numeric columns that are not split; those that change over time belong among the predictors.
    coach : str, optional
        One for each person, with a level of its own.
    errors : as in `mixed_model`
    person : str
        Column that tells persons apart.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    WithinBetween or NotEnoughData
        In `unit` per unit of the predictor. NotEnoughData below 10 persons in whom a predictor changes, and as in
        `mixed_model`.

    Raises
    ------
    MetricError
        As in `mixed_model`; also when there is no predictor, or one is named twice.

    References
    ----------
    Mundlak (1978), doi:10.2307/1913646. Raudenbush & Bryk (2002), Hierarchical Linear Models, ch. 5. Bell, Fairbrother & Jones
    (2019), doi:10.1007/s11135-018-0802-x.

    Examples
    --------
    >>> rows = pd.DataFrame([(p, p % 5 + (p + t) % 3) for p in range(30) for t in range(4)], columns=["person", "x"])
    >>> rows["y"] = [2 * (p % 5) + (p + t) % 3 * 0.5 + (p * 7 + t * t) % 4 / 10 for p in range(30) for t in range(4)]
    >>> found = within_between(rows, "y", ["x"])
    >>> round(found.within["x"].value, 1), round(found.between["x"].value, 1)
    (0.5, 2.0)
    """
    require_numbers(frame, [outcome, *predictors, *controls], WITHIN_BETWEEN)
    require_filled(frame, [person], WITHIN_BETWEEN)
    if not predictors or len(set(predictors)) < len(predictors):
        raise MetricError(
            f"{WITHIN_BETWEEN}: there must be a predictor, and none may repeat each other; got {len(predictors)}."
        )
    changing = [int(frame.groupby(person)[name].nunique().gt(1).sum()) for name in predictors]
    short = shortage(WITHIN_BETWEEN, *(("persons in whom it changes", count, MIN_CHANGING) for count in changing))
    if short is not None:
        return short
    means = {_between(name): frame.groupby(person)[name].transform("mean") for name in predictors}
    own = {_within(name): frame[name] - means[_between(name)] for name in predictors}
    random: dict[str, Sequence[str]] = {person: [], **({coach: []} if coach else {})}
    fit = mixed_model(
        frame.assign(**own, **means), outcome, [*own, *means, *controls], random, errors=errors, person=person, unit=unit
    )
    return fit if isinstance(fit, NotEnoughData) else _split(fit, predictors)


def _within(name: str) -> str:
    return f"{name} within"


def _between(name: str) -> str:
    return f"{name} between"


def _split(fit: Mixed, predictors: Sequence[str]) -> WithinBetween:
    within = {name: fit.coefficients[_within(name)] for name in predictors}
    between = {name: fit.coefficients[_between(name)] for name in predictors}
    apart = {name: fit.sum_of({_between(name): 1.0, _within(name): -1.0}) for name in predictors}
    return WithinBetween(MappingProxyType(within), MappingProxyType(between), MappingProxyType(apart), fit)
