"""Who moves between states: transition matrices, and indices that sum a matrix up in one number.

A *pair* is a person's state at one moment and at a later one. States are ordered from the base upwards. What happens to
somebody who is not there at the later moment (nothing known, or a state such as ``no_pay``) is a choice that is named:
``"drop"`` leaves the pair out, so the matrix is about those seen twice; ``"out"`` counts it in a last column; ``"weighted"``
lets those seen twice stand for who began in the same state and is alike in columns that are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.bootstrap import class_draws, percentile
from gm_workbench.metrics.checks import are_labels, require_columns, require_filled, table_of
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mobility_draws import INDICES, counted_indices, index_stack, same_pairs
from gm_workbench.metrics.widths import ALIKE as SAME
from gm_workbench.metrics.widths import is_flat

Floats = NDArray[np.float64]
Attrition = Literal["drop", "out", "weighted"]

OUT = "out"
MATRIX = "transition matrix, shares of each row"
BOOTSTRAP = "bootstrap of persons, percentile interval"
MIN_STARTERS = 10
"""Persons who must start from each state before an index has an interval (assumed floor)."""

MIN_SEEN = 5
"""Pairs of each state and stratum that must be seen later before they stand for the others (assumed floor)."""


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
    weighted : tuple of tuples of float, or None
        With ``"weighted"``, counts in which those seen stand for those who were not; they are not whole numbers.
    """

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    persons: int
    lost: int
    attrition: Attrition
    weighted: tuple[tuple[float, ...], ...] | None = None

    @property
    def pairs(self) -> int:
        return sum(sum(row) for row in self.counts)

    @property
    def shares(self) -> tuple[tuple[float, ...], ...]:
        """Shares of each row, weighted where that was asked; NaN in a row that nobody started from."""
        rows = self.counts if self.weighted is None else self.weighted
        return tuple(tuple(count / sum(row) if sum(row) else float("nan") for count in row) for row in rows)


@as_declared
def transitions(
    pairs: pd.DataFrame,
    states: Sequence[str],
    attrition: Attrition = "drop",
    out: str = OUT,
    *,
    strata: Sequence[str] = (),
) -> Transitions | NotEnoughData:
    r"""Count the pairs of states; row shares :math:`p_{ij} = n_{ij} / n_{i\cdot}` estimate the transition probabilities.

    With ``"weighted"``, and strata s of which n began in state i and m of these were seen later,

    .. math:: p_{ij} = \sum_s \frac{n_{is}}{n_{i\cdot}} \, \frac{m_{ijs}}{m_{i\cdot s}}

    which is right when, within a state and stratum, whether somebody is seen has nothing to do with where she went. No rule of
    the three can tell where those went who were not seen; show two of them side by side when many were lost. Ties (equal wages
    that fall on the border of two states) are decided before: by whoever makes states out of wages, who must say how.

    Parameters
    ----------
    pairs : one row per pair: ``person``, ``from``, ``to`` (missing, or `out`, when the person was not there later)
    states : all states to start from, ordered from the base upwards
    attrition : ``"drop"``, ``"out"`` or ``"weighted"``, what to do with pairs without a later state
    out : name of the state of not being there
    strata : columns known of everybody at the start, for ``"weighted"`` only; without gaps

    Returns
    -------
    Transitions
        Counts; or NotEnoughData when there is no pair at all, or when fewer than 5 of a state and stratum were seen later.

    Raises
    ------
    MetricError
        When a column is missing, a person has a gap, a state is not in `states`, `attrition` is not one of the three, or strata
        are given without ``"weighted"`` or the other way about.

    References
    ----------
    Anderson & Goodman (1957), Annals of Mathematical Statistics 28:89-110; weights: Little & Rubin (2019), Statistical Analysis
    with Missing Data, §3.3 (weighting classes).

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"person": list("abcd"), "from": ["low"] * 3 + ["high"], "to": ["low", "high", None, "high"]})
    >>> transitions(pairs, ["low", "high"]).counts, transitions(pairs, ["low", "high"], "out").counts
    (((1, 1), (0, 1)), ((1, 1, 1), (0, 1, 0)))
    """
    _check_rule(pairs, attrition, strata)
    there = _there(pairs, out)
    weights = _class_weights(pairs, there, strata) if attrition == "weighted" else None
    if isinstance(weights, NotEnoughData):
        return weights
    seen = pairs.assign(to=pairs["to"].astype(object).where(there, out)) if attrition == "out" else pairs.loc[there]
    columns = (*states, out) if attrition == "out" else tuple(states)
    cells = state_codes(seen["from"], tuple(states)) * len(columns) + state_codes(seen["to"], columns)
    if not len(seen):
        return NotEnoughData(MATRIX, "persons", 0, 1)
    counts = _square(cells, len(states), len(columns))
    rows = tuple(tuple(int(count) for count in row) for row in counts)
    weighed = None if weights is None else tuple(map(tuple, _square(cells, len(states), len(columns), weights).tolist()))
    lost = len(pairs) - len(seen)
    return Transitions(tuple(states), columns, rows, seen["person"].nunique(), lost, attrition, weighed)


@as_declared
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
        When the matrix is not square, has fewer than two states, holds a share below 0, or a row does not sum to 1; and when
        starting shares are not as many, of 0 or more, that sum to 1, or all start in the highest state.

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
    p = table_of(matrix)
    if p.ndim != 2 or p.shape[0] != p.shape[1] or len(p) < 2:
        raise MetricError("A mobility index needs a square matrix of two or more states.")
    if not (np.allclose(p.sum(axis=1), 1, atol=1e-6) and (p >= 0).all()):
        raise MetricError(
            "Every row of a transition matrix must sum to 1, with shares of 0 or more, but at least one does not."
        )
    shares = np.full(len(p), 1 / len(p)) if start is None else table_of([start])[0]
    if shares.shape != (len(p),) or not (abs(shares.sum() - 1) < 1e-6 and (shares >= 0).all()):
        raise MetricError(f"The starting shares must be {len(p)} of 0 or more that sum to 1, one for each state, but are not.")
    if not shares[:-1].any():
        raise MetricError(
            "The starting shares must leave somebody below the highest state, or nobody can rise; but they do not."
        )
    return dict(zip(INDICES, (float(value) for value in index_stack(p[None], shares[None])[0]), strict=True))


@as_declared
def mobility_indices(
    pairs: pd.DataFrame, states: Sequence[str], out: str = OUT, draws: int = 999, seed: int = 1
) -> Mapping[str, Estimate | NotEnoughData] | NotEnoughData:
    r"""Estimate the mobility indices of `indices` with 95 % intervals from a bootstrap of persons.

    A person is drawn with all her pairs. Pairs without a later state are left out. The starting shares are those of the pairs.
    Persons with the same pairs are alike, so a draw of n persons with replacement is a multinomial draw of how many there are
    of each kind, :math:`(n^*_1, n^*_2, \ldots) \sim \mathrm{Multinomial}(n; n_1/n, n_2/n, \ldots)`, and its matrix follows from
    these. That is the same bootstrap and not an approximation of it; with a pair each, 50,000 persons take as long as 50.
    A draw in which nobody starts from some state has no matrix and is left out; with `MIN_STARTERS` in each that is rare.

    Where the later state does not depend on the first at all, determinant and second eigenvalue are at the end of what they can
    be: estimates then all lie on one side of it, and their intervals do not hold it.

    States are taken as known: where they are fifths of the persons' own wages, the borders are not drawn again. Indices count
    up and down alike, and noise in a wage looks like movement (`rank_mobility`, `directions` tell more).

    Parameters
    ----------
    pairs : one row per pair: ``person``, ``from``, ``to``
    states : all states, ordered from the base upwards
    out : name of the state of not being there; pairs that end in it are left out
    draws, seed : of the bootstrap

    Returns
    -------
    mapping
        Index to Estimate (n is persons), or to NotEnoughData when it is the same in every draw, as the determinant is when all
        end in one state. NotEnoughData as a whole when fewer than `MIN_STARTERS` start from a state, or when no index varies.

    Raises
    ------
    MetricError
        When a column is missing, a person has a gap, or a state is not in `states`.

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
    _check_rule(pairs, "drop", ())
    seen = pairs.loc[_there(pairs, out)]
    start, end = state_codes(seen["from"], tuple(states)), state_codes(seen["to"], tuple(states))
    alike = same_pairs(pd.factorize(seen["person"])[0], start, end, len(states))
    if alike.starters < MIN_STARTERS:
        return NotEnoughData(BOOTSTRAP, "persons in each group", alike.starters, MIN_STARTERS)
    values = counted_indices(alike.tables(class_draws(alike.sizes, draws, seed)))
    found = {name: percentile(values[0, i], values[1:, i], alike.people, "index", BOOTSTRAP) for i, name in enumerate(INDICES)}
    if all(is_flat(one) for one in found.values()):
        return NotEnoughData(BOOTSTRAP, SAME, 1, 2)
    return {name: replace(one, fewest=alike.starters) for name, one in found.items()}


def _check_rule(pairs: pd.DataFrame, attrition: Attrition, strata: Sequence[str]) -> None:
    require_columns(pairs, ["to"], MATRIX)
    require_filled(pairs, ["person", "from", *strata], MATRIX)
    if attrition not in ("drop", "out", "weighted"):
        raise MetricError(f"Attrition must be 'drop', 'out' or 'weighted' but got {attrition!r}.")
    if bool(strata) is not (attrition == "weighted"):
        raise MetricError(f"Strata must be given with 'weighted', and only then, but got {len(strata)} with {attrition!r}.")


def _class_weights(pairs: pd.DataFrame, there: pd.Series[bool], strata: Sequence[str]) -> NDArray[np.float64] | NotEnoughData:
    """Give each pair that was seen the number of pairs it stands for: those of its state and stratum over those seen."""
    seen = there.groupby([pairs[name] for name in ("from", *strata)], observed=True)
    least = int(seen.sum().min()) if len(pairs) else 0
    if least < MIN_SEEN:
        return NotEnoughData(MATRIX, "persons seen later in each group", least, MIN_SEEN)
    return np.asarray(1 / seen.transform("mean")[there], dtype=float)


def _square(cells: NDArray[np.int64], rows: int, columns: int, weights: NDArray[np.float64] | None = None) -> NDArray[Any]:
    return np.bincount(cells, weights, minlength=rows * columns).reshape(rows, columns)


def _there(pairs: pd.DataFrame, out: str) -> pd.Series[bool]:
    return pairs["to"].notna() & pairs["to"].ne(out)


def state_codes(values: pd.Series[Any], states: tuple[str, ...]) -> NDArray[np.int64]:
    """Number states from the base upwards, or say that a pair has a state that was not declared.

    >>> state_codes(pd.Series(["high", "low"]), ("low", "high")).tolist()
    [1, 0]
    """
    if len(set(states)) < len(states):
        raise MetricError(f"Every state must be declared once, but got {', '.join(map(str, states))}.")
    if not are_labels(values):
        raise MetricError("Every state must be a text or a number, but some are neither.")
    codes = pd.Index(states, dtype=object).get_indexer(pd.Index(values, dtype=object)).astype(np.int64)
    if (codes < 0).any():
        told = ", ".join(map(str, states))
        raise MetricError(f"Every state must be one of {told}, but at least one pair has another or none.")
    return np.asarray(codes)
