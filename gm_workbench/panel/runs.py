"""Runs: for each person the unbroken stretches of months in one state, as arrays, in the order of person and month.

They are made from monthly rows (`runs_of`) or from spells with a first and a last month (`runs_of_spells`), with one sort of
whole numbers each: no groups, no text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.errors import MetricError

Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MONTH_BITS = 12
"""Months of one table lie less than 2¹² apart, so that person, month, end and length fit in one whole number of 64 bits."""

LOW = (1 << MONTH_BITS) - 1
PIECE = 1 << 16


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


def rank_of_event(event: Int8s) -> Int8s:
    """Turn events into ranks and back: of several in one month an end counts before none, and one to work before another.

    >>> rank_of_event(np.array([0, 1, 2], dtype=np.int8)).tolist()
    [0, 2, 1]
    """
    return ((event << 1) | (event >> 1)) & 3


def runs_of(
    people: pd.Index,
    person: Int32s,
    month: Int32s,
    event: Int8s | None = None,
    start: Int32s | None = None,
) -> Runs:
    """Give the runs of monthly rows; rows may stand in any order, and a month may have several rows of one person.

    Parameters
    ----------
    people : Index
        Pseudonyms; `person` counts into it.
    person, month : ndarray of int32, shape (rows,)
        Whose row it is, and its month index.
    event : ndarray of int8, shape (rows,), optional
        How the state ended in the month of the row (`panel.spells`), 0 where it did not. Only an end in the last month of a run
        counts: one that is followed by another month is that of another dossier, and the person went on. Of two ends in one
        month the one to work counts.
    start : ndarray of int32, shape (rows,), optional
        Month in which the state is said to have begun. The earliest that the rows of a run say is its first month, unless a run
        before it had not ended by then.

    Raises
    ------
    MetricError
        If the arrays are not of one length, or months lie more than 341 years apart.

    Examples
    --------
    >>> person, month = np.array([1, 0, 0, 0]), np.array([7, 3, 1, 2])
    >>> runs = runs_of(pd.Index(["a", "b"]), person, month)
    >>> runs.person.tolist(), runs.first.tolist(), runs.last.tolist()
    ([0, 1], [1, 7], [3, 7])
    """
    if not len(person):
        return no_runs(people)
    base, key = _keys(person, month, event, start)
    begin = np.r_[0, _breaks(key)]
    end = np.r_[begin[1:], len(key)] - 1
    whose, first = _person_and_month(key[begin], base)
    _, last = _person_and_month(key[end], base)
    if start is not None:
        first = _begun(whose, first, last, _said(key, begin) + np.int32(base))
    ended = rank_of_event(((key[end] >> MONTH_BITS) & 3).astype(np.int8))
    return Runs(people, whose, first, last, ended, ended == 0)


def no_runs(people: pd.Index) -> Runs:
    """Give the runs of nobody."""
    none = np.zeros(0, dtype=np.int32)
    return Runs(people, none, none, none, none.astype(np.int8), none.astype(bool))


def _keys(person: Int32s, month: Int32s, event: Int8s | None, start: Int32s | None) -> tuple[int, Int64s]:
    """Put person, month since the earliest, rank of the end and months since the start in one number, and sort."""
    if len({len(each) for each in (person, month, event, start) if each is not None}) > 1:
        raise MetricError("Monthly rows must have arrays of one length.")
    base = int(month.min())
    if int(month.max()) - base >= (1 << MONTH_BITS) - 1:
        raise MetricError(f"Months must lie less than {1 << MONTH_BITS} apart but got {int(month.max()) - base + 1} months.")
    key = person.astype(np.int64)
    key <<= MONTH_BITS
    key += month
    key -= base
    key <<= 2
    if event is not None:
        key |= rank_of_event(event)
    key <<= MONTH_BITS
    if start is not None:
        key |= np.clip(month - start, 0, LOW)
    if not bool(np.all(key[1:] >= key[:-1])):
        key.sort()
    return base, key


def _breaks(key: Int64s) -> Int64s:
    """Find the rows with which a run begins, but for the first: another person, or a month after one without a row.

    In pieces that fit in the memory nearest to the processor: in one piece it takes three times as long.
    """
    found = []
    for at in range(0, len(key) - 1, PIECE):
        months = key[at : at + PIECE + 1] >> (MONTH_BITS + 2)
        found.append(np.flatnonzero(months[1:] - months[:-1] > 1) + (at + 1))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _person_and_month(key: Int64s, base: int) -> tuple[Int32s, Int32s]:
    at = key >> (MONTH_BITS + 2)
    return (at >> MONTH_BITS).astype(np.int32), ((at & LOW) + base).astype(np.int32)


def _said(key: Int64s, begin: Int64s) -> Int32s:
    """Give for each run the earliest month that its rows say it began in, since the earliest month of all."""
    return np.minimum.reduceat(((key >> (MONTH_BITS + 2)) & LOW) - (key & LOW), begin).astype(np.int32)


def _begun(whose: Int32s, first: Int32s, last: Int32s, said: Int32s) -> Int32s:
    """Take the month that a run is said to have begun in, unless the person's run before it had not ended by then."""
    follows = np.r_[False, whose[1:] == whose[:-1]]
    before = np.r_[said[:1], last[:-1]]
    return np.where(follows & (said <= before), first, np.minimum(said, first)).astype(np.int32)


def runs_of_spells(people: pd.Index, person: Int32s, first: Int32s, last: Int32s, event: Int8s, open_end: Flags) -> Runs:
    """Put spells in the order of person, first and last month; they may overlap, which `panel.merging` settles.

    Raises
    ------
    MetricError
        If the arrays are not of one length, or a spell ends before it begins.
    """
    Runs(people, person, first, last, event, open_end)  # of one length, or nothing below means anything
    if bool((last < first).any()):
        raise MetricError(f"A spell must end when it begins or later, but {int((last < first).sum())} end before.")
    order = np.lexsort((last, first, person))
    whose, begin, end = (each[order].astype(np.int32) for each in (person, first, last))
    return Runs(people, whose, begin, end, event[order].astype(np.int8), open_end[order])
