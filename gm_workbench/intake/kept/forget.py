"""Remove one person, or all that is kept of a place. Who was removed is written down nowhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.errors import UsageError
from gm_workbench.intake.faults import found, masked
from gm_workbench.intake.identity import as_numbers, judge
from gm_workbench.intake.kept.card import write_cards
from gm_workbench.intake.kept.catalog import Catalog, Source, label, load, look_at
from gm_workbench.intake.kept.individual import forget_private, private_of_person, private_of_place
from gm_workbench.intake.kept.partitions import read_part, recover, replace, stage
from gm_workbench.intake.kept.private import locked
from gm_workbench.intake.kept.raw import holds, remove_lines
from gm_workbench.intake.keys import Key, open_key, refuse_other_key
from gm_workbench.intake.marker import MARKER
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.parts import Part, anew
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.schemas import DataKind

MEND = "mend"
"""Folder beside the tables with what can be mailed to the supplier; it may point at rows of a person."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed.

    Attributes
    ----------
    tables : tuple of str
        Tables that held the person.
    rows : int
        Rows removed from them.
    rewritten : int
        Files of the delivery from which the person was removed, because that was asked.
    blocked : int
        Files of the delivery that still hold the person, or that cannot be searched: not read until their bytes change.
    pages : int
        Individual results that were removed from the private folder.
    """

    tables: tuple[str, ...] = ()
    rows: int = 0
    rewritten: int = 0
    blocked: int = 0
    pages: int = 0


def forget(place: str, world: str, number: str, where: Paths, *, also_raw: bool = False) -> Forgotten:
    """Remove a person from all that is kept of a place, and make every report on the place stale.

    Parameters
    ----------
    place : str
        Municipality code.
    world : str
        A synthetic world; empty for the real delivery.
    number : str
        The number of the person. It is not kept, not written and not in any message.
    where : Paths
    also_raw : bool
        Also take the person's lines out of the delivery's text files.

    Raises
    ------
    UsageError
        If the number is no number of a person.
    MissingKey, KeyChanged
        If the key is not the one of the tables: the person could not be found in them.
    """
    kind = DataKind.REAL if not world else DataKind.SYNTHETIC
    person = _person(number, kind)
    folder, raw = where.checked_of(place, world), where.delivery_of(place, world)
    with locked(folder):
        recover(folder)
        catalog = load(folder)
        key = open_key(place, kind, catalog.scope, where)
        refuse_other_key(place, key, catalog.key_id)
        rewritten = remove_lines(raw, person) if also_raw else 0
        pseudonym = key.each([person], "person")[0]
        pages = forget_private(private_of_person(place, world, pseudonym, where))
        less = list(_without(folder, catalog, pseudonym))
        held = _blocked(raw, person, key)
        blocked = {**_still_blocked(raw, catalog, key), **held}
        faults = dict.fromkeys((*catalog.faults, *(found(Reason.BLOCKED, source.name) for source in blocked.values())))
        _put(folder, changed(catalog, forgets=catalog.forgets + 1, blocked=blocked, faults=tuple(faults)), less)
    tables = tuple(dict.fromkeys(part.table for _, part, _ in less))
    return Forgotten(tables, sum(gone for _, _, gone in less), rewritten, len(held), pages)


def forget_all(place: str, world: str, where: Paths, *, also_raw: bool = False) -> int:
    """Remove all tables and individual results of a place, and what is known of its files; with `also_raw` its delivery too.

    It needs no key.

    How often somebody was removed stays, so that every report on the place is stale, and so does which files are blocked.

    Returns
    -------
    int
        Files of tables that were removed.
    """
    folder, raw = where.checked_of(place, world), where.delivery_of(place, world)
    with locked(folder):
        recover(folder)
        catalog = load(folder)
        _put(folder, Catalog(forgets=catalog.forgets + 1, blocked={} if also_raw else catalog.blocked), [], dropped=True)
        forget_private(private_of_place(place, world, where))
        if also_raw and raw.is_dir():
            shutil.rmtree(raw)
    return len(catalog.parts)


def _person(number: str, kind: DataKind) -> str:
    """Give the nine digits of a number that can be one of a person in this kind of data."""
    read = as_numbers([number.strip()])
    verdict = judge(read, kind)
    if verdict.wrong[0] or verdict.other[0]:
        raise UsageError(
            "What was read is no number of a person: it must have eight or nine digits and pass the eleven test. "
            "Nothing was done."
        )
    return f"{read[0]:09d}"


def _without(folder: Path, catalog: Catalog, pseudonym: str) -> Iterator[tuple[str, Part, int]]:
    """Give each part that holds the person, without their rows: its path, the part, and how many rows went."""
    for path, file in catalog.parts.items():
        data = read_part(folder / path, file)
        if "person" not in data.column_names:
            continue
        kept = data.filter(pc.not_equal(data.column("person").cast(pa.string()), pseudonym))
        if kept.num_rows < data.num_rows:
            yield path, part_at(path, anew(kept)), data.num_rows - kept.num_rows


def part_at(path: str, data: pa.Table) -> Part:
    """Give the part that is stored at a path."""
    _, table, _, period, file = path.split("/")
    name = file.removeprefix("part-").removesuffix(".parquet")
    no_keys = np.zeros(data.num_rows, dtype=np.uint64)  # only parts of two deliveries are told apart by these
    return Part(table, period.partition("=")[2], name, data, no_keys)


def _blocked(raw: Path, person: str, key: Key) -> dict[str, Source]:
    """Note the files of the delivery that hold the person, or may."""
    files = [path for path in _files(raw) if holds(path.read_bytes(), person)]
    return {
        label(path.name, key): Source(masked(path.name), look_at(path), key.digest(path.read_bytes()), "") for path in files
    }


def _still_blocked(raw: Path, catalog: Catalog, key: Key) -> dict[str, Source]:
    """Give what was blocked before, for whomever, but for files whose bytes have changed since."""
    here = {label(path.name, key): key.digest_of(path) for path in _files(raw)}
    return {name: source for name, source in catalog.blocked.items() if here.get(name, source.digest) == source.digest}


def _files(raw: Path) -> list[Path]:
    return sorted(path for path in raw.glob("*") if path.is_file() and path.name != MARKER and not path.name.startswith("."))


def _put(folder: Path, catalog: Catalog, less: list[tuple[str, Part, int]], *, dropped: bool = False) -> None:
    """Put the smaller parts in force, in one swap; empty ones go. What else may hold the person goes first."""
    shutil.rmtree(folder / MEND, ignore_errors=True)
    smaller = [part for _, part, _ in less if part.data.num_rows]
    gone = {path for path, _, _ in less}
    parts = {} if dropped else {path: file for path, file in catalog.parts.items() if path not in gone}
    gave = {path: catalog.parts[path].files for path in gone}
    replace(folder, stage(folder, smaller, gave), changed(catalog, parts=parts))
    write_cards(folder, load(folder))
