"""Check a delivery; keep the checked tables, and use them again as long as nothing that made them has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa

from gm_workbench.errors import UnknownPlace, UnknownWorld, did_you_mean
from gm_workbench.intake.acceptance import accepted
from gm_workbench.intake.delivery import open_delivery
from gm_workbench.intake.faults import Fault, refuse, worst
from gm_workbench.intake.gathering import OF_ALL, Gathered, gather
from gm_workbench.intake.kept.catalog import Catalog, label, load
from gm_workbench.intake.kept.frames import Tables, frame_of
from gm_workbench.intake.kept.site import Site
from gm_workbench.intake.keys import Key, open_key
from gm_workbench.intake.marker import MARKER, root_of
from gm_workbench.intake.reasons import Severity
from gm_workbench.intake.remarks import remarks_on
from gm_workbench.intake.rowledger import RowLedger
from gm_workbench.settings import RAW, Paths, paths
from gm_workbench.vocabulary.codes import Place, PlaceKind
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.vocabulary.text import Text


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
        Keyed SHA-256 digest per raw file that the tables come from.
    notes : tuple of str
        What intake mended or left out, in words; no value from the data.
    remarks : tuple of Text
        The same for a page: without a count.
    faults : tuple of Fault
        What was found in the files of the delivery, notes too; none that refuses where the tables are its own.
    ledger : RowLedger
        Where each delivered row went.
    """

    tables: dict[str, pd.DataFrame]
    kind: DataKind
    place: str
    digests: dict[str, str]
    notes: tuple[str, ...] = ()
    remarks: tuple[Text, ...] = ()
    faults: tuple[Fault, ...] = ()
    ledger: RowLedger = field(default_factory=RowLedger)


def check(folder: Path, place: str, codes: Path | None = None) -> Checked:
    """Check the delivery in `folder` and give its tables; nothing is kept.

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
    MissingKey
        If the data are real and there is no pseudonym key. No file has been opened then.
    DeliveryError
        If a file or the delivery is refused; the message lists all that must be mended, values masked. `MixedKinds` when
        synthetic and real data meet. What only sets rows aside is in `faults`.
    UnknownPlace
        If there is no such place.
    """
    codes = codes or paths().codes
    chosen, kind = Place.parse(place, codes), root_of(folder).kind
    key = open_key(chosen.code, kind) if kind else None
    delivery = open_delivery(folder, chosen)
    if key is None or kind is None or any(fault.reason in OF_ALL for fault in delivery.faults):
        raise refuse(chosen.code, str(folder), delivery.faults)
    gathered = gather(delivery, codes, key, kind, lambda part: part)
    if worst(gathered.faults) is Severity.REFUSE:
        raise refuse(chosen.code, str(folder), gathered.faults, gathered.ledger)
    tables = {name: _frame(gathered, name) for name in TABLES if any(part.table == name for _, part in gathered.parts)}
    digests = {label(path.name, key): key.digest_of(path) for path in (*delivery.files.values(), folder / MARKER)}
    faults = (*gathered.faults, *remarks_on(gathered.parts))
    return Checked(tables, kind, chosen.code, digests, tuple(_notes(faults)), _remarks(faults), faults, gathered.ledger)


def _frame(gathered: Gathered, name: str) -> pd.DataFrame:
    parts = [part.data for _, part in gathered.parts if part.table == name]
    return frame_of(pa.concat_tables(parts, promote_options="default").unify_dictionaries(), TABLES[name])


def checked_tables(place: str, world: str, where: Paths) -> Checked:
    """Give the checked tables that are in force: those of the delivery, or of the last one that was accepted.

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
    DeliveryError
        If nothing of the delivery was ever accepted, or marker and folder contradict each other (`MixedKinds`).
    UnknownPlace, UnknownWorld, MissingKey, KeyChanged, RetentionPassed
    """
    site, catalog = _in_force(place, world, where)
    return _checked(site, catalog)


def open_tables(place: str, world: str, where: Paths) -> Tables:
    """Give the same tables as `checked_tables`, each read when it is asked for: all of it, or some columns and months.

    Raises
    ------
    DeliveryError, UnknownPlace, UnknownWorld, MissingKey, KeyChanged, RetentionPassed
        As `checked_tables`.
    """
    site, catalog = _in_force(place, world, where)
    return Tables(site.folder, catalog)


def accept(place: str, world: str, where: Paths, *, new_key: bool = False, shared_key: str = "") -> Checked:
    """Check a delivery and keep its tables; when nothing has changed since, no file of it is opened.

    Parameters
    ----------
    place, world, where
        As for `checked_tables`.
    new_key : bool
        Read everything anew under the key that is set now, and drop the tables that an older key made.
    shared_key : str
        Name of a key that the place shares with others; the marker must name the same one. It is remembered.

    Raises
    ------
    DeliveryError
        If the delivery has any fault, also when an older one stays in force.
    UnknownPlace, UnknownWorld, MissingKey, KeyChanged, RetentionPassed
    """
    site = _site(place, world, where, shared_key, new_key=new_key)
    catalog = accepted(site, new_key=new_key)
    if worst(catalog.faults) is Severity.REFUSE:
        raise refuse(site.place.code, str(site.raw), catalog.faults, catalog.ledger)
    return _checked(site, catalog)


def key_of(place: str, world: str, where: Paths) -> Key:
    """Open the key that the tables of a place are made under: its own, or the shared one that was given on purpose."""
    kind = DataKind.SYNTHETIC if world else DataKind.REAL
    return open_key(place, kind, load(where.checked_of(place, world)).scope, where)


def _site(place: str, world: str, where: Paths, shared: str = "", *, new_key: bool = False) -> Site:
    chosen = Place.parse(place, where.codes)
    raw, folder = delivery_folder(chosen, world, where), where.checked_of(chosen.code, world)
    kind = DataKind.SYNTHETIC if world else DataKind.REAL
    key = open_key(chosen.code, kind, shared or ("" if new_key else load(folder).scope), where)
    return Site(chosen, kind, raw, folder, where.codes, key)


def _in_force(place: str, world: str, where: Paths) -> tuple[Site, Catalog]:
    site = _site(place, world, where)
    catalog = accepted(site)
    if not catalog.parts:
        raise refuse(site.place.code, str(site.raw), catalog.faults, catalog.ledger)
    return site, catalog


def _checked(site: Site, catalog: Catalog) -> Checked:
    stored = Tables(site.folder, catalog)
    tables = {name: stored.frame(name) for name in stored.names}
    digests = {source.name: source.digest for source in catalog.accepted.values()}
    notes = (*_notes(catalog.faults), *_refused_notes(catalog))
    return Checked(tables, site.kind, site.place.code, digests, notes, _remarks(catalog.faults), catalog.faults, catalog.ledger)


def _notes(faults: Sequence[Fault]) -> list[str]:
    """Say what was mended or left out of what was read: the same words of several files once, with how many rows."""
    counts: Counter[str] = Counter()
    refused = {fault.file for fault in faults if fault.severity is Severity.REFUSE}
    for fault in faults:
        if fault.file not in refused:
            counts[f"column {fault.column}: {fault.problem.en}" if fault.column else fault.problem.en] += fault.count
    return [f"{words} [{many}]" if many > 1 else words for words, many in counts.items()]


_REFUSED = Text(
    "{file} is geweigerd; wat er eerder van is ingelezen, blijft gelden",
    "{file} was refused; what was read of it before stays in force",
)
_ASIDE = Text("rijen zijn weggelaten: {what}", "rows were left out: {what}")
_COLUMN = Text("kolom {column}: {what}", "column {column}: {what}")


def _remarks(faults: Sequence[Fault]) -> tuple[Text, ...]:
    """Say for a page what was mended, left out or refused; how many rows that were, may be too few to be told."""
    refused = {fault.file for fault in faults if fault.severity is Severity.REFUSE}
    told = [_REFUSED.format(file=file or MARKER) for file in sorted(refused)]
    return tuple(dict.fromkeys((*told, *(_remark(fault) for fault in faults if fault.file not in refused))))


def _remark(fault: Fault) -> Text:
    what = _ASIDE.format(what=fault.problem) if fault.severity is Severity.SET_ASIDE else fault.problem
    return _COLUMN.format(column=fault.column, what=what) if fault.column else what


def _refused_notes(catalog: Catalog) -> list[str]:
    files = dict.fromkeys(fault.file for fault in catalog.faults if fault.severity is Severity.REFUSE)
    return [f"{file or 'a file'} was refused: what was accepted of it before, if anything, stays in force" for file in files]


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
    root = where.delivery_of(place.code, world).parent
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
