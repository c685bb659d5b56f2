"""What a mixed model gives: coefficients, how groups differ, and sums and joint tests of coefficients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.degrees import Degrees, interval
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mixed_sums import Floats

MIXED = "mixed model"


@dataclass(frozen=True, slots=True)
class Spread:
    """How groups of one level differ.

    Attributes
    ----------
    names : tuple of str
        ``const`` for their level, at zero of the predictors, and the predictors with a slope per group.
    covariance : (names, names) array
        Of groups' own levels and slopes; in squared outcome units, per unit of a slope's predictor.
    groups : int
    """

    names: tuple[str, ...]
    covariance: Floats
    groups: int

    @property
    def sd(self) -> dict[str, float]:
        """Standard deviation of groups' own levels and slopes, by name."""
        return dict(zip(self.names, np.sqrt(np.diag(self.covariance)).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class JointTest:
    """Whether several numbers are zero together: F, its degrees of freedom and p (two-sided by nature)."""

    f: float
    df1: int
    df2: float
    p: float


@dataclass(frozen=True, slots=True)
class Mixed:
    """A regression in which groups have levels and slopes of their own.

    Attributes
    ----------
    coefficients : mapping of str to Estimate
        The constant (``const``) and the predictors, in outcome units per unit of the predictor.
    spreads : mapping of str to Spread
        By level, from fine to coarse.
    residual : float
        Variance of measurements around their groups' own lines, in squared outcome units.
    deviance : float
        −2 log likelihood; restricted when the model was fitted so, and then not comparable between sets of predictors.
    degrees : Degrees
        Covariances of the coefficients, and what degrees of freedom are made from.
    rows : int
        Measurements.
    """

    coefficients: Mapping[str, Estimate]
    spreads: Mapping[str, Spread]
    residual: float
    deviance: float
    degrees: Degrees
    rows: int

    def sum_of(self, weights: Mapping[str, float], unit: str | None = None) -> Estimate:
        """Estimate a weighted sum of coefficients, with the degrees of freedom of that very sum; `unit` as they have it."""
        one = next(iter(self.coefficients.values()))
        w = self._weighed(weights)
        value, df = float(w @ self._values), self.degrees.one(w)
        se = float(np.sqrt(w @ self.degrees.adjusted @ w))
        low, high = interval(value, se, df)
        told = unit or one.unit
        return Estimate(value, low, high, se, one.n, told, one.method, one.groups, df, residual_df=one.residual_df)

    def joint(self, sums: Sequence[Mapping[str, float]]) -> JointTest | NotEnoughData:
        """Test whether all of several weighted sums of coefficients are zero; none may follow from the others.

        NotEnoughData when less than one degree of freedom is left for it: moments of F then do not exist.
        """
        rows = np.stack([self._weighed(one) for one in sums])
        if np.linalg.matrix_rank(rows) < len(rows):
            raise MetricError(f"{MIXED}: of the sums to test together, one follows from the others. Leave it out.")
        f, df = self.degrees.several(self._values, rows)
        if not df >= 1:
            return NotEnoughData(MIXED, "degrees of freedom", 0, 1)
        return JointTest(f, len(rows), df, float(stats.f.sf(f, len(rows), df)))

    @property
    def _values(self) -> Floats:
        return np.array([one.value for one in self.coefficients.values()])

    def _weighed(self, weights: Mapping[str, float]) -> Floats:
        unknown = [name for name in weights if name not in self.coefficients]
        if unknown:
            there = ", ".join(self.coefficients)
            raise MetricError(f"{MIXED}: there is no coefficient {', '.join(unknown)}; there are: {there}.")
        return np.array([weights.get(name, 0.0) for name in self.coefficients])
