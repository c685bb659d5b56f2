"""Estimates that add up exactly do not give a hidden one away."""

from __future__ import annotations

import pytest

from gm_workbench.guard.protect import protect
from gm_workbench.outputs.output import Cell, Measure, Output, Role

TO_WORK, OTHERWISE, STAYED = ("left", 0.0731, 30), ("otherwise", -0.1482, 3), ("stayed", 0.0751, 40)


def cells(*rows, column="difference", unit="difference in probability", n=220):
    return tuple(
        Cell(row, column, Measure.ESTIMATE, n, value=value, se=0.05, unit=unit, digits=1, fewest=fewest)
        for row, value, fewest in rows
    )


@pytest.fixture
def hidden(policy, words):
    """Say what is hidden of outputs, each drawn as its cells and, in the end, its role."""

    def made(*outputs):
        drawn = [Output(words(f"o{at}", role=role), one) for at, (one, role) in enumerate(outputs)]
        shown = protect(drawn, policy).outputs
        return {(output.words.id, cell.row) for output in shown for cell in output.cells if cell.hidden}

    return made


def test_hidden_difference_is_not_what_the_others_leave_of_nought(hidden):
    assert hidden((cells(TO_WORK, OTHERWISE, STAYED), Role.SECTION)) == {("o0", "otherwise"), ("o0", "stayed")}
    other = cells(TO_WORK, OTHERWISE, ("stayed", 0.0752, 40))
    assert hidden((other, Role.SECTION)) == {("o0", "otherwise")}


def test_answer_stays_where_another_number_can_be_kept_back(hidden):
    answer, rest = (cells(("answer", 0.0731, 30)), Role.ANSWER), (cells(OTHERWISE, STAYED), Role.SECTION)
    assert hidden(answer, rest) == {("o1", "otherwise"), ("o1", "stayed")}


def test_number_that_stands_in_another_output_under_another_rule_is_kept_back_there_too(hidden):
    assert hidden((cells(OTHERWISE), Role.SECTION), (cells(("again", -0.1482, 40)), Role.SECTION)) == {
        ("o0", "otherwise"),
        ("o1", "again"),
    }
    others = cells(("again", -0.1482, 40), n=230)
    assert hidden((cells(OTHERWISE), Role.SECTION), (others, Role.SECTION)) == {("o0", "otherwise")}


def test_shares_that_make_up_one_are_kept_back_with_the_hidden_one_and_differences_are_not(hidden):
    shares = (("working", 0.4455, 45), ("back", 0.5248, 48), ("elsewhere", 0.0297, 3))
    assert hidden((cells(*shares, unit="probability"), Role.SECTION)) == {("o0", "back"), ("o0", "elsewhere")}
    assert hidden((cells(*shares), Role.SECTION)) == {("o0", "elsewhere")}


def test_what_is_kept_back_is_no_sum_of_others_either(hidden):
    parts = (("household", -7.31, 3), ("age", -2.14, 20), ("explained", -9.45, 20), ("rest", -14.75, 20), ("gap", -24.2, 20))
    assert hidden((cells(*parts, unit="euro"), Role.SECTION)) == {("o0", "household"), ("o0", "age")}
    whole = (*parts, ("age again", -2.14, 20))
    assert hidden((cells(*whole, unit="euro"), Role.SECTION)) >= {("o0", "household"), ("o0", "explained")}
