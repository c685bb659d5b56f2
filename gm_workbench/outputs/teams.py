"""A comparison of teams: how it was made, what it could have seen, what else became of people, and who changed sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.power import clustered_power, detectable
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import count_cell, estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Measure, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.verdicts import LEAST_CHANCE
from gm_workbench.outputs.weighing import CHANCE, amount, caution, chance_cell, chance_of_seeing, smallest_relevant
from gm_workbench.vocabulary.designs import Comparison, Design, Template
from gm_workbench.vocabulary.protocols import Assignment, Estimand, Fact, Section
from gm_workbench.vocabulary.text import Text, number

COLUMN = "difference"
BY_TEAM = (
    Text("bij {who} van teams die op de nieuwe manier gingen werken", "for {who} of teams that took up the new way of working"),
    Text("bij {who} van de andere teams", "for {who} of the other teams"),
)
BY_TIME = (
    Text("bij {who} in het jaar na de introductie", "for {who} in the year after the introduction"),
    Text("bij {who} van dezelfde teams in het jaar ervoor", "for {who} of the same teams in the year before"),
)
BY_MONTH = (
    Text("bij {who} in maanden met de nieuwe werkwijze", "for {who} in months with the new way of working"),
    Text("in maanden zonder", "in months without it"),
)
ARMS = {
    Design.PARALLEL_CLUSTERS: BY_TEAM,
    Design.BEFORE_AFTER: BY_TIME,
    Design.STEPPED_WEDGE: BY_MONTH,
    Design.STAGGERED_INTRODUCTION: BY_MONTH,
}
"""Whose outcomes an answer compares, by design."""

ROWS = {
    "introduced": Text("teams met de nieuwe werkwijze", "teams with the new way of working"),
    "others": Text("andere teams", "other teams"),
}
COLUMNS = {"persons": Text("personen", "persons"), "teams": Text("teams", "teams")}

BY_LOT = Text(
    "Loting bepaalde wie begon: de marge komt uit alle manieren waarop de loting had kunnen uitvallen.",
    "A lot decided who began: the interval comes from all the ways in which the lot could have fallen.",
)
NOT_BY_LOT = Text(
    "De marge rust op verschillen tussen teams, met een correctie voor weinig teams (CR2, vrijheidsgraden volgens "
    "Satterthwaite).",
    "The interval rests on differences between teams, corrected for few teams (CR2, degrees of freedom by Satterthwaite).",
)
DEVIATES = Text(
    "Let op: dit rapport wijkt af van het protocol. Daarin staat de opzet „{declared}”; hier is gerekend met „{used}”.",
    "Note: this report deviates from the protocol. That declares the design “{declared}”; this was calculated with “{used}”.",
)
DECLARED = Text("De opzet is die van het protocol ({status}).", "The design is that of the protocol ({status}).")
STATUS = {"assumed": Text("aangenomen", "assumed"), "documented": Text("gedocumenteerd", "documented")}


def words(
    contrast: Contrast | NotEnoughData, estimand: Estimand, planning: Mapping[str, Fact], template: Template, *, who: Text
) -> dict[str, Any]:
    """Give what the answer must be told of a design: whose outcomes are compared, and what was planned."""
    planned = planned_chance(contrast, estimand, planning, template.design)
    return {"who": who, "arms": ARMS[template.design], "planned": planned}


def estimand(primary: Estimand, template: Template) -> Estimand:
    """Give the primary estimand with the contrast that it has under a design."""
    return replace(primary, contrast=template.contrast)


def design(
    contrast: Contrast | NotEnoughData, template: Template, declared: Comparison, section: Section, about: About
) -> Output:
    """Say how teams were compared, with how many persons and teams, and whether that is what the protocol declares."""
    said = plain(template.how)
    inference = (
        BY_LOT if about.assignment is Assignment.RANDOMISED and template.design is not Design.BEFORE_AFTER else NOT_BY_LOT
    )
    if template.design is declared.design:
        standing = DECLARED.format(status=STATUS[declared.status])
    else:
        standing = DEVIATES.format(declared=declared.template.label, used=template.label)
    short = isinstance(contrast, NotEnoughData)
    words = section_words(
        section,
        about,
        sentence=said,
        more=tuple(plain(text) for text in (standing, inference, *template.limits)),
        caption=Text("Wie er is vergeleken.", "Who was compared."),
        alt=said,
        shown_as=(Shape.WORDS,) if short else (Shape.TABLE,),
        labels={**ROWS, **COLUMNS},
        row_title=Text("groep", "group"),
    )
    return Output(words, () if isinstance(contrast, NotEnoughData) else _who(contrast))


def _who(contrast: Contrast) -> tuple[Cell, ...]:
    pairs = (
        ("introduced", contrast.persons_exposed, contrast.clusters_exposed),
        ("others", contrast.persons_other, contrast.clusters_other),
    )
    return tuple(
        cell
        for row, persons, teams in pairs
        for cell in (
            count_cell(row, "persons", persons),
            Cell(row, "teams", Measure.ESTIMATE, persons, float(teams), groups=teams, unit="teams"),
        )
    )


OUTCOMES = {
    "left": Text("uitgestroomd naar werk", "left for work"),
    "otherwise": Text("om een andere reden uitgestroomd", "left for another reason"),
    "stayed": Text("nog in de bijstand", "still on benefit"),
}
COMPETING = Text(
    "Het {difference} na twaalf maanden is {{left}} procentpunt voor uitstroom naar werk (marge {{left_low}} tot "
    "{{left_high}}), {{otherwise}} voor uitstroom om een andere reden (marge {{otherwise_low}} tot {{otherwise_high}}) en "
    "{{stayed}} voor wie nog een uitkering heeft (marge {{stayed_low}} tot {{stayed_high}}).",
    "The {difference} after twelve months is {{left}} percentage points for exit to work (interval {{left_low}} to "
    "{{left_high}}), {{otherwise}} for exit for another reason (interval {{otherwise_low}} to {{otherwise_high}}) and "
    "{{stayed}} for those still on benefit (interval {{stayed_low}} to {{stayed_high}}).",
)
ONE_OF_THREE = Text(
    "Ieder is een van de drie. Meer uitstroom naar werk hoeft dus niet minder bijstand te betekenen: het kan ook in plaats "
    "komen van uitstroom om een andere reden.",
    "Everybody is one of the three. So more exits to work need not mean fewer benefits: they may also take the place of "
    "exits for another reason.",
)
PERCENT_POINTS = Axis(Text("procentpunt", "percentage points"))


def competing(found: Mapping[str, Contrast | NotEnoughData], section: Section, about: About) -> Output:
    """Show the difference in each of the things that can have become of a person within a year."""
    short = next((one for one in found.values() if isinstance(one, NotEnoughData)), None)
    if short is not None:
        return words_only(section, about, shortage(short))
    cells = {name: _difference(one.adjusted, name) for name, one in found.items() if isinstance(one, Contrast)}
    sentence = Sentence(
        COMPETING.format(difference=about.difference), {k: v for name in cells for k, v in _slots(name, cells[name])}
    )
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(ONE_OF_THREE), *caution(about)),
        caption=Text(
            "Verschil in wat er binnen twaalf maanden van mensen werd, met marge (95 %) met teams als eenheid.",
            "Difference in what became of people within twelve months, with interval (95 %) with teams as the unit.",
        ),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**OUTCOMES, COLUMN: about.difference},
        axes={"x": PERCENT_POINTS},
    )
    return Output(words, tuple(cells.values()))


def _difference(estimate: Estimate, row: str) -> Cell:
    return estimate_cell(estimate, row, COLUMN, unit="difference in probability")


def _slots(name: str, cell: Cell) -> list[tuple[str, Slot]]:
    slots = quote(cell, signed=True)
    return [(name, slots["value"]), (f"{name}_low", slots["low"]), (f"{name}_high", slots["high"])]


LEAST = "detectable"
PLANNED = "planned"
POWER_ROWS = {
    CHANCE: Text("kans om dat verschil te zien", "chance of seeing that difference"),
    PLANNED: Text("vooraf geraamde kans", "chance as planned beforehand"),
    LEAST: Text("kleinste verschil dat met 80 % kans te zien is", "smallest difference seen with a chance of 80 %"),
    COLUMN: Text("waarde", "value"),
}
COULD = Text(
    "Deze opzet had een verschil van {sesoi} procentpunt met een kans van {{chance}} % gezien. Met een kans van 80 % is een "
    "verschil van {{least}} procentpunt of meer te zien.",
    "This design would have seen a difference of {sesoi} percentage points with a chance of {{chance}}%. With a chance of "
    "80% a difference of {{least}} percentage points or more is seen.",
)
TOO_WEAK = Text(
    "Dat is te weinig om iets uit te wijzen: ook een verschil dat ertoe doet, bleef vaker onopgemerkt dan niet.",
    "That is too little to tell anything: a difference that matters too would have been missed more often than not.",
)
BEFOREHAND = Text(
    "Vooraf was, met een uitstroom van {base} % en een samenhang binnen teams (ICC) van {icc}, op {{planned}} % gerekend "
    "({status}).",
    "Beforehand, at exits of {base}% and a correlation within teams (ICC) of {icc}, {{planned}}% was reckoned with ({status}).",
)
FROM_ERROR = Text(
    "De kans volgt uit de standaardfout en de vrijheidsgraden van de vergelijking, niet uit het gevonden verschil.",
    "The chance follows from the standard error and degrees of freedom of the comparison, not from the difference that was "
    "found.",
)


def could_see(
    contrast: Contrast | NotEnoughData,
    estimand: Estimand,
    planning: Mapping[str, Fact],
    section: Section,
    about: About,
    *,
    used: Design = Design.PARALLEL_CLUSTERS,
) -> Output:
    """Say what difference this design could have seen: from the comparison's own standard error, and as planned beforehand."""
    if isinstance(contrast, NotEnoughData):
        return words_only(section, about, shortage(contrast))
    estimate, smallest = contrast.adjusted, smallest_relevant(estimand)
    chance = chance_of_seeing(estimate, smallest)
    if chance is None:
        return words_only(section, about, shortage(NotEnoughData("power", "optimisers that agree", 0, 1)))
    least = Cell(
        LEAST, COLUMN, Measure.ESTIMATE, estimate.n, detectable(estimate.se, estimate.df), groups=estimate.groups,
        unit="difference in probability", digits=1,
    )  # fmt: skip
    cells = [chance_cell(estimate, chance, COLUMN), least]
    shown = amount(_difference(estimate, "x"), smallest)
    slots = {"chance": Slot(CHANCE, COLUMN, digits=0, percent=True), "least": Slot(LEAST, COLUMN, digits=1, percent=True)}
    more = [plain(FROM_ERROR), *([plain(TOO_WEAK)] if chance < LEAST_CHANCE else [])]
    expected = planned_chance(contrast, estimand, planning, used)
    if expected is not None:
        cells.append(chance_cell(estimate, expected, COLUMN, PLANNED))
        more.append(_beforehand(planning))
    sentence = Sentence(COULD.format(sesoi=shown), slots)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=tuple(more),
        caption=Text("Wat deze vergelijking kon zien.", "What this comparison could see."),
        alt=sentence,
        labels=POWER_ROWS,
        row_title=Text("maat", "measure"),
    )
    return Output(words, tuple(cells))


def planned_chance(
    contrast: Contrast | NotEnoughData,
    estimand: Estimand,
    planning: Mapping[str, Fact],
    used: Design = Design.PARALLEL_CLUSTERS,
) -> float | None:
    """Give the chance of seeing what just matters as the protocol planned it: by its base and ICC, and these teams and persons.

    None where nothing was planned, or the design is not that of teams side by side.
    """
    if isinstance(contrast, NotEnoughData) or not {"base", "icc"} <= planning.keys() or used is not Design.PARALLEL_CLUSTERS:
        return None
    base, icc, smallest = float(planning["base"].value), float(planning["icc"].value), smallest_relevant(estimand)
    teams = (contrast.clusters_exposed, contrast.clusters_other)
    size = (contrast.persons_exposed + contrast.persons_other) / sum(teams)
    return clustered_power(base, base + smallest, teams, size, icc)


def _beforehand(planning: Mapping[str, Fact]) -> Sentence:
    base, icc = float(planning["base"].value), float(planning["icc"].value)
    text = BEFOREHAND.format(
        base=Text(number(100 * base, 1), number(100 * base, 1, language="en")),
        icc=Text(number(icc, 4), number(icc, 4, language="en")),
        status=STATUS[planning["icc"].status],
    )
    return Sentence(text, {"planned": Slot(PLANNED, COLUMN, digits=0, percent=True)}, Text("", ""))
