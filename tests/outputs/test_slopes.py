from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.johnson_neyman import Region
from gm_workbench.metrics.moderation_levels import Levels
from gm_workbench.metrics.slope_bounds import Stretch
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Shape
from gm_workbench.outputs.slopes import moderation_apart, slope_curves, slope_shares
from gm_workbench.vocabulary.protocols import Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

SHORT = NotEnoughData("region", "persons", 12, 30)


@pytest.fixture
def region(estimate: Maker) -> Callable[..., Region]:
    """Make a region from its stretches (direction, persons) and the bounds between them, looked at from 20 to 80."""

    def maker(moderator: str, *stretches: tuple[int, int], bounds: tuple[float, ...] = (), first: int = 20) -> Region:
        ends = (-math.inf, *bounds, math.inf)
        parts = tuple(Stretch(ends[i], ends[i + 1], *one) for i, one in enumerate(stretches))
        curve = tuple((float(z), estimate(z / 20, z / 20 - 0.5, z / 20 + 0.5)) for z in range(first, 81, 20))
        persons = sum(count for _, count in stretches)
        return Region(moderator, bounds, parts, estimate(0.1, 0.0, 0.2), curve, persons, 2.4, 700.0, (20.0, 80.0))

    return maker


def test_curves_go_from_low_to_high_and_quote_both_ends(
    region: Callable[..., Region], section: Section, about: About, read: Reader
) -> None:
    output = slope_curves([region("SKL", (1, 700), first=40), region("ENV", (1, 700))], section, about, per=10)
    assert list(dict.fromkeys(cell.column for cell in output.cells)) == ["20", "40", "60", "80"]
    assert read(output) == (
        "Bij een score van 40 voor vaardigheden gaan 10 punten meer intentie samen met +2,0 punten gedrag (marge +1,5 tot "
        "+2,5); bij een score van 80 met +4,0 punten (marge +3,5 tot +4,5)."
    )
    assert output.words.shown_as == (Shape.TREND,)


@pytest.mark.parametrize(
    ("stretches", "bounds", "says"),
    [
        (
            ((0, 100), (1, 600)),
            (40.0,),
            "Of the mothers 86% have a score of skills at which more intention is shown to go with more",
        ),
        (
            ((-1, 100), (0, 200), (1, 400)),
            (30.0, 50.0),
            "Of the mothers 14% have a score of skills at which more intention is shown to",
        ),
        (
            ((0, 6), (1, 694)),
            (10.0,),
            "At all scores of skills that are drawn more intention is shown to go with more behaviour",
        ),
        (
            ((-1, 694), (0, 6)),
            (90.0,),
            "At all scores of skills that are drawn more intention is shown to go with less behaviour",
        ),
        (((0, 700),), (), "At none of the scores of skills that are drawn"),
        (((1, 2), (0, 698)), (15.0,), "At none of the scores of skills that are drawn"),
    ],
)
def test_shares_say_where_the_step_is_shown(
    stretches: tuple[tuple[int, int], ...],
    bounds: tuple[float, ...],
    says: str,
    region: Callable[..., Region],
    section: Section,
    about: About,
    read: Reader,
) -> None:
    assert read(slope_shares([region("SKL", *stretches, bounds=bounds)], section, about), "en").startswith(says)


def test_moderators_that_say_the_same_are_said_together(
    region: Callable[..., Region], section: Section, about: About, read: Reader
) -> None:
    said = read(slope_shares([region("SKL", (1, 700)), region("ENV", (1, 700))], section, about), "en")
    assert said.startswith(
        "At all scores of skills and barriers that are drawn more intention is shown to go with more behaviour"
    )
    apart = read(slope_shares([region("SKL", (1, 700)), region("ENV", (0, 700))], section, about))
    assert slope_shares([region("SKL", (1, 700))], section, about).words.shown_as == (Shape.WORDS,)
    assert "Bij geen van de getekende scores voor belemmeringen" in apart


def test_shares_are_counts_of_persons_and_limits_stand_only_where_measurements_are(
    region: Callable[..., Region], section: Section, about: About
) -> None:
    output = slope_shares([region("SKL", (0, 100), (1, 600), (0, 0), bounds=(40.0, 95.0))], section, about)
    assert [(cell.column, cell.numerator) for cell in output.cells if cell.numerator is not None] == [
        ("more", 600),
        ("unsure", 100),
        ("less", 0),
    ]
    assert [(cell.column, cell.value) for cell in output.cells if cell.numerator is None] == [("bound", 40.0), ("change", 0.1)]


def test_a_direction_at_all_scores_is_not_said_where_its_model_is_hidden(
    region: Callable[..., Region], section: Section, about: About, read: Reader
) -> None:
    """There is no share to give then, and the words would be all that is left."""
    output = slope_shares([region("SKL", (1, 700)), region("ENV", (0, 700))], section, about)
    assert "more behaviour" in read(output, "en")
    assert read(output, "en", hidden=("SKL",)) == "The number that belongs here is not shown, to protect persons."


def test_share_that_is_hidden_is_not_said(region: Callable[..., Region], section: Section, about: About, read: Reader) -> None:
    output = slope_shares([region("SKL", (0, 6), (1, 694), bounds=(25.0,))], section, about)
    assert read(output, hidden=("SKL",)).startswith("Het aandeel wordt niet getoond")


@pytest.mark.parametrize(
    ("within", "says"),
    [
        ((0.1, 0.9), "Heeft dezelfde moeder meer vaardigheden, dan is haar stap groter."),
        ((-0.9, -0.1), "Heeft dezelfde moeder meer vaardigheden, dan is haar stap kleiner."),
        ((0.0, 0.9), "Of de stap van dezelfde moeder verandert met haar vaardigheden, is nog niet te zeggen."),
    ],
)
def test_moderation_within_the_same_mother_is_read_in_both_directions(
    within: tuple[float, float], says: str, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    middle = estimate(sum(within) / 2, *within)
    levels = Levels(
        "SKL", middle, estimate(0.2, 0.1, 0.3), estimate(1.8, 1.0, 2.6), estimate(2, 1, 3), estimate(4, 3, 5), 20.0, 10
    )
    output = moderation_apart([levels, SHORT], section, about)
    assert read(output).startswith(says)
    assert "Tussen moeders is het verschil +1,8 punten (marge +1,0 tot +2,6)." in read(output)
    assert [cell.row for cell in output.cells] == ["SKL_within", "SKL_across", "SKL_between"]


@pytest.mark.parametrize("build", [lambda *given: slope_curves(*given, per=10), slope_shares, moderation_apart])
def test_steps_without_enough_data_are_one_sentence(
    build: Callable[..., object], section: Section, about: About, read: Reader
) -> None:
    output = build([SHORT, SHORT], section, about)
    assert read(output, "en") == "That cannot be said with these data: that takes at least 30 persons."
