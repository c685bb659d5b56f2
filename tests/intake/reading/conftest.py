"""Small files as a supplier may write them, and all that a reader says of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gm_workbench.intake.reading.files import open_file
from gm_workbench.intake.reading.opened import Opened, Sniffed
from gm_workbench.intake.reading.sniff import sniff

PLANT = "999912345"
"""A number that is in every cell or name that no message may quote."""


@dataclass(frozen=True)
class Told:
    """A table with its cells by header, the line of each row, and the reasons of its faults."""

    opened: Opened
    cells: dict[str, list[str]]
    lines: list[int]

    @property
    def reasons(self) -> list[tuple[str, int | None, int]]:
        return [(fault.reason.value, fault.line, fault.count) for fault in (*self.opened.faults, *self.opened.late)]


def read_all(opened: Opened, wanted: Sequence[str] | None = None) -> Told:
    """Read all of a table; no message may hold the planted number."""
    wanted = wanted or opened.headers
    cells: dict[str, list[str]] = {header: [] for header in wanted}
    lines: list[int] = []
    for batch in opened.batches(wanted):
        assert not any(column.null_count for column in batch.cells.columns)
        for header in wanted:
            cells[header] += batch.cells.column(header).to_pylist()
        lines += batch.lines.tolist()
    assert PLANT not in repr((opened.faults, opened.late))
    return Told(opened, cells, lines)


@pytest.fixture
def told() -> Callable[..., Told]:
    return read_all


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file; a text is written as UTF-8."""

    def written(name: str, content: bytes | str) -> Path:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / name

    return written


@pytest.fixture
def sniffed(write: Callable[[str, bytes | str], Path]) -> Callable[[bytes | str], Sniffed]:
    return lambda content: sniff(write("file.dat", content))


@pytest.fixture
def read(write: Callable[[str, bytes | str], Path]) -> Callable[..., Told]:
    """Write a file, open it, and read its first table."""

    def first(content: bytes | str, name: str = "file.csv", wanted: Sequence[str] | None = None) -> Told:
        path = write(name, content)
        return read_all(open_file(path, sniff(path))[0], wanted)

    return first


@pytest.fixture
def tables() -> Callable[[Path], list[Told]]:
    """Open a file and read all its tables."""
    return lambda path: [read_all(opened) for opened in open_file(path, sniff(path))]
