"""Numbers of persons, and the pseudonyms that replace them. No identifier leaves this wing.

A pseudonym is the first 16 hexadecimal digits of HMAC-SHA256 over the identifier, under a key of the place (`keys`). Within a
place the same person has the same pseudonym in every file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER
from gm_workbench.vocabulary.schemas import DataKind

Int64s = npt.NDArray[np.int64]

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
