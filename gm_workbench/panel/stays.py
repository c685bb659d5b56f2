"""Stays on benefit laid out for questions about how long: since their own beginning, month by month, and after they ended."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gm_workbench.panel.ledger import Cohort
from gm_workbench.panel.people import general_assistance
from gm_workbench.panel.spells import PERSON_BITS, exit_times, exits
from gm_workbench.panel.study import Study
from gm_workbench.panel.teams import HORIZON, arms, team_starts
from gm_workbench.vocabulary.designs import Design

YEAR = "year_"

WAGE_WORK = "11"
"""Statutory code of income from wage work, beside the benefit."""


def since_start(study: Study, cohort: Cohort) -> pd.DataFrame:
    """Give stays counted from their own beginning: ``entry`` months had gone by in the index month, ``time`` when it ended.

    Who was on benefit longer came under observation later: those who had left by then are not in the delivery. People of whom
    it is not known when the benefit began are left out. `cohort` holds ``duration``.
    """
    known = cohort.frame.loc[cohort.frame["duration"].ge(0).fillna(False), ["person", "team", "duration"]]
    stays = exit_times(study, known.reset_index(drop=True)).astype({"duration": "int64"})
    return stays.rename(columns={"duration": "entry"}).assign(time=stays["time"] + stays["duration"])


def changing(study: Study, months: pd.DataFrame) -> pd.DataFrame:
    """Add what may change from month to month to stays laid out by month (``month`` since their own beginning, ``entry``).

    ``introduced`` is 1 in months in which the person's team (of the first month) worked in the new way: 0 before and 1 after
    for a team that began later. ``works`` is 1 when there was wage work beside the benefit in the month *before*, for a job of
    this month may be the way out itself. ``year_1``, ``year_2``, ... mark the years after the first.
    """
    calendar = study.index_month + months["month"] - months["entry"] - 1
    began = months["team"].map(team_starts(study)).astype("float64")
    year = (calendar - study.index_month) // HORIZON
    years = {f"{YEAR}{one}": year.eq(one).astype("int64") for one in range(1, int(year.max()) + 1 if len(year) else 1)}
    works = _worked(study, months["person"], calendar - 1)
    return months.assign(introduced=began.le(calendar).astype("int64"), works=works, **years)


def covariates(months: pd.DataFrame) -> list[str]:
    """Name the columns of `changing` in which months differ: what is the same in all of them cannot be allowed for."""
    added = [str(name) for name in months if name in ("introduced", "works") or str(name).startswith(YEAR)]
    return [name for name in added if len(months[name].unique()) > 1]


def _worked(study: Study, person: pd.Series, month: pd.Series) -> pd.Series:
    """Say whether each person had wage work beside the benefit in the month: 1 or 0; 0 throughout when that is not known."""
    rows = study.rows("benefits")
    working = rows.loc[rows["income_kind"].eq(WAGE_WORK).fillna(False)]
    return _held(pd.DataFrame({"person": person, "month": month.astype("int64")}), working).astype("int64")


def watched(study: Study, cohort: Cohort) -> pd.DataFrame:
    """Give every month, from the index month to the end of the period, of those of the cohort who left: on benefit or not.

    ``benefit`` says whether there is a row of general assistance in the month. ``job``, whether there is one of wages, is there
    when the delivery holds wages of these people.
    """
    gone = study.tables["benefits"].loc[exits(study), "person"]
    people = cohort.frame.loc[cohort.frame["person"].isin(gone), ["person", "team"]]
    months = np.arange(study.index_month, study.period.last + 1)
    panel = people.loc[people.index.repeat(len(months))].assign(month=np.tile(months, len(people))).reset_index(drop=True)
    marked = panel.assign(benefit=_held(panel, general_assistance(study, columns=["person", "month"])))
    return marked.assign(job=_held(panel, study.tables["wages"])) if _linked(study, people["person"]) else marked


def groups(after: pd.DataFrame, cohort: Cohort) -> dict[str, pd.DataFrame]:
    """Give months after exits of ``all``, and of ``introduced`` and ``others`` where teams stand side by side."""
    sides = arms(cohort, Design.PARALLEL_CLUSTERS).set_index("person")["group"]
    group = after["person"].map(sides)
    return {"all": after, **{name: after.loc[group.eq(name)] for name in ("introduced", "others") if group.eq(name).any()}}


def _held(panel: pd.DataFrame, table: pd.DataFrame) -> pd.Series[bool]:
    """Say of each person and month whether the table has a row of it."""
    person, people = pd.factorize(panel["person"])
    owner = pd.Index(people).get_indexer(table["person"])
    known = owner >= 0
    rows = _keys(owner[known], table["month"][known])
    return pd.Series(np.isin(_keys(person, panel["month"]), rows), panel.index)


def _keys(person: npt.NDArray[np.int64], month: pd.Series) -> npt.NDArray[np.int64]:
    keys: npt.NDArray[np.int64] = person.astype(np.int64) << PERSON_BITS | month.to_numpy(dtype=np.int64)
    return keys


def _linked(study: Study, people: pd.Series) -> bool:
    """Whether the delivery says who of these people earned a wage: it must be about the same people."""
    wages = study.tables.get("wages")
    return wages is not None and bool(wages["person"].isin(people).any())
