from __future__ import annotations

import sys
import time

import pytest

from gm_workbench.batch.lanes import Task, in_lanes, worker_count
from gm_workbench.errors import UsageError

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


KILL = "__import__('os').kill(__import__('os').getpid(), 9)"
"""A lane is another process, which can only call what it can import: eval is there everywhere."""


def test_lanes_do_nothing_without_tasks():
    assert list(in_lanes([], 2, print)) == []


@POSIX
def test_killed_worker_costs_its_own_task_and_no_other():
    started = []
    tasks = [Task(name, eval, KILL if name == "killed" else f"2 * {name}") for name in ("1", "killed", "2", "3")]
    ended = {task.name: result for task, result in in_lanes(tasks, 2, lambda task: started.append(task.name))}
    assert ended == {"1": 2, "killed": None, "2": 4, "3": 6}
    assert sorted(started) == sorted(ended)


def test_lanes_stop_when_the_caller_does():
    began = time.monotonic()
    tasks = [Task("quick", eval, "1"), Task("never", time.sleep, 60)]
    for _ in in_lanes(tasks, 1, print):
        break
    assert time.monotonic() - began < 30


def test_workers_are_what_was_asked_else_what_the_machine_says(monkeypatch):
    monkeypatch.setenv("GM_WORKERS", "3")
    assert (worker_count(5), worker_count()) == (5, 3)
    monkeypatch.delenv("GM_WORKERS")
    assert worker_count() >= 1


@pytest.mark.parametrize("text", ["0", "two", "-1", "1.5"])
def test_workers_must_be_a_whole_number(monkeypatch, text):
    monkeypatch.setenv("GM_WORKERS", text)
    with pytest.raises(UsageError, match=f"whole number, 1 or more, but got '{text}'"):
        worker_count()
