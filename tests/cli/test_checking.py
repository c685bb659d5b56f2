from __future__ import annotations

import io
import json
import stat
import sys
import time
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from gm_workbench.batch.demonstration import write_world
from gm_workbench.cli import checking, patience
from gm_workbench.cli.patience import Patience
from gm_workbench.intake.faults import found
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry, RowLedger

PLACE = "GM9903"
PLANT = "999912345"


@pytest.fixture
def written(project, monkeypatch):
    """Write deliveries without the truth beside them, whose simulation takes a minute."""
    monkeypatch.setattr("gm_workbench.worlds.deliveries.truth", lambda *_: {})
    write_world("default", 7, project, [PLACE])
    return project


@pytest.fixture
def folder(written):
    return written.synthetic / "default" / PLACE


class Store:
    """What a store says that sets rows aside."""

    kind, notes, ledger = "synthetic", ("one row less",), RowLedger((Entry("a.csv", "benefits", 9, 8, 1, 0),))
    tables = {"benefits": range(8)}  # noqa: RUF012
    faults = (
        found(Reason.DATE, "a.csv", line=3, column="BEGIN", cells=[PLANT], allowed="jjjjmmdd"),
        found(Reason.HEADER_BELOW, "a.csv", header=2),
    )


@pytest.fixture
def partly(written, monkeypatch):
    monkeypatch.setattr(checking, "check_delivery", lambda *_: Store())
    return written


def test_good_delivery_ends_with_nought_and_leaves_nothing_to_mend(call, written):
    result = call("check", PLACE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{PLACE}  good   synthetic" in result.stdout
    assert not list(written.checked.rglob("herstel*"))
    (row,) = json.loads(call("check", "--json").stdout)
    assert row["rows"] > 1000
    assert row["faults"] == []


def test_refused_delivery_tells_reasons_to_a_program_and_leaves_a_page_for_the_supplier(call, folder, written):
    (folder / "caseload.csv").write_bytes(b"")
    result = call("check", PLACE, "--json")
    (row,) = json.loads(result.stdout)
    assert (result.exit_code, row["state"]) == (20, "refused")
    (fault,) = (fault for fault in row["faults"] if fault["reason"] == "empty")
    assert (fault["severity"], fault["file"]) == ("refuse", "caseload.csv")
    page = written.root / row["mend"]
    assert "caseload.csv" in page.read_text(encoding="utf-8")
    assert page.with_suffix(".csv").read_bytes().startswith(b"\xef\xbb\xbfgemeente;ernst")


def test_page_for_the_supplier_is_for_its_owner_only(call, folder, written):
    (folder / "caseload.csv").write_bytes(b"")
    call("check", PLACE)
    mend = written.checked_of(PLACE, "default") / "mend"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (mend, *sorted(mend.iterdir()))] == [0o700, 0o600, 0o600]


def test_rows_that_were_set_aside_end_with_a_code_of_their_own(call, partly):
    result = call("check", PLACE)
    assert result.exit_code == 25
    assert f"{PLACE}  partly  synthetic  8" in result.stdout
    assert "a.csv, line 3, column BEGIN" in result.stderr
    assert "jjjjmmdd" in result.stderr
    assert PLANT not in result.output


def test_ledger_is_told_to_a_program(call, partly):
    (row,) = json.loads(call("check", PLACE, "--json").stdout)
    assert row["state"] == "partly"
    assert row["ledger"] == [
        {"file": "a.csv", "table": "benefits", "delivered": 9, "accepted": 8, "set_aside": 1, "refused": 0}
    ]
    assert [fault["severity"] for fault in row["faults"]] == ["set_aside", "note"]
    assert row["faults"][0]["examples"] == ["#########"]


def test_refused_place_weighs_more_than_one_that_is_partly_accepted(call, partly):
    result = call("check", PLACE, "GM0855")
    assert result.exit_code == 11
    assert "GM0855  refused" in result.stdout
    assert f"{PLACE}  partly" in result.stdout


def test_notes_alone_are_good(call, partly, monkeypatch):
    monkeypatch.setattr(Store, "faults", Store.faults[1:])
    result = call("check", PLACE)
    assert result.exit_code == 0
    assert f"{PLACE}  good" in result.stdout


def test_error_that_nobody_foresaw_is_told_without_its_words(call, written, monkeypatch):
    def broken(*_):
        raise ValueError(PLANT)

    monkeypatch.setattr(checking, "check_delivery", broken)
    result = call("check", PLACE)
    assert result.exit_code == 20
    assert "ValueError in gm_workbench.cli.checking" in result.stderr
    assert PLANT not in result.output


def test_explain_says_what_each_file_is_and_why(call, folder):
    (folder / f"brief {PLANT}.txt").write_text(f"Geachte {PLANT}\n")
    result = call("check", PLACE, "--explain")
    assert result.exit_code == 0
    assert f"{PLACE}  caseload.csv: caseload (text utf-8-sig)" in result.stdout
    assert "columns that tell caseload" in result.stdout
    assert f"{PLACE}  brief #########.txt: not known" in result.stdout
    assert PLANT not in result.output
    rows = json.loads(call("check", PLACE, "--explain", "--json").stdout)
    assert {"bus", "srg"} <= {row["source"] for row in rows}


def test_explain_says_why_a_file_cannot_be_read_and_follows_no_link(call, folder):
    (folder / "a.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "b.csv").symlink_to(folder / "caseload.csv")
    rows = {row["file"]: row for row in json.loads(call("check", PLACE, "--explain", "--json").stdout)}
    assert any("cannot be read" in why for why in rows["a.xlsx"]["why"])
    assert rows["b.csv"]["is"] == "no file"


def test_explain_of_real_data_opens_nothing_without_a_key(call, project, monkeypatch):
    monkeypatch.delenv("GM_PSEUDONYM_KEY", raising=False)
    monkeypatch.delenv("GM_PSEUDONYM_KEY_FILE", raising=False)
    monkeypatch.setattr("gm_workbench.cli.explaining.open_file", pytest.fail)
    folder = project.raw / "GM0855"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("a;b\n")
    assert call("check", "GM0855", "--real", "--explain").exit_code == 22


def test_data_root_is_where_real_deliveries_are_looked_for(call, project, tmp_path):
    (tmp_path / "elders" / "raw" / "GM0855").mkdir(parents=True)
    (tmp_path / "elders" / "raw" / "GM0855" / "delivery.yml").touch()
    said = call("check", "--real", "--data", str(tmp_path / "elders"))
    assert "GM0855  refused" in said.stdout
    assert call("check", "--real").stdout == "There are no deliveries in data/raw.\n"


def test_data_root_of_one_place_is_found_by_the_table_of_roots(call, project, tmp_path):
    (tmp_path / "elders" / "raw" / "GM0855").mkdir(parents=True)
    (tmp_path / "elders" / "raw" / "GM0855" / "delivery.yml").touch()
    project.roots.write_text(f"place,root\nGM0855,{tmp_path / 'elders'}\n")
    assert "GM0855  refused" in call("check", "--real").stdout


def test_data_root_without_real_is_refused(call, written, tmp_path):
    assert call("check", "--data", str(tmp_path)).exit_code == 2


def test_suggest_prints_the_draft_of_an_alias_file(call, project, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("a;b\n")
    room = ModuleType("gm_workbench.intake.suggest")
    room.__spec__ = ModuleSpec(room.__name__, None)
    room.suggest = lambda path, sources: f"source: {path.stem}  # beside {len(sources) > 5}\n"
    monkeypatch.setitem(sys.modules, room.__name__, room)
    said = call("check", "--suggest", str(tmp_path / "a.csv"))
    assert (said.exit_code, said.stdout) == (0, "source: a  # beside True\n")


def test_suggest_says_so_where_it_cannot(call, project, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("a;b\n")
    monkeypatch.setattr(checking, "find_spec", lambda _: None)
    said = call("check", "--suggest", str(tmp_path / "a.csv"))
    assert said.exit_code == 2
    assert "docs/intake.md" in said.stderr


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("screen", "said"), [(Terminal, "\x1b[K"), (io.StringIO, "gm: checking GM0855 (1 of 2)\n")])
def test_progress_is_said_when_it_takes_long(monkeypatch, screen, said):
    monkeypatch.setattr(patience, "AFTER", 0.01)
    monkeypatch.setattr("sys.stderr", screen())
    with Patience(2) as waiting:
        for place in waiting.over(["GM0855", "GM0363"]):
            deadline = time.monotonic() + 5
            while place not in patience.sys.stderr.getvalue() and time.monotonic() < deadline and place == "GM0855":
                time.sleep(0.01)
    assert said in patience.sys.stderr.getvalue()


def test_progress_is_silent_when_it_does_not(monkeypatch):
    monkeypatch.setattr("sys.stderr", Terminal())
    with Patience(1) as waiting:
        list(waiting.over(["GM0855"]))
    assert patience.sys.stderr.getvalue() == ""
