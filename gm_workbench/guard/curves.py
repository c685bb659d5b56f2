"""Curves are drawn in steps with enough events in each, so that two neighbouring points do not tell of a few persons."""

from __future__ import annotations

from gm_workbench.guard.policy import Policy
from gm_workbench.outputs.output import Cell, Measure, Output, Shape

SoFar = tuple[int, ...]
"""Events so far; for a share, its n too."""


def thinned(output: Output, policy: Policy) -> list[int]:
    """Give the cells of a curve that are no step of their own.

    Between two neighbouring steps nothing happened, or at least `threshold` persons had the event. Where a zero is not told
    apart from a few, a point without new events is no step either, except at time 0, when nothing can have happened: else a
    line that goes on would say *nobody* and one that stops *a few*. Points that a sentence quotes are taken first, then the
    others in the order of time. Cells carry the events so far in `numerator`; a cell without is left alone.
    """
    if Shape.CURVE not in output.words.shown_as:
        return []
    return sorted(at for series in series_of(output) for at in _left_out(output, series, policy))


def series_of(output: Output) -> list[list[int]]:
    """Give the cells of each series in the order of time; rows of persons at risk are none."""
    found: dict[str, list[int]] = {}
    for at, cell in enumerate(output.cells):
        if cell.measure is not Measure.COUNT:
            found.setdefault(cell.row, []).append(at)
    return [sorted(series, key=lambda at: _time(output.cells[at], at)) for series in found.values()]


def repeats(output: Output, at: int, series: list[int], left_out: set[int]) -> bool:
    """Whether a cell that is no step of its own repeats the step before: not if a sentence quotes it or no step follows."""
    steps_later = any(later not in left_out for later in series[series.index(at) + 1 :])
    return steps_later and output.cells[at].key not in _quoted(output)


def _time(cell: Cell, at: int) -> float:
    try:
        return float(cell.column)
    except ValueError:
        return float(at)


def _quoted(output: Output) -> set[tuple[str, str]]:
    words = output.words
    return {(slot.row, slot.column) for said in (words.sentence, words.alt, *words.more) for slot in said.quoted}


def _left_out(output: Output, series: list[int], policy: Policy) -> list[int]:
    quoted = _quoted(output)
    judged = [place for place, at in enumerate(series) if _so_far(output.cells[at])]
    kept: dict[int, SoFar] = {}
    for place in sorted(judged, key=lambda place: (output.cells[series[place]].key not in quoted, place)):
        now = _so_far(output.cells[series[place]])
        before = max((other for other in kept if other < place), default=None)
        after = min((other for other in kept if other > place), default=None)
        start = tuple(0 for _ in now) if before is None else kept[before]
        enough = _is_step(start, now, policy) and (after is None or _is_step(now, kept[after], policy))
        if enough or _begins(output.cells[series[place]]):
            kept[place] = now
    return [series[place] for place in judged if place not in kept]


def _is_step(before: SoFar, after: SoFar, policy: Policy) -> bool:
    changes = [abs(new - old) for old, new in zip(before, after, strict=True)]
    few = [change for change in changes if 0 < change < policy.threshold]
    return not few and (policy.zero_is_safe or any(changes))


def _begins(cell: Cell) -> bool:
    """Whether this is the beginning of a line that counts from a person's start: nobody has had the event at time 0."""
    return cell.column == "0" and cell.numerator == 0 and cell.measure is Measure.ESTIMATE


def _so_far(cell: Cell) -> SoFar:
    if cell.numerator is None:
        return ()
    return (cell.numerator, cell.n) if cell.measure is Measure.SHARE else (cell.numerator,)
