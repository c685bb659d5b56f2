"""Lines of several outputs that add up in every count: all persons here, men and women in two other tables, each by age.

In one count such a sum may be coincidence; in all counts of two lines it is not. Also found are a variable in one output and
the same in fewer categories in another, where neither table has the totals of its categories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from gm_workbench.guard.grids import grids
from gm_workbench.guard.links import Origin, is_over_time
from gm_workbench.guard.net import Net
from gm_workbench.guard.stacked import LEAST, Vector
from gm_workbench.outputs.output import Measure

MOST_LINES = 300
"""Lines across which the same names stand: of more, sums of two are not sought across outputs."""

Places = tuple[int, ...]
Category = tuple[int, Places]
"""How many are in it, and the counts that come to that."""


@dataclass(frozen=True, slots=True)
class Row:
    """Counts of a row or column, in the order of the names that stand across it."""

    output: int
    name: str
    places: Places
    values: Vector


def add_crosswise(net: Net) -> None:
    """Relate lines of two or three outputs that are the sum of others, and categories that others are made of."""
    for rows in _alike(net):
        for total, parts in _sums(rows):
            for places in zip(rows[total].places, *(rows[part].places for part in parts), strict=True):
                net.relate(places[0], places[1:], Origin.ACROSS)
    wholes = _Wholes(net)
    for coarse, fine in _coarser(net):
        wholes.relate(coarse, fine)


class _Wholes:
    """What categories come to: a count that a cell holds, or one that none does; each once."""

    def __init__(self, net: Net) -> None:
        self.net = net
        sums = (*net.within(), *map(net.rooted, net.across))
        self.known = {frozenset(one.parts): one.total for one in sums if one.origin is not Origin.SHARE}

    def relate(self, coarse: Places, fine: Sequence[Places]) -> None:
        """Say that some counts come to what several others do."""
        total = self._whole(coarse)
        if total is None and len(fine) == 1:
            total = self._whole(fine[0])
        if total is None:
            total = self.net.unheld(sum(self.net.values[place] for place in coarse))
        self._add(total, [coarse])
        self._add(total, fine)

    def _add(self, total: int, several: Sequence[Places]) -> None:
        wholes = [self._whole(parts) for parts in several]
        parts = [place for whole, its in zip(wholes, several, strict=True) for place in (its if whole is None else (whole,))]
        if {*map(self.net.root, parts)} != {self.net.root(total)}:
            self.net.relate(total, parts, Origin.ACROSS)
            self.known.setdefault(frozenset(map(self.net.root, parts)), total)

    def _whole(self, parts: Places) -> int | None:
        return parts[0] if len(parts) == 1 else self.known.get(frozenset(map(self.net.root, parts)))


def _alike(net: Net) -> list[list[Row]]:
    """Put the lines together across which the same names stand: of plain counts, or of n, rest or numerators of shares."""
    found: dict[frozenset[str], list[Row]] = {}
    for at, output in enumerate(net.outputs):
        for measure, role in ((Measure.COUNT, 0), *((Measure.SHARE, role) for role in range(3))):
            for axis in (1,) if is_over_time(output) else (0, 1):
                for name, line in _lines(net, at, measure, role, axis).items():
                    names = sorted(line)
                    places = tuple(net.starts[at] + line[one] for one in names)
                    row = Row(at, name, places, tuple(net.values[place] for place in places))
                    if sum(map(bool, row.values)) >= LEAST:
                        found.setdefault(frozenset(names), []).append(row)
    return [rows for rows in found.values() if 2 < len(rows) <= MOST_LINES]


def _lines(net: Net, at: int, measure: Measure, role: int, axis: int) -> dict[str, dict[str, int]]:
    """Give rows or columns by name, with the place of each count by the name that stands across it."""
    lines: dict[str, dict[str, int]] = {}
    for cell, places in zip(net.outputs[at].cells, net.own[at].behind, strict=True):
        if cell.measure is measure:
            name, across = (_called(net, at, cell.key[one]) for one in (axis, 1 - axis))
            lines.setdefault(name, {})[across] = places[role]
    return lines


def _called(net: Net, at: int, key: str) -> str:
    return net.called(net.outputs[at].words.label(key).nl)


def _sums(rows: Sequence[Row]) -> Iterator[tuple[int, Places]]:
    """Give the lines that are the sum of two others, or of all others of one name, where these stand in several outputs."""
    places: dict[Vector, list[int]] = {}
    for at, row in enumerate(rows):
        places.setdefault(row.values, []).append(at)
    named: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        named.setdefault(row.name, []).append(at)
    for parts in (*combinations(range(len(rows)), 2), *_all_but_one([range(len(rows)), *named.values()])):
        for total in places.get(tuple(map(sum, zip(*(rows[part].values for part in parts), strict=True))), ()):
            if total not in parts and len({rows[at].output for at in (total, *parts)}) > 1:
                yield total, tuple(parts)


def _all_but_one(groups: Iterable[Sequence[int]]) -> Iterator[Places]:
    for group in groups:
        if len(group) > 3:
            yield from (tuple(one for one in group if one != out) for out in group)


def _coarser(net: Net) -> Iterator[tuple[Places, Sequence[Places]]]:
    """Give the counts of a category of one output, and those of the neighbouring categories of another that make it up."""
    sides = list(_sides(net))
    by_sum: dict[int, list[tuple[int, Sequence[Category]]]] = {}
    for output, side in sides:
        by_sum.setdefault(sum(value for value, _ in side), []).append((output, side))
    for alike in by_sum.values():
        for (here, coarse), (there, fine) in permutations(alike, 2):
            if here != there and len(fine) >= len(coarse) > 1 and (len(fine) > len(coarse) or here < there):
                yield from _made_of(coarse, fine)


def _sides(net: Net) -> Iterator[tuple[int, Sequence[Category]]]:
    """Give the variables of all outputs, with what each category comes to."""
    for grid in grids(net, {}):
        for axis in (0, 1):
            side: dict[frozenset[str], list[int]] = {}
            for pair, place in grid.places.items():
                side.setdefault(pair[axis], []).append(place)
            yield grid.output, [(sum(net.values[at] for at in places), tuple(places)) for places in side.values()]
    for at, output in enumerate(net.outputs):
        for axis in () if is_over_time(output) else (0, 1):
            lines = _lines(net, at, Measure.COUNT, 0, axis)
            if len(lines) == 1:
                for line in lines.values():
                    yield at, [(net.own[at].values[place], (net.starts[at] + place,)) for place in line.values()]


def _made_of(coarse: Sequence[Category], fine: Sequence[Category]) -> Iterator[tuple[Places, Sequence[Places]]]:
    """Divide the one side into runs that come to the categories of the other; nothing if that does not come out."""
    found, left = [], list(fine)
    for value, parts in coarse:
        run: list[Category] = []
        while left and sum(one for one, _ in run) < value:
            run.append(left.pop(0))
        if sum(one for one, _ in run) != value:
            return
        found.append((parts, [its for _, its in run]))
    yield from () if left else (one for one in found if one[1])
