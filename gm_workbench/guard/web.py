"""Finds the counts behind an output, and how they add up.

A reader can subtract whatever adds up, whether the maker of the output declared it or not. So beside the declared sums, those
are found that stand in the table: a number that is the sum of its neighbours, the same count in two cells of a row or column,
a row that is the sum of two others or of some that stand equally far apart,
shares whose numerators make up their n. A sum that is there by coincidence costs at most a cell that could have been shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from gm_workbench.guard.cells import numerator
from gm_workbench.guard.links import HARD, ROUNDED, Links, Origin, Relation, is_over_time
from gm_workbench.guard.names import variable_of
from gm_workbench.guard.stacked import stacked
from gm_workbench.guard.wholes import same_wholes
from gm_workbench.outputs.output import Cell, Key, Measure, Output, Shape


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
        self._same_wholes()
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

    def _ways(self) -> tuple[tuple[str, str], ...]:
        """Say what lines add up to others, and what stands across them. Along time nothing adds up."""
        return (("row", "column"),) if self.times else (("row", "column"), ("column", "row"))

    def _full(self, name: str, other: str, at: Collection[Key]) -> list[list[Key]]:
        """Give the rows, or columns, that have all of some cells."""
        across = list(dict.fromkeys(getattr(cell, other) for cell in self.cells if cell.key in at))
        lines = list(dict.fromkeys(getattr(cell, name) for cell in self.cells if cell.key in at))
        keys = [[(line, one) if name == "row" else (one, line) for one in across] for line in lines]
        return [line for line in keys if all(key in at for key in line)]

    def _stack(self) -> None:
        """Find rows that are the sum of others, wherever these stand, and columns."""
        at = {cell.key: self.behind[place][-1] for place, cell in enumerate(self.cells) if cell.measure in HARD}
        for name, other in self._ways():
            full = [line for line in self._full(name, other, at) if len(line) > 1]
            for total, parts in stacked([tuple(self.values[at[key]] for key in line) for line in full]):
                for one, key in enumerate(full[total]):
                    self.relate(at[key], [at[full[part][one]] for part in parts], Origin.LAYOUT)

    def _same_wholes(self) -> None:
        """Find rows, or columns, that split one whole in two ways or more, of which no cell has it."""
        for measure, role in ((Measure.COUNT, 0), (Measure.SHARE, 0), (Measure.SHARE, -1)):
            at = {cell.key: self.behind[place][role] for place, cell in enumerate(self.cells) if cell.measure is measure}
            for axis, (name, other) in enumerate(self._ways()):
                full = self._full(name, other, at)
                rows = [tuple(self.values[at[key]] for key in line) for line in full]
                variables = [self._variable(line[0][axis]) for line in full]
                for sets in same_wholes(rows, variables) if full else ():
                    for one in range(len(full[0])):
                        self._one_whole([frozenset(self.root(at[full[part][one]]) for part in parts) for parts in sets])

    def _variable(self, key: str) -> str:
        return variable_of(key) or variable_of(self.output.words.label(key).nl)

    def _one_whole(self, sets: Sequence[frozenset[int]]) -> None:
        """Relate sets of counts to the whole that they all come to, if it is not known already that they do."""
        totals = [{one.total for one in self.found.values() if frozenset(one.parts) == parts} for parts in sets]
        if len(set(sets)) > 1 and not frozenset.intersection(*map(frozenset, totals)):
            known = sorted(frozenset().union(*totals)) or [self._place(sum(self.values[part] for part in sets[0]))]
            for parts in sets:
                self.relate(known[0], sorted(parts), Origin.LAYOUT)

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
