"""Tables of two variables each over the same persons: one table of all their variables is behind them.

A reader who knows how persons are by age and sex, by age and home, and by sex and home knows that numbers of persons by all
three must exist, none below nought. That can leave a hidden count less room than the sums of each table do. So the cells of
that table are counts like others, which nobody is shown. They are unknown to us as well: any that come to the three will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from math import prod

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult

from gm_workbench.guard.grids import Names, grids
from gm_workbench.guard.links import Origin
from gm_workbench.guard.net import Net
from gm_workbench.guard.programmes import solved
from gm_workbench.guard.rings import Axis, Clique, Tables, cliques, rings, threes

MOST = 400
"""Cells of one table behind others: of more the table is not reckoned with, which is told."""
NODES = 500
"""Steps of the integer programme that seeks counts for them."""

INFEASIBLE = 2


def add_joint(net: Net) -> frozenset[int]:
    """Add the tables behind others; give the outputs for which one is too large, or could not be found in time.

    Categories are known by their own names, or else by one name for those that may be the same: equal numbers are often chance.
    """
    done: set[frozenset[frozenset[int]]] = set()
    left: set[int] = set()
    renamed = {name: other for name, other in net.one_name.items() if name != other}
    for one_name in [{}, renamed] if renamed else [{}]:
        for tables in rings(grids(net, one_name)):
            left |= _add(net, tables, done)
    return frozenset(left)


def _add(net: Net, tables: Tables, done: set[frozenset[frozenset[int]]]) -> set[int]:
    """Add the table behind some, or tables that agree where they share variables; else, that behind each three of them.

    Where there can be none, they are of other persons. Give the outputs of those for which that is not known.
    """
    sets = cliques(tables)
    too_large = [one for one in sets if prod(len(variable) for variable, _ in one) > MOST]
    behind = _laid_out(tables, [] if too_large else sets)
    if behind.name in done:
        return set()
    found = None if too_large else _any_counts(net, behind)
    if found is not None and found.x is not None:
        done.add(behind.name)
        _relate(net, behind, found.x)
        return set()
    unknown = [] if found is not None and found.status == INFEASIBLE else too_large or sets
    left = {grid.output for one in unknown for pair, own in tables.items() if one >= {*pair} for grid in own}
    smaller = [] if len(tables) == 3 else threes([*tables])
    return left.union(*(_add(net, {pair: tables[pair] for pair in three}, done) for three in smaller))


@dataclass(frozen=True, slots=True)
class _Behind:
    """The cells of tables behind others.

    Attributes
    ----------
    many : int
        How many cells there are.
    told : sequence of (int, sequence of int)
        The place of each count that a table tells, and the cells that come to it.
    shared : sequence of sequence of sequence of int
        For each count that no table tells and that two or more of these share, the cells of each that come to it.
    """

    many: int
    told: Sequence[tuple[int, Sequence[int]]]
    shared: Sequence[Sequence[Sequence[int]]]

    @property
    def name(self) -> frozenset[frozenset[int]]:
        """What these are called: by the counts that each cell is part of."""
        of: list[set[int]] = [set() for _ in range(self.many)]
        for place, parts in self.told:
            for part in parts:
                of[part].add(place)
        return frozenset(map(frozenset, of))


def _laid_out(tables: Tables, sets: Sequence[Clique]) -> _Behind:
    cells = [(one, cell) for one in sets for cell in _cells(one)]
    of = {one: [at for at, (its, _) in enumerate(cells) if its == one] for one in sets}

    def parts(one: Clique, among: Mapping[Axis, Names]) -> list[int]:
        return [at for at in of[one] if all(cells[at][1][axis] in names for axis, names in among.items())]

    told = [
        (place, parts(one, dict(zip(pair, names, strict=True))))
        for one in sets
        for pair, own in tables.items()
        if one >= {*pair}
        for grid in own
        for names, place in grid.places.items()
    ]
    both = dict.fromkeys(one & other for one, other in combinations(sets, 2))
    shared = [
        [parts(one, {axis: frozenset({name}) for axis, name in cell.items()}) for one in sets if one >= axes]
        for axes in both
        if len(axes) > 1 and not any(axes == {*pair} for pair in tables)
        for cell in _cells(axes)
    ]
    return _Behind(len(cells), told, shared)


def _cells(axes: Clique) -> Iterator[dict[Axis, str]]:
    """Give the cells of a table by some variables: of each a category."""
    ordered = sorted(axes, key=lambda axis: (sorted(axis[0]), axis[1]))
    for names in product(*(sorted(name for name, _ in variable) for variable, _ in ordered)):
        yield dict(zip(ordered, names, strict=True))


def _any_counts(net: Net, behind: _Behind) -> OptimizeResult:
    """Seek whole numbers that come to what is told, and to the same where they share a count."""
    same = [pair for one in behind.shared for pair in pairwise(one)]
    factors = np.zeros((len(behind.told) + len(same), behind.many))
    for row, (_, parts) in enumerate(behind.told):
        factors[row, parts] = 1.0
    for row, (parts, others) in enumerate(same, start=len(behind.told)):
        factors[row, parts] += 1.0
        factors[row, others] -= 1.0
    whole = np.array([*(net.values[place] for place, _ in behind.told), *(0 for _ in same)], dtype=np.float64)
    return solved(
        np.zeros(behind.many),
        integrality=np.ones(behind.many),
        bounds=Bounds(0, np.inf),
        constraints=LinearConstraint(factors, whole, whole),
        options={"node_limit": NODES},
    )


def _relate(net: Net, behind: _Behind, counts: Sequence[float]) -> None:
    cells = [net.unheld(round(value)) for value in counts]
    for place, parts in behind.told:
        net.relate(place, [cells[at] for at in parts], Origin.JOINT)
    for same in behind.shared:
        between = net.unheld(sum(net.values[cells[at]] for at in same[0]))
        for parts in same:
            net.relate(between, [cells[at] for at in parts], Origin.SHARED)
