"""How answers become a score: part of what an instrument is, so that panel and metrics cannot score differently."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # declarations are read by commands that need no tables
    import pandas as pd

ROUNDING = 1e-9
"""Three of four items are three quarters, whatever the floating point makes of it."""


class MissingItems(StrEnum):
    """What becomes of a score when items were not answered. The score itself is always the mean of those that were."""

    PERSON_MEAN = "person-mean"  # a declared share must be answered; the person's own mean stands in for the rest
    AT_LEAST = "at-least"  # the same, for a declared number of items
    NONE = "none"  # nothing stands in: every item must be answered


def share_needed(treatment: MissingItems, items: int, minimum_answered: float, minimum_items: int | None) -> float:
    """Give the share of the items that must be answered for a score, by the declared treatment.

    >>> [share_needed(how, 4, 0.75, 2) for how in (MissingItems.PERSON_MEAN, MissingItems.AT_LEAST, MissingItems.NONE)]
    [0.75, 0.5, 1.0]
    """
    if treatment is MissingItems.AT_LEAST and minimum_items is not None:
        return minimum_items / items
    return 1.0 if treatment is MissingItems.NONE else minimum_answered


def turned(items: pd.DataFrame, reverse: Collection[str], low: float, high: float) -> pd.DataFrame:
    """Turn reversed items round: a' = low + high − a.

    >>> import pandas as pd
    >>> turned(pd.DataFrame({"A_1": [1, 5], "A_2": [1, 5]}), ["A_2"], 1, 5)["A_2"].tolist()
    [5, 1]
    """
    return items.assign(**{item: low + high - items[item] for item in sorted(reverse)})


def mean_score(items: pd.DataFrame, low: float, high: float, minimum_answered: float) -> pd.Series[float]:
    """Score each row 0-100 from items that all point the scale's way; missing when too few were answered.

    >>> import pandas as pd
    >>> mean_score(pd.DataFrame({"A_1": [5, 3], "A_2": [5, None]}), 1, 5, 0.75).tolist()
    [100.0, nan]
    """
    enough = items.notna().sum(axis="columns") >= minimum_answered * items.shape[1] - ROUNDING
    return (100 * (items.mean(axis="columns") - low) / (high - low)).where(enough)
