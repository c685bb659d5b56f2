"""The counts of several reports as one set, and which hidden ones of them the others give away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gm_workbench.guard.bounds import Adds, Range, around
from gm_workbench.guard.names import name_of
from gm_workbench.guard.readers import Reader, exposes
from gm_workbench.guard.sides import Side, cell_name
from gm_workbench.guard.summed import as_sums
from gm_workbench.guard.told import ANY, Told

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
