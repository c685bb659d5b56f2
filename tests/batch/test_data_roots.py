"""Real deliveries outside the project: each place may have a data root of its own, and a batch runs what may be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gm_workbench.batch import worker
from gm_workbench.batch.attempts import State
from gm_workbench.batch.catalogue import delivered, left_out
from gm_workbench.batch.inputs import see
from gm_workbench.batch.jobs import Intake
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.errors import UnknownPlace
from gm_workbench.intake.kept.catalog import Catalog, load, save
from gm_workbench.settings import Paths

TILBURG = "tilburg_single_mothers"


def deliver(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "delivery.yml").write_text("kind: real\n", encoding="utf-8")


@pytest.fixture
def roots(project, tmp_path):
    """Three real deliveries: in the project, and two in data roots of their own."""
    (project.root / "data" / "roots.csv").write_text("place,root\nGM0363,../own\nGM0200,../closed\n", encoding="utf-8")
    deliver(project.root / "data" / "raw" / "GM0855")
    deliver(project.root / "own" / "raw" / "GM0363")
    deliver(project.root / "closed" / "raw" / "GM0200")
    return project


@pytest.fixture
def closed(roots, monkeypatch):
    """Take away the right to read one data root, also from a user who may read everything."""
    real = os.access

    def access(path, mode, **more):
        return "closed" not in Path(path).parts and real(path, mode, **more)

    monkeypatch.setattr(os, "access", access)
    return roots


def test_places_with_a_data_root_of_their_own_have_delivered_too(roots):
    assert delivered("", roots) == ("GM0200", "GM0363", "GM0855")
    assert roots.delivery_of("GM0363", "") == roots.root / "own" / "raw" / "GM0363"
    assert roots.delivery_of("GM0363", "default") == roots.synthetic / "default" / "GM0363"


def test_delivery_in_the_project_does_not_count_where_the_place_has_a_data_root(roots):
    deliver(roots.root / "data" / "raw" / "GM0307")
    (roots.root / "data" / "roots.csv").write_text("place,root\nGM0307,../own\n", encoding="utf-8")
    assert "GM0307" not in delivered("", roots)


def test_data_root_that_was_asked_for_is_the_only_one(roots):
    asked = Paths(roots.root, roots.root / "own")
    assert delivered("", asked) == ("GM0363",)
    assert delivered("default", asked) == ("GM0307", "GM0855")


def test_batch_leaves_out_what_may_not_be_read_and_says_so(closed):
    assert delivered("", closed) == ("GM0363", "GM0855")
    (sentence,) = left_out("", closed)
    assert sentence.startswith("GM0200 is left out: you may not read its delivery in ")
    assert {row.place for row in plan([Wish(TILBURG, world="")], closed)} == {"GM0363", "GM0855"}


def test_place_that_may_not_be_read_and_was_asked_for_is_an_error(closed):
    with pytest.raises(UnknownPlace, match="There is no GM0200 to report on"):
        plan([Wish(TILBURG, "GM0200", world="")], closed)


def test_nothing_is_left_out_where_all_may_be_read(roots):
    assert left_out("", roots) == ()
    assert left_out("default", roots) == ()


def test_worker_checks_the_delivery_of_the_data_root(roots, monkeypatch):
    asked = []

    def check(place, _world, where):
        asked.append(where.raw_of(place))
        raise UnknownPlace("nothing there")

    monkeypatch.setattr(worker, "checked_tables", check)
    arrived = worker.check_delivery(Intake("GM0363", "", roots.root, roots.root / "other"))
    assert arrived.outcome.state is State.FAILED
    assert asked == [roots.root / "other" / "raw" / "GM0363"]


def test_report_is_stale_once_somebody_was_removed_although_no_file_changed(project):
    before = see("GM0307", "default", project)
    folder = project.checked_of("GM0307", "default")
    folder.mkdir(parents=True)
    save(folder, Catalog(forgets=1))
    after = see("GM0307", "default", project, before)
    assert after.digest != before.digest
    save(folder, Catalog(forgets=load(folder).forgets + 1))
    assert see("GM0307", "default", project, after).digest not in (before.digest, after.digest)
