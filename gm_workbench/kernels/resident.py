"""How much memory a process and all that it started have. Linux only, by what the system tells of each process."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")


def memory_of(pid: int) -> int:
    """Give the memory that a process and its descendants have, in MiB; what they share with one another is counted once."""
    family = family_of(pid)
    return resident(pid) if len(family) == 1 else sum(own_part(one) for one in family)


def family_of(pid: int) -> list[int]:
    """Give a process and its descendants."""
    family = [pid]
    for one in family:
        family += [int(child) for tasks in PROC.glob(f"{one}/task/*/children") for child in _read(tasks).split()]
    return family


def resident(pid: int) -> int:
    """Give the memory of a process, in MiB, as if it shared nothing."""
    pages = _read(PROC / str(pid) / "statm").split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") >> 20 if pages else 0


def own_part(pid: int) -> int:
    """Give the memory of a process, in MiB, in which each shared page counts for its part."""
    told = [line.split() for line in _read(PROC / str(pid) / "smaps_rollup").splitlines()]
    return next((int(words[1]) >> 10 for words in told if words[:1] == ["Pss:"]), 0)


def _read(file: Path) -> str:
    """Read what the system tells; a process that is gone tells nothing."""
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return ""
