"""From what is hidden to cells that may be seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gm_workbench.guard.cells import Reason, behind, decimals, keeps_interval, numerator, round_to_base, share_of
from gm_workbench.guard.curves import repeats, series_of
from gm_workbench.guard.links import Links
from gm_workbench.guard.policy import Method, Policy
from gm_workbench.outputs.cells import PARTS
from gm_workbench.outputs.output import Cell, Measure, Output, Shape, ShownCell, Suppressed

Ends = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Printer:
    """An output with, for each cell, why it is hidden (or None), and for each count how it prints.

    Attributes
    ----------
    known : frozenset of int
        Places of the counts that some visible cell gives away; only those print as an n.
    prints : mapping of int to int
        How counts print under the method *round*; empty under *suppress*.
    leaves : mapping of int to tuple of int
        Under that method, the counts whose printed numbers add up to that of each.
    """

    output: Output
    policy: Policy
    hidden: tuple[Reason | None, ...]
    links: Links
    known: frozenset[int]
    prints: Mapping[int, int]
    leaves: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def rounds_counts(self) -> bool:
        """Whether plain counts print rounded."""
        counts = any(cell.measure is Measure.COUNT for cell in self.output.cells)
        return counts and (self.links.rounded or self.policy.method is Method.ROUND)

    @property
    def mixes_exact_counts(self) -> bool:
        """Whether counts print as they are beside results whose n is rounded; totals of a table are exact under *suppress*."""
        measures = {cell.measure for cell in self.output.cells}
        return Measure.COUNT in measures and len(measures) > 1 and not self.rounds_counts


def printed(printer: Printer) -> tuple[ShownCell, ...]:
    """Give the cells as they may be seen."""
    made = [_cell(printer, at) for at in range(len(printer.output.cells))]
    if Shape.CURVE in printer.output.words.shown_as:
        for series in series_of(printer.output):
            _carry(printer, series, made)
    return tuple(made)


def _cell(printer: Printer, at: int) -> ShownCell:
    cell, reason = printer.output.cells[at], printer.hidden[at]
    if reason is not None:
        return _shown(printer, at, _mark(cell, reason, printer.policy))
    match cell.measure:
        case Measure.COUNT:
            return _shown(printer, at, _count(printer, at))
        case Measure.SHARE:
            return _with_interval(printer, at, _share(printer, at))
        case Measure.ESTIMATE | Measure.MONEY:
            return _with_interval(printer, at, cell.value, _shift(printer, at))


def _mark(cell: Cell, reason: Reason, policy: Policy) -> Suppressed:
    """Only a count prints its threshold: beside shares, `<10` would read as a percentage."""
    if reason is Reason.THRESHOLD and cell.measure is Measure.COUNT:
        return Suppressed(policy.threshold, str(reason))
    return Suppressed(None, str(reason))


def _count(printer: Printer, at: int) -> float | None:
    place = printer.links.n(at)
    if printer.policy.method is Method.ROUND:
        return _sum_to_show(printer, place)
    count = printer.links.values[place]
    return round_to_base(count, printer.policy.base) if printer.links.rounded else count


def _share(printer: Printer, at: int) -> float | None:
    """Make the share from the counts as they are protected.

    Under rounding a total counts its small parts for nothing, so a share could print as everybody where it is not, or as far
    more than it is; it is kept back then, as where only a few are left of n.
    """
    cell = printer.output.cells[at]
    if printer.policy.method is Method.SUPPRESS:
        return numerator(cell) / cell.n
    places = printer.links.body(at), printer.links.n(at)
    part, whole = (printer.prints[place] for place in places)
    if not 0 < part < whole:
        return None
    (fewest, most), (least, largest) = (_possible(printer, place) for place in places)
    moved = max(part / whole - fewest / largest, most / max(least, 1) - part / whole)
    error = math.sqrt(part / whole * (1 - part / whole) / whole)
    return None if moved > max(FAR, error) else part / whole


FAR = 0.1
"""How far a share may be from what it prints as, where its standard error is smaller: further, it would be a false number."""


def _possible(printer: Printer, place: int) -> tuple[int, int]:
    """Give what a printed sum leaves possible: a part that is hidden may be all that is hidden for being small."""
    policy, known = printer.policy, [printer.prints[leaf] for leaf in printer.leaves.get(place, (place,))]
    ends = [behind(one, policy.base) if one else (0, policy.threshold - 1) for one in known]
    return sum(low for low, _ in ends), sum(high for _, high in ends)


def _sum_to_show(printer: Printer, place: int) -> int | None:
    """Give a count as it prints; None for a sum of which hidden parts may be more than what is shown, or are all there is.

    It is judged by what is printed: whether it is far from the count would tell what its hidden parts come to.
    """
    printed, policy = printer.prints[place], printer.policy
    more = _possible(printer, place)[1] - printed
    return None if not printed or more > max(policy.threshold + policy.base, printed) else printed


def _shift(printer: Printer, at: int) -> float:
    """Say by how much a function of counts moves when it is made from protected counts instead.

    A difference of two shares moves with them, and so does one that is adjusted besides. So does a share with an error of its
    own, of which the counts follow. A point of a curve is made of the events so far, of those at the start, and of who stopped
    being followed; the first two are taken as they print.
    """
    cell = printer.output.cells[at]
    if printer.policy.method is not Method.ROUND or cell.unit not in PARTS or cell.value is None:
        return 0.0
    if cell.sides is not None and cell.sides.events:
        pairs = list(zip(cell.sides.events, cell.sides.persons, strict=True))
        return _difference([(_as_printed(k, printer), _as_printed(n, printer)) for k, n in pairs]) - _difference(pairs)
    if Shape.CURVE not in printer.output.words.shown_as:
        counts = share_of(cell)
        return _rounded_share(*counts, cell.value, printer) - cell.value if counts else 0.0
    if cell.numerator:
        n = printer.prints[printer.links.n(at)]
        printed_share = min(_as_printed(cell.numerator, printer) / n, 1.0) if n else 0.0
        return min(cell.value * printed_share / (cell.numerator / cell.n), 1.0) - cell.value
    return 0.0


def _rounded_share(fewer: int, whole: int, value: float, printer: Printer) -> float:
    share = _as_printed(fewer, printer) / _as_printed(whole, printer)
    return share if value <= 0.5 else 1 - share


def _difference(pairs: Sequence[tuple[int, int]]) -> float:
    first, *others = (k / n for k, n in pairs)
    return first - sum(others)


def _as_printed(count: int, printer: Printer) -> int:
    return round_to_base(count, printer.policy.base)


def _n(printer: Printer, at: int) -> int | Suppressed:
    place, policy = printer.links.n(at), printer.policy
    count = printer.links.values[place]
    if policy.is_small(count):
        return Suppressed(policy.threshold, str(Reason.THRESHOLD))
    if place not in printer.known:
        return Suppressed(None, str(Reason.COMPLEMENT))
    if policy.method is Method.ROUND:
        return _sum_to_show(printer, place) or Suppressed(None, str(Reason.COMPLEMENT))
    return round_to_base(count, policy.base)


def _shown(printer: Printer, at: int, value: float | Suppressed | None, ends: Ends = (None, None, None)) -> ShownCell:
    cell = printer.output.cells[at]
    seen = (
        Suppressed(None, str(Reason.COMPLEMENT)) if value is None else value if isinstance(value, Suppressed) else float(value)
    )
    return ShownCell(cell.row, cell.column, cell.measure, seen, *ends, _n(printer, at), cell.unit, cell.digits)


def _with_interval(printer: Printer, at: int, value: float | None, shift: float = 0.0) -> ShownCell:
    cell = printer.output.cells[at]
    if value is None:
        return _shown(printer, at, None)
    to = decimals(cell, printer.policy)
    kept = (cell.low, cell.high, cell.se) if keeps_interval(cell, printer.policy) else (None, None, None)
    if shift and _reads_otherwise(printer, cell, shift):
        return _shown(printer, at, None)
    low, high = (None if end is None else round(end + shift, to) for end in kept[:2])
    return _shown(printer, at, round(value + shift, to), (low, high, None if kept[2] is None else round(kept[2], to)))


def _reads_otherwise(printer: Printer, cell: Cell, shift: float) -> bool:
    """Whether the move takes a number or an end of its interval past zero or past what is too small to matter.

    The words of an output were chosen by the number as it was, and must not say *higher* of what prints as lower.
    """
    smallest = printer.output.words.options.get("sesoi", 0.0)
    marks = (0.0, smallest, -smallest) if isinstance(smallest, float | int) else (0.0,)
    ends = [end for end in (cell.value, cell.low, cell.high) if end is not None]
    return any(_side(end, mark) != _side(end + shift, mark) for end in ends for mark in marks)


def _side(number: float, mark: float) -> int:
    """Say on which side of a mark a number lies; a move onto the mark is one too."""
    apart = round(number - mark, 9)
    return (apart > 0) - (apart < 0)


def _carry(printer: Printer, series: list[int], made: list[ShownCell]) -> None:
    """Let the steps that are left out repeat the one before."""
    last: ShownCell | None = None
    hidden = {at for at in series if printer.hidden[at] is not None}
    for at in series:
        if at not in hidden:
            last = made[at]
        elif printer.hidden[at] is Reason.STEP and last is not None and repeats(printer.output, at, series, hidden):
            made[at] = replace(made[at], value=last.value, low=last.low, high=last.high, se=last.se)


NOTICED = 0.1
"""Standard errors by which a number may move through protection without its being said."""


def may_have_moved(printer: Printer, cells: Sequence[ShownCell]) -> bool:
    """Whether a share or difference that is made from rounded counts can have moved by more than a tenth of its standard error.

    It is judged by the rounded counts: whether it did move would tell what they were.
    """
    if printer.policy.method is not Method.ROUND:
        return False
    seen = [at for at, cell in enumerate(cells) if not cell.hidden]
    return any(_may_move(k, n, printer.policy.base) for at in seen for k, n in _counts(printer, at) if n)


def _counts(printer: Printer, at: int) -> list[tuple[int, int]]:
    """Give the rounded counts that a number is made of: how many, of how many."""
    cell, n = printer.output.cells[at], printer.prints[printer.links.n(at)]
    if cell.measure is Measure.SHARE:
        return [(printer.prints[printer.links.body(at)], n)]
    if cell.sides is not None and cell.sides.events and cell.unit in PARTS:
        pairs = zip(cell.sides.events, cell.sides.persons, strict=True)
        return [(_as_printed(k, printer), _as_printed(size, printer)) for k, size in pairs]
    curve = Shape.CURVE in printer.output.words.shown_as and cell.numerator
    if not curve and cell.unit in PARTS and (share := share_of(cell)):
        return [(_as_printed(share[0], printer), _as_printed(share[1], printer))]
    return [(_as_printed(cell.numerator or 0, printer), n)] if curve else []


def _may_move(k: int, n: int, base: int) -> bool:
    (fewest, most), (least, largest) = behind(k, base), behind(n, base)
    moved = max(k / n - fewest / largest, most / max(least, 1) - k / n)
    return moved > NOTICED * math.sqrt(k / n * max(1 - k / n, 0.0) / n)


def kept_back(printer: Printer, cells: Sequence[ShownCell]) -> list[Cell]:
    """Give the cells whose number is shown without the interval that it has."""
    pairs = zip(printer.output.cells, cells, strict=True)
    return [cell for cell, seen in pairs if not seen.hidden and seen.low is None and cell.low is not None]


def reasons(printer: Printer, cells: Sequence[ShownCell]) -> list[Reason]:
    """Give what protection did to each cell that is not simply shown."""
    steps = [Reason.STEP for cell, why in zip(cells, printer.hidden, strict=True) if why is Reason.STEP and not cell.hidden]
    return [*(Reason(cell.value.reason) for cell in cells if isinstance(cell.value, Suppressed)), *steps]
