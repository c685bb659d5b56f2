"""Runs: for each person the unbroken stretches of months in one state, as arrays, in the order of person and month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.errors import MetricError

Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches of months, one array element each.

    Attributes
    ----------
    people : Index
        Pseudonyms; `person` counts into it.
    person : ndarray of int32, shape (runs,)
        Whose it is; sorted, and within a person by `first`.
    first, last : ndarray of int32, shape (runs,)
        Month indices, both included.
    event : ndarray of int8, shape (runs,)
        How it ended: `panel.spells` CENSORED, TO_WORK or OTHERWISE.
    open_end : ndarray of bool, shape (runs,)
        Whether it was still going on when last seen. Then `event` is CENSORED.

    Raises
    ------
    MetricError
        If the arrays are not of one length.
    """

    people: pd.Index
    person: Int32s
    first: Int32s
    last: Int32s
    event: Int8s
    open_end: Flags

    def __post_init__(self) -> None:
        lengths = {len(each) for each in (self.person, self.first, self.last, self.event, self.open_end)}
        if len(lengths) > 1:
            raise MetricError(f"Runs must have arrays of one length but got lengths {sorted(lengths)}.")

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True)
class MergeRule:
    """Which runs of one person count as one (`data/codes/spell_rules.yml`; every number in it is assumed).

    Attributes
    ----------
    name : str
        Of the rule: what it is about.
    types : tuple of str
        Words of the table's `type` that it holds for; empty for all.
    gap_months : int
        Runs that share a month, touch, or have at most this many months between them become one.
    stale_after_months : int or None
        A run that is longer and still open is censored after so many months; None never.
    """

    name: str
    types: tuple[str, ...] = ()
    gap_months: int = 0
    stale_after_months: int | None = None


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """What merging did, for the ledger: runs before and after, and how many overlapped, touched, bridged a gap, were stale."""

    before: int
    after: int
    overlapping: int
    touching: int
    bridged: int
    stale: int
