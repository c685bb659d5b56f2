"""What adds up of the money of a report, as a reader can know it: sums of money, and means times their persons.

Nobody declares it, so it is found from the numbers: where the persons add up and the money does too, also across outputs. What
is found so by coincidence costs a number that could have been shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from gm_workbench.guard.amounts import NEAR, amounts_of
from gm_workbench.guard.net import At
from gm_workbench.outputs.output import Cell, Measure, Output, Shape

Balance = Mapping[int, int]
"""How often each reading is added or taken off; all together come to nought."""
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an amount: as the money of all its persons, or as the mean of them.

    Attributes
    ----------
    at, cell
        Which amount.
    kind : str
        What may be added: money, or means in one unit. The two ways to read money may be: a mean tells what its persons have.
    money : float
        What all its persons have together.
    near : float
        How far that may be from what is printed.
    """

    at: At
    cell: Cell
    kind: str
    is_mean: bool
    money: float
    near: float


@dataclass(frozen=True, slots=True)
class _Some:
    """Readings that are added up: one, those of a line, or some that stand beside one another."""

    places: tuple[int, ...]
    money: float
    near: float

    def is_as_much_as(self, other: _Some) -> bool:
        return abs(self.money - other.money) <= self.near + other.near + NEAR * abs(other.money)


def readings(outputs: Sequence[Output]) -> list[Reading]:
    """Read all amounts of a report, and all means, in each way; where nothing happens points of a curve are the same."""
    some = amounts_of(outputs, lambda cell: cell.measure in (Measure.MONEY, Measure.ESTIMATE) and cell.n > 0)
    return [one for at, cell in some if Shape.CURVE not in outputs[at[0]].words.shown_as for one in _read(at, cell)]


def _read(at: At, cell: Cell) -> Iterator[Reading]:
    value, near = cell.value or 0.0, 0.5 * 10.0**-cell.digits
    if cell.measure is Measure.MONEY:
        yield Reading(at, cell, "money", is_mean=False, money=value, near=near)
        yield Reading(at, cell, "money", is_mean=True, money=cell.n * value, near=cell.n * near)
    else:  # its digits are not those that it prints with
        yield Reading(at, cell, cell.unit, is_mean=True, money=cell.n * value, near=0.0)


def balances(known: Sequence[Reading]) -> list[Balance]:
    """Give all that adds up: what is one amount, totals, and lines that come to the same though no amount is their total.

    Examples
    --------
    >>> some = [Cell(row, "x", Measure.ESTIMATE, n, value=2.0, unit="euro") for row, n in (("a", 10), ("b", 20), ("all", 30))]
    >>> balances([Reading((0, at), one, "euro", True, one.n * 2.0, 0.5) for at, one in enumerate(some)])
    [{2: 1, 0: -1, 1: -1}]
    """
    found: dict[tuple[str, int], list[_Some]] = {}
    made: list[Balance] = []
    lines = list(_lines(known))
    for places in (*((place,) for place in range(len(known))), *lines):
        some, here = _added(known, places), found.setdefault(_persons(known, places), [])
        alike = [one for one in here if some.is_as_much_as(one)]
        here += [] if alike else [some]
        made += [_balance(one, some) for one in alike]
    for beside in chain(*(_runs(line) for line in lines), _pairs(known)):
        if here := found.get(_persons(known, beside), []):
            some = _added(known, beside)
            made += [_balance(one, some) for one in here if some.is_as_much_as(one)]
    return [one for one in made if one]


def _persons(known: Sequence[Reading], places: Sequence[int]) -> tuple[str, int]:
    """Give by what sums are found that may be the same: what is added, and of how many persons."""
    return known[places[0]].kind, sum(known[place].cell.n for place in places)


def _added(known: Sequence[Reading], places: Sequence[int]) -> _Some:
    some = [known[place] for place in places]
    return _Some(tuple(places), sum(one.money for one in some), sum(one.near for one in some))


def _balance(one: _Some, other: _Some) -> Balance:
    times = Counter(one.places)
    times.subtract(other.places)
    return {place: many for place, many in times.items() if many}


def _lines(known: Sequence[Reading]) -> Iterator[tuple[int, ...]]:
    """Give the readings of each row, each column and each output, and those in one place of several outputs."""
    lines: dict[tuple[object, ...], list[int]] = {}
    for place, one in enumerate(known):
        way = (one.kind, one.cell.unit, one.is_mean)
        for line in ((one.at[0], 0, one.cell.row), (one.at[0], 1, one.cell.column), (one.at[0],), one.cell.key):
            lines.setdefault((*way, *line), []).append(place)
    yield from dict.fromkeys(tuple(line) for line in lines.values() if len(line) >= FEWEST)


def _runs(line: Sequence[int]) -> Iterator[Sequence[int]]:
    """Give neighbours of a line, but not all of it."""
    for start in range(len(line)):
        for end in range(start + FEWEST, len(line) + (start > 0)):
            yield line[start:end]


def _pairs(known: Sequence[Reading]) -> Iterator[tuple[int, int]]:
    """Give two of one name, of a row or a column, in two outputs: what makes up a third may stand anywhere."""
    named: dict[tuple[object, ...], list[int]] = {}
    for place, one in enumerate(known):
        for axis, name in enumerate(one.cell.key):
            named.setdefault((one.kind, one.is_mean, axis, name), []).append(place)
    for places in named.values():
        yield from (pair for pair in combinations(places, 2) if known[pair[0]].at[0] != known[pair[1]].at[0])
