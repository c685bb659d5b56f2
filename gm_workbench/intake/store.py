"""Check a delivery; keep the checked tables, and use them again as long as nothing that made them has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pandas as pd

from gm_workbench.errors import UnknownPlace, UnknownWorld, did_you_mean
from gm_workbench.intake import cache
from gm_workbench.intake.checks import Expected, examine
from gm_workbench.intake.delivery import Delivery, count_faults, open_delivery
from gm_workbench.intake.faults import Fault, masked, refuse
from gm_workbench.intake.identity import pseudonyms
from gm_workbench.intake.layouts import Stamps, load_layouts, stamps
from gm_workbench.intake.marker import MARKER
from gm_workbench.intake.readers import Reading, read_file
from gm_workbench.intake.rowledger import RowLedger
from gm_workbench.intake.stacks import TypedStack, stack
from gm_workbench.intake.tables import build, conform
from gm_workbench.settings import RAW, Paths, paths
from gm_workbench.vocabulary.codes import Place, PlaceKind
from gm_workbench.vocabulary.instruments import Instrument, instruments
from gm_workbench.vocabulary.schemas import DataKind


@dataclass(frozen=True, slots=True)
class Checked:
    """The checked tables of a place.

    Attributes
    ----------
    tables : dict
        Logical tables by name (`vocabulary.schemas`); one that was not delivered is not there.
    kind : DataKind
        Synthetic or real; the mark travels with the data.
    place : str
        Municipality code.
    digests : dict
        Keyed SHA-256 digest per raw file.
    notes : tuple of str
        What intake mended or left out, in words; no value from the data.
    ledger : RowLedger
        Where each delivered row went. Empty as long as one bad row refuses a delivery: what is read is then all of it.
    """

    tables: dict[str, pd.DataFrame]
    kind: DataKind
    place: str
    digests: dict[str, str]
    notes: tuple[str, ...] = ()
    ledger: RowLedger = field(default_factory=RowLedger)


def check(folder: Path, place: str, codes: Path | None = None) -> Checked:
    """Check the delivery in `folder` and give its tables.

    Parameters
    ----------
    folder : Path
        `data/raw/<place>` or `data/synthetic/<world>/<place>`, with raw files and `delivery.yml`.
    place : str
        Municipality code, e.g. ``GM0855``.
    codes : Path, optional
        Folder with layouts, code lists and instruments; default that of the project.

    Raises
    ------
    DeliveryError
        If there is any fault; the message lists all of them, values masked. `MixedKinds` when synthetic and real data meet.
    MissingKey
        If the data are real and there is no pseudonym key.
    UnknownPlace
        If there is no such place.
    """
    codes = codes or paths().codes
    return _check(open_delivery(folder, Place.parse(place, codes)), codes)


def _check(delivery: Delivery, codes: Path) -> Checked:
    layouts = load_layouts(codes)
    readings = {name: read_file(name, data, layouts) for name, data in delivery.raw.items()}
    faults = [*delivery.faults, *count_faults(delivery.marker, readings)]
    faults += [fault for reading in readings.values() for fault in reading.faults]
    expected = Expected(delivery.place.statutory, delivery.marker.kind, _items(codes, stamps(codes)))
    stacks, broken = _examined(list(readings.values()), expected)
    faults += broken
    kind = delivery.marker.kind
    if faults or kind is None:
        raise refuse(delivery.place.code, str(delivery.folder), faults)
    return _checked(delivery, stacks, kind)


def _checked(delivery: Delivery, stacks: Sequence[TypedStack], kind: DataKind) -> Checked:
    names = pseudonyms(delivery.place.code, kind)
    tables = {rows.layout.table.name: build(rows, names) for rows in stacks}
    for rows in stacks:
        conform(tables[rows.layout.table.name], rows.layout.table)
    digests = {name: names.digest(data) for name, data in delivery.files.items()}
    return Checked(tables, kind, delivery.place.code, _masked(digests), (*_notes(stacks), *_team_notes(tables)))


def _masked(digests: Mapping[str, str]) -> dict[str, str]:
    return {masked(name): digest for name, digest in digests.items()}


@lru_cache(maxsize=4)
def _items(codes: Path, _changed: Stamps) -> dict[str, Instrument]:
    declared = instruments(codes / "instruments")
    return {item: instrument for instrument in declared.values() for item in instrument.items}


def _examined(readings: Sequence[Reading], expected: Expected) -> tuple[list[TypedStack], list[Fault]]:
    sheets = [reading.sheet for reading in readings if reading.sheet is not None]
    stacks, faults = [], []
    for layout in dict.fromkeys(sheet.layout.name for sheet in sheets):
        rows, broken = examine(stack([sheet for sheet in sheets if sheet.layout.name == layout]), expected)
        stacks.append(rows)
        faults += broken
    return stacks, faults


def _notes(stacks: Sequence[TypedStack]) -> tuple[str, ...]:
    return tuple(note for rows in stacks for note in _stack_notes(rows))


def _stack_notes(rows: TypedStack) -> list[str]:
    column = rows.stack.columns[rows.layout.source_of("person")[0]] if "person" in rows.layout.key else None
    if column is None:
        return []
    short = sum(len(text) == 8 for text in column.texts)
    return (
        [f"{rows.layout.table.name}: {short} numbers of persons had lost their leading zero and got it back"] if short else []
    )


def _team_notes(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Count the introductions of teams that no roster knows: a team without coaches, or a name that was written otherwise."""
    if not {"rosters", "team_introductions"} <= tables.keys():
        return []
    unknown = int((~tables["team_introductions"]["team"].isin(tables["rosters"]["team"])).sum())
    return [f"team_introductions: a team that is in no roster is not compared (rows: {unknown})"] if unknown else []


def checked_tables(place: str, world: str, where: Paths) -> Checked:
    """Give the checked tables of a place, from the cache when nothing has changed since they were checked.

    Parameters
    ----------
    place : str
        Municipality code, e.g. ``GM0855``.
    world : str
        A synthetic world; empty for the real delivery.
    where : Paths
        The project's folders.

    Raises
    ------
    UnknownPlace, UnknownWorld, DeliveryError, MixedKinds, MissingKey
    """
    chosen = Place.parse(place, where.codes)
    delivery = open_delivery(delivery_folder(chosen, world, where), chosen)
    kind = DataKind.SYNTHETIC if world else DataKind.REAL
    names = pseudonyms(chosen.code, kind)
    digests = {name: names.digest(data) for name, data in delivery.files.items()}
    folder = where.checked_of(chosen.code, world) / cache.key_of(digests, where.codes, names)
    kept = cache.load(folder)
    if kept is not None:
        tables, notes = kept
        return Checked(tables, kind, chosen.code, _masked(digests), notes)
    fresh = _check(delivery, where.codes)
    cache.save(folder, fresh.tables, fresh.notes)
    return fresh


def delivery_folder(place: Place, world: str, where: Paths) -> Path:
    """Find the folder of a place's delivery.

    Raises
    ------
    UnknownWorld
        If there is no such synthetic world; the message lists those that are there.
    UnknownPlace
        If the place has delivered nothing there; the message says how to make a delivery.
    """
    if place.kind is PlaceKind.PUBLISHED:
        raise UnknownPlace(f"{place.code} is a published data set, which has no delivery; open it with worlds.published.")
    root = where.synthetic / world if world else where.raw_of(place.code).parent
    if world and not _is_world(root, where):
        there = worlds_there(where)
        listed = ", ".join(there) or "none yet"
        raise UnknownWorld(
            f"No synthetic world {world!r} in {where.synthetic}; there are: {listed}.{did_you_mean(world, there)} "
            f"Make it with: gm synthesise --world {world}"
        )
    if not (root / place.code).is_dir():
        raise UnknownPlace(_no_delivery(place, world, root))
    return root / place.code


def _is_world(root: Path, where: Paths) -> bool:
    # a path instead of a name would lead out of the folder, and the name of real data would share their shelf
    return root.parent == where.synthetic and root.name != RAW and root.is_dir()


def worlds_there(where: Paths) -> tuple[str, ...]:
    """Name the synthetic worlds that have been made."""
    if not where.synthetic.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in where.synthetic.iterdir() if entry.is_dir() and not entry.name.startswith(".")))


def _no_delivery(place: Place, world: str, root: Path) -> str:
    what = f"{place.code} ({place.name}) has no delivery in {root}."
    if world:
        return f"{what} Make one with: gm synthesise --world {world} --place {place.code}"
    return f"{what} Put the exports and a {MARKER} in {root / place.code}, and look with: gm check {place.code}"
