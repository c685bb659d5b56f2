"""Rubin's rules against R's mice and mitools, and what pooling must not do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.rubin import barnard_rubin, pool, pool_wald

RUN = 1e-9
"""R printed fourteen figures."""

FIVE = [2.1, 2.5, 1.9, 2.3, 2.2], [0.04, 0.05, 0.045, 0.042, 0.048]
SIX = [1.1, 0.7, 1.6, 1.2, 0.9, 1.4], [0.20, 0.24, 0.19, 0.22, 0.21, 0.23]
CALL = "R: mice::pool.scalar(c({q}), c({u}), n = {n}, k = {k})"


@pytest.mark.parametrize(
    ("drawn", "n", "k", "se2", "df", "increase", "fmi"),
    [
        (FIVE, 100, 2, 0.105, 9.44080441128771, 4 / 3, 0.640326275210906),
        (FIVE, math.inf, 0, 0.105, 12.25, 4 / 3, 0.627634660421546),
        (SIX, 13, 1, 0.339833333333333, 5.587528910069754, 0.580620155038760, 0.514681544775500),
        (SIX, 40, 1, 0.339833333333333, 14.379707856396013, 0.580620155038760, 0.440141729046020),
    ],
)
def test_pooled_number_equals_mice(witness, drawn, n, k, se2, df, increase, fmi):
    found = pool(*drawn, n - k)
    q, u = (", ".join(f"{value:g}" for value in part) for part in drawn)
    given = {"data": "drawn", "source": CALL.format(q=q, u=u, n=n, k=k), "known": "run", "tolerance": RUN}
    of = f"of {len(drawn[0])}, {n - k:g} df"
    witness("rubin.pool", f"total variance, {of}", found.estimate.se**2, se2, **given)
    witness("rubin.pool", f"degrees of freedom, {of}", found.estimate.df, df, **given)
    witness("rubin.pool", f"relative increase, {of}", found.increase, increase, **given)
    witness("rubin.pool", f"missing information, {of}", found.fmi, fmi, **given)
    assert (found.within, found.between) == pytest.approx((np.mean(drawn[1]), np.var(drawn[0], ddof=1)))


BMI = (
    [5.41077706747122, 4.89799271856688, 10.89078120064002, 5.80992303579091, 8.45602870873033],
    [2.40539072710305, 1.44462334160868, 1.281705804864941, 2.35787989905018, 1.13596071445578],
)


def test_pooled_regression_equals_mice(witness):
    # R: imp <- mice(nhanes, m = 5, seed = 123, method = "norm"); fit <- with(imp, lm(chl ~ age + bmi)); pool(fit)
    #   summary(pool(fit), conf.int = TRUE); the five coefficients of bmi and their variances are given above
    found = pool(*BMI, 22).estimate
    source = 'R: pool(with(mice(nhanes, m = 5, seed = 123, method = "norm"), lm(chl ~ age + bmi)))'
    given = {"data": "mice::nhanes", "source": source, "known": "run", "tolerance": 1e-8}
    witness("rubin.pool", "bmi", found.value, 7.09310054623987, **given)
    witness("rubin.pool", "bmi, standard error", found.se, 3.06556260934038, **given)
    witness("rubin.pool", "bmi, low", found.low, -4.59957562355472, **given)
    witness("rubin.pool", "bmi, high", found.high, 18.7857767160345, **given)
    assert pool(*BMI, 22).lost == pytest.approx(0.816432015316106)


def test_without_complete_df_pooling_equals_mitools(witness):
    # R: mitools::MIcombine(lapply(fit$analyses, coef), lapply(fit$analyses, vcov))$df of the fit above
    source = "R: mitools::MIcombine(results, variances)$df, missinfo"
    given = {"data": "mice::nhanes", "source": source, "known": "run", "tolerance": 1e-8}
    witness("rubin.pool", "bmi, Rubin's degrees of freedom", pool(*BMI).estimate.df, 6.00094902938767, **given)
    witness("rubin.pool", "bmi, missing information", pool(*BMI).fmi, 0.857220599738604, **given)


def test_joint_test_equals_the_formula_in_r(witness):
    # R: Q, U, B of the fit above for age and bmi; r <- (1 + 1/5) * sum(diag(B %*% solve(U))) / 2
    #   D <- t(colMeans(Q)) %*% solve(U) %*% colMeans(Q) / (2 * (1 + r)); v <- 4 + 4 * (1 + (1 - 2/8) / r)^2
    age = [55.8408838684355, 57.3946699573770, 56.2957238290379, 40.5470360894289, 53.8474190643348]
    covariances = [
        [[73.45795528988133, 2.98318910697143], [2.98318910697143, 2.40539072710305]],
        [[87.49172762938741, 4.48751887696817], [4.48751887696817, 1.44462334160868]],
        [[69.312527138995534, 0.736716822739753], [0.736716822739753, 1.281705804864941]],
        [[68.00967293125204, 2.66000301714053], [2.66000301714053, 2.35787989905018]],
        [[58.34922159445046, 2.15159229101690], [2.15159229101690, 1.13596071445578]],
    ]
    found = pool_wald(np.column_stack([age, BMI[0]]), covariances)
    given = {"data": "mice::nhanes", "source": "R: Li, Raghunathan & Rubin in matrices", "known": "run", "tolerance": 1e-8}
    witness("rubin.pool_wald", "F of age and bmi", found.f, 7.52709373607082, **given)
    witness("rubin.pool_wald", "increase", found.increase, 2.68253987904378866, **given)
    witness("rubin.pool_wald", "residual df", found.residual_df, 10.54935905647968752, **given)
    witness("rubin.pool_wald", "p", found.p, 0.00930803008498251, **given)


def test_joint_test_of_one_is_the_test_of_one():
    q, u = [1.0, 1.4, 0.7], [0.2, 0.25, 0.3]
    one, joint = pool(q, u).estimate, pool_wald(np.array(q)[:, None], np.array(u)[:, None, None])
    assert joint.f == pytest.approx((one.value / one.se) ** 2)
    assert joint.residual_df == pytest.approx(one.df)


def test_pooled_interval_is_wider_than_that_of_the_mean_variance():
    found = pool(*FIVE, 98)
    assert found.estimate.se > 2 * math.sqrt(found.within) * 0.7
    assert found.estimate.se**2 == pytest.approx(found.within + 1.2 * found.between)
    assert found.noise == pytest.approx(0.1)  # root of .05 / 5


def test_barnard_rubin_never_exceeds_complete_data_where_rubin_does():
    nearly_complete = 0.01
    assert barnard_rubin(nearly_complete, 5, 20) < 20
    assert barnard_rubin(nearly_complete, 5, math.inf) > 20


def test_without_gaps_pooling_changes_nothing_but_the_degrees_of_freedom():
    # R: mice::pool.scalar(c(1, 1, 1), c(.2, .2, .2), n = 10, k = 1)$df is 7.4992 (it takes lambda as at least 1e-4); 7.5 here
    found = pool([1.0, 1.0, 1.0], [0.2, 0.2, 0.2], 9)
    assert (found.between, found.lost, found.increase) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    assert found.estimate.df == pytest.approx(7.5)
    assert math.isinf(pool([1.0, 1.0], [0.2, 0.2]).estimate.df)
    assert math.isinf(pool_wald([[1.0, 2.0]] * 2, [np.eye(2)] * 2).residual_df)


@pytest.mark.parametrize("m", [1, 2])
def test_one_completed_data_set_is_not_enough(m):
    found = pool([1.0, 1.2][:m], [0.1, 0.1][:m], 20)
    joint = pool_wald([[1.0], [1.2]][:m], [[[0.1]], [[0.1]]][:m])
    assert isinstance(found, NotEnoughData) is isinstance(joint, NotEnoughData) is (m < 2)
    if m < 2:
        assert (found.what, found.got, found.needed) == ("completed data sets", 1, 2)


@pytest.mark.parametrize(
    ("q", "u", "df"),
    [([1.0, 2.0], [0.1], 5), ([1.0, math.nan], [0.1, 0.1], 5), ([1.0, 2.0], [0.1, 0.0], 5), ([1.0, 2.0], [0.1, -0.1], 5)],
)
def test_every_estimate_needs_a_variance(q, u, df):
    with pytest.raises(MetricError, match="every finite estimate must come with a finite variance above zero"):
        pool(q, u, df)


def test_complete_degrees_of_freedom_must_be_there():
    with pytest.raises(MetricError, match="degrees of freedom of complete data must be above 0 but got 0"):
        pool([1.0, 2.0], [0.1, 0.1], 0)


@pytest.mark.parametrize("covariances", [[np.zeros((2, 2))] * 2, [np.eye(3)] * 2, [np.eye(2)]])
def test_joint_test_needs_covariances_that_fit(covariances):
    with pytest.raises(MetricError, match="every finite estimate must come with a finite variance"):
        pool_wald([[1.0, 2.0], [1.1, 2.1]], covariances)
