"""From monthly chances to a horizon: against a Markov chain, R's cmprsk, geometric series by hand, and the delta method."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.horizon import incidence, over_months

EXACT = 1e-12
"""Two ways to the same arithmetic."""

SLOPE = 1e-8
"""Relative: a slope from two points beside its formula."""


@pytest.mark.parametrize(
    ("chance", "other", "months"), [(0.012, 0.02, 12), (0.3, 0.7, 5), (0.05, 0.0, 24), (0.0, 0.1, 6), (0.2, 0.1, 1)]
)
def test_incidence_equals_the_power_of_a_transition_matrix(witness, chance, other, months):
    # states: on benefit, to work, left otherwise; the last two are never left
    matrix = np.array([[1 - chance - other, chance, other], [0, 1, 0], [0, 0, 1]])
    expected = np.linalg.matrix_power(matrix, months)[0, 1]
    given = {"data": "drawn", "source": "numpy.linalg.matrix_power of three states", "known": "run", "tolerance": EXACT}
    witness(
        "horizon.incidence",
        f"chances {chance} and {other}, {months} months",
        incidence(chance, other, months),
        expected,
        **given,
    )


@pytest.mark.parametrize(
    ("chance", "other", "months", "expected"), [(0.1, 0.1, 1, 0.1), (0.1, 0.1, 3, 0.244), (0.1, 0.2, 2, 0.17)]
)
def test_incidence_equals_cmprsk_on_a_cohort_that_leaves_at_those_chances(witness, chance, other, months, expected):
    # R 4.2, of 1,000 persons: timepoints(cuminc(rep(1:4, c(200, 160, 128, 512)), c(rep(1:2, c(100, 100)), rep(1:2, c(80, 80)),
    # rep(1:2, c(64, 64)), rep(0, 512))), 1:3)$est gives .100 .180 .244; and for chances .1 and .2
    # timepoints(cuminc(rep(1:3, c(300, 210, 490)), c(rep(1:2, c(100, 200)), rep(1:2, c(70, 140)), rep(0, 490))), 1:2)$est
    # .10 .17
    given = {
        "data": "drawn",
        "source": "R: cmprsk::timepoints(cmprsk::cuminc(time, status))",
        "known": "run",
        "tolerance": EXACT,
    }
    witness("horizon.incidence", f"{chance} and {other}, {months} months", incidence(chance, other, months), expected, **given)


def test_incidence_without_other_reasons_is_a_geometric_series(witness):
    # by hand: .1 + .9 * .1 + .81 * .1 = .271
    given = {"data": "drawn", "source": ".1 + .09 + .081", "known": "hand", "tolerance": EXACT}
    witness("horizon.incidence", "chance .1, three months", incidence(0.1, 0.0, 3), 0.271, **given)


@pytest.mark.parametrize(
    ("chance", "other", "months", "expected"), [(0.0, 0.0, 12, 0.0), (0.2, 0.3, 0, 0.0), (1.0, 0.0, 1, 1.0)]
)
def test_incidence_at_the_edges(chance, other, months, expected):
    assert incidence(chance, other, months) == expected


@pytest.mark.parametrize(("chance", "other", "months"), [(-0.1, 0.2, 12), (0.1, -0.1, 12), (0.6, 0.5, 12), (0.1, 0.1, -1)])
def test_incidence_refuses_impossible_chances(chance, other, months):
    with pytest.raises(MetricError, match="chances and months must be 0 or more"):
        incidence(chance, other, months)


def monthly(value: float, low: float, high: float, se: float = 0.001) -> Estimate:
    return Estimate(value, low, high, se, 900, "probability", "m", groups=12, df=7.5, residual_df=880)


def test_over_months_takes_value_and_bounds_over_alike(witness):
    # by hand: 1 percent without and 1.2 with, 2 percent otherwise; a month's chance of leaving is then .03 and .032
    found = over_months(monthly(0.002, -0.001, 0.005), 0.012, 0.02, 12)
    before = 0.01 / 0.03 * (1 - 0.97**12)
    given = {"data": "drawn", "source": "h / (h + o) (1 - (1 - h - o)^12), by hand", "known": "hand", "tolerance": EXACT}
    for part, chance in (("value", 0.012), ("low", 0.009), ("high", 0.015)):
        total = chance + 0.02
        expected = chance / total * (1 - (1 - total) ** 12) - before
        witness("horizon.over_months", part, getattr(found, part), expected, **given)


def test_over_months_has_the_standard_error_of_the_delta_method(witness):
    # dF/dh = o / T^2 (1 - (1 - T)^m) + h / T m (1 - T)^(m - 1), with T = h + o
    found = over_months(monthly(0.002, 0.0, 0.004), 0.012, 0.02, 12)
    total = 0.032
    slope = 0.02 / total**2 * (1 - (1 - total) ** 12) + 0.012 / total * 12 * (1 - total) ** 11
    given = {"data": "drawn", "source": "derivative by hand", "known": "hand", "tolerance": SLOPE * 0.001 * slope}
    witness("horizon.over_months", "standard error", found.se, 0.001 * slope, **given)


@pytest.mark.parametrize(("low", "high"), [(-0.004, 0.006), (0.0, 0.004), (0.001, 0.003)])
def test_over_months_holds_zero_when_the_monthly_interval_does(low, high):
    one = monthly(0.002, low, high)
    found = over_months(one, 0.012, 0.02, 12)
    assert found.excludes_zero is one.excludes_zero
    assert (found.n, found.groups, found.df, found.residual_df) == (900, 12, 7.5, 880)
    assert found.method == "m; expressed over 12 months at constant monthly chances"


def test_over_one_month_changes_nothing():
    one = monthly(0.002, -0.003, 0.007)
    found = over_months(one, 0.012, 0.02, 1)
    assert (found.value, found.low, found.high, found.se) == pytest.approx((0.002, -0.003, 0.007, 0.001))


def test_over_months_a_lower_bound_below_a_chance_of_zero_is_nobody_leaving():
    found = over_months(monthly(-0.01, -0.05, 0.03), 0.005, 0.02, 12)
    assert found.low == -incidence(0.015, 0.02, 12)


def test_over_months_an_upper_bound_above_one_is_everybody_leaving():
    found = over_months(monthly(0.1, -0.9, 0.9), 0.6, 0.2, 12)
    assert found.high == pytest.approx(0.8 - incidence(0.5, 0.2, 12))


def test_over_months_when_nobody_left_keeps_the_whole_slope(witness):
    # at a chance of zero only a step upwards is possible; there dF/dh is (1 - (1 - o)^m) / o, by hand
    found = over_months(monthly(-0.01, -0.03, 0.01), 0.0, 0.02, 12)
    given = {"data": "drawn", "source": "(1 - .98^12) / .02", "known": "hand", "tolerance": 1e-7}
    witness("horizon.over_months", "standard error when nobody left", found.se, 0.001 * (1 - 0.98**12) / 0.02, **given)
    assert found.value == -incidence(0.01, 0.02, 12)


def test_over_months_when_everybody_left_otherwise_there_is_no_difference():
    found = over_months(monthly(0.0, -0.1, 0.1), 0.0, 1.0, 12)
    assert (found.value, found.low, found.high, found.se) == (0.0, 0.0, 0.0, 0.0)


def test_over_months_keeps_a_standard_error_that_is_not_there():
    assert math.isnan(over_months(monthly(0.002, 0.0, 0.004, math.nan), 0.012, 0.02, 12).se)


@pytest.mark.parametrize(("with_it", "otherwise"), [(0.012, -0.1), (0.012, 1.5)])
def test_over_months_refuses_impossible_chances(with_it, otherwise):
    with pytest.raises(MetricError, match="chances at most 1 together"):
        over_months(monthly(0.002, 0.0, 0.004), with_it, otherwise, 12)
