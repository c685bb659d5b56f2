"""The factor models of the ladder of measurement invariance: what is free, and what is equal between groups or waves.

Factors have variance 1 and mean 0 in the first group or wave. From the step on at which loadings are equal the others have
variances of their own, and from equal intercepts on means of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gm_workbench.metrics.confirmatory import started
from gm_workbench.metrics.structures import Entries, Sample, Structure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS = ("configural", "metric", "scalar", "strict")
"""What is equal: the pattern; loadings too; intercepts too; error variances too."""

METRIC, SCALAR, STRICT = 1, 2, 3


class Places:
    """Gives out places in the vector of parameters, each with a value to start from; what is shared gets the same again."""

    def __init__(self) -> None:
        self.start: list[float] = []
        self.shared: dict[str, Ints] = {}

    def give(self, values: Sequence[float] | Floats) -> Ints:
        first = len(self.start)
        self.start += [float(value) for value in values]
        return np.arange(first, len(self.start))

    def share(self, what: str, values: Floats) -> Ints:
        if what not in self.shared:
            self.shared[what] = self.give(values)
        return self.shared[what]


@dataclass(frozen=True, slots=True)
class Measured:
    """Places of one group or wave: by item (p,) loadings, intercepts and errors, by factor (k,) variances and means."""

    loadings: Ints
    intercepts: Ints
    errors: Ints
    variances: Ints
    means: Ints


def laid_out(samples: Sequence[Sample], home: Ints, waves: int, equal: int) -> tuple[list[Structure], Floats]:
    """Lay out a step of the ladder, and where to start.

    Parameters
    ----------
    samples : one for each group; or one alone, with the items of all waves side by side
    home : (p,) the factor of each item, of one group or wave
    waves : in the sample; 1 for groups
    equal : place of the step in `STEPS`

    Returns
    -------
    structures, start
        A structure for each sample, and (q,) starting values.

    Examples
    --------
    Two waves of four items at the last step: 4 loadings, intercepts and errors, a variance and a mean of the second wave, a
    covariance between waves, and 4 of the same item.

    >>> sample = Sample(100, np.zeros(8), np.eye(8) + 0.5)
    >>> len(laid_out([sample], np.zeros(4, dtype=int), 2, 3)[1])
    19
    """
    places, p = Places(), len(home)
    parts = [(sample, slice(p * wave, p * (wave + 1))) for sample in samples for wave in range(waves)]
    measured = [_measured(places, sample, part, home, equal, number > 0) for number, (sample, part) in enumerate(parts)]
    together = [measured[first : first + waves] for first in range(0, len(parts), waves)]
    return [_structure(places, of_sample, home) for of_sample in together], np.array(places.start)


def _measured(places: Places, sample: Sample, part: slice, home: Ints, equal: int, later: bool) -> Measured:
    mine = Sample(sample.n, sample.mean[part], sample.covariance[part, part])
    loadings, errors = started(mine, home)

    def items(what: str, values: Floats, step: int) -> Ints:
        return places.share(what, values) if equal >= step else places.give(values)

    def factors(value: float, step: int) -> Ints:
        k = int(home.max()) + 1
        return places.give([value] * k) if later and equal >= step else np.full(k, -1)

    return Measured(
        items("loadings", loadings, METRIC),
        items("intercepts", mine.mean, SCALAR),
        items("errors", errors, STRICT),
        factors(1.0, METRIC),
        factors(0.0, SCALAR),
    )


def _structure(places: Places, parts: Sequence[Measured], home: Ints) -> Structure:
    p, k, waves = len(home), int(home.max()) + 1, len(parts)
    homes = np.concatenate([home + k * wave for wave in range(waves)])
    loadings = np.concatenate([part.loadings for part in parts])
    factors = np.diag(np.concatenate([part.variances for part in parts]))
    errors = np.where(np.eye(p * waves, dtype=bool), np.concatenate([part.errors for part in parts])[:, None], -1)
    _relate(places, factors, list(combinations(range(k * waves), 2)))
    _relate(
        places,
        errors,
        [(item + p * one, item + p * other) for one, other in combinations(range(waves), 2) for item in range(p)],
    )
    return Structure(
        Entries.make(np.where(homes[:, None] == np.arange(k * waves), loadings[:, None], -1)),
        Entries.make(factors, np.eye(k * waves)),
        Entries.make(errors),
        Entries.make(np.concatenate([part.intercepts for part in parts])),
        Entries.make(np.concatenate([part.means for part in parts])),
    )


def _relate(places: Places, matrix: Ints, pairs: Sequence[tuple[int, int]]) -> None:
    """Give each pair a covariance of its own; every other entry off the diagonal must have been fixed before."""
    for (one, other), place in zip(pairs, places.give([0.0] * len(pairs)), strict=True):
        matrix[one, other] = matrix[other, one] = place
