"""What hiding cells must give, and the integer programme that meets all of it at least cost (HiGHS)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult
from scipy.sparse import coo_array

from gm_workbench.guard.programmes import solved

Cells = frozenset[int]
WORK = 200_000_000
"""Steps of the integer programme, over all turns, times its rows and columns: counted and not timed, so that all machines hide
the same. On a machine of 2024 about two seconds."""
TURN = 20
"""What a turn takes before its first step, as so many steps."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Sets of cells and what hiding each of them gives; it must come to 1. Unless all of `when` are hidden nothing is asked."""

    gains: tuple[tuple[Cells, float], ...]
    when: Cells = frozenset()

    def lacks(self, hidden: Cells | set[int]) -> float:
        if not self.when <= hidden:
            return 0.0
        return 1.0 - sum(gain for cells, gain in self.gains if cells <= hidden)

    @property
    def cells(self) -> Cells:
        return self.when.union(*(cells for cells, _ in self.gains))


class Programme:
    """Chooses the cells that cost least and meet all demands so far.

    Attributes
    ----------
    made : list of Demand
    bound : int
        What must be paid at least.
    left : int
        Work that may still be done.
    """

    def __init__(self, cost: Mapping[int, int]) -> None:
        self.cost = cost
        self.made: list[Demand] = []
        self.bound = 0
        self.left = WORK
        self._of: dict[int, list[Demand]] = {}

    def add(self, demands: Sequence[Demand]) -> None:
        self.made += demands
        for demand in demands:
            for cell in demand.cells:
                self._of.setdefault(cell, []).append(demand)

    def needs(self, cell: int, hidden: Cells | set[int]) -> bool:
        """Whether a demand that is met now would not be without a cell."""
        fewer = hidden - {cell}
        return any(demand.lacks(fewer) > 1e-9 for demand in self._of.get(cell, ()))

    def fewest(self) -> Cells | None:
        """Choose the cells that cost least, or None if that takes more work than is left."""
        table = _Table(self.cost, self.made)
        nodes = self.left // table.size - TURN
        if nodes <= 0:
            self.left = 0
            return None
        found = table.solve(whole=True, nodes=nodes)
        self.left -= (TURN + int(found.mip_node_count or 0)) * table.size
        self.bound = max(self.bound, _up(found.mip_dual_bound or 0.0))
        if found.x is None:
            return None
        return frozenset(cell for at, cell in enumerate(self.cost) if found.x[at] > 0.5)

    def relax(self) -> None:
        """Bound from below what must be paid, without choosing."""
        if self.made:
            self.bound = max(self.bound, _up(_Table(self.cost, self.made).solve(whole=False, nodes=0).fun))


class _Table:
    """Demands as rows of an integer programme; beside cells, a column for each set of them that only counts as a whole."""

    def __init__(self, cost: Mapping[int, int], demands: Sequence[Demand]) -> None:
        self.cost = cost
        self.place = {cell: at for at, cell in enumerate(cost)}
        self.sets: dict[Cells, int] = {}
        self.rows: list[tuple[dict[int, float], float]] = []
        for demand in demands:
            self._add(demand)

    def _add(self, demand: Demand) -> None:
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

    @property
    def size(self) -> int:
        return len(self.rows) * (len(self.place) + len(self.sets))

    def solve(self, *, whole: bool, nodes: int) -> OptimizeResult:
        """Minimise what hiding costs, in whole cells or in fractions of them."""
        many = len(self.place) + len(self.sets)
        cost = np.zeros(many)
        cost[: len(self.place)] = list(self.cost.values())
        return solved(
            cost,
            integrality=np.where(np.arange(many) < len(self.place), 1 if whole else 0, 0),
            bounds=Bounds(0, 1),
            constraints=self._constraint(many),
            options={"node_limit": max(nodes, 1), "mip_rel_gap": 0.0},
        )

    def _constraint(self, many: int) -> LinearConstraint:
        where = [(at, column, factor) for at, (row, _) in enumerate(self.rows) for column, factor in row.items()]
        ats, columns, factors = zip(*where, strict=True)
        matrix = coo_array((factors, (ats, columns)), shape=(len(self.rows), many)).tocsr()
        return LinearConstraint(matrix, np.array([least for _, least in self.rows]) - 1e-9, np.inf)


def _up(bound: float) -> int:
    return math.ceil(bound - 1e-3)
