"""Who a report is about: persons as a flow, and beside the rest of the caseload."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from gm_workbench.metrics.counts import CategoryCount, in_their_order
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import count_cell, share_cell
from gm_workbench.outputs.output import Candidate, Cell, Output, Role, Sentence, Shape, Slot, Sum
from gm_workbench.outputs.sentence import furthest
from gm_workbench.outputs.shortages import shortage
from gm_workbench.panel.ledger import Step
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

PERSONS = "persons"
ALL = "all"

FLOW = Text(
    "Van de {first} personen aan het begin bleven er {last} over.", "Of the {first} persons at the start {last} remained."
)
ONE_STEP = Text("Dit gaat over {first} personen.", "This is about {first} persons.")
NOBODY = Text(
    "In deze periode is niemand te volgen: de maand waarin het volgen begint valt erbuiten, of er was toen niemand.",
    "In this period there is nobody to follow: the month in which following begins lies outside it, or nobody was there then.",
)
FLOW_CAPTION = Text(
    "Van levering naar analyse: personen na elke stap, en waarom de anderen afvielen.",
    "From delivery to analysis: persons after each step, and why the others dropped out.",
)
PUBLISHED_CAPTION = Text(
    "Personen na elke stap, en waarom de anderen afvielen.", "Persons after each step, and why the others dropped out."
)
"""Public data were not delivered by anyone."""
EVERYBODY_CAPTION = Text("Iedereen in deze gegevens; niemand viel af.", "Everybody in these data; nobody dropped out.")

ALT_STEP = Text("{{{name}}} {label}", "{{{name}}} {label}")


def flow(steps: Sequence[Step], section: Section, about: About) -> Output:
    """Show the ledger: persons after each step.

    Rows are ``step_1``, ``step_2``, ... in the column ``persons``; the label of ``step_2_why`` says why the others dropped out.
    What a step lost is worked out from what may be shown. The population is that of the first step.
    """
    rows = [f"step_{place}" for place in range(1, len(steps) + 1)]
    cells = tuple(count_cell(row, PERSONS, step.persons_out) for row, step in zip(rows, steps, strict=True))
    labels = {row: step.label for row, step in zip(rows, steps, strict=True)}
    whys = {why_key(row): step.why for row, step in zip(rows[1:], steps[1:], strict=True)}
    slots = {"first": Slot(rows[0], PERSONS), "last": Slot(rows[-1], PERSONS)}
    words = section_words(
        section,
        about if about.kind is DataKind.PUBLISHED else replace(about, population=steps[0].label),
        role=Role.FLOW,
        sentence=_remained(steps, slots),
        caption=_flow_caption(about, len(rows)),
        alt=spoken(rows, labels),
        shown_as=(Shape.FLOW,),
        labels={**labels, **whys, PERSONS: Text("personen", "persons")},
    )
    return Output(words, cells)


def _remained(steps: Sequence[Step], slots: Mapping[str, Slot]) -> Sentence:
    """Say how many remained; of nobody, that there is nobody, where the guard lets a zero be seen."""
    if not steps[0].persons_out:
        return Sentence(NOBODY, slots)
    return Sentence(FLOW, slots) if len(steps) > 1 else Sentence(ONE_STEP, {"first": slots["first"]})


def _flow_caption(about: About, steps: int) -> Text:
    if about.kind is not DataKind.PUBLISHED:
        return FLOW_CAPTION
    return PUBLISHED_CAPTION if steps > 1 else EVERYBODY_CAPTION


def why_key(row: str) -> str:
    """Give the label key that says why persons dropped out at a step."""
    return f"{row}_why"


def spoken(rows: Sequence[str], labels: Mapping[str, Text]) -> Sentence:
    """Say a flow step by step, for who cannot see it."""
    parts = [ALT_STEP.format(name=row, label=labels[row]) for row in rows]
    return Sentence(
        Text(f"{'; daarna '.join(part.nl for part in parts)}.", f"{'; then '.join(part.en for part in parts)}."),
        {row: Slot(row, PERSONS) for row in rows},
    )


PROFILE = Text(
    "Het grootste verschil zit bij {characteristic} ({category}): {{a}} % bij {one}, tegen {{b}} % bij {other}.",
    "The largest difference is in {characteristic} ({category}): {{a}}% among {one}, against {{b}}% among {other}.",
)
PROFILE_OF_SHOWN = Text(
    "Van wat hier staat, is het verschil het grootst bij {characteristic} ({category}): {{a}} % bij {one}, tegen {{b}} % bij "
    "{other}.",
    "Of what is shown, the largest difference is in {characteristic} ({category}): {{a}}% among {one}, against {{b}}% among "
    "{other}.",
)
PROFILE_LABELS = {
    "mothers": Text("alleenstaande moeders", "single mothers"),
    "rest": Text("de rest van het bestand", "the rest of the caseload"),
    "age_band": Text("leeftijd", "age"),
    "duration_band": Text("maanden in de bijstand", "months on benefit"),
    "housing": Text("wonen", "housing"),
    "tenant": Text("huurder", "tenant"),
    "owner": Text("eigenaar", "owner"),
    "lodging": Text("inwonend of kostganger", "lodging"),
    "institution": Text("in een inrichting", "in an institution"),
    "homeless": Text("dak- of thuisloos", "homeless"),
    "no_fixed_address": Text("zonder vast adres", "no fixed address"),
    "exempt": Text("ontheffing van de arbeidsplicht", "exempt from the duty to work"),
    "works": Text("werk naast de uitkering", "work next to the benefit"),
    "household": Text("leefvorm", "household"),
    "single": Text("alleenstaand", "single"),
    "lone_parent": Text("alleenstaande ouder", "lone parent"),
    "couple": Text("gehuwd of samenwonend", "married or cohabiting"),
    "other": Text("overig", "other"),
    "sex": Text("geslacht", "sex"),
    "woman": Text("vrouw", "woman"),
    "man": Text("man", "man"),
    "True": Text("ja", "yes"),
    "False": Text("nee", "no"),
    "unknown": Text("onbekend", "unknown"),
}
"""Words for groups, characteristics and categories when none are given."""

PROFILE_CAPTION = Text(
    "Aandeel per kenmerk in procenten, binnen elke groep; onderaan het aantal personen.",
    "Share per characteristic in per cent, within each group; at the bottom the number of persons.",
)

NOT_QUOTED = Text(
    "Er wordt geen verschil tussen beide groepen genoemd: geen van de aandelen mag voor beide getoond worden.",
    "No difference between the two groups is named: none of the shares may be shown for both.",
)
"""Said when there is no share that is shown of both groups."""


def profile(
    counts: Sequence[CategoryCount],
    section: Section,
    about: About,
    *,
    labels: Mapping[str, Text] | None = None,
    sensitive: Collection[str] = (),
) -> Output:
    """Put two groups beside each other: the share of each category of each characteristic, and how many persons there are.

    Parameters
    ----------
    counts : sequence of CategoryCount
        As `metrics.counts.category_counts` gives them, for two groups.
    labels : mapping of str to Text
        Words that replace or add to `PROFILE_LABELS`; a category can be named as ``characteristic:category`` or alone.
    sensitive : collection of str
        Characteristics that are sensitive (illness, debt, exemption).
    """
    if not counts:
        return words_only(section, about, shortage(NotEnoughData("", "persons", 0, 1)))
    named = {**PROFILE_LABELS, **(labels or {})}
    groups = list(dict.fromkeys(count.group for count in counts))
    characteristics = list(dict.fromkeys(count.characteristic for count in counts))
    cells = [_share(count, count.characteristic in sensitive) for count in counts if count.total]
    totals = {count.group: count.total for count in counts}
    sentence = _largest(counts, groups, named)
    words = section_words(
        section,
        about,
        sentence=sentence,
        caption=PROFILE_CAPTION,
        alt=sentence,
        labels=_labels(counts, named),
        row_title=Text("kenmerk", "characteristic"),
        ordered=in_their_order(counts),
    )
    return Output(
        words,
        (*cells, *(count_cell(ALL, group, n) for group, n in totals.items())),
        tuple(_sum(cells, name, group) for name in characteristics for group in groups if totals[group]),
    )


def _row(count: CategoryCount) -> str:
    return f"{count.characteristic}:{count.category}"


def _share(count: CategoryCount, sensitive: bool) -> Cell:
    return share_cell(_row(count), count.group, count.n, count.total, sensitive=sensitive)


def _sum(cells: Sequence[Cell], characteristic: str, group: str) -> Sum:
    parts = tuple(cell.key for cell in cells if cell.column == group and cell.row.startswith(f"{characteristic}:"))
    return Sum((ALL, group), parts)


def _labels(counts: Sequence[CategoryCount], labels: Mapping[str, Text]) -> dict[str, Text]:
    rows = {_row(count): _row_label(count, labels) for count in counts}
    return {ALL: Text("personen", "persons"), **labels, **rows}


def _row_label(count: CategoryCount, labels: Mapping[str, Text]) -> Text:
    name, category = labels.get(count.characteristic, same(count.characteristic)), _category(count, labels)
    return Text(f"{name.nl}: {category.nl}", f"{name.en}: {category.en}")


def _category(count: CategoryCount, labels: Mapping[str, Text]) -> Text:
    return labels.get(_row(count), labels.get(count.category, same(count.category)))


def _largest(counts: Sequence[CategoryCount], groups: Sequence[str], labels: Mapping[str, Text]) -> Sentence:
    """Quote the category in which the first two groups differ most, of those that are shown."""
    among = _categories(counts, groups[:2], labels)
    if len(groups) < 2 or not among:
        return Sentence(Text("Er is hier geen groep om mee te vergelijken.", "There is no group here to compare with."))
    return furthest(among, NOT_QUOTED)


def _categories(counts: Sequence[CategoryCount], groups: Sequence[str], labels: Mapping[str, Text]) -> list[Candidate]:
    """Give a sentence for every category that each of two groups has."""
    cells = {(_row(count), count.group) for count in counts if count.total}
    rows = {_row(count): count for count in counts if all((_row(count), group) in cells for group in groups)}
    return [_candidate(row, one, groups, labels) for row, one in rows.items() if len(groups) > 1]


def _candidate(row: str, count: CategoryCount, groups: Sequence[str], labels: Mapping[str, Text]) -> Candidate:
    named = {
        "characteristic": labels.get(count.characteristic, same(count.characteristic)),
        "category": _category(count, labels),
        "one": labels.get(groups[0], same(groups[0])),
        "other": labels.get(groups[1], same(groups[1])),
    }
    slots = {"a": Slot(row, groups[0], percent=True), "b": Slot(row, groups[1], percent=True)}
    return Candidate(PROFILE.format(**named), PROFILE_OF_SHOWN.format(**named), slots, ("a", "b"))
