from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.doubly_robust import DoublyRobust, Overlap
from gm_workbench.metrics.entropy import EntropyBalanced
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.overlap import Balance
from gm_workbench.outputs.about import About
from gm_workbench.outputs.alike import alike
from gm_workbench.outputs.output import Output
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.text import Text

NAMES = {"age": Text("de leeftijd", "age"), "gap": Text("de afstand tot de grens", "the distance to the threshold")}
TABLE = (Balance("age", -0.21, 0.0, 350.0, 280.0), Balance("gap", 0.1, 0.01, 350.0, 280.0))
SHORT = NotEnoughData("entropy balancing", "coaches in each group", 3, 5)


@pytest.fixture
def shown(estimate: Callable[..., Estimate], section: Section, about: About) -> Callable[..., Output]:
    main = estimate(0.06, -0.01, 0.13, "probability", 700)
    rare = Overlap((0.2, 0.5, 0.8), (0.2, 0.5, 0.8), 0.02)
    found = {
        "contrast": Contrast(main, main, 350, 350, 20, 20),
        "weighed": EntropyBalanced(estimate(0.05, -0.02, 0.12, "probability", 700), TABLE, 0.01),
        "robust": DoublyRobust(estimate(0.04, -0.03, 0.11, "probability", 700), TABLE, rare),
    }

    def maker(told: About = about, **other: object) -> Output:
        given = {**found, **other}
        return alike(given["contrast"], given["weighed"], given["robust"], section, told, names=NAMES)

    return maker


def said(output: Output, read: Callable[..., str], language: str = "nl") -> list[str]:
    return [read(output, language, sentence=one) for one in (output.words.sentence, *output.words.more)]


def test_alike_says_the_difference_both_ways_and_what_weighing_did(shown, read):
    told = said(shown(), read, "en")
    assert told[0].endswith("is +5.0 percentage points (interval −2.0 to +12.0).")
    assert told[1].endswith("is +4.0 percentage points (interval −3.0 to +11.0).")
    assert told[2] == "Before weighing the groups differed most in age: 0.21 standard deviations; after weighing that is 0.00."
    assert told[3] == "As some weigh more, the weighed comparison is worth as much as one with 80% of the others."
    assert "only in what was measured (age, the distance to the threshold)" in told[4]


def test_alike_names_what_differed_most_of_what_is_shown(shown, read):
    output = shown()
    told = [read(output, "en", sentence=one, hidden=("age",)) for one in output.words.more]
    assert told[1] == (
        "Of the characteristics with a number, the groups differed most in the distance to the threshold before weighing: "
        "0.10 standard deviations; after weighing that is 0.01."
    )


def test_alike_is_a_sensitivity_analysis_in_dutch_too(shown, read):
    assert any(one.startswith("Dit is een gevoeligheidsanalyse.") for one in said(shown(), read))


@pytest.mark.parametrize(("rare", "told"), [(0.04, False), (0.05, False), (0.06, True)])
def test_alike_says_when_there_is_little_to_compare_with(shown, read, estimate, rare, told):
    robust = DoublyRobust(estimate(0.04, -0.03, 0.11, "probability", 700), TABLE, Overlap((0.1,) * 3, (0.1,) * 3, rare))
    assert any("almost surely" in one for one in said(shown(robust=robust), read, "en")) is told


def test_alike_with_one_way_shows_that_one(shown, read):
    output = shown(weighed=SHORT)
    assert {cell.row for cell in output.cells} == {"main", "robust", "age", "gap"}
    assert said(output, read, "en")[0].endswith("is +4.0 percentage points (interval −3.0 to +11.0).")


@pytest.mark.parametrize("missing", [{"contrast": SHORT}, {"weighed": SHORT, "robust": SHORT}])
def test_alike_without_data_says_what_is_short(shown, read, missing):
    output = shown(**missing)
    assert output.cells == ()
    assert "5" in read(output, "en")


def test_difference_is_an_effect_only_where_a_lot_was_drawn(shown, read, about):
    assert "effect" not in said(shown(), read, "en")[0]
    lot = replace(about, assignment=Assignment.RANDOMISED)
    assert "effect" in said(shown(told=lot), read, "en")[0]


def test_alike_names_a_unit_once_in_the_head_of_a_column(shown):
    labels = shown().words.labels
    assert [labels[column].nl for column in ("before", "after")] == ["verschil vóór weging", "verschil na weging"]


def test_alike_passes_the_guard(shown):
    released = protect([shown()], load_policy("cbs-stijl"))
    assert released
