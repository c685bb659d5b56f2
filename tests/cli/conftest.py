"""The command line as a user types it, in a small project."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gm_workbench.batch.demonstration import write_world
from gm_workbench.cli.main import gm
from gm_workbench.intake.store import checked_tables
from gm_workbench.settings import Paths, paths

REPOSITORY = Path(__file__).resolve().parents[2]

PARAMETERS = """
place: str = "GM0307"  # the municipality
world: str = "default"
period: str = "2023-01/2025-12"
policy: str = "cbs-stijl"
wage_threshold: float = 0.6667  # share of the median
"""


PLACE = "GM9903"
EVERY_MONTH, FEW_MONTHS = "period: 2023-01/2025-12\n", "period: 2023-10/2024-07\n"


def new_project(root: Path) -> Paths:
    for part in ("codes", "protocols", "policies", "worlds"):
        shutil.copytree(REPOSITORY / "data" / part, root / "data" / part)
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": PARAMETERS, "outputs": [], "id": "a"}
    (root / "notebooks").mkdir()
    content = {"cells": [{**cell, "execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (root / "notebooks" / "amersfoort_upward_mobility.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (root / "pyproject.toml").touch()
    return Paths(root)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    new_project(tmp_path)
    return paths()


@pytest.fixture(scope="session")
def delivered(once: Callable[..., Path]) -> Path:
    """A project with a delivery of a few months; without the truth beside it, whose simulation takes a minute."""

    def make(root: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gm_workbench.worlds.deliveries.truth", lambda *_: {})
            project = new_project(root)
            world = project.root / "data" / "worlds" / "default.yml"
            text = world.read_text(encoding="utf-8")
            assert text.count(EVERY_MONTH) == 1
            world.write_text(text.replace(EVERY_MONTH, FEW_MONTHS), encoding="utf-8")
            write_world("default", 7, project, [PLACE])

    return once("delivered", make)


@pytest.fixture
def written(delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A project with a delivery that nobody looked at."""
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    shutil.copytree(delivered, tmp_path, dirs_exist_ok=True)
    return paths()


@pytest.fixture(scope="session")
def looked_at(once: Callable[..., Path], delivered: Path) -> Path:
    """A project with a delivery that was checked."""

    def make(root: Path) -> None:
        checked_tables(PLACE, "default", Paths(shutil.copytree(delivered, root)))

    return once("looked-at", make)


@pytest.fixture
def call() -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(gm, list(arguments))
