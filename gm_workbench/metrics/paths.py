"""The two steps of a path, drawn together: what every kind of mediation makes its interval and its sensitivity of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.bootstrap import percentile
from gm_workbench.metrics.checks import require_draws, shortage
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.small_sample import SmallSampleFit

Floats = NDArray[np.float64]

DRAWN = "Monte-Carlo interval of a path"

MIN_PERSONS = 30
"""Persons below which an association says nothing (assumed floor)."""

MIN_CLUSTERS = 10
"""Coaches below which a cluster-robust interval is far too narrow, or a level per coach says nothing (assumed floor)."""

MIN_PER_SIDE = 4
"""Groups on a side of a two-valued exposure below which nothing is known of how they differ (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The two steps of an indirect path, and how much is left unexplained at each.

    Attributes
    ----------
    a, b : Estimate
        From exposure to mediator, in mediator units per unit of exposure; and from mediator to outcome at equal exposure, in
        outcome units per unit of the mediator. Their product is the indirect part.
    mediator_left, outcome_left : float
        Root mean square of what the two models leave, in units of mediator and outcome, at the level that carries the path:
        of persons, or of means of groups.
    degrees : (int, int)
        Degrees of freedom of the two: persons, or groups, minus coefficients at that level.
    """

    a: Estimate
    b: Estimate
    mediator_left: float
    outcome_left: float
    degrees: tuple[int, int]

    @property
    def zero(self) -> float:
        """The correlation of both errors at which the second step, and so the indirect part, is zero."""
        pull = self.b.value * self.mediator_left
        return pull / math.hypot(pull, self.outcome_left)


@dataclass(frozen=True, slots=True)
class Mediation:
    """A difference in the outcome per unit of exposure, split in what runs along the mediator and what does not.

    Attributes
    ----------
    indirect, direct, total : Estimate
        Along the mediator, past it, and their sum; in outcome units per unit of exposure.
    share : Estimate or NotEnoughData
        Indirect / total. Without meaning where the interval of the total holds zero; below 0 or above 1 where indirect and
        direct point in opposite ways.
    sensitivity : float
        Correlation of the errors of both models (−1 to 1), at the level that carries the path, at which the indirect part is
        zero; the closer to zero, the less it takes. For its interval at other correlations: `confounding.tilt`.
    steps : Steps
        The two steps, which `confounding.tilt` asks for.
    """

    indirect: Estimate
    direct: Estimate
    total: Estimate
    share: Estimate | NotEnoughData
    sensitivity: float
    steps: Steps


def drawn_paths(a: Estimate, b: Estimate, c: Estimate, covariance: Floats, draws: int, seed: int) -> Floats:
    """Give the indirect and the direct part: as estimated in the first row, as drawn in the others.

    Parameters
    ----------
    a, b, c : the step to the mediator, the step from it, and past it; each drawn from t on its own degrees of freedom, which is
        normal where they are infinite. What b and c, of one model, are stretched by is drawn at the same rank for both: with
        equal degrees of freedom the two are bivariate t.
    covariance : (2, 2) of b and c
    draws, seed : of the random numbers

    Returns
    -------
    (draws + 1, 2) array

    Examples
    --------
    >>> sure = Estimate(2.0, 2.0, 2.0, 0.0, 50, "points", "example")
    >>> drawn_paths(sure, sure, sure, np.zeros((2, 2)), draws=2, seed=1).tolist()
    [[4.0, 2.0], [4.0, 2.0], [4.0, 2.0]]
    """
    require_draws(draws, seed, DRAWN)
    rng = np.random.default_rng(seed)
    second = _pairs((b.value, c.value), covariance, (b.df, c.df), draws, rng)
    first = drawn_step(a, draws, rng)
    return np.column_stack([first * np.append(b.value, second[:, 0]), np.append(c.value, second[:, 1])])


def drawn_step(step: Estimate, draws: int, rng: np.random.Generator) -> Floats:
    """Give one coefficient, as estimated first, then as drawn; (draws + 1,)."""
    return np.append(step.value, step.value + rng.normal(0.0, step.se, draws) * _stretches((step.df,), draws, rng)[:, 0])


def drawn_pairs(centre: tuple[float, float], covariance: Floats, df: float, draws: int, seed: int) -> Floats:
    """Give two coefficients of one model, as estimated in the first row, as drawn in the others; (draws + 1, 2)."""
    require_draws(draws, seed, DRAWN)
    return np.vstack([centre, _pairs(centre, covariance, (df, df), draws, np.random.default_rng(seed))])


def _pairs(
    centre: tuple[float, float], covariance: Floats, degrees: tuple[float, float], draws: int, rng: np.random.Generator
) -> Floats:
    drawn = rng.multivariate_normal(np.zeros(2), covariance, draws, method="eigh")
    return np.asarray(np.array(centre) + drawn * _stretches(degrees, draws, rng))


def _stretches(degrees: Sequence[float], draws: int, rng: np.random.Generator) -> Floats:
    """Turn normal draws into those of t (draws, coefficients): an error is not known better than its degrees allow.

    >>> few, many = _stretches((4.0, math.inf), 3, np.random.default_rng(1)).T
    >>> bool(few.std() > 0), many.tolist()
    (True, [1.0, 1.0, 1.0])
    """
    drawn = {df: np.sqrt(df / rng.chisquare(df, draws)) if math.isfinite(df) else np.ones(draws) for df in degrees}
    # the normal draws they go with are in no order, so that sorting pairs equal ranks and does nothing else
    ranked = {df: np.sort(one) if len(drawn) > 1 else one for df, one in drawn.items()}
    return np.column_stack([ranked[df] for df in degrees])


def split(paths: Floats, steps: Steps, direct: Estimate, method: str, total: Estimate | None = None) -> Mediation:
    """Make the result from the drawn paths; `total` where it is estimated by itself."""
    indirect = along(paths[:, 0], direct, method)
    whole = along(paths.sum(axis=1), direct, method) if total is None else total
    return Mediation(indirect, direct, whole, _share(paths, direct, method), steps.zero, steps)


def along(drawn: Floats, like: Estimate, method: str) -> Estimate:
    """Make an estimate of a value and its draws, about the same persons and model as another."""
    made = percentile(drawn[0], drawn[1:], like.n, like.unit, method, like.groups)
    return replace(made, residual_df=like.residual_df, sides=like.sides)


def _share(paths: Floats, like: Estimate, method: str) -> Estimate | NotEnoughData:
    total = paths.sum(axis=1)
    if math.isclose(paths[0, 0], -paths[0, 1], rel_tol=1e-9):
        return NotEnoughData(method, "a total that is not zero", 0, 1)
    # draws of the total come as close to zero as they like, so their spread means nothing
    return replace(along(paths[:, 0] / total, like, method), unit="share", se=math.nan)


def on_degrees(estimate: Estimate, df: float) -> Estimate:
    """Give the estimate a t interval on other degrees of freedom; infinite is normal.

    >>> round(on_degrees(Estimate(0.0, -1.96, 1.96, 1.0, 50, "points", "example"), 8).high, 3)
    2.306
    """
    half = float(stats.t.ppf(0.975, df)) * estimate.se
    return replace(estimate, low=estimate.value - half, high=estimate.value + half, df=df)


def root_mean_square(left: Floats | pd.Series[float]) -> float:
    """Give the size of what a model leaves."""
    return float(np.sqrt(np.mean(np.square(left))))


def too_little(
    frame: pd.DataFrame,
    columns: Sequence[str],
    method: str,
    clusters: int,
    needed: int = 0,
    *,
    what: str = "clusters",
    exposed: pd.Series[Any] | None = None,
) -> NotEnoughData | None:
    """Say what there is too little of for a path: persons, clusters, values that differ, or clusters on a side.

    `needed` are clusters for the coefficients there are; `exposed` is the exposure by cluster: one with two values has sides.
    """
    persons, groups = ("persons", len(frame), MIN_PERSONS), (what, clusters, max(needed, MIN_CLUSTERS))
    values = ((f"different values of {name}", int(frame[name].nunique()), 2) for name in columns)
    sides = [] if exposed is None or exposed.nunique() != 2 else exposed.value_counts().tolist()
    side = [(f"{what} in each group", min(sides), MIN_PER_SIDE)] if sides else []
    return shortage(method, persons, groups, *values, *side)


def unjudged(
    fits: Sequence[SmallSampleFit], exposure: str, mediator: str, method: str, *, each: str = "clusters"
) -> NotEnoughData | None:
    """Say which step of a path the clusters cannot judge; `each` is what a shortage calls them."""
    steps = [(fit, {name: 1.0}) for fit in fits for name in (exposure, mediator) if name in fit.names]
    return next(filter(None, (fit.unjudged(step, method=method, each=each) for fit, step in steps)), None)


def require_alike(frame: pd.DataFrame, columns: Sequence[str], group: str, method: str) -> None:
    """Refuse columns of a group that differ between the rows of that group."""
    values = frame.groupby(group)[list(columns)].nunique()
    differ = [name for name in columns if (values[name] > 1).any()]
    if differ:
        raise MetricError(f"{method}: the columns {', '.join(differ)} must be the same for everybody in a {group}.")
