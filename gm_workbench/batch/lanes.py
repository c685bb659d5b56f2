"""Tasks in processes, one at a time in each lane.

A lane is an executor with one worker. When a worker is killed, exactly the task that it was doing is lost: its lane is replaced
and the others never notice. One pool with many workers would lose everything that was waiting, and not say which task did it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from gm_workbench.errors import UsageError

A = TypeVar("A")
R = TypeVar("R")

WORKERS = "GM_WORKERS"


@dataclass(frozen=True, slots=True)
class Task(Generic[A, R]):
    """One call to make in some process."""

    name: str
    function: Callable[[A], R]
    argument: A


def spawned() -> Executor:
    """Give a lane in a fresh process: a fork would copy whatever threads and locks the parent happens to hold."""
    return ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn"), initializer=_silence)


def _silence() -> None:
    """Send what a worker and its kernel print to nowhere: a library that complains may quote a record, and logs are kept."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def worker_count(asked: int | None = None) -> int:
    """Say how many lanes to use: what was asked, else `GM_WORKERS`, else one for each core that we may use."""
    text = str(asked) if asked is not None else os.environ.get(WORKERS, "")
    if not text:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"The number of workers must be a whole number, 1 or more, but got {text!r}.")
    return int(text)


class Lanes:
    """Some lanes, opened when there is something to do and kept open until the end: starting a process takes seconds."""

    def __init__(self, workers: int, new_lane: Callable[[], Executor] = spawned) -> None:
        self.workers = workers
        self._new_lane = new_lane
        self._idle: list[Executor] = []
        self._busy: list[Executor] = []

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in [*self._idle, *self._busy]:
            lane.shutdown(cancel_futures=True)

    def do(self, tasks: Sequence[Task[A, R]], started: Callable[[Task[A, R]], None]) -> Iterator[tuple[Task[A, R], R | None]]:
        """Do the tasks, one at a time in each lane; yield each with its result when it ends, None if its worker was killed."""
        waiting = deque(tasks)
        running: dict[Future[R], tuple[Task[A, R], Executor]] = {}
        while waiting or running:
            while waiting and (lane := self._free()):
                task = waiting.popleft()
                started(task)
                running[lane.submit(task.function, task.argument)] = (task, lane)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task, lane = running.pop(future)
                killed = isinstance(future.exception(), BrokenExecutor)
                self._give_back(lane, broken=killed)
                yield task, None if killed else future.result()

    def _free(self) -> Executor | None:
        """Give a lane that has nothing to do, if there is one or may be one more."""
        if not self._idle and len(self._busy) == self.workers:
            return None
        lane = self._idle.pop() if self._idle else self._new_lane()
        self._busy.append(lane)
        return lane

    def _give_back(self, lane: Executor, *, broken: bool) -> None:
        self._busy.remove(lane)
        if broken:
            lane.shutdown(wait=False)
        else:
            self._idle.append(lane)
