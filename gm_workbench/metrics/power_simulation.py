"""Power by simulation: data drawn by a plan, put through the very analysis that will be used, and counted.

Closed forms rest on approximations that fail where it matters most, with few teams. Here nothing is approximated but by the
number of draws, and what is drawn: shares by team from a beta distribution, scores from normal ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan, sqrt
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.cascade import Contrast, ancova_difference
from gm_workbench.metrics.checks import MOST_DRAWS
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.planning import PLAN, require
from gm_workbench.metrics.plans import YEAR, Plan
from gm_workbench.metrics.power_plans import never
from gm_workbench.metrics.team_comparison import difference as team_difference
from gm_workbench.vocabulary.designs import Design

Floats: TypeAlias = NDArray[np.float64]
Wholes: TypeAlias = NDArray[np.int64]

SIMULATED = "share of simulated studies whose interval leaves zero out, exact binomial interval"

TINY = 1e-9
"""By how much less than everybody a share of leavers is at most."""

FEWEST_DRAWS = 20
"""Simulated studies below which a share of them says nothing (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of studies drawn by a plan.

    Attributes
    ----------
    difference : float
        True difference that was drawn.
    chance : Estimate
        Share of studies that saw something; its standard error and interval are those of the number of draws (Monte Carlo).
    mean : float
        Mean estimate, over studies with a number.
    without_number : int
        Studies whose analysis said that there was not enough data; they count as having seen nothing.
    """

    difference: float
    chance: Estimate
    mean: float
    without_number: int


@as_declared
def simulated(plan: Plan, difference: float, draws: int = 500, seed: int = 1) -> Simulated | NotEnoughData:
    r"""Draw studies by a plan and count those whose interval leaves zero out, by the analysis that the notebook calls.

    .. math:: \hat P = \frac{1}{R} \sum_{r=1}^{R} 1\big(0 \notin [\hat\Delta_r^\text{low}, \hat\Delta_r^\text{high}]\big)

    Teams go through `team_comparison.difference` under the plan's design (after a lot: with its randomisation inference, else
    CR2), without covariates; persons by coach through `cascade.ancova_difference` with the start as covariate. The same seed
    gives the same studies, and the same for another difference up to that difference.

    What is drawn is as simple as a plan: clusters whose sizes vary by `cv`, each person once, nobody who moves, drop-out at
    random. In steps a person is there for the whole time or until she leaves.

    Parameters
    ----------
    plan : what the study is planned on
    difference : true difference, as a share within a year or in points
    draws : studies, at least 20
    seed : 0 or more

    Returns
    -------
    Simulated or NotEnoughData
        NotEnoughData as `power_plans.never` says.

    Raises
    ------
    MetricError
        When a share would leave 0 to 1, a score is planned in steps, or there are fewer than 20 draws.

    References
    ----------
    Arnold, Hogan, Colford & Hubbard (2011), BMC Medical Research Methodology 11:94, doi:10.1186/1471-2288-11-94.

    Examples
    --------
    >>> plan = Plan(None, 20, 15, 0.02, sd=15, correlation=0.6)
    >>> found = simulated(plan, 6.0, draws=20)
    >>> found.chance.value > 0.5, found.without_number
    (True, 0)
    """
    require(
        ("draws", draws >= FEWEST_DRAWS, f"at least {FEWEST_DRAWS}"),
        ("draws", draws <= MOST_DRAWS, f"at most {MOST_DRAWS}"),
        ("difference", isfinite(difference), "finite"),
        ("seed", seed >= 0, "0 or more"),
    )
    if (short := never(plan)) is not None:
        return short
    found = [_study(plan, difference, np.random.default_rng([seed, number])) for number in range(draws)]
    told = [one.adjusted for one in found if not isinstance(one, NotEnoughData)]
    seen = sum(one.excludes_zero for one in told)
    mean = float(np.mean([one.value for one in told])) if told else nan
    return Simulated(difference, _share(seen, draws), mean, draws - len(told))


def _share(seen: int, draws: int) -> Estimate:
    value, bounds = seen / draws, stats.binomtest(seen, draws).proportion_ci(0.95, "exact")
    error = sqrt(value * (1 - value) / draws)
    return Estimate(value, float(bounds.low), float(bounds.high), error, draws, "probability", SIMULATED)


def _study(plan: Plan, difference: float, rng: np.random.Generator) -> Contrast | NotEnoughData:
    if plan.design is None:
        return ancova_difference(_persons(plan, difference, rng), "y", "introduced", ["before"])
    frame = DRAWN.get(plan.design, _months)(plan, difference, rng)
    return team_difference(frame, plan.design, randomised=plan.randomised, covariates=())


def _sizes(plan: Plan, rng: np.random.Generator) -> Wholes:
    """Draw persons with an outcome in each cluster: gamma sizes, at least two."""
    if plan.cv == 0:
        return np.full(plan.clusters, max(round(plan.kept), 2))
    drawn = rng.gamma(1 / plan.cv**2, plan.kept * plan.cv**2, plan.clusters)
    return np.maximum(drawn.round().astype(np.int64), 2)


def _spread(plan: Plan) -> float:
    """Give the standard deviation over all persons; of a share at the base."""
    return sqrt(plan.base * (1 - plan.base)) if plan.sd is None and plan.base is not None else float(plan.sd or 0.0)


def _levels(plan: Plan, rng: np.random.Generator) -> Floats:
    """Draw what each cluster has of its own: the plan's part of the variance that the start leaves."""
    deviation = _spread(plan) * sqrt(plan.icc * (1 - plan.correlation**2))
    if plan.base is None or deviation == 0:
        return deviation * rng.normal(size=plan.clusters)
    whole = plan.base * (1 - plan.base) / deviation**2 - 1
    return np.asarray(rng.beta(plan.base * whole, (1 - plan.base) * whole, plan.clusters)) - plan.base


def _outcome(plan: Plan, expected: Floats, rng: np.random.Generator) -> Floats:
    """Draw outcomes around what is expected of persons: a score, or whether it happened."""
    if plan.base is not None:
        return (rng.random(len(expected)) < plan.base + expected).astype(float)
    own = sqrt((1 - plan.icc) * (1 - plan.correlation**2)) * _spread(plan)
    return expected + own * rng.normal(size=len(expected))


def _persons(plan: Plan, difference: float, rng: np.random.Generator) -> pd.DataFrame:
    """Draw persons of clusters that did and did not begin."""
    cluster = np.repeat(np.arange(plan.clusters), _sizes(plan, rng))
    new = (np.arange(plan.clusters) < plan.arms[1]).astype(np.int64)[cluster]
    # a start of −1 or 1 keeps a share between 0 and 1 for any correlation that it can have
    before = rng.choice([-1.0, 1.0], len(cluster)) if plan.base is not None else rng.normal(size=len(cluster))
    expected = _levels(plan, rng)[cluster] + plan.correlation * _spread(plan) * before + difference * new
    outcome = _outcome(plan, expected, rng)
    columns = {"coach": cluster, "team": cluster, "introduced": new, "before": before}
    return pd.DataFrame({**columns, "y": outcome, "left": outcome})


def _two_years(plan: Plan, difference: float, rng: np.random.Generator) -> pd.DataFrame:
    """Draw other persons of the same clusters in the year before and the year after."""
    lasting = _levels(plan, rng)
    years = []
    for new in (0, 1):
        level = sqrt(plan.stays) * lasting + sqrt(1 - plan.stays) * _levels(plan, rng)
        cluster = np.repeat(np.arange(plan.clusters), _sizes(plan, rng))
        outcome = _outcome(plan, level[cluster] + difference * new, rng)
        years.append(pd.DataFrame({"team": cluster, "introduced": new, "left": outcome}))
    return pd.concat(years, ignore_index=True)


def _months(plan: Plan, difference: float, rng: np.random.Generator) -> pd.DataFrame:
    """Draw persons by month until they leave: from a year before the first step to a year after the last."""
    if plan.base is None:
        raise MetricError(f"{PLAN}: in steps the outcome is a share, so base must be given in place of sd.")
    months = np.arange(2 * YEAR + (plan.steps - 1) * plan.months_between)
    begins = np.repeat(YEAR + plan.months_between * np.arange(plan.steps), plan.waves)
    start = np.concatenate([begins, np.full(plan.clusters - len(begins), np.inf)])
    share = np.clip(plan.base + _levels(plan, rng)[:, None] + difference * (months >= start[:, None]), 0, 1 - TINY)
    run = np.cumsum(-np.log1p(-share) / YEAR, axis=1)
    team = np.repeat(np.arange(plan.clusters), _sizes(plan, rng))
    waited = rng.exponential(size=len(team))
    leaves = np.concatenate([np.searchsorted(run[one], waited[team == one]) for one in range(plan.clusters)])
    there = np.minimum(leaves + 1, len(months))
    person = np.repeat(np.arange(len(team)), there)
    month = np.arange(len(person)) - np.repeat(np.cumsum(there) - there, there)
    columns = {"person": person, "month": month, "team": team[person], "start": start[team[person]], "otherwise": 0}
    return pd.DataFrame({**columns, "to_work": (month == leaves[person]).astype(np.int64)}).replace({"start": {np.inf: nan}})


DRAWN = {Design.PARALLEL_CLUSTERS: _persons, Design.BEFORE_AFTER: _two_years}
