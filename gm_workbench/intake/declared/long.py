"""The long form of a source: a mapping (in `data/codes/mappings`, or private beside a delivery), for several tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gm_workbench.intake.declared.checks import source_problems
from gm_workbench.intake.declared.columns import column_rule
from gm_workbench.intake.declared.grammar import (
    Format,
    NumberStyle,
    PersonKind,
    PersonRule,
    RowForm,
    RowRule,
    SecondPerson,
    TableMap,
    Transform,
)
from gm_workbench.intake.declared.sources import FixedShape, SheetShape, Source, XmlShape
from gm_workbench.intake.declared.words import open_declaration, optional_text, pairs, texts
from gm_workbench.vocabulary.declarations import Form, Status, source_fault
from gm_workbench.vocabulary.schemas import Table
from gm_workbench.vocabulary.tables import TABLES

DATES = ("jjjjmmdd", "dd-mm-jjjj", "jjjj-mm-dd")
DATE_WAYS = ("dd-mm-jjjj", "jjjj-mm-dd", "jjjjmmdd", "dd/mm/jjjj", "excel")
_FOLDS = ("case", "accents", "spaces")
_ENCODINGS = ("utf-8-sig", "utf-8", "cp1252")


def long_form(path: Path, codes: Path, others: Mapping[str, Source], declared_in: str) -> Source:
    """Read a mapping; `others` are the sources that it may be `like`.

    Raises
    ------
    DeclarationError
        If it is malformed; every fault is listed, with a hint where a name is nearly right.
    """
    form = open_declaration(path)
    model = _model(form, others)
    source = Source(
        name=form.text("source"),
        status=_status(form),
        source=_text(form, "documented_in", model.source if model else ""),
        declared_in=declared_in,
        format=Format(form.one_of("format", tuple(Format))) if form.has("format") else model.format if model else Format.TEXT,
        file=_text(form, "file", ""),
        recognised_by=texts(form, "recognised_by") or (model.recognised_by if model else ()),
        tables=(),
        person=_person(form) or (model.person if model else None),
        numbers=_numbers(form, model),
        dates=_dates(form) or (model.dates if model else DATES),
        empty=_empty(form) or (model.empty if model else ("",)),
        folds=_folds(form) if model is None or form.has("headers") else model.folds,
        ignore=texts(form, "ignore") or (model.ignore if model else ()),
        shape=_shape(form) or (model.shape if model else None),
        separator=form.one_of("separator", (";", ",", "\t", "|"))
        if form.has("separator")
        else model.separator
        if model
        else ";",
        encoding=form.one_of("encoding", _ENCODINGS) if form.has("encoding") else model.encoding if model else "utf-8-sig",
        may_be_empty=form.flag("may_be_empty") if form.has("may_be_empty") else model is not None and model.may_be_empty,
    )
    optional_text(form, "made_by")
    source = replace(source, tables=_tables(form, source, model, codes))
    form.faults.extend(source_problems(source, codes) if not form.faults else [])
    form.finish(path)
    return source


def _model(form: Form, others: Mapping[str, Source]) -> Source | None:
    return others[form.one_of("like", tuple(others))] if form.has("like") and others else None


def _text(form: Form, key: str, otherwise: str) -> str:
    return form.text(key) if form.has(key) else otherwise


def _numbers(form: Form, model: Source | None) -> NumberStyle:
    if form.has("numbers"):
        return NumberStyle(form.one_of("numbers", tuple(NumberStyle)))
    return model.numbers if model else NumberStyle.NL


def _status(form: Form) -> Status:
    status = form.one_of("status", tuple(Status))
    fault = source_fault(status, optional_text(form, "documented_in"))
    if fault and form.sound("status"):
        form.fault("documented_in", fault)
    return Status(status)


def _dates(form: Form) -> tuple[str, ...]:
    ways = texts(form, "dates")
    for way in ways:
        if way not in DATE_WAYS:
            form.fault("dates", f"must be ways of writing out of {', '.join(DATE_WAYS)} but got {way!r}")
    return ways


def _empty(form: Form) -> tuple[str, ...]:
    return tuple(dict.fromkeys(("", *form.words("empty")))) if form.has("empty") else ()


def _folds(form: Form) -> frozenset[str]:
    if not form.has("headers"):
        return frozenset(_FOLDS)
    headers = form.child("headers")
    kept = {name for name in _FOLDS if not headers.has(name) or headers.one_of(name, ("ignore", "count")) == "ignore"}
    headers.close()
    return frozenset(kept)


def _person(form: Form) -> PersonRule | None:
    if not form.has("person"):
        return None
    person = form.child("person")
    kind = person.content.get("kind")
    detail = person.child("kind").child("rin") if isinstance(kind, dict) else None
    rule = PersonRule(
        number=person.text("number"),
        kind=PersonKind.RIN if detail else PersonKind(person.one_of("kind", tuple(PersonKind))),
        system=optional_text(person, "system"),
        bridge=optional_text(person, "bridge"),
        type_header=detail.text("type") if detail else "",
        keep=detail.words("keep") if detail else (),
        also=_second(person),
        client=optional_text(person, "client"),
    )
    person.close()
    return rule


def _second(form: Form) -> SecondPerson | None:
    if not form.has("also"):
        return None
    also = form.child("also")
    # the blank before a suffix or behind a prefix counts
    suffix, prefix = (str(also.content.get(key) or "") if also.has(key) else "" for key in ("suffix", "prefix"))
    second = SecondPerson(also.text("number"), suffix, prefix, pairs(also, "own"))
    also.close()
    return second


def _shape(form: Form) -> XmlShape | FixedShape | SheetShape | None:
    if form.has("xml"):
        xml = form.child("xml")
        optional_text(xml, "namespaces")
        return _closed(xml, XmlShape(xml.text("row"), texts(xml, "keep")))
    if form.has("fixed"):
        fixed = form.child("fixed")
        encoding = optional_text(form, "encoding") or "cp1252"
        return _closed(fixed, FixedShape(fixed.whole("length", 1), fixed.text("recognised_by"), _fields(fixed), encoding))
    if form.has("xlsx"):
        sheet = form.child("xlsx")
        return _closed(
            sheet, SheetShape(optional_text(sheet, "sheet"), sheet.whole("header_row", 1) if sheet.has("header_row") else None)
        )
    return None


Shape = XmlShape | FixedShape | SheetShape


def _closed(form: Form, shape: Shape) -> Shape:
    form.close()
    return shape


def _fields(form: Form) -> dict[str, tuple[int, int]]:
    fields = form.child("fields")
    found = {str(name): fields.list(str(name)) for name in fields.content}
    for name, ends in found.items():
        if len(ends) != 2 or not all(type(end) is int for end in ends):
            fields.fault(name, "must be the first and the last position, as in [1, 4]")
    sound = {name: ends for name, ends in found.items() if fields.sound(name)}
    return {name: (int(str(first)), int(str(last))) for name, (first, last) in sound.items()}


def _tables(form: Form, source: Source, model: Source | None, codes: Path) -> tuple[TableMap, ...]:
    if not form.has("tables"):
        return model.tables if model else ()
    before = {table.table.name: table for table in model.tables} if model else {}
    found = form.children("tables")
    unknown = [name for name in found if name not in TABLES]
    for name in unknown:
        form.fault("tables", f"names table {name!r}, which is not there; there are: {', '.join(TABLES)}")
    maps = {
        name: _table(child, TABLES[name], source, before.get(name), codes) for name, child in found.items() if name in TABLES
    }
    return tuple({**before, **maps}.values())


def _table(form: Form, table: type[Table], source: Source, before: TableMap | None, codes: Path) -> TableMap:
    rows = _rows(form.child("rows")) if form.has("rows") else before.rows if before else RowRule()
    columns = dict(before.columns) if before else {}
    person = {"person": source.person.number} if source.person and "person" in table.column_names() else {}
    columns |= {name: column_rule(name, header, Transform.IDENTIFIER) for name, header in person.items() if name not in columns}
    children = form.children("columns") if form.has("columns") else {}
    columns |= {name: column_rule(name, child, None, codes) for name, child in children.items()}
    form.close()
    wide = rows.form is RowForm.WIDE_ITEMS
    return TableMap(table, rows, columns, tuple(name for name in table.key if not (wide and name in ("instrument", "item"))))


def _rows(form: Form) -> RowRule:
    rule = RowRule(
        form=_form(form),
        month=texts(form, "month"),
        start=optional_text(form, "from"),
        end=optional_text(form, "to"),
        one_per=texts(form, "one_per"),
        when=optional_text(form, "when"),
        item=optional_text(form, "item"),
        answer=optional_text(form, "answer"),
        add_up=texts(form, "add_up"),
    )
    if form.has("until"):
        form.one_of("until", ("delivered",))
    if rule.form is RowForm.EXPAND_MONTHS and not rule.start:
        form.fault("from", "is missing; it must be the header of the first day")
    form.close()
    return rule


def _form(form: Form) -> RowForm:
    if form.has("expand"):
        form.one_of("expand", ("months",))
        return RowForm.EXPAND_MONTHS
    if form.has("items"):
        form.one_of("items", ("wide",))
        return RowForm.WIDE_ITEMS
    if form.has("item"):
        return RowForm.LONG_ITEMS
    return RowForm.ONE_PER if form.has("one_per") else RowForm.AS_DELIVERED
