"""What a hazard model asks of its rows, and what its coefficients become: checks before, estimates after."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import require_filled, require_numbers, require_whole, shortage, told_apart
from gm_workbench.metrics.competing import LAST_CAUSE
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.partial import Floats, Ints
from gm_workbench.metrics.score_errors import score_errors
from gm_workbench.metrics.sided_errors import fewest_on_a_side
from gm_workbench.metrics.sides import beside, sides_of_each

MIN_EVENTS = 10
"""Exits for the reason, for each covariate, below which a hazard ratio is mostly noise (assumed; Peduzzi et al. 1995)."""
MIN_CLUSTERS = 10
"""Coaches or teams below which robust errors are far too small (assumed)."""

MIN_CLUSTERS_PER_ARM = 5
"""Coaches on each side of what a coach does or not, below which their own spread cannot be told (assumed)."""

LARGEST_LOG = 300.0
"""Beyond it a ratio has more than 130 figures: the column was measured in too small a unit."""

ENDLESS = "exits for the reason on both sides of each covariate"


@dataclass(frozen=True, slots=True)
class Rows:
    """Stretches of time, one a row: when each begins (n,) and ends (n,), what happens then (n,), its covariates (n, p).

    `codes` (n,) numbers what may be alike: the cluster, or else the person; `clusters` is None without clusters. `sides` has
    who stands on each side of every column of yes and no.
    """

    begin: Floats
    end: Floats
    event: Ints
    z: Floats
    codes: Ints
    persons: int
    clusters: int | None
    sides: Mapping[str, Sides]


def checked_rows(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    method: str,
    *,
    time: str,
    event: str,
    cause: int,
    entry: str | None = None,
    person: str | None = None,
    cluster: str | None = None,
) -> Rows | NotEnoughData:
    """Check the columns and give them as arrays, or say what there is too little of.

    >>> frame = pd.DataFrame({"time": [1, 2], "event": [1, 0], "group": [0, 1]})
    >>> checked_rows(frame, ["group"], "Cox", time="time", event="event", cause=1)
    NotEnoughData(method='Cox', what='exits for the reason', got=1, needed=10)
    """
    if not covariates:
        raise MetricError(f"{method}: there must be a covariate but got none; for shares alone use exits.cumulative_incidence.")
    require_whole(method, cause=cause)
    numbers = [time, event, *covariates, *([entry] if entry else [])]
    require_numbers(frame, numbers, method)
    require_filled(frame, [name for name in (person, cluster) if name], method)
    reasons = frame[event].to_numpy(dtype=float)
    if ((reasons < 0) | (reasons % 1 != 0) | (reasons > LAST_CAUSE)).any():
        raise MetricError(f"{method}: column {event} must hold 0 or the whole number of a reason, but at least one is not.")
    begin = frame[entry].to_numpy(dtype=float) if entry else np.zeros(len(frame))
    end, events = frame[time].to_numpy(dtype=float), reasons.astype(np.int64)
    people = pd.factorize(frame[person])[0] if person else np.arange(len(frame))
    codes = pd.factorize(frame[cluster])[0] if cluster else people
    _check_stretches(begin, end, people, method)
    clusters = int(codes.max(initial=-1)) + 1 if cluster else None
    on_a_side = fewest_on_a_side(frame, covariates, codes, MIN_CLUSTERS_PER_ARM) if cluster else MIN_CLUSTERS_PER_ARM
    short = shortage(
        method,
        ("exits for the reason", int((events == cause).sum()), MIN_EVENTS * len(covariates)),
        ("clusters", MIN_CLUSTERS if clusters is None else clusters, MIN_CLUSTERS),
        ("clusters in each group", on_a_side, MIN_CLUSTERS_PER_ARM),
    )
    if short is not None:
        return short
    z = _matrix(frame, covariates, method)
    told = pd.DataFrame({"person": people, "cluster": codes, "happened": events == cause})
    sides = sides_of_each(frame, covariates, told, cluster="cluster" if cluster else None)
    return Rows(begin, end, events, z, codes, int(people.max()) + 1, clusters, sides)


def _check_stretches(begin: Floats, end: Floats, people: Ints, method: str) -> None:
    wrong = int(((begin < 0) | (end <= begin)).sum())
    if wrong:
        raise MetricError(
            f"{method}: every row must begin at month 0 or later and end after it began, but {wrong} do not. "
            "Months count from 1: who leaves in the first month has time 1."
        )
    rows = pd.DataFrame({"person": people, "begin": begin, "end": end}).sort_values(["person", "begin"])
    again = int((rows["person"].eq(rows["person"].shift()) & (rows["begin"] < rows["end"].shift())).sum())
    if again:
        raise MetricError(f"{method}: stretches of one person must not overlap, but {again} do.")


ROUNDING = 1e-10
"""Share of its size by which a column must vary: less is what adding up leaves of a column that is the same for everybody."""


def _matrix(frame: pd.DataFrame, covariates: Sequence[str], method: str) -> Floats:
    told = frame[list(covariates)].to_numpy(dtype=float)
    # no ratio hangs on where a column starts, and a year as it is would be too large to raise
    z = told - told.sum(axis=0) / max(len(told), 1)
    alike = np.abs(z).max(axis=0, initial=0.0) <= ROUNDING * np.abs(told).max(axis=0, initial=0.0)
    if alike.any() or not told_apart(z):
        raise MetricError(
            f"{method}: of the columns {', '.join(covariates)} one is the same for everybody or repeats others. Leave it out."
        )
    # ratios stay, and the exponent of a calendar year does not run out of the computer's numbers
    return np.asarray(z - z.mean(axis=0), dtype=float)


def estimates(
    names: Sequence[str], values: Floats, errors: tuple[Floats, Floats], rows: Rows, unit: str, method: str
) -> Mapping[str, Estimate]:
    """Give an estimate by name, from the errors and degrees of freedom of each."""
    found = {}
    for name, b, se, df in zip(names, values, *errors, strict=True):
        half = float(stats.t.ppf(0.975, df) * se)
        given: tuple[Any, ...] = (rows.persons, unit, method, rows.clusters, float(df), 0.95, rows.persons - len(names))
        made = Estimate(float(b), float(b - half), float(b + half), float(se), *given)
        found[name] = beside(made, rows.sides.get(name))
    return MappingProxyType(found)


def errors_of(
    parts: Floats, information: Floats, expected: Floats, left: Floats, rows: Rows, method: str
) -> tuple[Floats, Floats] | NotEnoughData:
    """Give the errors and degrees of freedom of the coefficients, from shares in the score and events that were expected.

    Without clusters the parts of a person are added up before they are squared, and intervals are normal. With clusters the
    level of the hazard is a column beside the covariates, for a coach with few clients of one side pulls at that too.
    """
    if rows.clusters is None:
        own = np.stack([np.bincount(rows.codes, column) for column in (parts @ np.linalg.inv(information)).T], axis=1)
        return np.sqrt((own**2).sum(axis=0)), np.full(len(information), math.inf)
    x = np.column_stack([np.ones(len(parts)), rows.z - np.average(rows.z, axis=0, weights=expected)])
    whole = np.zeros((x.shape[1], x.shape[1]))
    whole[0, 0], whole[1:, 1:] = expected.sum(), information
    found = score_errors(np.column_stack([left - expected, parts]), x, expected, whole, rows.codes)
    few = found.too_few(slice(1, None))
    if few is not None:
        return NotEnoughData(method, "clusters in each group", few, MIN_CLUSTERS_PER_ARM)
    return found.errors[1:], found.df[1:]


def exponentiated(log: Estimate, unit: str) -> Estimate:
    """Turn an estimate on the log scale into a ratio.

    >>> exponentiated(Estimate(0.0, -0.5, 0.5, 0.2, 90, "log odds ratio", "logit"), "odds ratio").value
    1.0
    """
    if max(log.high, -log.low) > LARGEST_LOG:
        raise MetricError(f"{log.method}: a ratio per unit is too large to write. Take a larger unit of the column.")
    value, low, high = (math.exp(one) for one in (log.value, log.low, log.high))
    return replace(log, value=value, low=low, high=high, se=value * log.se, unit=unit)
