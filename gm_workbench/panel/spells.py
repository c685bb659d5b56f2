"""How long people stay on benefit after the index month, and how it ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.panel.study import Study
from gm_workbench.vocabulary.tables import WORK_REASONS

CENSORED, TO_WORK, OTHERWISE = 0, 1, 2
"""How a spell ended: still on benefit when last seen; to work (BUS reasons 11 and 13); for any other reason."""

PERSON_BITS = 20
"""Bits of a number that holds a month; the others hold the person."""


def exits(study: Study) -> pd.Series[bool]:
    """Say of each row of benefits whether the person left the benefit in that month: by it the rows keep their index.

    A row that holds an end is an exit, unless the person has a row (of any dossier or scheme) in the month after it: then she
    went on. An end that lies after the month of its row is planned: it is an exit when the person has no more rows up to the
    month after that end, and not when it lies after the period, for then nobody has seen it happen.
    """
    table = study.tables["benefits"]
    ended = (table["end"].notna() & table["end"].le(study.period.last).fillna(False)).to_numpy(dtype=bool, copy=True)
    person, month = pd.factorize(table["person"])[0].astype(np.int64) << PERSON_BITS, table["month"].to_numpy(dtype=np.int64)
    asks = np.zeros(len(table) + 1, dtype=bool)
    asks[person[ended] >> PERSON_BITS] = True
    seen = np.sort((person | month)[asks[person >> PERSON_BITS]])
    own, last = person[ended], np.maximum(month[ended], table["end"].to_numpy(dtype=np.int64, na_value=0)[ended]) + 1
    over = np.searchsorted(seen, own | month[ended], side="right") == np.searchsorted(seen, own | last, side="right")
    ended[ended] = over
    return pd.Series(ended, table.index)


def exit_times(study: Study, people: pd.DataFrame, start: int | None = None) -> pd.DataFrame:
    """Add `time` (months from the start, 1 is that month itself) and `event` to one row per person.

    The first exit (`exits`) at or after the start (default: the index month) counts. A person without an exit is censored in
    the last month that has a row.
    """
    first = study.index_month if start is None else start
    table = study.tables["benefits"]
    since = table["month"].ge(first) & table["person"].isin(people["person"])
    last_seen = table.loc[since, ["person", "month"]].groupby("person")["month"].max()
    ends = table.loc[since & exits(study), ["person", "month", "end_reason"]]
    ends = ends.sort_values("month").drop_duplicates("person").set_index("person")
    end_month, reason = people["person"].map(ends["month"]).astype("Float64"), people["person"].map(ends["end_reason"])
    seen = end_month.fillna(people["person"].map(last_seen).astype("Float64"))
    event = np.select([end_month.isna(), reason.isin(WORK_REASONS)], [CENSORED, TO_WORK], OTHERWISE)
    return people.assign(time=(seen - first + 1).astype("int64"), event=event)


def left_for_work(study: Study, people: pd.DataFrame, months: int, start: int | None = None) -> pd.DataFrame:
    """Add `left`: 1 when a person left for work within `months` months from the start (the index month), else 0.

    Persons who were lost from view before that are left out: whether they left for work is not known. When the period ends
    before that, everybody is left out: only those who left early would be known, as if all did.
    """
    times = exit_times(study, people, start)
    first = study.index_month if start is None else start
    seen = study.period.last - first + 1 >= months
    known = (times["event"].ne(CENSORED) | times["time"].ge(months)) & seen
    left = times["event"].eq(TO_WORK) & times["time"].le(months)
    return times.assign(left=left.astype("int64")).loc[known].reset_index(drop=True)


def part_time_months(study: Study, people: pd.DataFrame) -> pd.DataFrame:
    """Give one row per cohort member and month on benefit: months since the index month, and whether she had wage income."""
    benefits = study.rows("benefits")
    chosen = benefits.loc[benefits["person"].isin(people["person"]), ["person", "month", "income_kind"]]
    works = chosen["income_kind"].eq("11").fillna(False).astype(bool)
    frame = chosen.assign(works=works, months=chosen["month"] - study.index_month).drop(columns="income_kind")
    by_month = frame.groupby(["person", "month", "months"])["works"].max().reset_index()
    return by_month.merge(people[["person", "coach", "introduced"]], on="person", validate="many_to_one")
