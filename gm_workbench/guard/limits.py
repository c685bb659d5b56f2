"""What one reader knows of each count, and what was worked out from it, which is kept with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Range = tuple[float, float]
Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Area:
    """The sums around a count, the counts in them that are open, their factors, and what the others come to."""

    rows: list[int]
    free: Places
    sums: Vector
    right: Vector


@dataclass(frozen=True, slots=True)
class Turn:
    """The sum that gave each count its end, -1 where that is as it was, and the factor of the count in it."""

    rows: Places
    factors: Vector


@dataclass(frozen=True, slots=True)
class Followed:
    """The lowest and highest that each count can be by what follows, and the turns it took, for the one and the other."""

    low: Vector
    high: Vector
    turns: tuple[tuple[Turn, Turn], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reader knows: the smallest and largest value of every count, and which are told.

    Attributes
    ----------
    low, high : array
    told : array of bool
    marks : bool
        Whether the reader reads the marks.
    reached : dict of int to Range
        How often each move can be made, by its number.
    areas : dict of int to Area
        What hangs together with a count.
    followed : list of Followed
        What follows for all counts, once it was asked.
    """

    low: Vector
    high: Vector
    told: Mask
    marks: bool
    reached: dict[int, Range] = field(default_factory=dict, repr=False, compare=False)
    areas: dict[int, Area] = field(default_factory=dict, repr=False, compare=False)
    followed: list[Followed] = field(default_factory=list, repr=False, compare=False)

    @property
    def open(self) -> Mask:
        """Counts that are not exactly known."""
        return self.low < self.high
