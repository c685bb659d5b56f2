"""Effects by group and moment added up: one number, a course over moments since the beginning, and what was there before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_draws
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sides import beside
from gm_workbench.metrics.staggered import GroupTime, estimated
from gm_workbench.metrics.staggered_cells import MANY_ON_A_SIDE
from gm_workbench.metrics.staggered_rows import METHOD

Floats = NDArray[np.float64]
Kind = Literal["simple", "dynamic", "group", "calendar"]

KINDS = ("simple", "dynamic", "group", "calendar")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Effects added up.

    Attributes
    ----------
    overall : Estimate
        One number for everything after the beginning.
    parts : mapping of int to Estimate
        By moments since the beginning (``dynamic``), by beginning (``group``) or by moment (``calendar``); none for ``simple``.
    bands : mapping of int to Estimate
        The same, with intervals that hold for all parts together.
    kind : str
    """

    overall: Estimate
    parts: Mapping[int, Estimate]
    bands: Mapping[int, Estimate]
    kind: Kind


@as_declared
def aggregate(result: GroupTime, kind: Kind = "dynamic", *, draws: int = 999, seed: int = 1) -> Aggregate:
    r"""Add effects by group and moment up, with groups weighed by their share of persons.

    - ``simple``: mean of all ATT(g, t) with t ≥ g, each weighed by the size of g. Groups that began early count more often.
    - ``dynamic``: for each e, the mean of ATT(g, g + e); overall their plain mean over e ≥ 0. The groups behind it differ by e:
      only early groups are seen long after.
    - ``group``: for each g its mean over t ≥ g; overall weighed by size. The nearest to one effect for everybody who began.
    - ``calendar``: for each t the mean over the groups that had begun; overall their plain mean.

    Errors allow for the weights being estimated; degrees of freedom are Satterthwaite's over all groups that take part, so few
    clusters in one of them count. Bands use the largest of all :math:`|z|` in draws that give every cluster a normal weight
    (multiplier bootstrap), at the chance that a normal one is beyond it: each part has the t quantile of that chance at its own
    degrees of freedom. They are never narrower than a single interval. In draws without an effect single intervals and bands
    saw one in 4 to 6 of 100, with five coaches who began against forty or ninety-five, eight against eight, twenty against a
    hundred.

    Parameters
    ----------
    result : of `group_time`
    kind : as above
    draws, seed : of the bands

    Returns
    -------
    Aggregate
        In the unit of the effects; n counts all persons.

    Raises
    ------
    MetricError
        When the kind is unknown.

    References
    ----------
    Callaway & Sant'Anna (2021), §3 and §4; equal to ``did::aggte``.

    Examples
    --------
    >>> import pandas as pd
    >>> from gm_workbench.metrics.staggered import group_time
    >>> rows = pd.DataFrame([(p, t, 2 * (p < 10)) for p in range(20) for t in range(1, 4)], columns=["person", "time", "first"])
    >>> gain = (rows["time"] - 1.0) * (rows["first"] > 0) * (rows["time"] >= 2) + rows["person"] % 5 * rows["time"]
    >>> found = aggregate(group_time(rows.assign(score=gain), "score"))
    >>> {e: round(one.value, 2) for e, one in found.parts.items()}
    {0: 1.0, 1: 2.0}
    """
    if kind not in KINDS:
        raise MetricError(f"{METHOD}: the kind must be one of {', '.join(KINDS)} but got {kind!r}.")
    keys = list(result.effects)
    every: dict[str, list[int | None]] = {
        "simple": [0 if t >= g else None for g, t in keys],
        "dynamic": [t - g for g, t in keys],
        "group": [g if t >= g else None for g, t in keys],
        "calendar": [t if t >= g else None for g, t in keys],
    }
    names = every[kind]
    parts = {name: _weighed(result, [i for i, one in enumerate(names) if one == name]) for name in sorted(_known(names))}
    after = [part for name, part in parts.items() if kind != "dynamic" or name >= 0]
    overall = _across(result, parts) if kind == "group" else _Sum.mean(after)
    told = {} if kind == "simple" else {name: one.estimate(result) for name, one in parts.items()}
    bands = _bands(told, [parts[name].moved for name in told], result.clusters, draws, seed)
    return Aggregate(overall.estimate(result), MappingProxyType(told), MappingProxyType(bands), kind)


@dataclass(frozen=True, slots=True)
class Pretrends:
    """Whether groups already differed in their course before they began.

    Attributes
    ----------
    statistic, df, residual_df, p : float
        F statistic, its degrees of freedom, and the p-value of no difference at any moment before.
    could_hide : float
        The largest difference at any moment before, in the unit of the effects, that the bands still allow.
    """

    statistic: float
    df: int
    residual_df: float
    p: float
    could_hide: float


@as_declared
def pretrends(
    result: GroupTime, over: Literal["group_time", "dynamic"] = "group_time", *, draws: int = 999, seed: int = 1
) -> Pretrends | NotEnoughData:
    r"""Test all effects before the beginning at once: there should be none.

    .. math:: F = \hat\theta' \hat V^{-1} \hat\theta / q

    A small p contradicts parallel trends. A large p does **not** support them: with few teams the test misses most of what
    would matter, and going on only after a large p makes estimates worse (Roth 2022). So `could_hide` says which differences
    the data still allow; when it is as large as the effect, the event study cannot tell the two apart.

    Parameters
    ----------
    result : of `group_time`
    over : ``"group_time"``, all ATT(g, t) with t < g as in the ``did`` package; ``"dynamic"``, their means by moments to go
    draws, seed : of the bands behind `could_hide`

    Returns
    -------
    Pretrends or NotEnoughData
        With :math:`\eta` the fewest degrees of freedom of the effects, :math:`F (\eta - q + 1) / \eta` is held against F on q
        and η − q + 1 (Hotelling's), as with few clusters the usual test sees too much. It is :math:`\chi^2_q / q`, as in the
        ``did`` package, where every group has 20 clusters or more for each moment that is tested of it. NotEnoughData without a
        moment before, or with no more degrees of freedom than moments before.

    Raises
    ------
    MetricError
        When `over` is unknown.

    References
    ----------
    Callaway & Sant'Anna (2021), §5; Roth (2022), AER: Insights 4:305-322, doi:10.1257/aeri.20210236.

    Examples
    --------
    >>> import pandas as pd
    >>> from gm_workbench.metrics.staggered import group_time
    >>> rows = pd.DataFrame([(p, t, 3 * (p < 10)) for p in range(20) for t in range(1, 4)], columns=["person", "time", "first"])
    >>> found = pretrends(group_time(rows.assign(score=rows["person"] * rows["time"] % 7), "score"))
    >>> found.df, found.residual_df, 0 < found.p < 1
    (1, 18.0, True)
    """
    if over not in ("group_time", "dynamic"):
        raise MetricError(f"{METHOD}: over must be 'group_time' or 'dynamic' but got {over!r}.")
    names = [(t - g if over == "dynamic" else i) for i, (g, t) in enumerate(result.effects)]
    before = [name for name, (g, t) in zip(names, result.effects, strict=True) if t < g]
    chosen = [_weighed(result, [i for i, one in enumerate(names) if one == name]) for name in sorted(set(before))]
    q = len(chosen)
    if not q:
        return NotEnoughData(METHOD, "moments before the beginning", 0, 1)
    fewest = min(one.df(result) for one in chosen)
    df = np.inf if _many(result, chosen) else fewest - q + 1
    if df < 1:
        return NotEnoughData(METHOD, "clusters more than moments before", int(df), 1)
    values, moved = np.array([one.value for one in chosen]), np.column_stack([one.moved for one in chosen])
    covariance = moved.T @ moved
    if np.linalg.matrix_rank(covariance) < q:
        return NotEnoughData(METHOD, "different outcomes", 1, 2)
    statistic = float(values @ np.linalg.solve(covariance, values)) / q
    p = float(stats.f.sf(statistic * df / fewest, q, df) if np.isfinite(df) else stats.chi2.sf(statistic * q, q))
    told = {i: one.estimate(result) for i, one in enumerate(chosen)}
    bands = _bands(told, [one.moved for one in chosen], result.clusters, draws, seed)
    return Pretrends(statistic, q, df, p, max(max(abs(one.low), abs(one.high)) for one in bands.values()))


def _many(result: GroupTime, chosen: Sequence[_Sum]) -> bool:
    """Say whether every group has many clusters for each of the sums that it takes part in."""
    parts = np.sum([(one.load != 0).any(axis=1) for one in chosen], axis=0)
    return bool((result.columns.alike >= MANY_ON_A_SIDE * parts).all())


@dataclass(frozen=True, slots=True)
class _Sum:
    """A weighed sum of effects, by how much each cluster moves it, its weights by group and moment, and its effects."""

    value: float
    moved: Floats
    load: Floats
    chosen: tuple[int, ...]

    @staticmethod
    def mean(sums: Sequence[_Sum]) -> _Sum:
        chosen = tuple(i for one in sums for i in one.chosen)
        moved, load = (np.mean([getattr(one, name) for one in sums], axis=0) for name in ("moved", "load"))
        return _Sum(float(np.mean([one.value for one in sums])), moved, load, chosen)

    def df(self, result: GroupTime) -> float:
        return result.columns.df(self.load)

    def estimate(self, result: GroupTime) -> Estimate:
        one = next(iter(result.effects.values()))
        persons = sum(result.sizes.values()) + result.never
        made = estimated(self.value, self.moved, persons, one.unit, one.groups, self.df(result))
        return beside(made, result.sides(self.chosen))


def _known(names: Sequence[int | None]) -> set[int]:
    return {name for name in names if name is not None}


def _weighed(result: GroupTime, chosen: Sequence[int]) -> _Sum:
    """Weigh the chosen cells by the share of persons in their groups, which is estimated as well."""
    every, cohorts = list(result.effects.items()), list(result.sizes)
    values = np.array([every[i][1].value for i in chosen])
    own = [cohorts.index(every[i][0][0]) for i in chosen]
    return _Sum(*_by_share(result, values, result.influence[:, chosen], result.loads[chosen], own), tuple(chosen))


def _across(result: GroupTime, parts: Mapping[int, _Sum]) -> _Sum:
    cohorts = [list(result.sizes).index(name) for name in parts]
    values, moved = [one.value for one in parts.values()], [one.moved for one in parts.values()]
    chosen = tuple(i for one in parts.values() for i in one.chosen)
    loads = np.array([one.load for one in parts.values()])
    return _Sum(*_by_share(result, np.array(values), np.column_stack(moved), loads, cohorts), chosen)


def _by_share(
    result: GroupTime, values: Floats, moved: Floats, loads: Floats, cohorts: Sequence[int]
) -> tuple[float, Floats, Floats]:
    shares, members = result.shares[cohorts], result.membership[:, cohorts]
    weights = shares / shares.sum()
    value = float(weights @ values)
    load = np.tensordot(weights, loads, axes=1)
    return value, moved @ weights + members @ (values - value) / shares.sum(), load


def _bands(told: Mapping[int, Estimate], moved: Sequence[Floats], clusters: int, draws: int, seed: int) -> dict[int, Estimate]:
    spread = {name: one for name, one in told.items() if one.se > 0}
    if not spread:
        return dict(told)
    require_draws(draws, seed, "simultaneous band")
    weights = np.random.default_rng(seed).standard_normal((draws, clusters))
    scaled = np.column_stack([one / np.sqrt(one @ one) for one in moved if one @ one > 0])
    largest = float(np.quantile(np.abs(weights @ scaled).max(axis=1), 0.95))
    beyond = min(float(stats.norm.sf(largest)), 0.025)
    return {name: _widened(one, beyond) for name, one in told.items()}


def _widened(one: Estimate, beyond: float) -> Estimate:
    half = float(stats.t.isf(beyond, one.df)) * one.se
    method = f"{one.method}, simultaneous band"
    return replace(one, low=one.value - half, high=one.value + half, method=method)
