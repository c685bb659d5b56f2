"""What is known of a place: which files gave its tables, how they looked, which parts are in force, and under which key.

Private, because small counts are in it. Names of files are masked; no number of a person is in it, nor who was removed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from gm_workbench.errors import DeliveryError
from gm_workbench.intake.declared.forms import declared_files
from gm_workbench.intake.faults import Fault, masked
from gm_workbench.intake.kept.private import write_whole
from gm_workbench.intake.keys import Key
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry, RowLedger
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.vocabulary.text import Text

CATALOG, LEDGER = "catalog.json", "rowledger.json"

SCHEMA_VERSION = 1
"""Raised when what is stored is laid out otherwise; tables of another version are read anew."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the file system says of a file. The third cannot be set by hand, so a file that was replaced is noticed."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Source:
    """One raw file as it was when it was read.

    Attributes
    ----------
    name : str
        Masked.
    look : Look or None
        None when it had changed just before, because a second change within the same tick would not show.
    digest : str
        Keyed digest of its bytes.
    recipe : str
        What it was read by (`recipe`).
    """

    name: str
    look: Look | None
    digest: str
    recipe: str


@dataclass(frozen=True, slots=True)
class PartFile:
    """One Parquet file: the SHA-256 of its bytes, its rows, and the files of the delivery that gave them, by label."""

    sha256: str
    rows: int
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """The state of a place.

    Attributes
    ----------
    key_id, scope : str
        Which key made the tables, and the name of the key when it is a shared one.
    retain_until : str
        The last day on which the delivery may be read, as the marker said; empty when it said none.
    sources : mapping
        Files of the delivery that was read last, by label.
    accepted : mapping
        Files that the tables in force came from, by label; of a file that was refused, the one that was accepted before.
    parts : mapping
        Files of the tables in force, by their path under the folder of the place.
    forgets : int
        How often somebody was removed: an input of every report, so that each is made again.
    blocked : mapping
        Files that still hold somebody who was removed, by label: they are not read until their bytes change.
    faults : tuple of Fault
        What was found in the delivery that was read last; cells are in it by their shape only.
    ledger : RowLedger
        Where each delivered row went; in a file of its own.
    version : int
        `SCHEMA_VERSION` of what is stored.
    """

    key_id: str = ""
    scope: str = ""
    retain_until: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)
    accepted: Mapping[str, Source] = field(default_factory=dict)
    parts: Mapping[str, PartFile] = field(default_factory=dict)
    forgets: int = 0
    blocked: Mapping[str, Source] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    ledger: RowLedger = field(default_factory=RowLedger)
    version: int = SCHEMA_VERSION


def as_before(source: Source | None, look: Look, recipe: str) -> bool:
    """Whether a file looks as it did; it is not opened for that."""
    return source is not None and source.look == look and source.recipe == recipe


def look_at(path: Path) -> Look:
    """Ask the file system how a file looks, without opening it."""
    said = path.stat()
    return Look(said.st_size, said.st_mtime_ns, said.st_ctime_ns, said.st_ino)


def label(name: str, key: Key) -> str:
    """Tell files apart whose names are the same once masked.

    >>> from gm_workbench.vocabulary.schemas import DataKind
    >>> from gm_workbench.intake.keys import open_key
    >>> label("BUS_202301.csv", open_key("GM9903", DataKind.SYNTHETIC))
    'BUS_202301.csv'
    """
    shown = masked(name)
    return shown if shown == name else f"{shown}~{key.digest(os.fsencode(name))[:8]}"


def recipe(codes: Path, key: Key) -> str:
    """Digest what files are read by: declarations, code lists, schemas, and the code of this wing."""
    parts = [
        *(f"{path.relative_to(codes).as_posix()}:{key.digest(path.read_bytes())}" for path in declared_files(codes)),
        *(repr((table.name, table.key, table.columns, table.one_spell_of)) for table in TABLES.values()),
        _wing(),
    ]
    return key.digest("\n".join(parts).encode())[:32]


@lru_cache(maxsize=1)
def _wing() -> str:
    """Give the source of this wing, so that a changed rule never meets tables that an older rule made."""
    wing = Path(__file__).parent.parent
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(wing.rglob("*.py")))


def load(folder: Path) -> Catalog:
    """Read the state of a place; an empty one when nothing was ever kept there.

    Raises
    ------
    DeliveryError
        If the state is there but cannot be read: who was removed and which files are blocked would be forgotten.
    """
    if not (folder / CATALOG).exists():
        return Catalog()
    try:
        written, ledger = (json.loads((folder / name).read_bytes()) for name in (CATALOG, LEDGER))
        return from_json({**written, "ledger": ledger})
    except (ValueError, TypeError, KeyError, AttributeError, FileNotFoundError):
        raise DeliveryError(
            f"{folder / CATALOG} or {LEDGER} beside it was damaged and cannot be read. Put back a copy of both, or remove all "
            "that is kept of the place with: gm forget <place> --all"
        ) from None


def save(folder: Path, catalog: Catalog) -> None:
    """Write the state of a place: the ledger first, then the catalog, each whole."""
    content = to_json(catalog)
    ledger = content.pop("ledger")
    write_whole(folder / LEDGER, json.dumps(ledger, indent=1).encode())
    write_whole(folder / CATALOG, json.dumps(content, indent=1).encode())


def to_json(catalog: Catalog) -> dict[str, Any]:
    """Give the state of a place as plain values."""
    return {**asdict(catalog), "ledger": [asdict(entry) for entry in catalog.ledger.entries]}


def from_json(content: Mapping[str, Any]) -> Catalog:
    """Give the state of a place from plain values.

    Raises
    ------
    TypeError, KeyError
        If they are no such state.
    """
    return Catalog(
        **{
            **content,
            **{name: _sources(content[name]) for name in ("sources", "accepted", "blocked")},
            "parts": {path: PartFile(**{**one, "files": tuple(one["files"])}) for path, one in content["parts"].items()},
            "faults": tuple(_fault(one) for one in content["faults"]),
            "ledger": RowLedger(tuple(Entry(**entry) for entry in content["ledger"])),
        }
    )


def _fault(content: Mapping[str, Any]) -> Fault:
    words = {name: Text(**content[name]) for name in ("problem", "remedy")}
    return Fault(**{**content, **words, "reason": Reason(content["reason"]), "examples": tuple(content["examples"])})


def _sources(content: Mapping[str, Any]) -> dict[str, Source]:
    return {key: Source(**{**one, "look": one["look"] and Look(**one["look"])}) for key, one in content.items()}
