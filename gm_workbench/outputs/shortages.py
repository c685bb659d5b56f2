"""What to say when the data cannot carry a number. Never how many there were: that may be a small count."""

from __future__ import annotations

from dataclasses import replace

from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.vocabulary.text import Text

NEEDED = Text("daarvoor zijn minstens {needed} {what} nodig", "that takes at least {needed} {what}")
TOO_FEW = Text("daarvoor zijn er te weinig {what}", "there are too few {what} for that")
"""Where one would do: to say that it takes one is to say that there was none."""


WHAT = {
    "persons": Text("personen", "persons"),
    "persons of whom all is known": Text(
        "personen met antwoord op alle gebruikte vragen", "persons with an answer to all questions used"
    ),
    "persons in each group": Text("personen per groep", "persons in each group"),
    "persons at risk at every exit that counts": Text(
        "personen met bijstand op elk moment van uitstroom", "persons on benefit at every moment of exit"
    ),
    "persons seen later in each group": Text(
        "personen per groep die later zijn gezien", "persons in each group who were seen later"
    ),
    "persons who left the state": Text("personen die van positie veranderden", "persons who changed position"),
    "persons at the start": Text("personen aan de start", "persons at the start"),
    "persons paid in the month": Text("personen met loon in de maand", "persons paid in the month"),
    "persons with any spend": Text("personen met uitgaven", "persons with any spend"),
    "persons with any spend in each group": Text("personen met uitgaven per groep", "persons with any spend in each group"),
    "persons with any spend in each category": Text(
        "personen met uitgaven in elke categorie van de kenmerken",
        "persons with any spend in each category of the characteristics",
    ),
    "persons in each category of each group": Text(
        "personen per groep in elke categorie van de kenmerken", "persons of each group in each category of the characteristics"
    ),
    "persons with a value": Text("personen bij wie het gemeten is", "persons of whom it was measured"),
    "persons with the outcome": Text(
        "personen met een latere meting per groep", "persons with a later measurement in each group"
    ),
    "persons with, and persons without, the later measurement": Text(
        "personen met en evenveel zonder een latere meting", "persons with, and as many without, a later measurement"
    ),
    "persons who could have been measured": Text(
        "personen die later gemeten hadden kunnen worden", "persons who could have been measured later"
    ),
    "percent of the information": Text(
        "procent van de informatie uit de metingen zelf", "percent of the information from the measurements themselves"
    ),
    "completed data sets": Text("keren invullen van wat ontbreekt", "times of filling in what is missing"),
    "persons who answered every item": Text("personen die elke vraag beantwoordden", "persons who answered every question"),
    "persons with two measurements": Text("personen met twee metingen", "persons with two measurements"),
    "persons with three measurements": Text("personen met drie metingen", "persons with three measurements"),
    "coaches": Text("consulenten", "coaches"),
    "coaches in each group": Text("consulenten per groep", "coaches in each group"),
    "clusters in each group": Text("consulenten per groep", "coaches in each group"),
    "different results of coaches in a group": Text(
        "verschillende uitkomsten van consulenten in een groep", "different results of coaches in a group"
    ),
    "groups": Text("consulenten", "coaches"),
    "clusters": Text("consulenten", "coaches"),
    "teams": Text("teams", "teams"),
    "teams with two coaches": Text("teams met twee consulenten", "teams with two coaches"),
    "reliable means of groups": Text("betrouwbare gemiddelden per groep", "reliable means of groups"),
    "teams in each group": Text("teams per groep", "teams in each group"),
    "clusters that began later": Text("consulenten die in dezelfde periode begonnen", "coaches who began in the same period"),
    "clusters to compare with": Text("consulenten die nog niet begonnen waren", "coaches who had not begun"),
    "moments before the beginning": Text("metingen voor het begin", "measurements before the beginning"),
    "clusters more than moments before": Text(
        "consulenten meer dan metingen voor het begin", "coaches more than measurements before the beginning"
    ),
    "moments at which teams began": Text("momenten waarop teams begonnen", "moments at which teams began"),
    "persons with two rows": Text("personen met twee metingen", "persons with two measurements"),
    "persons more than groups and predictors": Text(
        "personen meer dan groepen en kenmerken samen", "persons more than groups and predictors together"
    ),
    "persons who could have been in either group": Text(
        "personen die in beide groepen hadden kunnen zitten", "persons who could have been in either group"
    ),
    "persons at each wave in each group": Text(
        "personen per groep op elk meetmoment", "persons in each group at each measurement"
    ),
    "persons measured at every wave": Text("personen die elke keer zijn gemeten", "persons who were measured each time"),
    "persons measured at every wave in each group": Text(
        "personen per groep die elke keer zijn gemeten", "persons in each group who were measured each time"
    ),
    "persons in whom it changes": Text("personen bij wie dit verandert", "persons in whom this changes"),
    "measurements": Text("metingen", "measurements"),
    "measurements more than own lines take": Text("metingen per groep", "measurements in each group"),
    "exits for the reason": Text("keer uitstroom om die reden", "exits for that reason"),
    "exits in each band of months": Text("keer uitstroom in elke groep maanden", "exits in each band of months"),
    "exits before the horizon": Text("keer uitstroom per groep binnen die tijd", "exits in each group within that time"),
    "persons who do not leave for the reason in time": Text(
        "personen per groep die binnen die tijd niet zo uitstromen",
        "persons in each group who do not leave so within that time",
    ),
    "exits that were followed": Text("keer uitstroom met genoeg maanden erna", "exits with enough months after them"),
    "exits for the reason on both sides of each covariate": Text(
        "keer uitstroom aan beide kanten van elk kenmerk", "exits on both sides of each characteristic"
    ),
    "months from the start": Text("maanden vanaf de start", "months from the start"),
    "data on the outcome": Text("gegevens over deze uitkomst", "data on this outcome"),
    "rows after the first of each person": Text(
        "metingen na de eerste van elke persoon", "measurements after the first of each person"
    ),
    "assignments that bound the interval": Text("andere indelingen van de teams", "other ways of assigning the teams"),
    "persons who followed the assignment": Text(
        "personen die kregen wat hun was toegewezen", "persons who received what they were assigned"
    ),
    "items": Text("vragen", "questions"),
    "knobs": Text("knoppen", "knobs"),
}
"""Words for what metrics can be short of, where a number helps."""

EQUAL = Text("daarvoor verschillen de gegevens te weinig van elkaar", "the data differ too little from each other for that")
"""Everybody has the same score or outcome, or nobody changes."""

OWN = {
    "strength of the first stage (F)": Text(
        "de toewijzing maakte te weinig verschil voor wat mensen kregen",
        "the assignment made too little difference to what people got",
    ),
    "degrees of freedom over clusters": Text(
        "de meeste personen horen bij één of twee consulenten of teams",
        "most of the persons belong to one or two coaches or teams",
    ),
    "closed forms for this design": Text(
        "voor deze opzet bestaat geen formule; boots het onderzoek na", "this design has no formula; simulate the study"
    ),
    "clusters for a difference that is possible": Text(
        "geen verschil dat kan bestaan is groot genoeg om met zo weinig groepen te zien",
        "no difference that is possible is large enough to be seen with so few groups",
    ),
    "a total that is not zero": Text(
        "het hele verschil is nul, en dat is niet in delen te splitsen", "the whole difference is zero, and has no parts"
    ),
}
"""What is short, where its number would say nothing to a reader."""

UNSTABLE = Text("de berekening geeft geen vast antwoord", "the calculation gives no stable answer")

NO_ANSWER = ("optimisers that agree", "degrees of freedom")
"""What is short when the data are there, and the calculation does not settle."""


EACH = " in each group"
GROUPS = ("groups", "coaches", "clusters")
"""What a metric calls its groups; a report calls them what they are."""


def shortage(result: NotEnoughData, groups: Text | None = None) -> Text:
    """Say in one sentence why there is no number; `groups` names what the groups are, where they are not coaches.

    >>> shortage(NotEnoughData("ANCOVA", "coaches in each group", 4, 5)).nl
    'Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 5 consulenten per groep nodig.'
    """
    if result.what in WHAT:
        what = WHAT[result.what] if groups is None else _named(result.what, groups)
        why = NEEDED.format(needed=str(result.needed), what=what) if result.needed > 1 else TOO_FEW.format(what=what)
    else:
        why = UNSTABLE if result.what in NO_ANSWER else OWN.get(result.what, EQUAL)
    return Text(
        f"Dat is met deze gegevens niet te zeggen: {why.nl}.",
        f"That cannot be said with these data: {why.en}.",
    )


def all_known(result: NotEnoughData) -> NotEnoughData:
    """Say of a relation that its persons are those of whom everything is known: a report may be about more persons."""
    return replace(result, what="persons of whom all is known") if result.what == "persons" else result


def each_group(result: NotEnoughData) -> NotEnoughData:
    """Say that what is short is short in one of two groups: together they may have enough."""
    return replace(result, what=result.what + EACH) if result.what in GROUPS else result


def _named(what: str, groups: Text) -> Text:
    """Call groups what they are, where a metric calls them coaches or clusters."""
    name = what.removesuffix(EACH)
    if name not in GROUPS:
        return WHAT[what]
    return Text(f"{groups.nl} per groep", f"{groups.en} in each group") if what != name else groups
