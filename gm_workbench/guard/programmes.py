"""Integer programmes, solved without a word: HiGHS prints some lines past Python, whatever is asked of it.

In a notebook such a line would be an output that nobody made; in what a command prints for a program it would be in the way.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scipy.optimize import OptimizeResult, milp

STDOUT = 1
"""The descriptor that C prints to; `sys.stdout` of Python may be something else."""


def solved(cost: Any, **asked: Any) -> OptimizeResult:
    """Solve as `scipy.optimize.milp` does, and let nothing of it be printed.

    >>> solved([1.0, 1.0], integrality=[1, 1], bounds=(0.5, 3)).x.tolist()
    [1.0, 1.0]
    """
    with nothing_printed():
        return milp(cost, **asked)


@contextmanager
def nothing_printed() -> Iterator[None]:
    """Let what C prints meanwhile go nowhere."""
    flush = ctypes.CDLL(None).fflush if os.name == "posix" else (lambda _: None)
    flush(None)  # what others printed before is theirs
    kept, nowhere = os.dup(STDOUT), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDOUT)
    try:
        yield
    finally:
        flush(None)
        os.dup2(kept, STDOUT)
        os.close(kept)
        os.close(nowhere)
