"""Batches on a small delivery: notebooks that show something, and notebooks, deliveries and workers that fail."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from papermill.exceptions import PapermillExecutionError

from gm_workbench.batch import worker
from gm_workbench.batch.attempts import State
from gm_workbench.batch.execution import Execution
from gm_workbench.batch.goldens import PLACE
from gm_workbench.batch.index import index_rows, write_index_of
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.batch.processes import this_process
from gm_workbench.batch.progress import JsonLines
from gm_workbench.batch.run import run_batch
from gm_workbench.errors import BatchIncomplete
from gm_workbench.kernels.folders import RUN_DIR, environment
from gm_workbench.report.site import Status
from gm_workbench.settings import Paths

AMERSFOORT, TILBURG = "amersfoort_upward_mobility", "tilburg_single_mothers"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")

SHOWS = """
from gm_workbench.guard.showing import show
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Sentence, Shape, Slot, Words, plain
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

words = Words(
    id="answer", role=Role.ANSWER, heading=Text("Hoeveel?", "How many?"),
    sentence=Sentence(Text("Het zijn er {n}.", "There are {n}."), {"n": Slot("all", "n", "n")}),
    caption=Text("Aantal personen", "Number of persons"),
    alt=plain(Text("Een tabel met het aantal personen in totaal.", "A table with the number of persons.")),
    kind=DataKind("KIND"),
    population=same("x"), period=same("2024"), source=same("x"), shown_as=(Shape.TABLE,),
)
show(Output(words, (Cell("all", "n", Measure.COUNT, 250),)))
"""
SYNTHETIC = SHOWS.replace("KIND", "synthetic")


class InProcess(Execution):
    """Executes the cells here: most of what a batch does can be seen without the seconds that a kernel takes to start."""

    def execute(self) -> nbformat.NotebookNode:
        notebook = nbformat.read(self.notebook, as_version=4)
        names = dict(self.parameters)
        with environment({RUN_DIR: str(self.run.path)}):
            for index, cell in enumerate(notebook.cells):
                self._cell = index
                if cell.cell_type == "code" and index > 1:
                    self._call(cell, names)
        return notebook

    def _call(self, cell: nbformat.NotebookNode, names: dict[str, object]) -> None:
        self._cell += 1  # as if papermill had put in the cell with the parameters
        try:
            exec(cell.source, names)
        except Exception as error:
            raise PapermillExecutionError(self._cell, 1, cell.source, type(error).__name__, str(error), []) from None


class Inline(Executor):
    """A lane in this very process, so that a test sees everything that a worker does."""

    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture
def project(
    checked_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_notebook: Callable[..., Path]
) -> Paths:
    monkeypatch.setattr(worker, "Execution", InProcess)
    small = Paths(shutil.copytree(checked_project, tmp_path / "project"))
    shutil.rmtree(small.notebooks)
    write_notebook(small.notebooks / f"{TILBURG}.ipynb", SYNTHETIC)
    monkeypatch.setenv("GM_ROOT", str(small.root))
    return small


def make(project: Paths, *wishes: Wish, **more):
    return run_batch(plan(wishes, project), project, 2, **{"new_lane": Inline, **more})


def state(project: Paths) -> list[tuple[str, str, State]]:
    return [(attempt.study, attempt.place, attempt.state) for attempt in Ledger.at(project).attempts()]


def test_batch_makes_a_report_and_notes_it(project):
    summary = make(project, Wish(TILBURG, PLACE))
    assert [result.outcome.state for result in summary.results] == [State.DONE]
    folder = project.reports / TILBURG / PLACE
    assert {"report.html", "report.en.html", "report.ipynb", "manifest.json", "checksums.sha256"} <= {
        path.name for path in folder.iterdir()
    }
    (attempt,) = Ledger.at(project).attempts()
    assert (attempt.kind, attempt.headline.nl) == ("synthetic", "Het zijn er 250.")
    summary.raise_if_incomplete()


def test_manifest_says_what_the_report_was_made_from(project):
    make(project, Wish(TILBURG, PLACE))
    manifest = json.loads((project.reports / TILBURG / PLACE / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["study"], manifest["place"], manifest["kind"], manifest["seed"]) == (TILBURG, PLACE, "synthetic", 2026)
    assert manifest["parameters"]["policy"] == manifest["policy"] == "cbs-stijl"
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in manifest["inputs"].values())
    assert {"python", "pandas", "papermill"} <= set(manifest["versions"])


def test_public_data_are_reported_with_their_caveat_and_no_delivery(project, write_notebook):
    write_notebook(project.notebooks / f"{AMERSFOORT}.ipynb", SHOWS.replace("KIND", "published"))
    summary = make(project, Wish(AMERSFOORT, "published-wages"))
    assert [result.outcome.kind for result in summary.made] == ["published"]
    manifest = json.loads((project.reports / AMERSFOORT / "published-wages" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["seed"], list(manifest["inputs"])) == ("published", None, ["published-wages:wages"])
    assert manifest["caveat"]["en"]
    assert manifest["heading"]["nl"].endswith("niet afmaakten?")
    assert manifest["limits"]


def test_report_notebook_holds_no_path_of_this_machine(project):
    make(project, Wish(TILBURG, PLACE))
    text = (project.reports / TILBURG / PLACE / "report.ipynb").read_text(encoding="utf-8")
    assert str(project.root) not in text


def test_batch_of_nothing_is_done_at_once(project):
    summary = run_batch((), project, 2)
    assert (summary.results, summary.made, summary.not_made) == ((), (), ())
    summary.raise_if_incomplete()


def test_broken_delivery_costs_its_own_reports_only(project):
    broken = project.synthetic / "default" / "GM0855"
    shutil.copytree(project.synthetic / "default" / PLACE, broken)
    summary = make(project, Wish(TILBURG, "GM0855"), Wish(TILBURG, PLACE))
    assert state(project) == [(TILBURG, "GM0855", State.FAILED), (TILBURG, PLACE, State.DONE)]
    (failed,) = summary.not_made
    assert failed.outcome.reason.startswith("DeliveryError: ")
    assert str(project.root) not in failed.outcome.reason
    assert failed.outcome.cell is None
    with pytest.raises(BatchIncomplete, match=r"1 of 2 reports were not made(.|\n)*GM0855: failed: DeliveryError") as caught:
        summary.raise_if_incomplete()
    assert caught.value.exit_code == 51


def test_failed_run_leaves_the_last_good_report_and_says_so(project, write_notebook):
    make(project, Wish(TILBURG, PLACE))
    page = project.reports / TILBURG / PLACE / "report.html"
    good = page.read_bytes()
    write_notebook(project.notebooks / f"{TILBURG}.ipynb", SYNTHETIC, "{}['999900012']")
    summary = make(project, Wish(TILBURG, PLACE))
    assert (summary.not_made[0].outcome.reason, summary.not_made[0].outcome.cell) == ("KeyError", 4)
    assert page.read_bytes() == good
    (row,) = index_rows(Ledger.at(project), project)
    assert (row.status, row.headline.nl) == (Status.MADE, "Het zijn er 250.")
    assert row.newer_attempt_failed.nl == "bij cel 4: KeyError"


def test_failed_run_keeps_nothing_that_may_hold_a_value(project, write_notebook):
    write_notebook(project.notebooks / f"{TILBURG}.ipynb", "{}['999900012']")
    make(project, Wish(TILBURG, PLACE))
    found = [
        path
        for path in project.reports.rglob("*")
        if path.is_file() and (b"999900012" in path.read_bytes() or path.suffix == ".ipynb")
    ]
    assert found == []


def test_notebook_that_shows_nothing_is_refused(project, write_notebook):
    write_notebook(project.notebooks / f"{TILBURG}.ipynb", "1")
    summary = make(project, Wish(TILBURG, PLACE))
    assert summary.not_made[0].outcome.reason.startswith(
        "DisclosureRefused: Nothing of tilburg_single_mothers × GM9903 may be shown"
    )


def test_outputs_of_another_kind_of_data_than_the_delivery_are_refused(project, write_notebook):
    write_notebook(project.notebooks / f"{TILBURG}.ipynb", SHOWS.replace("KIND", "real"))
    summary = make(project, Wish(TILBURG, PLACE))
    assert "must be on synthetic data, but its outputs say that they are real" in summary.not_made[0].outcome.reason


@POSIX
@pytest.mark.slow
def test_batch_in_processes_goes_on_when_a_worker_is_killed(project, write_notebook):
    kill = "import os; os.kill(int(os.environ['JPY_PARENT_PID']), 9)"
    write_notebook(project.notebooks / f"{AMERSFOORT}.ipynb", kill)
    told = io.StringIO()
    rows = plan([Wish(place=PLACE)], project)
    summary = run_batch(rows, project, 2, JsonLines(stream=told))
    assert {result.row.study: result.outcome.state for result in summary.results} == {
        AMERSFOORT: State.KILLED,
        TILBURG: State.DONE,
    }
    assert [json.loads(line)["event"] for line in told.getvalue().splitlines()].count("end") == 3


def test_batch_that_is_stopped_leaves_nothing_that_seems_to_run(project):
    class Stopped(Inline):
        def submit(self, *_: object, **__: object) -> Future:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(project, Wish(TILBURG, PLACE), new_lane=Stopped)
    (attempt,) = Ledger.at(project).attempts()
    assert (attempt.state, attempt.reason) == (State.STOPPED, "the batch was stopped")


def test_index_lists_what_was_made_and_what_was_not(project):
    broken = project.synthetic / "default" / "GM0855"
    shutil.copytree(project.synthetic / "default" / PLACE, broken)
    make(project, Wish(TILBURG, "GM0855"), Wish(TILBURG, PLACE))
    index = write_index_of(project)
    assert index == project.reports / "index.html"
    text = index.read_text(encoding="utf-8")
    assert f"{TILBURG}/{PLACE}/report.html" in text
    assert "Tilburg" in text
    rows = {row.place: row for row in index_rows(Ledger.at(project), project)}
    assert (rows["GM0855"].status, rows["GM0855"].path) == (Status.FAILED, "")


def test_index_says_what_changed_since_a_report_was_made_and_what_is_being_made(project):
    make(project, Wish(TILBURG, PLACE))
    (project.synthetic / "default" / PLACE / "more.csv").touch()
    ledger, (row,) = Ledger.at(project), plan([Wish(TILBURG, PLACE)], project)
    other = replace(row, place="GM0855", parameters={})
    ledger.start(ledger.queue(other, f"{TILBURG}/GM0855", ledger.begin(this_process(), "gm-x")))
    rows = {row.place: row for row in index_rows(ledger, project)}
    assert (rows[PLACE].status, rows[PLACE].stale.nl) == (Status.MADE, "gewijzigd: de levering")
    assert (rows["GM0855"].status, rows["GM0855"].path) == (Status.RUNNING, "")
    text = write_index_of(project).read_text(encoding="utf-8")
    assert ("Verouderd: gewijzigd: de levering" in text, "wordt gemaakt" in text) == (True, True)


def test_index_says_when_a_report_was_removed(project):
    make(project, Wish(TILBURG, PLACE))
    shutil.rmtree(project.reports / TILBURG)
    (row,) = index_rows(Ledger.at(project), project)
    assert (row.status, row.reason.en) == (Status.FAILED, "the report was removed")
