"""Which process began something, whether it still lives, and how to end all that a batch started.

The number of a process is used again after it ends, and clocks are set back, so a process is known by its number *and* by how
long after the machine's start it began, as the kernel counts it, with the name of that start of the machine.
"""

from __future__ import annotations

import os
import platform
import shutil
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MARK = "GM_BATCH"
"""Environment variable that every process of a batch inherits; its value names the batch."""

FOLDER = "gm-"
"""How the name of a batch's private folder begins."""

TRACKER = "multiprocessing.resource_tracker"
"""A process that Python itself starts, and that ends with the process it watches."""

STOPS = (signal.SIGINT, signal.SIGTERM)
"""The signals that ask to stop."""

END_SECONDS = 1.0
"""How long to wait for processes that were told to end."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, so that no other process is ever taken for it."""

    host: str
    pid: int
    born: str

    @property
    def elsewhere(self) -> bool:
        """Whether it runs, or ran, on another machine; this one may have had another name."""
        return self.host != platform.node() and not self._begun_here

    @property
    def _begun_here(self) -> bool:
        """Whether it began since this machine's last start, among the processes that are seen from here."""
        start = _boot()
        return start != "" and self.born.startswith(f"{start}+")

    @property
    def alive(self) -> bool:
        """Whether it still runs; of another machine that cannot be seen, and it is taken to run."""
        return self.elsewhere or (self.born != "" and _born(self.pid) == self.born)


def this_process() -> Owner:
    """Give the process that asks."""
    return Owner(platform.node(), os.getpid(), _born(os.getpid()))


def _born(pid: int) -> str:
    """Say when a process began; empty when there is none. Linux counts from the machine's start, which no clock changes."""
    try:
        if Path("/proc/self/stat").is_file():
            # the name of the program, in brackets, may hold spaces
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            return "" if fields[0] == "Z" else f"{_boot()}+{fields[19]}"
        return str(psutil.Process(pid).create_time())
    except (OSError, psutil.Error):
        return ""


def _boot() -> str:
    """Name this start of the machine and the processes that are seen from here: containers share the one and not the other."""
    file, seen = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    return f"{file.read_text(encoding='ascii').strip()}/{seen.stat().st_ino}" if file.is_file() and seen.exists() else ""


def end_marked(mark: str) -> int:
    """End every process of ours that was started with `mark` in its environment, but not this one; say how many there were."""
    found = [process for process in psutil.process_iter() if process.pid != os.getpid() and _has(process, mark)]
    for process in found:
        with suppress(psutil.Error):
            process.kill()
    end = time.monotonic() + END_SECONDS
    while any(_runs(process) for process in found) and time.monotonic() < end:
        time.sleep(0.01)
    return len(found)


def _runs(process: psutil.Process) -> bool:
    """Whether a process still runs: one that ended, and that its parent has not asked after, does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def clear(mark: str) -> None:
    """End what a batch started, and remove its private folder, whose path is the mark: it may hold outputs as they were."""
    folder = Path(mark)
    if mark and folder.name.startswith(FOLDER):
        end_marked(mark)
        shutil.rmtree(folder, ignore_errors=True)


def _has(process: psutil.Process, mark: str) -> bool:
    try:
        told: Mapping[str, str] = process.environ()
        return told.get(MARK) == mark and not any(TRACKER in word for word in process.cmdline())
    except (psutil.Error, OSError):
        return False  # another user's, or gone meanwhile


@contextmanager
def stopped_by_signal() -> Iterator[None]:
    """Let a polite request to end (SIGTERM) stop a batch as Ctrl-C does; only the main thread may hear signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in STOPS}
    signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        for one, answer in before.items():
            signal.signal(one, answer or signal.SIG_DFL)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def cleared_when_stopped(mark: str) -> Iterator[None]:
    """End what a batch started when it is stopped or breaks off; used inside its lanes, whose end would wait for them.

    Until the end of `stopped_by_signal` a second Ctrl-C is not heard: it would leave half of what the first is ending.
    """
    try:
        yield
    except BaseException:
        if threading.current_thread() is threading.main_thread():
            for one in STOPS:
                signal.signal(one, _unheard)
        clear(mark)
        raise


def _unheard(*_: object) -> None:
    """Do nothing; unlike SIG_IGN this is not inherited."""
