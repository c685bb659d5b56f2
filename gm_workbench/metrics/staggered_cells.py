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
    """One group and one moment, held against one moment before: who is compared with whom."""

    cohort: int
    time: int
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
            yield Cell(cohort, int(time), change, watched.first == cohort, others)


def compared(cell: Cell, watched: Watched) -> NDArray[np.bool_]:
    """Say which columns of `Watched.people` began (the first row), and which they are held against (the second)."""
    return np.array(
        [[bool(side[watched.first == one].any()) for one in (*watched.cohorts, NEVER)] for side in (cell.began, cell.others)]
    )


def effect(cell: Cell) -> float:
    """Give the difference in mean change."""
    return float(cell.change[cell.began].mean() - cell.change[cell.others].mean())


def influence(cell: Cell, watched: Watched, *, few: bool) -> Floats:
    """Give by how much each cluster moves the effect (clusters,); squares add up to its variance.

    With `few`, clusters get back what each of the two means took from them (CR2): of clusters of equal size the factor of a
    sample variance, clusters / (clusters − 1).
    """
    total = np.zeros(watched.clusters)
    for rows, sign in ((cell.began, 1.0), (cell.others, -1.0)):
        own, codes = cell.change[rows], watched.cluster[rows]
        parts = np.bincount(codes, own - own.mean(), minlength=watched.clusters) / len(own)
        total += sign * parts * (Side.of_counts(np.bincount(codes, minlength=watched.clusters)).blown if few else 1.0)
    return total


def membership(watched: Watched) -> tuple[Floats, Floats]:
    """Give the share of persons in each group that began (cohorts,), and by how much each cluster moves it."""
    belongs = (watched.first[:, None] == np.array(watched.cohorts)[None, :]).astype(float)
    shares = belongs.mean(axis=0)
    moved = [np.bincount(watched.cluster, one, minlength=watched.clusters) / len(belongs) for one in (belongs - shares).T]
    return shares, np.column_stack(moved)
