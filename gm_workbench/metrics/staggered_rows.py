"""What `staggered.group_time` asks of its rows: everybody at every moment, with one beginning and one cluster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import require_filled, require_numbers
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.staggered_cells import NEVER, Base, Comparison, Watched

METHOD = "staggered difference in differences (Callaway and Sant'Anna)"

MIN_CLUSTERS = 5
"""Clusters that must have begun at each moment, and that must be there to compare with (assumed floor)."""

COMPARISONS, BASES = ("never", "not_yet"), ("varying", "universal")


def watched_rows(
    frame: pd.DataFrame,
    outcome: str,
    person: str,
    time: str,
    first: str,
    cluster: str | None,
    comparison: Comparison,
    base: Base,
) -> tuple[Watched | NotEnoughData, int]:
    """Lay the rows out as persons by moments, and say how many were left out who had begun at the first moment.

    The arguments are those of `staggered.group_time`, where it is said what they must hold.
    """
    if comparison not in COMPARISONS or base not in BASES:
        raise MetricError(
            f"{METHOD}: comparison must be one of {', '.join(COMPARISONS)} and base one of {', '.join(BASES)}, "
            f"but got {comparison!r} and {base!r}."
        )
    group = cluster or person
    require_numbers(frame, [outcome, time], METHOD)
    require_numbers(frame, [first], METHOD, gaps=True)
    require_filled(frame, [person, group], METHOD)
    moments = frame[[time, first]].to_numpy(dtype=float, na_value=0.0)
    if (moments % 1 != 0).any() or (np.abs(moments) > LAST_MOMENT).any():
        raise MetricError(f"{METHOD}: {time} and {first} must hold whole numbers of at most {LAST_MOMENT}.")
    rows = frame.assign(**{first: frame[first].fillna(0)}).sort_values([person, time], kind="stable")
    _require_balance(rows, person, time, [first, group])
    one_each = rows.drop_duplicates(person)
    times = np.sort(rows[time].unique()).astype(np.int64)
    begun = one_each[first].to_numpy().astype(np.int64)
    begun = np.where((begun == 0) | (begun > times.max(initial=0)), NEVER, begun)
    kept = begun > times.min(initial=0)
    always = int((~kept).sum())
    if not kept.any():
        return NotEnoughData(METHOD, "clusters that began later", 0, MIN_CLUSTERS), always
    table = rows[outcome].to_numpy(dtype=float).reshape(len(one_each), len(times))
    codes = pd.factorize(one_each.loc[kept, group])[0]
    return Watched(table[kept], times, begun[kept], codes), always


LAST_MOMENT = 1_000_000_000
"""Beyond it a moment is no month, wave or day that anybody counted."""


def _require_balance(rows: pd.DataFrame, person: str, time: str, fixed: Sequence[str]) -> None:
    doubles = int(rows.duplicated([person, time]).sum())
    missing = rows[person].nunique() * rows[time].nunique() - (len(rows) - doubles)
    if doubles or missing:
        raise MetricError(
            f"{METHOD}: every person must be seen exactly once at every moment, but {missing} rows are missing and {doubles} "
            "are double. Leave persons out who were not seen throughout, and count them in the ledger."
        )
    for name in fixed:
        other = rows[name] != rows.groupby(person, sort=False)[name].transform("first")
        changing = rows.loc[other, person].nunique()
        if changing:
            raise MetricError(
                f"{METHOD}: column {name} must be the same in all rows of a person, but {changing} persons differ."
            )
