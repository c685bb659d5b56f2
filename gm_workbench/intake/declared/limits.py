"""How much is read of one file, and how much may be left out of it, so that a broken or hostile file costs a sentence only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one file. A file beyond the first nine is refused as too large, or as not readable in time.

    `cell_bytes` is four times what a cell of Excel can hold.
    """

    columns: int = 500
    cell_bytes: int = 1 << 17
    file_bytes: int = 2 << 30
    sheet_rows: int = 20_000_000
    unzipped_bytes: int = 1 << 30
    unzip_ratio: int = 200
    child_seconds: float = 60.0
    child_seconds_per_mib: float = 5.0
    child_bytes: int = 4 << 30
    aside_share: float = 0.05
    aside_rows: int = 10

    def seconds_for(self, size: int) -> float:
        """Give how long the reading of a file of `size` bytes may take in a process of its own.

        >>> Limits().seconds_for(10 << 20)
        110.0
        """
        return self.child_seconds + self.child_seconds_per_mib * size / (1 << 20)

    def too_many_aside(self, aside: int, delivered: int) -> bool:
        """Whether so many rows were set aside that the file is refused: more than the share and more than the number, or all.

        >>> Limits().too_many_aside(11, 220), Limits().too_many_aside(11, 219), Limits().too_many_aside(3, 3)
        (False, True, True)
        """
        return aside > 0 and (aside == delivered or (aside > self.aside_rows and aside > self.aside_share * delivered))


LIMITS = Limits()
"""The limits in use."""
