"""Codes and labels → words, with the code list of the event's own day."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from gm_workbench.intake.declared.grammar import Read
from gm_workbench.intake.rows.encode import Cells
from gm_workbench.intake.rows.parts import Flags, Floats, Int32s
from gm_workbench.vocabulary.codes import Code, CodeList

_ALWAYS = (-np.inf, np.inf)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one text can mean: a word, and the days (since 1970) between which it does."""

    word: str
    first: float = -np.inf
    last: float = np.inf


@dataclass(frozen=True, slots=True)
class Coded:
    """What each row reads as: a position in `words`, -1 where it is empty or bad. `mended` rows had lost a leading zero."""

    words: tuple[str, ...]
    index: Int32s
    bad: Flags
    mended: Flags


def fold(text: str) -> str:
    """Write a label or header so that case, accents, blanks and signs between words do not count.

    >>> fold("Beëindigd:  wegens_Arbeid")
    'beeindigd wegens arbeid'
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain.casefold()).split())


def days_of(day: date | None, otherwise: float) -> float:
    """Give a day as days since 1970."""
    return otherwise if day is None else float((day - date(1970, 1, 1)).days)


def meanings(
    lists: Sequence[CodeList], words: Mapping[str, str], read: Read, allowed: Sequence[str]
) -> dict[str, list[Meaning]]:
    """Give what each code (or folded label) can mean.

    `words` goes first: its values are words of the table, or codes of a list, which then count in the days of that code. What
    is left comes of the lists; a code whose word the table does not allow means nothing.
    """
    found: dict[str, list[Meaning]] = {}
    entries = [entry for one in lists for entry in one.codes]
    for said, word in words.items():
        found[said if read is Read.CODE else fold(said)] = _declared(said, word, entries, read, allowed)
    for entry in entries:
        name = entry.code if read is Read.CODE else fold(entry.label.nl)
        if name and name not in {said if read is Read.CODE else fold(said) for said in words}:
            found.setdefault(name, []).append(_meaning(entry, words.get(entry.code, entry.word)))
    usable = {name: [one for one in each if not allowed or one.word in allowed] for name, each in found.items()}
    return {name: each for name, each in usable.items() if each}


def _declared(said: str, word: str, entries: Iterable[Code], read: Read, allowed: Sequence[str]) -> list[Meaning]:
    if read is Read.CODE:
        own = [_meaning(entry, word) for entry in entries if entry.code == said]
        return own or [Meaning(word)]
    named = [_meaning(entry, entry.word) for entry in entries if entry.code == word]
    usable = [one for one in named if not allowed or one.word in allowed]
    return usable or [Meaning(word)]


def _meaning(entry: Code, word: str) -> Meaning:
    return Meaning(word, days_of(entry.valid_from, -np.inf), days_of(entry.valid_to, np.inf))


def read_codes(cells: Cells, known: Mapping[str, Sequence[Meaning]], read: Read, days: Floats | None = None) -> Coded:
    """Read a column of codes or labels.

    Parameters
    ----------
    cells : Cells
        The column.
    known : mapping
        What `meanings` gave.
    days : array or None
        Day of each row's event, in days since 1970. Without it every meaning counts, the last one first; a row whose day is
        not known is read so too.
    """
    texts = cells.words
    names = texts if read is Read.CODE else [fold(text) for text in texts]
    width = _width(known) if read is Read.CODE else 0
    found = [known.get(name, known.get(name.zfill(width), ())) for name in names]
    repaired = np.array([bool(hits) and name not in known for name, hits in zip(names, found, strict=True)], dtype=bool)
    words = tuple(dict.fromkeys(one.word for each in known.values() for one in each))
    index = _choose(cells, found, {word: at for at, word in enumerate(words)}, days)
    return Coded(words, index, (index < 0) & ~cells.empty, cells.spread(repaired) & (index >= 0))


def _width(known: Iterable[str]) -> int:
    """Give the length of codes that all have the same and begin with a zero somewhere; nothing can be restored of others."""
    lengths = {len(code) for code in known}
    lost = any(code.startswith("0") for code in known)
    return lengths.pop() if len(lengths) == 1 and lost else 0


def _choose(cells: Cells, found: Sequence[Sequence[Meaning]], at: Mapping[str, int], days: Floats | None) -> Int32s:
    chosen = np.full(len(cells.index), -1, dtype=np.int32)
    for layer in range(max((len(each) for each in found), default=0)):
        ones = [each[-1 - layer] if layer < len(each) else None for each in found]
        word = np.array([-1 if one is None else at[one.word] for one in ones], dtype=np.int32)
        first, last = (np.array([getattr(one, end) if one else np.nan for one in ones]) for end in ("first", "last"))
        fits = cells.spread(word) >= 0
        if days is not None:
            fits &= np.isnan(days) | ((cells.spread(first) <= days) & (days <= cells.spread(last)))
        chosen = np.where(fits & (chosen < 0), cells.spread(word), chosen).astype(np.int32)
    return chosen
