"""Differences in differences, cell by cell: one group that began together, one moment, and who had not begun.

In: persons by moments. Out: a number per cell and, for each cluster, by how much it moves that number. Everything that the room
`staggered` adds up, it adds up from these two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gm_workbench.metrics.sided_errors import Side

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Comparison = Literal["never", "not_yet"]
Base = Literal["varying", "universal"]

MANY_ON_A_SIDE = 20
"""Clusters on each side of an effect from which its error is that of the paper, which is 2.6 % too small at twenty; where one
cluster is large, as many of one size as tell as much (assumed border)."""

NEVER = np.iinfo(np.int64).max
"""The moment at which those begin who do not begin while they are watched."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Persons watched at the same moments.

    Attributes
    ----------
    outcome : (persons, moments)
    times : (moments,) rising
    first : (persons,) moment at which the person's group began, NEVER for those who did not
    cluster : (persons,) numbered from 0
    """

    outcome: Floats
    times: NDArray[np.int64]
    first: NDArray[np.int64]
    cluster: Ints

    @property
    def cohorts(self) -> list[int]:
        """Moments at which groups began, without those who never did."""
        return [int(one) for one in np.unique(self.first) if one != NEVER]

    @property
    def clusters(self) -> int:
        return int(self.cluster.max()) + 1

    @property
    def people(self) -> Ints:
        """Count persons by cluster and by when they began, in the order of `cohorts`; in the last column who never did."""
        counted = np.zeros((self.clusters, len(self.cohorts) + 1), dtype=np.int64)
        np.add.at(counted, (self.cluster, np.searchsorted(self.cohorts, self.first)), 1)
        return counted

    def clusters_of(self, rows: NDArray[np.bool_]) -> int:
        return len(np.unique(self.cluster[rows]))


@dataclass(frozen=True, slots=True)
class Cell:
    """One group and one moment, held against one moment before: who is compared with whom; `moments` are both their places."""

    cohort: int
    time: int
    moments: tuple[int, int]
    change: Floats
    began: NDArray[np.bool_]
    others: NDArray[np.bool_]


def cells(watched: Watched, comparison: Comparison, base: Base) -> Iterator[Cell]:
    """Go through the groups and moments that can be compared.

    With a varying base a moment before the beginning is held against the one just before it, and one after against the last
    moment before the beginning; with a universal base every moment is held against that last one.
    """
    for cohort in watched.cohorts:
        last_before = int(np.searchsorted(watched.times, cohort)) - 1
        for at, time in enumerate(watched.times):
            against = at - 1 if base == "varying" and at <= last_before else last_before
            if at == against or against < 0:
                continue
            later = NEVER - 1 if comparison == "never" else int(max(time, watched.times[against]))
            others = (watched.first > later) & (watched.first != cohort)
            change = watched.outcome[:, at] - watched.outcome[:, against]
            yield Cell(cohort, int(time), (at, against), change, watched.first == cohort, others)


def compared(cell: Cell, watched: Watched) -> NDArray[np.bool_]:
    """Say which columns of `Watched.people` began (the first row), and which they are held against (the second)."""
    return np.array(
        [[bool(side[watched.first == one].any()) for one in (*watched.cohorts, NEVER)] for side in (cell.began, cell.others)]
    )


def effect(cell: Cell) -> float:
    """Give the difference in mean change."""
    return float(cell.change[cell.began].mean() - cell.change[cell.others].mean())


def load(cell: Cell, watched: Watched) -> Floats:
    """Give the weight in the effect of each mean by group and moment (cohorts + 1, moments).

    >>> watched = Watched(np.zeros((3, 2)), np.array([1, 2]), np.array([2, NEVER, NEVER]), np.arange(3))
    >>> load(next(cells(watched, "never", "varying")), watched).tolist()
    [[-1.0, 1.0], [1.0, -1.0]]
    """
    change = np.zeros(len(watched.times))
    change[list(cell.moments)] = 1.0, -1.0
    columns = (*watched.cohorts, NEVER)
    share = [float(np.mean(watched.first[cell.others] == one)) for one in columns]
    return np.outer([(one == cell.cohort) - part for one, part in zip(columns, share, strict=True)], change)


def influence(cell: Cell, watched: Watched) -> Floats:
    """Give by how much each cluster moves the effect (clusters,); squares add up to its variance.

    Where a side has few clusters, or one with many of its persons, each cluster gets back what the side's mean took (CR2).
    """
    total = np.zeros(watched.clusters)
    counted = [np.bincount(watched.cluster[rows], minlength=watched.clusters) for rows in (cell.began, cell.others)]
    few = any(int(own.sum()) ** 2 < MANY_ON_A_SIDE * int(own @ own) for own in counted)
    for rows, sign, sizes in ((cell.began, 1.0, counted[0]), (cell.others, -1.0, counted[1])):
        own, n = cell.change[rows], int(rows.sum())
        parts = np.bincount(watched.cluster[rows], own - own.mean(), minlength=watched.clusters) / n
        total += sign * parts * (Side.made(sizes / n, sizes / n**2).blown if few else 1.0)
    return total


def membership(watched: Watched) -> tuple[Floats, Floats]:
    """Give the share of persons in each group that began (cohorts,), and by how much each cluster moves it."""
    belongs = (watched.first[:, None] == np.array(watched.cohorts)[None, :]).astype(float)
    shares = belongs.mean(axis=0)
    moved = [np.bincount(watched.cluster, one, minlength=watched.clusters) / len(belongs) for one in (belongs - shares).T]
    return shares, np.column_stack(moved)
