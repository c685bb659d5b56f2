"""Steps with bands over time, named at their right end, and how many persons were still at risk under them."""

from __future__ import annotations

from gm_workbench.outputs.labels import spread
from gm_workbench.outputs.output import ShownOutput
from gm_workbench.outputs.printed import axis_label
from gm_workbench.outputs.risks import RiskTable
from gm_workbench.outputs.series import GAP, Series, curves_of
from gm_workbench.outputs.sheet import Plot, Sheet
from gm_workbench.outputs.style import NARROW, SMALL, WIDE, leading, month_ticks, padded, text_width, ticks_between, wrap
from gm_workbench.vocabulary.text import Language


def draw_curve(shown: ShownOutput, language: Language, narrow: bool) -> Sheet:
    """Draw cumulative steps with their bands; a gap stands where a number is hidden, and a curve ends where all are."""
    lines, width = curves_of(shown, language), NARROW if narrow else WIDE
    x_label, y_label = (wrap(axis_label(shown, name, language), width - 8, SMALL) for name in ("x", "y"))
    names = {line.key: wrap(line.name, 0.31 * width, SMALL, bold=line.ink.bold) for line in lines}
    margin = max((text_width(part, SMALL, bold=True) for name in names.values() for part in name), default=0.0) + 14
    risks = RiskTable.of(shown, margin, language)
    top = leading(SMALL) * len(y_label) + 12
    bottom = top + (210 if narrow else 300)
    foot = bottom + 30 + leading(SMALL) * len(x_label)
    sheet = Sheet.blank(width, foot + risks.height)
    sheet.mark(shown.words.kind, language)
    plot = sheet.plot(44, top, width - margin, bottom, _times(lines), _heights(lines))
    sheet.paragraph(0, 8, y_label)
    plot.x_label(x_label, 35)
    plot.y_grid(ticks_between(*plot.y, 6), language)
    ticks = month_ticks(*plot.x, most=4 if narrow else 7)
    plot.x_axis(ticks, language)
    for line in reversed(lines):
        _steps(plot, line)
    _names(plot, lines, names)
    risks.draw(plot, foot, ticks, language)
    return sheet


def _times(lines: list[Series]) -> tuple[float, float]:
    times = [x for line in lines for x in line.x] or [0.0, 1.0]
    return min(times), max(max(times), min(times) + 1)


def _heights(lines: list[Series]) -> tuple[float, float]:
    ends = [end for line in lines for value in line.seen if value is not GAP for end in (value.low, value.high)]
    _, high = padded(ends or [0.0, 1.0], include=(0.0,))
    return min([0.0, *ends]), high


def _steps(plot: Plot, line: Series) -> None:
    low, value, high = ([getattr(seen, end) for seen in line.seen] for end in ("low", "value", "high"))
    plot.axes.fill_between(line.x, low, high, step="post", color=line.ink.line, alpha=0.16, linewidth=0)
    width = 1.8 if line.ink.bold else 1.2
    plot.axes.step(line.x, value, where="post", color=line.ink.line, linewidth=width, linestyle=line.ink.dash, clip_on=False)


def _names(plot: Plot, lines: list[Series], names: dict[str, list[str]]) -> None:
    """Name each line at its right end, moved apart where lines end close together."""
    ended = [line for line in lines if line.seen]
    heights = [leading(SMALL) * len(names[line.key]) + 4 for line in ended]
    wanted = [plot.py(line.seen[-1].value) for line in ended]
    for line, height, centre in zip(ended, heights, spread(wanted, heights, plot.top - 6, plot.bottom + 4), strict=True):
        first = centre - height / 2 + 2 + leading(SMALL) / 2
        plot.sheet.paragraph(plot.right + 9, first, names[line.key], colour=line.ink.text, bold=line.ink.bold)
