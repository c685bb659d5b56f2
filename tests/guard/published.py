"""A published sample of 500 tables, to measure on how many cells protection hides. They are synthetic: nobody is in them.

Every table is drawn by a seeded rule of its own (`table(number)`), so that the sample is the same everywhere; its digest stands
in `test_choice.py`. One in ten has three variables, one in five is a pair of tables that share a margin, the others have two
variables, from three by three to eight by eight. Each has all its margins. Counts are Poisson with a mean that differs by cell
(gamma with shape 0.7), so that many are small, as in the tables of a small town.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from gm_workbench.guard.links import Links, Relation

MANY = 500
SEED = 26_11_2026

Counts = npt.NDArray[np.int64]


def table(number: int) -> Links:
    """Draw table `number` of the sample."""
    draw = np.random.default_rng([SEED, number])
    scale = float(draw.choice([15, 30, 60]))
    if number % 10 == 0:
        shape = tuple(int(draw.integers(2, 4)) for _ in range(3))
        return _joined([_margins(draw.poisson(draw.gamma(0.7, scale, shape)))])
    shape = (int(draw.integers(3, 9)), int(draw.integers(3, 9)))
    one = draw.poisson(draw.gamma(0.7, scale, shape))
    if number % 5 == 0:  # the same rows, by another variable
        return _joined([_margins(one), _margins(_again(one, int(draw.integers(3, 7)), draw))])
    return _joined([_margins(one)])


def digest() -> str:
    """Give the digest of all counts of the sample."""
    return hashlib.sha256(";".join(str(table(number).values) for number in range(MANY)).encode()).hexdigest()


def _again(one: Counts, columns: int, draw: np.random.Generator) -> Counts:
    return np.array([draw.multinomial(int(total), draw.dirichlet(np.full(columns, 0.7))) for total in one.sum(axis=1)])


def _margins(inside: Counts) -> Counts:
    for axis in range(inside.ndim):
        inside = np.concatenate([inside, inside.sum(axis=axis, keepdims=True)], axis=axis)
    return inside


def _joined(tables: list[Counts]) -> Links:
    """Number the counts; the last column of every table after the first is that of the first."""
    values: list[int] = []
    relations: dict[tuple[int, frozenset[int]], Relation] = {}
    margin: Counts | None = None
    for full in tables:
        places = np.arange(full.size).reshape(full.shape) + len(values)
        values += [int(value) for value in full.ravel()]
        if margin is None:
            margin = places[..., -1]
        else:
            places[..., -1] = margin
        for axis in range(full.ndim):
            for line in np.moveaxis(places, axis, -1).reshape(-1, full.shape[axis]):
                one = Relation(int(line[-1]), tuple(int(place) for place in line[:-1]))
                relations.setdefault((one.total, frozenset(one.parts)), one)
    return Links(tuple(values), (), tuple(relations.values()), False)
