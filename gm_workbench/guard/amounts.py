"""Sums and means beside one another: together they give away how many persons there are, or what is hidden of one group.

How many persons are behind a sum or mean prints rounded, so the rules for counts do not see these. They are found from the
numbers themselves: where the persons add up and the money or the means do too, a reader can subtract, also across outputs. What
is found so by coincidence costs a number that could have been shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from gm_workbench.guard.names import is_everybody
from gm_workbench.guard.net import At
from gm_workbench.outputs.output import Cell, Measure, Output

Amount = tuple[At, Cell]
NEAR = 1e-6
"""How near two amounts must lie to be taken for one, besides what their rounding explains; relative."""


def sums_beside_means(outputs: Sequence[Output], hidden: Callable[[At], bool]) -> list[At]:
    """Give the sums that stand beside the mean of the same money, whose ratio is the exact number of persons.

    Parameters
    ----------
    outputs : sequence of Output
        All of the report: the two may stand in different ones.
    hidden : callable
        Whether an amount is hidden already.
    """
    shown = [one for one in amounts_of(outputs, _of_money) if not hidden(one[0])]
    sums = [one for one in shown if one[1].measure is Measure.MONEY]
    return [at for at, whole in sums if any(_is_mean_of(cell, whole) for _, cell in shown if cell is not whole)]


def telling(outputs: Sequence[Output], hidden: Callable[[At], bool], threshold: int) -> set[At]:
    """Give the amounts to keep back: with others that are shown they give a hidden one, or that of a few who are left.

    What is kept back is hidden then, and must not follow from others either.
    """
    amounts = amounts_of(outputs, lambda cell: cell.measure in (Measure.MONEY, Measure.ESTIMATE) and cell.n > 0)
    asked = [one for one in amounts if hidden(one[0])]
    shown = [one for one in amounts if not hidden(one[0])]
    gone: set[At] = set()
    sums: Iterable[Sequence[Amount]] = _left_over(outputs, shown, threshold)
    while True:
        new = _broken([*sums, *_derived(asked, shown)])
        if not new:
            return gone
        gone |= new
        asked = [one for one in shown if one[0] in new]
        shown = [one for one in shown if one[0] not in new]
        sums = ()


def _broken(sums: Iterable[Sequence[Amount]]) -> set[At]:
    """Take one amount, that of the fewest persons, out of each sum of which none is gone yet."""
    gone: set[At] = set()
    for one in sums:
        if not any(at in gone for at, _ in one):
            gone.add(min(one, key=lambda amount: (amount[1].n, amount[0]))[0])
    return gone


def amounts_of(outputs: Sequence[Output], wanted: Callable[[Cell], bool]) -> list[Amount]:
    """Give the cells of a report that are wanted, with where they stand."""
    return [((o, at), cell) for o, made in enumerate(outputs) for at, cell in enumerate(made.cells) if wanted(cell)]


def _of_money(cell: Cell) -> bool:
    return cell.measure is Measure.MONEY or (cell.measure is Measure.ESTIMATE and "euro" in cell.unit.lower())


def _is_mean_of(mean: Cell, whole: Cell) -> bool:
    """Whether one amount is as many times the other as there are persons behind that one."""
    value = _value(mean)
    near = mean.n * _rounding(mean) + _rounding(whole) + NEAR * abs(_value(whole))
    return 1 < mean.n <= whole.n and value != 0 and abs(mean.n * value - _value(whole)) <= near


def _derived(asked: Sequence[Amount], shown: Sequence[Amount]) -> Iterator[Sequence[Amount]]:
    """Give, for each hidden amount, the others of every sum that gives it away."""
    for at, cell in asked:
        yield from _sums_with(at, cell, [one for one in shown if _is_alike(one[1], cell)])


def _is_alike(one: Cell, other: Cell) -> bool:
    """Whether two may be of one thing: money of one unit, or means in columns, or rows, of one name."""
    same = one.measure is other.measure and one.unit == other.unit
    return same and (one.measure is Measure.MONEY or one.column == other.column or one.row == other.row)


def _sums_with(at: At, cell: Cell, shown: Sequence[Amount]) -> Iterator[Sequence[Amount]]:
    """Give the others of every sum with this one hidden amount, be it a part or the whole."""
    lines = [
        [one for one in shown if one[0][0] == at[0] and getattr(one[1], along) == getattr(cell, along)]
        for along in ("row", "column")
    ]
    by_n: dict[int, list[Amount]] = {}
    for one in shown:
        by_n.setdefault(one[1].n, []).append(one)
    for others in [*([one] for one in shown), *(line for line in lines if len(line) > 1)]:
        parts = [cell, *(part for _, part in others)]
        wholes = by_n.get(sum(part.n for part in parts), ())
        yield from ([*others, whole] for whole in wholes if _adds_up(parts, whole[1]))
    for part in shown:
        second = (one for one in by_n.get(cell.n - part[1].n, ()) if one is not part)
        yield from ([part, one] for one in second if _adds_up([part[1], one[1]], cell))


def _adds_up(parts: Sequence[Cell], whole: Cell) -> bool:
    """Whether the money adds up where the persons do: as sums, or as means of so many persons each."""
    if _sums_up(parts, whole):
        return True
    value, near = _value(whole), _rounding(whole) + NEAR * abs(_value(whole))
    weights = [part.n / whole.n for part in parts]
    mean = sum(weight * _value(part) for weight, part in zip(weights, parts, strict=True))
    return abs(mean - value) <= near + sum(weight * _rounding(part) for weight, part in zip(weights, parts, strict=True))


def _sums_up(parts: Sequence[Cell], whole: Cell) -> bool:
    """Whether money adds up as it is, and not as means of so many persons each."""
    near = _rounding(whole) + NEAR * abs(_value(whole)) + sum(map(_rounding, parts))
    return abs(sum(map(_value, parts)) - _value(whole)) <= near


def _left_over(outputs: Sequence[Output], shown: Sequence[Amount], threshold: int) -> Iterator[Sequence[Amount]]:
    """Give what is shown of all but a few of a total that is shown too: the few who are left need not stand anywhere."""
    said = [(whole, _says_all(outputs[at[0]], whole)) for at, whole in shown]
    totals = [(whole, all_of) for whole, all_of in said if any(all_of)]
    for one in shown:
        if any(0 < whole.n - one[1].n < threshold and _is_total_of(whole, all_of, one[1]) for whole, all_of in totals):
            yield [one]


def _is_total_of(whole: Cell, all_of: tuple[bool, bool], part: Cell) -> bool:
    row, column = all_of
    by_row = row and whole.column == part.column and whole.row != part.row
    by_column = column and whole.row == part.row and whole.column != part.column
    alike = part.measure is whole.measure and part.unit == whole.unit
    return alike and (by_row or by_column) and not (_is_coarse(whole) or _is_coarse(part))


def _is_coarse(cell: Cell) -> bool:
    """Whether a mean has neither error nor interval, and so few decimals that it says nothing of a few of its persons."""
    return cell.measure is Measure.ESTIMATE and cell.se is None and cell.low is None


def _says_all(output: Output, cell: Cell) -> tuple[bool, bool]:
    """Whether the row, and whether the column, of a number says that it is of everybody."""
    row, column = (is_everybody(key, output.words.label(key).nl) for key in cell.key)
    return row, column


def _value(cell: Cell) -> float:
    return cell.value or 0.0


def _rounding(cell: Cell) -> float:
    """Give how far a number can be from what it prints as."""
    return 0.5 * math.pow(10, -cell.digits)
