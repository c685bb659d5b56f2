"""In what order reports are made, how many at once, and what becomes of one that ran out of memory."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from gm_workbench.batch import jobs, run
from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.lanes import LATER, Known, Lanes, Task
from gm_workbench.batch.learnt import learnt
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.memory import MARGIN, budget
from gm_workbench.batch.plan import Planned, Wish, plan
from gm_workbench.batch.progress import JsonLines
from gm_workbench.batch.run import run_batch
from gm_workbench.settings import Paths

TILBURG, AMERSFOORT = "tilburg_single_mothers", "amersfoort_upward_mobility"
GIGABYTE = 2**30


class Inline(Executor):
    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture
def made(project, monkeypatch):
    """Stand in for the workers: note what is made, and end it as the test says."""
    order, ends = [], {}

    def make_report(job):
        order.append((job.row.study, job.row.place))
        outcomes = ends.get((job.row.study, job.row.place), [])
        return outcomes.pop(0) if outcomes else Outcome(State.DONE, seconds=1)

    monkeypatch.setattr(run, "check_delivery", lambda _: jobs.Arrived(Outcome(State.DONE)))
    monkeypatch.setattr(run, "make_report", make_report)
    return order, ends


def batch(project, *wishes, told=None, **more):
    progress = JsonLines(stream=told) if told else None
    return run_batch(plan(wishes or [Wish()], project), project, 1, progress, new_lane=Inline, **more)


def note(project, study, place, **outcome):
    ledger = Ledger.at(project)
    ledger.finish(ledger.queue(Planned(study, place, "default", "", {}), f"{study}/{place}"), Outcome(State.DONE, **outcome))


def test_reports_that_take_longest_go_first_and_unknown_ones_before_them(project, made):
    order, _ = made
    note(project, AMERSFOORT, "GM0307", seconds=3)
    note(project, AMERSFOORT, "GM0855", seconds=9)
    batch(project, Wish(AMERSFOORT, "GM0307"), Wish(AMERSFOORT, "GM0855"), Wish(TILBURG, "GM0307"))
    assert order == [(TILBURG, "GM0307"), (AMERSFOORT, "GM0855"), (AMERSFOORT, "GM0307")]


def test_learnt_seconds_are_of_the_place_or_else_of_the_study(project):
    for place, seconds in (("GM0307", 2), ("GM0307", 4), ("GM0855", 9)):
        note(project, TILBURG, place, seconds=seconds, memory=GIGABYTE)
    known = learnt(Ledger.at(project))
    expected = {place: known.expected(Planned(TILBURG, place, "default", "", {})) for place in ("GM0307", "GM0855", "GM0363")}
    assert expected == {"GM0307": 3, "GM0855": 9, "GM0363": 5}
    assert known.expected(Planned(AMERSFOORT, "GM0307", "default", "", {})) is None
    assert known.memory == {TILBURG: GIGABYTE}


def test_report_that_ran_out_of_memory_is_made_once_more_after_all_others(project, made):
    order, ends = made
    killed = Outcome(State.KILLED, "the kernel died")
    ends[AMERSFOORT, "GM0307"] = [killed]
    ends[AMERSFOORT, "GM0855"] = [Outcome(State.FAILED, "MemoryError", cell=3), killed]
    ends[TILBURG, "GM0307"] = [Outcome(State.FAILED, "KeyError")]
    told = io.StringIO()
    wishes = [Wish(AMERSFOORT, "GM0307"), Wish(AMERSFOORT, "GM0855"), Wish(TILBURG, "GM0307")]
    summary = batch(project, *wishes, told=told)
    assert order[3:] == [(AMERSFOORT, "GM0307"), (AMERSFOORT, "GM0855")]
    assert [result.outcome.state for result in summary.results] == [State.DONE, State.KILLED, State.FAILED]
    attempts = [(attempt.place, attempt.state) for attempt in Ledger.at(project).attempts()]
    assert attempts == [
        ("GM0307", State.KILLED),
        ("GM0855", State.FAILED),
        ("GM0307", State.FAILED),
        ("GM0307", State.DONE),
        ("GM0855", State.KILLED),
    ]
    events = [json.loads(line) for line in told.getvalue().splitlines()]
    assert [event["event"] for event in events].count("retry") == 2
    assert events[0] == {"event": "decided", "total": 3, "to_make": 3, "fresh": 0}
    assert events[-1]["done"] == events[-1]["total"] == 3


def test_batch_makes_only_what_is_not_fresh_and_again_makes_all(project, made):
    order, _ = made
    batch(project)
    for row in plan([Wish()], project):
        row.folder(project).mkdir(parents=True)
        (row.folder(project) / "report.html").touch()
    everything = len(order)
    summary = batch(project)
    assert (len(order), len(summary.fresh), summary.new) == (everything, everything, ())
    (project.synthetic / "default" / "GM0855" / "wages.csv").touch()
    changed = batch(project)
    assert {place for _, place in order[everything:]} == {"GM0855"}
    assert len(changed.new) == 2
    assert len(batch(project, again=True).new) == everything


def fits(free: int, *needs: int) -> list[bool]:
    """Say of each report in turn whether it may run beside those before it."""
    row = {str(at): Planned(str(at), "GM0855", "default", "", {}) for at in range(len(needs))}
    learnt = run.Learnt({}, {str(at): need for at, need in enumerate(needs)})
    one = run.Batch(Paths(Path()), None, 9, None, None, room=free, learnt=learnt)
    tasks = [Task(name, print, jobs.Job(planned, Path(), Path(), name, 1, None)) for name, planned in row.items()]
    return [one._fits(task, tasks[:at]) for at, task in enumerate(tasks)]


def test_as_many_run_at_once_as_there_is_memory_for():
    assert fits(3 * GIGABYTE, GIGABYTE, GIGABYTE, GIGABYTE) == [True, True, False]
    assert fits(6 * GIGABYTE, GIGABYTE, GIGABYTE, GIGABYTE) == [True, True, True]


def test_memory_is_what_is_free_or_what_was_granted(tmp_path):
    assert budget(tmp_path) > 0
    (tmp_path / "memory.max").write_text("3000\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("1000\n", encoding="ascii")
    assert budget(tmp_path) == int(MARGIN * 2000)
    (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
    assert budget(tmp_path) > 3000


def test_task_that_does_not_fit_waits_and_runs_alone_when_nothing_else_does():
    seen = []
    tasks = [Task(name, str, name) for name in ("a", "b", "c")]

    def beside(task, running):
        seen.append((task.name, [one.name for one in running]))
        return False

    with Lanes(3, Inline) as lanes:
        assert [result for _, result in lanes.do(tasks, lambda _: None, beside)] == ["a", "b", "c"]
    assert all(running for _, running in seen)


def test_task_may_be_known_or_have_to_wait(monkeypatch):
    monkeypatch.setattr("gm_workbench.batch.lanes.POLL_SECONDS", 0.01)
    answers = {"known": [Known("seen before")], "later": [LATER, LATER, None], "now": [None]}
    with Lanes(2, Inline) as lanes:
        tasks = [Task(name, str.upper, name) for name in answers]
        ended = [(task.name, result) for task, result in lanes.do(tasks, lambda task: answers[task.name].pop(0))]
    assert ended == [("known", "seen before"), ("now", "NOW"), ("later", "LATER")]
