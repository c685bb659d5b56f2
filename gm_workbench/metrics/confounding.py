"""What is left of an indirect path when something unmeasured moves mediator and outcome alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.between_groups import LevelMediation
from gm_workbench.metrics.checks import require_draws
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.paths import Mediation, Steps, along, drawn_step

Floats = NDArray[np.float64]

TILTED = "indirect part at a given correlation of errors, Monte Carlo interval"

GRID = (-0.9, -0.7, -0.5, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
"""Correlations of errors that are looked at."""

FINE = 0.01
"""Steps by which the correlation is looked for at which the interval reaches zero."""


@dataclass(frozen=True, slots=True)
class AtCorrelation:
    """The indirect part and its interval, were the errors of mediator and outcome correlated by `rho`."""

    rho: float
    indirect: Estimate


@dataclass(frozen=True, slots=True)
class Tilt:
    """How an indirect part depends on what was not measured.

    Attributes
    ----------
    zero : float
        Correlation of errors (−1 to 1) at which the indirect part is zero.
    unsure : float
        Correlation, from 0 towards `zero` in steps of .01, at which its interval first holds zero; 0.0 when it does already.
    needed : float
        0-1: the share of what is left unexplained of the mediator, and of the outcome, that a factor would have to explain of
        both to make the indirect part zero. It equals the size of `zero`; of one alone it takes more.
    curve : tuple of AtCorrelation
        Over the correlations asked for.
    """

    zero: float
    unsure: float
    needed: float
    curve: tuple[AtCorrelation, ...]


@as_declared
def tilt(
    found: Mediation | LevelMediation | NotEnoughData,
    correlations: Sequence[float] = GRID,
    *,
    draws: int = 10_000,
    seed: int = 1,
) -> Tilt | NotEnoughData:
    r"""Ask what an unmeasured factor behind mediator and outcome would leave of an indirect path.

    Such a factor shows as a correlation :math:`\rho` between the errors of both models, at the level that carries the path: of
    persons, or of groups. The regression takes it for zero. Were it not, the second step would be

    .. math:: b(\rho) = b - \frac{\rho}{\sqrt{1 - \rho^2}} \frac{s_y}{s_m}, \qquad
        \text{indirect}(\rho) = a\, b(\rho), \qquad \rho_0 = \frac{b s_m}{\sqrt{b^2 s_m^2 + s_y^2}}

    where :math:`s_m` and :math:`s_y` are the sizes of what the models leave of mediator and outcome (`Mediation.steps`). In one
    level this is the formula of Imai, Keele and Yamamoto, and :math:`\rho_0`, at which nothing is left, is the partial
    correlation of mediator and outcome at equal exposure. Of groups, errors are those of group means: those of the levels
    themselves, and of persons averaged over the group.

    A factor that explains a share :math:`R_m^2` of what is left of the mediator and :math:`R_y^2` of the outcome makes
    :math:`|\rho| = R_m R_y`; so two equal shares of :math:`|\rho_0|` would do. Intervals come from draws of a, b and both
    sizes.

    It does not say whether there is such a factor, nor does it cover one that the exposure itself brought about, an exposure
    that was not assigned at random, or a step that differs between the exposed and others.

    Parameters
    ----------
    found : Mediation, LevelMediation or NotEnoughData
        Of any kind of `mediation` and `mediation_levels`.
    correlations : sequence of float
        Between −1 and 1, ends excluded.
    draws, seed : int, int
        Of the Monte Carlo intervals; the same draws for every correlation.

    Returns
    -------
    Tilt or NotEnoughData
        NotEnoughData is handed on.

    Raises
    ------
    MetricError
        When a correlation does not lie between −1 and 1.

    References
    ----------
    Imai, Keele & Yamamoto (2010), doi:10.1214/10-STS321, Theorem 2 and §5; Tofighi & Kelley (2016),
    doi:10.1080/00273171.2015.1105736, for more levels.

    Examples
    --------
    >>> import pandas as pd
    >>> from gm_workbench.metrics.mediation import mediation
    >>> rows = pd.DataFrame({"new": [i % 2 for i in range(60)], "noise": [i % 7 - 3 for i in range(60)]})
    >>> rows = rows.assign(plan=2 * rows["new"] + rows["noise"], other=[i % 5 for i in range(60)])
    >>> found = tilt(mediation(rows.assign(work=rows["plan"] + 3 * rows["other"]), "new", "plan", "work"), [0.0, 0.5])
    >>> round(found.zero, 2), found.unsure, [round(one.indirect.value, 2) for one in found.curve]
    (0.43, 0.19, [2.09, -0.45])
    """
    if not all(-1 < rho < 1 for rho in correlations):
        raise MetricError(f"{TILTED}: every correlation must lie between −1 and 1, ends excluded.")
    if isinstance(found, NotEnoughData):
        return found
    require_draws(draws, seed, TILTED)
    path = found.between if isinstance(found, LevelMediation) else found
    drawn = _Drawn.of(path.steps, draws, seed)
    curve = tuple(AtCorrelation(float(rho), along(drawn.indirect(rho), path.indirect, TILTED)) for rho in correlations)
    zero = path.steps.zero
    return Tilt(zero, _unsure(drawn, zero), abs(zero), curve)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Both steps and the ratio of what the models leave, (draws + 1,): as estimated first."""

    a: Floats
    b: Floats
    ratio: Floats

    @classmethod
    def of(cls, steps: Steps, draws: int, seed: int) -> _Drawn:
        rng = np.random.default_rng(seed)
        a, b = drawn_step(steps.a, draws, rng), drawn_step(steps.b, draws, rng)
        mediator, outcome = (rng.chisquare(df, draws) / df for df in steps.degrees)
        ratio = steps.outcome_left / steps.mediator_left * np.append(1.0, np.sqrt(mediator / outcome))
        return cls(a, b, ratio)

    def indirect(self, rho: float) -> Floats:
        return self.a * (self.b - rho / math.sqrt(1 - rho**2) * self.ratio)


def _unsure(drawn: _Drawn, zero: float) -> float:
    """Give the first correlation on the way to `zero` at which the interval holds zero; at `zero` itself it surely does."""
    way = [math.copysign(FINE * step, zero) for step in range(int(abs(zero) / FINE) + 1)]
    for rho in way:
        low, high = np.quantile(drawn.indirect(rho)[1:], [0.025, 0.975])
        if low <= 0 <= high:
            return abs(rho) and rho
    return zero
