"""How large hidden amounts can be where it is known what adds up and all are nought or more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.optimize import linprog

from gm_workbench.guard.balances import Balance


class Filling:
    """Other amounts in place of those that are hidden, under which all balances hold.

    Parameters
    ----------
    balances : mapping of int to Balance
    sizes : mapping of int to float
        What is hidden, by its place.

    Examples
    --------
    Two hidden amounts of 3 and 4 are 7 together: the first is 7 at most.

    >>> some = Filling({0: {0: 1, 1: -1, 2: -1}}, {1: 3.0, 2: 4.0})
    >>> some.most({1: 20.0}), sorted(some.prices())
    ({1: 7.0}, [0])
    """

    def __init__(self, balances: Mapping[int, Balance], sizes: Mapping[int, float]) -> None:
        self.rows, self.places = list(balances), list(sizes)
        self.true = np.array(list(sizes.values()))
        at = {place: column for column, place in enumerate(self.places)}
        self.factors = np.zeros((len(self.rows), len(self.places)))
        for row, balance in zip(self.factors, balances.values(), strict=True):
            for place, times in balance.items():
                if place in at:
                    row[at[place]] = times
        self.marginals = np.zeros(len(self.rows))

    def most(self, wanted: Mapping[int, float]) -> dict[int, float]:
        """Fill as much as can be of what is wanted of some amounts, all at once; no amount need be more than is wanted."""
        if not self.rows:
            return dict(wanted)
        asked = [self.places.index(place) for place in wanted]
        scale = min(wanted.values())  # so that a small amount beside large ones is solved as exactly
        least = np.array(list(wanted.values())) / scale
        many, more = len(self.places), len(asked)
        # an amount above what is wanted of it does not count, so each is parted: what counts, and what is more
        factors = np.hstack([self.factors, self.factors[:, asked]])
        ends = np.column_stack([np.zeros(many + more), np.full(many + more, np.inf)])
        ends[asked, 1] = least
        goal = np.zeros(many + more)
        goal[asked] = -1 / least
        found = linprog(goal, A_eq=factors, b_eq=self.factors @ self.true / scale, bounds=ends, method="highs")
        if found.status != 0:
            raise ArithmeticError("a linear programme over hidden amounts was not solved")
        self.marginals = found.eqlin.marginals
        return {place: float(size) for place, size in zip(wanted, found.x[asked] * scale, strict=True)}

    def prices(self) -> dict[int, float]:
        """Give the price of each balance for how much was filled."""
        return dict(zip(self.rows, self.marginals.tolist(), strict=True))
