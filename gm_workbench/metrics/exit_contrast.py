"""How much two groups differ in the probability of an exit, when coaches rather than persons make the groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_draws, require_filled, require_numbers, require_pair, shortage
from gm_workbench.metrics.competing import Floats, checked, known_until, survival_before, tallies
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.exits import Curve, cumulative_incidence
from gm_workbench.metrics.sided_errors import both_sides, degrees, equal_shares
from gm_workbench.metrics.sides import sides_of

CLUSTER_BOOTSTRAP = "difference in cumulative incidence, bootstrap of clusters within groups, t interval"
VARIANCE_SUM = "difference in cumulative incidence, sum of delta-method variances"
UNIT = "difference in probability"
MIN_CLUSTERS = 5
"""Clusters in each group below which a cluster bootstrap says nothing about its own uncertainty (assumed)."""


@as_declared
def incidence_difference(
    frame: pd.DataFrame,
    horizon: float,
    *,
    by: str,
    groups: tuple[str, str],
    time: str = "time",
    event: str = "event",
    cluster: str | None = None,
    cause: int = 1,
    draws: int = 999,
    seed: int = 1,
) -> Estimate | NotEnoughData:
    r"""Estimate the difference between two groups in cumulative incidence at a horizon: the first minus the second.

    .. math:: \Delta(h) = \hat F_1(h) - \hat F_2(h), \qquad \hat F_g(h) = \sum_{s \le h} \hat S_g(s^-)
        \frac{d_{gj}(s)}{n_g(s)}

    With `cluster` the variance is the sum of the groups', each from a bootstrap that draws its whole clusters with
    replacement, times :math:`G_g / (G_g - 1)`, as its mean is that of the same clusters; the interval is t on the degrees of
    freedom of `sided_errors.degrees`, which count the smaller group. Without, it is the sum of the two delta-method variances
    with a normal interval, which is right only if persons are independent.

    Parameters
    ----------
    frame : one row per person
    horizon : months
    by, groups : column with the group, and the two groups: compared, reference
    time, event, cause : as in `cumulative_incidence`
    cluster : column with the coach; each coach belongs to one group
    draws, seed : of the bootstrap

    Returns
    -------
    Estimate
        In probability; or NotEnoughData when a group has fewer than two persons or fewer than `MIN_CLUSTERS` clusters, when
        somebody was still there at the last time of a group and that comes before the horizon, or when nobody of a group has
        left for the reason by then, or everybody has: its error would come out as zero.

    Raises
    ------
    MetricError
        When a column is missing or has gaps, there are not two groups, the horizon is not finite, or a cluster stands in both
        groups.

    References
    ----------
    Field & Welsh (2007), Bootstrapping clustered data, JRSS B 69:369-390; Rao & Wu (1988), doi:10.2307/2288945, on the factor.

    Examples
    --------
    >>> import pandas as pd
    >>> a = pd.DataFrame({"time": 2, "event": [1, 0, 0, 0], "arm": "a"})
    >>> b = pd.DataFrame({"time": 2, "event": [1, 1, 0, 0], "arm": "b"})
    >>> incidence_difference(pd.concat([a, b]), 2, by="arm", groups=("b", "a")).value
    0.25
    """
    require_numbers(frame, [time, event], VARIANCE_SUM)
    require_filled(frame, [by, *([cluster] if cluster else [])], VARIANCE_SUM)
    require_pair(groups, VARIANCE_SUM)
    if not 0 <= horizon < math.inf:
        raise MetricError(f"{VARIANCE_SUM}: the horizon must be 0 or more months and finite but got {horizon:g}.")
    parts = [frame.loc[frame[by].astype(str) == name] for name in groups]
    smallest = min(len(part) for part in parts)
    if smallest < 2:
        return NotEnoughData(VARIANCE_SUM, "persons in each group", smallest, 2)
    seen = min(known_until(*checked(part[time], part[event])) for part in parts)
    if seen < horizon:
        return NotEnoughData(VARIANCE_SUM, "months from the start", int(seen), math.ceil(horizon))
    if (short := _sure(parts, horizon, time, event, cause)) is not None:
        return short
    if cluster is None:
        return replace(
            _variance_sum(parts, horizon, time, event, cause), sides=_who(parts, horizon, (time, event, cause), None)
        )
    if set(parts[0][cluster].unique()) & set(parts[1][cluster].unique()):
        raise MetricError(f"{CLUSTER_BOOTSTRAP}: each {cluster} must belong to one group, but at least one stands in both.")
    counts = [int(part[cluster].nunique()) for part in parts]
    if min(counts) < MIN_CLUSTERS:
        return NotEnoughData(CLUSTER_BOOTSTRAP, "clusters in each group", min(counts), MIN_CLUSTERS)
    require_draws(draws, seed, CLUSTER_BOOTSTRAP)
    rng = np.random.default_rng(seed)
    sides = [_cluster_draws(part, horizon, time, event, cluster, cause, draws, rng) for part in parts]
    value = sides[0][0] - sides[1][0]
    who = _who(parts, horizon, (time, event, cause), cluster)
    variances = [float(np.var(side[1], ddof=1)) * g / (g - 1) for side, g in zip(sides, counts, strict=True)]
    se, df = math.sqrt(sum(variances)), degrees(both_sides(*equal_shares(parts, cluster)))
    half = float(stats.t.ppf(0.975, df)) * se
    return Estimate(
        value,
        value - half,
        value + half,
        se,
        len(parts[0]) + len(parts[1]),
        UNIT,
        CLUSTER_BOOTSTRAP,
        groups=sum(counts),
        df=df,
        sides=who,
    )


def _who(parts: Sequence[pd.DataFrame], horizon: float, columns: tuple[str, str, int], cluster: str | None) -> Sides:
    """Say who stands on each side, and to how many the event happened."""
    time, event, cause = columns
    marked = [part.assign(left=(part[event].eq(cause) & part[time].le(horizon)).astype(int)) for part in parts]
    return sides_of(marked, cluster, "left")


def _sure(parts: Sequence[pd.DataFrame], horizon: float, time: str, event: str, cause: int) -> NotEnoughData | None:
    """Say that nobody of a group has left, or nobody is left: its error comes out as zero, and it is not known so well."""
    went = [part[event].eq(cause) & part[time].le(horizon) for part in parts]
    return shortage(
        VARIANCE_SUM,
        ("exits before the horizon", int(min(one.sum() for one in went)), 1),
        ("persons who do not leave for the reason in time", int(min((~one).sum() for one in went)), 1),
    )


def _variance_sum(parts: Sequence[pd.DataFrame], horizon: float, time: str, event: str, cause: int) -> Estimate:
    curves = [cumulative_incidence(part[time], part[event], [horizon], cause) for part in parts]
    sides = [curve.at(horizon) for curve in curves if isinstance(curve, Curve)]
    value = sides[0].value - sides[1].value
    se = float(np.hypot(sides[0].se, sides[1].se))
    half = float(stats.norm.ppf(0.975)) * se
    return Estimate(value, value - half, value + half, se, sides[0].n + sides[1].n, UNIT, VARIANCE_SUM)


def _cluster_draws(
    part: pd.DataFrame,
    horizon: float,
    time: str,
    event: str,
    cluster: str,
    cause: int,
    draws: int,
    rng: np.random.Generator,
) -> tuple[float, Floats]:
    """Give the incidence at the horizon, and again for each draw of clusters; a draw is a weight per cluster."""
    times, events = checked(part[time], part[event])
    grid = np.unique(times)
    codes, names = pd.factorize(part[cluster])
    per_cluster = [tallies(times[codes == c], events[codes == c], cause, grid) for c in range(len(names))]
    n, d, d_any = (np.array([tally[i] for tally in per_cluster]) for i in range(3))
    weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    everybody = np.ones((1, len(names)))
    values = [_incidence_at(w @ n, w @ d, w @ d_any, grid, horizon) for w in (everybody, weights)]
    return float(values[0][0]), values[1]


def _incidence_at(n: Floats, d: Floats, d_any: Floats, grid: Floats, horizon: float) -> Floats:
    safe = np.where(n > 0, n, 1.0)
    steps = survival_before(safe, d_any) * d / safe
    return np.asarray(steps[:, grid <= horizon].sum(axis=1), dtype=float)
