"""A small world, so that tests draw in milliseconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gm_workbench.settings import paths
from gm_workbench.worlds.calibration import World, load_world

TINY = """
about: two small places
based_on: default
places:
  GM0855:
    households: {value: {single: 60, lone_parent: 80, couple: 40}, status: assumed, line: "small"}
    workers: {value: 60, status: assumed, line: "small"}
  GM9903:
    households: {value: {single: 20, lone_parent: 10, couple: 5}, status: assumed, line: "small"}
    workers: {value: 20, status: assumed, line: "small"}
    not_delivered: [costs]
    not_introduced: [amersfoort_upward_mobility]
"""


@pytest.fixture(scope="session")
def worlds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worlds")
    shutil.copy(paths().worlds / "default.yml", folder)
    (folder / "tiny.yml").write_text(TINY, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny(worlds_folder: Path) -> World:
    return load_world("tiny", worlds_folder)


@pytest.fixture(scope="session")
def default() -> World:
    return load_world("default")
