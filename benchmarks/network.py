"""Does a batch stay as fast and as small at its end as at its start? Every study for 342 tiny places, with real kernels.

    python benchmarks/network.py [--places 342] [--json]

The world is the default one with every municipality in it, each with some sixty households and thirty workers. Reports are
made in the order of the places, so that every tenth of the batch holds every study. For each tenth: the median seconds of a
report as share of its study's median, and the memory of what lives as long as the batch does (the batch itself, its lanes, and
the process that kernels are forked from), looked at whenever a report ends. A kernel's own memory is told apart: it ends with
its report.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import psutil
import yaml

from gm_workbench.batch.attempts import Outcome
from gm_workbench.batch.demonstration import SEED, write_world
from gm_workbench.batch.lanes import worker_count
from gm_workbench.batch.plan import Wish, plan
from gm_workbench.batch.progress import Progress
from gm_workbench.batch.run import run_batch
from gm_workbench.kernels.folders import environment
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.codes import municipalities
from gm_workbench.worlds.identities import TOWNS
from reports import project

STUDIES = ("amersfoort_upward_mobility", "amsterdam_supervisor_cascade", "tilburg_single_mothers")
TINY = {"households": {"single": 34, "lone_parent": 20, "couple": 8}, "workers": 30}
TENTHS = 10
FLAT = 1.1


@dataclass(slots=True)
class Watch(Progress):
    """Notes of each report how long it took, and how much memory there was in use when it ended."""

    studies: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    kernels: list[float] = field(default_factory=list)

    def on_end(self, name: str, outcome: Outcome) -> None:
        if "×" not in name:  # a delivery
            return
        if not outcome.state.made:
            raise SystemExit(f"{name}: {outcome.state}: {outcome.reason}")
        self.studies.append(name.partition(" ")[0])
        self.took.append(outcome.seconds)
        self.kernels.append((outcome.memory or 0) / 2**20)
        self.memory.append(lasting_mib())
        if len(self.took) % 100 == 0:
            print(f"  {len(self.took)} reports", file=sys.stderr, flush=True)


def lasting_mib() -> float:
    """Give the memory of this process, the lanes and the server; their children, which are kernels, are left out."""
    me = psutil.Process()
    total = 0
    for process in (me, *me.children()):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


def write_network(paths: Paths, places: int) -> None:
    """Write the deliveries of as many tiny places as there are municipalities, a few at a time: a world has numbers for ten."""
    file = paths.worlds / "default.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    codes = sorted(municipalities(paths.codes))[:places]
    line = {"status": "assumed", "line": "size: tiny, to see whether a batch of many reports stays as it is"}
    for some in (codes[first : first + TOWNS] for first in range(0, len(codes), TOWNS)):
        content["places"] = {code: {name: {"value": value, **line} for name, value in TINY.items()} for code in some}
        file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        write_world("default", SEED, paths, with_truth=False)


def tenths(values: Sequence[float], of: Callable[[Sequence[float]], float] = statistics.median) -> list[float]:
    """Give a figure for each tenth of a row of values."""
    edges = [round(len(values) * part / TENTHS) for part in range(TENTHS + 1)]
    return [of(values[first:last]) for first, last in pairwise(edges)]


def relative(watch: Watch) -> list[float]:
    """Give each report's seconds as share of its study's median: studies differ, and their mix must not show."""
    by_study = defaultdict(list)
    for study, took in zip(watch.studies, watch.took, strict=True):
        by_study[study].append(took)
    middle = {study: statistics.median(took) for study, took in by_study.items()}
    return [took / middle[study] for study, took in zip(watch.studies, watch.took, strict=True)]


def measure(paths: Paths, places: int) -> dict[str, object]:
    """Write the deliveries, make the reports, and give the curve."""
    began = time.perf_counter()
    write_network(paths, places)
    written = time.perf_counter()
    rows = sorted(plan([Wish(study) for study in STUDIES], paths), key=lambda row: row.place)
    rows = [row for row in rows if not row.published]
    watch = Watch()
    run_batch(rows, paths, worker_count(), watch).raise_if_incomplete()
    seconds, memory = tenths(relative(watch)), tenths(watch.memory)
    return {
        "reports": len(watch.took),
        "workers": worker_count(),
        "writing_seconds": written - began,
        "batch_seconds": time.perf_counter() - written,
        "median_seconds": statistics.median(watch.took),
        "seconds_by_tenth": seconds,
        "memory_mib_by_tenth": memory,
        "kernel_mib_by_tenth": tenths(watch.kernels),
        "memory_last_over_first": memory[-1] / memory[0],
        "seconds_last_over_first": seconds[-1] / seconds[0],
    }


def told(found: dict[str, object]) -> str:
    """Draw the curve in text."""
    memory, seconds, kernels = (found[f"{name}_by_tenth"] for name in ("memory_mib", "seconds", "kernel_mib"))
    most = max(memory)
    head = (
        f"{found['reports']} reports of tiny places, {found['workers']} workers: {found['batch_seconds']:.0f} s, "
        f"median {found['median_seconds']:.2f} s a report (deliveries written in {found['writing_seconds']:.0f} s)"
    )
    lines = [
        head,
        "tenth  seconds (share of the median)  lasting MiB  a kernel's MiB",
    ]
    for place in range(TENTHS):
        bar = "#" * round(30 * memory[place] / most)
        lines.append(f"{place + 1:>5}  {seconds[place]:>31.2f}  {memory[place]:>11.0f}  {kernels[place]:>14.0f}  {bar}")
    lines.append(
        f"last tenth over first: memory {found['memory_last_over_first']:.3f} (at most {FLAT}), "
        f"seconds {found['seconds_last_over_first']:.3f}"
    )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and fail when memory or time grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=342)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as folder:
        paths = project(Path(folder) / "p")
        with environment({"GM_ROOT": str(paths.root)}):
            found = measure(paths, asked.places)
    print(json.dumps(found, indent=1) if asked.json else told(found))
    return 0 if max(found["memory_last_over_first"], found["seconds_last_over_first"]) <= FLAT else 1


if __name__ == "__main__":
    sys.exit(main())
