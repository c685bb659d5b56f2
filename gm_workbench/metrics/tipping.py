"""How far those who were lost would have to lie off what was expected of them, before a difference reads otherwise.

A sensitivity analysis beside `imputed_comparison`, for when values are missing for a reason that was not measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import all_finite
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.imputation import Way
from gm_workbench.metrics.imputed_comparison import ancova, completed, pooled

Floats = NDArray[Any]

SHIFTED = "ANCOVA after multiple imputation, imputed outcomes of the exposed shifted"


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """At which shift of what was filled in the reading of a difference changes.

    Attributes
    ----------
    shifts : tuple of (float, Estimate)
        Pooled difference by shift, from the lowest to the highest; 0 is missing at random.
    down, up : float or None
        The nearest shift below and above 0 with another reading than at 0: above zero, below zero, or undecided. None when
        no declared shift has one.
    """

    shifts: tuple[tuple[float, Estimate], ...]
    down: float | None
    up: float | None


@as_declared
def tipping_point(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    baseline: Sequence[str] = (),
    auxiliaries: Sequence[str] = (),
    *,
    shifts: Sequence[float],
    cluster: str = "coach",
    m: int = 20,
    seed: int = 1,
    way: Way = "norm",
    unit: str = "points",
) -> TippingPoint | NotEnoughData:
    r"""Say how much worse or better off the lost of the exposed group would have to be to change what the difference says.

    .. math:: y_i^{(\Delta)} = y_i + \Delta\, d_i\, (1 - r_i)

    :math:`r_i` is 1 for who was measured. The lost of the other group stay as imputed, so :math:`\Delta` is how much the
    lost of one group differ from what was expected of them, beyond what they do in the other. Whether such a shift is
    credible is not in the data: somebody who knows these people must say. Shifts are added after imputation and do not feed
    back into it.

    Parameters
    ----------
    frame, outcome, exposed, baseline, auxiliaries, cluster, m, seed, way
        As in `imputed_difference`; the same seed fills the same values.
    shifts : sequence of float
        In `unit`, declared beforehand; 0 is added.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    TippingPoint or NotEnoughData
        NotEnoughData as in `imputed_difference`, but for the fraction of missing information.

    Raises
    ------
    MetricError
        As in `imputed_difference`; or when a shift is not finite.

    References
    ----------
    Rubin (1977), doi:10.1080/01621459.1977.10480610; Ratitch, O'Kelly & Tosiello (2013), doi:10.1002/pst.1549; Cro, Morris,
    Kenward & Carpenter (2020), doi:10.1002/sim.8569.

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i % 12 for i in range(120)], "T0": [50 + i % 11 for i in range(120)]})
    >>> y = [60.0 + i % 11 + 3 * (i % 2) + i % 13 if i % 7 else None for i in range(120)]
    >>> found = tipping_point(rows.assign(new=rows["coach"] % 2, T12=y), "T12", "new", ["T0"], shifts=[-30, -20, -10, 10])
    >>> found.down, found.up
    (-10.0, None)
    """
    if not all_finite(list(shifts)):
        raise MetricError(f"{SHIFTED}: every shift must be a finite number.")
    made = completed(frame, outcome, exposed, baseline, auxiliaries, cluster, m, seed, way, SHIFTED)
    if isinstance(made, NotEnoughData):
        return made
    _, filled = made
    spread = float(frame[outcome].std())  # shifts in this unit, so that no square is lost in rounding
    lost = (frame[outcome].isna() & frame[exposed].eq(1)).to_numpy(dtype=float) * spread
    parts = [_curve(rows, lost, outcome, exposed, baseline, cluster) for rows in filled.frames]
    each = [at for *_, at in parts]
    told = []
    for shift in sorted({0.0, *map(float, shifts)}):
        step = np.array([1.0, shift / spread, (shift / spread) ** 2])
        values, variances = [float(line @ step[:2]) for line, *_ in parts], [float(curve @ step) for _, curve, _ in parts]
        found = pooled(values, variances, each, unit=unit, method=SHIFTED)
        if isinstance(found, NotEnoughData):
            return found
        told.append((shift, found.estimate))
    return _tipped(tuple(told))


def _curve(
    rows: pd.DataFrame, lost: Floats, outcome: str, exposed: str, baseline: Sequence[str], cluster: str
) -> tuple[Floats, Floats, Estimate]:
    """Give the difference as a line in the shift, its variance as a parabola (exact: made of residuals), and it unshifted."""
    low, at, high = (ancova(rows, rows[outcome] + step * lost, exposed, baseline, cluster) for step in (-1.0, 0.0, 1.0))
    below, middle, above = low.se**2, at.se**2, high.se**2
    curve = np.array([middle, (above - below) / 2, (above + below) / 2 - middle])
    return np.array([at.value, at.value - low.value]), curve, at


def _tipped(told: tuple[tuple[float, Estimate], ...]) -> TippingPoint:
    readings = {shift: (one.low > 0) - (one.high < 0) for shift, one in told}
    other = [shift for shift, reading in readings.items() if reading != readings[0.0]]
    below, above = [shift for shift in other if shift < 0], [shift for shift in other if shift > 0]
    return TippingPoint(told, max(below) if below else None, min(above) if above else None)
