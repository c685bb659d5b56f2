"""Where a slope that is a straight line over a moderator begins or ceases to differ from zero.

From coefficients and their covariance, also published ones; the room `johnson_neyman` fits the model and counts the persons.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.slope_degrees import Degrees

Floats = NDArray[np.float64]

REGION = "region of significance (Johnson-Neyman)"

Correction = Literal["pointwise", "simultaneous", "false discovery"]

CORRECTIONS = get_args(Correction)

LOOKS = 1001
"""Evenly spaced values at which the rate of false discoveries is kept; as R's `interactions` takes them."""


STEPS = 400
"""Values, as evenly spaced as the slope's t is smooth, between which a bound is looked for where degrees of freedom differ."""


@dataclass(frozen=True, slots=True)
class Line:
    """A slope that is a straight line over the moderator: its level at 0 and its change, with their covariance (2, 2).

    `df` are its degrees of freedom; where they differ by value, `degrees` has them and `df` is the smallest that was looked at.
    """

    level: float
    change: float
    covariance: Floats
    df: float
    degrees: Degrees | None = None

    def at(self, z: Floats) -> tuple[Floats, Floats]:
        """Give the slope and its standard error at values of the moderator."""
        v = self.covariance
        return self.level + self.change * z, np.sqrt(np.maximum(v[0, 0] + 2 * z * v[0, 1] + z**2 * v[1, 1], 0.0))

    def df_at(self, z: Floats) -> Floats:
        """Give the degrees of freedom at values of the moderator."""
        return np.full(np.shape(z), self.df) if self.degrees is None else self.degrees.at(z)


@dataclass(frozen=True, slots=True)
class Bar:
    """Standard errors from zero at which a slope counts as different: `most` at the line's `df`, and at any value by `at`.

    `tail` is the share of t beyond it, the same at every value; None where the bar itself is the same everywhere.
    """

    line: Line
    most: float
    tail: float | None

    @property
    def flat(self) -> bool:
        return self.tail is None or self.line.degrees is None

    def at(self, z: Floats) -> Floats:
        """Give the bar at values of the moderator."""
        if self.tail is None or self.line.degrees is None:
            return np.full(np.shape(z), self.most)
        return np.asarray(stats.t.isf(self.tail, self.line.degrees.at(z)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values of the moderator, from `low` up to `high`, where the slope is above zero (1), below it (−1) or may be zero (0).

    `persons` of those measured have their own mean of the moderator there.
    """

    low: float
    high: float
    direction: int
    persons: int


def bounds(
    level: float,
    change: float,
    covariance: Sequence[Sequence[float]] | Floats,
    *,
    df: float = math.inf,
    correction: Correction = "pointwise",
    over: tuple[float, float] | None = None,
    alpha: float = 0.05,
) -> tuple[float, ...]:
    r"""Find the values of a moderator at which a slope begins or ceases to differ from zero, from published coefficients.

    .. math:: (\delta^2 - c^2 v_{\delta\delta}) z^2 + 2 (\beta \delta - c^2 v_{\beta\delta}) z + \beta^2 - c^2 v_{\beta\beta}
        = 0

    are the values z where :math:`|\beta + \delta z|` is c standard errors. `correction` says what c guards against:

    - ``pointwise``: :math:`c = t_{1 - \alpha/2}(\nu)`, right for one value chosen beforehand. Who looks at every value
      finds a false one more often than :math:`\alpha`.
    - ``simultaneous``: :math:`c = \sqrt{2 F_{1-\alpha}(2, \nu)}` (Potthoff), right for all values together.
    - ``false discovery``: the t that keeps the share of false values among those called different at :math:`\alpha` (Benjamini
      and Hochberg over evenly spaced values in `over`, after Esarey and Sumner).

    Parameters
    ----------
    level, change : float
        The slope :math:`\beta` where the moderator is 0, and its change :math:`\delta` per point of the moderator.
    covariance : (2, 2) array
        Of the two.
    df : float
        Degrees of freedom :math:`\nu` of the standard errors; infinite for the normal distribution.
    over : (float, float), optional
        Values looked at; needed for ``false discovery`` only.

    Returns
    -------
    tuple of float
        None, one or two, in order. Of two, the slope differs from zero outside them when the change itself differs from zero by
        this c, and else between them.

    Raises
    ------
    MetricError
        When the covariance is not one, the degrees of freedom or alpha cannot be, the correction is unknown, or `over` lacks.

    References
    ----------
    Johnson & Neyman (1936), Statistical Research Memoirs 1:57-93; Potthoff (1964), Psychometrika 29, doi:10.1007/BF02289721;
    Bauer & Curran (2005), doi:10.1207/s15327906mbr4003_5; Esarey & Sumner (2018), doi:10.1177/0010414017730080.

    Examples
    --------
    A slope of 2 − z with standard error 1 at every value differs from zero 1.96 to either side of 2:

    >>> [round(bound, 2) for bound in bounds(2.0, -1.0, [[1.0, 0.0], [0.0, 0.0]])]
    [0.04, 3.96]
    """
    line = Line(float(level), float(change), np.asarray(covariance, dtype=float), float(df))
    return crossings_of(line, bar_of(line, correction, over, alpha))


def _require(line: Line, correction: str, over: tuple[float, float] | None, alpha: float) -> None:
    v = line.covariance
    faults = {
        "the covariance must be 2 by 2, symmetric, with variances of 0 or more": v.shape != (2, 2)
        or not np.isfinite(v).all()
        or not math.isclose(v[0, 1], v[1, 0], rel_tol=1e-9, abs_tol=1e-12)
        or min(v[0, 0], v[1, 1]) < 0,
        "coefficients must be finite, degrees of freedom above 0 and alpha between 0 and 1": not (
            math.isfinite(line.level) and math.isfinite(line.change) and line.df > 0 and 0 < alpha < 1
        ),
        f"the correction must be one of {', '.join(CORRECTIONS)}": correction not in CORRECTIONS,
        "the values looked at must go up, and be given for false discovery": (
            correction == "false discovery" if over is None else not over[0] < over[1]
        ),
    }
    wrong = [text for text, is_wrong in faults.items() if is_wrong]
    if wrong:
        raise MetricError(f"{REGION}: {'; '.join(wrong)}.")


def bar_of(line: Line, correction: Correction, over: tuple[float, float] | None, alpha: float) -> Bar:
    """Give the standard errors from zero at which a slope counts as different."""
    _require(line, correction, over, alpha)
    if correction == "simultaneous":
        return Bar(line, _together(line, alpha), None)
    tail = alpha / 2 if correction == "pointwise" or over is None else alpha / 2 * _rung(line, over, alpha)
    return Bar(line, float(stats.t.isf(tail, line.df)), tail)


def _together(line: Line, alpha: float) -> float:
    if line.degrees is not None and line.degrees.together is not None:
        eta = line.degrees.together
        return math.sqrt(2 * eta / (eta - 1) * float(stats.f.isf(alpha, 2, eta - 1)))
    return math.sqrt(float(stats.chi2.isf(alpha, 2) if math.isinf(line.df) else 2 * stats.f.isf(alpha, 2, line.df)))


def _rung(line: Line, over: tuple[float, float], alpha: float) -> float:
    """Give the share of alpha at which the share of false discoveries among evenly spaced values is alpha."""
    z = np.linspace(*over, LOOKS)
    value, se = line.at(z)
    p = np.sort(2 * stats.t.sf(np.abs(value) / se, line.df_at(z)))
    kept = np.flatnonzero(p <= alpha * np.arange(1, LOOKS + 1) / LOOKS)
    return float(kept[-1] + 1 if len(kept) else 1) / LOOKS  # where none is kept, the first rung, which none reaches


def crossings_of(line: Line, bar: Bar) -> tuple[float, ...]:
    """Give the values of the moderator at which the slope is as many standard errors from zero as the bar asks."""
    if not bar.flat:
        return _looked_for(line, bar)
    v = bar.most**2 * line.covariance
    a, b, c = line.change**2 - v[1, 1], line.level * line.change - v[0, 1], line.level**2 - v[0, 0]
    if a == 0:
        return (float(-c / (2 * b)),) if b else ()
    inner = b**2 - a * c
    return tuple(sorted(float((-b + sign * math.sqrt(inner)) / a) for sign in (-1, 1))) if inner > 0 else ()


def _looked_for(line: Line, bar: Bar) -> tuple[float, ...]:
    """Look along the whole line, as an angle seen from where the slope is known best: t is a wave of that angle."""
    v = line.covariance
    centre = -v[0, 1] / v[1, 1]
    scale = math.sqrt(max(v[0, 0] / v[1, 1] - centre**2, np.finfo(float).tiny))

    def above(angle: Floats) -> Floats:
        z = centre + scale * np.tan(angle)
        value, se = line.at(z)
        return np.asarray(np.abs(value) - bar.at(z) * se) / se

    angles = np.linspace(-math.pi / 2, math.pi / 2, STEPS + 1)[:-1] + math.pi / (2 * STEPS)
    ends = np.flatnonzero(np.diff(np.sign(above(angles))))
    found = (optimize.brentq(above, angles[place], angles[place + 1], xtol=1e-14) for place in ends)
    return tuple(float(centre + scale * math.tan(angle)) for angle in found)


def stretches_of(line: Line, bar: Bar, crossings: tuple[float, ...], own: Floats) -> tuple[Stretch, ...]:
    """Part the whole line at the bounds; each part is judged at a value inside it."""
    ends = (-math.inf, *crossings, math.inf)
    parts = []
    for low, high in itertools.pairwise(ends):
        z = np.array([_inside(low, high)])
        value, se = line.at(z)
        direction = int(np.sign(value[0])) if abs(value[0]) > bar.at(z)[0] * se[0] else 0
        parts.append(Stretch(low, high, direction, int(((own >= low) & (own < high)).sum())))
    return tuple(parts)


def _inside(low: float, high: float) -> float:
    if math.isinf(low):
        return 0.0 if math.isinf(high) else high - 1 - abs(high)
    return low + 1 + abs(low) if math.isinf(high) else (low + high) / 2
