"""A finished report, read back: where it is, and what it says it was made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gm_workbench.batch.catalogue import DEFAULT_WORLD, REAL
from gm_workbench.errors import UsageError
from gm_workbench.report.manifest import MANIFEST
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
