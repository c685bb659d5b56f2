"""Notebooks are committed without outputs, which could hold a citizen's record: `python -m gm_workbench.batch.stripped`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from gm_workbench.batch.parameters import read_cells


def has_outputs(notebook: Path) -> bool:
    """Say whether a notebook keeps an output, or the number of an execution."""
    return any(cell.get("outputs") or cell.get("execution_count") for cell in read_cells(notebook))


def main(arguments: Sequence[str]) -> int:
    """Refuse notebooks with outputs; give the exit code."""
    wrong = [name for name in arguments if has_outputs(Path(name))]
    for name in wrong:
        print(f"{name} holds outputs. In JupyterLab: Edit, Clear Outputs of All Cells; then save.", file=sys.stderr)  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
