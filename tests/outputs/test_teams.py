from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import NUMBER_HIDDEN, Measure, Shape
from gm_workbench.outputs.teams import ALLOWED_FOR, ARMS, SIDES, competing, design, estimand, rests_on
from gm_workbench.vocabulary.declarations import Status
from gm_workbench.vocabulary.designs import Comparison, Design, load_template
from gm_workbench.vocabulary.protocols import Assignment, Section, load_protocol
from gm_workbench.vocabulary.text import Text

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

DECLARED = Comparison(load_template("parallel_clusters"), Status.ASSUMED, "assumed")
FEW = NotEnoughData("CR2", "teams in each group", 3, 4)
NOBODY = NotEnoughData("CR2", "persons in each group", 0, 10)


@pytest.fixture
def contrast(estimate: Maker) -> Callable[..., Contrast]:
    def maker(value: float, low: float, high: float) -> Contrast:
        one = estimate(value, low, high, "probability", 700, 17)
        return Contrast(one, one, 340, 360, 8, 9)

    return maker


def told(output, read: Reader, language: str = "nl") -> list[str]:
    return [read(output, language, sentence=one) for one in (output.words.sentence, *output.words.more)]


@pytest.mark.parametrize("name", list(Design))
def test_the_primary_estimand_has_the_contrast_of_the_design(name: Design) -> None:
    primary, template = load_protocol("amsterdam_supervisor_cascade").primary, load_template(name)
    found = estimand(primary, template)
    assert found.contrast == template.contrast
    assert (found.name, found.smallest_relevant) == (primary.name, primary.smallest_relevant)


@pytest.mark.parametrize("words", [ARMS, SIDES, ALLOWED_FOR])
def test_every_design_has_words(words: dict) -> None:
    assert set(words) == set(Design)


def test_an_answer_rests_on_those_of_its_estimate(contrast: Callable[..., Contrast]) -> None:
    assert rests_on(contrast(0.01, -0.02, 0.04), persons=900, teams=20) == {"persons": 700, "teams": 17}
    assert rests_on(FEW, persons=900, teams=20) == {"persons": 900, "teams": 20}


def test_the_declared_design_is_said_with_how_that_is_known(
    section: Section, about: About, contrast: Callable[..., Contrast], read: Reader
) -> None:
    output = design(contrast(0.01, -0.02, 0.04), DECLARED.template, DECLARED, section, about)
    said = told(output, read)
    assert said[0].startswith("Een deel van de teams begon in dezelfde maand op de nieuwe manier te werken")
    assert said[1] == "De opzet is die van het protocol (aangenomen)."
    assert said[2].startswith("De marge neemt teams als eenheid, met een correctie voor weinig teams (CR2")
    assert said[3:] == [text.nl for text in DECLARED.template.limits]
    assert told(output, read, "en")[1] == "The design is that of the protocol (assumed)."
    documented = replace(DECLARED, status=Status.DOCUMENTED)
    again = design(contrast(0.01, -0.02, 0.04), DECLARED.template, documented, section, about)
    assert told(again, read)[1] == "De opzet is die van het protocol (gedocumenteerd)."


def test_another_design_than_the_protocol_declares_is_said(
    section: Section, about: About, contrast: Callable[..., Contrast], read: Reader
) -> None:
    output = design(contrast(0.01, -0.02, 0.04), load_template("stepped_wedge"), DECLARED, section, about)
    assert told(output, read)[1] == (
        "Let op: dit rapport wijkt af van het protocol. Daarin staat de opzet „teams naast elkaar”; hier is gerekend met "
        "„teams in stappen”."
    )
    assert told(output, read, "en")[1] == (
        "Note: this report deviates from the protocol. That declares the design “teams side by side”; this was calculated with "
        "“teams in steps”."
    )


@pytest.mark.parametrize(
    ("name", "introduced", "others"),
    [
        ("parallel_clusters", "teams with the new way of working", "other teams"),
        ("before_after", "the year after the introduction", "the year before"),
        ("stepped_wedge", "months with the new way of working", "months without it"),
        ("staggered_introduction", "months with the new way of working", "months without it"),
    ],
)
def test_the_sides_that_are_counted_are_those_of_the_design(
    name: str, introduced: str, others: str, section: Section, about: About, contrast: Callable[..., Contrast]
) -> None:
    output = design(contrast(0.01, -0.02, 0.04), load_template(name), DECLARED, section, about)
    assert [output.words.label(row).en for row in ("introduced", "others")] == [introduced, others]
    assert [(cell.key, cell.measure, cell.n, cell.value, cell.groups) for cell in output.cells] == [
        (("introduced", "persons"), Measure.COUNT, 340, None, None),
        (("introduced", "teams"), Measure.ESTIMATE, 340, 8.0, 8),
        (("others", "persons"), Measure.COUNT, 360, None, None),
        (("others", "teams"), Measure.ESTIMATE, 360, 9.0, 9),
    ]


@pytest.mark.parametrize(
    ("name", "by_lot", "all_months"),
    [
        ("parallel_clusters", True, False),
        ("stepped_wedge", True, False),
        ("staggered_introduction", True, True),
        ("before_after", False, False),
    ],
)
def test_where_a_lot_decided_the_interval_is_that_of_the_lot(
    name: str, by_lot: bool, all_months: bool, section: Section, about: About, contrast: Callable[..., Contrast], read: Reader
) -> None:
    drawn = replace(about, assignment=Assignment.RANDOMISED)
    said = told(design(contrast(0.01, -0.02, 0.04), load_template(name), DECLARED, section, drawn), read)
    assert any(one.startswith("Loting bepaalde wie begon, of wanneer") for one in said) is by_lot
    assert any("CR2" in one for one in said) is not by_lot
    assert any(one.startswith("Na een loting worden alle maanden samen gebruikt") for one in said) is all_months


def test_a_design_without_a_comparison_is_words_only(section: Section, about: About, read: Reader) -> None:
    output = design(FEW, DECLARED.template, DECLARED, section, about)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    said = told(output, read)
    assert said[0].startswith("Hier is niet vergeleken. Dat is met deze gegevens niet te zeggen")
    assert said[1].startswith("Zo is de opzet bedoeld. Een deel van de teams")  # it did not happen so
    assert said[2] == "De opzet is die van het protocol (aangenomen)."
    assert not any("marge" in one for one in said)  # there is none


@pytest.fixture
def ways(contrast: Callable[..., Contrast]) -> dict[str, Contrast]:
    return {
        "left": contrast(0.021, 0.001, 0.041),
        "otherwise": contrast(-0.02, -0.05, 0.01),
        "stayed": contrast(-0.001, -0.04, 0.038),
    }


def test_what_became_of_people_is_said_in_three_differences(
    ways: dict[str, Contrast], section: Section, about: About, read: Reader
) -> None:
    output = competing(ways, section, replace(about, unit="team"))
    assert read(output) == (
        "Het verschil na introductie na twaalf maanden is +2,1 procentpunt voor uitstroom naar werk (marge +0,1 tot +4,1), "
        "−2,0 voor uitstroom om een andere reden (marge −5,0 tot +1,0) en −0,1 voor wie nog een uitkering heeft (marge −4,0 "
        "tot +3,8)."
    )
    assert read(output, "en") == (
        "The difference after introduction after twelve months is +2.1 percentage points for exit to work (interval +0.1 to "
        "+4.1), −2.0 for exit for another reason (interval −5.0 to +1.0) and −0.1 for those still on benefit (interval −4.0 to "
        "+3.8)."
    )
    assert told(output, read, "en")[1].startswith("Everybody is one of the three.")
    assert "How it was decided who introduced" in told(output, read, "en")[-1]
    assert [(cell.row, cell.unit, cell.groups) for cell in output.cells] == [
        (name, "difference in probability", 17) for name in ("left", "otherwise", "stayed")
    ]
    assert "beside teams that did not take it up" in output.words.caption.en


def test_an_interval_that_just_misses_zero_does_not_print_as_zero(
    contrast: Callable[..., Contrast], ways: dict[str, Contrast], section: Section, about: About, read: Reader
) -> None:
    said = read(competing({**ways, "left": contrast(0.021, 0.0002, 0.041)}, section, about))
    assert "+2,10 procentpunt voor uitstroom naar werk (marge +0,02 tot +4,10)" in said


def test_three_differences_of_which_one_is_hidden_are_not_said(
    ways: dict[str, Contrast], section: Section, about: About, read: Reader
) -> None:
    assert read(competing(ways, section, about), hidden=("otherwise",)) == NUMBER_HIDDEN.nl


@pytest.mark.parametrize("assignment", list(Assignment))
def test_competing_says_effect_only_after_a_lot(
    assignment: Assignment, ways: dict[str, Contrast], section: Section, about: About, read: Reader
) -> None:
    output = competing(ways, section, replace(about, assignment=assignment))
    said = " ".join((*told(output, read), *told(output, read, "en"), output.words.label("difference").nl))
    assert ("effect" in said) is (assignment is Assignment.RANDOMISED)


@pytest.mark.parametrize(
    ("short", "said"),
    [
        (FEW, Text("minstens 4 teams per groep nodig", "at least 4 teams in each group")),
        (NOBODY, Text("er zijn geen teams die het hele jaar anders werkten", "no teams that worked otherwise all year")),
    ],
)
def test_competing_without_two_sides_is_one_sentence(
    short: NotEnoughData, said: Text, ways: dict[str, Contrast], section: Section, about: About, read: Reader
) -> None:
    output = competing({**ways, "otherwise": short}, section, about)
    assert (output.cells, output.words.shown_as) == ((), (Shape.WORDS,))
    assert said.nl in read(output)
    assert said.en in read(output, "en")
