"""Scales: scores of 0-100 from answers, and how well the items of a scale go together."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_columns, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.vocabulary.scoring import MissingItems, mean_score, share_needed, turned

SCORE = "scale score"
ALPHA = "Cronbach's alpha, Feldt interval"
ITEMS = "item statistics"

MIN_PERSONS = 30
"""Persons below which reliability is too unsure to say anything (assumed floor)."""


@as_declared
def oriented(answers: pd.DataFrame, reverse: Collection[str], low: float, high: float) -> pd.DataFrame:
    r"""Turn the reversed items of a scale from `low` to `high`, so that every item points the same way.

    .. math:: x' = \text{low} + \text{high} - x

    Parameters
    ----------
    answers : DataFrame
        One row per person, one column per item; gaps stay gaps.
    reverse : collection of str
        Items that point the other way.
    low, high : float
        Ends of the answer scale.

    Returns
    -------
    DataFrame
        The same shape, in the answers' unit.

    Raises
    ------
    MetricError
        When an item is missing or not numeric, an answer lies off the scale, or the scale does not rise.

    References
    ----------
    Nunnally & Bernstein (1994), Psychometric Theory, ch. 7.

    Examples
    --------
    >>> oriented(pd.DataFrame({"A_1": [1, 5], "A_2": [1, 5]}), ["A_2"], 1, 5)["A_2"].tolist()
    [5, 1]
    """
    _require_answers(answers, reverse, low, high)
    return turned(answers, reverse, low, high)


def _require_answers(answers: pd.DataFrame, reverse: Collection[str], low: float, high: float) -> None:
    """Refuse a scale that does not rise, reversed items that are not there, and answers that are none or lie off the scale."""
    if not -math.inf < low < high < math.inf:
        raise MetricError(f"{SCORE}: the answer scale must rise from low to high but got {low:g} to {high:g}.")
    require_columns(answers, reverse, SCORE)
    require_numbers(answers, answers.columns, SCORE, gaps=True)
    off = [str(item) for item in answers.columns if not answers[item].dropna().between(low, high).all()]
    if off:
        raise MetricError(f"{SCORE}: answers must lie between {low:g} and {high:g} but some of {', '.join(off)} do not.")


@as_declared
def score_items(
    answers: pd.DataFrame,
    *,
    reverse: Collection[str] = (),
    low: float = 1,
    high: float = 5,
    missing: str = "person-mean",
    minimum_answered: float = 0.75,
    minimum_items: int | None = None,
) -> pd.Series[Any]:
    r"""Score each row on a scale of 0-100: the mean of the answered items, stretched from the answer scale.

    .. math:: s = 100\,(\bar a - \text{low}) / (\text{high} - \text{low})

    The mean is that of the items that were answered. That is the same as putting a person's own mean in the place of the
    others, and is fair when items are about as hard to agree with as each other: who leaves out the harder items scores too
    high. What is not answered is never scored as the lowest answer, and never filled in from other persons.

    Parameters
    ----------
    answers : DataFrame
        One row per person (and wave), one column per item, on the answer scale; gaps are items not answered.
    reverse : collection of str
        Items to turn first: a' = low + high − a.
    low, high : float
        Ends of the answer scale.
    missing : {"person-mean", "at-least", "none"}
        What it takes for a score: the share `minimum_answered` of the items; the number `minimum_items` of them; or all.
        With fewer the score is missing.
    minimum_answered : float
        Share of the items, above 0 and at most 1; for ``person-mean``.
    minimum_items : int, optional
        Number of items, from 1 to all; for ``at-least``.

    Returns
    -------
    Series
        Scores of 0-100, index of `answers`.

    Raises
    ------
    MetricError
        When an item is missing or not numeric, an answer lies off the scale, or the scale does not rise; when the treatment is
        not one of the three, or its share or number is out of bounds or missing.

    References
    ----------
    Fayers & Machin (2016), Quality of Life, 3rd ed., §15.2 (the half rule); Schafer & Graham (2002),
    doi:10.1037/1082-989X.7.2.147, on averaging the answered items, and when it misleads.

    Examples
    --------
    >>> score_items(pd.DataFrame({"A_1": [5, 3], "A_2": [1, 3]}), reverse=["A_2"]).tolist()
    [100.0, 50.0]
    >>> score_items(pd.DataFrame({"A_1": [5.0], "A_2": [float("nan")]}), missing="at-least", minimum_items=1).tolist()
    [100.0]
    """
    _require_answers(answers, reverse, low, high)
    share = _share(missing, answers.shape[1], minimum_answered, minimum_items)
    return mean_score(turned(answers, reverse, low, high), low, high, share).rename("score")


def _share(missing: str, items: int, minimum_answered: float, minimum_items: int | None) -> float:
    if missing not in set(MissingItems):
        raise MetricError(f"{SCORE}: missing must be one of {', '.join(MissingItems)} but got {missing!r}.")
    if not 0 < minimum_answered <= 1:
        raise MetricError(f"{SCORE}: minimum_answered must be above 0 and at most 1 but got {minimum_answered:g}.")
    if (missing == MissingItems.AT_LEAST) != (minimum_items is not None) or not 1 <= (
        1 if minimum_items is None else minimum_items
    ) <= items:
        raise MetricError(
            f"{SCORE}: minimum_items must be a number from 1 to {items} with missing='at-least', and left out otherwise."
        )
    return share_needed(MissingItems(missing), items, minimum_answered, minimum_items)


@as_declared
def cronbach_alpha(answers: pd.DataFrame) -> Estimate | NotEnoughData:
    r"""Say how far the items of a scale go together.

    .. math:: \alpha = \frac{k}{k-1}\Big(1 - \frac{\sum_i s_i^2}{s_{\text{sum}}^2}\Big)

    Covariances use every pair of answers (pairwise); the interval counts only persons who answered every item. It takes answers
    to be normal: of skewed answers on a scale of five it missed 8 times in 100, with 100 persons and with 400 (1,000 draws).

    Parameters
    ----------
    answers : DataFrame
        One row per person, one column per item, all pointing the same way (see `oriented`); gaps are items not answered.

    Returns
    -------
    Estimate or NotEnoughData
        Without unit, at most 1 (below 0 when items oppose each other). NotEnoughData below 30 complete persons or 2 items, or
        when answers do not differ.

    Raises
    ------
    MetricError
        When an item is not numeric.

    References
    ----------
    Cronbach (1951), doi:10.1007/BF02310555; Feldt, Woodruff & Salih (1987), doi:10.1177/014662168701100107.

    Examples
    --------
    >>> rows = pd.DataFrame({"A_1": [i % 5 for i in range(40)], "A_2": [(i + i // 20) % 5 for i in range(40)]})
    >>> round(cronbach_alpha(rows).value, 3)
    0.667
    """
    require_numbers(answers, answers.columns, ALPHA, gaps=True)
    n, k = len(answers.dropna()), answers.shape[1]
    short = shortage(ALPHA, ("persons who answered every item", n, MIN_PERSONS), ("items", k, 2))
    if short is not None:
        return short
    covariance = answers.cov().to_numpy()
    total = float(covariance.sum())
    if not total > 0:
        return NotEnoughData(ALPHA, "different answers", 1, 2)
    alpha = k / (k - 1) * (1 - float(covariance.trace()) / total)
    low, high = (1 - (1 - alpha) * float(stats.f.isf(tail, n - 1, (n - 1) * (k - 1))) for tail in (0.025, 0.975))
    return Estimate(alpha, low, high, math.nan, n, "", ALPHA)


@dataclass(frozen=True, slots=True)
class ItemStatistic:
    """One item of a scale.

    Attributes
    ----------
    answered, asked : int
        Persons who answered the item, and persons who were asked.
    mean, sd : float
        In scale points, over those who answered.
    rest_correlation : float
        Correlation with the sum of the other items, over persons who answered every item; NaN when an item does not vary.
    complete : int
        Persons who answered every item.
    """

    item: str
    answered: int
    asked: int
    mean: float
    sd: float
    rest_correlation: float
    complete: int


@as_declared
def item_statistics(answers: pd.DataFrame) -> tuple[ItemStatistic, ...] | NotEnoughData:
    r"""Describe the items of a scale: mean, spread, share answered, and correlation with the rest of the scale.

    .. math:: r_{i(T - i)} = \text{corr}\Big(x_i, \sum_{j \ne i} x_j\Big)

    Parameters
    ----------
    answers : DataFrame
        One row per person, one column per item, all pointing the same way (see `oriented`); gaps are items not answered.

    Returns
    -------
    tuple of ItemStatistic or NotEnoughData
        In the order of the columns. NotEnoughData below 30 complete persons or 2 items.

    Raises
    ------
    MetricError
        When an item is not numeric.

    References
    ----------
    Nunnally & Bernstein (1994), Psychometric Theory, ch. 8 (corrected item-total correlation).

    Examples
    --------
    >>> rows = pd.DataFrame({"A_1": [i % 5 for i in range(40)], "A_2": [i % 5 for i in range(40)]})
    >>> first = item_statistics(rows)[0]
    >>> first.mean, round(first.rest_correlation, 3), first.answered
    (2.0, 1.0, 40)
    """
    require_numbers(answers, answers.columns, ITEMS, gaps=True)
    complete = answers.dropna()
    short = shortage(ITEMS, ("persons who answered every item", len(complete), MIN_PERSONS), ("items", answers.shape[1], 2))
    if short is not None:
        return short
    return tuple(_item(answers, complete.astype(float), str(item)) for item in answers.columns)


def _item(answers: pd.DataFrame, complete: pd.DataFrame, item: str) -> ItemStatistic:
    given, rest = answers[item].dropna().astype(float), complete.drop(columns=item).sum(axis="columns")
    varies = bool(complete[item].var() > 0 and rest.var() > 0)
    correlation = float(complete[item].corr(rest)) if varies else math.nan
    return ItemStatistic(item, len(given), len(answers), float(given.mean()), float(given.std()), correlation, len(complete))
