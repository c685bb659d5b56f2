"""Effects by group and moment added up: one number, a course over moments since the beginning, and what was there before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.staggered import GroupTime
from gm_workbench.metrics.staggered_rows import METHOD
from gm_workbench.metrics.staggered_sums import Sum, across, bands_of, many, weighed

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
    parts = {name: weighed(result, [i for i, one in enumerate(names) if one == name]) for name in sorted(_known(names))}
    after = [part for name, part in parts.items() if kind != "dynamic" or name >= 0]
    overall = across(result, parts) if kind == "group" else Sum.mean(after)
    parts = {} if kind == "simple" else parts
    told, bands = {name: one.estimate(result) for name, one in parts.items()}, bands_of(result, parts, draws, seed)
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
        ``did`` package, where every group has 20 clusters or more for each moment that is tested of it. With few clusters in
        several groups it hardly ever sees anything. NotEnoughData without a
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
    chosen = [weighed(result, [i for i, one in enumerate(names) if one == name]) for name in sorted(set(before))]
    q = len(chosen)
    if not q:
        return NotEnoughData(METHOD, "moments before the beginning", 0, 1)
    fewest = min(one.df(result) for one in chosen)
    df = np.inf if many(result, chosen) else fewest - q + 1
    if df < 1:
        return NotEnoughData(METHOD, "clusters more than moments before", int(df), 1)
    values, moved = np.array([one.value for one in chosen]), np.column_stack([one.moved for one in chosen])
    covariance = moved.T @ moved
    if np.linalg.matrix_rank(covariance) < q:
        return NotEnoughData(METHOD, "different outcomes", 1, 2)
    statistic = float(values @ np.linalg.solve(covariance, values)) / q
    p = float(stats.f.sf(statistic * df / fewest, q, df) if np.isfinite(df) else stats.chi2.sf(statistic * q, q))
    bands = bands_of(result, dict(enumerate(chosen)), draws, seed)
    return Pretrends(statistic, q, df, p, max(max(abs(one.low), abs(one.high)) for one in bands.values()))


def _known(names: Sequence[int | None]) -> set[int]:
    return {name for name in names if name is not None}
