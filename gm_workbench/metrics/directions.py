"""Up and down, kept apart: who moves to a better state and who to a worse one, and how far wages move in each direction.

A mobility index adds up rises and falls. Here each has its own number, with an interval that holds when persons share a coach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_columns, require_filled, require_numbers, shortage
from gm_workbench.metrics.clustered_share import share
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mobility import OUT, state_codes
from gm_workbench.metrics.one_group import OneGroup

Floats = NDArray[np.float64]

SHARES = "shares that move up and down"
MOVEMENT = "movement of log wages (Fields and Ok)"
MIN_PERSONS = 10
"""Persons who could have moved in a direction, and persons with both wages, below which there is no number (assumed floor)."""

MIN_CLUSTERS = 10
"""Coaches or teams below which errors by cluster cannot be trusted (assumed floor, that of the hazards)."""


@dataclass(frozen=True, slots=True)
class Directions:
    """Shares of pairs of states by the way they went.

    Attributes
    ----------
    up : Estimate
        Of those who did not start in the highest state, the share that ended higher.
    down : Estimate
        Of those who did not start in the lowest state, the share that ended lower.
    stayed : Estimate
        Of all, the share that ended where it began.
    """

    up: Estimate
    down: Estimate
    stayed: Estimate


@as_declared
def direction_shares(
    pairs: pd.DataFrame, states: Sequence[str], out: str = OUT, cluster: str | None = None
) -> Directions | NotEnoughData:
    r"""Estimate the shares that move up, move down and stay.

    .. math:: \hat u = \frac{\#\{j > i\}}{\#\{i < m\}}, \quad \hat d = \frac{\#\{j < i\}}{\#\{i > 1\}}, \quad
        \hat s = \frac{\#\{j = i\}}{n}

    of pairs that start in state i and end in state j of m. Who starts at the top cannot rise and is left out of the share that
    rises, and likewise at the bottom; so the three do not add up to 1. With states that are fifths of the same persons' wages
    one person's rise is another's fall. They say who moved, not why: after a bad month many rise by themselves.

    Parameters
    ----------
    pairs : one row per pair: ``person``, ``from``, ``to`` (pairs without a later state, or ending in `out`, are left out)
    states : all states, ordered from the base upwards
    out : name of the state of not being there
    cluster : column with the coach or team that persons share; default the person, who may have several pairs

    Returns
    -------
    Directions or NotEnoughData
        In probability, with the intervals of `clustered_share.share`. NotEnoughData when fewer than 10 persons could have
        risen or fallen, or with fewer than 10 clusters.

    Raises
    ------
    MetricError
        When a column is missing, a cluster or person has a gap, or a state is not in `states`.

    References
    ----------
    Formby, Smith & Zheng (2004), J Econometrics 120, doi:10.1016/S0304-4076(03)00211-2; interval: see `clustered_share.share`.

    Examples
    --------
    >>> pairs = pd.DataFrame({"person": range(40), "from": ["low", "high"] * 20, "to": ["low", "high", "high", "low"] * 10})
    >>> found = direction_shares(pairs, ["low", "high"])
    >>> found.up.value, found.down.value, found.stayed.n
    (0.5, 0.5, 40)
    """
    group = cluster or "person"
    require_filled(pairs, ["person", "from", group], SHARES)
    require_columns(pairs, ["to"], SHARES)
    seen = pairs.loc[pairs["to"].notna() & pairs["to"].ne(out)]
    start, end = (pd.Series(state_codes(seen[side], tuple(states)), index=seen.index) for side in ("from", "to"))
    able = {"up": start < len(states) - 1, "down": start > 0, "stayed": start >= 0}
    least = min(seen.loc[rows, "person"].nunique() for rows in able.values())
    clusters = min(seen.loc[rows, group].nunique() for rows in able.values())
    short = shortage(SHARES, ("persons in each group", least, MIN_PERSONS), ("clusters", clusters, MIN_CLUSTERS))
    if short is not None:
        return short
    went = {"up": end > start, "down": end < start, "stayed": end == start}
    return Directions(**{way: share(went[way][rows], seen.loc[rows, group]) for way, rows in able.items()})


@dataclass(frozen=True, slots=True)
class Movement:
    """How far wages moved, in log points (0.10 is about 10 per cent), averaged over persons.

    Attributes
    ----------
    amount : Estimate
        Mean size of the change, whichever way it went; 0 only when nobody's wage changed.
    net : Estimate
        Mean change: rises minus falls.
    gains, losses : Estimate or NotEnoughData
        The part of `amount` that comes from rises, and the part from falls; they add up to it. NotEnoughData when nobody rose,
        or fell.
    rose, fell : int
        Persons behind each part: of few, or where one of them makes up most of it, the part is about them.
    largest : float
        The share that one person has at most in a part.
    """

    amount: Estimate
    net: Estimate
    gains: Estimate | NotEnoughData
    losses: Estimate | NotEnoughData
    rose: int = 0
    fell: int = 0
    largest: float = 1.0


@as_declared
def movement(
    frame: pd.DataFrame, start: str = "from", later: str = "to", cluster: str | None = None
) -> Movement | NotEnoughData:
    r"""Estimate how far wages moved, and in which direction.

    .. math:: M = \frac1n \sum_i |\log y_{i1} - \log y_{i0}|, \qquad D = \frac1n \sum_i (\log y_{i1} - \log y_{i0})

    M is how much wages move; D is by how much they rise on balance. Growth of everybody's wages alike shows in both: divide by
    a wage index or threshold of the year first when only changes of place should count. Noise in a wage adds to M, never to D.

    Parameters
    ----------
    frame : one row per person, no gaps in the columns named
    start, later : columns with the two wages, positive, in the same unit
    cluster : column with the coach or team that persons share

    Returns
    -------
    Movement or NotEnoughData
        In log points, t intervals on persons − 1, or with the errors and degrees of freedom of `one_group.OneGroup`.
        NotEnoughData below 10 persons or 10 clusters, when one or two clusters have most of the persons, or when all wages
        moved alike.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, or a wage is not positive.

    References
    ----------
    Fields & Ok (1999), Measuring movement of incomes, Economica 66:455-471, doi:10.1111/1468-0335.00183.

    Examples
    --------
    >>> wages = pd.DataFrame({"from": [10.0] * 20, "to": [11.0] * 15 + [9.0] * 5})
    >>> found = movement(wages)
    >>> round(found.amount.value, 3), round(found.net.value, 3), round(found.gains.value - found.losses.value, 3)
    (0.098, 0.045, 0.045)
    """
    require_numbers(frame, [start, later], MOVEMENT)
    if cluster is not None:
        require_filled(frame, [cluster], MOVEMENT)
    if not (frame[[start, later]] > 0).all(axis=None):
        raise MetricError(f"{MOVEMENT}: every {start} and {later} must be positive, but at least one is not.")
    codes = np.arange(len(frame)) if cluster is None else pd.factorize(frame[cluster])[0]
    clusters = len(np.unique(codes))
    short = shortage(MOVEMENT, ("persons", len(frame), MIN_PERSONS), ("clusters", clusters, MIN_CLUSTERS))
    if short is not None:
        return short
    change = np.log(frame[later].to_numpy(dtype=float) / frame[start].to_numpy(dtype=float))
    parts = {"amount": np.abs(change), "net": change, "gains": np.maximum(change, 0), "losses": np.maximum(-change, 0)}
    group, grouped = OneGroup.of(np.asarray(codes)), None if cluster is None else clusters
    if (short := group.short(MOVEMENT)) is not None:
        return short
    means = {name: _mean(values, group, grouped) for name, values in parts.items()}
    largest = max(_largest(parts["gains"]), _largest(parts["losses"]))
    return Movement(**means, rose=int((change > 0).sum()), fell=int((change < 0).sum()), largest=largest)


def _largest(part: Floats) -> float:
    """Give the share of the largest contributor, 0 when there is none."""
    return float(part.max() / part.sum()) if part.any() else 0.0


def _mean(values: Floats, group: OneGroup, groups: int | None) -> Estimate:
    n, value = len(values), float(values.mean())
    se = group.error((values - value) / n)
    half = float(stats.t.ppf(0.975, group.df)) * se
    return Estimate(value, value - half, value + half, se, n, "log points", MOVEMENT, groups, group.df)
