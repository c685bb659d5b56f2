"""Person-months added up to cells: months of one person, in one group and with the same characteristics.

Least squares, and models whose score is linear in the outcome, need no more of a cell than how many months it has, in how many
something happened, and the sum of the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.metrics.characteristics import Characteristics, characteristics
from gm_workbench.metrics.sides import side_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cells:
    """Person by pattern, a pattern being a group with characteristics.

    Attributes
    ----------
    person, pattern : (cells,) numbered from 0
    rows, some, total : (cells,) rows, those with an outcome above 0, and the sum of the outcome
    compared : (patterns,) whether the pattern is of the group compared
    known : Characteristics
        By pattern.
    """

    person: Ints
    pattern: Ints
    rows: Floats
    some: Floats
    total: Floats
    compared: Flags
    known: Characteristics

    @property
    def people(self) -> int:
        return int(self.person.max()) + 1 if len(self.person) else 0

    def persons(self, patterns: Flags, cells: Flags | None = None) -> int:
        """Count the persons with a cell in one of these patterns; with `cells`, only these cells count."""
        there = patterns[self.pattern] if cells is None else patterns[self.pattern] & cells
        return len(np.unique(self.person[there]))

    def sums(self, patterns: Flags) -> Floats:
        """Sum the outcome of each person over these patterns."""
        there = patterns[self.pattern]
        return np.bincount(self.person[there], self.total[there], minlength=1).astype(float)

    def by_pattern(self, column: Floats) -> Floats:
        """Sum a column of cells by pattern."""
        return np.bincount(self.pattern, column, minlength=len(self.compared)).astype(float)

    def mean(self, side: Flags) -> float:
        """Give the mean of the outcome over the rows of these patterns."""
        there = side[self.pattern]
        return float(self.total[there].sum() / self.rows[there].sum())

    def categories(self) -> list[Flags]:
        """Give for each category of each characteristic in which patterns it is."""
        named = zip(self.known.names, self.known.owners, self.known.columns.T, strict=True)
        return [column == 1 for name, owner, column in named if name != owner]


def collapsed(
    rows: pd.DataFrame,
    group: str,
    groups: tuple[str, str],
    covariates: Sequence[str],
    outcome: str,
    person: str | None,
    method: str,
) -> Cells:
    """Add rows up to cells; rows of other groups are passed over, and without `person` each row is a person.

    >>> months = pd.DataFrame({"person": list("aab"), "sex": list("wwm"), "home": "rent", "amount": [5.0, 0.0, 2.0]})
    >>> found = collapsed(months, "sex", ("w", "m"), ["home"], "amount", "person", "example")
    >>> found.rows.tolist(), found.some.tolist(), found.total.tolist(), found.compared[found.pattern].tolist()
    ([2.0, 1.0], [1.0, 1.0], [5.0, 2.0], [True, False])
    """
    side, wanted = side_of(rows[group], groups), [group, *covariates, outcome, *([person] if person else [])]
    rows, side = rows.loc[side >= 0, list(dict.fromkeys(wanted))], side[side >= 0]
    pattern = np.asarray(rows.groupby([group, *covariates], observed=True, sort=True).ngroup(), dtype=np.int64)
    begins = _numbered(pattern)[1]
    who = np.asarray(pd.factorize(rows[person])[0] if person else np.arange(len(rows)), dtype=np.int64)
    patterns = max(len(begins), 1)
    cell, at = _numbered(who * patterns + pattern)
    y = rows[outcome].to_numpy(dtype=float)
    sums = (np.bincount(cell, column, minlength=len(at)).astype(float) for column in (np.ones(len(y)), (y > 0) * 1.0, y))
    number, some, total = sums
    known = characteristics(rows.iloc[begins], covariates, method)
    return Cells(who[at], pattern[at], number, some, total, side[begins] == 0, known)


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Number keys from 0 by size, and give where each is first; rows are many and different keys few, so only those are sorted.

    >>> [found.tolist() for found in _numbered(np.array([7, 3, 7, 5]))]
    [[2, 0, 2, 1], [1, 3, 0]]
    """
    codes, there = pd.factorize(keys)
    order, first = np.argsort(there), np.empty(len(there), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(keys))[::-1]
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[codes], first[order]
