"""Where results of one person are kept, so that whoever is forgotten is forgotten there too."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from gm_workbench.settings import RAW, Paths

PRIVATE = "private"


def private_base(place: str, world: str, where: Paths) -> Path:
    """Give the folder of all individual results: `private/` of the project, or in the data root that a place has elsewhere."""
    data = where.root / "data" if world else where.data_of(place)
    return (where.root if data == where.root / "data" else data) / PRIVATE


def private_of_place(place: str, world: str, where: Paths) -> Path:
    """Give the folder of the individual results of a place; the empty world is real data."""
    return private_base(place, world, where) / (world or RAW) / place


def private_of_person(place: str, world: str, person: str, where: Paths) -> Path:
    """Give the folder of one person; its name tells no pseudonym."""
    name = hashlib.sha256(f"{world or RAW}/{place}/{person}".encode()).hexdigest()[:20]
    return private_of_place(place, world, where) / name


def forget_private(folder: Path) -> int:
    """Remove a folder with individual results; give how many there were.

    A symbolic link is removed and not followed.
    """
    if folder.is_symlink():
        folder.unlink()
        return 0
    pages = [file for file in folder.rglob("*") if file.is_file()]
    if folder.is_dir():
        shutil.rmtree(folder)
    return len(pages)
