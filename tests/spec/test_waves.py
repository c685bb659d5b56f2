"""Means over waves against hand sums."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.waves import Course, course

EXACT = 1e-12
"""The same arithmetic in another form."""


def measured(persons: int = 6) -> pd.DataFrame:
    """Give persons with scores 0, 1, 2, ... at T0 and twice that plus 3 at T3; the last one is missing at T3."""
    first = pd.DataFrame({"person": [f"p{i}" for i in range(persons)], "wave": "T0", "ecr": np.arange(persons, dtype=float)})
    second = first.assign(wave="T3", ecr=2 * first["ecr"] + 3)
    second.loc[persons - 1, "ecr"] = math.nan
    return pd.concat([first, second], ignore_index=True).assign(group="all", coach=lambda rows: rows["person"])


def followed(frame: pd.DataFrame, **options: str) -> Course:
    return course(frame, "ecr", group="group", waves=["T0", "T3"], **options)


def estimate(mean: object) -> Estimate:
    assert isinstance(mean, Estimate)
    return mean


def test_mean_and_interval_equal_a_hand_sum() -> None:
    # 0..5: mean 2.5, sd sqrt(3.5), se sqrt(3.5/6), t(5) = 2.570582.
    first = estimate(followed(measured()).reported[0].estimate)
    assert first.value == pytest.approx(2.5, abs=EXACT)
    assert first.se == pytest.approx(math.sqrt(3.5 / 6), abs=EXACT)
    assert first.high == pytest.approx(2.5 + 2.570581836 * math.sqrt(3.5 / 6), abs=1e-8)
    assert (first.n, first.df, first.residual_df) == (6, 5, 5)


def test_complete_cases_answered_every_wave() -> None:
    found = followed(measured())
    assert [estimate(mean.estimate).n for mean in found.reported] == [6, 5]
    assert [estimate(mean.estimate).n for mean in found.complete] == [5, 5]
    assert estimate(found.complete[0].estimate).value == pytest.approx(2.0, abs=EXACT)


def test_change_is_of_persons_who_answered_both() -> None:
    # 2 x + 3 - x over 0..4: mean change 5.
    change = followed(measured()).change
    assert [(mean.wave, estimate(mean.estimate).value) for mean in change] == [("T3", 5.0)]


def test_clustered_interval_equals_the_plain_one_when_everybody_has_an_own_coach() -> None:
    # CR1 with one person per cluster: factor n/(n-1) times sum of squares over n^2 is the usual variance of a mean.
    plain, clustered = followed(measured()), followed(measured(), cluster="coach")
    first, other = estimate(plain.reported[0].estimate), estimate(clustered.reported[0].estimate)
    assert (other.value, other.se, other.df) == pytest.approx((first.value, first.se, first.df), abs=1e-9)
    assert other.groups == 6
    assert other.high == pytest.approx(other.value + stats.t.ppf(0.975, 5) * other.se, abs=1e-9)


def test_groups_are_kept_apart_and_in_order() -> None:
    frame = pd.concat(
        [measured(), measured().assign(group="b", person=lambda rows: "b" + rows["person"], ecr=lambda rows: rows["ecr"] + 10)]
    )
    found = followed(frame)
    assert found.groups == ("all", "b")
    assert [(mean.group, mean.wave, estimate(mean.estimate).value) for mean in found.reported][2] == ("b", "T0", 12.5)


@pytest.mark.parametrize(("persons", "enough"), [(4, False), (5, True), (6, True)])
def test_a_mean_needs_five_persons(persons: int, enough: bool) -> None:
    first = followed(measured(persons)).reported[0].estimate
    assert isinstance(first, Estimate) is enough
    if not enough:
        assert isinstance(first, NotEnoughData)
        assert (first.what, first.got) == ("persons", 4)


def test_a_clustered_mean_needs_five_coaches() -> None:
    first = followed(measured().assign(coach="only"), cluster="coach").reported[0].estimate
    assert isinstance(first, NotEnoughData)
    assert (first.what, first.got, first.needed) == ("coaches", 1, 5)


def test_other_waves_are_left_out() -> None:
    later = measured().assign(wave=lambda rows: rows["wave"].replace("T3", "T9"))
    found = followed(later)
    assert isinstance(found.reported[1].estimate, NotEnoughData)
    assert isinstance(found.change[0].estimate, NotEnoughData)


def test_a_person_with_two_rows_in_a_wave_is_refused() -> None:
    with pytest.raises(MetricError, match="a person must have one row per wave but some have more"):
        followed(pd.concat([measured(), measured()]))


def test_a_missing_person_is_refused() -> None:
    with pytest.raises(MetricError, match="column person must have no gaps"):
        followed(measured().assign(person=None))
