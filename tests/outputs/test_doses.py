"""What is said of what was assigned and what was received."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.dose import Doses
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.instrument import Compliers, Region
from gm_workbench.metrics.membership import Contamination
from gm_workbench.outputs.about import About
from gm_workbench.outputs.doses import doses
from gm_workbench.outputs.output import NUMBER_HIDDEN, Output, Shape
from gm_workbench.outputs.printed import with_unit
from gm_workbench.outputs.sentences import say
from gm_workbench.outputs.terms import EXIT
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

SHORT = NotEnoughData("CR2", "teams in each group", 3, 4)
WEAK = NotEnoughData("2SLS", "strength of the first stage (F)", 4, 10)
GONE = NotEnoughData("dilution", "persons who followed the assignment", 0, 1)


@pytest.fixture
def shown(estimate: Maker, section: Section, about: About) -> Callable[..., Output]:
    def of(value: float, low: float, high: float, unit: str = "probability") -> Estimate:
        return estimate(value, low, high, unit, 700, 17)

    region = Region("interval", 0.005, 0.08, 14.0)

    def maker(
        told: About = about,
        effect: Estimate | NotEnoughData | None = None,
        area: Region = region,
        dilution: Estimate | NotEnoughData | None = None,
        **more: Doses | Contamination | NotEnoughData,
    ) -> Output:
        compliance = of(0.8, 0.7, 0.9, "received")
        first = Compliers(of(0.032, 0.004, 0.06), compliance, effect or of(0.04, 0.01, 0.07), area, 200.0)
        rest = of(0.05, 0.02, 0.08), of(0.03, 0.001, 0.06), of(0.035, 0.005, 0.065)
        found = Doses(first, *rest, dilution or of(1.25, 1.11, 1.43, "times"))
        shares = Contamination(of(0.86, 0.8, 0.9, "share"), of(0.06, 0.02, 0.1, "share"), compliance, 0.2)
        return doses(more.get("result", found), more.get("shares", shares), section, told, outcome=EXIT)

    return maker


def told(output: Output, read: Reader, language: str = "nl", **more: object) -> list[str]:
    return [read(output, language, sentence=one, **more) for one in (output.words.sentence, *output.words.more)]


def test_the_difference_as_assigned_comes_first_then_the_months_then_what_moving_did(
    shown: Callable[..., Output], read: Reader
) -> None:
    assert told(shown(), read)[:3] == [
        "Naar het team van de start is het verschil in uitstroom naar werk +3,2 procentpunt (marge +0,4 tot +6,0).",
        (
            "Wie bij de start een team met de nieuwe werkwijze had, zat gemiddeld 86 % van de maanden bij zo'n team, de "
            "anderen "
            "6 %."
        ),
        (
            "Stel dat elke maand even zwaar telt, en dat het team van de start alleen via die maanden iets uitmaakt. Dan "
            "is het "
            "verschil bij alle maanden +4,0 procentpunt (marge +0,5 tot +8,0), en was het verschil zonder wisselen 1,25 "
            "keer zo "
            "groot geweest."
        ),
    ]
    assert told(shown(), read, "en")[:3] == [
        "By the team of the start the difference in exit to work is +3.2 percentage points (interval +0.4 to +6.0).",
        (
            "Those whose team at the start worked in the new way spent 86% of their months on average with such a team, the "
            "others 6%."
        ),
        (
            "Suppose that every month counts the same, and that the team of the start matters through those months only. Then "
            "the difference with all months is +4.0 percentage points (interval +0.5 to +8.0), and without moving the "
            "difference would have been 1.25 times as large."
        ),
    ]


def test_all_but_the_assignment_is_labelled_as_sensitivity(shown: Callable[..., Output], read: Reader) -> None:
    output = shown()
    assert told(output, read)[3].startswith("Het antwoord van dit rapport gaat uit van het team van de start.")
    assert [(cell.row, cell.column) for cell in output.cells] == [
        ("assigned", "difference"),
        ("full", "difference"),
        ("by_dose", "difference"),
        ("by_first_coach", "difference"),
        ("stayed", "difference"),
        ("dose_assigned", "size"),
        ("dose_others", "size"),
        ("dilution", "size"),
    ]
    assert (output.cells[1].low, output.cells[1].high) == (0.005, 0.08)  # Anderson and Rubin, not the normal one
    assert output.words.shown_as == (Shape.TABLE,)


def test_a_factor_prints_without_a_unit_in_either_language(shown: Callable[..., Output]) -> None:
    found = next(cell for cell in protect([shown()], load_policy("cbs-stijl")).outputs[0].cells if cell.row == "dilution")
    assert [with_unit(found, language) for language in ("nl", "en")] == ["1,25", "1.25"]


def test_doses_never_say_that_somebody_was_assigned_a_team(shown: Callable[..., Output], read: Reader) -> None:
    output = shown()
    words = [text for label in output.words.labels.values() for text in (label.nl, label.en)]
    said = " ".join([*told(output, read), *told(output, read, "en"), *words, output.words.caption.nl, output.words.caption.en])
    assert not any(word in said for word in ("toegewezen", "toewijzing", "assigned", "assignment"))  # nobody knows of a lot


@pytest.mark.parametrize(
    "weak",
    [
        {"effect": WEAK, "dilution": GONE},
        {"area": Region("rays", -0.2, 0.1, 14.0)},
        {"area": Region("line", -math.inf, math.inf, 14.0)},
    ],
)
def test_a_weak_assignment_says_so_in_the_place_of_a_number(
    weak: dict[str, object], shown: Callable[..., Output], read: Reader
) -> None:
    output = shown(**weak)
    assert "full" not in [cell.row for cell in output.cells]
    assert told(output, read)[2].startswith("Hoe groot het verschil bij alle maanden zou zijn, is niet te zeggen")
    assert told(output, read, "en")[2].startswith("How large the difference with all months would be cannot be said")


@pytest.mark.parametrize("assignment", list(Assignment))
def test_doses_never_say_effect(assignment: Assignment, shown: Callable[..., Output], about: About, read: Reader) -> None:
    output = shown(told=replace(about, assignment=assignment))
    labels = [text for label in output.words.labels.values() for text in (label.nl, label.en)]
    assert "effect" not in " ".join([*told(output, read), *told(output, read, "en"), *labels])  # no lot decided who moved


def test_the_guard_prints_doses_of_enough_teams_and_hides_those_of_few(shown: Callable[..., Output]) -> None:
    policy = load_policy("cbs-stijl")
    good = protect([shown()], policy).outputs[0]
    assert "1,25 keer" in say(good.words.more[1], good, "nl")
    few = shown()
    few = replace(few, cells=tuple(replace(cell, groups=policy.minimum_groups - 1) for cell in few.cells))
    kept = protect([few], policy).outputs[0]
    assert all(not isinstance(cell.value, float) for cell in kept.cells)


def test_a_hidden_difference_is_not_said(shown: Callable[..., Output], read: Reader) -> None:
    assert told(shown(), read, hidden=("assigned",))[0] == NUMBER_HIDDEN.nl


@pytest.mark.parametrize("which", ["result", "shares"])
def test_doses_without_enough_data_are_one_sentence(which: str, shown: Callable[..., Output], read: Reader) -> None:
    output = shown(**{which: SHORT})
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert "minstens 4 teams per groep nodig" in read(output)
