"""Pseudonyms that were made before: one book for each domain of a place, so that each number is hashed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

PERSON = "person"
"""Domain of numbers of persons (BSN)."""


class Namer(Protocol):
    """Makes pseudonyms under the key of a place."""

    def each(self, identifiers: Sequence[str], domain: str) -> list[str]:
        """Give a pseudonym for each identifier."""
        ...


@dataclass(slots=True)
class Book:
    """The pseudonyms of one domain. What it has seen shows neither in its repr nor anywhere else."""

    names: Namer = field(repr=False)
    domain: str
    written: Callable[[int | str], str] = field(default=str, repr=False)
    _at: dict[int | str, int] = field(default_factory=dict, repr=False)
    _hexes: list[str] = field(default_factory=list, repr=False)

    def look_up(self, identifiers: Iterable[int | str]) -> list[str]:
        """Give the pseudonym of each identifier; new ones are made."""
        wanted = list(identifiers)
        new = list(dict.fromkeys(one for one in wanted if one not in self._at))
        if new:
            self._at.update(zip(new, range(len(self._hexes), len(self._hexes) + len(new)), strict=True))
            self._hexes += self.names.each([self.written(one) for one in new], self.domain)
        hexes, at = self._hexes, self._at
        return [hexes[at[one]] for one in wanted]


def nine_digits(number: int | str) -> str:
    """Write a number of a person with the zeros that it begins with."""
    return str(number).zfill(9)


@dataclass(slots=True)
class Codebooks:
    """All books of one place. They live as long as one run and are never stored."""

    names: Namer = field(repr=False)
    _books: dict[str, Book] = field(default_factory=dict, repr=False)

    def of(self, domain: str) -> Book:
        """Give the book of a domain, a new one when it is the first time."""
        if domain not in self._books:
            self._books[domain] = Book(self.names, domain, nine_digits if domain == PERSON else str)
        return self._books[domain]
