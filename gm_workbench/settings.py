"""Where things are. Frozen, and nothing is created or read from disk at import."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT_MARKERS = ("pyproject.toml", "notebooks")


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one project, all derived from its root."""

    root: Path

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def codes(self) -> Path:
        return self.root / "data" / "codes"

    @property
    def protocols(self) -> Path:
        return self.root / "data" / "protocols"

    @property
    def policies(self) -> Path:
        return self.root / "data" / "policies"

    @property
    def instruments(self) -> Path:
        return self.root / "data" / "codes" / "instruments"

    @property
    def worlds(self) -> Path:
        return self.root / "data" / "worlds"

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def synthetic(self) -> Path:
        return self.root / "data" / "synthetic"

    @property
    def checked(self) -> Path:
        return self.root / "data" / "checked"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def releases(self) -> Path:
        return self.root / "releases"


def project_root(start: Path | None = None) -> Path:
    """Find the project's root: `GM_ROOT`, else the nearest folder upwards with the markers, else the package's parent."""
    if "GM_ROOT" in os.environ:
        return Path(os.environ["GM_ROOT"]).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if all((folder / marker).exists() for marker in ROOT_MARKERS):
            return folder
    return Path(__file__).resolve().parent.parent


def paths(root: Path | None = None) -> Paths:
    """Give the folders of the project at `root`, or of the one we are in."""
    return Paths(root or project_root())
