"""Teams against teams, fitted: the regression that every design comes down to, and the ways in which it can be judged.

Rows have ``left`` (0 or 1), ``introduced`` (0 or 1), ``team``, and ``person`` where a person has several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gm_workbench.metrics.clustered import design as columns_of
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.randomisation import Randomisation, randomisation_inference
from gm_workbench.metrics.small_sample import Floats, cr2
from gm_workbench.metrics.stacks import MONTH_IN_STACK
from gm_workbench.metrics.wild import WildBootstrap, wild_bootstrap

UNIT = "probability"
EXPOSED = "introduced"


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows that are alike, as one: outcome and predictors times the root of their number, and the team of each."""

    y: pd.Series[Any]
    x: dict[str, Floats]
    team: pd.Series[Any]
    rows: int
    persons: int


def cells_of(frame: pd.DataFrame, covariates: Sequence[str], own: Sequence[str]) -> Cells:
    """Put rows with the same predictors together: all sums, and so the fit and the scores of teams, stay what they were.

    `own` are columns with a mean of their own for each value.
    """
    alike = frame.groupby(list(dict.fromkeys(["team", EXPOSED, *covariates, *own])), observed=True)["left"]
    cells = alike.agg(["sum", "size"]).reset_index()
    x = columns_of(cells, [EXPOSED, *covariates])
    for column in own:
        x |= _means(cells[column])
    root = np.sqrt(cells["size"].to_numpy(dtype=float))
    scaled = {name: root * column for name, column in x.items()}
    return Cells(cells["sum"] / root, scaled, cells["team"], len(frame), persons_in(frame))


def exposure(frame: pd.DataFrame, covariates: Sequence[str], own: Sequence[str], method: str) -> Estimate:
    """Estimate the difference with CR2 by team, Satterthwaite degrees of freedom."""
    cells = cells_of(frame, covariates, own)
    fit = cr2(cells.y, cells.x, cells.team, persons=cells.persons, method=method)
    found = fit.combine({EXPOSED: 1.0}, UNIT, method, groups=fit.clusters)
    return replace(found, residual_df=cells.rows - len(cells.x))


def turned(
    frame: pd.DataFrame, covariates: Sequence[str], own: Sequence[str], draws: int, seed: int
) -> WildBootstrap | NotEnoughData:
    """Judge the same difference by turning the residuals of whole teams around."""
    cells = cells_of(frame, covariates, own)
    found = wild_bootstrap(cells.y, cells.x, cells.team, EXPOSED, draws=draws, seed=seed, persons=cells.persons, unit=UNIT)
    if isinstance(found, NotEnoughData):
        return found
    return replace(found, estimate=replace(found.estimate, residual_df=cells.rows - len(cells.x)))


def persons_in(rows: pd.DataFrame) -> int:
    """Count persons: a person may have several rows."""
    return int(rows["person"].nunique()) if "person" in rows else len(rows)


def _means(values: pd.Series[Any]) -> dict[str, Floats]:
    """Give a 0/1 column for each value but the first; of labels "x@stack", but the first in each stack when x is a month."""
    codes, labels = pd.factorize(values, sort=True)
    stacks = [str(label).partition("@")[2] for label in labels]
    spare = [at for at, stack in enumerate(stacks) if at == 0 or (values.name == MONTH_IN_STACK and stack not in stacks[:at])]
    return {f"{values.name}={label}": (codes == at).astype(float) for at, label in enumerate(labels) if at not in spare}


def dealt_to_persons(frame: pd.DataFrame, covariates: list[str], draws: int, seed: int) -> Randomisation | NotEnoughData:
    """Judge the difference between parallel teams by the assignments that could have been, covariates taken out first."""
    x = np.column_stack([*columns_of(frame, covariates).values()])
    both = frame[["left", EXPOSED]].to_numpy(dtype=float)
    rest = pd.DataFrame(both - x @ np.linalg.lstsq(x, both, rcond=None)[0], columns=["left", "dose"])
    teams = rest.groupby(frame["team"].astype(str).to_numpy())
    cells = teams.mean().assign(size=teams.size(), period=1).rename_axis("team").reset_index()
    start = {str(team): 1 if new else None for team, new in frame.groupby("team")[EXPOSED].max().items()}
    return randomisation_inference(
        cells, "left", "size", "team", "period", start,
        nuisance="none", unit=UNIT, persons=persons_in(frame), draws=draws, seed=seed, dose="dose",
    )  # fmt: skip


def dealt_by_month(rows: pd.DataFrame, draws: int, seed: int) -> Randomisation | NotEnoughData:
    """Judge the difference between months by the starts that could have been."""
    cells = rows.groupby(["team", "month"])["left"].agg(["mean", "size"]).reset_index()
    began = rows.groupby("team")["start"].first().items()
    start = {str(team): None if np.isnan(month) else int(month) for team, month in began}
    return randomisation_inference(
        cells.assign(team=cells["team"].astype(str)), "mean", "size", "team", "month", start,
        nuisance="team and period", unit=UNIT, persons=rows["person"].nunique(), draws=draws, seed=seed,
    )  # fmt: skip
