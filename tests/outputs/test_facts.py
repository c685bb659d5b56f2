from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.facts import facts
from gm_workbench.outputs.output import Measure, Role, Shape
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.text import Text


def test_facts_are_four_tiles(
    section: Section, about: About, estimate: Callable[..., Estimate], read: Callable[..., str]
) -> None:
    output = facts(section, about, persons=710, coaches=38, reliability=estimate(0.86, 0.84, 0.88, "", groups=None))
    assert (output.words.role, output.words.shown_as) == (Role.FACTS, (Shape.TILES,))
    assert [(cell.row, cell.measure) for cell in output.cells] == [
        ("persons", Measure.COUNT),
        ("coaches", Measure.ESTIMATE),
        ("reliability", Measure.ESTIMATE),
    ]
    assert output.words.tile_words == {"assignment": Text("onbekend", "not known")}
    assert read(output) == "Dit antwoord gaat over 710 personen."


def test_a_number_of_coaches_is_judged_as_coaches(section: Section, about: About) -> None:
    coaches = facts(section, about, persons=710, coaches=2).cells[1]
    assert (coaches.value, coaches.n, coaches.groups) == (2.0, 710, 2)


def test_without_coaches_nothing_was_assigned(section: Section, about: About, read: Callable[..., str]) -> None:
    output = facts(section, about, persons=710)
    assert [cell.row for cell in output.cells] == ["persons"]
    assert output.words.tile_words == {}
    assert read(output, "en") == "This answer is about 710 persons."


def test_a_reliability_that_cannot_be_said_is_a_word(section: Section, about: About) -> None:
    output = facts(section, about, persons=12, coaches=5, reliability=NotEnoughData("alpha", "persons", 12, 30))
    assert output.words.tile_words["reliability"] == Text("niet te zeggen", "cannot be said")


@pytest.mark.parametrize("assignment", list(Assignment))
def test_assignment_has_words_and_promises_no_cause(assignment: Assignment, section: Section, about: About) -> None:
    output = facts(section, replace(about, assignment=assignment), persons=710, coaches=38)
    meaning = output.words.label("assignment").nl
    assert ("geen bewijs van oorzaak" in meaning) is (assignment is not Assignment.RANDOMISED)


def test_labels_can_be_replaced(section: Section, about: About) -> None:
    output = facts(section, about, persons=710, labels={"persons": Text("moeders", "mothers")})
    assert output.words.label("persons").nl == "moeders"


def test_teams_stand_before_coaches_and_are_judged_as_teams(section: Section, about: About) -> None:
    output = facts(section, about, persons=5840, teams=17, coaches=134)
    assert [(cell.row, cell.value, cell.n, cell.groups, cell.unit) for cell in output.cells] == [
        ("persons", None, 5840, None, "persons"),
        ("teams", 17.0, 5840, 17, "teams"),
        ("coaches", 134.0, 5840, 134, "coaches"),
    ]
    assert output.words.label("teams") == Text("teams", "teams")


def test_teams_without_coaches_were_assigned_too(section: Section, about: About) -> None:
    output = facts(section, about, persons=5840, teams=17)
    assert [cell.row for cell in output.cells] == ["persons", "teams"]
    assert output.words.tile_words == {"assignment": Text("onbekend", "not known")}
