"""Curves are drawn in steps with enough events in each, so that two neighbouring points do not tell of a few persons."""

from __future__ import annotations

from gm_workbench.guard.policy import Policy
from gm_workbench.outputs.output import Cell, Measure, Output, Shape


def thinned(output: Output, policy: Policy) -> list[int]:
    """Give the cells of a curve that repeat the step before them.

    A point is kept when it starts the series without events, or when since the last kept point nothing happened or at least
    `threshold` persons had the event. Cells carry the events so far in `numerator`; a share is also judged by its n.
    """
    if Shape.CURVE not in output.words.shown_as:
        return []
    return [at for series in series_of(output) for at in _repeating(output, series, policy)]


def series_of(output: Output) -> list[list[int]]:
    """Give the cells of each series in the order of time; rows of persons at risk are none."""
    found: dict[str, list[int]] = {}
    for at, cell in enumerate(output.cells):
        if cell.measure is not Measure.COUNT:
            found.setdefault(cell.row, []).append(at)
    return [sorted(series, key=lambda at: _time(output.cells[at], at)) for series in found.values()]


def _time(cell: Cell, at: int) -> float:
    try:
        return float(cell.column)
    except ValueError:
        return float(at)


def _repeating(output: Output, series: list[int], policy: Policy) -> list[int]:
    last: tuple[int, ...] | None = None
    repeating = []
    for at in series:
        now = _so_far(output.cells[at])
        if now is None:
            continue
        steps = now if last is None else tuple(abs(new - old) for new, old in zip(now, last, strict=True))
        if all(step == 0 or step >= policy.threshold for step in steps):
            last = now
        else:
            repeating.append(at)
    return repeating


def _so_far(cell: Cell) -> tuple[int, ...] | None:
    if cell.numerator is None:
        return None
    return (cell.numerator, cell.n) if cell.measure is Measure.SHARE else (cell.numerator,)
