"""The pages on metrics say what the code says: made from docstrings, complete, and current."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path

import pytest
import yaml

from gm_workbench import metrics

ROOT = Path(__file__).resolve().parents[1]
SUBJECTS = yaml.safe_load((ROOT / "docs" / "metrics.yml").read_text(encoding="utf-8"))
LISTED = [name for subject in SUBJECTS for name in subject["functions"]]


def script():
    spec = importlib.util.spec_from_file_location("metrics_pages", ROOT / "docs" / "metrics_pages.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["metrics_pages"] = module
    spec.loader.exec_module(module)
    return module


pages = script()


def test_pages_are_of_the_docstrings_as_they_are():
    assert pages.stale(pages.pages()) == [], "run `make docs`"


def test_every_room_of_the_metrics_is_in_the_index():
    named = {name.partition(".")[0] for name in LISTED}
    at_home = {pages.function(name).__module__.rpartition(".")[2] for name in LISTED}
    assert named <= set(metrics.__all__) <= named | at_home


def test_no_function_is_listed_twice():
    assert len(LISTED) == len(set(LISTED))


@pytest.mark.parametrize("name", LISTED)
def test_docstring_has_what_a_page_needs(name):
    headings = {heading for heading, _ in pages.sections(inspect.getdoc(pages.function(name)) or "")}
    assert {"Parameters", "Returns", "Raises", "References", "Examples"} <= headings


def test_formulas_are_turned_into_markdown():
    assert pages.mathematics("so :math:`a_b` is\n\n.. math:: x = 1\n\nthen") == "so $`a_b`$ is\n\n```math\nx = 1\n```\n\nthen"


def test_a_formula_of_several_lines_stays_whole():
    assert pages.mathematics(".. math:: x =\n    1 + 2\n\nthen") == "```math\nx =\n1 + 2\n```\n\nthen"


def test_signature_reads_as_it_is_typed():
    assert pages.signature("reliability.omega") == "(answers) -> Estimate | NotEnoughData"


def test_results_inside_a_result_are_told_too():
    assert [kind.__name__ for kind in pages.results("confirmatory.confirmatory_fit")] == ["Confirmatory", "Indices", "Loading"]


def test_stale_page_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "DOCS", tmp_path)
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "gone.md").write_text("x", encoding="utf-8")
    assert pages.stale({tmp_path / "metrics.md": "x"}) == ["gone.md", "metrics.md"]
