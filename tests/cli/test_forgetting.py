from __future__ import annotations

import io
import json
import shutil

import pytest
from click.testing import CliRunner

from gm_workbench.batch.inputs import see
from gm_workbench.cli.main import gm
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.store import checked_tables
from gm_workbench.outputs.individual import Moment, individual_change
from gm_workbench.report.individual import keep_private
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import same

PLACE = "GM9903"


@pytest.fixture
def town(looked_at, tmp_path, monkeypatch):
    """A checked delivery, and a finished report on it."""
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    project = Paths(shutil.copytree(looked_at, tmp_path, dirs_exist_ok=True))
    report = project.reports / "amersfoort_upward_mobility" / PLACE
    report.mkdir(parents=True)
    (report / "manifest.json").write_text(json.dumps({"kind": "synthetic"}))
    return project


def number_in(town):
    lines = (town.synthetic / "default" / PLACE / "caseload.csv").read_text(encoding="utf-8-sig").splitlines()
    return lines[1].split(";")[lines[0].split(";").index("BURGERSERVICENUMMER")]


def forget(*arguments, given=None):
    return CliRunner().invoke(gm, ["forget", *arguments], input=given)


def test_forget_reads_the_number_from_standard_input_and_never_repeats_it(town):
    number = number_in(town)
    (pseudonym,) = open_key(PLACE, DataKind.SYNTHETIC).each([number], "person")
    before = see(PLACE, "default", town)
    about = {"scale": same("x"), "kind": DataKind.SYNTHETIC, "place": PLACE, "world": "default", "sd": 10.0, "reliability": 0.8}
    course = [Moment(same("a"), 1.0), Moment(same("b"), 2.0)]
    own, other = (keep_private(individual_change(one, course, **about), "Sem de Wit", town) for one in (pseudonym, 16 * "0"))
    result = forget(PLACE, given=f"{number}\n")
    assert result.exit_code == 0, result.output
    assert f"of the tables of {PLACE} (" in result.output
    assert "1 report on GM9903 is stale" in result.output
    assert "Removed 1 individual result from the private folder." in result.output
    assert (own.exists(), other.exists()) == (False, True)
    assert number not in result.output
    tables = checked_tables(PLACE, "default", town).tables
    assert not [name for name, table in tables.items() if "person" in table and pseudonym in set(table["person"])]
    after = see(PLACE, "default", town, before)
    assert after.digest != before.digest


def test_number_on_the_command_line_is_refused_and_not_repeated(town):
    for words in (["123456782"], [PLACE, "123456782"], ["GM12345678"], []):
        result = forget(*words, given="123456782\n")
        assert result.exit_code == 2
        assert "stays in the history of the shell" in result.output
        assert "12345678" not in result.output


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("given", "told"),
    [("", "holds 0 lines"), ("123456782\n999992351\n", "holds 2 lines"), ("123456789\n", "is no number of a person")],
)
def test_anything_but_one_number_is_refused_and_not_repeated(town, given, told):
    result = forget(PLACE, given=given)
    assert result.exit_code == 2
    assert told in result.output
    assert not [number for number in given.split() if number in result.output]


def test_terminal_is_asked_without_showing_what_is_typed(town, monkeypatch):
    number, asked = number_in(town), []

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def answer(text, *, hide_input):
        asked.append(hide_input)
        return number

    monkeypatch.setattr("gm_workbench.cli.forgetting.sys", type("Sys", (), {"stdin": Terminal()}))
    monkeypatch.setattr("gm_workbench.cli.forgetting.click.prompt", answer)
    assert forget(PLACE).exit_code == 0
    assert asked == [True]


def test_all_goes_after_it_is_confirmed_and_only_then(town):
    refused = forget(PLACE, "--all", given="n\n")
    assert (refused.exit_code, "Nothing was removed" in refused.output) == (2, True)
    assert list(town.checked.rglob("*.parquet"))
    assert forget(PLACE, "--all", given="y\n").exit_code == 0
    assert not list(town.checked.rglob("*.parquet"))
    assert (town.synthetic / "default" / PLACE).is_dir()
    assert forget(PLACE, "--all", "--also-raw", "--yes").exit_code == 0
    assert not (town.synthetic / "default" / PLACE).exists()


def test_real_data_without_a_key_end_with_the_code_of_a_missing_key(town, monkeypatch):
    for variable in ("GM_PSEUDONYM_KEY", "GM_PSEUDONYM_KEY_FILE"):
        monkeypatch.delenv(variable, raising=False)
    result = forget("GM0855", "--real", given="123456782\n")
    assert result.exit_code == 22
    assert "123456782" not in result.output


def test_data_root_that_is_named_is_the_one_that_is_emptied(town, tmp_path):
    kept = tmp_path / "elsewhere" / "checked" / "raw" / "GM0855"
    (kept / "mend").mkdir(parents=True)
    assert forget("GM0855", "--real", "--data", str(tmp_path / "elsewhere"), "--all", "--yes").exit_code == 0
    assert not (kept / "mend").exists()
    assert (kept / "catalog.json").is_file()
