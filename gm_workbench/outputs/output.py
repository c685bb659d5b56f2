"""An output is a value that may be shown: its words, its cells, and the counts behind every cell.

An `Output` cannot be made without those counts. What it may say is decided later, by the guard, from the cells alone: words
that quote a number do so through a `Slot`, so that they are filled with the *protected* number, or not said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from gm_workbench.errors import OutputError
from gm_workbench.outputs.cell import Cell as Cell
from gm_workbench.outputs.cell import Key as Key
from gm_workbench.outputs.cell import Measure as Measure
from gm_workbench.outputs.sentence import NUMBER_HIDDEN as NUMBER_HIDDEN
from gm_workbench.outputs.sentence import Candidate as Candidate
from gm_workbench.outputs.sentence import Sentence as Sentence
from gm_workbench.outputs.sentence import Slot as Slot
from gm_workbench.outputs.sentence import plain as plain
from gm_workbench.outputs.sentence import verdict as verdict
from gm_workbench.outputs.whom import Beyond as Beyond
from gm_workbench.outputs.whom import Whom as Whom
from gm_workbench.outputs.words import Axis as Axis
from gm_workbench.outputs.words import Role as Role
from gm_workbench.outputs.words import Shape as Shape
from gm_workbench.outputs.words import Words as Words
from gm_workbench.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Sum:
    """A count cell that is the sum of others in the same output, so that the guard knows what can be subtracted."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """Words and cells: a value that may be shown once the guard has protected it.

    `sums` says which counts add up to which. Cells may only be missing where there is nothing to count: an absent section, or
    words alone.
    """

    words: Words
    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...] = ()

    def __post_init__(self) -> None:
        faults = [text for wrong, text in _output_faults(self) if wrong]
        if faults:
            raise OutputError(f"Output {self.words.id!r}: {'; '.join(faults)}.")

    @property
    def id(self) -> str:
        return self.words.id


def _output_faults(output: Output) -> list[tuple[bool, str]]:
    words = output.words
    keys = [cell.key for cell in output.cells]
    known = set(keys)
    slots = [slot for sentence in (words.sentence, words.alt, *words.more) for slot in sentence.quoted]
    summed = [key for total in output.sums for key in (total.total, *total.parts)]
    wordless = words.role is Role.ABSENT or words.shown_as == (Shape.WORDS,) or bool(words.tile_words)
    square = Shape.MATRIX in words.shown_as
    no_estimate = not output.cells or output.cells[0].measure is not Measure.ESTIMATE
    return [
        (len(known) < len(keys), "two cells share a row and column"),
        (not output.cells and not wordless, "cells are missing, so nothing says how many persons are behind it"),
        (any((slot.row, slot.column) not in known for slot in slots), "a sentence quotes a cell that is not there"),
        (any(key not in known for key in summed), "a sum names a cell that is not there"),
        (
            not square
            and any(
                key in words.labels for key in {cell.row for cell in output.cells} & {cell.column for cell in output.cells}
            ),
            "a row and a column share a key that has a label, so one of them would be called by the other's name",
        ),
        (bool(words.estimand) and no_estimate, "it names an estimand, so its first cell must be the estimate"),
    ]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A hidden number. It prints as `<10` and is neither zero nor missing: it cannot be calculated with."""

    below: int | None = None  # None: hidden for another reason than its size
    reason: str = "threshold"

    def __str__(self) -> str:
        return f"<{self.below}" if self.below is not None else "–"

    def __float__(self) -> NoReturn:
        raise OutputError("A suppressed cell has no value to calculate with; show it as it prints.")

    __int__ = __float__

    def __bool__(self) -> NoReturn:
        raise OutputError("A suppressed cell is neither true nor false; test with isinstance(..., Suppressed).")


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as it may be seen. `n` is rounded to the policy's base."""

    row: str
    column: str
    measure: Measure
    value: float | Suppressed
    low: float | None
    high: float | None
    se: float | None
    n: int | Suppressed
    unit: str
    digits: int

    @property
    def key(self) -> Key:
        return (self.row, self.column)

    @property
    def hidden(self) -> bool:
        return isinstance(self.value, Suppressed)


@dataclass(frozen=True, slots=True)
class ShownOutput:
    """An output in its protected form: the words of the original, and only cells that may be seen."""

    words: Words
    cells: tuple[ShownCell, ...]
    withheld: Text | None = None  # said instead of everything else
    notes: tuple[Text, ...] = ()  # what protection did, for the caption

    def cell(self, row: str, column: str) -> ShownCell | None:
        return next((cell for cell in self.cells if cell.key == (row, column)), None)
