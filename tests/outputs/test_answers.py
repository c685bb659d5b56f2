from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.errors import OutputError
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.answers import answer, no_comparison
from gm_workbench.outputs.output import NUMBER_HIDDEN, Measure, Role, Shape
from gm_workbench.outputs.sentences import verdict
from gm_workbench.outputs.weighing import smallest_relevant
from gm_workbench.vocabulary.declarations import Status
from gm_workbench.vocabulary.protocols import Assignment, Estimand, Fact, Section, load_protocol
from gm_workbench.vocabulary.text import Text

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

MOTHERS = Text("moeders", "mothers")


def well_seen(one: Estimate) -> Estimate:
    """Give an estimate of a design that would hardly miss a difference that matters."""
    return replace(one, se=one.se / 100)


@pytest.fixture
def resilience() -> Estimand:
    return Estimand(
        "resilience_12m",
        Text("verschil in veerkracht na 12 maanden", "difference in resilience after 12 months"),
        "points",
        Text("moeders die meededen", "mothers who took part"),
        Text("met min zonder", "with minus without"),
        12,
        Fact(2.0, Status.ASSUMED, "assumed"),
        primary=True,
    )


@pytest.fixture
def held(resilience: Estimand) -> Estimand:
    label = Text("verschil in de kans op blijvend meer loon", "difference in the probability of lastingly higher pay")
    return replace(
        resilience, name="held_24m", unit="probability", label=label, smallest_relevant=Fact(0.03, Status.ASSUMED, "assumed")
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "nl", "en"),
    [
        (2.9, -0.4, 6.1, "Dat is nog niet te zeggen.", "That cannot be said yet."),
        (2.9, 0.0, 6.1, "Dat is nog niet te zeggen.", "That cannot be said yet."),
        (
            2.9,
            0.4,
            6.1,
            "De uitkomst is hoger, maar het verschil kan te klein zijn om van belang te zijn.",
            "The outcome is higher, but the difference may be too small to matter.",
        ),
        (
            2.9,
            2.0,
            6.1,
            "Er is een verschil dat ertoe doet: de uitkomst is hoger.",
            "There is a difference that matters: the outcome is higher.",
        ),
        (0.9, 0.4, 1.9, "Het verschil is te klein om van belang te zijn.", "The difference is too small to matter."),
        (
            -2.9,
            -6.1,
            -0.4,
            "De uitkomst is lager, maar het verschil kan te klein zijn om van belang te zijn.",
            "The outcome is lower, but the difference may be too small to matter.",
        ),
        (
            -2.9,
            -6.1,
            -2.0,
            "Er is een verschil dat ertoe doet: de uitkomst is lager.",
            "There is a difference that matters: the outcome is lower.",
        ),
    ],
)
def test_answer_opens_with_its_verdict(
    value: float,
    low: float,
    high: float,
    nl: str,
    en: str,
    resilience: Estimand,
    section: Section,
    about: About,
    estimate: Maker,
    read: Reader,
) -> None:
    output = answer(well_seen(estimate(value, low, high)), resilience, section, about, who=MOTHERS)
    assert verdict(read(output))[0] == nl
    assert verdict(read(output, "en"))[0] == en


def test_answer_gives_the_number_and_its_interval(
    resilience: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    output = answer(well_seen(estimate(2.94, -0.4, 6.1)), resilience, section, about, who=MOTHERS)
    assert read(output) == (
        "Dat is nog niet te zeggen. Veerkracht na 12 maanden was 2,9 punten (op een schaal van 0 tot 100) hoger bij "
        "moeders van wie "
        "de consulent de nieuwe werkwijze invoerde dan bij de anderen. De marge loopt van −0,4 tot +6,1 punten: ook "
        "geen verschil past bij deze gegevens."
    )
    assert read(output, "en") == (
        "That cannot be said yet. Resilience after 12 months was 2.9 points (on a scale from 0 to 100) higher for "
        "mothers whose "
        "coach introduced the new way of working than for the others. The interval runs from −0.4 to +6.1 points: no "
        "difference fits these data too."
    )
    assert read(output, sentence=output.words.alt) == read(output)


def test_answer_in_probability_is_quoted_in_percentage_points(
    held: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    output = answer(well_seen(estimate(-0.052, -0.101, -0.004, "probability")), held, section, about)
    assert read(output) == (
        "De uitkomst is lager, maar het verschil kan te klein zijn om van belang te zijn. De kans op blijvend meer loon was "
        "5,2 procentpunt lager bij mensen van wie de consulent de nieuwe werkwijze invoerde dan bij de anderen. De marge loopt "
        "van −10,1 tot −0,4 procentpunt: ook een verschil dat te klein is om van belang te zijn, past bij deze gegevens."
    )
    assert output.cells[0].unit == "difference in probability"
    assert "kleiner dan 3,0 procentpunt" in output.words.caption.nl


def test_answer_that_rounds_to_nothing_says_equal(
    resilience: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    said = read(answer(estimate(0.04, -3.0, 3.1), resilience, section, about, who=MOTHERS))
    assert "was gemiddeld gelijk bij moeders" in said
    assert "0,0" not in said


def test_answer_is_silent_when_its_number_is_hidden(
    resilience: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    output = answer(estimate(2.9, 2.1, 6.1), resilience, section, about)
    assert read(output, hidden=("resilience_12m",)) == NUMBER_HIDDEN.nl


def test_answer_carries_what_the_guard_and_the_pooling_need(
    resilience: Estimand, section: Section, about: About, estimate: Maker
) -> None:
    output = answer(estimate(2.9, -0.4, 6.1), resilience, section, about)
    cell, chance = output.cells
    assert (chance.row, chance.unit, chance.n, chance.groups) == ("chance", "probability", 700, 38)
    assert (cell.measure, cell.n, cell.groups, cell.df) == (Measure.ESTIMATE, 700, 38, 697)
    assert (output.words.role, output.words.shown_as) == (Role.ANSWER, (Shape.INTERVAL,))
    assert (output.words.estimand, output.words.options) == ("resilience_12m", {"sesoi": 2.0})
    assert output.words.population == resilience.population


def test_answer_to_a_contrast_also_says_the_raw_difference(
    resilience: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    contrast = Contrast(estimate(2.9, -0.4, 6.1), estimate(4.4, 1.0, 7.8), 350, 350, 19, 19)
    output = answer(contrast, resilience, section, about)
    assert [cell.row for cell in output.cells] == ["resilience_12m", "raw", "chance"]
    assert read(output, sentence=output.words.more[0]) == (
        "Zonder rekening te houden met verschillen aan de start is het verschil +4,4 punten."
    )


@pytest.mark.parametrize(
    ("assignment", "says"), [(Assignment.UNKNOWN, False), (Assignment.BY_CHOICE, False), (Assignment.RANDOMISED, True)]
)
@pytest.mark.parametrize("interval", [(-0.4, 6.1), (0.4, 6.1), (2.4, 6.1), (0.4, 1.9), (-6.1, -2.4), (-6.1, -0.4)])
def test_the_word_effect_is_for_randomised_studies_only(
    assignment: Assignment,
    says: bool,
    interval: tuple[float, float],
    resilience: Estimand,
    section: Section,
    about: About,
    estimate: Maker,
    read: Reader,
) -> None:
    output = answer(estimate(sum(interval) / 2, *interval), resilience, section, replace(about, assignment=assignment))
    texts = [
        output.words.caption,
        output.words.label("difference"),
        *(more.text for more in output.words.more),
        output.words.sentence.text,
    ]
    assert any("effect" in text[language].lower() for text in texts for language in ("nl", "en")) is says
    assert len(output.words.more) == (2 if says else 3)


# the chance of seeing 2 points is .5 at a standard error of .9939 with 37 degrees of freedom
@pytest.mark.parametrize(("se", "tells"), [(0.98, True), (0.993, True), (0.995, False), (1.6, False), (math.nan, True)])
def test_a_design_that_would_miss_what_matters_says_that_the_data_cannot_tell(
    se: float, tells: bool, resilience: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    output = answer(replace(estimate(4.0, 0.5, 7.5), se=se), resilience, section, about, who=MOTHERS)
    first = verdict(read(output))[0]
    assert (first == "Deze gegevens kunnen dat niet uitwijzen.") is not tells
    assert (verdict(read(output, "en"))[0] == "These data cannot tell.") is not tells
    assert "De marge loopt van +0,5 tot +7,5 punten" in read(output)


def test_the_chance_of_seeing_what_matters_is_said(
    resilience: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    said = [
        read(output, sentence=output.words.more[1])
        for output in (answer(replace(estimate(4.0, 0.5, 7.5), se=se), resilience, section, about) for se in (0.5, 1.6))
    ]
    assert said[0] == "De kans om met deze gegevens een verschil van 2,0 punten te zien, was 97 %."
    assert said[1].startswith("De kans om met deze gegevens een verschil van 2,0 punten te zien, was maar 23 %. Een schatting")


@pytest.mark.parametrize(
    ("low", "high", "nl"),
    [
        (-1.9, 1.9, "De marge sluit een verschil van 2,0 punten of meer uit, naar boven en naar beneden."),
        (-2.0, 1.9, "De marge sluit een verschil van 2,0 punten of meer naar boven uit, naar beneden niet."),
        (-1.9, 2.0, "De marge sluit een verschil van 2,0 punten of meer naar beneden uit, naar boven niet."),
        (-2.0, 2.0, "De marge sluit een verschil van 2,0 punten of meer niet uit: niet naar boven en niet naar beneden."),
        (2.0, 6.0, "De marge sluit een verschil van 2,0 punten of meer naar beneden uit, naar boven niet."),
    ],
)
def test_an_answer_always_says_whether_what_matters_is_excluded(
    low: float, high: float, nl: str, resilience: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    output = answer(estimate((low + high) / 2, low, high), resilience, section, about)
    assert read(output, sentence=output.words.more[0]) == nl


@pytest.mark.parametrize(("unit", "word"), [("coach", "De consulenten kozen zelf"), ("team", "De teams kozen zelf")])
def test_who_chose_is_named(
    unit: str, word: str, resilience: Estimand, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    chosen = replace(about, assignment=Assignment.BY_CHOICE, unit=unit)
    output = answer(estimate(2.9, -0.4, 6.1), resilience, section, chosen)
    assert read(output, sentence=output.words.more[-1]).startswith(word)


def test_answer_without_enough_data_says_what_it_takes_and_not_what_there_was(
    resilience: Estimand, section: Section, about: About, read: Reader
) -> None:
    output = answer(NotEnoughData("ANCOVA", "coaches in each group", 2, 5), resilience, section, about)
    assert (output.words.role, output.words.shown_as, output.cells) == (Role.ANSWER, (Shape.WORDS,), ())
    assert read(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 5 consulenten per groep nodig."
    assert "2" not in read(output)


def test_no_comparison_says_so(section: Section, about: About, read: Reader) -> None:
    output = no_comparison(section, about)
    assert verdict(read(output))[0] == "Hier is niets te vergelijken."
    assert output.words.estimand == ""


def test_no_comparison_may_describe_a_share(section: Section, about: About, read: Reader) -> None:
    output = no_comparison(section, about, share=(120, 900), share_text=Text("Dat lukte {share} %.", "{share} % did."))
    assert read(output, sentence=output.words.more[0]) == "Dat lukte 13 %."
    assert read(output, sentence=output.words.more[0], hidden=("all",)) == NUMBER_HIDDEN.nl


def test_smallest_relevant_must_be_a_number(resilience: Estimand) -> None:
    with pytest.raises(OutputError, match="resilience_12m: the smallest relevant difference must be a number"):
        smallest_relevant(replace(resilience, smallest_relevant=Fact("two", Status.ASSUMED, "assumed")))


def test_answer_of_the_shipped_protocols_reads_well(section: Section, about: About, estimate: Maker, read: Reader) -> None:
    tilburg, amersfoort = load_protocol("tilburg_single_mothers").primary, load_protocol("amersfoort_upward_mobility").primary
    assert "Economische veerkracht na 12 maanden was" in read(answer(estimate(2.9, -0.4, 6.1), tilburg, section, about))
    assert "De kans om binnen 24 maanden" in read(
        answer(estimate(0.05, -0.01, 0.11, "probability"), amersfoort, section, about)
    )


@pytest.mark.parametrize(("followed", "cells"), [(11, 0), (12, 1), (None, 1)])
def test_of_a_period_that_ends_before_the_horizon_nothing_is_answered_whatever_was_calculated(
    estimate: Maker, resilience: Estimand, section: Section, about: About, read: Reader, followed: int | None, cells: int
) -> None:
    output = answer(well_seen(estimate(2.9, 1.0, 6.1)), resilience, section, replace(about, followed=followed))
    assert sum(cell.measure is Measure.ESTIMATE and cell.column == "difference" for cell in output.cells[:1]) == cells
    said = "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 12 maanden vanaf de start nodig."
    assert (read(output) == said) is not bool(cells)
