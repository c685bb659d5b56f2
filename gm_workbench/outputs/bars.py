"""Shares, counts or money side by side: horizontal bars with the number at their end."""

from __future__ import annotations

from dataclasses import dataclass

from gm_workbench.outputs.output import ShownCell, ShownOutput
from gm_workbench.outputs.printed import axis_label, columns_of, compact, drawn, rows_of, strong_keys
from gm_workbench.outputs.sheet import Plot, Sheet
from gm_workbench.outputs.style import (
    INK,
    MARK_GREY,
    NARROW,
    QUIET,
    SMALL,
    STRONG,
    TEXT_GREY,
    WIDE,
    Ink,
    inks,
    leading,
    text_width,
    wrap,
)
from gm_workbench.vocabulary.text import Language

THICK = 18.0
STEP = 22.0


@dataclass(frozen=True, slots=True)
class _Room:
    names: float
    numbers: float
    above: bool

    def height(self, name: list[str], bars: int) -> float:
        lines = leading(SMALL) * len(name)
        return (lines + 4 + STEP * bars if self.above else max(lines, STEP * bars)) + 12


def draw_bars(shown: ShownOutput, language: Language, narrow: bool) -> Sheet:
    """Draw a bar a cell, from zero; the first category says in words which bar is which group."""
    width, rows, columns = NARROW if narrow else WIDE, rows_of(shown), columns_of(shown)
    label = wrap(axis_label(shown, "x", language), width - 8, SMALL)
    room = _share_width(shown, language, narrow)
    names = {row: wrap(shown.words.label(row)[language], width if narrow else room.names - 12, SMALL) for row in rows}
    top = leading(SMALL) * len(label) + 12
    heights = {row: room.height(names[row], sum(cell.row == row for cell in shown.cells)) for row in rows}
    sheet = Sheet.blank(width, top + sum(heights.values()))
    sheet.mark(shown.words.kind, language)
    sheet.paragraph(0, 8, label)
    plot = sheet.plot(room.names, top, width - room.numbers, sheet.height - 6, _span(shown), (0.0, 1.0))
    at = top
    for row in rows:
        _category(plot, shown, row, names[row], room, at, heights[row], language)
        at += heights[row]
    if len(columns) > 1:
        sheet.line((plot.px(0),) * 2, (top, sheet.height - 10), MARK_GREY)
    return sheet


def _share_width(shown: ShownOutput, language: Language, narrow: bool) -> _Room:
    numbers = max(text_width(_text(shown, cell, language), SMALL, bold=True) for cell in shown.cells) + 10
    names = max(text_width(shown.words.label(row)[language], SMALL) for row in rows_of(shown)) + 16
    return _Room(0.0, numbers, above=True) if narrow else _Room(min(names, 240.0), numbers, above=False)


def _text(shown: ShownOutput, cell: ShownCell, language: Language) -> str:
    """Write a bar's number; in the first category with the name of its group behind it."""
    first = cell.row == shown.cells[0].row and len(columns_of(shown)) > 1
    return compact(cell, language) + (f"  {shown.words.label(cell.column)[language]}" if first else "")


def _span(shown: ShownOutput) -> tuple[float, float]:
    ends = [end for cell in shown.cells if (seen := drawn(cell)) is not None for end in (seen.low, seen.high)]
    return min([0.0, *ends]), max([*ends, 0.0]) or 1.0


def _category(
    plot: Plot, shown: ShownOutput, row: str, name: list[str], room: _Room, top: float, height: float, language: Language
) -> None:
    cells = [cell for cell in shown.cells if cell.row == row]
    lines = leading(SMALL) * len(name)
    start = top + 6 + (0 if room.above else (height - 12 - lines) / 2)
    plot.sheet.paragraph(0, start + leading(SMALL) / 2 - 2, name, colour=INK)
    first = top + 6 + (lines + 4 if room.above else (height - 12 - STEP * len(cells)) / 2)
    for place, cell in enumerate(cells):
        _bar(plot, shown, cell, first + STEP * place, language)


def _bar(plot: Plot, shown: ShownOutput, cell: ShownCell, top: float, language: Language) -> None:
    ink, seen, middle = _ink(shown, cell), drawn(cell), top + STEP / 2
    end = plot.px(0)
    if seen is not None:
        left, right = sorted((plot.px(0), plot.px(seen.value)))
        plot.sheet.box(left, middle - THICK / 2, right - left, THICK, ink.line)
        end = plot.px(max(seen.value, seen.high, 0.0))
        if seen.low < seen.high:
            plot.sheet.line((plot.px(seen.low), plot.px(seen.high)), (middle, middle), INK, 1.4)
    plot.sheet.write(
        end + 7,
        middle,
        _text(shown, cell, language),
        size=SMALL,
        colour=ink.text if seen else TEXT_GREY,
        bold=ink.bold and bool(seen),
    )


def _ink(shown: ShownOutput, cell: ShownCell) -> Ink:
    columns, strong = columns_of(shown), strong_keys(shown)
    if len(columns) > 1:
        return inks(columns, ())[cell.column]
    return STRONG[0] if not strong or cell.row in strong else QUIET[0]
