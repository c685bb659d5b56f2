"""Spend on women and men at equal characteristics, and what of the difference goes with which characteristic: never why."""

from __future__ import annotations

from collections.abc import Sequence

from gm_workbench.metrics.equity import EURO_MONTH
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.oaxaca import Oaxaca
from gm_workbench.metrics.two_part import TwoPart
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.spend import DIFFERENCE_LABEL
from gm_workbench.outputs.terms import term
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, listed

LEVEL, DIFFERENCE = "level", "difference"

EQUAL = Text(
    "Bij gelijke {names} is het verschil naar schatting € {{value}} per maand met bijstand, vrouwen min mannen "
    "(marge {{low}} tot {{high}}).",
    "At equal {names} the difference is an estimated € {{value}} per month on benefit, women minus men "
    "(interval {{low}} to {{high}}).",
)
EITHER_WAY = Text(
    "Of bij gelijke {names} aan vrouwen meer of minder wordt uitgegeven, is daarmee niet te zeggen.",
    "Whether at equal {names} more or less is spent on women, cannot be said from this.",
)
CHANCE = Text(
    "Het deel van de maanden waarin iets is uitgegeven, verschilt dan {{value}} procentpunt (marge {{low}} tot {{high}}).",
    "The share of months in which anything was spent then differs by {{value}} percentage points "
    "(interval {{low}} to {{high}}).",
)
AMOUNT = Text(
    "In een maand waarin iets is uitgegeven, verschilt het bedrag dan € {{value}} (marge {{low}} tot {{high}}).",
    "In a month in which anything was spent, the amount then differs by € {{value}} (interval {{low}} to {{high}}).",
)
OPEN = Text("Of dat meer of minder is, is niet te zeggen.", "Whether that is more or less cannot be said.")
"""Behind a part of the difference whose interval holds zero."""
ONLY_THESE = Text(
    "Alleen {names} zijn gelijk gemaakt. Wat niet in de levering staat, zoals wat iemand nodig had of wilde, kan nog "
    "verschillen. Dit zegt dus niet waarom, en ook niet of iemand te weinig kreeg.",
    "Only {names} were made equal. What is not in the delivery, such as what somebody needed or wanted, may still differ. So "
    "this does not say why, nor whether anybody got too little.",
)
EQUAL_CAPTION = Text(
    "Verschil tussen vrouwen en mannen bij gelijke {names}, met marge (95 %). Twee modellen samen: of er in een maand iets is "
    "uitgegeven, en hoeveel als dat zo is. Gemiddeld over alle maanden met bijstand. Maanden van één persoon tellen als één "
    "geheel.",
    "Difference between women and men at equal {names}, with interval (95%). Two models together: whether anything was spent "
    "in a month, and how much if so. Averaged over all months on benefit. Months of one person count as one whole.",
)
ROWS = {
    "woman": Text("vrouwen, per maand met bijstand", "women, per month on benefit"),
    "man": Text("mannen, per maand met bijstand", "men, per month on benefit"),
    "per_month": Text("vrouwen min mannen, per maand met bijstand", "women minus men, per month on benefit"),
    "any": Text("vrouwen min mannen, deel van de maanden met uitgaven", "women minus men, share of months with spend"),
    "given_any": Text("vrouwen min mannen, in een maand met uitgaven", "women minus men, in a month with spend"),
}
"""Women and men one under the other: side by side, with the differences, they do not fit the page."""


def equal_spend(found: TwoPart | NotEnoughData, covariates: Sequence[str], section: Section, about: About) -> Output:
    """Show the difference in spend between women and men at equal characteristics, and its two parts.

    Parameters
    ----------
    found : TwoPart or NotEnoughData
        `metrics.two_part.two_part`, women compared with men.
    covariates : sequence of str
        What was made equal, as `two_part` was given it (``household``, ``age_band``).
    """
    if isinstance(found, NotEnoughData):
        return words_only(section, about, shortage(found))
    names = _named(covariates)
    parts = {"per_month": found.per_month, "any": found.any, "given_any": found.given_any}
    cells = {row: _cell(one, row) for row, one in parts.items()}
    levels = [estimate_cell(one, sex, LEVEL, digits=1) for sex, one in _sexes(found)]
    sentence = _sentence(EQUAL.format(names=names), found.per_month, cells["per_month"], EITHER_WAY.format(names=names))
    more = [_sentence(text.format(), parts[row], cells[row], OPEN) for row, text in (("any", CHANCE), ("given_any", AMOUNT))]
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(*more, plain(ONLY_THESE.format(names=names))),
        caption=EQUAL_CAPTION.format(names=names),
        alt=sentence,
        shown_as=(Shape.TABLE,),
        labels={**ROWS, LEVEL: Text("uitgaven", "spend"), DIFFERENCE: Text("verschil", "difference")},
        row_title=Text("bij gelijke {names}", "at equal {names}").format(names=names),
    )
    return Output(words, (*levels, *cells.values()))


def _sexes(found: TwoPart) -> tuple[tuple[str, Estimate], ...]:
    return (("woman", found.compared), ("man", found.reference))


def _cell(one: Estimate, row: str) -> Cell:
    times = 100 if row == "any" else 1
    return estimate_cell(one, row, DIFFERENCE, digits=telling_digits(one.low, one.high, 0.0, times))


def _sentence(text: Text, one: Estimate, cell: Cell, open_: Text) -> Sentence:
    said = text if one.excludes_zero else Text(f"{text.nl} {open_.nl}", f"{text.en} {open_.en}")
    return Sentence(said, quote(cell, signed=True))


GOES_WITH = Text(
    "Van het verschil van € {{gap}} per maand met bijstand gaat € {{explained}} (marge {{explained_low}} tot "
    "{{explained_high}}) samen met {names}; € {{unexplained}} (marge {{unexplained_low}} tot {{unexplained_high}}) gaat daar "
    "niet mee samen.",
    "Of the difference of € {{gap}} per month on benefit, € {{explained}} (interval {{explained_low}} to {{explained_high}}) "
    "goes with {names}; € {{unexplained}} (interval {{unexplained_low}} to {{unexplained_high}}) does not.",
)
NOT_A_CAUSE = Text(
    "Samengaan is geen oorzaak. Het deel dat niet met deze kenmerken samengaat, is geen maat voor ongelijke behandeling: "
    "daarin zit alles wat niet in de levering staat.",
    "Going together is not a cause. The part that does not go with these characteristics is not a measure of unequal "
    "treatment: it holds everything that is not in the delivery.",
)
DETAIL_CAPTION = Text(
    "Verschil in uitgaven per maand met bijstand, vrouwen min mannen, in euro, gesplitst volgens Oaxaca en Blinder: wat "
    "samengaat met elk kenmerk, en de rest. De delen tellen op tot het verschil. Streep: marge (95 %), door personen opnieuw "
    "te trekken.",
    "Difference in spend per month on benefit, women minus men, in euros, split after Oaxaca and Blinder: what goes with each "
    "characteristic, and the rest. The parts add up to the difference. Line: interval (95%), from drawing persons again.",
)


def spend_detail(
    found: Oaxaca | NotEnoughData, section: Section, about: About, *, whole: Estimate | NotEnoughData | None = None
) -> Output:
    """Show how much of the difference in spend goes with each characteristic, and how much with none of them.

    What each adds to the rest is not shown: it says how slopes differ between women and men, which readers take for causes.

    Parameters
    ----------
    found : Oaxaca or NotEnoughData
        `metrics.oaxaca.oaxaca_blinder`, women minus men, on person-months (``person="person"``).
    whole : Estimate, optional
        The whole difference as another section shows it, so that the report gives it one interval.
    """
    if isinstance(found, NotEnoughData):
        return words_only(section, about, shortage(found))
    covariates = [name for name in found.detail if name != "constant"]
    parts = {
        "gap": (whole if isinstance(whole, Estimate) else found.gap, DIFFERENCE_LABEL),
        **{f"by_{name}": (found.detail[name].explained, _goes_with(term(name))) for name in covariates},
        "explained": (found.explained, _goes_with(Text("alle kenmerken samen", "all characteristics together"))),
        "unexplained": (found.unexplained, Text("gaat daar niet mee samen", "does not go with these")),
    }
    cells = {row: estimate_cell(one, row, EURO_MONTH, digits=1) for row, (one, _) in parts.items()}
    quoted = {row: quote(cells[row], signed=True) for row in ("gap", "explained", "unexplained")}
    slots = {row if name == "value" else f"{row}_{name}": slot for row, own in quoted.items() for name, slot in own.items()}
    text = GOES_WITH.format(names=_named(covariates))
    sentence = Sentence(text, {name: slot for name, slot in slots.items() if f"{{{name}}}" in text.nl})
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(NOT_A_CAUSE),),
        caption=DETAIL_CAPTION,
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={row: label for row, (_, label) in parts.items()} | {EURO_MONTH: EURO_LABEL},
        axes={"x": Axis(EURO_LABEL)},
        options={"strong": ("gap",)},
    )
    return Output(words, tuple(cells.values()))


EURO_LABEL = Text("€ per persoon per maand", "€ per person per month")


def _goes_with(name: Text) -> Text:
    return Text("gaat samen met {name}", "goes with {name}").format(name=name)


def _named(covariates: Sequence[str]) -> Text:
    return listed([term(name) for name in covariates])
