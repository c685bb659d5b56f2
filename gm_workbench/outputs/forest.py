"""Many estimates under each other, each with its interval, on one line that shows zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gm_workbench.outputs.output import ShownCell, ShownOutput
from gm_workbench.outputs.printed import columns_of, drawn, interval_text, is_signed, rows_of, strong_keys, value_text
from gm_workbench.outputs.sheet import Plot, Sheet
from gm_workbench.outputs.style import (
    INK,
    NARROW,
    PALE,
    QUIET,
    SMALL,
    STRONG,
    TEXT_GREY,
    WHITE,
    WIDE,
    Ink,
    inks,
    leading,
    padded,
    text_width,
    ticks_between,
    wrap,
)
from gm_workbench.vocabulary.text import Language

LINE = 24.0  # pixels for one estimate
WIDEST_NAME = 250.0


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the forest: its name in lines, and its estimates by column."""

    name: list[str]
    cells: Mapping[str, ShownCell]
    key: str


@dataclass(frozen=True, slots=True)
class _Room:
    """How the width is shared: names left, printed numbers right; on a phone the names stand above their lines."""

    names: float
    numbers: float
    above: bool

    def height(self, row: _Row) -> float:
        name, lines = leading(SMALL) * len(row.name), LINE * len(row.cells)
        return name + lines + 8 if self.above else max(name, lines) + 8


def draw_dots(shown: ShownOutput, language: Language, narrow: bool) -> Sheet:
    """Draw a forest: a row's name, its interval, and the number itself at the right."""
    columns = columns_of(shown)
    room = _share_width(shown, language, narrow)
    rows = [_row(shown, key, room, language) for key in rows_of(shown)]
    top = 26.0 if len(columns) > 1 else 6.0
    bottom = top + sum(room.height(row) for row in rows)
    width = NARROW if narrow else WIDE
    label = wrap(shown.words.axes["x"].label[language], width - 8, SMALL) if "x" in shown.words.axes else []
    sheet = Sheet.blank(width, bottom + 28 + leading(SMALL) * len(label))
    sheet.mark(shown.words.kind, language)
    plot = sheet.plot(room.names + 8, top, width - room.numbers - 8, bottom, _span(shown), (0.0, 1.0))
    _ground(plot, label, language)
    _columns(plot, shown, inks(columns, ()), language)
    at = top
    for row in rows:
        _draw_row(plot, row, room, at, shown, language)
        at += room.height(row)
    return sheet


def _share_width(shown: ShownOutput, language: Language, narrow: bool) -> _Room:
    signed = is_signed(shown.cells)
    numbers = max(text_width(_estimate_text(cell, language, signed), SMALL) for cell in shown.cells) + 8
    names = max(text_width(shown.words.label(row)[language], SMALL) for row in rows_of(shown)) + 8
    return _Room(4, numbers, above=True) if narrow else _Room(min(names, WIDEST_NAME), numbers, above=False)


def _row(shown: ShownOutput, key: str, room: _Room, language: Language) -> _Row:
    name = wrap(shown.words.label(key)[language], NARROW - 4 if room.above else room.names - 8, SMALL)
    return _Row(name, {cell.column: cell for cell in shown.cells if cell.row == key}, key)


def _span(shown: ShownOutput) -> tuple[float, float]:
    seen = [value for cell in shown.cells if (value := drawn(cell)) is not None]
    return padded([end for value in seen for end in (value.low, value.high)] or [-1.0, 1.0], include=(0.0,))


def _ground(plot: Plot, label: list[str], language: Language) -> None:
    ticks = ticks_between(*plot.x, max(4, int((plot.right - plot.left) / 60)))
    for tick in ticks:
        plot.sheet.line((plot.px(tick),) * 2, (plot.top, plot.bottom), TEXT_GREY if tick == 0 else PALE)
    plot.x_axis(ticks, language)
    plot.x_label(label, 35)


def _columns(plot: Plot, shown: ShownOutput, colours: Mapping[str, Ink], language: Language) -> None:
    """Name the columns above the forest, each in its own colour and in the order in which their lines stand."""
    x = plot.left
    for column, ink in colours.items() if len(colours) > 1 else ():
        name = shown.words.label(column)[language]
        plot.sheet.write(x, 10, name, size=SMALL, colour=ink.text, bold=True)
        x += text_width(name, SMALL, bold=True) + 18


def _draw_row(plot: Plot, row: _Row, room: _Room, top: float, shown: ShownOutput, language: Language) -> None:
    height, name = room.height(row) - 8, leading(SMALL) * len(row.name)
    start = top + 4 + (0 if room.above else (height - name) / 2)
    plot.sheet.paragraph(0, start + leading(SMALL) / 2, row.name, colour=INK, halo=True)
    first = top + 4 + (name if room.above else (height - LINE * len(row.cells)) / 2)
    for place, cell in enumerate(row.cells.values()):
        at = first + LINE * (place + 0.5)
        ink = _ink(shown, cell)
        _dot(plot, cell, at, ink)
        text = _estimate_text(cell, language, is_signed(shown.cells))
        plot.sheet.write(plot.sheet.width, at, text, size=SMALL, colour=TEXT_GREY if cell.hidden else ink.text, ha="right")


def _ink(shown: ShownOutput, cell: ShownCell) -> Ink:
    """Colour by column where there are several, else by which rows are to be strong."""
    columns, strong = columns_of(shown), strong_keys(shown)
    if len(columns) > 1:
        return inks(columns, ())[cell.column]
    return STRONG[0] if not strong or cell.row in strong else QUIET[0]


def _dot(plot: Plot, cell: ShownCell, at: float, ink: Ink) -> None:
    seen = drawn(cell)
    if seen is None:
        return
    plot.sheet.line((plot.px(seen.low), plot.px(seen.high)), (at, at), ink.line, 3.5)
    plot.axes.plot(
        [seen.value], [plot.y_at(at)], "o", color=ink.line, markersize=7, mec=WHITE, mew=1.0, clip_on=False, zorder=4
    )


def _estimate_text(cell: ShownCell, language: Language, signed: bool) -> str:
    interval, value = interval_text(cell, language, signed=signed), value_text(cell, language, signed=signed)
    return f"{value} ({interval})" if interval else value
