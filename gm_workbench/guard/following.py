"""What follows of hidden counts from one sum after another, without a programme.

All but one of a sum say between which values the one lies, and what follows of it says more of those in its other sums. It is
found for all counts at once and a few times over, so that most counts that are given away are seen to be, with the prices of
the sums that give them away. Where nothing follows a programme may still find that something does.
"""

from __future__ import annotations

import numpy as np

from gm_workbench.guard.limits import Followed, Limits, Turn, Vector

TURNS = 4
"""How many sums one after another are tried; what takes more is left to the programmes."""
CLOSER = 1e-6
"""By how much an end must move for it to be kept: less is how numbers are rounded."""


class Following:
    """Finds what follows from sums.

    Parameters
    ----------
    sums : array
        A row of factors for each sum, a column for each count; all sums are nought.

    Examples
    --------
    Of 5 = a + b where b is 2 to 3:

    >>> sums = np.array([[1.0, -1.0, -1.0]])
    >>> known = Limits(np.array([5.0, 0.0, 2.0]), np.array([5.0, 9.0, 3.0]), np.array([True, False, True]), marks=False)
    >>> found = Following(sums).followed(known)
    >>> found.low.tolist(), found.high.tolist()
    ([5.0, 2.0, 2.0], [5.0, 3.0, 3.0])
    >>> Following(sums).prices(1, 1.0, known).tolist()
    [-1.0]
    """

    def __init__(self, sums: Vector) -> None:
        self.sums = sums
        self.rows, self.places = np.nonzero(sums)
        self.factors = sums[self.rows, self.places]

    def followed(self, limits: Limits) -> Followed:
        """Give what follows for a reader who knows so much."""
        if not limits.followed:
            limits.followed.append(self._followed(limits))
        return limits.followed[0]

    def _followed(self, limits: Limits) -> Followed:
        ends = (limits.low, limits.high)
        turns: list[tuple[Turn, Turn]] = []
        while len(turns) < TURNS:
            lower, upper = self._ends(*ends)
            low, below = self._closest(ends[0], lower, 1.0)
            high, above = self._closest(ends[1], upper, -1.0)
            if (below.rows < 0).all() and (above.rows < 0).all():
                break
            ends = (low, high)
            turns.append((below, above))
        return Followed(*ends, tuple(turns))

    def prices(self, place: int, sign: float, limits: Limits) -> Vector:
        """Give the price of each sum for the least (sign 1) or most (-1) that a count can be."""
        prices = np.zeros(len(self.sums))
        # what the end rests on: how often the lowest of each count, and minus how often its highest
        weights = np.zeros((2, self.sums.shape[1]))
        weights[int(sign < 0), place] = sign
        for turn in reversed(self.followed(limits).turns):
            before = [(side, at) for side in (0, 1) for at in np.flatnonzero((weights[side] != 0) & (turn[side].rows >= 0))]
            told = [(turn[side].rows[at], at, weights[side, at] / turn[side].factors[at]) for side, at in before]
            for side, at in before:
                weights[side, at] = 0.0
            for row, at, price in told:
                prices[row] += price
                others = -price * self.sums[row]
                others[at] = 0.0
                weights += np.maximum(others, 0.0), np.minimum(others, 0.0)
        return prices

    def _ends(self, low: Vector, high: Vector) -> tuple[Vector, Vector]:
        """Give for each count in each sum between which values the others of the sum leave it."""
        ends = self.factors * np.array([low[self.places], high[self.places]])
        least, most = ends.min(axis=0), ends.max(axis=0)
        many = len(self.sums)
        rest_least = np.bincount(self.rows, least, many)[self.rows] - least
        rest_most = np.bincount(self.rows, most, many)[self.rows] - most
        both = -np.array([rest_least, rest_most]) / self.factors
        return both.min(axis=0), both.max(axis=0)

    def _closest(self, end: Vector, left: Vector, sign: float) -> tuple[Vector, Turn]:
        """Give the closest end of each count, the highest lowest (sign 1) or the lowest highest, and the sum it is from."""
        best = np.full(len(end), -np.inf)
        np.maximum.at(best, self.places, sign * left)
        closer = best > sign * end + CLOSER
        chosen = closer[self.places] & (sign * left == best[self.places])
        turn = Turn(np.full(len(end), -1), np.ones(len(end)))
        turn.rows[self.places[chosen]] = self.rows[chosen]
        turn.factors[self.places[chosen]] = self.factors[chosen]
        return np.where(closer, sign * best, end), turn
