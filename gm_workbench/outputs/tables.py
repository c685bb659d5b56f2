"""Protected cells as an accessible HTML table: a caption, scopes, numbers at the right, suppression marks that can be heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from gm_workbench.outputs.output import Measure, ShownCell, ShownOutput, Suppressed
from gm_workbench.outputs.printed import (
    columns_of,
    interval_text,
    is_signed,
    n_text,
    rows_of,
    spoken,
    unit_word,
    value_text,
    with_unit,
)
from gm_workbench.vocabulary.text import Language, Text

WIDEST = 6
"""A table with more columns than this, and fewer rows than columns, is turned on its side."""

NEVER_BELOW_ZERO = ("probability", "share")
"""Units in which nothing lies below zero: beside differences they need no sign."""

PERSONS = Text("personen", "persons")
RIGHT, OFF = Text("komt uit", "equal"), Text("wijkt af", "off")
NEARLY = Text("niet tot op het laatste cijfer", "not to the last digit")

NEAR = "nearly"
"""Option of an output that judges its rows: those that are not off, and not equal to the last digit either."""

"""What a table that judges its rows says of each, beside the colour."""

VERDICT = Text("oordeel", "verdict")
SCROLLS = Text("tabel, schuift zijwaarts", "table, scrolls sideways")


@dataclass(frozen=True, slots=True)
class _Grid:
    """Cells by row and column as they will be printed, turned where that reads better."""

    shown: ShownOutput
    rows: Sequence[str]
    columns: Sequence[str]
    turned: bool

    def at(self, row: str, column: str) -> ShownCell | None:
        return self.shown.cell(column, row) if self.turned else self.shown.cell(row, column)

    def column(self, column: str) -> list[ShownCell]:
        return [cell for row in self.rows if (cell := self.at(row, column)) is not None]


def table_html(shown: ShownOutput, language: Language, *, caption: str, with_n: bool = False) -> str:
    """Write the cells of an output as an HTML table.

    Parameters
    ----------
    shown : ShownOutput
        Protected numbers; a hidden one prints as its mark and is spoken in words.
    language : {"nl", "en"}
    caption : str
        The table's `<caption>`.
    with_n : bool
        Whether each number that is not itself a count carries the rounded number of persons behind it.
    """
    rows, columns = rows_of(shown), columns_of(shown)
    turned = len(columns) > max(WIDEST, len(rows))
    grid = _Grid(shown, *((columns, rows) if turned else (rows, columns)), turned)
    unit = _common_unit(shown.cells, language)
    head = "".join(_head(grid, column, language, named=bool(unit)) for column in grid.columns)
    corner = escape(shown.words.row_title[language]) if not turned else ""
    first = f'<th scope="col">{corner}</th>' if corner else "<td></td>"
    judged = f'<th scope="col">{VERDICT[language]}</th>' if shown.words.off is not None else ""
    body = "".join(_row(grid, row, language, with_n) for row in grid.rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)} ({SCROLLS[language]})"><table>'
        f"{_caption(caption, unit)}<thead><tr>{first}{head}{judged}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _caption(caption: str, unit: str) -> str:
    """Write the caption: for who hears the page, with the unit of all numbers for everybody."""
    if not unit:
        return f'<caption class="unseen">{escape(caption)}</caption>'
    return f'<caption><span class="unseen">{escape(caption)} </span>{escape(unit)}</caption>'


def _head(grid: _Grid, column: str, language: Language, *, named: bool) -> str:
    """Name a column, and its unit unless the caption of the table has done so."""
    unit = "" if named else _common_unit(grid.column(column), language)
    name = escape(grid.shown.words.label(column)[language])
    return f'<th scope="col" class="number">{name}{f" <small>({escape(unit)})</small>" if unit else ""}</th>'


def _common_unit(cells: Sequence[ShownCell], language: Language) -> str:
    """Give the unit of a column, empty when its cells differ in it or need none."""
    units = {unit_word(cell, language) for cell in cells}
    return units.pop() if len(units) == 1 and not units & {PERSONS[language]} else ""


def _row(grid: _Grid, row: str, language: Language, with_n: bool) -> str:
    cells = "".join(_cell(grid, row, column, language, with_n) for column in grid.columns)
    words = grid.shown.words
    note = f" <small>{escape(words.row_notes[row][language])}</small>" if row in words.row_notes else ""
    name = f'<th scope="row">{escape(words.label(row)[language])}{note}</th>'
    if words.off is None:
        return f"<tr>{name}{cells}</tr>"
    wrong = row in words.off
    mark = ' class="off"' if wrong else ""
    near = words.options.get(NEAR)
    right = NEARLY if isinstance(near, tuple) and row in near else RIGHT
    verdict = f"<td><b>{OFF[language]}</b></td>" if wrong else f"<td>{right[language]}</td>"
    return f"<tr{mark}>{name}{cells}{verdict}</tr>"


def _cell(grid: _Grid, row: str, column: str, language: Language, with_n: bool) -> str:
    cell = grid.at(row, column)
    if cell is None:
        return "<td></td>"
    signed = is_signed(grid.column(column)) and cell.unit not in NEVER_BELOW_ZERO
    named = bool(_common_unit(grid.column(column), language))
    value = value_text(cell, language, signed=signed) if named else with_unit(cell, language, signed=signed)
    interval = interval_text(cell, language, signed=signed)
    parts = [marked(cell.value, value, language)]
    parts += [f'<span class="interval">({interval})</span>'] if interval else []
    parts += [_n(cell, language)] if with_n and cell.measure is not Measure.COUNT and not cell.hidden else []
    return f'<td class="number">{" ".join(parts)}</td>'


def _n(cell: ShownCell, language: Language) -> str:
    return f"<small>n = {marked(cell.n, n_text(cell, language), language)}</small>"


def marked(value: float | Suppressed, text: str, language: Language) -> str:
    """Write a number, or a suppression mark together with the words for who hears it."""
    if isinstance(value, Suppressed):
        return f'<span class="mark" role="img" aria-label="{escape(spoken(value, language))}">{escape(text)}</span>'
    return escape(text)
