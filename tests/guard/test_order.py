"""Rows that may stand in the order of their numbers, some of them hidden, are put in the order of their names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gm_workbench.guard.protect import protect
from gm_workbench.outputs.output import Cell, Measure, Output, Shape, Sum
from gm_workbench.outputs.printed import columns_of, rows_of

COUNT = Measure.COUNT
FALLING = {"nord": 70, "oost": 45, "rand": 4, "mid": 33}


def _made(words, numbers, column="n", **given):
    return Output(words(**({"ordered": False} | given)), tuple(Cell(row, column, COUNT, n) for row, n in numbers.items()))


def _rows(made, policy):
    return rows_of(protect([made], policy).outputs[0])


def test_rows_that_fall_with_one_hidden_go_by_name(policy, words):
    assert _rows(_made(words, FALLING), policy) == ["mid", "nord", "oost", "rand"]


def test_rows_with_nothing_hidden_stay_as_they_are(policy, words):
    assert _rows(_made(words, FALLING | {"rand": 40}), policy) == list(FALLING)


def test_rows_that_neither_rise_nor_fall_stay_as_they_are(policy, words):
    rows = {"nord": 45, "oost": 70, "rand": 4, "mid": 33, "west": 60}
    assert _rows(_made(words, rows), policy) == list(rows)


def test_largest_row_at_an_end_may_be_a_total_that_nobody_declares(policy, words):
    rows = {"nord": 45, "oost": 33, "rand": 4, "everybody": 82}
    assert _rows(_made(words, rows), policy) == sorted(rows)


def test_order_does_not_hang_on_what_a_hidden_number_happens_to_add_up_to(policy, words):
    """With nine, the first is the sum of the others."""
    shown = [_rows(_made(words, {"east": 36, "south": 27, "north": few}), policy) for few in (1, 9)]
    assert shown[0] == shown[1] == ["east", "north", "south"]


def test_order_that_is_declared_stays_as_it_is(policy, words):
    assert _rows(_made(words, FALLING, ordered=True), policy) == list(FALLING)


def test_steps_of_a_flow_stay_as_they_are(policy, words):
    assert _rows(_made(words, {"start": 70, "later": 45, "end": 4}, shape=Shape.FLOW), policy) == ["start", "later", "end"]


def test_ties_count_as_an_order(policy, words):
    assert _rows(_made(words, {"west": 40, "oost": 40, "rand": 4}), policy) == ["oost", "rand", "west"]


def test_one_number_that_is_shown_is_too_few_to_tell(policy, words):
    assert _rows(_made(words, {"west": 4, "oost": 40, "rand": 5}), policy) == ["oost", "rand", "west"]


def test_numbers_in_names_are_put_in_order(policy, words):
    assert _rows(_made(words, {"T12": 40, "T3": 30, "T6": 4}), policy) == ["T3", "T6", "T12"]


@pytest.mark.parametrize("at", [0, 4])
def test_total_stays_where_it_stands(policy, words, at):
    rows = list(FALLING.items())
    rows.insert(at, ("all", 152))
    sums = (Sum(("all", "n"), tuple((row, "n") for row in FALLING)),)
    made = replace(_made(words, dict(rows)), sums=sums)
    assert _rows(made, policy).index("all") == at


def test_columns_go_by_name_too(policy, words):
    made = Output(words(ordered=False), tuple(Cell("n", column, COUNT, n) for column, n in FALLING.items()))
    assert columns_of(protect([made], policy).outputs[0]) == ["mid", "nord", "oost", "rand"]


def test_what_an_output_is_about_stays_first(policy, words):
    cells = [Cell("way", "d", Measure.ESTIMATE, 90, value=1.0), Cell("by", "d", Measure.ESTIMATE, 5, value=0.5)]
    assert _rows(Output(words(estimand="way", ordered=False), tuple(cells)), policy) == ["way", "by"]


def test_from_and_to_of_a_square_keep_one_order(policy, words):
    counts = {("west", "west"): 60, ("west", "oost"): 40, ("oost", "west"): 4, ("oost", "oost"): 30}
    made = Output(words(shape=Shape.MATRIX, ordered=False), tuple(Cell(*key, COUNT, n) for key, n in counts.items()))
    shown = protect([made], policy).outputs[0]
    assert rows_of(shown) == columns_of(shown) == ["oost", "west"]


def test_sorting_by_name_is_said_and_recorded(policy, words):
    verdict = protect([_made(words, FALLING)], policy)
    assert "Sorted by name: another order can give a hidden number away" in [note.en for note in verdict.outputs[0].notes]
    assert "order" in verdict.records[0].reasons


def test_that_names_were_in_order_already_is_not_told_apart(policy, words):
    verdict = protect([_made(words, {"a": 70, "b": 4, "c": 30})], policy)
    assert "order" in verdict.records[0].reasons
