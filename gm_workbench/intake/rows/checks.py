"""Rules about rows beside each other and about the file as a whole: keys, order of days, name of the file, its labels."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from gm_workbench.intake.declared.grammar import ColumnRule, Read, Transform
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.faults import found
from gm_workbench.intake.reading.opened import Opened
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.codes import fold
from gm_workbench.intake.rows.desk import Desk
from gm_workbench.intake.rows.encode import Sheet
from gm_workbench.intake.rows.fields import Field, Words, each_once, known, mixed
from gm_workbench.intake.rows.findings import ALL_TABLES, Findings
from gm_workbench.intake.rows.parts import Flags, Floats, UInt64s
from gm_workbench.intake.rows.persons import holds_number
from gm_workbench.intake.rows.reshape import Frame
from gm_workbench.vocabulary.calendar import month_code
from gm_workbench.vocabulary.text import Text

SPLITS = {"month": r"(?P<month>\d{6})", "year": r"(?P<year>\d{4})", "wave": r"(?P<wave>[A-Z]\d{1,2})"}
_SPLIT_WORDS = {"month": Text("de maand", "month"), "year": Text("het jaar", "year"), "wave": Text("de meting", "wave")}


def named(source: Source, file: str) -> tuple[str, str]:
    """Give what the name of a file tells (month, year or wave) and what it says of it; nothing when it says none."""
    pattern = re.escape(source.file)
    for name, expression in SPLITS.items():
        pattern = pattern.replace(re.escape(f"{{{name}}}"), expression)
    match = re.fullmatch(pattern, file, re.IGNORECASE) if source.file else None
    return next(((name, text) for name, text in match.groupdict().items()), ("", "")) if match else ("", "")


def check_file_name(frame: Frame, desk: Desk, file: str) -> None:
    """Hold what the name of the file says against its rows."""
    split, said = named(desk.source, file)
    field = frame.fields.get("wave" if split == "wave" else "month")
    if not split or field is None:
        return
    rows = frame.row[known(field) & _unlike(field, split, said)]
    desk.mark(Reason.FILE_NAME, _at(rows, desk), _header_of(split, desk), split=_SPLIT_WORDS[split])


def _header_of(split: str, desk: Desk) -> str:
    """Give the column that says what the name of the file says too."""
    wave, months = desk.table.columns.get("wave"), desk.table.rows.month
    headers = (wave.headers if wave else ()) if split == "wave" else months[:1] if split == "year" else months[-1:]
    return next(iter(headers), "")


def _unlike(field: Field, split: str, said: str) -> Flags:
    if isinstance(field, Words):
        return np.array([*(word.upper() != said.upper() for word in field.words), False])[field.index]
    if isinstance(field, np.ndarray):
        months = np.where(known(field), field, 0).astype(np.int64)
        alike = {
            month: month_code(month).replace("-", "")[: 4 if split == "year" else 6] == said
            for month in each_once(months).tolist()
        }
        same = [month for month, is_said in alike.items() if is_said]
        return ~np.isin(months, same)
    return np.zeros(len(field.index), dtype=bool)


def _at(rows: np.ndarray, desk: Desk) -> Flags:
    marked = np.zeros(len(desk.sheet), dtype=bool)
    marked[rows] = True
    return marked


def check_order(desk: Desk) -> None:
    """Mark rows that end before they start, to the day."""
    columns = desk.table.columns
    start, end = (columns.get(name) for name in ("start", "end"))
    if start is None or end is None or Transform.DATE not in (start.transform, end.transform):
        return
    if not start.headers or not end.headers:
        return
    before = desk.days(end.headers[0]) < desk.days(start.headers[0])
    desk.mark(Reason.ORDER, before, end.headers[0], desk.cells(end), start=start.headers[0])


YOUNGEST, OLDEST = 13, 110
"""Years of age in the month of a row: who is thirteen may work (Arbeidstijdenwet); the other end is assumed."""

_MONTH_OF_ROW = Text("de maand van de rij", "the month of the row")


def check_sense(fields: Mapping[str, Field], desk: Desk) -> None:
    """Mark rows about a month before their own start, and persons who cannot be of their age in that month."""
    months, start, born = (_numbers(name, fields, desk) for name in ("month", "start", "birth_year"))
    rules = desk.table.columns
    if "start" in fields and rules["start"].headers:
        header = rules["start"].headers[0]
        desk.mark(Reason.BOUNDS, start > months, header, desk.sheet.cells[header], low="…", high=_MONTH_OF_ROW)
    if "birth_year" in fields and rules["birth_year"].headers:
        header = rules["birth_year"].headers[0]
        latest = np.nanmax(start, initial=-np.inf)  # rows without a month may have begun long before this person came in
        age = np.floor(np.where(np.isnan(months), latest, months) / 12) - born
        strange = np.isfinite(age) & ((age < YOUNGEST) | (age > OLDEST))
        desk.mark(Reason.BOUNDS, strange, header, low=_ago(OLDEST), high=_ago(YOUNGEST))


def _numbers(name: str, fields: Mapping[str, Field], desk: Desk) -> Floats:
    field = fields.get(name)
    return field if isinstance(field, np.ndarray) else np.full(len(desk.sheet), np.nan)


def _ago(years: int) -> Text:
    return Text(f"{years} jaar voor de rij", f"{years} years before the row")


def key_of(frame: Frame, key: tuple[str, ...]) -> tuple[UInt64s, Flags]:
    """Give a whole number for the key of each row, and which rows have all of it."""
    fields = [frame.fields[name] for name in key if name in frame.fields]
    if not fields:
        return np.arange(len(frame), dtype=np.uint64), np.ones(len(frame), dtype=bool)
    return mixed(fields), np.logical_and.reduce([known(field) for field in fields])


def check_doubles(frame: Frame, keys: UInt64s, complete: Flags, desk: Desk) -> None:
    """Mark rows that have the key of an earlier one."""
    twice = pd.Series(keys).duplicated().to_numpy() & complete
    headers = [header for name in desk.table.key if name in desk.table.columns for header in desk.table.columns[name].headers]
    desk.mark(Reason.DUPLICATE, _at(frame.row[twice], desk), "", key=" + ".join(headers) or " + ".join(desk.table.key))


def check_labels(
    opened: Opened, source: Source, headers: Mapping[str, str], lists: Mapping[str, Mapping[str, str]], findings: Findings
) -> None:
    """Refuse a file whose own value labels say of a code what the list says of another code."""
    if not opened.labels:
        return
    for rule in (rule for table in source.tables for rule in table.columns.values()):
        labels = opened.labels.get(headers.get(rule.headers[0], ""), {}) if rule.headers else {}
        for name in rule.lists if rule.read is Read.CODE else ():
            _check_labels(labels, name, lists[name], rule, findings)


def _check_labels(labels: object, name: str, listed: Mapping[str, str], rule: ColumnRule, findings: Findings) -> None:
    of_label = {fold(label): code for code, label in listed.items()}
    pairs = dict(labels).items() if isinstance(labels, dict) else ()
    wrong = [code for code, label in pairs if of_label.get(fold(label), code) != code and code in listed]
    if wrong:
        fault = found(Reason.LABELS, findings.file, column=rule.headers[0], list=name, allowed=", ".join(sorted(wrong)[:3]))
        findings.add(fault)


def scan_ignored(sheet: Sheet, headers: list[str], findings: Findings) -> None:
    """Note columns that nobody reads and that hold numbers of persons; the text itself goes no further."""
    for header in headers:
        cells = sheet.cells[header]
        findings.mark(Reason.FREE_TEXT, sheet, cells.spread(holds_number(cells.texts)), ALL_TABLES, header)
