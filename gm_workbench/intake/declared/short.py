"""The short form of a source: a layout (`data/codes/layouts/*.yml`), one table and its features in the order of the file."""

from __future__ import annotations

from pathlib import Path

from gm_workbench.intake.declared.checks import source_problems
from gm_workbench.intake.declared.grammar import (
    ColumnRule,
    Format,
    PersonKind,
    PersonRule,
    RowForm,
    RowRule,
    TableMap,
    Transform,
)
from gm_workbench.intake.declared.sources import Filling, Source
from gm_workbench.intake.declared.words import known_list, open_declaration, optional_text, pairs
from gm_workbench.vocabulary.declarations import Form, Status
from gm_workbench.vocabulary.tables import TABLES

_FILLINGS = ("place", "constant", "borrow", "sum", "product", "column")
_MONTH_PAIR = (Transform.YEAR, Transform.MONTH_NUMBER)
_ITEM_COLUMNS = ("instrument", "item")


def short_form(path: Path, codes: Path) -> Source:
    """Read a layout.

    Raises
    ------
    DeclarationError
        If it is malformed; every fault is listed.
    """
    form = open_declaration(path)
    table = TABLES[form.one_of("table", tuple(TABLES))]
    entries = [
        (_rule(entry := Form(raw, f"features[{at}]", form.faults), codes), _filling(entry))
        for at, raw in enumerate(form.list("features"), start=1)
    ]
    for rule in _ratios(form):
        entries.append((rule, None))
    rules = [rule for rule, _ in entries]
    wide = form.has("items") and form.flag("items")
    source = Source(
        name=path.stem,
        status=Status(form.one_of("status", tuple(Status))),
        source=form.text("source"),
        declared_in=f"data/codes/layouts/{path.name}",
        format=Format.TEXT,
        file=form.text("file"),
        recognised_by=form.words("recognised_by"),
        tables=(TableMap(table, _rows(rules, wide), {_name(rule): rule for rule in rules}, _key(table.key, wide)),),
        person=_person(rules),
        ignore=tuple(rule.headers[0] for rule in rules if rule.transform is Transform.IGNORED),
        separator=form.one_of("separator", (";", ",", "\t", "|")) if form.has("separator") else ";",
        encoding=form.one_of("encoding", ("utf-8-sig",)),
        may_be_empty=form.has("may_be_empty") and form.flag("may_be_empty"),
        fillings={rule.headers[0]: filling for rule, filling in entries if filling is not None},
    )
    form.faults.extend(source_problems(source, codes))
    form.finish(path)
    return source


def _name(rule: ColumnRule) -> str:
    return rule.column or f"#{rule.headers[0]}"


def _key(key: tuple[str, ...], wide: bool) -> tuple[str, ...]:
    return tuple(name for name in key if not (wide and name in _ITEM_COLUMNS))


def _rows(rules: list[ColumnRule], wide: bool) -> RowRule:
    month = tuple(rule.headers[0] for kind in _MONTH_PAIR for rule in rules if rule.transform is kind)
    return RowRule(form=RowForm.WIDE_ITEMS if wide else RowForm.AS_DELIVERED, month=month)


def _person(rules: list[ColumnRule]) -> PersonRule | None:
    numbers = [rule.headers[0] for rule in rules if rule.transform is Transform.IDENTIFIER]
    return PersonRule(numbers[0], PersonKind.BSN) if numbers else None


def _rule(form: Form, codes: Path) -> ColumnRule:
    listed = [name for key in ("codes", "later") for name in [optional_text(form, key)] if name]
    rule = ColumnRule(
        column=optional_text(form, "column"),
        headers=(form.text("header"),),
        transform=Transform(form.one_of("as", tuple(Transform))),
        domain=optional_text(form, "domain"),
        lists=tuple(known_list(form, name, codes) for name in listed),
        words=pairs(form, "words"),
        on=optional_text(form, "on"),
        until=optional_text(form, "until"),
        read_as=optional_text(form, "read_as"),
        empty=form.text("empty") if form.has("empty") else None,
        low=form.number("low") if form.has("low") else None,
        high=form.number("high") if form.has("high") else None,
        last_day=form.has("day") and form.one_of("day", ("first", "last")) == "last",
    )
    form.has("write")
    form.close()
    return rule


def _ratios(form: Form) -> list[ColumnRule]:
    if not form.has("ratios"):
        return []
    ratios = form.child("ratios")
    pairs_of = {str(column): ratios.words(str(column)) for column in ratios.content}
    for column, pair in pairs_of.items():
        if len(pair) != 2:
            ratios.fault(column, "must name two columns: what is divided, and by what")
    return [ColumnRule(column, pair, Transform.DECIMAL) for column, pair in pairs_of.items() if len(pair) == 2]


def _filling(form: Form) -> Filling | None:
    if not form.has("write"):
        return None
    write = form.child("write")
    how = next((how for how in _FILLINGS if write.has(how)), "")
    if not how:
        write.fault("", f"must have one of {', '.join(_FILLINGS)}")
    content = write.content.get(how)
    of = tuple(map(str, content)) if isinstance(content, list) else (str(content),)
    words = pairs(write, "words") if write.has("words") else None
    filling = Filling(how, of, words, optional_text(write, "otherwise"))
    write.close()
    return filling
