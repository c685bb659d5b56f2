"""Rows that may stand in the order of their numbers, some of them hidden, are put in the order of their names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gm_workbench.guard.order import in_neutral_order
from gm_workbench.guard.protect import protect
from gm_workbench.outputs.output import Cell, Measure, Output, Shape, ShownCell, Sum, Suppressed
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
    rows = {"nord": 55, "oost": 43, "rand": 4, "mid": 31, "everybody": 300}
    assert _rows(_made(words, rows), policy) == sorted(rows)


@pytest.mark.parametrize("apart", [{"other": 50}, {"other": 50, "unknown": 20}, {"elsewhere": 50}])
def test_rows_that_stand_last_do_not_hide_that_the_others_fall(policy, words, apart):
    assert _rows(_made(words, FALLING | {"west": 30} | apart), policy) == sorted({*FALLING, "west", *apart})


def test_row_that_stands_first_does_not_hide_that_the_others_fall(policy, words):
    rows = {"other": 50, **FALLING, "west": 30}
    assert _rows(_made(words, rows), policy) == sorted(rows)


def test_order_does_not_hang_on_what_a_hidden_number_happens_to_add_up_to(policy, words):
    """With nine, the first is the sum of the others."""
    shown = [_rows(_made(words, {"east": 36, "south": 27, "north": few}), policy) for few in (1, 9)]
    assert shown[0] == shown[1] == ["east", "north", "south"]


def test_order_that_is_declared_stays_as_it_is(policy, words):
    assert _rows(_made(words, FALLING, ordered=True), policy) == list(FALLING)


def test_steps_of_a_flow_stay_as_they_are(policy, words):
    assert _rows(_made(words, {"start": 70, "later": 45, "end": 4}, shape=Shape.FLOW), policy) == ["start", "later", "end"]


@pytest.mark.parametrize("numbers", [(30, 40, 40, 53), (53, 40, 40, 30)])
def test_ties_count_as_an_order(policy, words, numbers):
    rows = dict(zip(("west", "rand", "oost", "mid", "all of it"), (numbers[0], 4, *numbers[1:]), strict=True))
    assert _rows(_made(words, rows), policy) == sorted(rows)


def test_order_by_shares_is_noticed(policy, words):
    shares = {"c": (90, 100), "a": (120, 150), "d": (5, 50), "b": (60, 130), "e": (40, 110)}
    cells = [Cell(row, "work", Measure.SHARE, n, numerator=k, digits=1) for row, (k, n) in shares.items()]
    assert _rows(Output(words(ordered=False), tuple(cells)), policy) == sorted(shares)


def test_totals_at_both_ends_stay_there(policy, words):
    rows = {"all": 152, **FALLING, "total": 152}
    assert _rows(_made(words, rows), policy) == ["all", *sorted(FALLING), "total"]


def test_declared_total_of_columns_stays_last(policy, words):
    cells = [Cell("n", column, COUNT, n) for column, n in (FALLING | {"everybody": 152}).items()]
    sums = (Sum(("n", "everybody"), tuple(("n", column) for column in FALLING)),)
    shown = protect([Output(words(ordered=False), tuple(cells), sums)], policy).outputs[0]
    assert columns_of(shown) == [*sorted(FALLING), "everybody"]


def test_only_the_first_is_what_an_output_is_about(policy, words):
    numbers = {"way": (90, 3.0), "c": (80, 2.0), "b": (5, 1.5), "a": (60, 1.0)}
    cells = [Cell(row, "d", Measure.ESTIMATE, n, value=value) for row, (n, value) in numbers.items()]
    assert _rows(Output(words(ordered=False, estimand="way"), tuple(cells)), policy) == ["way", "a", "b", "c"]


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


def _pairs(words, rows):
    cells = [Cell(row, column, COUNT, n) for row, pair in rows.items() for column, n in zip(("k", "n"), pair, strict=True)]
    return Output(words(ordered=False), tuple(cells))


@pytest.mark.parametrize(
    "rows",
    [
        {"d": (60, 200), "b": (100, 400), "e": (4, 40), "c": (12, 150), "a": (20, 300)},  # k / n falls
        {"d": (60, 100), "b": (95, 110), "e": (4, 220), "c": (40, 260), "a": (70, 250)},  # k + n rises
        {"d": (60, 100), "b": (90, 140), "e": (4, 70), "c": (40, 230), "a": (20, 225)},  # n - k rises
    ],
)
def test_order_by_what_two_columns_come_to_is_noticed(policy, words, rows):
    assert _rows(_pairs(words, rows), policy) == sorted(rows)


def test_order_by_the_persons_behind_shares_is_noticed(policy, words):
    shares = {"c": (90, 100), "a": (84, 240), "d": (5, 50), "b": (60, 100), "e": (30, 120)}
    cells = [Cell(row, "work", Measure.SHARE, n, numerator=k, digits=1) for row, (k, n) in shares.items()]
    assert _rows(Output(words(ordered=False), tuple(cells)), policy) == sorted(shares)


def test_order_by_a_sum_of_means_is_noticed(policy, words):
    means = {"c": (50, 18.0), "a": (40, 20.0), "d": (5, 12.0), "b": (90, 8.2), "e": (60, 9.0)}
    cells = [Cell(row, "hours", Measure.ESTIMATE, n, value=mean, digits=1) for row, (n, mean) in means.items()]
    assert _rows(Output(words(ordered=False), tuple(cells)), policy) == sorted(means)


def test_numbers_of_another_unit_are_no_order(policy, words):
    units = {"d": (90, "euro"), "b": (5, "months"), "a": (70, "points")}
    cells = [Cell(row, "x", Measure.ESTIMATE, n, value=1.0, unit=unit) for row, (n, unit) in units.items()]
    assert _rows(Output(words(ordered=False), tuple(cells)), policy) == list(units)


def test_times_of_a_trend_stay_as_they_are_and_its_series_do_not(policy, words):
    cells = [Cell(row, time, COUNT, n) for row, n in FALLING.items() for time in ("T12", "T0")]
    shown = protect([Output(words(ordered=False, shape=Shape.TREND), tuple(cells))], policy).outputs[0]
    assert (rows_of(shown), columns_of(shown)) == (sorted(FALLING), ["T12", "T0"])


def test_hidden_row_alone_beside_totals_has_no_order(policy, words):
    cells = [Cell(row, "n", COUNT, n) for row, n in {"rand": 4, "Totaal": 90}.items()]
    assert _rows(Output(words(ordered=False), tuple(cells)), policy) == ["rand", "Totaal"]


def test_total_across_is_no_total_of_the_rows(policy, words):
    """The sums of the rows stand in the last column: its rows are sorted as the others are."""
    rows = {"c": (40, 30), "b": (30, 22), "d": (4, 3), "a": (20, 12)}
    cells = [Cell(row, column, COUNT, n) for row, (k, n) in rows.items() for column, n in (("x", k), ("y", n), ("sum", k + n))]
    sums = tuple(Sum((row, "sum"), ((row, "x"), (row, "y"))) for row in rows)
    assert _rows(Output(words(ordered=False), tuple(cells), sums), policy) == ["a", "b", "c", "d"]


BLOCKS = {"sex:woman": 70, "sex:man": 30, "home:rent": 60, "home:own": 45, "home:room": 4, "home:farm": 33}


def test_rows_that_fall_within_the_block_of_one_characteristic_go_by_name(policy, words):
    assert _rows(_made(words, BLOCKS), policy) == sorted(BLOCKS)


def test_rows_that_neither_rise_nor_fall_within_their_block_stay_as_they_are(policy, words):
    rows = {"sex:woman": 70, "sex:man": 30, "home:own": 45, "home:rent": 60, "home:room": 4, "home:farm": 33, "home:boat": 50}
    assert _rows(_made(words, rows), policy) == list(rows)


def test_order_within_blocks_does_not_hang_on_the_hidden_number(policy, words):
    assert len({tuple(_rows(_made(words, BLOCKS | {"home:room": few}), policy)) for few in range(1, 10)}) == 1


def test_row_of_which_only_the_value_is_hidden_is_put_in_order_too(words):
    made = _made(words, FALLING)
    values = {**FALLING, "rand": Suppressed()}
    shown = tuple(ShownCell(row, "n", COUNT, value, None, None, None, 50, "", 0) for row, value in values.items())
    assert [cell.row for cell in in_neutral_order(made, shown)] == ["mid", "nord", "oost", "rand"]
