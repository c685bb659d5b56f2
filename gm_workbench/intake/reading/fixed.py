"""Fixed width by an assumed mapping → batches. Bytes are cut before they are decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from gm_workbench.intake.declared.limits import LIMITS, Limits
from gm_workbench.intake.declared.sources import FixedShape
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.cells import CELLS, clean
from gm_workbench.intake.reading.opened import Batch, Opened, Sniffed, unreadable
from gm_workbench.intake.reading.scan import BLOCK, scan, scan_faults
from gm_workbench.intake.reading.sniff import BOM, name_notes
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.vocabulary.text import Text

_OTHER = Text("geen {encoding}, zoals het aliasbestand zegt", "no {encoding}, as the alias file says")
_ALSO_IN_TEXT = (Reason.QUOTES, Reason.ENCODING)


def open_fixed(path: Path, sniffed: Sniffed, shape: FixedShape, limits: Limits = LIMITS) -> Opened:
    """Open a file whose cells are told by their place in the line. It has no headers: the fields of `shape` are its columns.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    if not path.stat().st_size:
        return unreadable(path.name, sniffed, found(Reason.EMPTY, masked(path.name)))
    if len(shape.fields) > limits.columns:
        raise ValueError("more fields than columns are read; the declaration should have been refused")
    seen = scan(path, most=limits.cell_bytes)
    # quotation marks mean nothing here, and the encoding is declared
    faults = [fault for fault in scan_faults(path.name, seen, "") if fault.reason not in _ALSO_IN_TEXT]
    if "nul" in seen.first or any(fault.severity is Severity.REFUSE for fault in faults):
        return unreadable(path.name, sniffed, *(faults or scan_faults(path.name, seen, "")))
    late: list[Fault] = []
    pass_ = _Pass(path, shape, late)
    rows = seen.lines - len(seen.blank)
    notes = tuple(name_notes(path, sniffed))
    return Opened(path.name, "", sniffed, tuple(shape.fields), rows, pass_.batches, notes, 0, late=late)


@dataclass(slots=True)
class _Pass:
    """One pass over the lines; one of another length is left out and counted."""

    path: Path
    shape: FixedShape
    late: list[Fault]
    ragged: list[int] = field(default_factory=list)

    def batches(self, wanted: Sequence[str]) -> Iterator[Batch]:
        """Give the cells of these fields, batch by batch."""
        shown = masked(self.path.name)
        try:
            yield from clean(self._read(wanted), self.path.name, self.late)
        except UnicodeDecodeError:
            self.late.append(found(Reason.ENCODING, shown, what=_OTHER.format(encoding=self.shape.encoding)))
        if self.ragged:
            self.late.append(found(Reason.RAGGED, shown, line=self.ragged[0], count=len(self.ragged)))

    def _read(self, wanted: Sequence[str]) -> Iterator[Batch]:
        number = 1
        with self.path.open("rb") as file:
            if file.read(len(BOM)) != BOM:
                file.seek(0)
            while lines := file.readlines(BLOCK):
                yield self._batch(lines, number, wanted)
                number += len(lines)

    def _batch(self, lines: Sequence[bytes], first: int, wanted: Sequence[str]) -> Batch:
        kept, numbers = [], []
        for number, line in enumerate((line.rstrip(b"\r\n") for line in lines), start=first):
            if len(line) == self.shape.length:
                kept.append(line)
                numbers.append(number)
            elif line:
                self.ragged.append(number)
        columns = [self._column(kept, self.shape.fields[header]) for header in wanted]
        return Batch(pa.record_batch(columns, names=list(wanted)), np.array(numbers, dtype=np.int64))

    def _column(self, lines: Sequence[bytes], place: tuple[int, int]) -> pa.Array:
        first, last = place
        texts = [line[first - 1 : last].decode(self.shape.encoding).strip() for line in lines]
        return pa.array(texts, pa.string()).cast(CELLS)
