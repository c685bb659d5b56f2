"""What every reader gives, whatever the format: headers, and text cells with the line that each row stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gm_workbench.intake.faults import Fault, worst
from gm_workbench.intake.reasons import Severity
from gm_workbench.vocabulary.text import Text

Int64s = npt.NDArray[np.int64]


class FileKind(StrEnum):
    """What a file is, told by its bytes and never by its name."""

    TEXT = "text"  # separated or of fixed width; which of the two a source says
    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"
    SAV = "sav"  # also zsav
    XML = "xml"
    OTHER = "other"  # none of these; it cannot be read


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What the first and last bytes of a file tell.

    Attributes
    ----------
    kind : FileKind
        What it is.
    encoding : str
        Python's name of the encoding of a text (`utf-8-sig`, `cp1252`); empty for what is no text.
    separator : str
        What separates the cells of a text; empty where there is none.
    because : tuple of Text
        The evidence, one sentence each, for `gm check --explain`.
    """

    kind: FileKind
    encoding: str = ""
    separator: str = ""
    because: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file.

    Attributes
    ----------
    cells : pyarrow.RecordBatch
        Columns of type string or dictionary<int32, string> only, without nulls: an empty cell is an empty text. A typed cell
        has become text: 12345672.0 is ``12345672``, 1234.5 is ``1234,5``, a day is ``jjjj-mm-ddT00:00:00``, true is ``ja``.
    lines : ndarray of int64, shape (rows,)
        Line of each row in the file; the header is line 1.
    """

    cells: pa.RecordBatch
    lines: Int64s


@dataclass(frozen=True, slots=True)
class Opened:
    """One table of a file: a text has one, a workbook one for each sheet.

    Attributes
    ----------
    name : str
        Name of the file as it lies in the folder; a message shows `faults.masked` of it.
    part : str
        Name of the sheet; empty where a file has one table.
    sniffed : Sniffed
        What its bytes tell.
    headers : tuple of str
        As delivered, outer blanks dropped; one that is empty is replaced by ``#<position>``, and so is each of those that are
        there twice, so that no choice is made between them. In XML the names of elements.
    rows : int or None
        Number of rows under the headers, with those that are set aside while reading, without blank ones; None where that is
        not known at opening.
    batches : callable
        Takes the headers that are wanted and gives their cells. It may be called once; faults that show only while reading
        (ragged lines, quotation marks) are in `late` when the last batch has been given. Rows that a fault of `faults` or
        `late` sets aside are not in the batches: what was delivered is what they hold and the counts of these faults.
    faults : tuple of Fault
        What was found at opening. One that refuses means that there is nothing to read.
    header_line : int
        Line of the headers.
    labels : mapping
        Value labels of a `.sav`, by header and code.
    late : list of Fault
        Filled while reading.
    first_line : str
        The first line as it stands, by which a file of fixed width is recognised. Cells are in it: it is never shown.
    twice : tuple of str
        Headers that are there more than once, and so are named by their position in `headers`; never shown.
    moved : callable or None
        Gives the same table with its headers on another line, one of the first twenty; None where a format has no such choice.
    """

    name: str
    part: str
    sniffed: Sniffed
    headers: tuple[str, ...]
    rows: int | None
    batches: Callable[[Sequence[str]], Iterator[Batch]]
    faults: tuple[Fault, ...] = ()
    header_line: int = 1
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    late: list[Fault] = field(default_factory=list)
    first_line: str = field(default="", repr=False)
    moved: Callable[[int], Opened] | None = field(default=None, repr=False)
    twice: tuple[str, ...] = field(default=(), repr=False)

    @property
    def refused(self) -> bool:
        """Whether there is nothing to read."""
        return worst(self.faults) is Severity.REFUSE


def unreadable(name: str, sniffed: Sniffed, *faults: Fault) -> Opened:
    """Give a file of which nothing can be read, with the reasons."""
    return Opened(name, "", sniffed, (), None, lambda _: iter(()), faults)
