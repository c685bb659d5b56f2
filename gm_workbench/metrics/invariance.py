"""Does a questionnaire measure the same in every group and at every wave? Only then do its scores compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, shortage
from gm_workbench.metrics.confirmatory import (
    MIN_PERSONS,
    UNSTABLE,
    Factors,
    complete_answers,
    settled,
    shortage_of_items,
)
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.fit_indices import Indices, indices
from gm_workbench.metrics.ladder import STEPS, laid_out
from gm_workbench.metrics.structures import Sample

GROUPS = "measurement invariance over groups, maximum likelihood"
WAVES = "measurement invariance over waves, maximum likelihood"

MIN_PERSONS_PER_GROUP = 100
"""Persons in each group below which its own loadings are too unsure (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder: how well it fits, and what it loses by the step before.

    Attributes
    ----------
    name : str
        configural, metric, scalar or strict.
    indices : Indices
    chi2, df, p : float, int, float
        Likelihood-ratio test against the step before; NaN, 0 and NaN for the first.
    cfi : float
        Change in CFI from the step before; a fall of more than .01 is the usual sign that the step does not hold.
    """

    name: str
    indices: Indices
    chi2: float
    df: int
    p: float
    cfi: float


@dataclass(frozen=True, slots=True)
class Invariance:
    """The ladder of measurement invariance, and how many persons each group (or every wave) has."""

    steps: tuple[Step, ...]
    persons: Mapping[Any, int]


@as_declared
def over_groups(answers: pd.DataFrame, factors: Factors, group: str) -> Invariance | NotEnoughData:
    r"""Hold the measuring of groups ever more equal, and say what fit it costs.

    .. math:: x_g = \tau_g + \Lambda_g \xi_g + \delta_g; \quad \text{metric: } \Lambda_g = \Lambda; \quad
        \text{scalar: and } \tau_g = \tau; \quad \text{strict: and } \Theta_g = \Theta

    Relations between scores compare between groups when the metric step holds, means of scores when the scalar step holds.
    Factor variances (from metric on) and means (from scalar on) differ freely between groups.

    Parameters
    ----------
    answers : DataFrame
        One row per person, a column per item, all pointing the same way; persons with a gap in an item are left out.
    factors : mapping of str to sequence of str
        The items of each factor, as in `confirmatory.confirmatory_fit`.
    group : str
        Column with the group; no gaps.

    Returns
    -------
    Invariance or NotEnoughData
        NotEnoughData below 2 groups or 100 complete persons in each, or as in `confirmatory.confirmatory_fit`; also when one of
        the steps does not come to rest.

    Raises
    ------
    MetricError
        When a column is missing or the group has gaps, an item is not numeric, or belongs to two factors.

    References
    ----------
    Meredith (1993), doi:10.1007/BF02294825; Vandenberg & Lance (2000), doi:10.1177/109442810031002; Cheung & Rensvold (2002),
    doi:10.1207/S15328007SEM0902_5 (change in CFI).

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(300, 5))
    >>> rows = pd.DataFrame(draws[:, :4] + draws[:, 4:], columns=["A_1", "A_2", "A_3", "A_4"])
    >>> ladder = over_groups(rows.assign(city=[i % 2 for i in range(300)]), {"A": list(rows)}, "city")
    >>> [(step.name, step.df) for step in ladder.steps]
    [('configural', 0), ('metric', 3), ('scalar', 3), ('strict', 4)]
    """
    require_filled(answers, [group], GROUPS)
    rows = answers.reset_index(drop=True)
    complete = complete_answers(rows, factors, GROUPS)
    where = rows.groupby(group, observed=True).groups
    parts = {label: complete.loc[complete.index.intersection(mine)] for label, mine in where.items()}
    smallest = min((len(part) for part in parts.values()), default=0)
    short = shortage(GROUPS, ("groups", len(parts), 2), ("persons in each group", smallest, MIN_PERSONS_PER_GROUP))
    short = short or next(filter(None, (_of_items(part, factors, GROUPS) for part in parts.values())), None)
    if short is not None:
        return short
    persons = {label: len(part) for label, part in parts.items()}
    return _climbed([Sample.of(part) for part in parts.values()], factors, 1, persons, GROUPS)


@as_declared
def over_waves(
    answers: pd.DataFrame, factors: Factors, *, person: str = "person", wave: str = "wave"
) -> Invariance | NotEnoughData:
    r"""Hold the measuring of waves ever more equal, among persons who answered all of them, and say what fit it costs.

    .. math:: x_{it} = \tau_t + \Lambda_t \xi_{it} + \delta_{it}: \quad \text{same pattern}; \; \Lambda_t = \Lambda; \;
        \tau_t = \tau

    As `over_groups`, with all waves of a person in one model: each factor at each wave is a factor of its own, factors
    correlate freely, and so do the errors of the same item at two waves, for a person reads an item the same way again.

    Parameters
    ----------
    answers : DataFrame
        One row per person and wave, a column per item, all pointing the same way; persons with a gap at any wave are left out.
    factors : mapping of str to sequence of str
        The items of each factor.
    person, wave : str, str
        Columns without gaps; each person once in a wave.

    Returns
    -------
    Invariance or NotEnoughData
        NotEnoughData below 100 persons who answered everything at two waves or more (at all there are), with fewer than three
        items in a factor that is alone, or as in `over_groups`.

    Raises
    ------
    MetricError
        As in `over_groups`, and when a person has two rows in a wave.

    References
    ----------
    Widaman, Ferrer & Conger (2010), doi:10.1111/j.1750-8606.2009.00110.x; Little (2013), Longitudinal Structural Equation
    Modeling, ch. 5.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(300, 5))
    >>> rows = pd.DataFrame(draws[:, :4] + draws[:, 4:], columns=["A_1", "A_2", "A_3", "A_4"])
    >>> rows = rows.assign(person=[i // 2 for i in range(300)], wave=[i % 2 for i in range(300)])
    >>> [step.df for step in over_waves(rows, {"A": ["A_1", "A_2", "A_3", "A_4"]}).steps]
    [0, 3, 3, 4]
    """
    require_filled(answers, [person, wave], WAVES)
    if answers.duplicated([person, wave]).any():
        raise MetricError(f"{WAVES}: each person must have one row in a wave, but some have more. Keep one of them.")
    ordered = _side_by_side(answers.reset_index(drop=True), factors, person, wave)
    waves = sorted(answers[wave].unique(), key=lambda one: (str(type(one)), one))
    repeated = len(ordered) if len(waves) > 1 else 0
    short = shortage(WAVES, ("persons with two measurements", repeated, MIN_PERSONS))
    p = sum(len(items) for items in factors.values())
    at_wave = [ordered.iloc[:, p * number : p * (number + 1)] for number in range(len(waves))]
    # three items will do at two waves: what a factor alone could not tell, its own earlier self does
    short = short or next(filter(None, (shortage_of_items(part, factors, WAVES, least=3) for part in at_wave)), None)
    if short is not None or not Sample.of(ordered).is_regular:
        return short or NotEnoughData(WAVES, "items that differ", 0, 1)
    return _climbed([Sample.of(ordered)], factors, len(waves), dict.fromkeys(waves, len(ordered)), WAVES)


def _side_by_side(answers: pd.DataFrame, factors: Factors, person: str, wave: str) -> pd.DataFrame:
    """Give a row for each person who answered everything at every wave, with all items of the first wave, then the second."""
    complete = complete_answers(answers, factors, WAVES)
    where = answers.loc[complete.index, [person, wave]]
    parts = [complete.loc[rows.index].set_index(rows[person]) for _, rows in where.groupby(wave, observed=True)]
    seen = bool(parts) and len(parts) == answers[wave].nunique()
    return pd.concat(parts, axis="columns", join="inner") if seen else complete.head(0)


def _of_items(part: pd.DataFrame, factors: Factors, method: str) -> NotEnoughData | None:
    return shortage_of_items(part, factors, method, least=4)


def _climbed(
    samples: Sequence[Sample], factors: Factors, waves: int, persons: Mapping[Any, int], method: str
) -> Invariance | NotEnoughData:
    """Fit every step; the samples are of groups, or one is of all waves."""
    home = np.repeat(np.arange(len(factors)), [len(items) for items in factors.values()])
    moments = len(samples) * len(samples[0].mean) * (len(samples[0].mean) + 3) // 2
    steps: list[Step] = []
    for equal, name in enumerate(STEPS):
        structures, start = laid_out(samples, home, waves, equal)
        found = settled(samples, structures, start)
        if found is None:
            return NotEnoughData(method, UNSTABLE, 0, 1)
        steps.append(_step(name, indices(samples, structures, found, moments - len(start), means=True), steps))
    return Invariance(tuple(steps), persons)


def _step(name: str, fitted: Indices, before: Sequence[Step]) -> Step:
    if not before:
        return Step(name, fitted, np.nan, 0, np.nan, np.nan)
    last = before[-1].indices
    chi2, df = max(fitted.chi2 - last.chi2, 0.0), fitted.df - last.df
    return Step(name, fitted, chi2, df, float(stats.chi2.sf(chi2, df)), fitted.cfi - last.cfi)
