from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from gm_workbench.metrics.estimate import Estimate
from gm_workbench.outputs.cells import count_cell, estimate_cell, quote, share_cell
from gm_workbench.outputs.output import Measure


def test_an_estimate_keeps_everything_that_it_is_judged_by(estimate: Callable[..., Estimate]) -> None:
    cell = estimate_cell(estimate(2.9, -0.4, 6.1), "a", "b", digits=2, sensitive=True)
    assert (cell.value, cell.low, cell.high, cell.n, cell.groups, cell.df) == (2.9, -0.4, 6.1, 700, 38, 697)
    assert (cell.measure, cell.unit, cell.digits, cell.sensitive) == (Measure.ESTIMATE, "points", 2, True)


def test_an_unknown_standard_error_is_left_out(estimate: Callable[..., Estimate]) -> None:
    assert estimate_cell(replace(estimate(0.8, 0.7, 0.9), se=math.nan), "a", "b").se is None


def test_counts_and_shares_take_their_value_from_counts() -> None:
    count, share = count_cell("a", "b", 12), share_cell("a", "c", 3, 12)
    assert (count.measure, count.n, count.value) == (Measure.COUNT, 12, None)
    assert (share.measure, share.numerator, share.n, share.unit) == (Measure.SHARE, 3, 12, "share")


@pytest.mark.parametrize(("unit", "percent"), [("points", False), ("share", True), ("difference in probability", True)])
def test_parts_of_one_are_quoted_as_hundredths(unit: str, percent: bool, estimate: Callable[..., Estimate]) -> None:
    slots = quote(estimate_cell(estimate(0.2, 0.1, 0.3, unit), "a", "b"), signed=True, absolute=True)
    assert {slot.percent for slot in slots.values()} == {percent}
    assert (slots["value"].absolute, slots["value"].signed) == (True, False)
    assert (slots["low"].absolute, slots["low"].signed) == (False, True)
