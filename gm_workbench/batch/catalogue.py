"""What there is to choose from: studies that can run, worlds, and the places that delivered."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from gm_workbench.batch.parameters import Parameter, read_parameters
from gm_workbench.errors import DeclarationError, UnknownPlace, UnknownStudy, UnknownWorld, did_you_mean
from gm_workbench.intake.marker import MARKER
from gm_workbench.intake.store import worlds_there
from gm_workbench.settings import RAW, Paths, own_roots
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.declarations import load_plain
from gm_workbench.vocabulary.protocols import Protocol, load_protocol, study_names
from gm_workbench.worlds.calibration import world_names
from gm_workbench.worlds.literature import LITERATURE, STUDY
from gm_workbench.worlds.published import sets_for

REAL = ""
"""The world of real deliveries, `data/raw`."""

DEFAULT_WORLD = "default"
"""The synthetic world of the demonstration; public data are shown beside it."""

PREFIX = "published-"


@dataclass(frozen=True, slots=True)
class Study:
    """A study that can run: its declaration, its notebook, and what the notebook may be asked.

    `published` names the public data sets that are declared to stand in for a place.
    """

    protocol: Protocol
    notebook: Path
    parameters: tuple[Parameter, ...]
    published: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.protocol.name

    def default(self, name: str) -> object:
        """Give the default of a parameter, or an empty string if the notebook does not have it."""
        return next((parameter.default for parameter in self.parameters if parameter.name == name), "")


def notebook_path(study: str, paths: Paths) -> Path:
    """Say where the notebook of a study is."""
    return paths.notebooks / f"{study}.ipynb"


def runnable(paths: Paths) -> tuple[str, ...]:
    """Name the studies that have both a protocol and a notebook."""
    return tuple(name for name in study_names(paths.protocols) if notebook_path(name, paths).is_file())


def to_make(paths: Paths) -> tuple[str, ...]:
    """Name the studies that reports are made of when none is named: those that can run, and those whose notebook is gone.

    A protocol without a notebook of which there never was a report is a plan, and not among them.
    """
    declared, there = study_names(paths.protocols), runnable(paths)
    return tuple(name for name in declared if name in there or (paths.reports / name).is_dir())


def load_study(name: str, paths: Paths, *, whole: bool = True) -> Study:
    """Open a study by name.

    Parameters
    ----------
    name : str
    paths : Paths
    whole : bool
        Whether its notebook must be there and sound; if not, a study whose notebook is not has no parameters.

    Raises
    ------
    UnknownStudy
        If there is no protocol and notebook of this name.
    DeclarationError
        If one of the two is malformed.
    """
    names = to_make(paths) if not whole else runnable(paths)
    if name not in names and name in study_names(paths.protocols):
        raise UnknownStudy(
            f"The notebook of {name} is gone, or was never written: there is no notebooks/{name}.ipynb. "
            "Put it back, or write it."
        )
    if name not in names:
        raise UnknownStudy(
            f"There is no study {name}.{did_you_mean(name, names)} "
            f"A study is a protocol and a notebook of the same name: {', '.join(names) or 'none yet'}. See gm studies."
        )
    notebook = notebook_path(name, paths)
    published = (LITERATURE,) if name == STUDY else sets_for(name, paths.codes)
    shown = tuple(PREFIX + known for known in published)
    protocol = load_protocol(name, paths.protocols)
    try:
        return Study(protocol, notebook, read_parameters(notebook), shown)
    except DeclarationError:
        if whole:
            raise
        return Study(protocol, notebook, (), shown)


def delivered(world: str, paths: Paths) -> tuple[str, ...]:
    """Name the places that delivered to a world and may be read; of the real ones also those with a data root of their own."""
    if world:
        return _with_marker(paths.synthetic / world)
    own = [place for place in own_roots(paths.roots) if paths.data is None and _may_read(paths.raw_of(place) / MARKER)]
    shelf = (paths.data or paths.root / "data") / RAW
    return tuple(sorted({*own, *(place for place in _with_marker(shelf) if paths.raw_of(place) == shelf / place)}))


def _with_marker(shelf: Path) -> tuple[str, ...]:
    return tuple(sorted(marker.parent.name for marker in shelf.glob(f"*/{MARKER}") if _may_read(marker)))


def _may_read(path: Path) -> bool:
    """Whether a file is there and may be read; not to be allowed to look is no."""
    return os.access(path, os.R_OK)


def left_out(world: str, paths: Paths) -> tuple[str, ...]:
    """Say of which real deliveries nothing can be made, because their data root may not be read; one sentence each."""
    if world:
        return ()
    roots = {} if paths.data else own_roots(paths.roots)
    closed = {place: root for place, root in roots.items() if not os.access(root / RAW / place, os.R_OK | os.X_OK)}
    shelf = (paths.data or paths.root / "data") / RAW
    if os.access(shelf, os.R_OK | os.X_OK):
        folders = (folder for folder in shelf.iterdir() if folder.name.startswith("GM") and folder.name not in roots)
        closed |= {folder.name: shelf for folder in folders if not os.access(folder, os.R_OK | os.X_OK)}
    elif shelf.exists():
        closed["data"] = shelf
    return tuple(f"{place} is left out: you may not read its delivery in {root}." for place, root in sorted(closed.items()))


def delivered_period(place: str, world: str, paths: Paths) -> Period | None:
    """Give the months that a delivery says it covers; None when it does not say, or cannot be read (intake will tell)."""
    if place.startswith(PREFIX):
        return None
    try:
        text = (paths.delivery_of(place, world) / MARKER).read_text(encoding="utf-8-sig")
        content = load_plain(text)
        return Period.parse(str(content["period"]))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, DeclarationError):
        return None


def check_world(world: str, paths: Paths) -> None:
    """Raise `UnknownWorld` if no deliveries of this world are there."""
    known = tuple(name for name in worlds_there(paths) if delivered(name, paths))
    if world != REAL and world not in known:
        declared = world in world_names(paths.worlds)
        step = f" Write it with: gm synthesise --world {world}" if declared else " Declare it first in data/worlds."
        raise UnknownWorld(
            f"There is no synthetic world {world}.{did_you_mean(world, known)} "
            f"Written so far: {', '.join(known) or 'none'}.{step}"
        )


def check_place(study: Study, place: str, world: str, paths: Paths, there: Collection[str] | None = None) -> None:
    """Raise `UnknownPlace` if a study cannot be made for a place: no such code, nothing delivered, or not its public data.

    `there` names the places that delivered to the world, where that is known already.
    """
    Place.parse(place, paths.codes)
    public = place.startswith(PREFIX) or study.protocol.public_only
    known = study.published if public else delivered(world, paths) if there is None else there
    if place not in known:
        where = f"{study.name} shows of public data" if public else f"{world or 'data/raw'} has deliveries of"
        raise UnknownPlace(
            f"There is no {place} to report on.{did_you_mean(place, study.published)} {where}: {', '.join(known) or 'none'}."
        )


def places_for(study: Study, world: str, paths: Paths) -> tuple[str, ...]:
    """Name every place that a study can be made for: those that delivered, and the public data that it shows."""
    there = () if study.protocol.public_only else delivered(world, paths)
    return (*there, *(study.published if world == DEFAULT_WORLD else ()))
