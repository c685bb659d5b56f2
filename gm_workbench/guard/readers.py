"""Two readers of printed counts: who knows what the marks mean, and who reads only the numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gm_workbench.guard.bounds import Adds, Range, narrowed, tightest
from gm_workbench.guard.told import Told


@dataclass
class Reader:
    """Who knows some ranges; `now` is what she can work out with all sums, `then` what she could without this release."""

    ranges: list[Range]
    before: list[Adds]
    sums: list[Adds]
    then: list[Range] = field(init=False)
    now: list[Range] = field(init=False)

    def __post_init__(self) -> None:
        self.then, self.now = narrowed(self.ranges, self.before), narrowed(self.ranges, self.sums)

    def reads(self, place: int, *, tight: bool) -> tuple[Range, Range]:
        """Give what a count could be before, and can be now; `tight` uses all sums at once, which takes a solver."""
        if not tight:
            return self.then[place], self.now[place]
        cap = 1000.0 + 10.0 * sum(high for _, high in self.ranges if high < math.inf)
        return tightest(self.then, self.before, place, cap), tightest(self.now, self.sums, place, cap)


def exposes(told: Told | None, threshold: int, width: int, marked: tuple[Range, Range], plain: tuple[Range, Range]) -> bool:
    """Whether a hidden count is known better than it may be, by who reads the marks or by who reads only the numbers."""
    (before, now), (_, bare) = marked, plain
    if marked[0] == marked[1] and plain[0] == plain[1]:
        return False
    if told is None or not told.below:
        return now != before and gives_away(now, threshold, width)
    if plain[0] != plain[1] and not (bare[0] <= 1 and bare[1] >= threshold):
        return True
    return now != before and now[1] - now[0] < min(width, before[1] - before[0])


def gives_away(derived: Range, threshold: int, width: int) -> bool:
    """Whether a derived number of persons is certainly small, or lies in too narrow a range that holds small numbers.

    Parameters
    ----------
    derived : (float, float)
        The smallest and largest that it can be.
    threshold, width : int
        Of the policy: fewest persons that may be shown, and how far apart the possible values of a hidden count must stay.

    Examples
    --------
    >>> [gives_away(one, 10, 5) for one in ((0, 0), (7, 7), (0, 9), (8, 11), (3, 12), (10, 10))]
    [False, True, False, True, False, False]
    """
    low, high = derived
    if high < 1 or low >= threshold:
        return False
    return (low >= 1 and high < threshold) or high - low < width
