"""The counts of all outputs of a report in one list: which of them are taken for one, and what they add up to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gm_workbench.guard.cells import tells_n
from gm_workbench.guard.headings import classes, composed, splits
from gm_workbench.guard.links import HARD, Links, Origin, Relation, is_over_time
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.guard.web import links
from gm_workbench.outputs.output import Cell, Measure, Output, Whom

At = tuple[int, int]
"""A cell: its output, and its place in it."""


@dataclass(slots=True)
class Count:
    """What is known of a count of one output before outputs are laid beside each other."""

    output: int
    place: int
    value: int
    names: set[str]  # what all cells that give it away are called by
    split: frozenset[str]  # those of them that tell it from the others of a sum
    hard: bool = False  # whether a plain count or a share tells it, and not only the n of an estimate
    exact: bool = False  # whether one of those prints it to the person
    size: bool = False  # whether it is the n of something, and not only a part
    of_share: bool = False  # whether it is the n of a share
    rows: set[str] = field(default_factory=set)
    whom: set[Whom] = field(default_factory=set)


class Net:
    """Counts of several outputs under construction; each has a place, and places that are one count are united."""

    def __init__(self, outputs: Sequence[Output], policy: Policy) -> None:
        self.outputs, self.policy = outputs, policy
        self.along_time = frozenset(at for at, output in enumerate(outputs) if is_over_time(output))
        self.own = [links(output) for output in outputs]
        self.starts = [sum(len(one.values) for one in self.own[:at]) for at in range(len(outputs))]
        self.values = [value for one in self.own for value in one.values]
        self.same = list(range(len(self.values)))
        self.united: dict[int, set[int]] = {}
        self.apart = {(one.total, part) for one in self.within() if one.origin is not Origin.SHARE for part in one.parts}
        self.across: list[Relation] = []
        self.tells: dict[At, int] = {}
        split = [splits(output, own) for output, own in zip(outputs, self.own, strict=True)]
        self.one_name = classes(outputs, split, policy.threshold)
        self.composed = composed(
            {output.words.label(key).nl for output in outputs for cell in output.cells for key in cell.key}
        )
        self.splits = [self._renamed(one) for one in split]
        self.counts = [count for at in range(len(outputs)) for count in self._counts(at)]

    def root(self, place: int) -> int:
        """Give the place that stands for all that are one count with this one."""
        while self.same[place] != place:
            place = self.same[place]
        return place

    def unite(self, one: int, other: int) -> None:
        """Take two counts for one; where numbers are rounded nobody sees that a part is as large as its total."""
        one, other = sorted((self.root(one), self.root(other)))
        if one != other and not (self.policy.method is Method.ROUND and self._are_apart(one, other)):
            self.same[other] = one
            self.united.setdefault(one, {one}).update(self.united.pop(other, {other}))

    def _are_apart(self, one: int, other: int) -> bool:
        here, there = (self.united.get(place, {place}) for place in (one, other))
        return any((a, b) in self.apart or (b, a) in self.apart for a in here for b in there)

    def rooted(self, one: Relation) -> Relation:
        """Say a sum in places that stand for others."""
        return Relation(self.root(one.total), tuple(sorted(self.root(part) for part in one.parts)), one.origin)

    def _moved(self, output: int, one: Relation) -> Relation:
        start = self.starts[output]
        return self.rooted(Relation(start + one.total, tuple(start + part for part in one.parts), one.origin))

    def within(self) -> list[Relation]:
        """Give the sums within each output."""
        return [self._moved(at, one) for at, own in enumerate(self.own) for one in own.relations]

    def part(self, output: int) -> Links:
        """Give the counts of an output in places of the report."""
        own, start = self.own[output], self.starts[output]
        behind = tuple(tuple(self.root(start + place) for place in places) for places in own.behind)
        return Links(tuple(self.values), behind, tuple(self._moved(output, one) for one in own.relations), own.rounded)

    def loose(self) -> frozenset[int]:
        """Give the counts that occur only beside rounded ones."""
        ends = [*self.starts, sum(len(one.values) for one in self.own)]
        tight = {
            self.root(place)
            for at, own in enumerate(self.own)
            if not own.rounded
            for place in range(self.starts[at], ends[at + 1])
        }
        return frozenset({self.root(place) for place in range(ends[-1])} - tight)

    def _counts(self, output: int) -> Iterator[Count]:
        words, own, start = self.outputs[output].words, self.own[output], self.starts[output]
        found: dict[int, Count] = {}
        split = self.splits[output]
        for cell, places in zip(self.outputs[output].cells, own.behind, strict=True):
            for role, place in enumerate(places):
                names = self._parts({words.label(key).nl for key in cell.key})
                one = found.setdefault(
                    place, Count(output, start + place, own.values[place], set(names), split.get(place, frozenset()))
                )
                one.names &= names
                one.hard |= cell.measure in HARD or tells_n(cell)
                one.exact |= (
                    cell.measure is Measure.SHARE or (cell.measure is Measure.COUNT and not own.rounded) or tells_n(cell)
                )
                one.size |= role == 0
                one.of_share |= role == 0 and cell.measure is Measure.SHARE
                one.rows.add(cell.row)
                one.whom |= {whom for whom in (_whom(cell, role),) if whom is not None}
        yield from found.values()

    def relate(self, total: int, parts: Sequence[int], origin: Origin) -> None:
        """Note that a total is the sum of its parts."""
        self.across.append(Relation(self.root(total), tuple(sorted(self.root(part) for part in parts)), origin))

    def relate_rest(self, total: int, parts: Sequence[int], rest: int, origin: Origin) -> None:
        """Relate a total to some of its parts and a count that no cell holds."""
        self.relate(total, [*parts, self.unheld(rest)], origin)

    def unheld(self, value: int) -> int:
        """Give a place to a count that no cell holds."""
        self.values.append(value)
        self.same.append(len(self.same))
        return len(self.same) - 1

    def _renamed(self, split: Mapping[int, frozenset[str]]) -> dict[int, frozenset[str]]:
        """Say by which categories each count is told from others of a sum; those that may be one under two names have one."""
        return {place: frozenset(map(self.called, self._parts(names))) for place, names in split.items()}

    def _parts(self, names: Collection[str]) -> set[str]:
        """Give names, and for those that are made of others these."""
        return {part for name in names for part in self.composed.get(name, (name,))}

    def called(self, name: str) -> str:
        """Give the name that stands for all names of a category."""
        return self.one_name.get(name, name)

    def over_time(self, count: Count) -> bool:
        """Whether a count is one of several at several times."""
        return count.output in self.along_time


def _whom(cell: Cell, role: int) -> Whom | None:
    """Say whom the count counts that a cell gives away in this role: n, what a share leaves of it, its numerator."""
    return (cell.whom, None, cell.part)[role]
