"""How long a batch takes to find out what there is to do: 342 places × 3 studies, nothing changed, or one delivery.

The deliveries are small files and nothing is computed: the ledger is told that every report was made, and then the command is
asked. The plain way is to digest every file of every report anew. `python benchmarks/batch.py [--json] [--places 342]`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gm_workbench.batch.attempts import Outcome, State
from gm_workbench.batch.decision import decide
from gm_workbench.batch.demonstration import copy_declarations
from gm_workbench.batch.ledger import Ledger
from gm_workbench.batch.plan import Planned, Wish, plan
from gm_workbench.batch.standing import PAGE
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.codes import municipalities

ROOT = Path(__file__).resolve().parents[1]
STUDIES = ("amersfoort_upward_mobility", "amsterdam_supervisor_cascade", "tilburg_single_mothers")
FILES, BYTES = 90, 2000
"""Of one delivery; the files of a small municipality are larger, which matters to the plain way only."""

LIMIT_SECONDS = 2.0
REPEATS = 5


def main() -> int:
    """Measure, print, and fail when the limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=342)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Paths(Path(folder)), asked.places)
    print(json.dumps(figures, indent=2) if asked.json else table(figures))
    return 0 if figures["decided_seconds"] < LIMIT_SECONDS and figures["changed_reports"] == len(STUDIES) else 1


def measure(paths: Paths, places: int) -> dict[str, float]:
    """Make the project, and measure."""
    codes = build(paths, places)
    rows = plan(wishes(), paths)
    note_made(rows, paths)
    os.environ["GM_ROOT"] = str(paths.root)
    time.sleep(2.1)  # what changed less than two seconds ago is read again, which would be measured too
    decide(rows, Ledger.at(paths), paths)
    figures = {
        "reports": len(rows),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "command_seconds": median(lambda: status_of_run(paths)),
        "decided_seconds": median(lambda: decided(paths)),
        "plain_seconds": median(lambda: plain(rows, paths), 1),
    }
    (paths.synthetic / "default" / codes[0] / "file_01.csv").write_bytes(b"changed")
    stale = decide(rows, Ledger.at(paths), paths).todo(rows, paths)
    figures["changed_reports"] = len(stale)
    figures["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def wishes() -> list[Wish]:
    """Ask for every study for every place."""
    return [Wish(study) for study in STUDIES]


def build(paths: Paths, places: int) -> list[str]:
    """Write a project with what is declared, thin notebooks and small deliveries."""
    copy_declarations(Paths(ROOT), paths.root)
    shutil.copy(ROOT / "requirements.lock", paths.root)
    (paths.root / "pyproject.toml").touch()
    paths.notebooks.mkdir()
    for study in STUDIES:
        shutil.copy(ROOT / "notebooks" / f"{study}.ipynb", paths.notebooks)
    codes = sorted(municipalities(paths.codes))[:places]
    for code in codes:
        folder = paths.synthetic / "default" / code
        folder.mkdir(parents=True)
        (folder / "delivery.yml").write_text(f"kind: synthetic\nplace: {code}\nperiod: 2023-01/2025-12\n", encoding="utf-8")
        for number in range(1, FILES + 1):
            (folder / f"file_{number:02d}.csv").write_bytes(f"{code}{number}".encode() * (BYTES // 8))
    return codes


def note_made(rows: tuple[Planned, ...], paths: Paths) -> None:
    """Tell the ledger that every report was made, and put a page where it would stand."""
    ledger = Ledger.at(paths)
    recipes = decide(rows, ledger, paths).recipes
    wanted = [(row, row.folder(paths).relative_to(paths.reports).as_posix(), recipes[row.folder(paths)]) for row in rows]
    for (row, *_), attempt in zip(wanted, ledger.queue_all(wanted, None), strict=True):
        ledger.finish(attempt, Outcome(State.DONE, seconds=1))
        row.folder(paths).mkdir(parents=True)
        (row.folder(paths) / PAGE).write_text("<p>made</p>", encoding="utf-8")


def decided(paths: Paths) -> None:
    """Plan, and decide of each report whether it is fresh, as `gm run` does."""
    rows = plan(wishes(), paths)
    todo = decide(rows, Ledger.at(paths), paths).todo(rows, paths)
    if todo:
        raise SystemExit(f"{len(todo)} reports are not fresh, but nothing changed.")


def status_of_run(paths: Paths) -> None:
    """Run the whole command in a process of its own, the index included."""
    command = "from gm_workbench.cli.main import run; import sys; sys.argv = ['gm', 'run', *sys.argv[1:]]; run()"
    subprocess.run([sys.executable, "-c", command, *STUDIES], check=True, capture_output=True, cwd=paths.root)


def plain(rows: tuple[Planned, ...], paths: Paths) -> None:
    """Digest everything that each report is made from."""
    common = [*paths.codes.rglob("*.*"), *paths.policies.glob("*"), paths.root / "requirements.lock"]
    for row in rows:
        own = [*(paths.synthetic / "default" / row.place).glob("*"), paths.notebooks / f"{row.study}.ipynb"]
        hashlib.sha256(b"".join(file.read_bytes() for file in (*common, *own) if file.is_file())).hexdigest()


def median(work: Callable[[], None], repeats: int = REPEATS) -> float:
    """Give the median of some repeats, in seconds."""
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def table(figures: dict[str, float]) -> str:
    """Write the figures for a person."""
    plain_seconds = figures["plain_seconds"]
    lines = [
        f"{figures['reports']:.0f} reports, nothing changed, {figures['cores']:.0f} cores; medians of {REPEATS}, digests once",
        f"  plan and decide                {figures['decided_seconds']:6.2f} s   (limit {LIMIT_SECONDS:.0f} s)",
        f"  the command, with its index    {figures['command_seconds']:6.2f} s",
        f"  digest every file of each      {plain_seconds:6.2f} s   ratio {plain_seconds / figures['decided_seconds']:.1f}",
        f"  one delivery changed           {figures['changed_reports']:6.0f}     reports to make",
        f"  most memory                    {figures['peak_megabytes']:6.0f} MB",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
