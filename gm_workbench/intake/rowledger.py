"""Where every delivered row went: delivered = accepted + set aside + refused, exactly. Private: small counts are in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gm_workbench.errors import DeliveryError


@dataclass(frozen=True, slots=True)
class Entry:
    """The rows of one file that are of one table.

    Attributes
    ----------
    file, table : str
        Masked name of the file; name of the logical table, empty for a file of which no table is known.
    delivered : int
        Rows of the file, as they stand in it: a dossier counts once however many months come of it, and a row with two persons
        once for this table.
    accepted, set_aside, refused : int
        Read; left out for a fault of their own; left out because the file (or a later correction's ambiguity) is refused.

    Raises
    ------
    DeliveryError
        If the three do not add up to what was delivered. Nothing is read then: rows have been lost on the way.
    """

    file: str
    table: str
    delivered: int
    accepted: int
    set_aside: int
    refused: int

    def __post_init__(self) -> None:
        counts = (self.accepted, self.set_aside, self.refused)
        if min(counts) < 0 or sum(counts) != self.delivered:
            raise DeliveryError(
                f"The rows of {self.file or 'a file'} for table {self.table or 'unknown'} do not add up: {self.delivered} were "
                f"delivered, but {self.accepted} accepted + {self.set_aside} set aside + {self.refused} refused is another "
                "number. This is a fault of the workbench, not of the delivery; nothing was read."
            )


def added_up(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Make one entry of those of the same file and table, in the order in which they first come.

    >>> added_up([Entry("a.xlsx", "costs", 2, 1, 1, 0), Entry("a.xlsx", "costs", 3, 3, 0, 0)])[0].accepted
    4
    """
    of: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        of.setdefault((entry.file, entry.table), []).append(entry)
    return tuple(Entry(*key, *_sums(alike)) for key, alike in of.items())


def _sums(entries: Iterable[Entry]) -> tuple[int, int, int, int]:
    counts = [(one.delivered, one.accepted, one.set_aside, one.refused) for one in entries]
    delivered, accepted, set_aside, refused = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0, 0, 0)
    return delivered, accepted, set_aside, refused


@dataclass(frozen=True, slots=True)
class RowLedger:
    """One entry for each file and table."""

    entries: tuple[Entry, ...] = ()

    def totals(self, table: str | None = None) -> Entry:
        """Add up all entries, or those of one table."""
        chosen = [entry for entry in self.entries if table is None or entry.table == table]
        return Entry("", table or "", *_sums(chosen))

    def with_entries(self, more: Iterable[Entry]) -> RowLedger:
        """Add entries.

        Raises
        ------
        DeliveryError
            If a file would be counted twice for a table.
        """
        entries = (*self.entries, *more)
        twice = [key for key, times in Counter((entry.file, entry.table) for entry in entries).items() if times > 1]
        if twice:
            raise DeliveryError(
                f"{twice[0][0]} is counted more than once for table {twice[0][1]}. This is a fault of the workbench."
            )
        return RowLedger(entries)
