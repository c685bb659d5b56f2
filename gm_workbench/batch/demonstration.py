"""The demonstration network: the deliveries of a synthetic world, written when they are not there or no longer current."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection
from pathlib import Path

import gm_workbench.worlds
from gm_workbench.batch.catalogue import delivered
from gm_workbench.settings import Paths
from gm_workbench.worlds.calibration import load_world
from gm_workbench.worlds.deliveries import synthesise

SEED = 2026
"""Of the demonstration; chosen once, and not for what it gives."""

STAMP = ".made-from.json"

DECLARATIONS = ("codes", "policies", "protocols", "worlds")


def write_world(world: str, seed: int, paths: Paths, places: Collection[str] = (), *, with_truth: bool = True) -> list[Path]:
    """Write the deliveries of a world, or of some of its places, and note what they were made from.

    Raises
    ------
    UnknownWorld, UnknownPlace
        If the world is not declared, or has no such place.
    """
    stamp = paths.synthetic / world / STAMP
    noted = _noted(stamp)
    made = synthesise(world, seed, paths, places or None, with_truth=with_truth)
    made_from = _made_from(seed, paths)
    stamp.write_text(json.dumps({**noted, **{folder.name: made_from for folder in made}}, indent=2), encoding="utf-8")
    return made


def is_current(world: str, seed: int, paths: Paths) -> bool:
    """Say whether every place of a world stands there as this code would write it with this seed."""
    towns = load_world(world, paths.worlds).towns
    wanted = {place: _made_from(seed, paths) for place in towns}
    there = delivered(world, paths)
    return {place: made for place, made in _noted(paths.synthetic / world / STAMP).items() if place in there} == wanted


def _noted(stamp: Path) -> dict[str, str]:
    return dict(json.loads(stamp.read_text(encoding="utf-8"))) if stamp.is_file() else {}


def _made_from(seed: int, paths: Paths) -> str:
    """Digest what decides the bytes of a delivery: the seed, the declarations, and the code that draws and writes."""
    code = Path(gm_workbench.worlds.__file__).parent
    files = [*code.rglob("*.py"), *paths.worlds.rglob("*.yml"), *paths.codes.rglob("*.yml"), *paths.codes.rglob("*.csv")]
    digest = hashlib.sha256(str(seed).encode())
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def copy_declarations(source: Paths, root: Path) -> None:
    """Copy everything that is declared into a project of its own."""
    for name in DECLARATIONS:
        shutil.copytree(source.root / "data" / name, root / "data" / name)
