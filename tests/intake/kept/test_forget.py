from __future__ import annotations

import shutil
from datetime import date

import pytest

from gm_workbench.errors import DeliveryError, KeyChanged, UsageError
from gm_workbench.intake.kept.catalog import load
from gm_workbench.intake.kept.forget import forget, forget_all
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.store import accept, checked_tables
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.schemas import DataKind


@pytest.fixture
def where(tmp_path, real_delivery):
    shutil.copytree(paths().codes, tmp_path / "data" / "codes")
    return Paths(tmp_path)


@pytest.fixture
def person(real_delivery):
    """The number of somebody who has two months of benefit."""
    return real_delivery.line("BUS_202401.csv", 2).split(";")[real_delivery.line("BUS_202401.csv", 1).split(";").index(NUMBER)]


NUMBER = "BURGERSERVICENUMMER"


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_forgotten_person_is_in_no_table_and_nowhere_in_what_is_kept(where, person):
    before = checked_tables("GM0855", "", where)
    (pseudonym,) = open_key("GM0855", DataKind.REAL).each([person], "person")
    held = {name for name, table in before.tables.items() if "person" in table and pseudonym in set(table["person"])}
    assert "benefits" in held
    done = forget("GM0855", "", person, where)
    after = checked_tables("GM0855", "", where)
    assert set(done.tables) == held
    assert done.rows == sum(len(before.tables[name]) - len(after.tables[name]) for name in held if name in after.tables) + sum(
        len(before.tables[name]) for name in held if name not in after.tables
    )
    kept = everything(where.checked_of("GM0855", ""))
    assert not [path for path, data in kept.items() if pseudonym.encode() in data or person.encode() in data]


def test_the_others_stay_as_they_were(where, person):
    before = checked_tables("GM0855", "", where).tables["benefits"]
    forget("GM0855", "", person, where)
    after = checked_tables("GM0855", "", where).tables["benefits"]
    (pseudonym,) = open_key("GM0855", DataKind.REAL).each([person], "person")
    assert after.equals(before.loc[before["person"] != pseudonym].reset_index(drop=True))


def test_mended_summaries_and_staged_parts_go_and_the_count_is_raised(where, person):
    checked_tables("GM0855", "", where)
    folder = where.checked_of("GM0855", "")
    for left in ("mend", ".staged-left"):
        (folder / left).mkdir()
        (folder / left / "file").write_text(person)
    forget("GM0855", "", person, where)
    assert not (folder / "mend").exists()
    assert not list(folder.glob(".staged-*"))
    assert load(folder).forgets == 1
    forget("GM0855", "", person, where)
    assert load(folder).forgets == 2


def test_raw_files_that_hold_the_person_are_not_read_until_they_change(where, person, real_delivery):
    checked_tables("GM0855", "", where)
    done = forget("GM0855", "", person, where)
    holding = [path for path in real_delivery.folder.glob("*.csv") if person.encode() in path.read_bytes()]
    assert done.blocked == len(holding) > 1
    real_delivery.put("kosten_voorzieningen.csv", 3, "BEDRAG", "1,00")
    with pytest.raises(DeliveryError, match="still holds a person who was removed with gm forget") as caught:
        accept("GM0855", "", where)
    assert person not in str(caught.value)
    holding[0].rename(real_delivery.folder / "renamed.csv")
    with pytest.raises(DeliveryError, match="still holds a person"):
        accept("GM0855", "", where)


def test_with_also_raw_the_lines_go_and_the_delivery_can_be_read_again(where, person, real_delivery):
    first = checked_tables("GM0855", "", where)
    done = forget("GM0855", "", person, where, also_raw=True)
    assert (done.blocked, done.rewritten > 1) == (0, True)
    assert not [path for path in real_delivery.folder.iterdir() if person.encode() in path.read_bytes()]
    again = accept("GM0855", "", where)
    assert 0 < again.ledger.totals("benefits").accepted < first.ledger.totals("benefits").accepted
    (pseudonym,) = open_key("GM0855", DataKind.REAL).each([person], "person")
    assert pseudonym not in set(again.tables["benefits"]["person"])


def test_files_that_were_blocked_and_are_cleaned_afterwards_are_blocked_no_more(where, person):
    checked_tables("GM0855", "", where)
    assert forget("GM0855", "", person, where).blocked > 0
    assert forget("GM0855", "", person, where, also_raw=True).blocked == 0
    assert accept("GM0855", "", where).tables


def test_person_of_whom_nothing_is_kept_is_no_error(where):
    checked_tables("GM0855", "", where)
    done = forget("GM0855", "", "123456782", where)
    assert (done.tables, done.rows, done.blocked) == ((), 0, 0)


@pytest.mark.parametrize("number", ["123456789", "", "12345", "1234567890", "abc", "900000175", "123.456.782"])
def test_what_is_no_number_of_a_person_is_refused_without_being_repeated(where, number):
    with pytest.raises(UsageError, match="is no number of a person") as caught:
        forget("GM0855", "", number, where)
    assert not number or number not in str(caught.value)


def test_under_another_key_nobody_can_be_found_and_that_is_said(where, person, monkeypatch):
    checked_tables("GM0855", "", where)
    monkeypatch.setenv("GM_PSEUDONYM_KEY", "q" * 32)
    with pytest.raises(KeyChanged):
        forget("GM0855", "", person, where)
    assert load(where.checked_of("GM0855", "")).forgets == 0


def test_all_goes_without_a_key_and_after_the_last_day(where, real_delivery, monkeypatch):
    checked_tables("GM0855", "", where)
    real_delivery.mark(retain_until=date(2020, 1, 1))
    monkeypatch.delenv("GM_PSEUDONYM_KEY")
    assert forget_all("GM0855", "", where) > 5
    folder = where.checked_of("GM0855", "")
    assert {path.name for path in folder.iterdir()} == {"lock", "catalog.json", "rowledger.json", "tables"}
    assert not list((folder / "tables").iterdir())
    assert load(folder).forgets == 1
    assert real_delivery.folder.is_dir()
    forget_all("GM0855", "", where, also_raw=True)
    assert not real_delivery.folder.exists()
