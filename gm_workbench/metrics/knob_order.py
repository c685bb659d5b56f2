"""May the knobs of the behavioural model be put in order? Differences between them, and the places that each may have.

The room `moderation` puts each knob on a map by itself. That one lies further right than another need not mean anything: the
same persons answered about both, and there are many pairs to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.moderation import BARRIERS, SCALES, knobs
from gm_workbench.metrics.several import Simultaneous, simultaneous

Floats = NDArray[np.float64]

ORDER = "difference between knobs, sandwich by person"


@dataclass(frozen=True, slots=True)
class Part:
    """Room or link of a knob, what each person adds to its error (persons,), and who was asked (persons,)."""

    value: float
    added: Floats
    asked: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two knobs: how much more room, and how much more link, the first has than the other; intervals hold for all pairs."""

    one: str
    other: str
    room: Estimate
    link: Estimate


@dataclass(frozen=True, slots=True)
class Places:
    """The places that a knob may have, from 1 for most room (or strongest link): the first and the last of them."""

    name: str
    room: tuple[int, int]
    link: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Order:
    """What may be said of the order of the knobs.

    Attributes
    ----------
    pairs : tuple of Pair
    places : tuple of Places
        In the order given; a knob whose places run from 1 to 1 has the most, and only then may it be called so.
    n : int
        Persons who answered about any of them.
    """

    pairs: tuple[Pair, ...]
    places: tuple[Places, ...]
    n: int


@as_declared
def knob_order(
    frame: pd.DataFrame,
    *,
    intention: str = "INT",
    scales: Sequence[str] = SCALES,
    barriers: Sequence[str] = BARRIERS,
    person: str = "person",
) -> Order | NotEnoughData:
    r"""Say which knobs have more room than others, and which move more with intention, as far as the data can tell.

    Room r and link :math:`\ell` are those of `moderation.knobs`. A person i adds to the error of each

    .. math:: \psi_i(r) = \sum_t (r_{it} - \bar r) / N, \qquad \psi_i(\ell) = \ell \left( \frac{s_i^{xy}}{S^{xy}}
        - \frac{s_i^{xx}}{2 S^{xx}} - \frac{s_i^{yy}}{2 S^{yy}} \right)

    with :math:`s_i^{xy} = \sum_t (x_{it} - \bar x_i)(y_{it} - \bar y_i)`, and capitals their sums over persons. So the spreads
    within persons are estimated too, and it counts that the same persons answered about every knob. The variance of a
    difference between knobs j and k is :math:`\frac{G}{G-1} \sum_i (\psi_{ij} - \psi_{ik})^2` over G persons. Intervals of all
    pairs hold together (Holm, each direction at half the risk; rooms and links are a family each), and so do the places: a knob
    comes after those that are proven to have more and before those proven to have less. A higher place is no better lever: what
    moves with intention need not move it.

    Parameters
    ----------
    frame : DataFrame
        One row per person and wave, scores of 0-100, as for `moderation.knobs`.
    intention, scales, barriers, person
        As there; knobs without room or link are left out.

    Returns
    -------
    Order or NotEnoughData
        Differences in parts of the scale (room) and in correlations (link). NotEnoughData when fewer than two knobs have
        both, as with fewer than 30 persons.

    Raises
    ------
    MetricError
        When a column is missing or not numeric, a person is missing, or two knobs are the same.

    References
    ----------
    Mogstad, Romano, Shaikh & Wilhelm (2024), doi:10.1093/restud/rdad006 (places); Huber (1967), Proc. 5th Berkeley Symposium
    1:221-233 (sandwich); Crutzen, Noijen & Peters (2017), doi:10.3389/fpubh.2017.00165 (maps of determinants).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rows = pd.DataFrame({"person": np.arange(240) // 3, "INT": rng.normal(50, 9, 240)})
    >>> rows = rows.assign(ATT=rows["INT"] + rng.normal(0, 5, 240), SEF=rng.normal(80, 9, 240))
    >>> [(one.name, one.room, one.link) for one in knob_order(rows, scales=["ATT", "SEF"]).places]
    [('ATT', (1, 1), (1, 1)), ('SEF', (2, 2), (2, 2))]
    """
    found = knobs(frame, intention=intention, scales=scales, barriers=barriers, person=person)
    names = [knob.name for knob in found if isinstance(knob.room, Estimate) and isinstance(knob.link, Estimate)]
    short = shortage(ORDER, ("knobs", len(names), 2))
    if short is not None:
        return short
    turned = frame.assign(**{name: 100 - frame[name] for name in barriers if name in names})
    codes, labels = pd.factorize(frame[person])
    parts = [_parts(turned[name], turned[intention], codes, len(labels)) for name in names]
    rooms = _differences({name: room for name, (room, _) in zip(names, parts, strict=True)}, "share")
    links = _differences({name: link for name, (_, link) in zip(names, parts, strict=True)}, "correlation")
    pairs = tuple(Pair(*names, rooms[names], links[names]) for names in rooms)
    places = (Places(name, _place(name, rooms), _place(name, links)) for name in names)
    return Order(pairs, tuple(places), len(labels))


def _parts(score: pd.Series[float], intention: pd.Series[float], codes: NDArray[np.int64], persons: int) -> tuple[Part, Part]:
    """Give room and link of a knob, and what each person adds to the error of each."""
    x, y = score.to_numpy(dtype=float), intention.to_numpy(dtype=float)
    there = ~np.isnan(x)

    def added(values: NDArray[Any], of: NDArray[np.int64]) -> Floats:
        return np.bincount(of, values, persons).astype(np.float64)

    room = (100 - x[there]) / 100
    both = there & ~np.isnan(y)
    both &= np.bincount(codes[both], minlength=persons)[codes] > 1
    own, rows = codes[both], np.bincount(codes[both], minlength=persons)
    dx, dy = (v[both] - (added(v[both], own) / np.maximum(rows, 1))[own] for v in (x, y))
    xy, xx, yy = added(dx * dy, own), added(dx**2, own), added(dy**2, own)
    link = float(xy.sum() / np.sqrt(xx.sum() * yy.sum()))
    shares = xy / np.sqrt(xx.sum() * yy.sum()) - link * (xx / xx.sum() + yy / yy.sum()) / 2
    asked = np.bincount(codes[there], minlength=persons) > 0
    first = Part(float(room.mean()), added(room - room.mean(), codes[there]) / len(room), asked)
    return first, Part(link, shares, rows > 0)


def _differences(parts: Mapping[str, Part], unit: str) -> dict[tuple[str, str], Estimate]:
    """Give the difference of every pair, with intervals that hold for all of them together."""
    pairs = {" − ".join(pair): pair for pair in combinations(parts, 2)}
    alone = {name: _difference(parts[one], parts[other], unit) for name, (one, other) in pairs.items()}
    told = simultaneous(alone)
    return {pairs[name]: one.estimate for name, one in told.items() if isinstance(one, Simultaneous)}


def _difference(one: Part, other: Part, unit: str) -> Estimate:
    persons = int((one.asked | other.asked).sum())
    value = one.value - other.value
    se = float(np.sqrt(persons / (persons - 1) * np.sum((one.added - other.added) ** 2)))
    half = float(stats.t.ppf(0.975, persons - 1)) * se
    return Estimate(value, value - half, value + half, se, persons, unit, ORDER, df=float(persons - 1))


def _place(name: str, differences: Mapping[tuple[str, str], Estimate]) -> tuple[int, int]:
    """Give the first and last place: after those proven to have more, before those proven to have less."""
    signs = [(1 if name == one else -1, estimate) for (one, other), estimate in differences.items() if name in (one, other)]
    less = sum(estimate.excludes_zero and sign * estimate.value > 0 for sign, estimate in signs)
    more = sum(estimate.excludes_zero and sign * estimate.value < 0 for sign, estimate in signs)
    return 1 + more, 1 + len(signs) - less
