"""What is said beside a difference, where test_answers.py does not hold it already."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.power import power
from gm_workbench.outputs.about import About
from gm_workbench.outputs.answers import answer
from gm_workbench.outputs.output import Cell, Measure
from gm_workbench.outputs.sentences import verdict
from gm_workbench.outputs.verdicts import LEAST_CHANCE
from gm_workbench.outputs.weighing import (
    a_noun,
    amount,
    caution,
    chance_cell,
    chance_of_seeing,
    noun,
    unit_of,
    weighed,
)
from gm_workbench.vocabulary.protocols import Assignment, Section, load_protocol
from gm_workbench.vocabulary.text import Text

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

SCORE = Cell("x", "difference", Measure.ESTIMATE, 700, 1.0, low=-1.0, high=3.0, unit="points", digits=1)
PART = Cell("x", "difference", Measure.ESTIMATE, 700, 0.01, low=-0.01, high=0.03, unit="difference in probability", digits=1)


@pytest.mark.parametrize("assignment", list(Assignment))
def test_a_difference_is_called_an_effect_only_after_a_lot(assignment: Assignment, about: About) -> None:
    drawn = assignment is Assignment.RANDOMISED
    known = replace(about, assignment=assignment)
    assert noun(known) == (Text("effect", "effect") if drawn else Text("verschil", "difference"))
    assert a_noun(known) == (Text("een effect", "an effect") if drawn else Text("een verschil", "a difference"))
    assert len(caution(known)) == (0 if drawn else 1)


@pytest.mark.parametrize(
    ("cell", "smallest", "unit", "shown"), [(SCORE, 2.0, "points", "2.0"), (PART, 0.025, "percentage points", "2.5")]
)
def test_what_matters_is_written_in_the_unit_of_the_difference(cell: Cell, smallest: float, unit: str, shown: str) -> None:
    assert unit_of(cell).en == unit
    assert amount(cell, smallest).en == shown
    assert amount(cell, smallest).nl == shown.replace(".", ",")


def test_the_chance_of_seeing_what_matters_follows_from_the_standard_error(estimate: Maker) -> None:
    one = replace(estimate(1.0, -1.0, 3.0), se=0.8, df=12.5)
    assert chance_of_seeing(one, 2.0) == power(2.0, 0.8, 12.5)


@pytest.mark.parametrize("se", [math.nan, math.inf, 0.0])
def test_without_a_standard_error_there_is_no_chance(se: float, estimate: Maker) -> None:
    assert chance_of_seeing(replace(estimate(1.0, -1.0, 3.0), se=se), 2.0) is None


def test_the_cell_of_a_chance_rests_on_those_of_the_estimate(estimate: Maker) -> None:
    cell = chance_cell(estimate(1.0, -1.0, 3.0), 0.67, "difference", "planned")
    assert (cell.row, cell.value, cell.n, cell.groups, cell.unit, cell.se) == ("planned", 0.67, 700, 38, "probability", None)


@pytest.mark.parametrize(
    ("chance", "planned", "nl", "en"),
    [
        (
            0.67,
            False,
            "De kans om met deze gegevens een verschil van 2,0 punten te zien, was {chance} %.",
            "The chance of seeing a difference of 2.0 points with these data was {chance}%.",
        ),
        (
            0.67,
            True,
            "De kans om met deze opzet een verschil van 2,0 punten te zien, was volgens de raming vooraf {chance} %.",
            "The chance of seeing a difference of 2.0 points with this design was {chance}%, as planned beforehand.",
        ),
        (
            0.31,
            False,
            (
                "De kans om met deze gegevens een verschil van 2,0 punten te zien, was maar {chance} %. Een schatting uit zo "
                "weinig gegevens valt vaak te groot uit, of naar de verkeerde kant."
            ),
            (
                "The chance of seeing a difference of 2.0 points with these data was only {chance}%. An estimate from so few "
                "data often comes out too large, or in the wrong direction."
            ),
        ),
        (
            0.31,
            True,
            (
                "De kans om met deze opzet een verschil van 2,0 punten te zien, was volgens de raming vooraf maar {chance} %. "
                "Een schatting uit zo weinig gegevens valt vaak te groot uit, of naar de verkeerde kant."
            ),
            (
                "The chance of seeing a difference of 2.0 points with this design was only {chance}%, as planned beforehand. "
                "An estimate from so few data often comes out too large, or in the wrong direction."
            ),
        ),
    ],
)
def test_a_chance_says_whether_it_was_planned(chance: float, planned: bool, nl: str, en: str, about: About) -> None:
    said = weighed(SCORE, 2.0, chance, about, planned=planned)[1]
    assert said.text == Text(nl, en)
    assert (said.slots["chance"].row, said.slots["chance"].percent, said.otherwise) == ("chance", True, Text("", ""))


def test_a_chance_of_a_half_is_enough_to_tell(about: About) -> None:
    assert "maar" not in weighed(SCORE, 2.0, LEAST_CHANCE, about)[1].text.nl
    assert "maar" in weighed(SCORE, 2.0, LEAST_CHANCE - 1e-9, about)[1].text.nl


def test_without_a_chance_only_what_is_excluded_is_said(about: About) -> None:
    said = weighed(SCORE, 2.0, None, about)
    assert [one.text.en for one in said] == [
        "The interval excludes a difference of 2.0 points or more downwards, but not upwards."
    ]


@pytest.mark.parametrize(("planned", "tells"), [(0.31, False), (0.67, True)])
def test_what_was_planned_goes_before_what_the_standard_error_tells(
    planned: float, tells: bool, estimate: Maker, section: Section, about: About, read: Reader
) -> None:
    estimand = load_protocol("amsterdam_supervisor_cascade").primary
    sharp, blunt = (replace(estimate(0.01, -0.03, 0.05, "probability"), se=se) for se in (0.001, 0.1))
    for one in (sharp, blunt):
        output = answer(one, estimand, section, about, planned=planned)
        assert (verdict(read(output))[0] != "Deze gegevens kunnen dat niet uitwijzen.") is tells
        assert output.cells[-1].value == planned


def test_a_hidden_chance_is_left_out(estimate: Maker, section: Section, about: About, read: Reader) -> None:
    estimand = load_protocol("amsterdam_supervisor_cascade").primary
    output = answer(estimate(0.01, -0.03, 0.05, "probability"), estimand, section, about, planned=0.67)
    assert read(output, sentence=output.words.more[1], hidden=("chance",)) == ""


def test_the_raw_difference_prints_in_the_digits_of_the_adjusted_one(
    estimate: Maker, section: Section, about: About, read: Reader
) -> None:
    estimand = load_protocol("amsterdam_supervisor_cascade").primary
    adjusted, raw = (estimate(0.0123, low, 0.03, "probability") for low in (-0.01, 0.0000004))
    output = answer(Contrast(adjusted, raw, 350, 350, 8, 9), estimand, section, about)
    assert read(output, sentence=output.words.more[0]).endswith("is het verschil +1,2 procentpunt.")
