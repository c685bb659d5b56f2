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


@dataclass(frozen=True, slots=True)
class Grid:
    """The counts of a table by the categories of its two variables, without totals."""

    output: int
    sides: tuple[Variable, Variable]
    places: Mapping[frozenset[str], int]


def add_joint(net: Net) -> frozenset[int]:
    """Add the table behind each three; give the outputs of three for which it is too large, or could not be found in time.

    Categories are known by their own names, or else by one name for those that may be the same: equal numbers are often chance.
    """
    done: set[frozenset[int]] = set()
    left: set[int] = set()
    for one_name in ({}, net.one_name):
        grids: dict[frozenset[Variable], Grid] = {}
        for grid in _grids(net, one_name):
            grids.setdefault(frozenset(grid.sides), grid)
        for three in _cycles(grids):
            outputs = frozenset(grid.output for grid in three)
            if outputs not in done and not _joined(net, three):
                left |= outputs
            done.add(outputs)
    return frozenset(left)


def _grids(net: Net, one_name: Mapping[str, str]) -> Iterator[Grid]:
    for at, output in enumerate(net.outputs):
        found = None if is_over_time(output) else _grid(net, at, output, one_name)
        if found is not None:
            yield found


def _grid(net: Net, at: int, output: Output, one_name: Mapping[str, str]) -> Grid | None:
    """Read a table of two variables, if all its counts that are no totals are there and each has a name of its own."""
    places = {
        cell.key: own for cell, (*_, own) in zip(output.cells, net.own[at].behind, strict=True) if cell.measure is Measure.COUNT
    }
    rows, columns = (list(dict.fromkeys(key[axis] for key in places)) for axis in (0, 1))
    if len(places) < len(rows) * len(columns):
        return None
    sums = _sums(net.own[at])
    rows, columns = (
        [row for row in rows if not all(_is_sum(sums, places, row, column, 0) for column in columns)],
        [column for column in columns if not all(_is_sum(sums, places, row, column, 1) for row in rows)],
    )
    names = {key: one_name.get(label, label) for key in (*rows, *columns) for label in (output.words.label(key).nl,)}
    sides = frozenset(names[row] for row in rows), frozenset(names[column] for column in columns)
    if min(len(rows), len(columns)) < 2 or len(sides[0] | sides[1]) < len(rows) + len(columns):
        return None
    start = net.starts[at]
    inner = {frozenset((names[row], names[column])): start + places[row, column] for row, column in product(rows, columns)}
    return Grid(at, sides, inner)


def _sums(own: Links) -> dict[int, list[frozenset[int]]]:
    sums: dict[int, list[frozenset[int]]] = {}
    for one in own.relations:
        sums.setdefault(one.total, []).append(frozenset(one.parts))
    return sums


def _is_sum(sums: Mapping[int, Sequence[frozenset[int]]], places: Mapping[Key, int], row: str, column: str, along: int) -> bool:
    """Whether a count is the sum of others of its column (along 0) or of its row (along 1)."""
    line = {place for key, place in places.items() if key[1 - along] == (row, column)[1 - along]}
    return any(parts <= line for parts in sums.get(places[row, column], ()))


def _cycles(grids: Mapping[frozenset[Variable], Grid]) -> Iterator[tuple[Grid, Grid, Grid]]:
    """Give each three tables that are by two of the same three variables."""
    beside: dict[Variable, set[Variable]] = {}
    for grid in grids.values():
        for one, other in permutations(grid.sides):
            beside.setdefault(one, set()).add(other)
    threes = {frozenset((*grid.sides, third)) for grid in grids.values() for third in _third(beside, grid)}
    for three in sorted((sorted(one, key=sorted) for one in threes), key=lambda one: [sorted(side) for side in one]):
        if len(frozenset().union(*three)) == sum(map(len, three)):
            first, second, third = (grids[frozenset(pair)] for pair in combinations(three, 2))
            yield first, second, third


def _third(beside: Mapping[Variable, set[Variable]], grid: Grid) -> set[Variable]:
    one, other = grid.sides
    return beside[one] & beside[other]


def _joined(net: Net, three: Sequence[Grid]) -> bool:
    """Add the table behind three others, if there can be one: else they are of other persons. False if that is not known."""
    variables = sorted({side for grid in three for side in grid.sides}, key=sorted)
    names = [frozenset(one) for one in product(*map(sorted, variables))]
    if not _agree(net, three):
        return True
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


def _agree(net: Net, three: Sequence[Grid]) -> bool:
    """Whether every category counts as many persons in both tables that have it."""
    sums: dict[str, set[int]] = {}
    for grid in three:
        for name in frozenset().union(*grid.sides):
            sums.setdefault(name, set()).add(sum(net.values[place] for pair, place in grid.places.items() if name in pair))
    return all(len(found) == 1 for found in sums.values())


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
