"""What a path along a step in between says, and that it is never said without what could explain it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.between_groups import LevelMediation
from gm_workbench.metrics.confounding import AtCorrelation, Tilt
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.paths import Mediation, Steps
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import NUMBER_HIDDEN, Output, Shape
from gm_workbench.outputs.pathways import BETWEEN_PEOPLE, pathway
from gm_workbench.outputs.sentences import say
from gm_workbench.outputs.terms import EXIT, USE_OF_MODEL
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

SHORT = NotEnoughData("3-2-1", "teams", 8, 10)
ENDS = {True: (0.004, 0.041), False: (-0.004, 0.041)}


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def maker(sure: bool = True, unit: str = "probability", size: float = 1.0, told: About = about, **more: object) -> Output:
        def of(value: float, low: float, high: float) -> Estimate:
            ends = sorted((low * size, high * size))
            return estimate(value * size, *ends, unit, 900, 20)

        indirect = of(0.02, *ENDS[sure])
        steps = Steps(of(8.0, 3.0, 13.0), of(0.0025, 0.001, 0.004), 6.0, 0.06, (18, 17))
        path = Mediation(indirect, of(0.011, -0.03, 0.052), of(0.031, -0.002, 0.064), SHORT, 0.27, steps)
        curve = tuple(AtCorrelation(rho, of(0.02 - rho / 14, -0.02, 0.04)) for rho in (-0.1, 0.0, 0.1, 0.2))
        tilted = Tilt(0.27, 0.06 if sure else 0.0, 0.27, curve)
        best = of(0.025, 0.003, 0.05)
        levels = LevelMediation(
            path, of(0.001, 0.0, 0.002), of(0.001, 0.0, 0.002), of(0.8, 0.6, 0.9), more.pop("corrected", best)
        )
        result = more.pop("result", levels)
        tilted = more.pop("tilted", tilted)
        return pathway(result, tilted, section, told, mediator=USE_OF_MODEL, outcome=EXIT, **more)

    return maker


def test_a_path_says_its_numbers_and_what_an_unknown_factor_would_need(shown: Callable[..., Output], read: Reader) -> None:
    output = shown()
    assert read(output) == (
        "Er loopt een verschil in uitstroom naar werk langs gebruik van het gedragsmodel. Langs gebruik van het gedragsmodel "
        "is het +2,0 procentpunt (marge +0,4 tot +4,1), daarbuiten +1,1 (marge −3,0 tot +5,2), samen +3,1 (marge −0,2 tot "
        "+6,4)."
    )
    assert read(output, sentence=output.words.more[0]) == (
        "Een onbekende factor die 27 % verklaart van wat er tussen teams nog onverklaard is aan gebruik van het gedragsmodel, "
        "en evenveel van uitstroom naar werk, zou dit kunnen verklaren. Vanaf 6 % is het al niet meer zeker."
    )
    assert read(output, "en") == (
        "A difference in exit to work runs along use of the behavioural model. Along use of the behavioural model it is +2.0 "
        "percentage points (interval +0.4 to +4.1), outside it +1.1 (interval −3.0 to +5.2), together +3.1 (interval −0.2 to "
        "+6.4)."
    )
    assert read(output, "en", sentence=output.words.more[0]) == (
        "An unknown factor that explains 27% of what is still unexplained between teams of use of the behavioural model, and "
        "as much of exit to work, could explain this. From 6% on it is no longer certain."
    )


def test_a_path_that_may_be_zero_is_not_said_to_be_there(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(sure=False)
    assert read(output).startswith("Of er een verschil in uitstroom naar werk langs gebruik van het gedragsmodel loopt, is nog")
    assert read(output, "en").startswith("Whether a difference in exit to work runs along use of the behavioural model cannot")
    factor = read(output, sentence=output.words.more[0])
    assert factor.endswith("brengt dit op nul. Ook zonder zo'n factor past nul bij deze gegevens.")
    assert "zou dit kunnen verklaren" not in factor


def test_a_path_to_less_is_said_with_the_same_words(shown: Callable[..., Output], read: Reader) -> None:
    output = shown(size=-1.0)
    assert output.words.sentence.text == shown().words.sentence.text
    assert "is het −2,0 procentpunt (marge −4,1 tot −0,4)" in read(output)
    assert "zou dit kunnen verklaren" in read(output, sentence=output.words.more[0])


def test_a_path_of_points_is_in_points(shown: Callable[..., Output], read: Reader) -> None:
    assert "is het +2,0 punten (marge +0,4 tot +4,1)" in read(shown(unit="points", size=100.0))


def test_only_factors_that_push_towards_zero_are_shown(shown: Callable[..., Output]) -> None:
    output = shown()
    rows = [cell.row for cell in output.cells]
    assert rows == ["indirect", "direct", "total", "corrected", "factor_10", "factor_20", "needed", "unsure"]
    assert output.words.label("factor_20").nl == "langs gebruik van het gedragsmodel, als een onbekende factor 20 % verklaart"
    assert output.words.label("corrected").en.endswith("allowing for unsure means")


def test_a_path_of_one_level_speaks_of_people(shown: Callable[..., Output], read: Reader, estimate: Maker) -> None:
    parts = [estimate(0.02, 0.004, 0.04, "probability", 900, None) for _ in range(3)]
    one = Mediation(*parts, SHORT, 0.2, Steps(parts[0], parts[1], 1.0, 1.0, (890, 889)))
    output = shown(result=one, where=BETWEEN_PEOPLE)
    assert "tussen mensen nog onverklaard" in read(output, sentence=output.words.more[0])
    assert len(output.words.more) == 2  # nothing about differences within teams
    assert "corrected" not in [cell.row for cell in output.cells]


def test_means_that_cannot_be_relied_on_are_said_to_be_unsure(shown: Callable[..., Output], read: Reader) -> None:
    noisy = NotEnoughData("unreliable", "reliable means of groups", 0, 1)
    output, sure = shown(corrected=noisy), shown()
    assert read(output, sentence=output.words.more[2]).startswith("De gemiddelden per team zijn hier onzeker")
    assert "corrected" not in [cell.row for cell in output.cells]
    assert len(sure.words.more) == len(output.words.more) - 1


@pytest.mark.parametrize("assignment", list(Assignment))
def test_a_path_never_says_effect_also_after_a_lot(
    assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader
) -> None:
    output = shown(told=replace(about, assignment=assignment))
    said = [
        read(output, language, sentence=one) for one in (output.words.sentence, *output.words.more) for language in ("nl", "en")
    ]
    assert "effect" not in " ".join([*said, output.words.caption.nl, output.words.caption.en])
    assert said[-2].startswith("Geen loting bepaalde gebruik van het gedragsmodel.")


@pytest.mark.parametrize("hidden", ["indirect", "needed"])
def test_a_path_of_which_a_number_is_hidden_is_not_said(hidden: str, shown: Callable[..., Output], read: Reader) -> None:
    output = shown()
    said = [read(output, sentence=one, hidden=(hidden,)) for one in (output.words.sentence, output.words.more[0])]
    assert NUMBER_HIDDEN.nl in said


def test_the_guard_shows_a_path_of_enough_teams_and_hides_one_of_few(shown: Callable[..., Output]) -> None:
    policy = load_policy("cbs-stijl")
    good = protect([shown()], policy).outputs[0]
    assert say(good.words.more[0], good, "nl").startswith("Een onbekende factor die 27 %")
    few = shown()
    few = replace(few, cells=tuple(replace(cell, groups=policy.minimum_groups - 1) for cell in few.cells))
    kept = protect([few], policy).outputs[0]
    assert all(not isinstance(cell.value, float) for cell in kept.cells)


@pytest.mark.parametrize("which", ["result", "tilted"])
def test_a_path_without_enough_data_is_one_sentence(which: str, shown: Callable[..., Output], read: Reader) -> None:
    output = shown(**{which: SHORT})
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert read(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 10 teams nodig."
