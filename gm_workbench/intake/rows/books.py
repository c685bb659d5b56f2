"""Pseudonyms that were made before: one book for each domain of a place, so that each number is hashed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gm_workbench.intake.identity import whole_number
from gm_workbench.intake.rows.fields import Names
from gm_workbench.intake.rows.parts import Int32s, UInt64s

PERSON = "person"
"""Domain of numbers of persons (BSN)."""


class Namer(Protocol):
    """Makes pseudonyms under the key of a place."""

    def each(self, identifiers: Sequence[str], domain: str) -> list[str]:
        """Give a pseudonym for each identifier."""
        ...


@dataclass(slots=True)
class Book:
    """The pseudonyms of one domain, each made once. What it has seen shows neither in its repr nor anywhere else."""

    names: Namer = field(repr=False)
    domain: str
    written: Callable[[int | str], str] = field(default=str, repr=False)
    hexes: pa.Array = field(default_factory=lambda: pa.array([], pa.string()), repr=False)
    whole: UInt64s = field(default_factory=lambda: np.empty(0, dtype=np.uint64), repr=False)
    _known: pa.Array | None = field(default=None, repr=False)
    _adding: Lock = field(default_factory=Lock, repr=False)

    def learn(self, identifiers: Sequence[int | str] | pa.Array) -> Int32s:
        """Give where the pseudonym of each identifier stands in `hexes`; new ones are made."""
        asked = identifiers if isinstance(identifiers, pa.Array) else pa.array(identifiers)
        places = self._places(asked)
        if places.null_count:
            with self._adding:
                self._add(asked.filter(self._places(asked).is_null()).unique())
            places = self._places(asked)
        found: Int32s = places.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
        return found

    def _places(self, asked: pa.Array) -> pa.Array:
        if self._known is None:
            return pa.nulls(len(asked), pa.int32())
        return pc.index_in(asked, value_set=self._known)

    def _add(self, new: pa.Array) -> None:
        if not len(new):
            return
        made = self.names.each([self.written(one) for one in new.to_pylist()], self.domain)
        self.hexes = pa.concat_arrays([self.hexes, pa.array(made, pa.string())])
        values = np.frombuffer(bytes.fromhex("".join(made)), dtype=">u8").astype(np.uint64)
        self.whole = np.concatenate([self.whole, values])
        # last, so that another thread never finds a place that is not there yet
        self._known = new if self._known is None else pa.concat_arrays([self._known, new])

    def column(self, index: Int32s) -> Names:
        """Give a column of pseudonyms by where each row's stands, -1 for none."""
        return Names(self.hexes, self.whole, index)


def nine_digits(number: int | str) -> str:
    """Write a number of a person with the zeros that it begins with."""
    return whole_number(str(number))


@dataclass(slots=True)
class Codebooks:
    """All books of one place. They live as long as one run, are never stored, and may be used by two threads."""

    names: Namer = field(repr=False)
    _books: dict[str, Book] = field(default_factory=dict, repr=False)

    def of(self, domain: str) -> Book:
        """Give the book of a domain, a new one when it is the first time."""
        return self._books.setdefault(domain, Book(self.names, domain, nine_digits if domain == PERSON else str))
