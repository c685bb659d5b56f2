"""What all that is shown of money tells together of what is hidden: that is of enough persons, and not mostly one person's.

Two hidden amounts give each other cover, and who takes the others from the total has their sum all the same; totals of rows can
be taken from those of columns. What is told too well is a hidden amount in some sum that a reader can make of what is shown, of
which nothing is taken off, and that is of too few persons or mostly one's. There is such a sum where, all amounts being nought
or more, the hidden one cannot be as large as it must be: by duality the two are the same, so that one linear programme answers
for all sums there are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gm_workbench.guard.balances import Balance, Reading, balances, readings
from gm_workbench.guard.filling import Filling
from gm_workbench.guard.net import At
from gm_workbench.guard.policy import Policy
from gm_workbench.outputs.output import Output

CLOSER = 1e-6
"""How near, relative, two numbers count as one: what is known exactly may not be."""


def told_together(
    outputs: Sequence[Output], hidden: Callable[[At], bool], secret: Callable[[At], bool], policy: Policy
) -> set[At]:
    """Give the amounts to keep back besides, so that what is hidden may be told as all sums together tell it.

    Parameters
    ----------
    outputs : sequence of Output
        All of the report.
    hidden, secret : callable
        Whether an amount is hidden already, and whether that is for itself and not for another.
    policy : Policy
        Its threshold, and the largest share that one person may have.
    """
    known = readings(outputs)
    out = {place for place, one in enumerate(known) if hidden(one.at)}
    asked = [one for place in sorted(out) for one in _demands(place, known[place], secret, policy)]
    if not asked:
        return set()
    book = _Book(known, balances(known), out)
    kinds = [[one for one in asked if one.kind == kind] for kind in dict.fromkeys(one.kind for one in asked)]
    for demands in kinds:
        book.meet(demands)
    book.show_again(kinds)
    return book.gone


@dataclass(frozen=True, slots=True)
class _Kind:
    """What of all amounts is looked at: their persons or their money; and whether a sum tells a mean, as to who knows n."""

    of_persons: bool
    knows_n: bool = True


@dataclass(frozen=True, slots=True)
class _Demand:
    """How large a hidden amount must be able to be."""

    place: int
    least: float
    kind: _Kind


def _demands(place: int, one: Reading, secret: Callable[[At], bool], policy: Policy) -> Iterator[_Demand]:
    largest, money = one.cell.largest or 0.0, abs(one.money)
    if one.cell.n < policy.threshold:
        yield _Demand(place, policy.threshold, _Kind(of_persons=True))
    elif secret(one.at):
        yield _Demand(place, one.cell.n * (1 + 2 * CLOSER), _Kind(of_persons=True, knows_n=False))
    if largest > policy.dominance and money > 0:
        yield _Demand(place, largest * money / policy.dominance, _Kind(of_persons=False))


class _Book:
    """All balances, and what is hidden in them; `gone` is what was hidden besides."""

    def __init__(self, known: Sequence[Reading], adding: Sequence[Balance], out: Collection[int]) -> None:
        self.known, self.adding = known, adding
        self.out = set(out)
        self.gone: set[At] = set()
        self.of: dict[int, list[int]] = {}
        self.ways: dict[At, list[int]] = {}
        for row, balance in enumerate(adding):
            for place in balance:
                self.of.setdefault(place, []).append(row)
        for place, one in enumerate(known):
            self.ways.setdefault(one.at, []).append(place)

    def meet(self, demands: Sequence[_Demand]) -> None:
        """Hide what tells too much of an amount, one by one: what makes it safe, else that of the fewest persons."""
        for demand in self._unproved(demands, self.out):
            while telling := self._telling(demand, self.out):
                few = sorted(telling, key=lambda at: (telling[at], at))
                safe = (at for at in few if not self._telling(demand, self.out.union(self.ways[at])))
                first = next(safe, few[0])
                self.gone.add(first)
                self.out.update(self.ways[first])

    def show_again(self, kinds: Sequence[Sequence[_Demand]]) -> None:
        """Show what proves unneeded after the rest was hidden, first that of the most persons."""
        persons = {at: self.known[self.ways[at][0]].cell.n for at in self.gone}
        for at in sorted(self.gone, key=lambda at: (-persons[at], at)) if len(self.gone) > 1 else ():
            out = self.out.difference(self.ways[at])
            if not any(self._telling(one, out) for demands in kinds for one in self._unproved(demands, out)):
                self.gone.remove(at)
                self.out = out

    def _unproved(self, demands: Sequence[_Demand], out: Collection[int]) -> Sequence[_Demand]:
        """Leave those that are not met with others at once: what is met stays so when more is hidden."""
        while demands:
            filling = self._filling(demands, out)
            least = {one.place: one.least for one in demands}
            met = {place for place, size in filling.most(least).items() if size >= least[place] * (1 - CLOSER)}
            if not met:
                return demands
            demands = [one for one in demands if one.place not in met]
        return ()

    def _telling(self, demand: _Demand, out: Collection[int]) -> Mapping[At, int]:
        """Give the amounts that are shown and tell too much of a hidden one, with their persons; none where it is safe."""
        filling = self._filling([demand], out)
        if filling.most({demand.place: demand.least})[demand.place] >= demand.least * (1 - CLOSER):
            return {}
        told: dict[int, float] = {}
        for row, price in filling.prices().items():
            for place, times in self.adding[row].items():
                told[place] = told.get(place, 0.0) + price * times
        shown = (self.known[place] for place, times in told.items() if abs(times) > CLOSER and place not in out)
        return {one.at: one.cell.n for one in shown}

    def _filling(self, demands: Sequence[_Demand], out: Collection[int]) -> Filling:
        kind = demands[0].kind
        rows = {row: self.adding[row] for row in self._around([one.place for one in demands], out, knows_n=kind.knows_n)}
        free = sorted(
            {place for balance in rows.values() for place in balance if place in out} | {one.place for one in demands}
        )
        some = (self.known[place] for place in free)
        sizes = (float(one.cell.n) if kind.of_persons else abs(one.money) for one in some)
        return Filling(rows, dict(zip(free, sizes, strict=True)))

    def _around(self, places: Sequence[int], out: Collection[int], *, knows_n: bool) -> list[int]:
        """Give the balances that hang together with hidden amounts through hidden ones."""
        rows, todo, reached = set[int](), list(places), set(places)
        while todo:
            near = {row for at in todo for row in self.of.get(at, ())} - rows
            new = {row for row in near if knows_n or self._is_one_way(self.adding[row])}
            rows |= new
            todo = [at for at in {at for row in new for at in self.adding[row]} - reached if at in out]
            reached.update(todo)
        return sorted(rows)

    def _is_one_way(self, balance: Balance) -> bool:
        return len({self.known[place].is_mean for place in balance}) == 1
