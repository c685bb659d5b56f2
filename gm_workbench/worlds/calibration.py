"""A world's calibration file, read into frozen values: every number with how it is known and where it comes from.

A world that says `based_on: default` overrides only what it changes, so that a null world, say, is a file of a few lines. An
overriding file may replace a figure but not invent one, and may change places but not add what a figure does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gm_workbench.errors import DeclarationError, UnknownPlace, UnknownWorld, did_you_mean
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.declarations import Form, Status, open_form
from gm_workbench.worlds.identities import TOWNS

HOUSEHOLDS = ("single", "lone_parent", "couple")

_PUBLIC = re.compile(r"https?://\S+|BWBR\d{7}")
_PLAIN = (int, float, str)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, or a few that belong together, and how it is known.

    Attributes
    ----------
    value : number, text, list or mapping of these
    status : Status
        Documented (read in, or computed from, the public source that `line` names) or assumed.
    line : str
        The calibration line it comes from, by subject, with the public source.
    note : str
        How it was computed, where it was.
    """

    value: Any
    status: Status
    line: str
    note: str


@dataclass(frozen=True, slots=True)
class Town:
    """What a world says about one place: households on benefit, workers in the mobility programme, and what it lacks."""

    households: Mapping[str, int]
    workers: int
    not_delivered: frozenset[str]
    not_introduced: frozenset[str]
    number: int  # position among the world's places; keeps persons unique within the network


@dataclass(frozen=True, slots=True)
class World:
    """A planted world: its period, its places, and every figure by its name (`exits.women_ratio`)."""

    name: str
    about: str
    period: Period
    index_month: int
    towns: Mapping[str, Town]
    figures: Mapping[str, Figure]

    def town(self, place: str) -> Town:
        """Give what this world says about a place; raises UnknownPlace when it says nothing."""
        if place not in self.towns:
            known = ", ".join(self.towns)
            raise UnknownPlace(f"World {self.name} has no place {place!r}; it has: {known}.{did_you_mean(place, self.towns)}")
        return self.towns[place]

    def value(self, name: str) -> Any:
        """Give a figure's value as it is written; raises DeclarationError for a figure that does not exist."""
        if name not in self.figures:
            raise DeclarationError(f"World {self.name} has no figure {name!r}.{did_you_mean(name, self.figures)}")
        return self.figures[name].value

    def number(self, name: str) -> float:
        return float(self.value(name))

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """Give a list, or the values of a mapping in their order, as an array."""
        value = self.value(name)
        return np.array(list(value.values()) if isinstance(value, dict) else value, dtype=np.float64)

    def by_name(self, name: str) -> dict[str, float]:
        return {str(key): float(value) for key, value in self.value(name).items()}

    def by_sex(self, name: str) -> npt.NDArray[np.float64]:
        """Give a pair, indexed by 0 for men and 1 for women."""
        value = self.by_name(name)
        return np.array([value["man"], value["woman"]])

    @property
    def months(self) -> int:
        return len(self.period)

    @property
    def index(self) -> int:
        """Position of the index month in the period."""
        return self.index_month - self.period.first


def world_names(folder: Path | None = None) -> tuple[str, ...]:
    """Give the names of all declared worlds, in alphabetical order."""
    return tuple(sorted(path.stem for path in (folder or paths().worlds).glob("*.yml")))


def load_world(name: str, folder: Path | None = None) -> World:
    """Read and validate a world's calibration file.

    Raises
    ------
    UnknownWorld
        If there is no file of that name.
    DeclarationError
        If the file has faults; every one is listed.
    """
    place = folder or paths().worlds
    names = world_names(place)
    if name not in names:
        raise UnknownWorld(f"No world {name!r} in {place}; there are: {', '.join(names) or 'none'}.{did_you_mean(name, names)}")
    stamps = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(place.glob("*.yml")))
    return _load(name, place, stamps)


@lru_cache(maxsize=8)
def _load(name: str, folder: Path, stamps: tuple[tuple[str, int], ...]) -> World:
    """Read once per version of the files: a calibration draws hundreds of times from the same world."""
    form = open_form(folder / f"{name}.yml")
    base = _base(form, name, folder, stamps)
    world = World(
        name=name,
        about=form.text("about"),
        period=Period.parse(form.text("period")) if base is None or form.has("period") else base.period,
        index_month=month_index(form.text("index_month")) if base is None or form.has("index_month") else base.index_month,
        towns=_towns(form) if base is None or form.has("places") else base.towns,
        figures=_figures(form, base),
    )
    if not world.period.first + 3 <= world.index_month <= world.period.last:
        form.fault("index_month", "must lie in the period, with at least three months before it")
    if len(world.towns) > TOWNS:
        form.fault("places", f"must be at most {TOWNS}, for there are no more synthetic numbers, but got {len(world.towns)}")
    form.finish(folder / f"{name}.yml")
    return world


def _base(form: Form, name: str, folder: Path, stamps: tuple[tuple[str, int], ...]) -> World | None:
    if not form.has("based_on"):
        return None
    base = form.text("based_on")
    if base == name or not (folder / f"{base}.yml").is_file():
        raise DeclarationError(
            f"World {name}: based_on must name another world but got {base!r}; there are: {world_names(folder)}."
        )
    return _load(base, folder, stamps)


def _figures(form: Form, base: World | None) -> Mapping[str, Figure]:
    if base is not None and not form.has("figures"):
        return base.figures
    own = {
        f"{subject}.{name}": _figure(entry)
        for subject, entries in form.children("figures").items()
        for name, entry in _entries(entries).items()
    }
    if base is None:
        return MappingProxyType(own)
    for name in sorted(own.keys() - base.figures.keys()):
        form.fault(f"figures.{name}", f"overrides nothing.{did_you_mean(name, base.figures)}")
    return MappingProxyType({**base.figures, **own})


def _entries(form: Form) -> dict[str, Form]:
    return {str(name): Form(value, f"{form.where}.{name}", form.faults) for name, value in form.content.items()}


def _figure(form: Form) -> Figure:
    value = form.content.get("value")
    if not form.has("value") or not _plain(value):
        form.fault("value", f"must be a number, a text, or a list or mapping of these but got {value!r}")
    status, line = Status(form.one_of("status", (Status.DOCUMENTED, Status.ASSUMED))), form.text("line")
    if status is Status.DOCUMENTED and _PUBLIC.search(line) is None:
        form.fault("line", f"of a documented figure must name a public source (a web address or a law) but got {line!r}")
    note = form.text("note") if form.has("note") else ""
    form.close()
    return Figure(value, status, line, note)


def _plain(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(_plain(part) for part in value.values())
    if isinstance(value, list):
        return bool(value) and all(_plain(part) for part in value)
    return isinstance(value, _PLAIN) and not isinstance(value, bool)


def _towns(form: Form) -> Mapping[str, Town]:
    places = form.children("places")
    return MappingProxyType({code: _town(entry, number) for number, (code, entry) in enumerate(sorted(places.items()))})


def _town(form: Form, number: int) -> Town:
    households, workers = _figure(form.child("households")), _figure(form.child("workers"))
    counts = households.value if isinstance(households.value, dict) else {}
    if set(counts) != set(HOUSEHOLDS):
        form.fault("households", f"must give a number of households for each of {', '.join(HOUSEHOLDS)}")
    lacks = {key: frozenset(form.words(key)) if form.has(key) else frozenset() for key in ("not_delivered", "not_introduced")}
    form.close()
    return Town(
        households=MappingProxyType({kind: int(counts.get(kind, 0)) for kind in HOUSEHOLDS}),
        workers=int(workers.value or 0),
        number=number,
        **lacks,
    )
