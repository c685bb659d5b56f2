"""How a protected cell prints, in either language: on the page, in a figure, in a sentence and for a screen reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gm_workbench.outputs.cells import PARTS
from gm_workbench.outputs.output import Measure, ShownCell, ShownOutput, Suppressed
from gm_workbench.vocabulary.text import Language, Text, number

UNITS = {
    "persons": Text("personen", "persons"),
    "points": Text("punten", "points"),
    "probability": Text("%", "%"),
    "share": Text("%", "%"),
    "percent": Text("%", "%"),
    "difference in probability": Text("procentpunt", "percentage points"),
    "percentage points": Text("procentpunt", "percentage points"),
    "euro": Text("€", "€"),
    "euro per hour": Text("€ per uur", "€ per hour"),
    "euro per month": Text("€ per maand", "€ per month"),
    "euro per person-month": Text("€ per persoon per maand", "€ per person per month"),
    "euro per month with spend": Text("€ per maand met uitgaven", "€ per month with spend"),
    "points per 10 points": Text("punten per 10 punten", "points per 10 points"),
    "months": Text("maanden", "months"),
    "years": Text("jaren", "years"),
    "places of 100": Text("van 100", "of 100"),
    "coaches": Text("consulenten", "coaches"),
    "teams": Text("teams", "teams"),
    "values": Text("waarden", "values"),
    "standard deviations": Text("standaarddeviaties", "standard deviations"),
}

PERCENT = "%"
TO = Text("tot", "to")
FEWER = Text("minder dan {n} personen", "fewer than {n} persons")
HIDDEN = Text("verborgen om personen te beschermen", "hidden to protect persons")


def factor(cell: ShownCell) -> float:
    """Give what a cell's number is multiplied with before it prints: 100 for a part of one, else 1."""
    return 100.0 if cell.measure is Measure.SHARE or cell.unit in PARTS else 1.0


def unit_word(cell: ShownCell, language: Language) -> str:
    """Give the unit as it prints behind or above a number; empty for a number without a unit."""
    if cell.measure is Measure.SHARE:
        return PERCENT
    return UNITS[cell.unit][language] if cell.unit in UNITS else cell.unit


def value_text(cell: ShownCell, language: Language, *, signed: bool = False) -> str:
    """Write the cell's number, or its suppression mark.

    >>> cell = ShownCell("a", "b", Measure.SHARE, 0.456, None, None, None, 120, "share", 1)
    >>> value_text(cell, "nl")
    '45,6'
    """
    if isinstance(cell.value, Suppressed):
        return str(cell.value)
    return number(factor(cell) * cell.value, cell.digits, language=language, signed=signed)


def with_unit(cell: ShownCell, language: Language, *, signed: bool = False) -> str:
    """Write the number and its unit, as in `45,6 %`, `€ 61` and `+2,9 punten`; persons need no word."""
    text, unit = value_text(cell, language, signed=signed), unit_word(cell, language)
    if cell.hidden or unit in ("", UNITS["persons"][language]):
        return text
    if unit.startswith("€"):
        return f"€\N{NO-BREAK SPACE}{text}{unit[1:]}"
    gap = "" if unit == PERCENT and language == "en" else "\N{NO-BREAK SPACE}"
    return f"{text}{gap}{unit}"


def compact(cell: ShownCell, language: Language) -> str:
    """Write the number with nothing but its sign, as in `€ 61` and `45 %`, where an axis names the unit in full."""
    text, unit = value_text(cell, language), unit_word(cell, language)
    if cell.hidden or not (unit == PERCENT or unit.startswith("€")):
        return text
    return f"€\N{NO-BREAK SPACE}{text}" if unit != PERCENT else f"{text}\N{NO-BREAK SPACE}%" if language == "nl" else f"{text}%"


def interval_text(cell: ShownCell, language: Language, *, signed: bool = False) -> str:
    """Write the interval, as in `−0,4 tot +6,1`; empty where there is none or the cell is hidden."""
    if cell.hidden or cell.low is None or cell.high is None:
        return ""
    low, high = (number(factor(cell) * end, cell.digits, language=language, signed=signed) for end in (cell.low, cell.high))
    return f"{low} {TO[language]} {high}"


def n_text(cell: ShownCell, language: Language) -> str:
    """Write the rounded number of persons behind a cell, or its suppression mark."""
    return str(cell.n) if isinstance(cell.n, Suppressed) else number(cell.n, language=language)


def spoken(mark: Suppressed, language: Language) -> str:
    """Say a suppression mark in words, for those who hear the page.

    >>> spoken(Suppressed(10), "nl")
    'minder dan 10 personen'
    """
    return HIDDEN[language] if mark.below is None else FEWER[language].format(n=mark.below)


def is_signed(cells: Iterable[ShownCell]) -> bool:
    """Whether these numbers are differences: at least one of them, or of their intervals, lies below zero."""
    return any(not isinstance(cell.value, Suppressed) and min(cell.value, cell.low or 0.0) < 0 for cell in cells)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A number that may be drawn, as it prints: parts of one are hundredths; without an interval, the value thrice."""

    value: float
    low: float
    high: float


def drawn(cell: ShownCell | None) -> Drawn | None:
    """Give what may be drawn of a cell: nothing when it is hidden or not there."""
    if cell is None or isinstance(cell.value, Suppressed):
        return None
    times = factor(cell)
    low, high = (cell.value if end is None else end for end in (cell.low, cell.high))
    return Drawn(times * cell.value, times * low, times * high)


def rows_of(shown: ShownOutput) -> list[str]:
    """Give the row keys in the order in which they first occur."""
    return list(dict.fromkeys(cell.row for cell in shown.cells))


def columns_of(shown: ShownOutput) -> list[str]:
    """Give the column keys in the order in which they first occur."""
    return list(dict.fromkeys(cell.column for cell in shown.cells))


def option(shown: ShownOutput, name: str) -> float | None:
    """Give an option of the output as a number, if it has it."""
    value = shown.words.options.get(name)
    return float(value) if isinstance(value, int | float) else None


def strong_keys(shown: ShownOutput) -> tuple[str, ...]:
    """Give the rows that the output wants drawn strongly."""
    value = shown.words.options.get("strong", ())
    return (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()


def axis_label(shown: ShownOutput, name: str, language: Language) -> str:
    """Give the words of an axis, empty when the output has none."""
    axis = shown.words.axes.get(name)
    return axis.label[language] if axis else ""
