"""A comparison of teams: how it was made, what it could have seen, what else became of people, and who changed sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.cells import count_cell, estimate_cell, quote
from gm_workbench.outputs.output import Axis, Cell, Measure, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import CANDIDATES_FOLLOWED, ON_BENEFIT
from gm_workbench.outputs.verdicts import telling_digits
from gm_workbench.outputs.weighing import caution
from gm_workbench.panel.study import Study
from gm_workbench.panel.teams import HORIZON
from gm_workbench.vocabulary.designs import Comparison, Design, Template
from gm_workbench.vocabulary.protocols import Assignment, Estimand, Section
from gm_workbench.vocabulary.text import Text

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

OF_PERSONS = Text("verschillen aan de start", "differences at the start")
OF_MONTHS = Text("team en kalendermaand", "team and calendar month")
ALLOWED_FOR = {
    Design.PARALLEL_CLUSTERS: OF_PERSONS,
    Design.BEFORE_AFTER: OF_PERSONS,
    Design.STEPPED_WEDGE: OF_MONTHS,
    Design.STAGGERED_INTRODUCTION: OF_MONTHS,
}
"""What the raw difference of a design leaves out."""

ROWS = {
    "introduced": Text("teams met de nieuwe werkwijze", "teams with the new way of working"),
    "others": Text("andere teams", "other teams"),
}
YEARS = {
    "introduced": Text("het jaar na de introductie", "the year after the introduction"),
    "others": Text("het jaar ervoor", "the year before"),
}
MONTHS = {
    "introduced": Text("maanden met de nieuwe werkwijze", "months with the new way of working"),
    "others": Text("maanden zonder", "months without it"),
}
SIDES = {
    Design.PARALLEL_CLUSTERS: ROWS,
    Design.BEFORE_AFTER: YEARS,
    Design.STEPPED_WEDGE: MONTHS,
    Design.STAGGERED_INTRODUCTION: MONTHS,
}
"""What the two sides of a comparison are, by design: a team can be on both, unless teams stand side by side."""

EVERYBODY = Text("alle teams", "all teams")
CLIENTS_OF = {
    "introduced": Text("kandidaten van het jaar na de introductie", "candidates of the year after the introduction"),
    "others": Text("kandidaten van het jaar ervoor", "candidates of the year before"),
}
GROUPS = {design: {**(CLIENTS_OF if design is Design.BEFORE_AFTER else ROWS), "every_team": EVERYBODY} for design in Design}
"""The groups whose start is compared, by design; "every_team" where there is one group."""

COLUMNS = {"persons": Text("personen", "persons"), "teams": Text("aantal", "number")}

BY_LOT = Text(
    "Loting bepaalde wie begon, of wanneer: de marge komt uit de manieren waarop de loting had kunnen uitvallen.",
    "A lot decided who began, or when: the interval comes from the ways in which the lot could have fallen.",
)
ALL_MONTHS = Text(
    "Na een loting worden alle maanden samen gebruikt, zoals bij teams in stappen.",
    "After a lot all months are used together, as with teams in steps.",
)
NOT_BY_LOT = Text(
    "De marge neemt teams als eenheid, met een correctie voor weinig teams (CR2, vrijheidsgraden volgens Satterthwaite).",
    "The interval takes teams as the unit, corrected for few teams (CR2, degrees of freedom by Satterthwaite).",
)
DEVIATES = Text(
    "Let op: dit rapport wijkt af van het protocol. Daarin staat de opzet „{declared}”; hier is gerekend met „{used}”.",
    "Note: this report deviates from the protocol. That declares the design “{declared}”; this was calculated with “{used}”.",
)
NOT_COMPARED = Text("Hier is niet vergeleken. {why}", "Nothing was compared here. {why}")
INTENDED = Text("Zo is de opzet bedoeld. {how}", "This is how the design is meant. {how}")
DECLARED = Text("De opzet is die van het protocol ({status}).", "The design is that of the protocol ({status}).")
STATUS = {"assumed": Text("aangenomen", "assumed"), "documented": Text("gedocumenteerd", "documented")}


def population(study: Study) -> Text:
    """Say whom a description is about: the teams' candidates where teams are known, else everybody on general assistance."""
    return CANDIDATES_FOLLOWED if {"caseload", "rosters"} <= study.tables.keys() else ON_BENEFIT


def estimand(primary: Estimand, template: Template) -> Estimand:
    """Give the primary estimand with the contrast that it has under a design."""
    return replace(primary, contrast=template.contrast)


def rests_on(contrast: Contrast | NotEnoughData, *, persons: int, teams: int) -> dict[str, int]:
    """Give the persons and teams that an answer rests on; without an answer, those whom the design would have compared."""
    if isinstance(contrast, NotEnoughData):
        return {"persons": persons, "teams": teams}
    return {"persons": contrast.adjusted.n, "teams": contrast.adjusted.groups or teams}


def design(
    contrast: Contrast | NotEnoughData, template: Template, declared: Comparison, section: Section, about: About
) -> Output:
    """Say how teams were compared, with how many persons and teams, and whether that is what the protocol declares."""
    said = plain(template.how)
    if template.design is declared.design:
        standing = DECLARED.format(status=STATUS[declared.status])
    else:
        standing = DEVIATES.format(declared=declared.template.label, used=template.label)
    short = isinstance(contrast, NotEnoughData)
    first = plain(NOT_COMPARED.format(why=lacking(contrast, about.units))) if isinstance(contrast, NotEnoughData) else said
    how = (
        (plain(INTENDED.format(how=template.how)), plain(standing))
        if short
        else (plain(standing), *map(plain, _inference(template, about)))
    )
    words = section_words(
        section,
        about,
        sentence=first,
        more=(*how, *map(plain, template.limits)),
        caption=Text("Wie er is vergeleken.", "Who was compared."),
        alt=first,
        shown_as=(Shape.WORDS,) if short else (Shape.TABLE,),
        labels={**SIDES[template.design], **COLUMNS},
        row_title=Text("groep", "group"),
    )
    return Output(words, () if isinstance(contrast, NotEnoughData) else _who(contrast))


def _inference(template: Template, about: About) -> tuple[Text, ...]:
    if about.assignment is not Assignment.RANDOMISED or template.design is Design.BEFORE_AFTER:
        return (NOT_BY_LOT,)
    return (BY_LOT, ALL_MONTHS) if template.design is Design.STAGGERED_INTRODUCTION else (BY_LOT,)


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
NO_OTHERS = Text(
    "Dat is met deze gegevens niet te zeggen: er zijn geen teams die het hele jaar anders werkten om mee te vergelijken.",
    "That cannot be said with these data: there are no teams that worked otherwise all year to compare with.",
)
PERCENT_POINTS = Axis(Text("procentpunt", "percentage points"))


def lacking(short: NotEnoughData, groups: Text | None = None) -> Text:
    """Say why teams cannot be put beside each other: there are no others, or there is too little of something."""
    return NO_OTHERS if short.got == 0 else shortage(short, groups)


def competing(found: Mapping[str, Contrast | NotEnoughData], section: Section, about: About) -> Output:
    """Show the difference in each of the things that can have become of a person within a year."""
    if brief := about.too_short(HORIZON):
        return words_only(section, about, shortage(brief))
    short = next((one for one in found.values() if isinstance(one, NotEnoughData)), None)
    if short is not None:
        return words_only(section, about, lacking(short))
    cells = {name: difference_cell(one.adjusted, name) for name, one in found.items() if isinstance(one, Contrast)}
    sentence = Sentence(
        COMPETING.format(difference=about.difference), {k: v for name in cells for k, v in _slots(name, cells[name])}
    )
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(ONE_OF_THREE), *caution(about)),
        caption=Text(
            "Verschil in wat er binnen twaalf maanden van mensen werd, met marge (95 %) met teams als eenheid. Teams die in de "
            "startmaand op de nieuwe manier werkten, naast teams die dat niet gingen doen.",
            "Difference in what became of people within twelve months, with interval (95 %) with teams as the unit. Teams that "
            "worked in the new way in the first month, beside teams that did not take it up.",
        ),
        alt=sentence,
        shown_as=(Shape.DOTS,),
        labels={**OUTCOMES, COLUMN: about.difference},
        axes={"x": PERCENT_POINTS},
    )
    return Output(words, tuple(cells.values()))


def difference_cell(estimate: Estimate, row: str) -> Cell:
    """Give the cell of a difference in probability, with the digits that tell on which side of zero its interval ends."""
    digits = telling_digits(estimate.low, estimate.high, 0.0, 100)
    return estimate_cell(estimate, row, COLUMN, digits=digits, unit="difference in probability")


def _slots(name: str, cell: Cell) -> list[tuple[str, Slot]]:
    slots = quote(cell, signed=True)
    return [(name, slots["value"]), (f"{name}_low", slots["low"]), (f"{name}_high", slots["high"])]
