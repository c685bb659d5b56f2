"""The lines of a curve, and the persons still at risk beside them, read from protected cells."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gm_workbench.outputs.output import ShownCell, ShownOutput
from gm_workbench.outputs.printed import Drawn, drawn, rows_of, strong_keys
from gm_workbench.outputs.style import Ink, inks
from gm_workbench.vocabulary.text import Language

AT_RISK = "_at_risk"


GAP = Drawn(math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, how it is drawn, and its numbers up to the last that is shown; `GAP` where one before is hidden."""

    key: str
    name: str
    ink: Ink
    x: tuple[float, ...]
    seen: tuple[Drawn, ...]


def curves_of(shown: ShownOutput, language: Language) -> list[Series]:
    """Give the series of an output, without its rows of persons at risk."""
    keys = [row for row in rows_of(shown) if not row.endswith(AT_RISK)]
    colours = inks(keys, strong_keys(shown))
    return [_series(shown, key, colours[key], language) for key in keys]


def _series(shown: ShownOutput, key: str, ink: Ink, language: Language) -> Series:
    cells = sorted((cell for cell in shown.cells if cell.row == key), key=lambda cell: float(cell.column))
    until = max((place for place, cell in enumerate(cells, 1) if not cell.hidden), default=0)
    seen = tuple(drawn(cell) or GAP for cell in cells[:until])
    return Series(key, shown.words.label(key)[language], ink, tuple(float(cell.column) for cell in cells[:until]), seen)


def risk_rows(shown: ShownOutput, language: Language) -> list[tuple[Series, dict[float, ShownCell]]]:
    """Give the rows of persons at risk by time, each with the series that it stands under."""
    by_row = {row: {float(c.column): c for c in shown.cells if c.row == row} for row in rows_of(shown) if row.endswith(AT_RISK)}
    series = {line.key: line for line in curves_of(shown, language)}
    found = [(series.get(row.removesuffix(AT_RISK)), cells) for row, cells in by_row.items()]
    return [(line, cells) for line, cells in found if line is not None]
