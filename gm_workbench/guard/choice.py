"""Which cells to hide, so that every hidden count passes the audit: as few as there can be, or nearly.

Protection only grows as more is hidden. So the fewest cells are found by turns: an integer programme (`demands.Programme`)
chooses the fewest that meet all demands known so far, and the audit answers with the demands (cuts) that this choice does not
meet. What is still lacking is then hidden one by one, and what proves not to be needed is shown again. When that costs no more
than the fewest, nothing smaller exists. Where that takes too much work, how many must be hidden at least is still known, and
told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gm_workbench.guard.board import LEAST, Board, Seen, View
from gm_workbench.guard.cuts import Cut
from gm_workbench.guard.demands import Cells, Demand, Programme
from gm_workbench.guard.limits import Range

LARGEST = 600
"""Cells that hang together: of more the fewest are sought with less work, of which so much (`LARGE`) is done."""
LARGE = 0.5
ASKED = 450
"""Linear programmes that the audit may solve before no better choice is sought; where many cells hang together, `MANY` times so
many. Counted and not timed, as the work of choosing is."""
MANY = 2
MIDDLE = 100
"""Cells that hang together, of more of which the audit is asked less: its programmes are larger, and there are more of them."""
AT_ONCE = 5
"""Demands that are met before others are asked for, where more cells hang together; of the largest sets `MANY_AT_ONCE`."""
MANY_AT_ONCE = 10
AGAIN = 750
"""Programmes that the audit may have solved before nothing more is shown again: what is hidden then is enough, and stays."""
TRIED = 20
"""Ways to meet a demand that are weighed against each other."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cells to hide, and the least that any choice costs."""

    hidden: Cells
    cost: int
    bound: int

    @property
    def exact(self) -> bool:
        return self.cost - self.bound < LEAST


def choose(board: Board) -> Chosen | None:
    """Choose the cells to hide; None if even hiding all of them is not enough."""
    search = _Search(board)
    best = search.from_below() if search.large else search.by_turns()
    return None if best is None else Chosen(best, board.price(best), min(search.programme.bound, board.price(best)))


def hide_more(board: Board, hidden: Cells) -> Cells | None:
    """Hide more, and show nothing again, until every demand is met; None if even hiding all of them is not enough."""
    return _Search(board).filled(hidden)


class _Search:
    """A search for cells to hide, with the demands that it meets on the way."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.programme = Programme({cell: board.cost[cell] for cell in sorted(board.shows)})
        by_view: dict[View, set[int]] = {}
        for cell, views in board.shows.items():
            for view in views:
                by_view.setdefault(view, set()).add(cell)
        self.showing = {view: frozenset(cells) for view, cells in by_view.items()}
        self.large = len(board.shows) > LARGEST
        self.asked, self.again = (many * (MANY if self.large else 1) for many in (ASKED, AGAIN))
        self.at_once = MANY_AT_ONCE if self.large else AT_ONCE if len(board.shows) > MIDDLE else len(board.audit.wanted)
        if self.large:
            self.programme.left = int(LARGE * self.programme.left)

    def by_turns(self) -> Cells | None:
        """Hide what is enough, then seek a choice that costs less, until there is none or the work is done."""
        best = self.feasible(frozenset())
        while best is not None and self.programme.made and self.board.price(best) - self.programme.bound >= LEAST:
            fewest = self._fewest()
            if fewest is None:
                break
            other = self.feasible(fewest)
            best = best if other is None else min(best, other, key=self.board.price)
        return best

    def from_below(self) -> Cells | None:
        """Seek the fewest until they are enough or the work is done, and only then hide what is enough."""
        hidden = frozenset[int]()
        while self._asked(hidden):
            fewest = self._fewest()
            if fewest is None:
                break
            hidden = fewest
        return self.feasible(hidden)

    def _fewest(self) -> Cells | None:
        """Choose the cells that cost least, or None if that takes more work than is left, or judging them does."""
        if self.board.audit.solver.work < self.asked:
            return self.programme.fewest()
        self.programme.relax()
        return None

    def _asked(self, hidden: Cells) -> bool:
        """Whether hiding these cells does not meet all demands; what it does not meet is kept."""
        wanted = list(self.board.audit.wanted)
        more, _ = self._missed(hidden, wanted, len(wanted))
        self.programme.add(more)
        return bool(more)

    def feasible(self, hidden: Cells) -> Cells | None:
        """Hide more until every demand is met, then show what is not needed; None if hiding more does not help."""
        filled = self.filled(hidden)
        return None if filled is None else self._shown_again(filled)

    def filled(self, hidden: Cells) -> Cells | None:
        """Hide more until every demand is met: each time what meets most of what is lacking for what it costs."""
        todo = list(self.board.audit.wanted)
        while True:
            more, todo = self._missed(hidden, todo, self.at_once)
            if not more:
                return hidden
            self.programme.add(more)
            before, hidden = hidden, _met(self.board, more, hidden)
            if hidden == before:
                return None

    def _missed(self, hidden: Cells, todo: Sequence[int], at_once: int) -> tuple[list[Demand], list[int]]:
        """Give demands that hiding these cells does not meet, and of which counts it must be asked again."""
        known = Seen(self.board, hidden).known
        cuts: list[Cut] = []
        asked = 0
        for _, cut in self.board.audit.asked(known, todo):
            asked += 1
            cuts += [] if cut is None else [cut]
            if len(cuts) >= at_once:
                break
        left = [*todo[asked:], *(cut.place for cut in cuts)]
        return [*map(self._of, cuts), *self._clauses(hidden)], left

    def _clauses(self, hidden: Cells) -> list[Demand]:
        clauses = self.board.clauses(hidden)
        return [Demand(tuple((frozenset({one}), 1.0) for one in sorted(c.then)), c.when) for c in clauses]

    def _of(self, cut: Cut) -> Demand:
        gains: dict[Cells, float] = {}
        for (place, depth), gain in cut.gains.items():
            cells = self._hiding(place, depth)
            gains[cells] = gains.get(cells, 0.0) + gain
        return Demand(tuple((cells, min(gain, 1.0)) for cells, gain in gains.items()))

    def _hiding(self, place: int, depth: int) -> Cells:
        """Give the cells that must be hidden to hide so many views of a count."""
        return frozenset().union(*(self.showing.get((place, at), frozenset()) for at in range(depth)))

    def _shown_again(self, hidden: Cells) -> Cells:
        """Show what is not needed after all, the dearest first, while there is work left for the audit.

        Only counts whose room rests on what is shown are asked about.
        """
        seen, left = Seen(self.board, hidden), set(hidden)
        for cell in sorted(hidden, key=lambda cell: (-self.board.cost[cell], cell)):
            if self.programme.needs(cell, left):
                continue
            if self.board.audit.solver.work >= self.again:
                break
            shaken = self.board.audit.shaken(seen.show(cell))
            left.discard(cell)
            if self._lacks(seen.known, shaken, frozenset(left)):
                seen.hide(cell)
                left.add(cell)
        return frozenset(left)

    def _lacks(self, known: Mapping[int, Range], shaken: Sequence[int], hidden: Cells) -> bool:
        """Whether a demand is not met after all; it is kept."""
        more = self._clauses(hidden)
        if not more:
            cut = next((cut for _, cut in self.board.audit.asked(known, shaken) if cut is not None), None)
            more = [] if cut is None else [self._of(cut)]
        self.programme.add(more)
        return bool(more)


def _met(board: Board, made: Sequence[Demand], hidden: Cells) -> Cells:
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


def _tried(board: Board, demand: Demand, hidden: Cells) -> list[tuple[Cells, float]]:
    """Give the sets of cells that meet most of a demand for what they cost, enough of them to meet it."""
    left = [(cells, gain) for cells, gain in demand.gains if not cells <= hidden]
    left.sort(key=lambda one: (-one[1] / board.price(one[0] - hidden), min(one[0])))
    enough, so_far = 0, 0.0
    while enough < len(left) and (enough < TRIED or so_far < 1.0):
        so_far += left[enough][1]
        enough += 1
    return left[:enough]
