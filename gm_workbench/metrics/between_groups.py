"""A path that only the means of groups carry: both models, how well the means stand for the true ones, and the step within."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.metrics.checks import shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.multilevel import Multilevel, random_intercept
from gm_workbench.metrics.nested import Nested, nested_intercepts
from gm_workbench.metrics.paths import (
    Floats,
    Mediation,
    Steps,
    along,
    drawn_pairs,
    drawn_paths,
    drawn_step,
    on_degrees,
    root_mean_square,
    split,
    too_little,
)
from gm_workbench.metrics.sides import beside, over, two_sides

UNRELIABLE = "step between groups, unreliability of the observed means allowed for, Monte Carlo interval"

LEAST_RELIABLE = 0.3
"""Reliability of group means whose interval reaches lower says nothing of the true means (assumed floor)."""


@dataclass(frozen=True, slots=True)
class LevelMediation:
    """A path that only the means of groups carry, and what the mediator does within groups.

    Attributes
    ----------
    between : Mediation
        The path: exposure of the group, mean of the mediator, outcome.
    within : Estimate
        Outcome units per unit of the mediator, among those of one group. No part of the path.
    contextual : Estimate
        Step between minus step within: zero when a higher mean matters as much as a higher own score.
    reliability : Estimate
        0-1: ICC(2) of the mediator at equal exposure, how well the means of the rows given stand for the true ones.
    corrected : Estimate or NotEnoughData
        The indirect part were the means known without error; NotEnoughData when the reliability may be below 0.3.
    """

    between: Mediation
    within: Estimate
    contextual: Estimate
    reliability: Estimate
    corrected: Estimate | NotEnoughData


@dataclass(frozen=True, slots=True)
class Names:
    """Columns of a path between groups; `inner` is the coach, where the mediator is hers."""

    exposure: str
    mediator: str
    outcome: str
    group: str
    inner: str = ""

    @property
    def mean(self) -> str:
        return f"mean {self.mediator}"

    @property
    def own(self) -> str:
        return f"own {self.mediator}"


def between(
    frame: pd.DataFrame,
    holders: pd.DataFrame,
    names: Names,
    above: Sequence[str],
    person_covariates: Sequence[str],
    method: str,
    draws: int,
    seed: int,
    unit: str,
) -> LevelMediation | NotEnoughData:
    """Fit both models; `holders` has a row for each who has a mediator of her own, person or coach."""
    means = holders.groupby(names.group)[names.mediator].mean()
    mean = frame[names.group].map(means).astype(float)
    rows = frame.assign(**{names.mean: mean, names.own: frame[names.mediator] - mean})
    short = _short(rows, names, above, len(means), method)
    if short is not None:
        return short
    first = random_intercept(holders, names.mediator, above, names.group, reml=True)
    if isinstance(first, NotEnoughData):
        return replace(first, what="coaches") if names.inner and first.what == "persons" else first
    columns = [names.exposure, names.mean, names.own, *above[1:], *person_covariates]
    second = (
        nested_intercepts(rows, names.outcome, columns, names.inner, names.group, unit=unit)
        if names.inner
        else random_intercept(rows, names.outcome, columns, names.group, reml=True, unit=unit)
    )
    if isinstance(second, NotEnoughData):
        return second
    return _path(first, second, (holders, rows), names, len(means) - len(above) - 1, method, draws, seed)


def _short(rows: pd.DataFrame, names: Names, above: Sequence[str], groups: int, method: str) -> NotEnoughData | None:
    columns = [names.exposure, names.mediator, names.outcome]
    exposed = rows.groupby(names.group)[names.exposure].first()
    what = "teams" if names.inner else "clusters"
    short = too_little(rows, columns, method, groups, len(above) + 3, what=what, exposed=exposed)
    within, between = (int(rows[name].round(9).nunique()) for name in (names.own, names.mean))
    return short or shortage(
        method, ("different scores within a group", within, 2), ("different scores between groups", between, 2)
    )


def _path(
    first: Multilevel,
    second: Multilevel | Nested,
    rows: tuple[pd.DataFrame, pd.DataFrame],
    names: Names,
    df: int,
    method: str,
    draws: int,
    seed: int,
) -> LevelMediation:
    holders, persons = rows
    at = [list(second.coefficients).index(name) for name in (names.mean, names.exposure, names.own)]
    covariance = second.covariance[np.ix_(at, at)]
    a = on_degrees(first.coefficients[names.exposure], df)
    b, c = (on_degrees(second.coefficients[name], df - 1) for name in (names.mean, names.exposure))
    c = beside(c, two_sides(persons, names.exposure, names.group))
    within = second.coefficients[names.own]
    alone, together = (
        root_mean_square(fit.left(table, column).groupby(table[names.group]).mean())
        for fit, table, column in ((first, holders, names.mediator), (second, persons, names.outcome))
    )
    steps = Steps(a, b, alone, together, (df, df - 1))
    paths = drawn_paths(a, b, c, covariance[:2, :2], draws, seed)
    sizes = np.asarray(holders.groupby(names.group).size(), dtype=float)
    reliability = _reliability(first, sizes, df, method)
    return LevelMediation(
        split(paths, steps, c, method),
        within,
        _contextual(b, within, covariance[np.ix_([0, 2], [0, 2])]),
        reliability,
        _corrected(steps, within, covariance[np.ix_([0, 2], [0, 2])], reliability, len(holders) - len(sizes), draws, seed),
    )


def _contextual(b: Estimate, within: Estimate, covariance: Floats) -> Estimate:
    """Give step between minus step within."""
    se = math.sqrt(float(np.array([1.0, -1.0]) @ covariance @ np.array([1.0, -1.0])))
    value = b.value - within.value
    return on_degrees(replace(b, value=value, low=value, high=value, se=se), b.df)


def _reliability(first: Multilevel, sizes: Floats, df: int, method: str) -> Estimate:
    """Give how well means stand for true means; the ratio of mean squares is F, so its interval is exact in equal groups."""
    noise = first.within * float(np.mean(1 / sizes))
    error = noise / (first.between + noise)
    rest = int(sizes.sum()) - len(sizes)
    low, high = (max(0.0, 1 - error * float(stats.f.ppf(p, df, rest))) for p in (0.975, 0.025))
    some = next(iter(first.coefficients.values()))
    made = Estimate(1 - error, min(low, 1 - error), high, math.nan, some.n, "reliability", method, groups=len(sizes))
    return beside(made, over(sizes, some.n))


def _corrected(
    steps: Steps, within: Estimate, covariance: Floats, reliability: Estimate, rest: int, draws: int, seed: int
) -> Estimate | NotEnoughData:
    """Give the indirect part with the step between pushed back from the step within, by how unreliable the means are."""
    if reliability.low < LEAST_RELIABLE:
        return NotEnoughData(UNRELIABLE, "reliable means of groups", 0, 1)
    a, b = steps.a, steps.b
    pairs = drawn_pairs((b.value, within.value), covariance, b.df, draws, seed)
    rng = np.random.default_rng([seed, 1])
    drawn = np.minimum((1 - reliability.value) * rng.f(steps.degrees[0], rest, draws), 1 - LEAST_RELIABLE)
    error = np.append(1 - reliability.value, drawn)
    return along(drawn_step(a, draws, rng) * (pairs[:, 1] + (pairs[:, 0] - pairs[:, 1]) / (1 - error)), b, UNRELIABLE)
