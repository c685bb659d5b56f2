"""What is left to decide on in a report: the cells that are still visible, and how each lets counts be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gm_workbench.guard.audit import Audit, Need
from gm_workbench.guard.board import UNIT, Board, Clause, View
from gm_workbench.guard.cells import behind, round_to_base
from gm_workbench.guard.demands import Cells
from gm_workbench.guard.limits import Range
from gm_workbench.guard.links import Links, Origin, Relation
from gm_workbench.guard.net import At
from gm_workbench.guard.plans import Plan
from gm_workbench.guard.policy import Method
from gm_workbench.outputs.cells import PARTS
from gm_workbench.outputs.output import Cell, Measure, Role

NUMBER_ONLY = UNIT // 10
"""What it costs to keep back the number of persons behind an estimate that is shown."""
HEADLINE = 5
"""What a report begins with, and the estimate that an output is about, are worth so many other cells."""
_FIRST = frozenset({Role.ANSWER, Role.FACTS, Role.FLOW})


@dataclass(frozen=True, slots=True)
class Part:
    """Counts that hang together, and the items that show them."""

    places: tuple[int, ...]
    numbers: tuple[int, ...]


class Scene:
    """What is left to decide on: the cells that are still visible, and how each lets counts be seen.

    An item is a cell, or (marked True) only the number of persons that is printed beside an estimate.
    """

    def __init__(self, made: Plan) -> None:
        self.made = made
        self.items: list[tuple[At, bool]] = []
        self.shown: list[dict[int, Range]] = []
        linked = made.linked
        for at, cell in made.cells():
            if made.visible(at):
                bare = is_bare(cell)
                rounded = linked.parts[at[0]].rounded and cell.measure is Measure.COUNT
                self._add((at, False), () if bare else linked.of(at), rounded=rounded)
                told = {*linked.of(at)[:bare], *([linked.tells[at]] if at in linked.tells else [])}
                if told and at not in made.mute:
                    self._add((at, True), sorted(told), rounded=True)
        self.number = {item: number for number, item in enumerate(self.items)}

    def _add(self, item: tuple[At, bool], places: Sequence[int], *, rounded: bool) -> None:
        self.items.append(item)
        self.shown.append({place: self._range(place, rounded=rounded) for place in sorted(given(self.made, places))})

    def _range(self, place: int, *, rounded: bool) -> Range:
        """Give what a reader learns of a count that is shown."""
        value, policy = self.made.linked.values[place], self.made.policy
        if policy.method is Method.ROUND:
            return behind(round_to_base(value, policy.base), policy.base)
        if not rounded or value == 0:
            return value, value
        low, high = behind(round_to_base(value, policy.base), policy.base)
        return max(low, policy.threshold), high

    def parts(self, asked: Iterable[int]) -> list[Part]:
        """Give what hangs together, where one of the counts is asked about."""
        linked = self.made.linked
        groups = _Groups(len(linked.values))
        for one in linked.relations:
            groups.unite(one.members)
        homes = [self._home(number) for number in range(len(self.items))]
        for home, shown in zip(homes, self.shown, strict=True):
            groups.unite((*home, *shown))
        places: dict[int, list[int]] = {root: [] for root in sorted({groups.root(place) for place in asked})}
        numbers: dict[int, list[int]] = {root: [] for root in places}
        for place in range(len(linked.values)):
            if groups.root(place) in places:
                places[groups.root(place)].append(place)
        for number, home in enumerate(homes):
            if groups.root(home[0]) in places:
                numbers[groups.root(home[0])].append(number)
        return [Part(tuple(places[root]), tuple(numbers[root])) for root in places]

    def _home(self, number: int) -> tuple[int, ...]:
        at, only_n = self.items[number]
        return tuple(self.shown[number]) if only_n else self.made.linked.of(at)

    def board(
        self,
        part: Part,
        wanted: Mapping[int, Need],
        clauses: Callable[[Cells], Sequence[Clause]],
        but: frozenset[Origin] = frozenset(),
    ) -> Board:
        """Lay out what hangs together, with counts numbered from 0, but for sums that are known in some ways."""
        made, local = self.made, {place: at for at, place in enumerate(part.places)}
        sums = [one for one in made.sums() if one.total in local and one.origin not in but]
        own = tuple(Relation(local[one.total], tuple(local[part] for part in one.parts), one.origin) for one in sums)
        ranges: dict[int, set[Range]] = {}
        for number in part.numbers:
            for place, ends in self.shown[number].items():
                ranges.setdefault(local[place], set()).add(ends)
        views = {place: tuple(sorted(ends, key=lambda end: end[1] - end[0])) for place, ends in sorted(ranges.items())}
        shows: dict[int, tuple[View, ...]] = {
            number: tuple((local[place], views[local[place]].index(ends)) for place, ends in self.shown[number].items())
            for number in part.numbers
        }
        needed = {local[place]: need for place, need in wanted.items() if place in local}
        values = tuple(made.linked.values[place] for place in part.places)
        totals = made.linked.totals
        cost = {number: self.cost(number, totals) for number in part.numbers}
        audit = Audit(Links(values, (), own, False), needed, made.policy, views)
        names = {number: self.name(self.items[number][0]) for number in part.numbers}
        return Board(audit, shows, cost, clauses, names, [self.called.get(place, ("",)) for place in part.places])

    def name(self, at: At) -> tuple[str, ...]:
        """Say what a cell is called, wherever its output stands in the report."""
        return (self.made.outputs[at[0]].id, *self.made.outputs[at[0]].cells[at[1]].key)

    @cached_property
    def called(self) -> dict[int, tuple[str, ...]]:
        """Call each count by the first cell that tells it."""
        told = [
            ((*self.name(at), str(role)), place)
            for at, _ in self.made.cells()
            for role, place in enumerate(self.made.linked.of(at))
        ]
        return {place: name for name, place in sorted(told, reverse=True)}

    def cost(self, number: int, totals: frozenset[int]) -> int:
        """Say what hiding an item costs: a cell is a cell, but totals and empty cells go last, then what is larger."""
        at, only_n = self.items[number]
        if only_n:
            return NUMBER_ONLY
        output = self.made.outputs[at[0]]
        body = self.made.linked.parts[at[0]].body(at[1])
        value = self.made.linked.values[body]
        last = 40 * (body in totals) + 20 * (value == 0) + min(value.bit_length(), 15)
        headline = output.words.role in _FIRST or (output.words.estimand and at[1] == 0)
        return UNIT * (HEADLINE if headline else 1) + last


def is_bare(cell: Cell) -> bool:
    """Whether a number has so few decimals, and neither standard error nor interval, that any n near it could be behind it.

    A mean of whole answers is a fraction of n. From ten persons a decimal on, every n in the range of a rounded one fits.
    """
    alone = cell.measure is Measure.ESTIMATE and cell.se is None and cell.low is None and cell.numerator is None
    return alone and cell.unit not in PARTS and cell.n >= 10**cell.digits


class _Groups:
    def __init__(self, many: int) -> None:
        self.above = list(range(many))

    def root(self, one: int) -> int:
        while self.above[one] != one:
            self.above[one] = one = self.above[self.above[one]]
        return one

    def unite(self, members: Sequence[int]) -> None:
        for other in members[1:]:
            one, two = self.root(members[0]), self.root(other)
            self.above[max(one, two)] = min(one, two)


def given(made: Plan, places: Sequence[int]) -> set[int]:
    """Give what showing counts gives away; under rounding a total is the sum of what its parts print, and gives those."""
    if made.policy.method is not Method.ROUND or not places:
        return set(places)
    small = made.policy.is_small
    # what a share leaves of n is printed nowhere
    return {
        leaf
        for place in (places[0], places[-1])
        for leaf in made.leaves[place]
        if leaf == place or not small(made.linked.values[leaf])
    }
