"""A finished report, read back: where it is, what it says it was made from, and whether someone changed it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gm_workbench.batch.catalogue import DEFAULT_WORLD, REAL
from gm_workbench.errors import UsageError
from gm_workbench.report.manifest import CHECKSUMS, MANIFEST
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind

TIMES = ("started", "finished")
"""What may differ between the manifests of two equal reports."""

NEEDED = ("study", "place", "world", "parameters", "commit", "lock", "versions", "inputs")


def find_report(target: str, paths: Paths, place: str = "", world: str = DEFAULT_WORLD) -> Path:
    """Find the folder of a report.

    Parameters
    ----------
    target : str
        A folder; or one inside `reports/`, such as ``<study>/<place>``; or, with `place`, a study.
    paths : Paths
        The project.
    place, world : str
        A place, and the synthetic world.

    Raises
    ------
    UsageError
        When no report stands there.
    """
    shelf = paths.reports if world in (REAL, DEFAULT_WORLD) else paths.reports / "_worlds" / world
    candidates = (shelf / target / place,) if place else (Path(target), shelf / target)
    found = next((folder for folder in candidates if (folder / MANIFEST).is_file()), None)
    if found is None:
        raise UsageError(
            f"There is no report {' × '.join(filter(None, (target, place)))}: no folder that holds {MANIFEST}. "
            "Name the folder of a report, or its study and --place; gm status lists what was made."
        )
    return found


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a report was made from.

    Raises
    ------
    UsageError
        When it does not say enough to make the report again.
    """
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None
    known = content if isinstance(content, dict) else {}
    missing = [name for name in NEEDED if name not in known]
    if missing:
        raise UsageError(
            f"{MANIFEST} in {folder.name} must say {', '.join(missing)} but does not: the report cannot be made again from it. "
            "Make it anew with gm run."
        )
    return known


def contents(folder: Path) -> dict[str, bytes]:
    """Read the files of a report; folders inside it that hold a manifest are reports on other periods, and are left out."""
    others = [manifest.parent for manifest in folder.glob(f"*/{MANIFEST}")]
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not any(map(file.is_relative_to, others))]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def edited(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Name the files of a report that are not what was written, by its checksums, each with what is wrong with it.

    >>> edited({"checksums.sha256": b"", "report.html": b"x"})
    ('report.html: not one of its files',)
    """
    if CHECKSUMS not in files:
        return (f"{CHECKSUMS}: missing",)
    lines = files[CHECKSUMS].decode("utf-8", errors="replace").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != CHECKSUMS}
    changed = sorted(name for name in {*sums, *there} if sums.get(name) != there.get(name))
    return tuple(f"{name}: {_what(name, sums, there)}" for name in changed)


def _what(name: str, sums: Mapping[str, str], there: Mapping[str, str]) -> str:
    if name not in there:
        return "missing"
    return "changed by hand" if name in sums else "not one of its files"


def reports_on(place: str, world: str, paths: Paths) -> tuple[Path, ...]:
    """Find the finished reports on a delivery, those on other periods too.

    Parameters
    ----------
    place : str
        Municipality code.
    world : str
        A synthetic world; empty for the real delivery, whose reports stand where those of the default world stand.
    paths : Paths
    """
    root = paths.reports if world in (REAL, DEFAULT_WORLD) else paths.reports / "_worlds" / world
    kind = DataKind.SYNTHETIC if world else DataKind.REAL
    there = [*root.glob(f"*/{place}/{MANIFEST}"), *root.glob(f"*/{place}/*/{MANIFEST}")]
    return tuple(sorted(manifest.parent for manifest in there if _kind_in(manifest) == kind))


def _kind_in(manifest: Path) -> object:
    try:
        return json.loads(manifest.read_bytes())["kind"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
