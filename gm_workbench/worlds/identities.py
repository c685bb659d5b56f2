"""Numbers and names of what does not exist: persons that can never be a citizen, dossiers, coaches, jobs.

A synthetic person has nine digits that start with 9 and whose eleven-test remainder is a fixed constant that is not zero.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER
from gm_workbench.worlds.streams import Wholes

_BLOCK = 1_000_000  # numbers a place has
TOWNS = 10
"""Places that a world has numbers for: nine digits, of which the first is a 9 and the last follows from the others."""

_STRIDE = 387_421  # has no factor in common with the block, so that no number comes twice
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)

WORKERS_FROM = 500_000
"""Where workers' numbers begin within a place, so that they do not depend on how many persons are on benefit."""


def person_numbers(town: int, size: int, start: int = 0) -> pd.api.extensions.ExtensionArray:
    """Give `size` numbers of persons of one place.

    The last digit is chosen so that 9·d1 + 8·d2 + … + 2·d8 − d9 leaves the synthetic remainder modulo 11; where that would take
    a digit 10 the number is skipped.

    >>> list(person_numbers(0, 2))
    ['900000175', '903874381']
    """
    spread = start + np.arange(size + size // 8 + 16, dtype=np.int64)  # one in eleven is skipped
    first = 90_000_000 + town * _BLOCK + (17 + spread * _STRIDE) % _BLOCK
    weighted = sum(weight * (first // 10**power % 10) for weight, power in zip(_WEIGHTS, range(7, -1, -1), strict=True))
    last = (weighted - SYNTHETIC_REMAINDER) % 11
    usable = last < 10
    return texts((first * 10 + last)[usable][:size])


def texts(numbers: Wholes, prefix: str = "", width: int = 0) -> pd.api.extensions.ExtensionArray:
    """Write whole numbers as text, with a prefix and leading zeros."""
    return pd.array([f"{prefix}{number:0{width}d}" for number in numbers.tolist()], dtype="str")
