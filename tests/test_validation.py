"""The validation report: values from outside come out of the data again, and where one does not, everybody sees it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import Released, protect
from gm_workbench.guard.showing import RUN_DIR, collect
from gm_workbench.metrics import clustered, moderation, scales
from gm_workbench.outputs.compared import Compared
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.published_values import FILE, load_published_values

PROJECT = Paths(Path(__file__).resolve().parents[1])
NOTEBOOK = PROJECT.notebooks / "validation.ipynb"

LEAST = 278
"""Values that are compared; fewer means that some were taken out."""

LEAST_PUBLISHED = 54
"""Of these, the ones that people published; the others were given by software that this project ran."""

NOT_LAST = {"levels.empty_between_printed.value": 0.005}
"""Values that are not reproduced to the last digit, and half a unit of that digit."""

SETS = {
    "psych::bfi", "mstate::aidssi", "Ecdat::UnempDur", "sampleSelection::nlswork", "HLMdiag::wages", "sandwich::PetersenCL",
    "AER::STAR", "wooldridge::wagepan", "mlmRev::bdf", "mediation::jobs", "DAAG::nsw74demo", "DAAG::psid1", "DAAG::cps1",
    "mlmRev::Hsb82", "datasets::state.x77", "causaldata::nhefs_complete",
}  # fmt: skip


class Off(AssertionError):
    """A published value that was not reproduced."""


def sections() -> list[str]:
    """Give the code of the notebook by its headings; the first part opens the study, the last gives the answer."""
    found = [""]
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            found.append("")
        elif cell.cell_type == "code":
            found[-1] += cell.source + "\n"
    return found


def subject_of(code: str) -> str:
    """Name the subject that a part of the notebook is about; empty for the first and the last."""
    found = re.search(r'published\.subject\("(\w+)"\)', code)
    return found[1] if found else ""


SUBJECTS = [subject for code in sections() if (subject := subject_of(code))]


def execute(*subjects: str) -> list[Compared]:
    """Execute the notebook here, or its part about some subjects, and stop at the first value that is off."""
    names: dict[str, object] = {}
    opening, *parts = sections()
    for code in (opening, *(part for part in parts if not subjects or subject_of(part) in subjects)):
        exec(code, names)
        off = [one.published.id for one in compared(names) if one.off]
        if off:
            raise Off(", ".join(off))
    return compared(names)


def compared(names: dict[str, object]) -> list[Compared]:
    found = [value for name, value in names.items() if isinstance(value, tuple) and name != "subjects"]
    return [one for value in found for one in value if isinstance(one, Compared)]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder in which outputs are registered, as in a batch."""
    monkeypatch.setenv(RUN_DIR, str(tmp_path / "run"))
    return tmp_path / "run"


def test_every_published_value_is_reproduced_in_one_report(run):
    found, declared = execute(), load_published_values()
    assert list(declared.values) == SUBJECTS
    shown = [one.published for one in found]
    assert {subject: [one for one in shown if subject == one.id.partition(".")[0]] for subject in SUBJECTS} == {
        subject: list(declared.subject(subject)) for subject in SUBJECTS
    }
    assert {one.id for one in shown} == {value.id for values in declared.values.values() for value in values}
    assert len({(one.published.id, one.published.expected) for one in found}) >= LEAST
    assert {one.published.data.name for one in found} >= SETS
    assert sum(one.published.source.published for one in found) >= LEAST_PUBLISHED
    released = protect(collect(run), load_policy("cbs-stijl"))
    assert isinstance(released, Released)
    assert [shown.words.id for shown in released.outputs if shown.withheld or any(cell.hidden for cell in shown.cells)] == []


def test_values_with_a_wider_tolerance_are_those_that_are_not_reproduced_to_the_last_digit(run):
    found = {one.published.id: one for one in execute("levels") if one.nearly}
    wider = [value.id for values in load_published_values().values.values() for value in values if value.wider]
    assert wider == list(found) == list(NOT_LAST)
    assert [name for name, half in NOT_LAST.items() if abs(found[name].deviation) <= half] == []


def test_items_that_are_not_turned_are_seen(run, monkeypatch):
    monkeypatch.setattr(scales, "turned", lambda answers, *_: answers)
    with pytest.raises(Off, match=r"^reliability\.agreeableness\.value"):
        execute("reliability")


def test_items_that_are_turned_to_another_place_are_seen(run, monkeypatch):
    right = scales.turned  # alpha does not change when an item is shifted; its mean does
    monkeypatch.setattr(scales, "turned", lambda items, reverse, low, high: right(items, reverse, low, high) - 2)
    with pytest.raises(Off, match=r"^reliability\.agreeableness_mean\.value"):
        execute("reliability")


def test_a_turned_sign_is_seen(run, monkeypatch):
    right = moderation._at
    monkeypatch.setattr(moderation, "_at", lambda by, name, at, per: right(by, name, -at, per))
    with pytest.raises(Off, match=r"^moderation\.slope_low\.value"):
        execute("moderation")


def test_an_error_of_a_metric_is_not_taken_for_a_reproduced_value(run, monkeypatch):
    monkeypatch.setattr(clustered, "least_squares", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        execute("clusters")


def test_notebook_shows_every_subject_under_its_own_heading():
    shown = {code: re.findall(r'study\.section\("(\w+)"\)', code) for code in sections() if subject_of(code)}
    assert [names for code, names in shown.items() if names != [subject_of(code)]] == []


@pytest.fixture
def project(tmp_path: Path) -> Paths:
    """Give a project with the declarations and the notebook, and no deliveries."""
    for name in ("codes", "policies", "protocols", "worlds"):
        shutil.copytree(PROJECT.root / "data" / name, tmp_path / "data" / name)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(NOTEBOOK, tmp_path / "notebooks")
    (tmp_path / "pyproject.toml").touch()
    return Paths(tmp_path)


def gm(project: Paths, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gm_workbench.cli.main import run; run()", *arguments]
    environment = {**os.environ, "GM_ROOT": str(project.root)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=project.root)


@pytest.mark.proof  # `make reports` makes it too, and ends with an error when a value is off
@pytest.mark.slow
def test_report_is_made_without_any_delivery(project):
    done = gm(project, "run", "validation")
    assert done.returncode == 0, done.stderr
    page = (project.reports / "validation" / "published-literature" / "report.html").read_text(encoding="utf-8")
    assert 'class="off"' not in page
    assert "53 van de 54 gepubliceerde waarden komen uit, en alle 224 waarden van andere software." in page
    assert "Niet tot op het laatste cijfer: variantie tussen scholen, zoals het boek die geeft (Snijders &amp; Bosker)." in page
    assert page.count("<td>niet tot op het laatste cijfer</td>") == 1


@pytest.mark.proof  # its parts: `batch/test_deviating.py`, `report/test_off.py`, `outputs/test_validation.py`
@pytest.mark.slow
def test_a_value_that_is_off_is_red_on_the_page_said_in_the_index_and_ends_the_run_with_a_code_of_its_own(project):
    file = project.codes / FILE
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("expected: 0.12728", "expected: 0.13728"), encoding="utf-8")
    done = gm(project, "run", "validation")
    assert done.returncode == 52
    assert "values are off" in done.stderr
    report = project.reports / "validation" / "published-literature"
    page = (report / "report.html").read_text(encoding="utf-8")
    assert page.count('<tr class="off">') == 1
    assert "Afwijkend: 0 van de 54 gepubliceerde waarden en 1 van de 224 waarden van andere software." in page
    assert "<b>wijkt af</b>" in page
    assert 'class="part-answer off"' in page
    index = (project.reports / "index.html").read_text(encoding="utf-8")
    assert 'class="status deviates"' in index
    assert "validation/published-literature/report.html" in index
