"""Month by month: with which coach and team a candidate was in the year after the start, and how that team then worked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.panel.study import Study
from gm_workbench.panel.teams import HORIZON, team_starts

DOSE, FIRST_COACH = "dose", "first_coach"


def coach_months(study: Study) -> pd.DataFrame:
    """Give each coach's team in each month of the year, and ``new``: 1 where the team worked in the new way by then."""
    first, last = study.index_month, study.index_month + HORIZON - 1
    spells = study.tables["rosters"].sort_values(["start", "team", "supervisor"])
    rows = _by_month(spells[["coach", "team", "start", "end"]], first, last)
    # as in `teams.seats`: of spells that overlap in memory the later one counts
    seated = rows.drop_duplicates(["coach", "month"], keep="last").reset_index(drop=True)
    began = seated["team"].map(team_starts(study)).astype(float)
    return seated.assign(new=began.le(seated["month"]).astype("int64"))


def guided_months(study: Study, people: pd.DataFrame) -> pd.DataFrame:
    """Give a row for each month of the year in which each of `people` was guided.

    With ``person``, ``month``, ``coach``, ``team`` and ``new``: 1 where the team worked in the new way by then. In a month in
    which the coach was in no team of the study, the team is missing and ``new`` is 0.
    """
    first, last = study.index_month, study.index_month + HORIZON - 1
    caseload = study.tables["caseload"]
    own = caseload.loc[caseload["person"].isin(people["person"]), ["person", "coach", "start", "end"]]
    rows = _by_month(own.sort_values(["person", "start"]), first, last).drop_duplicates(["person", "month"], keep="last")
    found = rows.merge(coach_months(study), on=["coach", "month"], how="left")
    return found.assign(new=found["new"].fillna(0).astype("int64")).sort_values(["person", "month"], ignore_index=True)


def with_doses(study: Study, people: pd.DataFrame) -> pd.DataFrame:
    """Add ``dose`` and ``first_coach``; persons who were not guided in any month of the year are left out.

    ``dose`` is the share (0-1) of a person's guided months with a coach whose team worked in the new way; ``first_coach`` the
    share of the year in which the coach of the start was in such a team, whether or not she still guided the person.
    """
    months = guided_months(study, people)
    dose = months.groupby("person")["new"].mean()
    teams = coach_months(study).groupby("coach")["new"].sum() / HORIZON
    start = people["coach"].map(teams).fillna(0.0).astype(float)
    found = people.assign(**{DOSE: people["person"].map(dose).astype(float), FIRST_COACH: start})
    return found.dropna(subset=[DOSE]).reset_index(drop=True)


def _by_month(spells: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Give spells (``start``, ``end``; no end is still going on) as rows by month, within `first` and `last`."""
    begin = spells["start"].astype("int64").clip(lower=first)
    end = spells["end"].astype("Float64").fillna(last).astype("int64").clip(upper=last)
    long = (end - begin + 1).clip(lower=0).to_numpy()
    rows = spells.drop(columns=["start", "end"]).loc[np.repeat(spells.index.to_numpy(), long)]
    steps = np.arange(long.sum()) - np.repeat(np.cumsum(long) - long, long)
    return rows.assign(month=np.repeat(begin.to_numpy(), long) + steps).reset_index(drop=True)
