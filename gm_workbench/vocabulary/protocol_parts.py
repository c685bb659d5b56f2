"""The parts of a protocol: facts, time zero, estimands, sections and parameters, and how each is read from a declaration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from gm_workbench.errors import did_you_mean
from gm_workbench.vocabulary.declarations import Form, Status
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.vocabulary.text import Text

LOW_PAY_THRESHOLD = "low_pay_threshold"
PUBLISHED_VALUES = "published_values"
OUTSIDE_NEEDS = (LOW_PAY_THRESHOLD, PUBLISHED_VALUES)
"""What a section may need that no municipality delivers."""

ASKED = re.compile(r"answers:([A-Z]{3})")
"""What a section needs when it needs answers to one instrument."""

_KINDS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}


class Assignment(StrEnum):
    """How it was decided who would work in the new way."""

    RANDOMISED = "randomised"
    BY_CHOICE = "by_choice"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the study rests on, and how it is known."""

    value: str | float
    status: Status
    source: str


class ZeroEvent(StrEnum):
    """What a study counts time from."""

    INDEX_MONTH = "index_month"  # one month for everybody: the first introduction in the place, else a year into the period
    INTRODUCTION = "introduction"  # the person's own: when her coach, or the coach's team, began to work in the study's way
    SPELL_START = "spell_start"  # the first month of each spell
    FIRST_SICK_DAY = "first_sick_day"  # the month of the first sick day: who gets a measure late had to be sick that long


@dataclass(frozen=True, slots=True)
class TimeZero:
    """What a study counts time from, and how it is known that it does."""

    event: ZeroEvent
    status: Status
    source: str


NOT_DECLARED = TimeZero(ZeroEvent.INDEX_MONTH, Status.ASSUMED, "not said by the protocol; everybody from the index month")
"""Of a protocol without `time_zero`."""


@dataclass(frozen=True, slots=True)
class Estimand:
    """What is estimated: a contrast, in a population, at a horizon.

    `smallest_relevant` is the difference, in `unit`, below which nobody would act otherwise; it is the same in both directions.
    """

    name: str
    label: Text
    unit: str
    population: Text
    contrast: Text
    horizon_months: int
    smallest_relevant: Fact
    primary: bool


class Correction(StrEnum):
    """How intervals of several outcomes are made to hold together (`metrics.several.simultaneous`)."""

    HOLM = "holm"  # decides as often as can be; a proven outcome is known to differ from zero, not by how much at least
    BONFERRONI = "bonferroni"  # every interval by itself, equally wide: where sizes matter more than decisions


@dataclass(frozen=True, slots=True)
class Secondary:
    """An outcome beside the primary one, named before data are seen; `unit` is one of `SECONDARY_UNITS`."""

    name: str
    label: Text
    unit: str
    horizon_months: int


@dataclass(frozen=True, slots=True)
class Family:
    """The secondary outcomes of a study, whose intervals hold together; a study may have none."""

    outcomes: tuple[Secondary, ...] = ()
    correction: Correction = Correction.HOLM

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the outcomes, in the order declared."""
        return tuple(outcome.name for outcome in self.outcomes)


NO_FAMILY = Family()
"""Of a protocol without `secondary`."""

SECONDARY_UNITS = ("probability", "points", "months", "euro per month", "euro per hour", "percent")
"""What a secondary outcome may be counted in."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report: a question, what we are about to look at, and what it needs.

    A need is a table, `table.column`, `answers:CODE` (answers to that instrument), or one of `OUTSIDE_NEEDS`.
    """

    id: str
    heading: Text
    lead: Text
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a notebook parameter may be: its type, and its limits (both ends included) or its allowed values."""

    kind: str  # str, int, float
    low: float | None = None
    high: float | None = None
    allowed: tuple[str | float, ...] = ()


def parse_time_zero(form: Form) -> TimeZero:
    """Read what time is counted from."""
    event = ZeroEvent(form.one_of("value", tuple(ZeroEvent)))
    status, source = form.known_by()
    form.close()
    return TimeZero(event, status, source)


def parse_fact(form: Form) -> Fact:
    """Read something the study rests on, and how it is known."""
    status, source = form.known_by()
    fact = Fact(form.value("value"), status, source)
    form.close()
    return fact


def parse_labelled(form: Form) -> Text:
    """Read a label in both languages."""
    label = form.both("label")
    form.close()
    return label


def parse_estimand(name: str, form: Form) -> Estimand:
    """Read what is estimated."""
    estimand = Estimand(
        name=name,
        label=form.both("label"),
        unit=form.text("unit"),
        population=form.both("population"),
        contrast=form.both("contrast"),
        horizon_months=form.whole("horizon_months", least=0),
        smallest_relevant=_relevant(form.child("smallest_relevant")),
        primary=form.flag("primary"),
    )
    form.close()
    return estimand


def _relevant(form: Form) -> Fact:
    fact = parse_fact(form)
    if form.sound("value") and (isinstance(fact.value, str) or not 0 < fact.value < float("inf")):
        form.fault("value", f"must be a number above 0 but got {fact.value!r}")
    return fact


def parse_family(form: Form) -> Family:
    """Read the secondary outcomes, and how their intervals are made to hold together."""
    outcomes = tuple(_secondary(name, child) for name, child in form.children("outcomes").items())
    if not outcomes and form.sound("outcomes"):
        form.fault("outcomes", "must name at least one outcome")
    family = Family(outcomes, Correction(form.one_of("correction", tuple(Correction))))
    form.close()
    return family


def _secondary(name: str, form: Form) -> Secondary:
    unit, horizon = form.one_of("unit", SECONDARY_UNITS), form.whole("horizon_months", least=0)
    outcome = Secondary(name, form.both("label"), unit, horizon)
    form.close()
    return outcome


def parse_section(name: str, form: Form) -> Section:
    """Read a section; a need that nobody can meet is a fault."""
    section = Section(name, form.both("heading"), form.both("lead"), form.words("needs"))
    for need in section.needs:
        if fault := _need_fault(need):
            form.fault("needs", fault)
    form.close()
    return section


def _need_fault(need: str) -> str:
    if need in OUTSIDE_NEEDS or ASKED.fullmatch(need):
        return ""
    table, _, column = need.partition(".")
    if table not in TABLES:
        allowed = (*TABLES, *OUTSIDE_NEEDS)
        return f"must name a table ({', '.join(allowed)}) but got {need!r}.{did_you_mean(table, allowed)}"
    columns = TABLES[table].column_names()
    if column and column not in columns:
        return f"must name a column of {table} ({', '.join(columns)}) but got {need!r}.{did_you_mean(column, columns)}"
    return ""


def parse_bounds(form: Form) -> Bounds:
    """Read what a parameter may be."""
    kind = form.one_of("kind", tuple(_KINDS))
    low, high = (form.number(key) if form.has(key) else None for key in ("low", "high"))
    allowed = form.list("allowed") if form.has("allowed") else ()
    if low is not None and high is not None and low > high:
        form.fault("low", f"must not be above high but got {low} and {high}")
    fitting = tuple(value for value in allowed if isinstance(value, (str, int, float)) and _is(kind, value))
    if len(fitting) < len(allowed):
        form.fault("allowed", f"must hold values of type {kind} but got {', '.join(map(repr, allowed))}")
    form.close()
    return Bounds(kind, low, high, fitting)


def _is(kind: str, value: object) -> bool:
    return isinstance(value, _KINDS[kind]) and not isinstance(value, bool)
