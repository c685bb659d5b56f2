"""What a source says against its tables or against itself: whatever would go wrong only once rows are read is told here."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.declared.grammar import ColumnRule, RowForm, TableMap, Transform
from gm_workbench.intake.declared.limits import LIMITS
from gm_workbench.intake.declared.sources import FixedShape, Source
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.schemas import Column, Kind

_MONTHS = frozenset({Kind.MONTH, Kind.MAYBE_MONTH})
_NUMBERS = frozenset({Kind.WHOLE, Kind.NUMBER})
_FILLS: Mapping[Transform, frozenset[Kind]] = {
    Transform.IDENTIFIER: frozenset({Kind.PSEUDONYM}),
    Transform.KEY: frozenset({Kind.PSEUDONYM}),
    Transform.CODE: frozenset({Kind.CATEGORY, Kind.TEXT}),
    Transform.DATE: _MONTHS,
    Transform.YEAR: _MONTHS,
    Transform.MONTH_NUMBER: _MONTHS,
    Transform.BIRTH_DATE: frozenset({Kind.WHOLE}),
    Transform.BIRTH_YEAR: frozenset({Kind.WHOLE}),
    Transform.DAYS: _NUMBERS,
    Transform.DECIMAL: frozenset({Kind.NUMBER}),
    Transform.WHOLE: _NUMBERS,
    Transform.TEXT: frozenset({Kind.TEXT}),
    Transform.PLACE: frozenset({Kind.TEXT}),
    Transform.IGNORED: frozenset(),
}
"""Which columns each reading can fill."""

_RESERVED = ("person", "rin")
_ASKED = ("instrument", "item", "answer")
_SPLITS = ("{month}", "{year}", "{wave}")


def contradictions(source: Source) -> Iterator[str]:
    """List what a source says against its tables or itself, in words for whoever wrote it."""
    yield from _of_shape(source)
    if sum(map(source.file.count, _SPLITS)) > 1:
        yield f"file must have at most one of {', '.join(_SPLITS)}"
    for table in source.tables:
        name = table.table.name
        yield from (f"table {name}: {problem}" for problem in (*_of_rows(table, source), *_of_headers(table, source)))
        for rule in table.columns.values():
            where = f"table {name}: column {rule.column or rule.headers[0]}"
            yield from (f"{where} {problem}" for problem in _of_column(rule, table, source))


def _of_shape(source: Source) -> Iterator[str]:
    if not isinstance(source.shape, FixedShape):
        return
    if len(source.shape.fields) > LIMITS.columns:
        yield f"fixed.fields must be at most {LIMITS.columns}"
    try:
        re.compile(source.shape.recognised_by)
    except (re.error, OverflowError, RecursionError):
        yield "fixed.recognised_by must be a regular expression, as in '^2024'"


def _of_rows(table: TableMap, source: Source) -> Iterator[str]:
    rows, names = table.rows, table.table.column_names()
    asked = rows.form in (RowForm.WIDE_ITEMS, RowForm.LONG_ITEMS)
    checks = (
        (len(rows.month) > 2, "rows.month must be the header of the month, or of its year and its number"),
        (rows.form is RowForm.EXPAND_MONTHS and "month" not in names, "it has no month, so rows cannot be expanded to months"),
        (asked and not set(_ASKED) <= set(names), "it is no questionnaire, so it has no items"),
        (rows.form is RowForm.LONG_ITEMS and not rows.answer, "rows.answer is missing; it must be the header of the answers"),
        ("person" in rows.one_per and source.person is None, "rows.one_per names person, but no person is declared"),
    )
    yield from (text for wrong, text in checks if wrong)
    if rows.form is RowForm.EXPAND_MONTHS:
        needed = [name for name in ("end", "end_reason") if name in table.columns and not table.table.column(name).nullable]
        yield from (f"column {name} may not be empty, and in expanded months it is" for name in needed)


def _of_headers(table: TableMap, source: Source) -> Iterator[str]:
    """Numbers of persons are gone before anything else is read, and a second person's columns are laid below the first's."""
    person, rows = source.person, table.rows
    if person is None:
        return
    read = {header for rule in table.columns.values() if rule.transform is not Transform.IDENTIFIER for header in rule.headers}
    read |= {*rows.month, rows.start, rows.end, *rows.one_per, rows.when, rows.item, rows.answer, *rows.add_up}
    read |= {rule.on for rule in table.columns.values()}
    gone = {person.number, person.client, person.also.number if person.also else ""} - {""}
    for header in sorted(read & gone):
        yield f"{header} holds numbers of persons, which are replaced before anything is read; say person"
    suffix = person.also.suffix if person.also else ""
    theirs = {person.also.header(header) for header in read} - {""} if person.also else set()
    for header in sorted(header for header in read if header in theirs or (suffix and header.endswith(suffix))):
        yield f"{header} is a column of the second person; name that of the first, and it is read for both"


def _of_column(rule: ColumnRule, table: TableMap, source: Source) -> Iterator[str]:
    column = table.table.column(rule.column) if rule.column else None
    if rule.constant is not None:
        yield from _of_constant(str(rule.constant), column)
        return
    ratio = rule.transform in (Transform.DAYS, Transform.DECIMAL)
    days = [day for day in (rule.until, rule.read_as) if day and not _is_day(day)]
    checks = (
        (column is not None and column.kind not in _FILLS[rule.transform], f"cannot be filled by as: {rule.transform}"),
        (rule.transform is Transform.TEXT and bool(column and column.allowed), "holds words of a list; say as: code"),
        (rule.transform is Transform.IDENTIFIER and source.person is None, "is as: identifier, but no person is declared"),
        (rule.transform is not Transform.KEY and len(rule.headers) > (2 if ratio else 1), "has too many headers"),
        (rule.transform is Transform.KEY and rule.domain in _RESERVED, f"must have another domain than {rule.domain}"),
        (rule.unit is not None and rule.transform is not Transform.DECIMAL, "has a unit, which only as: decimal converts"),
        (rule.unit is not None and not 0 < rule.unit.factor < math.inf, "must have a factor above 0"),
        (bool(days), "must have until and read_as written as yyyy-mm-dd"),
    )
    yield from (text for wrong, text in checks if wrong)


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2024-01-31") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _of_constant(value: str, column: Column | None) -> Iterator[str]:
    if column is None:
        yield "is constant and fills no column"
    elif column.kind is Kind.PSEUDONYM:
        yield "is a pseudonym, which cannot be constant"
    elif column.kind in _NUMBERS and not _is_number(value, column.kind):
        yield f"must be a {'whole ' if column.kind is Kind.WHOLE else ''}number"
    elif column.kind in _MONTHS and not _is_month(value):
        yield "must be a month, written as yyyy-mm"


def _is_number(text: str, kind: Kind) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and (kind is Kind.NUMBER or (value.is_integer() and abs(value) < 2**31))


def _is_month(text: str) -> bool:
    try:
        return month_index(text) > 0
    except DeclarationError:
        return False
