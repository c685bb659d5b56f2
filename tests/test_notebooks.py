"""The notebooks: how they are written, that they run in the kernel JupyterLab offers, that they show what they showed."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import nbformat
import pytest
from jupyter_client.blocking import BlockingKernelClient

from gm_workbench.batch.execution import INJECTED
from gm_workbench.batch.goldens import DEFAULT_WORLD, MARK, PLACE, golden_folder
from gm_workbench.batch.parameters import TAG
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.batch.run import run_batch
from gm_workbench.batch.stripped import has_outputs
from gm_workbench.outputs.about import capital
from gm_workbench.outputs.series import AT_RISK
from gm_workbench.outputs.terms import MOTHERS_ASKED, MOTHERS_ON_BENEFIT
from gm_workbench.settings import Paths

pytestmark = pytest.mark.untraced

PROJECT = Paths(Path(__file__).resolve().parents[1])
NOTEBOOKS = sorted(PROJECT.notebooks.glob("*.ipynb"))
GOLDENS = sorted(golden_folder(PROJECT).glob("*.ipynb"))

CELL_LINES = 6
CODE_IN_A_ROW = 2
SECONDS_TO_START = 120


def stem(path: Path) -> str:
    return path.stem


def cells(notebook: Path, kind: str = "code") -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == kind]


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def code(notebook: Path) -> list[str]:
    return [cell.source for cell in cells(notebook) if INJECTED not in tags(cell)]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=stem)
def test_notebook_is_committed_without_outputs(notebook):
    assert not has_outputs(notebook)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=stem)
def test_notebook_is_thin(notebook):
    sources = [cell.source for cell in cells(notebook) if TAG not in tags(cell)]
    long = [source for source in sources if len(source.splitlines()) > CELL_LINES]
    definitions = [
        type(node).__name__
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    ]
    assert (long, definitions) == ([], [])


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=stem)
def test_notebook_tells_before_it_calls(notebook):
    kinds = "".join("c" if cell.cell_type == "code" else "m" for cell in nbformat.read(notebook, as_version=4).cells)
    assert kinds.startswith("m")
    assert "c" * (CODE_IN_A_ROW + 1) not in kinds


def test_every_notebook_has_an_executed_copy():
    assert [path.name for path in GOLDENS] == [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("golden", GOLDENS, ids=stem)
def test_executed_copy_has_the_code_of_its_notebook(golden):
    assert code(golden) == code(PROJECT.notebooks / golden.name), "make goldens writes the copies again"


def unchecked(golden: Path) -> list[int]:
    """Number the marked cells that store no output: nbval would pass them without comparing anything."""
    return [at for at, cell in enumerate(cells(golden)) if MARK in cell.source and not cell.outputs]


@pytest.mark.parametrize("golden", GOLDENS, ids=stem)
def test_every_marked_cell_stores_what_it_showed(golden):
    assert any(MARK in source for source in code(golden))
    assert unchecked(golden) == []


@pytest.mark.parametrize("golden", GOLDENS, ids=stem)
def test_every_cell_of_the_copy_was_executed(golden):
    assert [cell.source for cell in cells(golden) if cell.execution_count is None] == []


def test_marked_cell_without_stored_output_is_noticed(tmp_path):
    marked = nbformat.v4.new_code_cell(f"{MARK}\n1 + 1", execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[marked]), tmp_path / "n.ipynb")
    assert unchecked(tmp_path / "n.ipynb") == [0]


@pytest.fixture(scope="module")
def project(tmp_path_factory, checked_project) -> Paths:
    """Give a project with one small synthetic delivery, which was checked."""
    return Paths(shutil.copytree(checked_project, tmp_path_factory.mktemp("small") / "project"))


def nbval(project: Path, *notebooks: Path) -> subprocess.CompletedProcess[str]:
    own = ["-o", "addopts=", "-W", "default", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]
    ask = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "300"]
    command = [sys.executable, "-m", "pytest", "-q", *own, *ask, *map(str, notebooks)]
    environment = {**os.environ, "GM_ROOT": str(project), "IPYTHONDIR": str(project / ".ipython")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=project)


@pytest.mark.slow
@pytest.mark.parametrize("golden", GOLDENS, ids=stem)
def test_notebook_still_shows_what_it_showed(golden, project):
    done = nbval(project.root, golden)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.slow
def test_nbval_sees_a_marked_output_that_changed(tmp_path):
    shown = nbformat.v4.new_output("execute_result", {"text/plain": "3"}, execution_count=1)
    marked = nbformat.v4.new_code_cell(f"{MARK}\n1 + 1", execution_count=1, outputs=[shown])
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(nbformat.v4.new_notebook(cells=[marked], metadata={"kernelspec": kernel}), tmp_path / "n.ipynb")
    done = nbval(tmp_path, tmp_path / "n.ipynb")
    assert done.returncode == 1
    assert "1 failed" in done.stdout


@pytest.fixture
def bare(project, tmp_path) -> Paths:
    """Give a project whose one place delivered only benefits and costs, and nothing else before."""
    made = Paths(shutil.copytree(project.root, tmp_path / "project"))
    shutil.rmtree(made.checked)
    delivery = made.synthetic / DEFAULT_WORLD / PLACE
    for path in delivery.glob("*.csv"):
        if not path.name.startswith(("BUS_", "kosten_")):
            path.unlink()
    (delivery / "delivery.yml").write_text(f"kind: synthetic\nplace: {PLACE}\nworld: {DEFAULT_WORLD}\n", encoding="utf-8")
    return made


@pytest.mark.proof
@pytest.mark.slow
def test_of_benefits_and_costs_alone_all_mothers_are_followed_and_captions_speak_of_no_consent(bare, monkeypatch):
    monkeypatch.setenv("GM_ROOT", str(bare.root))
    run_batch(plan([Wish("tilburg_single_mothers", PLACE)], bare), bare, 1).raise_if_incomplete()
    report = bare.reports / "tilburg_single_mothers" / PLACE
    page = (report / "report.html").read_text(encoding="utf-8")
    assert capital(MOTHERS_ON_BENEFIT).nl in page
    assert capital(MOTHERS_ASKED).nl not in page
    for name in ("exits", "parttime"):
        lines = (report / "outputs" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        rows = {line["row"] for line in csv.DictReader(lines)}
        assert {row.removesuffix(AT_RISK) for row in rows} == {"everybody"}


one_more = partial(pytest.param, marks=pytest.mark.proof)
"""The same of another notebook."""

NOBODY = "In this period there is nobody to follow"
TOO_FEW = "That cannot be said with these data"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "said"),
    [
        ("tilburg_single_mothers", [NOBODY, "there are too few persons for that"]),
        one_more("amsterdam_supervisor_cascade", [NOBODY, "that takes at least 30 persons"]),
        one_more(
            "amersfoort_upward_mobility", ["not all of those months lie in the period", "there are too few persons for that"]
        ),
    ],
)
def test_of_a_period_in_which_nobody_is_followed_a_report_says_that_there_is_too_little(
    study, said, project, tmp_path, monkeypatch
):
    """Without an introduction people are followed from a year into the period: this one ends long before that."""
    early = Paths(shutil.copytree(project.root, tmp_path / "project"))
    monkeypatch.setenv("GM_ROOT", str(early.root))
    run_batch(plan([Wish(study, PLACE, period="2023-01/2023-03")], early), early, 1).raise_if_incomplete()
    page = (early.reports / study / PLACE / "2023-01_2023-03" / "report.en.html").read_text(encoding="utf-8")
    assert [words for words in [TOO_FEW, *said] if words not in page] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "last", "months", "still"),
    [
        ("amersfoort_upward_mobility", "2024-10", 24, "workers are at the base"),
        one_more("tilburg_single_mothers", "2024-06", 12, "that takes at least 5 coaches or teams"),
    ],
)
def test_a_report_on_a_period_that_ends_before_the_horizon_says_so_and_estimates_nothing(
    study, last, months, still, project, tmp_path, monkeypatch
):
    """People are followed from 2024-01: within ten months nobody could have been seen for two years."""
    short = Paths(shutil.copytree(project.root, tmp_path / "project"))
    monkeypatch.setenv("GM_ROOT", str(short.root))
    run_batch(plan([Wish(study, PLACE, period=f"2023-01/{last}")], short), short, 1).raise_if_incomplete()
    report = short.reports / study / PLACE / f"2023-01_{last}"
    page = (report / "report.en.html").read_text(encoding="utf-8")
    assert [words for words in (f"that takes at least {months} months from the start", still) if words not in page] == []
    assert json.loads((report / "estimates.json").read_text(encoding="utf-8"))["estimates"] == []


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("study", ["tilburg_single_mothers", "amersfoort_upward_mobility"])
def test_a_report_on_a_period_before_the_introduction_says_that_it_lies_outside(study, project, tmp_path, monkeypatch):
    early = Paths(shutil.copytree(project.root, tmp_path / "project"))
    monkeypatch.setenv("GM_ROOT", str(early.root))
    run_batch(plan([Wish(study, PLACE, period="2023-01/2023-12")], early), early, 1).raise_if_incomplete()
    page = (early.reports / study / PLACE / "2023-01_2023-12" / "report.en.html").read_text(encoding="utf-8")
    assert "The introduction of the new way of working lies outside the period of this report" in page
    assert not re.search(r"Missing from these data: introduction to (coaches|teams)\.", page)


class Lab:
    """A JupyterLab on this machine only, asked over HTTP as a browser would."""

    def __init__(self, address: str, token: str, runtime: Path) -> None:
        self.address, self.token, self.runtime = address, token, runtime
        # a proxy, where one is set, does not know this machine's own addresses
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, path: str, method: str = "GET", body: dict | None = None) -> str:
        request = urllib.request.Request(
            f"{self.address}{path}", method=method, data=json.dumps(body).encode() if body else None
        )
        request.add_header("Authorization", f"token {self.token}")
        with self.opener.open(request, timeout=60) as answer:
            return answer.read().decode()

    def kernel(self) -> BlockingKernelClient:
        """Start the kernel that is offered first and connect to it."""
        offered = json.loads(self.ask("api/kernelspecs"))["default"]
        kernel = json.loads(self.ask("api/kernels", "POST", {"name": offered}))["id"]
        client = BlockingKernelClient(connection_file=str(self.runtime / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.hb_channel.time_to_dead = SECONDS_TO_START  # a kernel that starts on a busy machine is slow, not dead
        client.start_channels()
        client.wait_for_ready(timeout=SECONDS_TO_START)
        return client


@pytest.fixture(scope="module")
def lab(project, tmp_path_factory) -> Iterator[Lab]:
    home, token = tmp_path_factory.mktemp("lab"), secrets.token_hex(16)
    folders = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("RUNTIME", "CONFIG", "DATA")}
    environment = {**os.environ, **folders, "GM_ROOT": str(project.root), "IPYTHONDIR": str(home / "ipython")}
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--IdentityProvider.token={token}",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={project.notebooks}"]
    with (home / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env=environment, cwd=project.root, stdout=log, stderr=log)
    try:
        yield Lab(address_of(server, home / "runtime"), token, home / "runtime")
    finally:
        server.terminate()
        server.wait(timeout=60)


def address_of(server: subprocess.Popen, runtime: Path) -> str:
    """Wait until the server has said where it listens, and listens: it says so before it does."""
    until = time.monotonic() + SECONDS_TO_START
    note = runtime / f"jpserver-{server.pid}.json"
    while time.monotonic() < until and server.poll() is None:
        if note.exists() and note.read_text(encoding="utf-8").strip().endswith("}"):
            said = json.loads(note.read_text(encoding="utf-8"))
            if listens(said["port"]):
                return said["url"]
        time.sleep(0.2)
    raise TimeoutError("JupyterLab did not start")


def listens(port: int) -> bool:
    """Tell whether somebody on this machine answers at a port."""
    with socket.socket() as asked:
        asked.settimeout(5)
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_jupyterlab_shows_the_notebooks(lab):
    assert "JupyterLab" in lab.ask("lab")
    listed = json.loads(lab.ask("api/contents"))["content"]
    assert {path.name for path in NOTEBOOKS} <= {entry["name"] for entry in listed}


IN_JUPYTERLAB = [pytest.param(golden, marks=[] if stem(golden) == "explore" else pytest.mark.proof) for golden in GOLDENS]
"""The kernel is the same for each; every notebook runs in the suite anyway, in the kernel of a batch."""


@pytest.mark.slow
@pytest.mark.parametrize("golden", IN_JUPYTERLAB, ids=stem)
def test_notebook_runs_top_to_bottom_in_the_kernel_that_jupyterlab_offers(golden, lab):
    client = lab.kernel()
    try:
        for number, cell in enumerate(cells(golden)):
            reply = client.execute_interactive(cell.source, output_hook=str, timeout=300)
            assert reply["content"]["status"] == "ok", (number, reply["content"].get("ename"), reply["content"].get("evalue"))
    finally:
        client.shutdown()
        client.stop_channels()
