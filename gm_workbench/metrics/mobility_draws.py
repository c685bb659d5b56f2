"""Many transition matrices at once: what a bootstrap of persons draws, and the indices of every draw.

Persons with the same pairs are alike to everything that is counted here. So a draw of persons is a draw of how many of each
kind there are, and its table of counts is a sum over kinds; nobody is drawn one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INDICES = ("prais", "determinant", "second_eigenvalue", "bartholomew_1", "bartholomew_2", "upward")


@dataclass(frozen=True, slots=True)
class Alike:
    """Kinds of persons by the pairs they have.

    Attributes
    ----------
    tables_of_kinds : (kinds, m, m)
        Counts of pairs of one person of the kind.
    sizes : (kinds,)
        Persons of the kind.
    """

    tables_of_kinds: Floats
    sizes: Ints

    @property
    def people(self) -> int:
        return int(self.sizes.sum())

    @property
    def starters(self) -> int:
        """The fewest persons who start from any state."""
        return int(((self.tables_of_kinds.sum(axis=2) > 0) * self.sizes[:, None]).sum(axis=0).min())

    def tables(self, drawn: Floats) -> Floats:
        """Turn (draws, kinds) numbers of persons into (draws, m, m) counts of pairs."""
        m = self.tables_of_kinds.shape[1]
        return (drawn @ self.tables_of_kinds.reshape(len(self.sizes), m * m)).reshape(len(drawn), m, m)


def same_pairs(person: Ints, start: Ints, end: Ints, states: int) -> Alike:
    """Sort persons by the pairs they have.

    Parameters
    ----------
    person, start, end : (pairs,) numbered from 0
    states : number of states, m

    Examples
    --------
    Two persons stay, one goes up and comes back:

    >>> found = same_pairs(np.array([0, 1, 2, 2]), np.array([0, 0, 0, 1]), np.array([0, 0, 1, 0]), 2)
    >>> sorted(found.sizes.tolist()), found.tables(found.sizes[None].astype(float))[0].tolist()
    ([1, 2], [[2.0, 1.0], [1.0, 0.0]])
    """
    cells = start * states + end
    if len(person) == len(np.unique(person)):
        kinds, sizes = np.eye(states**2), np.bincount(cells, minlength=states**2)
    else:
        of_person = np.zeros((int(person.max()) + 1, states**2))
        np.add.at(of_person, (person, cells), 1.0)
        kinds, sizes = np.unique(of_person, axis=0, return_counts=True)
    return Alike(kinds.reshape(-1, states, states), sizes.astype(np.int64))


def counted_indices(counts: Floats) -> Floats:
    """Give the indices (draws, 6) of tables of counts (draws, m, m), in the order of `INDICES`.

    A draw in which nobody starts from some state has no matrix, and is left out.

    >>> counted_indices(np.array([[[3.0, 1.0], [0.0, 4.0]], [[0.0, 0.0], [0.0, 8.0]]]))[:, 0].tolist()
    [0.25]
    """
    whole = counts[(counts.sum(axis=2) > 0).all(axis=1)]
    rows = whole.sum(axis=2)
    return index_stack(whole / rows[:, :, None], rows / rows.sum(axis=1, keepdims=True))


def index_stack(p: Floats, start: Floats) -> Floats:
    """Give the indices (draws, 6) of matrices (draws, m, m) and starting shares (draws, m), in the order of `INDICES`.

    >>> index_stack(np.full((1, 2, 2), 0.5), np.full((1, 2), 0.5)).round(9).tolist()
    [[1.0, 1.0, 1.0, 1.0, 0.5, 0.5]]
    """
    m = p.shape[1]
    diagonal = np.einsum("dii->di", p)
    sizes = np.sort(np.abs(np.linalg.eigvals(p)), axis=1)
    steps = np.abs(np.subtract.outer(np.arange(m), np.arange(m)))
    rises = np.triu(np.ones((m, m)), 1)
    below_top = start[:, :-1].sum(axis=1)
    upward = ((p * rises).sum(axis=2) * start).sum(axis=1) / np.where(below_top > 0, below_top, np.nan)
    return np.column_stack(
        [
            (m - diagonal.sum(axis=1)) / (m - 1),
            1 - np.abs(np.linalg.det(p)),
            1 - sizes[:, -2],
            m * (1 - (start * diagonal).sum(axis=1)) / (m - 1),
            ((p * steps).sum(axis=2) * start).sum(axis=1) / (m - 1),
            upward,
        ]
    )
