from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.power import clustered_power, detectable, power
from gm_workbench.outputs.about import About
from gm_workbench.outputs.answers import answer
from gm_workbench.outputs.foresight import answer_words, could_see, planned_chance
from gm_workbench.outputs.output import NUMBER_HIDDEN, Output, Shape
from gm_workbench.outputs.terms import CANDIDATES
from gm_workbench.vocabulary.declarations import Status
from gm_workbench.vocabulary.designs import Design, load_template
from gm_workbench.vocabulary.protocols import Fact, Section, load_protocol

Reader = Callable[..., str]

PROTOCOL = load_protocol("amsterdam_supervisor_cascade")
ESTIMAND = PROTOCOL.primary
"""2.5 percentage points is what matters."""

PLANNING = {"base": Fact(0.09, Status.ASSUMED, "assumed"), "icc": Fact(0.0015, Status.ASSUMED, "assumed")}
FEW = NotEnoughData("CR2", "teams in each group", 3, 4)
OTHERS = [one for one in Design if one is not Design.PARALLEL_CLUSTERS]


def contrast(se: float = 0.006, df: float = 13.0, persons: tuple[int, int] = (2800, 3000)) -> Contrast:
    one = Estimate(0.01, 0.01 - 2 * se, 0.01 + 2 * se, se, sum(persons), "probability", "x", 17, df, residual_df=900)
    return Contrast(one, one, *persons, 8, 9)


def told(output: Output, read: Reader, language: str = "nl", **more: object) -> list[str]:
    return [read(output, language, sentence=one, **more) for one in (output.words.sentence, *output.words.more)]


def test_the_planned_chance_is_that_of_these_teams_and_persons() -> None:
    found = planned_chance(contrast(), ESTIMAND, PLANNING)
    assert found == pytest.approx(clustered_power(0.09, 0.115, (9, 8), 5800 / 17, 0.0015), rel=1e-9)
    assert found == pytest.approx(0.66, abs=0.01)


def test_the_planned_base_is_that_of_the_other_teams() -> None:
    few_began = replace(contrast(persons=(1000, 3000)), clusters_exposed=4, clusters_other=12)
    found = planned_chance(few_began, ESTIMAND, PLANNING)
    assert found == pytest.approx(clustered_power(0.09, 0.115, (12, 4), 250, 0.0015), rel=1e-9)
    assert found != pytest.approx(clustered_power(0.09, 0.115, (4, 12), 250, 0.0015), abs=0.02)


def test_the_planned_chance_does_not_know_what_was_found() -> None:
    assert planned_chance(contrast(se=0.001), ESTIMAND, PLANNING) == planned_chance(contrast(se=0.1), ESTIMAND, PLANNING)


@pytest.mark.parametrize("used", OTHERS)
def test_nothing_was_planned_for_another_design(used: Design) -> None:
    assert planned_chance(contrast(), ESTIMAND, PLANNING, used) is None


@pytest.mark.parametrize("planning", [{}, {"base": PLANNING["base"]}, {"icc": PLANNING["icc"]}])
def test_without_planning_there_is_no_planned_chance(planning: Mapping[str, Fact]) -> None:
    assert planned_chance(contrast(), ESTIMAND, planning) is None


def test_without_a_comparison_there_is_no_planned_chance() -> None:
    assert planned_chance(FEW, ESTIMAND, PLANNING) is None


def test_could_see_says_the_planned_chance_first_and_that_of_the_standard_error_after(
    section: Section, about: About, read: Reader
) -> None:
    output = could_see(contrast(), ESTIMAND, PLANNING, section, about)
    assert told(output, read) == [
        "Deze opzet ziet een verschil van 2,5 procentpunt met een kans van 66 %.",
        (
            "Zo was het vooraf geraamd: bij een uitstroom van 9,0 %, een samenhang binnen teams (ICC) van 0,0015 (aangenomen), "
            "en zo veel teams en mensen als hier."
        ),
        (
            "Volgens de standaardfout van deze vergelijking was de kans 97 %, en is met een kans van 80 % een verschil van 1,8 "
            "procentpunt of meer te zien. Met weinig teams is die standaardfout zelf onzeker. Het gevonden verschil speelt "
            "hierin geen rol."
        ),
    ]
    assert told(output, read, "en")[0] == "This design sees a difference of 2.5 percentage points with a chance of 66%."
    assert told(output, read, "en")[1].startswith("So it was planned beforehand: at exits of 9.0%, a correlation within teams")
    cells = {cell.row: cell for cell in output.cells}
    assert list(cells) == ["planned", "chance", "detectable"]
    assert cells["chance"].value == power(0.025, 0.006, 13.0)
    assert cells["detectable"].value == detectable(0.006, 13.0)
    assert {(cell.n, cell.groups) for cell in output.cells} == {(5800, 17)}


@pytest.mark.parametrize("used", OTHERS)
def test_could_see_of_another_design_rests_on_the_standard_error(
    used: Design, section: Section, about: About, read: Reader
) -> None:
    output = could_see(contrast(), ESTIMAND, PLANNING, section, about, used=used)
    said = told(output, read)
    assert said[0] == "Deze opzet ziet een verschil van 2,5 procentpunt met een kans van 97 %."
    assert said[1].startswith(
        "Dat volgt uit de standaardfout van deze vergelijking. Met een kans van 80 % is een verschil van 1,8"
    )
    assert len(said) == 2
    assert told(output, read, "en")[1].startswith("That follows from the standard error of this comparison.")
    assert [cell.row for cell in output.cells] == ["chance", "detectable"]


@pytest.mark.parametrize(("persons", "weak"), [((2800, 3000), False), ((300, 320), True)])
def test_a_design_that_misses_what_matters_is_said_to_be_too_weak(
    persons: tuple[int, int], weak: bool, section: Section, about: About, read: Reader
) -> None:
    said = told(could_see(contrast(persons=persons), ESTIMAND, PLANNING, section, about), read)
    assert any(one.startswith("Dat is te weinig om iets uit te wijzen") for one in said) is weak


def test_could_see_leaves_out_what_is_hidden(section: Section, about: About, read: Reader) -> None:
    output = could_see(contrast(), ESTIMAND, PLANNING, section, about)
    said = told(output, read, hidden=("planned", "detectable"))
    assert (said[0], said[2]) == (NUMBER_HIDDEN.nl, "")


def test_could_see_without_a_comparison_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    output = could_see(FEW, ESTIMAND, PLANNING, section, about)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert read(output) == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 4 teams per groep nodig."


def test_could_see_without_a_standard_error_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    bare = contrast()
    output = could_see(replace(bare, adjusted=replace(bare.adjusted, se=float("nan"))), ESTIMAND, PLANNING, section, about)
    assert output.cells == ()
    assert read(output, "en") == "That cannot be said with these data: the calculation gives no stable answer."


@pytest.mark.parametrize(
    ("name", "finding", "raw"),
    [
        (
            "parallel_clusters",
            "bij kandidaten van teams die op de nieuwe manier gingen werken dan bij kandidaten van de andere teams.",
            "verschillen aan de start",
        ),
        (
            "before_after",
            "bij kandidaten in het jaar na de introductie dan bij kandidaten van dezelfde teams in het jaar ervoor.",
            "verschillen aan de start",
        ),
        ("stepped_wedge", "bij kandidaten in maanden met de nieuwe werkwijze dan in maanden zonder.", "team en kalendermaand"),
        (
            "staggered_introduction",
            "bij kandidaten in maanden met de nieuwe werkwijze dan in maanden zonder.",
            "team en kalendermaand",
        ),
    ],
)
def test_an_answer_says_what_its_design_compares(
    name: str, finding: str, raw: str, section: Section, about: About, read: Reader
) -> None:
    words = answer_words(contrast(), ESTIMAND, PLANNING, load_template(name), who=CANDIDATES)
    said = told(answer(contrast(), ESTIMAND, section, about, **words), read)
    assert finding in said[0]
    assert said[1] == f"Zonder rekening te houden met {raw} is het verschil +1,0 procentpunt."
    assert ("volgens de raming vooraf 66 %" in said[3]) is (name == "parallel_clusters")
    assert said[3].startswith("De kans om met deze ")
