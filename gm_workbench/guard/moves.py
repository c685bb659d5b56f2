"""Moves: changes of hidden counts under which all sums still hold, kept because most serve again after the next cell.

A move proves between which values a hidden count can lie: it can be made so many times, one way or the other, before a count
leaves what is known of it. What hides more only lets it go further. So a count that was proved to have room is asked about
again only when something is shown that its proof rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gm_workbench.guard.limits import Limits, Places, Range, Vector

PARTS_OF_ONE = (1, 2, 3, 4, 6)
"""Solutions in halves, thirds and so on are moves as well, made two or three times."""
NEAR = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """A change of counts.

    Attributes
    ----------
    number : int
    where : array
        The counts that change, in order.
    step : array
        By how many persons each does.
    at : mapping of int to float
        The same as `where` and `step`.
    """

    number: int
    where: Places
    step: Vector
    at: Mapping[int, float]

    def reach(self, true: Vector, limits: Limits) -> Range:
        """Give how often it can be made backwards (at most 0) and forwards (at least 0)."""
        ways = np.array([limits.low[self.where] - true[self.where], limits.high[self.where] - true[self.where]]) / self.step
        back, forth = np.ceil(ways.min(axis=0).max() - NEAR), np.floor(ways.max(axis=0).min() + NEAR)
        return min(float(back), 0.0), max(float(forth), 0.0)


@dataclass(frozen=True, slots=True)
class Room:
    """Between which values a count is proved to lie for a reader, and by which moves."""

    low: float
    high: float
    by: frozenset[Move] = frozenset()


Enough = Callable[[float, float], bool]


class Moves:
    """All moves found so far, and which of them prove that a count has room.

    Parameters
    ----------
    true : array
        The counts.
    sums : array
        A row of factors for each sum, a column for each count.
    members : sequence of array
        The counts of each sum.
    """

    def __init__(self, true: Vector, sums: Vector, members: Sequence[Places]) -> None:
        self.true, self.sums, self.members = true, sums, members
        self.rows = [np.flatnonzero(column) for column in (sums != 0).T]
        self.many = 0
        self.through: dict[int, dict[bytes, Move]] = {}
        self.proofs: dict[int, frozenset[Move]] = {}
        self.leaning: dict[int, set[int]] = {}

    def keep(self, where: Places, values: Vector) -> None:
        """Keep the change from the true counts to other ones that agree with what is known."""
        change = values - self.true[where]
        times = next((times for times in PARTS_OF_ONE if np.abs(times * change - np.round(times * change)).max() < NEAR), None)
        if times is None:
            return
        whole = np.round(times * change)
        moved = np.flatnonzero(whole)
        if not len(moved):
            return
        order = moved[np.argsort(where[moved])]
        step = whole[order] / np.gcd.reduce(np.abs(whole[order]).astype(np.int64))
        self._keep(where[order], step * np.sign(step[0]))

    def _keep(self, where: Places, step: Vector) -> None:
        if self._breaks(where, step):
            return
        name = where.tobytes() + step.tobytes()
        first = self.through.get(int(where[0]), {}).get(name)
        move = first or self._move(where, step)
        for place in where.tolist():
            here = self.through.setdefault(place, {})
            here.pop(name, None)
            here[name] = move

    def _move(self, where: Places, step: Vector) -> Move:
        self.many += 1
        return Move(self.many, where, step, dict(zip(where.tolist(), step.tolist(), strict=True)))

    def _breaks(self, where: Places, step: Vector) -> bool:
        """Whether a sum would no longer hold, so that it is no move."""
        rows = np.unique(np.concatenate([self.rows[at] for at in where]))
        return bool((np.abs(self.sums[np.ix_(rows, where)] @ step) > NEAR).any())

    def room(self, place: int, limits: Limits, enough: Enough = lambda *_: False) -> Room:
        """Give the room of a count that moves prove, those of its last proof first, then the newest; no more than is enough."""
        here = low = high = float(self.true[place])
        by: dict[bool, Move] = {}
        met = enough(low, high)
        for move in self._through(place):
            if met:
                break
            back, forth = limits.reached.get(move.number) or self._reach(move, limits)
            if back == forth:  # it cannot be made
                continue
            first, last = sorted((here + back * move.at[place], here + forth * move.at[place]))
            if first < low or last > high:
                by |= ({False: move} if first < low else {}) | ({True: move} if last > high else {})
                low, high = min(low, first), max(high, last)
                met = enough(low, high)
        return Room(low, high, frozenset(by.values()))

    def _through(self, place: int) -> Iterable[Move]:
        yield from sorted(self.proofs.get(place, ()), key=lambda move: move.number)
        yield from reversed(self.through.get(place, {}).values())

    def _reach(self, move: Move, limits: Limits) -> Range:
        limits.reached[move.number] = move.reach(self.true, limits)
        return limits.reached[move.number]

    def prove(self, place: int, by: frozenset[Move]) -> None:
        """Note which moves prove that a count has room."""
        for at in self._ground(place):
            self.leaning[at].discard(place)
        self.proofs[place] = by
        for at in self._ground(place):
            self.leaning.setdefault(at, set()).add(place)

    def _ground(self, place: int) -> frozenset[int]:
        return frozenset().union(*(move.at for move in self.proofs.get(place, ())))

    def shaken(self, shown: Collection[int]) -> set[int]:
        """Give the counts whose proof rests on one of some counts."""
        return set().union(*(self.leaning.get(place, set()) for place in shown))
