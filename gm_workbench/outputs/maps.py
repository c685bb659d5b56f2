"""Points in a plane, each with an ellipse for its intervals in both directions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.patches import Ellipse

from gm_workbench.outputs.labels import Box, place_around
from gm_workbench.outputs.output import ShownOutput
from gm_workbench.outputs.printed import Drawn, axis_label, drawn, factor, rows_of, strong_keys
from gm_workbench.outputs.sheet import Plot, Sheet
from gm_workbench.outputs.style import (
    NARROW,
    QUIET,
    SMALL,
    STRONG,
    WHITE,
    WIDE,
    Ink,
    leading,
    padded,
    text_width,
    ticks_between,
    wrap,
)
from gm_workbench.vocabulary.text import Language

TURN = 2.0  # an ellipse is drawn over the whole interval in both directions: its axes are twice the half widths


@dataclass(frozen=True, slots=True)
class _Point:
    name: str
    ink: Ink
    x: Drawn
    y: Drawn


def draw_map(shown: ShownOutput, language: Language, narrow: bool) -> Sheet:
    """Draw points with ellipses and their names; a point with a hidden number is left out."""
    points = _points(shown, language)
    width = NARROW if narrow else WIDE
    y_label = wrap(axis_label(shown, "y", language), width - 8, SMALL)
    x_label = wrap(axis_label(shown, "x", language), width - 8, SMALL)
    top = leading(SMALL) * len(y_label) + 12
    bottom = top + (260 if narrow else 380)
    sheet = Sheet.blank(width, bottom + 28 + leading(SMALL) * len(x_label))
    sheet.mark(shown.words.kind, language)
    plot = sheet.plot(44, top, width - 22, bottom, _bounds(shown, "x", points), _bounds(shown, "y", points))
    plot.y_grid(ticks_between(*plot.y, 6), language)
    plot.x_axis(ticks_between(*plot.x, 4 if narrow else 6), language, line=plot.y[0] >= 0)
    sheet.paragraph(0, 8, y_label)
    plot.x_label(x_label, 35)
    for point in points:
        _ellipse(plot, point)
    _names(plot, points)
    return sheet


def _points(shown: ShownOutput, language: Language) -> list[_Point]:
    # which points are strong was chosen by all of them: without one, the others would tell of it
    strong = () if any(cell.hidden for cell in shown.cells) else strong_keys(shown)
    points = []
    for key in rows_of(shown):
        x, y = drawn(shown.cell(key, "x")), drawn(shown.cell(key, "y"))
        if x is not None and y is not None:
            ink = STRONG[0] if not strong or key in strong else QUIET[0]
            points.append(_Point(shown.words.label(key)[language], ink, x, y))
    return sorted(points, key=lambda point: not point.ink.bold)


def _bounds(shown: ShownOutput, name: str, points: list[_Point]) -> tuple[float, float]:
    """Give an axis its declared bounds, widened to hold every ellipse."""
    ends = [end for point in points for end in (getattr(point, name).low, getattr(point, name).high)]
    axis = shown.words.axes.get(name)
    if axis is not None and axis.tens and ends:
        return _tens(min(ends), max(ends))
    times = next((factor(cell) for cell in shown.cells if cell.column == name), 1.0)
    own = [times * bound for bound in (axis.low, axis.high) if bound is not None] if axis else []
    low, high = padded(ends or [0.0, 1.0], include=() if len(own) == 2 else (0.0,))
    if len(own) == 2 and min(own) <= min(ends, default=0.0) and max(ends, default=0.0) <= max(own):
        return min(own), max(own)
    return min([low, *own]), max([high, *own])


AIR = 5.0
"""Hundredths left free on both sides of an axis that is drawn between tens."""


def _tens(low: float, high: float) -> tuple[float, float]:
    """Give the tens around what is drawn on a scale from 0 to 100.

    >>> _tens(44, 48), _tens(2, 99)
    ((30.0, 60.0), (0.0, 100.0))
    """
    return max(10.0 * math.floor((low - AIR) / 10), 0.0), min(10.0 * math.ceil((high + AIR) / 10), 100.0)


def _ellipse(plot: Plot, point: _Point) -> None:
    x, y = point.x, point.y
    middle = ((x.low + x.high) / 2, (y.low + y.high) / 2)
    across, down = x.high - x.low, y.high - y.low
    plot.axes.add_patch(Ellipse(middle, across, down, facecolor=point.ink.line, alpha=0.15, linewidth=0))
    plot.axes.plot([x.value], [y.value], "o", color=point.ink.line, markersize=7, mec=WHITE, mew=1.0, clip_on=False)


def _names(plot: Plot, points: list[_Point]) -> None:
    lines = [wrap(point.name, 0.42 * plot.sheet.width, SMALL, bold=point.ink.bold) for point in points]
    sizes = [
        (max(text_width(part, SMALL, bold=point.ink.bold) for part in name), leading(SMALL) * len(name))
        for point, name in zip(points, lines, strict=True)
    ]
    frame = Box(plot.left + 2, plot.top, plot.right - plot.left, plot.bottom - plot.top - 4)
    boxes = place_around([(plot.px(point.x.value), plot.py(point.y.value)) for point in points], sizes, frame)
    for point, name, box in zip(points, lines, boxes, strict=True):
        plot.sheet.paragraph(box.left, box.top + leading(SMALL) / 2, name, colour=point.ink.text, bold=point.ink.bold)
