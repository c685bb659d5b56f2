"""Intervals from drawing the data again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gm_workbench.metrics.estimate import Estimate

Floats = NDArray[np.float64]

BLOCK = 4_000_000
"""Persons times draws at a time: 32 MB of numbers of eight bytes, twice."""


def person_weights(people: int, draws: int, seed: int) -> Floats:
    """Draw persons with replacement: how often each is in each draw. The first row is the data as they are.

    Parameters
    ----------
    people : number of persons
    draws : number of draws
    seed : of the random numbers; the same seed gives the same draws

    Returns
    -------
    (draws + 1, people) array
        Whole numbers that sum to `people` in every row.

    Raises
    ------
    ValueError
        When `people` is not positive.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 6: a draw with replacement as counts a person.

    Examples
    --------
    >>> person_weights(3, 2, seed=1).sum(axis=1).tolist()
    [3.0, 3.0, 3.0]
    """
    weights = np.ones((draws + 1, people))
    _draw_into(weights[1:], np.random.default_rng(seed))
    return weights


def class_draws(sizes: Sequence[int] | NDArray[np.int64], draws: int, seed: int) -> Floats:
    r"""Draw persons with replacement, when persons of a class are alike: how many of each class are in each draw.

    .. math:: (n^*_1, \ldots, n^*_C) \sim \mathrm{Multinomial}(n;\ n_1/n, \ldots, n_C/n)

    This is not an approximation of `person_weights` but the same distribution: who of a class was drawn makes no difference to
    anything that is counted, so nobody is drawn one by one. A table of 25 cells costs 25 numbers a draw, whatever the persons.

    Parameters
    ----------
    sizes : (C,) persons in each class
    draws : number of draws
    seed : of the random numbers; the same seed gives the same draws

    Returns
    -------
    (draws + 1, C) array
        Whole numbers that sum to the persons in every row. The first row is the data as they are.

    Raises
    ------
    ValueError
        When a class has fewer than no persons.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 5: resampling is multinomial in the counts.

    Examples
    --------
    >>> drawn = class_draws([30, 0, 10], 2, seed=1)
    >>> drawn[0].tolist(), drawn.sum(axis=1).tolist(), drawn[:, 1].tolist()
    ([30.0, 0.0, 10.0], [40.0, 40.0, 40.0], [0.0, 0.0, 0.0])
    """
    whole = np.asarray(sizes, dtype=np.int64)
    people = int(whole.sum())
    shares = whole / people if people else np.full(len(whole), 1 / len(whole))
    drawn = np.random.default_rng(seed).multinomial(people, shares, size=draws)
    return np.vstack([whole, drawn]).astype(float)


def percentile(value: float, drawn: Floats, n: int, unit: str, method: str, groups: int | None = None) -> Estimate:
    """Make an estimate of a value and its bootstrap draws: a percentile interval, widened where it would miss the value.

    Parameters
    ----------
    value : the estimate in the data as they are
    drawn : (draws,) the estimate in each draw
    n, unit, method, groups : as in `Estimate`

    Returns
    -------
    Estimate
        With a 95 % interval.

    Raises
    ------
    MetricError
        When a value is not finite.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.

    Examples
    --------
    >>> import numpy as np
    >>> percentile(1.0, np.array([0.0, 2.0]), 2, "points", "example").high
    1.95
    """
    low, high = (float(bound) for bound in np.quantile(drawn, [0.025, 0.975]))
    centre = float(value)
    return Estimate(centre, min(low, centre), max(high, centre), float(np.std(drawn, ddof=1)), n, unit, method, groups=groups)


def drawn_sums(columns: Floats, draws: int, seed: int) -> Floats:
    r"""Sum columns over persons, in the data as they are and in each draw of persons, in bounded memory.

    .. math:: S_d = \sum_i w_{di}\, c_i

    with the weights of `person_weights`, which are drawn a block at a time and never held all at once. What is calculated from
    sums (a ratio, the coefficients of a regression from the cross-products of each person) then needs no refit of rows.

    Parameters
    ----------
    columns : (people, c) what is summed
    draws, seed : of the bootstrap; the same seed gives the draws of `person_weights`

    Returns
    -------
    (draws + 1, c) array
        The first row is the data as they are.

    Raises
    ------
    ValueError
        When there are no persons.

    Examples
    --------
    >>> columns = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    >>> sums = drawn_sums(columns, 50, seed=1)
    >>> sums[0].tolist(), bool((sums == person_weights(3, 50, seed=1) @ columns).all())
    ([7.0, 70.0], True)
    """
    people, rng = len(columns), np.random.default_rng(seed)
    sums = np.empty((draws + 1, columns.shape[1]))
    sums[0] = columns.sum(axis=0)
    at_once = max(1, BLOCK // max(people, 1))
    weights = np.empty((min(at_once, draws), people))
    for first in range(0, draws, at_once):
        block = weights[: draws - first]
        _draw_into(block, rng)
        sums[first + 1 : first + 1 + len(block)] = block @ columns
    return sums


def _draw_into(weights: Floats, rng: np.random.Generator) -> None:
    """Fill each row with how often each person is drawn; counted, which is far faster than asking for multinomial counts."""
    draws, people = weights.shape
    some = max(1, BLOCK // max(people, 1))
    for first in range(0, draws, some):
        drawn = rng.integers(0, people, size=(min(some, draws - first), people))
        for row, persons in zip(weights[first:], drawn, strict=False):
            row[:] = np.bincount(persons, minlength=people)
