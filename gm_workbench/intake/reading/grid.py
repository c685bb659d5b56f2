"""One table of a workbook or SPSS file as text columns, on its way from the child that read it to an `Opened`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.cells import CELLS, LOOKED_AT, clean, header_at, names, names_twice
from gm_workbench.intake.reading.opened import Batch, Int64s, Opened, Sniffed, unreadable
from gm_workbench.intake.reading.sniff import name_notes
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.text import Text

BATCH = 1 << 18

_HIDDEN = Text("verborgen werkbladen zijn niet gelezen", "hidden sheets were not read")
_SIZES = {
    "columns": Text("{found} kolommen", "{found} columns"),
    "cell": Text("een cel van meer dan {most} tekens", "a cell of more than {most} signs"),
    "rows": Text("{found} rijen", "{found} rows"),
    "bytes": Text("{found} bytes", "{found} bytes"),
    "ratio": Text("{found} keer zo groot als ingepakt", "{found} times its packed size"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader says beside cells: counts with the first line they concern, labels, and a limit that was passed."""

    part: str = ""
    headers: tuple[str, ...] = ()
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    formulas: tuple[int, int] = (0, 0)
    hidden: int = 0
    missing: dict[str, tuple[int, int]] = field(default_factory=dict)
    too_large: tuple[str, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """Text columns of equal length, without headers unless `facts.headers` names them, and the line of each row."""

    columns: tuple[pa.Array, ...]
    lines: Int64s
    facts: Facts

    def write(self, sink: Any) -> None:
        """Write it as one stream of Arrow."""
        fields = [pa.field(str(position), CELLS) for position in range(len(self.columns))]
        facts = {slot: getattr(self.facts, slot) for slot in self.facts.__slots__}
        schema = pa.schema([*fields, pa.field("line", pa.int64())], metadata={b"facts": json.dumps(facts).encode()})
        batch = pa.record_batch([*self.columns, pa.array(self.lines, pa.int64())], schema=schema)
        with pa.ipc.new_stream(sink, schema) as stream:
            stream.write_batch(batch)


def read_grids(data: bytes) -> list[Grid]:
    """Read what `Grid.write` wrote, one after the other."""
    source, grids = io.BytesIO(data), []
    while source.tell() < len(data):
        with pa.ipc.open_stream(source) as stream:
            facts = json.loads(stream.schema.metadata[b"facts"])
            batch = stream.read_next_batch()
            list(stream)  # to the end of the stream, where the next one begins
        grids.append(Grid(tuple(batch.columns[:-1]), batch.column("line").to_numpy(), _facts(facts)))
    return grids


def _facts(told: dict[str, Any]) -> Facts:
    return Facts(
        told["part"],
        tuple(told["headers"]),
        told["labels"],
        tuple(told["formulas"]),
        told["hidden"],
        {header: tuple(pair) for header, pair in told["missing"].items()},
        tuple(told["too_large"]) if told["too_large"] else None,
    )


def too_large(what: str, amount: int, most: int, part: str = "") -> Grid:
    """Give the grid of a table that is not read because it is too large; `what` names the size: rows, columns, bytes."""
    return Grid((), np.array([], dtype=np.int64), Facts(part, too_large=(what, amount, most)))


def too_large_fault(name: str, what: str, amount: int, most: int) -> Fault:
    """Say that a table is too large."""
    return found(Reason.TOO_LARGE, masked(name), what=_SIZES[what].format(found=str(amount), most=str(most)), most=most)


def opened(grid: Grid, path: Path, sniffed: Sniffed, limits: Limits) -> Opened:
    """Give a grid as every reader gives its table: headers found, cells by header."""
    if grid.facts.too_large:
        return unreadable(path.name, sniffed, too_large_fault(path.name, *grid.facts.too_large))
    if len(grid.columns) > limits.columns:
        return unreadable(path.name, sniffed, too_large_fault(path.name, "columns", len(grid.columns), limits.columns))
    table = _Table(grid, path.name, sniffed, _first_rows(grid), tuple(name_notes(path, sniffed)))
    if grid.facts.headers:
        return table.under(grid.facts.headers, 0)
    return table.at(header_at(table.first) + 1)


def _first_rows(grid: Grid) -> list[list[str]]:
    columns = [column[:LOOKED_AT].to_pylist() for column in grid.columns]
    return [list(row) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True)
class _Table:
    """A grid whose headers stand somewhere in its first rows; `at` gives it with the headers in one of them."""

    grid: Grid
    name: str
    sniffed: Sniffed
    first: list[list[str]]
    notes: tuple[Fault, ...]

    def at(self, row: int) -> Opened:
        """Give the table with its headers in the given row of those that are not blank, from 1 on."""
        return self.under(self.first[row - 1], row)

    def under(self, cells: Sequence[str], start: int) -> Opened:
        headers = names(cells)
        late: list[Fault] = []
        line = int(self.grid.lines[start - 1]) if start else 1

        def batches(wanted: Sequence[str]) -> Iterator[Batch]:
            yield from clean(self._batches([headers.index(header) for header in wanted], wanted, start), self.name, late)

        rows = len(self.grid.lines) - start
        faults = (*self.notes, *self._faults(line))
        part, labels = self.grid.facts.part, self.grid.facts.labels
        moved = None if self.grid.facts.headers else self.at
        twice = names_twice(cells)
        return Opened(
            self.name, part, self.sniffed, headers, rows, batches, faults, line, labels, late, moved=moved, twice=twice
        )

    def _batches(self, positions: Sequence[int], wanted: Sequence[str], start: int) -> Iterator[Batch]:
        for first in range(start, len(self.grid.lines), BATCH):
            columns = [self.grid.columns[position][first : first + BATCH] for position in positions]
            yield Batch(pa.record_batch(columns, names=list(wanted)), self.grid.lines[first : first + BATCH])

    def _faults(self, header: int) -> Iterator[Fault]:
        shown, facts = masked(self.name), self.grid.facts
        if header > 1:
            yield found(Reason.HEADER_BELOW, shown, line=header, header=header)
        if facts.hidden:
            yield found(Reason.REPAIRED, shown, count=facts.hidden, what=_HIDDEN)
        if facts.formulas[0]:
            yield found(Reason.FORMULA, shown, line=facts.formulas[1], count=facts.formulas[0])
        for count, line in facts.missing.values():
            yield found(Reason.MISSING_CODE, shown, line=line, count=count)
