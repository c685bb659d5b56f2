"""Points with their intervals, joined by lines over waves or times."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gm_workbench.outputs.labels import spread
from gm_workbench.outputs.output import ShownOutput
from gm_workbench.outputs.printed import Drawn, axis_label, columns_of, drawn, factor, rows_of, strong_keys
from gm_workbench.outputs.sheet import Plot, Sheet
from gm_workbench.outputs.style import (
    NARROW,
    SMALL,
    WHITE,
    WIDE,
    Ink,
    inks,
    leading,
    month_ticks,
    padded,
    text_width,
    ticks_between,
    wrap,
)
from gm_workbench.vocabulary.text import Language

_TIME = re.compile(r"T?(\d+(?:\.\d+)?)")
DODGE = 7.0  # pixels between the points of neighbouring series at one time
MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    ink: Ink
    points: tuple[tuple[float, Drawn], ...]  # where on the x axis, and the number


def draw_trend(shown: ShownOutput, language: Language, narrow: bool) -> Sheet:
    """Draw points with bars, joined by lines; a gap stands where a number is hidden."""
    columns = columns_of(shown)
    lines = _lines(shown, columns, language)
    width = NARROW if narrow else WIDE
    x_label, y_label = (wrap(axis_label(shown, name, language), width - 8, SMALL) for name in ("x", "y"))
    names = (
        [wrap(line.name, 0.31 * width, SMALL, bold=line.ink.bold) for line in lines] if len(lines) > 1 else [[] for _ in lines]
    )
    margin = max((text_width(part, SMALL, bold=True) for name in names for part in name), default=0.0) + 24
    top = leading(SMALL) * len(y_label) + 12
    bottom = top + (200 if narrow else 270)
    sheet = Sheet.blank(width, bottom + 28 + leading(SMALL) * max(1, len(x_label)))
    sheet.mark(shown.words.kind, language)
    places = _places(columns)
    air = 0.08 * (max(places) - min(places) or 1.0)
    plot = sheet.plot(44, top, width - margin, bottom, (min(places) - air, max(places) + air), _heights(shown, lines))
    plot.y_grid(ticks_between(*plot.y, 6), language)
    sheet.paragraph(0, 8, y_label)
    ticks = _ticks(plot, places, [shown.words.label(column)[language] for column in columns])
    plot.x_axis(list(ticks), language, list(ticks.values()))
    plot.x_label(x_label, 34)
    dodge = DODGE if len(places) <= MOST_TICKS else 0.0
    for place, line in enumerate(lines):
        _points(plot, line, dodge * (place - (len(lines) - 1) / 2))
    _names(plot, lines, names)
    return sheet


def _places(columns: list[str]) -> list[float]:
    """Put waves such as T0, T3, T12 and plain numbers at their time, and anything else at equal distances."""
    times = [_TIME.fullmatch(column) for column in columns]
    if all(times):
        return [float(time[1]) for time in times if time]
    return [float(place) for place in range(len(columns))]


def _ticks(plot: Plot, places: list[float], labels: list[str]) -> dict[float, str]:
    """Give the labels that fit beside each other, from the left; of many months the round ones, else at least their number."""
    months = month_ticks(*plot.x, most=MOST_TICKS) if len(places) > MOST_TICKS else places
    kept: dict[float, str] = {}
    end = float("-inf")
    for place, label in zip(places, labels, strict=True):
        fits = next((one for one in _shorter(label) if plot.px(place) - text_width(one, SMALL) / 2 > end), None)
        if place in months and fits is not None:
            kept[place] = fits
            end = plot.px(place) + text_width(fits, SMALL) / 2 + 8
    return kept


def _shorter(label: str) -> tuple[str, ...]:
    """Give a label, and the number that it begins with."""
    first = label.partition(" ")[0]
    return (label, first) if first.isdigit() else (label,)


def _lines(shown: ShownOutput, columns: list[str], language: Language) -> list[_Line]:
    keys = rows_of(shown)
    colours, places = inks(keys, strong_keys(shown)), dict(zip(columns, _places(columns), strict=True))
    found = {key: [(places[c], value) for c in columns if (value := drawn(shown.cell(key, c))) is not None] for key in keys}
    return [_Line(shown.words.label(key)[language], colours[key], tuple(found[key])) for key in keys]


def _heights(shown: ShownOutput, lines: list[_Line]) -> tuple[float, float]:
    """Give the bounds of the y axis: the axis' own where it has them, widened to hold every interval."""
    ends = [end for line in lines for _, value in line.points for end in (value.low, value.high)]
    axis, times = shown.words.axes.get("y"), factor(shown.cells[0])
    own = [times * bound for bound in (axis.low, axis.high) if bound is not None] if axis else []
    low, high = padded(ends or [0.0, 1.0])
    return min([low, *own]), max([high, *own])


def _points(plot: Plot, line: _Line, shift: float) -> None:
    across = shift / (plot.right - plot.left) * (plot.x[1] - plot.x[0])
    x, y = [place + across for place, _ in line.points], [value.value for _, value in line.points]
    for at, (_, value) in zip(x, line.points, strict=True):
        plot.axes.plot([at, at], [value.low, value.high], color=line.ink.line, linewidth=2.4, alpha=0.55, solid_capstyle="butt")
    plot.axes.plot(x, y, color=line.ink.line, linewidth=1.3, linestyle=line.ink.dash)
    plot.axes.plot(x, y, "o", color=line.ink.line, markersize=6.5, mec=WHITE, mew=1.0, clip_on=False)


def _names(plot: Plot, lines: list[_Line], names: list[list[str]]) -> None:
    ended = [(line, name) for line, name in zip(lines, names, strict=True) if line.points and name]
    heights = [leading(SMALL) * len(name) + 4 for _, name in ended]
    wanted = [plot.py(line.points[-1][1].value) for line, _ in ended]
    for (line, name), height, centre in zip(
        ended, heights, spread(wanted, heights, plot.top - 6, plot.bottom + 4), strict=True
    ):
        first = centre - height / 2 + 2 + leading(SMALL) / 2
        plot.sheet.paragraph(plot.right + 6, first, name, colour=line.ink.text, bold=line.ink.bold)
