"""Analysis of variance over waves: pingouin through our guard, against R's aov, mauchly.test and anova.mlm."""

from __future__ import annotations

import math

import pandas as pd
import pingouin
import pytest

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.wave_anova import (
    MIN_COMPLETE,
    MIN_COMPLETE_PER_GROUP,
    WaveAnova,
    mixed_anova,
    repeated_anova,
)

RUN = 1e-8
"""R printed twelve figures."""

MONTHS = ["August", "January", "June"]
KEYS = {"person": "Subject", "wave": "Time"}
DATA = {"data": "pingouin::mixed_anova", "known": "run", "tolerance": RUN}


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return pingouin.read_dataset("mixed_anova")


@pytest.fixture(scope="module")
def unequal(scores) -> pd.DataFrame:
    """Leave persons out, so that groups differ in size (25 and 28)."""
    return scores[~scores["Subject"].isin([1, 3, 5, 7, 11, 40, 59])]


def test_repeated_measures_equal_r(scores, witness):
    # R: summary(aov(Scores ~ Time + Error(Subject / Time), d)): F 3.91279598447; wide <- lm(cbind(3 months) ~ 1);
    #   mauchly.test(wide, X = ~1); anova(wide, X = ~1, test = "Spherical"); eta squared is SS(Time) / all SS
    found = repeated_anova(scores, "Scores", waves=MONTHS, **KEYS)
    one, name = found.effect("wave"), "wave_anova.repeated_anova"
    witness(name, "F", one.f, 3.91279598447, source="aov(Scores ~ Time + Error(Subject / Time))", **DATA)
    witness(name, "generalised eta squared", one.eta, 0.0399807166068, source="aov, sums of squares", **DATA)
    witness(name, "epsilon", one.epsilon, 0.998750850497, source="trace(M)^2 / (2 sum(M^2)), M of estVar", **DATA)
    witness(name, "p, corrected", one.p_corrected, 0.0226771308413, source='anova(lm, X = ~1, test = "Spherical")', **DATA)
    witness(name, "Mauchly's W", found.mauchly, 0.998749288171, source="mauchly.test(lm, X = ~1)", **DATA)
    witness(name, "its p", found.mauchly_p, 0.964357363499, source="mauchly.test(lm, X = ~1)", **DATA | {"tolerance": 1e-4})
    assert (one.df1, one.df2, found.persons, found.left_out, found.groups) == (2, 118, 60, 0, ())


# R: summary(aov(Scores ~ Group * Time + Error(Subject / Time), d)) without subjects 1 3 5 7 11 40 59; wide <- lm(cbind(3
#   months) ~ Group); anova(wide, X = ~1, test = "Spherical"), epsilon from estVar(wide), mauchly.test(wide, X = ~1)
@pytest.mark.parametrize(
    ("name", "f", "p", "eta", "corrected"),
    [
        ("group", 2.03490282674, 0.15981736905, 0.0137372034968, 0.15981736905),
        ("wave", 4.39751480429, 0.0147256538609, 0.0531429082047, 0.0148784254058),
        ("group x wave", 1.45178842653, 0.2389481339942, 0.0181921241930, 0.2390027425180),
    ],
)
def test_mixed_analysis_of_unequal_groups_equals_r(unequal, witness, name, f, p, eta, corrected):
    found = mixed_anova(unequal, "Scores", group="Group", waves=MONTHS, **KEYS)
    one, metric = found.effect(name), "wave_anova.mixed_anova"
    aov = "aov(Scores ~ Group * Time + Error(Subject / Time))"
    witness(metric, f"{name}, F", one.f, f, source=aov, **DATA)
    witness(metric, f"{name}, p", one.p, p, source=aov, **DATA)
    witness(metric, f"{name}, generalised eta squared", one.eta, eta, source="aov, sums of squares", **DATA)
    witness(metric, f"{name}, p, corrected", one.p_corrected, corrected, source='anova(lm, X = ~1, test = "Spherical")', **DATA)
    if name != "group":
        witness(metric, f"{name}, epsilon", one.epsilon, 0.994953993174, source="estVar(lm), within groups", **DATA)
    assert (found.persons, found.groups) == (53, ("Control", "Meditation"))


def test_epsilon_is_taken_within_groups_and_not_over_everybody(unequal):
    # over everybody, groups that change differently would count as a departure from sphericity
    within = mixed_anova(unequal, "Scores", group="Group", waves=MONTHS, **KEYS).effect("wave").epsilon
    over = repeated_anova(unequal, "Scores", waves=MONTHS, **KEYS).effect("wave").epsilon
    assert over == pytest.approx(0.997437385481)  # R: the same with lm(... ~ 1)
    assert abs(over - within) > 0.002


def drawn(persons: int = 12, spread: int = 1) -> pd.DataFrame:
    rows = [
        (p, f"T{t}", p % 2, p % 5 + t * (p % 2) + t * spread * ((p * 3 + t * 5) % 4)) for p in range(persons) for t in range(3)
    ]
    return pd.DataFrame(rows, columns=["person", "wave", "g", "y"])


WAVES = ["T0", "T1", "T2"]


def test_who_missed_a_wave_is_left_out_and_told():
    rows = drawn(14)
    missed = rows.assign(y=rows["y"].astype(float).where(~(rows["person"].isin([3, 4]) & rows["wave"].eq("T1"))))
    found = repeated_anova(missed, "y", waves=WAVES)
    assert (found.persons, found.left_out) == (12, 2)
    assert found.effects == repeated_anova(rows[~rows["person"].isin([3, 4])], "y", waves=WAVES).effects
    assert mixed_anova(missed, "y", group="g", waves=WAVES).left_out == 2


def test_two_waves_need_no_correction():
    found = repeated_anova(drawn(), "y", waves=["T0", "T2"])
    one = found.effect("wave")
    assert (one.epsilon, one.p_corrected) == (1.0, pytest.approx(one.p))
    assert math.isnan(found.mauchly)
    both = mixed_anova(drawn(), "y", group="g", waves=["T0", "T2"])
    assert both.effect("group x wave").p_corrected == pytest.approx(both.effect("group x wave").p)
    assert math.isnan(both.effect("group").epsilon)


@pytest.mark.parametrize("persons", [MIN_COMPLETE - 1, MIN_COMPLETE, MIN_COMPLETE + 1])
def test_repeated_measures_need_complete_persons(persons):
    found = repeated_anova(drawn(persons), "y", waves=WAVES)
    assert isinstance(found, WaveAnova) is (persons >= MIN_COMPLETE)
    if persons < MIN_COMPLETE:
        assert (found.what, found.got, found.needed) == ("persons measured at every wave", persons, MIN_COMPLETE)


@pytest.mark.parametrize("few", [0, MIN_COMPLETE_PER_GROUP - 1, MIN_COMPLETE_PER_GROUP, MIN_COMPLETE_PER_GROUP + 1])
def test_mixed_analysis_needs_complete_persons_in_each_group(few):
    rows = drawn(30)
    kept = rows["g"].eq(0) | rows["person"].lt(2 * few) | rows["wave"].eq("T0")  # the others of group 1 missed two waves
    found = mixed_anova(rows[kept], "y", group="g", waves=WAVES)
    assert isinstance(found, WaveAnova) is (few >= MIN_COMPLETE_PER_GROUP)
    if few < MIN_COMPLETE_PER_GROUP:
        assert (found.what, found.got) == ("persons measured at every wave in each group", few)


@pytest.mark.parametrize("y", [lambda f: f["person"] * 1.0, lambda f: f["person"] + f["wave"].eq("T1") * (1 + f["g"])])
def test_persons_who_all_change_alike_are_not_enough_data(y):
    rows = drawn().assign(y=y)
    found = mixed_anova(rows, "y", group="g", waves=WAVES)
    assert isinstance(found, NotEnoughData)
    assert found.what == "different changes"
    assert isinstance(repeated_anova(rows[rows["g"].eq(0)], "y", waves=WAVES), NotEnoughData)


@pytest.mark.parametrize(
    ("change", "waves", "message"),
    [
        ({}, ["T0"], "there must be two waves or more but got 1"),
        ({"wave": "T0"}, WAVES, "a person must have one row per wave"),
        ({"y": "a"}, WAVES, "column y must be numeric"),
        ({"person": None}, WAVES, "column person must have no gaps"),
        ({"g": lambda f: f["wave"].eq("T0") * 1}, WAVES, "a person must be in one group at all waves, but 12 are in more"),
        ({"g": 1}, WAVES, "there must be two groups or more but got 1"),
    ],
)
def test_analysis_of_variance_refuses_rows_that_cannot_be(change, waves, message):
    with pytest.raises(MetricError, match=message):
        mixed_anova(drawn().assign(**change), "y", group="g", waves=waves)
    if "group" not in message:
        with pytest.raises(MetricError, match=message):
            repeated_anova(drawn().assign(**change), "y", waves=waves)
