"""Steps with bands over time, named at their right end, and how many persons were still at risk under them."""

from __future__ import annotations

from dataclasses import dataclass

from gm_workbench.outputs.labels import spread
from gm_workbench.outputs.output import ShownCell, ShownOutput
from gm_workbench.outputs.printed import Drawn, drawn, n_text, rows_of, strong_keys
from gm_workbench.outputs.sheet import Plot, Sheet
from gm_workbench.outputs.style import (
    NARROW,
    SMALL,
    TEXT_GREY,
    WIDE,
    Ink,
    inks,
    leading,
    padded,
    text_width,
    ticks_between,
    wrap,
)
from gm_workbench.vocabulary.text import Language, Text

AT_RISK = "_at_risk"
STILL_AT_RISK = Text("nog gevolgd (afgerond)", "still followed (rounded)")
RISK_LINE = 21.0  # pixels
MONTH_STEPS = (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0)


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, how it is drawn, and its numbers up to the first that is hidden."""

    key: str
    name: str
    ink: Ink
    x: tuple[float, ...]
    seen: tuple[Drawn, ...]


def draw_curve(shown: ShownOutput, language: Language, narrow: bool) -> Sheet:
    """Draw cumulative steps with their bands; a curve stops where its numbers are hidden."""
    lines, risks = curves_of(shown, language), risk_rows(shown, language)
    width = NARROW if narrow else WIDE
    y_label = wrap(axis_label(shown, "y", language), width - 8, SMALL)
    names = {line.key: wrap(line.name, 0.31 * width, SMALL, bold=line.ink.bold) for line in lines}
    margin = max((text_width(part, SMALL, bold=True) for name in names.values() for part in name), default=0.0) + 14
    top = leading(SMALL) * len(y_label) + 12
    bottom = top + (210 if narrow else 300)
    beside = all(text_width(line.name, SMALL) <= margin - 24 for line, _ in risks)
    foot = 44 + RISK_LINE * ((1 if beside else 2) * len(risks) + 1 if risks else 0)
    sheet = Sheet.blank(width, bottom + foot)
    sheet.mark(shown.words.kind, language)
    plot = sheet.plot(44, top, width - margin, bottom, _times(lines), _heights(lines))
    plot.y_grid(ticks_between(*plot.y, 6), language)
    sheet.paragraph(0, 8, y_label)
    for line in reversed(lines):
        _steps(plot, line)
    _names(plot, lines, names)
    ticks = month_ticks(*plot.x, most=4 if narrow else 7)
    plot.x_axis(ticks, language)
    sheet.write(
        (plot.left + plot.right) / 2, bottom + 34, axis_label(shown, "x", language), size=SMALL, colour=TEXT_GREY, ha="center"
    )
    _risks(plot, risks, ticks, beside, language)
    return sheet


def axis_label(shown: ShownOutput, name: str, language: Language) -> str:
    """Give the words of an axis, empty when the output has none."""
    axis = shown.words.axes.get(name)
    return axis.label[language] if axis else ""


def curves_of(shown: ShownOutput, language: Language) -> list[Series]:
    """Give the series of an output, without its rows of persons at risk."""
    keys = [row for row in rows_of(shown) if not row.endswith(AT_RISK)]
    colours = inks(keys, strong_keys(shown))
    return [_series(shown, key, colours[key], language) for key in keys]


def _series(shown: ShownOutput, key: str, ink: Ink, language: Language) -> Series:
    cells = sorted((cell for cell in shown.cells if cell.row == key), key=lambda cell: float(cell.column))
    until = next((place for place, cell in enumerate(cells) if cell.hidden), len(cells))
    seen = tuple(value for cell in cells[:until] if (value := drawn(cell)) is not None)
    return Series(key, shown.words.label(key)[language], ink, tuple(float(cell.column) for cell in cells[:until]), seen)


def risk_rows(shown: ShownOutput, language: Language) -> list[tuple[Series, dict[float, ShownCell]]]:
    """Give the rows of persons at risk by time, each with the series that it stands under."""
    by_row = {row: {float(c.column): c for c in shown.cells if c.row == row} for row in rows_of(shown) if row.endswith(AT_RISK)}
    series = {line.key: line for line in curves_of(shown, language)}
    found = [(series.get(row.removesuffix(AT_RISK)), cells) for row, cells in by_row.items()]
    return [(line, cells) for line, cells in found if line is not None]


def month_ticks(low: float, high: float, most: int) -> list[float]:
    """Give ticks that a reader of months expects: every 1, 2, 3, 6, 12 ... months."""
    step = next((size for size in MONTH_STEPS if (high - low) / size <= most), 120.0)
    first = -(-low // step) * step
    return [first + step * place for place in range(int((high - first) // step) + 1)]


def _times(lines: list[Series]) -> tuple[float, float]:
    times = [x for line in lines for x in line.x] or [0.0, 1.0]
    return min(times), max(max(times), min(times) + 1)


def _heights(lines: list[Series]) -> tuple[float, float]:
    ends = [end for line in lines for value in line.seen for end in (value.low, value.high)]
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


def _risks(
    plot: Plot, rows: list[tuple[Series, dict[float, ShownCell]]], ticks: list[float], beside: bool, language: Language
) -> None:
    """Print who was still followed under the ticks, the series' name beside the numbers or, without room, above them."""
    at = plot.bottom + 58
    if rows:
        plot.sheet.write(0, at, STILL_AT_RISK[language], size=SMALL, colour=TEXT_GREY)
    for line, cells in rows:
        at += RISK_LINE
        name_x = plot.right + 24 if beside else 0.0
        plot.sheet.write(name_x, at, line.name, size=SMALL, colour=line.ink.text, bold=not beside and line.ink.bold)
        at += 0 if beside else RISK_LINE - 3
        texts = {tick: n_text(cells[tick], language) for tick in ticks if tick in cells}
        for tick in _sparse(plot, texts):
            plot.sheet.write(plot.px(tick), at, texts[tick], size=SMALL, colour=line.ink.text, ha="center")


def _sparse(plot: Plot, texts: dict[float, str]) -> list[float]:
    """Give the ticks under which a number fits: all, or every second, third ... one."""
    ticks = list(texts)
    widest = max((text_width(text, SMALL) for text in texts.values()), default=0.0) + 8
    apart = abs(plot.px(ticks[1]) - plot.px(ticks[0])) if len(ticks) > 1 else widest
    return ticks[:: max(1, -int(-widest // apart))]
