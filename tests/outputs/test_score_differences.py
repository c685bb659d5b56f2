"""How far apart two groups of teams answered: what is said, and what it may not be read as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Output, Shape
from gm_workbench.outputs.score_differences import score_differences
from gm_workbench.outputs.terms import USE_OF_MODEL
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

FEW = NotEnoughData("ANCOVA", "teams in each group", 3, 4)
NOBODY = NotEnoughData("ANCOVA", "persons in each group", 0, 10)


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def maker(told: About = about, **waves: tuple[float, float] | NotEnoughData) -> Output:
        found = {
            wave: one if isinstance(one, NotEnoughData) else estimate(sum(one) / 2, *one, n=120, groups=17)
            for wave, one in ({"T0": (1.0, 21.0), "T6": (10.0, 30.0), "T12": (12.0, 28.0)} | waves).items()
        }
        return score_differences(found, section, replace(told, unit="team"), name=USE_OF_MODEL)

    return maker


def told(output: Output, read: Reader, language: str = "nl") -> list[str]:
    return [read(output, language, sentence=one) for one in (output.words.sentence, *output.words.more)]


@pytest.mark.parametrize(
    ("last", "nl", "en"),
    [
        (
            (12.0, 28.0),
            (
                "scoorden na 12 maanden 20,0 punten hoger op gebruik van het gedragsmodel dan consulenten van de "
                "andere teams (marge +12,0 tot +28,0)."
            ),
            (
                "scored 20.0 points higher after 12 months on use of the behavioural model than coaches of the other "
                "teams (interval +12.0 to +28.0)."
            ),
        ),
        (
            (-28.0, -12.0),
            (
                "scoorden na 12 maanden 20,0 punten lager op gebruik van het gedragsmodel dan consulenten van de "
                "andere teams (marge −28,0 tot −12,0)."
            ),
            (
                "scored 20.0 points lower after 12 months on use of the behavioural model than coaches of the other "
                "teams (interval −28.0 to −12.0)."
            ),
        ),
        (
            (-1.0, 19.0),
            "is nog niet te zeggen. Het verschil is +9,0 punten (marge −1,0 tot +19,0).",
            "cannot be said yet. The difference is +9.0 points (interval −1.0 to +19.0).",
        ),
    ],
)
def test_a_difference_is_said_higher_lower_or_not_to_be_told(
    last: tuple[float, float], nl: str, en: str, shown: Callable[..., Output], read: Reader
) -> None:
    output = shown(T12=last)
    assert read(output).endswith(nl)
    assert read(output, "en").endswith(en)


def test_the_start_is_said_beside_it_and_why_it_is_not_allowed_for(shown: Callable[..., Output], read: Reader) -> None:
    output = shown()
    assert told(output, read)[1].startswith("Aan de start was het verschil +11,0 punten (marge +1,0 tot +21,0). De eerste")
    assert told(output, read, "en")[1].endswith("So the later difference is not adjusted for the start.")
    assert any("telt mee bij het team van de start" in one for one in told(output, read))
    assert output.words.shown_as == (Shape.DOTS,)
    assert [cell.row for cell in output.cells] == ["T0", "T6", "T12"]
    assert output.words.id == "part_difference"


def test_without_the_last_measurement_the_last_one_known_is_quoted(shown: Callable[..., Output], read: Reader) -> None:
    assert "scoorden na 6 maanden 20,0 punten hoger" in read(shown(T12=FEW))
    alone = shown(T6=FEW, T12=FEW)
    assert "scoorden aan de start 11,0 punten hoger" in read(alone)
    assert not any(one.startswith("Aan de start was") for one in told(alone, read))


@pytest.mark.parametrize(
    ("short", "why"), [(FEW, "minstens 4 teams per groep"), (NOBODY, "geen teams die het hele jaar anders")]
)
def test_without_a_difference_one_sentence_says_why(
    short: NotEnoughData, why: str, shown: Callable[..., Output], read: Reader
) -> None:
    output = shown(T0=short, T6=short, T12=short)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert why in read(output)


@pytest.mark.parametrize("assignment", list(Assignment))
def test_a_difference_in_answers_is_never_called_an_effect(
    assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader
) -> None:
    output = shown(told=replace(about, assignment=assignment))
    assert "effect" not in " ".join([*told(output, read), *told(output, read, "en")])  # coaches know how their team works


def test_the_guard_hides_a_difference_of_too_few_teams(shown: Callable[..., Output]) -> None:
    policy = load_policy("cbs-stijl")
    assert all(not cell.hidden for cell in protect([shown()], policy).outputs[0].cells)
    few = shown()
    few = replace(few, cells=tuple(replace(cell, groups=policy.minimum_groups - 1) for cell in few.cells))
    assert all(cell.hidden for cell in protect([few], policy).outputs[0].cells)
