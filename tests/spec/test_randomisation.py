"""Randomisation inference against Fisher, R's coin, scipy and statsmodels, and its interval against the test turned round."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.regression.linear_model import WLS

from gm_workbench.errors import MetricError
from gm_workbench.metrics.assignments import design, drawn
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.randomisation import Randomisation, randomisation_inference

SAME_SUM = 1e-9
"""The same arithmetic in other software."""

MONTE_CARLO = 0.015
"""Three standard errors of a p near .25 from 9,999 draws are .013."""

SHARE = 1e-12
"""A count divided by a count."""


def parallel(new: list[float], old: list[float]) -> tuple[pd.DataFrame, dict[int, int | None]]:
    """Give one cell a team, and the starts: those of `new` in period 1, those of `old` never."""
    cells = pd.DataFrame({"team": range(len(new) + len(old)), "month": 1, "y": [*new, *old], "n": 10.0})
    return cells, {team: 1 if team < len(new) else None for team in cells["team"]}


def wedge(
    seed: int, starts: list[int | None], periods: int = 4, effect: float = 1.0
) -> tuple[pd.DataFrame, dict[int, int | None]]:
    """Give drawn cells of teams with these starts, with unequal weights."""
    rng = np.random.default_rng(seed)
    cells = pd.DataFrame([{"team": t, "month": m} for t in range(len(starts)) for m in range(periods)])
    start = dict(enumerate(starts))
    level = rng.normal(size=len(starts))[cells["team"]] + 0.3 * cells["month"] + rng.normal(scale=0.5, size=len(cells))
    n = rng.integers(5, 60, len(cells)).astype(float)
    return cells.assign(y=level + effect * exposure(cells, start), n=n), start


def exposure(cells: pd.DataFrame, start: dict[int, int | None]) -> np.ndarray:
    return np.array([start[t] is not None and m >= start[t] for t, m in zip(cells["team"], cells["month"], strict=True)], float)


def infer(cells: pd.DataFrame, start: dict[int, int | None], nuisance: str = "none", **more):
    options = {"nuisance": nuisance, "unit": "points", "persons": 100, **more}
    return randomisation_inference(cells, "y", "n", "team", "month", start, **options)


@pytest.mark.parametrize(("right", "expected"), [(4, 2 / 70), (3, 34 / 70)])
def test_randomisation_equals_fishers_tea_cups(witness, right, expected):
    # Fisher (1935), The Design of Experiments, ch. 2: 8 cups, 4 with the milk in first; 1 of 70 choices has all right and
    # 17 of 70 have at least three right; two-sided it is double. R: fisher.test(matrix(c(3, 1, 1, 3), 2))$p.value is .4857
    cells, start = parallel([1.0] * right + [0.0] * (4 - right), [0.0] * right + [1.0] * (4 - right))
    found = infer(cells, start)
    where = {"data": "eight cups of tea", "source": "Fisher (1935), The Design of Experiments, ch. 2", "known": "memory"}
    witness("randomisation.randomisation_inference", f"{right} of 4 right, p", found.p, expected, tolerance=SHARE, **where)
    assert (found.assignments, found.exact) == (70, True)


def test_randomisation_equals_coin_on_sixteen_mice(witness):
    # R 4.2, coin 1.4-2: pvalue(oneway_test(y ~ g, m, distribution = "exact")) is 0.278321678322, on the survival of 7 treated
    # and 9 other mice of Efron & Tibshirani (1993), An Introduction to the Bootstrap, table 2.1
    cells, start = parallel([94, 197, 16, 38, 99, 141, 23], [52, 104, 146, 10, 51, 30, 40, 27, 46])
    found = infer(cells, start)
    where = {"data": "mice, Efron & Tibshirani (1993)", "source": "coin::oneway_test(distribution = 'exact')", "known": "run"}
    witness("randomisation.randomisation_inference", "p, exact", found.p, 0.278321678322, tolerance=SAME_SUM, **where)
    assert found.estimate.value == pytest.approx(30.63, abs=0.005)  # as printed there
    assert (found.assignments, found.exact) == (11440, True)


def test_randomisation_of_seven_teams_has_at_best_one_in_thirty_five(witness):
    cells, start = parallel([9.0, 8.0, 7.5], [1.0, 2.0, 3.5, 4.0])
    found = infer(cells, start)
    where = {"data": "drawn", "source": "C(7, 3) = 35 assignments, one of them at the end", "known": "hand"}
    witness("randomisation.randomisation_inference", "smallest p of 3 in 7", found.p, 1 / 35, tolerance=SHARE, **where)
    assert found.estimate.excludes_zero
    assert np.isnan(found.estimate.se)
    assert (found.estimate.n, found.estimate.groups, found.estimate.unit) == (100, 7, "points")
    assert found.estimate.method == "randomisation inference (exact, all 35 assignments), weighted difference in means"


@pytest.mark.parametrize("seed", range(4))
def test_randomisation_of_a_parallel_design_equals_scipy(witness, seed):
    rng = np.random.default_rng(seed)
    new, old = rng.normal(0.5, 1, 5), rng.normal(0, 1, 6)
    cells, start = parallel(list(new), list(old))

    def apart(x, y, axis):
        return np.abs(x.mean(axis=axis) - y.mean(axis=axis))

    theirs = stats.permutation_test((new, old), apart, alternative="greater", vectorized=True, n_resamples=np.inf)
    found = infer(cells, start)
    where = {"data": "drawn", "source": "scipy.stats.permutation_test, all 462 splits of |difference|", "known": "run"}
    witness("randomisation.randomisation_inference", f"p, draw {seed}", found.p, theirs.pvalue, tolerance=SHARE, **where)
    assert found.estimate.value == pytest.approx(theirs.statistic * np.sign(new.mean() - old.mean()), abs=SAME_SUM)


def fitted(cells: pd.DataFrame, start: dict[int, int | None], nuisance: str, y: pd.Series | None = None) -> float:
    """Give the coefficient of exposure by statsmodels, or NaN where it cannot be told apart."""
    columns = {"none": [], "period": ["month"], "team and period": ["month", "team"]}[nuisance]
    dummies = [pd.get_dummies(cells[name], drop_first=True, dtype=float).to_numpy() for name in columns]
    x = np.column_stack([exposure(cells, start), np.ones(len(cells)), *dummies])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return np.nan
    return float(WLS((cells["y"] if y is None else y).to_numpy(), x, weights=cells["n"].to_numpy()).fit().params[0])


def brute_force(
    cells: pd.DataFrame, start: dict[int, int | None], nuisance: str, shift: float = 0.0
) -> tuple[float, float, int]:
    """Give the coefficient, p and number of assignments, each assignment fitted on its own."""
    y = cells["y"] - shift * exposure(cells, start)
    deals = sorted(set(permutations(start.values())), key=str)
    found = np.array([fitted(cells, dict(zip(start, deal, strict=True)), nuisance, y) for deal in deals])
    found = found[np.isfinite(found)]
    value = fitted(cells, start, nuisance, y)
    return value, float(np.mean(np.abs(found) >= np.abs(value) * (1 - SAME_SUM))), len(found)


@pytest.mark.parametrize("nuisance", ["none", "period", "team and period"])
@pytest.mark.parametrize("starts", [[1, 1, 2, 2, 3], [2, 2, 2, None, None, None, None], [0, 1, 2, 3, None]], ids=str)
def test_randomisation_of_a_stepped_wedge_equals_statsmodels_for_every_assignment(witness, nuisance, starts):
    cells, start = wedge(len(starts), starts)
    value, p, assignments = brute_force(cells, start, nuisance)
    found = infer(cells, start, nuisance)
    where = {"data": "drawn", "source": "statsmodels WLS(...).fit() under every assignment", "known": "run"}
    name = f"starts {starts}, {nuisance}"
    metric = "randomisation.randomisation_inference"
    witness(metric, f"{name}: difference", found.estimate.value, value, tolerance=SAME_SUM, **where)
    witness(metric, f"{name}: p", found.p, p, tolerance=SHARE, **where)
    assert (found.assignments, found.exact) == (assignments, True)


@pytest.mark.parametrize("nuisance", ["none", "period", "team and period"])
@pytest.mark.parametrize("starts", [[1, 1, 2, 2, 3], [2, 2, 2, None, None, None, None]], ids=str)
def test_the_interval_holds_the_differences_that_the_test_does_not_reject(nuisance, starts):
    cells, start = wedge(7, starts)
    interval = infer(cells, start, nuisance).estimate
    step = 1e-6
    for bound, outwards in ((interval.low, -step), (interval.high, step)):
        assert brute_force(cells, start, nuisance, bound - outwards)[1] >= 0.05
        assert brute_force(cells, start, nuisance, bound + outwards)[1] < 0.05
    assert interval.low < interval.value < interval.high


@pytest.mark.parametrize("seed", [17, *(pytest.param(seed, marks=pytest.mark.proof) for seed in (328, 903))])
def test_the_interval_covers_the_gaps_that_very_unequal_weights_make(seed):
    # some assignments then speak against any large difference, so the accepted differences need not join
    cells, start = wedge(seed, [1, 1, 2, 2, 3, 3])
    cells = cells.assign(n=np.exp(np.random.default_rng(seed).normal(0, 2, len(cells))))
    interval = infer(cells, start, "team and period").estimate
    width = interval.high - interval.low
    for bound, outwards in ((interval.low, -1e-6 * width), (interval.high, 1e-6 * width)):
        assert brute_force(cells, start, "team and period", bound - outwards)[1] >= 0.05
        for further in (1, 1e3, 1e5, 1e7, 1e9):
            assert brute_force(cells, start, "team and period", bound + further * outwards)[1] < 0.05


def test_a_dose_gives_the_difference_at_equal_covariates(witness):
    # where a covariate is taken out of outcome and exposure first, the difference is that of a fit with the covariate in it
    cells, start = wedge(5, [0, 0, 0, None, None, None, None], periods=1)
    covariate = cells["y"] / 2 + np.random.default_rng(5).normal(size=len(cells))
    x, root = np.column_stack([np.ones(len(cells)), covariate]), np.sqrt(cells["n"].to_numpy())

    def left(column: np.ndarray) -> np.ndarray:
        return column - x @ np.linalg.lstsq(root[:, None] * x, root * column, rcond=None)[0]

    z = exposure(cells, start)
    adjusted = cells.assign(y=left(cells["y"].to_numpy()), dose=left(z))
    found = infer(adjusted, start, dose="dose").estimate
    expected = WLS(cells["y"].to_numpy(), np.column_stack([z, x]), weights=cells["n"].to_numpy()).fit().params[0]
    where = {"data": "drawn", "source": "statsmodels WLS(...).fit() with the covariate in it", "known": "run"}
    metric = "randomisation.randomisation_inference"
    witness(metric, "difference at equal covariates", found.value, expected, tolerance=SAME_SUM, **where)
    for bound, outwards in ((found.low, -1e-6), (found.high, 1e-6)):
        inside, outside = (adjusted["y"] - (bound + step) * adjusted["dose"] for step in (-outwards, outwards))
        assert brute_force(adjusted.assign(y=inside), start, "none")[1] >= 0.05
        assert brute_force(adjusted.assign(y=outside), start, "none")[1] < 0.05


def test_a_dose_of_nothing_is_refused():
    cells, start = parallel([5.0, 6.0, 9.0], [1.0, 2.0, 3.0, 1.5])
    with pytest.raises(MetricError, match="exposure cannot be told apart"):
        infer(cells.assign(dose=0.0), start, dose="dose")


@pytest.mark.parametrize("seed", range(6))
def test_an_interval_without_zero_goes_with_a_small_p(seed):
    found = infer(*wedge(seed, [1, 1, 2, 2, 3, 3], effect=0.4), nuisance="team and period")
    assert found.estimate.excludes_zero is (found.p < 0.05)


def test_randomisation_draws_when_there_are_too_many_assignments():
    rng = np.random.default_rng(3)
    cells, start = parallel(list(rng.normal(0.4, 1, 9)), list(rng.normal(0, 1, 9)))  # C(18, 9) = 48,620
    found, again = (infer(cells, start) for _ in range(2))
    new, old = cells["y"].to_numpy()[:9], cells["y"].to_numpy()[9:]

    def apart(x, y, axis):
        return np.abs(x.mean(axis=axis) - y.mean(axis=axis))

    every = stats.permutation_test((new, old), apart, alternative="greater", vectorized=True, n_resamples=np.inf)
    assert (found.p, found.estimate.high) == (again.p, again.estimate.high)
    assert found.p == pytest.approx(every.pvalue, abs=MONTE_CARLO)
    assert (found.assignments, found.exact) == (10_000, False)
    assert "Monte Carlo, 10000 assignments" in found.estimate.method


def in_strata(y: list[float], new: str, stratum: str) -> tuple[pd.DataFrame, dict[int, int | None], dict[int, str]]:
    """Give one cell a team; a character for each team says whether it is new (1) and in which stratum it is."""
    cells = pd.DataFrame({"team": range(len(y)), "month": 1, "y": y, "n": 10.0})
    return cells, {t: 1 if one == "1" else None for t, one in enumerate(new)}, dict(enumerate(stratum))


def test_starts_are_dealt_out_within_strata(witness):
    # R 4.2, coin 1.4-2: oneway_test(y ~ g | b, d, distribution = "exact"): p-value = 0.03, 6 of 10 x 20 ways
    y = [6.1, 4.2, 7.7, 5.0, 3.9, 9.2, 8.8, 6.0, 7.1, 10.3, 5.5]
    cells, start, stratum = in_strata(y, "10100100110", "nnnnnssssss")
    found = infer(cells, start, stratum=stratum)
    where = {"data": "drawn", "known": "run"}
    metric, source = "randomisation.randomisation_inference", "R: coin::oneway_test(y ~ g | b, distribution = 'exact')"
    witness(metric, "within two strata, p", found.p, 0.03, tolerance=SHARE, source=source, **where)
    source = "R: lm(y ~ g + b)"
    witness(metric, "within two strata", found.estimate.value, 2.29259259259, tolerance=1e-10, source=source, **where)
    assert (found.assignments, found.exact) == (200, True)
    assert infer(cells, start).assignments == 462


def test_one_stratum_is_none():
    cells, start = wedge(3, [1, 1, 2, 2, 3, 3])
    assert infer(cells, start, "period", stratum=dict.fromkeys(start, "all")) == infer(cells, start, "period")


def test_strata_are_kept_where_assignments_are_drawn():
    rng = np.random.default_rng(8)
    new, stratum = "1100" * 5, "aaaabbbbccccddddeeee"  # 6^5 = 7,776 ways; without strata C(20, 10) = 184,756
    cells, start, groups = in_strata(list(rng.normal(size=20)), new, stratum)
    exact = infer(cells, start, stratum=groups)
    assert (exact.assignments, exact.exact) == (7776, True)
    plan = design(cells, "n", "team", "month", start, "none", groups)
    dealt = drawn(plan, 500, 1)
    for one in range(5):
        assert (dealt[:, plan.strata == one].sum(axis=1) == plan.observed[plan.strata == one].sum()).all()
    assert len(np.unique(dealt, axis=0)) > 400


@pytest.mark.parametrize(
    ("new", "stratum", "enough"), [("1010", "aabb", False), ("11001100", "aaaabbbb", False), ("110011000", "aaaabbbbb", True)]
)
def test_strata_leave_fewer_ways_so_they_need_more_teams(new, stratum, enough):
    # 2 in 6 x 6 ways is .056; 1 in 6 x 10 is .017
    cells, start, groups = in_strata([float(one) + i / 100 for i, one in enumerate(new)], new, stratum)
    found = infer(cells, start, stratum=groups)
    assert isinstance(found, Randomisation) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("teams", len(new), 9)


def test_a_team_without_a_stratum_is_refused():
    cells, start = parallel([5.0, 6.0, 9.0], [1.0, 2.0, 3.0, 1.5])
    with pytest.raises(MetricError, match="each value of column team must have a stratum"):
        infer(cells, start, stratum={0: "a"})


@pytest.mark.parametrize("seed", range(3))
def test_assignments_are_permuted_and_not_drawn_anew(seed):
    # levels drawn anew for each team would leave deals with other numbers of new teams, some of them with none
    cells, start = parallel(list(np.arange(9.0)), list(np.arange(9.0)))
    plan = design(cells, "n", "team", "month", start, "none")
    assert (drawn(plan, 200, seed).sum(axis=1) == 9).all()


def test_the_deal_that_happened_counts_among_those_drawn():
    # without the one in (1 + #) / (1 + R) this p would be 0, as that of pyfixest's ritest is after 2,000 draws
    cells, start = parallel(list(np.arange(100.0, 112.0)), list(np.arange(12.0)))
    found = infer(cells, start, draws=99)
    assert (found.p, found.assignments) == (pytest.approx(1 / 100, abs=SHARE), 100)


def test_a_drawn_p_is_never_zero():
    cells, start = parallel(list(np.arange(100.0, 112.0)), list(np.arange(12.0)))
    assert infer(cells, start, draws=999).p == pytest.approx(1 / 1000, abs=SHARE)


def test_the_scale_of_weights_does_not_matter():
    cells, start = wedge(2, [1, 1, 2, 2, 3])
    one, other = infer(cells, start, "period"), infer(cells.assign(n=cells["n"] * 1000), start, "period")
    assert one.p == other.p
    assert (one.estimate.low, one.estimate.high) == pytest.approx((other.estimate.low, other.estimate.high), abs=SAME_SUM)


def test_assignments_that_tell_nothing_are_left_out():
    # teams 0-4 are seen before month 2 only: a deal in which all late starters are among them leaves no cell exposed
    cells, start = wedge(1, [2, 2, 2, None, None, None, None, None], periods=3)
    seen = cells[(cells["team"] > 1) | (cells["month"] < 2)]
    found = infer(seen, {**start, 0: None, 3: 2})
    value, p, assignments = brute_force(seen, {**start, 0: None, 3: 2}, "none")
    assert assignments == 56
    assert (found.estimate.value, found.p, found.assignments) == pytest.approx((value, p, assignments), abs=SAME_SUM)
    few = cells[(cells["team"] > 4) | (cells["month"] < 2)]
    late = {team: (2 if team > 4 else None) for team in start}
    value, p, assignments = brute_force(few, late, "none")
    assert assignments == 46  # 56 less the 10 deals among teams 0-4
    assert infer(few, late).assignments == assignments


def test_a_start_after_the_last_period_is_never():
    cells, start = wedge(4, [1, 1, 1, 9, None, None, None])
    assert infer(cells, start).assignments == 35


@pytest.mark.parametrize(
    ("new", "old", "needed"),
    [(2, 2, 7), (3, 3, 7), (1, 6, 8), (0, 5, 7), (1, 1, 7)],
)
def test_randomisation_needs_teams_enough_for_a_small_p(new, old, needed):
    # by hand: C(6, 3) = 20 with two of them at the ends is .1; C(7, 3) = 35 is .029; C(8, 2) = 28 is .036; C(7, 2) = 21 is .048
    cells, start = parallel(list(np.arange(new) + 10.0), list(np.arange(old) + 0.0))
    found = infer(cells, start)
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got, found.needed) == ("teams", new + old, needed)


@pytest.mark.parametrize(("new", "old"), [(2, 5), (3, 4), (4, 4), (1, 20)])
def test_randomisation_has_teams_enough(new, old):
    found = infer(*parallel(list(np.arange(new) + 100.0), list(np.arange(old) + 0.0)))
    assert isinstance(found, Randomisation)
    assert found.p < 0.05


def test_randomisation_needs_outcomes_that_differ():
    found = infer(*parallel([3.0] * 4, [3.0] * 4))
    assert isinstance(found, NotEnoughData)
    assert found.what == "different outcomes"


def test_randomisation_says_when_too_few_assignments_bound_the_interval():
    # two teams are seen after the start: all that can be dealt out differently is which of the two had started
    cells, start = wedge(1, [2, None, 2, None, None, 2, None, None], periods=3)
    found = infer(cells[cells["team"].isin([2, 7]) | (cells["month"] < 2)], start, "team and period")
    assert isinstance(found, NotEnoughData)
    assert found.what == "assignments that bound the interval"
    assert (found.got, found.needed) == (0, 29)  # of 30


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        ({"n": 0.0}, {}, "column n must be above 0"),
        ({"y": "high"}, {}, "column y must be numeric"),
        ({"team": 0}, {}, "columns team and month must name each cell once"),
        ({"team": range(10, 18)}, {}, "each value of column team must have a start"),
        ({}, {"nuisance": "teams"}, "nuisance must be one of none, period, team and period"),
        ({}, {"draws": 10}, "draws must be at least 99"),
        ({}, {"nuisance": "team and period"}, "exposure cannot be told apart from what is taken out first"),
    ],
)
def test_randomisation_refuses_what_it_cannot_use(change, options, says):
    cells, start = parallel([1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0, 8.0])
    with pytest.raises(MetricError, match=says):
        infer(cells.assign(**change), start, **options)


def test_randomisation_refuses_a_missing_column():
    cells, start = parallel([1.0], [2.0])
    with pytest.raises(MetricError, match="columns n are missing"):
        infer(cells.drop(columns="n"), start)
