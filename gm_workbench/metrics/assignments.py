"""Who starts when: the starts of teams as levels, and every other way in which they could have been dealt out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial, prod
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import require_draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Nuisance = Literal["none", "period", "team and period"]

NEGLIGIBLE = 1e-9
"""Relative: a smaller difference is rounding."""


@dataclass(frozen=True, slots=True)
class Design:
    """Starts, cells and weights, without outcomes.

    Attributes
    ----------
    observed : (teams,) level of each team: the place of its start in the order of starts. Starts between which no cell can
        differ are one level.
    exposure : (levels, cells) 1 where a cell is exposed when its team has that level
    member : (teams, cells) 1 where the cell is the team's
    root : (cells,) square roots of the weights
    basis : (cells, q) orthonormal columns that span the weighted nuisance
    strata : (teams,) group of teams within which starts were dealt out; all 0 when they were dealt out over all teams
    """

    observed: Ints
    exposure: Floats
    member: Floats
    root: Floats
    basis: Floats
    strata: Ints

    @property
    def dealt(self) -> list[list[int]]:
        """Teams at each level, by stratum."""
        levels = len(self.exposure)
        return [
            np.bincount(self.observed[self.strata == one], minlength=levels).tolist()
            for one in range(int(self.strata.max()) + 1)
        ]

    def exposed(self, levels: Ints) -> Floats:
        """Give exposure of each cell when teams have these levels."""
        return np.asarray((self.member * self.exposure[levels]).sum(axis=0))

    def without_nuisance(self, column: Floats) -> Floats:
        """Give what is left of a weighted column."""
        weighted = self.root * column
        return np.asarray(weighted - self.basis @ (self.basis.T @ weighted))

    def tells_apart(self, column: Floats) -> bool:
        """Whether anything is left of a column but rounding."""
        left, whole = np.linalg.norm(self.without_nuisance(column)), np.linalg.norm(self.root * column)
        return bool(left > NEGLIGIBLE * whole)

    @property
    def mirrors(self) -> bool:
        """Whether the starts in reversed order give the same comparison with the other sign, as swapped arms do."""
        return not self.tells_apart(self.exposed(self.observed) + self.exposed(self.observed.max() - self.observed))


def design(
    cells: pd.DataFrame,
    weight: str,
    team: str,
    period: str,
    start: Mapping[str, int | None],
    nuisance: Nuisance,
    stratum: Mapping[str, str] | None = None,
) -> Design:
    """Lay out the cells of a study for `randomisation.randomisation_inference`, whose parameters these are.

    Examples
    --------
    >>> cells = pd.DataFrame({"team": ["a", "a", "b", "b"], "month": [1, 2, 1, 2], "n": 10})
    >>> laid_out = design(cells, "n", "team", "month", {"a": 2, "b": None}, "period")
    >>> laid_out.observed.tolist(), laid_out.exposed(laid_out.observed).tolist()
    ([0, 1], [0.0, 1.0, 0.0, 0.0])
    """
    if cells.empty:
        raise MetricError("There must be cells of teams and periods but there are none.")
    codes, teams = pd.factorize(cells[team], sort=True)
    places, periods = pd.factorize(cells[period], sort=True)
    first = [_place(start[name], np.asarray(periods)) for name in teams]
    starts, observed = np.unique(first, return_inverse=True)
    root = np.sqrt(cells[weight].to_numpy(dtype=float))
    member, when = np.eye(len(teams))[codes].T, np.eye(len(periods))[places]
    strata = pd.factorize(pd.Series([stratum[name] if stratum else "" for name in teams]))[0]
    taken = {"none": [], "period": [when], "team and period": [when, member.T]}[nuisance]
    taken = [*taken, member.T @ np.eye(strata.max() + 1)[strata]]
    left, sizes, _ = np.linalg.svd(root[:, None] * np.column_stack([np.ones(len(cells)), *taken]), full_matrices=False)
    exposure = (places >= starts[:, None]).astype(float)
    return Design(observed, exposure, member, root, left[:, sizes > NEGLIGIBLE * sizes[0]], strata)


def _place(start: int | None, periods: Ints) -> int:
    return len(periods) if start is None or pd.isna(start) else int(np.searchsorted(periods, start))


def ways(dealt: Sequence[Sequence[int]]) -> int:
    """Count the distinct ways to deal levels out within strata, so many teams to each.

    >>> ways([[3, 4]]), ways([[2, 2, 2]]), ways([[1, 2], [2, 2]])
    (35, 90, 18)
    """
    return prod(factorial(sum(counts)) // prod(factorial(count) for count in counts) for counts in dealt)


def teams_needed(dealt: Sequence[Sequence[int]], mirrors: bool, level: float) -> int:
    """Give how many teams it takes before an outcome can have p below `level`, when teams join the smallest groups.

    With equal groups that mirror each other, the most extreme result has a twin with the other sign.

    >>> teams_needed([[3, 3]], True, 0.05), teams_needed([[3, 4]], True, 0.05), teams_needed([[1, 6]], True, 0.05)
    (7, 7, 8)
    >>> teams_needed([[1, 4, 1]], True, 0.05), teams_needed([[1, 4, 1]], False, 0.05)
    (7, 6)
    >>> teams_needed([[2, 2], [2, 2]], True, 0.05)
    9
    """
    grown = [[*counts, 0] if len(counts) == 1 else list(counts) for counts in dealt]
    while (2 if mirrors and all(one == one[::-1] for one in grown) else 1) / ways(grown) >= level:
        smallest = min(grown, key=min)
        smallest[smallest.index(min(smallest))] += 1
    return sum(map(sum, grown))


def every(plan: Design) -> Ints:
    """Give all distinct assignments (assignments, teams), the one that happened first."""
    rows, left = np.empty((1, 0), dtype=np.int64), np.array([plan.dealt])
    for stratum in plan.strata:  # each team takes, in turn, each of the levels that are left over in its stratum
        parent, level = np.nonzero(left[:, stratum])
        rows, left = np.column_stack([rows[parent], level]), left[parent]
        left[np.arange(len(level)), stratum, level] -= 1
    happened = (rows == plan.observed).all(axis=1)
    return np.vstack([rows[happened], rows[~happened]])


def drawn(plan: Design, draws: int, seed: int) -> Ints:
    """Give the assignment that happened, and drawn ones: permutations within strata, never levels drawn anew."""
    require_draws(draws, seed, "assignments")
    many, rng = np.tile(plan.observed, (draws, 1)), np.random.default_rng(seed)
    for stratum in range(int(plan.strata.max()) + 1):
        teams = np.flatnonzero(plan.strata == stratum)
        many[:, teams] = rng.permuted(many[:, teams], axis=1)
    return np.vstack([plan.observed, many])
