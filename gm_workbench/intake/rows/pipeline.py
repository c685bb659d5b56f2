"""One opened file → parts of tables, faults, and where each row went. Numbers of persons are replaced before anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from gm_workbench.intake.declared.grammar import RowForm, TableMap
from gm_workbench.intake.declared.limits import LIMITS, Limits
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.faults import found, masked, refusing
from gm_workbench.intake.reading.opened import Opened
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.rowledger import Entry
from gm_workbench.intake.rows.books import Codebooks
from gm_workbench.intake.rows.bridge import Bridge
from gm_workbench.intake.rows.checks import check_labels, scan_ignored
from gm_workbench.intake.rows.cut import cut
from gm_workbench.intake.rows.desk import Desk, Setting
from gm_workbench.intake.rows.encode import Sheet, gather
from gm_workbench.intake.rows.findings import ALL_TABLES, Findings
from gm_workbench.intake.rows.headers import check_headers, choose, may_repeat, not_shared
from gm_workbench.intake.rows.parts import FileRows, Flags, Part
from gm_workbench.intake.rows.persons import Keyring, learn_bridge, replace_numbers
from gm_workbench.intake.rows.reshape import Frame, unpivot_persons
from gm_workbench.intake.rows.tables import read_table, rows_of
from gm_workbench.intake.rows.tidy import tidy
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.instruments import Instrument, instruments
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text

_NOT_SHARED = Text(
    "{column} is van niemand gelezen: de tweede persoon heeft er geen eigen kolom voor; noem die in also",
    "{column} was read of nobody: the second person has no column of their own for it; name it in also",
)


@dataclass(frozen=True)
class Within:
    """Where a file is read: of which place and kind, for which months, with which codes, pseudonyms, bridge and limits.

    `period` bounds only what is expanded to months. Files that are bridges are read first, because `bridge` learns from them.
    The questionnaires are read once for all files.
    """

    place: Place
    kind: DataKind
    period: Period
    codes: Path
    books: Codebooks
    bridge: Bridge = field(default_factory=Bridge)
    limits: Limits = LIMITS

    @cached_property
    def items(self) -> Mapping[str, Instrument]:
        """Give each item of a declared questionnaire with its instrument."""
        every = instruments(self.codes / "instruments").values()
        return {item: instrument for instrument in every for item in instrument.items}

    def setting(self) -> Setting:
        """Give what the rules of a column need of it."""
        return Setting(self.place, self.kind, self.codes, self.books)


@dataclass(frozen=True, slots=True)
class _Read:
    """One table that was read: its rows, which of the file's rows are of it, and the desk that it was read on."""

    table: TableMap
    frame: Frame
    sheet: Sheet
    of_table: Flags


def read_rows(opened: Opened, source: Source, within: Within) -> FileRows:
    """Read the rows of one opened file by the rules of its source.

    Parameters
    ----------
    opened : Opened
        Headers and batches of text. Its batches are taken once.
    source : Source
        What the columns mean.
    within : Within
        Place, kind, period, codes, and the pseudonyms made so far (it learns new ones, and a bridge what it links).

    Returns
    -------
    FileRows
        One entry for each table, in rows of the file. No parts when the file is refused, and every fault in any case: that
        of too many rows is marked `whole`.

    Raises
    ------
    DeclarationError
        If source, lists and schema contradict each other. Never for what stands in a file.
    """
    findings = Findings(masked(opened.name), opened.rows or 0, list(opened.faults))
    needs_items = any(table.rows.form in (RowForm.WIDE_ITEMS, RowForm.LONG_ITEMS) for table in source.tables)
    items = within.items if needs_items else {}
    chosen = choose(opened, source, items)
    if not findings.refused():
        check_headers(chosen, source, findings)
    if findings.refused():
        return _refused(source, findings, findings.rows)
    check_labels(opened, source, chosen.of, _listed(source, within), findings)
    wanted = {**chosen.of, **chosen.items}
    sheet = gather(opened.batches(list(dict.fromkeys(wanted.values()))), wanted, source.empty, may_repeat(source))
    sheet = tidy(sheet, source, wanted, chosen.items, findings)
    late = [fault for fault in opened.late if fault not in findings.faults]
    findings.faults += late
    skipped = [fault for fault in (*opened.faults, *late) if fault.severity is Severity.SET_ASIDE]
    skipped += [fault for fault in late if fault.reason is Reason.TRUNCATED]
    lost = sum(fault.count for fault in skipped)
    return _read_sheet(sheet, source, within, findings, items, lost)


def _read_sheet(
    sheet: Sheet, source: Source, within: Within, findings: Findings, items: Mapping[str, Instrument], lost: int
) -> FileRows:
    if not sheet.delivered and not lost and not source.may_be_empty and not findings.refused():
        findings.add(found(Reason.EMPTY, findings.file))
    source = _without_what_is_not_shared(sheet, source, findings)
    sheet = _with_persons(sheet, source, within, findings)
    scan_ignored(sheet, [header for header in source.ignore if header in sheet.cells], findings)
    read = [_read_one(table, sheet, source, within, findings, items) for table in source.tables]
    entries = [_entry(one, findings, lost) for one in read]
    if not source.tables:
        entries = [Entry(findings.file, "", sheet.delivered + lost, *_bridge_counts(sheet, findings, lost))]
    _refuse_too_many(entries, findings, within.limits)
    if findings.refused():
        refused = [Entry(one.file, one.table, one.delivered, 0, 0, one.delivered) for one in entries]
        return FileRows(findings.file, source.name, (), tuple(refused), tuple(findings.faults))
    parts = [part for one in read for part in _parts(one, findings)]
    return FileRows(findings.file, source.name, tuple(parts), tuple(entries), tuple(findings.faults))


def _refused(source: Source, findings: Findings, rows: int) -> FileRows:
    entries = [Entry(findings.file, table.table.name, rows, 0, 0, rows) for table in source.tables]
    return FileRows(findings.file, source.name, (), tuple(entries), tuple(findings.faults))


def _listed(source: Source, within: Within) -> dict[str, dict[str, str]]:
    names = {name for table in source.tables for rule in table.columns.values() for name in rule.lists}
    lists = within.setting().lists(sorted(names))
    return {one.name: {entry.code: entry.label.nl for entry in one.codes if entry.code} for one in lists}


def _with_persons(sheet: Sheet, source: Source, within: Within, findings: Findings) -> Sheet:
    """Replace the columns of numbers by pseudonyms; two persons in a row become two rows."""
    rule = source.person
    if rule is None:
        return sheet
    ring = Keyring(within.kind, within.books, within.bridge)
    if rule.client:
        learn_bridge(sheet, rule, ring, findings)
        return sheet.without([rule.number, rule.client])
    first = replace_numbers(sheet, rule, rule.number, ring, findings)
    findings.mark(Reason.MISSING_VALUE, sheet, sheet.cells[rule.number].empty, header=rule.number)
    also = rule.also
    if also is None or also.number not in sheet.cells:
        return replace(sheet.without([rule.number]), persons=first)
    second = replace_numbers(sheet, rule, also.number, ring, findings)
    return unpivot_persons(sheet.without([rule.number, also.number]), first, second, also)


def _without_what_is_not_shared(sheet: Sheet, source: Source, findings: Findings) -> Source:
    """Leave out what the second person of a row lacks and cannot have from the first, rather than invent it."""
    also = source.person.also if source.person else None
    if also is None or also.number not in sheet.cells or sheet.cells[also.number].empty.all():
        return source
    lost = {column: header for column, header in not_shared(source) if header in sheet.cells}
    lost = {column: header for column, header in lost.items() if also.header(header) not in sheet.cells}
    for column, header in lost.items():
        two = ~sheet.cells[also.number].empty
        findings.mark(Reason.REPAIRED, sheet, two, ALL_TABLES, header, what=_NOT_SHARED.format(column=column))
    return replace(source, tables=tuple(_without(table, lost) for table in source.tables))


def _without(table: TableMap, columns: Mapping[str, str]) -> TableMap:
    return replace(table, columns={name: rule for name, rule in table.columns.items() if name not in columns})


def _read_one(
    table: TableMap, sheet: Sheet, source: Source, within: Within, findings: Findings, items: Mapping[str, Instrument]
) -> _Read:
    own = rows_of(sheet, table.rows)
    desk = Desk(own, source, table, within.setting(), findings)
    frame = read_table(desk, findings.file, within.period, items)
    return _Read(table, frame, own, own.of_file(np.ones(len(own), dtype=bool)))


def _entry(read: _Read, findings: Findings, lost: int) -> Entry:
    delivered = int(read.of_table.sum())
    aside = int((findings.marks(read.table.table.name).any_of() & read.of_table).sum())
    return Entry(findings.file, read.table.table.name, delivered + lost, delivered - aside, aside + lost, 0)


def _bridge_counts(sheet: Sheet, findings: Findings, lost: int) -> tuple[int, int, int]:
    aside = int(findings.marks("").any_of().sum())
    return sheet.delivered - aside, aside + lost, 0


def _refuse_too_many(entries: Sequence[Entry], findings: Findings, limits: Limits) -> None:
    """Refuse the file when too many rows of a table are set aside: its most frequent fault becomes the reason."""
    aside = [fault for fault in findings.faults if fault.severity is Severity.SET_ASIDE]
    if not aside or not any(limits.too_many_aside(one.set_aside, one.delivered) for one in entries):
        return
    worst = max(aside, key=lambda fault: fault.count)
    findings.faults = [refusing(fault) if fault is worst else fault for fault in findings.faults]


def _parts(read: _Read, findings: Findings) -> list[Part]:
    """Give the accepted rows of a table in parts."""
    aside = findings.marks(read.table.table.name).any_of()
    kept = np.flatnonzero(~aside[read.sheet.origin[read.frame.row]])
    return cut(read.table, read.frame if len(kept) == len(read.frame) else read.frame.take(kept))
