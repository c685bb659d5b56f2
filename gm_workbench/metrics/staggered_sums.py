"""Weighed sums of effects by group and moment, and intervals that hold for several of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.metrics.checks import require_draws
from gm_workbench.metrics.estimate import Estimate
from gm_workbench.metrics.sides import beside
from gm_workbench.metrics.staggered import GroupTime, estimated
from gm_workbench.metrics.staggered_cells import MANY_ON_A_SIDE

Floats = NDArray[np.float64]


def many(result: GroupTime, chosen: Sequence[Sum]) -> bool:
    """Say whether every group has many clusters for each of the sums that it takes part in."""
    parts = np.sum([(one.load != 0).any(axis=1) for one in chosen], axis=0)
    return bool((result.columns.alike >= MANY_ON_A_SIDE * parts).all())


@dataclass(frozen=True, slots=True)
class Sum:
    """A weighed sum of effects, by how much each cluster moves it, its weights by group and moment, and its effects."""

    value: float
    moved: Floats
    load: Floats
    chosen: tuple[int, ...]

    @staticmethod
    def mean(sums: Sequence[Sum]) -> Sum:
        """Give the plain mean of sums."""
        chosen = tuple(i for one in sums for i in one.chosen)
        moved, load = (np.mean([getattr(one, name) for one in sums], axis=0) for name in ("moved", "load"))
        return Sum(float(np.mean([one.value for one in sums])), moved, load, chosen)

    def df(self, result: GroupTime) -> float:
        """Give Satterthwaite's degrees of freedom over the groups that take part."""
        return result.columns.df(self.load)

    def estimate(self, result: GroupTime) -> Estimate:
        """Give the sum with its error and interval, in the unit of the effects."""
        one = next(iter(result.effects.values()))
        persons = sum(result.sizes.values()) + result.never
        made = estimated(self.value, self.moved, persons, one.unit, one.groups, self.df(result))
        return beside(made, result.sides(self.chosen))


def weighed(result: GroupTime, chosen: Sequence[int]) -> Sum:
    """Weigh the chosen cells by the share of persons in their groups, which is estimated as well."""
    every, cohorts = list(result.effects.items()), list(result.sizes)
    values = np.array([every[i][1].value for i in chosen])
    own = [cohorts.index(every[i][0][0]) for i in chosen]
    return Sum(*_by_share(result, values, result.influence[:, chosen], result.loads[chosen], own), tuple(chosen))


def across(result: GroupTime, parts: Mapping[int, Sum]) -> Sum:
    """Weigh the means of groups by their share of persons."""
    cohorts = [list(result.sizes).index(name) for name in parts]
    values, moved = [one.value for one in parts.values()], [one.moved for one in parts.values()]
    chosen = tuple(i for one in parts.values() for i in one.chosen)
    loads = np.array([one.load for one in parts.values()])
    return Sum(*_by_share(result, np.array(values), np.column_stack(moved), loads, cohorts), chosen)


def _by_share(
    result: GroupTime, values: Floats, moved: Floats, loads: Floats, cohorts: Sequence[int]
) -> tuple[float, Floats, Floats]:
    shares, members = result.shares[cohorts], result.membership[:, cohorts]
    weights = shares / shares.sum()
    value = float(weights @ values)
    load = np.tensordot(weights, loads, axes=1)
    return value, moved @ weights + members @ (values - value) / shares.sum(), load


def bands_of(result: GroupTime, sums: Mapping[int, Sum], draws: int, seed: int) -> dict[int, Estimate]:
    """Give the sums with intervals that hold for all of them together."""
    told = {name: one.estimate(result) for name, one in sums.items()}
    scaled = [one.moved / np.sqrt(one.moved @ one.moved) for one in sums.values() if one.moved @ one.moved > 0]
    if not scaled:
        return told
    require_draws(draws, seed, "simultaneous band")
    weights = np.random.default_rng(seed).standard_normal((draws, result.clusters))
    largest = float(np.quantile(np.abs(weights @ np.column_stack(scaled)).max(axis=1), 0.95))
    beyond = min(float(stats.norm.sf(largest)), 0.025)
    return {name: _widened(one, beyond) for name, one in told.items()}


def _widened(one: Estimate, beyond: float) -> Estimate:
    half = float(stats.t.isf(beyond, one.df)) * one.se
    method = f"{one.method}, simultaneous band"
    return replace(one, low=one.value - half, high=one.value + half, method=method)
