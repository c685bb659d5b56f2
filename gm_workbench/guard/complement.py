"""Complementary suppression: which further cells of a report must be hidden so that no hidden count can be worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gm_workbench.guard.audit import Audit, Need, Range, needs
from gm_workbench.guard.cells import Reason, behind, round_to_base
from gm_workbench.guard.choice import UNIT, Board, Cells, Clause, View, choose
from gm_workbench.guard.linked import At
from gm_workbench.guard.links import Links, Relation
from gm_workbench.guard.plans import Plan, start
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.outputs.output import Cell, Measure, Output

STATISTICS = frozenset({Measure.ESTIMATE, Measure.MONEY})
NUMBER_ONLY = UNIT // 10
"""What it costs to keep back the number of persons behind an estimate that is shown."""
HEADLINE = 5
"""The estimate that an output is about is worth so many other cells."""


def plan(outputs: Sequence[Output], policy: Policy, withheld: frozenset[int] = frozenset()) -> Plan:
    """Hide what must be hidden of a report.

    A cell is hidden by its own rule, or because it would help to work out another, in its own output or in one that is linked to
    it. Of all choices that would do the one is taken that hides fewest cells, then fewest totals (`choice.choose`).

    Parameters
    ----------
    outputs : sequence of Output
        All of the report.
    policy : Policy
    withheld : frozenset of int
        Outputs that are not shown at all. What they count is protected all the same.
    """
    made = start(outputs, policy, withheld)
    wanted = _wanted(made)
    _hide_forced(made, set(wanted))
    scene = _Scene(made)
    for places, numbers in list(scene.parts(wanted)):
        _settle(scene, places, numbers, wanted)
    return made


def _wanted(made: Plan) -> dict[int, Need]:
    """Say what must stay possible for each hidden count: the most that an output which holds it asks."""
    linked, policy = made.linked, made.policy
    exact = Links(linked.values, (), linked.relations, False)
    loose = replace(exact, rounded=True)
    tight, slack = (needs(links, made.concentrated, policy) for links in (exact, loose))
    live = {place for part in linked.parts for places in part.behind for place in places}
    live |= {place for one in linked.relations for place in one.members}
    return {place: slack[place] if place in linked.loose else need for place, need in tight.items() if place in live}


def _hide_forced(made: Plan, forced: set[int]) -> None:
    """Hide each cell that gives away a count which must be hidden."""
    for at, _ in made.cells():
        if at not in made.own and forced & _given(made, made.linked.of(at)):
            made.own[at] = Reason.COMPLEMENT
    made.mute |= {at for at, place in made.linked.tells.items() if forced & _given(made, (place,))}


class _Scene:
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
                rounded = linked.parts[at[0]].rounded and cell.measure is Measure.COUNT
                self._add((at, False), linked.of(at), rounded=rounded)
                if at in linked.tells and at not in made.mute:
                    self._add((at, True), (linked.tells[at],), rounded=True)
        self.number = {item: number for number, item in enumerate(self.items)}

    def _add(self, item: tuple[At, bool], places: Sequence[int], *, rounded: bool) -> None:
        self.items.append(item)
        self.shown.append({place: self._range(place, rounded=rounded) for place in sorted(_given(self.made, places))})

    def _range(self, place: int, *, rounded: bool) -> Range:
        """Give what a reader learns of a count that is shown."""
        value, policy = self.made.linked.values[place], self.made.policy
        if policy.method is Method.ROUND:
            return behind(round_to_base(value, policy.base), policy.base)
        if not rounded or value == 0:
            return value, value
        low, high = behind(round_to_base(value, policy.base), policy.base)
        return max(low, policy.threshold), high

    def parts(self, wanted: Mapping[int, Need]) -> Iterator[tuple[list[int], list[int]]]:
        """Give places and items that hang together, where something hidden has to be protected."""
        groups = _Groups(len(self.made.linked.values))
        for one in self.made.linked.relations:
            groups.unite(one.members)
        homes = [(self.made.linked.tells[at],) if only_n else self.made.linked.of(at) for at, only_n in self.items]
        for home, shown in zip(homes, self.shown, strict=True):
            groups.unite((*home, *shown))
        asked = {groups.root(place) for place in wanted}
        asked |= {groups.root(place) for at in _lonely(self.made) for place in self.made.linked.of(at)}
        places: dict[int, list[int]] = {root: [] for root in sorted(asked)}
        items: dict[int, list[int]] = {root: [] for root in places}
        for place in range(len(self.made.linked.values)):
            if groups.root(place) in places:
                places[groups.root(place)].append(place)
        for number, home in enumerate(homes):
            if groups.root(home[0]) in items:
                items[groups.root(home[0])].append(number)
        yield from ((places[root], items[root]) for root in places)

    def cost(self, number: int, totals: frozenset[int]) -> int:
        """Say what hiding an item costs: a cell is a cell, but totals and empty cells go last, then what is larger."""
        at, only_n = self.items[number]
        if only_n:
            return NUMBER_ONLY
        output, cell = self.made.outputs[at[0]], self.made.outputs[at[0]].cells[at[1]]
        body = self.made.linked.parts[at[0]].body(at[1])
        value = self.made.linked.values[body]
        last = 40 * (body in totals) + 20 * (value == 0) + min(value.bit_length(), 15)
        return UNIT * (HEADLINE if output.words.estimand and at[1] == 0 else 1) + last


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


def _given(made: Plan, places: Sequence[int]) -> set[int]:
    """Give what showing counts gives away: under rounding a total is the sum of what its parts print, so it gives those away."""
    if made.policy.method is not Method.ROUND:
        return set(places)
    small = made.policy.is_small
    return {leaf for place in places for leaf in made.leaves[place] if leaf == place or not small(made.linked.values[leaf])}


def _settle(scene: _Scene, places: list[int], numbers: list[int], wanted: Mapping[int, Need]) -> None:
    """Decide on what hangs together."""
    made = scene.made
    local = {place: at for at, place in enumerate(places)}
    relations = [one for one in made.linked.relations if one.total in local]
    own = tuple(Relation(local[one.total], tuple(local[part] for part in one.parts), one.origin) for one in relations)
    values = tuple(made.linked.values[place] for place in places)
    ranges: dict[int, set[Range]] = {}
    for number in numbers:
        for place, ends in scene.shown[number].items():
            ranges.setdefault(local[place], set()).add(ends)
    views = {place: tuple(sorted(ends, key=lambda end: end[1] - end[0])) for place, ends in sorted(ranges.items())}
    shows: dict[int, tuple[View, ...]] = {
        number: tuple((local[place], views[local[place]].index(ends)) for place, ends in scene.shown[number].items())
        for number in numbers
    }
    needed = {local[place]: need for place, need in wanted.items() if place in local}
    audit = Audit(Links(values, (), own, False), needed, made.policy, views)
    totals = frozenset(one.total for one in made.linked.relations)
    cost = {number: scene.cost(number, totals) for number in numbers}
    outputs = {scene.items[number][0][0] for number in numbers}
    chosen = choose(Board(audit, shows, cost, lambda hidden: _clauses(scene, frozenset(places), hidden)))
    if chosen is None:
        made.failed |= outputs
        return
    for number in chosen.hidden:
        at, only_n = scene.items[number]
        (made.mute if only_n else made.hidden).add(at)
    spare = (chosen.cost - chosen.bound) // UNIT
    for output in outputs if spare > 0 else ():
        made.spare[output] = max(made.spare.get(output, 0), spare)


def _lonely(made: Plan) -> list[At]:
    """Give the means and amounts that are hidden."""
    return [at for at, cell in made.cells() if cell.measure in STATISTICS and cell.n > 0 and not made.visible(at)]


def _clauses(scene: _Scene, places: frozenset[int], hidden: Cells) -> list[Clause]:
    """Ask a partner for each mean or amount that would be the only hidden one of a sum.

    Means are made of sums: the mean of all persons and that of all but some give the mean of those.
    """
    made = scene.made
    gone = {scene.items[number][0] for number in hidden if not scene.items[number][1]}
    asked = []
    for output, links in enumerate(made.linked.parts):
        cells = made.outputs[output].cells
        here = [at for at, cell in enumerate(cells) if cell.measure in STATISTICS and links.n(at) in places]
        seen = [at for at in here if made.visible((output, at)) and (output, at) not in gone]
        for at in (at for at in here if at not in seen and cells[at].n > 0):
            when = frozenset({scene.number[(output, at), False]}) if (output, at) in gone else frozenset()
            for then in _alone(cells, links, at, seen):
                asked.append(Clause(when, frozenset(scene.number[(output, one), False] for one in then)))
    return asked


def _alone(cells: Sequence[Cell], links: Links, at: int, seen: Sequence[int]) -> Iterator[list[int]]:
    """Give, for a hidden mean that is the only hidden one of a sum, the others of it in its line."""
    for one in (one for one in links.relations if links.n(at) in one.members):
        for line in ("row", "column"):
            shown = {links.n(other): other for other in seen if getattr(cells[other], line) == getattr(cells[at], line)}
            others = [place for place in one.members if place != links.n(at)]
            if all(place in shown for place in others):
                yield [shown[place] for place in others]
