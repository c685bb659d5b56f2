"""The audit: which hidden counts can be worked out, or nearly so, from everything that is shown.

For a hidden count bounds are sought, in whole persons, that agree with all that is shown (SciPy's HiGHS: linear programming,
and integer programming where that leaves fractions). Two readers are imagined. The first knows only the numbers and how they
add up: for her the count must be able to be 1 as well as the threshold. The second also reads the marks, so knows that `<10`
stands for 1 to 9 and another mark for 10 or more: for her the possible values must lie at least the policy's `width` apart.

What hides more only widens what is possible. So where a count fails, the prices of the linear programme say what else would
have to be hidden before it can pass (a `Cut`), whatever is hidden besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from gm_workbench.guard.links import Links, Origin
from gm_workbench.guard.policy import Policy

Range = tuple[float, float]
Views = Mapping[int, tuple[Range, ...]]
"""For each count, the ranges in which its cells let it be seen, the narrowest first."""
Depth = tuple[int, int]
"""A count and how many of its views, from the narrowest on, are hidden."""
Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_FOUND = frozenset({Origin.FOUND, Origin.WHOLE, Origin.ACROSS})
NODES = 500
"""Steps of the integer programme for one bound. What is not found within them counts as impossible, and so as unsafe."""
SECONDS = 120.0
"""A bound that takes longer is an error, so that nothing leaves: the clock decides nothing else."""
NEAR = 1e-6


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


@dataclass(frozen=True, slots=True)
class Cut:
    """What must be hidden besides before a count can pass.

    Attributes
    ----------
    place : int
        The count that does not pass.
    gains : mapping of Depth to float
        How much room it gives when so many of a count's views are hidden; those of all that is hidden must together come to 1.
    found : frozenset of int
        Sums that a reader can use only while she sees a count of it: hiding all counts of one of them would do as well.
    """

    place: int
    gains: Mapping[Depth, float]
    found: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reader knows: the smallest and largest value of every count, and which sums she can use."""

    low: Vector
    high: Vector
    usable: Mask
    marks: bool

    @property
    def open(self) -> Mask:
        """Counts that are not exactly known."""
        return self.low < self.high


@dataclass(frozen=True, slots=True)
class _Extreme:
    """How far a count can go one way, and the price of each sum for it; without prices where only whole numbers fail."""

    value: float
    prices: Vector | None


@dataclass(frozen=True, slots=True)
class _Witness:
    """Counts that differ from the true ones, and the sums that do not hold for them; all other counts are the true ones."""

    where: npt.NDArray[np.intp]
    values: Vector
    broken: npt.NDArray[np.intp]
    at: Mapping[int, float]

    def agrees(self, limits: Limits) -> bool:
        within = (self.values >= limits.low[self.where]) & (self.values <= limits.high[self.where])
        return bool(within.all()) and not limits.usable[self.broken].any()


class Audit:
    """Checks counts that hang together again and again while more of them are hidden.

    A set of counts that agrees with all that is shown is a witness: it proves that a hidden count can be what it is there.
    Witnesses are kept, for most of them still agree after the next cell is hidden or shown.

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
        self.touch = self.sums != 0
        self.found = np.array([one.origin in _FOUND for one in links.relations], dtype=np.bool_)
        self.members = [np.flatnonzero(row) for row in self.touch]
        self.rows = [np.flatnonzero(column) for column in self.touch.T]
        self.witnesses: dict[int, list[_Witness]] = {}
        self.most: dict[int, float] = {}
        self.cap = 1000.0 + 10.0 * float(self.true.sum())

    def failing(self, known: Mapping[int, Range]) -> int | None:
        """Give the first hidden count (its place) that is given away too closely when so much is known, or None."""
        return next((cut.place for cut in self.cuts(known)), None)

    def cuts(self, known: Mapping[int, Range], places: list[int] | None = None) -> Iterator[Cut]:
        """Give, for each hidden count that is given away too closely, what else must be hidden.

        Parameters
        ----------
        known : mapping of int to Range
            What can be seen; the true values lie in it.
        places : list of int, optional
            Only these are asked about; by default all that something is wanted of.
        """
        if not self.wanted:
            return
        plain, marked = self.limits(known, marks=False), self.limits(known, marks=True)
        for place in self.wanted if places is None else places:
            cut = self._cut(place, self.wanted[place], plain, marked)
            if cut is not None:
                yield cut

    def bounds(self, place: int, known: Mapping[int, Range], *, marks: bool) -> tuple[int, int]:
        """Give the smallest and largest whole number that a count can be when so much is known.

        Raises
        ------
        ArithmeticError
            If they cannot be found: then nothing may be said about the count, and nothing may leave.
        """
        limits = self.limits(known, marks=marks)
        for sign in (1.0, -1.0):
            if not self._whole(place, sign, limits):
                raise ArithmeticError("bounds of a hidden count were not found")
        low, high = self._seen(place, limits)
        return round(low), round(high)

    def limits(self, known: Mapping[int, Range], *, marks: bool) -> Limits:
        """Say what a reader knows who sees so much, and reads the marks or not."""
        ends = [known.get(place) or self._unknown(value, marks=marks) for place, value in enumerate(self.links.values)]
        low, high = np.array(ends, dtype=np.float64).T
        seen = np.isin(np.arange(len(self.true)), list(known))
        return Limits(low, high, ~self.found | self.touch[:, seen].any(axis=1), marks)

    def _unknown(self, value: int, *, marks: bool) -> Range:
        if not marks:
            return 0.0, self.cap
        if self.policy.is_small(value):
            return float(self.policy.smallest), float(self.policy.threshold - 1)
        return (0.0, 0.0) if value == 0 else (float(self.policy.threshold), self.cap)

    def _cut(self, place: int, need: Need, plain: Limits, marked: Limits) -> Cut | None:
        below = self._reach(place, 1.0, plain, lambda low, _: low <= need.low)
        if below is not None:
            return self._priced(place, [(1.0, below)], plain, -need.low)
        above = self._reach(place, -1.0, plain, lambda _, high: high >= need.high)
        if above is not None:
            return self._priced(place, [(-1.0, above)], plain, need.high)
        return self._narrow(place, need.width, marked)

    def _narrow(self, place: int, width: float, limits: Limits) -> Cut | None:
        """Whether the possible values lie far enough apart; a part of what is itself below the threshold has less room."""
        below = self._reach(place, 1.0, limits, lambda low, high: high - low >= width)
        above = below and self._reach(place, -1.0, limits, lambda low, high: high - low >= width)
        if below is None or above is None:
            return None
        wanted = min(width, self._most(place))
        if -above.value - below.value + NEAR < wanted:
            return self._priced(place, [(1.0, below), (-1.0, above)], limits, wanted)
        for sign in (1.0, -1.0):
            self._whole(place, sign, limits)
        low, high = self._seen(place, limits)
        return None if high - low >= wanted else self._anything(place, limits)

    def _most(self, place: int) -> float:
        """How far apart they would lie if the marks were all there is."""
        if place not in self.most:
            low, high = self.bounds(place, {}, marks=True)
            self.most[place] = high - low
        return self.most[place]

    def _reach(self, place: int, sign: float, limits: Limits, enough: Callable[[float, float], bool]) -> _Extreme | None:
        """Give None if the range of a count is wide enough, else how far it goes; witnesses are asked before one is sought."""
        if enough(*self._seen(place, limits)):
            return None
        reached = self._relaxed(place, sign, limits)
        if enough(*self._seen(place, limits)):
            return None
        low, high = self._seen(place, limits)
        low, high = (min(low, reached.value), high) if sign > 0 else (low, max(high, -reached.value))
        if enough(low - NEAR, high + NEAR):  # so far only in fractions
            self._whole(place, sign, limits)
            if enough(*self._seen(place, limits)):
                return None
            return _Extreme(reached.value, None)
        return reached

    def _seen(self, place: int, limits: Limits) -> Range:
        low = high = float(self.true[place])
        for one in self.witnesses.get(place, ()):
            if not low <= one.at[place] <= high and one.agrees(limits):
                low, high = min(low, one.at[place]), max(high, one.at[place])
        return low, high

    def _around(self, place: int, limits: Limits) -> list[int]:
        """Give the sums that hang together with a count through counts that are not exactly known."""
        opened, usable = limits.open, limits.usable
        rows: set[int] = set()
        reached, todo = {place}, [place]
        while todo:
            for row in self.rows[todo.pop()]:
                if usable[row] and row not in rows:
                    rows.add(int(row))
                    more = [int(at) for at in self.members[row] if opened[at] and int(at) not in reached]
                    reached.update(more)
                    todo += more
        return sorted(rows)

    def _relaxed(self, place: int, sign: float, limits: Limits) -> _Extreme:
        """Seek the counts, fractions allowed, that make `place` smallest (sign 1) or largest (-1)."""
        rows, free, sums, right = self._local(place, limits)
        if not rows:
            end = float(limits.low[place] if sign > 0 else limits.high[place])
            self._keep(np.array([place]), np.array([end]))
            return _Extreme(sign * end, np.zeros(len(self.sums)))
        goal = np.where(free == place, sign, 0.0)
        ends = np.column_stack([limits.low[free], limits.high[free]])
        found = linprog(goal, A_eq=sums, b_eq=right, bounds=ends, method="highs", options={"time_limit": SECONDS})
        if found.status != 0:
            raise ArithmeticError("a linear programme over hidden counts was not solved")
        whole = np.round(found.x)
        if np.abs(found.x - whole).max() < NEAR:
            self._keep(free, whole)
        prices = np.zeros(len(self.sums))
        prices[rows] = found.eqlin.marginals
        return _Extreme(float(found.fun), prices)

    def _local(self, place: int, limits: Limits) -> tuple[list[int], npt.NDArray[np.intp], Vector, Vector]:
        """Give the sums around a count, the counts in them that are open, their factors, and what the others come to."""
        rows = self._around(place, limits)
        all_of_them = np.unique(np.concatenate([self.members[row] for row in rows])) if rows else np.array([place])
        is_free = limits.open[all_of_them] | (all_of_them == place)
        free, fixed = all_of_them[is_free], all_of_them[~is_free]
        return rows, free, self.sums[np.ix_(rows, free)], -self.sums[np.ix_(rows, fixed)] @ limits.low[fixed]

    def _whole(self, place: int, sign: float, limits: Limits) -> bool:
        """Seek the counts, whole numbers only, that make `place` smallest (sign 1) or largest (-1)."""
        rows, free, sums, right = self._local(place, limits)
        began = monotonic()
        found = milp(
            np.where(free == place, sign, 0.0),
            integrality=np.ones(len(free)),
            bounds=Bounds(limits.low[free], limits.high[free]),
            constraints=LinearConstraint(sums, right, right) if rows else None,
            options={"node_limit": NODES, "time_limit": SECONDS, "mip_rel_gap": 0.0},
        )
        if monotonic() - began > SECONDS:
            raise ArithmeticError("an integer programme over hidden counts took too long")
        if found.x is not None:
            self._keep(free, np.round(found.x))
        return bool(found.status == 0)

    def _keep(self, where: npt.NDArray[np.intp], values: Vector) -> None:
        moved = values != self.true[where]
        where, values = where[moved], values[moved]
        rows = np.unique(np.concatenate([self.rows[at] for at in where])) if len(where) else np.zeros(0, dtype=np.intp)
        off = self.sums[np.ix_(rows, where)] @ (values - self.true[where])
        at = dict(zip(where.tolist(), values.tolist(), strict=True))
        witness = _Witness(where, values, rows[off != 0], at)
        for place in where.tolist():
            self.witnesses.setdefault(place, []).append(witness)

    def _priced(self, place: int, ways: list[tuple[float, _Extreme]], limits: Limits, needed: float) -> Cut:
        """Say from the prices what hiding each count would add; without prices, that anything more must be hidden."""
        room: dict[Depth, float] = {}
        found: set[int] = set()
        short = needed
        for sign, extreme in ways:
            if extreme.prices is None:
                return self._anything(place, limits)
            goal = np.where(np.arange(len(self.true)) == place, -sign, 0.0)
            used = np.flatnonzero(extreme.prices)
            factors = goal + extreme.prices[used] @ self.sums[used]
            found |= {int(row) for row in np.flatnonzero(self.found & (np.abs(extreme.prices) > 1e-9))}
            for at in np.flatnonzero(np.abs(factors) > 1e-9):
                ends = [*self.views.get(int(at), ()), self._unknown(self.links.values[at], marks=limits.marks)]
                most = [max(factors[at] * low, factors[at] * high) for low, high in ends]
                short -= most[0]
                for depth in range(1, len(most)):
                    room[int(at), depth] = room.get((int(at), depth), 0.0) + most[depth] - most[depth - 1]
        if short <= NEAR:
            return self._anything(place, limits)
        gains = {depth: min(more / short, 1.0) for depth, more in room.items() if more > 1e-9}
        return Cut(place, gains, frozenset(found))

    def _anything(self, place: int, limits: Limits) -> Cut:
        shown = {
            (at, depth): 1.0
            for at, ends in self.views.items()
            for depth, (low, high) in enumerate(ends, start=1)
            if limits.low[at] >= low and limits.high[at] <= high
        }
        return Cut(place, shown)


def _factors(links: Links) -> Vector:
    """Write the sums as rows of factors, one column a count: a total minus its parts is nought."""
    rows = np.zeros((len(links.relations), len(links.values)))
    for row, one in enumerate(links.relations):
        rows[row, one.total] += 1
        np.add.at(rows[row], list(one.parts), -1)
    return rows
