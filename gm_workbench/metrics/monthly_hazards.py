"""The chance of leaving in a month, given that one is there at its beginning: discrete-time hazards on person-months.

One row per person and month under observation. Covariates may change from month to month, and who comes under observation late
has rows from then on only, so late entry needs nothing more.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from gm_workbench.errors import MetricError
from gm_workbench.metrics.asking import as_declared
from gm_workbench.metrics.checks import require_filled, require_numbers, shortage, told_apart
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.hazard_rows import (
    ENDLESS,
    MIN_CLUSTERS,
    MIN_CLUSTERS_PER_ARM,
    MIN_EVENTS,
    exponentiated,
)
from gm_workbench.metrics.partial import WIDE, Floats, Ints
from gm_workbench.metrics.score_errors import score_errors
from gm_workbench.metrics.sided_errors import fewest_on_a_side
from gm_workbench.metrics.sides import sides_of, sides_of_each

Link = Literal["cloglog", "logit"]
METHODS: Mapping[str, str] = {
    "cloglog": "discrete-time hazards, complementary log-log link, CR1",
    "logit": "discrete-time hazards, logit link, CR1",
}
UNITS: Mapping[str, str] = {"cloglog": "hazard ratio", "logit": "odds ratio"}
LINKS = {"cloglog": families.links.CLogLog, "logit": families.links.Logit}

MIN_EVENTS_BAND = 5
"""Exits in each band of months below which it has no chance of its own (assumed)."""
STEPS = 100
NEAR = 1e-10
"""Change of coefficients in a step below which the maximum is reached."""


@dataclass(frozen=True, slots=True)
class MonthlyHazards:
    """What goes with the chance of leaving in a month.

    Attributes
    ----------
    log : mapping of str to Estimate
        By covariate, per unit: log hazard ratio (cloglog) or log odds ratio (logit); zero is no difference.
    chances : mapping of int to Estimate
        By the first month of each band: the chance of leaving in a month for somebody with the mean of each covariate.
    events, rows : int
        Exits for the reason, and months of persons.
    unit : str
        Unit of `ratio`.
    """

    log: Mapping[str, Estimate]
    chances: Mapping[int, Estimate]
    events: int
    rows: int
    unit: str

    def ratio(self, name: str) -> Estimate:
        """Give the ratio of a covariate: 1 is no difference."""
        return exponentiated(self.log[name], self.unit)


@as_declared
def monthly_hazards(
    months: pd.DataFrame,
    covariates: Sequence[str],
    *,
    bands: Sequence[int],
    link: Link = "cloglog",
    cause: int = 1,
    person: str = "person",
    month: str = "month",
    event: str = "event",
    cluster: str | None = None,
) -> MonthlyHazards | NotEnoughData:
    r"""Estimate how covariates go with the chance of leaving for one reason in a month.

    .. math:: \log\{-\log(1 - h_{it})\} = \alpha_{b(t)} + \beta' z_{it} \quad\text{or}\quad
        \log\{h_{it} / (1 - h_{it})\} = \alpha_{b(t)} + \beta' z_{it}

    With the complementary log-log link :math:`e^\beta` is the hazard ratio of a Cox model of which only months are known; with
    the logit it is an odds ratio, nearly the same while chances are small. The chance is level within a band of months. Who
    leaves for another reason counts as there for all of that month, and is gone after it. Associations: a covariate that
    changes may follow what is about to happen, as a job that was found already.

    Parameters
    ----------
    months : one row per person and month under observation, in any order; see `person_months.laid_out`
    covariates : numeric, per month; may be none
    bands : first months of the bands, from low to high, e.g. ``(1, 4, 7, 13, 25)``
    link : "cloglog" or "logit"
    cause : the reason of interest
    person : column that tells stays apart (who comes back has a new one; then give the person as `cluster`)
    month : whole months since the start of the stay; 1 is the first
    event : 0, or 1, 2, ... the reason in the month of the exit, after which there are no rows
    cluster : column with what months may share, e.g. the coach; default: the person

    Returns
    -------
    MonthlyHazards
        CR1 errors (factor G/(G - 1) times (months - 1)/(months - coefficients), as Stata's ``vce(cluster)``) with the observed
        information, t interval on persons - 1; or with `cluster` CR2 errors and a t interval on Satterthwaite's degrees of
        freedom (`score_errors`), which count how many clusters tell of a covariate. NotEnoughData below 10 exits for each
        covariate, 5 in each band, 10 clusters or 5 on a side of a column of yes and no that is one for all of a cluster, where
        few clusters tell all of a covariate in another way, or when all exits are on one side of a covariate.

    Raises
    ------
    MetricError
        When a column is missing, not numeric or has gaps; when a person has a month twice, or months after an exit; when
        covariates repeat each other or the bands; when bands do not rise or begin too late.

    References
    ----------
    Prentice & Gloeckler (1978), Biometrics 34:57-67, doi:10.2307/2529588. Allison (1982), doi:10.2307/270718. Estimated by
    statsmodels ``GLM``.

    Examples
    --------
    >>> from gm_workbench.metrics.person_months import laid_out
    >>> stays = pd.DataFrame({"person": range(60), "time": [1, 2, 3, 4, 5, 6] * 10, "event": ([0] * 6 + [1] * 6) * 5})
    >>> fit = monthly_hazards(laid_out(stays), [], bands=[1, 4])
    >>> round(fit.chances[1].value, 4), fit.events, fit.rows
    (0.1, 30, 210)
    """
    if link not in METHODS:
        raise MetricError(f"discrete-time hazards: the link must be one of {', '.join(METHODS)} but got {link}.")
    method = METHODS[link]
    _check(months, covariates, bands, (person, month, event, cluster), method)
    if months.empty:
        return NotEnoughData(method, "exits for the reason", 0, MIN_EVENTS * max(len(covariates), 1))
    cells = _cells(months, covariates, bands, cause, (person, month, event, cluster))
    short = _short(cells, len(bands), len(covariates), method, by_coach=cluster is not None)
    if short is not None:
        return short
    x = _matrix(cells, covariates, len(bands), method)
    fitted = _fit(cells, x, link)
    if fitted is None:
        return NotEnoughData(method, ENDLESS, 0, 1)
    errors = _errors(cells, x, fitted) if cluster is None else _errors_by_coach(cells, x, fitted, method)
    if isinstance(errors, NotEnoughData):
        return errors
    given = (int(months[person].nunique()), f"log {UNITS[link]}", method, int(cells["group"].max()) + 1 if cluster else None)
    estimates = []
    for b, se, df in zip(fitted.found, *errors, strict=True):
        half = float(stats.t.ppf(0.975, df) * se)
        made = Estimate(float(b), float(b - half), float(b + half), float(se), *given, float(df))
        estimates.append(replace(made, residual_df=len(months) - x.shape[1]))
    told = pd.DataFrame({"person": months[person], "happened": months[event].eq(cause)})
    told["cluster"] = months[cluster or person]
    sides = sides_of_each(months, covariates, told, cluster="cluster" if cluster else None)
    whole = sides_of([told], "cluster", person="person") if cluster else None
    there = _fewest_there(told, np.searchsorted(np.asarray(bands), months[month].to_numpy(), side="right") - 1)
    chances = {
        int(first): replace(_chance(one, link), fewest=there[at], sides=whole)
        for at, (first, one) in enumerate(zip(bands, estimates, strict=False))
    }
    log = {name: replace(one, sides=sides.get(name)) for name, one in zip(covariates, estimates[len(bands) :], strict=True)}
    events = int(cells.loc[cells["happened"], "rows"].sum())
    return MonthlyHazards(MappingProxyType(log), MappingProxyType(chances), events, len(months), UNITS[link])


def _check(
    months: pd.DataFrame,
    covariates: Sequence[str],
    bands: Sequence[int],
    columns: tuple[str, str, str, str | None],
    method: str,
) -> None:
    person, month, event, cluster = columns
    require_numbers(months, [month, event, *covariates], method)
    require_filled(months, [person, *([cluster] if cluster else [])], method)
    if not len(bands):
        raise MetricError(f"{method}: there must be a band of months but got none. Name the month in which each begins.")
    at = months[month].to_numpy(dtype=float)
    if ((at % 1 != 0) | (at < bands[0])).any() or list(bands) != sorted(set(bands)):
        raise MetricError(f"{method}: bands must rise, and months be whole and not before the first band, {bands[0]}.")
    again = int(months.duplicated([person, month]).sum())
    if again:
        raise MetricError(f"{method}: a person must have each month once, but {again} rows repeat one.")
    ended = months[months[event] > 0].groupby(person)[month].min()
    after = int((months[month] > months[person].map(ended).astype("float64")).sum())  # of nobody, `map` gives text
    if after:
        raise MetricError(
            f"{method}: nobody may have months after an exit, but {after} rows are. Who comes back begins a new stay."
        )


def _cells(
    months: pd.DataFrame,
    covariates: Sequence[str],
    bands: Sequence[int],
    cause: int,
    columns: tuple[str, str, str, str | None],
) -> pd.DataFrame:
    """Count the months of one cluster that are alike in band, covariates and exit: far fewer rows, and the same likelihood."""
    person, month, event, cluster = columns
    keys = {
        "group": pd.factorize(months[cluster or person])[0],
        "band": np.searchsorted(np.asarray(bands), months[month].to_numpy(), side="right") - 1,
        "happened": months[event].to_numpy() == cause,
    }
    values = pd.DataFrame(months[list(covariates)].to_numpy(dtype=float), columns=range(len(covariates)))
    counted = values.assign(**keys).groupby([*keys, *values.columns], sort=False).size()
    return counted.rename("rows").reset_index()


def _fewest_there(told: pd.DataFrame, band: Ints) -> dict[int, int]:
    """Count for each band of months who left in it, or who was there and did not, whichever are fewer and not none."""
    rows = told.assign(band=band)
    there, left = (one.groupby("band")["person"].nunique() for one in (rows, rows[rows["happened"]]))
    return {int(at): int(min(left[at], there[at] - left[at]) or left[at]) for at in left.index}


def _errors(cells: pd.DataFrame, x: Floats, fitted: _Fitted) -> tuple[Floats, Floats]:
    """Give CR1 errors and degrees of freedom by person."""
    groups, n = cells["group"].to_numpy(), int(cells["rows"].sum())
    influence = fitted.parts @ np.linalg.inv(fitted.information)
    sums = np.stack([np.bincount(groups, column) for column in influence.T], axis=1)
    factor = len(sums) / (len(sums) - 1) * (n - 1) / (n - x.shape[1])
    return np.sqrt((sums**2).sum(axis=0) * factor), np.full(x.shape[1], float(len(sums) - 1))


def _errors_by_coach(cells: pd.DataFrame, x: Floats, fitted: _Fitted, method: str) -> tuple[Floats, Floats] | NotEnoughData:
    found = score_errors(fitted.parts, x, fitted.weight, fitted.information, cells["group"].to_numpy())
    few = found.too_few()
    return (
        (found.errors, found.df) if few is None else NotEnoughData(method, "clusters in each group", few, MIN_CLUSTERS_PER_ARM)
    )


def _short(cells: pd.DataFrame, bands: int, covariates: int, method: str, *, by_coach: bool) -> NotEnoughData | None:
    happened, of_each = cells[cells["happened"]], cells.rename(columns=str)
    per_band = np.bincount(happened["band"], happened["rows"], bands)
    names = [str(at) for at in range(covariates)] if by_coach else []
    on_a_side = fewest_on_a_side(of_each, names, cells["group"].to_numpy(), MIN_CLUSTERS_PER_ARM)
    return shortage(
        method,
        ("exits for the reason", int(per_band.sum()), MIN_EVENTS * max(covariates, 1)),
        ("exits in each band of months", int(per_band.min()), MIN_EVENTS_BAND),
        ("clusters", int(cells["group"].max()) + 1, MIN_CLUSTERS),
        ("clusters in each group", on_a_side, MIN_CLUSTERS_PER_ARM),
    )


def _matrix(cells: pd.DataFrame, covariates: Sequence[str], bands: int, method: str) -> Floats:
    """Give a column per band and the covariates less their means, so that a band's coefficient is for the mean person-month."""
    z = cells[list(range(len(covariates)))].to_numpy(dtype=float)
    centre = np.average(z, axis=0, weights=cells["rows"])
    in_band = (cells["band"].to_numpy()[:, None] == np.arange(bands)).astype(float)
    if not told_apart(np.column_stack([in_band, z])):
        raise MetricError(f"{method}: the columns {', '.join(covariates)} repeat each other or the bands. Leave one out.")
    return np.column_stack([in_band, z - centre])


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Coefficients (k,), each row's share in the score (n, k), the observed information (k, k), and working weights (n,)."""

    found: Floats
    parts: Floats
    information: Floats
    weight: Floats


def _fit(cells: pd.DataFrame, x: Floats, link: Link) -> _Fitted | None:
    """Give the fit, or nothing where the likelihood rises for ever."""
    rows = cells["rows"].to_numpy()
    model = GLM(cells["happened"].astype(float), x, family=families.Binomial(LINKS[link]()), freq_weights=rows)
    # where there is no maximum the steps run away, with warnings; that is told by what they end in
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fit = model.fit(tol=NEAR, tol_criterion="params", maxiter=STEPS)
        values = np.asarray(fit.params, dtype=float)
        information = -np.asarray(model.hessian(values, scale=1.0, observed=True), dtype=float)
        parts = np.asarray(model.score_factor(values, scale=1.0), dtype=float)[:, None] * x
    size = np.sqrt(np.average(x**2, axis=0, weights=rows))
    if not fit.converged or np.linalg.eigvalsh(information / np.outer(size, size))[0] < WIDE**-2:
        return None
    chance = np.asarray(fit.fittedvalues, dtype=float)
    weight = rows / (np.asarray(LINKS[link]().deriv(chance), dtype=float) ** 2 * chance * (1 - chance))
    return _Fitted(values, parts, information, np.asarray(weight, dtype=float))


def _chance(log: Estimate, link: Link) -> Estimate:
    """Turn an estimate on the scale of the link into a monthly chance."""
    way = LINKS[link]()
    value, low, high = (float(way.inverse(one)) for one in (log.value, log.low, log.high))
    slope = float(way.inverse_deriv(np.array([log.value]))[0])
    return replace(log, value=value, low=low, high=high, se=slope * log.se, unit="probability")
