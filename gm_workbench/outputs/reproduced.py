"""How many values from outside come out: published ones and those of other software apart, and which do not, and why."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from gm_workbench.errors import OutputError
from gm_workbench.outputs.about import About, section_words
from gm_workbench.outputs.compared import Compared, data_sets
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Sentence, Shape, Slot
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.published_values import PublishedValue, PublishedValues
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import LANGUAGES, Text

NUMBER = "number"

PARTS = {
    "value": Text("", ""),
    "se": Text(": standaardfout", ": standard error"),
    "low": Text(": ondergrens 95 %", ": lower end 95%"),
    "high": Text(": bovengrens 95 %", ": upper end 95%"),
    "df": Text(": vrijheidsgraden", ": degrees of freedom"),
    "residual_df": Text(": waarnemingen min coëfficiënten", ": observations minus coefficients"),
}
ALL_EQUAL = Text(
    "Alle {published} gepubliceerde waarden komen uit, en alle {run} waarden van andere software.",
    "All {published} published values are reproduced, and all {run} values of other software.",
)
NEARLY_EQUAL = Text(
    "{equal} van de {published} gepubliceerde waarden komen uit, en alle {run} waarden van andere software.",
    "{equal} of the {published} published values are reproduced, and all {run} values of other software.",
)
SOME_OFF = Text(
    "Afwijkend: {published_off} van de {published} gepubliceerde waarden en {run_off} van de {run} waarden van andere "
    "software.",
    "Off: {published_off} of the {published} published values and {run_off} of the {run} values of other software.",
)
OFF_ARE = Text("Afwijkend: {names}.", "Off: {names}.")
NOT_LAST = Text(
    "Niet tot op het laatste cijfer: {name} ({source}). {reason}.", "Not to the last digit: {name} ({source}). {reason}."
)
COUNTED = {
    "published": Text("gepubliceerde waarden", "published values"),
    "equal": Text("gepubliceerd en gelijk tot op het laatste cijfer", "published and equal to the last digit"),
    "published_off": Text("gepubliceerd en afwijkend", "published and off"),
    "run": Text("waarden van andere software", "values of other software"),
    "run_off": Text("van andere software en afwijkend", "of other software and off"),
    "off": Text("afwijkend", "off"),
}


def answer(subjects: Sequence[Sequence[Compared]], values: PublishedValues, section: Section, about: About) -> Output:
    """Say how many values were reproduced, or how many are off: published ones and those of other software, each by itself.

    Raises
    ------
    OutputError
        When a declared value was not compared.
    """
    require_public(about)
    compared = list(chain.from_iterable(subjects))
    declared = {value.id for value in chain.from_iterable(values.values.values())}
    absent = sorted(declared - {one.published.id for one in compared})
    if absent:
        raise OutputError(f"Every declared value must be compared, but {len(absent)} are not: {', '.join(absent[:5])}.")
    counts = _counts(compared)
    text = SOME_OFF if counts["off"] else NEARLY_EQUAL if any(one.nearly for one in compared) else ALL_EQUAL
    said = Sentence(text, {name: Slot(name, NUMBER) for name in counts if f"{{{name}}}" in text.nl})
    words = section_words(
        section,
        about,
        role=Role.ANSWER,
        sentence=said,
        more=_exceptions(compared),
        caption=about.population,
        alt=said,
        shown_as=(Shape.WORDS,),
        labels=COUNTED,
        off=("off",) if counts["off"] else (),
    )
    persons = sum(one.persons for one in data_sets(compared))
    return Output(words, tuple(values_cell(row, count, persons) for row, count in counts.items()))


def _counts(compared: Sequence[Compared]) -> dict[str, int]:
    published = [one for one in compared if one.published.source.published]
    run = [one for one in compared if not one.published.source.published]
    return {
        "published": len(published),
        "equal": sum(not one.off and not one.nearly for one in published),
        "published_off": sum(one.off for one in published),
        "run": len(run),
        "run_off": sum(one.off for one in run),
        "off": sum(one.off for one in compared),
    }


def _exceptions(compared: Sequence[Compared]) -> tuple[Sentence, ...]:
    """Name what is off, and what is not reproduced to the last digit, with the reason for each of the latter."""
    off = [label(one.published) for one in compared if one.off]
    named = [OFF_ARE.format(names=Text(*("; ".join(name[at] for name in off) for at in LANGUAGES)))] if off else []
    near = [(one.published, one.published.wider) for one in compared if one.nearly and one.published.wider]
    why = [NOT_LAST.format(name=label(value), source=value.source.label, reason=reason) for value, reason in near]
    return tuple(Sentence(text) for text in (*named, *why))


def values_cell(row: str, count: int, persons: int) -> Cell:
    """Give a number of values, which is no number of persons: it stands over the persons in the data."""
    return Cell(row, NUMBER, Measure.ESTIMATE, persons, value=float(count), unit="values")


def require_public(about: About) -> None:
    """Refuse other data than public ones: these tables print more digits than a citizen's data may."""
    if about.kind is not DataKind.PUBLISHED:
        raise OutputError(f"Published values are compared on public data only, but got {about.kind} data.")


def label(value: PublishedValue) -> Text:
    """Name a value: what it is, and which part of it."""
    part = PARTS[value.part]
    return Text(value.what.nl + part.nl, value.what.en + part.en)
