"""One estimate with its interval on a line that shows zero and what the protocol calls too small to matter."""

from __future__ import annotations

from gm_workbench.outputs.output import Role, ShownCell, ShownOutput
from gm_workbench.outputs.printed import drawn, factor, option, value_text, with_unit
from gm_workbench.outputs.sheet import Plot, Sheet
from gm_workbench.outputs.style import (
    CREAM,
    NARROW,
    NARROW_ANSWER,
    SAND,
    SAND_TEXT,
    SMALL,
    TEAL,
    TEXT_GREY,
    TITLE,
    WHITE,
    WIDE,
    WIDE_ANSWER,
    leading,
    text_width,
    ticks_between,
    wrap,
)
from gm_workbench.vocabulary.text import Language, Text, number

TOO_SMALL = Text("te klein om van belang te zijn (volgens het protocol)", "too small to matter (according to the protocol)")
LESS = Text("← minder", "← less")
MORE = Text("meer →", "more →")


def draw_interval(shown: ShownOutput, language: Language, narrow: bool) -> Sheet:
    """Draw the first cell: zero, what is too small to matter, the interval as a bar and the estimate as a dot."""
    answer = shown.words.role is Role.ANSWER
    width = (NARROW_ANSWER if narrow else WIDE_ANSWER) if answer else NARROW if narrow else WIDE
    cell = shown.cells[0]
    label = wrap(shown.words.axes["x"].label[language], width - 8, SMALL) if "x" in shown.words.axes else []
    note = wrap(TOO_SMALL[language], 0.72 * width, SMALL)
    top = leading(SMALL) * len(note) + 10
    sheet = Sheet.blank(width, top + 128 + leading(SMALL) * len(label), CREAM if answer else WHITE)
    sheet.mark(shown.words.kind, language)
    plot = sheet.plot(14, top, width - 14, top + 84, *_reach(shown, cell))
    _band(plot, option(shown, "sesoi"), factor(cell), note)
    _estimate(plot, cell, language)
    plot.x_axis(ticks_between(*plot.x, 5 if narrow else 10), language)
    sheet.write(14, plot.bottom + 34, LESS[language], size=SMALL, colour=TEXT_GREY)
    sheet.write(width - 14, plot.bottom + 34, MORE[language], size=SMALL, colour=TEXT_GREY, ha="right")
    sheet.paragraph(width / 2, plot.bottom + 34 + leading(SMALL), label, ha="center")
    return sheet


def _reach(shown: ShownOutput, cell: ShownCell) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give the bounds of the line: around zero, wide enough for the interval and for what is too small to matter."""
    times, seen = factor(cell), drawn(cell)
    ends = [times * (option(shown, name) or 0.0) for name in ("sesoi", "low", "high")]
    reach = 1.2 * max((abs(end) for end in (*ends, *((seen.low, seen.high) if seen else ()))), default=1.0) or 1.0
    return (-reach, reach), (0.0, 1.0)


def _band(plot: Plot, sesoi: float | None, times: float, note: list[str]) -> None:
    if sesoi:
        left, right = plot.px(-times * sesoi), plot.px(times * sesoi)
        plot.sheet.box(left, plot.top, right - left, plot.bottom - plot.top, SAND)
        plot.sheet.paragraph(plot.px(0), 12, note, colour=SAND_TEXT, ha="center")
    plot.sheet.line((plot.px(0), plot.px(0)), (plot.top, plot.bottom), TEXT_GREY)


def _estimate(plot: Plot, cell: ShownCell, language: Language) -> None:
    seen, middle = drawn(cell), plot.top + 44
    if seen is None:
        plot.sheet.write(plot.px(0), middle, value_text(cell, language), colour=TEXT_GREY, ha="center", halo=True)
        return
    at, low, high = plot.px(seen.value), plot.px(seen.low), plot.px(seen.high)
    plot.sheet.box(low, middle - 3.5, high - low, 7, TEAL)
    plot.axes.plot([seen.value], [plot.y_at(middle)], "o", color=TEAL, markersize=12, mec=WHITE, mew=1.5, clip_on=False)
    text = with_unit(cell, language, signed=True)
    half = text_width(text, TITLE, bold=True) / 2
    x = min(max(at, half + 2), plot.sheet.width - half - 2)
    plot.sheet.write(x, middle - 23, text, size=TITLE, colour=TEAL, bold=True, ha="center")
    for end, pixel, outward in ((cell.low, low, "right"), (cell.high, high, "left")):
        if end is not None:
            told = number(factor(cell) * end, cell.digits, language=language, signed=True)
            ha = _anchor(
                plot, pixel, text_width(told, SMALL), "center" if high - low > 2.2 * text_width(told, SMALL) else outward
            )
            plot.sheet.write(pixel, middle + 19, told, size=SMALL, colour=TEAL, ha=ha)


def _anchor(plot: Plot, pixel: float, width: float, wanted: str) -> str:
    """Choose how a label hangs at its pixel, so that the line at zero does not run through it and it stays on the sheet."""
    starts = {"center": pixel - width / 2, "right": pixel - width, "left": pixel}
    free = [
        ha
        for ha in (wanted, "right", "left", "center")
        if not starts[ha] - 3 < plot.px(0) < starts[ha] + width + 3 and 0 <= starts[ha] <= plot.sheet.width - width
    ]
    return (free or [wanted])[0]
