"""Separated text (CSV and its kin) → batches, by Arrow, as text only. Its words are never shown: they quote whole lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from gm_workbench.intake.declared.limits import LIMITS, Limits
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.cells import LOOKED_AT, clean, header_at, names, names_twice
from gm_workbench.intake.reading.grid import too_large_fault
from gm_workbench.intake.reading.opened import Batch, Int64s, Opened, Sniffed, unreadable
from gm_workbench.intake.reading.scan import Scan, scan, scan_faults
from gm_workbench.intake.reading.sniff import SEPARATORS, name_notes
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.vocabulary.text import Text

BLOCK = 16 << 20

_SHORT = Text("de laatste regel heeft te weinig cellen", "its last line has too few cells")
_TOO_MANY = Text("{found} kolommen", "{found} columns")
_FOOTERS = Text(
    "slotregels onderaan (totaal, einde bestand) zijn niet als rij gelezen",
    "closing lines at the bottom (total, end of file) were not read as rows",
)
_TRAILING = Text("een scheidingsteken te veel aan het eind van regels", "a separator too many at the end of lines")
_FOOTER = re.compile(
    r"\W*(einde?|eof|end of|(sub|eind)?tota(al|len)|total|aantal|records?|regels|rijen|bron|gemaakt|aangemaakt|gegenereerd|"
    r"geprint|afgedrukt|export|pagina)\b",
    re.IGNORECASE,
)
_OTHER_SEPARATOR = Text("cellen zijn door {by} gescheiden", "cells are separated by {by}")
_OTHER_ENCODING = Text("de tekens zijn die van Windows-1252", "its characters are those of Windows-1252")


def open_text(path: Path, sniffed: Sniffed, limits: Limits = LIMITS) -> Opened:
    """Open a separated text.

    All its bytes are looked at once, so that a cut or mixed file is refused before a cell of it is read.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    if not path.stat().st_size:
        return unreadable(path.name, sniffed, found(Reason.EMPTY, masked(path.name)))
    seen = scan(path, sniffed.separator, limits.cell_bytes)
    faults = scan_faults(path.name, seen, sniffed.encoding)
    if any(fault.severity is Severity.REFUSE and fault.reason is not Reason.TRUNCATED for fault in faults):
        return unreadable(path.name, sniffed, *faults)
    known = _known(sniffed, seen)
    try:
        rows, first_line = _first_rows(path, known)
    except csv.Error:  # what else it could be, the look at all bytes has told
        return unreadable(path.name, known, too_large_fault(path.name, "cell", 0, limits.cell_bytes))
    if not rows:
        return unreadable(path.name, known, *(faults or [found(Reason.EMPTY, masked(path.name))]))
    return _Text(path, known, seen, rows, first_line, tuple(faults or _notes(path, known, seen)), limits).at(
        header_at(rows) + 1
    )


def _known(sniffed: Sniffed, seen: Scan) -> Sniffed:
    """Give what all bytes tell, which may be more than the first ones did."""
    later = (_OTHER_ENCODING,) if seen.encoding == "cp1252" != sniffed.encoding else ()
    return replace(sniffed, encoding=seen.encoding, because=sniffed.because + later)


def _first_rows(path: Path, sniffed: Sniffed) -> tuple[list[list[str]], str]:
    # a file that is cut within a letter is refused, and its headers tell which one it is
    with path.open(encoding=sniffed.encoding, errors="replace", newline="") as file:
        lines = list(islice(file, LOOKED_AT))
    rows = list(csv.reader(lines, delimiter=sniffed.separator or "\0"))
    first = lines[0].rstrip("\r\n") if lines else ""
    return (rows if any(any(row) for row in rows) else []), first


def _notes(path: Path, sniffed: Sniffed, seen: Scan) -> list[Fault]:
    notes = name_notes(path, sniffed)
    if sniffed.encoding == "cp1252":
        notes.append(found(Reason.REPAIRED, masked(path.name), line=seen.first.get("other"), what=_OTHER_ENCODING))
    if sniffed.separator not in ("", ";"):
        what = _OTHER_SEPARATOR.format(by=SEPARATORS[sniffed.separator])
        notes.append(found(Reason.REPAIRED, masked(path.name), line=1, what=what))
    return notes


@dataclass(frozen=True, slots=True)
class _Text:
    """A text whose bytes were looked at; `at` gives it with its headers on a line."""

    path: Path
    sniffed: Sniffed
    seen: Scan
    first: list[list[str]]
    first_line: str
    faults: tuple[Fault, ...]
    limits: Limits

    def at(self, line: int) -> Opened:
        row = _fitted(self.first[line - 1], self.first[line:])
        faults = [*self.faults, *self._header_faults(line, len(row))]
        if len(row) != len(self.first[line - 1]):
            faults.append(found(Reason.REPAIRED, masked(self.path.name), line=line, what=_TRAILING))
        late: list[Fault] = []
        blank = frozenset(self.seen.blank)
        pass_ = _Pass(self.path, self.sniffed, line, names(row), self.seen.lines, blank, late, self.seen.hashes)
        rows = self.seen.lines - line - sum(blank > line for blank in self.seen.blank)
        return Opened(
            self.path.name,
            "",
            self.sniffed,
            names(row),
            rows,
            pass_.batches,
            tuple(faults),
            line,
            late=late,
            first_line=self.first_line,
            moved=self.at,
            twice=names_twice(row),
        )

    def _header_faults(self, line: int, columns: int) -> list[Fault]:
        shown = masked(self.path.name)
        if columns > self.limits.columns:
            what = _TOO_MANY.format(found=str(columns))
            return [found(Reason.TOO_LARGE, shown, line=line, what=what, most=self.limits.columns)]
        return [found(Reason.HEADER_BELOW, shown, line=line, header=line)] if line > 1 else []


def _fitted(header: list[str], below: Sequence[Sequence[str]]) -> list[str]:
    """Make a header as wide as its rows, where one of the two has nothing but separators more than the other."""
    rows = [row for row in below if len(row) > 1 and any(cell.strip() for cell in row)]
    widths = {len(row) for row in rows}
    width = widths.pop() if len(widths) == 1 else len(header)
    if not any(cell.strip() for cell in header[width:]) and not any(
        cell.strip() for row in rows for cell in row[len(header) :]
    ):
        return [*header[:width], *[""] * (width - len(header))]
    return header


@dataclass(slots=True)
class _Pass:
    """One pass over the rows. Blank lines are no rows; a line with another number of cells is left out and counted."""

    path: Path
    sniffed: Sniffed
    header: int
    headers: tuple[str, ...]
    ends: int
    blank: frozenset[int]
    late: list[Fault]
    may_err: bool = True
    ragged: list[int] = field(default_factory=list)
    footers: list[int] = field(default_factory=list)
    kept: int = 0
    last: tuple[int, bool] = (0, False)

    def batches(self, wanted: Sequence[str]) -> Iterator[Batch]:
        """Give the cells of these headers, batch by batch."""
        read = self._read(wanted)
        yield from clean(read, self.path.name, self.late) if self.may_err else read

    def _read(self, wanted: Sequence[str]) -> Iterator[Batch]:
        line = self.header + 1
        shown = masked(self.path.name)
        try:
            for cells in self._open(wanted):
                lines = self._lines(line, cells.num_rows)
                line = int(lines[-1]) + 1 if len(lines) else line
                batch = self._without_blank(cells, lines)
                self.kept = int(batch.lines[-1]) if len(batch.lines) else self.kept
                yield batch
        except (pa.ArrowException, UnicodeError, OSError):
            self.late.append(found(Reason.FORMAT, shown, format="CSV"))
            return
        self._close(max(line - 1, self.last[0]), shown)

    def _open(self, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
        # one thread, because only then does a skipped row know its line
        return pa_csv.open_csv(  # type: ignore[no-any-return]
            self.path,
            pa_csv.ReadOptions(
                use_threads=False,
                block_size=BLOCK,
                column_names=self.headers,
                skip_rows=self.header,
                encoding="utf8" if self.sniffed.encoding == "utf-8-sig" else self.sniffed.encoding,
            ),
            pa_csv.ParseOptions(
                delimiter=self.sniffed.separator or "\x1f", invalid_row_handler=self._skip, ignore_empty_lines=False
            ),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=list(wanted),
                null_values=[],
                strings_can_be_null=False,
            ),
        )

    def _skip(self, row: Any) -> str:
        self.last = (row.number, row.actual_columns < row.expected_columns)
        self.ragged.append(row.number)
        if row.actual_columns < row.expected_columns and _FOOTER.match(row.text or ""):
            self.footers.append(row.number)
        return "skip"

    def _lines(self, first: int, count: int) -> Int64s:
        skipped = [line for line in self.ragged if line >= first]
        span = np.arange(first, first + count + len(skipped), dtype=np.int64)
        return span[~np.isin(span, skipped)][:count] if skipped else span

    def _without_blank(self, cells: pa.RecordBatch, lines: Int64s) -> Batch:
        filled = ~np.isin(lines, list(self.blank)) if self.blank else np.ones(len(lines), dtype=bool)
        return Batch(cells, lines) if filled.all() else Batch(cells.filter(pa.array(filled)), lines[filled])

    def _close(self, last: int, shown: str) -> None:
        footers = {line for line in self.footers if line > self.kept}
        ragged = [line for line in self.ragged if line not in self.blank and line not in footers]
        if footers:
            self.late.append(found(Reason.REPAIRED, shown, line=min(footers), count=len(footers), what=_FOOTERS))
        if last != self.ends:  # a quotation mark within a cell has swallowed a line end
            self.late.append(found(Reason.QUOTES, shown))
        elif ragged and self.last == (last, True) and last == ragged[-1]:
            self.late.append(found(Reason.TRUNCATED, shown, line=last, count=len(ragged), what=_SHORT))
        elif ragged:
            self.late.append(found(Reason.RAGGED, shown, line=ragged[0], count=len(ragged)))
