"""Tables of two variables, as they stand in outputs: what a reader lays beside others of the same persons.

A variable is known by its categories and by how many persons each of them counts: names alone do not tell one question that is
answered by yes and no from another. A share of one category tells the others of its variable as well, together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from gm_workbench.guard.links import Links, is_over_time
from gm_workbench.guard.net import Net
from gm_workbench.outputs.output import Cell, Key, Measure, Output

Variable = frozenset[tuple[str, int]]
"""Categories, and how many persons are in each."""
Names = frozenset[str]
Pair = tuple[Names, Names]
"""Categories of the one variable and of the other: a count is of all persons who are in one of each."""

REST = ""
"""The category, or categories, that a share leaves: it has no name until another table names it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The counts of a table by two variables, without totals.

    Attributes
    ----------
    output : int
    sides : tuple of Variable
    places : mapping of Pair to int
        The place of each count in the report.
    counts : mapping of Pair to int
        The counts themselves.
    """

    output: int
    sides: tuple[Variable, Variable]
    places: Mapping[Pair, int]
    counts: Mapping[Pair, int]

    @property
    def turned(self) -> Grid:
        """The same table with rows for columns."""
        places, counts = ({(two, one): number for (one, two), number in by.items()} for by in (self.places, self.counts))
        return Grid(self.output, (self.sides[1], self.sides[0]), places, counts)


def grids(net: Net, one_name: Mapping[str, str]) -> list[Grid]:
    """Give all tables of two variables of a report; categories that may be one under two names have one.

    Parameters
    ----------
    net : Net
    one_name : mapping of str to str
        The name that stands for all names of a category.
    """
    found: list[Grid] = []
    for at, output in enumerate(net.outputs):
        if not is_over_time(output):
            called = {key: net.outputs[at].words.label(key).nl for cell in output.cells for key in cell.key}
            names = {key: one_name.get(label, label) for key, label in called.items()}
            for places, split in _layouts(output, net.own[at]):
                found += _grids_of(net, at, places, {**names, REST: REST}, split=split)
    return _named(found)


def _layouts(output: Output, own: Links) -> Iterator[tuple[dict[Key, int], bool]]:
    """Give counts that stand in rows and columns: plain ones, numerators, and each numerator with what its share leaves.

    Numerators may be of several questions: only those that split their n are categories, which is told with them.
    """
    behind = {cell.key: places for cell, places in zip(output.cells, own.behind, strict=True)}
    yield {cell.key: behind[cell.key][-1] for cell in output.cells if cell.measure is Measure.COUNT}, False
    shares = [cell for cell in output.cells if cell.measure is Measure.SHARE]
    yield {cell.key: behind[cell.key][-1] for cell in shares}, True
    for axis in _axes_of_categories(shares):
        for name in dict.fromkeys(cell.key[axis] for cell in shares):
            line = [cell for cell in shares if cell.key[axis] == name]
            yield {key: place for cell in line for key, place in _with_rest(cell, axis, behind[cell.key])}, True


def _axes_of_categories(shares: Sequence[Cell]) -> Sequence[int]:
    """Say whether columns are categories of the persons of a row, or rows of those of a column: n is that of the persons."""
    of = [dict.fromkeys((cell.key[1 - axis], cell.n) for cell in shares) for axis in (0, 1)]
    same = [axis for axis in (0, 1) if len(of[axis]) == len({name for name, _ in of[axis]})]
    return same or (0, 1)


def _with_rest(cell: Cell, axis: int, places: Sequence[int]) -> list[tuple[Key, int]]:
    rest = (REST, cell.column) if axis == 0 else (cell.row, REST)
    return [(cell.key, places[2]), (rest, places[1])]


def _grids_of(net: Net, at: int, places: Mapping[Key, int], names: Mapping[str, str], *, split: bool) -> Iterator[Grid]:
    """Read a table of two variables, if all its counts are there; one of more variables side by side is several of these."""
    rows, columns = (list(dict.fromkeys(key[axis] for key in places)) for axis in (0, 1))
    if not places or len(places) < len(rows) * len(columns):
        return
    sums = _sums(net.own[at])
    across = {(column, row): place for (row, column), place in places.items()}
    for some, others in product(_variables(sums, places, rows, columns), _variables(sums, across, columns, rows)):
        inner = {(names[row], names[column]): places[row, column] for row, column in product(some, others)}
        if len(inner) == len(some) * len(others) and (not split or _is_split(inner, sums)):
            yield _grid(net, at, inner)


def _is_split(inner: Mapping[tuple[str, str], int], sums: Mapping[frozenset[int], set[int]]) -> bool:
    """Whether each row splits a whole, or each column."""
    lines: tuple[dict[str, set[int]], dict[str, set[int]]] = ({}, {})
    for pair, place in inner.items():
        for axis in (0, 1):
            lines[axis].setdefault(pair[axis], set()).add(place)
    return any(all(frozenset(line) in sums for line in along.values()) for along in lines)


def _grid(net: Net, at: int, inner: Mapping[tuple[str, str], int]) -> Grid:
    values = {pair: net.own[at].values[place] for pair, place in inner.items()}
    one, other = (_variable(values, axis) for axis in (0, 1))
    kept = {pair: place for pair, place in inner.items() if pair[0] in dict(one) and pair[1] in dict(other)}
    pairs = {(frozenset({row}), frozenset({column})): place for (row, column), place in kept.items()}
    places = {pair: net.starts[at] + place for pair, place in pairs.items()}
    return Grid(at, (one, other), places, {pair: net.own[at].values[place] for pair, place in pairs.items()})


def _variable(values: Mapping[tuple[str, str], int], axis: int) -> Variable:
    """Give the categories that somebody is in."""
    sums: dict[str, int] = {}
    for pair, value in values.items():
        sums[pair[axis]] = sums.get(pair[axis], 0) + value
    return frozenset((name, value) for name, value in sums.items() if value)


def _sums(own: Links) -> dict[frozenset[int], set[int]]:
    """Give the sets of counts that add up, with their totals."""
    sums: dict[frozenset[int], set[int]] = {}
    for one in own.relations:
        sums.setdefault(frozenset(one.parts), set()).add(one.total)
    return sums


def _variables(
    sums: Mapping[frozenset[int], set[int]], places: Mapping[Key, int], rows: Sequence[str], columns: Sequence[str]
) -> list[tuple[str, ...]]:
    """Give the rows that are no totals, and those that together are one whole in each column, if there are two or more."""
    found: list[set[frozenset[str]]] = []
    totals: list[set[str]] = []
    for column in (column for column in columns if column != REST):
        row_of = {places[row, column]: row for row in rows}
        made = {frozenset(row_of[part] for part in parts): tops for parts, tops in sums.items() if parts <= row_of.keys()}
        totals.append({row_of[top] for tops in made.values() for top in tops if top in row_of})
        found.append(set(made))
    no_totals = frozenset(row for row in rows if not all(row in some for some in totals))
    parted = {no_totals}.union(some for some in found[0] if all(some in others for others in found))
    return sorted(tuple(row for row in rows if row in some) for some in parted if len(some) > 1)


def _named(found: Sequence[Grid]) -> list[Grid]:
    """Give what shares leave the names that another table has for it; else a name by what the share is of."""
    whole = {side for grid in found for side in grid.sides if not _is_unnamed(side)}
    return [named for grid in found for named in _with_names(grid, whole)]


def _is_unnamed(side: Variable) -> bool:
    return any(name == REST for name, _ in side)


def _with_names(grid: Grid, whole: Iterable[Variable]) -> list[Grid]:
    axis = next((axis for axis in (0, 1) if _is_unnamed(grid.sides[axis])), None)
    if axis is None:
        return [grid]
    told = [(name, value) for name, value in grid.sides[axis] if name != REST]
    many = sum(value for _, value in grid.sides[axis])
    if not told or told[0][1] == many:  # all or nobody
        return []
    own = frozenset({told[0], (f"not {told[0][0]}", many - told[0][1])})
    sides = [side for side in whole if told[0] in side and sum(value for _, value in side) == many]
    return [_with_side(grid, axis, side, told[0][0]) for side in sides or [own]]


def _with_side(grid: Grid, axis: int, side: Variable, told: str) -> Grid:
    rest = frozenset(name for name, _ in side) - {told}

    def named(pair: Pair) -> Pair:
        one, other = (rest if at == axis and REST in names else names for at, names in enumerate(pair))
        return one, other

    sides = (side, grid.sides[1]) if axis == 0 else (grid.sides[0], side)
    places, counts = ({named(pair): number for pair, number in by.items()} for by in (grid.places, grid.counts))
    return Grid(grid.output, sides, places, counts)
