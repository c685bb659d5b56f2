"""A ledger on a page has no loss between nobody and the threshold, and speaks of nothing that was taken out of it."""

from __future__ import annotations

import pytest

from gm_workbench.guard.flows import without_small_losses
from gm_workbench.guard.protect import protect
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Output
from gm_workbench.outputs.people import flow
from gm_workbench.outputs.sentences import say
from gm_workbench.panel.ledger import Ledger
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

SECTION = Section("flow", Text("Vraag?", "Question?"), Text("Waarom.", "Why."), ("answers",))
ABOUT = About(DataKind.SYNTHETIC, Text("moeders", "mothers"), same("2024"), Text("bron", "source"), Assignment.UNKNOWN)


def drawn(*persons: int) -> Output:
    """Draw a flow from the persons after each step; steps are called a, b, c, ..."""
    ledger = Ledger()
    for name, left in zip("abcdef", persons, strict=False):
        ledger = ledger.then(Text(f"{name} nl", name), left, Text(f"niet {name}", f"not {name}"))
    return flow(ledger.steps, SECTION, ABOUT)


def rows(output):
    return [(cell.row, cell.n) for cell in output.cells]


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        (0, [("step_1", 345), ("step_2", 345), ("step_3", 221)]),
        (1, [("step_1", 345), ("step_3", 221)]),
        (9, [("step_1", 345), ("step_3", 221)]),
        (10, [("step_1", 345), ("step_2", 335), ("step_3", 221)]),
    ],
)
def test_flow_tells_a_loss_of_nobody_or_of_at_least_the_threshold(lost, expected):
    assert rows(without_small_losses(drawn(345, 345 - lost, 221), 10)) == expected


def test_flow_names_the_steps_that_were_put_together_and_why_persons_left():
    words = without_small_losses(drawn(345, 342, 221), 10).words
    assert words.labels["step_3"] == Text("b nl, c nl", "b, c")
    assert words.labels["step_3_why"] == Text("niet b; niet c", "not b; not c")
    assert not {"step_2", "step_2_why"} & words.labels.keys()


def test_flow_of_one_step_that_is_left_says_whom_it_is_about(policy):
    output = without_small_losses(drawn(345, 342), 10)
    assert rows(output) == [("step_2", 342)]
    (shown,) = protect([drawn(345, 342)], policy).outputs
    assert say(shown.words.sentence, shown, "en") == "This is about 340 persons."


def test_flow_is_read_aloud_without_the_steps_that_are_gone(policy):
    (shown,) = protect([drawn(345, 342, 221)], policy).outputs
    assert say(shown.words.alt, shown, "en") == "350 a; then 220 b, c."
    assert say(shown.words.sentence, shown, "en") == "Of the 350 persons at the start 220 remained."


def test_flow_without_small_losses_and_an_output_that_is_no_ledger_stay_as_they_are(table):
    for output in (drawn(345, 300, 221), table({"a": [3, 4]})):
        assert without_small_losses(output, 10) is output
