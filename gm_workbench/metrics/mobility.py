"""Who moves between states: transition matrices, and indices that sum a matrix up in one number.

A *pair* is a person's state at one moment and at a later one. States are ordered from the base upwards. What happens to
somebody who is not there at the later moment (nothing known, or a state such as ``no_pay``) is a choice that is named:
``"drop"`` leaves the pair out, so the matrix is about those seen twice; ``"out"`` counts it in a last column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.bootstrap import percentile, person_weights
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

Floats = NDArray[np.float64]
Attrition = Literal["drop", "out"]

OUT = "out"
MATRIX = "transition matrix, shares of each row"
BOOTSTRAP = "bootstrap of persons, percentile interval"
INDICES = ("prais", "determinant", "second_eigenvalue", "bartholomew_1", "bartholomew_2", "upward")
MIN_STARTERS = 10
"""Persons who must start from each state before an index has an interval (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Transitions:
    """Counted pairs of states.

    Attributes
    ----------
    origins, destinations : tuple of str
        Ordered from the base upwards; destinations end with ``out`` when attrition was counted.
    counts : tuple of tuples of int
        Pairs, by origin and destination.
    persons : int
        Persons behind the pairs; equal to the pairs when each person has one.
    lost : int
        Pairs left out because the later state was not seen.
    """

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    persons: int
    lost: int
    attrition: Attrition

    @property
    def pairs(self) -> int:
        return sum(sum(row) for row in self.counts)

    @property
    def shares(self) -> tuple[tuple[float, ...], ...]:
        """Shares of each row; NaN in a row that nobody started from."""
        return tuple(tuple(count / sum(row) if sum(row) else float("nan") for count in row) for row in self.counts)


def transitions(
    pairs: pd.DataFrame, states: Sequence[str], attrition: Attrition = "drop", out: str = OUT
) -> Transitions | NotEnoughData:
    r"""Count the pairs of states; row shares :math:`p_{ij} = n_{ij} / n_{i\cdot}` estimate the transition probabilities.

    Parameters
    ----------
    pairs : one row per pair: ``person``, ``from``, ``to`` (missing, or `out`, when the person was not there later)
    states : all states to start from, ordered from the base upwards
    attrition : ``"drop"`` or ``"out"``, what to do with pairs without a later state
    out : name of the state of not being there

    Returns
    -------
    Transitions
        Counts; or NotEnoughData when there is no pair at all.

    Raises
    ------
    MetricError
        When a state is not in `states`, or `attrition` is not one of the two.

    References
    ----------
    Anderson & Goodman (1957), Annals of Mathematical Statistics 28:89-110.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"person": list("abcd"), "from": ["low"] * 3 + ["high"], "to": ["low", "high", None, "high"]})
    >>> transitions(pairs, ["low", "high"]).counts, transitions(pairs, ["low", "high"], "out").counts
    (((1, 1), (0, 1)), ((1, 1, 1), (0, 1, 0)))
    """
    if attrition not in ("drop", "out"):
        raise MetricError(f"Attrition must be 'drop' or 'out' but got {attrition!r}.")
    there = _there(pairs, out)
    seen = pairs.loc[there] if attrition == "drop" else pairs.assign(to=pairs["to"].astype(object).where(there, out))
    columns = tuple(states) if attrition == "drop" else (*states, out)
    start, end = _codes(seen["from"], tuple(states)), _codes(seen["to"], columns)
    if not len(seen):
        return NotEnoughData(MATRIX, "persons", 0, 1)
    counts = np.bincount(start * len(columns) + end, minlength=len(states) * len(columns)).reshape(len(states), -1)
    rows = tuple(tuple(int(count) for count in row) for row in counts)
    return Transitions(tuple(states), columns, rows, seen["person"].nunique(), len(pairs) - len(seen), attrition)


def indices(matrix: Sequence[Sequence[float]], start: Sequence[float] | None = None) -> dict[str, float]:
    r"""Sum a square transition matrix up: 0 when nobody moves.

    With m states, matrix P and starting shares :math:`\pi`:

    - Prais / Shorrocks: :math:`(m - \mathrm{tr} P) / (m - 1)`
    - determinant: :math:`1 - |\det P|`
    - second eigenvalue: :math:`1 - |\lambda_2|`
    - Bartholomew 1: :math:`m (1 - \sum_i \pi_i P_{ii}) / (m - 1)`
    - Bartholomew 2: :math:`\sum_{ij} \pi_i P_{ij} |i - j| / (m - 1)`
    - upward: of those who do not start at the top, the share that ends higher

    Parameters
    ----------
    matrix : (m, m) row shares, states ordered from the base upwards
    start : (m,) shares of the origins, sum 1; uniform when left out

    Returns
    -------
    dict
        Index to value, without unit: ``prais``, ``determinant``, ``second_eigenvalue``, ``bartholomew_1``, ``bartholomew_2``,
        ``upward``.

    Raises
    ------
    MetricError
        When the matrix is not square, has fewer than two states, or a row does not sum to 1.

    References
    ----------
    Formby, Smith & Zheng (2004), Mobility measurement, transition matrices and statistical inference, Journal of
    Econometrics 120:181-205.

    Examples
    --------
    Nobody moves, and everybody's end has nothing to do with the start:

    >>> indices([[1, 0], [0, 1]])["prais"], indices([[0.5, 0.5], [0.5, 0.5]])["prais"]
    (0.0, 1.0)
    """
    p = np.asarray(matrix, dtype=float)
    if p.ndim != 2 or p.shape[0] != p.shape[1] or len(p) < 2:
        raise MetricError("A mobility index needs a square matrix of two or more states.")
    if not np.allclose(p.sum(axis=1), 1, atol=1e-6):
        raise MetricError("Every row of a transition matrix must sum to 1, but at least one does not.")
    shares = np.full(len(p), 1 / len(p)) if start is None else np.asarray(start, dtype=float)
    return dict(zip(INDICES, (float(value) for value in _index_stack(p[None], shares[None])[0]), strict=True))


def mobility_indices(
    pairs: pd.DataFrame, states: Sequence[str], out: str = OUT, draws: int = 999, seed: int = 1
) -> Mapping[str, Estimate] | NotEnoughData:
    """Estimate the mobility indices of `indices` with 95 % intervals from a bootstrap of persons.

    A person is drawn with all her pairs. Pairs without a later state are left out. The starting shares are those of the pairs.
    A draw in which nobody starts from some state has no matrix and is left out; with `MIN_STARTERS` in each that is rare.

    Parameters
    ----------
    pairs : one row per pair: ``person``, ``from``, ``to``
    states : all states, ordered from the base upwards
    out : name of the state of not being there; pairs that end in it are left out
    draws, seed : of the bootstrap

    Returns
    -------
    mapping
        Index to Estimate (n is persons); or NotEnoughData when fewer than `MIN_STARTERS` start from a state.

    Raises
    ------
    MetricError
        When a state is not in `states`.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"person": range(40), "from": ["low", "high"] * 20, "to": ["low", "high", "high", "high"] * 10})
    >>> mobility_indices(pairs, ["low", "high"])["upward"].value
    0.5
    """
    seen = pairs.loc[_there(pairs, out)]
    per_person = _pairs_per_person(seen, tuple(states))
    starters = int((per_person.sum(axis=2) > 0).sum(axis=0).min())
    if starters < MIN_STARTERS:
        return NotEnoughData(BOOTSTRAP, "persons in each group", starters, MIN_STARTERS)
    people = len(per_person)
    counts = np.einsum("dp,pij->dij", person_weights(people, draws, seed), per_person, optimize=True)
    whole = counts[(counts.sum(axis=2) > 0).all(axis=1)]
    rows = whole.sum(axis=2)
    values = _index_stack(whole / rows[:, :, None], rows / rows.sum(axis=1, keepdims=True))
    return {name: percentile(values[0, i], values[1:, i], people, "index", BOOTSTRAP) for i, name in enumerate(INDICES)}


def _there(pairs: pd.DataFrame, out: str) -> pd.Series[bool]:
    return pairs["to"].notna() & pairs["to"].ne(out)


def _codes(values: pd.Series[Any], states: tuple[str, ...]) -> NDArray[np.int64]:
    codes = pd.Index(states, dtype=object).get_indexer(pd.Index(values, dtype=object)).astype(np.int64)
    if (codes < 0).any():
        raise MetricError(f"Every state must be one of {', '.join(states)}, but at least one pair has another or none.")
    return np.asarray(codes)


def _pairs_per_person(seen: pd.DataFrame, states: tuple[str, ...]) -> Floats:
    """Give (persons, m, m) counts; persons whose pairs are alike stay apart, for they are drawn one by one."""
    start, end = _codes(seen["from"], states), _codes(seen["to"], states)
    who, people = pd.factorize(seen["person"])
    counts = np.zeros((len(people), len(states), len(states)))
    np.add.at(counts, (who, start, end), 1.0)
    return counts


def _index_stack(p: Floats, start: Floats) -> Floats:
    """Give the indices of many matrices: (draws, m, m) and (draws, m) to (draws, indices)."""
    m = p.shape[1]
    diagonal = np.einsum("dii->di", p)
    sizes = np.sort(np.abs(np.linalg.eigvals(p)), axis=1)
    steps = np.abs(np.subtract.outer(np.arange(m), np.arange(m)))
    rises = np.triu(np.ones((m, m)), 1)
    below_top = start[:, :-1].sum(axis=1)
    upward = np.einsum("di,dij,ij->d", start, p, rises) / np.where(below_top > 0, below_top, np.nan)
    return np.column_stack(
        [
            (m - diagonal.sum(axis=1)) / (m - 1),
            1 - np.abs(np.linalg.det(p)),
            1 - sizes[:, -2],
            m * (1 - (start * diagonal).sum(axis=1)) / (m - 1),
            np.einsum("di,dij,ij->d", start, p, steps) / (m - 1),
            upward,
        ]
    )
