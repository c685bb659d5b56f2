"""Stacks: each group of teams that began together, beside the teams that had not begun a year later."""

from __future__ import annotations

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, require_whole

TEAM_IN_STACK, MONTH_IN_STACK = "team in stack", "month in stack"

METHOD = "stacks of teams that began and teams that had not"


@as_declared
def stacked(rows: pd.DataFrame, window: int = 12) -> pd.DataFrame:
    r"""Put the months of each group of starters beside those of teams that had not begun within the window.

    .. math:: \{(i, t) : G_i = g \text{ or } G_i \ge g + w, \; g - w \le t < g + w\}, \quad \text{for each } g

    A stack holds the teams that began in month g and, as controls, the teams that never began or did so at or after g + window,
    each from g - window up to and including g + window - 1. A control team's months may stand in several stacks. Comparing only
    within stacks avoids holding teams that began early against teams that began late with the former as controls.

    Parameters
    ----------
    rows : DataFrame
        With ``team``, ``month`` and ``start`` (the month the team began; missing when it never did), and whatever else.
    window : int
        Months before and after.

    Returns
    -------
    DataFrame
        The rows, with ``introduced`` (0 or 1: a starter, from g on), ``control``, and the labels ``team in stack`` and
        ``month in stack``. Empty when no team has a group to be compared with.

    Raises
    ------
    MetricError
        When a column is missing, months are not whole numbers, or the window is not one of 1 or more.

    References
    ----------
    Cengiz, Dube, Lindner & Zipperer (2019), Quarterly Journal of Economics 134:1405-1454, doi:10.1093/qje/qjz014, appendix D;
    Goodman-Bacon (2021), doi:10.1016/j.jeconom.2021.03.014, for why.

    Examples
    --------
    >>> months = [(team, month, start) for team, start in (("a", 3), ("b", None)) for month in range(6)]
    >>> found = stacked(pd.DataFrame(months, columns=["team", "month", "start"]), window=2)
    >>> found.groupby(["team", "introduced"]).size().to_dict()
    {('a', 0): 2, ('a', 1): 2, ('b', 0): 4}
    """
    require_numbers(rows, ["month"], METHOD)
    require_numbers(rows, ["start"], METHOD, gaps=True)
    require_filled(rows, ["team"], METHOD)
    require_whole(METHOD, window=window)
    if (rows[["month", "start"]].astype(float) % 1 > 0).any(axis=None):
        raise MetricError(f"{METHOD}: columns month and start must hold whole numbers, but at least one does not.")
    rows = rows.assign(start=rows["start"].astype(float)).reset_index(drop=True)
    starts = sorted(rows["start"].dropna().unique())
    parts = [_stack(rows, month, window) for month in starts]
    return pd.concat([part for part in parts if part["control"].any()] or [_stack(rows.iloc[:0], 0, window)], ignore_index=True)


def _stack(rows: pd.DataFrame, began: float, window: int) -> pd.DataFrame:
    inside = rows.loc[rows["month"].between(began - window, began + window - 1)]
    starter = inside["start"].eq(began)
    control = inside["start"].isna() | inside["start"].ge(began + window)
    kept = inside.loc[starter | control]
    label = f"{began:g}"
    return kept.assign(
        control=control.loc[kept.index],
        introduced=(starter.loc[kept.index] & kept["month"].ge(began)).astype("int64"),
        **{
            TEAM_IN_STACK: kept["team"].astype(str) + "@" + label,
            MONTH_IN_STACK: kept["month"].astype(int).astype(str) + "@" + label,
        },
    )
