"""How the outputs of one report hang together: which counts are the same persons, and what adds up across outputs.

A reader lays two tables beside each other. What the first hides she reads from the second: the same count under another
heading, the parts of a total that stands elsewhere, a group and all but a few of it. Where cells say whom they count
(`Cell.whom`), that is known. Beside it, links are found from the numbers and the words. A link that is there by coincidence
costs at most a cell that could have been shown; it never shows one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, combinations, permutations

from gm_workbench.guard.headings import classes, named_lines, splits
from gm_workbench.guard.links import HARD, Links, Origin, Relation, is_over_time, links
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.outputs.output import Cell, Measure, Output, Whom

At = tuple[int, int]
"""A cell: its output, and its place in it."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The counts behind a report.

    Attributes
    ----------
    values : tuple of int
    relations : tuple of Relation
    parts : tuple of Links
        Per output; its places are those of the report.
    tells : mapping of At to int
        For an estimate, the count elsewhere of which its rounded n tells.
    loose : frozenset of int
        Counts that occur only beside rounded ones.
    wrong : frozenset of int
        Outputs that say they count the same persons as another, and do not agree with it.
    """

    values: tuple[int, ...]
    relations: tuple[Relation, ...]
    parts: tuple[Links, ...]
    tells: Mapping[At, int]
    loose: frozenset[int]
    wrong: frozenset[int]

    @property
    def live(self) -> list[int]:
        """Give the places that some cell or sum speaks of; others are the same count as one of these."""
        behind = {place for part in self.parts for places in part.behind for place in places}
        return sorted(behind | {place for one in self.relations for place in one.members})

    def of(self, at: At) -> tuple[int, ...]:
        """Give the places of the counts that a cell gives away."""
        return self.parts[at[0]].behind[at[1]]


def linked(outputs: Sequence[Output], policy: Policy) -> Linked:
    """Find the counts of a report and how they hang together.

    Parameters
    ----------
    outputs : sequence of Output
        All of the report.
    policy : Policy
        Below its threshold equal numbers are not taken for the same persons, unless they bear one name.

    Examples
    --------
    >>> from gm_workbench.guard.policy import load_policy
    >>> linked([], load_policy("cbs-stijl")).values
    ()
    """
    return _Net(outputs, policy).linked()


@dataclass(slots=True)
class _Count:
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


@dataclass(frozen=True, slots=True)
class _Line:
    """Counts that stand beside one another in a row or column: sizes, or numerators."""

    output: int
    name: str
    parts: tuple[int, ...]
    sizes: bool
    whole: int


class _Net:
    def __init__(self, outputs: Sequence[Output], policy: Policy) -> None:
        self.outputs, self.policy = outputs, policy
        self.own = [links(output) for output in outputs]
        self.starts = [sum(len(one.values) for one in self.own[:at]) for at in range(len(outputs))]
        self.values = [value for one in self.own for value in one.values]
        self.same = list(range(len(self.values)))
        self.united: dict[int, set[int]] = {}
        self.apart = {(one.total, part) for one in self._within() if one.origin is not Origin.SHARE for part in one.parts}
        self.across: list[Relation] = []
        self.tells: dict[At, int] = {}
        split = [splits(output, own) for output, own in zip(outputs, self.own, strict=True)]
        self.one_name = classes(outputs, split, policy.threshold)
        self.splits = [self._renamed(one) for one in split]
        self.counts = [count for at in range(len(outputs)) for count in self._counts(at)]

    def linked(self) -> Linked:
        wrong = self._contradicting()
        self._join()
        self._declared()
        self._made_up()
        if self.policy.method is Method.SUPPRESS:
            self._remainders()
        kept: dict[tuple[int, frozenset[int]], Relation] = {}
        for one in (*self._within(), *map(self._rooted, self.across)):
            if one.total not in one.parts:
                kept.setdefault((one.total, frozenset(one.parts)), one)
        parts = tuple(self._part(at) for at in range(len(self.outputs)))
        tells = {at: self._root(place) for at, place in self.tells.items()}
        return Linked(tuple(self.values), tuple(kept.values()), parts, tells, self._loose(), wrong)

    def _renamed(self, split: Mapping[int, frozenset[str]]) -> dict[int, frozenset[str]]:
        """Say by which categories each count is told from others of a sum; those that may be one under two names have one."""
        return {place: frozenset(self.one_name.get(name, name) for name in names) for place, names in split.items()}

    def _root(self, place: int) -> int:
        while self.same[place] != place:
            place = self.same[place]
        return place

    def _unite(self, one: int, other: int) -> None:
        """Take two counts for one; where numbers are rounded nobody sees that a part is as large as its total."""
        one, other = sorted((self._root(one), self._root(other)))
        if one != other and not (self.policy.method is Method.ROUND and self._are_apart(one, other)):
            self.same[other] = one
            self.united.setdefault(one, {one}).update(self.united.pop(other, {other}))

    def _are_apart(self, one: int, other: int) -> bool:
        here, there = (self.united.get(place, {place}) for place in (one, other))
        return any((a, b) in self.apart or (b, a) in self.apart for a in here for b in there)

    def _rooted(self, one: Relation) -> Relation:
        return Relation(self._root(one.total), tuple(sorted(self._root(part) for part in one.parts)), one.origin)

    def _moved(self, output: int, one: Relation) -> Relation:
        start = self.starts[output]
        return self._rooted(Relation(start + one.total, tuple(start + part for part in one.parts), one.origin))

    def _within(self) -> list[Relation]:
        return [self._moved(at, one) for at, own in enumerate(self.own) for one in own.relations]

    def _part(self, output: int) -> Links:
        own, start = self.own[output], self.starts[output]
        behind = tuple(tuple(self._root(start + place) for place in places) for places in own.behind)
        return Links(tuple(self.values), behind, tuple(self._moved(output, one) for one in own.relations), own.rounded)

    def _loose(self) -> frozenset[int]:
        ends = [*self.starts, sum(len(one.values) for one in self.own)]
        tight = {
            self._root(place)
            for at, own in enumerate(self.own)
            if not own.rounded
            for place in range(self.starts[at], ends[at + 1])
        }
        return frozenset({self._root(place) for place in range(ends[-1])} - tight)

    def _counts(self, output: int) -> Iterator[_Count]:
        words, own, start = self.outputs[output].words, self.own[output], self.starts[output]
        found: dict[int, _Count] = {}
        split = self.splits[output]
        for cell, places in zip(self.outputs[output].cells, own.behind, strict=True):
            for role, place in enumerate(places):
                names = {words.label(key).nl for key in cell.key}
                one = found.setdefault(
                    place, _Count(output, start + place, own.values[place], set(names), split.get(place, frozenset()))
                )
                one.names &= names
                one.hard |= cell.measure in HARD
                one.exact |= cell.measure is Measure.SHARE or (cell.measure is Measure.COUNT and not own.rounded)
                one.size |= role == 0
                one.of_share |= role == 0 and cell.measure is Measure.SHARE
                one.rows.add(cell.row)
                one.whom |= {whom for whom in (_whom(cell, role),) if whom is not None}
        yield from found.values()

    def _contradicting(self) -> frozenset[int]:
        said: dict[Whom, list[_Count]] = {}
        for count in self.counts:
            for whom in count.whom:
                said.setdefault(whom, []).append(count)
        return frozenset(one.output for group in said.values() if len({one.value for one in group}) > 1 for one in group)

    def _join(self) -> None:
        """Take equal sizes of two outputs for the same persons; parts, and small sizes, only if they also bear one name."""
        by_value: dict[int, list[_Count]] = {}
        for count in self.counts:
            if count.value > 0:
                by_value.setdefault(count.value, []).append(count)
        for group in by_value.values():
            hard = [count for count in group if count.hard]
            for one, other in sorted(combinations(hard, 2), key=_likeness):
                if (one.output != other.output or one.whom & other.whom) and self._are_one(one, other):
                    self._unite(one.place, other.place)
            for soft in (count for count in group if not count.hard):
                same = next((count for count in hard if self._are_one(soft, count)), None)
                if same is not None:
                    self._tell(soft, same.place)

    def _are_one(self, one: _Count, other: _Count) -> bool:
        if one.whom and other.whom:
            return bool(one.whom & other.whom)
        if one.names & other.names and (one.split <= other.split or other.split <= one.split):
            return True
        if self.policy.is_small(one.value) or self._times(one) or self._times(other):
            return False
        return one.size and other.size and (not one.split or not other.split or one.split == other.split)

    def _tell(self, soft: _Count, place: int) -> None:
        for at, places in enumerate(self.own[soft.output].behind):
            if self.starts[soft.output] + places[0] == soft.place:
                self.tells[soft.output, at] = place

    def _relate(self, total: int, parts: Sequence[int], origin: Origin) -> None:
        self.across.append(Relation(self._root(total), tuple(sorted(self._root(part) for part in parts)), origin))

    def _rest(self, total: int, parts: Sequence[int], rest: int, origin: Origin) -> None:
        """Relate a total to some of its parts and a count that no cell holds."""
        self._relate(total, [*parts, self._unheld(rest)], origin)

    def _declared(self) -> None:
        """Add up the categories of a variable, as cells say whom they count; a few who are left over are a count as well."""
        places = {whom: self._root(count.place) for count in self.counts for whom in sorted(count.whom, key=str)}
        below: dict[tuple[Whom, str], list[int]] = {}
        for whom, place in places.items():
            for variable, category in sorted(whom.having):
                above = Whom(whom.population, whom.having - {(variable, category)})
                below.setdefault((above, variable), []).append(place)
        self._place_wholes(places, below)
        for (above, _), parts in below.items():
            if above not in places:
                continue
            rest = self.values[places[above]] - sum(self.values[part] for part in parts)
            if rest == 0:
                self._relate(places[above], parts, Origin.LINKED)
            elif self.policy.is_small(rest):
                self._rest(places[above], parts, rest, Origin.LINKED)

    def _place_wholes(self, places: dict[Whom, int], below: Mapping[tuple[Whom, str], Sequence[int]]) -> None:
        """Place the wholes that no cell holds and that are split by several variables: they are as large as the largest sum."""
        sums: dict[Whom, list[int]] = {}
        for (above, _), parts in below.items():
            sums.setdefault(above, []).append(sum(self.values[part] for part in parts))
        for above, wholes in sums.items():
            if above not in places and len(wholes) > 1:
                places[above] = self._unheld(max(wholes))

    def _made_up(self) -> None:
        """Find sizes of one output that together make up a count of another, and lines that split one of another further.

        Where their own output has their sum, that is laid beside the counts of others instead.
        """
        by_value: dict[int, list[_Count]] = {}
        for count in self.counts:
            if count.hard and count.value > 0:
                by_value.setdefault(count.value, []).append(count)
        lines = [line for at in range(len(self.outputs)) for line in self._lines(at)]
        places = {line: frozenset(map(self._root, line.parts)) for line in lines}
        sums = [one for one in self._within() if one.origin is not Origin.SHARE]
        summed = {frozenset(one.parts) for one in sums}
        with_sum = {frozenset(one.members) for one in sums}
        loose = [line for line in lines if places[line] not in summed]
        for line in loose:
            for count in by_value.get(line.whole, ()):
                if count.output != line.output and ((line.sizes and count.size) or line.name in count.names):
                    self._relate(count.place, line.parts, Origin.ACROSS)
        self._same_whole(line for line in loose if not any(one <= places[line] for one in with_sum))
        by_sum: dict[int, list[_Line]] = {}
        for line in lines:
            by_sum.setdefault(line.whole, []).append(line)
        for fine, coarse in (pair for alike in by_sum.values() for pair in permutations(alike, 2)):
            if fine.output != coarse.output and len(fine.parts) > len(coarse.parts):
                self._split(fine, coarse)

    def _same_whole(self, lines: Iterable[_Line]) -> None:
        """Relate lines of one name that come to the same, of which no output has the sum: it is a count that no cell holds."""
        alike: dict[tuple[str, bool, int], list[_Line]] = {}
        for line in lines:
            alike.setdefault((self.one_name.get(line.name, line.name), line.sizes, line.whole), []).append(line)
        for (_, _, whole), group in alike.items():
            if whole > 0 and len({line.output for line in group}) > 1:
                place = self._unheld(whole)
                for line in group:
                    self._relate(place, line.parts, Origin.ACROSS)

    def _unheld(self, value: int) -> int:
        """Give a place to a count that no cell holds."""
        self.values.append(value)
        self.same.append(len(self.same))
        return len(self.same) - 1

    def _lines(self, output: int) -> Iterator[_Line]:
        start = self.starts[output]
        for name, line in named_lines(self.outputs[output]):
            for sizes, parts in _columns(self.outputs[output].cells, self.own[output], line):
                if len(parts) > 1:
                    whole = sum(self.own[output].values[part] for part in parts)
                    yield _Line(output, name, tuple(start + part for part in parts), sizes, whole)

    def _times(self, count: _Count) -> bool:
        return is_over_time(self.outputs[count.output])

    def _split(self, fine: _Line, coarse: _Line) -> None:
        """Relate two lines if each count of the one is made up of neighbours of the other."""
        ends = list(accumulate(self.values[part] for part in fine.parts))
        cuts = list(accumulate(self.values[part] for part in coarse.parts))
        if not set(cuts) <= set(ends):
            return
        first = 0
        for total, cut in zip(coarse.parts, cuts, strict=True):
            last = ends.index(cut) + 1
            if last - first > 1:
                self._relate(total, fine.parts[first:last], Origin.ACROSS)
            first = max(first, last)

    def _remainders(self) -> None:
        """Find two exact sizes that differ by a few persons: if the one are among the other, the few can be told from them.

        Whether they are is known where both say whom they count. Else two sizes are suspected that bear one name, unless the
        larger is told from others by a category that the smaller lacks, or that are both the whole of an output about one
        population.
        """
        sizes = {self._root(count.place): count for count in reversed(self.counts) if count.exact and count.size}
        ordered = sorted(sizes.items(), key=lambda item: (item[1].value, item[0]))
        relations = [*self._within(), *map(self._rooted, self.across)]
        apart = {pair for one in relations for pair in permutations(one.members, 2)}
        split = {part for one in relations if one.origin is not Origin.SHARE for part in one.parts}
        tops: dict[int, tuple[int, int]] = {}
        for count in sizes.values():
            tops[count.output] = max(tops.get(count.output, (0, 0)), (count.value, self._root(count.place)))
        whole = {place for _, place in tops.values()} - split
        for at, (low, small) in enumerate(ordered):
            for high, large in ordered[at + 1 :]:
                rest = large.value - small.value
                if rest >= self.policy.threshold:
                    break
                if rest and (low, high) not in apart and self._may_hold(large, small, whole={low, high} <= whole):
                    self._rest(high, [low], rest, Origin.ACROSS)

    def _may_hold(self, large: _Count, small: _Count, *, whole: bool) -> bool:
        if large.whom and small.whom:
            return any(one.within(other) for one in small.whom for other in large.whom)
        if large.output == small.output:
            return bool(large.rows & small.rows) and (large.of_share or small.of_share)
        if self._times(large) or self._times(small):
            return False
        if large.names & small.names and large.split <= small.split:
            return True
        populations = {self.outputs[count.output].words.population.nl for count in (large, small)}
        return whole and len(populations) == 1


def _likeness(pair: tuple[_Count, _Count]) -> tuple[bool, bool]:
    """Put first what bears the same names, and what the same categories tell from others."""
    one, other = pair
    return one.names != other.names, one.split != other.split


def _whom(cell: Cell, role: int) -> Whom | None:
    """Say whom the count counts that a cell gives away in this role: n, what a share leaves of it, its numerator."""
    return (cell.whom, None, cell.part)[role]


def _columns(cells: Sequence[Cell], own: Links, line: list[int]) -> Iterator[tuple[bool, list[int]]]:
    """Give the sizes of a line, and its numerators, each count once."""
    hard = [at for at in line if cells[at].measure in HARD]
    yield True, list(dict.fromkeys(own.n(at) for at in hard))
    yield False, list(dict.fromkeys(own.body(at) for at in hard if cells[at].measure is Measure.SHARE))
