"""Columns of text taken apart into distinct texts and an index, so that a rule runs once for each text and not for each row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.reading.opened import Batch, Int64s
from gm_workbench.intake.rows.fields import Names
from gm_workbench.intake.rows.parts import Flags, Int32s
from gm_workbench.intake.rows.signs import are_alike, are_bare, are_digits, lengths

ENCODED = pa.dictionary(pa.int32(), pa.string())

_LOOKED_AT, _NEARLY = 1000, 0.99


@dataclass(frozen=True, slots=True)
class Typed:
    """What distinct texts read as: numbers (NaN where there is none) or words (None).

    `bad` texts cannot be read; `mended` ones were read after a repair; `two_ways`: the texts together allow two readings.
    """

    values: npt.NDArray[Any]
    bad: Flags
    mended: Flags
    two_ways: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """One column: distinct texts (outer blanks dropped, what counts as empty is empty) and which of them each row has.

    A column that may repeat texts, and hardly does, has the text of each row: to find the distinct ones would gain nothing.
    """

    texts: pa.Array
    index: Int32s

    @classmethod
    def of(cls, column: pa.ChunkedArray | pa.Array, empty: Iterable[str] = ("",), *, may_repeat: bool = False) -> Cells:
        """Take a column apart.

        >>> Cells.of(pa.array([" a", "-", "a "]), ["", "-"]).rows()
        ['a', '', 'a']
        """
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        texts, index = _used(*_distinct(whole)) if pa.types.is_dictionary(whole.type) else _taken_apart(whole, may_repeat)
        texts = texts if are_bare(texts) else pc.utf8_trim_whitespace(texts)
        nothing = pa.array(sorted({word.casefold() for word in empty} - {""}), pa.string())
        if len(nothing):
            texts = pc.if_else(pc.is_in(pc.utf8_lower(texts), value_set=nothing), "", texts)
        return cls(texts, index)

    def rows(self) -> list[str]:
        """Give the text of every row; for tests and few rows."""
        texts: list[str] = self.texts.take(pa.array(self.index)).to_pylist()
        return texts

    @property
    def words(self) -> list[str]:
        """The distinct texts."""
        words: list[str] = self.texts.to_pylist()
        return words

    @property
    def empty(self) -> Flags:
        """Whether each row is empty."""
        return self.spread(lengths(self.texts) == 0)

    def spread(self, distinct: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Give each row what its text has."""
        if not len(distinct) or (distinct.dtype == bool and not distinct.any()):  # mostly nothing is found
            return np.zeros(len(self.index), dtype=distinct.dtype)
        return distinct.take(self.index)

    def take(self, rows: npt.NDArray[Any]) -> Cells:
        """Keep some rows, in this order."""
        return replace(self, index=self.index[rows])

    def below(self, other: Cells) -> Cells:
        """Put the rows of another column below these."""
        moved = other.index + np.int32(len(self.texts))
        return Cells(pa.concat_arrays([self.texts, other.texts]), np.concatenate([self.index, moved]).astype(np.int32))


def _distinct(coded: pa.DictionaryArray) -> tuple[pa.Array, Int32s]:
    return coded.dictionary.cast(pa.string()), coded.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)


def _taken_apart(texts: pa.Array, may_repeat: bool) -> tuple[pa.Array, Int32s]:
    """Find the distinct texts; a column that says the same in every row is soon seen."""
    if may_repeat and _hardly_repeats(texts):
        return texts, np.arange(len(texts), dtype=np.int32)
    if len(texts) and are_alike(texts):
        return texts[:1], np.zeros(len(texts), dtype=np.int32)
    return _distinct(texts.dictionary_encode())


def _hardly_repeats(texts: pa.Array) -> bool:
    """Whether nearly all texts differ, told by the first rows and by rows from the whole column."""
    if len(texts) < 4 * _LOOKED_AT:
        return False
    spread = pa.array(np.linspace(0, len(texts) - 1, _LOOKED_AT).astype(np.int64))
    return all(len(some.unique()) > _NEARLY * _LOOKED_AT for some in (texts[:_LOOKED_AT], texts.take(spread)))


def _used(texts: pa.Array, index: Int32s) -> tuple[pa.Array, Int32s]:
    """Leave out texts that no row has, such as headers and titles: what a column looks like is told by its rows alone."""
    used = np.zeros(len(texts), dtype=bool)
    used[index] = True
    if used.all():
        return texts, index
    return texts.filter(pa.array(used)), (np.cumsum(used, dtype=np.int32) - np.int32(1))[index]


def flags(array: pa.Array | pa.ChunkedArray) -> Flags:
    """Turn Arrow's true and false into numpy's; nothing is false."""
    known = pc.fill_null(array, False) if array.null_count else array
    found: Flags = np.asarray(known.to_numpy(zero_copy_only=False), dtype=bool)
    return found


def matches(texts: pa.Array, pattern: str) -> Flags:
    """Say which texts a regular expression (RE2) matches as a whole."""
    return flags(pc.match_substring_regex(texts, rf"^(?:{pattern})$"))


def digits(texts: pa.Array, least: int, most: int) -> Flags:
    """Say which texts are from `least` to `most` digits and nothing else.

    >>> digits(pa.array(["12", "123", "1,2", ""]), 1, 2).tolist()
    [True, False, False, False]
    """
    if not are_digits(texts):
        return matches(texts, rf"\d{{{least},{most}}}")
    size = lengths(texts)
    found: Flags = (size >= least) & (size <= most)
    return found


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows on their way to tables: cells by declared header, the line of each row, and which row of the file it came of.

    `persons` holds the pseudonyms, once the columns of numbers are gone.
    """

    cells: Mapping[str, Cells]
    lines: Int64s
    origin: Int64s
    delivered: int
    persons: Names | None = None

    def __len__(self) -> int:
        return len(self.origin)

    def take(self, rows: npt.NDArray[Any]) -> Sheet:
        """Keep some rows (by position or by flag)."""
        at = np.flatnonzero(rows) if rows.dtype == bool else rows
        kept = {header: cells.take(at) for header, cells in self.cells.items()}
        persons = None if self.persons is None else self.persons.take(at)
        return Sheet(kept, self.lines[at], self.origin[at], self.delivered, persons)

    def without(self, headers: Iterable[str]) -> Sheet:
        """Drop columns."""
        gone = set(headers)
        return replace(self, cells={header: cells for header, cells in self.cells.items() if header not in gone})

    def of_file(self, rows: Flags) -> Flags:
        """Say which rows of the file have a marked row among those that came of them."""
        marked = np.zeros(self.delivered, dtype=bool)
        marked[self.origin[rows]] = True
        return marked


def gather(
    batches: Iterable[Batch], headers: Mapping[str, str], empty: Sequence[str], may_repeat: Collection[str] = ()
) -> Sheet:
    """Lay batches on top of each other; `headers` gives for each declared header the one in the file.

    `may_repeat` are declared headers whose rules do not need each text once.
    """
    got = list(batches)
    lines = np.concatenate([batch.lines for batch in got]) if got else np.empty(0, dtype=np.int64)
    cells = {
        declared: Cells.of(_column(got, delivered), empty, may_repeat=declared in may_repeat)
        for declared, delivered in headers.items()
    }
    return Sheet(cells, lines, np.arange(len(lines), dtype=np.int64), len(lines))


def _column(batches: Sequence[Batch], header: str) -> pa.ChunkedArray:
    chunks = [batch.cells.column(header) for batch in batches]
    if chunks and all(pa.types.is_string(chunk.type) for chunk in chunks):
        return pa.chunked_array(chunks, pa.string())
    coded = [chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode() for chunk in chunks]
    return pa.chunked_array(coded, ENCODED).unify_dictionaries()
