"""What can be wrong with a delivery, and one error that lists all of it.

A fault names the file, the line, the column, the rule and the way out. It never holds what was in a cell: a name of a file or a
code that is shown has been masked or is too short to be anybody's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gm_workbench.errors import DeliveryError, MixedKinds


class Reason(StrEnum):
    """Which rule a delivery broke."""

    MARKER = "marker"  # delivery.yml is missing, malformed or contradicts its folder
    MIXED_KINDS = "mixed_kinds"  # synthetic and real data meet
    MISSING_FILE = "missing_file"
    UNKNOWN_FILE = "unknown_file"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    EXTRA_ROWS = "extra_rows"
    ENCODING = "encoding"
    SEPARATOR = "separator"
    COLUMNS = "columns"
    RAGGED = "ragged"
    QUOTES = "quotes"
    LINE_ENDS = "line_ends"
    MISSING_VALUE = "missing_value"
    IDENTIFIER = "identifier"
    CODE = "code"
    DATE = "date"
    NUMBER = "number"
    BOUNDS = "bounds"
    ORDER = "order"  # an end before its start
    OVERLAP = "overlap"  # two spells at once where one is allowed
    PLACE = "place"
    FILE_NAME = "file_name"
    ITEM = "item"
    SCALE = "scale"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule broken in one file.

    Attributes
    ----------
    reason : Reason
        The rule.
    file : str
        Name of the file, masked; empty when it is about the whole delivery.
    problem : str
        What is wrong and what is allowed, without a value from the data.
    remedy : str
        What to do next.
    line : int or None
        First line where it shows; the header is line 1.
    column : str
        Header of the column, as the layout names it.
    count : int
        Number of rows, lines or columns concerned.
    """

    reason: Reason
    file: str
    problem: str
    remedy: str
    line: int | None = None
    column: str = ""
    count: int = 1

    @property
    def where(self) -> str:
        """File, line and column in words."""
        line = f"line {self.line}" if self.line is not None else ""
        column = f"column {self.column}" if self.column else ""
        return ", ".join(part for part in (self.file, line, column) if part)


class FaultyDeliveryError(DeliveryError):
    """A delivery with faults; `faults` holds every one, one for each file and rule."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class MixedDeliveryError(FaultyDeliveryError, MixedKinds):
    """A delivery in which synthetic and real data meet, with all its other faults."""


def refuse(place: str, folder: str, faults: Sequence[Fault]) -> FaultyDeliveryError:
    """Make the error for these faults: `MixedKinds` as soon as one of them says so."""
    mixed = any(fault.reason is Reason.MIXED_KINDS for fault in faults)
    return (MixedDeliveryError if mixed else FaultyDeliveryError)(describe(place, folder, faults), faults)


def describe(place: str, folder: str, faults: Sequence[Fault]) -> str:
    """Write all faults as one message; the same fault in several files is written once."""
    grouped: dict[tuple[Reason, str, str], list[Fault]] = {}
    for fault in faults:
        grouped.setdefault((fault.reason, fault.column, fault.problem), []).append(fault)
    many = "1 fault" if len(grouped) == 1 else f"{len(grouped)} faults"
    lines = (f"  {number}. {_sentence(alike)}" for number, alike in enumerate(grouped.values(), start=1))
    return "\n".join((f"The delivery of {place} in {folder} has {many}; nothing of it was read in.", *lines))


def _sentence(alike: Sequence[Fault]) -> str:
    first = alike[0]
    rest = len(alike) - 1
    files = f" (and {rest} more {'file' if rest == 1 else 'files'})" if rest else ""
    rows = sum(fault.count for fault in alike)
    times = f" [{rows} times]" if rows > len(alike) else ""
    where = f"{first.where}{files}: " if first.where else ""
    return f"{where}{first.problem}{times}\n     What to do: {first.remedy}"


_MAYBE_A_PERSON = re.compile(r"\d{8,}")


def masked(name: str) -> str:
    """Hide runs of eight or more digits, which a person's number or birth date could be.

    >>> masked("BUS_202301.csv"), masked("export 123456782.csv")
    ('BUS_202301.csv', 'export #########.csv')
    """
    return _MAYBE_A_PERSON.sub(lambda run: "#" * len(run[0]), name)


def shown_codes(codes: Iterable[str], sensitive: bool) -> str:
    """Name unknown codes in a message when that can reveal nothing: at most three, of at most two characters, not sensitive."""
    short = sorted({code for code in codes if len(code) <= 2 and code.isalnum()})[:3]
    return f" (found: {', '.join(short)})" if short and not sensitive else ""
