"""Counts of persons by characteristic and group: what a description of a population rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_columns, require_filled

COUNTS = "counts"
UNKNOWN = "unknown"
"""Category of persons for whom the characteristic is missing."""


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Persons of a group in a category (`n`), out of all persons of that group (`total`)."""

    characteristic: str
    category: str
    group: str
    n: int
    total: int


@as_declared
def category_counts(
    frame: pd.DataFrame, characteristics: Sequence[str], group: str, groups: Sequence[str], person: str = "person"
) -> tuple[CategoryCount, ...]:
    r"""Count persons per category of each characteristic, in each group; categories that nobody has in a group count zero.

    .. math:: n_{gk} = \sum_i 1(G_i = g,\; X_i = k)

    Parameters
    ----------
    frame : DataFrame
        One row per person.
    characteristics : sequence of str
        Columns with categories; gaps become the category ``unknown``.
    group : str
        Column with the groups.
    groups : sequence of str
        The groups to count, in this order; persons of other groups are left out.
    person : str
        Column that tells persons apart.

    Returns
    -------
    tuple of CategoryCount
        By characteristic, category (sorted as text, unknown last) and group. Within a characteristic and group `n` adds up
        to `total`.

    Raises
    ------
    MetricError
        When a column is missing, a group is missing for somebody, or a person has two rows.

    References
    ----------
    A count; nothing is estimated. Suppression happens in the guard, not here.

    Examples
    --------
    >>> rows = pd.DataFrame({"person": [*"abc"], "g": ["x", "x", "y"], "housing": ["tenant", None, "tenant"]})
    >>> [(c.category, c.group, c.n, c.total) for c in category_counts(rows, ["housing"], "g", ["x", "y"])]
    [('tenant', 'x', 1, 2), ('tenant', 'y', 1, 1), ('unknown', 'x', 1, 2), ('unknown', 'y', 0, 1)]
    """
    require_columns(frame, characteristics, COUNTS)
    require_filled(frame, [person, group], COUNTS)
    if frame[person].duplicated().any():
        raise MetricError(f"{COUNTS}: a person must have one row but some have more.")
    rows = frame.loc[frame[group].isin(list(groups))]
    totals = rows[group].value_counts()
    return tuple(
        CategoryCount(name, category, wanted, int(n), int(totals.get(wanted, 0)))
        for name in characteristics
        for category, wanted, n in _cells(_words(rows[name]), rows[group], groups)
    )


def in_their_order(counts: Sequence[CategoryCount]) -> bool:
    """Whether the categories of each characteristic stand as `category_counts` puts them, and not by their numbers.

    Examples
    --------
    >>> one, other = CategoryCount("sex", "man", "all", 40, 100), CategoryCount("sex", "woman", "all", 60, 100)
    >>> in_their_order([one, other]), in_their_order([other, one])
    (True, False)
    """
    pairs = [(one, other) for one, other in pairwise(counts) if one.characteristic == other.characteristic]
    return all(_rank(one.category) <= _rank(other.category) for one, other in pairs)


def _rank(category: str) -> tuple[bool, str]:
    return category == UNKNOWN, category


def _words(values: pd.Series[str]) -> pd.Series[str]:
    return values.astype(object).where(values.notna(), UNKNOWN).astype(str)


def _cells(values: pd.Series[str], by: pd.Series[str], groups: Sequence[str]) -> list[tuple[str, str, int]]:
    table = pd.crosstab(values.to_numpy(), by.to_numpy())
    categories = sorted(table.index, key=_rank)
    return [(c, g, int(table.loc[c, g]) if g in table.columns else 0) for c in categories for g in groups]
