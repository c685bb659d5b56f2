from __future__ import annotations

import math
from contextlib import nullcontext

import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import (
    LARGEST,
    require_binary,
    require_columns,
    require_draws,
    require_filled,
    require_numbers,
    shortage,
)
from gm_workbench.metrics.estimate import NotEnoughData

ROWS = pd.DataFrame({"a": [1.0, math.nan, 3.0], "b": ["x", None, "z"], "c": [0, 1, 1], "d": [True, False, True]})


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    with pytest.raises(MetricError, match=r"mean: columns x, y are missing; there are: a, b, c, d\."):
        require_columns(ROWS, ["x", "a", "y"], "mean")
    with pytest.raises(MetricError, match="there are: none"):
        require_columns(pd.DataFrame(), ["x"], "mean")


def test_gaps_are_counted_and_the_way_out_is_named() -> None:
    with pytest.raises(MetricError, match=r"column b must have no gaps but 1 rows are missing\. Leave those rows out first"):
        require_filled(ROWS, ["b"], "mean")


def test_numbers_may_have_gaps_where_that_is_said() -> None:
    require_numbers(ROWS, ["a", "c", "d"], "mean", gaps=True)
    with pytest.raises(MetricError, match="column a must have no gaps"):
        require_numbers(ROWS, ["a"], "mean")
    with pytest.raises(MetricError, match="column b must be numeric"):
        require_numbers(ROWS, ["b"], "mean", gaps=True)
    with pytest.raises(MetricError, match="column a must be finite"):
        require_numbers(ROWS.assign(a=-math.inf), ["a"], "mean")


def test_binary_takes_false_and_true_and_nothing_else() -> None:
    require_binary(ROWS, "c", "mean")
    require_binary(ROWS, "d", "mean")
    with pytest.raises(MetricError, match="column c must hold 0 and 1 only"):
        require_binary(ROWS.assign(c=[0, 1, 2]), "c", "mean")


@pytest.mark.parametrize(("got", "short"), [(9, True), (10, False), (11, False)])
def test_a_shortage_starts_below_what_is_needed(got: int, short: bool) -> None:
    expected = NotEnoughData("mean", "persons", got, 10) if short else None
    assert shortage("mean", ("coaches", 5, 5), ("persons", got, 10)) == expected


def test_rows_must_be_a_frame() -> None:
    with pytest.raises(MetricError, match="mean: the rows must be a DataFrame but got dict"):
        require_columns({"a": [1]}, ["a"], "mean")


def test_what_cannot_be_a_name_is_a_column_that_is_missing() -> None:
    with pytest.raises(MetricError, match=r"columns None, \['a'\] are missing"):
        require_columns(ROWS, [None, ["a"]], "mean")


def test_a_column_that_is_there_twice_is_refused_where_it_is_used() -> None:
    twice = pd.concat([ROWS, ROWS[["a"]]], axis="columns")
    require_columns(twice, ["b"], "mean")
    with pytest.raises(MetricError, match=r"mean: there must be one column a but there are 2\. Rename the others\."):
        require_numbers(twice, ["a"], "mean", gaps=True)


def test_complex_numbers_are_no_measurements() -> None:
    with pytest.raises(MetricError, match="column c must be numeric but got complex128"):
        require_numbers(ROWS.assign(c=ROWS["c"].astype(complex)), ["c"], "mean")


@pytest.mark.parametrize(("largest", "refused"), [(LARGEST, False), (LARGEST * 1.01, True), (-LARGEST * 1.01, True)])
def test_numbers_whose_powers_do_not_fit_are_refused(largest: float, refused: bool) -> None:
    rows = ROWS.assign(a=[1.0, largest, math.nan])
    beyond = pytest.raises(MetricError, match=r"column a must be finite but holds a number beyond 1e\+50")
    with beyond if refused else nullcontext():
        require_numbers(rows, ["a"], "mean", gaps=True)


@pytest.mark.parametrize("draws", [0, 1, -1, 2.5, math.nan, math.inf, True, "x", None])
def test_draws_are_a_whole_number_that_has_a_spread(draws: object) -> None:
    with pytest.raises(MetricError, match="bootstrap: draws must be a whole number of 2 or more but got"):
        require_draws(draws, 1, "bootstrap")
    require_draws(2, 0, "bootstrap")


@pytest.mark.parametrize("seed", [-1, 0.5, math.nan, None])
def test_a_seed_is_a_whole_number(seed: object) -> None:
    with pytest.raises(MetricError, match="bootstrap: seed must be a whole number of 0 or more but got"):
        require_draws(99, seed, "bootstrap")


def test_numbers_too_small_to_square_are_refused_and_zero_is_not() -> None:
    require_numbers(ROWS.assign(a=0.0), ["a"], "mean")
    with pytest.raises(MetricError, match=r"column a holds nothing above 1e-50, too small to square\. Take another unit"):
        require_numbers(ROWS.assign(a=[0.0, 1e-60, 0.0]), ["a"], "mean")
