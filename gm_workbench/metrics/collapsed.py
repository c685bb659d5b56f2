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
    rows = rows.loc[rows[group].astype(str).isin(groups)]
    pattern = np.asarray(rows.groupby([group, *covariates], observed=True, sort=True).ngroup(), dtype=np.int64)
    first = rows.iloc[np.unique(pattern, return_index=True)[1]]
    who = np.asarray(pd.factorize(rows[person])[0] if person else np.arange(len(rows)), dtype=np.int64)
    keys, cell = np.unique(who * max(len(first), 1) + pattern, return_inverse=True)
    y = rows[outcome].to_numpy(dtype=float)
    sums = (np.bincount(cell, column, minlength=len(keys)).astype(float) for column in (np.ones(len(y)), (y > 0) * 1.0, y))
    number, some, total = sums
    compared = (first[group].astype(str) == groups[0]).to_numpy(dtype=bool)
    known = characteristics(first, covariates, method)
    return Cells(keys // max(len(first), 1), keys % max(len(first), 1), number, some, total, compared, known)
