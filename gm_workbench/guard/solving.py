"""How far a hidden count can go, one way or the other: linear and integer programmes (HiGHS) over what hangs together."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog

from gm_workbench.guard.following import Following
from gm_workbench.guard.limits import Area, Limits, Range, Vector
from gm_workbench.guard.moves import Moves
from gm_workbench.guard.programmes import solved

NODES = 500
"""Steps of the integer programme for one bound. What is not found within them counts as impossible, and so as unsafe."""
SECONDS = 120.0
"""A bound that takes longer is an error, so that nothing leaves: the clock decides nothing else."""

NEARBY = 2
"""Sums of a count, and sums of what stands in those: in a table, all of it."""
IN_VAIN = 20
"""Times that nothing is found near a count before that is given up: in a table of three variables nothing moves so near."""
WHOLE = 3
"""What an integer programme takes, as so many linear ones."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """How far a count can go one way, and the price of each sum for it; without prices where only whole numbers fail."""

    value: float
    prices: Vector | None


class Solver:
    """Seeks the least and most that counts can be, and keeps what it finds on the way; `work` counts the programmes solved."""

    def __init__(self, moves: Moves) -> None:
        self.moves = moves
        self.following = Following(moves.sums)
        self.work = 0
        self.in_vain = 0

    def near(self, place: int, sign: float, limits: Limits) -> bool:
        """Seek them near a count only; False if nothing hangs together with it but what is near.

        What is found is smaller and rests on less, so that less is asked about again when something is shown.
        """
        if self.in_vain >= IN_VAIN:
            return False
        rows = self._around(place, limits, NEARBY)
        within = {int(at) for row in rows for at in self.moves.members[row] if limits.open[at]}
        inside = np.array(
            sorted(at for at in within if all(row in rows for row in self.moves.rows[at])),
            dtype=np.intp,
        )
        if len(inside) == len(within) or place not in inside:
            return False
        sums = self.moves.sums[np.ix_(np.array(sorted(rows), dtype=np.intp), inside)]
        ends = np.column_stack([limits.low[inside], limits.high[inside]])
        goal = np.where(inside == place, sign, 0.0)
        found = linprog(
            goal, A_eq=sums, b_eq=sums @ self.moves.true[inside], bounds=ends, method="highs", options={"presolve": False}
        )
        before = self.moves.many
        if found.status == 0:
            self.moves.keep(inside, found.x)
        self.work += 1
        self.in_vain = self.in_vain + 1 if self.moves.many == before else 0
        return True

    def followed(self, place: int, limits: Limits) -> Range:
        """Give between which values a count lies by what follows from one sum after another; it may lie closer."""
        found = self.following.followed(limits)
        return float(found.low[place]), float(found.high[place])

    def follows(self, place: int, sign: float, limits: Limits) -> Extreme:
        """Give the least (sign 1) or most (-1) of these, with the sums that it follows from."""
        low, high = self.followed(place, limits)
        return Extreme(low if sign > 0 else -high, self.following.prices(place, sign, limits))

    def relaxed(self, place: int, sign: float, limits: Limits) -> Extreme:
        """Seek the counts, fractions allowed, that make `place` smallest (sign 1) or largest (-1)."""
        local = self._local(place, limits)
        if not local.rows:
            end = float(limits.low[place] if sign > 0 else limits.high[place])
            self.moves.keep(np.array([place]), np.array([end]))
            return Extreme(sign * end, np.zeros(len(self.moves.sums)))
        goal = np.where(local.free == place, sign, 0.0)
        ends = np.column_stack([limits.low[local.free], limits.high[local.free]])
        found = linprog(
            goal,
            A_eq=local.sums,
            b_eq=local.right,
            bounds=ends,
            method="highs",
            options={"time_limit": SECONDS, "presolve": False},
        )
        if found.status != 0:
            raise ArithmeticError("a linear programme over hidden counts was not solved")
        self.work += 1
        self.moves.keep(local.free, found.x)
        prices = np.zeros(len(self.moves.sums))
        prices[local.rows] = found.eqlin.marginals
        return Extreme(float(found.fun), prices)

    def whole(self, place: int, sign: float, limits: Limits) -> bool:
        """Seek the counts, whole numbers only, that make `place` smallest (sign 1) or largest (-1)."""
        local = self._local(place, limits)
        began = monotonic()
        found = solved(
            np.where(local.free == place, sign, 0.0),
            integrality=np.ones(len(local.free)),
            bounds=Bounds(limits.low[local.free], limits.high[local.free]),
            constraints=LinearConstraint(local.sums, local.right, local.right) if local.rows else None,
            options={"node_limit": NODES, "time_limit": SECONDS, "mip_rel_gap": 0.0},
        )
        if monotonic() - began > SECONDS:
            raise ArithmeticError("an integer programme over hidden counts took too long")
        self.work += WHOLE
        if found.x is not None:
            self.moves.keep(local.free, np.round(found.x))
        return bool(found.status == 0)

    def _local(self, place: int, limits: Limits) -> Area:
        """Give the sums that hang together with a count; they are the same for all open counts among them."""
        found = limits.areas.get(place)
        if found is None:
            found = self._area(place, limits)
            limits.areas.update(dict.fromkeys(found.free.tolist() if limits.open[place] else [place], found))
        return found

    def _area(self, place: int, limits: Limits) -> Area:
        rows, members = sorted(self._around(place, limits)), self.moves.members
        all_of_them = np.unique(np.concatenate([members[row] for row in rows])) if rows else np.array([place])
        is_free = limits.open[all_of_them] | (all_of_them == place)
        free, fixed = all_of_them[is_free], all_of_them[~is_free]
        sums = self.moves.sums
        return Area(rows, free, sums[np.ix_(rows, free)], -sums[np.ix_(rows, fixed)] @ limits.low[fixed])

    def _around(self, place: int, limits: Limits, steps: int | None = None) -> set[int]:
        """Give the sums that hang together with a count through counts that are not exactly known, or so many steps of them."""
        opened = limits.open
        rows: set[int] = set()
        reached, todo = {place}, [place]
        while todo and steps != 0:
            new = {int(row) for at in todo for row in self.moves.rows[at]} - rows
            rows |= new
            todo = [at for at in {int(at) for row in new for at in self.moves.members[row]} - reached if opened[at]]
            reached.update(todo)
            steps = None if steps is None else steps - 1
        return rows
