"""The look of every figure: colours, one typeface, and a sheet that is drawn on in CSS pixels.

Nothing here touches matplotlib's global state, so the same numbers give the same bytes whatever a notebook set before.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from PIL import Image

from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, Text, number

TEAL = "#0b5563"
RUST = "#b0432a"
INK = "#1c2a31"
TEXT_GREY = "#566269"
MARK_GREY = "#8d999f"
RULE = "#c5cdd1"
PALE = "#e9edee"
SAND = "#e6d6b4"
SAND_TEXT = "#6b5624"
CREAM = "#f7f2e8"
WHITE = "#ffffff"

FAMILY = "DejaVu Sans"
WIDE, NARROW = 720, 328
WIDE_ANSWER, NARROW_ANSWER = 652, 320
DENSITY = 2
COLOURS = 96
CSS_DPI = 96
POINT = 72 / CSS_DPI  # points in a CSS pixel
TITLE, BODY, SMALL = 14.0, 13.0, 12.0

WATERMARK = {
    DataKind.SYNTHETIC: Text("synthetische gegevens", "synthetic data"),
    DataKind.PUBLISHED: Text("gepubliceerde data", "published data"),
}


@dataclass(frozen=True, slots=True)
class Ink:
    """How one series is drawn; dashes set series apart where colour cannot."""

    line: str
    text: str
    bold: bool = False
    dash: str | tuple[int, tuple[int, ...]] = "-"


STRONG = (Ink(TEAL, TEAL, bold=True), Ink(RUST, RUST, bold=True))
QUIET = (Ink(MARK_GREY, TEXT_GREY), Ink(MARK_GREY, TEXT_GREY, dash=(0, (4, 2))), Ink(MARK_GREY, TEXT_GREY, dash=(0, (1, 1.5))))


def inks(keys: Sequence[str], strong: Sequence[str]) -> dict[str, Ink]:
    """Give two strong colours to the rows named strong (the first two when none is named), greys to the others."""
    named = [key for key in keys if key in strong] or list(keys[:2])
    quiet = [key for key in keys if key not in named[:2]]
    chosen = dict(zip(named, STRONG, strict=False))
    return chosen | {key: QUIET[place % len(QUIET)] for place, key in enumerate(quiet)}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of a text in CSS pixels."""
    font = get_font(_font_file(bold))
    font.set_size(size, 72)
    font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64


@lru_cache
def _font_file(bold: bool) -> str:
    return str(findfont(FontProperties(family=FAMILY, weight="bold" if bold else "normal")))


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most `width` pixels; a single long word keeps its own line."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing surface measured in CSS pixels from its top left corner."""

    width: float
    height: float
    figure: Figure
    paper: str = WHITE

    @classmethod
    def blank(cls, width: float, height: float, paper: str = WHITE) -> Sheet:
        figure = Figure(figsize=(width / CSS_DPI, height / CSS_DPI), dpi=CSS_DPI * DENSITY, facecolor=paper)
        return cls(width, height, figure, paper)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = BODY,
        colour: str = INK,
        bold: bool = False,
        ha: str = "left",
        va: str = "center",
        halo: bool = False,
    ) -> None:
        """Put a line of text with its anchor at (x, y); `halo` clears the paper behind it."""
        box = {"facecolor": self.paper, "edgecolor": "none", "pad": 1.0} if halo else None
        self.figure.text(
            x / self.width,
            1 - y / self.height,
            text,
            fontsize=size * POINT,
            family=FAMILY,
            color=colour,
            weight="bold" if bold else "normal",
            ha=ha,
            va="center_baseline" if va == "center" else va,
            bbox=box,
            zorder=5,
            parse_math=False,
        )

    def paragraph(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        *,
        size: float = SMALL,
        colour: str = TEXT_GREY,
        bold: bool = False,
        ha: str = "left",
        halo: bool = False,
    ) -> None:
        """Put lines of text under each other, the middle of the first at y."""
        for place, line in enumerate(lines):
            self.write(x, y + place * leading(size), line, size=size, colour=colour, bold=bold, ha=ha, halo=halo)

    def line(self, x: Sequence[float], y: Sequence[float], colour: str = RULE, width: float = 1.0) -> None:
        """Draw a line through points given in pixels."""
        across = [value / self.width for value in x]
        down = [1 - value / self.height for value in y]
        self.figure.add_artist(Line2D(across, down, color=colour, linewidth=width * POINT, solid_capstyle="butt", zorder=1))

    def box(self, left: float, top: float, width: float, height: float, colour: str, *, hatch: str | None = None) -> None:
        """Fill a rectangle given in pixels."""
        corner = (left / self.width, 1 - (top + height) / self.height)
        size = (width / self.width, height / self.height)
        edge = RULE if hatch else "none"
        self.figure.add_artist(
            Rectangle(corner, *size, facecolor=colour, edgecolor=edge, linewidth=0, hatch=hatch, transform=self.figure.transFigure)
        )

    def plot(self, left: float, top: float, right: float, bottom: float, x: tuple[float, float], y: tuple[float, float]) -> Plot:
        """Open an area between pixel bounds whose data run over x and y; it has no axes of its own."""
        rectangle = (
            left / self.width,
            1 - bottom / self.height,
            (right - left) / self.width,
            (bottom - top) / self.height,
        )
        axes = self.figure.add_axes(rectangle, xlim=x, ylim=y, zorder=2)  # above the grid, under the words
        axes.set_axis_off()
        return Plot(self, axes, left, top, right, bottom, x, y)

    def mark(self, kind: DataKind, language: Language) -> None:
        """Write the kind of data across the sheet, for data that say nothing about a Dutch municipality of today."""
        if kind not in WATERMARK:
            return
        text = WATERMARK[kind][language].upper()
        size = min(0.86 * self.width / text_width(text, 1, bold=True), 0.5 * self.height)
        self.figure.text(
            0.5,
            0.5,
            text,
            fontsize=size * POINT,
            family=FAMILY,
            weight="bold",
            color=RUST,
            alpha=0.12,
            rotation=min(18.0, 40.0 * self.height / self.width),
            ha="center",
            va="center",
            zorder=10,
        )

    def png(self) -> bytes:
        """Give the drawing as PNG bytes that depend on nothing but what was drawn; a small palette keeps a report light."""
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        buffer = io.BytesIO()
        picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(buffer, "PNG")
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Plot:
    """An area of a sheet with data coordinates."""

    sheet: Sheet
    axes: Axes
    left: float
    top: float
    right: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]

    def px(self, value: float) -> float:
        """Give the pixel at which an x value stands."""
        return self.left + (value - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left)

    def py(self, value: float) -> float:
        """Give the pixel at which a y value stands."""
        return self.bottom - (value - self.y[0]) / (self.y[1] - self.y[0]) * (self.bottom - self.top)

    def y_at(self, pixel: float) -> float:
        """Give the y value that stands at a pixel row."""
        return self.y[0] + (self.bottom - pixel) / (self.bottom - self.top) * (self.y[1] - self.y[0])

    def x_axis(self, ticks: Sequence[float], language: Language, labels: Sequence[str] | None = None, *, line: bool = True) -> None:
        """Draw the horizontal axis with its ticks under the area."""
        if line:
            self.sheet.line((self.left, self.right), (self.bottom, self.bottom), MARK_GREY)
        for tick, label in zip(ticks, labels or ticks_text(ticks, language), strict=True):
            at = self.px(tick)
            self.sheet.line((at, at), (self.bottom, self.bottom + 4), MARK_GREY)
            self.sheet.write(at, self.bottom + 15, label, size=SMALL, colour=TEXT_GREY, ha="center")

    def y_grid(self, ticks: Sequence[float], language: Language) -> None:
        """Draw a pale line across at each tick, its number at the left."""
        for tick, label in zip(ticks, ticks_text(ticks, language), strict=True):
            at = self.py(tick)
            self.sheet.line((self.left, self.right), (at, at), MARK_GREY if tick == 0 else PALE)
            self.sheet.write(self.left - 8, at, label, size=SMALL, colour=TEXT_GREY, ha="right")


def leading(size: float) -> float:
    """Give the distance between the lines of a text of this size."""
    return 1.35 * size


def ticks_between(low: float, high: float, most: int) -> list[float]:
    """Give round numbers that lie between two bounds."""
    values = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(value) + 0.0 for value in values if low - slack <= value <= high + slack]


def ticks_text(ticks: Sequence[float], language: Language) -> list[str]:
    """Write ticks with as many decimals as the finest of them needs.

    >>> ticks_text([0.0, 0.25, 0.5], "nl")
    ['0,00', '0,25', '0,50']
    """
    digits = next((d for d in range(4) if all(abs(round(t, d) - t) < 1e-9 for t in ticks)), 4)
    return [number(tick, digits, language=language) for tick in ticks]


def padded(values: Sequence[float], *, include: Sequence[float] = (), share: float = 0.06) -> tuple[float, float]:
    """Give bounds that hold all values with some air around them."""
    low, high = min((*values, *include)), max((*values, *include))
    air = share * ((high - low) or max(abs(high), 1.0))
    return low - air, high + air
