"""Rows that stand in the order of their numbers say between which two a hidden one lies.

An order that its maker declares (time, age, levels, the order in which code names them: `Words.ordered`) says nothing of the
numbers. Any other is taken for one of numbers if those that are shown rise or fall all the way, or are too few to tell: counts,
shares, means, sums, what two columns come to together, by how much they differ, and how many times one goes into the other. The
first row or the last may stand apart from such an order, as *other* does. Rows of one characteristic (`sex:woman`, `sex:man`)
are judged by themselves as well.
Such a table is then put in the order of its names, all of it: were hidden rows left where they stand as soon as names come in
order by chance, that would say that they lie there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, takewhile
from operator import add, mul, sub

from gm_workbench.guard.cells import numerator
from gm_workbench.guard.links import HARD, is_over_time
from gm_workbench.outputs.output import Cell, Measure, Output, Shape, ShownCell, Suppressed

Line = Mapping[str, float | None]
"""A number of each row; None where it is hidden."""
_CALLED = frozenset({"all", "total", "totaal", "alle"})
"""Names of totals that nobody declares."""
_LUMPED = frozenset({"other", "others", "unknown", "overig", "overige", "anders", "onbekend"})
"""Rows that stand last, or first, however many they count."""
_PIECES = re.compile(r"\d+|\D+")


@dataclass(frozen=True, slots=True)
class _Axis:
    """Rows as rows, or columns taken for rows."""

    along: str
    across: str

    def key(self, cell: Cell | ShownCell) -> str:
        return str(getattr(cell, self.along))

    def line(self, cell: Cell) -> tuple[str, Measure, str]:
        """Say with which others it can be put in order: those of its column and unit."""
        return str(getattr(cell, self.across)), cell.measure, cell.unit

    def keys(self, output: Output) -> list[str]:
        return list(dict.fromkeys(map(self.key, output.cells)))


_ROWS, _COLUMNS = _Axis("row", "column"), _Axis("column", "row")


def in_neutral_order(output: Output, cells: tuple[ShownCell, ...]) -> tuple[ShownCell, ...] | None:
    """Put rows and columns in the order of their names where their own order could tell of a hidden number.

    Nothing here hangs on a hidden number, or the order would tell of it again: not even what is a total by chance.

    Parameters
    ----------
    output : Output
    cells : tuple of ShownCell
        As they may be seen, in the order of the output's own.

    Returns
    -------
    tuple of ShownCell, or None
        The same cells; None where their own order tells nothing. That names were in order already is not told apart: it would
        say that a hidden row lies where it stands.
    """
    if not any(seen.hidden or isinstance(seen.n, Suppressed) for seen in cells):
        return None
    axes = [axis for axis in _undeclared(output) if _tells(axis, output, cells)]
    if axes and Shape.MATRIX in output.words.shown_as:
        axes = [_ROWS, _COLUMNS]  # from and to are read against each other
    if not axes:
        return None
    sought = [(axis, _by_name(axis, output)) for axis in axes]
    return tuple(sorted(cells, key=lambda cell: [keys.index(axis.key(cell)) for axis, keys in sought]))


def _undeclared(output: Output) -> list[_Axis]:
    """Give the axes of which nobody says in what order they stand; steps and times have theirs."""
    if output.words.ordered or Shape.FLOW in output.words.shown_as:
        return []
    return [_ROWS] if is_over_time(output) else [_ROWS, _COLUMNS]


def _tells(axis: _Axis, output: Output, cells: Sequence[ShownCell]) -> bool:
    """Whether numbers are hidden in the order of which it may stand; what is a total, or may be one, stands apart."""
    totals = _totals(axis, output)
    pairs = [(cell, seen) for cell, seen in zip(output.cells, cells, strict=True) if axis.key(cell) not in totals]
    values, sizes = _lines(axis, pairs, _number), _lines(axis, pairs, _persons)
    together = {name: _each(mul, values[name], sizes[name]) for name in values if name[1] is not Measure.COUNT}
    of_persons = [together.get(name, values[name]) for name in values if name[1] in HARD]
    own = [(values[name], sizes[name], together[name]) for name in together]
    lines = [line for group in (list(values.values()), of_persons, *own) for line in _derived(group)]
    keys = [key for key in axis.keys(output) if key not in totals]
    apart = {frozenset(keys) - set(rows) | one for rows in (keys, *_blocks(keys)) for one in _apart(rows)}
    return any(_may_order(line, without) for without in apart for line in lines)


def _blocks(keys: Sequence[str]) -> list[list[str]]:
    """Give the rows of each characteristic, which may be in the order of their numbers while the others are not.

    >>> _blocks(["sex:woman", "sex:man", "persons", "age:0-26", "age:27-34"])
    [['sex:woman', 'sex:man'], ['age:0-26', 'age:27-34']]
    """
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(key.rpartition(":")[0], []).append(key)
    return [rows for lead, rows in found.items() if lead]


def _apart(keys: Sequence[str]) -> set[frozenset[str]]:
    """Give the rows that may stand apart from an order: none, one at an end (a total, *other*), and all that lump others.

    >>> [sorted(one) for one in sorted(_apart(["work", "care", "other", "unknown"]), key=sorted)]
    [[], ['other', 'unknown'], ['unknown'], ['work']]
    """
    lumped = frozenset(key for key in keys if key.lower().rpartition(":")[2] in _LUMPED)
    ends = [frozenset(), frozenset(keys[:1]), frozenset(keys[-1:])]
    return {*ends, lumped}


def _lines(
    axis: _Axis, pairs: Iterable[tuple[Cell, ShownCell]], read: Callable[[Cell, ShownCell], float | None]
) -> dict[tuple[str, Measure, str], Line]:
    found: dict[tuple[str, Measure, str], dict[str, float | None]] = {}
    for cell, seen in pairs:
        found.setdefault(axis.line(cell), {})[axis.key(cell)] = read(cell, seen)
    return dict(found)


def _derived(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the numbers of each column, of any two of them, and of all."""
    yield from lines
    for one, other in combinations(lines, 2):
        yield from (_each(how, one, other) for how in (add, sub, _ratio))
    whole: Line = lines[0] if lines else {}
    for line in lines[1:]:
        whole = _each(add, whole, line)
    yield whole


def _each(how: Callable[[float, float], float], one: Line, other: Line) -> Line:
    pairs = {key: (one[key], other[key]) for key in one if key in other}
    return {key: None if a is None or b is None else how(a, b) for key, (a, b) in pairs.items()}


def _ratio(one: float, other: float) -> float:
    return one / other if other else float("inf")


def _number(cell: Cell, seen: ShownCell) -> float | None:
    """Give what a cell shows, before any rounding: what rises or falls does so rounded as well."""
    if seen.hidden:
        return None
    if cell.measure is Measure.SHARE:
        return _ratio(numerator(cell), cell.n)
    return cell.n if cell.value is None else cell.value


def _persons(cell: Cell, seen: ShownCell) -> float | None:
    return None if seen.hidden or isinstance(seen.n, Suppressed) else cell.n


def _may_order(line: Line, without: Collection[str]) -> bool:
    """Whether rows, but for these, may stand in the order of these numbers, where one of several is hidden."""
    numbers = [number for key, number in line.items() if key not in without]
    seen = [number for number in numbers if number is not None]
    steps = list(pairwise(seen))
    return 1 < len(numbers) > len(seen) and (all(a <= b for a, b in steps) or all(a >= b for a, b in steps))


def _totals(axis: _Axis, output: Output) -> set[str]:
    """Give the rows that add others up, as they are declared or called."""
    sums = [(one.total, one.parts) for one in output.sums]
    along = 0 if axis is _ROWS else 1
    declared = {total[along] for total, parts in sums if all(part[1 - along] == total[1 - along] for part in parts)}
    return declared | {key for key in axis.keys(output) if key.lower() in _CALLED}


def _by_name(axis: _Axis, output: Output) -> list[str]:
    """Give the rows by name; what an output is about stays first, and totals where they are first or last."""
    keys = axis.keys(output)
    fixed = _totals(axis, output) | (set(keys[:1]) if _leads(output) else set())
    first = list(takewhile(fixed.__contains__, keys))
    last = list(takewhile(fixed.__contains__, reversed(keys[len(first) :])))[::-1]
    return [*first, *sorted(keys[len(first) : len(keys) - len(last)], key=_natural), *last]


def _leads(output: Output) -> bool:
    """Whether its first cell is what it is about."""
    return bool(output.words.estimand) or Shape.INTERVAL in output.words.shown_as


def _natural(key: str) -> list[tuple[bool, int, str]]:
    """Put numbers in a name in order: 9 before 10.

    >>> sorted(["T12", "T3", "all"], key=_natural)
    ['all', 'T3', 'T12']
    """
    return [(not piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece.lower()) for piece in _PIECES.findall(key)]
