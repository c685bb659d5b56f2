"""Person-months: one row for each month in which a person is followed, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.panel.ledger import Ledger
from gm_workbench.panel.runs import Int8s, Int32s

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
