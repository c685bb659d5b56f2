"""A square of shaded cells with their numbers printed: from the rows, to the columns."""

from __future__ import annotations

from collections.abc import Sequence

from gm_workbench.outputs.output import Measure, ShownCell, ShownOutput
from gm_workbench.outputs.printed import axis_label, columns_of, drawn, n_text, rows_of, value_text
from gm_workbench.outputs.sheet import Sheet
from gm_workbench.outputs.style import (
    INK,
    NARROW,
    PALE,
    SMALL,
    TEXT_GREY,
    WHITE,
    WIDE,
    leading,
    text_width,
    wrap,
)
from gm_workbench.vocabulary.text import Language

LIGHT, DARK = (244, 248, 248), (11, 85, 99)
BLACK = "#000000"
TURNS_WHITE = 0.75  # share of the darkest shade from which numbers are white: below it black, so that contrast stays above 4.5


def draw_matrix(shown: ShownOutput, language: Language, narrow: bool) -> Sheet:
    """Draw a shaded square; the darker, the larger. A hidden number prints its mark on white."""
    rows, columns = rows_of(shown), columns_of(shown)
    width = NARROW if narrow else WIDE
    names = {row: wrap(shown.words.label(row)[language], 84 if narrow else 190, SMALL) for row in rows}
    left = max(text_width(part, SMALL) for name in names.values() for part in name) + 12
    side = min((width - left) / len(columns), 150.0)
    said = [shown.words.label(column)[language] for column in columns]
    size = head_size(said, side - 4, 11.0 if narrow else SMALL)
    heads = [wrap(one, side - 4, size) for one in said]
    y_label = wrap(axis_label(shown, "y", language), left - 8, SMALL)
    x_label = wrap(axis_label(shown, "x", language), width - left, SMALL)
    top = leading(SMALL) * (max(map(len, heads)) + len(x_label)) + 14
    tall = min(side, 52.0)
    sheet = Sheet.blank(width, top + tall * len(rows) + 6)
    sheet.paragraph(left, 8, x_label)
    sheet.paragraph(0, top - 4 - leading(SMALL) * (len(y_label) - 0.5), y_label)
    for place, head in enumerate(heads):
        first = top - 4 - leading(SMALL) * (len(head) - 0.5)
        sheet.paragraph(left + side * (place + 0.5), first, head, size=size, ha="center")
    for place, row in enumerate(rows):
        middle = top + tall * (place + 0.5)
        sheet.paragraph(0, middle - leading(SMALL) * (len(names[row]) - 1) / 2, names[row], colour=INK)
    _squares(sheet, shown, (left, top, side, tall), language)
    sheet.mark(shown.words.kind, language)
    return sheet


def head_size(heads: Sequence[str], room: float, largest: float) -> float:
    """Give the size of letters at which the longest word of the heads has room, so that heads do not run into each other.

    >>> head_size(["no pay"], 200.0, 11.0), head_size(["permanent"], 40.0, 11.0) < 11.0
    (11.0, True)
    """
    longest = max(text_width(word, largest) for head in heads for word in head.split())
    return largest * min(1.0, room / longest)


def _squares(sheet: Sheet, shown: ShownOutput, grid: tuple[float, float, float, float], language: Language) -> None:
    left, top, side, tall = grid
    most = max((seen.value for cell in shown.cells if (seen := drawn(cell)) is not None), default=1.0) or 1.0
    for down, row in enumerate(rows_of(shown)):
        for across, column in enumerate(columns_of(shown)):
            cell, corner = shown.cell(row, column), (left + side * across, top + tall * down)
            if cell is not None:
                _square(sheet, cell, (*corner, side, tall), most, language)


def _square(sheet: Sheet, cell: ShownCell, box: tuple[float, float, float, float], most: float, language: Language) -> None:
    left, top, side, tall = box
    seen = drawn(cell)
    share = 0.0 if seen is None else max(seen.value, 0.0) / most
    sheet.box(left + 1, top + 1, side - 2, tall - 2, WHITE if seen is None else shade(share))
    if seen is None:
        for y in (top + 1, top + tall - 1):
            sheet.line((left + 1, left + side - 1), (y, y), PALE)
    ink = TEXT_GREY if seen is None else WHITE if share >= TURNS_WHITE else BLACK
    text = n_text(cell, language) if cell.measure is Measure.COUNT else value_text(cell, language)
    sheet.write(left + side / 2, top + tall / 2, text, colour=ink, ha="center", bold=share >= TURNS_WHITE)


def shade(share: float) -> str:
    """Give the colour of a cell that is this share of the largest."""
    red, green, blue = (round(light + share * (dark - light)) for light, dark in zip(LIGHT, DARK, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"
