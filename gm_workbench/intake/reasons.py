"""What can be wrong with a delivery, or is worth saying of it, and how much it matters. No words here, and no values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from string import Formatter

from gm_workbench.vocabulary.text import Text


class Severity(IntEnum):
    """What happens to the data; of several the highest counts."""

    NOTE = 0  # read, and said: exit 0
    SET_ASIDE = 1  # these rows are left out, the rest is read: exit 25
    REFUSE = 2  # nothing of the file, or of the delivery, is read; what was accepted before stays in force: exit 20


class Reason(StrEnum):
    """Which rule a delivery broke, or what was done with it."""

    # the delivery
    MARKER = "marker"  # delivery.yml is missing, malformed or contradicts its folder
    MIXED_KINDS = "mixed_kinds"  # synthetic and real data meet
    MISSING_FILE = "missing_file"
    UNKNOWN_FILE = "unknown_file"
    MAPPING = "mapping"  # a mapping file of the delivery is malformed
    RETENTION = "retention"  # real data without a day until which they may be kept
    BLOCKED = "blocked"  # the file still holds a person who was forgotten
    VANISHED = "vanished"  # a file that was read before is not there any more
    DUPLICATE_FILE = "duplicate_file"
    CORRECTION = "correction"
    AMBIGUOUS = "ambiguous"  # two readings, and nothing that tells which is meant
    # the file
    EMPTY = "empty"
    TRUNCATED = "truncated"
    EXTRA_ROWS = "extra_rows"
    TOO_LARGE = "too_large"
    FORMAT = "format"  # not what its bytes begin as: cut, damaged, locked
    ENTITY = "entity"
    ENCODING = "encoding"
    QUOTES = "quotes"
    LINE_ENDS = "line_ends"
    COLUMNS = "columns"
    EXTRA_COLUMNS = "extra_columns"
    EXTRA_SHEET = "extra_sheet"  # a sheet that no source knows, beside one that is known
    HEADER_BELOW = "header_below"
    RAGGED = "ragged"
    LABELS = "labels"  # value labels that contradict the code list
    ITEM = "item"
    FILE_NAME = "file_name"
    PLACE = "place"
    # cells
    REPAIRED = "repaired"
    MISSING_VALUE = "missing_value"
    MISSING_CODE = "missing_code"  # a code that the file itself declares as missing
    IDENTIFIER = "identifier"
    RIN_KIND = "rin_kind"  # a linkage number that identifies nobody
    FREE_TEXT = "free_text"  # a number of a person in a text that is not kept
    CODE = "code"
    REGIME = "regime"  # read with a code list that had ended
    MERGED = "merged"  # the code of a municipality that merged into this one
    DATE = "date"
    NUMBER = "number"
    BOUNDS = "bounds"
    SCALE = "scale"
    FORMULA = "formula"
    CELL_ERROR = "cell_error"  # an error of a spreadsheet instead of a value
    # rows
    ORDER = "order"  # an end before its start
    OVERLAP = "overlap"  # two spells at once where one is allowed
    SPELLS = "spells"  # touching or stale spells
    DUPLICATE = "duplicate"
    ADDED_UP = "added_up"  # several records of one month became one row
    TEAM = "team"  # introduced, and in no roster
    LINK = "link"  # a client number without a number of a person


@dataclass(frozen=True, slots=True)
class Rule:
    """How much a reason matters, and its words. A name in braces is a slot that the finder fills, never from a cell."""

    severity: Severity
    problem: Text
    remedy: Text

    @property
    def slots(self) -> frozenset[str]:
        """Names that must be filled before the words can be shown."""
        words = (self.problem.nl, self.problem.en, self.remedy.nl, self.remedy.en)
        return frozenset(name for text in words for _, name, _, _ in Formatter().parse(text) if name)


def note(problem: Text, remedy: Text) -> Rule:
    """Make a rule that only says something."""
    return Rule(Severity.NOTE, problem, remedy)


def set_aside(problem: Text, remedy: Text) -> Rule:
    """Make a rule that leaves rows out."""
    return Rule(Severity.SET_ASIDE, problem, remedy)


def refuse(problem: Text, remedy: Text) -> Rule:
    """Make a rule that refuses a file or a delivery."""
    return Rule(Severity.REFUSE, problem, remedy)
