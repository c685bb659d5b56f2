"""The rows of a sheet that are of one table → that table's columns, checked, in one row for each of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gm_workbench.intake.declared.grammar import ColumnRule, RowForm, RowRule, Transform
from gm_workbench.intake.faults import found
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.amounts import number
from gm_workbench.intake.rows.checks import check_doubles, check_file_name, check_order, check_sense, key_of
from gm_workbench.intake.rows.columns import read_column
from gm_workbench.intake.rows.cut import check_waves
from gm_workbench.intake.rows.dates import month_of
from gm_workbench.intake.rows.desk import Desk
from gm_workbench.intake.rows.encode import Sheet
from gm_workbench.intake.rows.fields import Field, Words, mixed
from gm_workbench.intake.rows.findings import Findings
from gm_workbench.intake.rows.headers import ITEM
from gm_workbench.intake.rows.numbers import read_wholes
from gm_workbench.intake.rows.parts import Flags, Floats, UInt64s
from gm_workbench.intake.rows.reshape import Frame, add_up, expand_months, first_of, long_answers, wide_answers
from gm_workbench.intake.rows.spells import check_spells
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.instruments import Instrument

ASKED = ("instrument", "item", "answer")
_UNKNOWN_ITEM = "…"


def rows_of(sheet: Sheet, rule: RowRule) -> Sheet:
    """Keep the rows of a sheet that are of a table: where `when` is filled, and the first for each `one_per`."""
    kept = sheet.take(~sheet.cells[rule.when].empty) if rule.when else sheet
    return first_of(kept, rule.one_per) if rule.form is RowForm.ONE_PER else kept


def read_table(desk: Desk, file: str, period: Period, items: Mapping[str, Instrument]) -> Frame:
    """Read all columns of a table and give its rows; rows that are set aside are still among them, and marked."""
    _add_up(desk)
    frame = Frame(_fields(desk), np.arange(len(desk.sheet), dtype=np.int64))
    check_order(desk)
    check_sense(frame.fields, desk)
    check_waves(frame, desk)
    if desk.table.rows.form is RowForm.EXPAND_MONTHS:
        frame = _expanded(frame, desk, period)
    check_file_name(frame, desk, file)
    if desk.table.rows.add_up:
        frame = frame.take(np.flatnonzero(_firsts(desk, frame)))
    if desk.table.rows.form in (RowForm.WIDE_ITEMS, RowForm.LONG_ITEMS):
        _check_rows(frame, desk, tuple(name for name in desk.table.key if name not in ASKED))
        return _answers(frame, desk, items)
    _check_rows(frame, desk, desk.table.table.key)
    return frame


def _check_rows(frame: Frame, desk: Desk, key: tuple[str, ...]) -> None:
    """Look at keys and spells; a long questionnaire has its key with the item, which comes later."""
    usable = frame.take(np.flatnonzero(~desk.aside()[frame.row]))
    if desk.table.rows.form is not RowForm.LONG_ITEMS:
        check_doubles(usable, *key_of(usable, key), desk)
    check_spells(usable, desk)


def _fields(desk: Desk) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for rule in desk.table.columns.values():
        if rule.transform is Transform.IGNORED or not set(rule.headers) <= _there(rule, desk):
            continue
        field = read_column(rule, desk)
        if field is not None:
            fields[rule.column] = field
    months = desk.months()
    if "month" in desk.table.table.column_names() and "month" not in fields and desk.table.rows.month:
        desk.mark(Reason.MISSING_VALUE, _empty_months(desk), desk.table.rows.month[0])
        fields["month"] = months
    return fields


def _there(rule: ColumnRule, desk: Desk) -> set[str]:
    return set(rule.headers) if rule.transform is Transform.IDENTIFIER else set(desk.sheet.cells)


def _empty_months(desk: Desk) -> Flags:
    empty: Flags = np.logical_or.reduce([desk.sheet.cells[header].empty for header in desk.table.rows.month])
    return empty


def _expanded(frame: Frame, desk: Desk, period: Period) -> Frame:
    rows = desk.table.rows
    first = month_of(desk.days(rows.start))
    last = month_of(desk.days(rows.end)) if rows.end in desk.sheet.cells else np.full(len(first), np.nan)
    return expand_months(frame, np.where(desk.aside(), np.nan, first), last, period)


def _add_up(desk: Desk) -> None:
    """Sum what is to be summed over records of one key, before anything is made of it."""
    headers = desk.table.rows.add_up
    if not headers:
        return
    rules = {header: rule for rule in desk.table.columns.values() for header in rule.headers[:1]}
    numbers = {
        header: number(header, rules.get(header, ColumnRule("", (header,), Transform.DECIMAL)), desk) for header in headers
    }
    sums, first = add_up(_keys(desk), numbers)
    desk.summed.update(sums)
    desk.mark(Reason.ADDED_UP, ~first)


def _keys(desk: Desk) -> UInt64s:
    """Give the key of each record; what is wrong with it is noted when the columns are read in earnest."""
    quiet = replace(desk, findings=Findings("", desk.findings.rows))
    rules = [desk.table.columns[name] for name in desk.table.table.key if name in desk.table.columns]
    fields = [field for rule in rules for field in [read_column(rule, quiet)] if field is not None]
    return mixed([*fields, quiet.months()])


def _firsts(desk: Desk, frame: Frame) -> Flags:
    _, first = add_up(key_of(frame, desk.table.table.key)[0], {})
    return first


def _answers(frame: Frame, desk: Desk, items: Mapping[str, Instrument]) -> Frame:
    if desk.table.rows.form is RowForm.LONG_ITEMS:
        return _long(frame, desk, items)
    asked = {item: instrument for item, instrument in items.items() if item in desk.sheet.cells}
    return wide_answers(frame, {item: _scaled(item, instrument, desk) for item, instrument in asked.items()})


def _scaled(item: str, instrument: Instrument, desk: Desk) -> Floats:
    cells = desk.sheet.cells[item]
    typed = read_wholes(cells.texts)
    outside = typed.bad | (typed.values < instrument.low) | (typed.values > instrument.high)
    _scale(cells.spread(outside), item, instrument, desk)
    values: Floats = cells.spread(np.where(outside, np.nan, typed.values))
    return values


def _scale(rows: Flags, header: str, instrument: Instrument, desk: Desk) -> None:
    low, high = str(instrument.low), str(instrument.high)
    desk.mark(Reason.SCALE, rows, header, desk.sheet.cells[header], instrument=instrument.code, low=low, high=high)


def _long(frame: Frame, desk: Desk, items: Mapping[str, Instrument]) -> Frame:
    rows = desk.table.rows
    asked = desk.sheet.cells[rows.item]
    names = [text.upper() for text in asked.words]
    for name in sorted({name for name in names if name and name not in items}):
        shown = name if ITEM.fullmatch(name) else _UNKNOWN_ITEM
        desk.findings.add(found(Reason.ITEM, desk.findings.file, column=rows.item, item=shown))
    desk.mark(Reason.MISSING_VALUE, asked.empty, rows.item)
    position = np.array([at if name in items else -1 for at, name in enumerate(names)], dtype=np.int32)
    which = Words(tuple(names), asked.spread(position))
    return _unique(long_answers(frame, which, _long_values(which, desk, items)), desk)


def _long_values(which: Words, desk: Desk, items: Mapping[str, Instrument]) -> Floats:
    cells = desk.sheet.cells[desk.table.rows.answer]
    values = cells.spread(read_wholes(cells.texts).values)
    for code, instrument in {items[name].code: items[name] for name in which.words if name in items}.items():
        own = np.array([*(name in items and items[name].code == code for name in which.words), False])[which.index]
        bad = own & ~cells.empty & ~((values >= instrument.low) & (values <= instrument.high))
        _scale(bad, desk.table.rows.answer, instrument, desk)
        values = np.where(bad, np.nan, values)
    return values


def _unique(frame: Frame, desk: Desk) -> Frame:
    check_doubles(frame, *key_of(frame, desk.table.table.key), desk)
    return frame
