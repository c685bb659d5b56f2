"""The sheets of one workbook → what the file as a whole gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gm_workbench.intake.faults import Fault, found, worst
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.rowledger import Entry, added_up
from gm_workbench.intake.rows.parts import FileRows, Piece
from gm_workbench.vocabulary.text import Text

_ON_TWO_SHEETS = Text(
    "op twee werkbladen staan {rows} rijen van {table} met dezelfde sleutel",
    "{rows} rows of {table} with the same key are on two sheets",
)


def joined(sheets: Sequence[FileRows]) -> FileRows:
    """Join what `read_rows` gave for each sheet of one file.

    The entries of a table are added up, because a ledger counts a file once for each table; parts stand side by side, and are
    laid on top of each other when they are stored. When one sheet is refused the whole file is, and so it is when two sheets
    have rows with the same key: neither is the later one.

    Parameters
    ----------
    sheets : sequence of FileRows
        At least one, all of the same file.

    Raises
    ------
    ValueError
        If there is none, or they are of several files: a mistake of the caller.
    """
    if len({sheet.file for sheet in sheets}) != 1:
        raise ValueError("one file at a time, and at least one sheet of it")
    faults = list(dict.fromkeys(fault for sheet in sheets for fault in sheet.faults))
    parts = [part for sheet in sheets for part in sheet.parts]
    faults += _on_two_sheets(sheets[0].file, parts)
    entries = list(added_up(entry for sheet in sheets for entry in sheet.entries))
    if worst(faults) is Severity.REFUSE:
        parts, entries = [], [Entry(one.file, one.table, one.delivered, 0, 0, one.delivered) for one in entries]
    sources = ", ".join(dict.fromkeys(sheet.source for sheet in sheets if sheet.source))
    return replace(sheets[0], source=sources, parts=tuple(parts), entries=tuple(entries), faults=tuple(faults))


def _on_two_sheets(file: str, parts: Sequence[Piece]) -> Iterator[Fault]:
    shared: Counter[str] = Counter()
    for name in dict.fromkeys((part.table, part.period, part.name) for part in parts):
        alike = [part.keys for part in parts if (part.table, part.period, part.name) == name]
        if len(alike) == 1:
            continue
        _, times = np.unique(np.concatenate([np.unique(keys) for keys in alike]), return_counts=True)
        shared[name[0]] += int((times > 1).sum())
    for table, rows in shared.items():
        if rows:
            yield found(Reason.AMBIGUOUS, file, count=rows, what=_ON_TWO_SHEETS.format(rows=str(rows), table=table))
