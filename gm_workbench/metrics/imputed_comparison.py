"""Two groups compared after gaps in the outcome were filled: beside complete cases.

A sensitivity analysis. The primary answer stays that of the declared design.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.cascade import Contrast, ancova_difference
from gm_workbench.metrics.checks import require_binary, require_filled, require_numbers, shortage
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.imputation import Imputations, Way, imputed
from gm_workbench.metrics.rubin import SETS, Pooled, pool
from gm_workbench.metrics.sides import sides_of
from gm_workbench.metrics.small_sample import cr2

IMPUTED = "ANCOVA (OLS), CR2 by cluster, after multiple imputation (Rubin's rules)"

MOST_MISSING = 0.5
"""Share of a group without the outcome above which filling the gaps is mostly guessing (assumed bound)."""

MOST_LOST = 0.5
"""Fraction of missing information above which the answer is more the model's than the data's (assumed bound)."""

FIRST = 20
"""Completed data sets to begin with, where their number is left to the function."""


@dataclass(frozen=True, slots=True)
class ImputedDifference:
    """A difference between two groups after imputation, beside that of complete cases.

    Attributes
    ----------
    pooled : Pooled
        The adjusted difference over all persons, with the fraction of missing information.
    complete : Contrast
        The same comparison among those with outcome and covariates.
    persons, without : int
        Everybody, and those of them whose outcome was filled in.
    """

    pooled: Pooled
    complete: Contrast
    persons: int
    without: int


@as_declared
def imputed_difference(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    baseline: Sequence[str] = (),
    auxiliaries: Sequence[str] = (),
    *,
    cluster: str = "coach",
    m: int | None = None,
    seed: int = 1,
    way: Way = "norm",
    unit: str = "points",
) -> ImputedDifference | NotEnoughData:
    r"""Compare two groups at an equal start, with the gaps of those who were lost filled in by multiple imputation.

    The comparison is that of `cascade.ancova_difference`, made in each completed data set and pooled (`rubin.pool`):

    .. math:: y_i = \alpha + \delta\, d_i + \gamma' x_i + e_i

    with :math:`\nu_{com}` the smallest of their Satterthwaite degrees of freedom. Gaps in the outcome, in `baseline` and in
    `auxiliaries` are filled from all of these, the exposure, and a level of its own per cluster (`imputation.imputed`).
    Right when what decides whether a value is missing is in the model and measured, lines are straight, and the start tells
    as much of the outcome in both groups. When only the outcome has gaps and there are no auxiliaries, it estimates what
    complete cases do, a little less precisely: it is the auxiliaries that make it worth while. It is no proof that who was
    lost does not matter; see `tipping.tipping_point`.

    Parameters
    ----------
    frame : DataFrame
        One row per person who could have been measured, also those who were lost.
    outcome : str
        In `unit`, with gaps for those who were lost; numeric. For 0 and 1 take ``way="pmm"``.
    exposed : str
        0 or 1, no gaps: decided before anybody was lost.
    baseline : sequence of str
        Covariates of the comparison; may have gaps.
    auxiliaries : sequence of str
        Numbers that are no covariates but tell who answers or what they would have said, such as waves in between; may have
        gaps.
    cluster : str
        The coach, no gaps.
    m : int, optional
        Completed data sets. Left out: 20, and where by these more than half of the information is missing, as many as it takes
        to say so (von Hippel's two stages, :math:`1 + \tfrac12 (\gamma / 0.05)^2`, 51 and more): of few it is noise.
    seed, way
        As in `imputation.imputed`.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    ImputedDifference or NotEnoughData
        NotEnoughData as in `cascade.ancova_difference` among complete cases; when more than half of a group has no outcome;
        when more than half of the information is missing through the gaps (`rubin.Pooled.missing`), or seems to be and `m` is
        too few to say so: it then tells how many are needed; or as in `imputation.imputed`.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or does not vary; when exposure is not 0 or 1; when exposure or cluster has
        gaps; when covariates repeat each other.

    References
    ----------
    White, Royston & Wood (2011), doi:10.1002/sim.4067; von Hippel (2020), doi:10.1177/0049124117747303 (m); Sullivan, White,
    Salter, Ryan & Lee (2018), doi:10.1177/0962280216683570; Andridge (2011), doi:10.1002/bimj.201000140 (clusters in the
    imputation model).

    Examples
    --------
    >>> rows = pd.DataFrame({"coach": [i % 12 for i in range(120)], "T0": [50 + i % 11 for i in range(120)]})
    >>> y = [60.0 + i % 11 + 3 * (i % 2) + i % 13 if i % 7 else None for i in range(120)]
    >>> found = imputed_difference(rows.assign(new=rows["coach"] % 2, T12=y), "T12", "new", ["T0"])
    >>> found.persons, found.without, found.pooled.imputations, 0 < found.pooled.fmi < 0.5
    (120, 18, 20, True)
    """
    asked = partial(_compared, frame, outcome, exposed, baseline, auxiliaries, cluster=cluster, seed=seed, way=way, unit=unit)
    found = asked(m=FIRST if m is None else m)
    if m is None and isinstance(found, NotEnoughData) and found.what == SETS:
        return asked(m=found.needed)
    return found


def _compared(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    baseline: Sequence[str],
    auxiliaries: Sequence[str],
    *,
    cluster: str,
    m: int,
    seed: int,
    way: Way,
    unit: str,
) -> ImputedDifference | NotEnoughData:
    made = completed(frame, outcome, exposed, baseline, auxiliaries, cluster, m, seed, way, IMPUTED)
    if isinstance(made, NotEnoughData):
        return made
    complete, filled = made
    each = [ancova(rows, rows[outcome], exposed, baseline, cluster) for rows in filled.frames]
    found = pooled([one.value for one in each], [one.se**2 for one in each], each, unit=unit, method=IMPUTED)
    if isinstance(found, NotEnoughData):
        return found
    short = _short(found)
    if short is not None:
        return short
    sides = sides_of([frame.loc[frame[exposed].eq(side)] for side in (1, 0)], cluster)
    found = replace(found, estimate=replace(found.estimate, sides=sides))
    return ImputedDifference(found, complete, len(frame), filled.gaps[outcome])


def _short(found: Pooled) -> NotEnoughData | None:
    """Say that too much is missing, or that there are too few completed data sets to say so."""
    if found.missing <= MOST_LOST:
        return None
    if found.imputations < found.imputations_needed:
        return NotEnoughData(IMPUTED, SETS, found.imputations, found.imputations_needed)
    measured = math.floor(100 * (1 - found.missing))
    return NotEnoughData(IMPUTED, "percent of the information", measured, math.ceil(100 * (1 - MOST_LOST)))


def completed(
    frame: pd.DataFrame,
    outcome: str,
    exposed: str,
    baseline: Sequence[str],
    auxiliaries: Sequence[str],
    cluster: str,
    m: int,
    seed: int,
    way: Way,
    method: str,
) -> tuple[Contrast, Imputations] | NotEnoughData:
    """Compare complete cases, and fill the gaps; or say what there is too little of."""
    require_numbers(frame, [outcome, *baseline, *auxiliaries], method, gaps=True)
    require_binary(frame, exposed, method)
    require_filled(frame, [cluster], method)
    complete = ancova_difference(frame.dropna(subset=[outcome, *baseline]), outcome, exposed, baseline, cluster)
    if isinstance(complete, NotEnoughData):
        return complete
    arms = (frame.loc[frame[exposed].eq(side), outcome] for side in (0, 1))
    wants = [("persons with the outcome", int(arm.notna().sum()), math.ceil(len(arm) * (1 - MOST_MISSING))) for arm in arms]
    short = shortage(method, *wants)
    if short is not None:
        return short
    numbers = frame.assign(**{exposed: frame[exposed].astype(float)})
    columns = [outcome, *baseline, *auxiliaries]
    filled = imputed(numbers, columns, given=[exposed], cluster=cluster, m=m, seed=seed, way=way)
    return filled if isinstance(filled, NotEnoughData) else (complete, filled)


def ancova(rows: pd.DataFrame, y: pd.Series[float], exposed: str, baseline: Sequence[str], cluster: str) -> Estimate:
    """Compare the groups in one completed data set, as `cascade.ancova_difference` does."""
    fit = cr2(y, design(rows, [exposed, *baseline]), rows[cluster], method=IMPUTED)
    return fit.combine({exposed: 1.0}, "points", IMPUTED, groups=fit.clusters)


def pooled(
    values: Sequence[float], variances: Sequence[float], each: Sequence[Estimate], *, unit: str, method: str
) -> Pooled | NotEnoughData:
    """Pool a number over completed data sets, told with what their comparisons rest on."""
    one, df = each[0], min(one.df for one in each)
    return pool(values, variances, df, unit=unit, method=method, n=one.n, groups=one.groups, residual_df=one.residual_df)
