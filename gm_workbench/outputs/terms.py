"""Words for the categories of the tables, for tables and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gm_workbench.vocabulary.text import Text

WOMAN, MAN = Text("vrouwen", "women"), Text("mannen", "men")

CANDIDATES = Text("kandidaten", "candidates")
CANDIDATES_FOLLOWED = Text(
    "mensen met algemene bijstand in de startmaand, met een consulent in een team van het onderzoek, die toestemming gaven",
    "people on general assistance in the first month, with a coach in a team of the study, who gave consent",
)
CANDIDATES_ASKED = Text(
    "kandidaten van deze teams die een vragenlijst invulden", "candidates of these teams who filled in a questionnaire"
)
CANDIDATES_HALFWAY = Text(
    "mensen met algemene bijstand in de startmaand en na een half jaar, met een consulent in een team van het onderzoek die de "
    "vragenlijst na een half jaar invulde, die toestemming gaven",
    "people on general assistance in the first month and after half a year, with a coach in a team of the study who filled in "
    "the questionnaire after half a year, who gave consent",
)
CANDIDATES_ASKED_HALFWAY = Text(
    "kandidaten van deze teams die na een half jaar nog algemene bijstand hadden en toen een vragenlijst invulden",
    "candidates of these teams who were still on general assistance after half a year and filled in a questionnaire then",
)
HALFWAY = CANDIDATES_HALFWAY, CANDIDATES_ASKED_HALFWAY
"""Whom the steps towards an exit are about, in the year from half a year after the start."""

COACHES_ASKED = Text(
    "consulenten van teams van het onderzoek die de vragenlijst invulden",
    "coaches of teams of the study who filled in the questionnaire",
)
STEERING = Text("aansturing met het gedragsmodel", "steering with the behavioural model")
OWN_STEERING = Text("aansturing volgens de leidinggevende zelf", "steering by the supervisor's own account")
TWO_VOICES = Text(
    "De leidinggevende en de consulent vulden dit los van elkaar in.",
    "Supervisor and coach answered this apart from each other.",
)
USE_OF_MODEL = Text("gebruik van het gedragsmodel", "use of the behavioural model")
EFFICACY, INTENTION = Text("geloof in eigen kunnen", "self-efficacy"), Text("intentie", "intention")
AFTER_A_YEAR = Text("na 12 maanden", "after 12 months")
BEGUN_EARLY = Text(
    "kandidaten van teams die binnen een half jaar begonnen min kandidaten van de andere teams (ook als die later begonnen)",
    "candidates of teams that began within half a year minus candidates of the other teams (also if these began later)",
)
"""Whose questionnaires are compared, whatever the design of the study."""

BEGAN_EARLY = {
    "True": Text("teams die binnen een half jaar begonnen", "teams that began within half a year"),
    "False": Text("teams die binnen een half jaar niet begonnen", "teams that did not begin within half a year"),
}
"""The two groups of teams in a course over measurements."""

MOTHERS, WORKERS = Text("moeders", "mothers"), Text("werkenden", "workers")
"""Who an answer is about, as a plural."""

ON_BENEFIT = Text("iedereen met algemene bijstand in de startmaand", "everybody on general assistance in the first month")
ON_BENEFIT_ASKED = Text(
    "mensen met algemene bijstand in de startmaand die toestemming gaven",
    "people on general assistance in the first month who gave consent",
)
ON_BENEFIT_IN_PERIOD = Text("iedereen met een bijstandsuitkering in de periode", "everyone on social assistance in the period")
"""Who spend is about where no caseload was delivered, so that nothing is known of consent."""

MOTHERS_ASKED = Text(
    "alleenstaande moeders met algemene bijstand in de startmaand die toestemming gaven",
    "single mothers on general assistance in the first month who gave consent",
)
MOTHERS_ON_BENEFIT = Text(
    "alleenstaande moeders met algemene bijstand in de startmaand", "single mothers on general assistance in the first month"
)
PAID_WORKERS = Text(
    "werkenden met loon in deze levering die toestemming gaven", "workers with pay in this delivery who gave consent"
)
"""Who a section is about, where it is not the population of the primary estimand."""

LOW_AT_FIRST = Text(
    "werkenden met een consulent die in elk van de eerste drie maanden van de periode minder verdienden dan de laagloongrens",
    "workers with a coach who earned less than the low-pay threshold in each of the first three months of the period",
)
LOW_BY_A_RULE = Text(
    "werkenden met een laag uurloon vlak voor de start, volgens de ene of de andere regel",
    "workers with a low hourly wage just before the start, by the one rule or the other",
)
"""Who a section is about that chooses people in another way than the report's answer."""

IN_THESE_DATA = {"persons": Text("personen in deze gegevens", "persons in these data")}
"""What the tile with persons says where nothing is compared."""

RESILIENCE, EXIT = Text("economische veerkracht", "economic resilience"), Text("uitstroom naar werk", "exit to work")
"""What an association is with, as it reads within a sentence."""

AT_START: Mapping[str, Text] = {
    "ECR_T0": Text("de veerkracht aan de start", "resilience at the start"),
    "age": Text("de leeftijd", "age"),
    "duration": Text("de duur van de uitkering", "the duration of benefit"),
    "works": Text("werk naast de uitkering", "work next to the benefit"),
}
"""What was known of mothers at the start, as it reads within a sentence."""

STANDARD_DEVIATION = Text(
    "Een standaarddeviatie is hoe ver mensen gewoonlijk van het gemiddelde af zitten.",
    "A standard deviation is how far people usually are from the mean.",
)
"""Said in the caption of what is counted in standard deviations."""

TERMS: Mapping[str, Text] = {
    "all": Text("allen", "all"),
    "unknown": Text("onbekend", "unknown"),
    "woman": WOMAN,
    "man": MAN,
    "single": Text("alleenstaand", "single"),
    "lone_parent": Text("alleenstaande ouder", "lone parent"),
    "couple": Text("gehuwd of samenwonend", "married or cohabiting"),
    "other": Text("overig", "other"),
    "permanent": Text("onbepaalde tijd", "permanent"),
    "fixed_term": Text("bepaalde tijd", "fixed term"),
    "agency": Text("uitzendwerk", "agency work"),
    "on_call": Text("oproepwerk", "on call"),
    "no_pay": Text("geen loon", "no pay"),
    "low_flex": Text("onder de grens, flexibel", "below, flexible"),
    "low_permanent": Text("onder de grens, vast", "below, permanent"),
    "above_flex": Text("boven de grens, flexibel", "above, flexible"),
    "above_permanent": Text("boven de grens, vast", "above, permanent"),
    "out": Text("niet meer gezien", "not seen again"),
    "q1": Text("laagste vijfde", "lowest fifth"),
    "q2": Text("tweede vijfde", "second fifth"),
    "q3": Text("middelste vijfde", "middle fifth"),
    "q4": Text("vierde vijfde", "fourth fifth"),
    "q5": Text("hoogste vijfde", "highest fifth"),
    "household": Text("leefvorm", "household"),
    "age_band": Text("leeftijd", "age"),
    "sex": Text("geslacht", "sex"),
    "contract": Text("contract", "contract"),
    "type": Text("soort voorziening", "type of provision"),
}


MEASURED_AT_BASE = {
    "log_gap": Text("afstand tot de grens", "distance to the threshold"),
    "age": Text("leeftijd", "age"),
    "woman": Text("aandeel vrouwen", "share of women"),
    "permanent": Text("aandeel met een vast contract", "share on a permanent contract"),
}
"""What groups of workers at the base are made alike in, as it reads within a sentence."""


def term(key: str) -> Text:
    """Give the words for a category; one without words reads as it is written.

    >>> term("woman").nl, term("27-34").en
    ('vrouwen', '27-34')
    """
    return TERMS.get(key, Text(key, key))


def terms(keys: Iterable[str], own: Mapping[str, Text] | None = None) -> dict[str, Text]:
    """Give the words for several categories; `own` words go before the common ones."""
    return {key: (own or {}).get(key, term(key)) for key in keys}


def when(month: int) -> Text:
    """Say in which month since the start, at the beginning of a sentence."""
    return Text(f"In maand {month}", f"In month {month}") if month else Text("In de startmaand", "In the first month")
