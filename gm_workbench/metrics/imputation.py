"""Gaps filled several times over, by chained equations, so that an answer can show how unsure the gaps make it.

For numbers with gaps in wide form: one row per person, a column per measurement. What to do with the completed data sets is in
`rubin`; a comparison of two groups is in `imputed_comparison`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, require_whole, shortage
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.fillings import DONORS, Gaps, Mixed, fill

Floats = NDArray[np.float64]
Way = Literal["norm", "pmm"]

CHAINED = "multiple imputation by chained equations"

MIN_MORE = 10
"""Persons measured, beyond the coefficients of the model, below which gaps in a column are not filled (assumed floor)."""

MIN_CLUSTERS = 5
"""Coaches below which they cannot show how much persons of one coach are alike (assumed floor)."""


@dataclass(frozen=True, slots=True)
class Imputations:
    """Completed data sets, and what there was to complete.

    Attributes
    ----------
    frames : tuple of DataFrame
        As many as were asked for: the frame as it came, with the gaps filled.
    gaps : mapping of str to int
        Persons without a value, by column.
    """

    frames: tuple[pd.DataFrame, ...]
    gaps: Mapping[str, int]


@as_declared
def imputed(
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    given: Sequence[str] = (),
    cluster: str | None = None,
    m: int = 20,
    cycles: int = 10,
    way: Way = "norm",
    seed: int = 1,
) -> Imputations | NotEnoughData:
    r"""Fill the gaps in measurements m times, each from a model of that measurement given all the others.

    In every cycle, column by column, with x the other columns as they are filled at that moment:

    .. math:: y_{ij} = x_{ij}' \beta + u_j + e_{ij}, \qquad u_j \sim N(0, \tau^2), \quad e_{ij} \sim N(0, \sigma^2)

    :math:`\sigma, \beta` (and with `cluster` :math:`\tau, u`) are drawn from their posterior **once for the whole column**,
    flat in :math:`\beta`, :math:`\log \sigma` and :math:`\tau`, and then the gaps are drawn given them: ``norm``. A library
    that draws each gap from its own predictive distribution instead, as scikit-learn's ``IterativeImputer`` does with
    ``sample_posterior=True``, lets the uncertainty about the model average out over persons and makes intervals too narrow.
    With ``pmm`` (predictive mean matching) a gap takes the value of one of the 5 measured persons whose prediction is nearest;
    values are then always ones that were measured.

    Assumed: whether a value is missing goes only with what is in the model and measured (*missing at random*), lines are
    straight, and slopes are the same for everybody. What the analysis uses must be in the model: outcome, exposure, covariates;
    and what tells who answers or what they would have said (other waves, the start) makes the assumption more credible. Without
    `cluster` persons of one coach are filled as if they were not alike, and the pooled interval becomes too narrow. `norm` may
    give values beyond a scale's ends: leave them, for cutting them off would shift means. It cannot test any of this; see
    `imputed_comparison.tipping_point`.

    Parameters
    ----------
    frame : DataFrame
        One row per person.
    columns : sequence of str
        Numeric columns that may have gaps; each is predicted from all others. For a column of 0 and 1 take ``pmm``.
    given : sequence of str
        Numeric columns without gaps that predict too, such as the exposure.
    cluster : str, optional
        The coach or team, no gaps: each column gets a level of its own per coach, drawn with the rest.
    m : int
        Completed data sets; about as many as the percentage of missing information.
    cycles : int
        Rounds through the columns in each chain, from a random start.
    way : {"norm", "pmm"}
        How a gap is filled.
    seed : int
        The same seed gives the same values; each data set has a chain of its own.

    Returns
    -------
    Imputations or NotEnoughData
        NotEnoughData when a column with gaps has fewer values than predictors + 10, or with fewer than 5 clusters.

    Raises
    ------
    MetricError
        When a column is missing, is not numeric or does not vary; when `given` or `cluster` has gaps; when m or cycles is
        below 1.

    References
    ----------
    van Buuren & Groothuis-Oudshoorn (2011), Journal of Statistical Software 45(3), doi:10.18637/jss.v045.i03; Rubin (1987),
    Multiple Imputation for Nonresponse in Surveys, pp. 166-167 (norm); Little (1988), doi:10.1080/07350015.1988.10509663 (pmm);
    Schafer & Yucel (2002), doi:10.1198/106186002760180608 (clusters).

    Examples
    --------
    >>> rows = pd.DataFrame({"T0": [i % 7 for i in range(40)], "T12": [i % 7 + i % 3 if i % 5 else None for i in range(40)]})
    >>> found = imputed(rows, ["T12"], given=["T0"], m=3)
    >>> len(found.frames), found.gaps["T12"], int(found.frames[0]["T12"].isna().sum())
    (3, 8, 0)
    """
    _require(frame, columns, given, cluster, m, cycles, seed)
    names = [*columns, *given]
    holes = {name: int(frame[name].isna().sum()) for name in columns}
    wants = [("persons with a value", len(frame) - gaps, len(names) + MIN_MORE) for gaps in holes.values() if gaps]
    groups = MIN_CLUSTERS if cluster is None else int(frame[cluster].nunique())
    short = shortage(CHAINED, *wants, ("clusters", groups, MIN_CLUSTERS))
    if short is not None:
        return short
    values = frame[names].to_numpy(dtype=float)
    centre, spread = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    codes = None if cluster is None else np.asarray(pd.factorize(frame[cluster])[0])
    gaps = Gaps((values - centre) / spread, codes, DONORS if way == "pmm" else 0)
    filled = (_chain(gaps, cycles, np.random.default_rng([seed, one])) * spread + centre for one in range(m))
    frames = tuple(_completed(frame, columns, values, exactly=way == "pmm") for values in filled)
    return Imputations(frames, MappingProxyType(holes))


def _require(
    frame: pd.DataFrame, columns: Sequence[str], given: Sequence[str], cluster: str | None, m: int, cycles: int, seed: int
) -> None:
    require_numbers(frame, columns, CHAINED, gaps=True)
    require_numbers(frame, given, CHAINED)
    require_filled(frame, [] if cluster is None else [cluster], CHAINED)
    names = [*columns, *given]
    still = [name for name in names if frame[name].nunique() < 2]
    if still:
        raise MetricError(f"{CHAINED}: the columns {', '.join(still)} do not vary, so they predict nothing. Leave them out.")
    if len(set(names)) < len(names):
        raise MetricError(f"{CHAINED}: name every column once; got {', '.join(names)}.")
    require_whole(CHAINED, m=m, cycles=cycles)
    require_whole(CHAINED, least=0, seed=seed)


def _chain(gaps: Gaps, cycles: int, rng: np.random.Generator) -> Floats:
    """Fill all gaps from a random start on, cycle by cycle."""
    values = gaps.started(rng)
    mixed = {column: Mixed() for column in gaps.columns}
    for _ in range(cycles):
        for column in gaps.columns:
            values[gaps.open[:, column], column] = fill(gaps, values, column, mixed[column], rng)
    return values


def _completed(frame: pd.DataFrame, columns: Sequence[str], values: Floats, *, exactly: bool) -> pd.DataFrame:
    """Put the filled values where there were gaps; what was measured stays as it is, to the last digit, also in a match."""
    found = {}
    for place, name in enumerate(columns):
        own = frame[name].to_numpy(dtype=float)
        gap, new = np.isnan(own), values[:, place]
        if exactly:
            measured = np.sort(own[~gap])
            new = measured[np.searchsorted((measured[1:] + measured[:-1]) / 2, new)]
        found[name] = np.where(gap, new, own)
    return frame.assign(**found)
