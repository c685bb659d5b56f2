"""Notebooks before a commit: the hook, the filter and the command leave code and words."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from click.testing import CliRunner

from gm_workbench.batch.stripped import fault_of, main, strip
from gm_workbench.cli.main import gm
from gm_workbench.errors import DeclarationError

ROOT = Path(__file__).parents[2]
PRINTED = nbformat.v4.new_output("stream", text="person 4711\n")
AS_IS = nbformat.v4.new_output("display_data", {"text/plain": "4711"}, metadata={"gm_workbench": "unprotected"})


@pytest.fixture
def write(tmp_path):
    def written(*cells, folder="notebooks", **metadata):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        file = tmp_path / folder / "n.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=list(cells), metadata=metadata), file)
        return file

    return written


@pytest.mark.parametrize(
    ("cell", "metadata", "holds"),
    [
        (nbformat.v4.new_code_cell("1", outputs=[PRINTED]), {}, "outputs"),
        (nbformat.v4.new_code_cell("1", execution_count=4), {}, "numbers of executions"),
        (nbformat.v4.new_markdown_cell("1", attachments={"a.png": {"image/png": "aa"}}), {}, "pasted pictures"),
        (nbformat.v4.new_code_cell("1", metadata={"papermill": {"a": 1}}), {}, "metadata"),
        (nbformat.v4.new_code_cell("1"), {"widgets": {"state": {}}}, "metadata"),
    ],
)
def test_hook_refuses_whatever_came_from_a_run_and_the_command_takes_it_out(write, capsys, cell, metadata, holds):
    file = write(cell, **metadata)
    assert main([str(file)]) == 1
    assert capsys.readouterr().err.startswith(f"{file} holds {holds}. Take them out with: gm strip {file} ")
    assert (strip(file), strip(file), main([str(file)])) == (True, False, 0)
    assert "4711" not in file.read_text(encoding="utf-8")
    nbformat.validate(nbformat.read(file, as_version=4))


def test_hook_lets_executed_copies_be_but_for_what_is_unprotected(write):
    assert fault_of(write(nbformat.v4.new_code_cell("1", outputs=[PRINTED]), folder="tests/notebooks")) == ""
    file = write(nbformat.v4.new_code_cell("1", outputs=[PRINTED, AS_IS]), folder="tests/notebooks")
    assert fault_of(file) == "Cells 1 of an executed copy are not protected. Make it anew: make goldens"


def test_hook_refuses_a_table_in_an_executed_copy_that_nobody_marked(write):
    table = nbformat.v4.new_output("execute_result", {"text/plain": "4711"}, execution_count=1)
    for output in (table, nbformat.v4.new_output("error", ename="E", evalue="4711", traceback=[])):
        file = write(nbformat.v4.new_code_cell("1", outputs=[output]), folder="tests/notebooks")
        assert fault_of(file) == "Cells 1 of an executed copy are not protected. Make it anew: make goldens"


@pytest.mark.parametrize("folder", ["notebooks", "tests/notebooks", "elsewhere/deep"])
def test_hook_refuses_a_notebook_anywhere_that_asks_for_numbers_as_they_are(write, folder):
    shown, asked = nbformat.v4.new_code_cell("show(x)"), nbformat.v4.new_code_cell("show(\n    x, protected\n    = SAFE)")
    file = write(shown, asked, folder=folder)
    assert fault_of(file).startswith(f"{file}: cells 2 ask for numbers as they are, or might: remove `protected=` there")
    assert fault_of(write(shown, folder=folder)) == ""


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("from gm_workbench import show\nshow(\n    x,\n    protected = False,\n)\n", "4"),
        ("import gm_workbench as gm\ngm.show(x, protected=SAFE)\n", "2"),
        ("from gm_workbench import show as look\nlook(x, False)\nlook(x, **how)\n", "2, 3"),
        ("from functools import partial\npartial(show, protected=0)(x)\n", "2"),
        ("show(x)\nshow(x, protected=True)\n# show(x, protected=False)\n'protected=False'\n", ""),
    ],
)
def test_hook_refuses_python_that_shows_numbers_as_they_are_by_how_it_reads(tmp_path, source, lines):
    file = tmp_path / "look.py"
    file.write_text(source, encoding="utf-8")
    said = fault_of(file)
    assert said == "" if not lines else said.startswith(f"{file}: lines {lines} ask for numbers as they are")
    file.write_text("if this is no code", encoding="utf-8")
    assert "cannot be read as Python" in fault_of(file)


def test_only_the_room_of_show_and_its_tests_ask_for_numbers_as_they_are(tmp_path):
    kept = tmp_path / "tests" / "guard" / "test_showing.py"
    kept.parent.mkdir(parents=True)
    kept.write_bytes((ROOT / "tests" / "guard" / "test_showing.py").read_bytes())
    assert "ask for numbers as they are" in fault_of(kept)  # a copy elsewhere is not the test
    own = [file for wing in ("gm_workbench", "tests", "benchmarks") for file in (ROOT / wing).rglob("*.py")]
    speaking = [file for file in own if "protected=" in file.read_text(encoding="utf-8").replace(" ", "")]
    assert len(speaking) > 3
    assert [fault for file in speaking if (fault := fault_of(file))] == []


@pytest.mark.parametrize("text", ["", "4711", '{"cells": 1}', '{"cells": [1]}'])
def test_hook_refuses_what_is_no_notebook(tmp_path, capsys, text):
    file = tmp_path / "n.ipynb"
    file.write_text(text)
    assert main([str(file), str(tmp_path / "gone.ipynb")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
    with pytest.raises(DeclarationError):
        strip(file)
    assert file.read_text() == text


def test_hook_runs_on_every_notebook_that_is_committed():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    (hook,) = [one for one in hooks if one["id"] == "empty-notebooks"]
    assert hook["entry"].rpartition(" ")[2] == "gm_workbench.batch.stripped"
    hooked = ("notebooks/a.ipynb", "a/b/c.IPYNB", "benchmarks/a.py", "README.md", "a.pyc")
    assert [re.search(hook["files"], name) is not None for name in hooked] == [True, True, True, False, False]
    assert "notebooks/*.ipynb filter=gm-notebooks" in (ROOT / ".gitattributes").read_text(encoding="utf-8")


def test_every_notebook_in_the_repository_passes_the_hook():
    assert main([str(file) for folder in ("notebooks", "tests/notebooks") for file in (ROOT / folder).glob("*.ipynb")]) == 0


def test_filter_writes_the_stripped_form(monkeypatch, capsys):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("é", outputs=[PRINTED], execution_count=1)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(nbformat.writes(made)))
    assert main(["--clean"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["cells"][0]["outputs"] == []
    monkeypatch.setattr(sys, "stdin", io.StringIO("4711"))
    assert (main(["--clean"]), capsys.readouterr().out) == (1, "")


@pytest.mark.proof
def test_git_commits_the_stripped_form_when_the_filter_is_set(write, tmp_path):
    file = write(nbformat.v4.new_code_cell("1", outputs=[PRINTED]))
    (tmp_path / ".gitattributes").write_bytes((ROOT / ".gitattributes").read_bytes())
    clean = f"{sys.executable} -m gm_workbench.batch.stripped --clean"
    for words in (["init", "-q"], ["config", "filter.gm-notebooks.clean", clean], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    kept = subprocess.run(
        ["git", "show", ":notebooks/n.ipynb"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert ("4711" in kept, "4711" in file.read_text()) == (False, True)


def test_command_strips_all_notebooks_or_says_which_are_not(write, tmp_path, monkeypatch):
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    write(nbformat.v4.new_code_cell("1", outputs=[PRINTED]))
    checked = CliRunner().invoke(gm, ["strip", "--check"])
    assert (checked.exit_code, "holds outputs" in checked.output) == (40, True)
    assert CliRunner().invoke(gm, ["strip"]).output == "stripped  notebooks/n.ipynb\n"
    assert CliRunner().invoke(gm, ["strip", "--check"]).output == "Nothing to take out.\n"
