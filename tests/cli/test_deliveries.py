from __future__ import annotations

import json

from gm_workbench.batch import demonstration
from gm_workbench.batch.demonstration import is_current

PLACE = "GM9903"


def test_check_says_good_of_a_good_delivery(call, written):
    result = call("check", PLACE)
    assert result.exit_code == 0
    assert f"{PLACE}  good   synthetic" in result.stdout
    (row,) = json.loads(call("check", "--json").stdout)
    assert row["rows"] > 1000


def test_check_lists_every_fault_and_ends_with_the_code_of_a_delivery(call, written):
    folder = written.synthetic / "default" / PLACE
    (folder / "caseload.csv").write_bytes(b"")
    (folder / "introducties.csv").write_bytes((folder / "introducties.csv").read_bytes().replace(b";", b"#"))
    result = call("check")
    assert result.exit_code == 20
    assert f"{PLACE}  refused" in result.stdout
    assert "caseload.csv" in result.stderr
    assert "introducties.csv" in result.stderr


def test_check_of_a_place_without_delivery_says_so(call, written):
    result = call("check", "GM0855")
    assert result.exit_code == 11
    assert "GM0855 has no delivery in data/synthetic/default" in result.stderr


def test_check_of_an_unknown_world_says_so(call, project):
    assert call("check", "--world", "other").exit_code == 15


def test_synthesise_writes_the_places_that_were_asked_for(call, project, monkeypatch):
    monkeypatch.setattr("gm_workbench.worlds.deliveries.truth", lambda *_: {})
    result = call("synthesise", "--place", PLACE, "--seed", "3")
    assert (result.exit_code, result.stdout) == (0, f"written  data/synthetic/default/{PLACE}\n")
    assert "seed: 3" in (project.synthetic / "default" / PLACE / "delivery.yml").read_text(encoding="utf-8")


def test_synthesise_of_an_unknown_world_says_so(call, project):
    assert call("synthesise", "--world", "other").exit_code == 15


def test_world_is_current_until_seed_code_or_deliveries_change(written, monkeypatch):
    only = {PLACE: demonstration.load_world("default", written.worlds).towns[PLACE]}
    monkeypatch.setattr(demonstration, "load_world", lambda *_: type("World", (), {"towns": only}))
    assert is_current("default", 7, written)
    assert not is_current("default", 8, written)
    code_list = next(written.codes.glob("*.csv"))
    before = code_list.read_bytes()
    code_list.write_bytes(before + b"\n")
    assert not is_current("default", 7, written)
    code_list.write_bytes(before)
    (written.synthetic / "default" / PLACE / "delivery.yml").unlink()
    assert not is_current("default", 7, written)
