"""A project as small as it can be: the declared studies, a notebook for each, and places that say that they delivered."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from gm_workbench.settings import Paths, paths

REPOSITORY = Path(__file__).resolve().parents[2]

TILBURG = """
place: str = "GM0855"  # the municipality
world: str = "default"  # a synthetic world
period: str = "2023-01/2025-12"  # first and last month
policy: str = "cbs-stijl"  # disclosure policy
"""
AMERSFOORT = TILBURG + "wage_threshold: float = 0.6667  # share of the median\nmonths_low: int = 3  # months in a row\n"


def new_notebook(file: Path, *cells: str, parameters: str = TILBURG) -> Path:
    """Write a notebook: a title, the parameters cell, and then code."""
    tagged = nbformat.v4.new_code_cell(parameters.strip(), metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    body = [nbformat.v4.new_markdown_cell("# A question?"), tagged, *map(nbformat.v4.new_code_cell, cells)]
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=body, metadata={"kernelspec": kernel}), file)
    return file


@pytest.fixture(scope="session")
def write_notebook() -> Callable[..., Path]:
    return new_notebook


@pytest.fixture
def notebook(tmp_path: Path) -> Callable[..., Path]:
    return lambda *cells, **more: new_notebook(tmp_path / "a_notebook.ipynb", *cells, **more)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    for part in ("codes", "protocols", "policies"):
        shutil.copytree(REPOSITORY / "data" / part, tmp_path / "data" / part)
    new_notebook(tmp_path / "notebooks" / "tilburg_single_mothers.ipynb")
    new_notebook(tmp_path / "notebooks" / "amersfoort_upward_mobility.ipynb", parameters=AMERSFOORT)
    new_notebook(tmp_path / "notebooks" / "explore.ipynb")
    (tmp_path / "pyproject.toml").touch()
    for place in ("GM0307", "GM0855"):
        deliver(tmp_path / "data" / "synthetic" / "default" / place)
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    return paths()


def deliver(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "delivery.yml").write_text("kind: synthetic\n", encoding="utf-8")
