"""Characteristics of persons as columns of a model: numbers as they are, and a column for each category of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import require_filled, require_numbers

Floats = NDArray[np.float64]

CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class Characteristics:
    """Columns with a constant in front.

    Attributes
    ----------
    names : (columns,) of str
        ``constant``, a numeric characteristic, or ``household: couple``.
    owners : (columns,) of str
        The characteristic that a column belongs to.
    columns : (rows, columns)
        A column for *every* category.
    """

    names: tuple[str, ...]
    owners: tuple[str, ...]
    columns: Floats

    @property
    def kept(self) -> list[int]:
        """Columns of a model: a constant, numbers, and all categories but the first of each characteristic."""
        first = {self.owners.index(owner) for owner in self._categories()}
        return [place for place in range(len(self.names)) if place not in first]

    @property
    def normalised(self) -> Floats:
        r"""Turn coefficients of the columns that are kept into those of all columns, so that no category is the base.

        With coefficients :math:`d_1 = 0, d_2, \ldots, d_m` of a characteristic: :math:`d_j - \bar d` for each category, and
        :math:`\bar d` goes to the constant (Yun 2005; Gardeazabal & Ugidos 2004).
        """
        turned = np.eye(len(self.names))[:, self.kept]
        for owner, size in self._categories().items():
            places = [place for place, one in enumerate(self.owners) if one == owner]
            mean = turned[places].sum(axis=0) / size
            turned[places] -= mean
            turned[0] += mean
        return turned

    @property
    def filled(self) -> Floats:
        """Turn means of the columns that are kept into those of all: shares of the categories sum to 1."""
        turned = np.eye(len(self.names))[:, self.kept]
        for owner in self._categories():
            places = [place for place, one in enumerate(self.owners) if one == owner]
            turned[places[0]] = -turned[places[1:]].sum(axis=0)
            turned[places[0], 0] = 1.0
        return turned

    def _categories(self) -> dict[str, int]:
        """Count the categories of each characteristic; 1 for a number."""
        found = {owner: self.owners.count(owner) for owner in dict.fromkeys(self.owners)}
        return {owner: size for owner, size in found.items() if self.names[self.owners.index(owner)] != owner}


def require_characteristics(frame: pd.DataFrame, covariates: Sequence[str], method: str) -> None:
    """Refuse characteristics that are missing, have gaps, are not finite, or are named twice."""
    require_filled(frame, covariates, method)
    if len(set(covariates)) < len(covariates):
        raise MetricError(f"{method}: a characteristic is named twice among {', '.join(covariates)}. Name it once.")
    numbers = [name for name in covariates if pd.api.types.is_numeric_dtype(frame[name])]
    require_numbers(frame, numbers, method)


def characteristics(frame: pd.DataFrame, covariates: Sequence[str], method: str) -> Characteristics:
    """Give the columns of `covariates`: numeric ones as they are, others by category in the order of their names.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [30, 40, 50], "home": ["rent", "own", "rent"]})
    >>> found = characteristics(people, ["age", "home"], "example")
    >>> found.names, found.kept
    (('constant', 'age', 'home: own', 'home: rent'), [0, 1, 3])
    >>> found.normalised.tolist()
    [[1.0, 0.0, 0.5], [0.0, 1.0, 0.0], [0.0, 0.0, -0.5], [0.0, 0.0, 0.5]]
    """
    require_characteristics(frame, covariates, method)
    names, owners, columns = [CONSTANT], [CONSTANT], [np.ones(len(frame))]
    for name in covariates:
        if pd.api.types.is_numeric_dtype(frame[name]):
            found = {name: frame[name].to_numpy(dtype=float)}
        else:
            codes, categories = pd.factorize(frame[name].astype(str), sort=True)
            found = {f"{name}: {one}": (codes == place).astype(float) for place, one in enumerate(categories)}
        names += found
        owners += [name] * len(found)
        columns += found.values()
    return Characteristics(tuple(names), tuple(owners), np.column_stack(columns))
