from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mixed_result import JointTest, Mixed
from gm_workbench.metrics.wave_model import CourseModel
from gm_workbench.metrics.waves import WaveMean
from gm_workbench.outputs.about import About
from gm_workbench.outputs.course_differences import course_differences
from gm_workbench.outputs.output import Shape
from gm_workbench.outputs.terms import RESILIENCE
from gm_workbench.vocabulary.protocols import Assignment, Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

UNUSED = cast(Mixed, None)  # the output reads what the model said, not the model


@pytest.fixture
def course(estimate: Maker) -> Callable[..., CourseModel]:
    def maker(p: float = 0.03, waves: tuple[str, ...] = ("T6", "T12", "T18")) -> CourseModel:
        method = "mixed model, REML, Kenward-Roger"
        apart = tuple(WaveMean(wave, "True", replace(estimate(2.4, 0.3, 4.6), method=method)) for wave in waves)
        together = JointTest(2.2, 4, 260.0, p)
        return CourseModel((), (), apart, together, UNUSED, ("T0", *waves), ("False", "True"), "False")

    return maker


@pytest.mark.parametrize(
    ("p", "says"),
    [
        (0.049, "the groups were shown to change differently."),
        (0.050, "Whether the groups changed differently over all measurements together cannot be said."),
    ],
)
def test_course_quotes_a_year_and_all_measurements_together(
    p: float, says: str, course: Callable[..., CourseModel], section: Section, about: About, read: Reader
) -> None:
    said = read(course_differences(course(p), section, about, name=RESILIENCE), "en")
    assert said.startswith(
        "Sensitivity analysis. The change in economic resilience between the start and 12 months was 2.4 points higher where "
        "the coach introduced the new way of working than elsewhere (interval +0.3 to +4.6)."
    )
    assert said.endswith(says)


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((-4.6, -0.3), "was waar de consulent de nieuwe werkwijze invoerde 2,4 punten lager dan elders (marge −4,6 tot −0,3)"),
        ((0.0, 4.8), "is niet te zeggen: het verschil in verandering is +2,4 punten (marge 0,0 tot +4,8)"),
        ((-4.8, 0.0), "is niet te zeggen: het verschil in verandering is −2,4 punten (marge −4,8 tot 0,0)"),
    ],
)
def test_course_is_read_in_both_directions(
    ends: tuple[float, float],
    says: str,
    course: Callable[..., CourseModel],
    section: Section,
    about: About,
    estimate: Maker,
    read: Reader,
) -> None:
    apart = (WaveMean("T12", "True", estimate(sum(ends) / 2, *ends)),)
    assert says in read(course_differences(replace(course(), contrast=apart), section, about, name=RESILIENCE))


def test_course_says_nothing_of_all_measurements_together_where_one_is_hidden(
    course: Callable[..., CourseModel], section: Section, about: About, read: Reader
) -> None:
    said = read(course_differences(course(), section, about, name=RESILIENCE), "en", hidden=("T18",))
    assert said == "The number that belongs here is not shown, to protect persons."


def test_course_without_a_joint_test_does_not_call_groups_different(
    course: Callable[..., CourseModel], section: Section, about: About, read: Reader
) -> None:
    result = replace(course(), together=NotEnoughData("course", "clusters", 3, 5))
    assert read(course_differences(result, section, about, name=RESILIENCE), "en").endswith(
        "measurements together cannot be said."
    )


@pytest.mark.parametrize("assignment", list(Assignment))
def test_course_is_never_called_an_effect_nor_the_answer(
    assignment: Assignment, course: Callable[..., CourseModel], section: Section, about: About, read: Reader
) -> None:
    output = course_differences(course(), section, replace(about, assignment=assignment), name=RESILIENCE)
    said = " ".join(read(output, sentence=one) for one in (output.words.sentence, *output.words.more))
    assert "effect" not in said
    assert "blijft dat bovenaan" in said
    assert output.words.estimand == ""


def test_course_has_a_line_a_wave_and_names_its_errors(
    course: Callable[..., CourseModel], section: Section, about: About
) -> None:
    output = course_differences(course(), section, about, name=RESILIENCE)
    assert [(cell.row, cell.groups) for cell in output.cells] == [("T6", 38), ("T12", 38), ("T18", 38)]
    assert output.words.shown_as == (Shape.DOTS,)
    assert "Kenward-Roger" in output.words.caption.nl


def test_course_without_the_quoted_wave_quotes_the_last(
    course: Callable[..., CourseModel], section: Section, about: About, read: Reader
) -> None:
    said = read(course_differences(course(waves=("T3", "T6")), section, about, name=RESILIENCE), "en")
    assert "between the start and 6 months" in said


@pytest.mark.parametrize("result", [None, NotEnoughData("course", "persons at each wave in each group", 3, 5)])
def test_course_without_two_groups_is_one_sentence(
    result: NotEnoughData | None, section: Section, about: About, read: Reader
) -> None:
    output = course_differences(result, section, about, name=RESILIENCE)
    assert output.words.shown_as == (Shape.WORDS,)
    assert read(output, "en").startswith("That cannot be said with these data: that takes at least 5 persons")


def test_course_without_an_answer_beside_it_takes_no_place_of_one(
    course: Callable[..., CourseModel], section: Section, about: About, read: Reader
) -> None:
    few = NotEnoughData("ANCOVA", "coaches in each group", 3, 5)
    output = course_differences(course(), section, about, name=RESILIENCE, answer=few)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert "minstens 5 consulenten per groep" in read(output)
