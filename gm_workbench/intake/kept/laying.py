"""Parts written one by one while a delivery is read, so that one file is in memory at a time, and put together at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pyarrow as pa

from gm_workbench.errors import DeliveryError
from gm_workbench.intake.kept.catalog import PartFile
from gm_workbench.intake.kept.partitions import Staged, path_of, read_part, write
from gm_workbench.intake.kept.private import make_folder
from gm_workbench.intake.rows.parts import Flags, Part, Piece, UInt64s

LAID = "laid"


@dataclass(frozen=True, slots=True)
class Laid:
    """A part that lies on the disk: all that tells it apart is here, and its rows are read when they are asked for."""

    table: str
    period: str
    name: str
    keys: UInt64s
    path: Path
    file: PartFile

    @property
    def data(self) -> pa.Table:
        return read_part(self.path, self.file)

    def same(self, other: Laid) -> bool:
        """Whether both hold the same rows in the same order."""
        return self.file.sha256 == other.file.sha256

    def only(self, rows: Flags) -> Part:
        """Give the part with these of its rows, in memory."""
        return Part(self.table, self.period, self.name, self.data, self.keys).only(rows)


def layer(staged: Path) -> Callable[[Part], Laid]:
    """Give what lays parts down in a staged folder, each under a number of its own."""
    numbers = count()

    def lay(part: Part) -> Laid:
        path = staged / LAID / f"{next(numbers)}.parquet"
        return Laid(part.table, part.period, part.name, part.keys, path, write(path, [part]))

    return lay


def settle(staged: Path, parts: Sequence[tuple[str, Piece]]) -> Staged:
    """Give every part in force the path that it will have; those of several files that are one part become one.

    Parameters
    ----------
    staged : Path
        Where they were laid; what is not among `parts` is taken away with it later.
    parts : sequence of (str, Part or Laid)
        Each with the label of the file that gave it.

    Raises
    ------
    DeliveryError
        If other rows are stored than were given.
    """
    together: dict[str, list[tuple[str, Piece]]] = {}
    for label, part in parts:
        together.setdefault(path_of(staged.parent.name, part), []).append((label, part))
    settled = {path: _settle(staged / path, alike) for path, alike in together.items()}
    if sum(part.rows for part in settled.values()) != sum(len(part.keys) for _, part in parts):
        raise DeliveryError(f"Rows of {staged.parent.name} were lost on their way to the disk: a fault of the workbench.")
    return Staged(staged.name, settled)


def _settle(path: Path, alike: Sequence[tuple[str, Piece]]) -> PartFile:
    labels, parts = tuple(dict.fromkeys(label for label, _ in alike)), [part for _, part in alike]
    if len(parts) == 1 and isinstance(parts[0], Laid):
        make_folder(path.parent, above=4)
        parts[0].path.replace(path)
        return replace(parts[0].file, files=labels)
    return write(path, parts, labels)


def keeps(before: Mapping[str, PartFile], now: Mapping[str, PartFile], refused: frozenset[str]) -> dict[str, PartFile]:
    """Name the parts that stay as they were accepted, because a file that gave them is refused now.

    A file that had no share in the old part replaces it all the same: it is a correction.

    >>> old = {"a": PartFile("", 1, ("jan.csv",)), "b": PartFile("", 1, ("feb.csv",))}
    >>> list(keeps(old, {"b": PartFile("", 1, ("feb2.csv",))}, frozenset({"jan.csv", "feb.csv"})))
    ['a']
    """
    theirs = {path: part for path, part in before.items() if refused & set(part.files)}
    return {path: part for path, part in theirs.items() if path not in now or set(now[path].files) <= set(part.files)}
