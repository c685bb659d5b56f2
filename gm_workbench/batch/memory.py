"""How much memory there is for reports: what is free, or what is left of what this program was granted."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from gm_workbench.kernels.server import MEMORY_MIB

GROUPS = (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))
"""Where Linux says what a container may use, and uses: the second and the first version of control groups."""

MARGIN = 0.9
"""Share of what is free that a batch plans with."""

UNKNOWN_STUDY = 800 * 2**20
"""What is assumed of a study that was never run: about four times what a small one needs."""

WORKER = 300 * 2**20
"""What the worker beside a kernel needs to draw and write."""


def budget(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Give the bytes that the reports of a batch may use together."""
    free = int(psutil.virtual_memory().available)
    return int(MARGIN * min([free, *_granted(groups)]))


def kernel_limit(room: int) -> dict[str, str]:
    """Give the environment that bounds a kernel: by what was asked, else by all that there is for reports.

    >>> kernel_limit(3 << 30)[MEMORY_MIB]
    '3072'
    """
    return {MEMORY_MIB: os.environ.get(MEMORY_MIB) or str(room >> 20)}


def _granted(groups: Path) -> list[int]:
    left = []
    for limit, used in GROUPS:
        try:
            left.append(int((groups / limit).read_text(encoding="ascii")) - int((groups / used).read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue  # no such group, or "max": no limit
    return [max(0, one) for one in left]
