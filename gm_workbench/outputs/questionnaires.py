"""What the questionnaires show: how well a scale measures, and how scores went over the waves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.scales import ItemStatistic
from gm_workbench.metrics.waves import Course, WaveMean
from gm_workbench.outputs.about import About, capital, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote, share_cell
from gm_workbench.outputs.output import Axis, Cell, Measure, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import EACH, WHAT, shortage
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, number, same

USUAL_FLOOR = 0.70
"""Reliability that is usually asked for when groups are compared (Nunnally 1978, Psychometric Theory, p. 245)."""

ALPHA = Text(
    "De betrouwbaarheid is {{value}} (marge {{low}} tot {{high}}). {judged}",
    "Reliability is {{value}} (interval {{low}} to {{high}}). {judged}",
)
ABOVE = Text(
    "Dat is hoger dan de {floor} die voor het vergelijken van groepen gebruikelijk is.",
    "That is above the {floor} that is usual for comparing groups.",
)
BELOW = Text(
    "Dat is lager dan de {floor} die voor het vergelijken van groepen gebruikelijk is.",
    "That is below the {floor} that is usual for comparing groups.",
)
AROUND = Text(
    "Of dat boven de {floor} ligt die voor het vergelijken van groepen gebruikelijk is, is nog niet te zeggen.",
    "Whether that is above the {floor} that is usual for comparing groups cannot be said yet.",
)
OMEGA = Text(
    "Neemt men niet aan dat elke vraag even zwaar telt, dan is de betrouwbaarheid {value} (omega, marge {low} tot {high}).",
    "Without taking each question to weigh the same, reliability is {value} (omega, interval {low} to {high}).",
)
NO_OMEGA = Text(
    "Of de betrouwbaarheid anders is als niet elke vraag even zwaar telt (omega), is met deze gegevens niet te zeggen.",
    "Whether reliability differs when questions do not weigh the same (omega) cannot be said with these data.",
)
SCALE_LABELS = {
    "scale": Text("hele schaal (Cronbachs alfa)", "whole scale (Cronbach's alpha)"),
    "omega": Text("hele schaal (McDonalds omega)", "whole scale (McDonald's omega)"),
    "mean": Text("gemiddeld antwoord", "mean answer"),
    "rest": Text("samenhang met de andere vragen", "correlation with the other questions"),
    "answered": Text("beantwoord", "answered"),
}
SCALE_CAPTION = Text(
    "{scale}: gemiddelde per vraag (antwoordschaal, omgekeerde vragen teruggedraaid), samenhang met de som van de "
    "andere vragen, en aandeel dat de vraag beantwoordde.",
    "{scale}: mean per question (answer scale, reversed questions turned back), correlation with the sum of the other "
    "questions, and share who answered the question.",
)
ITEM = Text("vraag {place} ({item})", "question {place} ({item})")


def scale(
    reliability: Estimate | NotEnoughData,
    items: Sequence[ItemStatistic] | NotEnoughData,
    section: Section,
    about: About,
    *,
    name: Text,
    omega: Estimate | NotEnoughData | None = None,
) -> Output:
    """Show how well a scale measures: its reliability, and each item beside the others.

    `omega` is reliability by a model in which questions may weigh unequally (`metrics.reliability.omega`); where it cannot be
    given, that is said.
    """
    if isinstance(reliability, NotEnoughData):
        return words_only(section, about, shortage(reliability))
    alpha = estimate_cell(reliability, "scale", "rest", digits=2)
    listed = () if isinstance(items, NotEnoughData) else tuple(items)
    sentence = Sentence(ALPHA.format(judged=_judged(reliability)), quote(alpha))
    words = section_words(
        section,
        about,
        sentence=sentence,
        caption=SCALE_CAPTION.format(scale=capital(name)),
        alt=sentence,
        more=_of_omega(omega),
        labels={**SCALE_LABELS, **_item_labels(listed)},
        row_title=Text("vraag", "question"),
    )
    whole = [alpha, *([_omega_cell(omega)] if isinstance(omega, Estimate) else [])]
    return Output(words, (*(cell for item in listed for cell in _item_cells(item)), *whole))


def _omega_cell(omega: Estimate) -> Cell:
    return estimate_cell(omega, "omega", "rest", digits=2)


def _of_omega(omega: Estimate | NotEnoughData | None) -> tuple[Sentence, ...]:
    if omega is None:
        return ()
    return (Sentence(OMEGA, quote(_omega_cell(omega))) if isinstance(omega, Estimate) else plain(NO_OMEGA),)


def _judged(reliability: Estimate) -> Text:
    chosen = ABOVE if reliability.low >= USUAL_FLOOR else BELOW if reliability.high < USUAL_FLOOR else AROUND
    return chosen.format(floor=Text(number(USUAL_FLOOR, 2), number(USUAL_FLOOR, 2, language="en")))


def _item_labels(items: Sequence[ItemStatistic]) -> dict[str, Text]:
    return {item.item: ITEM.format(place=str(place), item=item.item) for place, item in enumerate(items, start=1)}


def _item_cells(item: ItemStatistic) -> list[Cell]:
    mean = Cell(item.item, "mean", Measure.ESTIMATE, item.answered, item.mean, unit="", digits=1)
    answered = share_cell(item.item, "answered", item.answered, item.asked)
    if math.isnan(item.rest_correlation):
        return [mean, answered]
    rest = Cell(item.item, "rest", Measure.ESTIMATE, item.complete, item.rest_correlation, unit="", digits=2)
    return [mean, rest, answered]


COURSE_CAPTION = Text(
    "Gemiddelde score per meting met marge (95 %), {who}.",
    "Mean score per measurement with its interval (95 %), {who}.",
)
WHO_REPORTED = Text(
    "iedereen die de meting invulde; niet iedereen vulde elke meting in",
    "everybody who answered the measurement; not everybody answered each",
)
WHO_COMPLETE = Text("alleen wie alle metingen invulde", "only those who answered every measurement")
NO_CAUSE = Text(
    "Wie laag begint, scoort een volgende keer vaak vanzelf hoger: verandering alleen zegt niets over de oorzaak.",
    "Those who start low often score higher the next time without any cause: change alone says nothing about the cause.",
)


ARMS = {
    "True": Text("met introductie", "with introduction"),
    "False": Text("zonder introductie", "without introduction"),
    "T0": Text("de start", "the start"),
    "T3": Text("3 maanden", "3 months"),
    "T6": Text("6 maanden", "6 months"),
    "T12": Text("12 maanden", "12 months"),
    "T18": Text("18 maanden", "18 months"),
}
"""Words for groups and waves when none are given; the order is that in which groups are drawn."""

EVERYBODY = Text("iedereen", "everybody")
"""Where nothing was introduced there is one group."""


def course(
    followed: Course,
    section: Section,
    about: About,
    *,
    name: Text,
    labels: Mapping[str, Text] | None = None,
    complete: bool = False,
) -> Output:
    """Draw the mean score over the waves, a line per group.

    `labels` gives words for groups and waves; groups are drawn in its order. With `complete` only persons who answered
    every wave count.
    """
    means = followed.complete if complete else followed.reported
    caption = COURSE_CAPTION.format(who=WHO_COMPLETE if complete else WHO_REPORTED)
    axis = Axis(Text(f"{name.nl} (0–100)", f"{name.en} (0–100)"))
    return _over_waves(
        means,
        Shape.TREND,
        section,
        about,
        section.id + ("_complete" if complete else ""),
        caption,
        {"y": axis},
        _named(followed, labels),
    )


CHANGE_CAPTION = Text(
    "Gemiddelde verandering sinds de eerste meting met marge (95 %), van wie beide metingen invulde.",
    "Mean change since the first measurement with its interval (95 %), of those who answered both.",
)


def change(followed: Course, section: Section, about: About, *, name: Text, labels: Mapping[str, Text] | None = None) -> Output:
    """Draw the mean change since the first wave, of persons who answered both; one line per wave and group."""
    axis = Axis(Text(f"verandering in {name.nl} (punten)", f"change in {name.en} (points)"))
    return _over_waves(
        followed.change,
        Shape.DOTS,
        section,
        about,
        f"{section.id}_change",
        CHANGE_CAPTION,
        {"x": axis},
        _named(followed, labels),
    )


def _named(followed: Course, labels: Mapping[str, Text] | None) -> dict[str, Text]:
    alone = {"False": EVERYBODY} if followed.groups == ("False",) else {}
    return {**ARMS, **alone} if labels is None else {**labels, **{key: word for key, word in ARMS.items() if key not in labels}}


def _over_waves(
    means: Sequence[WaveMean],
    shape: Shape,
    section: Section,
    about: About,
    name: str,
    caption: Text,
    axes: Mapping[str, Axis],
    labels: Mapping[str, Text],
) -> Output:
    dots = shape is Shape.DOTS
    place = {key: at for at, key in enumerate(labels)}
    ordered = sorted(means, key=lambda mean: place.get(mean.group, len(place)))
    cells = tuple(_wave_cell(mean, mean.estimate, dots) for mean in ordered if isinstance(mean.estimate, Estimate))
    if not cells:
        few = _of_each(_nearest(means), means)
        return words_only(section, about, shortage(few, about.units), id=name)
    sentence = _first_and_last(cells, labels, dots)
    words = section_words(
        section,
        about,
        id=name,
        sentence=sentence,
        more=(plain(NO_CAUSE),),
        caption=caption,
        alt=sentence,
        shown_as=(shape, Shape.TABLE),
        labels=labels,
        axes=axes,
    )
    return Output(words, cells)


def _nearest(means: Sequence[WaveMean]) -> NotEnoughData:
    """Give what the group that came nearest lacks: that there is no second group is no reason why the first has no mean."""
    lacks = [mean.estimate for mean in means if isinstance(mean.estimate, NotEnoughData)]
    return max(lacks, key=lambda short: (short.what != "persons", short.got), default=NotEnoughData("mean", "persons", 0, 1))


def _wave_cell(mean: WaveMean, estimate: Estimate, dots: bool) -> Cell:
    row, column = (mean.wave, mean.group) if dots else (mean.group, mean.wave)
    return estimate_cell(estimate, row, column)


GROUP_COURSE = Text(
    "{group}: gemiddeld {{{a}}} bij {first} (marge {{{a}_low}} tot {{{a}_high}}) en {{{b}}} bij {last} (marge {{{b}_low}} tot "
    "{{{b}_high}}).",
    "{group}: on average {{{a}}} at {first} (interval {{{a}_low}} to {{{a}_high}}) and {{{b}}} at {last} (interval "
    "{{{b}_low}} to {{{b}_high}}).",
)
GROUP_CHANGE = Text(
    "{group}: sinds de start {{{a}}} punten bij {last} (marge {{{a}_low}} tot {{{a}_high}}).",
    "{group}: since the start {{{a}}} points at {last} (interval {{{a}_low}} to {{{a}_high}}).",
)


def _of_each(short: NotEnoughData, means: Sequence[WaveMean]) -> NotEnoughData:
    """Say of what is short that each group needs it, where there are groups: all of them together may have enough."""
    several = len({mean.group for mean in means}) > 1
    return replace(short, what=f"{short.what}{EACH}") if several and f"{short.what}{EACH}" in WHAT else short


def _first_and_last(cells: Sequence[Cell], labels: Mapping[str, Text], dots: bool) -> Sentence:
    """Say for each group where it began and ended, or how much it changed."""
    parts: list[Text] = []
    slots: dict[str, Slot] = {}
    groups = list(dict.fromkeys(cell.column if dots else cell.row for cell in cells))
    for place, group in enumerate(groups):
        own = [cell for cell in cells if (cell.column if dots else cell.row) == group]
        a, b, first, last = f"a{place}", f"b{place}", own[0], own[-1]
        waves = {"first": first.column, "last": last.row if dots else last.column}
        words = {"group": group, **waves}
        named = {key: labels.get(word, same(word)) for key, word in words.items()}
        parts.append((GROUP_CHANGE if dots else GROUP_COURSE).format(a=a, b=b, **named))
        slots |= _slots(last, a, signed=True) if dots else {**_slots(first, a), **_slots(last, b)}
    parts = [capital(part) for part in parts]
    return Sentence(Text(" ".join(part.nl for part in parts), " ".join(part.en for part in parts)), slots)


def _slots(cell: Cell, name: str, *, signed: bool = False) -> dict[str, Slot]:
    slots = quote(cell, signed=signed)
    return {name: slots["value"], f"{name}_low": slots["low"], f"{name}_high": slots["high"]}
