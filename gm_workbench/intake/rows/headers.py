"""Which header of a file is which declared one, and what is missing, unknown or an item of a questionnaire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gm_workbench.intake.declared.grammar import ColumnRule, PersonKind, RowForm, TableMap, Transform
from gm_workbench.intake.declared.sources import Source
from gm_workbench.intake.faults import found
from gm_workbench.intake.reading.opened import Opened
from gm_workbench.intake.reading.recognise import folded
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.findings import Findings
from gm_workbench.vocabulary.text import Text

ITEM = re.compile(r"[A-Z]{2,4}_\d{1,2}")

_LOOSE = frozenset({Transform.DECIMAL, Transform.KEY, Transform.IDENTIFIER})
_AN_UNKNOWN_ONE = Text("(een kolom)", "(a column)")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The headers of one file: `of` by declared header, `items` by item of a questionnaire, `extra` what nobody knows.

    `twice` are declared headers and items that more than one column can be meant by; what is ignored anyway is not among them.
    """

    of: Mapping[str, str]
    items: Mapping[str, str]
    extra: tuple[str, ...]
    missing: tuple[str, ...]
    twice: tuple[str, ...] = ()


def choose(opened: Opened, source: Source, items: Iterable[str]) -> Chosen:
    """Find the declared headers in those of the file."""
    there: dict[str, str] = {}
    for header in opened.headers:
        there.setdefault(folded(header, source.folds), header)
    aliases = _aliases(source)
    of = {one: there[name] for one in aliases for name in [_first(aliases[one], there, source)] if name}
    wide = any(table.rows.form is RowForm.WIDE_ITEMS for table in source.tables)
    known = {item: item for item in items} if wide else {}
    asked = {header.upper(): header for header in opened.headers if header.upper() in known}
    extra = tuple(header for header in opened.headers if header not in of.values() and header not in asked.values())
    twice = _twice(opened, source, {**aliases, **{item: (item,) for item in known}})
    missing = tuple(header for header in needed(source) if header not in of and header not in twice)
    return Chosen(of, asked, extra, missing, twice)


def _twice(opened: Opened, source: Source, aliases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    times = Counter(folded(header, source.folds) for header in (*opened.headers, *opened.twice, *opened.twice))
    read = [one for one in aliases if one not in source.ignore]
    return tuple(one for one in read if any(times[folded(name, source.folds)] > 1 for name in aliases[one]))


def _first(names: Iterable[str], there: Mapping[str, str], source: Source) -> str:
    return next((key for name in names for key in [folded(name, source.folds)] if key in there), "")


def _aliases(source: Source) -> dict[str, tuple[str, ...]]:
    """Give each declared header with the other names that it has."""
    found_names: dict[str, tuple[str, ...]] = {header: (header,) for header in source.ignore}
    for table in source.tables:
        for header in _of_rows(table):
            found_names.setdefault(header, (header,))
        for rule in table.columns.values():
            if rule.on:
                found_names.setdefault(rule.on, (rule.on,))
            for header in rule.headers:
                more = rule.aliases if header == rule.headers[0] else ()
                found_names[header] = (*found_names.get(header, (header,)), *more)
    person = source.person
    if person is not None:
        second = (person.also.number,) if person.also else ()
        for header in filter(None, (person.number, person.type_header, person.client, *second)):
            found_names.setdefault(header, (header,))
        if person.also:
            own = {person.also.header(header) for header in found_names} - {""}
            found_names |= {header: (header,) for header in own if header not in found_names}
    return found_names


def _of_rows(table: TableMap) -> tuple[str, ...]:
    rows = table.rows
    per = (header for header in rows.one_per if header != "person")
    named = (*rows.month, rows.start, rows.end, *per, rows.when, rows.item, rows.answer, *rows.add_up)
    return tuple(header for header in named if header)


def needed(source: Source) -> tuple[str, ...]:
    """Give the headers without which a file cannot be read."""
    wanted = [header for table in source.tables for header in _of_rows(table)]
    wanted += [
        header for table in source.tables for rule in table.columns.values() if _needs(table, rule) for header in rule.headers
    ]
    person = source.person
    wanted += [person.number, *filter(None, [person.client])] if person is not None else []
    return tuple(dict.fromkeys(wanted))


def _needs(table: TableMap, rule: ColumnRule) -> bool:
    if rule.transform is Transform.IDENTIFIER or rule.constant is not None:
        return False
    if not rule.column:
        return rule.transform is Transform.PLACE
    return table.table.column(rule.column).required


def not_shared(source: Source) -> tuple[tuple[str, str], ...]:
    """Give the columns that two persons of one row need not have in common, with the header of the first person."""
    rules = [table.columns[name] for table in source.tables for name in ("sex", "birth_year") if name in table.columns]
    return tuple(dict.fromkeys((rule.column, header) for rule in rules for header in rule.headers[:1]))


def may_repeat(source: Source) -> frozenset[str]:
    """Give the headers of amounts, keys and numbers of persons: no rule counts their distinct texts, but of client numbers."""
    rules = [rule for table in source.tables for rule in table.columns.values()]
    loose = {header for rule in rules if rule.transform in _LOOSE for header in rule.headers}
    strict = {header for rule in rules if rule.transform not in _LOOSE for header in (*rule.headers, rule.on)}
    strict |= {header for table in source.tables for header in _of_rows(table)}
    person = source.person
    if person is not None:
        numbers = {person.number, person.also.number if person.also else person.number}
        loose, strict = (loose, strict | numbers) if person.kind is PersonKind.CLIENT else (loose | numbers, strict)
    return frozenset(loose - strict)


def check_headers(chosen: Chosen, source: Source, findings: Findings) -> None:
    """Note columns that are missing, there twice or not known, and what looks like an item of a questionnaire but is none."""
    wrong = (*chosen.missing, *chosen.twice)
    if wrong:
        listed = ", ".join(wrong)
        findings.add(
            found(Reason.COLUMNS, findings.file, line=1, count=len(wrong), columns=listed, declared=source.declared_in)
        )
    wide = any(table.rows.form is RowForm.WIDE_ITEMS for table in source.tables)
    strange = [header for header in chosen.extra if wide and ITEM.fullmatch(header.upper())]
    for header in strange:
        findings.add(found(Reason.ITEM, findings.file, line=1, item=header))
    if wide and not chosen.items and not strange:
        findings.add(found(Reason.ITEM, findings.file, line=1, item=_AN_UNKNOWN_ONE))
    unknown = len(chosen.extra) - len(strange)
    if unknown:
        findings.add(found(Reason.EXTRA_COLUMNS, findings.file, line=1, count=unknown))
