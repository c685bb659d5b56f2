"""Where things are. Frozen, and nothing is created or read from disk at import.

Real deliveries and what is made of them may lie outside the project, for each place elsewhere: a place's *data root* is what
`--data` says, else `GM_DATA`, else its line in `data/roots.csv` (`place,root`; not in the repository), else the folder `data`
of the project. Synthetic deliveries always lie in the project.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.errors import DeclarationError

DATA_VARIABLE = "GM_DATA"

RAW = "raw"
"""What stands for a world's name where the delivery is real."""

CHECKED = "checked"
"""Where checked tables lie in a data root."""

ROOT_MARKERS = ("pyproject.toml", "notebooks")


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one project, all derived from its root; `data` is the data root of every place when one was asked for."""

    root: Path
    data: Path | None = None

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
    def roots(self) -> Path:
        """The table of data roots that are a place's own."""
        return self.root / "data" / "roots.csv"

    def data_of(self, place: str) -> Path:
        """Give the data root of a place's real deliveries.

        Raises
        ------
        DeclarationError
            If `data/roots.csv` cannot be read as a table of places and folders.
        """
        return self.data or own_roots(self.roots).get(place) or self.root / "data"

    def delivery_of(self, place: str, world: str) -> Path:
        """Where the delivery of a place lies: in a synthetic world, or the real one, which may have a data root of its own."""
        return self.synthetic / world / place if world else self.raw_of(place)

    def raw_of(self, place: str) -> Path:
        """Give the folder of a place's real delivery."""
        return self.data_of(place) / RAW / place

    def checked_of(self, place: str, world: str) -> Path:
        """Give the folder of a place's checked tables; the empty world is real data."""
        return (self.root / "data" if world else self.data_of(place)) / CHECKED / (world or RAW) / place

    @property
    def raw(self) -> Path:
        """The project's own folder of real deliveries; a place may have another (`raw_of`)."""
        return self.root / "data" / RAW

    @property
    def synthetic(self) -> Path:
        return self.root / "data" / "synthetic"

    @property
    def checked(self) -> Path:
        """The project's own folder of checked tables; a place may have another (`checked_of`)."""
        return self.root / "data" / CHECKED

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def collections(self) -> Path:
        """What other places released, put together."""
        return self.root / "collections"


def project_root(start: Path | None = None) -> Path:
    """Find the project's root: `GM_ROOT`, else the nearest folder upwards with the markers, else the package's parent."""
    if "GM_ROOT" in os.environ:
        return Path(os.environ["GM_ROOT"]).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if all((folder / marker).exists() for marker in ROOT_MARKERS):
            return folder
    return Path(__file__).resolve().parent.parent


def own_roots(table: Path) -> dict[str, Path]:
    """Read which places have a data root of their own; none when there is no table. A relative folder is beside the table.

    Raises
    ------
    DeclarationError
        If a line is not a place and a folder.
    """
    if not table.is_file():
        return {}
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (UnicodeError, csv.Error) as error:
        raise DeclarationError(f"{table} must be a CSV file in UTF-8 with the columns place,root.") from error
    if not all(row.keys() == {"place", "root"} and all(row.values()) for row in rows):
        raise DeclarationError(f"{table} must have the columns place,root, both filled in every line, and no others.")
    return {row["place"]: (table.parent / row["root"]).resolve() for row in rows}


def paths(root: Path | None = None, data: Path | None = None) -> Paths:
    """Give the folders of the project at `root`, or of the one we are in; `data` is the data root, else that of `GM_DATA`."""
    asked = data or (Path(os.environ[DATA_VARIABLE]) if os.environ.get(DATA_VARIABLE) else None)
    return Paths(root or project_root(), asked.resolve() if asked else None)
