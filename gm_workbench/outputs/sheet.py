"""A sheet that is drawn on in CSS pixels, and areas of it with data coordinates.

Nothing here touches matplotlib's global state, so the same numbers give the same bytes whatever a notebook set before.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from PIL import Image, ImageColor

from gm_workbench.outputs.style import (
    BODY,
    DENSITY,
    INK,
    MARK_GREY,
    PALE,
    RULE,
    RUST,
    SMALL,
    TEXT_GREY,
    WHITE,
    font,
    leading,
    text_width,
    ticks_text,
)
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language, Text

COLOURS = 96  # in the palette of a picture
CSS_DPI = 96
POINT = 72 / CSS_DPI  # points in a CSS pixel

WATERMARK = {
    DataKind.SYNTHETIC: Text("synthetische gegevens", "synthetic data"),
    DataKind.PUBLISHED: Text("gepubliceerde data", "published data"),
}


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
            fontproperties=font(size * POINT, bold=bold),
            color=colour,
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
            Rectangle(
                corner, *size, facecolor=colour, edgecolor=edge, linewidth=0, hatch=hatch, transform=self.figure.transFigure
            )
        )

    def plot(
        self, left: float, top: float, right: float, bottom: float, x: tuple[float, float], y: tuple[float, float]
    ) -> Plot:
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
            fontproperties=font(size * POINT, bold=True),
            color=RUST,
            alpha=0.12,
            rotation=min(18.0, 40.0 * self.height / self.width),
            ha="center",
            va="center",
            zorder=4,
        )

    def png(self) -> bytes:
        """Give the drawing as PNG bytes that depend on nothing but what was drawn; a small palette keeps a report light."""
        canvas = FigureCanvasAgg(self.figure)  # which draws at the resolution and on the paper that the sheet was made with
        canvas.draw()  # type: ignore[no-untyped-call]
        drawn = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        picture = Image.frombytes("RGBA", canvas.get_width_height(), drawn).convert("RGB")
        buffer = io.BytesIO()
        _few_colours(picture, ImageColor.getrgb(self.paper)).save(buffer, "PNG")
        return buffer.getvalue()


def _few_colours(picture: Image.Image, paper: tuple[int, ...]) -> Image.Image:
    """Reduce a picture to a palette; an octree takes a quarter of the time of a median cut, but moves the paper's colour."""
    few = picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette, corner = few.getpalette() or [], 3 * few.tobytes()[0]
    palette[corner : corner + 3] = paper
    few.putpalette(palette)
    return few


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

    def x_axis(
        self, ticks: Sequence[float], language: Language, labels: Sequence[str] | None = None, *, line: bool = True
    ) -> None:
        """Draw the horizontal axis with its ticks under the area."""
        if line:
            self.sheet.line((self.left, self.right), (self.bottom, self.bottom), MARK_GREY)
        for tick, label in zip(ticks, labels or ticks_text(ticks, language), strict=True):
            at = self.px(tick)
            self.sheet.line((at, at), (self.bottom, self.bottom + 4), MARK_GREY)
            self.sheet.write(at, self.bottom + 15, label, size=SMALL, colour=TEXT_GREY, ha="center")

    def x_label(self, lines: Sequence[str], top: float) -> None:
        """Write what the x axis is, `top` pixels under the area: under its middle, but within the sheet."""
        half = max((text_width(line, SMALL) for line in lines), default=0.0) / 2
        middle = min(max((self.left + self.right) / 2, half), self.sheet.width - half)
        self.sheet.paragraph(middle, self.bottom + top, lines, ha="center")

    def y_grid(self, ticks: Sequence[float], language: Language) -> None:
        """Draw a pale line across at each tick, its number at the left."""
        for tick, label in zip(ticks, ticks_text(ticks, language), strict=True):
            at = self.py(tick)
            self.sheet.line((self.left, self.right), (at, at), MARK_GREY if tick == 0 else PALE)
            self.sheet.write(self.left - 8, at, label, size=SMALL, colour=TEXT_GREY, ha="right")
