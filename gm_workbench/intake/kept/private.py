"""Files and folders that only their owner can read, written whole or not at all, and one writer at a time."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from filelock import FileLock

FOLDER_MODE, FILE_MODE = 0o700, 0o600

LOCK = "lock"


def make_folder(folder: Path, above: int = 0) -> None:
    """Make a folder for its owner only, with `above` folders over it; one that is there already is closed to others too."""
    for one in (*reversed(folder.parents[:above]), folder):
        one.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        one.chmod(FOLDER_MODE)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under another name, flush it, and then give it its name: who reads finds the old one or the new one."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)  # which makes it for its owner only
    try:
        _flushed(handle, data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, and flush it to the disk."""
    _flushed(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), data)


def _flushed(handle: int, data: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def locked(folder: Path) -> FileLock:
    """Give the lock of a place's checked tables, to be used with `with`. Who has it may take it again.

    Three folders are made: that of the place, of the world, and of all checked tables.
    """
    make_folder(folder, above=2)
    return FileLock(folder / LOCK, mode=FILE_MODE, is_singleton=True)
