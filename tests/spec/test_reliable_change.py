"""Change beyond what a questionnaire errs, against the paper's example and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.reliable_change import ReliableChange, change_index, reliable_change

TWO_DECIMALS = 0.005
"""The paper prints two decimals."""

EXACT = 1e-12

INDEX, SHARE = "reliable_change.change_index", "reliable_change.reliable_change"


def test_index_equals_the_example_of_the_paper(witness):
    found = change_index(47.5, 32.5, sd=7.5, reliability=0.88)
    given = {"data": "before 47.5, after 32.5, sd 7.5, r .88", "source": "Jacobson & Truax (1991)", "known": "memory"}
    witness(INDEX, "example", found, -4.08, tolerance=TWO_DECIMALS, **given)


def test_index_by_hand(witness):
    # sd 10, r .5: error 10 * sqrt(.5), difference of two errors 10; a rise of 15 is 1.5 of them
    given = {"data": "drawn", "source": "by hand", "known": "hand", "tolerance": EXACT}
    witness(INDEX, "error of a difference 10", change_index(40.0, 55.0, sd=10.0, reliability=0.5), 1.5, **given)
    assert change_index(55.0, 40.0, sd=10.0, reliability=0.5) == pytest.approx(-1.5)
    assert change_index(3.0, 4.0, sd=0.5, reliability=0.5) == pytest.approx(2.0)
    assert change_index(3.0, 4.0, sd=0.5, reliability=0.0) == pytest.approx(2**0.5)


def test_shares_and_their_intervals_by_hand(witness):
    # smallest reliable change 1.96 * 10 = 19.6: of 40 persons 10 rise by 20, 4 fall by 20, 26 change by 19 or less
    rows = pd.DataFrame({"first": [50.0] * 40, "second": [70.0] * 10 + [30.0] * 4 + [69.0] * 13 + [31.0] * 13})
    found = reliable_change(rows, "first", "second", sd=10.0, reliability=0.5)
    given = {"data": "drawn", "source": "by hand", "known": "hand", "tolerance": EXACT}
    witness(SHARE, "up", found.up.value, 0.25, **given)
    witness(SHARE, "same", found.same.value, 0.65, **given)
    witness(SHARE, "down", found.down.value, 0.1, **given)
    witness(SHARE, "smallest change", found.smallest, 19.599639845400545, **given)
    low, high = proportion_confint(10, 40, method="wilson")
    assert (found.up.low, found.up.high) == pytest.approx((low, high))
    assert (found.up.n, found.up.unit) == (40, "probability")


def test_without_change_about_one_in_twenty_is_called_reliable():
    rng = np.random.default_rng(1)
    true = rng.normal(50, 8, 20_000)
    rows = pd.DataFrame({"first": true + rng.normal(0, 4, 20_000), "second": true + rng.normal(0, 4, 20_000)})
    found = reliable_change(rows, "first", "second", reliability=64 / 80)
    assert found.up.value == pytest.approx(0.025, abs=0.004)
    assert found.down.value == pytest.approx(0.025, abs=0.004)


def test_nobody_changed_is_a_share_of_nought():
    rows = pd.DataFrame({"first": range(40), "second": range(40)})
    found = reliable_change(rows, "first", "second", reliability=0.8)
    assert (found.up.value, found.up.low, found.same.value) == (0.0, 0.0, 1.0)
    assert found.up.high > 0.05


@pytest.mark.parametrize(("persons", "enough"), [(29, False), (30, True), (31, True)])
def test_shares_need_thirty_persons_with_both_scores(persons, enough):
    rows = pd.DataFrame({"first": [*range(persons), 1.0], "second": [*range(persons), np.nan]})
    assert isinstance(reliable_change(rows, "first", "second", reliability=0.8), ReliableChange) is enough


def test_scores_that_do_not_differ_have_no_spread_of_their_own():
    rows = pd.DataFrame({"first": [50.0] * 40, "second": range(40)})
    short = reliable_change(rows, "first", "second", reliability=0.8)
    assert isinstance(short, NotEnoughData)
    assert short.what == "different scores"
    assert isinstance(reliable_change(rows, "first", "second", reliability=0.8, sd=10.0), ReliableChange)


@pytest.mark.parametrize(("sd", "reliability"), [(0.0, 0.8), (-1.0, 0.8), (np.nan, 0.8), (10.0, 1.0), (10.0, -0.1)])
def test_spread_and_reliability_must_make_sense(sd, reliability):
    with pytest.raises(MetricError, match="the spread must be above 0 and the reliability from 0 to below 1"):
        change_index(40.0, 50.0, sd=sd, reliability=reliability)


def test_words_are_refused():
    with pytest.raises(MetricError, match="column second must be numeric"):
        reliable_change(pd.DataFrame({"first": [1.0], "second": ["better"]}), "first", "second", reliability=0.8)


def test_reliability_that_was_estimated_stands_beside_the_shares():
    rows = pd.DataFrame({"first": [40.0, 60.0] * 20, "second": [55.0, 60.0] * 20})
    omega = Estimate(0.8, 0.75, 0.85, 0.025, 200, "", "omega")
    found = reliable_change(rows, "first", "second", reliability=omega, sd=10.0)
    assert found == reliable_change(rows, "first", "second", reliability=0.8, sd=10.0)
    assert found.reliability == 0.8


def test_reliability_without_enough_data_gives_no_shares():
    short = NotEnoughData("omega", "persons who answered every item", 12, 100)
    rows = pd.DataFrame({"first": [40.0, 60.0] * 20, "second": [55.0, 60.0] * 20})
    assert reliable_change(rows, "first", "second", reliability=short) is short
