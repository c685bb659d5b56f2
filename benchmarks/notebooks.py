"""How long each notebook computes at Amsterdam's size, section by section: 40,000 recipients, 60 months, one core.

    python benchmarks/notebooks.py [--recipients 40000] [--workers 40000] [--study NAME] [--json]

A world with one place of that size is drawn once, into .cache, and its delivery checked once. Then the cells of each notebook
are executed in a process of its own, as the batch gives them: libraries are imported before the clock starts, outputs are
registered and not drawn. Seconds are those of the processor with one thread; a section begins at a heading. Opening the study
(reading the checked tables) is a section like any other. The target is 20 seconds a notebook; exits with 1 when one takes more.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import nbformat
import yaml

from gm_workbench.batch.demonstration import SEED, write_world
from gm_workbench.kernels.folders import environment
from gm_workbench.kernels.stack import warm_up
from gm_workbench.settings import Paths
from reports import project

ROOT = Path(__file__).resolve().parents[1]
STUDIES = ("tilburg_single_mothers", "amsterdam_supervisor_cascade", "amersfoort_upward_mobility")
PLACE, PERIOD, WORLD = "GM0363", "2021-01/2025-12", "default"
TARGET = 20.0
HOUSEHOLDS = {"single": 4530, "lone_parent": 1440, "couple": 1015}
"""As the default world has them for Amsterdam: 6,985 households with 8,000 adults."""


def world(recipients: int, workers: int) -> Paths:
    """Give a project with one place of this size; drawn when it is not there, or other code or declarations would draw it."""
    declared = sorted(file for folder in ("codes", "worlds") for file in (ROOT / "data" / folder).rglob("*") if file.is_file())
    drawing = sorted((ROOT / "gm_workbench" / "worlds").rglob("*.py"))
    found = hashlib.sha256(f"{recipients} {workers} {PERIOD}".encode())
    for file in (*declared, *drawing, Path(__file__)):
        found.update(file.read_bytes())
    folder = ROOT / ".cache" / "bench-notebooks" / found.hexdigest()[:16]
    if not (folder / "made").exists():
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.mkdir(parents=True)
        paths = project(folder)
        enlarge(paths, recipients, workers)
        write_world(WORLD, SEED, paths, (PLACE,), with_truth=False)
        (folder / "made").touch()
    shutil.rmtree(folder / "notebooks")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.rmtree(folder / "data" / "protocols")
    shutil.copytree(ROOT / "data" / "protocols", folder / "data" / "protocols")
    return Paths(folder)


def enlarge(paths: Paths, recipients: int, workers: int) -> None:
    """Write a world with one place: so many adults on benefit at the start, and so many in the mobility programme."""
    file = paths.worlds / "default.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    times, line = recipients / 8000, {"status": "assumed", "line": "size: for a benchmark"}
    sizes = {kind: round(times * number) for kind, number in HOUSEHOLDS.items()}
    content["places"] = {PLACE: {"households": {"value": sizes, **line}, "workers": {"value": workers, **line}}}
    content["period"] = PERIOD
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    wages = paths.codes / "wage_references.csv"
    rows = wages.read_text(encoding="utf-8").splitlines()
    before = [row.replace("2022", "2021") for row in rows if row.startswith("2022,")]  # as if known for the year before
    wages.write_text("\n".join([*rows, *before, ""]), encoding="utf-8")


def execute(paths: Paths, study: str) -> dict[str, object]:
    """Execute the cells of one notebook; give seconds by section, and the most memory."""
    warm_up()
    cells = nbformat.read(paths.root / "notebooks" / f"{study}.ipynb", 4).cells
    names: dict[str, object] = {}
    sections: dict[str, float] = {}
    heading = "opening"
    for cell in cells:
        if cell.cell_type == "markdown":
            heading = next((row[3:] for row in cell.source.splitlines() if row.startswith("## ")), heading)
            continue
        began = time.process_time()
        exec(compile(cell.source, study, "exec"), names)
        sections[heading] = sections.get(heading, 0.0) + time.process_time() - began
        if "parameters" in cell.metadata.get("tags", ()):
            names |= {"place": PLACE, "world": WORLD, "period": PERIOD}
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return {"sections": sections, "seconds": sum(sections.values()), "peak_mib": most}


def apart(paths: Paths, study: str) -> dict[str, object]:
    """Execute a notebook in a process of its own, as in a batch."""
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as folder, environment({"GM_ROOT": str(paths.root)}):
        call = [sys.executable, __file__, "--execute", study, "--into", folder + "/found.json"]
        run = subprocess.run(call, env={**os.environ, "GM_RUN_DIR": folder}, capture_output=True, text=True, check=False)
        if run.returncode:
            raise SystemExit(f"{study}: {run.stderr[-3000:]}")
        return json.loads((Path(folder) / "found.json").read_text(encoding="utf-8"))


def told(found: dict[str, object]) -> str:
    """Say it in a table."""
    size = f"{found['recipients']:,} recipients, {found['workers']:,} workers, {PERIOD}"
    lines = [f"{size}, {found['cores']} cores, one thread; drawn and checked in {found['preparing_seconds']:.0f} s, once"]
    for study in found["studies"]:
        one = found["studies"][study]
        lines += ["", f"{study}: {one['seconds']:.1f} s (target {TARGET:.0f}), at most {one['peak_mib']:.0f} MiB"]
        lines += [f"  {seconds:>7.2f}  {heading}" for heading, seconds in one["sections"].items()]
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and fail when a notebook takes longer than the target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=40_000)
    parser.add_argument("--workers", type=int, default=40_000)
    parser.add_argument("--study", choices=STUDIES)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--execute", choices=STUDIES, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.execute:
        asked.into.write_text(json.dumps(execute(Paths(Path(os.environ["GM_ROOT"])), asked.execute)), encoding="utf-8")
        return 0
    paths, began = world(asked.recipients, asked.workers), time.perf_counter()
    studies = (asked.study,) if asked.study else STUDIES
    apart(paths, STUDIES[0])
    preparing = time.perf_counter() - began
    found = {"cores": os.cpu_count(), "recipients": asked.recipients, "workers": asked.workers, "preparing_seconds": preparing}
    found["studies"] = {study: apart(paths, study) for study in studies}
    print(json.dumps(found, indent=1) if asked.json else told(found))
    return 0 if all(one["seconds"] <= TARGET for one in found["studies"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
