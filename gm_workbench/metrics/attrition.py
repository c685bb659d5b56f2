"""Who is lost between measurements, and the weights by which those who stayed count for those who were lost.

*Lost* is not measured at a wave; it need not be gone. All of it is about who is in the data, never about who does well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.answering import Answering, Stage, Weighing, answering, effective, errors_by_cluster, weighing
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_binary, require_filled, require_numbers
from gm_workbench.metrics.clustered import design
from gm_workbench.metrics.estimate import Estimate, NotEnoughData, Sides
from gm_workbench.metrics.overlap import Balance, balance, full_rank
from gm_workbench.metrics.sided_errors import few_on_a_side
from gm_workbench.metrics.sides import sides_of
from gm_workbench.metrics.stepwise_errors import MIN_CLUSTERS_PER_ARM, Clusters, from_influence, with_interval

Floats = NDArray[np.float64]

MODEL = "logistic regression of answering, M-estimation, t interval"
BY_CLUSTER = "logistic regression of answering, CR2 by cluster, t interval on Satterthwaite degrees of freedom"
LOG_ODDS = "log odds"
LOST = "inverse probability of attrition weights (logistic, stabilised)"


@dataclass(frozen=True, slots=True)
class Lost:
    """Who has no later measurement, beside who has.

    Attributes
    ----------
    persons, stayed : int
        Everybody at the start, and those with the later measurement.
    differences : tuple of Balance
        By covariate, mean of who stayed minus mean of who was lost, in standard deviations (`before`; nothing is weighted).
    log_odds : mapping of str to Estimate
        Change in the log odds of having the later measurement per unit of a covariate, at equal other covariates.
    groups : mapping of str to (int, int)
        By group as text, persons with the later measurement and persons at the start; empty when no groups were named.
    behind : mapping of str to Sides
        By group as text, with how many coaches its persons are; empty when no coach was named.
    """

    persons: int
    stayed: int
    differences: tuple[Balance, ...]
    log_odds: Mapping[str, Estimate]
    groups: Mapping[str, tuple[int, int]]
    behind: Mapping[str, Sides] = field(default_factory=dict)


@as_declared
def who_is_lost(
    frame: pd.DataFrame, answered: str, baseline: Sequence[str], *, cluster: str | None = None, by: str | None = None
) -> Lost | NotEnoughData:
    r"""Say in what those with a later measurement differ from those without, one by one and together.

    .. math:: \frac{\bar x_\text{stayed} - \bar x_\text{lost}}{\sqrt{(s_\text{stayed}^2 + s_\text{lost}^2) / 2}}, \qquad
        \log \frac{P(R = 1 \mid x)}{P(R = 0 \mid x)} = \gamma_0 + \gamma' x

    With a cluster, errors of :math:`\gamma` are CR2 of the scores :math:`x_i (R_i - p_i)`, rows weighing :math:`p_i (1 - p_i)`,
    and each covariate has degrees of freedom of its own (`score_errors`): of what a coach does, those of the smaller side.

    It shows what goes with being lost, among what was measured at the start. Likeness at the start does not show that those
    lost would have had the same outcome, and a difference does not show that an answer is off.

    Parameters
    ----------
    frame : DataFrame
        One row per person at the start, no gaps in the columns named.
    answered : str
        0 or 1: whether the person has the later measurement.
    baseline : sequence of str
        Numeric, measured at the start (categories as columns of 0 and 1); the group may be among them.
    cluster : str, optional
        The coach; persons of one coach may be alike in answering. Default: persons are by themselves.
    by : str, optional
        Groups in which to count who stayed; no gaps.

    Returns
    -------
    Lost or NotEnoughData
        NotEnoughData below 10 persons, or 5 for each covariate, among those who stayed or were lost; with fewer than 5
        coaches on a side, also on a side of a column of yes and no that is one for all of a coach; where few coaches tell all
        of a covariate in another way; or when covariates tell of anybody for sure whether she stayed.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric, has gaps or does not vary; when `answered` is not 0 or 1; when covariates
        repeat each other.

    References
    ----------
    Fitzgerald, Gottschalk & Moffitt (1998), doi:10.2307/146433; Austin (2009), doi:10.1002/sim.3697; for few
    coaches Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> rows = pd.DataFrame({"age": [20 + i % 30 for i in range(120)]})
    >>> rows = rows.assign(there=[int(i % 30 + i * 7 % 31 > 25) for i in range(120)])
    >>> found = who_is_lost(rows, "there", ["age"])
    >>> found.persons, found.stayed, found.log_odds["age"].low > 0, found.differences[0].before > 0
    (120, 76, True, True)
    """
    require_binary(frame, answered, MODEL)
    require_numbers(frame, baseline, MODEL)
    require_filled(frame, [] if by is None else [by], MODEL)
    names = design(frame, baseline)
    fit = answering(full_rank(names, MODEL), frame[answered].to_numpy(dtype=float), MODEL, to_tell=True)
    clusters = fit if isinstance(fit, NotEnoughData) else Clusters.of(frame, cluster, answered, MODEL)
    table = clusters if isinstance(clusters, NotEnoughData) else balance(frame, answered, baseline)
    if isinstance(fit, NotEnoughData) or isinstance(clusters, NotEnoughData) or isinstance(table, NotEnoughData):
        return next(one for one in (fit, clusters, table) if isinstance(one, NotEnoughData))
    odds = few_on_a_side(frame, baseline, cluster, MODEL) or _odds(names, fit, frame[answered].to_numpy(dtype=float), clusters)
    if isinstance(odds, NotEnoughData):
        return odds
    groups = {} if by is None else {str(name): rows for name, rows in frame.groupby(by, observed=True)}
    counted = MappingProxyType({name: (int(rows[answered].sum()), len(rows)) for name, rows in groups.items()})
    behind = MappingProxyType({} if cluster is None else {name: sides_of([rows], cluster) for name, rows in groups.items()})
    return Lost(len(frame), int(frame[answered].sum()), table, MappingProxyType(odds), counted, behind)


def _odds(
    names: Mapping[str, Floats], fit: Answering, answered: Floats, clusters: Clusters
) -> dict[str, Estimate] | NotEnoughData:
    """Give what each covariate does to the log odds, by name and without the constant."""
    values = list(zip(names, fit.values.tolist(), strict=True))[1:]  # noqa: PD011 — of a fit
    k = len(names)
    if not clusters.named:
        each = zip(values, fit.influence.T[1:], strict=True)
        return {
            name: from_influence(value, own, clusters, unit=LOG_ODDS, method=MODEL, fitted=k) for (name, value), own in each
        }
    found = errors_by_cluster(list(names.values()), answered, fit, clusters.codes)
    few = found.too_few()
    if few is not None:
        return NotEnoughData(BY_CLUSTER, "clusters in each group", few, MIN_CLUSTERS_PER_ARM)
    judged = zip(values, found.errors.tolist(), found.df.tolist(), strict=True)
    return {
        name: with_interval(value, se, df, clusters, unit=LOG_ODDS, method=BY_CLUSTER, fitted=k)
        for (name, value), se, df in judged
    }


@dataclass(frozen=True, slots=True)
class AttritionWeights:
    """Weights by which those who stayed count for those who were lost.

    Attributes
    ----------
    weights : Series
        By person, index of the frame; missing for those who were lost.
    persons, kept : int
        Everybody at the start, and those with every wave.
    returned : int
        Persons who missed a wave and have a later one; they count as lost from the first one missed.
    effective : float
        Persons that would give the same precision without weights (Kish).
    mean, largest : float
        Of the weights; a mean far from 1 or a few large ones say that the model does not fit, or that some kinds of persons
        hardly stay.
    trimmed : int
        Persons whose weight was cut down to the bound.
    """

    weights: pd.Series[Any]
    persons: int
    kept: int
    returned: int
    effective: float
    mean: float
    largest: float
    trimmed: int


@as_declared
def attrition_weights(
    frame: pd.DataFrame,
    waves: Sequence[str],
    baseline: Sequence[str],
    *,
    numerator: Sequence[str] = (),
    later: Mapping[str, Sequence[str]] | None = None,
    trim: float | None = None,
) -> AttritionWeights | NotEnoughData:
    r"""Weigh those who stayed by how unlikely it was that somebody like them would stay.

    .. math:: w_i = \prod_{k} \frac{P(R_k = 1 \mid R_{k-1} = 1, s_i)}{P(R_k = 1 \mid R_{k-1} = 1, s_i, x_i, h_{ik})}

    Each factor is a logistic regression among those still there: s are the columns of `numerator`, x those of `baseline`, h
    what is `later` known before wave k. Right when, among persons alike in these, who is lost does not hang on the outcome,
    when every kind of person has a chance to stay, and when the models fit. Whoever misses a wave is taken as lost from then
    on, so that only patterns without return are weighed.

    Parameters
    ----------
    frame : DataFrame
        One row per person at the start.
    waves : sequence of str
        Columns of 0 and 1 in the order of time: whether the person was measured.
    baseline : sequence of str
        Numeric, no gaps.
    numerator : sequence of str
        Numeric, no gaps: columns that the analysis allows for anyway, such as the exposure. They stabilise the weights, and
        enter both models.
    later : mapping of str to sequence of str, optional
        By wave, columns measured before it; no gaps among those still there.
    trim : float, optional
        Quantile of the weights, above .5 and at most 1, to which larger ones are cut; less precise about whom it is for, more
        precise in numbers. To be declared beforehand.

    Returns
    -------
    AttritionWeights or NotEnoughData
        NotEnoughData when a wave loses somebody but fewer than 10 persons, or fewer than covariates, are lost or stay; or when
        somebody had no chance to stay. A wave that loses nobody weighs nothing.

    Raises
    ------
    MetricError
        When there is no wave, a column is missing, is not numeric or has gaps; when a wave is not 0 or 1; when covariates
        repeat each other; when `trim` lies outside its bounds.

    References
    ----------
    Hernán & Robins (2020), Causal Inference: What If, §12.6; Robins, Rotnitzky & Zhao (1995),
    doi:10.1080/01621459.1995.10476493; Cole & Hernán (2008), doi:10.1093/aje/kwn164 (trimming).

    Examples
    --------
    >>> rows = pd.DataFrame({"hard": [0] * 40 + [1] * 40, "T12": [1] * 30 + [0] * 10 + [1] * 10 + [0] * 30})
    >>> found = attrition_weights(rows, ["T12"], ["hard"])
    >>> found.kept, round(found.largest, 6), round(found.effective, 6)
    (40, 2.0, 30.0)
    """
    made = weigh(frame, waves, baseline, numerator, later, trim)
    return made if isinstance(made, NotEnoughData) else told(frame, waves, made)


def weigh(
    frame: pd.DataFrame,
    waves: Sequence[str],
    baseline: Sequence[str],
    numerator: Sequence[str],
    later: Mapping[str, Sequence[str]] | None,
    trim: float | None,
) -> Weighing | NotEnoughData:
    """Check what tells who answers, and weigh wave by wave; see `attrition_weights`."""
    if not waves or not (trim is None or 0.5 < trim <= 1):
        raise MetricError(f"{LOST}: there must be a wave, and trim must be a quantile above .5 and at most 1, or left out.")
    for wave in waves:
        require_binary(frame, wave, LOST)
    require_numbers(frame, [*baseline, *numerator], LOST)
    still, stages = np.ones(len(frame), dtype=bool), []
    for wave in waves:
        own = list((later or {}).get(wave, ()))
        require_numbers(frame.loc[still], own, LOST)
        answered = frame[wave].to_numpy(dtype=float)
        stages.append(Stage(answered, _columns(frame, numerator, still), _columns(frame, [*numerator, *baseline, *own], still)))
        still = still & (answered == 1)
    return weighing(stages, LOST, trim)


def _columns(frame: pd.DataFrame, names: Sequence[str], still: NDArray[np.bool_]) -> Floats:
    """Give a constant and the columns; those who were lost before play no part, so their gaps are put at 0."""
    full_rank(design(frame.loc[still], dict.fromkeys(names)), LOST)
    return np.column_stack(list(design(frame.fillna(dict.fromkeys(names, 0.0)), dict.fromkeys(names)).values()))


def told(frame: pd.DataFrame, waves: Sequence[str], made: Weighing) -> AttritionWeights:
    """Describe weights."""
    answered = frame[list(waves)].to_numpy(dtype=float) == 1
    back = (np.diff(answered.astype(int), axis=1) == 1).any(axis=1)  # gone at a wave, there at the next
    weights = made.weights[made.kept]
    return AttritionWeights(
        pd.Series(np.where(made.kept, made.weights, np.nan), index=frame.index, name="weight"),
        len(frame),
        int(made.kept.sum()),
        int(back.sum()),
        effective(weights),
        float(weights.mean()),
        float(weights.max()),
        int(made.trimmed.sum()),
    )
