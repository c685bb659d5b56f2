"""Cells that can be hidden, what each of them shows and costs, and what a reader sees while some are hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gm_workbench.guard.audit import Audit
from gm_workbench.guard.demands import Cells
from gm_workbench.guard.limits import Range

View = tuple[int, int]
"""A count, and which of the ranges in which it can be seen (0 is the narrowest)."""
UNIT = 10_000
"""What it costs to hide one cell; what costs less than `LEAST` only decides between choices that are as good."""
LEAST = 1000


@dataclass(frozen=True, slots=True)
class Clause:
    """If all cells of `when` are hidden, one of `then` must be too."""

    when: Cells
    then: Cells


@dataclass(frozen=True, slots=True)
class Board:
    """Cells that can be hidden, and what each of them shows.

    Attributes
    ----------
    audit : Audit
    shows : mapping of int to tuple of View
        For each cell that can be hidden, the views of counts that it shows.
    cost : mapping of int to int
        What hiding a cell costs, about `UNIT`.
    clauses : callable
        For hidden cells, the demands other than the audit's that they do not meet.
    names : mapping of int to tuple of str
        What each cell is called: an order of cells that is the same whatever is behind them, and wherever they stand.
    places : sequence of tuple of str
        The same for the counts.
    """

    audit: Audit
    shows: Mapping[int, tuple[View, ...]]
    cost: Mapping[int, int]
    clauses: Callable[[Cells], Sequence[Clause]] = lambda _: ()
    names: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    places: Sequence[tuple[str, ...]] = ()

    def known(self, hidden: Cells) -> dict[int, Range]:
        """Give what a reader sees of each count when these cells are hidden."""
        return dict(Seen(self, hidden).known)

    def price(self, cells: Iterable[int]) -> int:
        return sum(self.cost[cell] for cell in cells)


class Seen:
    """What a reader sees of each count, while cells are hidden and shown."""

    def __init__(self, board: Board, hidden: Cells) -> None:
        self.board = board
        self.times = Counter(view for cell, views in board.shows.items() if cell not in hidden for view in views)
        self.known: dict[int, Range] = {}
        for place in board.audit.views:
            self._look(place)

    def hide(self, cell: int) -> None:
        self._turn(cell, -1)

    def show(self, cell: int) -> set[int]:
        """Show a cell; give the counts of which it shows anything."""
        self._turn(cell, 1)
        return {place for place, _ in self.board.shows[cell]}

    def _turn(self, cell: int, times: int) -> None:
        for view in self.board.shows[cell]:
            self.times[view] += times
            self._look(view[0])

    def _look(self, place: int) -> None:
        ends = self.board.audit.views[place]
        first = next((depth for depth in range(len(ends)) if self.times[place, depth] > 0), None)
        if first is None:
            self.known.pop(place, None)
        else:
            self.known[place] = ends[first]
