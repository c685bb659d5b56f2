"""Leaving the benefit in other units than a share after a year: months on benefit, and rates of leaving."""

from __future__ import annotations

from collections.abc import Mapping

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.hazards import Hazards, SideBySide
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.teams import NO_OTHERS
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.outputs.weighing import caution, noun
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

TEAMS = Text("teams", "teams")
COLUMN = "difference"
NO_EXITS = "exits before the horizon"

STAY, WORK, OTHER = "stay", "work", "other"
GONE = {
    STAY: Text("in de bijstand", "on benefit"),
    WORK: Text("weg, naar werk", "gone, to work"),
    OTHER: Text("weg, om een andere reden", "gone, for another reason"),
}
SHORTER, LONGER = Text("korter", "shorter"), Text("langer", "longer")
MEAN_MONTHS = Text(
    "Van de eerste {horizon} maanden zaten mensen {where} gemiddeld {{stay}} maanden {direction} in de bijstand dan de "
    "anderen. De marge loopt van {{stay_low}} tot {{stay_high}} maanden{tail}.",
    "Of the first {horizon} months people {where} were on benefit {{stay}} months {direction} on average than the others. The "
    "interval runs from {{stay_low}} to {{stay_high}} months{tail}.",
)
NO_WAY = Text(
    "Of mensen {where} van de eerste {horizon} maanden korter of langer in de bijstand zaten dan de anderen, is niet te "
    "zeggen: het verschil is gemiddeld {{stay}} maanden (marge {{stay_low}} tot {{stay_high}}).",
    "Whether people {where} were on benefit for more or fewer of the first {horizon} months than the others cannot be said: "
    "the difference is {{stay}} months on average (interval {{stay_low}} to {{stay_high}}).",
)
"""Where the difference prints as zero: it is neither shorter nor longer."""

NO_DIFFERENCE = Text(": ook geen {difference} past bij deze gegevens", ": no {difference} fits these data too")
WENT_TO = Text(
    "Gemiddeld over iedereen is het verschil in maanden weg uit de bijstand {{work}} door uitstroom naar werk (marge "
    "{{work_low}} tot {{work_high}}) en {{other}} door uitstroom om een andere reden (marge {{other_low}} tot "
    "{{other_high}}). De drie verschillen tellen op tot nul, op afronding na.",
    "Averaged over everybody, the difference in months gone from benefit is {{work}} through exits to work (interval "
    "{{work_low}} to {{work_high}}) and {{other}} through exits for another reason (interval {{other_low}} to "
    "{{other_high}}). The three differences add up to zero, apart from rounding.",
)
RAW_MONTHS = Text(
    "Dit is zonder correctie voor verschillen aan de start. Wie terugkomt in de bijstand, telt hier als weg.",
    "This is without allowing for differences at the start. Those who come back to benefit count as gone here.",
)


def months(found: Mapping[str, Estimate | NotEnoughData], section: Section, about: About, *, horizon: int) -> Output:
    """Show by how many months two groups differ, out of the months up to a horizon: on benefit, gone to work, gone otherwise.

    Parameters
    ----------
    found : mapping
        ``stay``, ``work`` and ``other`` to `metrics.restricted_mean.difference`, introduced minus others.
    horizon : int
        Months.
    """
    if brief := about.too_short(horizon):
        return words_only(section, about, shortage(brief))
    short = next((one for one in found.values() if isinstance(one, NotEnoughData)), None)
    if short is not None:
        nobody = short.what == NO_EXITS and short.got == 0
        return words_only(section, about, NO_OTHERS if nobody else shortage(short, TEAMS))
    cells = {row: _months_cell(one, row) for row, one in found.items() if isinstance(one, Estimate)}
    sentence = _months_sentence(cells[STAY], horizon, about)
    slots = {key: slot for row in (WORK, OTHER) for key, slot in slots_of(row, cells[row]).items()}
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(Sentence(WENT_TO.format(), slots, NOTHING), plain(RAW_MONTHS), *caution(about)),
        caption=Text(
            f"Verschil in gemiddeld aantal maanden, van de eerste {horizon}, met marge (95 %) met teams als eenheid: teams "
            "met de nieuwe werkwijze min de andere teams.",
            f"Difference in mean number of months, of the first {horizon}, with interval (95 %) with teams as the unit: teams "
            "with the new way of working minus the other teams.",
        ),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**GONE, COLUMN: about.difference},
        axes={"x": Axis(Text("verschil (maanden)", "difference (months)"))},
    )
    return Output(words, tuple(cells.values()))


def _months_cell(one: Estimate, row: str) -> Cell:
    return estimate_cell(one, row, COLUMN, digits=telling_digits(one.low, one.high, 0.0))


def _months_sentence(cell: Cell, horizon: int, about: About) -> Sentence:
    low, high, value = cell.low or 0.0, cell.high or 0.0, cell.value or 0.0
    named = {"horizon": Text(str(horizon), str(horizon)), "where": about.where_introduced}
    if round(value, cell.digits) == 0:
        return Sentence(NO_WAY.format(**named), slots_of(STAY, cell))
    text = MEAN_MONTHS.format(
        **named,
        direction=SHORTER if value < 0 else LONGER,
        tail=NO_DIFFERENCE.format(difference=noun(about)) if low <= 0 <= high else NOTHING,
    )
    slots = quote(cell, signed=True, absolute=True)
    return Sentence(text, {STAY: slots["value"], "stay_low": slots["low"], "stay_high": slots["high"]})


def slots_of(name: str, cell: Cell) -> dict[str, Slot]:
    """Give the slots of a cell under a name of their own; only a difference is signed."""
    slots = quote(cell, signed=cell.column == COLUMN)
    return {name: slots["value"], f"{name}_low": slots["low"], f"{name}_high": slots["high"]}


RATE, SHARE = "rate", "share"
RATES = {
    RATE: Text("tempo onder wie er nog is", "rate among those still there"),
    SHARE: Text("aandeel dat uiteindelijk zo weggaat", "share that leaves so in the end"),
}
REASONS = {WORK: Text("naar werk", "to work"), OTHER: Text("om een andere reden", "for another reason")}
CAUSES = {WORK: 1, OTHER: 2}
"""Row to the reason, as `panel.spells` counts reasons."""

FASTER = Text(
    "Onder wie nog in de bijstand zat, was het tempo van uitstroom naar werk {where} {{work}} keer zo hoog (marge "
    "{{work_low}} tot {{work_high}}{one}).",
    "Among those still on benefit, the rate of leaving for work was {{work}} times as high {where} (interval {{work_low}} to "
    "{{work_high}}{one}).",
)
HOLDS_ONE = Text("; 1 is geen verschil en ligt daarbinnen", "; 1 is no difference and lies within it")
BELOW_ONE = Text("; 1 is geen verschil, dus dit is langzamer", "; 1 is no difference, so this is slower")
ABOVE_ONE = Text("; 1 is geen verschil, dus dit is sneller", "; 1 is no difference, so this is faster")
TWO_QUESTIONS = Text(
    "Het tempo gaat over wie er nog is. De tweede kolom zegt alleen of het aandeel dat uiteindelijk zo weggaat groter is "
    "(boven 1) of kleiner (onder 1), en niet hoeveel: dat hangt ook af van wie om een andere reden weggaat. De twee kunnen "
    "verschillen.",
    "The rate is about those still there. The second column only says whether the share that leaves so in the end is larger "
    "(above 1) or smaller (below 1), and not by how much: that also depends on who leaves for another reason. The two can "
    "differ.",
)
BESIDE = Text(
    "Dit is een gevoeligheidsanalyse, zonder correctie voor verschillen aan de start. Het antwoord staat bovenaan.",
    "This is a sensitivity analysis, without allowing for differences at the start. The answer stands at the top.",
)


def rates(found: SideBySide | None, covariate: str, section: Section, about: About) -> Output:
    """Show both ratios for each reason of leaving, with what each answers.

    Parameters
    ----------
    found : SideBySide or None
        `metrics.hazards.side_by_side` with the reasons 1 (work) and 2 (another); None where teams do not stand side by side.
    covariate : str
        The one whose ratios are shown.
    """
    if found is None:
        return words_only(section, about, NO_OTHERS)
    sides = {RATE: found.cause_specific, SHARE: found.subdistribution}
    known = {
        (row, side): fit
        for row, cause in CAUSES.items()
        for side, fits in sides.items()
        if isinstance(fit := fits[cause], Hazards)
    }
    first = found.cause_specific[CAUSES[WORK]]
    if isinstance(first, NotEnoughData):
        return words_only(section, about, shortage(first, TEAMS))
    cells = {key: ratio_cell(fit.ratio(covariate), *key) for key, fit in known.items()}
    sentence = _rate_sentence(cells[WORK, RATE], about)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(TWO_QUESTIONS), plain(BESIDE), *caution(about)),
        caption=Text(
            "Verhouding tussen teams met de nieuwe werkwijze en de andere teams, over alle maanden die te volgen zijn en niet "
            "alleen het eerste jaar. Marge (95 %) met teams als eenheid: oorzaakspecifiek (Cox) en volgens Fine en Gray. Een "
            "verhouding van 1 is geen verschil.",
            "Ratio of teams with the new way of working to the other teams, over all months that can be followed and not the "
            "first year only. Interval (95 %) with teams as the unit: cause-specific (Cox) and by Fine and Gray. A ratio of 1 "
            "is no difference.",
        ),
        alt=sentence,
        labels={**REASONS, **RATES},
        row_title=Text("uitstroom", "exit"),
    )
    return Output(words, tuple(cells.values()))


def ratio_cell(one: Estimate, row: str, column: str) -> Cell:
    """Give the cell of a ratio: without a unit, with the digits that tell on which side of 1 its interval ends."""
    return estimate_cell(one, row, column, digits=max(2, telling_digits(one.low - 1, one.high - 1, 0.0)), unit="")


def holds_one(cell: Cell) -> bool:
    """Whether the interval of a ratio leaves open that there is no difference."""
    return (cell.low or 0.0) <= 1 <= (cell.high or 0.0)


def _beside_one(cell: Cell) -> Text:
    return HOLDS_ONE if holds_one(cell) else BELOW_ONE if (cell.high or 0.0) < 1 else ABOVE_ONE


def _rate_sentence(cell: Cell, about: About) -> Sentence:
    text = FASTER.format(where=about.where_introduced, one=_beside_one(cell))
    return Sentence(text, slots_of(WORK, cell))
