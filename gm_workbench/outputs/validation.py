"""Our numbers beside those from outside: what is off is red, in a word as well as in colour, and the answer counts it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from gm_workbench.outputs.about import About, section_words
from gm_workbench.outputs.cells import count_cell
from gm_workbench.outputs.compared import Compared, compare, data_sets
from gm_workbench.outputs.output import Cell, Measure, Output, Role, Sentence, Shape, Slot
from gm_workbench.outputs.reproduced import NUMBER, answer, label, require_public, values_cell
from gm_workbench.outputs.tables import NEAR
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.published_values import Known, PublishedValue
from gm_workbench.vocabulary.text import LANGUAGES, Text, same

__all__ = ["answer", "beside", "compare", "facts", "sets"]

COLUMNS = {
    "published": Text("van buiten", "from outside"),
    "recomputed": Text("herberekend", "recomputed"),
    "deviation": Text("afwijking", "deviation"),
    "tolerance": Text("speling", "tolerance"),
}
KNOWN = {
    Known.READ: Text("gelezen in de bron", "read in the source"),
    Known.RUN: Text("daarmee berekend", "run"),
    Known.MEMORY: Text("uit het geheugen", "from memory"),
}
# the guard takes a number before a word that ends in "men" for a number of persons, hence "(4 van 4)"
OF_THESE_EQUAL = Text("Alle waarden komen uit ({n} van {n}).", "All values are reproduced ({n} of {n}).")
OF_THESE_NEARLY = Text(
    "Alle andere waarden komen uit ({equal} van {n}); {nearly} niet tot op het laatste cijfer, en daar staat de reden bij.",
    "All other values are reproduced ({equal} of {n}); {nearly} not to the last digit, and there the reason is given.",
)
OF_THESE_ONE_OFF = Text("Niet alle waarden komen uit: 1 van {n} wijkt af.", "Not all values are reproduced: 1 of {n} is off.")
OF_THESE_OFF = Text(
    "Niet alle waarden komen uit: {off} van {n} wijken af.", "Not all values are reproduced: {off} of {n} are off."
)
CAPTION = Text(
    "Waarde van buiten, dezelfde waarde door de werkbank berekend, hun verschil, en hoe groot dat mag zijn: een halve eenheid "
    "van het laatste cijfer dat de bron geeft, of de speling van trekkingen als een waarde daaruit komt; is het meer, dan "
    "staat de reden erbij. Onder elke naam staat de bron en hoe het getal daaruit bekend is.",
    "Value from outside, the same value as the workbench calculates it, their difference, and how large that may be: half a "
    "unit of the last digit that the source gives, or that of draws where a value comes from draws; where it is more, the "
    "reason is given. Under each name stand the source and how the number in it is known.",
)
NOT_THERE = Text(
    "Wat de werkbank niet kon berekenen, heeft geen herberekende waarde en telt als afwijkend.",
    "What the workbench could not calculate has no recomputed value and counts as off.",
)


def beside(compared: Sequence[Compared], section: Section, about: About) -> Output:
    """Put the values of a subject beside each other, one row a value; a row that is off is marked."""
    require_public(about)
    off = tuple(one.published.id for one in compared if one.off)
    said, sources = Sentence(_count(compared)), _sources(compared)
    words = section_words(
        section,
        about,
        sentence=said,
        more=(Sentence(NOT_THERE),) if any(one.got is None for one in compared) else (),
        caption=Text(*(f"{CAPTION[at]} {sources[at]}" for at in LANGUAGES)),
        alt=said,
        labels={**COLUMNS, **{one.published.id: label(one.published) for one in compared}},
        row_title=Text("waarde", "value"),
        row_notes={one.published.id: _note(one.published) for one in compared},
        off=off,
        options={NEAR: tuple(one.published.id for one in compared if one.nearly)},
    )
    return Output(words, tuple(chain.from_iterable(_cells(one) for one in compared)))


def _count(compared: Sequence[Compared]) -> Text:
    n, off, nearly = len(compared), sum(one.off for one in compared), sum(one.nearly for one in compared)
    if off:
        return (OF_THESE_ONE_OFF if off == 1 else OF_THESE_OFF).format(n=str(n), off=str(off))
    return (OF_THESE_NEARLY if nearly else OF_THESE_EQUAL).format(n=str(n), equal=str(n - nearly), nearly=str(nearly))


def _note(value: PublishedValue) -> Text:
    known = KNOWN[value.source.known]
    return Text(*(f"{value.source.label}, {known[at]}{f'; {value.wider[at]}' if value.wider else ''}" for at in LANGUAGES))


def _sources(compared: Sequence[Compared]) -> Text:
    """Name the data, and write out each source once."""
    found = dict.fromkeys(one.published.source for one in compared)
    written = "; ".join(f"{source.label}: {source.text}" for source in found)
    data = ", ".join(one.name for one in data_sets(compared))
    return Text(f"Gegevens: {data}. Bronnen: {written}.", f"Data: {data}. Sources: {written}.")


def _cells(one: Compared) -> list[Cell]:
    value, finer = one.published, one.published.digits + 1
    numbers = [
        ("published", value.expected, value.digits),
        ("recomputed", one.got, finer),
        ("deviation", one.deviation, finer),
        ("tolerance", value.tolerance, finer),
    ]
    return [
        Cell(value.id, column, Measure.ESTIMATE, value.data.persons, value=number, unit="", digits=digits)
        for column, number, digits in numbers
        if number is not None
    ]


def facts(subjects: Sequence[Sequence[Compared]], section: Section, about: About) -> Output:
    """Put on tiles how many values there are, on how many sets, and how those from outside are known."""
    compared = list(chain.from_iterable(subjects))
    persons = sum(one.persons for one in data_sets(compared))
    known = [one.published.source.known for one in compared]
    counts = {"values": len(compared), "sets": len(data_sets(compared)), "subjects": len(subjects)}
    counts |= {str(kind): known.count(kind) for kind in Known if kind in known}
    said = Sentence(
        Text("Het gaat om {n} waarden uit {sets} gegevensbestanden.", "This is about {n} values from {sets} data sets."),
        {"n": Slot("values", NUMBER), "sets": Slot("sets", NUMBER)},
    )
    labels = {
        "values": Text("waarden van buiten", "values from outside"),
        "sets": Text("openbare gegevensbestanden", "public data sets"),
        "subjects": Text("onderwerpen", "subjects"),
        str(Known.READ): KNOWN[Known.READ],
        str(Known.RUN): Text("berekend met andere software", "calculated by other software"),
        str(Known.MEMORY): Text("uit het geheugen geciteerd", "quoted from memory"),
    }
    words = section_words(
        section,
        about,
        role=Role.FACTS,
        sentence=said,
        caption=about.population,
        alt=said,
        shown_as=(Shape.TILES,),
        labels=labels,
    )
    return Output(words, tuple(values_cell(row, count, persons) for row, count in counts.items()))


def sets(subjects: Sequence[Sequence[Compared]], section: Section, about: About) -> Output:
    """List the data sets: who is in each, and how many."""
    found = data_sets(list(chain.from_iterable(subjects)))
    said = Sentence(
        Text(
            "Elk bestand is gelijk aan dat waarvan het kenmerk is vastgelegd.",
            "Each set equals the one whose digest is on record.",
        )
    )
    words = section_words(
        section,
        about,
        role=Role.FLOW,
        sentence=said,
        caption=Text("Personen (of bedrijven, of staten) per bestand.", "Persons (or firms, or states) in each set."),
        alt=said,
        labels={"persons": Text("aantal", "number"), **{one.name: same(one.name) for one in found}},
        row_title=Text("bestand", "data set"),
        row_notes={one.name: one.title for one in found},
    )
    return Output(words, tuple(count_cell(one.name, "persons", one.persons) for one in found))
