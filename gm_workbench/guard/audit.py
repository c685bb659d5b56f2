"""The audit: which hidden counts can be worked out, or nearly so, from everything that an output shows.

For a hidden count bounds are sought, in whole persons, that agree with all that is shown (integer programming by SciPy's
HiGHS). Two readers are imagined. The first knows only the numbers and how they add up: for her the count must be able to be 1
as well as the threshold. The second also reads the marks, so knows that `<10` stands for 1 to 9 and another mark for 10 or
more: for her the possible values must lie at least the policy's `width` apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from gm_workbench.guard.links import Links, Origin, Relation
from gm_workbench.guard.policy import Policy

Range = tuple[float, float]
Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
SECONDS = 2.0  # per bound; what is not found in time counts as impossible, and so as unsafe


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
class Limits:
    """What one reader knows: the smallest and largest value of every count, and which sums she can use."""

    low: Vector
    high: Vector
    usable: Mask

    @property
    def open(self) -> Mask:
        """Counts that are not exactly known."""
        return self.low < self.high


class Audit:
    """Checks one output again and again while more of it is hidden.

    A set of counts that agrees with all that is shown is a witness: it proves that a hidden count can be what it is there.
    Witnesses are kept, for most of them still agree after the next cell is hidden or shown.
    """

    def __init__(self, links: Links, wanted: Mapping[int, Need], policy: Policy) -> None:
        self.links, self.wanted, self.policy = links, wanted, policy
        self.true = np.array(links.values, dtype=np.float64)
        self.sums = _factors(links)
        self.found = np.array([one.origin is Origin.FOUND for one in links.relations], dtype=np.bool_)
        self.witnesses = self.true[None, :]
        self.most: dict[int, float] = {}
        self.cap = 1000.0 + 10.0 * float(self.true.sum())

    def failing(self, known: Mapping[int, Range]) -> int | None:
        """Give the first hidden count (its place) that is given away too closely when so much is known, or None."""
        if not self.wanted:
            return None
        plain, marked = self._limits(known, marks=False), self._limits(known, marks=True)
        return next((place for place, need in self.wanted.items() if not self._safe(place, need, plain, marked)), None)

    def near(self, place: int, known: Mapping[int, Range]) -> list[Relation]:
        """Give the sums that hang together with a count through counts that are not exactly known."""
        return [self.links.relations[row] for row in np.flatnonzero(self._around(place, self._limits(known, marks=False)))]

    def _limits(self, known: Mapping[int, Range], *, marks: bool) -> Limits:
        ends = [known.get(place) or self._unknown(value, marks=marks) for place, value in enumerate(self.links.values)]
        low, high = np.array(ends, dtype=np.float64).T
        seen = np.isin(np.arange(len(self.true)), list(known))
        return Limits(low, high, ~self.found | (self.sums[:, seen] != 0).any(axis=1))

    def _unknown(self, value: int, *, marks: bool) -> Range:
        if not marks:
            return 0.0, self.cap
        if self.policy.is_small(value):
            return float(self.policy.smallest), float(self.policy.threshold - 1)
        return (0.0, 0.0) if value == 0 else (float(self.policy.threshold), self.cap)

    def _safe(self, place: int, need: Need, plain: Limits, marked: Limits) -> bool:
        if self._is_rest(place, plain):
            return False
        return (
            self._reach(place, 1.0, plain, lambda low, _: low <= need.low)
            and self._reach(place, -1.0, plain, lambda _, high: high >= need.high)
            and self._wide(place, need.width, marked)
        )

    def _wide(self, place: int, width: float, limits: Limits) -> bool:
        """Whether the possible values lie far enough apart; a part of what is itself below the threshold has less room."""
        got = self._width(place, limits, width)
        return got >= width or got >= self._most(place)

    def _width(self, place: int, limits: Limits, enough: float) -> float:
        """How far apart the possible values of a count lie; sought only until it is enough."""
        for sign in (1.0, -1.0):
            if self._reach(place, sign, limits, lambda low, high: high - low >= enough):
                break
        low, high = self._seen(place, limits)
        return high - low

    def _most(self, place: int) -> float:
        """How far apart they would lie if the marks were all there is."""
        if place not in self.most:
            self.most[place] = self._width(place, self._limits({}, marks=True), np.inf)
        return self.most[place]

    def _is_rest(self, place: int, limits: Limits) -> bool:
        """Whether a count is what is left when the known are subtracted, which needs no solver to see."""
        others = limits.open & (np.arange(len(self.true)) != place)
        own = limits.usable & (self.sums[:, place] != 0)
        return bool((self.sums[own][:, others] == 0).all(axis=1).any())

    def _reach(self, place: int, sign: float, limits: Limits, enough: Callable[[float, float], bool]) -> bool:
        """Whether the range of a count is wide enough; only if the witnesses so far do not say so, one more is sought."""
        if enough(*self._seen(place, limits)):
            return True
        self._solve(place, sign, limits)
        return enough(*self._seen(place, limits))

    def _seen(self, place: int, limits: Limits) -> Range:
        agreeing = ((self.witnesses >= limits.low) & (self.witnesses <= limits.high)).all(axis=1)
        agreeing &= (self.witnesses @ self.sums[limits.usable].T == 0).all(axis=1)
        values = self.witnesses[agreeing, place]
        return float(values.min()), float(values.max())

    def _around(self, place: int, limits: Limits) -> Mask:
        touch = self.sums != 0
        reached = np.arange(len(self.true)) == place
        while True:
            rows: Mask = limits.usable & touch[:, reached].any(axis=1)
            more = reached | (touch[rows].any(axis=0) & limits.open)
            if (more == reached).all():
                return rows
            reached = more

    def _solve(self, place: int, sign: float, limits: Limits) -> None:
        """Seek the counts that agree with `limits` and the sums and make `place` smallest (sign 1) or largest (-1)."""
        sums = self.sums[self._around(place, limits)]
        free = limits.open & (sums != 0).any(axis=0)
        free[place] = True
        right = -sums[:, ~free] @ limits.low[~free]
        goal = np.where(np.flatnonzero(free) == place, sign, 0.0)
        found = milp(
            goal,
            integrality=np.ones(len(goal)),
            bounds=Bounds(limits.low[free], limits.high[free]),
            constraints=LinearConstraint(sums[:, free], right, right) if len(sums) else None,
            options={"time_limit": SECONDS},
        )
        if found.status == 0:
            witness = self.true.copy()
            witness[free] = np.round(found.x)
            self.witnesses = np.vstack([self.witnesses, witness])


def _factors(links: Links) -> Vector:
    """Write the sums as rows of factors, one column a count: a total minus its parts is nought."""
    rows = np.zeros((len(links.relations), len(links.values)))
    for row, one in enumerate(links.relations):
        rows[row, one.total] += 1
        np.add.at(rows[row], list(one.parts), -1)
    return rows
