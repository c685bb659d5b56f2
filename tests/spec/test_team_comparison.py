"""Comparisons of teams against R's clubSandwich, statsmodels, scipy and sums by hand; and how often they are wrong."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.formula.api import ols

from gm_workbench.errors import MetricError
from gm_workbench.metrics.clustered import design as columns_of
from gm_workbench.metrics.clustered import least_squares
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.horizon import over_months
from gm_workbench.metrics.small_sample import cr2
from gm_workbench.metrics.team_comparison import difference
from gm_workbench.vocabulary.designs import Design

METRIC = "team_comparison.difference"

SAME_SUM = 1e-10
"""The same arithmetic in R, of which twelve digits were copied, or in statsmodels and scipy."""

COUNTED = 1e-12
"""A share of a few assignments."""

SIZES = [90, 20, 30, 40, 20, 25, 30, 35, 40, 45, 50, 60]
"""Persons by team in the simulation: the first four, of which one is large, work in the new way."""


def people() -> pd.DataFrame:
    """Give ten teams of 10 to 28 persons, four of them new; in R:

    d <- do.call(rbind, lapply(0:9, function(t) data.frame(team = t, p = 0:(9 + 2 * t))))
    d$new <- as.numeric(d$team %in% c(0, 3, 5, 9)); d$woman <- as.numeric((d$p + d$team) %% 3 == 0)
    d$after <- as.numeric(d$p %% 2 == 0)
    """
    rows = pd.DataFrame([(team, p) for team in range(10) for p in range(10 + 2 * team)], columns=["team", "p"])
    return rows.assign(
        person=[f"p{at}" for at in range(len(rows))],
        new=rows["team"].isin([0, 3, 5, 9]).astype(int),
        after=rows["p"].mod(2).eq(0).astype(int),
        woman=(rows["p"] + rows["team"]).mod(3).eq(0).astype(int),
    )


def leaving(rows: pd.DataFrame, introduced: str) -> pd.DataFrame:
    """In R: d$left <- as.numeric((7 * d$team + 3 * d$p + d$team * d$p) %% 11 < 3 + 2 * d$new + d$woman), or d$after."""
    order = (7 * rows["team"] + 3 * rows["p"] + rows["team"] * rows["p"]).mod(11)
    return rows.assign(introduced=rows[introduced], left=order.lt(3 + 2 * rows[introduced] + rows["woman"]).astype(int))


def months(start: list[int | None], last: int) -> pd.DataFrame:
    """Give teams of 5 persons and more, by month; in R, with NA for None:

    x <- do.call(rbind, lapply(seq_along(start) - 1, function(t) expand.grid(team = t, p = 0:(4 + t), month = 0:(last - 1))))
    x$start <- start[x$team + 1]; x$new <- as.numeric(!is.na(x$start) & x$start <= x$month)
    x$work <- as.numeric((5 * x$team + 3 * x$p + 7 * x$month + x$team * x$p + x$p * x$month) %% 17 < 1 + x$new)
    x$other <- as.numeric(!x$work & (2 * x$team + 5 * x$p + 3 * x$month) %% 19 == 0)
    """
    rows = [(team, p, month) for team in range(len(start)) for p in range(5 + team) for month in range(last)]
    x = pd.DataFrame(rows, columns=["team", "p", "month"])
    x = x.assign(start=x["team"].map(dict(enumerate(start))).astype(float), person=x["team"] * 100 + x["p"])
    new = x["start"].le(x["month"]).astype(int)
    order = 5 * x["team"] + 3 * x["p"] + 7 * x["month"] + x["team"] * x["p"] + x["p"] * x["month"]
    work = order.mod(17).lt(1 + new)
    other = ~work & (2 * x["team"] + 5 * x["p"] + 3 * x["month"]).mod(19).eq(0)
    return x.assign(to_work=work.astype(int), otherwise=other.astype(int))


def share(chance: float, other: float, count: int) -> float:
    """In R: share <- function(h, o, m) h / (h + o) * (1 - (1 - h - o)^m)."""
    return chance / (chance + other) * (1 - (1 - chance - other) ** count)


WEDGE = [4, 6, 8, 4, 6, 8, 6]
STAGGERED = [6, 6, 8, 8, None, None, None, None, 10]


def parts(found) -> dict[str, float]:
    return {"value": found.value, "SE": found.se, "df": found.df, "low": found.low, "high": found.high}


def check(witness, name: str, found, expected: dict[str, float], source: str, known: str = "run") -> None:
    got = parts(found)
    for part, wanted in expected.items():
        given = {"tolerance": SAME_SUM * max(1.0, abs(wanted)), "data": "drawn", "source": source, "known": known}
        witness(METRIC, f"{name}, {part}", got[part], wanted, **given)


def test_parallel_teams_equal_clubsandwich(witness):
    # R 4.2, clubSandwich 0.5.8: f <- lm(left ~ new + woman, d); coef_test(f, "CR2", cluster = d$team);
    # conf_int(f, "CR2", cluster = d$team), and the same of lm(left ~ new)
    found = difference(leaving(people(), "new"), Design.PARALLEL_CLUSTERS, covariates=["woman"])
    adjusted = {
        "value": 0.065143323911,
        "SE": 0.156139766502,
        "df": 5.69071115349,
        "low": -0.322007287868,
        "high": 0.452293935690,
    }
    check(witness, "parallel", found.adjusted, adjusted, "clubSandwich: coef_test(lm(left ~ new + woman), 'CR2')")
    raw = {"value": 0.0652376514445, "SE": 0.156143916425, "df": 5.691983981}
    check(witness, "parallel, raw", found.raw, raw, "clubSandwich: coef_test(lm(left ~ new), 'CR2')")
    assert (found.clusters_exposed, found.clusters_other, found.persons_exposed, found.persons_other) == (4, 6, 74, 116)
    assert (found.adjusted.n, found.adjusted.residual_df, found.raw.residual_df) == (190, 187, 188)


def test_before_and_after_equals_clubsandwich(witness):
    # R, as above, with left for after in the place of new: coef_test(lm(left ~ after + woman + factor(team), d), "CR2", d$team)
    found = difference(leaving(people(), "after"), Design.BEFORE_AFTER, covariates=["woman"]).adjusted
    expected = {"value": 0.190152780522, "SE": 0.0539650401474, "df": 8.1697634897}
    check(witness, "before and after", found, expected, "clubSandwich: coef_test(lm(left ~ after + woman + team), 'CR2')")


def test_a_stepped_wedge_equals_clubsandwich(witness):
    # R, as above: f <- lm(work ~ new + factor(team) + factor(month), x); coef_test(f, "CR2", cluster = x$team). Over one month
    # the share that left is the monthly chance itself.
    found = difference(months(WEDGE, 12), Design.STEPPED_WEDGE, horizon=1).adjusted
    expected = {"value": 0.0649258997883, "SE": 0.063600696552, "df": 4.40357249023}
    check(witness, "stepped wedge, by month", found, expected, "clubSandwich: coef_test(lm(work ~ new + team + month), 'CR2')")
    assert (found.n, found.groups, found.residual_df) == (56, 7, 672 - 1 - 1 - 6 - 11)


def test_a_stepped_wedge_over_twelve_months_equals_r(witness):
    # R, as above, with h and o the means of work and other where new is 1 and d the coefficient, of which ci is the interval:
    # D <- function(z) share(max(h - d + z, 0), o, 12) - share(h - d, o, 12); D(d); D(ci$CI_L); D(ci$CI_U)
    found = difference(months(WEDGE, 12), Design.STEPPED_WEDGE)
    adjusted = {"value": 0.176197431903, "low": -0.538703362348, "high": 0.333691940002}
    check(witness, "stepped wedge, twelve months", found.adjusted, adjusted, "R: share() of the bounds of clubSandwich")
    raw = {"value": 0.262697187795, "low": -0.111854409383, "high": 0.387150676349}
    check(witness, "stepped wedge, raw", found.raw, raw, "R: the same of lm(work ~ new)")


def test_a_stepped_wedge_equals_statsmodels(witness):
    rows = months(WEDGE, 12).assign(new=lambda x: x["start"].le(x["month"]).astype(int))
    theirs = ols("to_work ~ new + C(team) + C(month)", rows).fit().params["new"]
    source = "statsmodels ols('to_work ~ new + C(team) + C(month)')"
    check(witness, "stepped wedge", difference(rows, Design.STEPPED_WEDGE, horizon=1).adjusted, {"value": theirs}, source)


def test_a_staggered_introduction_equals_clubsandwich_on_stacks(witness):
    # R, as above, w <- 4: s <- do.call(rbind, lapply(c(6, 8, 10), function(g) { y <- x[x$month >= g - w & x$month < g + w &
    # (is.na(x$start) | x$start == g | x$start >= g + w), ]; y$stack <- g; y$new <- !is.na(y$start) & y$start == g &
    # y$month >= g; y })); f <- lm(work ~ new + factor(paste(team, stack)) + factor(paste(month, stack)), s);
    # coef_test(f, "CR2", cluster = s$team), and D of it with share(h, o, 4)
    found = difference(months(STAGGERED, 14), Design.STAGGERED_INTRODUCTION, horizon=4).adjusted
    expected = {"value": 0.169023960796, "df": 5.35226990047, "low": 0.0283300621637, "high": 0.288257424723}
    check(witness, "staggered, four months", found, expected, "clubSandwich: coef_test(lm(work ~ new + stacks), 'CR2')")
    assert (found.n, found.groups) == (sum(5 + team for team in range(9)), 9)


def test_a_staggered_introduction_of_equal_teams_is_a_difference_in_differences_by_hand(witness):
    # one step, ten persons in each of eight teams for two months before and two after: exits after minus before are 3, 2, 4
    # and 3 of 20 in the teams that began, and 1, 0, 1 and 2 in the others; so (12 - 4) / 80 is a monthly difference of .1
    extra = [3, 2, 4, 3, 1, 0, 1, 2]
    rows = pd.DataFrame([(t, p, m) for t in range(8) for p in range(10) for m in range(4)], columns=["team", "p", "month"])
    left = rows["p"].lt(1 + (rows["month"].eq(2) * rows["team"].map(dict(enumerate(extra))))).astype(int)
    rows = rows.assign(start=np.where(rows["team"] < 4, 2.0, np.nan), person=rows["team"] * 10 + rows["p"], to_work=left)
    found = difference(rows.assign(otherwise=0), Design.STAGGERED_INTRODUCTION, horizon=2).adjusted
    after = (8 + 12) / 80
    hand = (1 - (1 - after) ** 2) - (1 - (1 - (after - 0.1)) ** 2)
    check(witness, "staggered, eight equal teams", found, {"value": hand}, "(12 - 4) / 80 a month, over two months", "hand")
    # the changes of the teams are 3 2 4 3 and 1 0 1 2, in twentieths: Welch's variance, and with four and four 6 df
    check(witness, "staggered, eight equal teams", found, {"df": 6.0}, "Bell & McCaffrey's df of 4 and 4 equal teams", "hand")


def residual(rows: pd.DataFrame, column: str, covariates: list[str]) -> np.ndarray:
    x = np.column_stack([np.ones(len(rows)), *(rows[name] for name in covariates)])
    y = rows[column].to_numpy(float)
    return y - x @ np.linalg.solve(x.T @ x, x.T @ y)


def p_by_hand(rows: pd.DataFrame, shift: float, covariates: list[str]) -> float:
    """Give the share of the choices of four teams in ten that set apart as much, once `shift` and covariates are out."""
    rest = residual(rows.assign(y=rows["left"] - shift * rows["introduced"]), "y", covariates)

    def apart(chosen: tuple[int, ...]) -> float:
        new = rows["team"].isin(chosen).to_numpy()
        return abs(rest[new].mean() - rest[~new].mean())

    happened = apart((0, 3, 5, 9))
    return float(np.mean([apart(chosen) >= happened * (1 - SAME_SUM) for chosen in combinations(range(10), 4)]))


@pytest.mark.parametrize("covariates", [[], ["woman"], ["woman", "other"]])
def test_parallel_teams_drawn_by_lot_are_judged_by_every_choice_of_teams(witness, covariates):
    rows = leaving(people(), "new")
    # a covariate that goes with the arm, so that leaving it in exposure would show
    rows = rows.assign(other=(rows["p"].mod(2).eq(0) | rows["introduced"].eq(1) & rows["p"].mod(4).eq(1)).astype(int))
    found = difference(rows, Design.PARALLEL_CLUSTERS, randomised=True, covariates=covariates)
    by_model = difference(rows, Design.PARALLEL_CLUSTERS, covariates=covariates).adjusted
    one = found.adjusted
    check(witness, f"by lot, covariates {covariates}", one, {"value": by_model.value}, "least squares, above", "run")
    assert (one.se, one.df, one.residual_df) == (by_model.se, by_model.df, by_model.residual_df)
    for name, bound, outwards in (("low", one.low, -1e-6), ("high", one.high, 1e-6)):
        given = {"data": "drawn", "source": "all 210 choices, each tested by hand", "known": "hand", "tolerance": 0}
        inside, outside = (p_by_hand(rows, bound + step, covariates) >= 0.05 for step in (-outwards, outwards))
        witness(METRIC, f"by lot, covariates {covariates}, {name} is held and further is not", inside - outside, 1, **given)
    assert "exact, all 210 assignments" in one.method


def test_parallel_teams_drawn_by_lot_equal_scipy(witness):
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"team": np.repeat(range(9), 20), "introduced": np.repeat([1] * 4 + [0] * 5, 20)})
    rows = rows.assign(left=(rng.random(180) < 0.3 + 0.25 * rows["introduced"]).astype(int))
    found = difference(rows, Design.PARALLEL_CLUSTERS, randomised=True, covariates=()).adjusted
    means = rows.groupby("team")["left"].mean().to_numpy()

    def p(shift: float) -> float:
        arms = means[:4] - shift, means[4:]
        rule = {"permutation_type": "independent", "n_resamples": np.inf, "alternative": "greater", "vectorized": False}
        return float(stats.permutation_test(arms, lambda x, y: abs(x.mean() - y.mean()), **rule).pvalue)

    given = {"data": "drawn", "source": "scipy.stats.permutation_test at the bounds", "known": "run", "tolerance": COUNTED}
    for name, bound, outwards in (("low", found.low, -1e-6), ("high", found.high, 1e-6)):
        held = int(p(bound - outwards) >= 0.05) - int(p(bound + outwards) >= 0.05)
        witness(METRIC, f"by lot, {name} is held and further is not", held, 1, **given)


def test_steps_drawn_by_lot_have_the_value_of_the_model_and_an_interval_of_the_lot(witness):
    rows = months(WEDGE, 12)
    lot, model = (difference(rows, Design.STEPPED_WEDGE, horizon=1, randomised=yes).adjusted for yes in (True, False))
    check(witness, "steps by lot", lot, {"value": model.value, "SE": model.se}, "least squares, above", "run")
    assert lot.n == model.n
    assert "210 assignments" in lot.method  # 7! / (2! 3! 2!)
    assert lot.high != model.high


def test_staggered_starts_drawn_by_lot_are_fitted_over_all_months(witness):
    rows = months(STAGGERED, 14)
    found = difference(rows, Design.STAGGERED_INTRODUCTION, horizon=4, randomised=True).adjusted
    new = rows["start"].le(rows["month"]).astype(int)
    fit = ols("to_work ~ new + C(team) + C(month)", rows.assign(new=new)).fit().params["new"]
    exits, others = rows.loc[new.eq(1), "to_work"].mean(), rows.loc[new.eq(1), "otherwise"].mean()
    expected = share(exits, others, 4) - share(exits - fit, others, 4)
    check(witness, "staggered by lot", found, {"value": expected}, "statsmodels ols('to_work ~ new + C(team) + C(month)')")
    x = columns_of(rows.assign(new=new), ["new"])
    x |= {f"{by}{at}": rows[by].eq(at).to_numpy() for by in ("team", "month") for at in sorted(rows[by].unique())[1:]}
    same = cr2(rows["to_work"], x, rows["team"]).combine({"new": 1.0}, "", "")
    whole = over_months(replace(same, value=fit), exits, others, 4)
    assert (found.se, found.df) == pytest.approx((whole.se, same.df))


@pytest.fixture(scope="module")
def misses() -> tuple[int, int]:
    """Count intervals without zero in 300 draws without a difference: of ours, and of CR1 with t(G - 1).

    Twelve teams of unequal size, four of them new; a team's chance is from a beta distribution with mean .15 and an intraclass
    correlation of .01.
    """
    rng = np.random.default_rng(2024)
    team = np.repeat(np.arange(len(SIZES)), SIZES)
    rows = pd.DataFrame({"team": team, "introduced": (team < 4).astype(int)})
    ours = plain = 0
    for _ in range(300):
        chance = rng.beta(0.15 * 99, 0.85 * 99, len(SIZES))
        drawn = rows.assign(left=(rng.random(len(team)) < chance[team]).astype(int))
        ours += difference(drawn, Design.PARALLEL_CLUSTERS, covariates=()).adjusted.excludes_zero
        fit = least_squares(drawn["left"], columns_of(drawn, ["introduced"]), drawn["team"])
        plain += fit.combine({"introduced": 1.0}, "probability", "CR1").excludes_zero
    return ours, plain


@pytest.mark.proof
def test_parallel_interval_misses_no_difference_about_one_time_in_twenty(misses):
    low, high = stats.binom.interval(0.999, 300, 0.05)
    assert low <= misses[0] <= high


def test_the_usual_cluster_robust_interval_would_miss_it_more_often(misses):
    assert misses[1] > misses[0]
    assert misses[1] > stats.binom.ppf(0.999, 300, 0.05)


def test_persons_are_counted_once_however_many_rows_they_have():
    rows = leaving(people(), "after")
    twice = rows.assign(person=rows["team"] * 100 + rows["p"] // 2)  # each stands in both years
    found = difference(twice, Design.BEFORE_AFTER, covariates=())
    assert found.adjusted.n == twice["person"].nunique() == len(rows) / 2
    assert found.persons_exposed == found.persons_other == len(rows) / 2


def test_a_covariate_that_everybody_has_is_left_out():
    rows = leaving(people(), "new").assign(all=1)
    found = difference(rows, Design.PARALLEL_CLUSTERS, covariates=["all"])
    assert found.adjusted == found.raw


def few_persons(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["p"].eq(0)]


@pytest.mark.parametrize(
    ("design", "rows", "what", "got", "needed"),
    [
        (Design.PARALLEL_CLUSTERS, leaving(people(), "new").query("team != 9"), "teams in each group", 3, 4),
        (Design.PARALLEL_CLUSTERS, leaving(people(), "new").query("p < 2"), "persons in each group", 8, 10),
        (Design.PARALLEL_CLUSTERS, leaving(people(), "new").assign(left=0), "different outcomes", 1, 2),
        (Design.PARALLEL_CLUSTERS, leaving(people(), "new").iloc[:0], "teams in each group", 0, 4),
        (Design.BEFORE_AFTER, leaving(people(), "after").query("team < 5"), "teams in each group", 5, 6),
        (Design.BEFORE_AFTER, leaving(people(), "after").query("after == 1"), "teams in each group", 0, 6),
        (Design.STEPPED_WEDGE, months(WEDGE, 12).query("team < 5"), "teams", 5, 6),
        (Design.STEPPED_WEDGE, months([4] * 7, 12), "moments at which teams began", 1, 2),
        (Design.STEPPED_WEDGE, few_persons(months(WEDGE, 12)), "persons in each group", 7, 10),
        (Design.STEPPED_WEDGE, months(WEDGE, 12).assign(to_work=1), "different outcomes", 1, 2),
        (Design.STAGGERED_INTRODUCTION, months([6] * 4 + [None] * 3, 12), "teams in each group", 3, 4),
        (Design.STAGGERED_INTRODUCTION, months([6] * 7, 12), "persons in each group", 0, 10),
    ],
)
def test_too_little_to_compare_gives_no_number(design, rows, what, got, needed):
    found = difference(rows, design, covariates=())
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == (what, got, needed)


@pytest.mark.parametrize(
    ("design", "start", "what", "got"),
    [
        (Design.STEPPED_WEDGE, [0, 0, 0, 0, 20, 20, 20], "moments at which teams began", 0),
        (Design.STEPPED_WEDGE, [0, 0, 0, 4, 4, 20, 20], "moments at which teams began", 1),
        (Design.STAGGERED_INTRODUCTION, [0] * 4 + [None] * 4, "teams in each group", 0),
    ],
)
def test_a_start_outside_the_months_is_no_step(design, start, what, got):
    # a team that is new, or not, in every month cannot be told apart from the team itself
    found = difference(months(start, 12), design)
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got) == (what, got)


def test_a_lottery_over_few_orders_gives_no_number():
    # one team in the first step and five in the second: six orders, so p is at best 1/6
    rows = months([4, 8, 8, 8, 8, 8], 12)
    assert not isinstance(difference(rows, Design.STEPPED_WEDGE), NotEnoughData)
    found = difference(rows, Design.STEPPED_WEDGE, randomised=True)
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got) == ("teams", 6)


@pytest.mark.parametrize(
    ("design", "rows", "says"),
    [
        (Design.PARALLEL_CLUSTERS, leaving(people(), "new").drop(columns="left"), "columns left are missing"),
        (Design.PARALLEL_CLUSTERS, leaving(people(), "new").assign(introduced=2), "introduced must hold 0 and 1"),
        (Design.PARALLEL_CLUSTERS, leaving(people(), "new").assign(woman="yes"), "column woman must be numeric"),
        (Design.BEFORE_AFTER, leaving(people(), "after").assign(team=None), "column team must have no gaps"),
        (Design.STEPPED_WEDGE, months(WEDGE, 12).drop(columns="start"), "columns start are missing"),
        (Design.STEPPED_WEDGE, months(WEDGE, 12).assign(to_work="11"), "column to_work must be numeric"),
        (Design.STAGGERED_INTRODUCTION, months(STAGGERED, 14).assign(person=None), "column person must have no gaps"),
    ],
)
def test_a_frame_that_cannot_be_compared_is_refused(design, rows, says):
    with pytest.raises(MetricError, match=says):
        difference(rows, design, covariates=["woman"])
