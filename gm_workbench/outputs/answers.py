"""The answer at the top of a report: one sentence with its interval, and what that interval says."""

from __future__ import annotations

from dataclasses import replace

from gm_workbench.errors import OutputError
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import NOTHING, About, capital, section_words, words_only
from gm_workbench.outputs.cells import PARTS, estimate_cell, quote, share_cell
from gm_workbench.outputs.output import Axis, Cell, Output, Role, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.verdicts import TAILS, VERDICTS, reading, telling_digits
from gm_workbench.vocabulary.protocols import Assignment, Estimand, Section
from gm_workbench.vocabulary.text import Text, number

PERSONS = Text("mensen", "people")
COLUMN = "difference"
RAW = "raw"

MORE_OR_LESS = Text(
    "{subject} was {{value}} {unit} {direction} bij {who} van wie de consulent de nieuwe werkwijze invoerde "
    "dan bij de anderen.",
    "{subject} was {{value}} {unit} {direction} for {who} whose coach introduced the new way of working than for the others.",
)
AS_MUCH = Text(
    "{subject} was gemiddeld gelijk bij {who} van wie de consulent de nieuwe werkwijze invoerde en bij de anderen.",
    "{subject} was on average the same for {who} whose coach introduced the new way of working and for the others.",
)
MARGIN = Text(
    "De marge loopt van {{low}} tot {{high}} {unit}{tail}.", "The interval runs from {{low}} to {{high}} {unit}{tail}."
)
HIGHER_WORD, LOWER_WORD = Text("hoger", "higher"), Text("lager", "lower")
POINTS = Text("punten", "points")
PERCENT_POINTS = Text("procentpunt", "percentage points")

CAUTION = {
    Assignment.BY_CHOICE: Text(
        "Consulenten kozen zelf of zij de nieuwe werkwijze invoerden. Een verschil na introductie kan ook daardoor komen.",
        "Coaches chose whether to introduce the new way of working. That may also explain a difference after introduction.",
    ),
    Assignment.UNKNOWN: Text(
        "Niet bekend is hoe is bepaald wie de nieuwe werkwijze invoerde. Een verschil na introductie kan ook daardoor komen.",
        "How it was decided who introduced the new way of working is not known. "
        "That too may explain a difference after introduction.",
    ),
}
NOT_ADJUSTED = Text(
    "Zonder rekening te houden met verschillen aan de start is het verschil {value} {unit}.",
    "Without allowing for differences at the start the difference is {value} {unit}.",
)
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


def answer(
    primary: Contrast | Estimate | NotEnoughData, estimand: Estimand, section: Section, about: About, *, who: Text = PERSONS
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
    """
    if isinstance(primary, NotEnoughData):
        return words_only(section, about, shortage(primary), role=Role.ANSWER)
    estimate = primary.adjusted if isinstance(primary, Contrast) else primary
    smallest = smallest_relevant(estimand)
    cell = _cell(estimate, estimand.name, smallest)
    raw = (_cell(primary.raw, RAW, smallest),) if isinstance(primary, Contrast) else ()
    sentence = _sentence(cell, estimand, about, who)
    words = section_words(
        section,
        replace(about, population=estimand.population),
        role=Role.ANSWER,
        sentence=sentence,
        more=(*_raw_sentence(raw, cell), *_caution(about)),
        caption=_caption(estimand, cell, smallest),
        alt=sentence,
        shown_as=(Shape.INTERVAL,),
        labels={estimand.name: estimand.label, RAW: Text("zonder correctie", "unadjusted"), COLUMN: about.difference},
        axes={"x": Axis(_axis(estimand, cell))},
        options={"sesoi": smallest},
        estimand=estimand.name,
    )
    return Output(words, (cell, *raw))


def smallest_relevant(estimand: Estimand) -> float:
    """Give the smallest difference that matters, as a number."""
    value = estimand.smallest_relevant.value
    if isinstance(value, str):
        raise OutputError(f"Estimand {estimand.name}: the smallest relevant difference must be a number.")
    return float(value)


def _cell(estimate: Estimate, row: str, smallest: float) -> Cell:
    unit = "difference in probability" if estimate.unit == "probability" else estimate.unit
    times = 100 if unit in PARTS else 1
    return estimate_cell(estimate, row, COLUMN, digits=telling_digits(estimate.low, estimate.high, smallest, times), unit=unit)


def _sentence(cell: Cell, estimand: Estimand, about: About, who: Text) -> Sentence:
    found = reading(cell.low or 0.0, cell.high or 0.0, smallest_relevant(estimand))
    unit, value = _unit(cell), cell.value or 0.0
    level = round(value * (100 if cell.unit in PARTS else 1), cell.digits) == 0
    finding = (AS_MUCH if level else MORE_OR_LESS).format(
        subject=_subject(estimand), unit=unit, direction=HIGHER_WORD if value > 0 else LOWER_WORD, who=who
    )
    tail = TAILS.get(found, NOTHING).format(difference=_noun(about), a_difference=_a_noun(about))
    margin = MARGIN.format(unit=unit, tail=tail)
    verdict = VERDICTS[found].format(difference=_noun(about), a_difference=_a_noun(about))
    slots = quote(cell, signed=True, absolute=True)
    return Sentence(
        Text(f"{verdict.nl} {finding.nl} {margin.nl}", f"{verdict.en} {finding.en} {margin.en}"),
        {name: slot for name, slot in slots.items() if name != "value" or not level},
    )


def _noun(about: About) -> Text:
    return Text("effect", "effect") if about.may_say_effect else Text("verschil", "difference")


def _a_noun(about: About) -> Text:
    return Text("een effect", "an effect") if about.may_say_effect else Text("een verschil", "a difference")


def _unit(cell: Cell) -> Text:
    return PERCENT_POINTS if cell.unit in PARTS else POINTS


def _subject(estimand: Estimand) -> Text:
    """Turn "verschil in x" into "X"; another label is taken as it is."""
    label = estimand.label
    return capital(Text(label.nl.removeprefix("verschil in "), label.en.removeprefix("difference in ")))


def _raw_sentence(raw: tuple[Cell, ...], cell: Cell) -> tuple[Sentence, ...]:
    text = NOT_ADJUSTED.format(unit=_unit(cell), value="{value}")
    return tuple(Sentence(text, {"value": quote(one, signed=True)["value"]}) for one in raw)


def _caution(about: About) -> tuple[Sentence, ...]:
    return (plain(CAUTION[about.assignment]),) if about.assignment in CAUTION else ()


def _caption(estimand: Estimand, cell: Cell, smallest: float) -> Text:
    shown = 100 * smallest if cell.unit in PARTS else smallest
    sesoi = Text(number(shown, 1), number(shown, 1, language="en"))
    return CAPTION.format(label=capital(estimand.label), contrast=estimand.contrast, sesoi=sesoi, unit=_unit(cell))


def _axis(estimand: Estimand, cell: Cell) -> Text:
    scale = Text("procentpunt", "percentage points") if cell.unit in PARTS else Text("schaal 0–100", "scale 0–100")
    return Text(f"{estimand.label.nl} ({scale.nl})", f"{estimand.label.en} ({scale.en})")


def no_comparison(
    section: Section, about: About, *, share: tuple[int, int] | None = None, share_text: Text = NOTHING
) -> Output:
    """Say that there was no roll-out here to compare with, and optionally describe a share of persons instead.

    Parameters
    ----------
    share : (numerator, n), optional
        E.g. how many persons at the base held a wage above the threshold.
    share_text : Text
        A sentence with ``{share}`` where the percentage goes.
    """
    sentence = Sentence(NO_ROLL_OUT)
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
