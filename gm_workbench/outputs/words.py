"""Everything about an output but its numbers: where it stands, how it is drawn, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gm_workbench.errors import OutputError
from gm_workbench.outputs.sentence import Sentence
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

_ID = re.compile(r"[a-z][a-z0-9_]*")


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
