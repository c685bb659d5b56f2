"""The audit: which hidden counts can be worked out, or nearly so, from everything that an output shows.

For a hidden count bounds are sought, in whole persons, that agree with all that is shown (integer programming, SciPy's HiGHS).
Two readers are imagined. The first knows only the numbers and how they add up: for her the count must be able to be 1 as well as
the threshold. The second also reads the marks, and so knows that `<10` stands for 1 to 9 and another mark for 10 or more: for her
the possible values must lie at least the policy's `width` apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from gm_workbench.guard.links import Links, Relation
from gm_workbench.guard.policy import Policy

Range = tuple[float, float]
Vector = npt.NDArray[np.float64]
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
        place: Need(max(policy.smallest, 1), top, policy.width) for place, value in enumerate(links.values) if policy.is_small(value)
    }
    return small | {place: Need(allowed, links.values[place], 0.0) for place, allowed in concentrated.items()}


class Audit:
    """Checks one output again and again while more of it is hidden.

    A set of counts that agrees with all that is shown is a witness: it proves that a hidden count can be what it is there. Witnesses
    are kept, for most of them still agree after the next cell is hidden or shown.
    """

    def __init__(self, links: Links, wanted: Mapping[int, Need], policy: Policy) -> None:
        self.links, self.wanted, self.policy = links, wanted, policy
        self.true = np.array(links.values, dtype=np.float64)
        self.witnesses = self.true[None, :]
        self.cap = 1000.0 + 10.0 * float(self.true.sum())

    def failing(self, known: Mapping[int, Range]) -> int | None:
        """Give the first hidden count (its place) that is given away too closely when so much is known, or None."""
        return next((place for place in self.wanted if not self._safe(place, known)), None)

    def _safe(self, place: int, known: Mapping[int, Range]) -> bool:
        need = self.wanted[place]
        plain, marked = self._bounds(known, marks=False), self._bounds(known, marks=True)
        return (
            self._reach(place, -1.0, plain, lambda low, _: low <= need.low)
            and self._reach(place, 1.0, plain, lambda _, high: high >= need.high)
            and (
                self._reach(place, -1.0, marked, lambda low, high: high - low >= need.width)
                or self._reach(place, 1.0, marked, lambda low, high: high - low >= need.width)
            )
        )
