"""Do the items of a questionnaire hang together as they were meant to? A factor model with each item on its own scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.fit_indices import Indices, indices
from gm_workbench.metrics.structures import Entries, Sample, Solution, Structure, fit

Floats = NDArray[np.float64]
Factors = Mapping[str, Sequence[str]]

FACTOR = "confirmatory factor analysis, maximum likelihood"

MIN_PERSONS = 100
"""Persons below which a factor model is too unsure to say anything (assumed floor)."""

UNSTABLE = "optimisers that agree"
"""A fit that does not come to rest, or ends where an item would have a variance below zero, is no answer."""

Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Loading:
    """How an item leans on its factor.

    Attributes
    ----------
    value : Estimate
        Loading in scale points per standard deviation of the factor.
    standardised : float
        The same in standard deviations of the item: its correlation with the factor.
    unexplained : float
        Variance of the item that the factor leaves, in squared points.
    """

    factor: str
    item: str
    value: Estimate
    standardised: float
    unexplained: float


@dataclass(frozen=True, slots=True)
class Confirmatory:
    """A fitted factor model: its fit, a loading per item, and the correlation of each pair of factors."""

    indices: Indices
    loadings: tuple[Loading, ...]
    correlations: dict[tuple[str, str], Estimate]
    n: int


@as_declared
def confirmatory_fit(answers: pd.DataFrame, factors: Factors) -> Confirmatory | NotEnoughData:
    r"""Fit the factors that a questionnaire was made to measure, and say how well they fit.

    .. math:: x = \tau + \Lambda \xi + \delta, \qquad \Sigma = \Lambda \Phi \Lambda' + \Theta

    Each item leans on one factor, factors have variance 1 and correlate freely, errors are unrelated (with one factor: the
    congeneric model). Answers are taken as continuous: with five answer steps and skew, chi-square is somewhat too large. That
    a model fits does not show that no other does.

    Parameters
    ----------
    answers : DataFrame
        One row per person, a column per item, all pointing the same way (see `scales.oriented`). Persons with a gap in an item
        of the model are left out.
    factors : mapping of str to sequence of str
        The items of each factor; an item belongs to one.

    Returns
    -------
    Confirmatory or NotEnoughData
        NotEnoughData below 100 complete persons, 4 items (one factor) or 2 items in each of several; when an item is constant
        or repeats others; when the fit does not come to rest, or leaves an item a variance below zero.

    Raises
    ------
    MetricError
        When an item is missing, is not numeric, or belongs to two factors.

    References
    ----------
    Jöreskog (1969), doi:10.1007/BF02289343; Bollen (1989), Structural Equations with Latent Variables, ch. 7.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(200, 5))
    >>> rows = pd.DataFrame(draws[:, :4] + draws[:, 4:], columns=["A_1", "A_2", "A_3", "A_4"])
    >>> model = confirmatory_fit(rows, {"A": ["A_1", "A_2", "A_3", "A_4"]})
    >>> model.indices.df, round(model.indices.cfi, 2), round(model.loadings[0].standardised, 1)
    (2, 1.0, 0.7)
    """
    made = fitted_group(answers, factors, FACTOR, least=4)
    if isinstance(made, NotEnoughData):
        return made
    sample, structure, found, p = made.sample, made.structure, made.found, made.items
    fitted = indices([sample], [structure], found, p * (p + 1) // 2 + p - made.parameters, means=False)
    return Confirmatory(fitted, _loadings(factors, sample, found), _correlations(factors, sample.n, found, 3 * p), sample.n)


@dataclass(frozen=True, slots=True)
class FittedGroup:
    """A model of one group that every optimiser agrees on, with how many items and parameters it has."""

    sample: Sample
    structure: Structure
    found: Solution
    items: int
    parameters: int


def fitted_group(answers: pd.DataFrame, factors: Factors, method: str, *, least: int) -> FittedGroup | NotEnoughData:
    """Fit the factors to who answered every item; NotEnoughData below the floors, or when optimisers disagree."""
    complete = complete_answers(answers, factors, method)
    short = shortage_of_items(complete, factors, method, least=least)
    if short is not None:
        return short
    sample = Sample.of(complete)
    structure, start = one_group(sample, factors)
    found = settled([sample], [structure], start)
    if found is None:
        return NotEnoughData(method, UNSTABLE, 0, 1)
    return FittedGroup(sample, structure, found, complete.shape[1], len(start))


def complete_answers(answers: pd.DataFrame, factors: Factors, method: str) -> pd.DataFrame:
    """Give the answers of who answered all items of the model, in the order of the factors."""
    items = [item for of_factor in factors.values() for item in of_factor]
    twice = sorted({item for item in items if items.count(item) > 1})
    if twice:
        raise MetricError(f"{method}: an item belongs to one factor, but {', '.join(twice)} is named more than once.")
    require_numbers(answers, items, method, gaps=True)
    return answers[items].dropna().astype(float)


def shortage_of_items(complete: pd.DataFrame, factors: Factors, method: str, *, least: int) -> NotEnoughData | None:
    """Say what a factor model is short of: persons, items in a factor (`least` when it is alone), or differing answers."""
    smallest, needed = min((len(items) for items in factors.values()), default=0), least if len(factors) == 1 else 2
    short = shortage(method, ("persons who answered every item", len(complete), MIN_PERSONS), ("items", smallest, needed))
    if short is None and (complete.nunique().min() < 2 or not Sample.of(complete).is_regular):
        return NotEnoughData(method, "items that differ", 0, 1)
    return short


def one_group(sample: Sample, factors: Factors) -> tuple[Structure, Floats]:
    """Lay out the model for one group, and where to start: loadings, errors and intercepts by item, then correlations."""
    p, k = len(sample.mean), len(factors)
    home = np.repeat(np.arange(k), [len(items) for items in factors.values()])
    places = np.where(home[:, None] == np.arange(k), np.arange(p)[:, None], -1)
    errors = np.where(np.eye(p, dtype=bool), p + np.arange(p), -1)
    correlations = np.full((k, k), -1)
    for place, (one, other) in enumerate(combinations(range(k), 2), start=3 * p):
        correlations[one, other] = correlations[other, one] = place
    structure = Structure(
        Entries.make(places),
        Entries.make(correlations, np.eye(k)),
        Entries.make(errors),
        Entries.make(2 * p + np.arange(p)),
        Entries.make(np.full(k, -1)),
    )
    return structure, np.concatenate([*started(sample, home), sample.mean, np.zeros(k * (k - 1) // 2)])


def started(sample: Sample, home: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give loadings (p,) and error variances (p,) to start from: the largest direction of each factor's items."""
    loadings, variances = np.zeros(len(home)), np.diag(sample.covariance)
    for factor in np.unique(home):
        mine = home == factor
        sd = np.sqrt(variances[mine])
        values, vectors = np.linalg.eigh(sample.covariance[np.ix_(mine, mine)] / np.outer(sd, sd))
        largest = vectors[:, -1] * (1.0 if vectors[:, -1].sum() >= 0 else -1.0)
        # at most .9, so that no item starts without an error of its own
        loadings[mine] = np.clip(largest * math.sqrt(values[-1]) * 0.85, -0.9, 0.9) * sd
    return loadings, variances - loadings**2


def settled(samples: Sequence[Sample], structures: Sequence[Structure], start: Floats) -> Solution | None:
    """Fit, or give None where the fit does not come to rest or ends with a variance below zero."""
    found = fit(samples, structures, start)
    if found is None:
        return None
    proper = math.isfinite(found.chi2) and all(
        np.linalg.eigvalsh(matrix.at(found.theta))[0] > 0
        for structure in structures
        for matrix in (structure.errors, structure.factors)
    )
    return found if proper else None


def _loadings(factors: Factors, sample: Sample, found: Solution) -> tuple[Loading, ...]:
    names = [(factor, item) for factor, items in factors.items() for item in items]
    p = len(names)
    return tuple(
        Loading(
            *name,
            _wald(found, place, sample.n, "points"),
            float(found.theta[place] / math.sqrt(found.theta[place] ** 2 + found.theta[p + place])),
            float(found.theta[p + place]),
        )
        for place, name in enumerate(names)
    )


def _correlations(factors: Factors, n: int, found: Solution, first: int) -> dict[tuple[str, str], Estimate]:
    return {pair: _wald(found, place, n, "") for place, pair in enumerate(combinations(factors, 2), start=first)}


def _wald(found: Solution, place: int, n: int, unit: str) -> Estimate:
    value, se = float(found.theta[place]), math.sqrt(float(found.covariance[place, place]))
    return Estimate(value, value - Z * se, value + Z * se, se, n, unit, FACTOR, residual_df=n - len(found.theta))
