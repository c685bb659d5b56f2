"""Sums of rows that do not stand beside each other, as where a table of three variables is written in two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

Vector = tuple[int, ...]
LEAST = 2
"""In how many columns a sum must stand, with persons in it: in one it may be coincidence."""


def stacked(rows: Sequence[Vector]) -> list[tuple[int, tuple[int, ...]]]:
    """Find rows that are the sum of others in every column: of any two, and of any that stand equally far apart.

    Parameters
    ----------
    rows : sequence of tuple of int
        Counts of each row, in the same columns.

    Returns
    -------
    list of tuple
        The place of each total, and those of its parts.

    Examples
    --------
    Young and old women, young and old men, then all women and all men:

    >>> stacked([(3, 20), (33, 10), (8, 9), (14, 40), (36, 30), (22, 49)])
    [(4, (0, 1)), (5, (2, 3))]
    """
    places: dict[Vector, list[int]] = {}
    for at, row in enumerate(rows):
        if sum(value > 0 for value in row) >= LEAST:
            places.setdefault(row, []).append(at)
    found: dict[tuple[int, tuple[int, ...]], None] = {}
    for parts in _candidates(len(rows)):
        whole = tuple(map(sum, zip(*(rows[part] for part in parts), strict=True)))
        for total in places.get(whole, ()):
            if total not in parts:
                found[total, parts] = None
    return list(found)


def _candidates(many: int) -> Iterator[tuple[int, ...]]:
    yield from combinations(range(many), 2)
    for step in range(1, many // 2 + 1):
        for first in range(many):
            for last in range(first + 2 * step, many, step):
                yield tuple(range(first, last + 1, step))
