"""Plans against R: t tests on cluster means, clubSandwich, swCRTdesign; and closed forms beside simulated studies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.cascade import Contrast
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.planning import before_after_se, two_groups_df, two_means_se
from gm_workbench.metrics.plans import Plan
from gm_workbench.metrics.power import clustered_power, power
from gm_workbench.metrics.power_plans import by_clusters, by_size, foreseen, never, smallest_seen
from gm_workbench.metrics.power_simulation import _study, simulated
from gm_workbench.metrics.small_sample import cr2
from gm_workbench.vocabulary.designs import Design

SAME_SUM = 1e-9
"""The same sum by other software, of which twelve digits were copied."""

EIGHT_DECIMALS = 5e-9
"""The reference is printed with eight decimals."""

CHANCE = 3.5
"""Monte-Carlo standard errors: two simulated shares of four thousand lie further off."""

TEAMS = Plan(Design.PARALLEL_CLUSTERS, 17, 360, 0.0015, base=0.09)
SCORES = Plan(None, 38, 17.36, 0.02, sd=15, correlation=0.6)


def test_power_of_a_plan_in_points_is_that_of_a_t_test_on_cluster_means(witness):
    # R 4.2: power.t.test(n = 19, delta = 3, sd = 15 * sqrt(.02 + .98 / 17.36), strict = TRUE)$power
    plan = Plan(Design.PARALLEL_CLUSTERS, 38, 17.36, 0.02, sd=15)
    where = {
        "data": "none",
        "source": "R: power.t.test(n = 19, sd = sqrt of the variance of a mean, strict = TRUE)",
        "known": "run",
    }
    got = foreseen(plan, 3.0)
    witness("power_plans.foreseen", "19 against 19 clusters", got.chance, 0.58309434981167, tolerance=SAME_SUM, **where)
    # R 4.2: uniroot over the same power - .8
    least = smallest_seen(plan)
    witness("power_plans.smallest_seen", "19 against 19 clusters", least, 3.874238532475, tolerance=1e-8, **where)


def test_other_numbers_of_clusters_and_persons_have_the_power_of_their_t_test(witness):
    # R 4.2: power.t.test(n = 30, delta = 3, sd = 15 * sqrt(.02 + .98 / 17.36), strict = TRUE)$power; n = 19, 50 for 17.36
    plan = Plan(Design.PARALLEL_CLUSTERS, 38, 17.36, 0.02, sd=15)
    where = {"data": "none", "source": "R: power.t.test(sd = root of the variance of a mean, strict = TRUE)", "known": "run"}
    clusters, persons = by_clusters(plan, 3.0, [60])[60], by_size(plan, 3.0, [50])[50]
    witness("power_plans.by_clusters", "30 against 30", clusters.chance, 0.786642458112, tolerance=SAME_SUM, **where)
    witness("power_plans.by_size", "50 in each", persons.chance, 0.854095294333, tolerance=SAME_SUM, **where)


def test_simulated_studies_have_the_power_of_a_t_test_on_cluster_means(witness):
    # R 4.2: power.t.test(n = 19, delta = 3, sd = 15 * sqrt(.02 + .98 / 17), strict = TRUE)$power
    found = simulated(Plan(Design.PARALLEL_CLUSTERS, 38, 17, 0.02, sd=15), 3.0, draws=150)
    where = {"data": "drawn", "source": "R: power.t.test(sd = root of the variance of a mean, strict = TRUE)", "known": "run"}
    error = CHANCE * (0.58 * 0.42 / 150) ** 0.5
    witness("power_simulation.simulated", "150 studies", found.chance.value, 0.576544398932, tolerance=error, **where)


def test_power_of_a_plan_of_shares_is_that_of_its_formula_in_r(witness):
    # R 4.2: de <- 1 + 359 * .0015; se <- sqrt(de * (.09 * .91 / (9 * 360) + .12 * .88 / (8 * 360))); df by Satterthwaite;
    # pt(qt(.975, df), df, .03 / se, lower.tail = FALSE) + pt(-qt(.975, df), df, .03 / se)
    where = {"data": "none", "source": "R: Donner & Klar's formula, Satterthwaite's degrees of freedom, pt()", "known": "run"}
    got = foreseen(TEAMS, 0.03)
    witness("power_plans.foreseen", "8 of 17 teams", got.chance, 0.8181545625006, tolerance=SAME_SUM, **where)
    witness("power_plans.foreseen", "8 of 17 teams, error", got.se, 0.00976225013907, tolerance=SAME_SUM, **where)


def test_power_in_steps_is_that_of_swcrtdesign(witness):
    # R, swCRTdesign: swPwr(swDsn(c(6, 6, 6, 6)), distn = "binomial", n = 120, mu0 = .05, mu1 = .035, tau = .01, eta = 0,
    #   rho = 0, gamma = 0) gives .78618959; a period is a year here, and tau^2 = icc * mu0 * (1 - mu0)
    plan = Plan(Design.STEPPED_WEDGE, 24, 120, 0.0001 / (0.05 * 0.95), base=0.05, introduced=1.0, steps=4, months_between=12)
    where = {"data": "none", "source": "swCRTdesign::swPwr(swDsn(c(6, 6, 6, 6)), 'binomial', ...)", "known": "run"}
    got = foreseen(plan, -0.015).chance
    witness("power_plans.foreseen", "four steps of six", got, 0.78618959, tolerance=EIGHT_DECIMALS, **where)


def test_degrees_of_freedom_are_those_of_clubsandwich(witness):
    # R 4.2, clubSandwich: f <- lm(y ~ new); coef_test(f, "CR2", cl)$df_Satt with 3 of 9, and 8 of 17, clusters of four
    where = {"data": "drawn", "source": "clubSandwich::coef_test(lm(y ~ new), 'CR2', cluster)$df_Satt", "known": "run"}
    witness("planning.two_groups_df", "3 and 6", two_groups_df((3, 6)), 4.0909090909091, tolerance=SAME_SUM, **where)
    witness("planning.two_groups_df", "8 and 9", two_groups_df((8, 9)), 14.766423357664, tolerance=SAME_SUM, **where)


def test_degrees_of_freedom_are_those_that_the_analysis_will_have():
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(9), 5)
    new = (cluster < 3).astype(float)
    fit = cr2(pd.Series(rng.normal(size=45)), {"const": np.ones(45), "new": new}, pd.Series(cluster))
    assert fit.combine({"new": 1.0}, "points", "cr2").df == pytest.approx(two_groups_df((3, 6)), abs=1e-9)


def test_error_of_means_with_a_start_is_that_of_its_formula_in_r(witness):
    # R 4.2: 15 * sqrt((1 - .6^2) * (1 + ((.2^2 + 1) * 17 - 1) * .02) * (1 / 19 + 1 / 19) / 17)
    where = {"data": "none", "source": "R: Donner & Klar's formula times 1 - r^2 (Borm et al. 2007)", "known": "run"}
    got = two_means_se(15, 19, 17, 0.02, cv=0.2, correlation=0.6)
    witness("planning.two_means_se", "r .6, cv .2", got, 1.0904550701711, tolerance=SAME_SUM, **where)


def test_error_before_and_after_is_that_of_a_paired_t_test(witness):
    # R 4.2: power.t.test(n = 12, delta = .08, sd = .3 * sqrt(2 * (.98 / 100 + .02 * .2)), type = "paired", strict = TRUE)
    where = {"data": "none", "source": "R: power.t.test(n = 12, type = 'paired', strict = TRUE)", "known": "run"}
    plan = Plan(Design.BEFORE_AFTER, 12, 100, 0.02, sd=0.3, stays=0.8)
    witness("power_plans.foreseen", "12 teams", foreseen(plan, 0.08).chance, 0.99892716071302, tolerance=SAME_SUM, **where)
    by_hand = 0.3 * (2 / 12 * (0.98 / 100 + 0.02 * 0.2)) ** 0.5
    got = before_after_se(0.3, 12, 100, 0.02, 0.8)
    witness(
        "planning.before_after_se", "12 teams", got, by_hand, tolerance=SAME_SUM, data="none", source="by hand", known="hand"
    )


def test_a_plan_of_teams_agrees_with_the_power_of_clusters_in_equal_arms():
    equal = replace(TEAMS, clusters=16)
    assert foreseen(equal, 0.03).chance == pytest.approx(clustered_power(0.09, 0.12, 8, 360, 0.0015), abs=1e-12)


def test_a_normal_interval_promises_too_much_with_few_teams():
    few = replace(TEAMS, clusters=8)
    found = foreseen(few, 0.04)
    assert found.df == pytest.approx(6)
    assert found.chance < power(0.04, found.se) - 0.05


@pytest.mark.parametrize(
    ("plan", "difference"),
    [
        pytest.param(Plan(Design.PARALLEL_CLUSTERS, 12, 60, 0.05, base=0.3), 0.2, marks=pytest.mark.proof),
        pytest.param(Plan(Design.PARALLEL_CLUSTERS, 10, 40, 0.05, sd=10), 6.0, marks=pytest.mark.proof),
        (Plan(None, 30, 12, 0.02, sd=15, correlation=0.6), 4.0),
        pytest.param(Plan(None, 34, 14, 0.02, base=0.2, correlation=-0.35), 0.12, marks=pytest.mark.proof),
        pytest.param(Plan(Design.BEFORE_AFTER, 10, 60, 0.02, base=0.2, stays=0.8), 0.08, marks=pytest.mark.proof),
    ],
    ids=["teams", "teams in points", "coaches in points", "coaches", "before and after"],
)
def test_closed_form_and_simulation_agree(plan, difference):
    closed, drawn = foreseen(plan, difference), simulated(plan, difference, draws=120)
    assert abs(drawn.chance.value - closed.chance) < CHANCE * max(drawn.chance.se, 0.02)
    assert abs(drawn.mean - difference) < CHANCE * closed.se / 120**0.5
    assert drawn.without_number == 0


@pytest.mark.proof
@pytest.mark.parametrize("difference", [0.0, 1.0], ids=["nothing", "what is seen four times in five"])
@pytest.mark.parametrize(
    "plan",
    [
        Plan(Design.PARALLEL_CLUSTERS, 17, 100, 0.02, base=0.2, cv=0.15),
        Plan(Design.PARALLEL_CLUSTERS, 9, 60, 0.02, base=0.3, randomised=True),
        Plan(None, 38, 17, 0.02, sd=15, correlation=0.6, cv=0.2),
        Plan(Design.BEFORE_AFTER, 12, 100, 0.02, base=0.2, stays=0.8),
    ],
    ids=["teams", "by lot", "coaches", "before and after"],
)
def test_a_thousand_simulated_studies_agree_with_the_closed_form(plan, difference):
    true = difference * smallest_seen(plan)
    closed, drawn = foreseen(plan, true), simulated(plan, true, draws=1_000)
    # after a lot the test's size comes in steps of one assignment, so up to a step less is seen
    assert -0.06 < drawn.chance.value - closed.chance < 0.05


@pytest.mark.parametrize("design", [Design.STEPPED_WEDGE, Design.STAGGERED_INTRODUCTION], ids=str)
def test_steps_are_simulated_by_the_analysis_in_steps(design):
    plan = Plan(design, 12, 30, 0.01, base=0.15, steps=2, months_between=6, introduced=0.5)
    found = _study(plan, 0.2, np.random.default_rng(1))
    assert isinstance(found, Contrast)
    assert "within teams" in found.adjusted.method or "stacked" in found.adjusted.method
    drawn = simulated(plan, 0.3, draws=20)
    assert drawn.chance.value > 0.5
    assert abs(drawn.mean - 0.3) < 0.1


def test_the_same_seed_draws_the_same_studies():
    one, other, third = (simulated(SCORES, 3.0, draws=20, seed=seed) for seed in (5, 5, 6))
    assert one == other
    assert one.mean != third.mean


def test_more_of_what_is_alike_or_lost_is_seen_less():
    base = foreseen(SCORES, 3.0).chance
    for change in ({"icc": 0.1}, {"attrition": 0.4}, {"cv": 0.8}, {"correlation": 0.2}, {"introduced": 0.2}, {"clusters": 20}):
        assert foreseen(replace(SCORES, **change), 3.0).chance < base, change


def test_a_rise_of_nothing_is_seen_as_often_as_a_false_alarm():
    for plan in (TEAMS, SCORES, Plan(Design.STEPPED_WEDGE, 12, 50, 0.01, base=0.1)):
        assert foreseen(plan, 0.0).chance == pytest.approx(0.05, abs=1e-9)


def test_smallest_seen_is_seen_four_times_in_five():
    for plan in (TEAMS, SCORES, Plan(Design.STEPPED_WEDGE, 12, 50, 0.01, base=0.1)):
        assert foreseen(plan, smallest_seen(plan)).chance == pytest.approx(0.8, abs=1e-6)


@pytest.mark.parametrize(
    ("plan", "what", "needed"),
    [
        (replace(TEAMS, clusters=7), "teams in each group", 4),
        (replace(SCORES, clusters=9), "coaches in each group", 5),
        (replace(SCORES, size=1.5, clusters=10), "persons in each group", 10),
        (Plan(Design.BEFORE_AFTER, 5, 100, 0.02, base=0.2), "teams", 6),
        (Plan(Design.STEPPED_WEDGE, 5, 100, 0.02, base=0.2), "teams", 6),
    ],
)
def test_too_few_ever_is_said_and_no_chance_is_given(plan, what, needed):
    short = never(plan)
    assert (short.what, short.needed) == (what, needed)
    assert foreseen(plan, 0.1) == short
    assert smallest_seen(plan) == short
    assert simulated(plan, 0.1, draws=20) == short


@pytest.mark.parametrize(("clusters", "enough"), [(7, False), (8, True), (9, True)])
def test_floor_of_teams_in_each_group(clusters, enough):
    assert (never(replace(TEAMS, clusters=clusters)) is None) is enough


def test_staggered_introduction_has_no_closed_form():
    found = foreseen(Plan(Design.STAGGERED_INTRODUCTION, 16, 100, 0.01, base=0.1), 0.05)
    assert isinstance(found, NotEnoughData)
    assert "closed forms" in found.what


def test_number_of_clusters_is_tried_at_the_same_plan():
    found = by_clusters(TEAMS, 0.03, [6, 17, 40])
    assert isinstance(found[6], NotEnoughData)
    assert found[17] == foreseen(TEAMS, 0.03)
    assert found[40].chance > found[17].chance


def test_persons_help_less_and_less_where_they_are_alike():
    alike, apart = replace(TEAMS, icc=0.02), replace(TEAMS, icc=0.0)
    found = {
        icc: [one.chance for one in by_size(plan, 0.05, [100, 200, 400]).values()] for icc, plan in ((1, alike), (0, apart))
    }
    assert found[1][2] - found[1][1] < found[1][1] - found[1][0]
    assert found[1][2] < found[0][0]
    assert by_size(TEAMS, 0.03, [360])[360] == foreseen(TEAMS, 0.03)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda: Plan(None, 1, 10, 0.1, sd=1), "clusters must be at least 2"),
        (lambda: Plan(None, 9, 0, 0.1, sd=1), "size must be at least 1"),
        (lambda: Plan(None, 9, 10, 1.0, sd=1), "icc must be at least 0 and below 1"),
        (lambda: Plan(None, 9, 10, 0.1), "base or sd must be given"),
        (lambda: Plan(None, 9, 10, 0.1, sd=1, base=0.5), "base or sd must be given, and one"),
        (lambda: Plan(None, 9, 10, 0.1, base=1.0), "base must be above 0 and below 1"),
        (lambda: Plan(None, 9, 10, 0.1, sd=1, attrition=1.0), "attrition must be at least 0 and below 1"),
        (lambda: Plan(None, 9, 10, 0.1, sd=1, steps=1), "steps must be at least 2"),
        (lambda: foreseen(TEAMS, 0.92), "difference must be such that base"),
        (lambda: SCORES.shares(1.0), "a plan in points has no shares"),
        (lambda: simulated(SCORES, 1.0, draws=19), "draws must be at least 20"),
        (lambda: simulated(Plan(Design.STEPPED_WEDGE, 12, 50, 0.01, sd=1), 1.0, draws=20), "in steps the outcome is a share"),
        (lambda: two_means_se(0, 9, 10, 0.1), "sd must be above 0"),
        (lambda: two_means_se(1, 9, 10, 0.1, correlation=1.0), "correlation must be between"),
        (lambda: two_groups_df((1, 9)), "clusters must be at least 2 in each of two arms"),
        (lambda: before_after_se(1, 1, 10, 0.1, 1.0), "clusters must be at least 2"),
        (lambda: before_after_se(1, 9, 10, 0.1, 1.2), "stays must be between 0 and 1"),
    ],
)
def test_plans_refuse_what_is_out_of_range(asked, says):
    with pytest.raises(MetricError, match=says):
        asked()
