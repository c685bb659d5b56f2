"""Tiles and flows as HTML: text that a phone can wrap, a reader can copy and a screen reader can say."""

from __future__ import annotations

from html import escape

from gm_workbench.outputs.output import ShownCell, ShownOutput, Suppressed
from gm_workbench.outputs.printed import columns_of, interval_text, n_text, rows_of, with_unit
from gm_workbench.outputs.tables import marked
from gm_workbench.vocabulary.text import MINUS, Language, Text, number

LOST = Text("vielen af", "dropped out")
HIDDEN = Text("niet getoond, om personen te beschermen", "not shown, to protect persons")
LOST_COLUMN = "lost"


def tiles_html(shown: ShownOutput, language: Language) -> str:
    """Write a few facts side by side: a number or a word, and what it is."""
    words = shown.words
    keys = list(dict.fromkeys([*rows_of(shown), *words.tile_words]))
    return f'<dl class="tiles">{"".join(_tile(shown, key, language) for key in keys)}</dl>'


def _tile(shown: ShownOutput, key: str, language: Language) -> str:
    label = escape(shown.words.label(key)[language])
    if key in shown.words.tile_words:
        return f"<div><dt>{label}</dt><dd>{escape(shown.words.tile_words[key][language])}</dd></div>"
    cell = next(cell for cell in shown.cells if cell.row == key)
    hidden = isinstance(cell.value, Suppressed) and cell.value.reason != "empty"
    interval = HIDDEN[language] if hidden else interval_text(cell, language)
    note = f' <span class="interval">({interval})</span>' if interval else ""
    return f"<div><dt>{label}{note}</dt><dd>{marked(cell.value, _fact(cell, language), language)}</dd></div>"


def _fact(cell: ShownCell, language: Language) -> str:
    """Write a tile's number with a sign for percents and euros only: what it counts stands under it."""
    text = with_unit(cell, language)
    return text if "%" in text or "€" in text else text.split("\N{NO-BREAK SPACE}")[0]


def flow_html(shown: ShownOutput, language: Language) -> str:
    """Write persons as a flow: each step with its number and a bar to scale, each loss between two steps.

    A loss is the difference of two printed numbers, or the cell in the column `lost` where the output has one; the label
    ``<row>_why`` says why.
    """
    steps = [cell for cell in shown.cells if cell.column != LOST_COLUMN and cell.column == _first_column(shown)]
    most = max((cell.n for cell in steps if not isinstance(cell.n, Suppressed)), default=0)
    parts = [_step(shown, cell, before, most, language) for before, cell in zip([None, *steps], steps, strict=False)]
    return f'<ol class="flow">{"".join(parts)}</ol>'


def _first_column(shown: ShownOutput) -> str:
    return next(column for column in columns_of(shown) if column != LOST_COLUMN)


def _step(shown: ShownOutput, cell: ShownCell, before: ShownCell | None, most: int, language: Language) -> str:
    label = escape(shown.words.label(cell.row)[language])
    width = 0.0 if isinstance(cell.n, Suppressed) or not most else 100 * cell.n / most
    return (
        f"<li>{_loss(shown, cell, before, language)}"
        f'<span class="persons">{marked(cell.n, n_text(cell, language), language)}</span> <span class="step">{label}</span>'
        f'<span class="bar" style="width:{width:.1f}%"></span></li>'
    )


def _loss(shown: ShownOutput, cell: ShownCell, before: ShownCell | None, language: Language) -> str:
    text = _lost(shown, cell, before, language)
    if not text:
        return ""
    why = shown.words.labels.get(f"{cell.row}_why", LOST)[language]
    return f'<span class="loss">{text} <span class="why">{escape(why)}</span></span>'


def _lost(shown: ShownOutput, cell: ShownCell, before: ShownCell | None, language: Language) -> str:
    """Write how many were lost at a step; empty when none were, or when that would tell a hidden number."""
    own = shown.cell(cell.row, LOST_COLUMN)
    if own is not None:
        return MINUS + marked(own.n, n_text(own, language), language)
    if before is None or isinstance(before.n, Suppressed) or isinstance(cell.n, Suppressed) or before.n <= cell.n:
        return ""
    return MINUS + number(before.n - cell.n, language=language)
