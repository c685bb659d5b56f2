"""How answers become a score: part of what an instrument is, so that panel and metrics cannot score differently."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # declarations are read by commands that need no tables
    import pandas as pd

ROUNDING = 1e-9
"""Three of four items are three quarters, whatever the floating point makes of it."""


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
