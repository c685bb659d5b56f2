"""Counts of several reports as one set: which are one count, which add up, and which hidden ones the others give away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gm_workbench.guard.bounds import Adds, Range, around, narrowed
from gm_workbench.guard.names import characteristic_of, is_everybody, name_of
from gm_workbench.guard.readers import Reader, exposes
from gm_workbench.guard.sides import Side, cell_name
from gm_workbench.guard.summed import as_sums
from gm_workbench.guard.told import ANY, Part, Told
from gm_workbench.outputs.output import Measure

TOTAL, POLICY, SUBGROUP, REVISION = "total", "policy", "subgroup", "revision"
Place = tuple[int, Told | None]
"""A count: which side, and which of its lines; None for the places that a total may have besides."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """A hidden count that the others give away: by which rule, and from which cells; `itself` is its line, if it has one."""

    rule: str
    name: str
    threshold: int
    shown: tuple[tuple[int, Told], ...]
    itself: tuple[int, Told] | None = None


@dataclass
class System:
    """The counts of some reports, and the sums between them.

    Attributes
    ----------
    own, across : list of Adds
        Sums within one report, and between reports.
    asked : list of bool
        For each of `across`, whether what is to be released now takes part in it.
    """

    sides: Sequence[Side]
    counts: list[Place] = field(default_factory=list)
    at: dict[tuple[int, Told], int] = field(default_factory=dict)
    own: list[Adds] = field(default_factory=list)
    across: list[Adds] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    alone: list[Exposed] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)
    solved: list[Range] = field(default_factory=list)
    index: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.index = {id(side): at for at, side in enumerate(self.sides)}

    @cached_property
    def lines(self) -> frozenset[str]:
        """What lines are called in any of the reports."""
        return frozenset(name_of(told.row_label) for side in self.sides for told in side.told)

    def add(self, side: int, told: Told | None) -> int:
        self.counts.append((side, told))
        if told is not None:
            self.at[side, told] = len(self.counts) - 1
        return len(self.counts) - 1

    def relate(self, rule: str, total: int, parts: Sequence[int]) -> None:
        self.across.append(Adds(total, tuple(parts)))
        self.rules.append(rule)

    def range(self, side: Side, told: Told) -> Range:
        """Give what a count can be for who knows all sums."""
        return self.solved[self.at[self.index[id(side)], told]] if self.across else told.marked

    @cached_property
    def wider(self) -> dict[int, Range]:
        """What rounded totals can be when they print as the sum of their parts."""
        found = {at: as_sums(side) for at, side in enumerate(self.sides)}
        return {place: found[at][told] for (at, told), place in self.at.items() if told in found[at]}

    def ranges(self, *, marks: bool, sums: bool = False) -> list[Range]:
        """Give what each count can be by its own line alone; with `sums` for who knows which rounded totals are sums."""
        own = [ANY if told is None else told.marked if marks else told.plain for _, told in self.counts]
        return [self.wider.get(place, one) for place, one in enumerate(own)] if sums else own

    def _readers(self, before: list[Adds]) -> Iterator[tuple[Reader, Reader]]:
        """Give who knows the marks and who reads only numbers, as they take rounded totals for rounded, and for sums."""
        for sums in (False, True)[: 2 if self.wider else 1]:
            ranges = (self.ranges(marks=marks, sums=sums) for marks in (True, False))
            marked, plain = (Reader(one, self.own + before, self.own + self.across) for one in ranges)
            yield marked, plain

    def exposed(self) -> Iterator[Exposed]:
        """Give the hidden counts that what is to be released now helps to give away."""
        yield from self.alone
        before = [one for one in self.across if not any(self.sides[self.counts[place][0]].asked for place in one.members)]
        if len(before) == len(self.across):
            return
        told: set[int] = set()
        for marked, plain in self._readers(before):
            for place in sorted({place for one in self.across for place in self._near(one, marked)} - told):
                found = self._judged(place, marked, plain)
                if found is not None:
                    told.add(place)
                    yield found

    def _near(self, one: Adds, reader: Reader) -> set[int]:
        near = around(one.total, reader.now, reader.sums)
        return {place for adds in (*near, one) for place in adds.members if self._in_question(place)}

    def _in_question(self, place: int) -> bool:
        told = self.counts[place][1]
        return told is None or told.hidden

    def _judged(self, place: int, marked: Reader, plain: Reader) -> Exposed | None:
        side, told = self.counts[place]
        near = around(place, marked.now, marked.sums)
        sides = {side, *(self.counts[member][0] for one in near for member in one.members)}
        threshold, width = (max(getattr(self.sides[at].rules, name) for at in sides) for name in ("threshold", "width"))
        for tight in (False, True):
            reads = [reader.reads(place, tight=tight) for reader in (marked, plain)]
            if exposes(told, self.sides[side].rules.threshold if told else threshold, width, *reads):
                itself = None if told is None else (side, told)
                return Exposed(self._rule(near), self._name(side, told), threshold, self._shown(near, place), itself)
        return None

    def _rule(self, near: Sequence[Adds]) -> str:
        used = {rule for one, rule in zip(self.across, self.rules, strict=True) if one in near}
        return next((rule for rule in (TOTAL, POLICY, REVISION) if rule in used), SUBGROUP)

    def _name(self, side: int, told: Told | None) -> str:
        return (
            f"the places of {self.sides[side].name} that have no report" if told is None else cell_name(self.sides[side], told)
        )

    def _shown(self, near: Sequence[Adds], place: int) -> tuple[tuple[int, Told], ...]:
        """Give the printed cells that it follows from, those of its own sums first."""
        own = [one for one in near if place in one.members]
        members = dict.fromkeys(member for one in (*own, *near) for member in one.members if member != place)
        counts = [self.counts[member] for member in members]
        return tuple((side, told) for side, told in counts if told is not None and not told.hidden)


def system(sides: Sequence[Side]) -> System:
    """Put the counts of reports on one kind of data together."""
    made = System(sides)
    for at, side in enumerate(sides):
        for told in side.told:
            made.add(at, told)
        for adds in _within(side):
            made.own.append(Adds(made.at[at, adds[0]], tuple(made.at[at, part] for part in adds[1:])))
    keyed = [{(told.output, told.row, told.column, told.part): told for told in side.told} for side in sides]
    _same_numbers(made, keyed)
    _same_groups(made)
    _totals(made, keyed)
    made.solved = narrowed(made.ranges(marks=True), made.own + made.across) if made.across else []
    return made


def _within(side: Side) -> Iterator[list[Told]]:
    """Find totals in the tables of exact counts: a row or column that is the sum of the others wherever all are shown."""
    tables: dict[str, list[Told]] = {}
    for told in side.told:
        if told.measure is Measure.COUNT:
            tables.setdefault(told.output, []).append(told)
    for cells in tables.values():
        for line, cross in (("row", "column"), ("column", "row")):
            yield from _sums_along(cells, line, cross)
        yield from _sums_by_name(cells)


def _sums_by_name(cells: Sequence[Told]) -> Iterator[list[Told]]:
    """Give everybody of a column beside the lines of one characteristic, some hidden: who reads their names adds them up."""
    for column in dict.fromkeys(told.column for told in cells):
        own = [told for told in cells if told.column == column]
        everybody = [told for told in own if is_everybody(told.row, told.row_label)]
        kinds: dict[str, list[Told]] = {}
        for told in own:
            if told not in everybody:
                kinds.setdefault(characteristic_of(told.row, told.row_label), []).append(told)
        for parts in kinds.values():
            if len(everybody) == 1 and len(parts) > 1 and any(told.hidden for told in parts):
                yield [everybody[0], *parts]


def _sums_along(cells: Sequence[Told], line: str, cross: str) -> Iterator[list[Told]]:
    keys = list(dict.fromkeys(getattr(told, cross) for told in cells))
    lines: dict[str, dict[str, Told]] = {}
    for told in cells:
        lines.setdefault(getattr(told, line), {})[getattr(told, cross)] = told
    whole = [one for one in lines.values() if len(one) == len(keys) > 2]
    seen = [one for one in whole if all(told.exact and not told.hidden for told in one.values())]
    for key in keys:
        if seen and all(_is_sum(one, key) for one in seen):
            yield from ([one[key], *(told for name, told in one.items() if name != key)] for one in whole)


def _is_sum(line: Mapping[str, Told], key: str) -> bool:
    rest = sum(told.marked[0] for name, told in line.items() if name != key)
    return line[key].marked[0] == rest > 0


Key = tuple[str, str, str, Part]
Cell = tuple[str, str, str, Key]
"""A count of a place that has no report: study, period, place, and its line."""


def _same_numbers(made: System, keyed: Sequence[Mapping[Key, Told]]) -> None:
    """Join what two makings of one report say, by one policy or two, where they do not contradict each other."""
    for at, side in enumerate(made.sides):
        for other in range(at + 1, len(made.sides)):
            beside = made.sides[other]
            if _subject(side) != _subject(beside):
                continue
            rule = REVISION if side.rules.digest == beside.rules.digest else POLICY
            for key in keyed[at].keys() & keyed[other].keys():
                one, two = keyed[at][key], keyed[other][key]
                if _agree(one, two):
                    made.relate(rule, made.at[at, one], [made.at[other, two]])


def _same_groups(made: System) -> None:
    """Join what two studies say of one group: the same people, by their names, in the same months."""
    first: dict[tuple[str, ...], int] = {}
    for place, (at, told) in enumerate(made.counts):
        if told is None or told.part is Part.N or told.measure not in (Measure.COUNT, Measure.SHARE):
            continue
        side = made.sides[at]
        people = side.populations.get(told.output, "")
        key = (side.place, side.period, name_of(told.row_label), name_of(told.column_label), told.part, people)
        other = first.setdefault(key, place)
        beside, seen = made.counts[other]
        if people and seen is not None and _are_two_lines(made, (beside, seen), (at, told)) and _agree(seen, told):
            made.relate(SUBGROUP, other, [place])


def _are_two_lines(made: System, one: Place, other: Place) -> bool:
    """Whether two counts stand in two studies, or under two names in two makings of one report."""
    cells = {(told.output, told.row, told.column) for _, told in (one, other) if told is not None}
    return made.sides[one[0]].study != made.sides[other[0]].study or (one[0] != other[0] and len(cells) > 1)


def _agree(one: Told, other: Told) -> bool:
    return one.marked[0] <= other.marked[1] and other.marked[0] <= one.marked[1]


def _subject(side: Side) -> tuple[str, str, str]:
    return side.study, side.place, side.period


def _totals(made: System, keyed: Sequence[Mapping[Key, Told]]) -> None:
    """Join each total with the places that it is the total of; places without a report have one count in all totals."""
    several = Counter((side.study, side.period) for side in made.sides if side.members)
    unreported: dict[Cell, int] = {}
    for at, side in enumerate(made.sides):
        if side.members == ():
            continue
        parts = _members(made.sides, side)
        for key, told in keyed[at].items():
            found = [(one, keyed[one][key]) for one in parts if key in keyed[one]]
            missing = sorted(set(side.members or ()) - {made.sides[one].place for one, _ in found})
            overlaps = bool(missing) and several[side.study, side.period] > 1
            if not found and not overlaps:
                continue
            places = [made.at[part] for part in found]
            if side.members is None or missing or len(found) < len(parts):
                places.append(made.add(at, None))
            made.relate(TOTAL, made.at[at, told], places)
            made.compared[TOTAL] = made.compared.get(TOTAL, 0) + 1
            if overlaps:
                keys = [(side.study, side.period, place, key) for place in missing]
                made.relate(TOTAL, made.at[at, told], [*places[:-1], *(_unreported(made, at, unreported, one) for one in keys)])
            _lone(made, (at, told), found)


def _unreported(made: System, at: int, known: dict[Cell, int], one: Cell) -> int:
    if one not in known:
        known[one] = made.add(at, None)
    return known[one]


def _members(sides: Sequence[Side], total: Side) -> list[int]:
    """Give one report of each place that a total counts, those to be released now first."""
    found: dict[str, int] = {}
    for at, side in sorted(enumerate(sides), key=lambda one: (not one[1].asked, one[0])):
        same = (side.study, side.period) == (total.study, total.period) and side.place != total.place and side.members == ()
        if same and (total.members is None or side.place in total.members):
            found.setdefault(side.place, at)
    return sorted(found.values())


def _lone(made: System, total: tuple[int, Told], parts: Sequence[tuple[int, Told]]) -> None:
    """Note the statistic that is the only one hidden beside a shown total: what it is made of can be worked out."""
    told = total[1]
    silent = [(side, part) for side, part in parts if part.silent]
    asked = any(made.sides[side].asked for side, _ in (total, *parts))
    if told.part is Part.N and not told.silent and len(silent) == 1 and len(parts) > 1 and asked:
        shown = (total, *(part for part in parts if part not in silent))
        side, hidden = silent[0]
        name = cell_name(made.sides[side], hidden)
        made.alone.append(Exposed(TOTAL, name, made.sides[side].rules.threshold, shown, silent[0]))
