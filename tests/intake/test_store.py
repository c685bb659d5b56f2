from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from gm_workbench.errors import DeliveryError, KeyChanged, MissingKey, MixedKinds, RetentionPassed, UnknownPlace, UnknownWorld
from gm_workbench.intake import acceptance
from gm_workbench.intake.kept import catalog, retention
from gm_workbench.intake.kept.catalog import load
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.store import accept, checked_tables, open_tables, worlds_there
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.schemas import DataKind


@pytest.fixture
def where(delivery, tmp_path):
    """A project with one delivery, of a few files, and the declarations of this one."""
    delivery.alone("BUS_202401.csv", "BUS_202402.csv", "caseload.csv", "kosten_voorzieningen.csv", "introducties.csv")
    shutil.copytree(paths().codes, tmp_path / "data" / "codes")
    return Paths(tmp_path)


@pytest.fixture
def no_check(monkeypatch):
    """Make a fresh check impossible, so that tables can only come from what is kept."""

    def refuse(*_, **__):
        raise AssertionError("checked again")

    return lambda: monkeypatch.setattr(acceptance, "_read", refuse)


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
    assert not [note for note in delivery.check().notes if "team" in note]
    delivery.put("introducties_teams.csv", 2, "TEAM", "T77")
    (noted,) = [note for note in delivery.check().notes if "team" in note]
    assert noted == "introductions are about a team that is in no roster, which cannot be compared"


def test_without_rosters_nothing_is_noted_of_teams(delivery):
    (delivery.folder / "teams.csv").unlink()
    delivery.mark(files=None)
    assert not [note for note in delivery.check().notes if "team" in note]


def test_notes_come_back_from_the_cache(real_delivery, where, no_check):
    real_delivery.put("BUS_202401.csv", 2, "BURGERSERVICENUMMER", "12345672")
    first = checked_tables("GM0855", "", where)
    no_check()
    assert first.notes
    assert checked_tables("GM0855", "", where).notes == first.notes


def test_changed_file_is_checked_again_and_its_part_is_replaced(where, delivery):
    checked_tables("GM9903", "tiny", where)
    before = load(shelf(where)).parts
    delivery.put("kosten_voorzieningen.csv", 2, "BEDRAG", "1,00")
    assert 1.0 in set(checked_tables("GM9903", "tiny", where).tables["costs"]["amount"])
    after = load(shelf(where)).parts
    assert before.keys() == after.keys()
    assert {path.split("/")[1] for path in before if before[path] != after[path]} == {"costs"}


def test_refused_file_leaves_what_was_accepted_of_it_in_force_and_says_so(where, delivery):
    first = checked_tables("GM9903", "tiny", where)
    (delivery.folder / "caseload.csv").write_bytes(b"")
    for _ in range(2):
        again = checked_tables("GM9903", "tiny", where)
        pd.testing.assert_frame_equal(again.tables["caseload"], first.tables["caseload"])
        assert again.digests == first.digests
        assert "caseload.csv was refused: what was accepted of it before" in again.notes[-1]
    for _ in range(2):
        with pytest.raises(DeliveryError, match="the file has no rows"):
            accept("GM9903", "tiny", where)


def test_other_files_of_a_delivery_with_a_refused_one_are_in_force(where, delivery):
    checked_tables("GM9903", "tiny", where)
    (delivery.folder / "caseload.csv").write_bytes(b"")
    delivery.put("kosten_voorzieningen.csv", 2, "BEDRAG", "1,00")
    tables = checked_tables("GM9903", "tiny", where).tables
    assert (len(tables["caseload"]), set(tables["costs"]["amount"])) == (2, {1.0, -20.0})


def test_file_that_is_refused_at_first_gives_nothing_and_the_others_are_in_force(where, delivery):
    (delivery.folder / "caseload.csv").write_bytes(b"")
    with pytest.raises(DeliveryError, match="the file has no rows"):
        accept("GM9903", "tiny", where)
    assert set(checked_tables("GM9903", "tiny", where).tables) == {"benefits", "costs", "introductions"}


def test_month_of_two_files_of_which_one_is_refused_later_stays_whole(where, delivery):
    rows = (delivery.folder / "BUS_202401.csv").read_bytes().splitlines(keepends=True)
    (delivery.folder / "BUS_202401.csv").write_bytes(rows[0] + rows[1])
    (delivery.folder / "BUS_202401_b.csv").write_bytes(rows[0] + rows[2])
    delivery.mark(files=None)
    first = checked_tables("GM9903", "tiny", where).tables["benefits"]
    assert len(first) == 3
    (delivery.folder / "BUS_202401_b.csv").write_bytes(b"")
    pd.testing.assert_frame_equal(checked_tables("GM9903", "tiny", where).tables["benefits"], first)


def test_refused_file_is_not_opened_again_for_every_report(where, delivery, no_check):
    checked_tables("GM9903", "tiny", where)
    (delivery.folder / "caseload.csv").write_bytes(b"")
    checked_tables("GM9903", "tiny", where)
    no_check()
    assert "caseload" in checked_tables("GM9903", "tiny", where).tables
    with pytest.raises(DeliveryError, match="the file has no rows"):
        accept("GM9903", "tiny", where)


def test_delivery_that_is_put_back_is_in_force_without_a_remark(where, delivery):
    first = checked_tables("GM9903", "tiny", where)
    whole = (delivery.folder / "caseload.csv").read_bytes()
    (delivery.folder / "caseload.csv").write_bytes(b"")
    checked_tables("GM9903", "tiny", where)
    (delivery.folder / "caseload.csv").write_bytes(whole)
    assert checked_tables("GM9903", "tiny", where).notes == first.notes


def test_delivery_of_which_nothing_can_be_read_is_an_error_and_its_rows_are_refused(where, delivery):
    for path in delivery.folder.glob("*.csv"):
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DeliveryError, match="the file is cut off"):
        checked_tables("GM9903", "tiny", where)
    ledger = load(shelf(where)).ledger
    assert ledger.totals().refused == ledger.totals().delivered > 0
    assert not list(shelf(where).rglob("*.parquet"))


def test_file_that_is_gone_takes_its_rows_along_and_that_is_said(where, delivery):
    delivery.mark(files=None)
    checked_tables("GM9903", "tiny", where)
    (delivery.folder / "caseload.csv").unlink()
    checked = checked_tables("GM9903", "tiny", where)
    assert "caseload" not in checked.tables
    assert [fault.file for fault in checked.faults if fault.reason is Reason.VANISHED] == ["caseload.csv"]


def test_marker_that_contradicts_its_folder_is_refused_although_there_is_an_accepted_delivery(where, delivery):
    checked_tables("GM9903", "tiny", where)
    delivery.mark(kind="real")
    with pytest.raises(MixedKinds):
        checked_tables("GM9903", "tiny", where)


def test_every_delivered_row_is_accounted_for(where):
    checked = checked_tables("GM9903", "tiny", where)
    assert checked.ledger.totals("benefits").delivered == checked.ledger.totals("benefits").accepted == 3
    assert checked.ledger.totals("costs").accepted == len(checked.tables["costs"])
    assert load(shelf(where)).ledger == checked.ledger


def test_unchanged_delivery_is_not_opened(where, delivery, monkeypatch):
    monkeypatch.setattr("gm_workbench.intake.kept.site.SETTLED_SECONDS", -60)
    checked_tables("GM9903", "tiny", where)
    opened = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path) or real(path))
    accept("GM9903", "tiny", where)
    assert opened
    assert not [path for path in opened if path.is_relative_to(delivery.folder)]


def test_file_that_changed_just_before_is_read_once_more_and_then_believed(where, delivery, monkeypatch):
    checked_tables("GM9903", "tiny", where)
    assert {source.look for source in load(shelf(where)).sources.values()} == {None}
    monkeypatch.setattr("gm_workbench.intake.kept.site.SETTLED_SECONDS", -60)
    checked_tables("GM9903", "tiny", where)
    assert None not in {source.look for source in load(shelf(where)).sources.values()}


def test_file_of_the_same_size_and_time_is_noticed(where, delivery, monkeypatch):
    monkeypatch.setattr("gm_workbench.intake.kept.site.SETTLED_SECONDS", -60)
    checked_tables("GM9903", "tiny", where)
    path = delivery.folder / "kosten_voorzieningen.csv"
    before = path.stat()
    delivery.replace(path.name, "1234,56", "1234,57")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert 1234.57 in set(checked_tables("GM9903", "tiny", where).tables["costs"]["amount"])


def test_tables_can_be_read_by_column_and_month(where):
    months = Period(month_index("2024-01"), month_index("2024-01"))
    tables = open_tables("GM9903", "tiny", where)
    whole = tables.frame("benefits")
    assert tables.names == tuple(name for name in checked_tables("GM9903", "tiny", where).tables)
    some = tables.frame("benefits", ["paid"], months)
    assert list(some.columns) == ["paid"]
    assert some["paid"].tolist() == whole.loc[whole["month"] == months.first, "paid"].tolist()
    assert 0 < len(some) < len(whole)


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
    monkeypatch.setattr(catalog, "_wing", lambda: "another version")
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
    assert {entry.name for entry in shelf(where).iterdir()} == {"lock", "catalog.json", "rowledger.json", "tables"}


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
    assert load(shelf(where, "raw", "GM0855")).key_id == open_key("GM0855", DataKind.REAL).id


def test_real_delivery_without_key_is_refused(where, real_delivery, monkeypatch):
    monkeypatch.delenv("GM_PSEUDONYM_KEY")
    with pytest.raises(MissingKey, match="Real data need a pseudonym key"):
        checked_tables("GM0855", "", where)
    with pytest.raises(MissingKey, match="Real data need a pseudonym key"):
        real_delivery.check()


def test_without_a_key_no_file_of_a_real_delivery_is_opened(real_delivery, where, monkeypatch):
    monkeypatch.delenv("GM_PSEUDONYM_KEY")
    opened = []
    monkeypatch.setattr(Path, "read_bytes", opened.append)
    (real_delivery.folder / "caseload.csv").write_bytes(b"")
    for ask in (real_delivery.check, lambda: checked_tables("GM0855", "", where)):
        with pytest.raises(MissingKey, match="Real data need a pseudonym key"):
            ask()
    assert opened == []


def test_other_key_is_refused_until_everything_is_read_anew_under_it(where, real_delivery, monkeypatch):
    first = checked_tables("GM0855", "", where)
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "q" * 32)
    for ask in (checked_tables, accept):
        with pytest.raises(KeyChanged, match="--new-key"):
            ask("GM0855", "", where)
    again = accept("GM0855", "", where, new_key=True)
    assert not set(again.tables["benefits"]["person"]) & set(first.tables["benefits"]["person"])
    kept = b"".join(path.read_bytes() for path in shelf(where, "raw", "GM0855").rglob("*") if path.is_file())
    assert not any(person.encode() in kept for person in first.tables["benefits"]["person"])
    assert checked_tables("GM0855", "", where).digests == again.digests


def test_new_key_with_a_refused_delivery_changes_nothing(where, real_delivery, monkeypatch):
    checked_tables("GM0855", "", where)
    before = load(shelf(where, "raw", "GM0855"))
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "q" * 32)
    (real_delivery.folder / "caseload.csv").write_bytes(b"")
    with pytest.raises(DeliveryError, match="the file has no rows"):
        accept("GM0855", "", where, new_key=True)
    assert load(shelf(where, "raw", "GM0855")) == before


@pytest.fixture
def shared(tmp_path, monkeypatch):
    folder = tmp_path.parent / f"{tmp_path.name}-private"
    folder.mkdir(mode=0o700)
    (folder / "key").write_text("s" * 40)
    (folder / "key").chmod(0o600)
    monkeypatch.setenv("GM_SHARED_KEY_FILE", str(folder / "key"))


def test_shared_key_needs_marker_file_and_option_and_is_then_remembered(where, real_delivery, shared, monkeypatch):
    with pytest.raises(MissingKey, match="names none, and the name given"):
        accept("GM0855", "", where, shared_key="pool")
    real_delivery.mark(shared_key="pool")
    with pytest.raises(MissingKey, match=r"names pool, and the name given \(or in use\) is none"):
        checked_tables("GM0855", "", where)
    accept("GM0855", "", where, shared_key="pool")
    checked = checked_tables("GM0855", "", where)
    assert set(checked.tables["benefits"]["person"]) <= set(
        open_key("GM0363", DataKind.REAL, "pool").each(real_numbers(), "person")
    )
    monkeypatch.delenv("GM_SHARED_KEY_FILE")
    with pytest.raises(MissingKey, match="asks for the shared key pool"):
        checked_tables("GM0855", "", where)


def real_numbers():
    return [f"{number:09d}" for number in range(999900000, 1000000000)]


def test_nothing_is_read_after_the_last_day(where, real_delivery, monkeypatch):
    real_delivery.mark(retain_until=date(2026, 3, 1))
    monkeypatch.setattr(retention, "today", lambda: date(2026, 3, 1))
    checked_tables("GM0855", "", where)
    monkeypatch.setattr(retention, "today", lambda: date(2026, 3, 2))
    for ask in (checked_tables, accept, open_tables):
        with pytest.raises(RetentionPassed, match="gm forget GM0855 --real --all") as caught:
            ask("GM0855", "", where)
        assert caught.value.exit_code == 27
    real_delivery.mark(retain_until=date(2027, 3, 1))
    assert checked_tables("GM0855", "", where).tables


def test_real_delivery_without_a_last_day_is_read_and_that_is_noted(where, real_delivery):
    real_delivery.mark(retain_until=None)
    assert checked_tables("GM0855", "", where).notes == ("delivery.yml has no day to keep data until",)


def test_shelf_of_the_older_way_of_keeping_is_removed(where):
    older = shelf(where) / ("0123456789abcdef" * 2)
    older.mkdir(parents=True)
    (older / "benefits.parquet").write_bytes(b"persons")
    checked_tables("GM9903", "tiny", where)
    assert not older.exists()
