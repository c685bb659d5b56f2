"""One comparison of teams judged in three ways, against R; and what is said where few teams could never tell."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy import stats
from statsmodels.formula.api import ols

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.horizon import over_months
from gm_workbench.metrics.sensitivity import Judged, Way, other_ways
from gm_workbench.metrics.team_comparison import PARALLEL, difference
from gm_workbench.vocabulary.designs import Design

METRIC = "sensitivity.other_ways"

SAME_SUM = 1e-10
"""The same arithmetic in R, of which twelve digits were copied."""

COUNTED = 1e-12
"""A share of a few hundred ways."""


def people(teams: int = 10, new: tuple[int, ...] = (0, 3, 5, 9)) -> pd.DataFrame:
    """Give teams of 10 persons and more, four of them new; in R:

    d <- do.call(rbind, lapply(0:9, function(t) data.frame(team = t, p = 0:(9 + 2 * t))))
    d$new <- as.numeric(d$team %in% c(0, 3, 5, 9)); d$woman <- as.numeric((d$p + d$team) %% 3 == 0)
    d$left <- as.numeric((7 * d$team + 3 * d$p + d$team * d$p) %% 11 < 3 + 2 * d$new + d$woman)
    """
    rows = pd.DataFrame([(team, p) for team in range(teams) for p in range(10 + 2 * team)], columns=["team", "p"])
    rows = rows.assign(introduced=rows["team"].isin(new).astype(int), woman=(rows["p"] + rows["team"]).mod(3).eq(0).astype(int))
    order = (7 * rows["team"] + 3 * rows["p"] + rows["team"] * rows["p"]).mod(11)
    return rows.assign(left=order.lt(3 + 2 * rows["introduced"] + rows["woman"]).astype(int))


def months(start: list[int | None], last: int = 12) -> pd.DataFrame:
    """Give teams of 5 persons and more, by month; in R:

    x <- do.call(rbind, lapply(seq_along(start) - 1, function(t) expand.grid(team = t, p = 0:(4 + t), month = 0:(last - 1))))
    x$start <- start[x$team + 1]; x$new <- as.numeric(!is.na(x$start) & x$start <= x$month)
    x$work <- as.numeric((5 * x$team + 3 * x$p + 7 * x$month + x$team * x$p + x$p * x$month) %% 17 < 1 + x$new)
    """
    rows = [(team, p, month) for team in range(len(start)) for p in range(5 + team) for month in range(last)]
    x = pd.DataFrame(rows, columns=["team", "p", "month"])
    x = x.assign(start=x["team"].map(dict(enumerate(start))).astype(float), person=x["team"] * 100 + x["p"])
    new = x["start"].le(x["month"]).astype(int)
    order = 5 * x["team"] + 3 * x["p"] + 7 * x["month"] + x["team"] * x["p"] + x["p"] * x["month"]
    return x.assign(to_work=order.mod(17).lt(1 + new).astype(int), otherwise=0)


WEDGE: list[int | None] = [4, 6, 8, 4, 6, 8, 6]


def test_three_ways_of_judging_parallel_teams_equal_r(witness):
    found = other_ways(people(), Design.PARALLEL_CLUSTERS, covariates=["woman"])
    # R 4.2, clubSandwich 0.5.8: coef_test(lm(left ~ new + woman, d), "CR2", cluster = d$team)
    given = {"data": "drawn", "known": "run"}
    source = "clubSandwich: coef_test(lm(left ~ new + woman), 'CR2'), p_Satt"
    witness(METRIC, "CR2, p", found[Way.CR2].p, 0.691802883292653, tolerance=SAME_SUM, source=source, **given)
    # R: refits under each of 1,024 turns v of the residuals of lm(left ~ woman, d), CR1 errors: mean(abs(tstar) >= abs(t))
    source = "R: refits under each of 1,024 turns of lm(left ~ woman), CR1"
    witness(METRIC, "wild bootstrap, p", found[Way.WILD].p, 0.78125, tolerance=COUNTED, source=source, **given)
    # R: of resid(lm(left ~ woman, d)) the mean by team; for each of combn(0:9, 4) the difference in weighted.mean by size
    source = "R: combn(0:9, 4), differences in weighted.mean of residuals by team"
    witness(METRIC, "lot, p", found[Way.LOT].p, 0.895238095238095, tolerance=COUNTED, source=source, **given)


def test_the_wild_bootstrap_of_a_stepped_wedge_equals_r(witness):
    # R: refits under each of 128 turns of the residuals of lm(work ~ factor(team) + factor(month), x)
    found = other_ways(months(WEDGE), Design.STEPPED_WEDGE, horizon=1)
    source = "R: refits under each of 128 turns of lm(work ~ team + month), CR1"
    given = {"tolerance": COUNTED, "data": "drawn", "source": source, "known": "run"}
    witness(METRIC, "wild bootstrap of a stepped wedge, p", found[Way.WILD].p, 0.390625, **given)


def test_the_first_way_is_the_primary_inference_where_no_lot_decided():
    for design, rows in ((Design.PARALLEL_CLUSTERS, people()), (Design.STEPPED_WEDGE, months(WEDGE))):
        primary = difference(rows, design, covariates=["woman"])
        assert other_ways(rows, design, covariates=["woman"])[Way.CR2].estimate == primary.adjusted


def test_all_ways_judge_the_same_difference_over_the_same_horizon():
    found = other_ways(months(WEDGE), Design.STEPPED_WEDGE)
    assert len({round(one.estimate.value, 12) for one in found.values()}) == 1
    monthly = other_ways(months(WEDGE), Design.STEPPED_WEDGE, horizon=1)[Way.WILD].estimate
    new = months(WEDGE).loc[lambda x: x["start"].le(x["month"])]
    assert found[Way.WILD].estimate.high == pytest.approx(over_months(monthly, new["to_work"].mean(), 0.0, 12).high)


def test_the_interval_leaves_out_zero_exactly_when_p_is_small():
    rows = people().assign(left=lambda x: x["left"] | (x["introduced"] & x["p"].mod(2)))
    for shown in (people(), rows):
        for one in other_ways(shown, Design.PARALLEL_CLUSTERS, covariates=["woman"]).values():
            assert one.estimate.excludes_zero is (one.p < 0.05)


def test_before_and_after_has_no_lot_to_deal_out_again():
    rows = people().assign(introduced=lambda x: x["p"].mod(2))
    assert list(other_ways(rows, Design.BEFORE_AFTER, covariates=["woman"])) == [Way.CR2, Way.WILD]


def test_staggered_teams_are_judged_in_three_ways():
    found = other_ways(months([6, 6, 8, 8, None, None, None, None, 10], 20), Design.STAGGERED_INTRODUCTION)
    assert list(found) == [Way.CR2, Way.WILD, Way.LOT]
    assert all(isinstance(one, Judged) for one in found.values())


@pytest.mark.parametrize(("teams", "new"), [(8, (0, 3, 5, 6)), (9, (0, 3, 5, 7))])
def test_eight_teams_are_the_fewest_of_which_anything_is_said(teams: int, new: tuple[int, ...]):
    enough = other_ways(people(teams, new), Design.PARALLEL_CLUSTERS, covariates=["woman"])
    assert all(isinstance(one, Judged) for one in enough.values())
    less = other_ways(people(teams, new[:3]), Design.PARALLEL_CLUSTERS, covariates=["woman"])
    assert set(less.values()) == {NotEnoughData(PARALLEL, "teams in each group", 3, 4)}


@pytest.mark.parametrize(("teams", "expected"), [(6, NotEnoughData), (7, Judged)])
def test_a_lot_is_offered_only_where_p_below_five_in_a_hundred_can_come_out(teams: int, expected: type):
    start = [4, 4, 4, 8, 8, 8, 8][:teams]
    found = other_ways(months(start), Design.STEPPED_WEDGE)[Way.LOT]
    assert isinstance(found, expected)


def test_the_usual_cluster_robust_p_would_have_been_another():
    rows = people()
    usual = ols("left ~ introduced + woman", rows).fit(cov_type="cluster", cov_kwds={"groups": rows["team"]})
    p = 2 * stats.norm.sf(abs(usual.tvalues["introduced"]))
    assert abs(other_ways(rows, Design.PARALLEL_CLUSTERS, covariates=["woman"])[Way.CR2].p - p) > 0.03


def test_a_missing_column_is_refused():
    with pytest.raises(MetricError, match="columns woman are missing"):
        other_ways(people().drop(columns="woman"), Design.PARALLEL_CLUSTERS, covariates=["woman"])
