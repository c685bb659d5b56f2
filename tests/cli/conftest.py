"""The command line as a user types it, in a small project."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gm_workbench.cli.main import gm
from gm_workbench.settings import Paths, paths

REPOSITORY = Path(__file__).resolve().parents[2]

PARAMETERS = """
place: str = "GM0307"  # the municipality
world: str = "default"
period: str = "2023-01/2025-12"
policy: str = "cbs-stijl"
wage_threshold: float = 0.6667  # share of the median
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    for part in ("codes", "protocols", "policies", "worlds"):
        shutil.copytree(REPOSITORY / "data" / part, tmp_path / "data" / part)
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": PARAMETERS, "outputs": [], "id": "a"}
    (tmp_path / "notebooks").mkdir()
    content = {"cells": [{**cell, "execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "notebooks" / "amersfoort_upward_mobility.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setenv("GM_ROOT", str(tmp_path))
    return paths()


@pytest.fixture
def call() -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(gm, list(arguments))
