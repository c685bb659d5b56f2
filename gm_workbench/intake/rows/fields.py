"""Columns of a table on their way to storage: pseudonyms, words, or numbers (floats, NaN where there is none)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from gm_workbench.intake.rows.parts import Floats, Int32s, UInt64s
from gm_workbench.vocabulary.schemas import Kind


@dataclass(frozen=True, slots=True)
class Names:
    """A column of pseudonyms: those that occur, and which one each row has; -1 where there is none."""

    hexes: tuple[str, ...]
    index: Int32s

    def take(self, rows: npt.NDArray[np.int64]) -> Names:
        """Keep some rows."""
        return Names(self.hexes, self.index[rows])

    def below(self, other: Names) -> Names:
        """Put the rows of another column below these."""
        moved = np.where(other.index < 0, -1, other.index + len(self.hexes)).astype(np.int32)
        return Names(self.hexes + other.hexes, np.concatenate([self.index, moved]))

    @property
    def numbers(self) -> UInt64s:
        """Give the pseudonym of each row as a whole number; 0 where there is none."""
        known = np.frombuffer(bytes.fromhex("".join(self.hexes)), dtype=">u8").astype(np.uint64)
        return np.where(self.index < 0, np.uint64(0), np.append(known, np.uint64(0))[self.index])

    def arrow(self) -> pa.Array:
        """Give the column for storage: each pseudonym once, and only those that are used."""
        used = np.flatnonzero(np.bincount(self.index[self.index >= 0], minlength=len(self.hexes)))
        hexes = [self.hexes[at] for at in used] if len(used) < len(self.hexes) else list(self.hexes)
        place = dict(zip(dict.fromkeys(hexes), range(len(hexes)), strict=False))
        moved = np.full(len(self.hexes) + 1, -1, dtype=np.int32)
        moved[used] = np.arange(len(used)) if len(place) == len(hexes) else [place[one] for one in hexes]
        index = moved[self.index]
        return pa.DictionaryArray.from_arrays(pa.array(index, mask=index < 0), pa.array(place, pa.string()))


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words: those that occur, and which one each row has; -1 where there is none."""

    words: tuple[str, ...]
    index: Int32s

    def take(self, rows: npt.NDArray[np.int64]) -> Words:
        """Keep some rows."""
        return Words(self.words, self.index[rows])

    @property
    def numbers(self) -> UInt64s:
        """Give a hash of the word of each row; 0 where there is none. It is keyed only beside a pseudonym."""
        known = pd.util.hash_array(np.array(self.words, dtype=object))
        return np.where(self.index < 0, np.uint64(0), np.append(known, np.uint64(0))[self.index])

    def arrow(self) -> pa.Array:
        """Give the column for storage."""
        return pa.array(self.words, pa.string()).take(pa.array(self.index, mask=self.index < 0))


Field = Names | Words | Floats


def same_word(word: str, rows: int) -> Words:
    """Give every row the same word."""
    return Words((word,), np.zeros(rows, dtype=np.int32))


def taken(field: Field, rows: npt.NDArray[np.int64]) -> Field:
    """Keep some rows of a column."""
    return field[rows] if isinstance(field, np.ndarray) else field.take(rows)


def known(field: Field) -> npt.NDArray[np.bool_]:
    """Say which rows have a value."""
    return ~np.isnan(field) if isinstance(field, np.ndarray) else field.index >= 0


def mixed(fields: list[Field]) -> UInt64s:
    """Give one whole number for each row that is equal where all fields are, and hardly ever elsewhere.

    >>> first, second, third = mixed([np.array([1.0, 1.0, 2.0]), np.array([5.0, 5.0, 5.0])])
    >>> bool(first == second), bool(first == third)
    (True, False)
    """
    rows = len(fields[0]) if isinstance(fields[0], np.ndarray) else len(fields[0].index)
    total = np.zeros(rows, dtype=np.uint64)
    for field in fields:
        part = field.view(np.uint64) if isinstance(field, np.ndarray) else field.numbers
        total = _stir(total ^ part)
    return total


def _stir(numbers: UInt64s) -> UInt64s:
    """Spread each bit over all (the last steps of splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def stored(field: Field, kind: Kind) -> pa.Array:
    """Give a column in the type in which a table stores it."""
    if not isinstance(field, np.ndarray):
        return field.arrow()
    absent = np.isnan(field)
    if kind is Kind.NUMBER:
        return pa.array(field, pa.float64(), mask=absent)
    return pa.array(np.where(absent, 0, field).astype(np.int32), pa.int32(), mask=absent)
