"""Power against R, statsmodels, pingouin and the reference packages for cluster trials."""

from __future__ import annotations

from math import inf

import numpy as np
import pingouin
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from gm_workbench.errors import MetricError
from gm_workbench.metrics.power import (
    clustered_power,
    design_effect,
    detectable,
    power,
    stepped_wedge_power,
    stepped_wedge_se,
    two_shares_se,
)

SAME_SUM = 1e-9
"""The same chance by other software, of which twelve digits were copied."""

EIGHT_DECIMALS = 5e-9
"""The reference is printed with eight decimals."""

ROOT = 2e-4
"""A number of persons or a share found by a root finder that stops at four digits."""


@pytest.mark.parametrize(
    ("shift", "df", "expected"),
    [
        (0.5, 1, 0.0560962568326),
        (2.8, 1, 0.173979418306),
        (6.0, 1, 0.362183992966),
        (0.5, 2, 0.0615078565566),
        (6.0, 2, 0.835738119824),
        (2.8, 5, 0.614379685637),
        (6.0, 5, 0.996559860986),
        (2.8, 15.5, 0.746461558164),
        (2.8, 40, 0.780018292299),
    ],
)
def test_power_equals_the_non_central_t_of_r(witness, shift, df, expected):
    # R 4.2: t <- qt(.975, df); pt(t, df, shift, lower.tail = FALSE) + pt(-t, df, shift)
    where = {"data": "none", "source": "R: pt(qt(.975, df), df, ncp), both tails", "known": "run"}
    witness("power.power", f"{shift} standard errors, df {df}", power(shift, 1, df), expected, tolerance=SAME_SUM, **where)


@pytest.mark.parametrize(("n", "d", "level", "expected"), [(20, 0.8, 0.95, 0.693404196615), (5, 0.4, 0.9, 0.156501878932)])
def test_power_of_two_groups_equals_power_t_test(witness, n, d, level, expected):
    # R 4.2: power.t.test(n = 20, delta = .8, sd = 1, strict = TRUE); power.t.test(n = 5, delta = .4, sig.level = .1, ...)
    got = power(d, (2 / n) ** 0.5, 2 * n - 2, level)
    where = {"data": "none", "source": "R: power.t.test(strict = TRUE)", "known": "run"}
    witness("power.power", f"two groups of {n}, d {d}", got, expected, tolerance=SAME_SUM, **where)


def test_power_of_two_groups_equals_pingouin_and_statsmodels(witness):
    # pingouin.power_ttest(d=0.3, power=0.8, contrast="two-samples") asks 175.385 persons in each group
    n = pingouin.power_ttest(d=0.3, power=0.8, contrast="two-samples")
    assert n == pytest.approx(175.385, abs=0.0005)
    got = power(0.3, (2 / n) ** 0.5, 2 * n - 2)
    where = {"data": "none", "known": "run"}
    witness("power.power", "d .3", got, 0.8, tolerance=1e-6, source="pingouin.power_ttest(d=.3, power=.8)", **where)
    theirs = TTestIndPower().power(effect_size=0.5, nobs1=30, alpha=0.05, ratio=1.0)
    got = power(-0.5, (2 / 30) ** 0.5, 58)
    witness("power.power", "d -.5", got, theirs, tolerance=SAME_SUM, source="statsmodels TTestIndPower().power", **where)


def test_power_without_degrees_of_freedom_is_normal(witness):
    # R 4.2: se <- sqrt((.5 * .5 + .35 * .65) / 200); pnorm(.15 / se - qnorm(.975)) + pnorm(-.15 / se - qnorm(.975))
    got = power(0.15, ((0.25 + 0.35 * 0.65) / 200) ** 0.5)
    where = {"data": "none", "source": "R: pnorm, both tails", "known": "run"}
    witness("power.power", "normal interval", got, 0.866479848032, tolerance=SAME_SUM, **where)


@pytest.mark.parametrize("df", [1, 1.4, 3, 40, 1e5, 1e6, 1e7, inf])
def test_power_of_no_difference_is_the_chance_of_a_false_alarm(df):
    assert power(0, 3.0, df) == pytest.approx(0.05, abs=SAME_SUM)
    assert power(0, 3.0, df, level=0.99) == pytest.approx(0.01, abs=SAME_SUM)


@pytest.mark.parametrize("df", [1, 5, 40, 1e4, inf])
def test_power_is_a_chance_however_large_the_difference(df):
    chances = [power(shift, 1.0, df) for shift in (0.0, 1.0, 10.0, 40.0, 1e3, 1e5)]
    assert all(0 <= one <= 1 for one in chances)
    assert chances == sorted(chances)
    assert chances[-1] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("df", "chance", "level", "expected"),
    [
        (inf, 0.8, 0.95, 2.80158178701),
        (4, 0.8, 0.95, 3.76105955382),
        (15, 0.9, 0.95, 3.47088002444),
        (8, 0.8, 0.9, 2.72678384079),
    ],
)
def test_detectable_equals_the_root_in_r(witness, df, chance, level, expected):
    # R 4.2: uniroot over the non-central t (over pnorm where df is infinite) as above, both tails, tol = 1e-12
    where = {"data": "none", "source": "R: uniroot over pt(qt(.975, df), df, ncp)", "known": "run"}
    name = f"chance {chance}, df {df}, level {level}"
    witness("power.detectable", name, detectable(2.0, df, chance, level), 2 * expected, tolerance=1e-8, **where)


def test_detectable_equals_power_t_test(witness):
    # R 4.2: power.t.test(n = 20, sd = 1, power = .8, strict = TRUE)$delta is 0.909157537479 at its default tolerance
    where = {"data": "none", "source": "R: power.t.test(n = 20, power = .8, strict = TRUE)", "known": "run"}
    got = detectable((2 / 20) ** 0.5, 38)
    witness("power.detectable", "two groups of 20", got, 0.909157537479, tolerance=ROOT, **where)


def test_power_of_the_detectable_difference_is_the_chance_asked():
    for df, chance in ((1, 0.5), (3, 0.8), (12.3, 0.9), (inf, 0.9999)):
        assert power(detectable(0.7, df, chance), 0.7, df) == pytest.approx(chance, abs=1e-8)


def test_design_effect_equals_published(witness):
    # 20 persons a cluster and an intraclass correlation of .05: 1 + 19 * .05 = 1.95
    where = {"data": "none", "source": "1 + (m - 1) rho; with unequal sizes Eldridge, Ashby & Kerry (2006)", "known": "hand"}
    witness("power.design_effect", "m 20, rho .05", design_effect(20, 0.05), 1.95, tolerance=SAME_SUM, **where)
    witness("power.design_effect", "m 20, rho .05, cv .5", design_effect(20, 0.05, 0.5), 2.2, tolerance=SAME_SUM, **where)


def test_design_effect_is_that_of_drawn_sizes():
    # the variance of a mean over clusters of unequal size, each person weighing the same, is 1 + (sum m^2 / sum m - 1) rho
    sizes = np.array([5.0, 10.0, 15.0, 40.0])
    expected = 1 + ((sizes**2).sum() / sizes.sum() - 1) * 0.1
    assert design_effect(sizes.mean(), 0.1, sizes.std() / sizes.mean()) == pytest.approx(expected, abs=SAME_SUM)


@pytest.mark.parametrize(("size", "icc", "expected"), [(20, 0.0, 1.0), (1, 0.3, 1.0), (20, 1.0, 20.0)])
def test_design_effect_at_its_ends(size, icc, expected):
    assert design_effect(size, icc) == pytest.approx(expected, abs=SAME_SUM)


@pytest.mark.parametrize(
    ("first", "second", "clusters", "size", "icc", "cv", "se", "chance"),
    [
        (0.1, 0.2, 38, 10, 0.1, 0.0, 0.0353553390593, 0.7971777258101),
        (0.3, 0.4, 8, 50, 0.02, 0.5, 0.0500874235712, 0.4599532574739),
        (0.3, 0.4, (7, 10), 50, 0.02, 0.0, 0.0462428372832, 0.5252628486078),
    ],
)
def test_clustered_power_equals_r(witness, first, second, clusters, size, icc, cv, se, chance):
    # R 4.2: d <- 1 + ((cv^2 + 1) * m - 1) * icc; s <- sqrt(p1 * (1 - p1) * d / (k1 * m) + p2 * (1 - p2) * d / (k2 * m))
    # t <- qt(.975, k1 + k2 - 2); pt(t, k1 + k2 - 2, (p2 - p1) / s, lower.tail = FALSE) + pt(-t, ...)
    where = {"data": "none", "source": "R: the formula of Donner & Klar (2000), with pt()", "known": "run"}
    name = f"{first} and {second}, {clusters} clusters of {size}"
    plan = (first, second, clusters, size, icc, cv)
    witness("power.two_shares_se", name, two_shares_se(*plan), se, tolerance=SAME_SUM, **where)
    witness("power.clustered_power", name, clustered_power(*plan), chance, tolerance=SAME_SUM, **where)


def test_error_of_two_shares_gives_what_clusterpower_documents(witness):
    # help page of clusterPower::cpa.binary: 38 clusters of 10 in each arm and an ICC of .1 find p2 > .198922 beside p1 = .1
    # with power .8, and for p2 = .2 more than 37 clusters are needed. The page's figures are those of a normal interval.
    where = {"data": "none", "source": "clusterPower::cpa.binary, help page, second example", "known": "read"}
    got = power(0.098922, two_shares_se(0.1, 0.198922, 38, 10, 0.1))
    witness("power.two_shares_se", ".1 and .198922, 38 clusters of 10", got, 0.8, tolerance=ROOT, **where)
    fewer, enough = (power(0.1, two_shares_se(0.1, 0.2, clusters, 10, 0.1)) for clusters in (37, 38))
    assert fewer < 0.8 < enough


def test_stepped_wedge_power_equals_swcrtdesign(witness):
    # R, swCRTdesign: swPwr(swDsn(c(6, 6, 6, 6)), distn = "binomial", n = 120, mu0 = .05, mu1 = .035, tau = .01, eta = 0,
    #   rho = 0, gamma = 0) gives .78618959
    got = stepped_wedge_power(0.05, 0.035, [6, 6, 6, 6], 120, 0.01)
    where = {"data": "none", "source": "swCRTdesign::swPwr(swDsn(c(6, 6, 6, 6)), 'binomial', ...)", "known": "run"}
    witness("power.stepped_wedge_power", "four waves of six", got, 0.78618959, tolerance=EIGHT_DECIMALS, **where)


@pytest.mark.parametrize(("clusters", "between"), [([6, 6, 6, 6], 0.01), ([1, 3, 2], 0.5), ([2, 1], 0.0)])
def test_stepped_wedge_error_equals_generalised_least_squares(witness, clusters, between):
    # the same error from the matrices: (X' V^-1 X)^-1 with a dummy for each period and V = sd^2/n I + between^2 J by cluster
    periods = len(clusters) + 1
    patterns = [np.arange(periods) > wave for wave, count in enumerate(clusters) for _ in range(count)]
    v = np.linalg.inv(0.3**2 / 25 * np.eye(periods) + between**2)
    x = [np.column_stack([pattern, np.eye(periods)]).astype(float) for pattern in patterns]
    expected = np.linalg.inv(sum(one.T @ v @ one for one in x))[0, 0] ** 0.5
    where = {"data": "none", "source": "generalised least squares in matrices", "known": "hand"}
    got = stepped_wedge_se(clusters, 25, 0.3, between)
    witness("power.stepped_wedge_se", f"waves of {clusters}", got, expected, tolerance=SAME_SUM, **where)


def test_stepped_wedge_power_is_that_of_its_error():
    se = stepped_wedge_se([2, 2, 2], 40, (0.35 * 0.65) ** 0.5, 0.05)
    both_tails = stats.norm.cdf(0.1 / se - 1.644853627) + stats.norm.cdf(-0.1 / se - 1.644853627)
    assert stepped_wedge_power(0.3, 0.4, [2, 2, 2], 40, 0.05, level=0.9) == pytest.approx(both_tails, abs=1e-8)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda: power(0.1, 0.0), "se must be above 0"),
        (lambda: power(0.1, inf), "se must be above 0"),
        (lambda: power(inf, 1.0), "difference must be finite"),
        (lambda: power(0.1, 1.0, df=0.5), "df must be at least 1"),
        (lambda: power(0.1, 1.0, df=float("nan")), "df must be at least 1"),
        (lambda: power(0.1, 1.0, level=1.0), "level must be between 0 and 1"),
        (lambda: detectable(0.0), "se must be above 0"),
        (lambda: detectable(1.0, chance=0.05), "chance must be above 1 − level"),
        (lambda: detectable(1.0, chance=1.0), "chance must be above 1 − level and at most"),
        (lambda: design_effect(20, 1.2), "icc must be between 0 and 1"),
        (lambda: design_effect(20, -0.1), "icc must be between 0 and 1"),
        (lambda: design_effect(0, 0.1), "size must be at least 1"),
        (lambda: design_effect(20, 0.1, cv=-1), "cv must be at least 0"),
        (lambda: two_shares_se(0.0, 0.4, 8, 50, 0.02), "first must be above 0 and below 1"),
        (lambda: two_shares_se(0.3, 1.0, 8, 50, 0.02), "second must be above 0 and below 1"),
        (lambda: two_shares_se(0.3, 0.4, (8, 0), 50, 0.02), "clusters must be at least 1 in each of two arms"),
        (lambda: clustered_power(0.3, 0.4, 1, 50, 0.02), "df must be at least 1"),
        (lambda: stepped_wedge_se([3], 50, 1.0, 0.1), "clusters must be at least 1 in each of two or more waves"),
        (lambda: stepped_wedge_se([3, 0], 50, 1.0, 0.1), "clusters must be at least 1"),
        (lambda: stepped_wedge_se([3, 3], 0, 1.0, 0.1), "size must be at least 1"),
        (lambda: stepped_wedge_se([3, 3], 50, 0.0, 0.1), "sd must be above 0"),
        (lambda: stepped_wedge_se([3, 3], 50, 1.0, -0.1), "between_sd must be at least 0"),
        (lambda: stepped_wedge_power(0.0, 0.4, [3, 3], 50, 0.1), "first must be above 0 and below 1"),
    ],
)
def test_power_refuses_what_is_out_of_range(asked, says):
    with pytest.raises(MetricError, match=says):
        asked()
