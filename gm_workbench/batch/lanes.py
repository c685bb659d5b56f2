"""Tasks in processes, one at a time in each lane.

A lane is an executor with one worker. When a worker is killed, exactly the task that it was doing is lost: its lane is replaced
and the others never notice. One pool with many workers would lose everything that was waiting, and not say which task did it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import Generic, TypeVar

from gm_workbench.batch.processes import MARK, STOPS, clear
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


@dataclass(frozen=True, slots=True)
class Known(Generic[R]):
    """Says of a task that was about to start that its result is known already."""

    result: R


class Later:
    """Says of a task that was about to start that it cannot start now."""


LATER = Later()

POLL_SECONDS = 0.5
"""How often a task that could not start is tried again."""


def always(task: Task[A, R], running: Sequence[Task[A, R]]) -> bool:
    """Let any task run beside any others."""
    del task, running
    return True


def spawned() -> Executor:
    """Give a lane in a fresh process: a fork would copy whatever threads and locks the parent happens to hold."""
    lane = ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
    with _held_back():
        lane.submit(_ready)  # the process begins with the first thing that it is asked
    return lane


def _ready() -> None:
    """Do nothing: a process that does this has begun."""


def _begin() -> None:
    """Begin a worker: silent, deaf to Ctrl-C (its parent decides what that means), and gone when its parent is."""
    _silence()
    # a function and not SIG_IGN, which what the worker starts would inherit; nor may it inherit that signals are held back
    signal.signal(signal.SIGINT, lambda *_: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _silence() -> None:
    """Send what a worker and its kernel print to nowhere: a library that complains may quote a record, and logs are kept."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _end_with_parent() -> None:
    """Wait until the parent is gone, then end everything of its batch: nobody is left to note what comes of it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        clear(os.environ.get(MARK, ""))
        os._exit(1)


@contextmanager
def _held_back() -> Iterator[None]:
    """Hold a stop back while a process starts, which inherits that and would else die of Ctrl-C; ours is heard afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # started within, it would let signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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

    def do(
        self,
        tasks: Sequence[Task[A, R]],
        started: Callable[[Task[A, R]], object],
        fits: Callable[[Task[A, R], Sequence[Task[A, R]]], bool] = always,
    ) -> Iterator[tuple[Task[A, R], R | None]]:
        """Do tasks, one at a time in each lane; yield each with its result when it ends, None if its worker was killed.

        Parameters
        ----------
        tasks : sequence of Task
            The first that fits goes first.
        started : callable
            Called with a task before it starts. When it gives `LATER` the task is tried again later, when it gives a `Known`
            that is the result, and when it gives anything else the task starts.
        fits : callable
            Whether a task may run beside those that run; when nothing runs, any task may.
        """
        waiting = deque(tasks)
        running: dict[Future[R], tuple[Task[A, R], Executor]] = {}
        while waiting or running:
            held: list[Task[A, R]] = []
            while (task := self._next(waiting, [one for one, _ in running.values()], fits)) is not None:
                answer = started(task)
                if isinstance(answer, Known):
                    yield task, answer.result
                elif isinstance(answer, Later):
                    held.append(task)
                else:
                    self._start(task, running)
            waiting.extend(held)
            yield from self._ended(running, POLL_SECONDS if waiting else None)

    def _next(
        self,
        waiting: deque[Task[A, R]],
        running: Sequence[Task[A, R]],
        fits: Callable[[Task[A, R], Sequence[Task[A, R]]], bool],
    ) -> Task[A, R] | None:
        """Take the first waiting task that may start now, if a lane is free for it."""
        if len(running) >= self.workers:
            return None
        task = next((one for one in waiting if not running or fits(one, running)), None)
        if task is not None:
            waiting.remove(task)
        return task

    def _start(self, task: Task[A, R], running: dict[Future[R], tuple[Task[A, R], Executor]]) -> None:
        lane = self._idle.pop() if self._idle else self._new_lane()
        self._busy.append(lane)
        try:
            future = lane.submit(task.function, task.argument)
        except BrokenExecutor as error:  # its worker was killed while it had nothing to do
            future = Future()
            future.set_exception(error)
        running[future] = (task, lane)

    def _ended(
        self, running: dict[Future[R], tuple[Task[A, R], Executor]], seconds: float | None
    ) -> Iterator[tuple[Task[A, R], R | None]]:
        """Wait until something ends, or for some seconds, and give what ended."""
        if not running:
            time.sleep(seconds or 0)
            return
        for future in wait(running, timeout=seconds, return_when=FIRST_COMPLETED).done:
            task, lane = running.pop(future)
            killed = isinstance(future.exception(), BrokenExecutor)
            self._give_back(lane, broken=killed)
            yield task, None if killed else future.result()

    def _give_back(self, lane: Executor, *, broken: bool) -> None:
        self._busy.remove(lane)
        if broken:
            lane.shutdown(wait=False)
        else:
            self._idle.append(lane)
