"""From what is hidden to cells that may be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gm_workbench.guard.cells import Reason, decimals, keeps_interval, numerator, round_to_base
from gm_workbench.guard.curves import repeats, series_of
from gm_workbench.guard.links import Links
from gm_workbench.guard.policy import Method, Policy
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
    """

    output: Output
    policy: Policy
    hidden: tuple[Reason | None, ...]
    links: Links
    known: frozenset[int]
    prints: Mapping[int, int]

    @property
    def rounds_counts(self) -> bool:
        """Whether plain counts print rounded."""
        counts = any(cell.measure is Measure.COUNT for cell in self.output.cells)
        return counts and (self.links.rounded or self.policy.method is Method.ROUND)


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
            return _with_interval(printer, at, cell.value)


def _mark(cell: Cell, reason: Reason, policy: Policy) -> Suppressed:
    """Only a count prints its threshold: beside shares, `<10` would read as a percentage."""
    if reason is Reason.THRESHOLD and cell.measure is Measure.COUNT:
        return Suppressed(policy.threshold, str(reason))
    return Suppressed(None, str(reason))


def _count(printer: Printer, at: int) -> float | None:
    place = printer.links.n(at)
    if printer.policy.method is Method.ROUND:
        return printer.prints[place] or None
    count = printer.links.values[place]
    return round_to_base(count, printer.policy.base) if printer.links.rounded else count


def _share(printer: Printer, at: int) -> float | None:
    """Make the share from the counts as they are protected."""
    cell = printer.output.cells[at]
    if printer.policy.method is Method.SUPPRESS:
        return numerator(cell) / cell.n
    part, whole = printer.prints[printer.links.body(at)], printer.prints[printer.links.n(at)]
    return min(part / whole, 1.0) if part and whole else None


def _n(printer: Printer, at: int) -> int | Suppressed:
    place, policy = printer.links.n(at), printer.policy
    count = printer.links.values[place]
    if policy.is_small(count):
        return Suppressed(policy.threshold, str(Reason.THRESHOLD))
    if place not in printer.known:
        return Suppressed(None, str(Reason.COMPLEMENT))
    return printer.prints[place] if policy.method is Method.ROUND else round_to_base(count, policy.base)


def _shown(printer: Printer, at: int, value: float | Suppressed | None, ends: Ends = (None, None, None)) -> ShownCell:
    cell = printer.output.cells[at]
    seen = (
        Suppressed(None, str(Reason.COMPLEMENT)) if value is None else value if isinstance(value, Suppressed) else float(value)
    )
    return ShownCell(cell.row, cell.column, cell.measure, seen, *ends, _n(printer, at), cell.unit, cell.digits)


def _with_interval(printer: Printer, at: int, value: float | None) -> ShownCell:
    cell = printer.output.cells[at]
    if value is None:
        return _shown(printer, at, None)
    to = decimals(cell, printer.policy)
    kept = (cell.low, cell.high, cell.se) if keeps_interval(cell, printer.policy) else (None, None, None)
    low, high, se = (None if end is None else round(end, to) for end in kept)
    return _shown(printer, at, round(value, to), (low, high, se))


def _carry(printer: Printer, series: list[int], made: list[ShownCell]) -> None:
    """Let the steps that are left out repeat the one before."""
    last: ShownCell | None = None
    hidden = {at for at in series if printer.hidden[at] is not None}
    for at in series:
        if at not in hidden:
            last = made[at]
        elif printer.hidden[at] is Reason.STEP and last is not None and repeats(printer.output, at, series, hidden):
            made[at] = replace(made[at], value=last.value, low=last.low, high=last.high, se=last.se)


def keeps_back_intervals(printer: Printer, cells: Sequence[ShownCell]) -> bool:
    """Whether a number is shown without the interval that it has."""
    pairs = zip(printer.output.cells, cells, strict=True)
    return any(not seen.hidden and seen.low is None and cell.low is not None for cell, seen in pairs)


def reasons(printer: Printer, cells: Sequence[ShownCell]) -> list[Reason]:
    """Give what protection did to each cell that is not simply shown."""
    steps = [Reason.STEP for cell, why in zip(cells, printer.hidden, strict=True) if why is Reason.STEP and not cell.hidden]
    return [*(Reason(cell.value.reason) for cell in cells if isinstance(cell.value, Suppressed)), *steps]
