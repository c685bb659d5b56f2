"""The month from which time is counted, for each run, as the protocol declares it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gm_workbench.panel.runs import Int32s, Runs
from gm_workbench.panel.study import Study
from gm_workbench.vocabulary.protocols import ZeroEvent

NEVER = -(2**31)
"""The month of who has no time zero: no month index, also not of a published set that counts from its own start."""


def zero_months(study: Study, runs: Runs) -> Int32s:
    """Give time zero of each run as the study's protocol declares it, `NEVER` where there is none.

    A protocol that does not declare `time_zero` counts from the index month. With `first_sick_day` the runs must be spells of
    sick leave; then, as with `spell_start`, each is counted from its own first month. With `introduction` it is the first month
    in which the person was guided by a coach who worked in the study's way.

    Returns
    -------
    ndarray of int32, shape (runs,)
    """
    match study.protocol.time_zero.event:
        case ZeroEvent.INDEX_MONTH:
            return np.full(len(runs), study.index_month, dtype=np.int32)
        case ZeroEvent.INTRODUCTION:
            months = introduced_months(study).reindex(runs.people).fillna(NEVER)
            return months.to_numpy(dtype=np.int32)[runs.person]
        case ZeroEvent.SPELL_START | ZeroEvent.FIRST_SICK_DAY:
            return runs.first.astype(np.int32)


def introduced_months(study: Study) -> pd.Series:
    """Give by person the first month with a coach who worked in the study's way; who never had one is not there.

    An introduction after the period does not count. Without caseload or introductions nobody is there.
    """
    working = _working(study)
    if working is None or "caseload" not in study.tables:
        return pd.Series(dtype="float64")
    spells = study.tables["caseload"][["person", "coach", "start", "end"]].merge(working, on="coach")
    month, until = spells[["start", "from"]].max(axis="columns"), _open(spells["end"])
    met = spells.assign(month=month).loc[month <= np.minimum(until, spells["until"])]
    return met.sort_values("month").drop_duplicates("person").set_index("person")["month"].astype("float64")


def _working(study: Study) -> pd.DataFrame | None:
    """Give the stretches in which coaches worked in the study's way; where teams begin, a coach does while in such a team."""
    begun = study.introductions
    if begun is None or (study.protocol.unit_of_introduction == "team" and "rosters" not in study.tables):
        return None
    if study.protocol.unit_of_introduction != "team":
        return pd.DataFrame({"coach": begun["coach"], "from": begun["month"], "until": float("inf")})
    seats = study.tables["rosters"].merge(begun[["team", "month"]], on="team")
    both = seats[["start", "month"]].max(axis="columns")
    stretches = pd.DataFrame({"coach": seats["coach"], "from": both, "until": _open(seats["end"])})
    return stretches.loc[stretches["from"] <= stretches["until"]]


def _open(ends: pd.Series) -> pd.Series:
    return ends.astype("Float64").fillna(float("inf")).astype("float64")
