"""Three tables of two variables each over the same persons: one table of all three is behind them.

A reader who knows how persons are by age and sex, by age and home, and by sex and home knows that numbers of persons by all
three must exist, none below nought. That can leave a hidden count less room than the sums of each table do. So the cells of
that table are counts like others, which nobody is shown. They are unknown to us as well: any that come to the three will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult

from gm_workbench.guard.links import Links, Origin, is_over_time
from gm_workbench.guard.net import Net
from gm_workbench.guard.programmes import solved
from gm_workbench.outputs.output import Key, Measure, Output

MOST = 400
"""Cells of three variables: of more the table is not reckoned with, which is told."""
NODES = 500
"""Steps of the integer programme that seeks counts for them."""

INFEASIBLE = 2

Variable = frozenset[str]
Category = tuple[Variable, str]
"""A variable, known by its categories, and one of these: two variables may both have an `unknown`."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The counts of a table by the categories of its two variables, without totals."""

    output: int
    sides: tuple[Variable, Variable]
    places: Mapping[frozenset[Category], int]
    sums: Mapping[Variable, Mapping[str, int]]

    def agrees(self, other: Grid) -> bool:
        """Whether each category of a variable that both have counts as many persons in both."""
        return all(self.sums[side] == other.sums[side] for side in self.sides if side in other.sums)


def add_joint(net: Net) -> frozenset[int]:
    """Add the table behind each three; give the outputs of three for which it is too large, or could not be found in time.

    Categories are known by their own names, or else by one name for those that may be the same: equal numbers are often chance.
    Of several tables of the same two variables each is tried: that of other persons may stand first.
    """
    done: set[frozenset[frozenset[int]]] = set()
    left: set[int] = set()
    for one_name in ({}, net.one_name):
        grids: dict[frozenset[Variable], list[Grid]] = {}
        for grid in _grids(net, one_name):
            grids.setdefault(frozenset(grid.sides), []).append(grid)
        for three in _cycles(grids):
            counts = frozenset(frozenset(grid.places.values()) for grid in three)
            if counts not in done and not _joined(net, three):
                left |= {grid.output for grid in three}
            done.add(counts)
    return frozenset(left)


def _grids(net: Net, one_name: Mapping[str, str]) -> Iterator[Grid]:
    for at, output in enumerate(net.outputs):
        if not is_over_time(output):
            yield from _grids_of(net, at, output, one_name)


def _grids_of(net: Net, at: int, output: Output, one_name: Mapping[str, str]) -> Iterator[Grid]:
    """Read a table of two variables, if all its counts are there; one of more variables side by side is several of these."""
    places = {
        cell.key: own for cell, (*_, own) in zip(output.cells, net.own[at].behind, strict=True) if cell.measure is Measure.COUNT
    }
    rows, columns = (list(dict.fromkeys(key[axis] for key in places)) for axis in (0, 1))
    if not places or len(places) < len(rows) * len(columns):
        return
    sums = _sums(net.own[at])
    across = {(column, row): place for (row, column), place in places.items()}
    names = {key: one_name.get(label, label) for key in (*rows, *columns) for label in (output.words.label(key).nl,)}
    for some, others in product(_variables(sums, places, rows, columns), _variables(sums, across, columns, rows)):
        sides = frozenset(names[row] for row in some), frozenset(names[column] for column in others)
        if sides[0] != sides[1] and len(sides[0]) == len(some) and len(sides[1]) == len(others):
            inner = {
                frozenset(((sides[0], names[row]), (sides[1], names[column]))): net.starts[at] + places[row, column]
                for row, column in product(some, others)
            }
            yield Grid(at, sides, inner, _sums_by_category(net, inner, sides))


def _sums(own: Links) -> dict[int, list[frozenset[int]]]:
    sums: dict[int, list[frozenset[int]]] = {}
    for one in own.relations:
        sums.setdefault(one.total, []).append(frozenset(one.parts))
    return sums


def _variables(
    sums: Mapping[int, Sequence[frozenset[int]]], places: Mapping[Key, int], rows: Sequence[str], columns: Sequence[str]
) -> list[tuple[str, ...]]:
    """Give the rows that are no totals, and those that together are one in each column, if there are two or more."""
    found: list[set[frozenset[str]]] = []
    totals: list[set[str]] = []
    for column in columns:
        row_of = {places[row, column]: row for row in rows}
        made = [(row, parts) for row in rows for parts in sums.get(places[row, column], ()) if parts <= row_of.keys()]
        totals.append({row for row, _ in made})
        found.append({frozenset(row_of[part] for part in parts) for _, parts in made})
    no_totals = frozenset(row for row in rows if not all(row in some for some in totals))
    parted = {no_totals}.union(some for some in found[0] if all(some in others for others in found))
    return sorted(tuple(row for row in rows if row in some) for some in parted if len(some) > 1)


def _sums_by_category(
    net: Net, places: Mapping[frozenset[Category], int], sides: Sequence[Variable]
) -> dict[Variable, dict[str, int]]:
    return {
        side: {name: sum(net.values[place] for pair, place in places.items() if (side, name) in pair) for name in side}
        for side in sides
    }


def _cycles(grids: Mapping[frozenset[Variable], Sequence[Grid]]) -> Iterator[tuple[Grid, Grid, Grid]]:
    """Give each three tables that are by two of the same three variables, and count as many of each category."""
    beside: dict[Variable, set[Variable]] = {}
    for pair in grids:
        for one, other in permutations(pair):
            beside.setdefault(one, set()).add(other)
    threes = {
        frozenset((*pair, third))
        for pair in grids
        for third in frozenset.intersection(*(frozenset(beside[one]) for one in pair))
    }
    for three in sorted((sorted(one, key=sorted) for one in threes), key=lambda one: [sorted(side) for side in one]):
        first, second, third = (grids[frozenset(pair)] for pair in combinations(three, 2))
        for here, there in product(first, second):
            if here.agrees(there):
                yield from ((here, there, last) for last in third if last.agrees(here) and last.agrees(there))


def _joined(net: Net, three: Sequence[Grid]) -> bool:
    """Add the table behind three others, if there can be one: else they are of other persons. False if that is not known."""
    variables = sorted({side for grid in three for side in grid.sides}, key=sorted)
    names = [frozenset(one) for one in product(*([(side, name) for name in sorted(side)] for side in variables))]
    if len(names) > MOST:
        return False
    rows = [
        (place, [at for at, name in enumerate(names) if pair <= name]) for grid in three for pair, place in grid.places.items()
    ]
    found = _any_counts(len(names), [(parts, net.values[place]) for place, parts in rows])
    if found.status == INFEASIBLE:
        return True
    if found.x is None:
        return False
    behind = [net.unheld(round(value)) for value in found.x]
    for place, parts in rows:
        net.relate(place, [behind[at] for at in parts], Origin.JOINT)
    return True


def _any_counts(many: int, sums: Sequence[tuple[Sequence[int], int]]) -> OptimizeResult:
    """Seek whole numbers that come to these sums."""
    factors = np.zeros((len(sums), many))
    for row, (parts, _) in enumerate(sums):
        factors[row, parts] = 1.0
    whole = np.array([total for _, total in sums], dtype=np.float64)
    return solved(
        np.zeros(many),
        integrality=np.ones(many),
        bounds=Bounds(0, np.inf),
        constraints=LinearConstraint(factors, whole, whole),
        options={"node_limit": NODES},
    )
