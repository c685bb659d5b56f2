"""A picture in a page: both widths inside the file, and words for who cannot see it."""

from __future__ import annotations

import struct
from base64 import b64encode
from html import escape

from gm_workbench.errors import OutputError
from gm_workbench.outputs.figures import draw
from gm_workbench.outputs.output import Shape, ShownOutput
from gm_workbench.outputs.sentences import say
from gm_workbench.outputs.style import DENSITY
from gm_workbench.vocabulary.text import Language

PHONE = "(max-width: 600px)"
FEWEST_LETTERS = 15
PLACEHOLDERS = frozenset(
    {"no description has been provided for this image", "image", "figure", "plot", "chart", "figuur", "grafiek"}
)
"""Texts that tools put where words should be; a checker of accessibility accepts them, a reader cannot."""


def alt_text(shown: ShownOutput, language: Language) -> str:
    """Fill the alt text of an output.

    Raises
    ------
    OutputError
        When it is a placeholder, or too short to say anything.
    """
    text = " ".join(say(shown.words.alt, shown, language).split())
    if text.lower().rstrip(".") in PLACEHOLDERS or len(text) < FEWEST_LETTERS or text == shown.words.id:
        raise OutputError(
            f"Output {shown.words.id!r}: alt text ({language}) must say what the figure shows, but it is a placeholder. "
            "Write what a reader who cannot see it must know."
        )
    return text


KEPT = 256
"""Pictures that are kept: more than one report has. The oldest goes first, so that those of this report are still there."""

_kept: dict[tuple[int, Shape, Language, bool], tuple[ShownOutput, bytes]] = {}


def picture(shown: ShownOutput, shape: Shape, language: Language, *, narrow: bool = False) -> bytes:
    """Draw an output, or give what was drawn of this very output before: the page and the notebook show the same picture."""
    key = (id(shown), shape, language, narrow)
    if key not in _kept:
        if len(_kept) == KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = (shown, draw(shown, shape, language, narrow=narrow))  # held, so that its id stays its own
    return _kept[key][1]


def picture_html(shown: ShownOutput, shape: Shape, language: Language) -> str:
    """Draw an output for a page and for a phone, and put both in the file."""
    alt = escape(alt_text(shown, language))
    wide, narrow = picture(shown, shape, language), picture(shown, shape, language, narrow=True)
    return (
        f'<picture><source media="{PHONE}" srcset="{data_uri(narrow)}" {_size(narrow)}>'
        f'<img src="{data_uri(wide)}" {_size(wide)} alt="{alt}"></picture>'
    )


def data_uri(png: bytes) -> str:
    """Write a picture as text that can stand in a page."""
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"


def _size(png: bytes) -> str:
    """Give width and height in CSS pixels, so that nothing moves while a page opens."""
    width, height = struct.unpack(">II", png[16:24])
    return f'width="{width // DENSITY}" height="{height // DENSITY}"'
