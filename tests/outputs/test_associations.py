"""What associations of teams say; those of coaches are in test_treatment.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.metrics.cascade import WithinBetween
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.associations import COACHES, TEAMS, association, rows_of, slope
from gm_workbench.outputs.output import NUMBER_HIDDEN, Shape
from gm_workbench.outputs.terms import EXIT, INTENTION, STEERING, TWO_VOICES, USE_OF_MODEL
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

Maker = Callable[..., Estimate]
Reader = Callable[..., str]


@pytest.fixture
def slopes(estimate: Maker) -> Callable[..., WithinBetween]:
    def maker(within: tuple[float, float], between: tuple[float, float], unit: str = "points") -> WithinBetween:
        parts = [estimate(sum(ends) / 2, *ends, unit, 110, 17) for ends in (within, between, (-1.0, 2.0))]
        return WithinBetween(*parts, per=10.0)

    return maker


@pytest.mark.parametrize(
    ("within", "between", "nl", "en"),
    [
        (
            (-1.0, 2.0),
            (-1.0, 2.0),
            "Of aansturing met het gedragsmodel en gebruik van het gedragsmodel samenhangen, is nog niet te zeggen.",
            "Whether steering with the behavioural model and use of the behavioural model go together cannot be said yet.",
        ),
        (
            (1.0, 2.0),
            (-1.0, 2.0),
            (
                "Aansturing met het gedragsmodel en gebruik van het gedragsmodel hangen samen binnen teams; tussen teams is "
                "dat nog niet te zeggen."
            ),
            (
                "Steering with the behavioural model and use of the behavioural model go together within teams; between teams "
                "that cannot be said yet."
            ),
        ),
        (
            (-1.0, 2.0),
            (-3.0, -2.0),
            (
                "Aansturing met het gedragsmodel en gebruik van het gedragsmodel hangen samen tussen teams; binnen teams is "
                "dat nog niet te zeggen."
            ),
            (
                "Steering with the behavioural model and use of the behavioural model go together between teams; within teams "
                "that cannot be said yet."
            ),
        ),
        (
            (1.0, 2.0),
            (1.0, 2.0),
            "Aansturing met het gedragsmodel en gebruik van het gedragsmodel hangen samen, binnen teams en tussen teams.",
            "Steering with the behavioural model and use of the behavioural model go together, within teams and between teams.",
        ),
    ],
)
def test_a_relation_is_said_within_teams_and_between_them(
    within: tuple[float, float],
    between: tuple[float, float],
    nl: str,
    en: str,
    slopes: Callable[..., WithinBetween],
    section: Section,
    about: About,
    read: Reader,
) -> None:
    output = association(slopes(within, between), section, about, predictor=STEERING, outcome=USE_OF_MODEL, levels=TEAMS)
    assert read(output).startswith(nl)
    assert read(output, "en").startswith(en)


def test_a_relation_of_teams_gives_both_numbers_in_points(
    slopes: Callable[..., WithinBetween], section: Section, about: About, read: Reader
) -> None:
    output = association(
        slopes((-2.0, 4.0), (5.0, 9.0)), section, about, predictor=STEERING, outcome=USE_OF_MODEL, levels=TEAMS
    )
    assert read(output).endswith(
        "Bij 10 punten meer aansturing met het gedragsmodel hoort binnen teams een verschil van +1,0 punten (marge −2,0 tot "
        "+4,0), en tussen teams +7,0 (marge +5,0 tot +9,0)."
    )
    assert output.words.caption.en == (
        "Difference in use of the behavioural model with 10 points more in steering with the behavioural model, with its "
        "interval (95 %)."
    )
    assert read(output, "en", sentence=output.words.more[0]) == (
        "Within: people of the same team. Between: the mean of each team. A relation does not say which is cause and which is "
        "consequence."
    )
    assert output.words.axes["x"].label.nl == "verschil in gebruik van het gedragsmodel (punten)"
    assert [(cell.row, cell.groups) for cell in output.cells] == [("within", 17), ("between", 17), ("difference", 17)]


def test_a_relation_with_leaving_is_in_percentage_points(
    slopes: Callable[..., WithinBetween], section: Section, about: About, read: Reader
) -> None:
    output = association(
        slopes((0.001, 0.019), (-0.01, 0.03), "probability"), section, about, predictor=INTENTION, outcome=EXIT
    )
    assert "een verschil van +1,0 procentpunt (marge +0,1 tot +1,9), en tussen consulenten +1,0" in read(output)
    assert output.words.axes["x"].label.en == "difference in exit to work (percentage points)"


@pytest.mark.parametrize(("unit", "size", "printed"), [("points", 1, "+0,02 tot"), ("probability", 100, "+0,02 tot")])
def test_an_interval_that_just_misses_zero_does_not_print_as_zero(
    unit: str, size: int, printed: str, slopes: Callable[..., WithinBetween], section: Section, about: About, read: Reader
) -> None:
    found = slopes((0.02 / size, 1.0 / size), (-1.0 / size, 2.0 / size), unit)
    said = read(association(found, section, about, predictor=INTENTION, outcome=EXIT, levels=TEAMS))
    assert "hangen samen binnen teams" in said
    assert printed in said


def test_a_caveat_and_a_longer_name_are_said(
    slopes: Callable[..., WithinBetween], section: Section, about: About, read: Reader
) -> None:
    output = association(
        slopes((-2.0, 4.0), (5.0, 9.0)),
        section,
        about,
        predictor=STEERING,
        outcome=USE_OF_MODEL,
        levels=TEAMS,
        in_full=Text("aansturing, volgens de consulent", "steering, as the coach sees it"),
        caveat=Text("Consulenten beoordeelden beide.", "Coaches rated both."),
    )
    assert read(output, sentence=output.words.more[1]) == "Consulenten beoordeelden beide."
    assert "bij 10 punten meer aansturing, volgens de consulent" in output.words.caption.nl


def test_a_relation_of_which_a_number_is_hidden_is_not_said(
    slopes: Callable[..., WithinBetween], section: Section, about: About, read: Reader
) -> None:
    output = association(
        slopes((-2.0, 4.0), (5.0, 9.0)), section, about, predictor=STEERING, outcome=USE_OF_MODEL, levels=TEAMS
    )
    assert read(output, hidden=("between",)) == NUMBER_HIDDEN.nl


def test_a_relation_never_claims_an_effect(
    slopes: Callable[..., WithinBetween], section: Section, about: About, read: Reader
) -> None:
    output = association(slopes((1.0, 2.0), (1.0, 2.0)), section, about, predictor=STEERING, outcome=USE_OF_MODEL, levels=TEAMS)
    said = [
        read(output, language, sentence=one) for one in (output.words.sentence, *output.words.more) for language in ("nl", "en")
    ]
    assert "effect" not in " ".join(said)


@pytest.mark.parametrize(
    ("levels", "nl", "en"),
    [
        (TEAMS, "minstens 10 teams nodig", "at least 10 teams"),
        (COACHES, "minstens 10 consulenten nodig", "at least 10 coaches"),
    ],
)
def test_a_relation_of_too_few_groups_names_what_the_groups_are(
    levels, nl: str, en: str, section: Section, about: About, read: Reader
) -> None:
    short = NotEnoughData("within", "groups", 4, 10)
    output = association(short, section, about, predictor=STEERING, outcome=USE_OF_MODEL, levels=levels)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert nl in read(output)
    assert en in read(output, "en")


def test_rows_are_named_after_the_groups() -> None:
    assert [text.nl for text in rows_of(TEAMS).values()] == ["binnen teams", "tussen teams", "tussen min binnen"]


@pytest.mark.parametrize(
    ("ends", "nl", "en"),
    [
        ((1.9, 9.5), "Aansturing met het gedragsmodel en gebruik van het gedragsmodel hangen samen.", "go together."),
        ((-9.5, -1.9), "Aansturing met het gedragsmodel en gebruik van het gedragsmodel hangen samen.", "go together."),
        ((0.0, 9.5), "Of aansturing met het gedragsmodel en gebruik van het gedragsmodel samenhangen, is nog niet te", "yet."),
    ],
)
def test_one_slope_is_read_in_both_directions(
    ends: tuple[float, float], nl: str, en: str, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    found = estimate(sum(ends) / 2, *ends, "points", 110, 17)
    output = slope(found, section, about, predictor=STEERING, outcome=USE_OF_MODEL, per=10, caveat=TWO_VOICES)
    assert read(output).startswith(nl)
    assert en in read(output, "en")
    assert "Bij 10 punten meer aansturing met het gedragsmodel hoort een verschil van" in read(output)
    assert output.words.more[0].text == TWO_VOICES
    assert [(cell.n, cell.groups, cell.df) for cell in output.cells] == [(110, 17, 107)]


def test_one_slope_without_enough_data_names_teams(section: Section, about: About, read: Reader) -> None:
    short = NotEnoughData("slope", "teams", 9, 10)
    output = slope(short, section, replace(about, unit="team"), predictor=STEERING, outcome=USE_OF_MODEL, per=10)
    assert read(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 10 teams nodig."
