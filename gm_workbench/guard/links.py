"""Which counts an output speaks of, which cell gives away which, and which of them add up.

`guard.web` finds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gm_workbench.guard.cells import numerator
from gm_workbench.outputs.output import Key, Measure, Output, Shape

ROUNDED = frozenset({Shape.FLOW, Shape.TILES, Shape.CURVE, Shape.INTERVAL, Shape.TREND, Shape.MAP, Shape.DOTS, Shape.WORDS})
"""Shapes beside which counts print rounded. Only tables, squares and bars of counts print them as they are."""

HARD = frozenset({Measure.COUNT, Measure.SHARE})
"""What gives counts away to the person. Beside other numbers n prints rounded, and they have too few decimals to tell it."""

_TIMES = frozenset({Shape.CURVE, Shape.TREND})


class Origin(StrEnum):
    """How it is known that counts add up."""

    DECLARED = "declared"
    SHARE = "share"  # a share's numerator and what it leaves of n
    FOUND = "found"  # from the numbers
    LAYOUT = "layout"  # from the numbers, in several rows or columns
    WHOLE = "whole"  # numerators that together make up their n
    LINKED = "linked"  # across outputs, from whom their cells say they count
    ACROSS = "across"  # across outputs, from the numbers
    JOINT = "joint"  # a count by two variables, of counts by more that no cell holds and of which the values are unknown
    SHARED = "shared"  # the same, where no cell holds the total either


CHANCE = frozenset({Origin.FOUND, Origin.ACROSS})
"""Sums that stand in the numbers and may be there by chance."""
BEHIND = frozenset({Origin.JOINT, Origin.SHARED})
"""Sums of which the parts, or all counts, are of unknown value."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Counts `parts` that add up to count `total`; all are places in `Links.values`."""

    total: int
    parts: tuple[int, ...]
    origin: Origin = Origin.DECLARED

    @property
    def members(self) -> tuple[int, ...]:
        return (self.total, *self.parts)


@dataclass(frozen=True, slots=True)
class Links:
    """The counts behind an output.

    Attributes
    ----------
    values : tuple of int
        The counts themselves.
    behind : tuple of tuple of int
        For each cell, the places of the counts that it gives away when shown: n, what a share leaves of n, its numerator.
    relations : tuple of Relation
    rounded : bool
        Whether its plain counts print rounded.
    """

    values: tuple[int, ...]
    behind: tuple[tuple[int, ...], ...]
    relations: tuple[Relation, ...]
    rounded: bool

    @property
    def nowhere(self) -> frozenset[int]:
        """Places of the counts of unknown value: those behind tables, and those that such tables share."""
        parts = (one.parts if one.origin is Origin.JOINT else one.members for one in self.relations if one.origin in BEHIND)
        return frozenset().union(*parts)

    def body(self, cell: int) -> int:
        """Place of the count that is the cell's own: n, or a share's numerator."""
        return self.behind[cell][-1]

    def n(self, cell: int) -> int:
        """Place of the cell's n."""
        return self.behind[cell][0]


def is_over_time(output: Output) -> bool:
    """Whether a row is one thing at several times, so that nothing adds up along it."""
    return bool(set(output.words.shown_as) & _TIMES)


def wrong_sums(output: Output) -> list[Key]:
    """Give the totals of declared sums that do not add up."""
    own = {cell.key: numerator(cell) if cell.measure is Measure.SHARE else cell.n for cell in output.cells}
    return [declared.total for declared in output.sums if own[declared.total] != sum(own[key] for key in declared.parts)]
