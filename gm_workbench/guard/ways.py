"""Ways from month to month: what is counted in months that no report tells apart, put together of periods that are told.

A period is a step from its first month to the month after its last, or back. Who goes such steps from one month to a later
one, adds what goes forward and subtracts what goes back, has the count of the months between. Where a person may be counted in
several periods it is still a number of persons: of a half year minus one that begins in spring plus its summer, those who were
there before spring only, or both in spring and in summer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import heappop, heappush
from math import inf
from types import MappingProxyType

from gm_workbench.guard.findings import Candidate
from gm_workbench.guard.nested import Groups, population_of
from gm_workbench.guard.pairs import Term, together
from gm_workbench.guard.sides import Side, stretch
from gm_workbench.guard.systems import System

Between = tuple[int, int]
"""From which month to which; back, where the second is the earlier."""
Step = tuple[int, int]
"""Which of several counts, and 1 if it is added, -1 if it is subtracted."""
Edge = tuple[int, int, float]
"""The first month of a period, the month after its last, and how far apart its count can be."""
What = tuple[object, ...]
"""What a count must have in common with others to be added to them: its line, or that it is everybody."""
Unit = tuple[str, tuple[str, ...] | None]
"""A place, or a total and the places that it counts."""
SHORTEST = 3
"""Counts in a sum; two are compared by pairs (`pairs.matched`, `nested.nested`)."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Counts that are added and subtracted."""

    plus: tuple[Term, ...] = ()
    minus: tuple[Term, ...] = ()

    def __len__(self) -> int:
        return len(self.plus) + len(self.minus)

    def __sub__(self, other: Balance) -> Balance:
        return Balance((*self.plus, *other.minus), (*self.minus, *other.plus))

    @property
    def is_new(self) -> bool:
        """Whether it is a difference, and something that is to be released now takes part in it."""
        return bool(self.plus and self.minus) and any(one.side.asked for one in (*self.plus, *self.minus))

    @property
    def terms(self) -> tuple[Term, Term, set[Candidate]]:
        """Give what is added, what is subtracted, and what could be withheld."""
        asked = {one.candidate for one in (*self.plus, *self.minus) if one.side.asked}
        return together(self.plus), together(self.minus), asked


Ways = Mapping[Between, Balance]


@lru_cache(maxsize=1 << 12)  # most lines of a table are told by the same reports
def routes(edges: tuple[Edge, ...]) -> Mapping[Between, tuple[Step, ...]]:
    """Give from each month to each other the way that leaves the fewest values possible, in the fewest steps.

    Examples
    --------
    January to June, April to September, and July to September: from these, January to March.

    >>> routes(((0, 6, 0.0), (3, 9, 0.0), (6, 9, 0.0)))[0, 3]
    ((0, 1), (2, 1), (1, -1))
    """
    out = _steps(edges)
    return {(start, end): way for start in out for end, way in _from(start, out).items() if end != start}


@lru_cache(maxsize=1 << 12)
def detours(edges: tuple[Edge, ...]) -> tuple[tuple[Step, ...], ...]:
    """Give for each period the way from its first month to its last that does without it, if there is one."""
    found = []
    for at, (first, after, _) in enumerate(edges):
        out = _steps(edges, without=at)
        found += [way for end, way in _from(first, out).items() if end == after]
    return tuple(found)


Steps = Mapping[int, Sequence[tuple[int, Step, float]]]
"""From each month: to which other, by which step, and how far apart its count can be."""


def _steps(edges: Sequence[Edge], without: int = -1) -> Steps:
    out: dict[int, list[tuple[int, Step, float]]] = {}
    for at, (first, after, width) in enumerate(edges):
        if at != without:
            out.setdefault(first, []).append((after, (at, 1), width))
            out.setdefault(after, []).append((first, (at, -1), width))
    return out


def _from(start: int, out: Steps) -> dict[int, tuple[Step, ...]]:
    found: dict[int, tuple[Step, ...]] = {}
    ahead: list[tuple[float, int, int, tuple[Step, ...]]] = [(0.0, 0, start, ())]
    while ahead:
        width, steps, month, way = heappop(ahead)
        if month in found:
            continue
        found[month] = way
        for other, step, more in out.get(month, ()):
            heappush(ahead, (width + more, steps + 1, other, (*way, step)))
    return found


class Walk:
    """What is told of one place: the ways from month to month, and those that do without a period beside it."""

    def __init__(self, terms: Iterable[Term]) -> None:
        told: dict[Between, list[Term]] = {}
        for term in sorted(terms, key=lambda one: (one.range[1] - one.range[0], not one.side.asked)):
            months = stretch(term.side.period)
            if months is not None and term.range[1] < inf:
                known = told.setdefault(months, [])
                known += [term] * all(one.range != term.range for one in known)
        self._told = list(told.values())
        self._edges = tuple((*months, terms[0].range[1] - terms[0].range[0]) for months, terms in told.items())

    @cached_property
    def ways(self) -> Ways:
        return {between: self._sum(way) for between, way in routes(self._edges).items()}

    @property
    def roundabout(self) -> Iterator[Balance]:
        """Give each way from a month to a later one for which three or more periods are needed, also by what else tells one."""
        forward = (way for (first, after), way in routes(self._edges).items() if first < after)
        for way in (*forward, *detours(self._edges)):
            if len(way) >= SHORTEST and any(sign < 0 for _, sign in way):
                yield self._sum(way)
                yield from (self._sum(way, {at: other}) for at, _ in way for other in self._told[at][1:])

    def _sum(self, way: Sequence[Step], instead: Mapping[int, Term] = MappingProxyType({})) -> Balance:
        """Add what goes forward, subtract what goes back."""
        terms = [(sign, instead.get(at, self._told[at][0])) for at, sign in way]
        return Balance(*(tuple(term for sign, term in terms if sign == wanted) for wanted in (1, -1)))


def walked(shelf: Sequence[Side], linked: System, groups: Mapping[int, Groups]) -> Iterator[dict[Unit, Walk]]:
    """Give, for everything that is told of several periods, the ways of each place and total."""
    sides = [side for side in shelf if stretch(side.period) is not None]
    if len({side.period for side in sides}) < 2:
        return
    told: dict[What, dict[Unit, list[Term]]] = {}
    for side in sides:
        for what, term in _alike(side, linked, groups[id(side)]):
            told.setdefault(what, {}).setdefault((side.place, side.members), []).append(term)
    for (study, *_), units in told.items():
        found = [term.side for terms in units.values() for term in terms]
        if len({side.period for side in found}) > 1 and (study or len({side.study for side in found}) > 1):
            yield {unit: Walk(terms) for unit, terms in units.items()}


def _alike(side: Side, linked: System, groups: Groups) -> Iterator[tuple[What, Term]]:
    """Give each count by its line, in its study and whatever the study; and everybody by the words for them."""
    for told in side.told:
        term = Term(side, told, linked.range(side, told))
        yield (side.study, term.cell), term
        yield (None, term.cell), term
    yield from ((("*", population_of(term)), term) for term in groups.get(frozenset(), ()))


def spans(units: Mapping[Unit, Walk]) -> Iterator[Balance]:
    """Give what three or more periods of one place leave, when they are added to and subtracted from each other."""
    for walk in units.values():
        yield from (way for way in walk.roundabout if way.is_new)
