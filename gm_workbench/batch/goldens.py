"""Executed copies of the notebooks for nbval to compare with: `python -m gm_workbench.batch.goldens`, or `make goldens`.

They are made on the smallest fictional place of the default world, so nobody's data are in them. Only cells marked
`# NBVAL_CHECK_OUTPUT` keep what they showed: the others are executed again by the tests, but not compared.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from gm_workbench.batch.catalogue import DEFAULT_WORLD, PREFIX
from gm_workbench.batch.demonstration import SEED, copy_declarations
from gm_workbench.batch.execution import INJECTED, Execution
from gm_workbench.batch.parameters import read_parameters
from gm_workbench.kernels.folders import batch_folder, run_folder
from gm_workbench.settings import Paths, paths
from gm_workbench.worlds.deliveries import write_delivery
from gm_workbench.worlds.draw import draw

PLACE = "GM9903"
MARK = "# NBVAL_CHECK_OUTPUT"
CELL_SECONDS = 300


def golden_folder(project: Paths) -> Path:
    """Say where the executed copies are kept."""
    return project.root / "tests" / "notebooks"


def small_project(source: Paths, root: Path) -> Paths:
    """Make a project with everything that is declared, one small delivery, and nothing else."""
    copy_declarations(source, root)
    shutil.copytree(source.notebooks, root / "notebooks")
    (root / "pyproject.toml").touch()
    small = Paths(root)
    tables = draw(DEFAULT_WORLD, PLACE, SEED, folder=small.worlds)
    write_delivery(tables, PLACE, DEFAULT_WORLD, SEED, small.synthetic / DEFAULT_WORLD / PLACE, small.codes)
    return small


def execute(notebook: Path, project: Paths) -> nbformat.NotebookNode:
    """Execute a notebook as someone in JupyterLab would, on the project's small delivery."""
    public = any(str(parameter.default).startswith(PREFIX) for parameter in read_parameters(notebook))
    with batch_folder() as batch, run_folder(batch, "0", {"GM_ROOT": str(project.root)}) as run:
        executed = Execution(notebook, {} if public else {"place": PLACE}, run, CELL_SECONDS).execute()
    return cleaned(executed)


def cleaned(executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Keep what the tests compare, and leave out times, paths and every other output."""
    cells = [_cleaned_cell(cell) for cell in executed.cells]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cleaned_cell(cell: Mapping[str, Any]) -> nbformat.NotebookNode:
    tags = list(cell["metadata"].get("tags", []))
    # papermill names the cell that it adds anew each time; a name of ours keeps an unchanged copy the same
    kept = {"id": INJECTED if INJECTED in tags else cell["id"], "metadata": {"tags": tags} if tags else {}}
    if cell["cell_type"] != "code":
        return nbformat.v4.new_markdown_cell(cell["source"], **kept)
    outputs = cell["outputs"] if MARK in cell["source"] else []
    return nbformat.v4.new_code_cell(cell["source"], outputs=outputs, execution_count=cell["execution_count"], **kept)


def write_goldens(project: Paths) -> list[Path]:
    """Execute every notebook on a small delivery and keep the copies for the tests."""
    folder = golden_folder(project)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        small = small_project(project, Path(root) / "project")
        made = []
        for notebook in sorted(project.notebooks.glob("*.ipynb")):
            nbformat.write(execute(notebook, small), folder / notebook.name)
            made.append(folder / notebook.name)
    return made


if __name__ == "__main__":
    for written in write_goldens(paths()):
        sys.stdout.write(f"written  {written}\n")
