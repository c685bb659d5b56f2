"""The audit against plain enumeration: every set of counts that agrees with what is shown is written out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from gm_workbench.guard.audit import Audit
from gm_workbench.guard.links import Links, Relation

SHAPES = {"two by two": (2, 2), "two by three": (2, 3), "three-way": (2, 2, 2), "linked pair": (2, 2)}


def ways(total: int, cells: int) -> np.ndarray:
    """Write out all ways to divide a total over cells."""
    bars = np.array(list(combinations(range(total + cells - 1), cells - 1)), dtype=np.int64)
    ends = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), total + cells - 1)])
    return np.diff(ends, axis=1) - 1


def with_margins(inside: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    full = inside.reshape(-1, *shape)
    for axis in range(1, len(shape) + 1):
        full = np.concatenate([full, full.sum(axis=axis, keepdims=True)], axis=axis)
    return full


def lines(places: np.ndarray) -> list[Relation]:
    rows = [row for axis in range(places.ndim) for row in np.moveaxis(places, axis, -1).reshape(-1, places.shape[axis])]
    return [Relation(int(row[-1]), tuple(int(part) for part in row[:-1])) for row in rows]


def world(name: str, total: int) -> tuple[np.ndarray, list[Relation]]:
    """Give every possible table with this total, one a row, margins among its columns, and how the columns add up."""
    shape = SHAPES[name]
    full = with_margins(ways(total, int(np.prod(shape))), shape)
    places = np.arange(full[0].size).reshape(full.shape[1:])
    flat, sums = full.reshape(len(full), -1), lines(places)
    if name != "linked pair":
        return flat, sums
    # two tables of the same rows by two variables: those are one where the totals of the rows are
    one, other = (grid.ravel() for grid in np.meshgrid(np.arange(len(flat)), np.arange(len(flat))))
    margin = places[:, -1]
    same = (flat[one][:, margin] == flat[other][:, margin]).all(axis=1)
    second = places + full[0].size
    second[:, -1] = margin
    return np.hstack([flat[one[same]], flat[other[same]]]), [*sums, *lines(second)]


def check(name: str, seed: int, policy) -> None:
    draw = np.random.default_rng([7, seed])
    all_tables, sums = world(name, int(draw.integers(2, 6 if name in ("three-way", "linked pair") else 9)))
    true = all_tables[draw.integers(len(all_tables))]
    used = sorted({place for one in sums for place in one.members})
    top = int(np.prod([side + 1 for side in SHAPES[name]])) - 1  # so that all others have an end
    hidden = [place for place in used if place != top and draw.random() < 0.5] or [used[0]]
    known = {place: (float(true[place]),) * 2 for place in used if place not in hidden}
    audit = Audit(Links(tuple(int(value) for value in true), (), tuple(sums), False), {}, policy)
    place = hidden[int(draw.integers(len(hidden)))]
    agree = (all_tables[:, list(known)] == true[list(known)]).all(axis=1)
    left = all_tables[agree][:, place]
    assert audit.bounds(place, known, marks=False) == (left.min(), left.max())
    for other in hidden:  # every count here is below the threshold: its mark says so, or that it is nought
        agree &= (all_tables[:, other] > 0) == (true[other] > 0)
    left = all_tables[agree][:, place]
    assert audit.bounds(place, known, marks=True) == (left.min(), left.max())


@pytest.mark.parametrize("name", SHAPES)
def test_bounds_are_those_of_enumeration(policy, name):
    for seed in range(60):
        check(name, seed, policy)


@pytest.mark.proof
@pytest.mark.parametrize("name", SHAPES)
def test_bounds_are_those_of_enumeration_a_thousand_times(policy, name):
    for seed in range(60, 1060):
        check(name, seed, policy)
