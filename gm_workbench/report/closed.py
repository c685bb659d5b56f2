"""Folders that are closed for good: read-only, and removed only by what closed them."""

from __future__ import annotations

import shutil
from pathlib import Path

CLOSED_FILE, CLOSED_FOLDER = 0o444, 0o555


def close(folder: Path) -> None:
    """Make everything in it read-only; its checksums find what is changed all the same."""
    for one in sorted(folder.rglob("*"), reverse=True):
        one.chmod(CLOSED_FOLDER if one.is_dir() else CLOSED_FILE)
    folder.chmod(CLOSED_FOLDER)


def remove_closed(folder: Path) -> None:
    """Remove a folder that was made here, also when it is closed already."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for one in (folder, *folder.rglob("*")):
        if one.is_dir() and not one.is_symlink():
            one.chmod(0o700)
    shutil.rmtree(folder)
