from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.joint import JointTest
from gm_workbench.outputs.about import About
from gm_workbench.outputs.determinants import determinants
from gm_workbench.outputs.output import NUMBER_HIDDEN, Output, Shape
from gm_workbench.outputs.terms import AFTER_A_YEAR, BEGUN_EARLY
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

UP, DOWN, OPEN = (1.0, 5.0), (-6.0, -2.0), (-1.0, 3.0)
SHORT = NotEnoughData("ANCOVA", "teams in each group", 3, 4)


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def maker(intervals: Mapping[str, tuple[float, float] | NotEnoughData], told: About = about) -> Output:
        found = {
            code: one if isinstance(one, NotEnoughData) else estimate(sum(one) / 2, *one) for code, one in intervals.items()
        }
        return determinants(found, section, replace(told, unit="team"), contrast=BEGUN_EARLY, wave=AFTER_A_YEAR)

    return maker


@pytest.mark.parametrize(
    ("intervals", "nl", "en"),
    [
        (
            {"SKL": OPEN, "INT": (0.0, 2.0)},
            "Van geen van deze determinanten is te zeggen of die hoger of lager was dan in de andere teams.",
            "Of none of these determinants can it be said whether it was higher or lower than in the other teams.",
        ),
        (
            {"SKL": UP},
            "Hoger dan in de andere teams was de score voor vaardigheden (+3,0 punten, marge +1,0 tot +5,0).",
            "The score was higher than in the other teams for skills (+3.0 points, interval +1.0 to +5.0).",
        ),
        (
            {"SKL": UP, "INT": OPEN},
            (
                "Hoger dan in de andere teams was de score voor vaardigheden (+3,0 punten, marge +1,0 tot +5,0). Voor "
                "intentie is dat nog niet te zeggen."
            ),
            (
                "The score was higher than in the other teams for skills (+3.0 points, interval +1.0 to +5.0). For "
                "intention that cannot be said yet."
            ),
        ),
        (
            {"SEF": DOWN, "INT": OPEN, "ATT": OPEN},
            (
                "Lager dan in de andere teams was de score voor geloof in eigen kunnen (−4,0 punten, marge −6,0 tot −2,0). "
                "Voor intentie en houding "
                "is dat nog niet te zeggen."
            ),
            (
                "The score was lower than in the other teams for self-efficacy (−4.0 points, interval −6.0 to −2.0). "
                "For intention and attitude that cannot be said yet."
            ),
        ),
        (
            {"SEF": UP, "ATT": UP},
            (
                "Hoger dan in de andere teams waren de scores voor geloof in eigen kunnen (+3,0 punten, marge +1,0 tot "
                "+5,0) en houding (+3,0 "
                "punten, marge +1,0 tot +5,0)."
            ),
            (
                "Scores were higher than in the other teams for self-efficacy (+3.0 points, interval +1.0 to +5.0) and "
                "attitude (+3.0 points, "
                "interval +1.0 to +5.0)."
            ),
        ),
        (
            {"SEF": DOWN, "ATT": DOWN, "INT": UP},
            (
                "Hoger dan in de andere teams was de score voor intentie (+3,0 punten, marge +1,0 tot +5,0). Lager dan in "
                "de andere teams waren de scores voor geloof in "
                "eigen kunnen (−4,0 punten, marge −6,0 tot −2,0) en houding (−4,0 punten, marge −6,0 tot −2,0)."
            ),
            (
                "The score was higher than in the other teams for intention (+3.0 points, interval +1.0 to +5.0). Scores "
                "were lower than in the other teams for self-efficacy "
                "(−4.0 points, interval −6.0 to −2.0) and attitude (−4.0 points, interval −6.0 to −2.0)."
            ),
        ),
    ],
)
def test_determinants_name_what_is_higher_lower_and_not_to_be_told(
    intervals: dict[str, tuple[float, float]], nl: str, en: str, shown: Callable[..., Output], read: Reader
) -> None:
    output = shown(intervals)
    assert read(output) == nl
    assert read(output, "en") == en


def test_three_names_are_listed_with_a_comma(shown: Callable[..., Output], read: Reader) -> None:
    said = read(shown({"SEF": UP, "ATT": OPEN, "INT": OPEN, "SKL": OPEN}))
    assert said.endswith("Voor houding, intentie en vaardigheden is dat nog niet te zeggen.")


def test_an_interval_that_just_misses_zero_does_not_print_as_zero(shown: Callable[..., Output], read: Reader) -> None:
    assert "(+1,02 punten, marge +0,04 tot +2,00)" in read(shown({"SKL": (0.04, 2.0)}))


def test_a_determinant_without_enough_data_is_left_out(shown: Callable[..., Output], read: Reader) -> None:
    output = shown({"SKL": UP, "INT": SHORT})
    assert [cell.row for cell in output.cells] == ["SKL"]
    assert "intentie" not in read(output)


def test_determinants_are_read_with_their_contrast_and_a_warning(shown: Callable[..., Output], read: Reader) -> None:
    output = shown({"SKL": UP, "INT": OPEN})
    assert output.words.caption.nl == (
        "Verschil per determinant na 12 maanden, bij gelijke score aan de start: kandidaten van teams die binnen een half "
        "jaar begonnen min kandidaten van de andere teams (ook als die later begonnen). Marge (95 %) met teams als eenheid."
    )
    more = [read(output, "en", sentence=one) for one in output.words.more]
    assert more[0].startswith("This is a step on the way and not yet an exit")
    assert more[1].startswith("How it was decided who introduced")
    assert (output.words.label("SKL").en, output.words.shown_as) == ("skills", (Shape.DOTS,))
    assert [(cell.unit, cell.groups) for cell in output.cells] == [("points", 38), ("points", 38)]


def test_a_hidden_number_silences_the_sentence(shown: Callable[..., Output], read: Reader) -> None:
    assert read(shown({"SKL": UP, "INT": OPEN}), hidden=("SKL",)) == NUMBER_HIDDEN.nl
    silent = NUMBER_HIDDEN.nl
    assert read(shown({"SKL": OPEN, "INT": OPEN}), hidden=("SKL",)) == silent  # nor what is not to be said of it
    assert read(shown({"SKL": UP, "INT": OPEN}), hidden=("INT",)) == silent


@pytest.mark.parametrize("assignment", list(Assignment))
def test_determinants_say_effect_only_after_a_lot(
    assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader
) -> None:
    output = shown({"SKL": UP, "INT": DOWN}, replace(about, assignment=assignment))
    texts = [output.words.sentence, *output.words.more]
    said = " ".join([read(output, language, sentence=one) for one in texts for language in ("nl", "en")])
    assert "effect" not in said
    assert ("effect" in output.words.label("difference").nl) is (assignment is Assignment.RANDOMISED)
    assert len(output.words.more) == (2 if assignment is Assignment.RANDOMISED else 3)


@pytest.mark.parametrize(
    ("short", "nl"),
    [
        (SHORT, "daarvoor zijn minstens 4 teams per groep nodig."),
        (replace(SHORT, got=0), "er zijn geen teams die het hele jaar anders werkten om mee te vergelijken."),
    ],
)
def test_determinants_without_enough_data_are_one_sentence(
    short: NotEnoughData, nl: str, shown: Callable[..., Output], read: Reader
) -> None:
    output = shown({"SKL": short, "INT": short})
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert read(output) == f"Dat is met deze gegevens niet te zeggen: {nl}"


def test_no_determinants_at_all_are_one_sentence(shown: Callable[..., Output], read: Reader) -> None:
    assert read(shown({}), "en") == "That cannot be said with these data: that takes at least 10 persons."


@pytest.mark.parametrize(
    ("p", "nl"), [(0.049, "vindt een verschil. In welke"), (0.05, "vindt geen verschil. Dat bewijst niet dat er geen is.")]
)
def test_all_determinants_at_once_are_said_to_differ_or_not(
    p: float, nl: str, estimate: Maker, section: Section, about: About, read: Reader
) -> None:
    found, test = {"SKL": estimate(3.0, *UP), "INT": estimate(1.0, *OPEN)}, JointTest(2.0, 2, 9.0, p, 17, 700)
    output = determinants(found, section, about, contrast=BEGUN_EARLY, wave=AFTER_A_YEAR, joint=test)
    said = [read(output, sentence=one) for one in output.words.more]
    assert said[2].startswith("Elke marge geldt voor die ene determinant.")
    assert said[3].startswith("Gevoeligheidsanalyse: één toets op alle 2 determinanten tegelijk")
    assert nl in said[3]


def test_too_few_teams_for_all_determinants_at_once_are_said_so(
    estimate: Maker, section: Section, about: About, read: Reader
) -> None:
    short = NotEnoughData("HTZ", "clusters", 8, 9)
    output = determinants({"SKL": estimate(3.0, *UP)}, section, about, contrast=BEGUN_EARLY, wave=AFTER_A_YEAR, joint=short)
    assert read(output, "en", sentence=output.words.more[-1]).startswith("There are too few teams to take all determinants")
