"""What a report costs beside its computing, how fast a kernel is there, and whether forks ever hang.

    python benchmarks/engine.py [--computing 0 1 2 10] [--repeats 5] [--plain-repeats 3] [--kernels 5] [--forks 0] [--json]

- *Overhead*: wall time of a report minus the bare time of its cells, which is that of the same cells in a process that has
  everything imported and has run them before. The plain way is the `papermill` command and then the `jupyter nbconvert`
  command, on the same notebook; ours is one lane of `gm run`, from the start of a report to its place in `reports/`. Both are
  run in turn, in the same minutes. The notebook imports the stack, computes for so many seconds, and shows a table; the last
  row is the report of a real study, whose figures are drawn after its cells, in two languages and two widths: that is part of
  ours and not of the plain way, so how long the drawing takes by itself stands beside it.
- *Throughput*: reports in the same time, by a batch that uses every core once it is going, and by the two commands in a loop.
- *Kernel*: until a kernel has answered that the stack is imported, an ordinary one beside a warm one.
- *Forks*: so many kernels one after another, each of which uses every library once; one that takes longer than a minute hangs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import nbformat
from jupyter_client.manager import KernelManager

from gm_workbench.batch.attempts import Outcome
from gm_workbench.batch.goldens import PLACE, small_project
from gm_workbench.batch.lanes import worker_count
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.batch.progress import Progress
from gm_workbench.batch.run import run_batch
from gm_workbench.kernels import warm
from gm_workbench.kernels.folders import batch_folder, environment, kernel_config, run_folder
from gm_workbench.outputs.figures import draw
from gm_workbench.settings import Paths

STUDY = "tilburg_single_mothers"
REPOSITORY = Paths(Path(__file__).resolve().parents[1])
HANGS_AFTER = 60.0
LONGEST_BATCH = 10
"""Reports a core."""

MOST_OVERHEAD, LEAST_RATIO, LEAST_THROUGHPUT, UP_TO, MOST_KERNEL = 0.8, 15.0, 10.0, 1.0, 1.0
"""Seconds of a report beside its cells, the plain way's over ours, reports in the same time for notebooks up to a second of
computing, and seconds until a warm kernel has the stack."""

IMPORTS = """
import numpy, pandas, scipy.stats, statsmodels.formula.api, matplotlib.pyplot, seaborn, pingouin, pyarrow.parquet
from gm_workbench import about_study, open_study, outputs, panel, show
"""
COMPUTES = """
import time
end = time.perf_counter() + SECONDS
while time.perf_counter() < end:
    numpy.linalg.svd(numpy.ones((20, 20)))
"""
SHOWS = """
study = open_study("tilburg_single_mothers", place, world, period)
people = panel.people.followed(study)
show(outputs.people.flow(people.ledger.steps, study.section("flow"), about_study(study)))
"""
USES = """
from gm_workbench.kernels import stack
stack.use_once()
import io, pandas as pd, pyarrow.parquet as pq, pingouin as pg, seaborn as sns, matplotlib.pyplot as plt
frame = pd.DataFrame({"a": [1.0, 2.0, 4.0, 3.0] * 5, "b": [2.0, 1.0, 3.0, 5.0] * 5})
kept = io.BytesIO(); frame.to_parquet(kept); pq.read_table(io.BytesIO(kept.getvalue()), use_threads=True)
pg.corr(frame["a"], frame["b"]); sns.scatterplot(frame, x="a", y="b"); plt.close("all")
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One notebook, both ways; all in seconds, medians."""

    notebook: str
    bare: float
    ours: float
    plain: float
    batch: float
    drawing: float

    @property
    def overhead(self) -> float:
        return self.ours - self.bare

    @property
    def plain_overhead(self) -> float:
        return self.plain - self.bare

    def told(self) -> dict[str, object]:
        """Give the row with what follows from it."""
        ratios = {"overhead_ratio": self.plain_overhead / self.overhead, "throughput_ratio": self.plain / self.batch}
        return {**asdict(self), "overhead": self.overhead, "plain_overhead": self.plain_overhead, **ratios}


@dataclass(slots=True)
class Watch(Progress):
    """Notes how long each report took, from its start to its end."""

    at: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    ended_at: list[float] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def on_start(self, name: str) -> None:
        self.at[name] = time.perf_counter()

    def on_end(self, name: str, outcome: Outcome) -> None:
        if name in self.at and "×" in name:  # a report, not a delivery
            self.ended_at.append(time.perf_counter())
            self.took.append(self.ended_at[-1] - self.at[name])
            self.states.append(str(outcome.state))


def notebook_of(seconds: float, project: Paths) -> Path:
    """Write a notebook that imports the stack, computes for so long, and shows a table, in the place of the study's own."""
    path = project.notebooks / f"{STUDY}.ipynb"
    study = nbformat.read(REPOSITORY.notebooks / f"{STUDY}.ipynb", as_version=4)
    tagged = next(cell for cell in study.cells if "parameters" in cell.metadata.get("tags", ()))
    cells = [nbformat.v4.new_markdown_cell("# How long?"), tagged]
    cells += [nbformat.v4.new_code_cell(text.strip()) for text in (IMPORTS, COMPUTES.replace("SECONDS", str(seconds)), SHOWS)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=study.metadata), path)
    return path


def bare(notebook: Path, project: Paths) -> float:
    """Time the cells alone: the second run of them in one fresh process."""
    code = (
        "import sys, time, os, tempfile, nbformat\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "cells = [c.source for c in nbformat.read(sys.argv[1], as_version=4).cells if c.cell_type == 'code']\n"
        "cells[1:1] = [f'place = {sys.argv[2]!r}']\n"
        "for turn in range(2):\n"
        "    os.environ['GM_RUN_DIR'] = tempfile.mkdtemp(); os.mkdir(os.environ['GM_RUN_DIR'] + '/outputs')\n"
        "    began = time.perf_counter()\n"
        "    for cell in cells: shell.run_cell(cell).raise_error()\n"
        "    took = time.perf_counter() - began\n"
        "print(took)\n"
    )
    env = {**os.environ, "GM_ROOT": str(project.root), "TMPDIR": str(project.root)}
    command = [sys.executable, "-c", code, str(notebook), PLACE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return float(done.stdout.splitlines()[-1])


def plain(notebook: Path, project: Paths) -> float:
    """Time the two commands."""
    binaries, out = Path(sys.executable).parent, project.root / "plain"
    out.mkdir(exist_ok=True)
    env = {**os.environ, "GM_ROOT": str(project.root)}
    began = time.perf_counter()
    for command in (
        [binaries / "papermill", notebook, out / "plain.ipynb", "-p", "place", PLACE, "--kernel", "python3"],
        [binaries / "jupyter", "nbconvert", "--to", "html", "--no-input", out / "plain.ipynb"],
    ):
        subprocess.run(list(map(str, command)), check=True, capture_output=True, env=env)
    return time.perf_counter() - began


def ours(project: Paths, periods: Sequence[str], *, between: Callable[[], None]) -> list[float]:
    """Time reports of one lane, something else between two of them; the first, which starts things, is left out."""

    class Between(Watch):
        def on_end(self, name: str, outcome: Outcome) -> None:
            Watch.on_end(self, name, outcome)
            if len(self.took) > 1:
                between()

    watch = Between()
    wishes = tuple(Wish(STUDY, PLACE, period=period) for period in periods)
    summary = run_batch(plan(wishes, project), project, 1, watch)
    summary.raise_if_incomplete()
    return watch.took[1:]


def seconds_a_report(project: Paths, count: int) -> float:
    """Time a batch that uses every core, from when each lane has made a report or two, the first of which starts things."""
    watch, workers = Watch(), worker_count()
    periods = [f"2023-{2 + number // 12:02d}/2024-{12 - number % 12:02d}" for number in range(count)]
    wishes = [Wish(STUDY, PLACE, period=period) for period in periods]
    run_batch(plan(wishes, project), project, workers, watch).raise_if_incomplete()
    return (watch.ended_at[-1] - watch.ended_at[2 * workers - 1]) / (count - 2 * workers)


class Here(Executor):
    """A lane in this very process, where drawing can be timed."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*arguments, **more))
        return future


def drawing_seconds(project: Paths) -> float:
    """Time the drawing of the pictures of one report, in a process that has drawn them before."""
    took = [0.0]

    def timed(*arguments: Any, **more: Any) -> bytes:
        began = time.perf_counter()
        drawn = draw(*arguments, **more)
        took[-1] += time.perf_counter() - began
        return drawn

    with patch("gm_workbench.report.figures.draw", timed):
        for period in ("2023-02/2025-11", "2023-02/2025-12"):
            took.append(0.0)
            rows = plan([Wish(STUDY, PLACE, period=period)], project)
            run_batch(rows, project, 1, new_lane=Here).raise_if_incomplete()
    return took[-1]


def compared(name: str, notebook: Path, project: Paths, repeats: int, plain_repeats: int) -> Row:
    """Run both ways in turn."""
    periods = [f"2023-01/2025-{12 - number:02d}" for number in range(repeats + 1)]
    plains: list[float] = []

    def once() -> None:
        if len(plains) < plain_repeats:
            plains.append(plain(notebook, project))

    took = ours(project, periods, between=once)
    alone, workers = bare(notebook, project), worker_count()
    batch = seconds_a_report(project, workers * min(LONGEST_BATCH, max(4, round(20 / (alone + 1)))))
    return Row(name, alone, statistics.median(took), statistics.median(plains), batch, drawing_seconds(project))


def overhead_rows(computing: Sequence[float], repeats: int, plain_repeats: int) -> list[Row]:
    """Compare a notebook for each amount of computing, and a real study."""
    rows = []
    for seconds in (*computing, None):
        with tempfile.TemporaryDirectory(prefix="gm-bench-") as folder:
            project = small_project(REPOSITORY, Path(folder) / "p")
            own = project.notebooks / f"{STUDY}.ipynb"
            with environment({"GM_ROOT": str(project.root)}):
                notebook = own if seconds is None else notebook_of(seconds, project)
                name = STUDY if seconds is None else f"{seconds:g} s of computing"
                rows.append(compared(name, notebook, project, repeats, plain_repeats))
    return rows


def answered(manager: KernelManager, code: str) -> float:
    """Time a kernel from its start until it has executed some code, and stop it."""
    began = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=HANGS_AFTER)
        reply = client.execute_interactive(code, timeout=HANGS_AFTER, output_hook=lambda _: None)
        took = time.perf_counter() - began
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"the kernel could not: {reply['content']['ename']}: {reply['content']['evalue']}")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
    return took


def kernels(count: int, code: str, variables: dict[str, str]) -> list[float]:
    """Time so many kernels, one after another."""
    with batch_folder() as batch, environment(variables), run_folder(batch, "0", {}) as run:
        return [answered(KernelManager(kernel_name="python3", config=kernel_config(run)), code) for _ in range(count)]


def kernel_seconds(count: int) -> dict[str, float]:
    """Time warm and ordinary kernels until the stack is imported; the first warm one, which waits for its server, apart."""
    first = kernels(1, IMPORTS, {})[0]
    warm_ones = statistics.median(kernels(count, IMPORTS, {}))
    ordinary = statistics.median(kernels(count, IMPORTS, {warm.SERVER: warm.OFF}))
    return {"warm": warm_ones, "ordinary": ordinary, "ratio": ordinary / warm_ones, "first_warm": first}


def forks(count: int) -> dict[str, float]:
    """Fork so many kernels that use everything; it raises if one of them hangs."""
    took = kernels(count, USES, {})
    return {"kernels": count, "median": statistics.median(took), "longest": max(took)}


def peak_mib() -> float:
    """Give the most memory that a process started from here had: a lane, a server, or a command of the plain way."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


COLUMNS = ("bare", "drawing", "ours", "plain", "batch", "overhead", "plain_overhead", "overhead_ratio", "throughput_ratio")


def print_table(found: dict[str, dict[str, float]], rows: Sequence[Row], peak: float, load: float) -> None:
    """Print what was found for a person."""
    if rows:
        print(f"{'seconds, medians':<24}" + "".join(f"{name.replace('_', ' '):>18}" for name in COLUMNS))
    for row in rows:
        told = row.told()
        print(f"{row.notebook:<24}" + "".join(f"{told[name]:>18.2f}" for name in COLUMNS))
    for name, numbers in found.items():
        print(f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {value:.2f}" for key, value in numbers.items()))
    print(f"peak {peak:.0f} MiB a process; {worker_count()} cores; load {load:.1f} at the start")


def missed(rows: Sequence[Row], found: dict[str, dict[str, float]]) -> list[str]:
    """Name what is not as good as it should be."""
    said = []
    for row in rows:
        if row.overhead > MOST_OVERHEAD:
            said.append(
                f"{row.notebook}: overhead {row.overhead:.2f} s, at most {MOST_OVERHEAD}; {row.drawing:.2f} s is drawing"
            )
        if row.plain_overhead / row.overhead < LEAST_RATIO:
            said.append(f"{row.notebook}: overhead ratio {row.plain_overhead / row.overhead:.1f}, at least {LEAST_RATIO:.0f}")
        if row.bare < UP_TO + 0.5 and row.plain / row.batch < LEAST_THROUGHPUT:
            said.append(f"{row.notebook}: throughput ratio {row.plain / row.batch:.1f}, at least {LEAST_THROUGHPUT:.0f}")
    if found.get("kernel", {}).get("warm", 0.0) > MOST_KERNEL:
        said.append(f"a warm kernel takes {found['kernel']['warm']:.2f} s, at most {MOST_KERNEL:.0f}")
    return said


def main() -> int:
    """Measure, print, and fail when something is slower than it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--computing", type=float, nargs="*", default=[0, 1, 2, 10], metavar="SECONDS")
    parser.add_argument("--repeats", type=int, default=5, help="reports of ours a notebook")
    parser.add_argument("--plain-repeats", type=int, default=3, help="the plain way a notebook")
    parser.add_argument("--kernels", type=int, default=5, help="kernels of each kind")
    parser.add_argument("--forks", type=int, default=0, help="kernels that use every library")
    parser.add_argument("--no-reports", action="store_true", help="leave the reports out")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    rows = [] if asked.no_reports else overhead_rows(asked.computing, asked.repeats, asked.plain_repeats)
    found: dict[str, dict[str, float]] = {}
    if asked.kernels:
        found["kernel"] = kernel_seconds(asked.kernels)
    if asked.forks:
        found["forks"] = forks(asked.forks)
    warm.server_stop()
    peak = peak_mib()
    if asked.json:
        machine = {"peak_mib": peak, "cores": worker_count(), "load": load}
        print(json.dumps({"reports": [row.told() for row in rows], **found, **machine}, indent=1))
    else:
        print_table(found, rows, peak, load)
    short = missed(rows, found)
    for line in short:
        print(f"MISSED  {line}", file=sys.stderr)
    return int(bool(short))


if __name__ == "__main__":
    sys.exit(main())
