"""The marker file of a delivery (`delivery.yml`), held against the folder that it lies in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import yaml

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.faults import Fault, english
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.codes import Place, PlaceKind
from gm_workbench.vocabulary.declarations import load_plain
from gm_workbench.vocabulary.schemas import DataKind

MARKER = "delivery.yml"

_KINDS = (DataKind.SYNTHETIC, DataKind.REAL)

_EXAMPLE = (
    "write in it (as UTF-8): kind: real (or synthetic), place: GM0855, period: 2023-01/2025-12, made_by: a name, "
    "retain_until: 2030-12-31, files: {BUS_202301.csv: {rows: 5550}}"
)


@dataclass(frozen=True, slots=True)
class Root:
    """What the folder of a delivery says: which kind of data may lie there, and of which world."""

    kind: DataKind | None
    world: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """What the marker says.

    Attributes
    ----------
    kind : DataKind or None
        None where marker and folder do not agree.
    place, world : str
        As the marker has them.
    rows : mapping
        The promised number of rows for each file, None where no number is promised.
    retain_until : date or None
        The last day on which the delivery may be read.
    shared_key : str
        Name of the key that this place shares with others on purpose; empty for a key of its own.
    delivered : mapping
        The day on which a file was delivered, for those of which it is said: of two files of one month the later counts.
    period : Period or None
        The months that the delivery is about.
    """

    kind: DataKind | None
    place: str
    world: str
    rows: Mapping[str, int | None] = field(default_factory=dict)
    retain_until: date | None = None
    shared_key: str = ""
    delivered: Mapping[str, date] = field(default_factory=dict)
    period: Period | None = None


def root_of(folder: Path) -> Root:
    """Read the kind of data off the folder: `raw/<place>` is real, `synthetic/<world>/<place>` is synthetic."""
    where = folder.resolve()
    if where.parent.name == "raw":
        return Root(DataKind.REAL)
    if where.parent.parent.name == "synthetic":
        return Root(DataKind.SYNTHETIC, where.parent.name)
    return Root(None)


def read_marker(data: bytes | None, root: Root, place: Place) -> tuple[Marker, list[Fault]]:
    """Read the marker's bytes (None when there is no marker) and list what is wrong with it.

    The kind of the marker that is given is only known when marker and folder agree.
    """
    if data is None:
        return _no_marker("the marker file is missing")
    try:
        content = load_plain(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError):
        # the original message would quote the file
        return _no_marker("the marker file cannot be read as UTF-8 YAML")
    if not isinstance(content, dict):
        return _no_marker("the marker file must be a list of names and values")
    return _read(content, root, place)


def _no_marker(problem: str) -> tuple[Marker, list[Fault]]:
    return Marker(None, "", ""), [english(Reason.MARKER, MARKER, problem, _EXAMPLE)]


def _read(content: Mapping[str, object], root: Root, place: Place) -> tuple[Marker, list[Fault]]:
    rows, faults = _files(content.get("files"))
    said = str(content.get("kind"))
    kind = DataKind(said) if said in _KINDS else None
    faults += _contradictions(kind, content, root, place)
    faults += _malformed(content)
    agreed = kind if kind is root.kind else None
    return (
        Marker(
            kind=agreed,
            place=str(content.get("place")),
            world=str(content.get("world") or ""),
            rows=rows,
            retain_until=_day(content.get("retain_until")),
            shared_key=str(content.get("shared_key") or ""),
            delivered=_delivered(content.get("files")),
            period=_period(content.get("period")),
        ),
        faults,
    )


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _delivered(files: object) -> dict[str, date]:
    entries = files.items() if isinstance(files, dict) else ()
    said = {str(name): _day(entry.get("delivered")) for name, entry in entries if isinstance(entry, dict)}
    return {name: day for name, day in said.items() if day is not None}


def _contradictions(kind: DataKind | None, content: Mapping[str, object], root: Root, place: Place) -> list[Fault]:
    mixed, marker = Reason.MIXED_KINDS, Reason.MARKER
    checks = (
        (root.kind is None, marker, "the folder must be data/raw/<place> or data/synthetic/<world>/<place>"),
        (kind is None, marker, "kind must be synthetic or real"),
        (
            None not in (kind, root.kind) and kind is not root.kind,
            mixed,
            f"the marker says that the data are {kind} but the folder holds {root.kind} data",
        ),
        (
            kind is DataKind.REAL and place.kind is PlaceKind.FICTIONAL,
            mixed,
            f"{place.code} is a fictional place, which real data cannot come from",
        ),
        (content.get("place") != place.code, marker, f"place must be {place.code}, the folder's name, but is another"),
        (
            root.kind is DataKind.SYNTHETIC and content.get("world") != root.world,
            marker,
            f"world must be {root.world}, the name of the folder above, but is another",
        ),
    )
    remedy = "move the delivery to the folder where it belongs, or correct the marker when the folder is right"
    return [english(reason, MARKER, problem, remedy) for wrong, reason, problem in checks if wrong]


def _malformed(content: Mapping[str, object]) -> list[Fault]:
    until, period, shared = content.get("retain_until"), content.get("period"), content.get("shared_key")
    checks = (
        (shared is not None and not _is_name(shared), "shared_key must be a name of letters, digits, - and _"),
        (until is not None and not isinstance(until, date), "retain_until must be a date written as jjjj-mm-dd"),
        (period is not None and _period(period) is None, "period must be written as jjjj-mm/jjjj-mm"),
    )
    return [english(Reason.MARKER, MARKER, problem, _EXAMPLE) for wrong, problem in checks if wrong]


def _period(value: object) -> Period | None:
    try:
        return Period.parse(str(value))
    except DeclarationError:
        return None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,40}", value) is not None


def _files(value: object) -> tuple[dict[str, int | None], list[Fault]]:
    if value is None:
        return {}, []
    if isinstance(value, dict) and all(_rows_known(entry) for entry in value.values()):
        return {str(name): (entry or {}).get("rows") for name, entry in value.items()}, []
    problem = "files must name each file with its number of rows, and delivered as a date written as jjjj-mm-dd when given"
    return {}, [english(Reason.MARKER, MARKER, problem, _EXAMPLE)]


def _rows_known(entry: object) -> bool:
    if entry is None:
        return True
    if not isinstance(entry, dict) or not isinstance(entry.get("delivered"), date | None):
        return False
    return entry.get("rows") is None or (isinstance(entry["rows"], int) and entry["rows"] >= 0)
