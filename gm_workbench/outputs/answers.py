"""The answer at the top of a report: one sentence with its interval, and what that interval says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import NOTHING, About, capital, section_words, words_only
from gm_workbench.outputs.cells import PARTS, estimate_cell, quote, share_cell
from gm_workbench.outputs.output import Axis, Cell, Output, Role, Sentence, Shape, Slot
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.verdicts import CANNOT_TELL, LEAST_CHANCE, TAILS, VERDICTS, reading, telling_digits
from gm_workbench.outputs.weighing import (
    CHANCE,
    a_noun,
    amount,
    caution,
    chance_cell,
    chance_of_seeing,
    noun,
    smallest_relevant,
    unit_of,
    weighed,
)
from gm_workbench.vocabulary.protocols import Estimand, Section
from gm_workbench.vocabulary.text import Text

PERSONS = Text("mensen", "people")
COLUMN = "difference"
RAW = "raw"

MORE_OR_LESS = Text(
    "{subject} was {{value}} {unit} {direction} {with_it} dan {without}.",
    "{subject} was {{value}} {unit} {direction} {with_it} than {without}.",
)
AS_MUCH = Text(
    "{subject} was gemiddeld gelijk {with_it} en {without}.",
    "{subject} was on average the same {with_it} and {without}.",
)
BY_COACH = (
    Text(
        "bij {who} van wie de consulent de nieuwe werkwijze invoerde", "for {who} whose coach introduced the new way of working"
    ),
    Text("bij de anderen", "for the others"),
)
"""Whose outcomes are compared: with the new way of working, and without."""

MARGIN = Text(
    "De marge loopt van {{low}} tot {{high}} {unit}{tail}.", "The interval runs from {{low}} to {{high}} {unit}{tail}."
)
POINTS_OF_100 = Text("punten (op een schaal van 0 tot 100)", "points (on a scale from 0 to 100)")
"""Said once, so that a reader knows how much a point is."""
HIGHER_WORD, LOWER_WORD = Text("hoger", "higher"), Text("lager", "lower")
NOT_ADJUSTED = Text(
    "Zonder rekening te houden met {allowed_for} is het verschil {value} {unit}.",
    "Without allowing for {allowed_for} the difference is {value} {unit}.",
)
AT_START = Text("verschillen aan de start", "differences at the start")
"""What the raw difference leaves out."""
CAPTION = Text(
    "{label}: {contrast}. Punt: schatting. Balk: marge (95 %). Gekleurd vlak: te klein om van belang te zijn volgens het "
    "protocol (kleiner dan {sesoi} {unit}).",
    "{label}: {contrast}. Dot: estimate. Bar: interval (95 %). Coloured area: too small to matter according to the "
    "protocol (less than {sesoi} {unit}).",
)
NO_ROLL_OUT = Text(
    "Hier is niets te vergelijken. In deze gegevens staat niet dat de nieuwe werkwijze is ingevoerd.",
    "There is nothing to compare here. These data do not show that the new way of working was introduced.",
)
OUTSIDE_PERIOD = Text(
    "Hier is niets te vergelijken. De introductie van de nieuwe werkwijze ligt buiten de periode van dit rapport.",
    "There is nothing to compare here. The introduction of the new way of working lies outside the period of this report.",
)


def answer(
    primary: Contrast | Estimate | NotEnoughData,
    estimand: Estimand,
    section: Section,
    about: About,
    *,
    who: Text = PERSONS,
    arms: tuple[Text, Text] = BY_COACH,
    planned: float | None = None,
    allowed_for: Text = AT_START,
) -> Output:
    """Answer the question of the report from its primary estimand, in one sentence and on a line.

    Parameters
    ----------
    primary : Contrast, Estimate or NotEnoughData
        In points, or in probability (quoted in percentage points).
    estimand : Estimand
        As declared: its label ("verschil in ...", "difference in ..."), contrast and smallest relevant difference.
    who : Text
        Plural noun for the persons it is about.
    arms : pair of Text
        Whose outcomes are compared, as they read behind the outcome; may hold ``{who}``.
    planned : float, optional
        Chance of seeing a difference that just matters as the protocol planned it for these numbers; without it the chance that
        follows from the estimate's standard error.
    allowed_for : Text
        What the raw difference leaves out, as it reads behind "without allowing for".

    Notes
    -----
    Of a period that ends before the estimand's horizon there is no answer, whatever was calculated: nobody was seen so long.
    Where the design would have missed a difference that matters more often than not, the first sentence is that these data
    cannot tell, whatever the interval says: what such a design does find is too large on average (Gelman & Carlin 2014,
    doi:10.1177/1745691614551642).
    """
    if short := about.too_short(estimand.horizon_months):
        return words_only(section, about, shortage(short), role=Role.ANSWER)
    if isinstance(primary, NotEnoughData):
        return words_only(section, about, shortage(primary), role=Role.ANSWER)
    estimate = primary.adjusted if isinstance(primary, Contrast) else primary
    smallest = smallest_relevant(estimand)
    cell = _cell(estimate, estimand.name, smallest)
    raw = (_cell(primary.raw, RAW, smallest),) if isinstance(primary, Contrast) else ()
    chance = chance_of_seeing(estimate, smallest) if planned is None else planned
    sentence = _sentence(cell, estimand, about, [arm.format(who=who) for arm in arms], chance)
    seen = () if chance is None else (chance_cell(estimate, chance, COLUMN),)
    words = section_words(
        section,
        replace(about, population=estimand.population),
        role=Role.ANSWER,
        sentence=sentence,
        more=(
            *_raw_sentence(raw, cell, allowed_for),
            *weighed(cell, smallest, chance, about, planned=planned is not None),
            *caution(about),
        ),
        caption=_caption(estimand, cell, smallest),
        alt=sentence,
        shown_as=(Shape.INTERVAL,),
        labels={
            estimand.name: estimand.label,
            RAW: Text("zonder correctie", "unadjusted"),
            CHANCE: Text("kans om een verschil te zien dat ertoe doet", "chance of seeing a difference that matters"),
            COLUMN: about.difference,
        },
        axes={"x": Axis(_axis(estimand, cell))},
        options={"sesoi": smallest},
        estimand=estimand.name,
    )
    return Output(words, (cell, *raw, *seen))


def _cell(estimate: Estimate, row: str, smallest: float) -> Cell:
    unit = "difference in probability" if estimate.unit == "probability" else estimate.unit
    times = 100 if unit in PARTS else 1
    return estimate_cell(estimate, row, COLUMN, digits=telling_digits(estimate.low, estimate.high, smallest, times), unit=unit)


def _sentence(cell: Cell, estimand: Estimand, about: About, arms: Sequence[Text], chance: float | None) -> Sentence:
    found = reading(cell.low or 0.0, cell.high or 0.0, smallest_relevant(estimand))
    unit, value = unit_of(cell), cell.value or 0.0
    level = round(value * (100 if cell.unit in PARTS else 1), cell.digits) == 0
    finding = (AS_MUCH if level else MORE_OR_LESS).format(
        subject=_subject(estimand),
        unit=unit if cell.unit in PARTS else POINTS_OF_100,
        direction=HIGHER_WORD if value > 0 else LOWER_WORD,
        with_it=arms[0],
        without=arms[1],
    )
    tail = TAILS.get(found, NOTHING).format(difference=noun(about), a_difference=a_noun(about))
    margin = MARGIN.format(unit=unit, tail=tail)
    told = VERDICTS[found].format(difference=noun(about), a_difference=a_noun(about))
    verdict = CANNOT_TELL if chance is not None and chance < LEAST_CHANCE else told
    slots = quote(cell, signed=True, absolute=True)
    return Sentence(
        Text(f"{verdict.nl} {finding.nl} {margin.nl}", f"{verdict.en} {finding.en} {margin.en}"),
        {name: slot for name, slot in slots.items() if name != "value" or not level},
    )


def _subject(estimand: Estimand) -> Text:
    """Turn "verschil in x" into "X"; another label is taken as it is."""
    label = estimand.label
    return capital(Text(label.nl.removeprefix("verschil in "), label.en.removeprefix("difference in ")))


def _raw_sentence(raw: tuple[Cell, ...], cell: Cell, allowed_for: Text) -> tuple[Sentence, ...]:
    text = NOT_ADJUSTED.format(unit=unit_of(cell), value="{value}", allowed_for=allowed_for)
    # beside the adjusted difference, in as many digits
    return tuple(Sentence(text, {"value": replace(quote(one, signed=True)["value"], digits=cell.digits)}) for one in raw)


def _caption(estimand: Estimand, cell: Cell, smallest: float) -> Text:
    return CAPTION.format(
        label=capital(estimand.label), contrast=estimand.contrast, sesoi=amount(cell, smallest), unit=unit_of(cell)
    )


def _axis(estimand: Estimand, cell: Cell) -> Text:
    scale = Text("procentpunt", "percentage points") if cell.unit in PARTS else Text("schaal 0–100", "scale 0–100")
    return Text(f"{estimand.label.nl} ({scale.nl})", f"{estimand.label.en} ({scale.en})")


def no_comparison(
    section: Section,
    about: About,
    *,
    why: Text = NO_ROLL_OUT,
    share: tuple[int, int] | None = None,
    share_text: Text = NOTHING,
) -> Output:
    """Say that there was no roll-out here to compare with, and optionally describe a share of persons instead.

    Parameters
    ----------
    why : Text
        Why there is nothing to compare.
    share : (numerator, n), optional
        E.g. how many persons at the base held a wage above the threshold.
    share_text : Text
        A sentence with ``{share}`` where the percentage goes.
    """
    sentence = Sentence(why)
    cells: tuple[Cell, ...] = ()
    more: tuple[Sentence, ...] = ()
    if share is not None:
        cells = (share_cell("all", "share", *share),)
        more = (Sentence(share_text, {"share": Slot("all", "share", percent=True)}),)
    words = section_words(
        section,
        about,
        role=Role.ANSWER,
        sentence=sentence,
        more=more,
        caption=about.population,
        alt=sentence,
        shown_as=(Shape.WORDS,),
    )
    return Output(words, cells)
