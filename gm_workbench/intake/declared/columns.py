"""One column of a mapping."""

from __future__ import annotations

from pathlib import Path

from gm_workbench.intake.declared.grammar import ColumnRule, Read, Transform, Unit
from gm_workbench.intake.declared.words import known_list, optional_text, pairs, texts
from gm_workbench.vocabulary.declarations import Form

UNITS = {
    ("euro per year", "euro per month"): 1 / 12,
    ("euro per four weeks", "euro per month"): 13 / 12,
    ("euro per week", "euro per month"): 52 / 12,
    ("cents", "euro"): 0.01,
    ("cents per month", "euro per month"): 0.01,
    ("minutes", "hours"): 1 / 60,
}
"""Conversions that need no figure from elsewhere; a year has 12 months, 13 times four weeks and 52 weeks (assumed)."""


def column_rule(name: str, given: Form | str, transform: Transform | None, codes: Path | None = None) -> ColumnRule:
    """Read what gives one column: a form of the mapping, or just a header."""
    if isinstance(given, str):
        return ColumnRule(name, (given,), transform or Transform.TEXT)
    rule = _constant(name, given) if given.has("constant") else _read(name, given, codes or Path())
    given.close()
    return rule


def _constant(name: str, form: Form) -> ColumnRule:
    value = form.value("constant")
    written = f"{value:g}" if isinstance(value, float | int) else value
    return ColumnRule(name, (), Transform.TEXT, constant=written, because=form.text("because"))


def _read(name: str, form: Form, codes: Path) -> ColumnRule:
    return ColumnRule(
        column=name,
        headers=texts(form, "from") or _missing(form),
        transform=Transform(form.one_of("as", tuple(Transform))),
        aliases=texts(form, "also_called"),
        domain=optional_text(form, "domain"),
        lists=tuple(known_list(form, listed, codes) for listed in texts(form, "list")),
        words=pairs(form, "words"),
        read=Read(form.one_of("read", tuple(Read))) if form.has("read") else Read.CODE,
        on=optional_text(form, "on"),
        until=optional_text(form, "until"),
        read_as=optional_text(form, "read_as"),
        unit=_unit(form),
        empty=form.text("empty") if form.has("empty") else None,
        low=form.number("low") if form.has("low") else None,
        high=form.number("high") if form.has("high") else None,
        last_day=form.has("day") and form.one_of("day", ("first", "last")) == "last",
    )


def _missing(form: Form) -> tuple[str, ...]:
    form.fault("from", "is missing; it must be a header, or a list of them")
    return ("",)


def _unit(form: Form) -> Unit | None:
    if not form.has("unit"):
        return None
    given, wanted = form.text("unit"), optional_text(form, "to")
    if form.has("factor"):
        return Unit(given, wanted, form.number("factor"))
    if not wanted:
        return None
    if (given, wanted) not in UNITS:
        known = "; ".join(f"{one} to {other}" for one, other in UNITS)
        form.fault("unit", f"cannot be made {wanted!r} from {given!r}; known: {known}; or give a factor")
    return Unit(given, wanted, UNITS.get((given, wanted), 1.0))
