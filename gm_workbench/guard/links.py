"""Which counts an output speaks of, which cell gives away which, and how they add up.

A reader can subtract whatever adds up, whether the maker of the output declared it or not. So beside the declared sums, those
are found that stand in the table: a number that is the sum of its neighbours, the same count in two cells of a row or column,
a row that is the sum of two others or of some that stand equally far apart,
shares whose numerators make up their n. A sum that is there by coincidence costs at most a cell that could have been shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from gm_workbench.guard.cells import numerator
from gm_workbench.guard.stacked import stacked
from gm_workbench.outputs.output import Cell, Key, Measure, Output, Shape

ROUNDED = frozenset({Shape.FLOW, Shape.TILES, Shape.CURVE, Shape.INTERVAL, Shape.TREND, Shape.MAP, Shape.DOTS, Shape.WORDS})
"""Shapes beside which counts print rounded. Only tables, squares and bars of counts print them as they are."""

HARD = frozenset({Measure.COUNT, Measure.SHARE})
"""What gives counts away to the person. Beside other numbers n prints rounded, and they have too few decimals to tell it."""

_TIMES = frozenset({Shape.CURVE, Shape.TREND})


class Origin(StrEnum):
    """How it is known that counts add up."""

    DECLARED = "declared"
    SHARE = "share"  # a share's numerator and what it leaves of n
    FOUND = "found"  # from the numbers
    LAYOUT = "layout"  # from the numbers, in several rows or columns
    WHOLE = "whole"  # numerators that together make up their n
    LINKED = "linked"  # across outputs, from whom their cells say they count
    ACROSS = "across"  # across outputs, from the numbers
    JOINT = "joint"  # a count by two variables, of counts by three that no cell holds and of which the values are unknown


@dataclass(frozen=True, slots=True)
class Relation:
    """Counts `parts` that add up to count `total`; all are places in `Links.values`."""

    total: int
    parts: tuple[int, ...]
    origin: Origin = Origin.DECLARED

    @property
    def members(self) -> tuple[int, ...]:
        return (self.total, *self.parts)


@dataclass(frozen=True, slots=True)
class Links:
    """The counts behind an output.

    Attributes
    ----------
    values : tuple of int
        The counts themselves.
    behind : tuple of tuple of int
        For each cell, the places of the counts that it gives away when shown: n, what a share leaves of n, its numerator.
    relations : tuple of Relation
    rounded : bool
        Whether its plain counts print rounded.
    """

    values: tuple[int, ...]
    behind: tuple[tuple[int, ...], ...]
    relations: tuple[Relation, ...]
    rounded: bool

    def body(self, cell: int) -> int:
        """Place of the count that is the cell's own: n, or a share's numerator."""
        return self.behind[cell][-1]

    def n(self, cell: int) -> int:
        """Place of the cell's n."""
        return self.behind[cell][0]


def is_over_time(output: Output) -> bool:
    """Whether a row is one thing at several times, so that nothing adds up along it."""
    return bool(set(output.words.shown_as) & _TIMES)


def wrong_sums(output: Output) -> list[Key]:
    """Give the totals of declared sums that do not add up."""
    own = {cell.key: numerator(cell) if cell.measure is Measure.SHARE else cell.n for cell in output.cells}
    return [declared.total for declared in output.sums if own[declared.total] != sum(own[key] for key in declared.parts)]


def links(output: Output) -> Links:
    """Find the counts of an output and how they hang together."""
    return _Web(output).links()


class _Web:
    """Counts under construction: each has a place, and places that are one count are joined."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.cells = output.cells
        self.values: list[int] = []
        self.same: list[int] = []
        self.behind = [tuple(self._place(value) for value in _given_away(cell)) for cell in self.cells]
        self.times = is_over_time(output)
        self.found: dict[tuple[int, frozenset[int]], Relation] = {}

    def _place(self, value: int) -> int:
        self.values.append(value)
        self.same.append(len(self.same))
        return len(self.values) - 1

    def root(self, place: int) -> int:
        while self.same[place] != place:
            place = self.same[place]
        return place

    def join(self, one: int, other: int) -> None:
        if self.values[one] == self.values[other]:
            self.same[self.root(one)] = self.root(other)

    def relate(self, total: int, parts: list[int], origin: Origin = Origin.FOUND) -> None:
        top, below = self.root(total), tuple(sorted(self.root(part) for part in parts))
        if top not in below:
            self.found.setdefault((top, frozenset(below)), Relation(top, below, origin))

    def links(self) -> Links:
        lines = list(self._lines())
        for line in lines:
            self._join_line(line)
        self._declared()
        for at, cell in enumerate(self.cells):
            if cell.measure is Measure.SHARE:
                n, rest, part = self.behind[at]
                self.relate(n, [rest, part], Origin.SHARE)
        for line in lines:
            self._add_up(line)
        self._stack()
        if Shape.FLOW in self.output.words.shown_as:
            self._losses()
        behind = tuple(tuple(self.root(place) for place in places) for places in self.behind)
        shapes = set(self.output.words.shown_as)
        return Links(tuple(self.values), behind, tuple(self._laid_out()), bool(shapes & ROUNDED))

    def _laid_out(self) -> list[Relation]:
        """Tell the sums that stand in several rows or columns alike: seeing one of them is enough to know the others."""
        keys: dict[int, list[Key]] = {}
        for cell, places in zip(self.cells, self.behind, strict=True):
            for place in places:
                keys.setdefault(self.root(place), []).append(cell.key)
        drawn = {at: _drawn(one, keys) for at, one in enumerate(self.found.values()) if one.origin is Origin.FOUND}
        times = Counter(layout for layouts in drawn.values() for layout in layouts)
        return [
            replace(one, origin=Origin.LAYOUT) if any(times[layout] > 1 for layout in drawn.get(at, ())) else one
            for at, one in enumerate(self.found.values())
        ]

    def _lines(self) -> Iterator[list[int]]:
        """Give the rows and columns, in the order of the cells. Along time nothing adds up."""
        for name in ("column",) if self.times else ("row", "column"):
            for key in dict.fromkeys(getattr(cell, name) for cell in self.cells):
                yield [at for at, cell in enumerate(self.cells) if getattr(cell, name) == key]

    def _is(self, at: int, measure: Measure) -> bool:
        return self.cells[at].measure is measure

    def _join_line(self, line: list[int]) -> None:
        """Join counts of one line that are the same: a share's with another's n, any with a plain count, n with n in a row."""
        others = [at for at in line if not self._is(at, Measure.COUNT)]
        behind = {self.cells[at].n: at for at in reversed(others) if not self._is(at, Measure.SHARE)}
        for place in (place for at in others if self._is(at, Measure.SHARE) for place in self.behind[at][1:]):
            if self.values[place] in behind and self.values[place] > 0:
                self.join(place, self.behind[behind[self.values[place]]][0])
        plain = {self.cells[at].n: at for at in reversed(line) if self._is(at, Measure.COUNT)}
        for place in (place for at in others for place in self.behind[at] if self.values[place] > 0):
            if self.values[place] in plain:
                self.join(place, self.behind[plain[self.values[place]]][0])
        along_row = len({self.cells[at].row for at in line}) == 1
        for group in self._same_n(others) if along_row else self._whole(others):
            for at in group[1:]:
                self.join(self.behind[at][0], self.behind[group[0]][0])

    def _same_n(self, line: list[int]) -> list[list[int]]:
        groups: dict[int, list[int]] = {}
        for at in line:
            groups.setdefault(self.cells[at].n, []).append(at)
        return list(groups.values())

    def _whole(self, line: list[int]) -> list[list[int]]:
        """Give the runs of shares of one n whose numerators together make it up."""
        shares = [at for at in line if self._is(at, Measure.SHARE)]
        parts = {at: numerator(self.cells[at]) for at in shares}
        return [
            run
            for group in self._same_n(shares)
            for run in _runs(group)
            if sum(parts[at] for at in run) == self.cells[run[0]].n > 0
        ]

    def _declared(self) -> None:
        at = {cell.key: self.behind[place][-1] for place, cell in enumerate(self.cells)}
        for declared in self.output.sums:
            self.relate(at[declared.total], [at[key] for key in declared.parts], Origin.DECLARED)

    def _add_up(self, line: list[int]) -> None:
        counts = [self.behind[at][0] for at in line if self._is(at, Measure.COUNT)]
        shares = [self.behind[at][-1] for at in line if self._is(at, Measure.SHARE)]
        others = [self.behind[at][0] for at in line if not self._is(at, Measure.COUNT)]
        for run in self._whole(line):
            self.relate(self.behind[run[0]][0], [self.behind[at][-1] for at in run], Origin.WHOLE)
        for places in (counts, shares, others):
            self._sums_among(list(dict.fromkeys(self.root(place) for place in places)))

    def _sums_among(self, places: list[int]) -> None:
        """Find counts of a line that are the sum of others of it, or that together make up one elsewhere."""
        within = False
        top = max((self.values[place] for place in places), default=0)
        for parts in [*_runs(places), *(places[:at] + places[at + 1 :] for at in range(len(places)) if len(places) > 2)]:
            whole = sum(self.values[part] for part in parts)
            for total in _totals(places, parts, [place for place in places if self.values[place] == top]):
                if self.values[total] == whole > 0:
                    self.relate(total, parts)
                    within = True
        if len(places) > 1 and not within and not self.times:
            whole = sum(self.values[place] for place in places)
            elsewhere = (self.root(place) for group in self.behind for place in group)
            for total in dict.fromkeys(place for place in elsewhere if self.values[place] == whole and place not in places):
                self.relate(total, places)

    def _stack(self) -> None:
        """Find rows that are the sum of others, wherever these stand, and columns."""
        at = {cell.key: self.behind[place][-1] for place, cell in enumerate(self.cells) if cell.measure in HARD}
        for name, other in (("column", "row"),) if self.times else (("row", "column"), ("column", "row")):
            across = list(dict.fromkeys(getattr(cell, other) for cell in self.cells if cell.key in at))
            lines = list(dict.fromkeys(getattr(cell, name) for cell in self.cells if cell.key in at))
            keys = [[(line, one) if name == "row" else (one, line) for one in across] for line in lines]
            full = [line for line in keys if len(line) > 1 and all(key in at for key in line)]
            for total, parts in stacked([tuple(self.values[at[key]] for key in line) for line in full]):
                for one, key in enumerate(full[total]):
                    self.relate(at[key], [at[full[part][one]] for part in parts], Origin.LAYOUT)

    def _losses(self) -> None:
        """In a flow, a step's loss can be worked out from the two steps, whether it is printed or not."""
        for column in dict.fromkeys(cell.column for cell in self.cells):
            steps = [at for at, cell in enumerate(self.cells) if cell.column == column and cell.measure is Measure.COUNT]
            for before, after in pairwise(steps):
                lost = self.cells[before].n - self.cells[after].n
                if lost > 0:
                    self.relate(self.behind[before][0], [self.behind[after][0], self._place(lost)])


def _drawn(one: Relation, keys: Mapping[int, Sequence[Key]]) -> set[tuple[int, str, frozenset[str]]]:
    """Say where total and parts stand in the rows and columns that hold them all."""
    found = set()
    for along, across in ((0, 1), (1, 0)):
        for line in {key[across] for key in keys.get(one.total, ())}:
            on_it = [{key[along] for key in keys.get(place, ()) if key[across] == line} for place in one.members]
            if all(on_it):
                found |= {(along, total, frozenset().union(*on_it[1:])) for total in on_it[0]}
    return found


def _given_away(cell: Cell) -> tuple[int, ...]:
    if cell.measure is Measure.SHARE:
        return (cell.n, cell.n - numerator(cell), numerator(cell))
    return (cell.n,)


def _runs(places: list[int]) -> Iterator[list[int]]:
    """Give all runs of two or more neighbours."""
    for start in range(len(places)):
        yield from (places[start:end] for end in range(start + 2, len(places) + 1))


def _totals(places: list[int], parts: list[int], largest: list[int]) -> list[int]:
    """Give the counts of a line that could be the total of some: those next to them, and the largest."""
    first, last = places.index(parts[0]), places.index(parts[-1])
    return sorted({*places[max(first - 1, 0) : first], *places[last + 1 : last + 2], *largest} - set(parts))
