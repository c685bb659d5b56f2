"""Numbers of persons, and the pseudonyms that replace them. No identifier leaves this wing.

A pseudonym is the first 16 hexadecimal digits of HMAC-SHA256 over the identifier, under a key of the place (`keys`). Within a
place the same person has the same pseudonym in every file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from gm_workbench.intake.keys import SYNTHETIC_KEY, Key, open_key
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER
from gm_workbench.vocabulary.schemas import DataKind

__all__ = [
    "SYNTHETIC_KEY",
    "Codebook",
    "Pseudonyms",
    "Verdict",
    "as_numbers",
    "judge",
    "pseudonyms",
    "remainders",
    "whole_number",
]

Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]

NO_NUMBER = -1
"""What stands for a cell that holds no number of a person."""

SHORTEST, LONGEST = 7, 9
"""Digits of a number of a person as delivered: it has nine, and a spreadsheet takes away one or two zeros in front."""

_LEAST, _MOST = 10 ** (SHORTEST - 1), 10**LONGEST - 1

_FIRST_NINE = 900_000_000

_WEIGHTS = (-1, 2, 3, 4, 5, 6, 7, 8, 9)
"""Of the eleven test, from the last digit to the first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the eleven test says of each number: `wrong` is no number of this kind of data, `other` is one of the other kind."""

    wrong: npt.NDArray[np.bool_]
    other: npt.NDArray[np.bool_]


def judge(numbers: Int64s, kind: DataKind) -> Verdict:
    """Hold numbers of persons against the eleven test.

    Parameters
    ----------
    numbers : ndarray of int64, shape (rows,)
        As `as_numbers` gives them; leading zeros that were lost make no difference.
    kind : DataKind
        Real numbers have remainder 0; synthetic ones start with 9 and have remainder `SYNTHETIC_REMAINDER`.

    Examples
    --------
    >>> judge(np.array([999992351, 123456788]), DataKind.REAL).wrong.tolist()
    [False, True]
    """
    shaped = (numbers >= _LEAST) & (numbers <= _MOST)
    remainder = remainders(np.where(shaped, numbers, 0))
    real = shaped & (remainder == 0)
    synthetic = shaped & (numbers >= _FIRST_NINE) & (remainder == SYNTHETIC_REMAINDER)
    own, other = (synthetic, real) if kind is DataKind.SYNTHETIC else (real, synthetic)
    return Verdict(~own & ~other, other)


def remainders(numbers: Int64s) -> Int64s:
    """Give the remainder of the eleven test of whole numbers of up to nine digits.

    >>> remainders(np.array([111222333, 12345672])).tolist()
    [0, 0]
    """
    total, rest = np.zeros(len(numbers), dtype=np.int64), numbers
    for weight in _WEIGHTS:
        above = rest // 10
        total += weight * (rest - 10 * above)  # many times as fast as the remainder of a division
        rest = above
    return total % 11


def as_numbers(texts: Sequence[str]) -> Int64s:
    """Read numbers of persons as whole numbers; what is not seven to nine plain digits becomes `NO_NUMBER`.

    >>> as_numbers(["012345672", "12345672", "12.345.672", ""]).tolist()
    [12345672, 12345672, -1, -1]
    """
    plain = (text if SHORTEST <= len(text) <= LONGEST and text.isascii() and text.isdigit() else NO_NUMBER for text in texts)
    return np.fromiter((int(text) for text in plain), dtype=np.int64, count=len(texts))


def whole_number(number: str) -> str:
    """Give back the leading zeros that a spreadsheet took away."""
    return number.zfill(LONGEST)


class Codebook:
    """The pseudonyms of one domain, each made once however often and in however many files its number stands.

    Examples
    --------
    >>> book = Codebook(open_key("GM9903", DataKind.SYNTHETIC), "person")
    >>> book.learn(np.array([999912345, 900000175, 999912345])).tolist(), len(book.hex())
    ([0, 1, 0], 2)
    """

    def __init__(self, key: Key, domain: str) -> None:
        self._key, self._domain = key, domain
        self._known = pd.Index([], dtype=np.int64)
        self._hex: list[str] = []

    def __repr__(self) -> str:
        return f"Codebook({self._domain}, {len(self._hex)} known)"

    def learn(self, numbers: Int64s) -> Int32s:
        """Give where the pseudonym of each number stands in `hex`; `NO_NUMBER` stays -1, which Arrow takes as empty."""
        new = pd.unique(numbers[(numbers >= 0) & (self._known.get_indexer(pd.Index(numbers)) < 0)])
        if len(new):
            self._hex += self._key.each([f"{number:09d}" for number in new.tolist()], self._domain)
            self._known = self._known.append(pd.Index(new))
        return self._known.get_indexer(pd.Index(numbers)).astype(np.int32)

    def hex(self) -> pa.Array:
        """Give all pseudonyms so far, in the order in which they were learnt."""
        return pa.array(self._hex, pa.string())


Pseudonyms = Key
"""What a key was called here first; the rooms that read one layout a table still say so (ADR 0015)."""


def pseudonyms(place: str, kind: DataKind) -> Key:
    """Open the key of a place; see `keys.open_key`."""
    return open_key(place, kind)
