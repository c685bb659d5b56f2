"""Person-months: one row for each month in which a person is followed, as arrays.

Time zero is that of the protocol (`panel.time_zero`). Who is first seen later came in late (left truncation): the months before
are no months at risk. A run that goes on past the window is censored there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.panel.ledger import Ledger
from gm_workbench.panel.runs import Flags, Int8s, Int32s, Runs
from gm_workbench.panel.time_zero import NEVER
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.text import Text

Int16s = npt.NDArray[np.int16]

COLUMNS = ("person", "month", "time", "entry", "event")


@dataclass(frozen=True, slots=True)
class PersonMonths:
    """Months of persons, in the order of person and month, and how the persons came to be the ones.

    Attributes
    ----------
    people : Index
        Pseudonyms; `person` counts into it.
    person : ndarray of int32, shape (rows,)
        Whose month it is.
    month : ndarray of int32, shape (rows,)
        Month index.
    time : ndarray of int16, shape (rows,)
        Months since time zero as the protocol declares it; the month of time zero is 1.
    entry : ndarray of int16, shape (rows,)
        Months that had passed before the person was first seen (left truncation); 0 for who is seen from time zero on. Constant
        within a run.
    event : ndarray of int8, shape (rows,)
        Not 0 in the last month of a run that ended: `panel.spells` TO_WORK or OTHERWISE.
    ledger : Ledger
        Every filter, counted in persons.

    Raises
    ------
    MetricError
        If the arrays are not of one length.
    """

    people: pd.Index
    person: Int32s
    month: Int32s
    time: Int16s
    entry: Int16s
    event: Int8s
    ledger: Ledger

    def __post_init__(self) -> None:
        lengths = {len(each) for each in (self.person, self.month, self.time, self.entry, self.event)}
        if len(lengths) > 1:
            raise MetricError(f"Person-months must have arrays of one length but got lengths {sorted(lengths)}.")

    def __len__(self) -> int:
        return len(self.person)

    def frame(self, columns: Sequence[str] = COLUMNS) -> pd.DataFrame:
        """Give chosen columns as a frame; `person` holds the pseudonym, as a categorical.

        Raises
        ------
        MetricError
            If a column is asked for that is not there.
        """
        unknown = [name for name in columns if name not in COLUMNS]
        if unknown:
            raise MetricError(f"Person-months have the columns {', '.join(COLUMNS)} but got {', '.join(unknown)}.")
        return pd.DataFrame({name: self._people() if name == "person" else getattr(self, name) for name in columns})

    def _people(self) -> pd.Categorical:
        return pd.Categorical.from_codes(self.person, categories=self.people)


WITH_RUNS = Text("personen met een periode", "persons with a period"), Text("alle geleverde perioden", "all periods delivered")
WITH_ZERO = Text("hebben een startmoment", "have a time zero"), Text("geen startmoment", "no time zero")
SEEN = (
    Text("daarna gezien in het tijdvak", "seen after it within the window"),
    Text("periode eindigde eerder of valt erbuiten", "period ended before or lies outside"),
)


def expand(runs: Runs, window: Period, zero: Int32s, ledger: Ledger | None = None) -> PersonMonths:
    """Give one row for each month of each run within the window, from time zero on.

    Parameters
    ----------
    runs : Runs
        Of one person none may overlap (`panel.merging.merge_runs`).
    window : Period
        The months that were seen, both ends included.
    zero : ndarray of int32, shape (runs,)
        Month index of time zero of each run; `panel.time_zero.NEVER` for none. `panel.time_zero.zero_months` gives them.
    ledger : Ledger, optional
        What was counted before.

    Raises
    ------
    MetricError
        If runs of one person overlap, or there is not one time zero for each run.

    Examples
    --------
    >>> one = np.ones(1, dtype=np.int32)
    >>> runs = Runs(pd.Index(["a"]), 0 * one, 3 * one, 8 * one, one.astype(np.int8), np.zeros(1, dtype=bool))
    >>> expand(runs, Period(5, 9), 3 * one).frame().to_dict("list")
    {'person': ['a', 'a', 'a', 'a'], 'month': [5, 6, 7, 8], 'time': [3, 4, 5, 6], 'entry': [2, 2, 2, 2], 'event': [0, 0, 0, 1]}
    """
    _check(runs, zero)
    begin = np.maximum(np.maximum(runs.first, zero), window.first)
    end = np.minimum(runs.last, window.last)
    there = zero != NEVER
    seen = there & (begin <= end)
    counted = _counted(ledger or Ledger(), runs.person, there, seen)
    begin, end, zero, whose = begin[seen], end[seen], zero[seen], runs.person[seen]
    event = np.where(runs.last[seen] <= window.last, runs.event[seen], 0).astype(np.int8)
    return _rows(runs.people, whose, begin, end - begin + 1, zero, event, counted)


def _check(runs: Runs, zero: Int32s) -> None:
    if len(zero) != len(runs):
        raise MetricError(f"There must be one time zero for each of {len(runs)} runs but got {len(zero)}.")
    if bool(((runs.person[1:] == runs.person[:-1]) & (runs.first[1:] <= runs.last[:-1])).any()):
        raise MetricError("Runs of one person must not overlap; put them together with merge_runs first.")


def _counted(ledger: Ledger, person: Int32s, there: Flags, seen: Flags) -> Ledger:
    for which, (label, why) in ((np.ones(len(person), dtype=bool), WITH_RUNS), (there, WITH_ZERO), (seen, SEEN)):
        ledger = ledger.then(label, _persons(person[which]), why)
    return ledger


def _persons(person: Int32s) -> int:
    """Count persons; their codes are in order."""
    return int(np.count_nonzero(np.diff(person))) + 1 if len(person) else 0


def _rows(
    people: pd.Index, whose: Int32s, begin: Int32s, length: Int32s, zero: Int32s, event: Int8s, ledger: Ledger
) -> PersonMonths:
    """Repeat each run as often as it has months; its month is the place of the row and a constant of the run."""
    after = np.cumsum(length)
    total = int(after[-1]) if len(after) else 0
    offset = (after - length).astype(np.int32)
    place = np.arange(total, dtype=np.int32)
    month = place + np.repeat((begin - offset).astype(np.int32), length)
    time = np.subtract(month, np.repeat((zero - 1).astype(np.int32), length), dtype=np.int32).astype(np.int16)
    entry = np.repeat((begin - zero).astype(np.int16), length)
    ends = np.zeros(total, dtype=np.int8)
    ends[after - 1] = event
    return PersonMonths(people, np.repeat(whose, length), month, time, entry, ends, ledger)
