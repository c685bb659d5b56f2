"""Reports that are made again: unchanged, edited, and after a change of the data, the code, the rules or the machine."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from gm_workbench.batch import printed, worker
from gm_workbench.batch import verify as verifying
from gm_workbench.batch.changes import Part
from gm_workbench.batch.execution import Execution
from gm_workbench.batch.goldens import PLACE
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.batch.run import run_batch
from gm_workbench.batch.verify import Verification, planned, verify
from gm_workbench.errors import ApprovalRefused, RunFailed, StorageError, UnknownParameter
from gm_workbench.kernels.folders import RUN_DIR, environment
from gm_workbench.report.files import contents
from gm_workbench.report.release_approval import Consent, approve, verify_release
from gm_workbench.report.release_asking import Asked, ask
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind

pytestmark = pytest.mark.untraced

STUDY = "tilburg_single_mothers"

COUNTS = """
from gm_workbench.guard.showing import show
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Sentence, Shape, Slot, Words, plain
from gm_workbench.panel.study import open_study
from gm_workbench.vocabulary.text import Text, same

study = open_study("tilburg_single_mothers", place, world, period)
persons = study.tables["caseload"]["person"].nunique()
words = Words(
    id="answer", role=Role.ANSWER, heading=Text("Hoeveel?", "How many?"),
    sentence=Sentence(Text("Het zijn er {n}.", "There are {n}."), {"n": Slot("all", "n", "n")}),
    caption=Text("Aantal personen", "Number of persons"),
    alt=plain(Text("Een tabel met het aantal personen in totaal.", "A table with the number of persons.")),
    kind=study.kind, population=same("x"), period=same("2024"), source=same("x"), shown_as=(Shape.TABLE,),
)
mean = Cell("all", "mean", Measure.ESTIMATE, persons, persons * FACTOR, unit="euro", digits=2)
show(Output(words, (Cell("all", "n", Measure.COUNT, persons), mean)))
"""
AS_IT_WAS = COUNTS.replace("FACTOR", "0.1")


class InProcess(Execution):
    """Executes the cells here, which saves the seconds that a kernel takes to start."""

    def execute(self) -> nbformat.NotebookNode:
        notebook = nbformat.read(self.notebook, as_version=4)
        names = dict(self.parameters)
        with environment({RUN_DIR: str(self.run.path)}):
            for cell in notebook.cells[2:]:
                exec(cell.source, names)
        return notebook


class Inline(Executor):
    """A lane in this very process."""

    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture(scope="session")
def made(once: Callable[..., Path], checked_project: Path, write_notebook: Callable[..., Path]) -> Path:
    """The project with a report on its delivery."""

    def make(root: Path) -> None:
        small = Paths(shutil.copytree(checked_project, root))
        shutil.rmtree(small.notebooks)
        write_notebook(small.notebooks / f"{STUDY}.ipynb", AS_IT_WAS)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker, "Execution", InProcess)
            patch.setenv("GM_ROOT", str(root))
            run_batch(plan([Wish(STUDY, PLACE)], small), small, 1, new_lane=Inline)

    return once("made", make)


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setattr(worker, "Execution", InProcess)
    monkeypatch.setenv("GM_ROOT", str(tmp_path / "project"))
    return Paths(shutil.copytree(made, tmp_path / "project"))


def folder(project: Paths) -> Path:
    return project.reports / STUDY / PLACE


def again(project: Paths) -> Verification:
    """Verify, and see to it that nothing in `reports/` but the ledger was touched."""

    def stands() -> dict[Path, tuple[bytes, int]]:
        files = [file for file in project.reports.rglob("[!.]*") if file.is_file()]
        return {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}

    before = stands()
    found = verify(folder(project), project, new_lane=Inline)
    assert stands() == before
    return found


@pytest.mark.proof  # tests/report/test_release_commands.py does the same with a drawn report
def test_report_that_a_batch_made_is_released_as_synthetic_and_never_as_real(project):
    ask(Asked("synthetic-tilburg", (f"{STUDY}/{PLACE}",), "Noor Bakker", "to show how"), project)
    with pytest.raises(ApprovalRefused, match="holds synthetic data and cannot be approved as real"):
        approve(Consent("synthetic-tilburg", "Sem de Wit"), project)
    approve(Consent("synthetic-tilburg", "Sem de Wit", DataKind.SYNTHETIC), project)
    released = verify_release("synthetic-tilburg", project).folder / "reports" / STUDY / PLACE
    assert contents(released) == contents(folder(project))


def test_unchanged_report_is_the_same_to_the_last_digit_and_byte(project):
    found = again(project)
    assert (found.same, found.exact) == (True, True)
    assert (found.edited, found.changes, found.differences, found.other_bytes) == ((), (), (), ())
    assert (found.report, found.files) == (f"{STUDY} × {PLACE}", 6)
    assert found.values == 2 * 8 + 10  # two cells of a CSV file, and the entries of estimates.json


def test_report_edited_by_hand_is_said_so(project):
    page = folder(project) / "report.html"
    page.write_text(page.read_text(encoding="utf-8").replace("Het zijn er", "Dat waren er"), encoding="utf-8")
    found = again(project)
    assert (found.same, found.edited, found.other_bytes) == (False, ("report.html: changed by hand",), ("report.html",))


def test_report_without_its_checksums_does_not_stand_though_every_file_is_the_same(project):
    (folder(project) / "checksums.sha256").unlink()
    found = again(project)
    assert (found.same, found.edited, found.other_bytes) == (False, ("checksums.sha256: missing",), ())


def test_other_page_with_the_same_numbers_does_not_stand_when_nothing_changed(project):
    files = contents(folder(project))
    other = files | {"report.en.html": b"another"}
    other["checksums.sha256"] = b"".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()
        for name, content in other.items()
        if name != "checksums.sha256"
    )
    found = verifying.compared("x", other, files)
    assert (found.same, found.edited, found.differences, found.other_bytes) == (False, (), (), ("report.en.html",))


def test_number_edited_by_hand_is_found_even_with_its_checksum(project):
    file, sums = folder(project) / "outputs" / "answer.csv", folder(project) / "checksums.sha256"
    old = contents(folder(project))["outputs/answer.csv"]
    file.write_bytes(old.replace(b",n,n,count,", b",n,n,count,9"))
    was, now = (hashlib.sha256(content).hexdigest() for content in (old, file.read_bytes()))
    sums.write_text(sums.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")
    found = again(project)
    assert found.edited == ()
    assert [(one.row, one.column) for one in found.differences] == [("all/n/count", "value")]
    assert not found.same


def test_changed_delivery_is_named_with_its_file_and_its_numbers(project):
    file = project.synthetic / "default" / PLACE / "caseload.csv"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-300]))
    marker = file.with_name("delivery.yml")
    rows = int(re.search(r"caseload.csv:\n    rows: (\d+)", marker.read_text()).group(1))
    marker.write_text(marker.read_text().replace(f"rows: {rows}", f"rows: {rows - 300}"))
    found = again(project)
    assert found.changed == (Part.DATA,)
    assert {change.name for change in found.changes} == {"caseload.csv", "delivery.yml"}
    assert ("all/n/count", "value") in [(one.row, one.column) for one in found.differences]
    assert not found.same


def test_other_seed_is_a_seed_and_data_that_changed(project):
    marker = project.synthetic / "default" / PLACE / "delivery.yml"
    marker.write_text(marker.read_text().replace("seed: 2026", "seed: 7"))
    found = again(project)
    assert found.changed == (Part.DATA, Part.SEED)
    assert found.same  # only the marker is another; every number is as it was


def test_changed_rules_are_named(project):
    with (project.policies / "decisions.csv").open("a", encoding="utf-8") as decisions:
        decisions.write(f"{STUDY}/{PLACE},all,release,seen,Ilse Vos,2026-11-01\n")
    assert again(project).changed == (Part.RULES,)


def test_code_that_was_never_committed_is_not_called_unchanged(project, write_notebook):
    write_notebook(project.notebooks / f"{STUDY}.ipynb", COUNTS.replace("FACTOR", "0.2"))
    found = again(project)
    assert (found.changes, found.code_known, found.same) == ((), False, False)
    assert {(one.row, one.column) for one in found.differences} == {("all/mean/estimate", "value")}


def test_other_commit_is_a_change_of_code_and_the_same_numbers_still_stand(project, monkeypatch):
    known = verifying.origin(project)
    monkeypatch.setattr(verifying, "origin", lambda _: replace(known, commit="b" * 40, dirty=False))
    found = again(project)
    assert (found.changed, found.exact, found.same) == ((Part.CODE,), True, True)
    assert found.other_bytes == ()  # made again, it prints the commit that it was made by


def git(project: Paths, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    asked = subprocess.run(["git", "-C", str(project.root), *who, *arguments], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@pytest.fixture
def committed(project) -> Paths:
    """Give the project as a repository, with a report that was made of its first commit."""
    (project.root / ".gitignore").write_text("reports/\ndata/checked/\ndata/synthetic/\n", encoding="utf-8")
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "first")
    run_batch(plan([Wish(STUDY, PLACE)], project), project, 1, new_lane=Inline, again=True)
    return project


def forge(project: Paths, name: str, old: str, new: str) -> None:
    """Write another number into a file of the report, and its checksum as well."""
    file, sums = folder(project) / name, folder(project) / "checksums.sha256"
    before = file.read_bytes()
    file.write_text(before.decode().replace(old, new, 1), encoding="utf-8")
    was, now = (hashlib.sha256(content).hexdigest() for content in (before, file.read_bytes()))
    assert was != now
    sums.write_text(sums.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("report.html", "README.md"),
        pytest.param("report.en.html", "pyproject.toml", marks=pytest.mark.proof),
        pytest.param("report.html", "data/policies/decisions.csv", marks=pytest.mark.proof),
        ("report.ipynb", "pyproject.toml"),
    ],
)
def test_forged_number_is_found_whatever_changed_since(committed, name, changed):
    with (committed.root / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    git(committed, "add", "-A")
    git(committed, "commit", "-qm", "second")
    assert again(committed).same
    persons = re.search(r"There are (\d+)", (folder(committed) / "report.en.html").read_text(encoding="utf-8"))[1]
    forge(committed, name, *(("question?", "question of 12?") if name == "report.ipynb" else (f" {persons}.", f" {persons}7.")))
    found = again(committed)
    assert (found.same, found.edited, found.differences, found.other_bytes) == (False, (), (), (name,))
    told = ("12", "") if name == "report.ipynb" else (f"{persons}7", persons)
    assert [(one.file, one.was, one.now) for one in found.printed] == [(name, *told)]


def test_numbers_in_the_results_of_a_notebook_are_compared_and_those_in_its_code_are_not():
    def notebook(code: str, shown: str) -> str:
        output = nbformat.v4.new_output("display_data", {"text/html": shown})
        return nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code, outputs=[output])]))

    was, now = ({"report.ipynb": notebook(*cell)} for cell in (("n = 1", "<p>n = 310</p>"), ("n = 2", "<p>n = 320</p>")))
    assert [(one.was, one.now) for one in printed.differences(was, now, (), exact=True)] == [("310", "320")]
    assert printed.differences(was, now, {("310", "320")}, exact=True) == ()


def test_commit_that_changed_nothing_of_what_decides_a_report_is_no_change(committed):
    first = git(committed, "rev-parse", "HEAD")
    (committed.root / "README.md").write_text("other", encoding="utf-8")
    git(committed, "add", "-A")
    git(committed, "commit", "-qm", "second")
    found = again(committed)
    assert (found.same, found.changes, found.code_known, found.other_bytes) == (True, (), True, ())
    (committed.root / "pyproject.toml").write_text("other = 1", encoding="utf-8")
    git(committed, "commit", "-qam", "third")
    found = again(committed)
    assert [(one.part, one.was) for one in found.changes] == [(Part.CODE, first)]
    assert (found.same, found.other_bytes) == (True, ())


@pytest.mark.parametrize(("factor", "same"), [("0.1 + 2e-8", True), ("0.1 + 2e-6", False)])
def test_other_machine_may_have_other_last_digits_and_no_more(project, write_notebook, monkeypatch, factor, same):
    known = verifying.origin(project)
    assert known.machine
    monkeypatch.setattr(verifying, "origin", lambda _: replace(known, machine="another"))
    monkeypatch.setattr("gm_workbench.guard.printing.round", lambda value, _: value, raising=False)
    write_notebook(project.notebooks / f"{STUDY}.ipynb", COUNTS.replace("FACTOR", f"({factor})"))
    found = again(project)
    assert (found.changed, found.exact, found.same) == ((Part.ENVIRONMENT,), False, same)
    assert found.other_bytes


def test_report_that_cannot_be_made_again_says_what_changed(project, write_notebook, monkeypatch):
    known = verifying.origin(project)
    monkeypatch.setattr(verifying, "origin", lambda _: replace(known, lock="another"))
    write_notebook(project.notebooks / f"{STUDY}.ipynb", "{}['999900012']")
    with pytest.raises(RunFailed, match=r"could not be made again. Changed since: environment. .*KeyError") as failed:
        verify(folder(project), project, new_lane=Inline)
    assert "999900012" not in str(failed.value)


def test_delivery_that_broke_since_and_of_which_nothing_is_in_force_is_said_so(project):
    shutil.rmtree(project.checked)
    for path in (project.synthetic / "default" / PLACE).glob("*.csv"):
        path.write_text("x;y\n1;2\n", encoding="utf-8")
    with pytest.raises(RunFailed, match=r"Changed since: data, or how they are read\. It failed: DeliveryError"):
        verify(folder(project), project, new_lane=Inline)


def test_row_of_a_manifest_is_the_row_that_was_planned(project, write_notebook):
    more = 'share: float = 0.5\nstrict: bool = True\nweeks: int | None = None\ngroups: list = ["a"]\n'
    written = {"share": "0.25", "strict": "false", "groups": "['b', 'c']"}
    cells = COUNTS.split("\n\n", maxsplit=1)
    base = (project.notebooks / f"{STUDY}.ipynb").read_text(encoding="utf-8")
    tagged = "".join(json.loads(base)["cells"][1]["source"])
    write_notebook(project.notebooks / f"{STUDY}.ipynb", *cells, parameters=f"{tagged}\n{more}")
    (row,) = plan([Wish(STUDY, PLACE, period="2023-01/2024-12", parameters=written)], project)
    manifest = {
        "study": row.study,
        "place": row.place,
        "world": row.world,
        "parameters": {
            name: value if isinstance(value, (str, int, float)) else repr(value) for name, value in row.parameters.items()
        },
    }
    assert planned(manifest, project) == row
    public = {"study": STUDY, "place": "published-bfi", "world": "", "parameters": manifest["parameters"]}
    assert planned(public, project).place == "published-bfi"


def test_parameter_that_no_longer_exists_is_told_as_in_a_plan(project):
    manifest = {"study": STUDY, "place": PLACE, "world": "default", "parameters": {"gone": 1}}
    with pytest.raises(UnknownParameter, match=r"manifest.json.*there is no parameter gone"):
        planned(manifest, project)


def test_report_is_verified_also_where_nothing_can_be_written(project, monkeypatch):
    def read_only(_):
        raise StorageError("reports cannot be written")

    monkeypatch.setattr(verifying.Ledger, "at", read_only)
    assert again(project).same


def test_temporary_folder_is_gone_afterwards(project, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    verify(folder(project), project, new_lane=Inline)
    assert list(tmp_path.glob("gm-*")) == []
