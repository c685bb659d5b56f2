"""What makes a report stale, and what does not: on reports that the ledger says were made."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from gm_workbench.batch import freshness, modules
from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.decision import decide
from gm_workbench.batch.freshness import in_words
from gm_workbench.batch.inputs import UNREADABLE, Seen, see
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.batch.standing import PAGE, Stands, standings
from gm_workbench.vocabulary.text import Text

pytestmark = pytest.mark.untraced

TILBURG, AMERSFOORT, AMSTERDAM = "tilburg_single_mothers", "amersfoort_upward_mobility", "amsterdam_supervisor_cascade"


def note_made(project):
    """Give the rows of a plan, after the ledger was told that every report was made."""
    rows = plan([Wish()], project)
    ledger = Ledger.at(project)
    recipes = decide(rows, ledger, project).recipes
    for row in rows:
        folder = row.folder(project)
        attempt = ledger.queue(row, folder.relative_to(project.reports).as_posix(), None, recipes[folder])
        ledger.finish(attempt, Outcome(State.DONE, seconds=3))
        folder.mkdir(parents=True)
        (folder / PAGE).touch()
    return rows


@pytest.fixture
def made(project):
    return note_made(project)


@pytest.fixture
def network(project, write_notebook):
    """Give what was made with a notebook that compares teams, and so rests on a design, beside the two others."""
    cell = json.loads((project.notebooks / f"{TILBURG}.ipynb").read_text(encoding="utf-8"))["cells"][1]["source"]
    notebook = project.notebooks / f"{AMSTERDAM}.ipynb"
    write_notebook(notebook, "x = design", parameters=f'{"".join(cell)}\ndesign: str = "declared"')
    return note_made(project)


def stale(project, wish=None) -> dict[str, str]:
    """Say which reports are not fresh, and why."""
    rows = plan([wish or Wish()], project)
    decision = decide(rows, Ledger.at(project), project)
    found = {row.name: decision.standings[row.folder(project)] for row in rows}
    return {name: standing.why for name, standing in found.items() if not standing.fresh}


def edit(project, study, cell, source):
    file = project.notebooks / f"{study}.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["cells"][cell]["source"] = source
    file.write_text(json.dumps(content), encoding="utf-8")


def test_nothing_changed_is_fresh(project, made):
    assert len(made) == 8
    assert stale(project) == {}


def test_report_that_was_never_made_is_not_fresh(project):
    assert set(stale(project).values()) == {""}


def test_changed_delivery_makes_its_own_reports_stale_and_no_others(project, made):
    (project.synthetic / "default" / "GM0855" / "wages.csv").write_text("1", encoding="utf-8")
    assert stale(project) == dict.fromkeys([f"{AMERSFOORT} × GM0855", f"{TILBURG} × GM0855"], "changed: the delivery")


def test_changed_code_makes_the_reports_of_its_notebook_stale(project, made):
    edit(
        project,
        TILBURG,
        1,
        'place: str = "GM0307"\nworld: str = "default"\nperiod: str = "2023-01/2025-12"\npolicy: str = "cbs-stijl"',
    )
    assert {name.split(" ")[0] for name in stale(project)} == {TILBURG}
    assert "changed: the notebook's code" in stale(project).values()


def test_changed_words_are_told_from_changed_code(project, made):
    edit(project, TILBURG, 0, "# Another question?")
    assert set(stale(project).values()) == {"changed: the notebook's words"}


def test_tags_and_layout_of_the_file_change_nothing(project, made):
    file = project.notebooks / f"{TILBURG}.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["cells"][0]["metadata"]["tags"] = ["any"]
    file.write_text(json.dumps(content, indent=3), encoding="utf-8")
    assert stale(project) == {}


@pytest.mark.parametrize(
    ("file", "why", "studies"),
    [
        ("data/protocols/tilburg_single_mothers.yml", "the protocol", {TILBURG}),
        ("data/codes/wage_references.csv", "code lists", {TILBURG, AMERSFOORT}),
        ("data/policies/cbs-stijl.yml", "the disclosure policy", {TILBURG, AMERSFOORT}),
        ("data/policies/decisions.csv", "the decisions on disclosure", {TILBURG, AMERSFOORT}),
        ("requirements.lock", "the environment", {TILBURG, AMERSFOORT}),
    ],
)
def test_changed_declaration_is_named(project, made, file, why, studies):
    with (project.root / file).open("a", encoding="utf-8") as stream:
        stream.write("\n# changed\n")
    rows = {row.name: row for row in made}
    found = decide(made, Ledger.at(project), project).standings
    told = {name: found[row.folder(project)] for name, row in rows.items()}
    assert {name.split(" ")[0] for name, standing in told.items() if not standing.fresh} == studies
    assert {standing.why for standing in told.values() if not standing.fresh} == {f"changed: {why}"}


def test_decision_about_one_report_makes_no_other_stale(project, made):
    file = project.policies / "decisions.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}{TILBURG}/GM0855,who,withhold,too few,Ilse Vos,2026-11-01\n", encoding="utf-8")
    assert stale(project) == {f"{TILBURG} × GM0855": "changed: the decisions on disclosure"}


EVERYWHERE = ("GM0307", "GM0855", "published-unempdur")


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("file", "why", "reports"),
    [
        ("designs/parallel_clusters.yml", "the design of a comparison", {AMSTERDAM: EVERYWHERE}),
        ("designs/stepped_wedge.yml", "", {}),
        ("designs/README.md", "", {}),
        ("amsterdam_supervisor_cascade.yml", "the protocol", {AMSTERDAM: EVERYWHERE}),
        ("validation.yml", "", {}),
        ("../codes/instruments/ECR.yml", "an instrument", {TILBURG: (*EVERYWHERE, "published-bfi")}),
        ("../codes/instruments/USE.yml", "an instrument", {AMSTERDAM: EVERYWHERE}),
        (
            "../codes/instruments/ATT.yml",
            "an instrument",
            {AMSTERDAM: EVERYWHERE, TILBURG: (*EVERYWHERE, "published-bfi")},
        ),
        ("../codes/instruments/published/AGR.yml", "an instrument", {TILBURG: ("published-bfi",)}),
        ("../codes/instruments/NEW.yml", "", {}),
        ("../codes/.DS_Store", "", {}),
        ("../codes/lists/.geslacht.csv.swp", "", {}),
        ("../codes/lists/.#geslacht.csv", "", {}),
        ("../codes/lists/geslacht.csv~", "", {}),
        ("../codes/.ipynb_checkpoints/geslacht.csv", "", {}),
        ("../codes/municipalities.md", "", {}),
    ],
)
def test_changed_declaration_makes_exactly_the_reports_stale_that_rest_on_it(project, network, file, why, reports):
    changed = project.protocols / file
    changed.parent.mkdir(exist_ok=True)
    with changed.open("a", encoding="utf-8") as stream:
        stream.write("\n# changed\n")
    found = decide(network, Ledger.at(project), project).standings
    told = {row.name: found[row.folder(project)].why for row in network if not found[row.folder(project)].fresh}
    assert told == {f"{study} × {place}": f"changed: {why}" for study, places in reports.items() for place in places}


@pytest.mark.parametrize("asked", ["parameter", "code"])
def test_design_that_a_report_is_asked_for_counts_for_it_beside_the_declared_one(project, network, write_notebook, asked):
    if asked == "code":
        file = project.notebooks / f"{AMSTERDAM}.ipynb"
        cell = json.loads(file.read_text(encoding="utf-8"))["cells"][1]["source"]
        write_notebook(file, 'panel.teams.template(study, "stepped_wedge")', parameters="".join(cell))
    pairs = {"design": "stepped_wedge"} if asked == "parameter" else {}
    (row,) = plan([Wish(AMSTERDAM, "GM0307", parameters=pairs)], project)
    before = freshness.Recipes(project, see_nothing).of(row)
    for design in ("stepped_wedge", "before_after"):
        with (project.protocols / "designs" / f"{design}.yml").open("a", encoding="utf-8") as stream:
            stream.write("# changed\n")
        after = freshness.Recipes(project, see_nothing).of(row)
        assert freshness.changed(before, after) == (("designs",) if design == "stepped_wedge" else ())
        before = after


def see_nothing(*_: str) -> Seen:
    return Seen("", "")


@pytest.mark.parametrize(
    ("tag", "changes"),
    [("raises-exception", True), ("skip-execution", True), ("hide-input", False), ("parameters", True)],
)
def test_tag_that_decides_what_is_executed_is_code_and_another_is_not(project, made, write_notebook, tag, changes):
    notebook = project.notebooks / f"{TILBURG}.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    code = {**content["cells"][1], "source": "1 / 0", "metadata": {}, "id": "b"}
    before = {"cells": [*content["cells"], code]}
    after = {"cells": [*content["cells"], {**code, "metadata": {"tags": [tag]}}]}
    recipes = []
    for cells in (before, after):
        notebook.write_text(json.dumps({**content, **cells}), encoding="utf-8")
        recipes.append(freshness.Recipes(project, see_nothing)._study(TILBURG))
    assert freshness.changed(*recipes) == (("notebook",) if changes else ())


BROKEN = {
    "gone": (None, "the notebook is gone"),
    "empty": ("", "the notebook cannot be read"),
    "cut": ("{", "the notebook cannot be read"),
    "a list": ("[1]", "the notebook cannot be read"),
    "without cells": ("{}", "the notebook cannot be read"),
    "cells of numbers": ('{"cells": [1]}', "the notebook cannot be read"),
    "a cell without source": ('{"cells": [{"cell_type": "code", "metadata": {}}]}', "the notebook cannot be read"),
    "tags of numbers": (
        '{"cells": [{"cell_type": "code", "metadata": {"tags": 1}, "source": ""}]}',
        "the notebook cannot be read",
    ),
}


def spoil(notebook, content) -> None:
    """Remove a notebook, or write something else in its place."""
    notebook.unlink()
    if content is not None:
        notebook.write_text(content, encoding="utf-8")


@pytest.mark.parametrize("how", BROKEN)
def test_notebook_that_is_gone_or_unreadable_is_said_to_be_so_and_costs_only_its_own_reports(project, made, how):
    content, why = BROKEN[how]
    spoil(project.notebooks / f"{TILBURG}.ipynb", content)
    told = {folder: stood.standing for folder, stood in standings(Ledger.at(project), project).items()}
    assert {folder: standing.why for folder, standing in told.items() if not standing.fresh} == dict.fromkeys(
        [f"{TILBURG}/{place}" for place in ("GM0307", "GM0855", "published-bfi", "published-unempdur")], why
    )


def test_other_parameters_make_another_report_of_it(project, made):
    asked = Wish(AMERSFOORT, "GM0307", parameters={"wage_threshold": "0.6"})
    assert stale(project, asked) == {f"{AMERSFOORT} × GM0307": "changed: its parameters"}


def test_changed_room_makes_only_reports_stale_whose_notebook_uses_it(project, made, monkeypatch, write_notebook):
    own = {AMERSFOORT: "metrics.mobility", TILBURG: "metrics.scales"}
    for study, room in own.items():
        cell = json.loads((project.notebooks / f"{study}.ipynb").read_text(encoding="utf-8"))["cells"][1]["source"]
        write_notebook(
            project.notebooks / f"{study}.ipynb", f"from gm_workbench import metrics\n{room}", parameters="".join(cell)
        )
    before = {row.study: freshness.Recipes(project, lambda *_: None)._study(row.study) for row in made}
    there = modules.digests

    def other(rooms, *more):
        changed = "gm_workbench.metrics.mobility" in rooms
        return {**there(rooms, *more), **({"metrics": "other"} if changed else {})}

    monkeypatch.setattr(freshness, "digests", other)
    after = {row.study: freshness.Recipes(project, lambda *_: None)._study(row.study) for row in made}
    assert {study: freshness.changed(before[study], after[study]) for study in own} == {AMERSFOORT: ("metrics",), TILBURG: ()}


def test_changed_page_template_makes_every_report_stale(project, made, monkeypatch, tmp_path):
    package = tmp_path / "package"
    shutil.copytree(modules.HOME, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(freshness, "HOME", package)
    freshness._pages.cache_clear()
    assert stale(project) == {}
    (package / "report" / "templates" / "style.css").write_text("", encoding="utf-8")
    freshness._pages.cache_clear()
    assert set(stale(project).values()) == {"changed: how pages are drawn"}
    freshness._pages.cache_clear()


def test_removed_report_is_stale(project, made):
    (made[0].folder(project) / PAGE).unlink()
    assert stale(project) == {made[0].name: "the report was removed"}


def test_newer_failure_is_failed_and_not_fresh(project, made):
    ledger = Ledger.at(project)
    attempt = ledger.queue(made[0], made[0].folder(project).relative_to(project.reports).as_posix())
    ledger.start(attempt)
    assert standings(ledger, project)[f"{made[0].study}/{made[0].place}"].standing.stands is Stands.RUNNING
    ledger.finish(attempt, Outcome(State.TIMED_OUT, "too long", cell=4))
    stood = standings(ledger, project)[f"{made[0].study}/{made[0].place}"]
    assert (stood.standing.stands, stood.standing.why) == (Stands.FAILED, "timed out: too long")
    assert list(stale(project)) == [made[0].name]


def test_report_of_an_older_version_has_no_recipe_and_is_stale(project):
    ledger = Ledger.at(project)
    (row,) = plan([Wish(TILBURG, "GM0307")], project)
    ledger.finish(ledger.queue(row, f"{TILBURG}/GM0307"), Outcome(State.DONE))
    row.folder(project).mkdir(parents=True)
    (row.folder(project) / PAGE).touch()
    assert stale(project, Wish(TILBURG, "GM0307"))[row.name].startswith("made by an older version")


def test_ledger_keeps_how_deliveries_looked_so_that_only_changed_ones_are_read(project, made, monkeypatch):
    monkeypatch.setattr("gm_workbench.batch.inputs.SETTLED_SECONDS", -5.0)
    assert stale(project) == {}
    read = []
    monkeypatch.setattr("gm_workbench.batch.inputs._digest", lambda place, *_: read.append(place) or "")
    stale(project)
    assert read == []
    (project.synthetic / "default" / "GM0307" / "more.csv").touch()
    stale(project)
    assert read == ["GM0307"]


def test_file_of_the_same_size_and_date_is_seen_to_be_another(project):
    file = project.synthetic / "default" / "GM0307" / "wages.csv"
    file.write_text("1", encoding="utf-8")
    told = file.stat()
    before = see("GM0307", "default", project)
    file.write_text("2", encoding="utf-8")
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))
    after = see("GM0307", "default", project, before)
    assert (before.look != after.look, before.digest != after.digest) == (True, True)


def test_file_from_the_future_is_never_taken_as_settled(project):
    file = project.synthetic / "default" / "GM0307" / "delivery.yml"
    os.utime(file, (4e9, 4e9))
    assert not see("GM0307", "default", project).settled


def test_real_delivery_without_a_key_has_no_digest(project, monkeypatch):
    monkeypatch.delenv("GM_PSEUDONYM_KEY", raising=False)
    monkeypatch.delenv("GM_PSEUDONYM_KEY_FILE", raising=False)
    assert see("GM0307", "", project).digest == UNREADABLE


def test_what_changed_is_told_in_both_languages():
    assert in_words(("inputs", "panel")) == Text(
        "gewijzigd: de levering, gm_workbench/panel", "changed: the delivery, gm_workbench/panel"
    )
