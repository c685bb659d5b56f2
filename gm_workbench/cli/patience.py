"""What a long command is doing, on standard error, once it has taken two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from threading import Event, Thread
from types import TracebackType

AFTER = 2.0
"""Seconds of silence."""

EVERY = 1.0


class Patience:
    """Says which of several things is being done and for how long: again and again on a terminal, else once for each thing.

    >>> with Patience(2) as patience:
    ...     [place for place in patience.over(["GM0855", "GM0363"])]
    ['GM0855', 'GM0363']
    """

    def __init__(self, total: int) -> None:
        self._total, self._doing, self._at = total, "", 0
        self._start, self._told = time.monotonic(), ""
        self._done = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Patience:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()
        if self._told and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")

    def over(self, things: Sequence[str]) -> Iterator[str]:
        """Give the things one by one, and remember which one is being done."""
        for self._at, self._doing in enumerate(things, start=1):
            yield self._doing

    def _watch(self) -> None:
        wait = AFTER
        while not self._done.wait(wait):
            wait = EVERY
            self._say()

    def _say(self) -> None:
        words = f"gm: checking {self._doing} ({self._at} of {self._total})"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{words}, {time.monotonic() - self._start:.0f} s")
        elif words != self._told:
            sys.stderr.write(f"{words}\n")
        self._told = words
        sys.stderr.flush()
