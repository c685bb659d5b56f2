"""Measurements over time: the mean score at each wave, and the change since the first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.one_group import OneGroup
from gm_workbench.metrics.sides import beside, sides_of

MEAN = "mean, t interval"
CLUSTERED_MEAN = "mean, CR2 by cluster, t interval on Satterthwaite degrees of freedom"

MIN_PERSONS_PER_MEAN = 5
"""Persons below which a mean gets no interval (assumed floor)."""

MIN_CLUSTERS = 5
"""Coaches below which a mean gets no interval (assumed floor)."""


@dataclass(frozen=True, slots=True)
class WaveMean:
    """A mean at one wave in one group."""

    wave: str
    group: str
    estimate: Estimate | NotEnoughData


@dataclass(frozen=True, slots=True)
class Course:
    """A score over the waves, per group.

    Attributes
    ----------
    reported : tuple of WaveMean
        Everybody who answered at the wave.
    complete : tuple of WaveMean
        Only persons who answered at every wave.
    change : tuple of WaveMean
        Mean change since the first wave, of persons who answered at both; not for the first wave.
    """

    reported: tuple[WaveMean, ...]
    complete: tuple[WaveMean, ...]
    change: tuple[WaveMean, ...]
    waves: tuple[str, ...]
    groups: tuple[str, ...]


@as_declared
def course(
    frame: pd.DataFrame,
    outcome: str,
    *,
    group: str,
    waves: Sequence[str],
    person: str = "person",
    wave: str = "wave",
    cluster: str | None = None,
    unit: str = "points",
) -> Course:
    r"""Follow a score over the waves: mean per wave and group, for all who answered and for those who always did.

    .. math:: \bar y_{gt} = \frac{1}{n_{gt}} \sum_{i \in g} y_{it}

    Parameters
    ----------
    frame : DataFrame
        One row per person and wave; gaps in the outcome are left out.
    outcome : str
        The score, in `unit`.
    group : str
        Groups to compare, e.g. whether the coach introduced; printed as its text.
    waves : sequence of str
        In order of time; rows of other waves are left out.
    cluster : str, optional
        The coach; intervals then allow for persons of one coach being alike, and for one coach having many of them
        (`one_group.OneGroup`: CR2 and Satterthwaite's degrees of freedom).
    person : str
        Column that tells persons apart.
    wave : str
        Column with the wave.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Course
        A mean is NotEnoughData below 5 persons (or 5 coaches), and where one or two coaches have most of the persons.

    Raises
    ------
    MetricError
        When a column is missing or not numeric, or a person has two rows in a wave.

    References
    ----------
    Student (1908), doi:10.1093/biomet/6.1.1; Bell & McCaffrey (2002), Survey Methodology 28:169-181.

    Examples
    --------
    >>> rows = pd.DataFrame({"person": [*"abcdefabcdef"], "wave": ["T0"] * 6 + ["T3"] * 6, "g": "all"})
    >>> followed = course(rows.assign(y=[*range(6), 1, 3, 4, 5, 6, 8]), "y", group="g", waves=["T0", "T3"])
    >>> followed.reported[1].estimate.value, followed.change[0].estimate.value
    (4.5, 2.0)
    """
    if not len(waves):
        raise MetricError(f"{MEAN}: name at least one wave, in their order; got none.")
    keys = [person, wave, group, *([cluster] if cluster else [])]
    require_numbers(frame, [outcome], MEAN, gaps=True)
    require_filled(frame, keys, MEAN)
    rows = frame.loc[frame[wave].isin(list(waves)) & frame[outcome].notna(), [*keys, outcome]]
    if rows.duplicated([person, wave]).any():
        raise MetricError(f"{MEAN}: a person must have one row per wave but some have more.")
    first = rows.loc[rows[wave] == waves[0]].set_index(person)[outcome]
    start = rows[person].map(first).astype(float)  # of nobody, `map` gives text
    since = rows.assign(**{outcome: rows[outcome] - start}).dropna(subset=[outcome])
    always = rows.loc[rows.groupby(person)[wave].transform("nunique") == len(waves)]
    groups = tuple(sorted(frame[group].astype(str).unique()))
    tables = ((rows, waves), (always, waves), (since, waves[1:]))
    reported, complete, change = (
        tuple(
            WaveMean(w, g, _mean(table.loc[(table[wave] == w) & (table[group].astype(str) == g)], outcome, cluster, unit))
            for g in groups
            for w in chosen
        )
        for table, chosen in tables
    )
    return Course(reported, complete, change, tuple(waves), groups)


def _mean(rows: pd.DataFrame, outcome: str, cluster: str | None, unit: str) -> Estimate | NotEnoughData:
    n, clusters = len(rows), rows[cluster].nunique() if cluster else MIN_CLUSTERS
    short = shortage(MEAN, ("persons", n, MIN_PERSONS_PER_MEAN), ("coaches", clusters, MIN_CLUSTERS))
    if short is not None:
        return short
    if cluster is not None:
        return _by_cluster(rows, outcome, cluster, unit)
    mean, se = float(rows[outcome].mean()), float(rows[outcome].std()) / math.sqrt(n)
    half = float(stats.t.ppf(0.975, n - 1)) * se
    return Estimate(mean, mean - half, mean + half, se, n, unit, MEAN, df=float(n - 1), residual_df=n - 1)


def _by_cluster(rows: pd.DataFrame, outcome: str, cluster: str, unit: str) -> Estimate | NotEnoughData:
    codes, names = pd.factorize(rows[cluster])
    group, values, n = OneGroup.of(np.asarray(codes)), rows[outcome].to_numpy(dtype=float), len(rows)
    if (short := group.short(CLUSTERED_MEAN)) is not None:
        return short
    mean = float(values.mean())
    se = group.error((values - mean) / n)
    half = float(stats.t.ppf(0.975, group.df)) * se
    made = Estimate(mean, mean - half, mean + half, se, n, unit, CLUSTERED_MEAN, len(names), group.df, residual_df=n - 1)
    return beside(made, sides_of([rows], cluster))
