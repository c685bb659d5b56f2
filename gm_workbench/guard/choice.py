"""Which cells to hide, so that every hidden count passes the audit: as few as there can be, or nearly.

Protection only grows as more is hidden. So the fewest cells are found by turns: an integer programme (SciPy's HiGHS) chooses
the fewest that meet all demands known so far, and the audit answers with the demands (cuts) that this choice does not meet.
What is still lacking is then hidden one by one, and what proves not to be needed is shown again. When that costs no more than
the fewest, nothing smaller exists. Where that takes too many turns, how many must be hidden at least is still known, and told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array

from gm_workbench.guard.audit import Audit, Cut, Range

View = tuple[int, int]
"""A count, and which of the ranges in which it can be seen (0 is the narrowest)."""
Cells = frozenset[int]

TURNS = 40
LARGEST = 250
"""Cells that hang together: of more the fewest are not sought, only how many there must be at least."""
NODES = 1000
"""Steps of the integer programme in one turn. Turns and steps are counted and not timed: every machine hides the same."""
AT_ONCE = 30
"""Demands that are met before others are asked for, where many cells hang together."""
TRIED = 20
"""Ways to meet a demand that are weighed against each other."""
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
    """

    audit: Audit
    shows: Mapping[int, tuple[View, ...]]
    cost: Mapping[int, int]
    clauses: Callable[[Cells], Sequence[Clause]] = lambda _: ()

    def known(self, hidden: Cells) -> dict[int, Range]:
        """Give what a reader sees of each count when these cells are hidden."""
        visible = {view for cell, views in self.shows.items() if cell not in hidden for view in views}
        seen = {}
        for place, ends in self.audit.views.items():
            first = next((depth for depth in range(len(ends)) if (place, depth) in visible), None)
            if first is not None:
                seen[place] = ends[first]
        return seen

    def price(self, cells: Iterable[int]) -> int:
        return sum(self.cost[cell] for cell in cells)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cells to hide, and the least that any choice costs."""

    hidden: Cells
    cost: int
    bound: int

    @property
    def exact(self) -> bool:
        return self.cost - self.bound < LEAST


@dataclass(frozen=True, slots=True)
class _Demand:
    """Sets of cells and what hiding each of them gives; it must come to 1. Unless all of `when` are hidden nothing is asked."""

    gains: tuple[tuple[Cells, float], ...]
    when: Cells = frozenset()

    def lacks(self, hidden: Cells) -> float:
        if not self.when <= hidden:
            return 0.0
        return 1.0 - sum(gain for cells, gain in self.gains if cells <= hidden)


def choose(board: Board) -> Chosen | None:
    """Choose the cells to hide; None if even hiding all of them is not enough."""
    demands = _Demands(board)
    everything = frozenset(board.shows)
    best = demands.feasible(frozenset())
    if best is None:
        return None
    if len(everything) > LARGEST:
        demands.relax()
        return Chosen(best, board.price(best), min(demands.bound, board.price(best)))
    for _ in range(TURNS):
        if board.price(best) - demands.bound < LEAST or not demands.made:
            break
        other = demands.feasible(demands.fewest())
        best = best if other is None else min(best, other, key=board.price)
    return Chosen(best, board.price(best), min(demands.bound, board.price(best)))


class _Demands:
    """Demands so far, and the integer programme over them."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.cells = sorted(board.shows)
        self.made: list[_Demand] = []
        self.bound = 0
        by_view: dict[View, set[int]] = {}
        for cell, views in board.shows.items():
            for view in views:
                by_view.setdefault(view, set()).add(cell)
        self.showing = {view: frozenset(cells) for view, cells in by_view.items()}

    def missed(self, hidden: Cells, at_once: int = AT_ONCE) -> list[_Demand]:
        """Give the demands that hiding these cells does not meet, but where many cells hang together only so many of them."""
        many = None if len(self.cells) <= LARGEST else at_once
        cuts = [self._of(cut) for cut in islice(self.board.audit.cuts(self.board.known(hidden)), many)]
        clauses = self.board.clauses(hidden)
        return [*cuts, *(_Demand(tuple((frozenset({one}), 1.0) for one in sorted(c.then)), c.when) for c in clauses)]

    def _of(self, cut: Cut) -> _Demand:
        gains: dict[Cells, float] = {}
        for (place, depth), gain in cut.gains.items():
            cells = self._hiding(place, depth)
            gains[cells] = gains.get(cells, 0.0) + gain
        for row in cut.found:
            members = self.board.audit.links.relations[row].members
            cells = frozenset().union(*(self._hiding(at, len(self.board.audit.views.get(at, ()))) for at in members))
            gains[cells] = 1.0
        return _Demand(tuple((cells, min(gain, 1.0)) for cells, gain in gains.items()))

    def _hiding(self, place: int, depth: int) -> Cells:
        """Give the cells that must be hidden to hide so many views of a count."""
        return frozenset().union(*(self.showing.get((place, at), frozenset()) for at in range(depth)))

    def fewest(self) -> Cells:
        """Choose the cells that cost least and meet all demands so far."""
        found = self._solve(whole=True)
        self.bound = max(self.bound, _up(found.mip_dual_bound or 0.0))
        if found.x is None:
            return frozenset()
        return frozenset(cell for at, cell in enumerate(self.cells) if found.x[at] > 0.5)

    def feasible(self, hidden: Cells) -> Cells | None:
        """Hide more until every demand is met, then show what is not needed; None if hiding more does not help."""
        filled = _filled(self.board, self, hidden)
        return None if filled is None else _shown_again(self.board, self, filled)

    def relax(self) -> None:
        """Bound from below what must be hidden, without seeking it."""
        if self.made:
            self.bound = max(self.bound, _up(self._solve(whole=False).fun))

    def _solve(self, *, whole: bool) -> OptimizeResult:
        """Minimise what hiding costs; beside cells there is a column for each set of them that only counts as a whole."""
        program = _Program(self.cells)
        for demand in self.made:
            program.add(demand)
        many = len(self.cells) + len(program.sets)
        cost = np.zeros(many)
        cost[: len(self.cells)] = [self.board.cost[cell] for cell in self.cells]
        return milp(
            cost,
            integrality=np.where(np.arange(many) < len(self.cells), 1 if whole else 0, 0),
            bounds=Bounds(0, 1),
            constraints=program.constraint(many),
            options={"node_limit": NODES, "mip_rel_gap": 0.0},
        )


class _Program:
    """Demands as rows of an integer programme."""

    def __init__(self, cells: Sequence[int]) -> None:
        self.place = {cell: at for at, cell in enumerate(cells)}
        self.sets: dict[Cells, int] = {}
        self.rows: list[tuple[dict[int, float], float]] = []

    def add(self, demand: _Demand) -> None:
        row: dict[int, float] = {}
        least = 1.0 - len(demand.when)
        for cells, gain in demand.gains:
            if cells:
                row[self._column(cells)] = row.get(self._column(cells), 0.0) + gain
            else:
                least -= gain
        for cell in demand.when:
            row[self.place[cell]] = row.get(self.place[cell], 0.0) - 1.0
        self.rows.append((row, least))

    def _column(self, cells: Cells) -> int:
        if len(cells) == 1:
            return self.place[next(iter(cells))]
        if cells not in self.sets:
            self.sets[cells] = len(self.place) + len(self.sets)
            self.rows.extend(({self.place[cell]: 1.0, self.sets[cells]: -1.0}, 0.0) for cell in sorted(cells))
        return self.sets[cells]

    def constraint(self, many: int) -> LinearConstraint:
        where = [(at, column, factor) for at, (row, _) in enumerate(self.rows) for column, factor in row.items()]
        ats, columns, factors = zip(*where, strict=True)
        matrix = coo_array((factors, (ats, columns)), shape=(len(self.rows), many)).tocsr()
        return LinearConstraint(matrix, np.array([least for _, least in self.rows]) - 1e-9, np.inf)


def _up(bound: float) -> int:
    return math.ceil(bound - 1e-3)


def _filled(board: Board, demands: _Demands, hidden: Cells) -> Cells | None:
    """Hide more until every demand is met: each time what meets most of what is lacking for what it costs."""
    while True:
        more = demands.missed(hidden)
        if not more:
            return hidden
        demands.made.extend(more)
        before, hidden = hidden, _met(board, more, hidden)
        if hidden == before:
            return None


def _met(board: Board, made: Sequence[_Demand], hidden: Cells) -> Cells:
    """Hide until some demands are met; of each only what gives most for what it costs is tried."""
    todo = [(demand, _tried(board, demand, hidden)) for demand in made]
    while True:
        worth: dict[Cells, float] = {}
        for demand, tried in todo:
            lacking = demand.lacks(hidden)
            if lacking > 1e-9:
                for cells, gain in tried:
                    if not cells <= hidden:
                        worth[cells] = worth.get(cells, 0.0) + min(gain, lacking)
        if not worth:
            return hidden
        best: Cells = max(worth, key=_value(board, worth, hidden))
        hidden = hidden | best
        todo = [(demand, tried) for demand, tried in todo if demand.lacks(hidden) > 1e-9]


def _value(board: Board, worth: Mapping[Cells, float], hidden: Cells) -> Callable[[Cells], tuple[float, int]]:
    """Say what hiding cells gives for what it costs."""
    return lambda cells: (worth[cells] / board.price(cells - hidden), -min(cells))


def _tried(board: Board, demand: _Demand, hidden: Cells) -> list[tuple[Cells, float]]:
    """Give the sets of cells that meet most of a demand for what they cost, enough of them to meet it."""
    left = [(cells, gain) for cells, gain in demand.gains if not cells <= hidden]
    left.sort(key=lambda one: (-one[1] / board.price(one[0] - hidden), min(one[0])))
    enough, so_far = 0, 0.0
    while enough < len(left) and (enough < TRIED or so_far < 1.0):
        so_far += left[enough][1]
        enough += 1
    return left[:enough]


def _shown_again(board: Board, demands: _Demands, hidden: Cells) -> Cells:
    """Show what is not needed after all, the dearest first."""
    for cell in sorted(hidden, key=lambda cell: (-board.cost[cell], cell)):
        fewer = hidden - {cell}
        if any(demand.lacks(fewer) > 1e-9 for demand in demands.made):
            continue
        more = demands.missed(fewer, 1)
        demands.made.extend(more)
        if not more:
            hidden = fewer
    return hidden
