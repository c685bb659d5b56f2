"""A choice of cells that says as little as can be of the counts that it hides, to a reader who knows how it is made.

The fewest cells depend on the hidden counts themselves: beside a line of 14 a line of 1 leaves too little room under their
total, and one of 2 does not, so who sees which of the two is hidden learns which it was. Where few cells hang together they are
therefore chosen as for any other counts of the same marks: first for counts that stand in for them (`stand_in`), large where
those are large and in the middle where those are small. What that leaves too narrow is made wider by hiding more, one cell at a
time, and never by showing again. Each step rests on numbers that are hidden after it or shown all the way. It is taken while
one value more than the policy's `width` does not remain, so that those for which it is taken lie as far apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint

from gm_workbench.guard.audit import Audit
from gm_workbench.guard.board import Board, Clause, Seen
from gm_workbench.guard.choice import Chosen, choose
from gm_workbench.guard.cuts import Cut
from gm_workbench.guard.demands import Cells
from gm_workbench.guard.links import Links, Relation
from gm_workbench.guard.policy import Method
from gm_workbench.guard.programmes import solved

FEW = 20
"""Cells that hang together and can be hidden: of more the fewest are chosen, as they are."""
SIZE = 20
"""What a cell costs for its size is less than this, and all else that it costs a multiple; no more than so many have a rank."""
ROOMY = 60
"""What a count of the threshold or more is taken for, where sums allow."""


def choose_alike(board: Board) -> Chosen | None:
    """Choose the cells to hide as for other counts of the same marks, where few hang together; else the fewest."""
    fewest = choose(board)
    if fewest is None or not _can(board):
        return fewest
    hidden = _blind(board)
    if hidden is None:
        return fewest
    return Chosen(hidden, board.price(hidden), min(fewest.bound, board.price(hidden)))


def _can(board: Board) -> bool:
    """Whether few cells hang together, each shows its counts exactly, and all that is wanted is wanted of small counts."""
    audit = board.audit
    suppresses = audit.policy.method is Method.SUPPRESS
    exact = all(low == high for ends in audit.views.values() for low, high in ends)
    small = all(audit.policy.is_small(audit.links.values[place]) for place in audit.wanted)
    return suppresses and len(board.shows) <= FEW and exact and small


def _blind(board: Board) -> Cells | None:
    """Choose for counts that stand in for those behind the cells, and hide more until what is hidden has room."""
    order = sorted(board.shows, key=lambda cell: (board.names.get(cell, ()), cell))
    laid = _in_order(board, order)
    values = stand_in(laid.audit)
    first = None if values is None else choose(_with(laid, values))
    hidden = None if first is None else _widened(laid, first.hidden)
    return None if hidden is None else frozenset(order[cell] for cell in hidden)


def _in_order(board: Board, order: Sequence[int]) -> Board:
    """Number the cells and the counts by their names, so that nothing hangs on where in a report they stand."""
    audit, links = board.audit, board.audit.links
    places = sorted(range(len(links.values)), key=lambda place: (*board.places[place : place + 1], place))
    at, cell = {place: new for new, place in enumerate(places)}, {old: new for new, old in enumerate(order)}
    sums = {Relation(at[one.total], tuple(sorted(at[part] for part in one.parts)), one.origin) for one in links.relations}
    wanted = {at[place]: need for place, need in audit.wanted.items()}
    views = {at[place]: ends for place, ends in audit.views.items()}
    relations = tuple(sorted(sums, key=lambda one: (one.members, one.origin)))
    counts = Links(tuple(links.values[place] for place in places), (), relations, links.rounded)
    shows = {cell[old]: tuple((at[place], depth) for place, depth in board.shows[old]) for old in order}

    def clauses(hidden: Cells) -> list[Clause]:
        asked = board.clauses(frozenset(order[one] for one in hidden))
        return [Clause(frozenset(cell[one] for one in each.when), frozenset(cell[one] for one in each.then)) for each in asked]

    laid = Audit(counts, dict(sorted(wanted.items())), audit.policy, dict(sorted(views.items())))
    return Board(laid, shows, {cell[old]: board.cost[old] for old in order}, clauses)


def _with(board: Board, values: tuple[int, ...]) -> Board:
    """Put other counts behind the cells, which then cost the same whatever their size."""
    audit = board.audit
    views = {place: ((float(values[place]),) * 2,) for place in audit.views}
    other = Audit(replace(audit.links, values=values), audit.wanted, audit.policy, views)
    return replace(board, audit=other, cost=_cost(board))


def _cost(board: Board) -> dict[int, int]:
    """Say what hiding a cell costs, whatever its size; of those that cost the same, the first by name."""
    return {cell: cost - cost % SIZE + cell for cell, cost in board.cost.items()}


def stand_in(audit: Audit) -> tuple[int, ...] | None:
    """Give counts with the same marks that add up as these do: small ones in the middle, and others large where they can be.

    They depend on nothing but which counts are small, which are nought, and which add up to which. None if they are not found.
    Those that stand nowhere have no marks, and may be any.
    """
    policy, many = audit.policy, len(audit.true)
    marked = ~np.isin(np.arange(many), [*audit.nowhere])
    small, large = marked & (audit.true < policy.threshold), marked & (audit.true >= policy.threshold)
    low = np.where(large, policy.threshold, np.where(small & (audit.true > 0), policy.smallest, 0.0))
    high = np.where(small, np.where(audit.true > 0, policy.threshold - 1.0, 0.0), np.inf)
    aim = np.where(large, float(ROOMY), np.where(marked, np.minimum((policy.smallest + policy.threshold) // 2, high), 0.0))
    # how far each is from its aim: a small one either way, a large one below
    off = np.hstack([np.eye(many), np.eye(many)]), np.hstack([-np.eye(many), np.eye(many)])
    found = solved(
        np.concatenate([np.where(large, 0.001, 0.0), np.where(small, 10.0, 1.0)]),
        integrality=np.ones(2 * many),
        bounds=Bounds(np.concatenate([low, np.zeros(many)]), np.concatenate([high, np.full(many, np.inf)])),
        constraints=[
            LinearConstraint(np.hstack([audit.sums, np.zeros_like(audit.sums)]), 0.0, 0.0),
            LinearConstraint(off[0], aim, np.inf),
            LinearConstraint(off[1], np.where(small, -aim, -np.inf), np.inf),
        ],
        options={"node_limit": 100},
    )
    return None if found.x is None else tuple(round(value) for value in found.x[:many])


def _widened(board: Board, hidden: Cells) -> Cells | None:
    """Hide more, the cheapest first, until each count has more room than it needs; None where hiding all is not enough."""
    audit = board.audit
    more = {place: replace(need, width=need.width + 1) for place, need in audit.wanted.items()}
    strict = Audit(audit.links, more, audit.policy, audit.views)
    cost = _cost(board)
    while True:
        cut = next(strict.cuts(Seen(board, hidden).known), None)
        asked = [then for clause in board.clauses(hidden) for then in clause.then]
        if cut is None and not asked:
            return hidden
        would = asked or _helping(board, cut)
        left = [cell for cell in would if cell not in hidden]
        if not left:
            return None
        hidden = hidden | {min(left, key=cost.__getitem__)}


def _helping(board: Board, cut: Cut | None) -> list[int]:
    """Give the cells that show a count of which hiding would give room."""
    places = set() if cut is None else {place for place, _ in cut.gains}
    return [cell for cell, views in board.shows.items() if any(place in places for place, _ in views)]
