"""A delivery read file by file: what each file gives, what is in force of it, and where each row went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from traceback import walk_tb

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.corrections import Resolved, resolve
from gm_workbench.intake.declared.forms import PRIVATE, sources_and_faults
from gm_workbench.intake.declared.grammar import RowForm
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.delivery import NOT_READABLE, Delivery, promised_faults
from gm_workbench.intake.faults import Fault, found, masked, worst
from gm_workbench.intake.kept.catalog import label
from gm_workbench.intake.keys import Key
from gm_workbench.intake.reading.files import open_file, opened_as
from gm_workbench.intake.reading.opened import Opened
from gm_workbench.intake.reading.recognise import Recognised, recognise
from gm_workbench.intake.reading.sniff import sniff
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.rowledger import Entry, RowLedger, added_up
from gm_workbench.intake.rows.books import Codebooks
from gm_workbench.intake.rows.joined import joined
from gm_workbench.intake.rows.parts import FileRows, Part, Piece
from gm_workbench.intake.rows.pipeline import Within, read_rows
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

NO_SOURCE = Text("zijn kolommen horen bij geen bekende bron", "its headers belong to no known source")
_OURS = Text("dit soort bestand (fout van de werkbank: {what})", "this kind of file (a fault of the workbench: {what})")

NO_PERIOD = Text(
    "het loopt tot het einde van de levering, en delivery.yml noemt geen period (period: 2023-01/2025-12)",
    "it runs until the end of the delivery, and delivery.yml names no period (period: 2023-01/2025-12)",
)

EVERY_MONTH = Period(month_index("1900-01"), month_index("2199-12"))
"""Where the marker names no months; what runs until the end of the delivery cannot be read then, and is a fault."""

AT_ONCE = 2
"""So many files are read at a time: Arrow lets go of Python's lock, and each of them is in memory."""

OF_ALL = (Reason.MARKER, Reason.MIXED_KINDS)
"""Faults that put all of a delivery in doubt, what was accepted of it before too."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a delivery gives.

    Attributes
    ----------
    parts : tuple of (str, Piece)
        What is in force, each part with the label of its file.
    faults : tuple of Fault
    ledger : RowLedger
        Where each row of the files that could be counted went.
    refused : frozenset of str
        Labels of the files of which nothing counts.
    """

    parts: tuple[tuple[str, Piece], ...]
    faults: tuple[Fault, ...]
    ledger: RowLedger
    refused: frozenset[str]


@dataclass(slots=True)
class _Desk:
    """What reading the files of one delivery shares."""

    delivery: Delivery
    key: Key
    within: Within
    sources: Sequence[Source]
    lay: Callable[[Part], Piece]
    waiting: list[str] = field(default_factory=list)


def gather(delivery: Delivery, codes: Path, key: Key, kind: DataKind, lay: Callable[[Part], Piece]) -> Gathered:
    """Read the files of a delivery, one after another; those that link numbers go before the files that need them.

    Parameters
    ----------
    delivery : Delivery
        Whose marker agrees with its folder.
    codes : Path
        Folder with layouts, mappings, code lists and instruments.
    key : Key
    kind : DataKind
    lay : callable
        Takes each part at once; what it gives stands for the part from then on.

    Raises
    ------
    DeclarationError
        If a declaration of the project is malformed. What is wrong with the delivery's own alias files is a fault.
    """
    declared, wrong = sources_and_faults(codes, delivery.folder)
    within = Within(delivery.place, kind, delivery.marker.period or EVERY_MONTH, codes, Codebooks(key))
    desk = _Desk(delivery, key, within, tuple(declared.values()), lay)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        read = list(pool.map(lambda name: _file(name, desk, may_wait=True), delivery.files))
        read += list(pool.map(lambda name: _file(name, desk, may_wait=False), sorted(desk.waiting)))
    return _gathered(desk, [rows for rows in read if rows], (*delivery.faults, *wrong))


def _gathered(desk: _Desk, read: Sequence[FileRows], faults: Sequence[Fault]) -> Gathered:
    delivered = {label(name, desk.key): day for name, day in desk.delivery.marker.delivered.items()}
    times = {label(name, desk.key): path.stat().st_mtime for name, path in desk.delivery.files.items()}
    resolved = _resolved(read, delivered, times)
    everything = (*faults, *(fault for rows in read for fault in rows.faults), *resolved.faults)
    refused = {rows.file for rows in read if worst(rows.faults) is Severity.REFUSE} | _ambiguous(resolved)
    return Gathered(resolved.parts, everything, _ledger(resolved.entries), frozenset(refused))


def _ledger(entries: Sequence[Entry]) -> RowLedger:
    """Write down each file and table once; files that have the same masked name are counted together."""
    return RowLedger(tuple(sorted(added_up(entries), key=lambda entry: (entry.file, entry.table))))


def _resolved(read: Sequence[FileRows], delivered: Mapping[str, date], times: Mapping[str, float]) -> Resolved:
    """Decide what is in force. A file that is ambiguous in one part is refused, and what it replaced elsewhere counts again."""
    told: list[Fault] = []
    resolved = resolve(read, delivered, times)
    while unclear := _ambiguous(resolved):
        told += [fault for fault in resolved.faults if fault.reason is Reason.AMBIGUOUS]
        read = [_refused(rows) if rows.file in unclear else rows for rows in read]
        resolved = resolve(read, delivered, times)
    return replace(resolved, faults=(*told, *resolved.faults))


def _ambiguous(resolved: Resolved) -> set[str]:
    return {fault.file for fault in resolved.faults if fault.reason is Reason.AMBIGUOUS}


def _file(name: str, desk: _Desk, *, may_wait: bool) -> FileRows | None:
    """Read one file and lay its parts down. A disk that cannot be written is no fault of the file, and is raised."""
    rows = _tried(desk.delivery.files[name], desk, may_wait=may_wait)
    if rows is None:
        return None
    return replace(rows, file=label(name, desk.key), parts=tuple(desk.lay(one) for one in rows.parts if isinstance(one, Part)))


def _tried(path: Path, desk: _Desk, *, may_wait: bool) -> FileRows | None:
    """Read one file, or let it wait for one that links its numbers; what goes wrong is told without the words of the error."""
    shown = masked(path.name)
    try:
        return _read(path, desk, may_wait=may_wait)
    except OSError:
        return _nothing(shown, found(Reason.UNKNOWN_FILE, shown, what=NOT_READABLE))
    except DeclarationError:
        raise
    except Exception as error:  # its words may quote a cell, and so may its traceback
        return _nothing(shown, found(Reason.FORMAT, shown, format=_OURS.format(what=_where(error))))


def _where(error: Exception) -> str:
    rooms = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    ours = [room for room in rooms if room.startswith("gm_workbench")]
    return f"{type(error).__name__}, {ours[-1] if ours else 'unknown'}"


def _read(path: Path, desk: _Desk, *, may_wait: bool) -> FileRows | None:
    tables = [(opened, recognise(opened, desk.sources)) for opened in open_file(path, sniff(path))]
    known = [hit for _, hit in tables if hit]
    if may_wait and any(hit.source.person and hit.source.person.bridge for hit in known):
        desk.waiting.append(path.name)
        return None
    sheets = [_rows(path, hit, desk) for hit in known]
    unread = sum(opened.rows or 0 for opened, _ in tables) if not known else 0
    rows = joined(sheets) if sheets else _nothing(masked(path.name), unread=unread)
    counted = sum(max((entry.delivered for entry in sheet.entries), default=0) for sheet in sheets)
    faults = [*rows.faults, *_of_file(path.name, tables, rows.faults)]
    if worst(faults) is not Severity.REFUSE:
        faults += promised_faults(path.name, counted, desk.delivery.marker)
    rows = replace(rows, faults=tuple(faults))
    return _refused(rows) if worst(faults) is Severity.REFUSE else rows


def _rows(path: Path, hit: Recognised, desk: _Desk) -> FileRows:
    expands = any(table.rows.form is RowForm.EXPAND_MONTHS for table in hit.source.tables)
    if expands and desk.delivery.marker.period is None:
        return _nothing(
            masked(path.name), found(Reason.MAPPING, masked(path.name), what=NO_PERIOD), unread=hit.opened.rows or 0
        )
    opened = opened_as(path, hit.opened, hit.source)
    try:
        return read_rows(opened, hit.source, desk.within)
    except DeclarationError as error:
        if not hit.source.declared_in.endswith(PRIVATE):
            raise
        what = same(masked(str(error)))
        return _nothing(masked(path.name), found(Reason.MAPPING, masked(hit.source.declared_in), what=what))


def _of_file(name: str, tables: Sequence[tuple[Opened, Recognised | None]], told: Sequence[Fault]) -> list[Fault]:
    """Say what is wrong with a file beside its rows: nothing that is known in it, or sheets that are not."""
    unknown = [opened for opened, hit in tables if not hit]
    if len(unknown) < len(tables):
        filled = [opened for opened in unknown if opened.rows]
        return [found(Reason.EXTRA_SHEET, masked(name), count=len(filled))] if filled else []
    faults = [fault for opened in unknown for fault in opened.faults if fault not in told]
    if worst(faults) is not Severity.REFUSE:
        faults.append(found(Reason.UNKNOWN_FILE, masked(name), what=NO_SOURCE))
    return faults


def _refused(rows: FileRows) -> FileRows:
    entries = tuple(replace(one, accepted=0, set_aside=0, refused=one.delivered) for one in rows.entries)
    return replace(rows, parts=(), entries=entries)


def _nothing(file: str, *faults: Fault, unread: int = 0) -> FileRows:
    entries = (Entry(file, "", unread, 0, 0, unread),) if unread else ()
    return FileRows(file, "", (), entries, faults)
