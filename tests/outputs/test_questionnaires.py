from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.scales import ItemStatistic
from gm_workbench.metrics.waves import Course, WaveMean
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Measure, Shape
from gm_workbench.outputs.questionnaires import change, course, scale
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, same

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

RESILIENCE = Text("veerkracht", "resilience")
SHORT = NotEnoughData("alpha", "persons who answered every item", 12, 30)
ITEMS = (
    ItemStatistic("ECR_1", 690, 710, 3.2, 1.1, 0.55, 650),
    ItemStatistic("ECR_2", 700, 710, 2.8, 0.0, math.nan, 650),
)


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.70, 0.88, "Dat is hoger dan de 0,70"),
        (0.69, 0.88, "Of dat boven de 0,70 ligt"),
        (0.60, 0.70, "Of dat boven de 0,70 ligt"),
        (0.60, 0.69, "Dat is lager dan de 0,70"),
    ],
)
def test_scale_weighs_reliability_by_its_interval(
    low: float, high: float, says: str, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    said = read(scale(estimate((low + high) / 2, low, high, "", groups=None), ITEMS, section, about, name=RESILIENCE))
    assert says in said


@pytest.mark.parametrize(
    ("omega", "says"),
    [((0.80, 0.88), "reliability is 0.84 (omega, interval 0.80 to 0.88)"), (None, "cannot be said with these data")],
)
def test_scale_says_reliability_of_questions_that_weigh_unequally(
    omega: tuple[float, float] | None, says: str, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    given = SHORT if omega is None else estimate(0.84, *omega, "", groups=None)
    output = scale(estimate(0.83, 0.8, 0.86, "", groups=None), ITEMS, section, about, name=RESILIENCE, omega=given)
    assert says in read(output, "en", sentence=output.words.more[0])
    assert ("omega", "rest") in {cell.key for cell in output.cells} or omega is None


def test_scale_lists_its_items(section: Section, about: About, estimate: Maker) -> None:
    output = scale(estimate(0.86, 0.84, 0.88, "", groups=None), ITEMS, section, about, name=RESILIENCE)
    assert [cell.key for cell in output.cells] == [
        ("ECR_1", "mean"),
        ("ECR_1", "rest"),
        ("ECR_1", "answered"),
        ("ECR_2", "mean"),
        ("ECR_2", "answered"),
        ("scale", "rest"),
    ]
    by = {cell.key: cell for cell in output.cells}
    assert (by["ECR_1", "mean"].n, by["ECR_1", "rest"].n) == (690, 650)
    assert (by["ECR_1", "answered"].measure, by["ECR_1", "answered"].numerator, by["ECR_1", "answered"].n) == (
        Measure.SHARE,
        690,
        710,
    )
    assert output.words.label("ECR_1").nl == "vraag 1 (ECR_1)"
    assert output.words.caption.nl.startswith("Veerkracht: ")


def test_scale_without_items_still_says_how_reliable_it_is(
    section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    output = scale(estimate(0.86, 0.84, 0.88, "", groups=None), SHORT, section, about, name=RESILIENCE)
    assert len(output.cells) == 1
    assert read(output, "en").startswith("Reliability is 0.86 (interval 0.84 to 0.88).")


def test_scale_without_enough_persons_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    output = scale(SHORT, SHORT, section, about, name=RESILIENCE)
    assert (output.words.shown_as, output.cells) == ((Shape.WORDS,), ())
    assert read(output) == (
        "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 30 personen die elke vraag beantwoordden nodig."
    )


@pytest.fixture
def followed(estimate: Maker) -> Course:
    def means(*values: tuple[str, str, float]) -> tuple[WaveMean, ...]:
        return tuple(WaveMean(wave, group, estimate(value, value - 2, value + 2)) for wave, group, value in values)

    none = WaveMean("T6", "True", NotEnoughData("mean", "persons", 3, 5))
    reported = means(("T0", "False", 50), ("T12", "False", 51), ("T0", "True", 52), ("T12", "True", 55))
    complete = means(("T0", "False", 49), ("T12", "False", 51))
    return Course(
        (*reported, none), complete, means(("T12", "False", 1), ("T12", "True", 3)), ("T0", "T6", "T12"), ("False", "True")
    )


def test_course_draws_a_line_per_group_with_the_introduction_first(
    followed: Course, section: Section, about: About, read: Reader
) -> None:
    output = course(followed, section, about, name=RESILIENCE)
    assert output.words.shown_as[0] is Shape.TREND
    assert [cell.key for cell in output.cells] == [("True", "T0"), ("True", "T12"), ("False", "T0"), ("False", "T12")]
    assert output.cells[0].groups == 38
    assert read(output) == (
        "Met introductie: gemiddeld 52,0 bij de start (marge 50,0 tot 54,0) en 55,0 bij 12 maanden (marge 53,0 tot 57,0). "
        "Zonder introductie: gemiddeld 50,0 bij de start (marge 48,0 tot 52,0) en 51,0 bij 12 maanden (marge 49,0 tot 53,0)."
    )


def test_course_of_complete_cases_is_an_output_of_its_own(
    followed: Course, section: Section, about: About, read: Reader
) -> None:
    output = course(followed, section, about, name=RESILIENCE, complete=True)
    assert output.id == "part_complete"
    assert read(output, "en") == (
        "Without introduction: on average 49.0 at the start (interval 47.0 to 51.0) and 51.0 at 12 months (interval 49.0 to "
        "53.0)."
    )
    assert "alleen wie alle metingen invulde" in output.words.caption.nl


def test_course_without_introduction_is_about_everybody(section: Section, about: About, estimate: Maker, read: Reader) -> None:
    alone = (WaveMean("T0", "False", estimate(50, 48, 52)), WaveMean("T12", "False", estimate(51, 49, 53)))
    output = course(Course(alone, (), (), ("T0", "T12"), ("False",)), section, about, name=RESILIENCE)
    assert read(output).startswith("Iedereen: gemiddeld 50,0")


def test_course_takes_words_and_their_order(followed: Course, section: Section, about: About) -> None:
    labels = {"False": same("B"), "True": same("A")}
    output = course(followed, section, about, name=RESILIENCE, labels=labels)
    assert [cell.row for cell in output.cells] == ["False", "False", "True", "True"]
    assert (output.words.label("False").nl, output.words.label("T0").nl) == ("B", "de start")


def test_course_without_means_names_what_the_group_that_came_nearest_lacks(
    section: Section, about: About, read: Reader
) -> None:
    short = (("False", NotEnoughData("mean", "persons", 4, 5)), ("True", NotEnoughData("mean", "coaches", 2, 5)))
    means = tuple(WaveMean("T0", group, lack) for group, lack in short)
    output = course(Course(means, (), (), ("T0",), ("False", "True")), section, replace(about, unit="team"), name=RESILIENCE)
    assert read(output).endswith("daarvoor zijn minstens 5 teams per groep nodig.")


def test_course_without_means_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    short = WaveMean("T0", "False", NotEnoughData("mean", "coaches", 2, 5))
    output = course(Course((short,), (), (), ("T0",), ("False",)), section, about, name=RESILIENCE)
    assert read(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 5 consulenten nodig."
    assert read(course(Course((), (), (), (), ()), section, about, name=RESILIENCE)).endswith("te weinig personen.")


def test_course_by_group_says_that_each_group_needs_so_many(section: Section, about: About, read: Reader) -> None:
    short = tuple(WaveMean("T0", group, NotEnoughData("mean", "coaches", 4, 5)) for group in ("False", "True"))
    output = course(Course(short, (), (), ("T0",), ("False", "True")), section, about, name=RESILIENCE)
    assert read(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 5 consulenten per groep nodig."


def test_change_is_signed_and_has_its_interval(followed: Course, section: Section, about: About, read: Reader) -> None:
    output = change(followed, section, about, name=RESILIENCE)
    assert (output.id, output.words.shown_as[0]) == ("part_change", Shape.DOTS)
    assert [cell.key for cell in output.cells] == [("T12", "True"), ("T12", "False")]
    assert read(output) == (
        "Met introductie: sinds de start +3,0 punten bij 12 maanden (marge +1,0 tot +5,0). "
        "Zonder introductie: sinds de start +1,0 punten bij 12 maanden (marge −1,0 tot +3,0)."
    )
    assert "effect" not in (read(output) + read(output, "en")).lower()
