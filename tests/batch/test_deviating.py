"""A report that is made and says itself that values in it are off; and the study that is about no municipality."""

from __future__ import annotations

import shutil

import nbformat
import pytest

from gm_workbench.batch import goldens
from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.catalogue import load_study, places_for
from gm_workbench.batch.goldens import MARK, write_goldens
from gm_workbench.batch.index import index_rows
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned, Wish, plan
from gm_workbench.batch.summary import Result, Summary
from gm_workbench.errors import BatchIncomplete, UnknownPlace, UnknownWorld, ValuesDeviate
from gm_workbench.report.site import Status
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.text import Text

STUDY, PLACE = "validation", "published-literature"
PARAMETERS = 'place: str = "published-literature"\nworld: str = ""\nperiod: str = ""\npolicy: str = "cbs-stijl"'
SAID = Text("1 van de 9 waarden wijkt af.", "1 of the 9 values is off.")
OFF = Outcome(State.DEVIATES, SAID.en, kind="published", headline=SAID)


@pytest.fixture
def project(project, write_notebook):
    write_notebook(project.notebooks / f"{STUDY}.ipynb", parameters=PARAMETERS)
    return project


def places(study: str, *wishes: Wish, project: Paths) -> list[str]:
    return [row.place for row in plan(wishes, project) if row.study == study]


def summary(*states: State) -> Summary:
    return Summary(tuple(Result(Planned(STUDY, f"place-{s}", "", "", {}), Outcome(s, f"why {s}")) for s in states), 1.0)


def test_validation_is_planned_for_the_literature_and_for_no_municipality(project):
    assert places(STUDY, Wish(), project=project) == [PLACE]
    assert places_for(load_study(STUDY, project), "default", project) == (PLACE,)
    assert STUDY not in [row.study for row in plan([Wish(place="GM0855")], project)]
    assert [(row.study, row.world) for row in plan([Wish(place=PLACE)], project)] == [(STUDY, "")]


def test_validation_of_a_municipality_is_refused(project):
    with pytest.raises(UnknownPlace, match=r"no GM0855 to report on.*validation shows of public data: published-literature"):
        plan([Wish(STUDY, "GM0855")], project)


def test_validation_needs_no_delivery(project):
    shutil.rmtree(project.synthetic)
    assert places(STUDY, Wish(STUDY), project=project) == [PLACE]
    with pytest.raises(UnknownWorld):
        plan([Wish("tilburg_single_mothers")], project)


def test_report_that_deviates_is_made_and_is_an_error_of_its_own():
    found = summary(State.DONE, State.DEVIATES)
    assert ([one.outcome.state for one in found.made], found.not_made) == ([State.DONE, State.DEVIATES], ())
    with pytest.raises(ValuesDeviate, match=r"(?s)values are off.*place-deviates: deviates: why deviates") as caught:
        found.raise_if_incomplete()
    assert caught.value.exit_code == 52
    assert "place-done" not in str(caught.value)


def test_report_that_was_not_made_weighs_more_than_one_that_deviates():
    with pytest.raises(BatchIncomplete, match=r"(?s)1 of 2 reports were not made.*place-failed.*place-deviates"):
        summary(State.DEVIATES, State.FAILED).raise_if_incomplete()


@pytest.mark.parametrize(
    ("state", "made"), [(State.DEVIATES, True), (State.DONE, True), (State.FAILED, False), (State.QUEUED, False)]
)
def test_state_says_whether_there_is_a_report(state, made):
    assert (state.made, state.ended) == (made, state is not State.QUEUED)


@pytest.mark.parametrize(
    ("last", "status", "newer"), [(OFF, Status.DEVIATES, ""), (Outcome(State.FAILED, "KeyError"), Status.DEVIATES, "KeyError")]
)
def test_index_says_that_a_report_deviates_also_after_a_later_failure(project, last, status, newer):
    ledger = Ledger.at(project)
    row, folder = Planned(STUDY, PLACE, "", "", {}), f"{STUDY}/{PLACE}"
    for outcome in (OFF, last):
        ledger.finish(ledger.queue(row, folder), outcome)
    (project.reports / folder).mkdir(parents=True)
    (project.reports / folder / "report.html").touch()
    (shown,) = index_rows(ledger, project)
    assert (shown.status, shown.headline, shown.newer_attempt_failed.en) == (status, SAID, newer)
    assert ledger.latest_done()[folder].state is State.DEVIATES


def test_copy_of_a_notebook_about_public_data_is_made_at_its_own_place(tmp_path, monkeypatch, write_notebook):
    project = Paths(tmp_path)
    write_notebook(project.notebooks / "a.ipynb", f"{MARK}\nprint(place)", parameters=PARAMETERS)
    monkeypatch.setattr(goldens, "small_project", lambda source, _: source)
    (made,) = write_goldens(project)
    assert nbformat.read(made, as_version=4).cells[-1].outputs[0].text == "published-literature\n"
