"""The tightest whole numbers that unknown counts can be, when it is known which of them add up to which."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint

from gm_workbench.guard.programmes import solved

Range = tuple[float, float]
SECONDS = 2.0
"""For one bound; what is not found in time is not believed to be open."""


@dataclass(frozen=True, slots=True)
class Adds:
    """Count `total` is the sum of `parts`; all are places in a list of counts."""

    total: int
    parts: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        return (self.total, *self.parts)


def narrowed(ranges: Sequence[Range], sums: Sequence[Adds]) -> list[Range]:
    """Narrow what counts can be by what they add up to, until nothing changes; sums that contradict the counts are left out.

    Examples
    --------
    >>> narrowed([(120, 120), (113, 113), (1, 9)], [Adds(0, (1, 2))])
    [(120.0, 120.0), (113.0, 113.0), (7.0, 7.0)]
    """
    now = [(float(low), float(high)) for low, high in ranges]
    usable = list(sums)
    while True:
        before = list(now)
        for one in list(usable):
            if not _apply(one, now):
                usable.remove(one)
                now = [(float(low), float(high)) for low, high in ranges]
                break
        if before == now:
            return now


def _apply(one: Adds, now: list[Range]) -> bool:
    """Narrow the members of one sum; False when it cannot be true."""
    for place in one.members:
        sign = 1 if place == one.total else -1
        others = [part for part in one.parts if part != place]
        low, high = _left(one, others, now, sign)
        own = now[place]
        new = max(own[0], low), min(own[1], high)
        if new[0] > new[1]:
            return False
        now[place] = new
    return True


def _left(one: Adds, others: list[int], now: list[Range], sign: int) -> Range:
    low, high = sum(now[at][0] for at in others), sum(now[at][1] for at in others)
    if sign > 0:
        return low, high
    total = now[one.total]
    return total[0] - high, total[1] - low


def tightest(ranges: Sequence[Range], sums: Sequence[Adds], place: int, cap: float) -> Range:
    """Give the smallest and largest whole number that one count can be, all sums together.

    Parameters
    ----------
    ranges : sequence of (float, float)
        As `narrowed` gives them.
    sums : sequence of Adds
    place : int
        Which count.
    cap : float
        What stands for no upper bound.

    Returns
    -------
    (float, float)
        A bound that cannot be found within two seconds is given as if the other were all there is: closed by default.
    """
    near = around(place, ranges, sums)
    if len(near) < 2:
        return ranges[place]
    members = sorted({at for one in near for at in one.members})
    at = {member: column for column, member in enumerate(members)}
    rows = np.zeros((len(near), len(members)))
    for row, one in enumerate(near):
        rows[row, at[one.total]] += 1
        np.add.at(rows[row], [at[part] for part in one.parts], -1)
    low = [ranges[member][0] for member in members]
    high = [min(ranges[member][1], cap) for member in members]
    ends = [_solved(sign, at[place], rows, (low, high)) for sign in (1.0, -1.0)]
    if ends == [None, None]:
        return ranges[place]
    least, most = (end if end is not None else next(other for other in ends if other is not None) for end in ends)
    return least, math.inf if most >= cap else most


def _solved(sign: float, column: int, rows: npt.NDArray[np.float64], box: tuple[list[float], list[float]]) -> float | None:
    goal = np.zeros(rows.shape[1])
    goal[column] = sign
    found = solved(
        goal,
        integrality=np.ones(rows.shape[1]),
        bounds=Bounds(*box),
        constraints=LinearConstraint(rows, 0, 0),
        options={"time_limit": SECONDS},
    )
    return float(round(found.x[column])) if found.status == 0 else None


def around(place: int, ranges: Sequence[Range], sums: Sequence[Adds]) -> list[Adds]:
    """Give the sums that hang together with a count through counts that are not exactly known."""
    reached, found = {place}, dict[int, Adds]()
    while True:
        more = {at: one for at, one in enumerate(sums) if at not in found and reached & set(one.members)}
        if not more:
            return [found[at] for at in sorted(found)]
        found |= more
        reached |= {at for one in more.values() for at in one.members if ranges[at][0] < ranges[at][1]}
