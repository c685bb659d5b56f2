from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest

from gm_workbench import errors
from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.decision import decide
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned, Wish, plan
from gm_workbench.batch.summary import Result, Summary
from gm_workbench.cli import demo, reports
from gm_workbench.cli.main import COMMANDS, exit_codes, gm

STUDY = "amersfoort_upward_mobility"


def deliver(project, *places, world="default"):
    for place in places:
        folder = project.synthetic / world / place
        folder.mkdir(parents=True)
        (folder / "delivery.yml").touch()


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """Stand in for the batch: note what it was asked to make, and say that it made all but Tilburg's."""
    rows_of = []

    def run_batch(rows, paths, workers, progress, *, cell_seconds, again):
        rows_of.append((rows, workers, cell_seconds))
        failed = Outcome(State.FAILED, "KeyError", cell=4)
        return Summary(tuple(Result(row, failed if row.place == "GM0855" else Outcome(State.DONE)) for row in rows), 61)

    monkeypatch.setattr(reports, "run_batch", run_batch)
    return rows_of


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(call, name):
    said = call(name, "--help")
    assert said.exit_code == 0
    assert f"Example:\n    gm {name}" in said.output
    options = [option for option in gm.get_command(None, name).params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_error_that_nobody_foresaw_is_told_without_what_it_says(call, monkeypatch):
    """What a library says may quote a record."""

    def broken(*_, **__):
        raise ValueError("person 123456782 Jansen")

    monkeypatch.setattr("gm_workbench.cli.reports.run_batch", broken)
    monkeypatch.setattr("gm_workbench.cli.reports.plan", broken)
    said = call("run")
    assert said.exit_code == 1
    assert "ValueError, in reports.py, line" in said.output
    assert "Jansen" not in said.output
    assert "Traceback" not in said.output


def test_help_lists_every_command_and_every_exit_code(call):
    said = call("--help").output
    assert [name for name in COMMANDS if f"\n  {name} " not in said] == []
    assert [code for code in exit_codes() if f"\n    {code:>3}  " not in said] == []


def test_exit_codes_are_those_of_the_errors_and_each_is_owned_once():
    def below(kind):
        return [kind, *(deeper for child in kind.__subclasses__() for deeper in below(child))]

    own = [kind.exit_code for kind in below(errors.WorkbenchError) if "exit_code" in vars(kind)]
    assert sorted(own) == sorted(exit_codes())[1:]
    assert len(own) == len(set(own))


def test_help_answers_before_anything_heavy_is_imported():
    script = "import sys; from gm_workbench.cli.main import gm; gm.main(['--help'], standalone_mode=False); "
    done = subprocess.run(
        [sys.executable, "-c", script + "print([m for m in ('pandas', 'matplotlib', 'nbformat') if m in sys.modules])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.rstrip().endswith("[]")


def test_command_that_does_not_exist_is_told_as_click_does(call):
    assert call("demos").exit_code == 2


def test_studies_are_listed(call, project):
    assert STUDY in call("studies").output
    (study,) = json.loads(call("studies", "--json").output)
    assert study["study"] == STUDY
    assert study["primary_estimand"] == "held_24m"
    assert study["published"] == ["published-wages", "published-nlswork"]
    assert study["parameters"][-1] == {
        "name": "wage_threshold",
        "type": "float",
        "default": 0.6667,
        "meaning": "share of the median",
        "allowed": "at least 0.4 and at most 0.9",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((STUDY, "-p", "wage_treshold=0.6"), 12, "HINT: did you mean wage_threshold?"),
        ((STUDY, "-p", "wage_threshold=much"), 13, "must be float but got 'much'"),
        ((STUDY, "-p", "wage_threshold=2"), 14, "at least 0.4 and at most 0.9"),
        ((STUDY, "--place", "GM1"), 11, "GM1"),
        (("amersfort",), 10, "There is no study amersfort"),
        ((STUDY, "--world", "other"), 15, "Declare it first in data/worlds"),
        (("--plan", "nowhere.csv"), 16, "There is no plan file nowhere.csv"),
        ((STUDY, "--plan", "plan.csv"), 2, "must stand alone"),
        ((STUDY, "-p", "wage_threshold"), 2, "name=value"),
        (("--workers", "0"), 2, "whole number, 1 or more"),
    ],
)
def test_wrong_run_stops_with_its_own_code_and_no_traceback(call, project, asked, arguments, code, said):
    deliver(project, "GM0307")
    result = call("run", *arguments)
    assert (result.exit_code, asked) == (code, [])
    assert result.stderr.startswith("gm: ")
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_run_makes_what_was_asked_and_says_where(call, project, asked):
    deliver(project, "GM0307")
    result = call("run", STUDY, "--place", "GM0307", "-p", "wage_threshold=0.6", "--workers", "3", "--cell-seconds", "9")
    ((rows, workers, cell_seconds),) = asked
    assert [(row.place, row.parameters["wage_threshold"]) for row in rows] == [("GM0307", 0.6)]
    assert (workers, cell_seconds, result.exit_code) == (3, 9, 0)
    assert f"made      reports/{STUDY}/GM0307/report.html" in result.stdout
    assert "1 of 1 reports made in 1 min 1 s." in result.stdout
    assert f"Index: {project.reports / 'index.html'}" in result.stdout
    assert (project.reports / "index.html").exists()


def test_run_of_real_data_takes_the_places_of_the_data_root_that_was_asked_for(call, project, asked, tmp_path):
    folder = tmp_path / "share" / "raw" / "GM0307"
    folder.mkdir(parents=True)
    (folder / "delivery.yml").touch()
    assert call("run", STUDY, "--real", "--place", "GM0307").exit_code == 11
    call("run", STUDY, "--real", "--data", str(tmp_path / "share"))
    ((rows, _, _),) = asked
    assert [(row.study, row.place, row.world) for row in rows] == [(STUDY, "GM0307", "")]


def test_run_from_a_plan_file(call, project, asked, tmp_path):
    deliver(project, "GM0307")
    plan = tmp_path / "plan.csv"
    plan.write_text(f"study;place\n{STUDY};GM0307\n", encoding="utf-8")
    assert call("run", "--plan", str(plan)).exit_code == 0
    assert [row.place for row in asked[0][0]] == ["GM0307"]


def test_run_of_an_incomplete_batch_ends_with_its_own_code(call, project, asked):
    deliver(project, "GM0307", "GM0855")
    result = call("run", "--place", "GM0307", "--place", "GM0855")
    assert result.exit_code == 51
    assert "1 of 2 reports were not made" in result.stderr
    assert f"- {STUDY} × GM0855: failed at cell 4: KeyError" in result.stderr


def test_demo_writes_deliveries_only_when_they_are_not_current(call, project, asked, monkeypatch):
    written = []
    monkeypatch.setattr(demo, "write_world", lambda *arguments, **_: written.append(arguments[0]))
    monkeypatch.setattr(demo.warm, "server_address", lambda: None)
    monkeypatch.setattr(demo, "is_current", lambda *_: bool(written))
    deliver(project, "GM0307")
    assert [call("demo").exit_code, written] == [0, ["default"]]
    assert [call("demo").exit_code, written] == [0, ["default"]]
    assert [call("demo", "--fresh").exit_code, written] == [0, ["default", "default"]]
    assert [row.place for row in asked[0][0]] == ["GM0307", "published-wages", "published-nlswork"]


def test_status_tells_the_last_attempt(call, project):
    assert "Make the demonstration with: gm demo" in call("status").output
    ledger = Ledger.at(project)
    for state in (State.DONE, State.FAILED):
        attempt = ledger.queue(Planned(STUDY, "GM0307", "default", "2023-01/2025-12", {}), f"{STUDY}/GM0307")
        ledger.start(attempt)
        ledger.finish(attempt, Outcome(state, "KeyError", cell=4))
    assert "cell 4: KeyError" in call("status").output
    (row,) = json.loads(call("status", "--json").output)
    assert (row["state"], row["cell"], row["why"], row["folder"]) == ("failed", 4, "KeyError", f"{STUDY}/GM0307")


def test_status_says_what_changed_since_a_report_was_made(call, project):
    deliver(project, "GM0307")
    ledger, rows = Ledger.at(project), plan([Wish(STUDY, "GM0307")], project)
    ((folder, recipe),) = decide(rows, ledger, project).recipes.items()
    ledger.finish(ledger.queue(rows[0], f"{STUDY}/GM0307", None, recipe), Outcome(State.DONE, memory=5))
    folder.mkdir(parents=True)
    (folder / "report.html").touch()
    (fresh,) = json.loads(call("status", "--json").output)
    assert (fresh["stands"], fresh["changed"], fresh["memory"], fresh["why"]) == ("fresh", [], 5, "")
    (project.policies / "cbs-stijl.yml").touch()
    (project.synthetic / "default" / "GM0307" / "more.csv").touch()
    assert "stale   " in call("status").output
    assert "changed: the delivery" in call("status").output
    (stale,) = json.loads(call("status", "--json").output)
    assert (stale["stands"], stale["changed"]) == ("stale", ["inputs"])


def test_run_again_asks_for_what_is_fresh_too(call, project, monkeypatch):
    told = []
    monkeypatch.setattr(reports, "run_batch", lambda *_, again, **__: told.append(again) or Summary((), 0))
    deliver(project, "GM0307")
    assert [call("run", *more).exit_code for more in ((), ("--again",))] == [0, 0]
    assert told == [False, True]


def test_run_that_is_stopped_writes_the_index_and_ends_with_its_own_code(call, project, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(reports, "run_batch", stopped)
    deliver(project, "GM0307")
    result = call("run")
    assert (result.exit_code, "What was finished is kept" in result.stderr) == (54, True)
    assert (project.reports / "index.html").exists()


def test_scan_names_the_rule_and_the_place_and_not_the_value(call, project):
    page = project.reports / STUDY / "report.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>niets</p>", encoding="utf-8")
    assert (call("scan").exit_code, call("scan").output) == (0, "1 file scanned, no findings.\n")
    page.write_text("<td>20010101</td>\n<td>19800101</td>", encoding="utf-8")
    result = call("scan", str(project.reports))
    assert result.exit_code == 40
    assert "birth date" in result.output
    assert "19800101" not in result.output
    assert "Een datum die een geboortedatum kan zijn." in result.output
    told = json.loads(call("scan", "--json", str(page)).stdout)
    assert told["files"] == 1
    assert [(one["file"], one["line"], one["rule"]) for one in told["findings"]] == [
        (f"reports/{STUDY}/report.html", line, "birth date") for line in (1, 2)
    ]
    assert told["meanings"]["birth date"]["en"] == "A day that may be a date of birth."


def test_scan_of_nothing_says_so(call, project):
    result = call("scan", "nowhere")
    assert result.exit_code == 2
    assert "There is no nowhere to scan" in result.stderr
