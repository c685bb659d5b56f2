"""The regressions of `oaxaca` in every draw of persons at once, from sums of each person's cross-products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gm_workbench.metrics.bootstrap_sums import drawn_sums, same_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Standard = Literal["pooled", "pooled without group", "compared", "reference", "cotton", "reimers"]

NEGLIGIBLE = 1e-9
"""Relative: a smaller eigenvalue of scaled cross-products is rounding, so columns repeat each other."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over one group in each draw, of scaled columns z: rows (draws,), mean and zy (draws, k), zz (draws, k, k)."""

    rows: Floats
    mean: Floats
    zz: Floats
    zy: Floats

    def only(self, draws: NDArray[np.bool_]) -> Moments:
        """Keep some draws."""
        return Moments(self.rows[draws], self.mean[draws], self.zz[draws], self.zy[draws])

    @property
    def tells_apart(self) -> NDArray[np.bool_]:
        """Whether the regression has an answer, by draw."""
        sizes = np.linalg.eigvalsh(self.zz)
        return np.asarray(sizes[:, 0] > NEGLIGIBLE * sizes[:, -1])

    @property
    def coefficients(self) -> Floats:
        return _solved(self.zz, self.zy)


def moments(z: Floats, rows: Floats, y: Floats, person: Ints, draws: int, seed: int) -> Moments:
    """Sum cross-products by person, and over each draw of persons; the first is the data as they are.

    Cells have columns z, so many `rows`, and the sum y of their outcomes.

    >>> z, y = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0, 5.0])
    >>> found = moments(z, np.ones(3), y, np.array([0, 1, 2]), 5, seed=1)
    >>> found.coefficients[0].round(6).tolist(), found.mean[0].tolist()
    ([1.0, 2.0], [1.0, 1.0])
    """
    k = z.shape[1]
    upper, people = np.triu_indices(k), int(person.max()) + 1
    products = (rows * z[:, i] * z[:, j] for i, j in zip(*upper, strict=True))
    told = chain(products, (y * z[:, i] for i in range(k)))
    by_person = np.array([np.bincount(person, one, minlength=people) for one in told], dtype=float)
    place = same_rows(by_person)  # a category times itself is itself, and times another of its characteristic nothing
    first = np.unique(place, return_index=True)[1]
    sums = drawn_sums(by_person[first].T, draws, seed)[:, place]
    zz = np.empty((len(sums), k, k))
    zz[:, upper[0], upper[1]] = zz[:, upper[1], upper[0]] = sums[:, : len(upper[0])]
    return Moments(zz[:, 0, 0], zz[:, 0] / zz[:, :1, 0], zz, sums[:, len(upper[0]) :])


def folds(compared: Moments, reference: Moments, to_means: Floats, to_slopes: Floats, standard: Standard) -> dict[str, Floats]:
    """Give what each column adds to each fold, (draws, columns); the column is a constant, a number or a category.

    `to_means` turns means of z into means of all columns, `to_slopes` coefficients of z into theirs.
    """
    first, second = compared.mean @ to_means.T, reference.mean @ to_means.T
    a, b = compared.coefficients, reference.coefficients
    star = STANDARDS[standard](compared, reference, a, b) @ to_slopes.T
    a, b = a @ to_slopes.T, b @ to_slopes.T
    apart, other = first - second, a - b
    return {
        "gap": first * a - second * b,
        "explained": apart * star,
        "unexplained": first * (a - star) + second * (star - b),
        "endowments": apart * b,
        "coefficients": second * other,
        "interaction": apart * other,
    }


def _pooled(compared: Moments, reference: Moments, *, group: bool) -> Floats:
    """Give the coefficients over both groups together; the group's own is left off."""
    zz, zy = compared.zz + reference.zz, compared.zy + reference.zy
    if not group:
        return _solved(zz, zy)
    side = compared.zz[:, 0]  # cross-products of the group's column, which is 1 for the group compared
    wide = np.concatenate([zz, side[:, None]], axis=1)
    wide = np.concatenate([wide, np.concatenate([side, side[:, :1]], axis=1)[:, :, None]], axis=2)
    return _solved(wide, np.concatenate([zy, compared.zy[:, :1]], axis=1))[:, :-1]


def _cotton(compared: Moments, reference: Moments, a: Floats, b: Floats) -> Floats:
    share = (compared.rows / (compared.rows + reference.rows))[:, None]
    return np.asarray(share * a + (1 - share) * b)


STANDARDS: Mapping[Standard, Callable[[Moments, Moments, Floats, Floats], Floats]] = {
    "pooled": lambda compared, reference, _a, _b: _pooled(compared, reference, group=True),
    "pooled without group": lambda compared, reference, _a, _b: _pooled(compared, reference, group=False),
    "compared": lambda _compared, _reference, a, _b: a,
    "reference": lambda _compared, _reference, _a, b: b,
    "cotton": _cotton,
    "reimers": lambda _compared, _reference, a, b: np.asarray((a + b) / 2),
}


def _solved(zz: Floats, zy: Floats) -> Floats:
    return np.asarray(np.linalg.solve(zz, zy[:, :, None])[:, :, 0], dtype=float)
