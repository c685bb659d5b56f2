"""The look of every figure: colours, one typeface, widths, and round numbers on axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import matplotlib
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ticker import MaxNLocator

from gm_workbench.vocabulary.text import Language, number

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

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
"""The typeface that comes with matplotlib: one of the same name on this machine may be of another version."""

WIDE, NARROW = 720, 328
WIDE_ANSWER, NARROW_ANSWER = 652, 320
DENSITY = 2  # pixels in a CSS pixel
MONTH_STEPS = (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0)
TITLE, BODY, SMALL = 14.5, 13.0, 12.5


@dataclass(frozen=True, slots=True)
class Ink:
    """How one series is drawn; dashes set series apart where colour cannot."""

    line: str
    text: str
    bold: bool = False
    dash: Literal["-", "--", ":"] = "-"


STRONG = (Ink(TEAL, TEAL, bold=True), Ink(RUST, RUST, bold=True))
QUIET = (Ink(MARK_GREY, TEXT_GREY), Ink(MARK_GREY, TEXT_GREY, dash="--"), Ink(MARK_GREY, TEXT_GREY, dash=":"))


def inks(keys: Sequence[str], strong: Sequence[str]) -> dict[str, Ink]:
    """Give two strong colours to the rows named strong (the first two when none is named), greys to the others."""
    named = [key for key in keys if key in strong] or list(keys[:2])
    quiet = [key for key in keys if key not in named[:2]]
    chosen = dict(zip(named, STRONG, strict=False))
    return chosen | {key: QUIET[place % len(QUIET)] for place, key in enumerate(quiet)}


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of a text in CSS pixels."""
    font = get_font(_font_file(bold))
    font.set_size(size, 72)
    font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64


def font(size: float, *, bold: bool = False) -> FontProperties:
    """Give the typeface at a size in points."""
    return FontProperties(fname=_font_file(bold), size=size)


def _font_file(bold: bool) -> str:
    return str(FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"))


@contextmanager
def own_look() -> Iterator[None]:
    """Draw with matplotlib's own defaults, whatever a user's matplotlibrc or a notebook has set."""
    with matplotlib.rc_context(_defaults()):
        yield


@lru_cache
def _defaults() -> dict[Any, Any]:
    """Give the defaults that decide what is drawn; which backend opens windows is the user's own business."""
    return {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}


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


def leading(size: float) -> float:
    """Give the distance between the lines of a text of this size."""
    return 1.35 * size


def ticks_between(low: float, high: float, most: int) -> list[float]:
    """Give round numbers that lie between two bounds."""
    values = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(value) + 0.0 for value in values if low - slack <= value <= high + slack]


def month_ticks(low: float, high: float, most: int) -> list[float]:
    """Give ticks that a reader of months expects: every 1, 2, 3, 6, 12 ... months."""
    step = next((size for size in MONTH_STEPS if (high - low) / size <= most), 120.0)
    first = -(-low // step) * step
    return [first + step * place for place in range(int((high - first) // step) + 1)]


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
