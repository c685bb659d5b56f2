"""From stays to months: the rows on which a monthly chance of leaving is estimated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_numbers

LONGEST = 1200
"""Months, a hundred years: nobody is on benefit for longer, and a row for each would fill the memory."""


@as_declared
def laid_out(spells: pd.DataFrame, *, time: str = "time", event: str = "event", entry: str | None = None) -> pd.DataFrame:
    r"""Give a row for each month in which a stay was under observation; the event stands in its last month only.

    .. math:: \text{rows } (i, t), \; e_i < t \le T_i; \qquad y_{it} = \delta_i\, 1(t = T_i)

    Parameters
    ----------
    spells : one row per stay; other columns are repeated
    time, event : whole months to the event or to the end of observation (1 is the first month), and 0, 1, 2, ... the reason
    entry : column with whole months that had gone by when the stay came under observation, below `time`; default 0

    Returns
    -------
    DataFrame
        With the columns of `spells`, and ``month``.

    Raises
    ------
    MetricError
        When a column is missing, not numeric or has gaps; when months are not whole, or end before they begin.

    References
    ----------
    Allison (1982), Sociological Methodology 13:61-98, doi:10.2307/270718.

    Examples
    --------
    >>> stays = pd.DataFrame({"person": ["a", "b"], "time": [2, 4], "event": [1, 0], "entry": [0, 2]})
    >>> laid_out(stays, entry="entry")[["person", "month", "event"]].values.tolist()
    [['a', 1, 0], ['a', 2, 1], ['b', 3, 0], ['b', 4, 0]]
    """
    method = "person_months"
    require_numbers(spells, [time, event, *([entry] if entry else [])], method)
    begin = spells[entry].to_numpy() if entry else np.zeros(len(spells))
    end = spells[time].to_numpy()
    wrong = int(((begin < 0) | (end <= begin) | (begin % 1 != 0) | (end % 1 != 0)).sum())
    if wrong:
        raise MetricError(
            f"{method}: months must be whole, from 0, and end after they begin, but those of {wrong} stays do not."
        )
    if len(end) and end.max() > LONGEST:
        raise MetricError(f"{method}: no stay lasts beyond month {LONGEST}, but some do. Give months since a start, not days.")
    length = (end - begin).astype(int)
    rows = spells.iloc[np.repeat(np.arange(len(spells)), length)]
    place = np.arange(len(rows)) - np.repeat(np.cumsum(length) - length, length)
    month = place + np.repeat(begin.astype(int), length) + 1
    last = place == np.repeat(length, length) - 1
    return rows.assign(month=month, **{event: np.where(last, rows[event], 0)}).reset_index(drop=True)
