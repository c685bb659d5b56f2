"""The months after each exit: rows on which recurrence is counted, whoever's definition it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_binary, require_filled, require_numbers, require_whole

METHOD = "months after exits"

APART = 1
"""Months without benefit after which its end is an exit (assumed). Almere's own monitor, for one, leaves out thirty days."""


@as_declared
def after_exits(
    panel: pd.DataFrame, *, person: str = "person", month: str = "month", benefit: str = "benefit", apart: int = APART
) -> pd.DataFrame:
    r"""Give the months after each exit: a row per exit and month that was watched.

    .. math:: E_i = \{t : B_{it} = 1, \; B_{i,t+1} = \dots = B_{i,t+a} = 0\}, \quad B_{it} = 1 \text{ on benefit}, \; a
        \text{ the months apart}

    An exit is the last month on benefit of which the next `apart` months were watched and were without benefit. Somebody who
    leaves twice has two exits.

    Parameters
    ----------
    panel : one row per person and month; other columns are kept
    person, month, benefit : columns; months are whole numbers that count on, benefit is true or false
    apart : months without benefit after which its end is an exit (assumed)

    Returns
    -------
    DataFrame
        With the columns of the panel, ``exit`` (a number for each exit) and ``after`` (1 is the first month after
        the last on benefit).

    Raises
    ------
    MetricError
        When a column is missing or has gaps, benefit is not true or false, a person has a month twice, or `apart` is below 1.

    References
    ----------
    The months that the definitions of Divosa and of CBS are counted in; see `recurrence.divosa` and `recurrence.cbs`.

    Examples
    --------
    >>> panel = pd.DataFrame({"person": "a", "month": [1, 2, 3, 4], "benefit": [True, False, False, True]})
    >>> after_exits(panel)[["exit", "after", "benefit"]].values.tolist()
    [[0, 1, False], [0, 2, False], [0, 3, True]]
    """
    require_numbers(panel, [month], METHOD)
    require_binary(panel, benefit, METHOD)
    require_filled(panel, [person], METHOD)
    require_whole(METHOD, apart=apart)
    if panel.duplicated([person, month]).any():
        raise MetricError(f"{METHOD}: a person must have each month once, but some have one twice.")
    rows = panel.sort_values([person, month])
    off = pd.Series(True, index=rows.index)
    by_person = rows.groupby(person, sort=False)
    for ahead in range(1, apart + 1):
        there = by_person[month].shift(-ahead).eq(rows[month] + ahead)
        off &= there & by_person[benefit].shift(-ahead).eq(0)
    ends = rows.loc[rows[benefit].astype(bool) & off, [person, month]].reset_index(drop=True)
    exits = ends.rename(columns={month: "_end"}).assign(exit=np.arange(len(ends)))
    found = exits.merge(rows, on=person)
    found = found.assign(after=found[month] - found["_end"])
    return found[found["after"] > 0].drop(columns="_end").reset_index(drop=True)


def followed(
    after: pd.DataFrame, months: int, flags: Sequence[str], person: str, cluster: str | None
) -> tuple[pd.DataFrame, int]:
    """Give the months up to the horizon of the exits that were followed so long, and how many were not.

    >>> after = pd.DataFrame({"exit": [0, 0, 1], "person": ["a", "a", "b"], "after": [1, 2, 1], "benefit": [0, 1, 0]})
    >>> kept, left_out = followed(after, 2, ["benefit"], "person", None)
    >>> len(kept), left_out
    (2, 1)
    """
    require_filled(after, ["exit", person, *([cluster] if cluster else [])], METHOD)
    require_numbers(after, ["after"], METHOD)
    for flag in flags:
        require_binary(after, flag, METHOD)
    if months < 1 or after.duplicated(["exit", "after"]).any() or after.loc[after["after"] == 1, flags[0]].any():
        raise MetricError(
            f"{METHOD}: the horizon must be 1 month or more (it is {months}), each exit have a month once, and its first month "
            "be without benefit. Make the rows with after_exits."
        )
    within = after[after["after"].between(1, months)]
    watched = within.groupby("exit")["after"].transform("size")
    return within[watched == months], int(after["exit"].nunique() - (watched == months).sum() // months)
