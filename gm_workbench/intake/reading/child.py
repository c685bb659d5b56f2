"""Readers in C and Rust in a process of their own, so that a crash, a hang or a bomb is a fault of the file and no more.

The path goes in by standard input and the cells come out by standard output as Arrow; standard error is dropped, because a
library's words may quote a cell. The child has no key in its environment and writes no core.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from gm_workbench.intake.declared.limits import LIMITS, Limits
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.grid import Grid, opened, read_grids, too_large_fault
from gm_workbench.intake.reading.opened import FileKind, Opened, Sniffed
from gm_workbench.intake.reasons import Reason

SMALL = 1 << 24
"""What a zip of any ratio may become, in bytes: a small workbook packs very well, and does no harm."""

FORMATS = {FileKind.XLSX: "Excel", FileKind.XLS: "Excel", FileKind.ODS: "OpenDocument", FileKind.SAV: "SPSS"}


def in_child(kind: FileKind, path: Path, limits: Limits = LIMITS) -> tuple[Opened, ...] | Fault:
    """Read a workbook or SPSS file in a process of its own.

    Parameters
    ----------
    kind : FileKind
        What its bytes are; one of `FORMATS`.
    path : Path
        The file.
    limits : Limits
        Time, memory and size; beyond them the file is too large, or cannot be read.

    Returns
    -------
    tuple of Opened, or Fault
        One for each sheet that holds cells; a fault when the file cannot be read at all.
    """
    bomb = _bomb(path, limits)
    if bomb is not None:
        return bomb
    told = _run(kind, path, limits)
    damaged = found(Reason.FORMAT, masked(path.name), format=FORMATS[kind])
    if told is None:
        return damaged
    try:
        grids = read_grids(told)
    except (pa.ArrowException, ValueError, KeyError, StopIteration):
        return damaged
    tables = tuple(opened(grid, path, Sniffed(kind), limits) for grid in grids if len(grid.columns) or grid.facts.too_large)
    return tables or found(Reason.EMPTY, masked(path.name))


def _bomb(path: Path, limits: Limits) -> Fault | None:
    """Refuse a zip that says itself that it would become too large."""
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as packed:
            sizes = [(member.file_size, member.compress_size) for member in packed.infolist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return found(Reason.FORMAT, masked(path.name), format="zip")
    whole = sum(size for size, _ in sizes)
    packed_size = max(sum(size for _, size in sizes), 1)
    if whole > limits.unzipped_bytes:
        return too_large_fault(path.name, "bytes", whole, limits.unzipped_bytes)
    if whole > SMALL and whole > limits.unzip_ratio * packed_size:
        return too_large_fault(path.name, "ratio", whole // packed_size, limits.unzip_ratio)
    return None


def _run(kind: FileKind, path: Path, limits: Limits) -> bytes | None:
    seconds = limits.seconds_for(path.stat().st_size)
    told = json.dumps(asdict(replace(limits, child_seconds=seconds)))
    command = [sys.executable, "-P", "-m", "gm_workbench.intake.reading.child", kind, told]
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("GM_")}
    try:
        done = subprocess.run(  # noqa: S603  # our own module, and nothing of the delivery in its arguments
            command,
            input=os.fsencode(path.resolve()),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env=quiet,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def _hold(limits: Limits) -> None:
    """Bound memory, time and core files of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has none; there the parent's clock is what is left
        return
    asked = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: limits.child_bytes,
        resource.RLIMIT_CPU: int(limits.child_seconds) + 1,
    }
    for what, most in asked.items():
        _, allowed = resource.getrlimit(what)  # who is bound more tightly already cannot ask for more
        least = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(what, (least, least))


def _reader(kind: FileKind) -> Callable[[Path, Limits], Iterator[Grid]]:
    # each is imported under the limits, and only the one that is needed
    if kind is FileKind.SAV:
        from gm_workbench.intake.reading.spss import spss_table

        return spss_table
    from gm_workbench.intake.reading.sheets import sheet_tables

    return sheet_tables


def _tell(kind: FileKind, path: Path, limits: Limits, out: BinaryIO) -> None:
    for grid in _reader(kind)(path, limits):
        grid.write(out)


def main() -> None:
    """Read the file that standard input names and write its tables."""
    limits = Limits(**json.loads(sys.argv[2]))
    _hold(limits)
    path = Path(os.fsdecode(sys.stdin.buffer.read()))
    _tell(FileKind(sys.argv[1]), path, limits, sys.stdout.buffer)


if __name__ == "__main__":
    main()
