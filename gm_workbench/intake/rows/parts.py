"""What one file gives: parts of tables for storage, faults, and where each row went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gm_workbench.intake.faults import Fault
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry

Flags = npt.NDArray[np.bool_]
UInt64s = npt.NDArray[np.uint64]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

WHOLE_TABLE = "all"
"""Period and part of a table that has no month of its own: spells, rosters, introductions."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Which rows each reason concerns; all arrays have one flag for each row of the file, in its order."""

    rows: int
    of: Mapping[Reason, Flags] = field(default_factory=dict)

    def any_of(self, *reasons: Reason) -> Flags:
        """Give the rows that at least one of these reasons concerns; of all reasons when none is named."""
        chosen = [self.of[reason] for reason in reasons or self.of if reason in self.of]
        return np.logical_or.reduce(chosen) if chosen else np.zeros(self.rows, dtype=bool)


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table and month (or wave, or `WHOLE_TABLE`) that one file gives.

    Attributes
    ----------
    table : str
        Name of a logical table.
    period : str
        The year that it is stored under (``2023``), or `WHOLE_TABLE`.
    name : str
        Which part within the period: ``202301``, ``T0``, or `WHOLE_TABLE`. A correction replaces a part.
    data : pyarrow.Table
        In the order of the schema, pseudonyms as dictionary<int32, string>; string, int32 and double only.
    keys : ndarray of uint64, shape (rows,)
        A keyed hash of each row's key: two files of one part are told apart by what they share of these. Never stored.
    """

    table: str
    period: str
    name: str
    data: pa.Table
    keys: UInt64s


@dataclass(frozen=True, slots=True)
class FileRows:
    """All that one file gives. `source` names the declaration by which it was read; no parts when it is refused."""

    file: str
    source: str
    parts: tuple[Part, ...]
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
