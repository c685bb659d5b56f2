"""Predictors that vary by a millionth of their size, or nearly follow from another: computed right, or refused as by R's lm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.attrition import who_is_lost
from gm_workbench.metrics.clustered import design, least_squares
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.mixed import mixed_model
from gm_workbench.metrics.moderation import moderation
from gm_workbench.metrics.nested import nested_intercepts
from gm_workbench.metrics.panels import random_effects
from gm_workbench.metrics.small_sample import cr2

RNG = np.random.default_rng(7)
ROWS = pd.DataFrame({"person": np.arange(480) // 4, "team": np.arange(480) // 40, "x": RNG.normal(size=480)})
ROWS = ROWS.assign(z=RNG.normal(size=480), y=ROWS["x"] + ROWS["person"] % 5 + RNG.normal(size=480))
ROWS = ROWS.assign(there=(ROWS["x"] + RNG.normal(size=480) > 0).astype(int))


def told(found: Estimate) -> tuple[float, float]:
    return found.value, found.se


SLOPES: dict[str, Callable[[pd.DataFrame], tuple[float, float]]] = {
    "CR1": lambda rows: told(least_squares(rows["y"], design(rows, ["x", "z"]), rows["person"]).combine({"x": 1.0}, "", "")),
    "CR2": lambda rows: told(cr2(rows["y"], design(rows, ["x", "z"]), rows["person"]).combine({"x": 1.0}, "", "")),
    "random effects": lambda rows: told(random_effects(rows, "y", ["x", "z"]).coefficients["x"]),
    "classical errors": lambda rows: told(random_effects(rows, "y", ["x", "z"], errors="classical").coefficients["x"]),
    "who is lost": lambda rows: told(who_is_lost(rows, "there", ["x", "z"]).log_odds["x"]),
    "moderation": lambda rows: told(moderation(rows, "y", "x", ["z"]).interactions[0].estimate),
}


@pytest.mark.parametrize("slope", SLOPES.values(), ids=SLOPES)
def test_slope_of_what_varies_by_a_millionth_of_its_size_is_that_of_the_number_itself(slope):
    far = ROWS.assign(x=1e6 + ROWS["x"])
    assert slope(far) == pytest.approx(slope(ROWS), rel=1e-6)


@pytest.mark.parametrize("slope", SLOPES.values(), ids=SLOPES)
def test_what_varies_by_a_billionth_of_its_size_is_refused(slope):
    # R 4.2: lm(y ~ x + z) gives NA for x (tolerance 1e-7)
    with pytest.raises(MetricError, match="repeat each other"):
        slope(ROWS.assign(x=1e6 + 1e-3 * ROWS["x"]))


def test_slope_beside_a_near_copy_is_that_of_what_they_do_not_share():
    near = ROWS.assign(copy=ROWS["x"] + 1e-6 * ROWS["z"])
    beside = least_squares(near["y"], design(near, ["x", "copy"]), near["person"]).combine({"copy": 1e-6}, "", "")
    apart = least_squares(ROWS["y"], design(ROWS, ["x", "z"]), ROWS["person"]).combine({"z": 1.0}, "", "")
    assert told(beside) == pytest.approx(told(apart), rel=1e-6)


def test_two_rooms_for_persons_in_coaches_in_teams_give_the_same():
    rows = ROWS.assign(y=ROWS["y"] + ROWS["team"] % 3)
    one = nested_intercepts(rows, "y", ["x"], "person", "team")
    other = mixed_model(rows, "y", ["x"], {"person": [], "team": []}, errors="satterthwaite")
    for name in ("const", "x"):
        assert told(one.coefficients[name]) == pytest.approx(told(other.coefficients[name]), rel=1e-6)
    assert one.deviance == pytest.approx(other.deviance, abs=1e-6)
