"""Batches as they really run, in processes of their own, on a project whose path has spaces and diacritics.

A delivery here is one small table, and its number of rows is the number that the report shows: it is planted, other for each
place, so that a report which shows another place's number is found out.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest

from gm_workbench.batch import worker
from gm_workbench.batch.attempts import State
from gm_workbench.batch.execution import Execution
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.batch.run import run_batch
from gm_workbench.batch.storage import opened
from gm_workbench.batch.summary import Summary
from gm_workbench.kernels.folders import RUN_DIR, environment
from gm_workbench.kernels.warm import OFF, SERVER
from gm_workbench.settings import Paths

REPOSITORY = Path(__file__).resolve().parents[2]
STUDY = "tilburg_single_mothers"
# tests that run in the background inherit that Ctrl-C is ignored; a command of a user does not
GM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv[0] = "gm"
from gm_workbench.cli.main import run
run()
"""

PLANTED = {"GM0855": 230, "GM0307": 310, "GM1900": 450, "GM0363": 570, "GM9901": 690, "GM9902": 850, "GM9903": 730}
"""Rows of each place's delivery. GM1900 is Súdwest-Fryslân."""

PARAMETERS = """
place: str = "GM0855"  # the municipality
world: str = "default"  # a synthetic world
period: str = "2023-01/2025-12"  # first and last month
policy: str = "cbs-stijl"  # disclosure policy
"""

SHOWS = """
from pathlib import Path
from gm_workbench.guard.showing import show
from gm_workbench.intake.store import checked_tables
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Sentence, Shape, Slot, Words, plain
from gm_workbench.batch.storage import opened
from gm_workbench.batch.summary import Summary
from gm_workbench.settings import paths
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

n = len(checked_tables(place, world, paths()).tables["introductions"])
words = Words(
    id="answer", role=Role.ANSWER, heading=Text("Hoeveel?", "How many?"),
    sentence=Sentence(Text("Het zijn er {n}.", "There are {n}."), {"n": Slot("all", "n", "n")}),
    caption=Text("Aantal coaches", "Number of coaches"),
    alt=plain(Text("Een tabel met het aantal in totaal.", "A table with the number in total.")),
    kind=DataKind("synthetic"),
    population=same("x"), period=same("2024"), source=same("x"), shown_as=(Shape.TABLE,),
)
show(Output(words, (Cell("all", "n", Measure.COUNT, n),)))
"""


@dataclass(frozen=True)
class Town:
    """A project, and what a test does in it as someone at a keyboard would."""

    paths: Paths

    def write(self, *cells: str) -> None:
        """Write the notebook: it shows its number, and then does what it is told."""
        tagged = nbformat.v4.new_code_cell(PARAMETERS.strip(), metadata={"tags": ["parameters"]})
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        body = [nbformat.v4.new_markdown_cell("# A question?"), tagged, *map(nbformat.v4.new_code_cell, (SHOWS, *cells))]
        self.paths.notebooks.mkdir(exist_ok=True)
        notebook = nbformat.v4.new_notebook(cells=body, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.paths.notebooks / f"{STUDY}.ipynb")

    def deliver(self, place: str, rows: int | None = None) -> None:
        """Write a delivery of one table."""
        folder, count = self.paths.synthetic / "default" / place, rows or PLANTED[place]
        folder.mkdir(parents=True, exist_ok=True)
        code = place.removeprefix("GM")
        lines = [f"{code};{STUDY};C{code}{number:03d};20240101" for number in range(count)]
        table = "\r\n".join(["GEMEENTECODE;STUDIE;CONSULENT;INGANGSDATUM", *lines, ""])
        (folder / "introducties.csv").write_bytes(b"\xef\xbb\xbf" + table.encode())
        promised = f"files:\n  introducties.csv:\n    rows: {count}\n"
        text = f"kind: synthetic\nplace: {place}\nworld: default\nseed: 2026\nperiod: 2023-01/2025-12\n{promised}"
        (folder / "delivery.yml").write_text(text, encoding="utf-8")

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a command; a run is of the places that delivered, and not of public data."""
        if arguments[0] == "run":
            there = sorted(folder.name for folder in (self.paths.synthetic / "default").iterdir())
            arguments += tuple(word for place in there for word in ("--place", place))
        environment = {**os.environ, "GM_ROOT": str(self.paths.root), "GM_WORKERS": "2"}
        return subprocess.Popen(
            [sys.executable, "-c", GM, *arguments],
            env=environment,
            cwd=self.paths.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def gm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Do a command and wait for its end."""
        begun = self.begin(*arguments)
        out, err = begun.communicate(timeout=240)
        return subprocess.CompletedProcess(arguments, begun.returncode, out, err)

    @property
    def ledger(self) -> Ledger:
        return Ledger.at(self.paths)

    def states(self) -> dict[str, State]:
        """Give how the last attempt at each place's report stands."""
        return {attempt.place: attempt.state for attempt in self.ledger.latest().values()}

    def tries(self, place: str) -> list[State]:
        """Give how each attempt at a place's report ended."""
        return [attempt.state for attempt in self.ledger.attempts() if attempt.place == place]

    def until(self, *places: str, state: State, seconds: float = 90) -> None:
        """Wait until reports stand in some way."""
        end = time.monotonic() + seconds
        while any(self.states().get(place) is not state for place in places):
            assert time.monotonic() < end, self.states()
            time.sleep(0.05)

    def page(self, place: str) -> Path:
        return self.paths.reports / STUDY / place / "report.html"

    def pages(self) -> dict[str, bytes]:
        """Give every page that stands there."""
        return {place: self.page(place).read_bytes() for place in PLANTED if self.page(place).is_file()}

    def shown(self, place: str) -> set[str]:
        """Give the places whose planted number is in the report of a place: in its numbers, its pages or the index's line."""
        folder = self.page(place).parent
        numbers = {
            word for file in folder.glob("outputs/*.csv") for word in re.findall(r"\d+", file.read_text(encoding="utf-8"))
        }
        said = re.findall(
            r"(?:Het zijn er|There are) (\d+)", "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.*"))
        )
        headline = re.findall(r"\d+", self.ledger.latest_done()[f"{STUDY}/{place}"].headline.nl)
        assert said
        assert headline
        return {other for other, rows in PLANTED.items() if str(rows) in {*numbers, *said, *headline}}

    def private_folders(self) -> list[Path]:
        """Name the folders that batches used."""
        with opened(self.ledger.file) as connection:
            return [Path(row["mark"]) for row in connection.execute("select mark from batches")]

    def half_written(self) -> list[str]:
        """Name what is neither a report nor the index."""
        known = {"index.html", "index.en.html", "README.md"}
        names = [path.name for path in (*self.paths.reports.iterdir(), *(self.paths.reports / STUDY).glob("*"))]
        return [name for name in names if name not in {*known, *PLANTED, STUDY} and not name.startswith(".ledger.sqlite")]

    def left_over(self, seconds: float = 5) -> list[str]:
        """Name processes that were started for this project and still run after some time."""
        end = time.monotonic() + seconds
        while (found := self._processes()) and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def _processes(self) -> list[str]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("GM_ROOT") == str(self.paths.root) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found


class Here(Executor):
    """A lane in this very process."""

    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Executed(Execution):
    """Executes the cells here, without a kernel, for faults that have nothing to do with kernels."""

    def execute(self) -> nbformat.NotebookNode:
        notebook, names = nbformat.read(self.notebook, as_version=4), dict(self.parameters)
        with environment({RUN_DIR: str(self.run.path)}):
            for cell in notebook.cells[2:]:
                exec(cell.source, names)
        return notebook


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Summary]:
    """Give a function that makes reports in this process."""
    monkeypatch.setattr(worker, "Execution", Executed)

    def made(town: Town, *places: str, wishes: Sequence[Wish] = (), **more: object) -> Summary:
        asked = [*wishes, *(Wish(STUDY, place) for place in places)]
        rows = plan(asked, town.paths) if asked else ()
        with environment({SERVER: OFF}):  # nobody asks for a kernel
            return run_batch(rows, town.paths, 1, **{"new_lane": Here, **more})

    return made


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what is declared once."""
    data = tmp_path_factory.mktemp("declared") / "data"
    for part in ("codes", "protocols", "policies", "worlds"):
        shutil.copytree(REPOSITORY / "data" / part, data / part)
    return data


@pytest.fixture
def town(tmp_path: Path, declared: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    root = tmp_path / "één map met spaties"
    shutil.copytree(declared, root / "data")
    (root / "pyproject.toml").touch()
    made = Town(Paths(root))
    made.write()
    monkeypatch.setenv("GM_ROOT", str(root))
    yield made
    for process in psutil.process_iter():  # whatever a failing test left, and nothing else
        try:
            if process.environ().get("GM_ROOT") == str(root) and process.pid != os.getpid():
                process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        except psutil.Error:
            continue


@pytest.fixture
def delivered(town: Town) -> Callable[..., Town]:
    def deliver(*places: str) -> Town:
        for place in places:
            town.deliver(place)
        return town

    return deliver
