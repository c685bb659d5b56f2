from __future__ import annotations

import io
import json

import pytest

from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.progress import Bar, JsonLines, Lines, Progress, progress_for

DONE, FAILED = Outcome(State.DONE, seconds=30), Outcome(State.FAILED, "KeyError", cell=4, seconds=10)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def follow(progress: Progress) -> str:
    progress.begin("reports", 3, 2)
    progress.started("a")
    progress.started("b")
    progress.ended("a", DONE)
    progress.ended("b", FAILED)
    progress.close()
    return progress.stream.getvalue() if isinstance(progress, (Lines, Bar)) else ""


def test_time_left_is_the_mean_of_what_is_done_shared_by_the_workers():
    progress = Progress()
    assert progress.seconds_left() == 0
    progress.begin("reports", 6, 2)
    for name, outcome in (("a", DONE), ("b", FAILED)):
        progress.started(name)
        progress.ended(name, outcome)
    assert progress.seconds_left() == (30 + 10) / 2 * 4 / 2
    assert progress.running == []


def test_time_left_is_never_less_than_the_longest_report_because_no_report_is_shared():
    progress = Progress()
    follow(progress)
    assert progress.seconds_left() == (30 + 10) / 2
    progress.begin("reports", 3, 2, {"a": 100, "b": 10, "c": None})
    assert progress.seconds_left() == 100


def test_time_left_is_what_was_learnt_less_what_has_passed(monkeypatch):
    progress = Progress()
    clock = iter([50.0, 80.0])
    monkeypatch.setattr("gm_workbench.batch.progress.time.monotonic", lambda: next(clock))
    progress.begin("reports", 1, 1, {"a": 100})
    progress.started("a")
    assert progress.seconds_left() == 100 - (80 - 50)


def test_lines_say_which_how_many_and_how_long():
    said = follow(Lines(stream=io.StringIO())).splitlines()
    assert said[0] == "reports: 3, 2 at a time"
    assert said[1:3] == ["  start  a", "  start  b"]
    assert said[3].split() == ["done", "a", "(30", "s;", "1", "of", "3,", "about", "30", "s", "left)"]
    assert said[4].split()[:2] == ["failed", "b"]


def test_json_lines_are_one_object_an_event():
    events = [json.loads(line) for line in follow(JsonLines(stream=io.StringIO())).splitlines()]
    assert [event["event"] for event in events] == ["begin", "start", "start", "end", "end"]
    assert events[-1] == {
        "event": "end",
        "name": "b",
        "state": "failed",
        "seconds": 10,
        "cell": 4,
        "reason": "KeyError",
        "done": 2,
        "total": 3,
        "seconds_left": 20,
    }


def test_bar_shows_what_runs_and_writes_failures_above_it():
    said = follow(Bar(stream=Terminal()))
    assert "reports 2/3" in said
    assert "failed: b" in said
    assert "30 s left; b" in said


@pytest.mark.parametrize(
    ("stream", "as_json", "kind"), [(Terminal(), False, Bar), (io.StringIO(), False, Lines), (Terminal(), True, JsonLines)]
)
def test_progress_fits_its_reader(stream, as_json, kind):
    assert type(progress_for(stream, as_json=as_json)) is kind
