"""What can be wrong with a source as a whole: columns that its tables have not, or that nothing gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gm_workbench.errors import did_you_mean
from gm_workbench.intake.declared.contradictions import contradictions
from gm_workbench.intake.declared.grammar import ColumnRule, PersonKind, Read, RowForm, TableMap, Transform
from gm_workbench.intake.declared.sources import FixedShape, Source
from gm_workbench.vocabulary.codes import code_list

_MADE = {
    RowForm.WIDE_ITEMS: ("instrument", "item", "answer"),
    RowForm.LONG_ITEMS: ("instrument", "item", "answer"),
    RowForm.EXPAND_MONTHS: ("month",),
}


def source_problems(source: Source, codes: Path) -> list[str]:
    """List what is wrong with a source, in words for whoever wrote it."""
    own = [*_whole(source), *(problem for table in source.tables for problem in _table(table, source, codes))]
    return own or list(contradictions(source))


def _whole(source: Source) -> Iterator[str]:
    headers = {header for table in source.tables for rule in table.columns.values() for header in rule.headers}
    if not source.recognised_by:
        yield "recognised_by must name a header"
    if isinstance(source.shape, FixedShape):
        headers |= set(source.shape.fields)
        outside = [name for name, (first, last) in source.shape.fields.items() if not 1 <= first <= last <= source.shape.length]
        if outside:
            yield f"fixed.fields lie outside the line: {', '.join(outside)}"
    if source.person is not None and source.person.kind is PersonKind.CLIENT and not source.person.system:
        yield "person.system is missing: client numbers of two systems are not the same"
    elif source.person is not None and source.person.client and not source.person.system:
        yield "person.system is missing: it says of which system the client numbers are"
    if not source.tables and (source.person is None or not source.person.client):
        yield "tables is missing; only a bridge (person.client) fills none"


def _table(table: TableMap, source: Source, codes: Path) -> Iterator[str]:
    names = table.table.column_names()
    strange = [rule.column for rule in table.columns.values() if rule.column and rule.column not in names]
    for column in strange:
        yield f"table {table.table.name} has no column {column!r}; it has {', '.join(names)}.{did_you_mean(column, names)}"
    absent = [name for name in names if table.table.column(name).required and not _given(name, table, source)]
    if absent:
        yield f"nothing gives these columns of table {table.table.name}: {', '.join(absent)}"
    for rule in table.columns.values():
        if rule.column not in strange:
            yield from _rule(rule, table, codes)


def _given(name: str, table: TableMap, source: Source) -> bool:
    if name in table.columns or name in _MADE.get(table.rows.form, ()):
        return True
    return (name == "month" and bool(table.rows.month)) or (name == "person" and source.person is not None)


def _rule(rule: ColumnRule, table: TableMap, codes: Path) -> Iterator[str]:
    where = f"column {rule.column or rule.headers[0]}"
    column = table.table.column(rule.column) if rule.column else None
    checks = (
        (rule.transform is Transform.CODE and not (rule.lists or rule.words or rule.constant), "needs a list or words"),
        (rule.transform is Transform.KEY and not rule.domain and rule.constant is None, "needs a domain"),
        (rule.transform is Transform.DAYS and len(rule.headers) != 2, "needs two headers: the later day and the earlier one"),
        (rule.constant is not None and not rule.because, "is constant and must say because of what"),
        (bool(rule.until) != bool(rule.read_as), "must have both until and read_as, or neither"),
    )
    yield from (f"{where} {text}" for wrong, text in checks if wrong)
    allowed = column.allowed if column is not None else ()
    outside = sorted(_words(rule, codes) - set(allowed)) if allowed else []
    if outside:
        yield f"{where} gives words that the table does not allow: {', '.join(outside)}"


def _words(rule: ColumnRule, codes: Path) -> set[str]:
    """Give the words that a rule says itself; a word that is a code of its list is read as what the list holds for it."""
    of_list = {entry.code: entry.word for name in rule.lists for entry in code_list(name, codes).codes if entry.code}
    said = set(rule.words.values())
    words = {of_list.get(word, word) for word in said} if rule.read is Read.LABEL else said
    return words | ({rule.constant} if rule.constant is not None else set())
