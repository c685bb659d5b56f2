"""Intervals from drawing the data again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import all_finite, is_column, require_draws, require_whole
from gm_workbench.metrics.estimate import Estimate

Floats = NDArray[np.float64]

BOOTSTRAP = "bootstrap by person"


@as_declared
def person_weights(people: int, draws: int, seed: int) -> Floats:
    r"""Draw persons with replacement: how often each is in each draw. The first row is the data as they are.

    .. math:: (w_{b1}, \dots, w_{bn}) \sim \text{Multinomial}(n; 1/n, \dots, 1/n), \qquad b = 1, \dots, B; \quad w_{0i} = 1

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
    MetricError
        When `people` is not a whole number above 0, `draws` not one above 1, or `seed` not one of 0 or more.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 6: a draw with replacement as counts a person.

    Examples
    --------
    >>> person_weights(3, 2, seed=1).sum(axis=1).tolist()
    [3.0, 3.0, 3.0]
    """
    require_whole(BOOTSTRAP, people=people)
    require_draws(draws, seed, BOOTSTRAP)
    weights, rng = np.ones((1 + draws, people)), np.random.default_rng(seed)
    for row in weights[1:]:  # counted, which is far faster than asking for multinomial counts
        row[:] = np.bincount(rng.integers(0, people, size=people, dtype=np.int32), minlength=people)
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
    MetricError
        When `draws` is not a whole number above 1, or `seed` not one of 0 or more.
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
    require_draws(draws, seed, BOOTSTRAP)
    whole = np.asarray(sizes, dtype=np.int64)
    people = int(whole.sum())
    shares = whole / people if people else np.full(len(whole), 1 / len(whole))
    drawn = np.random.default_rng(seed).multinomial(people, shares, size=draws)
    return np.vstack([whole, drawn]).astype(float)


@as_declared
def percentile(value: float, drawn: Floats, n: int, unit: str, method: str, groups: int | None = None) -> Estimate:
    r"""Make an estimate of a value and its bootstrap draws: a percentile interval, widened where it would miss the value.

    .. math:: \hat\theta_{(.025)} \le \theta \le \hat\theta_{(.975)}, \qquad \hat\theta_{(p)} = \text{quantile } p
        \text{ of } \hat\theta^*_1, \dots, \hat\theta^*_B

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
    if not is_column(drawn, np.size(drawn)) or np.size(drawn) < 2 or not all_finite(drawn):
        raise MetricError(f"{method}: there must be two draws or more, and each must be a finite number.")
    low, high = (float(bound) for bound in np.quantile(drawn, [0.025, 0.975]))
    centre = float(value)
    return Estimate(centre, min(low, centre), max(high, centre), float(np.std(drawn, ddof=1)), n, unit, method, groups=groups)
