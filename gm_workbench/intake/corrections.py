"""Several files of one table and month: a copy counts once, a correction replaces, and what cannot be told apart is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from gm_workbench.intake.faults import Fault, found
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry
from gm_workbench.intake.rows.parts import WHOLE_TABLE, FileRows, Piece
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.vocabulary.text import Text

ALIKE_FROM = 0.5
"""From this share of keys on two files are about the same rows, and the later is a correction."""

APART_BELOW = 0.01
"""Below this share they are about other rows, and both count."""

SECONDS_APART = 1.0

_BY_MARKER = Text("delivered: in delivery.yml", "delivered: in delivery.yml")
_BY_NAME = Text("het nummer in de naam", "the number in the name")
_BY_TIME = Text("de tijd van het bestand", "the time of the file")
_WHOLE = Text("de hele tabel", "the whole table")
_UNORDERED = Text(
    "twee bestanden over dezelfde rijen, en niets zegt welke later is",
    "two files about the same rows, and nothing tells which is later",
)
_HALF = Text(
    "twee bestanden over deels dezelfde rijen; of het een correctie is, is niet te zeggen",
    "two files about partly the same rows; whether one corrects the other cannot be told",
)
_SHRUNK = Text(
    "het latere van twee bestanden over dezelfde rijen heeft er minder dan de helft van; is het een correctie?",
    "the later of two files about the same rows has less than half of them; does it correct the other?",
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What is in force.

    Attributes
    ----------
    parts : tuple of (str, Part)
        Each part with the name of its file.
    entries : tuple of Entry
        Where every row went, with rows of replaced, double or ambiguous parts counted as refused.
    faults : tuple of Fault
        Notes on copies and corrections, and what is ambiguous.
    """

    parts: tuple[tuple[str, Piece], ...]
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Case:
    """What is decided so far; `out` are the parts that do not count, `doubles` how many rows of a part another has."""

    delivered: Mapping[str, date]
    times: Mapping[str, float]
    faults: list[Fault] = field(default_factory=list)
    out: list[tuple[str, Piece]] = field(default_factory=list)
    doubles: list[tuple[Piece, int]] = field(default_factory=list)

    def note(self, fault: Fault) -> None:
        if fault not in self.faults:
            self.faults.append(fault)


def resolve(
    candidates: Sequence[FileRows], delivered: Mapping[str, date], times: Mapping[str, float] | None = None
) -> Resolved:
    """Decide which parts are in force.

    Parameters
    ----------
    candidates : sequence of FileRows
        All files of a place; a refused one has no parts and changes nothing.
    delivered : mapping
        Day of delivery by (masked) file, from the marker; it goes before everything else.
    times : mapping, optional
        Time of change by file, in seconds; what tells the order when neither marker nor name does.
    """
    case = _Case(delivered, times or {})
    groups: dict[tuple[str, str, str], list[tuple[str, Piece]]] = {}
    for rows in sorted(candidates, key=lambda one: one.file):
        for part in rows.parts:
            groups.setdefault((part.table, part.period, part.name), []).append((rows.file, part))
    parts = [kept for group in groups.values() for kept in _each_row_once(_in_force(group, case), case)]
    return Resolved(tuple(parts), _entries(candidates, case), tuple(case.faults))


def _each_row_once(kept: Sequence[tuple[str, Piece]], case: _Case) -> list[tuple[str, Piece]]:
    """Leave out the few rows of a file whose key an earlier one has."""
    once, known = list(kept[:1]), [part.keys for _, part in kept[:1]]
    for file, part in kept[1:]:
        double = np.isin(part.keys, np.concatenate(known))
        once.append((file, part.only(~double) if double.any() else part))
        known.append(part.keys)
        if double.any():
            many = int(double.sum())
            case.doubles.append((part, many))
            case.note(found(Reason.DUPLICATE, file, count=many, key=", ".join(TABLES[part.table].key)))
    return once


def _in_force(group: Sequence[tuple[str, Piece]], case: _Case) -> list[tuple[str, Piece]]:
    kept: list[tuple[str, Piece]] = []
    for one in group:
        rivals = [other for other in kept if shared(one[1], other[1]) >= APART_BELOW]
        lost = [loser for other in rivals for loser in _compare(one, other, case)]
        case.out += [loser for loser in lost if not any(loser is known for known in case.out)]
        kept = [other for other in (*kept, one) if not any(other is loser for loser in lost)]
    return kept


def shared(one: Piece, other: Piece) -> float:
    """Give the share of keys of the smaller part that the other has too."""
    smaller = min(len(one.keys), len(other.keys))
    return len(np.intersect1d(one.keys, other.keys)) / smaller if smaller else 0.0


def _compare(one: tuple[str, Piece], other: tuple[str, Piece], case: _Case) -> list[tuple[str, Piece]]:
    """Say which of two files about the same rows does not count."""
    if one[1].same(other[1]):
        case.note(found(Reason.DUPLICATE_FILE, one[0], other=other[0]))
        return [one]
    if shared(one[1], other[1]) < ALIKE_FROM:
        return _ambiguous(one, other, _HALF, case)
    later, by = order(one[0], other[0], case.delivered, case.times)
    if not later:
        return _ambiguous(one, other, _UNORDERED, case)
    new, old = (one, other) if later == one[0] else (other, one)
    if 2 * len(new[1].keys) < len(old[1].keys):
        return _ambiguous(one, other, _SHRUNK, case)
    period: Text | str = _WHOLE if new[1].name == WHOLE_TABLE else new[1].name
    case.note(found(Reason.CORRECTION, new[0], period=period, other=old[0], by=by))
    return [old]


def _ambiguous(one: tuple[str, Piece], other: tuple[str, Piece], what: Text, case: _Case) -> list[tuple[str, Piece]]:
    for file, _ in (one, other):
        case.note(found(Reason.AMBIGUOUS, file, what=what))
    return [one, other]


def order(one: str, other: str, delivered: Mapping[str, date], times: Mapping[str, float]) -> tuple[str, Text]:
    """Give the later of two files, and what told it; nothing on a tie.

    >>> order("BUS_202301_V9.csv", "BUS_202301_V10.csv", {}, {})[0]
    'BUS_202301_V10.csv'
    """
    if one in delivered and other in delivered and delivered[one] != delivered[other]:
        return max(one, other, key=lambda file: delivered[file]), _BY_MARKER
    if version(one) != version(other):
        return max(one, other, key=version), _BY_NAME
    if one in times and other in times and abs(times[one] - times[other]) > SECONDS_APART:
        return max(one, other, key=lambda file: times[file]), _BY_TIME
    return "", _BY_NAME


_VERSION = re.compile(r"(?:\bv|versie|_v|correctie|gecorrigeerd|\()[ _-]?(\d{1,3})(?!\d)", re.IGNORECASE)
_CORRECTED = re.compile(r"correctie|gecorrigeerd", re.IGNORECASE)


def version(file: str) -> int:
    """Give the number of a version in a name, as a whole number; 1 for a correction without a number, 0 when nothing is said.

    >>> version("BUS_202301.csv"), version("BUS_202301 (2).csv"), version("BUS_202301_correctie.csv")
    (0, 2, 1)
    """
    numbers = [int(number) for number in _VERSION.findall(file)]
    numbers += [int(number) for number in re.findall(r"(?:BUS|TAB)V(\d{1,3})\b", file)]
    return max(numbers, default=1 if _CORRECTED.search(file) else 0)


def _entries(candidates: Sequence[FileRows], case: _Case) -> tuple[Entry, ...]:
    return tuple(_entry(entry, rows, case) for rows in candidates for entry in rows.entries)


def _entry(entry: Entry, rows: FileRows, case: _Case) -> Entry:
    """Count rows of parts that are not in force as refused; where they are not rows of the file, only all of them."""
    own = [part for part in rows.parts if part.table == entry.table]
    gone = [part for part in own if any(part is other for _, other in case.out)]
    are_rows = sum(len(part.keys) for part in own) == entry.accepted
    left_out = sum(len(part.keys) for part in gone) if are_rows else entry.accepted if gone and len(gone) == len(own) else 0
    double = sum(many for part, many in case.doubles if any(part is one for one in own)) if are_rows else 0
    return replace(
        entry,
        accepted=entry.accepted - left_out - double,
        set_aside=entry.set_aside + double,
        refused=entry.refused + left_out,
    )
