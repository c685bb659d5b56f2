"""What each cluster adds to a CR2 covariance, and to its degrees of freedom: the algebra under `small_sample.cr2`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.checks import told_apart

Floats = NDArray[np.float64]

Block = tuple[Floats, Floats, Floats]
"""Rows of one cluster: predictors, weights, outcome; or of several clusters of one size, with the cluster as first axis."""

AT_ONCE = 4096
"""Clusters of one size that are reckoned together, so that memory stays small."""

SINGULAR = 1e-10
"""Below this share a direction counts as wholly used up by the fit, as a cluster's own mean is when it has a dummy."""

LEAST_DF = 3.0
"""Degrees of freedom below which Satterthwaite's approximation is not to be relied on (assumed; Tipton 2015 advises four)."""


def few_behind(df: float, *, alone: bool) -> int | None:
    """Count roughly the clusters on the smaller side of a coefficient, where these are too few to judge it by; else None.

    `alone` says that one cluster alone tells part of the coefficient, so that nothing can be known of that part.

    >>> few_behind(9.0, alone=False), few_behind(2.5, alone=False), few_behind(9.0, alone=True)
    (None, 3, 1)
    """
    if alone:
        return 1
    return int(df) + 1 if df < LEAST_DF else None


def blocks_of(
    y: pd.Series[Any], x: Mapping[str, Floats], codes: NDArray[np.int64], weights: pd.Series[Any] | None
) -> tuple[Block, list[Block]]:
    """Give the rows that are a cluster each, together, and the other clusters, those of one size together."""
    outcome = y.to_numpy(dtype=float)
    scale = np.ones(len(outcome)) if weights is None else weights.to_numpy(dtype=float) / float(weights.mean())
    matrix, sizes = np.column_stack([np.asarray(column, dtype=float) for column in x.values()]), np.bincount(codes)
    order = np.argsort(codes, kind="stable")
    size = sizes[codes[order]]
    shared = [order[size == rows].reshape(-1, rows) for rows in np.unique(sizes[sizes > 1]).tolist()]
    groups = [part[at : at + AT_ONCE] for part in shared for at in range(0, len(part), AT_ONCE)]
    alone = np.flatnonzero(sizes[codes] == 1)
    one, *others = [(matrix[rows], scale[rows], outcome[rows]) for rows in (alone, *groups)]
    return one, others


def inverse_root(blocks: list[Block], names: tuple[str, ...], rows: int, method: str) -> Floats:
    """Give R^-1 of X = QR, block by block: this keeps the digits that X'X would lose, and Q is never held whole."""
    scaled = [(np.sqrt(w)[..., None] * x).reshape(-1, len(names)) for x, w, _ in blocks if len(w)]
    triangles = [np.linalg.qr(one, mode="r") for one in scaled]
    r = np.asarray(np.linalg.qr(np.vstack(triangles), mode="r"))
    if rows <= len(names) or not told_apart(r):
        raise MetricError(
            f"{method}: the columns {', '.join(names)} repeat each other, so they cannot be told apart. Leave one out."
        )
    return np.asarray(np.linalg.inv(r))


def parts_of(z: Floats, w: Floats, outcome: Floats, fitted: Floats, square: Floats | None) -> tuple[Floats, ...]:
    """Give what each of several clusters of one size adds: its score, and its three matrices for `Influence`."""
    heavy = w[..., None] * z
    adjusted = _adjusted(z, heavy, square)
    turned, left = adjusted.mT, (outcome - z @ fitted)[..., None]
    return (turned @ left)[..., 0], turned @ adjusted, z.mT @ adjusted, heavy.mT @ adjusted


def parts_alone(z: Floats, w: Floats, outcome: Floats, fitted: Floats, square: Floats | None) -> tuple[Floats, ...]:
    """Give what `parts_of` does of each row that is a cluster by itself: there A is a number."""
    heavy = w[:, None] * z
    left = 1 - 2 * np.sum(z * heavy, axis=1) + np.sum((z if square is None else z @ square) * z, axis=1)
    root = np.where(left > SINGULAR, np.maximum(left, SINGULAR) ** -0.5, 0.0)
    adjusted = root[:, None] * heavy
    pairs = (np.einsum("gi,gj->gij", one, adjusted) for one in (adjusted, z, heavy))
    return adjusted * (outcome - z @ fitted)[:, None], *pairs


def _adjusted(z: Floats, heavy: Floats, square: Floats | None) -> Floats:
    """Give A W Z. What A is the root of is the identity but for the columns of Z and W Z, so only that part is made."""
    k = z.shape[-1]
    q, r = np.linalg.qr(z if square is None else np.concatenate([z, heavy], axis=-1))
    r_z, r_heavy = r[..., :k], r[..., -k:]
    taken = r_z @ r_heavy.mT
    core = np.eye(r.shape[-2]) - taken - taken.mT + r_z @ (np.eye(k) if square is None else square) @ r_z.mT
    values, vectors = np.linalg.eigh(core)
    roots = np.where(values > SINGULAR, np.maximum(values, SINGULAR) ** -0.5, 0.0) - 1.0
    return np.asarray(heavy + (q @ vectors) @ (roots[..., None] * (vectors.mT @ r_heavy)))
