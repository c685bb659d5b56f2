"""Stays on benefit from their own beginning: the chance of leaving in a month, and how many have left by then."""

from __future__ import annotations

from dataclasses import replace

from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.exits import Curve
from gm_workbench.metrics.monthly_hazards import MonthlyHazards
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.exits import curve_cells
from gm_workbench.outputs.leaving import HOLDS_ONE, TEAMS, holds_one, ratio_cell, slots_of
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, plain
from gm_workbench.outputs.series import AT_RISK
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

RATIO, CHANCE = "ratio", "chance"
INTRODUCED, WORKS = "introduced", "works"
CHANGING = {
    INTRODUCED: Text(
        "maanden met de nieuwe werkwijze, naast maanden zonder", "months with the new way of working, beside months without"
    ),
    WORKS: Text(
        "werk naast de uitkering in de maand ervoor, naast geen", "work beside the benefit in the month before, beside none"
    ),
}
SAID = {
    INTRODUCED: Text(
        "In maanden met de nieuwe werkwijze was de kans om naar werk uit te stromen {{introduced}} keer zo groot als in "
        "maanden zonder (marge {{introduced_low}} tot {{introduced_high}}{one}).",
        "In months with the new way of working the chance of leaving for work was {{introduced}} times that in months without "
        "(interval {{introduced_low}} to {{introduced_high}}{one}).",
    ),
    WORKS: Text(
        "Na een maand met werk naast de uitkering was die kans {{works}} keer zo groot als na een maand zonder (marge "
        "{{works_low}} tot {{works_high}}{one}).",
        "After a month with work beside the benefit that chance was {{works}} times that after a month without (interval "
        "{{works_low}} to {{works_high}}{one}).",
    ),
}
ALLOWED = Text(
    "Bij gelijke duur in de bijstand en gelijk jaar. Samenhang zegt niet wat oorzaak is en wat gevolg: wie naast de uitkering "
    "werkt, verschilt ook op andere punten.",
    "At the same duration on benefit and the same year. A relation does not say which is cause and which is consequence: "
    "those who work beside the benefit differ in other ways too.",
)
NOTHING_VARIES = Text(
    "Verder verschilt er in deze maanden niets wat te vergelijken is.", "Nothing else differs in these months to compare."
)
BY_DURATION = Text(
    "In de eerste {last} maanden in de bijstand ging per maand {{early}} % naar werk (marge {{early_low}} tot {{early_high}} "
    "%); vanaf maand {first} was dat {{late}} % (marge {{late_low}} tot {{late_high}} %).",
    "In the first {last} months on benefit {{early}}% a month left for work (interval {{early_low}} to {{early_high}}%); from "
    "month {first} on it was {{late}}% (interval {{late_low}} to {{late_high}}%).",
)
NOT_THE_ANSWER = Text(
    "Dit is een gevoeligheidsanalyse. Het antwoord staat bovenaan.",
    "This is a sensitivity analysis. The answer stands at the top.",
)
BAND = Text("maand {first} tot en met {last}", "month {first} up to and including {last}")
LAST_BAND = Text("vanaf maand {first}", "from month {first} on")


def monthly(found: MonthlyHazards | NotEnoughData, section: Section, about: About) -> Output:
    """Show what goes with the chance of leaving for work in a month, and that chance by duration on benefit."""
    if isinstance(found, NotEnoughData):
        return words_only(section, about, shortage(found, TEAMS))
    named = [name for name in CHANGING if name in found.log]
    ratios = {name: ratio_cell(found.ratio(name), name, RATIO) for name in named}
    bands = {first: estimate_cell(one, f"from_{first}", CHANCE, digits=1) for first, one in found.chances.items()}
    texts = [SAID[name].format(one=HOLDS_ONE if holds_one(ratios[name]) else NOTHING) for name in named]
    slots = {key: slot for name in named for key, slot in slots_of(name, ratios[name]).items()}
    said = Text(" ".join(one.nl for one in texts), " ".join(one.en for one in texts))
    changed = Sentence(said, slots, NOTHING) if named else plain(NOTHING_VARIES)
    sentence = _by_duration(bands)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(changed, plain(ALLOWED), plain(NOT_THE_ANSWER), *caution(about)),
        caption=Text(
            "Verhouding van kansen om in een maand naar werk uit te stromen, en die kans zelf naar de duur in de bijstand "
            "(voor iemand met de gemiddelde kenmerken), met marge (95 %) met teams als eenheid. Wie al langer in de bijstand "
            "zat, telt mee vanaf de maand waarin de telling begon.",
            "Ratio of chances of leaving for work in a month, and that chance itself by duration on benefit (for somebody of "
            "average characteristics), with interval (95 %) with teams as the unit. Those who were on benefit longer count "
            "from the month in which counting began.",
        ),
        alt=sentence,
        labels={**CHANGING, **_bands(list(found.chances)), **MONTHLY_COLUMNS},
        row_title=Text("maanden", "months"),
    )
    return Output(words, (*ratios.values(), *bands.values()))


MONTHLY_COLUMNS = {
    RATIO: Text("verhouding van kansen", "ratio of chances"),
    CHANCE: Text("kans in een maand", "chance in a month"),
}


def _by_duration(bands: dict[int, Cell]) -> Sentence:
    firsts = list(bands)
    early, late = bands[firsts[0]], bands[firsts[-1]]
    return Sentence(
        BY_DURATION.format(last=str(firsts[1] - 1), first=str(firsts[-1])), slots_of("early", early) | slots_of("late", late)
    )


def _bands(firsts: list[int]) -> dict[str, Text]:
    ends = [*(later - 1 for later in firsts[1:]), None]
    return {
        f"from_{first}": LAST_BAND.format(first=str(first)) if last is None else BAND.format(first=str(first), last=str(last))
        for first, last in zip(firsts, ends, strict=True)
    }


EVERYBODY = "everybody"
LEFT = Text("% uitgestroomd naar werk", "% left for work")
SINCE_START = Text("maanden sinds het begin van de uitkering", "months since the benefit began")
SINCE = Text(
    "Van wie in de bijstand komt, is na {horizon} maanden {{value}} % uitgestroomd naar werk (marge {{low}} tot {{high}} %).",
    "Of those who come to benefit, {{value}}% have left for work after {horizon} months (interval {{low}} to {{high}}%).",
)
CAME_LATE = Text(
    "Wie bij het begin van de telling al langer in de bijstand zat, telt pas vanaf die maand mee: wie eerder was vertrokken, "
    "is niet te zien. Dat veronderstelt dat de kansen naar duur niet veranderd zijn in de loop van de jaren.",
    "Those who were on benefit for longer when counting began count from that month only: those who had left earlier are not "
    "seen. That supposes that the chances by duration have not changed over the years.",
)


def durations(
    curve: Curve | NotEnoughData, section: Section, about: About, *, horizon: int, risk_at: tuple[int, ...]
) -> Output:
    """Show the share that has left for work by months since the benefit began, where people were met along the way.

    Parameters
    ----------
    curve : Curve or NotEnoughData
        `metrics.late_entry.cumulative_incidence`.
    horizon : int
        The month that the sentence quotes; one of the curve's times.
    risk_at : tuple of int
        Months under which the persons at risk are printed.
    """
    if isinstance(curve, NotEnoughData):
        return words_only(section, about, shortage(curve, TEAMS))
    cells = (*_beginning(curve), *curve_cells(EVERYBODY, curve, risk_at))
    quoted = next(cell for cell in cells if cell.key == (EVERYBODY, str(horizon)))
    sentence = Sentence(SINCE.format(horizon=str(horizon)), quote(quoted))
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(CAME_LATE), plain(about.spells.note)),
        caption=Text(
            "Aandeel dat naar werk is uitgestroomd, naar maanden sinds het begin van de uitkering, met late instroom in de "
            "telling (Aalen-Johansen). Band: marge (95 %) met teams als eenheid.",
            "Share that left for work, by months since the benefit began, with late entry into the count (Aalen-Johansen). "
            "Band: interval (95 %) with teams as the unit.",
        ),
        alt=sentence,
        shown_as=(Shape.CURVE,),
        labels={EVERYBODY: Text("allen", "all"), EVERYBODY + AT_RISK: Text("in de telling", "in the count")},
        axes={
            "x": Axis(Text("maanden sinds het begin van de uitkering", "months since the benefit began")),
            "y": Axis(LEFT, low=0.0),
        },
        options={"at_risk": AT_RISK, "strong": (EVERYBODY,)},
    )
    return Output(words, cells)


def _beginning(curve: Curve) -> tuple[Cell, ...]:
    """Give the point at which nobody has left, also where nobody was met by then: steps of too few exits hang on to it."""
    if curve.at_risk[0]:
        return ()
    first = curve.times[0]
    point = estimate_cell(curve.at(first), EVERYBODY, f"{first:g}")
    # it is no estimate: an interval around it would be of nobody
    return (replace(point, numerator=curve.events[0], low=None, high=None, se=None),)
