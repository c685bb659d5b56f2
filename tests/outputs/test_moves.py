from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.moves import moves
from gm_workbench.outputs.output import NUMBER_HIDDEN, Measure, Output, Shape
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

SHORT = NotEnoughData("CR2", "teams in each group", 3, 4)
NOBODY = NotEnoughData("CR2", "persons in each group", 0, 10)


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def maker(changed: int = 42, coaches: int = 12, told: About = about, **other: Contrast | NotEnoughData) -> Output:
        all_, raw = estimate(-0.002, -0.015, 0.010, "probability"), estimate(-0.001, -0.014, 0.012, "probability")
        rest = estimate(-0.004, -0.017, 0.009, "probability", 658)
        both = {"assigned": Contrast(all_, raw, 350, 350, 8, 9), "stayed": Contrast(rest, rest, 330, 328, 8, 9), **other}
        return moves(both["assigned"], both["stayed"], section, told, changed=changed, persons=700, coaches=coaches)

    return maker


def told(output: Output, read: Reader, language: str = "nl", **more: object) -> list[str]:
    return [read(output, language, sentence=one, **more) for one in (output.words.sentence, *output.words.more)]


def test_moves_say_the_difference_without_those_who_changed_and_how_many_did(
    shown: Callable[..., Output], read: Reader
) -> None:
    assert told(shown(), read)[:2] == [
        (
            "Zonder wie van kant wisselde is het verschil −0,4 procentpunt (marge −1,7 tot +0,9); naar het team van de "
            "start is "
            "het −0,2 (marge −1,5 tot +1,0)."
        ),
        (
            "Van de kandidaten zat 6,0 % aan het eind van het jaar, of aan het eind van de begeleiding, bij een team dat "
            "anders "
            "werkte dan hun team van de start."
        ),
    ]
    assert told(shown(), read, "en")[:2] == [
        (
            "Without those who changed sides the difference is −0.4 percentage points (interval −1.7 to +0.9); by the team of "
            "the start it is −0.2 (interval −1.5 to +1.0)."
        ),
        (
            "Of the candidates 6.0% were, at the end of the year or at the end of their guidance, with a team that worked "
            "otherwise than their team of the start."
        ),
    ]


def test_moves_are_labelled_as_sensitivity(shown: Callable[..., Output], read: Reader) -> None:
    output = shown()
    assert told(output, read)[4].startswith("Het antwoord van dit rapport gaat uit van het team van de start.")
    assert told(output, read, "en")[4].endswith("the other rows only show how sensitive the answer is to that.")
    assert [(cell.row, cell.column, cell.measure) for cell in output.cells] == [
        ("assigned", "difference", Measure.ESTIMATE),
        ("stayed", "difference", Measure.ESTIMATE),
        ("raw", "difference", Measure.ESTIMATE),
        ("changed", "size", Measure.SHARE),
        ("coaches", "size", Measure.COUNT),
    ]
    assert [cell.value for cell in output.cells[:3]] == [-0.002, -0.004, -0.001]
    assert (output.cells[3].numerator, output.cells[3].n) == (42, 700)
    assert output.words.shown_as == (Shape.TABLE,)  # a share and a number of coaches have no place on an axis of differences


def test_moves_say_how_many_coaches_moved_and_which_way_that_blurs(shown: Callable[..., Output], read: Reader) -> None:
    assert told(shown(), read)[2] == "Van de consulenten wisselden er 12 binnen het jaar van team."
    assert told(shown(), read, "en")[2] == "Of the coaches 12 changed teams within the year."
    assert told(shown(), read)[3].endswith("Daardoor kan een verschil kleiner lijken dan wanneer niemand had gewisseld.")


def test_a_few_coaches_who_moved_are_protected_in_words_too(shown: Callable[..., Output]) -> None:
    output = protect([shown(coaches=9)], load_policy("cbs-stijl")).outputs[0]
    assert say(output.words.more[1], output, "nl") == (
        "Hoeveel consulenten binnen het jaar van team wisselden, wordt niet getoond om hen te beschermen."
    )


def test_a_hidden_share_leaves_the_difference_standing(shown: Callable[..., Output], read: Reader) -> None:
    said = told(shown(), read, hidden=("changed",))
    assert said[0].startswith("Zonder wie van kant wisselde is het verschil −0,4")
    assert said[1] == ""


def test_a_hidden_difference_is_not_said(shown: Callable[..., Output], read: Reader) -> None:
    assert told(shown(), read, hidden=("stayed",))[0] == NUMBER_HIDDEN.nl


@pytest.mark.parametrize(
    ("changed", "coaches", "printed"), [(42, 10, (True, True)), (4, 10, (False, True)), (42, 9, (True, False))]
)
def test_the_guard_hides_a_few_persons_and_a_few_coaches(
    changed: int, coaches: int, printed: tuple[bool, bool], shown: Callable[..., Output]
) -> None:
    output = protect([shown(changed, coaches)], load_policy("cbs-stijl")).outputs[0]
    values = {cell.row: isinstance(cell.value, float) for cell in output.cells}
    assert (values["changed"], values["coaches"]) == printed
    assert values["assigned"]
    assert ("6,0 %" in say(output.words.more[0], output, "nl")) is printed[0]


@pytest.mark.parametrize("assignment", list(Assignment))
def test_moves_never_say_effect(assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader) -> None:
    output = shown(told=replace(about, assignment=assignment))
    said = " ".join((*told(output, read), *told(output, read, "en"), output.words.label("difference").en))
    assert "effect" not in said  # no lot decided who changed sides


@pytest.mark.parametrize("which", ["assigned", "stayed"])
@pytest.mark.parametrize(
    ("short", "why"), [(SHORT, "minstens 4 teams per groep nodig"), (NOBODY, "geen teams die het hele jaar anders werkten")]
)
def test_moves_without_enough_data_are_one_sentence(
    which: str, short: NotEnoughData, why: str, shown: Callable[..., Output], read: Reader
) -> None:
    output = shown(**{which: short})
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert why in read(output)
