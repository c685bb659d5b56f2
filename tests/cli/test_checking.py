from __future__ import annotations

import io
import json
import stat
import time

import pytest

from gm_workbench.cli import checking, patience
from gm_workbench.cli.patience import Patience

PLACE = "GM9903"
PLANT = "999912345"


@pytest.fixture
def folder(written):
    return written.synthetic / "default" / PLACE


BAD = f"{PLANT}x"


@pytest.fixture
def partly(written, folder):
    """Spoil one cell of a file of benefits with hundreds of rows."""
    path = min(folder.glob("BUS_*.csv"))
    header, first, *rest = path.read_bytes().decode("utf-8").split("\r\n")
    cells = first.split(";")
    cells[header.split(";").index("LEEFVORM")] = BAD
    path.write_bytes("\r\n".join([header, ";".join(cells), *rest]).encode())
    return path.name


def test_good_delivery_ends_with_nought_and_leaves_nothing_to_mend(call, written):
    result = call("check", PLACE)
    told = [line for line in result.stderr.splitlines() if "checking" not in line]  # which is said when it takes long
    assert (result.exit_code, told) == (0, [])
    assert f"{PLACE}  good   synthetic" in result.stdout
    assert not list(written.checked.rglob("herstel*"))
    (row,) = json.loads(call("check", "--json").stdout)
    assert row["rows"] > 1000
    assert {fault["severity"] for fault in row["faults"]} == {"note"}


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


@pytest.mark.untraced
def test_page_for_the_supplier_is_for_its_owner_only(call, folder, written):
    (folder / "caseload.csv").write_bytes(b"")
    call("check", PLACE)
    mend = written.checked_of(PLACE, "default") / "mend"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (mend, *sorted(mend.iterdir()))] == [0o700, 0o600, 0o600]


def test_rows_that_were_set_aside_end_with_a_code_of_their_own(call, partly):
    result = call("check", PLACE)
    assert result.exit_code == 25
    assert f"{PLACE}  partly  synthetic" in result.stdout
    assert f"{partly}, line 2, column LEEFVORM: must be a code of" in result.stderr
    assert PLANT not in result.output


def test_ledger_is_told_to_a_program(call, partly):
    (row,) = json.loads(call("check", PLACE, "--json").stdout)
    assert row["state"] == "partly"
    (entry,) = (entry for entry in row["ledger"] if entry["file"] == partly)
    assert (entry["table"], entry["delivered"] - entry["accepted"], entry["set_aside"], entry["refused"]) == (
        "benefits",
        1,
        1,
        0,
    )
    (aside,) = (fault for fault in row["faults"] if fault["severity"] == "set_aside")
    assert (aside["file"], aside["line"], aside["examples"]) == (partly, 2, ["#########a"])


def test_second_check_says_the_same_and_reads_nothing(call, partly, monkeypatch):
    first = call("check", PLACE, "--json")
    monkeypatch.setattr("gm_workbench.intake.acceptance.gather", pytest.fail)
    assert (call("check", PLACE, "--json").stdout, first.exit_code) == (first.stdout, 25)


def test_page_for_the_supplier_goes_when_all_is_mended(call, partly, folder, written):
    call("check", PLACE)
    mend = written.checked_of(PLACE, "default") / "mend"
    assert partly in (mend / "herstel.html").read_text(encoding="utf-8")
    (folder / partly).write_bytes((folder / partly).read_bytes().replace(BAD.encode(), b"1"))
    assert call("check", PLACE).exit_code == 0
    assert not mend.exists()


@pytest.mark.untraced
def test_refused_place_weighs_more_than_one_that_is_partly_accepted(call, partly):
    result = call("check", PLACE, "GM0855")
    assert result.exit_code == 11
    assert "GM0855  refused" in result.stdout
    assert f"{PLACE}  partly" in result.stdout


def test_sections_of_studies_are_shown_with_what_was_delivered_of_each_table(call, folder):
    (folder / "lonen_2023.csv").unlink()
    (folder / "caseload.csv").write_bytes(b"")
    header, *lines = (line.split("  ") for line in call("check", PLACE).stdout.splitlines() if "_" in line)
    assert header[0] == "study"
    rows = json.loads(call("check", PLACE, "--json").stdout)[0]["coverage"]
    said = {(cell["study"], cell["section"], cell["table"]): cell["presence"] for cell in rows}
    assert said["tilburg_single_mothers", "who", "benefits"] == "present"
    assert said["amsterdam_supervisor_cascade", "who", "caseload"] == "missing"
    assert said["amersfoort_upward_mobility", "base", "wages"] == "partial"
    assert len(lines) == len({cell[:2] for cell in said})


def test_protocol_that_is_wrong_does_not_stop_a_check(call, written):
    (written.protocols / "tilburg_single_mothers.yml").write_text("title: [\n")
    result = call("check", PLACE)
    assert (result.exit_code, "study" in result.stdout) == (0, False)


def test_error_that_nobody_foresaw_is_told_without_its_words(call, written, monkeypatch):
    def broken(*_, **__):
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


def test_suggest_prints_the_draft_of_an_alias_file(call, project, tmp_path):
    (tmp_path / "a.csv").write_text("BURGERSERVICENUMMER;Regeling\n")
    said = call("check", "--suggest", str(tmp_path / "a.csv"))
    assert said.exit_code == 0
    assert "source: a\n" in said.stdout


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
