"""An output is a value that may be shown: its words, its cells, and the counts behind every cell.

An `Output` cannot be made without those counts. What it may say is decided later, by the guard, from the cells alone: words
that quote a number do so through a `Slot`, so that they are filled with the *protected* number, or not said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from numbers import Integral, Real
from typing import NoReturn, TypeGuard

from gm_workbench.errors import OutputError
from gm_workbench.metrics.estimate import Sides
from gm_workbench.outputs.sentence import NUMBER_HIDDEN as NUMBER_HIDDEN
from gm_workbench.outputs.sentence import Candidate as Candidate
from gm_workbench.outputs.sentence import Sentence as Sentence
from gm_workbench.outputs.sentence import Slot as Slot
from gm_workbench.outputs.sentence import plain as plain
from gm_workbench.outputs.sentence import verdict as verdict
from gm_workbench.outputs.whom import Beyond as Beyond
from gm_workbench.outputs.whom import Whom as Whom
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

_ID = re.compile(r"[a-z][a-z0-9_]*")

MOST_PERSONS = 20_000_000
"""No count of persons is larger: the Netherlands has about 18 million inhabitants."""

Key = tuple[str, str]
"""A cell's place in its output: (row, column)."""


class Measure(StrEnum):
    """What a cell holds, and so which rule protects it."""

    COUNT = "count"  # a number of persons: value is n
    SHARE = "share"  # numerator / n, made again from protected counts
    ESTIMATE = "estimate"  # a statistic over n persons, with an interval
    MONEY = "money"  # a mean or sum of euros over n persons: largest contributor counts too


@dataclass(frozen=True, slots=True)
class Cell:
    """One number and what is behind it.

    `value` is left out for COUNT (it is `n`) and for SHARE (it is `numerator / n`). `groups` is the number of coaches or teams
    behind the number where it speaks of them; `largest` is the share of the largest contributor to a MONEY cell; `df` is
    observations minus coefficients of a model. `whom` says whom n counts, and `part` whom the numerator of a share counts: so
    the guard knows which cells of other outputs count the same persons, or some of them. `sides` says who stands on each side
    of a comparison, `fewest` how many persons there are in the smallest group or category that the number sets apart.
    A minimum, maximum or quantile says who lies `beyond` it, and beyond the ends of its interval where those are values of
    somebody too (`beyond_ends`).
    """

    row: str
    column: str
    measure: Measure
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    numerator: int | None = None
    groups: int | None = None
    largest: float | None = None
    df: int | None = None
    unit: str = "persons"
    digits: int = 0
    sensitive: bool = False
    whom: Whom | None = None
    part: Whom | None = None
    sides: Sides | None = None
    fewest: int | None = None
    beyond: Beyond | None = None
    beyond_ends: Beyond | None = None

    def __post_init__(self) -> None:
        faults = [text for wrong, text in _cell_faults(self) if wrong]
        if faults:
            raise OutputError(f"Cell {self.row}/{self.column}: {'; '.join(faults)}.")

    @property
    def key(self) -> Key:
        return (self.row, self.column)


def _cell_faults(cell: Cell) -> list[tuple[bool, str]]:
    has_value = cell.value is not None and math.isfinite(cell.value)
    numerator_ok = _is_whole(cell.n) and _is_whole(cell.numerator) and cell.numerator <= cell.n
    if not _is_measure(cell.measure):
        return [(True, f"measure must be one of Measure.{', Measure.'.join(one.name for one in Measure)}")]
    match cell.measure:
        case Measure.COUNT:
            own = [(cell.value is not None, "a count takes its value from n, so value must be left out")]
        case Measure.SHARE:
            own = [
                (cell.value is not None, "a share is made from its counts, so value must be left out"),
                (not numerator_ok, "a share needs a numerator between 0 and n"),
            ]
        case Measure.MONEY:
            own = [
                (not has_value, "money needs a finite value"),
                (cell.largest is None, "money needs the share of its largest contributor, 0-1"),
            ]
        case Measure.ESTIMATE:
            own = [(not has_value, "an estimate needs a finite value")]
    return [*_behind_faults(cell), *own]


def _behind_faults(cell: Cell) -> list[tuple[bool, str]]:
    """Judge the numbers by which the guard judges a cell: what is no number would pass by its rule."""
    named = isinstance(cell.row, str) and isinstance(cell.column, str)
    whole = isinstance(cell.n, int) and _is_whole(cell.n)
    counts = {"numerator": cell.numerator, "groups": cell.groups, "fewest": cell.fewest}
    strange = [name for name, count in counts.items() if not (count is None or _is_whole(count))]
    free = cell.df is None or (_is_number(cell.df) and not math.isnan(cell.df))
    part = cell.largest is None or (_is_number(cell.largest) and 0 <= cell.largest <= 1)
    return [
        (not named, "row and column must be text"),
        (not whole, "n must be a whole number of persons, 0 or more"),
        (whole and cell.n > MOST_PERSONS, f"n must be at most {MOST_PERSONS:,} persons, more than live in the Netherlands"),
        (bool(strange), f"{' and '.join(strange)} must be a whole number, 0 or more"),
        (not free, "df must be a number"),
        (not part, "the share of the largest contributor must be 0-1"),
    ]


def _is_whole(value: object) -> TypeGuard[int]:
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= 0


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real)


def _is_measure(value: object) -> bool:
    """Say whether it is a measure: the word "count" equals `Measure.COUNT`, and yet some rules would pass it by."""
    return isinstance(value, Measure)


@dataclass(frozen=True, slots=True)
class Sum:
    """A count cell that is the sum of others in the same output, so that the guard knows what can be subtracted."""

    total: Key
    parts: tuple[Key, ...]


class Role(StrEnum):
    """Where an output stands on the page."""

    ANSWER = "answer"  # the box at the top; one per report, its first cell is the primary estimand
    FACTS = "facts"  # the four facts beneath it
    FLOW = "flow"  # who it is about: persons as a flow
    SECTION = "section"
    ABSENT = "absent"  # a section whose table was not delivered: one sentence


class Shape(StrEnum):
    """How the cells are shown."""

    INTERVAL = "interval"  # one estimate on a line with zero and what is too small to matter; options: sesoi, low, high
    TILES = "tiles"
    FLOW = "flow"
    TABLE = "table"
    CURVE = "curve"  # steps with bands; rows are series, columns are times; options: at_risk (row suffix)
    TREND = "trend"  # points with bars joined by lines; rows are series, columns are waves
    MAP = "map"  # points with ellipses; columns `x` and `y`
    MATRIX = "matrix"  # shaded square: rows from, columns to
    DOTS = "dots"  # estimates with intervals, one line a row, zero drawn
    BARS = "bars"  # shares or money side by side; rows are categories, columns are groups
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis and its unit. Its bounds are fixed beforehand or follow from what may be drawn: never from what is hidden.

    Attributes
    ----------
    label : Text
    low, high : float or None
        Bounds that do not depend on the data, in the unit of the cells.
    tens : bool
        Of a scale from 0 to 100: drawn between tens around what may be drawn.
    """

    label: Text
    low: float | None = None
    high: float | None = None
    tens: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Everything about an output but its numbers.

    Attributes
    ----------
    id : str
        Unique in a report: lower case, digits, underscores. Names the CSV file and the page's anchor.
    heading : Text
        A question.
    lead : Text
        What we are about to look at, and why; stands between heading and sentence.
    sentence : Sentence
        Answers the question, with the number. `more` are further sentences: warnings, what the interval means.
    caption : Text
        What, units, population. The page adds n, period, source and how it was protected.
    alt : Sentence
        What a reader who cannot see the figure must know. Never empty.
    shown_as : tuple of Shape
        In order, e.g. a curve and then a table. The data behind a figure are always one click away.
    labels : mapping of str to Text
        Words for row and column keys; a key without a label prints as it is.
    tile_words : mapping of str to Text
        Tiles without a number (by row), e.g. how people were assigned.
    axes : mapping of "x", "y" to Axis
    options : mapping
        What a shape needs beside the cells: `sesoi` (smallest relevant effect) for INTERVAL, `strong` rows, ...
    row_notes : mapping of str to Text
        Small words under the name of a table's row, e.g. where its number was published.
    off : tuple of str or None
        The table judges its rows in a last column: these are not as they should be, the others are. None: it does not judge.
    estimand : str
        Name of the protocol's estimand that the *first cell* estimates; it then goes into `estimates.json`.
    ordered : bool
        Rows and columns stand as time, age, levels or code put them, and not by numbers; else the guard may sort them by name.
    """

    id: str
    role: Role
    heading: Text
    sentence: Sentence
    caption: Text
    alt: Sentence
    kind: DataKind
    population: Text
    period: Text
    source: Text
    lead: Text = Text("", "")
    more: tuple[Sentence, ...] = ()
    shown_as: tuple[Shape, ...] = (Shape.TABLE,)
    labels: Mapping[str, Text] = field(default_factory=dict)
    tile_words: Mapping[str, Text] = field(default_factory=dict)
    row_title: Text = Text("", "")
    axes: Mapping[str, Axis] = field(default_factory=dict)
    options: Mapping[str, float | str | tuple[str, ...]] = field(default_factory=dict)
    row_notes: Mapping[str, Text] = field(default_factory=dict)
    off: tuple[str, ...] | None = None
    estimand: str = ""
    ordered: bool = False

    def __post_init__(self) -> None:
        faults = [
            text
            for wrong, text in (
                (_ID.fullmatch(self.id) is None, "an id must be lower case letters, digits and underscores"),
                (not (self.alt.text.nl.strip() and self.alt.text.en.strip()), "alt text is missing"),
            )
            if wrong
        ]
        if faults:
            raise OutputError(f"Output {self.id!r}: {'; '.join(faults)}.")

    def label(self, key: str) -> Text:
        """Give the words for a row or column key."""
        return self.labels.get(key, same(key))


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
