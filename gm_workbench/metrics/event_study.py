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
from gm_workbench.metrics.checks import require_draws, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.sides import beside
from gm_workbench.metrics.staggered import GroupTime, estimated
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

    Errors allow for the weights being estimated; degrees of freedom are those of `group_time`, of all who are in the sum. Bands
    use the largest of all :math:`|t|` in draws that give every cluster a random sign (multiplier bootstrap), or where clusters
    may be few a random normal number, put on t as the intervals are; they are never narrower than a single interval.

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
    bands = _bands(told, [parts[name].moved for name in told], result, draws, seed)
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

    .. math:: F = \frac{\eta - q + 1}{\eta\, q}\, \hat\theta' \hat V^{-1} \hat\theta \sim F(q, \eta - q + 1)

    :math:`\eta` are the fewest degrees of freedom of a moment before (Hotelling's test), infinite where intervals are normal.
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
        NotEnoughData without a moment before, or when :math:`\eta` is less than 1 above the number of moments before.

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
    q, told = len(chosen), {i: one.estimate(result) for i, one in enumerate(chosen)}
    eta = min((one.df for one in told.values()), default=np.inf)
    room = result.clusters - len(result.sizes) - 1 if np.isinf(eta) else eta
    short = shortage(METHOD, ("moments before the beginning", q, 1), ("clusters more than moments before", int(room) - q, 1))
    if short is not None:
        return short
    values, moved = np.array([one.value for one in chosen]), np.column_stack([one.moved for one in chosen])
    covariance = moved.T @ moved
    if np.linalg.matrix_rank(covariance) < q:
        return NotEnoughData(METHOD, "different outcomes", 1, 2)
    wald, df = float(values @ np.linalg.solve(covariance, values)), eta - q + 1
    statistic = wald / q if np.isinf(eta) else df / (eta * q) * wald
    p = float(stats.chi2.sf(wald, q) if np.isinf(eta) else stats.f.sf(statistic, q, df))
    bands = _bands(told, [one.moved for one in chosen], result, draws, seed)
    return Pretrends(statistic, q, df, p, max(max(abs(one.low), abs(one.high)) for one in bands.values()))


@dataclass(frozen=True, slots=True)
class _Sum:
    """A weighed sum of effects, by how much each cluster moves it, and the weight of each effect."""

    value: float
    moved: Floats
    weights: Floats

    @staticmethod
    def mean(sums: Sequence[_Sum]) -> _Sum:
        value, moved, weights = (
            np.mean([getattr(one, part) for one in sums], axis=0) for part in ("value", "moved", "weights")
        )
        return _Sum(float(value), moved, weights)

    def estimate(self, result: GroupTime) -> Estimate:
        one = next(iter(result.effects.values()))
        persons = sum(result.sizes.values()) + result.never
        made = estimated(self.value, self.moved, persons, one.unit, one.groups, result.degrees(self.weights))
        return beside(made, result.sides(np.flatnonzero(self.weights).tolist()))


def _known(names: Sequence[int | None]) -> set[int]:
    return {name for name in names if name is not None}


def _weighed(result: GroupTime, chosen: Sequence[int]) -> _Sum:
    """Weigh the chosen cells by the share of persons in their groups, which is estimated as well."""
    every, cohorts, one = list(result.effects.items()), list(result.sizes), np.eye(len(result.effects))
    cells = [_Sum(every[i][1].value, result.influence[:, i], one[i]) for i in chosen]
    return _by_share(result, cells, [cohorts.index(every[i][0][0]) for i in chosen])


def _across(result: GroupTime, parts: Mapping[int, _Sum]) -> _Sum:
    return _by_share(result, list(parts.values()), [list(result.sizes).index(name) for name in parts])


def _by_share(result: GroupTime, sums: Sequence[_Sum], cohorts: Sequence[int]) -> _Sum:
    shares, members = result.shares[cohorts], result.membership[:, cohorts]
    values, weights = np.array([one.value for one in sums]), shares / shares.sum()
    value, moved = float(weights @ values), np.column_stack([one.moved for one in sums])
    by_effect = np.column_stack([one.weights for one in sums]) @ weights
    return _Sum(value, moved @ weights + members @ (values - value) / shares.sum(), by_effect)


def _bands(
    told: Mapping[int, Estimate], moved: Sequence[Floats], result: GroupTime, draws: int, seed: int
) -> dict[int, Estimate]:
    spread = {name: one for name, one in told.items() if one.se > 0}
    if not spread:
        return dict(told)
    require_draws(draws, seed, "simultaneous band")
    rng, size = np.random.default_rng(seed), (draws, result.clusters)
    # signs of five cannot add up to what lies far out
    drawn = rng.normal(size=size) if result.few else rng.choice([-1.0, 1.0], size=size)
    scaled = np.column_stack([one / np.sqrt(one @ one) for one in moved if one @ one > 0])
    largest = float(np.quantile(np.abs(drawn @ scaled).max(axis=1), 0.95))
    return {name: _widened(one, largest) for name, one in told.items()}


def _widened(one: Estimate, largest: float) -> Estimate:
    tail = min(0.025, float(stats.norm.sf(largest)))  # what is as far out on t lies farther
    half = float(stats.t.isf(tail, one.df)) * one.se
    method = f"{one.method}, simultaneous band"
    return replace(one, low=one.value - half, high=one.value + half, method=method)
