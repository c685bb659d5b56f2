"""Cuts: what else would have to be hidden before a hidden count can pass, read from the prices that show it given away.

A price is what an end of the count would move by if a sum came to one more. Together they say of how much of each other count
the end is made, and so what room it would give if less of that count were shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gm_workbench.guard.limits import Limits, Range, Vector
from gm_workbench.guard.moves import NEAR
from gm_workbench.guard.solving import Extreme

Views = Mapping[int, tuple[Range, ...]]
"""For each count, the ranges in which its cells let it be seen, the narrowest first."""
Depth = tuple[int, int]
"""A count and how many of its views, from the narrowest on, are hidden."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What must be hidden besides before a count can pass.

    Attributes
    ----------
    place : int
        The count that does not pass.
    gains : mapping of Depth to float
        How much room it gives when so many of a count's views are hidden; those of all that is hidden must together come to 1.
    """

    place: int
    gains: Mapping[Depth, float]


class Cutting:
    """Makes cuts.

    Parameters
    ----------
    views : Views
    sums : array
        A row of factors for each sum, a column for each count.
    unknown : mapping of bool to array
        The least and most that each count can be when it is hidden, for who reads the marks and who does not.
    """

    def __init__(self, views: Views, sums: Vector, unknown: Mapping[bool, Vector]) -> None:
        self.views, self.sums, self.unknown = views, sums, unknown

    def priced(self, place: int, ways: Sequence[tuple[float, Extreme]], limits: Limits, needed: float) -> Cut:
        """Say from the prices what hiding each count would add; without prices, that anything more must be hidden.

        `ways` are the ends that do not lie far enough, the least with sign 1 and the most with -1, and `needed` is how far
        they must lie in all.
        """
        room: dict[Depth, float] = {}
        short = needed
        for sign, extreme in ways:
            if extreme.prices is None:
                return self.anything(place, limits)
            for at, factor in self._factors(place, sign, extreme.prices):
                most = [max(factor * low, factor * high) for low, high in self._ends(at, limits)]
                short -= most[0]
                for depth in range(1, len(most)):
                    room[at, depth] = room.get((at, depth), 0.0) + most[depth] - most[depth - 1]
        if short <= NEAR:
            return self.anything(place, limits)
        return Cut(place, {depth: min(more / short, 1.0) for depth, more in room.items() if more > 1e-9})

    def anything(self, place: int, limits: Limits) -> Cut:
        """Say that any count of which more could be hidden may help."""
        shown = {
            (at, depth): 1.0
            for at, ends in self.views.items()
            for depth, (low, high) in enumerate(ends, start=1)
            if limits.told[at] and limits.low[at] >= low and limits.high[at] <= high
        }
        return Cut(place, shown)

    def _factors(self, place: int, sign: float, prices: Vector) -> Iterable[tuple[int, float]]:
        used = np.flatnonzero(prices)
        factors = prices[used] @ self.sums[used]
        factors[place] -= sign
        return ((int(at), float(factors[at])) for at in np.flatnonzero(np.abs(factors) > 1e-9))

    def _ends(self, at: int, limits: Limits) -> list[Range]:
        low, high = self.unknown[limits.marks][:, at]
        return [*self.views.get(at, ()), (float(low), float(high))]
