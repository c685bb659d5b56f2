"""Random numbers: one independent stream per subject, so that drawing one table never shifts another.

A stream depends on the seed, the place and its own name only. A partial draw is therefore the same, bit for bit, as that part
of a full one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats: TypeAlias = npt.NDArray[np.float64]
Wholes: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Values: TypeAlias = pd.api.extensions.ExtensionArray | npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of one seed and one place."""

    seed: int
    place: str

    def of(self, name: str) -> np.random.Generator:
        """Start the stream of this name from its beginning.

        >>> float(Streams(1, "GM0855").of("exits").random()) == float(Streams(1, "GM0855").of("exits").random())
        True
        """
        return np.random.default_rng(np.random.SeedSequence([self.seed, crc32(self.place.encode()), crc32(name.encode())]))


def choose(rng: np.random.Generator, shares: Sequence[float] | Floats, size: int) -> Wholes:
    """Draw positions with the given shares, which are scaled to add up to one."""
    return shared_out(shares, rng.random(size))


def shared_out(shares: Sequence[float] | Floats, uniform: Floats) -> Wholes:
    """Give the position that each uniform number falls in, when the shares cut the line from 0 to 1.

    >>> shared_out([1.0, 3.0], np.array([0.2, 0.3])).tolist()
    [0, 1]
    """
    edges = np.cumsum(shares, dtype=np.float64)
    return np.searchsorted(edges / edges[-1], uniform, side="right").astype(np.int64)


def choose_name(rng: np.random.Generator, shares: Mapping[str, float], size: int) -> pd.api.extensions.ExtensionArray:
    """Draw names with the given shares."""
    return named(list(shares), choose(rng, list(shares.values()), size))


def named(names: Sequence[str], positions: Wholes) -> pd.api.extensions.ExtensionArray:
    """Give the name at each position; position -1 is missing."""
    values = pd.array(list(names), dtype="str")
    taken: pd.api.extensions.ExtensionArray = values.take(positions, allow_fill=True)
    return taken


def maybe_month(months: Wholes, known: Flags) -> pd.api.extensions.ExtensionArray:
    """Give months as nullable whole numbers, missing where not known."""
    filled: pd.api.extensions.ExtensionArray = pd.arrays.IntegerArray(months.astype(np.int32), ~known)
    return filled
