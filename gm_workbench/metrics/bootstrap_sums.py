"""Sums over drawn persons, for every draw, in bounded memory: what a bootstrap needs when a metric follows from sums.

Persons who add the same to every sum are of one kind. Of a kind with many persons only their number is drawn, not who.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gm_workbench.metrics.bootstrap import BOOTSTRAP
from gm_workbench.metrics.checks import require_draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COMMON = 16
"""Persons of one kind from which on a number is drawn for the kind: below, drawing the persons is cheaper."""

BLOCK = 1_000_000
"""Kinds times draws at a time: 8 MB, which is near the processor, and enough draws that kinds are read for many at once."""

AT_ONCE = 1_000_000
"""Persons drawn at a time: 4 MB."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Persons by what they add to the sums.

    Attributes
    ----------
    columns : (kinds, c) what one person of the kind adds; common kinds first, each in order of appearance
    sizes : (kinds,) persons of the kind
    of_person : (people,) the kind of each person
    """

    columns: Floats
    sizes: Ints
    of_person: Ints

    @property
    def common(self) -> int:
        """Number of kinds with many persons."""
        return int((self.sizes >= COMMON).sum())


def kinds(columns: Floats) -> Kinds:
    """Put together persons whose rows are the same.

    >>> found = kinds(np.array([[5.0], *[[0.0]] * 20, [7.0], [5.0]]))
    >>> found.columns.tolist(), found.sizes.tolist(), found.common
    ([[0.0], [5.0], [7.0]], [20, 2, 1], 1)
    """
    codes = same_rows(columns)
    sizes = np.bincount(codes)
    order = np.argsort(sizes < COMMON, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    first = np.unique(codes, return_index=True)[1]
    return Kinds(columns[first[order]], sizes[order], place[codes])


def same_rows(columns: Floats) -> Ints:
    """Number rows from 0 in order of appearance, the same rows alike.

    >>> same_rows(np.array([[5.0, 1.0], [0.0, 1.0], [5.0, 1.0]])).tolist()
    [0, 1, 0]
    """
    rows = np.empty(len(columns), dtype=object)
    rows[:] = [row.tobytes() for row in np.ascontiguousarray(columns)]
    return np.asarray(pd.factorize(rows)[0], dtype=np.int64)


def drawn_sums(columns: Floats, draws: int, seed: int) -> Floats:
    r"""Sum columns over persons, in the data as they are and in each draw of persons.

    .. math:: S_d = \sum_i w_{di}\, c_i, \qquad (w_{d1}, \ldots, w_{dn}) \sim \mathrm{Multinomial}(n; 1/n, \ldots, 1/n)

    What is calculated from sums (a ratio; the coefficients of a regression, from the cross-products of each person) then needs
    no refit of rows. Weights are drawn a block at a time and never held all at once. Numbers of a common kind are drawn as one
    multinomial number with the persons of all other kinds together; these are then drawn one by one. That is the same
    distribution, not an approximation of it.

    Parameters
    ----------
    columns : (people, c) what each person adds
    draws : number of draws
    seed : of the random numbers; the same seed gives the same draws

    Returns
    -------
    (draws + 1, c) array
        The first row is the data as they are.

    Raises
    ------
    ValueError
        When there are no persons.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 5: resampling is multinomial in the counts.

    Examples
    --------
    >>> columns = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    >>> sums = drawn_sums(columns, 50, seed=1)
    >>> sums[0].tolist(), bool((sums[:, 1] == 10 * sums[:, 0]).all()), len(np.unique(sums[:, 0])) > 5
    ([7.0, 70.0], True, True)
    """
    if not len(columns):
        raise ValueError("Sums over drawn persons need at least one person, but there is none.")
    require_draws(draws, seed, BOOTSTRAP)
    found, many = kinds(columns), np.full(draws, len(columns))
    return np.vstack([columns.sum(axis=0), *sums_of_kinds(found, many, seed)])


def sums_of_kinds(found: Kinds, many: Ints, seed: int) -> Iterator[Floats]:
    """Give sums of columns over so many persons drawn in each draw, some draws at a time."""
    # this way round, with each column in one piece, a product of a wide and a narrow table takes two thirds of the time
    columns = np.ascontiguousarray(found.columns.T)
    return ((columns @ counts.T).T for counts in counts_of_kinds(found, many, seed))


def drawn_kinds(found: Kinds, draws: int, seed: int) -> Floats:
    """Give how many of each kind are in each draw of `drawn_sums`, (draws + 1, kinds), the data as they are first.

    >>> found = kinds(np.array([[5.0], *[[0.0]] * 20, [7.0]]))
    >>> drawn_kinds(found, 3, seed=1).sum(axis=1).tolist()
    [22.0, 22.0, 22.0, 22.0]
    """
    require_draws(draws, seed, BOOTSTRAP)
    many = np.full(draws, found.sizes.sum())
    return np.vstack([found.sizes.astype(float), *(counts.copy() for counts in counts_of_kinds(found, many, seed))])


def counts_of_kinds(found: Kinds, many: Ints, seed: int) -> Iterator[Floats]:
    """Give how many of each kind are among so many persons drawn, some draws at a time; memory is used again for the next.

    Numbers and persons come from a stream each, so that a draw does not hang on how many are drawn at a time.
    """
    numbers, persons = np.random.default_rng([seed, 1]), np.random.default_rng(seed)
    people, common = int(found.sizes.sum()), found.common
    rare = np.repeat(np.arange(len(found.sizes) - common), found.sizes[common:])
    shares = np.append(found.sizes[:common], len(rare)) / people
    at_once, themselves = max(1, BLOCK // len(found.sizes)), len(rare) == len(found.sizes)
    counts = np.empty((min(at_once, len(many)), len(found.sizes)))
    ones = np.ones(int(many.max()) * len(counts) if themselves else 0)  # made once: it takes as long as to count
    for first in range(0, len(many), at_once):
        block, wanted = counts[: len(many) - first], many[first : first + at_once]
        if themselves:
            _count_themselves(block, wanted, ones, persons)
        else:
            _count(block, numbers.multinomial(wanted, shares) if common else wanted[:, None], rare, persons)
        yield block


def _count(block: Floats, many: Ints, rare: Ints, stream: np.random.Generator) -> None:
    """Write for each draw how many are of each kind: so many of the common ones, and of so many others, who are drawn."""
    common = many.shape[1] - 1
    block[:, :common] = many[:, :-1]
    for row, left in zip(block, many[:, -1], strict=True):
        if len(rare):
            drawn = stream.integers(0, len(rare), size=left)  # as wide as places are counted, or it is copied first
            row[common:] = np.bincount(rare[drawn], minlength=block.shape[1] - common)


def _count_themselves(block: Floats, many: Ints, ones: Floats, stream: np.random.Generator) -> None:
    """Do the same where each person is a kind: a sparse table has places by draw, and written out it counts them.

    The random numbers are the same; counting some draws at once takes three quarters of the time.
    """
    some = max(1, AT_ONCE // block.shape[1])
    for first in range(0, len(block), some):
        rows, ends = block[first : first + some], np.append(0, np.cumsum(many[first : first + some]))
        drawn = stream.integers(0, block.shape[1], size=int(ends[-1]), dtype=np.int32)
        csr_array((ones[: len(drawn)], drawn, ends.astype(np.int32)), shape=rows.shape).toarray(out=rows)
