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
    """A column of pseudonyms: those that there are (as text and as whole number), and which one each row has; -1 for none.

    What there is is often all of a book; `arrow` stores only what the rows have.
    """

    hexes: pa.Array
    whole: UInt64s
    index: Int32s

    def take(self, rows: npt.NDArray[np.int64]) -> Names:
        """Keep some rows."""
        return Names(self.hexes, self.whole, self.index[rows])

    def below(self, other: Names) -> Names:
        """Put the rows of another column below these."""
        if other.hexes is self.hexes:
            return Names(self.hexes, self.whole, np.concatenate([self.index, other.index]))
        moved = np.where(other.index < 0, -1, other.index + len(self.whole)).astype(np.int32)
        hexes, whole = pa.concat_arrays([self.hexes, other.hexes]), np.concatenate([self.whole, other.whole])
        return Names(hexes, whole, np.concatenate([self.index, moved]))

    @property
    def numbers(self) -> UInt64s:
        """Give the pseudonym of each row as a whole number; 0 where there is none."""
        return np.append(self.whole, np.uint64(0)).take(self.index)

    def arrow(self) -> pa.Array:
        """Give the column for storage: each pseudonym once, and only those that are used."""
        used = np.zeros(len(self.whole) + 1, dtype=bool)
        used[self.index] = True
        at = np.flatnonzero(used[:-1])
        at = at[np.argsort(self.whole[at])]
        first = np.append(True, self.whole[at[1:]] != self.whole[at[:-1]])[: len(at)]
        moved = np.full(len(self.whole) + 1, -1, dtype=np.int32)
        moved[at] = np.cumsum(first) - 1
        index = moved.take(self.index)
        hexes = self.hexes.take(pa.array(at[first])) if len(at) else pa.array([], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(index, mask=index < 0), hexes)


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
        return np.append(known, np.uint64(0)).take(self.index)

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


def each_once(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the distinct numbers, in order; a file mostly has one month, and that is soon seen.

    >>> each_once(np.array([3, 1, 3])).tolist(), each_once(np.array([2, 2])).tolist()
    ([1, 3], [2])
    """
    return numbers[:1] if len(numbers) and numbers.min() == numbers.max() else np.unique(numbers)


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
