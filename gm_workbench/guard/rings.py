"""Which tables of two variables hang together in a ring, so that one table of all their variables is behind them.

Where the ring is long that table would be large. But it exists if tables of fewer variables exist that agree where they share
some: for age by sex, sex by home, home by work and work by age, those by age, sex and home, and by age, home and work. Which
these are is found as for a decomposable model: variables are taken out one by one, each with all that it stands in a table with
(Lauritzen, Graphical Models, 1996, section 2.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice, permutations, product
from math import prod

from gm_workbench.guard.grids import Grid, Variable

MOST_WAYS = 50
"""Ways to take one of several tables by the same variables, and of telling two variables apart that look alike."""

Axis = tuple[Variable, int]
"""A variable; those of the same categories and numbers are told apart by a number of their own."""
Two = tuple[Axis, Axis]
Tables = Mapping[Two, Sequence[Grid]]
"""By two variables, the tables of these that tell the same counts; rows are of the first."""
Clique = frozenset[Axis]


def rings(found: Sequence[Grid]) -> Iterator[Tables]:
    """Give the tables that hang together in rings: two tables tell nothing together that their sums do not.

    Where several by the same variables tell other counts, each is taken in turn. Threes of which one table looks alike on both
    sides come besides, in every way.
    """
    told: dict[Two, dict[frozenset[object], list[Grid]]] = {}
    for grid in (grid for grid in found if grid.sides[0] != grid.sides[1]):
        one = grid if sorted(grid.sides[0]) < sorted(grid.sides[1]) else grid.turned
        pair = ((one.sides[0], 0), (one.sides[1], 0))
        told.setdefault(pair, {}).setdefault(frozenset(one.counts.items()), []).append(one)
    for pairs in _closed(told):
        many = prod(len(told[pair]) for pair in pairs)
        for some in [pairs] if many <= MOST_WAYS else threes(pairs):
            yield from (dict(zip(some, one, strict=True)) for one in product(*(told[pair].values() for pair in some)))
    yield from _alike(found)


def _alike(found: Sequence[Grid]) -> Iterator[Tables]:
    """Give threes of tables of which one has twice the same categories and numbers: no name says which is which."""
    turned = [turn for grid in found for turn in (grid, grid.turned)]
    for loop in (grid for grid in found if grid.sides[0] == grid.sides[1]):
        side = loop.sides[0]
        beside = [grid for grid in turned if grid.sides[0] == side and grid.output != loop.output]
        ways = ((one, two) for one, two in permutations(beside, 2) if one.sides[1] == two.sides[1] and one.output != two.output)
        for one, two in islice(ways, MOST_WAYS):
            here, there, third = (side, 0), (side, 1), (one.sides[1], 2)
            yield {(here, there): [loop], (here, third): [one], (there, third): [two]}


def _closed(pairs: Iterable[Two]) -> Iterator[list[Two]]:
    """Give the pairs of variables that hang together, without those that close no ring."""
    left = set(pairs)
    while ends := {pair for pair in left if any(sum(axis in other for other in left) < 2 for axis in pair)}:
        left -= ends
    while left:
        ring, axes = set[Two](), {*min(left, key=_order_of_two)}
        while more := {pair for pair in left if axes & {*pair}}:
            ring |= more
            left -= more
            axes.update(*more)
        yield sorted(ring, key=_order_of_two)


def threes(pairs: Sequence[Two]) -> Iterator[tuple[Two, Two, Two]]:
    """Give each three variables of which all pairs are there."""
    known = set(pairs)
    for one, other in combinations(sorted(pairs, key=_order_of_two), 2):
        if one[0] == other[0] and (one[1], other[1]) in known:
            yield one, other, (one[1], other[1])


def cliques(pairs: Iterable[Two]) -> list[Clique]:
    """Give the sets of three variables and more: if tables by these agree where they share some, there is one of all.

    Each time the variable is taken out for which the fewest others must still be related; of these, that of the smallest table.

    Examples
    --------
    A ring of four variables:

    >>> axes = [(frozenset({(name, 1)}), 0) for name in ("age", "home", "sex", "work")]
    >>> age, home, sex, work = axes
    >>> [len(one) for one in cliques([(age, sex), (home, sex), (home, work), (age, work)])]
    [3, 3]
    """
    beside: dict[Axis, set[Axis]] = {}
    for pair in pairs:
        for one, other in permutations(pair):
            beside.setdefault(one, set()).add(other)
    found: list[Clique] = []
    while beside:
        out = min(beside, key=lambda axis: (_lacking(beside, axis), prod(len(one[0]) for one in beside[axis]), _order(axis)))
        clique = frozenset({out, *beside[out]})
        if len(clique) > 2 and not any(clique <= one for one in found):
            found.append(clique)
        for other in beside.pop(out):
            beside[other] = (beside[other] | clique) - {out, other}
    return found


def _lacking(beside: Mapping[Axis, set[Axis]], axis: Axis) -> int:
    return sum(other not in beside[one] for one, other in combinations(beside[axis], 2))


def _order(axis: Axis) -> tuple[list[tuple[str, int]], int]:
    return sorted(axis[0]), axis[1]


def _order_of_two(pair: Two) -> list[tuple[list[tuple[str, int]], int]]:
    return [_order(axis) for axis in pair]
