"""What the likelihood of a mixed model needs of the data: cross products per group, small however many rows there are.

Levels are nested (measurements in persons in coaches), so that the groups of one level can be summed out of the model before
the next is looked at, each by a matrix as small as its number of random effects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gm_workbench.errors import MetricError

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Numbers = NDArray[Any]
"""Floats, or complex where a derivative is taken by a step along the imaginary axis."""

CONSTANT = "const"
"""Name of the constant among predictors and random effects."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Cross products of random effects, predictors and outcome.

    Predictors stand in orthonormal columns, and the outcome is what least squares leaves, in units of its own spread, so that
    nothing cancels. Groups of the finest level whose random effects have the same cross products are taken together: of any
    number of persons measured at the same moments no more rows are kept than there are columns.

    Attributes
    ----------
    zz : (kinds, q, q) array
        Cross products of the random effects of the finest level, per kind of group.
    counts : (kinds,) array
        Groups of that kind.
    kind : (kept,) array
        Kind of each group that is kept.
    zw : (kept, q, w) array
        Cross products of the random effects with the other columns: random effects of further levels, predictors, outcome.
    begin : (parents,) array
        Where the kept groups of a group of the next level begin.
    ww : (parents, w, w) array
        Cross products of the other columns per group of the next level.
    above : tuple of arrays
        For each further level, where its groups begin among those of the level after it.
    effects : tuple of int
        Random effects per level.
    back : (p, p) array
        From coefficients of orthonormal columns to those of the reader's.
    start : (p,) array
        Least squares coefficients of the reader's columns.
    unit : float
        Spread of what least squares leaves, in outcome units.
    rows : int
        Measurements.
    """

    zz: Floats
    counts: Floats
    kind: Codes
    zw: Floats
    begin: Codes
    ww: Floats
    above: tuple[Codes, ...]
    effects: tuple[int, ...]
    back: Floats
    start: Floats
    unit: float
    rows: int


def cross_products(y: Floats, x: Floats, codes: Sequence[Codes], z: Sequence[Floats]) -> Sums:
    """Take rows together per group.

    `codes` (rows,) and `z` (rows, q) stand per level, from fine to coarse; the last of `z` varies per row as any other.

    >>> codes, ones = np.repeat(np.arange(4), 3), np.ones((12, 1))
    >>> sums = cross_products(np.arange(12.0), ones, [codes], [ones])
    >>> sums.counts.tolist(), sums.zw.shape
    ([4.0], (2, 1, 2))
    """
    order = np.lexsort([*(column for column in z[0].T[::-1]), *codes])
    q, r = np.linalg.qr(x[order])
    y, codes, z = y[order], [code[order] for code in codes], [columns[order] for columns in z]
    left = y - q @ (q.T @ y)
    unit = float(np.sqrt(np.mean(left**2))) or 1.0
    rest = np.column_stack([*z[1:], q, left / unit])
    levels = _begins(codes)
    first = levels[0]
    zz, zw = np.add.reduceat(_outer(z[0], z[0]), first), _per_group(z[0], rest, first)
    parents = _parents(levels)
    zz, counts, kind, zw, begin = _taken_together(zz, zw, parents[0], len(first))
    ww = np.stack([part.T @ part for part in np.split(rest, levels[1][1:])]) if len(levels) > 1 else (rest.T @ rest)[None]
    effects = tuple(columns.shape[1] for columns in z)
    back = np.linalg.inv(r)
    return Sums(zz, counts, kind, zw, begin, ww, tuple(parents[1:]), effects, back, back @ (q.T @ y), unit, len(y))


def summed_out(sums: Sums, spreads: Sequence[Numbers], noise: complex = 1.0) -> tuple[Any, Numbers]:
    r"""Give :math:`\log|V|` and :math:`[X\,y]' V^{-1} [X\,y]` at given covariances of random effects, level after level.

    With :math:`A = Z'V^{-1}Z` of what lies below, a group's random effects take
    :math:`W' (I + \Psi A)^{-1} \Psi W` from the cross products of the other columns, and add :math:`\log|I + \Psi A|`. Both
    are defined, and smooth, where a variance is zero.
    """
    size, grip = _grip(spreads[0], sums.zz / noise)
    volume = sums.rows * np.log(noise) + (sums.counts * np.log(size)).sum()
    held = grip[sums.kind] @ sums.zw / noise**2
    width = sums.zw.shape[2]
    ends = [*sums.begin[1:], len(sums.zw)]
    taken = [sums.zw[i:j].reshape(-1, width).T @ held[i:j].reshape(-1, width) for i, j in zip(sums.begin, ends, strict=True)]
    rest: Numbers = sums.ww / noise - np.stack(taken)
    for spread, begin in zip(spreads[1:], sums.above, strict=True):
        q = len(spread)
        size, grip = _grip(spread, rest[:, :q, :q])
        across = rest[:, :q, q:]
        volume = volume + np.log(size).sum()
        rest = np.add.reduceat(rest[:, q:, q:] - across.transpose(0, 2, 1) @ grip @ across, begin)
    return volume, rest[0]


def reader_effects(z: Mapping[str, Floats], method: str) -> tuple[Floats, Floats]:
    """Give a constant and the columns in z, centred and scaled, and the matrix that turns random effects back to the reader's.

    >>> columns, back = reader_effects({"const": np.ones(2), "year": np.array([1.0, 3.0])}, "lines")
    >>> columns.tolist(), back.tolist()
    ([[1.0, -1.0], [1.0, 1.0]], [[1.0, -2.0], [0.0, 1.0]])
    """
    rows = len(next(iter(z.values())))
    columns, back = [np.ones(rows)], np.eye(len(z))
    for at, (name, values) in enumerate(z.items()):
        if name == CONSTANT:
            continue
        middle, scale = float(values.mean()), float(values.std())
        if not scale:
            raise MetricError(f"{method}: column {name} is the same in every row, so it has no slope. Leave it out.")
        columns.append((values - middle) / scale)
        back[0, at], back[at, at] = -middle / scale, 1 / scale
    return np.column_stack(columns), back


def off_own_lines(y: Floats, codes: Codes, z: Floats) -> tuple[Floats, int]:
    """Give what lines of groups' own leave of y (rows,), and how many measurements they take.

    >>> left, taken = off_own_lines(np.array([1.0, 2.0, 4.0, 5.0]), np.array([0, 0, 1, 1]), np.ones((4, 1)))
    >>> left.tolist(), taken
    ([-0.5, 0.5, -0.5, 0.5], 2)
    """
    groups = int(codes.max()) + 1
    zz, zy = np.zeros((groups, z.shape[1], z.shape[1])), np.zeros((groups, z.shape[1]))
    np.add.at(zz, codes, _outer(z, z))
    np.add.at(zy, codes, z * y[:, None])
    lines = np.linalg.pinv(zz, hermitian=True) @ zy[:, :, None]
    return y - (z * lines[codes, :, 0]).sum(axis=1), int(np.linalg.matrix_rank(zz, hermitian=True).sum())


def _grip(spread: Numbers, a: Numbers) -> tuple[Numbers, Numbers]:
    r"""Give :math:`|I + \Psi A|` and :math:`(I + \Psi A)^{-1} \Psi` per group; written out for one effect and for two."""
    core = np.eye(len(spread)) + spread @ a
    if len(spread) == 1:
        return core[:, 0, 0], spread / core
    if len(spread) == 2:
        size = core[:, 0, 0] * core[:, 1, 1] - core[:, 0, 1] * core[:, 1, 0]
        turned = np.stack([core[:, 1, 1], -core[:, 0, 1], -core[:, 1, 0], core[:, 0, 0]], axis=1) / size[:, None]
        return size, turned.reshape(-1, 2, 2) @ spread
    return np.linalg.det(core), np.linalg.solve(core, np.broadcast_to(spread, core.shape))


def _outer(left: Floats, right: Floats) -> Floats:
    return np.asarray(left[:, :, None] * right[:, None, :])


def _per_group(z: Floats, rest: Floats, begin: Codes) -> Floats:
    """Sum z'rest per group, a random effect at a time: all at once would take as many times the memory."""
    return np.stack([np.add.reduceat(column[:, None] * rest, begin) for column in z.T], axis=1)


def _begins(codes: Sequence[Codes]) -> list[Codes]:
    """Give the rows at which the groups of each level begin; rows are sorted by the coarsest first."""
    return [np.flatnonzero(np.r_[True, code[1:] != code[:-1]]) for code in codes]


def _parents(levels: Sequence[Codes]) -> list[Codes]:
    """Give for each level where the groups of the next begin among its own; all of the last are in one."""
    inside = [np.searchsorted(fine, coarse) for fine, coarse in pairwise(levels)]
    return [*inside, np.array([0])]


def _taken_together(zz: Floats, zw: Floats, begin: Codes, groups: int) -> tuple[Floats, Floats, Codes, Floats, Codes]:
    """Keep of groups of one kind in one parent no more than carry the same sum of squares: the triangle of their rows."""
    kinds, kind = np.unique(zz.reshape(groups, -1), axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    parent = np.searchsorted(begin, np.arange(groups), side="right") - 1
    labels, label = np.unique(parent * len(kinds) + kind, return_inverse=True)
    order = np.argsort(label, kind="stable")
    parts = [_triangle(zw[at]) for at in np.split(order, np.cumsum(np.bincount(label))[:-1])]
    kept = np.repeat(labels, [len(part) for part in parts])
    return (
        kinds.reshape(-1, *zz.shape[1:]),
        np.bincount(kind).astype(float),
        kept % len(kinds),
        np.concatenate(parts),
        np.searchsorted(kept // len(kinds), np.arange(len(begin))),
    )


def _triangle(zw: Floats) -> Floats:
    flat = zw.reshape(len(zw), -1)
    if len(flat) <= flat.shape[1]:
        return zw
    return np.asarray(np.linalg.qr(flat, mode="r")).reshape(-1, *zw.shape[1:])
