"""Has a delivery changed? One keyed digest for its files, taken again only when the file system says that a file may differ.

What the file system says of a file is its size, its number and when its content and its name last changed; the last of these
cannot be set by hand, so a file that was replaced by one of the same size and date is noticed. A file that changed just now (or
in the future, when a clock was set back) is read again, because a second change within the same tick would not show.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.errors import WorkbenchError
from gm_workbench.intake.kept.catalog import load
from gm_workbench.intake.store import key_of
from gm_workbench.settings import Paths

SETTLED_SECONDS = 2.0
"""How old a change must be before what the file system says of it is believed."""

UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Seen:
    """A delivery as it was looked at.

    Attributes
    ----------
    look : str
        What the file system says of its files, digested.
    digest : str
        Keyed digest of their bytes; `UNREADABLE` when there is no key, or a file cannot be read.
    settled : bool
        Whether an equal look later means equal bytes.
    """

    look: str
    digest: str
    settled: bool = True


def see(place: str, world: str, paths: Paths, before: Seen | None = None) -> Seen:
    """Look at a delivery; when nothing shows since `before`, its digest is still that of then.

    Parameters
    ----------
    place, world : str
        Whose delivery; the empty world is the real one.
    paths : Paths
    before : Seen, optional
        How it looked the last time.
    """
    look, newest = _look(paths.delivery_of(place, world), _forgets(place, world, paths))
    settled = newest < time.time() - SETTLED_SECONDS
    if before is not None and settled and before.look == look:
        return before
    return Seen(look, _digest(place, world, paths), settled)


def _forgets(place: str, world: str, paths: Paths) -> int:
    """Count how often somebody was removed: reports made before are no longer what they would be."""
    try:
        return load(paths.checked_of(place, world)).forgets
    except (WorkbenchError, OSError):
        return 0


def _look(folder: Path, forgets: int) -> tuple[str, float]:
    """Give what the file system says of the files, and when the newest of them changed."""
    said = [(entry.name, entry.stat()) for entry in _entries(folder)]
    told = [(name, one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino) for name, one in said]
    newest = max((max(one.st_mtime, one.st_ctime) for _, one in said), default=0.0)
    return hashlib.sha256(repr((told, forgets) if forgets else told).encode()).hexdigest()[:32], newest


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:  # a network has tens of thousands of files
        found = [entry for entry in entries if not entry.name.startswith(".") and entry.is_file()]
    return sorted(found, key=lambda entry: entry.name)


def _digest(place: str, world: str, paths: Paths) -> str:
    """Digest names and bytes of all files under the key of the place, as intake does for each file."""
    folder, forgets = paths.delivery_of(place, world), _forgets(place, world, paths)
    try:
        names = key_of(place, world, paths)
        each = [f"{entry.name}:{names.digest(Path(entry.path).read_bytes())}" for entry in _entries(folder)]
    except (WorkbenchError, OSError):
        return UNREADABLE
    return names.digest("\n".join([*each, *([f"forgets:{forgets}"] if forgets else [])]).encode())[:32]
