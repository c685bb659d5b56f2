from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor

import pytest

from gm_workbench.batch.lanes import Lanes, Task, worker_count
from gm_workbench.errors import UsageError

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


KILL = "__import__('os').kill(__import__('os').getpid(), 9)"
"""A lane is another process, which can only call what it can import: eval is there everywhere."""


def test_lanes_do_nothing_without_tasks():
    with Lanes(2) as lanes:
        assert list(lanes.do([], print)) == []


@POSIX
def test_killed_worker_costs_its_own_task_and_no_other():
    started = []
    tasks = [Task(name, eval, KILL if name == "killed" else f"2 * {name}") for name in ("1", "killed", "2", "3")]
    with Lanes(2) as lanes:
        ended = {task.name: result for task, result in lanes.do(tasks, lambda task: started.append(task.name))}
    assert ended == {"1": 2, "killed": None, "2": 4, "3": 6}
    assert sorted(started) == sorted(ended)


PROCESS = "__import__('os').getpid()"


def test_lanes_keep_their_processes_from_one_round_to_the_next():
    with Lanes(1) as lanes:
        first, second = ([result for _, result in lanes.do([Task("who", eval, PROCESS)], print)] for _ in range(2))
    assert first == second


def test_worker_says_nothing_where_a_log_could_keep_it(capfd):
    with Lanes(1) as lanes:
        list(lanes.do([Task("loud", eval, "print('999900012', flush=True)")], str))
    assert capfd.readouterr() == ("", "")


@POSIX
def test_stop_while_a_worker_starts_is_heard_afterwards_and_the_worker_may_be_interrupted(monkeypatch):
    submit, said = ProcessPoolExecutor.submit, []

    def interrupted(lane, *call):
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)  # a tester may have threads that hold nothing back
        said.append("held back")
        return submit(lane, *call)

    held = "sorted(__import__('signal').pthread_sigmask(__import__('signal').SIG_BLOCK, []))"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Lanes(1) as lanes:
            monkeypatch.setattr(ProcessPoolExecutor, "submit", interrupted)
            with pytest.raises(KeyboardInterrupt):
                next(lanes.do([Task("first", eval, "1")], str))
            monkeypatch.setattr(ProcessPoolExecutor, "submit", submit)
            assert said == ["held back"]
            assert [result for _, result in lanes.do([Task("mask", eval, held)], str)] == [[]]
    finally:
        signal.signal(signal.SIGINT, before)


@POSIX
def test_stop_is_heard_when_a_task_begins_in_a_worker_that_was_there(monkeypatch):
    submit, ignored = ProcessPoolExecutor.submit, []

    def noted(lane, *call):
        ignored.append((signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, [])))
        return submit(lane, *call)

    with Lanes(1) as lanes:
        list(lanes.do([Task("first", eval, "1")], str))
        monkeypatch.setattr(ProcessPoolExecutor, "submit", noted)
        list(lanes.do([Task("second", eval, "2")], str))
    assert ignored == [(signal.getsignal(signal.SIGINT), set())]


@POSIX
def test_worker_that_was_killed_while_it_had_nothing_to_do_costs_its_next_task_only():
    with Lanes(1) as lanes:
        ((_, worker),) = lanes.do([Task("who", eval, PROCESS)], str)
        os.kill(worker, signal.SIGKILL)
        ended = [result for _, result in lanes.do([Task(word, eval, "1") for word in ("lost", "done")], str)]
    assert ended == [None, 1]


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
