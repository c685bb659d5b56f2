"""The demonstration network: the deliveries of a synthetic world, written when they are not there or no longer current."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from gm_workbench import worlds
from gm_workbench.batch.catalogue import delivered
from gm_workbench.batch.lanes import Task, in_lanes
from gm_workbench.errors import RunFailed
from gm_workbench.settings import Paths
from gm_workbench.worlds.calibration import load_world
from gm_workbench.worlds.deliveries import synthesise

SEED = 2026
"""Of the demonstration; chosen once, and not for what it gives."""

STAMP = ".made-from"


def write_world(world: str, seed: int, paths: Paths, workers: int, places: Collection[str] = ()) -> list[Path]:
    """Write the deliveries of a world, some places at a time, and note what they were made from.

    Raises
    ------
    UnknownWorld, UnknownPlace
        If the world is not declared, or has no such place.
    RunFailed
        If the process that wrote one was killed.
    """
    declared = load_world(world, paths.worlds)
    chosen = [declared.town(place).number and place or place for place in (places or declared.towns)]
    ...
