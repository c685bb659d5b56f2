"""How long the demonstration takes, `make reports` with the environment there, beside what its cells alone take.

    python benchmarks/reports.py [--json]

A project with nothing but what is declared is made, and `gm demo` run in it: deliveries are written, checked, and every report
made. Each report's cells are timed as they ran, beside the others; their sum is shared by as many workers as there are cores.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gm_workbench.batch.demonstration import copy_declarations
from gm_workbench.batch.lanes import worker_count
from gm_workbench.batch.ledger import Ledger
from gm_workbench.settings import Paths

ROOT = Path(__file__).resolve().parents[1]
FACTOR, SECONDS = 1.2, 20.0
"""The bound: so many times the cells' share, and so many seconds for all that is done once."""


def project(root: Path) -> Paths:
    """Copy what is declared, and the notebooks."""
    copy_declarations(Paths(ROOT), root)
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    for file in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / file, root)
    return Paths(root)


def measure(paths: Paths) -> dict[str, float]:
    """Run the demonstration and read from the ledger what its cells took."""
    command = "from gm_workbench.cli.main import run; import sys; sys.argv = ['gm', 'demo']; run()"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", command], check=True, env={**os.environ, "GM_ROOT": str(paths.root)}, cwd=paths.root)
    took = time.perf_counter() - began
    made = [attempt for attempt in Ledger.at(paths).attempts() if attempt.state.made]
    cells, workers = sum(attempt.computing or 0.0 for attempt in made), worker_count()
    bound = FACTOR * cells / workers + SECONDS
    return {"reports": len(made), "workers": workers, "seconds": took, "cell_seconds": cells, "bound_seconds": bound}


def told(found: dict[str, float]) -> str:
    """Say the figures to a person."""
    number = {name: f"{value:.0f}" for name, value in found.items()}
    return (
        f"{number['reports']} reports in {number['seconds']} s; their cells took {number['cell_seconds']} s; "
        f"{number['workers']} workers, load {found['load']:.1f} at the start\n"
        f"bound: {FACTOR} × {number['cell_seconds']} / {number['workers']} + {SECONDS:.0f} = {number['bound_seconds']} s"
    )


def main() -> int:
    """Measure, print, and fail when the bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    asked, load = parser.parse_args(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as folder:
        found = {**measure(project(Path(folder) / "p")), "load": load}
    if asked.json:
        print(json.dumps(found, indent=1))
    else:
        print(told(found))
    return 0 if found["seconds"] <= found["bound_seconds"] else 1


if __name__ == "__main__":
    sys.exit(main())
