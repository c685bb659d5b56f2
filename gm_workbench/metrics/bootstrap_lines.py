"""Sums over drawn persons where many are alike but for one amount: of these, how many are drawn and the sum of their amounts.

Where everybody has another amount no two persons are of one kind, and to count how often each is drawn, and multiply, costs
three times as much as to add the amounts of those who are drawn. The draws are multinomial in either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gm_workbench.metrics.bootstrap import BOOTSTRAP
from gm_workbench.metrics.bootstrap_sums import counts_of_kinds, drawn_sums, kinds, same_rows, sums_of_kinds
from gm_workbench.metrics.checks import require_draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST = 256
"""Persons alike but for an amount from which on they are drawn apart: with fewer, a group costs more than it saves."""

AT_ONCE = 65_536
"""Persons drawn at a time: half a megabyte, which stays near the processor."""


@dataclass(frozen=True, slots=True)
class Line:
    """Persons who add the same but for one amount.

    Attributes
    ----------
    places : (persons,) their rows
    beside : (c,) what each of them adds beside the amount
    column : where the amount is added
    amounts : (persons,)
    """

    places: Ints
    beside: Floats
    column: int
    amounts: Floats


def lines(columns: Floats, own: range) -> tuple[list[Line], Ints]:
    """Put together persons with one amount among the columns `own` who are the same in all others; and the rows of the rest.

    Groups that are small, or in which amounts repeat, are among the rest.

    >>> found, rest = lines(np.column_stack([np.ones(301), np.append(np.arange(1.0, 301.0), 0.0)]), range(1, 2))
    >>> [(len(line.places), line.beside.tolist(), line.column) for line in found], rest.tolist()
    ([(300, [1.0, 0.0], 1)], [300])
    """
    if not own:
        return [], np.arange(len(columns))
    some = columns[:, own] != 0
    single = np.flatnonzero(some.sum(axis=1) == 1)
    column, beside = own.start + some[single].argmax(axis=1), columns[single]
    beside[:, own] = 0.0
    codes = same_rows(np.column_stack([beside, column]))
    groups = [np.flatnonzero(codes == code) for code in np.flatnonzero(np.bincount(codes, minlength=1) >= LEAST)]
    told = [Line(single[at], beside[at[0]], int(column[at[0]]), columns[single[at], column[at[0]]]) for at in groups]
    found = [line for line in told if 2 * len(np.unique(line.amounts)) > len(line.amounts)]
    return found, np.setdiff1d(np.arange(len(columns)), np.concatenate([np.empty(0, int), *(line.places for line in found)]))


def own_sums(columns: Floats, own: range, draws: int, seed: int) -> Floats:
    r"""Sum columns over persons as `drawn_sums` does, where most persons have one amount in the columns `own`.

    .. math:: (n_{d1}, \ldots, n_{dL}, r_d) \sim \mathrm{Multinomial}, \qquad
        S_d = \sum_l \Big(n_{dl}\, b_l + \sum_{j=1}^{n_{dl}} a_{l, i_{dj}}\Big) + \text{the } r_d \text{ others}

    Parameters
    ----------
    columns : (people, c) what each person adds
    own : the columns of amounts
    draws : number of draws
    seed : of the random numbers; the same seed gives the same draws

    Returns
    -------
    (draws + 1, c) array
        The first row is the data as they are. Without persons who are alike but for an amount, what `drawn_sums` gives.

    Raises
    ------
    MetricError
        When `draws` is not a whole number above 1, or `seed` not one of 0 or more.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 5: resampling is multinomial in the counts.

    Examples
    --------
    >>> columns = np.column_stack([np.ones(300), np.arange(1.0, 301.0)])
    >>> sums = own_sums(columns, range(1, 2), 50, seed=1)
    >>> sums[0].tolist(), bool((sums[:, 0] == 300).all()), len(np.unique(sums[:, 1])) > 40
    ([300.0, 45150.0], True, True)
    """
    found, rest = lines(columns, own)
    if not found:
        return drawn_sums(columns, draws, seed)
    numbers = _numbers(found, rest, draws, seed)
    sums = numbers[:, :-1] @ np.array([line.beside for line in found])
    for line, many, stream in zip(found, numbers.T, _streams(found, seed), strict=False):
        sums[:, line.column] += _amounts(line.amounts, many, stream)
    if len(rest):
        sums += np.vstack(list(sums_of_kinds(kinds(columns[rest]), numbers[:, -1], seed)))
    return np.vstack([columns.sum(axis=0), sums])


def own_counts(columns: Floats, own: range, draws: int, seed: int) -> Iterator[Ints]:
    """Give in each draw of `own_sums` how often each person is in it, of persons of one kind among the rest the first of all.

    >>> columns = np.column_stack([np.ones(300), np.arange(1.0, 301.0)])
    >>> counts = np.array(list(own_counts(columns, range(1, 2), 5, seed=1)))
    >>> bool((counts @ columns == own_sums(columns, range(1, 2), 5, seed=1)[1:]).all())
    True
    """
    found, rest = lines(columns, own)
    numbers, streams, alike = _numbers(found, rest, draws, seed), _streams(found, seed), kinds(columns[rest])
    first = rest[np.unique(alike.of_person, return_index=True)[1]]
    others = (row for block in counts_of_kinds(alike, numbers[:, -1], seed) for row in block) if len(rest) else None
    for many in numbers:
        counts = np.zeros(len(columns), dtype=np.int64)
        for line, number, stream in zip(found, many, streams, strict=False):
            counts[line.places] = np.bincount(stream.integers(0, len(line.places), size=number), minlength=len(line.places))
        if others is not None:
            counts[first] = next(others)
        yield counts


def _numbers(found: Sequence[Line], rest: Ints, draws: int, seed: int) -> Ints:
    """Draw how many persons are of each line, and of the rest: (draws, lines + 1)."""
    require_draws(draws, seed, BOOTSTRAP)
    sizes = np.array([*(len(line.places) for line in found), len(rest)])
    return np.random.default_rng([seed, 2]).multinomial(int(sizes.sum()), sizes / sizes.sum(), size=draws)


def _streams(found: Sequence[Line], seed: int) -> list[np.random.Generator]:
    """Give random numbers for each line apart, so that a draw does not hang on how many are drawn at a time."""
    return [np.random.default_rng([seed, 3, place]) for place in range(len(found))]


def _amounts(amounts: Floats, many: Ints, stream: np.random.Generator) -> Floats:
    """Sum so many drawn amounts in each draw, some draws at a time."""
    at_once, sums = max(1, AT_ONCE // len(amounts)), np.zeros(len(many))
    for first in range(0, len(many), at_once):
        some = many[first : first + at_once]
        drawn = np.empty(int(some.sum()) + 1)
        drawn[-1] = 0.0  # for a draw at the end in which there is nobody
        np.take(
            amounts, stream.integers(0, len(amounts), size=len(drawn) - 1), out=drawn[:-1], mode="clip"
        )  # no copy, no check
        starts = np.cumsum(some) - some
        sums[first : first + at_once] = np.add.reduceat(drawn, starts) * (some > 0)
    return sums
