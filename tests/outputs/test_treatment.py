from __future__ import annotations

from collections.abc import Callable

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.agreement import SharedRating
from gm_workbench.metrics.cascade import WithinBetween
from gm_workbench.metrics.consensus import Consensus, Outside
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Shape
from gm_workbench.outputs.sentences import say
from gm_workbench.outputs.treatment import shared_treatment, treatment
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

RESILIENCE = Text("veerkracht", "resilience")


def split(estimate: Maker, within: tuple[float, float], between: tuple[float, float], unit: str = "points") -> WithinBetween:
    parts = [estimate(sum(ends) / 2, *ends, unit) for ends in (within, between)]
    return WithinBetween(*parts, estimate(0.5, -1.0, 2.0, unit), per=10.0)


@pytest.mark.parametrize(
    ("within", "between", "verdict"),
    [
        ((-0.2, 1.0), (-1.0, 2.0), "Of bejegening en veerkracht samenhangen, is nog niet te zeggen."),
        (
            (0.2, 1.0),
            (0.0, 2.0),
            "Bejegening en veerkracht hangen samen binnen consulenten; tussen consulenten is dat nog niet te zeggen.",
        ),
        (
            (0.0, 1.0),
            (-2.0, -0.5),
            "Bejegening en veerkracht hangen samen tussen consulenten; binnen consulenten is dat nog niet te zeggen.",
        ),
        ((-1.0, -0.2), (0.5, 2.0), "Bejegening en veerkracht hangen samen, binnen consulenten en tussen consulenten."),
    ],
)
def test_treatment_is_read_in_both_directions(
    within: tuple[float, float],
    between: tuple[float, float],
    verdict: str,
    section: Section,
    about: About,
    estimate: Maker,
    read: Reader,
) -> None:
    output = treatment(split(estimate, within, between), section, about, outcome=RESILIENCE)
    assert read(output).startswith(verdict)


def test_treatment_gives_both_numbers(section: Section, about: About, estimate: Maker, read: Reader) -> None:
    output = treatment(
        split(estimate, (0.2, 1.0), (-1.0, 2.0)), section, about, outcome=RESILIENCE, estimand="bejegening_within"
    )
    assert read(output, "en").endswith(
        "With 10 points more in treatment goes a difference of +0.6 points within coaches (interval +0.2 to +1.0), and +0.5 "
        "between coaches (interval −1.0 to +2.0)."
    )
    assert [(cell.row, cell.groups, cell.df) for cell in output.cells] == [
        ("within", 38, 697),
        ("between", 38, 697),
        ("difference", 38, 697),
    ]
    assert output.words.estimand == "bejegening_within"


def test_treatment_and_an_outcome_of_zero_and_one_is_in_percentage_points(
    section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    result = split(estimate, (0.002, 0.010), (-0.01, 0.02), "probability")
    output = treatment(result, section, about, outcome=Text("uitstroom", "exit"), id="part_exit")
    assert "+0,6 procentpunt (marge +0,2 tot +1,0)" in read(output)
    assert (output.id, output.cells[0].unit) == ("part_exit", "difference in probability")


def test_treatment_without_enough_data_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    output = treatment(NotEnoughData("within", "groups", 4, 10), section, about, outcome=RESILIENCE, id="part_exit")
    assert (output.id, output.words.shown_as) == ("part_exit", (Shape.WORDS,))
    assert read(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 10 consulenten nodig."


def test_shared_treatment_says_how_far_ratings_are_shared(
    section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    shared = SharedRating(estimate(0.08, 0.03, 0.16, ""), estimate(0.62, 0.40, 0.80, ""), 18.0)
    output = shared_treatment(shared, section, about)
    assert [cell.key for cell in output.cells] == [("single", "icc"), ("mean", "icc")]
    assert read(output, "en").startswith("Of the differences in experienced treatment a part of 0.08 lies between coaches")
    assert read(output).endswith("een betrouwbaarheid van 0,62 (marge 0,40 tot 0,80).")


@pytest.mark.parametrize("enough", [True, False])
def test_shared_treatment_says_how_far_the_middle_coach_is_agreed_on(
    enough: bool, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    shared = SharedRating(estimate(0.08, 0.03, 0.16, ""), estimate(0.62, 0.40, 0.80, ""), 18.0)
    agreed = Consensus((), estimate(0.88, 0.86, 0.90, ""), 1.0, 0) if enough else NotEnoughData("rwg", "groups", 4, 10)
    output = shared_treatment(shared, section, about, consensus=agreed)
    assert len(output.words.more) == len(output.cells) - 2 == enough
    if enough:
        assert "is 0.88 with the middle coach (interval 0.86 to 0.90" in read(output, "en", sentence=output.words.more[0])


@pytest.mark.parametrize(("coaches", "kept"), [(3, True), (2, False)])
def test_shared_treatment_leaves_out_an_interval_between_values_of_a_few_coaches(
    coaches: int, kept: bool, section: Section, about: About, estimate: Maker
) -> None:
    shared = SharedRating(estimate(0.08, 0.03, 0.16, ""), estimate(0.62, 0.40, 0.80, ""), 18.0)
    agreed = Consensus((), estimate(0.88, 0.86, 0.90, ""), 1.0, 0, Outside(90, 12), Outside(20, coaches))
    one = protect([shared_treatment(shared, section, about, consensus=agreed)], load_policy("cbs-stijl")).outputs[0]
    assert (one.cells[-1].value, one.cells[-1].low) == (0.88, 0.86 if kept else None)
    said = say(one.words.more[0], one, "nl")
    assert ("(marge 0,86 tot 0,90; " in said, "consulent 0,88 (0 is" in said) == (kept, not kept)


def test_shared_treatment_without_enough_data_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    output = shared_treatment(NotEnoughData("ICC(1)", "different scores within a group", 1, 2), section, about)
    assert read(output, "en") == ("That cannot be said with these data: the data differ too little from each other for that.")
