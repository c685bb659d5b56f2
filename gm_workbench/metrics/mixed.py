"""Regressions for measurements in persons in coaches: every group has a level, and if asked a slope, of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, require_one_of, shortage, told_apart
from gm_workbench.metrics.degrees import KENWARD_ROGER, SATTERTHWAITE, Degrees, Errors, degrees, interval
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.mixed_fit import SAME, Solved, best_fit, factors
from gm_workbench.metrics.mixed_result import MIXED, Mixed, Spread
from gm_workbench.metrics.mixed_sums import CONSTANT, Codes, Floats, Sums, cross_products, off_own_lines, reader_effects

MIN_ROWS = 15
"""Measurements below which a mixed model says nothing (assumed floor)."""

MIN_GROUPS = 5
"""Groups of a level below which the spread between them cannot be estimated (assumed floor)."""

KENWARD_ROGER_BELOW = 50
"""Groups of the coarsest level below which errors are Kenward & Roger's when they are left as declared (assumed)."""

SAID = MappingProxyType({KENWARD_ROGER: "Kenward-Roger", SATTERTHWAITE: "Satterthwaite"})


@as_declared
def mixed_model(
    frame: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    random: Mapping[str, Sequence[str]],
    *,
    reml: bool = True,
    errors: Literal["declared", "kenward-roger", "satterthwaite"] = "declared",
    person: str | None = None,
    unit: str = "points",
) -> Mixed | NotEnoughData:
    r"""Fit a linear mixed model with nested levels, by restricted or full maximum likelihood, and small-sample errors.

    .. math:: y = X\beta + \sum_k Z_k u_k + e, \quad u_{kg} \sim N(0, \Psi_k), \; e \sim N(0, \sigma^2 I), \quad
        V = \sigma^2 I + \sum_k Z_k (I \otimes \Psi_k) Z_k'

    Each group has a level of its own, and a slope for each predictor that is named for it; how these go together is free. The
    likelihood is profiled over :math:`\beta` and :math:`\sigma^2` (Bates e.a. 2015), with groups summed out level by level, so
    that work and memory grow with the number of groups and not with its square. No single optimiser is safe for this model:
    three look for the top, those that end in no number or do not arrive are left out, and the fit counts only when all others
    agree within 0.5 in −2 log likelihood and the place is level. Predictors of slopes are centred inside; what is reported is
    in the reader's units.

    Degrees of freedom for a sum of coefficients with variance :math:`v(\gamma)`, :math:`\gamma` the variances, are
    :math:`\nu = 2 v^2 / (g' W g)`, :math:`g = \partial v / \partial\gamma`, W the covariance of :math:`\hat\gamma`:

    * Satterthwaite: W is twice the inverse of the curve of −2 log likelihood; errors are the model's own.
    * Kenward-Roger: W is twice the inverse of the expected information, errors come from
      :math:`\Phi_A = \Phi + 2\Phi\{\sum_{rs} W_{rs} (Q_{rs} - P_r \Phi P_s)\}\Phi`, and F for several sums is scaled.

    Both hold with few groups on one side of a predictor of groups: with five coaches against forty each saw a difference in 31
    of 600 draws without one, and in 17 of 400 where one of the five had half of their persons.

    Assumed: normal and independent :math:`u` and :math:`e`, one residual variance for all, groups of one level independent, and
    measurements missing at random given predictors and earlier outcomes. It does not handle groups that cross (a person with
    two coaches), residuals that fade with time, binary outcomes or weights; and it does not make a difference an effect.

    Parameters
    ----------
    frame : DataFrame
        One row per measurement, no gaps in the columns named.
    outcome, predictors : str, sequence of str
        In `unit`, and numeric; a constant is added, and none but it is allowed.
    random : mapping of str to sequence of str
        Level (a column that tells its groups apart) to the numeric columns with a slope per group, which may be none. In any
        order; groups of a finer level must each lie in one group of a coarser one, e.g. ``{"child": ["year"], "school": []}``.
    reml : bool
        Restricted likelihood. Without it, variances do not allow for the coefficients, and Kenward-Roger does not exist.
    errors : {"declared", "kenward-roger", "satterthwaite"}
        Declared: Kenward-Roger below 50 groups of the coarsest level (assumed), Satterthwaite from there on or without `reml`.
    person : str, optional
        Column that tells persons apart, when they have several rows.
    unit : str
        Of the outcome; results name it.

    Returns
    -------
    Mixed or NotEnoughData
        t intervals; groups are those of the coarsest level, unless these are persons. NotEnoughData below 15 measurements or 5
        groups of a level, when groups' own lines take all measurements there are, when outcomes do not differ, or when
        optimisers disagree or do not arrive.

    Raises
    ------
    MetricError
        When a column is missing, not numeric or has gaps; when predictors repeat each other, a slope's column never changes, or
        levels cross; and for Kenward-Roger without restricted likelihood.

    References
    ----------
    Laird & Ware (1982), doi:10.2307/2529876. Bates, Mächler, Bolker & Walker (2015), doi:10.18637/jss.v067.i01. Kenward & Roger
    (1997), doi:10.2307/2533558. Satterthwaite (1946), doi:10.2307/3002019. Fai & Cornelius (1996),
    doi:10.1080/00949659608811740. The same numbers: R's lme4, pbkrtest and lmerTest.

    Examples
    --------
    >>> rows = pd.DataFrame([(p, t, (p * 7 % 5) + (1 + p % 3) * t + (p * t * 5 % 7) / 10) for p in range(12) for t in range(5)])
    >>> fit = mixed_model(rows.set_axis(["person", "t", "y"], axis="columns"), "y", ["t"], {"person": ["t"]}, person="person")
    >>> slope = fit.coefficients["t"]
    >>> round(slope.value, 2), round(slope.se, 2), round(slope.df, 1), slope.n, slope.method.split(", ")[-1]
    (2.06, 0.25, 11.0, 12, 'Kenward-Roger')
    """
    random = _fine_to_coarse(frame, random)
    slopes = [name for names in random.values() for name in names]
    require_numbers(frame, [outcome, *predictors, *slopes], MIXED)
    require_filled(frame, [*random, *([person] if person else [])], MIXED)
    chosen = _errors(frame, random, reml, errors)
    if frame.empty:
        return NotEnoughData(MIXED, "measurements", 0, 1)
    effects = {level: reader_effects(_columns(frame, names), MIXED) for level, names in random.items()}
    codes = [pd.factorize(frame[level])[0] for level in random]
    short = _shortage(frame, outcome, random, codes[0], next(iter(effects.values()))[0])
    if short is not None:
        return short
    x = _columns(frame, predictors)
    matrix = np.column_stack(list(x.values()))
    if len(x) <= len(predictors) or not told_apart(matrix):
        raise MetricError(f"{MIXED}: the columns {', '.join(x)} repeat each other. Leave one out.")
    sums = cross_products(frame[outcome].to_numpy(dtype=float), matrix, codes, [columns for columns, _ in effects.values()])
    solved = best_fit(sums, reml, MIXED)
    if isinstance(solved, NotEnoughData):
        return solved
    spreads = _spreads(frame, random, solved, sums, [back for _, back in effects.values()])
    persons = int(frame[person].nunique()) if person else len(frame)
    groups = None if list(random)[-1] == person else list(spreads.values())[-1].groups
    told = f"{MIXED}, {'restricted ' * reml}maximum likelihood, {SAID[chosen]}"
    return _mixed(
        tuple(x), solved, sums, degrees(solved, sums, reml=reml, errors=chosen), spreads, (persons, groups, unit, told)
    )


def _fine_to_coarse(frame: pd.DataFrame, random: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Sort levels, and refuse those that cross: groups could not be summed out one after another."""
    if not random:
        raise MetricError(f"{MIXED}: there must be a level with groups but got none. Use least squares.")
    require_filled(frame, random, MIXED)
    groups = {level: len(pd.unique(frame[level])) for level in random}
    sizes = sorted(random, key=lambda level: -groups[level])
    for fine, coarse in pairwise(sizes):
        moved = int(frame.groupby(fine)[coarse].nunique().gt(1).sum())
        if moved:
            raise MetricError(
                f"{MIXED}: each {fine} must lie in one {coarse}, but {moved} lie in more. Give the {coarse} of the first "
                f"measurement, or number each {fine} within its {coarse} on."
            )
    return {level: random[level] for level in sizes}


def _errors(frame: pd.DataFrame, random: Mapping[str, Sequence[str]], reml: bool, errors: str) -> Errors:
    allowed = ("declared", KENWARD_ROGER, SATTERTHWAITE)
    require_one_of(MIXED, "errors", errors, allowed)
    if errors == KENWARD_ROGER and not reml:
        raise MetricError(f"{MIXED}: Kenward-Roger rests on restricted likelihood; use reml=True, or satterthwaite.")
    few = len(pd.unique(frame[list(random)[-1]])) < KENWARD_ROGER_BELOW
    return "kenward-roger" if errors == KENWARD_ROGER or (errors == "declared" and few and reml) else "satterthwaite"


def _columns(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, Floats]:
    return {CONSTANT: np.ones(len(frame)), **{name: frame[name].to_numpy(dtype=float) for name in names}}


def _shortage(
    frame: pd.DataFrame, outcome: str, random: Mapping[str, Sequence[str]], codes: Codes, z: Floats
) -> NotEnoughData | None:
    """Say what there is too little of; whoever lies exactly on a line of its own leaves nothing to tell spreads apart by."""
    y = frame[outcome].to_numpy(dtype=float)
    left, taken = off_own_lines(y - y.mean(), codes, z)
    return shortage(
        MIXED,
        ("measurements", len(frame), MIN_ROWS),
        ("groups", min(len(pd.unique(frame[level])) for level in random), MIN_GROUPS),
        ("measurements more than own lines take", len(frame) - taken, 1),
        (SAME, len(np.unique(left.round(9))), 2),
    )


def _spreads(
    frame: pd.DataFrame, random: Mapping[str, Sequence[str]], solved: Solved, sums: Sums, backs: Sequence[Floats]
) -> dict[str, Spread]:
    lowers = [
        sums.unit * np.sqrt(solved.noise) * back @ lower
        for back, lower in zip(backs, factors(solved.theta, sums.effects), strict=True)
    ]
    return {
        level: Spread((CONSTANT, *names), lower @ lower.T, int(frame[level].nunique()))
        for (level, names), lower in zip(random.items(), lowers, strict=True)
    }


def _mixed(
    names: tuple[str, ...],
    solved: Solved,
    sums: Sums,
    made: Degrees,
    spreads: dict[str, Spread],
    told: tuple[int, int | None, str, str],
) -> Mixed:
    persons, groups, unit, method = told
    beta = sums.start + sums.unit * sums.back @ solved.beta
    residual_df = sums.rows - len(beta)
    coefficients = {}
    for at, name in enumerate(names):
        value, se, df = float(beta[at]), float(np.sqrt(made.adjusted[at, at])), made.one(np.eye(len(beta))[at])
        low, high = interval(value, se, df)
        coefficients[name] = Estimate(value, low, high, se, persons, unit, method, groups, df, residual_df=residual_df)
    residual = solved.noise * sums.unit**2
    return Mixed(MappingProxyType(coefficients), MappingProxyType(spreads), residual, solved.deviance, made, sums.rows)
