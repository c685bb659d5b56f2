"""A difference in means and what goes with characteristics that can be measured: the Oaxaca-Blinder decomposition.

Parts of a difference, not causes of it: "unexplained" holds everything that was not measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.stats.oaxaca import OaxacaBlinder

from gm_workbench.errors import MetricError
from gm_workbench.metrics.bootstrap import percentile
from gm_workbench.metrics.equity import EURO_MONTH
from gm_workbench.metrics.estimate import Estimate, NotEnoughData

Floats = NDArray[np.float64]

OAXACA = "Oaxaca-Blinder decomposition, bootstrap of persons, percentile interval"


@dataclass(frozen=True, slots=True)
class Oaxaca:
    """A difference in means: two-fold (explained + unexplained) and three-fold (endowments + coefficients + interaction)."""

    gap: Estimate
    explained: Estimate
    unexplained: Estimate
    endowments: Estimate
    coefficients: Estimate
    interaction: Estimate


def oaxaca_blinder(
    frame: pd.DataFrame,
    outcome: str,
    group: str,
    groups: tuple[str, str],
    covariates: Sequence[str],
    unit: str = EURO_MONTH,
    draws: int = 199,
    seed: int = 1,
) -> Oaxaca | NotEnoughData:
    r"""Split a difference in means (first group minus second) by linear regressions in each group.

    Two-fold with pooled coefficients :math:`\beta^*`, the group itself in the pooled model (Jann 2008): explained
    :math:`(\bar x_A - \bar x_B) \beta^*`, the rest unexplained. Three-fold: endowments :math:`(\bar x_A - \bar x_B) \beta_B`,
    coefficients :math:`\bar x_B (\beta_A - \beta_B)`, interaction.

    Parameters
    ----------
    frame : one row per person: numeric columns `outcome` and `covariates`, and column `group`
    outcome, covariates : column names
    group, groups : column, and the two groups: compared, reference
    unit : of the outcome
    draws, seed : of the bootstrap

    Returns
    -------
    Oaxaca
        In the unit of the outcome; or NotEnoughData when a group has too few persons for its regression.

    Raises
    ------
    MetricError
        When a value is missing, or the covariates determine each other within a group.

    References
    ----------
    Blinder (1973), Oaxaca (1973); Jann (2008), Stata Journal 8:453-479. Point estimates by statsmodels ``OaxacaBlinder``.

    Examples
    --------
    >>> import pandas as pd
    >>> sex, x = ["w"] * 4 + ["m"] * 4, [1.0, 2, 3, 4, 2, 3, 4, 5]
    >>> frame = pd.DataFrame({"y": [1.0, 2, 3, 5, 2, 3, 5, 5], "x": x, "sex": sex})
    >>> round(oaxaca_blinder(frame, "y", "sex", ("w", "m"), ["x"], draws=20).gap.value, 4)
    -1.0
    """
    if frame[[outcome, *covariates]].isna().any().any():
        raise MetricError(f"{OAXACA}: every value must be known, but some are missing.")
    sides = [frame.loc[frame[group].astype(str) == name, [outcome, *covariates]].to_numpy(dtype=float) for name in groups]
    needed = len(covariates) + 2
    if min(len(side) for side in sides) < needed:
        return NotEnoughData(OAXACA, "persons in each group", min(len(side) for side in sides), needed)
    if not all(_full_rank(side) for side in sides):
        raise MetricError(f"{OAXACA}: in at least one group the covariates determine each other; leave one of them out.")
    values = np.array([_oaxaca(*sides), *(_oaxaca(*drawn) for drawn in _drawn(sides, draws, seed))])
    people = len(sides[0]) + len(sides[1])
    return Oaxaca(*(percentile(values[0, i], values[1:, i], people, unit, OAXACA) for i in range(len(fields(Oaxaca)))))


def _drawn(sides: Sequence[Floats], draws: int, seed: int) -> Iterator[list[Floats]]:
    """Draw persons within each group; a draw in which a regression cannot be fitted is drawn again."""
    rng, kept = np.random.default_rng(seed), 0
    while kept < draws:
        again = [side[rng.integers(0, len(side), len(side))] for side in sides]
        if all(_full_rank(side) for side in again):
            kept += 1
            yield again


def _full_rank(side: Floats) -> bool:
    columns = np.column_stack([side[:, 1:], np.ones(len(side))])
    return bool(np.linalg.matrix_rank(columns) == columns.shape[1])


def _oaxaca(compared: Floats, reference: Floats) -> tuple[float, ...]:
    """Give gap, explained, unexplained, endowments, coefficients, interaction."""
    rows = np.vstack([compared, reference])
    side = np.repeat([0.0, 1.0], [len(compared), len(reference)])
    columns = np.column_stack([rows[:, 1:], np.ones(len(rows)), side])
    model = OaxacaBlinder(rows[:, 0], columns, columns.shape[1] - 1, hasconst=True, swap=False)
    unexplained, explained, gap = model.two_fold().params
    return (gap, explained, unexplained, *model.three_fold().params[:3])
