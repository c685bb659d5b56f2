"""How far a sum of differences in differences can be trusted: degrees of freedom that count the fewest who tell of it.

Every such sum is, of each group that began together and of who never began, a mean of what persons' outcomes at some moments
add up to. Five coaches who began at some moment tell about their own spread with four degrees of freedom, however many others
they are held against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gm_workbench.metrics.sided_errors import Side

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Columns:
    r"""Groups that began together, and who never did, in the working model: persons and moments independent, equal errors.

    .. math:: \nu = \Big(\sum_k |u_k|^2 \operatorname{tr} P_k\Big)^2 \Big/ \sum_{kl} |u_k|^2 |u_l|^2 \operatorname{tr} P_k P_l

    with :math:`u_k` the weights by moment of the mean of group k in the sum, and :math:`P_k` the covariance of the clusters'
    parts of that mean after CR2. A cluster may have persons in several groups.

    Attributes
    ----------
    own : (K,) trace of each group's P
    shared : (K, K) trace of the products
    alike : (K,) clusters of one size that would tell as much as the group's
    """

    own: Floats
    shared: Floats
    alike: Floats

    @classmethod
    def of(cls, people: NDArray[np.int64]) -> Columns:
        """Reckon from the persons by cluster and group.

        >>> Columns.of(np.array([[2, 0], [2, 0], [0, 3], [0, 3], [0, 6]])).alike.round(2).tolist()
        [2.0, 2.67]
        """
        sizes = np.maximum(people.sum(axis=0), 1)
        sides = [Side.made(own / n, own / n**2) for own, n in zip(people.T, sizes, strict=True)]
        own = np.array([float(side.diagonal.sum()) for side in sides])
        shared = np.array([[one.inner(other) for other in sides] for one in sides])
        return cls(own, shared, sizes**2 / np.maximum((people**2).sum(axis=0), 1))

    @property
    def alone(self) -> Floats:
        """Degrees of freedom of the mean of each group by itself (K,)."""
        squares = self.shared.diagonal()
        return np.asarray(self.own**2 / np.where(squares > 0, squares, 1.0))

    def df(self, load: Floats) -> float:
        """Give Satterthwaite's degrees of freedom of a sum, from its weights by group and moment (K, T).

        >>> five, forty = np.eye(45, dtype=np.int64)[:, :5].sum(axis=1), np.eye(45, dtype=np.int64)[:, 5:].sum(axis=1)
        >>> round(Columns.of(np.column_stack([five, forty])).df(np.array([[-1.0, 1.0], [1.0, -1.0]])), 3)
        5.054
        """
        size = (load**2).sum(axis=1)
        return float((size @ self.own) ** 2 / (size @ self.shared @ size))
