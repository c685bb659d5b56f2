"""Witnesses for the chance to leave a state, and the mean stay."""

import math

import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.escape import Escape, escape_times
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.mobility import MIN_STARTERS

RUN = 1e-12
PUBLISHED = 1e-8  # printed with eight decimals

# yearly fifths of incomes, 48 states of the United States, 1929-2009: counts behind the matrix in the docstring of
# giddy.mobility.markov_mobility; giddy.mobility.prais prints 1 - p_ii
USJOIN = [[729, 71, 1, 0, 0], [72, 567, 80, 3, 0], [0, 81, 631, 86, 2], [0, 3, 86, 573, 56], [0, 0, 1, 57, 741]]
STATES = ("q1", "q2", "q3", "q4", "q5")


def of_counts(counts: list[list[int]], states: tuple[str, ...] = STATES) -> pd.DataFrame:
    rows = [(states[i], states[j]) for i, row in enumerate(counts) for j, count in enumerate(row) for _ in range(count)]
    return pd.DataFrame(rows, columns=["from", "to"]).assign(person=range(len(rows)))


@pytest.mark.parametrize(
    ("state", "published"),
    # giddy/mobility.py, docstring of prais: array([0.08988764, 0.21468144, 0.21125, 0.20194986, 0.07259074])
    list(zip(STATES, [0.08988764, 0.21468144, 0.21125, 0.20194986, 0.07259074], strict=True)),
)
def test_chance_to_leave_equals_giddy_on_incomes_of_the_united_states(state, published, witness):
    found = escape_times(of_counts(USJOIN), STATES)[state]
    given = {"tolerance": PUBLISHED, "data": "libpysal usjoin", "source": "giddy.mobility.prais, docstring", "known": "memory"}
    witness("escape.escape_times", f"chance to leave {state}", found.chance.value, published, **given)
    assert found.stay.value == pytest.approx(1 / found.chance.value, rel=RUN)


def test_stay_has_the_ends_of_wilson_turned_over(witness):
    # R: 12/prop.test(20, 50, correct = FALSE)$conf.int: 43.4650485495 22.2971396815
    pairs = of_counts([[30, 20], [10, 40]], ("low", "high"))
    stay = escape_times(pairs, ("low", "high"), step=12, unit="months")["low"].stay
    given = {"data": "drawn", "source": "R: 12/prop.test(20, 50, correct = FALSE)$conf.int", "known": "run"}
    witness("escape.escape_times", "stay of months", stay.value, 30.0, tolerance=RUN, **given)
    witness("escape.escape_times", "stay, low", stay.low, 22.2971396815, tolerance=1e-7, **given)
    witness("escape.escape_times", "stay, high", stay.high, 43.4650485495, tolerance=1e-7, **given)
    assert stay.unit == "months"


def test_a_state_that_nobody_left_has_a_chance_and_no_stay():
    found = escape_times(of_counts([[20, 0], [10, 10]], ("low", "high")), ("low", "high"))["low"]
    assert found.chance.value == 0
    assert isinstance(found.stay, NotEnoughData)
    assert found.stay.what == "persons who left the state"


def test_persons_with_several_pairs_are_not_counted_as_several_persons():
    once = of_counts([[30, 20], [10, 40]], ("low", "high"))
    alone, twice = (escape_times(one, ("low", "high"))["low"] for one in (once, pd.concat([once, once])))
    assert twice.chance.se == pytest.approx(alone.chance.se * math.sqrt(50 / 49), rel=1e-9)


@pytest.mark.parametrize(("starters", "enough"), [(MIN_STARTERS - 1, False), (MIN_STARTERS, True), (MIN_STARTERS + 1, True)])
def test_escape_needs_starters(starters, enough):
    found = escape_times(of_counts([[starters - 1, 1], [10, 10]], ("low", "high")), ("low", "high"))
    assert isinstance(found["low"], Escape) is enough
    assert isinstance(found["high"], Escape)


def test_escape_refuses_an_unknown_state_and_a_step_of_nothing():
    pairs = of_counts([[30, 20], [10, 40]], ("low", "high"))
    with pytest.raises(MetricError, match="must be one of low, but"):
        escape_times(pairs, ["low"])
    with pytest.raises(MetricError, match="the step must be above 0 but got 0"):
        escape_times(pairs, ["low", "high"], step=0)
