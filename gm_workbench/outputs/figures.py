"""Drawing: protected numbers in, the bytes of a picture out. The shapes each have a room of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gm_workbench.errors import OutputError
from gm_workbench.outputs.bars import draw_bars
from gm_workbench.outputs.curves import draw_curve
from gm_workbench.outputs.forest import draw_dots
from gm_workbench.outputs.intervals import draw_interval
from gm_workbench.outputs.maps import draw_map
from gm_workbench.outputs.output import Shape, ShownOutput
from gm_workbench.outputs.sheet import Sheet
from gm_workbench.outputs.squares import draw_matrix
from gm_workbench.outputs.style import own_look
from gm_workbench.outputs.trends import draw_trend
from gm_workbench.vocabulary.text import Language

DRAWN: Mapping[Shape, Callable[[ShownOutput, Language, bool], Sheet]] = {
    Shape.INTERVAL: draw_interval,
    Shape.CURVE: draw_curve,
    Shape.TREND: draw_trend,
    Shape.MAP: draw_map,
    Shape.MATRIX: draw_matrix,
    Shape.DOTS: draw_dots,
    Shape.BARS: draw_bars,
}
"""The shapes that are pictures; tiles, flows, tables and words are text, which a phone and a screen reader can read."""


def draw(shown: ShownOutput, shape: Shape, language: Language, *, narrow: bool = False) -> bytes:
    """Draw an output.

    Parameters
    ----------
    shown : ShownOutput
        Protected numbers; a hidden one is never drawn.
    shape : Shape
        One of `DRAWN`.
    language : {"nl", "en"}
        Of the words and the numbers in the picture.
    narrow : bool
        Whether the picture is for a phone of 360 CSS pixels instead of a page.

    Returns
    -------
    bytes
        A PNG at two pixels per CSS pixel; the same numbers give the same bytes.

    Raises
    ------
    OutputError
        When the shape is not a picture, or the output has no cells to draw.
    """
    if shape not in DRAWN or not shown.cells:
        pictures = ", ".join(sorted(DRAWN))
        raise OutputError(f"Output {shown.words.id!r}: a picture needs cells and a shape among {pictures}, but got {shape}.")
    with own_look():
        return DRAWN[shape](shown, language, narrow).png()
