"""One at a time in `releases/`: who writes there is alone, and first removes what those left who were killed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from gm_workbench.errors import ApprovalRefused
from gm_workbench.report.closed import remove_closed
from gm_workbench.report.release_names import checked_name

DRAFT_SHELF = ".drafts"
LOCK = ".lock"
LOCK_SECONDS = 60


@contextmanager
def alone(releases: Path) -> Iterator[None]:
    """Let one draft or approval be written after another: each approval is held against those before it.

    The system gives the lock free when its owner is killed.
    """
    releases.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(releases / LOCK, timeout=LOCK_SECONDS):
            yield
    except Timeout:
        raise ApprovalRefused(
            "Somebody else is making or approving a release at this moment. Wait until that has ended, and do it again."
        ) from None


def unfinished(name: str) -> str:
    """Begin the name of the folder in which a bundle is made, beside its place."""
    return f".{checked_name(name)}.new-"


def clear_unfinished(releases: Path, name: str) -> None:
    """Remove what attempts at a bundle left that did not end; for who is alone, so that none of them still lives.

    Parameters
    ----------
    releases : Path
    name : str
        Of the bundle; folders of other bundles, and other names, are left.
    """
    own = re.compile(re.escape(unfinished(name)) + "[a-z0-9_]+")
    for shelf in (releases, releases / DRAFT_SHELF):
        for left in sorted(shelf.glob(f"{unfinished(name)}*")):
            if own.fullmatch(left.name):
                remove_closed(left)
