"""One comparison of teams judged in other ways, to see whether what is said of it hangs on the way in which it was calculated.

A design has one primary inference (`team_comparison.difference`). What is here stands beside it, named a sensitivity analysis,
and never takes its place: whoever picks among three the one that suits has no 95 % left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import pandas as pd
from scipy import stats

from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.horizon import over_months
from gm_workbench.metrics.randomisation import Randomisation
from gm_workbench.metrics.stacks import MONTH_IN_STACK, TEAM_IN_STACK, stacked
from gm_workbench.metrics.team_cells import dealt_by_month, dealt_to_persons, turned
from gm_workbench.metrics.team_comparison import ADJUSTED_FOR, difference
from gm_workbench.metrics.wild import WildBootstrap
from gm_workbench.vocabulary.designs import Design

METHOD = "sensitivity of a comparison of teams"


class Way(StrEnum):
    """How a comparison of teams can be judged."""

    CR2 = "cr2"  # standard errors by team, corrected for few teams; degrees of freedom by Satterthwaite
    WILD = "wild"  # residuals of whole teams turned around
    LOT = "lot"  # the starts dealt out over the teams again, as a lot would have


@dataclass(frozen=True, slots=True)
class Judged:
    """A difference with the interval that one way of judging gives it, and its two-sided p of no difference."""

    estimate: Estimate
    p: float


@as_declared
def other_ways(
    frame: pd.DataFrame,
    design: Design,
    *,
    covariates: Sequence[str] = ADJUSTED_FOR,
    horizon: int = 12,
    draws: int = 9_999,
    seed: int = 1,
) -> Mapping[Way, Judged | NotEnoughData]:
    r"""Judge the difference of a design in three ways: CR2 with Satterthwaite's degrees of freedom, wild bootstrap, lot.

    .. math:: H_0: \Delta = 0 \quad \text{by} \quad \hat\Delta / s_{CR2} \sim t_\nu, \quad \text{by signs } e_g^* = \pm e_g,
        \quad \text{by starts } z^* \text{ that the lot could give}

    All three are of the same regression (`team_comparison.difference` has its formulas), but for the lot in a staggered
    introduction, which compares all months at one difference, as `difference` does after a lottery. They part in what they
    lean on: CR2 on errors that are near enough to normal, the wild cluster bootstrap (`wild.wild_bootstrap`) on teams whose
    errors might as well have had the other sign, and randomisation inference (`randomisation.randomisation_inference`) on a
    lot. Where no lot was drawn, the third describes: how often would a lot over these teams have given a difference as large?
    Before and after has no lot to deal out again, and so has two ways.

    With few teams they can disagree, and then the answer hangs by a thread. With fewer teams than could give p < .05, whatever
    they did, the bootstrap and the lot say so instead of giving an interval.

    Parameters
    ----------
    frame : DataFrame
        As in `team_comparison.difference`.
    design : Design
        Which of the four.
    covariates, horizon : as in `team_comparison.difference`
    draws, seed : where not all ways can be listed

    Returns
    -------
    mapping of Way to Judged or NotEnoughData
        Estimates in probability. NotEnoughData as in `team_comparison.difference` (then for every way), below 6 teams or 3 on a
        side (wild), or when a lottery over so few teams could not give p < .05 (lot).

    Raises
    ------
    MetricError
        As in `team_comparison.difference`.

    References
    ----------
    Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004; Cameron, Gelbach & Miller (2008),
    doi:10.1162/rest.90.3.414; Rosenbaum (2002), Observational Studies, ch. 2. Report one and name it beforehand: Young (2019),
    doi:10.1093/qje/qjy029.

    Examples
    --------
    >>> rows = pd.DataFrame([(t, p) for t in range(12) for p in range(20)], columns=["team", "p"])
    >>> left = rows["p"] < 2 + 3 * (rows["team"] % 2) + rows["team"] % 3
    >>> rows = rows.assign(introduced=rows["team"] % 2, left=left.astype(int))
    >>> found = other_ways(rows, Design.PARALLEL_CLUSTERS, covariates=())
    >>> [way.value for way in found], round(found[Way.LOT].p, 4), found[Way.WILD].estimate.excludes_zero
    (['cr2', 'wild', 'lot'], 0.0022, True)
    """
    primary = difference(frame, design, covariates=covariates, horizon=horizon)
    ways = [Way.CR2, Way.WILD, *([] if design is Design.BEFORE_AFTER else [Way.LOT])]
    if isinstance(primary, NotEnoughData):
        return MappingProxyType(dict.fromkeys(ways, primary))
    own = primary.adjusted
    p = 2 * float(stats.t.sf(abs(own.value) / own.se, own.df))
    by_person = design in (Design.PARALLEL_CLUSTERS, Design.BEFORE_AFTER)
    fitted = _of_persons(frame, design, covariates) if by_person else _of_months(frame, design, horizon)
    found = {Way.WILD: fitted.wild(draws, seed), **({Way.LOT: fitted.lot(draws, seed)} if Way.LOT in ways else {})}
    return MappingProxyType({Way.CR2: Judged(own, p), **{way: _judged(one, fitted.scale) for way, one in found.items()}})


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The other ways of judging one regression, by draws and seed, and what brings its difference to the horizon."""

    wild: Callable[[int, int], WildBootstrap | NotEnoughData]
    lot: Callable[[int, int], Randomisation | NotEnoughData]
    scale: Callable[[Estimate], Estimate]


def _of_persons(frame: pd.DataFrame, design: Design, covariates: Sequence[str]) -> _Fitted:
    used = [name for name in covariates if frame[name].ne(frame[name].iloc[0]).any()]
    own = ["team"] if design is Design.BEFORE_AFTER else []
    return _Fitted(
        wild=lambda draws, seed: turned(frame, used, own, draws, seed),
        lot=lambda draws, seed: dealt_to_persons(frame, used, draws, seed),
        scale=lambda one: one,
    )


def _of_months(frame: pd.DataFrame, design: Design, horizon: int) -> _Fitted:
    marked = frame.assign(introduced=frame["start"].le(frame["month"]).astype("int64"), left=frame["to_work"])
    steps = design is Design.STEPPED_WEDGE
    rows, own = (marked, ["team", "month"]) if steps else (stacked(marked, horizon), [TEAM_IN_STACK, MONTH_IN_STACK])
    new = rows.loc[rows["introduced"].eq(1)]
    chances = float(new["left"].mean()), float(new["otherwise"].mean())
    return _Fitted(
        wild=lambda draws, seed: turned(rows, [], own, draws, seed),
        lot=lambda draws, seed: dealt_by_month(marked, draws, seed),
        scale=lambda one: over_months(one, *chances, horizon),
    )


def _judged(
    one: WildBootstrap | Randomisation | NotEnoughData, scale: Callable[[Estimate], Estimate]
) -> Judged | NotEnoughData:
    if isinstance(one, NotEnoughData):
        return one
    return Judged(scale(one.estimate), one.p)
