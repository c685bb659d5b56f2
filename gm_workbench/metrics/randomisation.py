"""What chance alone would do: deal the start of the new way of working out over the teams again, as the draw could have done.

With seven teams no formula for a standard error is to be trusted. What is known is how the starts were dealt out: every way in
which the same starts could have fallen on the same teams was as likely as the one that happened. Were there no difference, the
outcomes would have been what they are, so the comparison can be made again for each of those ways, and p is the share that is
at least as far from zero. That holds for a draw that was really made; where teams chose, p describes and does not test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import get_args

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.assignments import (
    NEGLIGIBLE,
    Design,
    Floats,
    Ints,
    design,
    drawn,
    every,
    teams_needed,
    ways,
)
from gm_workbench.metrics.assignments import (
    Nuisance as Nuisance,
)
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage
from gm_workbench.metrics.estimate import Estimate, Known, NotEnoughData

RANDOMISATION = "randomisation inference"

FITTED: Mapping[Nuisance, str] = {
    "none": "weighted difference in means",
    "period": "weighted least squares within periods",
    "team and period": "weighted least squares within teams and periods",
}

LEVEL = 0.05
"""Two-sided: an interval holds the shifts whose p is at least this."""

MOST_ENUMERATED = 20_000
"""Up to this many assignments all are tried; above it they are drawn."""

FEWEST_DRAWS = 99


@dataclass(frozen=True, slots=True)
class Randomisation:
    """A comparison judged by the assignments that could have been.

    Attributes
    ----------
    estimate : Estimate
        Difference with exposure; the interval holds every constant difference that the test does not reject; `se` is NaN. It
        is `Known` where that is one only: with teams that are equal but for exposure the test rejects any other, exactly.
    p : float
        Two-sided p of no difference for any team in any period.
    assignments : int
        Assignments that were compared, the one that happened included.
    exact : bool
        Whether these are all that were possible (else they were drawn).
    """

    estimate: Known
    p: float
    assignments: int
    exact: bool


@as_declared
def randomisation_inference(
    cells: pd.DataFrame,
    outcome: str,
    weight: str,
    team: str,
    period: str,
    start: Mapping[str, int | None],
    *,
    nuisance: Nuisance,
    unit: str,
    persons: int,
    draws: int = 9_999,
    seed: int = 1,
    dose: str | None = None,
    stratum: Mapping[str, str] | None = None,
) -> Randomisation | NotEnoughData:
    r"""Compare cells of teams before and after their start, and judge it by the starts being dealt out differently.

    A cell (team i, period t) is exposed, :math:`z_{it} = 1`, when the team's start is at or before t. With M the projection
    that takes the nuisance out at weights w (Frisch-Waugh-Lovell), the statistic is the weighted least-squares coefficient

    .. math:: \hat\delta(z) = z' M y / z' M z, \qquad p = \#\{|\hat\delta(z)| \ge |\hat\delta(z_{obs})|\} / \#\{z\}

    over all distinct ways to deal the same starts out over the same teams, when there are at most 20,000; else over `draws` of
    them and the one that happened, so :math:`p = (1 + \#) / (1 + R)`. A constant difference d is in the interval when the
    test on :math:`y - d z_{obs}` gives p ≥ .05; as :math:`\hat\delta(z; y - d z_{obs}) = \hat\delta(z; y) -
    d\,\hat\delta(z; z_{obs})`, the bounds are found exactly, without a grid. Where the accepted differences have a gap, the
    interval covers it.

    Where covariates were taken out of the outcome, a difference of 1 adds to a cell what they left of exposure, not 1. With
    that `dose` u for :math:`z_{obs}` on the right, the estimate is :math:`\hat\delta(z_{obs}; y) / \hat\delta(z_{obs}; u)`, and
    the interval is as exact as it was.

    Where starts were dealt out within groups of teams (by size, by district), `stratum` says so: they are dealt out again
    within these only, and means of strata are taken out first, so that one with more early starters does not count as a
    difference.

    The test is exact by design, also with few teams on a side or one that is large, as long as starts were dealt out as told
    here: with five teams against forty it saw 27 in 600 draws without a difference. Where teams chose, it describes.

    Assignments under which exposure could not be told apart from the nuisance are left out; which these are does not depend
    on the outcome, so the test keeps its level.

    Parameters
    ----------
    cells : one row per team and period; one period only in a parallel design
    outcome : column with the mean outcome of the cell, in `unit`
    weight : column with its weight, above 0, e.g. persons
    team, period : columns; a period is a number
    start : team to the period in which it was introduced; None for never. Teams without cells are left out.
    nuisance : what is taken out first: ``"none"`` (the general mean only), ``"period"``, or ``"team and period"``
    unit : of the outcome
    persons : persons behind the cells
    draws, seed : used above 20,000 assignments; the same seed gives the same draws
    dose : column with what a difference of 1 adds to the outcome of the cell, as assigned; exposure itself when left out
    stratum : team to the group of teams within which the starts were dealt out; all teams together when left out

    Returns
    -------
    Randomisation or NotEnoughData
        NotEnoughData when with so few teams no outcome could give p < .05 (needed: how many would do, were teams to join the
        smallest groups), when all outcomes are equal, or when too few assignments bound the interval.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or has gaps, a weight is not above 0, a team has two cells in a period, or no
        start or stratum, exposure cannot be told apart from the nuisance, or `nuisance` or `draws` is none of those allowed.

    References
    ----------
    Fisher (1935), The Design of Experiments, ch. 2; Rosenbaum (2002), Observational Studies, ch. 2; Phipson & Smyth (2010),
    doi:10.2202/1544-6115.1585, for the 1 in p; Ji, Fink, Robyn & Small (2017), Annals of Applied Statistics 11:1-20, for
    stepped wedges.

    Examples
    --------
    Seven teams, three of them with the new way of working; the three have the highest means, which 1 in 35 assignments does:

    >>> cells = pd.DataFrame({"team": list("abcdefg"), "month": 1, "y": [6, 7, 9, 3, 4, 5, 2], "n": 20})
    >>> start = {name: 1 if name in "abc" else None for name in "abcdefg"}
    >>> found = randomisation_inference(cells, "y", "n", "team", "month", start, nuisance="none", unit="points", persons=140)
    >>> round(found.p, 4), found.assignments, round(found.estimate.value, 2)
    (0.0286, 35, 3.83)
    """
    _require(cells, [outcome, weight, period, *([dose] if dose else [])], weight, team, period, start, nuisance, draws, stratum)
    plan, y = design(cells, weight, team, period, start, nuisance, stratum), cells[outcome].to_numpy(dtype=float)
    teams = len(plan.observed)
    short = shortage(RANDOMISATION, ("teams", teams, teams_needed(plan.dealt, plan.mirrors, LEVEL)))
    if short is not None:
        return short
    exact = ways(plan.dealt) <= MOST_ENUMERATED
    added = cells[dose].to_numpy(dtype=float) if dose else plan.exposed(plan.observed)
    shifts, slopes = _coefficients(plan, every(plan) if exact else drawn(plan, draws, seed), y, added)
    kind = f"{'exact, all' if exact else 'Monte Carlo,'} {len(shifts)} assignments"
    method = f"{RANDOMISATION} ({kind}), {FITTED[nuisance]}"
    return shortage(RANDOMISATION, ("different outcomes", 1 + plan.tells_apart(y), 2)) or _judged(
        shifts, slopes, exact, unit, method, persons, teams
    )


def _require(
    cells: pd.DataFrame,
    numbers: list[str],
    weight: str,
    team: str,
    period: str,
    start: Mapping[str, int | None],
    nuisance: str,
    draws: int,
    stratum: Mapping[str, str] | None,
) -> None:
    require_numbers(cells, numbers, RANDOMISATION)
    require_filled(cells, [team], RANDOMISATION)
    rules = {
        f"column {weight} must be above 0 in every cell": bool((cells[weight] > 0).all()),
        f"columns {team} and {period} must name each cell once": not cells.duplicated([team, period]).any(),
        f"each value of column {team} must have a start (None for never)": bool(cells[team].isin(list(start)).all()),
        f"each value of column {team} must have a stratum": stratum is None or bool(cells[team].isin(list(stratum)).all()),
        f"nuisance must be one of {', '.join(get_args(Nuisance))}": nuisance in get_args(Nuisance),
        f"draws must be at least {FEWEST_DRAWS}": draws >= FEWEST_DRAWS,
    }
    for rule, holds in rules.items():
        if not holds:
            raise MetricError(f"{RANDOMISATION}: {rule}.")


def _coefficients(plan: Design, assignments: Ints, y: Floats, added: Floats) -> tuple[Floats, Floats]:
    """Give the coefficient of exposure for y, and for what a difference of 1 added to it, under each assignment.

    Both are per unit of the second under the assignment that happened, which without covariates is 1. A sum over cells is a sum
    over teams of what a team adds at its level, so it is looked up and not worked out again.
    """
    targets = [plan.without_nuisance(column) for column in (y, added)]
    columns = plan.root[:, None] * np.column_stack([*targets, plan.root, plan.basis])
    adds = np.stack([plan.member @ (exposure[:, None] * columns) for exposure in plan.exposure], axis=1)
    sums = sum((adds[i][assignments[:, i]] for i in range(len(adds))), np.zeros((len(assignments), columns.shape[1])))
    left = sums[:, 2] - (sums[:, 3:] ** 2).sum(axis=1)
    known = left > NEGLIGIBLE * sums[:, 2]
    if not known[0] or abs(sums[0, 1]) <= NEGLIGIBLE * left[0]:
        raise MetricError(f"{RANDOMISATION}: exposure cannot be told apart from what is taken out first. Take out less.")
    unit = sums[0, 1] / left[0]
    return sums[known, 0] / left[known] / unit, sums[known, 1] / left[known] / unit


def _judged(
    shifts: Floats, slopes: Floats, exact: bool, unit: str, method: str, persons: int, teams: int
) -> Randomisation | NotEnoughData:
    value, size = float(shifts[0]), np.abs(shifts)
    low, high = min(-_upper(-shifts, slopes), value), max(_upper(shifts, slopes), value)
    bounding, needed = int((np.abs(slopes) < 1 - NEGLIGIBLE).sum()), int((1 - LEVEL) * len(shifts)) + 1
    if not np.isfinite([low, high]).all():
        return NotEnoughData(RANDOMISATION, "assignments that bound the interval", bounding, needed)
    p = float((size >= size[0] - NEGLIGIBLE * size.max()).mean())
    return Randomisation(Estimate(value, low, high, nan, persons, unit, method, teams), p, len(shifts), exact)


def _upper(shifts: Floats, slopes: Floats) -> float:
    r"""Give the largest d that the test does not reject.

    An assignment counts against d when :math:`|a - d b| \ge |t - d|`, with a its shift, b its slope and t what happened: a
    quadratic in d that holds at t. It stops at its first root above t, and for :math:`|b| > 1` holds again from the second.
    """
    a, b, t = shifts, slopes, float(shifts[0])
    tiny = NEGLIGIBLE * float(np.abs(a).max())
    ratios = [(t - a, 1 - b), (t + a, 1 + b)]
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = np.array([_snapped(top, tiny) / _snapped(below, NEGLIGIBLE) for top, below in ratios])
    near, far = np.nan_to_num(roots.min(axis=0), nan=np.inf), np.nan_to_num(roots.max(axis=0), nan=np.inf)
    steep = np.abs(b) > 1 + NEGLIGIBLE
    again = steep & (near >= t - tiny) & (far > near + tiny)
    ends = np.sort(np.where(again, near, np.where(steep, np.inf, far)))
    held = len(a) - np.searchsorted(ends, ends - tiny) + np.searchsorted(np.sort(far[again]), ends + tiny, side="right")
    return float(ends[held / len(a) >= LEVEL].max())


def _snapped(values: Floats, tiny: float) -> Floats:
    return np.where(np.abs(values) <= tiny, 0.0, values)
