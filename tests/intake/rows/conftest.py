"""Tiny files drawn in the test, opened by hand, so that rows are tested without a reader."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gm_workbench.intake.declared.forms import load_sources
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.reading.files import open_file, opened_as
from gm_workbench.intake.reading.opened import Batch, FileKind, Opened, Sniffed
from gm_workbench.intake.reading.recognise import recognise
from gm_workbench.intake.reading.sniff import sniff
from gm_workbench.intake.rows.books import Codebooks
from gm_workbench.intake.rows.parts import FileRows
from gm_workbench.intake.rows.pipeline import Within, read_rows
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.schemas import DataKind


def cells_of(drawing: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines()]


def opened(drawing: str, name: str = "export.csv", labels: dict[str, dict[str, str]] | None = None) -> Opened:
    """Open a table that is drawn with bars; a cell `_` is empty."""
    headers, *rows = cells_of(drawing)
    columns = {
        header: [row[at].replace("_", "") if row[at] == "_" else row[at] for row in rows] for at, header in enumerate(headers)
    }

    def batches(wanted: Sequence[str]) -> Iterator[Batch]:
        # two batches, so that dictionaries differ from one to the next
        for low, high in ((0, len(rows) // 2), (len(rows) // 2, len(rows))):
            arrays = [pa.array(columns[header][low:high], pa.string()).dictionary_encode() for header in wanted]
            yield Batch(pa.RecordBatch.from_arrays(arrays, list(wanted)), np.arange(low + 2, high + 2))

    return Opened(name, "", Sniffed(FileKind.TEXT), tuple(headers), len(rows), batches, labels=labels or {})


class Reader:
    """Reads drawn files as one place does: pseudonyms and links are remembered from file to file."""

    def __init__(self, kind: DataKind, codes: Path, period: str = "2024-01/2024-06") -> None:
        code = "GM9903" if kind is DataKind.SYNTHETIC else "GM0855"
        self.names = open_key(code, kind)
        self.within = Within(Place.parse(code), kind, Period.parse(period), codes, Codebooks(self.names))

    def __call__(self, drawing: str, source: str | Source, name: str = "export.csv", **more: object) -> FileRows:
        chosen = load_sources(self.within.codes)[source] if isinstance(source, str) else source
        return read_rows(opened(drawing, name, **more), chosen, self.within)

    def file(self, path: Path, sources: dict[str, Source] | None = None) -> list[FileRows]:
        """Read a file as it lies on disk: every table of it that a source knows, and what is refused at opening."""
        chosen = load_sources(self.within.codes) if sources is None else sources
        found = []
        for table in open_file(path, sniff(path)):
            hit = recognise(table, chosen.values())
            if hit is not None:
                found.append(read_rows(opened_as(path, hit.opened, hit.source), hit.source, self.within))
            elif table.refused:
                found.append(FileRows(table.name, "", (), (), table.faults))
        return found


@pytest.fixture
def read() -> Reader:
    return Reader(DataKind.SYNTHETIC, paths().codes)


@pytest.fixture
def read_real(monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "a key that is long enough for a test only")
    return Reader(DataKind.REAL, paths().codes)


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    """Copy the folder of codes, to be changed by a test."""
    return Path(shutil.copytree(paths().codes, tmp_path / "codes"))


@pytest.fixture
def reader_with(codes: Path) -> Callable[[], Reader]:
    return lambda: Reader(DataKind.SYNTHETIC, codes)
