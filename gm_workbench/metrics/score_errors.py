"""Errors by cluster for coefficients that solve equations, such as hazards: CR2 from each row's share in the score.

A sum of squares over coaches is too small where few of them tell of a covariate: a coach whose clients are half of one side has
pulled the line towards them. Each coach's share in the score gets back what the fit took from it, along the directions in which
it did, and each coefficient has degrees of freedom of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gm_workbench.metrics.cr2_parts import SINGULAR, few_behind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ScoreErrors:
    """Standard errors and degrees of freedom by coefficient (k,), and whether some cluster alone tells part of it (k,)."""

    errors: Floats
    df: Floats
    alone: NDArray[np.bool_]

    def too_few(self, places: slice = slice(None)) -> int | None:
        """Count roughly the clusters on the smaller side of the worst coefficient, where these are too few; else None.

        >>> ScoreErrors(np.ones(2), np.array([9.0, 2.5]), np.array([False, False])).too_few()
        3
        """
        return few_behind(float(self.df[places].min(initial=np.inf)), alone=bool(self.alone[places].any()))


def score_errors(parts: Floats, x: Floats, weight: Floats, information: Floats, codes: Ints) -> ScoreErrors:
    r"""Give CR2 errors of coefficients from shares in their score.

    .. math:: V = I^{-1} \Big(\sum_g \tilde s_g \tilde s_g'\Big) I^{-1}, \qquad
        \tilde s_g = R' (1 - K_g)^{-1/2} R^{-\prime} s_g, \qquad K_g = Z_g' Z_g

    :math:`\sqrt{w} X = Z R` with :math:`Z'Z = 1`. When the score is :math:`X_g' e_g`, errors being independent with variance w,
    this is the CR2 covariance of `small_sample.cr2`; the degrees of freedom are Satterthwaite's in that working model,

    .. math:: \nu = \Big(\sum_g P_{gg}\Big)^2 \Big/ \sum_{gh} P_{gh}^2, \qquad
        P_{gh} = c' B_g (\delta_{gh} K_g - K_g K_h) B_h c, \quad B_g = (1 - K_g)^{-1/2}

    Parameters
    ----------
    parts : (n, k) each row's share in the score
    x : (n, k) the columns that the score is about
    weight : (n,) what each row weighs in the information: expected events, or the working weights of a GLM
    information : (k, k) minus the slope of the score
    codes : (n,) cluster of each row, from 0

    Returns
    -------
    ScoreErrors

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28:169-181; Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004;
    their clubSandwich takes another root for a GLM, and its errors differ by less than one percent.

    Examples
    --------
    Three and three by themselves, as a t test:

    >>> x = np.column_stack([np.ones(6), np.repeat([0.0, 1.0], 3)])
    >>> parts = x * np.array([-1.0, 0.0, 1.0, 1.0, 0.0, -1.0])[:, None]
    >>> found = score_errors(parts, x, np.ones(6), x.T @ x, np.arange(6))
    >>> found.errors.round(6).tolist(), found.df.round(6).tolist()
    ([0.57735, 0.816497], [2.0, 4.0])
    """
    z, r = np.linalg.qr(np.sqrt(weight)[:, None] * x)
    back, count, k = np.linalg.inv(r), int(codes.max()) + 1, x.shape[1]
    gram = np.stack([np.bincount(codes, z[:, i] * z[:, j], count) for i in range(k) for j in range(k)], axis=1)
    values, vectors = np.linalg.eigh(gram.reshape(count, k, k))
    left = 1 - values
    roots = np.where(left > SINGULAR, np.maximum(left, SINGULAR) ** -0.5, 0.0)
    sums = np.stack([np.bincount(codes, column, count) for column in parts.T], axis=1) @ back
    adjusted = np.einsum("gij,gj,glj,gl->gi", vectors, roots, vectors, sums) @ r
    influence = adjusted @ np.linalg.inv(information)
    c = back.T / np.linalg.norm(back.T, axis=0)  # each column the direction of a coefficient: R^-T e
    turned = np.einsum("gij,ik->gjk", vectors, c)
    own = np.einsum("gj,gjk->gk", values * (roots > 0), turned**2)
    pulled = np.einsum("gij,gj,gjk->gik", vectors, values * roots, turned)
    norms, crossed = np.einsum("gik,gik->gk", pulled, pulled), np.einsum("gik,gjk->kij", pulled, pulled)
    squares = (own**2).sum(axis=0) + np.einsum("kij,kij->k", crossed, crossed) - (norms**2).sum(axis=0)
    whole = own.sum(axis=0)
    return ScoreErrors(np.sqrt((influence**2).sum(axis=0)), whole**2 / squares, whole < 1 - np.sqrt(SINGULAR))
