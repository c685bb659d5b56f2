r"""When groups began at different moments: effects by group and moment, added up with weights that are never negative.

A regression with dummies for persons and for moments also compares those who began late with those who began before them. When
an effect grows, what the early ones still gain is then subtracted, and the number can have the wrong sign. Here nobody who has
begun is ever compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.one_group import MIN_DF, OVERSHADOWED
from gm_workbench.metrics.sides import beside
from gm_workbench.metrics.staggered_cells import (
    NEVER,
    Base,
    Cell,
    Comparison,
    Watched,
    cells,
    compared,
    effect,
    influence,
    load,
    membership,
)
from gm_workbench.metrics.staggered_degrees import Columns
from gm_workbench.metrics.staggered_rows import METHOD, MIN_CLUSTERS, watched_rows

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroupTime:
    """Effects by group and moment.

    Attributes
    ----------
    effects : mapping of (int, int) to Estimate
        By moment at which the group began, and moment; moments before the beginning are there to look for earlier differences.
    sizes : mapping of int to int
        Persons by moment at which their group began.
    never : int
        Persons whose group did not begin while they were watched.
    always : int
        Persons left out because their group had begun at the first moment or before.
    clusters : int
        Coaches or teams; persons when no cluster was given.
    comparison, base : str
        As asked for.
    """

    effects: Mapping[tuple[int, int], Estimate]
    sizes: Mapping[int, int]
    never: int
    always: int
    clusters: int
    comparison: Comparison
    base: Base
    influence: Floats = field(repr=False, compare=False)
    membership: Floats = field(repr=False, compare=False)
    shares: Floats = field(repr=False, compare=False)
    people: NDArray[np.int64] = field(repr=False, compare=False)
    compared: NDArray[np.bool_] = field(repr=False, compare=False)
    loads: Floats = field(repr=False, compare=False)
    columns: Columns = field(repr=False, compare=False)

    def sides(self, chosen: Sequence[int]) -> Sides:
        """Give who began and who they are held against, in all of some effects (their places) together."""
        began, others = np.any(self.compared[list(chosen)], axis=0)
        counts = [self.people[:, one].sum(axis=1) for one in (began, others)]
        teams = () if next(iter(self.effects.values())).groups is None else tuple(int((one > 0).sum()) for one in counts)
        largest = max(float(one.max() / one.sum()) for one in counts) if teams else None
        return Sides(tuple(int(one.sum()) for one in counts), teams, largest)


@as_declared
def group_time(
    frame: pd.DataFrame,
    outcome: str,
    *,
    person: str = "person",
    time: str = "time",
    first: str = "first",
    cluster: str | None = None,
    comparison: Comparison = "never",
    base: Base = "varying",
    unit: str = "points",
) -> GroupTime | NotEnoughData:
    r"""Estimate the mean effect on each group that began together, at each moment.

    .. math:: ATT(g, t) = E[Y_t - Y_{b} \mid G = g] - E[Y_t - Y_{b} \mid C]

    G is the moment at which a group began, b = g − 1 the last moment before it, C who never began (``"never"``) or who had not
    begun at t and b (``"not_yet"``). It is an effect only when, without the beginning, the groups would have changed by as much
    as C (parallel trends), and nobody changed ahead of the beginning. Neither can be proven; `pretrends` may contradict them.
    No covariates are allowed for. Every person counts alike, so large teams weigh more.

    Moments before g: with ``"varying"`` the change since the moment just before, as the ``did`` package has it; with
    ``"universal"`` that since b, which belongs in one picture with the later ones (Roth 2024: with ``"varying"`` a straight
    trend shows as a kink at the beginning).

    Parameters
    ----------
    frame : one row per person and moment, everybody at every moment; no gaps in the columns named but `first`
    outcome : numeric, in `unit`
    time : moments, whole numbers (months, quarters, years)
    first : moment at which the person's coach or team began, the same in all her rows; 0 or missing when it never did
    cluster : column with the coach or team, for errors; default the person
    comparison, base : as above
    person : column that tells persons apart
    unit : of the outcome; results name it

    Returns
    -------
    GroupTime or NotEnoughData
        In `unit`; n counts the persons of the group and those compared with. From 20 clusters on each side of an effect its
        error is that of the paper; below, and where one cluster has many of a side's persons, it is CR2 of the two means (with
        two groups and two moments, and persons by themselves, that of Welch's t test). Intervals are t on Satterthwaite's
        degrees of freedom, which count the smaller side (`staggered_degrees.Columns`). NotEnoughData when fewer than 5 clusters
        began at some moment, or fewer than 5 can be compared with, or one or two of a group have most of its persons.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps; when moments are not whole numbers, a person is not seen exactly
        once at every moment or has two beginnings or clusters, or an option is unknown.

    References
    ----------
    Callaway & Sant'Anna (2021), J Econometrics 225:200-230, doi:10.1016/j.jeconom.2020.12.001; Goodman-Bacon (2021), J
    Econometrics 225:254-277, doi:10.1016/j.jeconom.2021.03.014; Roth (2024), arXiv:2401.12309; errors with few: Bell &
    McCaffrey (2002), Survey Methodology 28:169-181.

    Examples
    --------
    Ten of twenty persons begin at moment 2, and gain 3 at once:

    >>> rows = pd.DataFrame([(p, t, 2 * (p < 10)) for p in range(20) for t in range(1, 4)], columns=["person", "time", "first"])
    >>> gain = 3.0 * ((rows["first"] > 0) & (rows["time"] >= 2)) + rows["time"] + rows["person"] % 5 * rows["time"]
    >>> found = group_time(rows.assign(score=gain), "score")
    >>> list(found.effects), round(found.effects[2, 2].value, 2), found.never
    ([(2, 2), (2, 3)], 3.0, 10)
    """
    watched, always = watched_rows(frame, outcome, person, time, first, cluster, comparison, base)
    if isinstance(watched, NotEnoughData):
        return watched
    every = list(cells(watched, comparison, base))
    if (short := _short(watched, every)) is not None:
        return short
    loads, columns = np.array([load(one, watched) for one in every]), Columns.of(watched.people)
    degrees = [columns.df(one) for one in loads]
    # those who had not begun are several groups together, of which one may be small
    alone = columns.alone if comparison == "never" else columns.alone[:-1]
    if min(alone) < MIN_DF:
        return NotEnoughData(METHOD, OVERSHADOWED, int(min(alone)), int(MIN_DF))
    moved = np.column_stack([influence(one, watched) for one in every])
    groups = None if cluster is None else watched.clusters
    effects = {
        (one.cohort, one.time): estimated(effect(one), psi, int(one.began.sum() + one.others.sum()), unit, groups, df)
        for one, psi, df in zip(every, moved.T, degrees, strict=True)
    }
    shares, membered = membership(watched)
    sizes = {cohort: int((watched.first == cohort).sum()) for cohort in watched.cohorts}
    never = int((watched.first == NEVER).sum())
    mapped = MappingProxyType(effects), MappingProxyType(sizes)
    held = np.array([compared(one, watched) for one in every])
    found = GroupTime(
        *mapped,
        never,
        always,
        watched.clusters,
        comparison,
        base,
        moved,
        membered,
        shares,
        people=watched.people,
        compared=held,
        loads=loads,
        columns=columns,
    )
    beheld = {key: beside(one, found.sides([at])) for at, (key, one) in enumerate(effects.items())}
    return replace(found, effects=MappingProxyType(beheld))


def estimated(value: float, moved: Floats, n: int, unit: str, groups: int | None, df: float) -> Estimate:
    """Make an estimate of a value and by how much each cluster moves it.

    >>> estimated(1.0, np.array([0.3, -0.4]), 20, "points", None, np.inf).se
    0.5
    """
    se = float(np.sqrt(moved @ moved))
    half = float(stats.t.ppf(0.975, df)) * se
    return Estimate(value, value - half, value + half, se, n, unit, METHOD, groups, df)


def _short(watched: Watched, every: Sequence[Cell]) -> NotEnoughData | None:
    began = [watched.clusters_of(watched.first == cohort) for cohort in watched.cohorts]
    others = [watched.clusters_of(one.others) for one in every]
    return shortage(
        METHOD,
        ("clusters that began later", min(began, default=0), MIN_CLUSTERS),
        ("clusters to compare with", min(others, default=0), MIN_CLUSTERS),
        ("different outcomes", len(np.unique(watched.outcome)), 2),
    )
