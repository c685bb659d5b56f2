"""The marker file of a delivery (`delivery.yml`), held against the folder that it lies in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import yaml

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.codes import Place, PlaceKind
from gm_workbench.vocabulary.declarations import load_plain
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

MARKER = "delivery.yml"

_KINDS = (DataKind.SYNTHETIC, DataKind.REAL)

_NONE = Text("delivery.yml ontbreekt", "the marker file is missing")
_NO_YAML = Text("delivery.yml is niet te lezen als YAML in UTF-8", "the marker file cannot be read as UTF-8 YAML")
_NO_VALUE = Text("een datum of getal in delivery.yml bestaat niet", "a date or number in the marker file does not exist")
_NO_LIST = Text("delivery.yml moet een lijst van namen en waarden zijn", "the marker file must be a list of names and values")
_NO_ROOT = Text(
    "de map moet data/raw/<plaats> of data/synthetic/<wereld>/<plaats> zijn",
    "the folder must be data/raw/<place> or data/synthetic/<world>/<place>",
)
_KIND = Text("kind moet synthetic of real zijn", "kind must be synthetic or real")
_OTHER_KIND = Text(
    "volgens delivery.yml zijn de gegevens {kind}, maar in de map horen {root} gegevens",
    "the marker says that the data are {kind} but the folder holds {root} data",
)
_FICTIONAL = Text(
    "{place} is een bedachte plaats, waar echte gegevens niet vandaan kunnen komen",
    "{place} is a fictional place, which real data cannot come from",
)
_PLACE = Text(
    "place moet {place} zijn, de naam van de map, maar is anders", "place must be {place}, the folder's name, but is another"
)
_WORLD = Text(
    "world moet {world} zijn, de naam van de map erboven, maar is anders",
    "world must be {world}, the name of the folder above, but is another",
)
_SHARED = Text(
    "shared_key moet een naam van letters, cijfers, - en _ zijn, zonder acht cijfers achter elkaar",
    "shared_key must be a name of letters, digits, - and _, without eight digits in a row",
)
_UNTIL = Text(
    "retain_until moet een datum zijn, geschreven als jjjj-mm-dd", "retain_until must be a date written as yyyy-mm-dd"
)
_PERIOD = Text("period moet geschreven zijn als jjjj-mm/jjjj-mm", "period must be written as yyyy-mm/yyyy-mm")
_FILES = Text(
    "files moet elk bestand noemen met zijn aantal rijen, en delivered, als het er staat, met een datum als jjjj-mm-dd",
    "files must name each file with its number of rows, and delivered as a date written as yyyy-mm-dd when given",
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
        return _no_marker(_NONE)
    try:
        content = load_plain(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError):
        # the original message would quote the file
        return _no_marker(_NO_YAML)
    except (ValueError, AttributeError):  # the parser makes dates and numbers, and fails on the 31st of February
        return _no_marker(_NO_VALUE)
    return _read(content, root, place) if isinstance(content, dict) else _no_marker(_NO_LIST)


def _no_marker(problem: Text) -> tuple[Marker, list[Fault]]:
    return Marker(None, "", ""), [_wrong(problem)]


def _wrong(problem: Text, reason: Reason = Reason.MARKER) -> Fault:
    return found(reason, MARKER, what=problem)


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
            shared_key=_name(content.get("shared_key")),
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
    both = kind is not None and root.kind is not None
    checks = (
        (root.kind is None, marker, _NO_ROOT),
        (kind is None, marker, _KIND),
        (both and kind is not root.kind, mixed, _OTHER_KIND.format(kind=str(kind), root=str(root.kind))),
        (kind is DataKind.REAL and place.kind is PlaceKind.FICTIONAL, mixed, _FICTIONAL.format(place=place.code)),
        (content.get("place") != place.code, marker, _PLACE.format(place=place.code)),
        (
            root.kind is DataKind.SYNTHETIC and content.get("world") != root.world,
            marker,
            _WORLD.format(world=masked(root.world)),
        ),
    )
    return [_wrong(problem, reason) for wrong, reason, problem in checks if wrong]


def _malformed(content: Mapping[str, object]) -> list[Fault]:
    until, period, shared = content.get("retain_until"), content.get("period"), content.get("shared_key")
    checks = (
        (shared is not None and not _name(shared), _SHARED),
        (until is not None and not isinstance(until, date), _UNTIL),
        (period is not None and _period(period) is None, _PERIOD),
    )
    return [_wrong(problem) for wrong, problem in checks if wrong]


def _period(value: object) -> Period | None:
    try:
        return Period.parse(str(value))
    except DeclarationError:
        return None


def _name(value: object) -> str:
    """Give the name of a key; empty for what is none, because a name is shown and a number of a person must not be."""
    named = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,40}", value) is not None
    return str(value) if named and masked(str(value)) == value else ""


def _files(value: object) -> tuple[dict[str, int | None], list[Fault]]:
    if value is None:
        return {}, []
    if isinstance(value, dict) and all(_rows_known(entry) for entry in value.values()):
        return {str(name): (entry or {}).get("rows") for name, entry in value.items()}, []
    return {}, [_wrong(_FILES)]


def _rows_known(entry: object) -> bool:
    if entry is None:
        return True
    if not isinstance(entry, dict) or not isinstance(entry.get("delivered"), date | None):
        return False
    rows = entry.get("rows")
    return rows is None or (type(rows) is int and rows >= 0)  # yes and no are whole numbers to Python
