"""The audit: which hidden counts can be worked out, or nearly so, from everything that is shown.

For a hidden count bounds are sought, in whole persons, that agree with all that is shown (SciPy's HiGHS: linear programming,
and integer programming where that leaves fractions). Two readers are imagined. The first knows only the numbers and how they
add up: for her the count must be able to be 1 as well as the threshold. The second also reads the marks, so knows that `<10`
stands for 1 to 9 and another mark for 10 or more: for her the possible values must lie at least the policy's `width` apart.
Both know every sum, whether it was declared or found by its numbers, and also where all of its counts are hidden: what a count
comes to may follow from others, and whoever sees which names a row and a column have knows what adds up.

What hides more only widens what is possible. So where a count fails, the prices of the linear programme say what else would
have to be hidden before it can pass (a `Cut`), whatever is hidden besides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gm_workbench.guard.cuts import Cut, Cutting, Views
from gm_workbench.guard.limits import Limits, Range, Vector
from gm_workbench.guard.links import Links
from gm_workbench.guard.moves import NEAR, Enough, Move, Moves
from gm_workbench.guard.policy import Policy
from gm_workbench.guard.solving import Extreme, Solver


@dataclass(frozen=True, slots=True)
class Need:
    """What must stay possible for a hidden count: a value of at most `low` and one of at least `high`, and so far apart."""

    low: float
    high: float
    width: float


def needs(links: Links, concentrated: Mapping[int, int], policy: Policy) -> dict[int, Need]:
    """Say what must stay possible for each count that is small, or that holds nearly all of a group.

    `concentrated` gives, for the latter, the largest value that the class rule allows. Beside rounded counts a reader may know
    that a count lies below the threshold, as its mark says, but no more.
    """
    top = policy.threshold - 1 if links.rounded else policy.threshold
    small = {
        place: Need(max(policy.smallest, 1), top, policy.width)
        for place, value in enumerate(links.values)
        if policy.is_small(value)
    }
    return small | {place: Need(allowed, links.values[place], 0.0) for place, allowed in concentrated.items()}


class Audit:
    """Checks counts that hang together again and again while more of them are hidden.

    Parameters
    ----------
    links : Links
    wanted : mapping of int to Need
        What must stay possible, by place.
    policy : Policy
    views : mapping, optional
        How each count can be seen; by default exactly.
    """

    def __init__(self, links: Links, wanted: Mapping[int, Need], policy: Policy, views: Views | None = None) -> None:
        self.links, self.wanted, self.policy = links, wanted, policy
        self.true = np.array(links.values, dtype=np.float64)
        self.views: Views = views if views is not None else {at: ((n, n),) for at, n in enumerate(links.values)}
        self.sums = _factors(links)
        self.members = [np.flatnonzero(row) for row in self.sums]
        self.moves = Moves(self.true, self.sums, self.members)
        self.solver = Solver(self.moves)
        self.most: dict[int, float] = {}
        self.nowhere = links.nowhere
        self.cap = 1000.0 + 10.0 * float(self.true.sum())
        self.unknown = {marks: self._all_unknown(marks=marks) for marks in (False, True)}
        self.nothing = self.limits({}, marks=True)
        self.cutting = Cutting(self.views, self.sums, self.unknown)

    def failing(self, known: Mapping[int, Range]) -> int | None:
        """Give the first hidden count (its place) that is given away too closely when so much is known, or None."""
        return next((cut.place for _, cut in self.asked(known, self.wanted) if cut is not None), None)

    def cuts(self, known: Mapping[int, Range]) -> Iterator[Cut]:
        """Give, for each hidden count that is given away too closely, what else must be hidden.

        Parameters
        ----------
        known : mapping of int to Range
            What can be seen; the true values lie in it.
        """
        yield from (cut for _, cut in self.asked(known, self.wanted) if cut is not None)

    def asked(self, known: Mapping[int, Range], places: Iterable[int]) -> Iterator[tuple[int, Cut | None]]:
        """Give, for some of the counts of which something is wanted, what else must be hidden, or None.

        A count that has room keeps it when more is hidden; when less is, only those that `shaken` names can lose it.
        """
        if not self.wanted:
            return
        plain, marked = self.limits(known, marks=False), self.limits(known, marks=True)
        for place in places:
            yield place, self._cut(place, self.wanted[place], plain, marked)

    def shaken(self, shown: Collection[int]) -> list[int]:
        """Give the counts that may have lost their room now that some others are shown, or shown more closely."""
        return sorted(self.moves.shaken(shown) | (self.wanted.keys() & set(shown)))

    def bounds(self, place: int, known: Mapping[int, Range], *, marks: bool) -> tuple[int, int]:
        """Give the smallest and largest whole number that a count can be when so much is known.

        Raises
        ------
        ArithmeticError
            If they cannot be found: then nothing may be said about the count, and nothing may leave.
        """
        limits = self.limits(known, marks=marks)
        for sign in (1.0, -1.0):
            if not self.solver.whole(place, sign, limits):
                raise ArithmeticError("bounds of a hidden count were not found")
        room = self.moves.room(place, limits)
        return round(room.low), round(room.high)

    def limits(self, known: Mapping[int, Range], *, marks: bool) -> Limits:
        """Say what a reader knows who sees so much, and reads the marks or not."""
        low, high = self.unknown[marks].copy()
        seen = np.fromiter(known, dtype=np.intp, count=len(known))
        if len(seen):
            low[seen], high[seen] = np.array([*known.values()], dtype=np.float64).T
        told = np.zeros(len(self.true), dtype=np.bool_)
        told[seen] = True
        return Limits(low, high, told, marks)

    def _all_unknown(self, *, marks: bool) -> Vector:
        ends = [self._unknown(place, marks=marks) for place in range(len(self.links.values))]
        return np.array(ends, dtype=np.float64).reshape(-1, 2).T

    def _unknown(self, place: int, *, marks: bool) -> Range:
        """Give what can be of a count that is hidden; those behind three tables stand nowhere, so have no mark."""
        if not marks or place in self.nowhere:
            return 0.0, self.cap
        value = self.links.values[place]
        if self.policy.is_small(value):
            return float(self.policy.smallest), float(self.policy.threshold - 1)
        return (0.0, 0.0) if value == 0 else (float(self.policy.threshold), self.cap)

    def _cut(self, place: int, need: Need, plain: Limits, marked: Limits) -> Cut | None:
        below = self._goes(place, 1.0, plain, lambda low, _: low <= need.low)
        if isinstance(below, Extreme):
            return self.cutting.priced(place, [(1.0, below)], plain, -need.low)
        above = self._goes(place, -1.0, plain, lambda _, high: high >= need.high)
        if isinstance(above, Extreme):
            return self.cutting.priced(place, [(-1.0, above)], plain, need.high)
        apart = self._apart(place, need.width, marked)
        if isinstance(apart, Cut):
            return apart
        self.moves.prove(place, below | above | apart)
        return None

    def _apart(self, place: int, width: float, limits: Limits) -> Cut | frozenset[Move]:
        """Whether the possible values lie far enough apart; a part of what is itself below the threshold has less room."""
        room = self.moves.room(place, limits, lambda low, high: high - low >= width)
        if room.high - room.low >= width:
            return room.by
        wanted = min(width, self._most(place, width))
        low, high = self.solver.followed(place, limits)
        if high - low + NEAR < wanted:
            return self.cutting.priced(
                place, [(sign, self.solver.follows(place, sign, limits)) for sign in (1.0, -1.0)], limits, wanted
            )
        below = self._reach(place, 1.0, limits, lambda low, high: high - low >= wanted)
        if not isinstance(below, Extreme):
            return below
        above = self._reach(place, -1.0, limits, lambda low, high: high - low >= wanted)
        if not isinstance(above, Extreme):
            return above
        if -above.value - below.value + NEAR < wanted:
            return self.cutting.priced(place, [(1.0, below), (-1.0, above)], limits, wanted)
        for sign in (1.0, -1.0):
            room = self.moves.room(place, limits, lambda low, high: high - low >= wanted)
            if room.high - room.low >= wanted:
                return room.by
            self.solver.whole(place, sign, limits)
        room = self.moves.room(place, limits)
        return room.by if room.high - room.low >= wanted else self.cutting.anything(place, limits)

    def _most(self, place: int, width: float) -> float:
        """How far apart they would lie if the marks were all there is, or `width` if that is less.

        What is not found in whole numbers is taken from fractions, which lie no less far apart.
        """
        if place not in self.most:
            limits = self.nothing
            ends = [self._reach(place, sign, limits, lambda low, high: high - low >= width) for sign in (1.0, -1.0)]
            values = [one.value for one in ends if isinstance(one, Extreme)]
            sought = len(values) < 2 or all(self.solver.whole(place, sign, limits) for sign in (1.0, -1.0))
            room = self.moves.room(place, limits)
            self.most[place] = min(width, room.high - room.low) if sought else np.floor(-sum(values) + NEAR)
        return self.most[place]

    def _goes(self, place: int, sign: float, limits: Limits, enough: Enough) -> Extreme | frozenset[Move]:
        """Give the moves that prove that a count goes far enough one way, else how far it goes."""
        low, high = self.solver.followed(place, limits)
        if not enough(low - NEAR, high + NEAR):
            return self.solver.follows(place, sign, limits)
        return self._reach(place, sign, limits, enough)

    def _reach(self, place: int, sign: float, limits: Limits, enough: Enough) -> Extreme | frozenset[Move]:
        """Give the moves that prove the range of a count wide enough, else how far it goes."""
        room = self.moves.room(place, limits, enough)
        if not enough(room.low, room.high) and self.solver.near(place, sign, limits):
            room = self.moves.room(place, limits, enough)
        if enough(room.low, room.high):
            return room.by
        reached = self.solver.relaxed(place, sign, limits)
        room = self.moves.room(place, limits, enough)
        if enough(room.low, room.high):
            return room.by
        low, high = (min(room.low, reached.value), room.high) if sign > 0 else (room.low, max(room.high, -reached.value))
        if not enough(low - NEAR, high + NEAR):
            return reached
        self.solver.whole(place, sign, limits)  # so far only in fractions
        room = self.moves.room(place, limits, enough)
        return room.by if enough(room.low, room.high) else Extreme(reached.value, None)


def _factors(links: Links) -> Vector:
    """Write the sums as rows of factors, one column a count: a total minus its parts is nought."""
    rows = np.zeros((len(links.relations), len(links.values)))
    for row, one in enumerate(links.relations):
        rows[row, one.total] += 1
        np.add.at(rows[row], list(one.parts), -1)
    return rows
