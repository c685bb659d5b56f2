from __future__ import annotations

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from gm_workbench.errors import DeliveryError, MissingKey, UnknownPlace, UnknownWorld
from gm_workbench.intake import cache, store
from gm_workbench.intake.store import checked_tables, worlds_there
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.schemas import DataKind


@pytest.fixture
def where(delivery, tmp_path):
    """A project with one delivery and the declarations of this one."""
    shutil.copytree(paths().codes, tmp_path / "data" / "codes")
    return Paths(tmp_path)


@pytest.fixture
def no_check(monkeypatch):
    """Make a fresh check impossible, so that tables can only come from the cache."""

    def refuse(*_):
        raise AssertionError("checked again")

    return lambda: monkeypatch.setattr(store, "_check", refuse)


def shelf(where, world="tiny", place="GM9903"):
    return where.checked / world / place


def test_second_time_comes_from_the_cache_and_is_the_same(where, no_check):
    first = checked_tables("GM9903", "tiny", where)
    no_check()
    again = checked_tables("GM9903", "tiny", where)
    assert (again.kind, again.place, again.digests, again.notes) == (DataKind.SYNTHETIC, "GM9903", first.digests, first.notes)
    assert first.tables.keys() == again.tables.keys()
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])


def test_an_introduction_of_a_team_in_no_roster_is_noted_and_counted_without_its_name(delivery):
    assert delivery.check().notes == ()
    delivery.put("introducties_teams.csv", 2, "TEAM", "T77")
    assert delivery.check().notes == ("team_introductions: a team that is in no roster is not compared (rows: 1)",)


def test_without_rosters_nothing_is_noted_of_teams(delivery):
    (delivery.folder / "teams.csv").unlink()
    delivery.mark(files=None)
    assert delivery.check().notes == ()


def test_notes_come_back_from_the_cache(real_delivery, where, no_check):
    real_delivery.put("BUS_202401.csv", 2, "BURGERSERVICENUMMER", "12345672")
    first = checked_tables("GM0855", "", where)
    no_check()
    assert first.notes
    assert checked_tables("GM0855", "", where).notes == first.notes


def test_changed_file_is_checked_again_and_the_old_tables_are_removed(where, delivery):
    checked_tables("GM9903", "tiny", where)
    (before,) = shelf(where).iterdir()
    delivery.put("kosten_voorzieningen.csv", 2, "BEDRAG", "1,00")
    assert 1.0 in set(checked_tables("GM9903", "tiny", where).tables["costs"]["amount"])
    (after,) = shelf(where).iterdir()
    assert before != after


def test_changed_file_with_a_fault_is_refused_although_a_good_one_was_kept(where, delivery):
    checked_tables("GM9903", "tiny", where)
    (delivery.folder / "caseload.csv").write_bytes(b"")
    with pytest.raises(DeliveryError, match="the file is empty"):
        checked_tables("GM9903", "tiny", where)
    assert len(list(shelf(where).iterdir())) == 1


@pytest.mark.parametrize("declared", ["layouts/bus.yml", "lists/leefvorm.csv", "instruments/ECR.yml"])
def test_changed_declaration_is_checked_again(where, no_check, declared):
    checked_tables("GM9903", "tiny", where)
    path = where.codes / declared
    path.write_bytes(path.read_bytes().replace(b"BWBR0031830", b"BWBR0031831").replace(b"assumed", b"assumed "))
    no_check()
    with pytest.raises(AssertionError, match="checked again"):
        checked_tables("GM9903", "tiny", where)


def test_changed_code_of_intake_is_checked_again(where, no_check, monkeypatch):
    checked_tables("GM9903", "tiny", where)
    monkeypatch.setattr(cache, "_wing", lambda: "another version")
    no_check()
    with pytest.raises(AssertionError, match="checked again"):
        checked_tables("GM9903", "tiny", where)


def test_kept_tables_are_for_their_owner_only(where):
    checked_tables("GM9903", "tiny", where)
    entries = [where.checked, *where.checked.rglob("*")]
    assert {entry.stat().st_mode & 0o777 for entry in entries if entry.is_dir()} == {0o700}
    assert {entry.stat().st_mode & 0o777 for entry in entries if entry.is_file()} == {0o600}


def test_nothing_that_is_kept_holds_an_identifier(where, tables):
    checked_tables("GM9903", "tiny", where)
    kept = b"".join(path.read_bytes() for path in where.checked.rglob("*") if path.is_file())
    assert kept
    assert not any(person.encode() in kept for person in tables["benefits"]["person"])


def test_digests_are_keyed_and_cover_every_file(where, delivery):
    digests = checked_tables("GM9903", "tiny", where).digests
    assert set(digests) == {path.name for path in delivery.folder.iterdir()}
    plain = hashlib.sha256((delivery.folder / "introducties.csv").read_bytes()).hexdigest()
    assert plain not in digests.values()
    assert len(digests["introducties.csv"]) == 64


def test_two_checks_at_once_do_no_harm(where):
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda _: checked_tables("GM9903", "tiny", where), range(2))
    assert one.digests == two.digests
    (kept,) = shelf(where).iterdir()
    assert not kept.name.startswith(".")


def test_the_second_to_keep_the_same_throws_its_own_away(tmp_path):
    folder = tmp_path / "checked" / "tiny" / "GM9903" / "key"
    for amount in (1.0, 2.0):
        cache.save(folder, {"costs": pd.DataFrame({"amount": [amount]})}, ("a note",))
    tables, notes = cache.load(folder)
    assert tables["costs"]["amount"].tolist() == [1.0]
    assert notes == ("a note",)
    assert [entry.name for entry in folder.parent.iterdir()] == ["key"]


def test_folder_that_cannot_be_made_is_an_error(tmp_path, monkeypatch):
    def fail(*_):
        raise PermissionError("not here")

    monkeypatch.setattr("pathlib.Path.rename", fail)
    with pytest.raises(PermissionError, match="not here"):
        cache.save(tmp_path / "a" / "b" / "c" / "key", {}, ())
    assert list((tmp_path / "a" / "b" / "c").iterdir()) == []


def test_unknown_world_lists_those_that_are_there(where):
    with pytest.raises(
        UnknownWorld, match=r"there are: tiny\. HINT: did you mean tiny\? Make it with: gm synthesise --world tinny"
    ) as caught:
        checked_tables("GM9903", "tinny", where)
    assert caught.value.exit_code == 15


@pytest.mark.parametrize("world", ["../raw", "raw", "tiny/..", "."])
def test_world_is_a_name_and_no_path(where, world):
    (where.synthetic / "raw").mkdir()
    with pytest.raises(UnknownWorld, match="No synthetic world"):
        checked_tables("GM9903", world, where)


def test_no_worlds_are_there_before_one_is_made(tmp_path):
    assert worlds_there(Paths(tmp_path)) == ()
    with pytest.raises(UnknownWorld, match="there are: none yet"):
        checked_tables("GM9903", "tiny", _with_codes(tmp_path))


def _with_codes(tmp_path):
    shutil.copytree(paths().codes, tmp_path / "data" / "codes")
    return Paths(tmp_path)


def test_place_without_delivery_says_how_to_make_one(where):
    with pytest.raises(UnknownPlace, match=r"GM0855 \(Tilburg\) has no delivery .* gm synthesise --world tiny --place GM0855"):
        checked_tables("GM0855", "tiny", where)


def test_place_without_real_delivery_says_where_to_put_one(where):
    with pytest.raises(UnknownPlace, match=r"Put the exports and a delivery\.yml in .*GM0855"):
        checked_tables("GM0855", "", where)


def test_published_place_has_no_delivery(where):
    with pytest.raises(UnknownPlace, match="published data set"):
        checked_tables("published-wages", "tiny", where)


def test_real_delivery_is_kept_apart_and_under_its_own_key(where, real_delivery):
    checked = checked_tables("GM0855", "", where)
    assert checked.kind is DataKind.REAL
    assert len(list(shelf(where, "raw", "GM0855").iterdir())) == 1


def test_real_delivery_without_key_is_refused(where, real_delivery, monkeypatch):
    monkeypatch.delenv("GM_PSEUDONYM_KEY")
    with pytest.raises(MissingKey, match="Real data need a pseudonym key"):
        checked_tables("GM0855", "", where)
    with pytest.raises(MissingKey, match="Real data need a pseudonym key"):
        real_delivery.check()


def test_faults_of_a_real_delivery_are_told_without_a_key(real_delivery, monkeypatch):
    monkeypatch.delenv("GM_PSEUDONYM_KEY")
    (real_delivery.folder / "caseload.csv").write_bytes(b"")
    with pytest.raises(DeliveryError, match="the file is empty"):
        real_delivery.check()
