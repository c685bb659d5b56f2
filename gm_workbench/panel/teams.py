"""Teams, their coaches and their clients: who is compared with whom in a study of teams, whatever its design.

A client belongs to the team that her coach was in when she was first followed, and stays with it: what happens later to coach
or client is part of what is compared (`moves` counts it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gm_workbench.errors import DeclarationError
from gm_workbench.panel.ledger import Cohort, Ledger, start_cohort
from gm_workbench.panel.people import TOO_SOON, began_within_period, consenting, general_assistance, guided, on_benefit
from gm_workbench.panel.spells import exits, left_for_work
from gm_workbench.panel.study import Study
from gm_workbench.vocabulary.designs import Design, Template, load_template
from gm_workbench.vocabulary.protocols import Assignment
from gm_workbench.vocabulary.tables import WORK_REASONS
from gm_workbench.vocabulary.text import Text

HORIZON = 12
"""Months within which an exit counts, and that a comparison before and after looks back."""

LEAST_TEAMS = 3
"""Teams on a side below which what is shown of that side would be of one team; then both sides are shown as one."""

EVERYBODY = Text("personen met algemene bijstand in de startmaand", "persons on general assistance in the first month")
IN_PERIOD = Text(
    "personen met algemene bijstand in de vergeleken maanden", "persons on general assistance in the months compared"
)
ALL = Text("alle personen", "all persons")
TEAM = Text("team", "team")


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows that a design compares, and who they are.

    Attributes
    ----------
    frame : DataFrame
        By person (parallel, before and after): ``left`` (0 or 1), ``introduced`` (0 or 1), ``team``, covariates. By person and
        month (steps): ``month``, ``start`` of the team, ``to_work`` and ``otherwise`` (0 or 1), ``team``.
    ledger : Ledger
        Persons, step by step.
    """

    frame: pd.DataFrame
    design: Design
    ledger: Ledger


def team_starts(study: Study) -> pd.Series:
    """Give the first month of the new way of working, by team; a team without it is not there."""
    own = study.introductions
    return pd.Series(dtype="int64") if own is None else own.set_index("team")["month"].astype("int64")


def began_before(study: Study, teams: pd.Series) -> pd.Series:
    """Say of each row's team whether it began before the period: of it nothing is known from before its introduction."""
    return teams.map(team_starts(study)).lt(study.period.first).fillna(False)


def seats(study: Study, people: pd.DataFrame, month: int | pd.Series) -> pd.DataFrame:
    """Add the team (and supervisor) that each person's coach was in, in `month`; missing for a coach outside the study."""
    asked = people[["person", "coach"]].assign(month=month)
    spells = study.tables["rosters"].assign(last=lambda rows: rows["end"].astype("Float64").fillna(np.inf))
    joined = asked.merge(spells, on="coach", suffixes=("", "_spell"))
    now = joined.loc[(joined["start"] <= joined["month"]) & (joined["last"] >= joined["month"])]
    # intake refuses overlapping spells; of tables in memory the later spell counts, in any order of rows
    found = now.sort_values(["start", "team", "supervisor"]).drop_duplicates("person", keep="last").set_index("person")
    return people.drop(columns=["team"], errors="ignore").assign(
        team=people["person"].map(found["team"]), supervisor=people["person"].map(found["supervisor"])
    )


def candidates(study: Study, month: int | None = None) -> Cohort:
    """Follow everybody on general assistance in `month` (the index month) whose coach is in a team of the study, with consent.

    A team that began before the period is left out. ``introduced`` says whether the team worked in the new way by then,
    ``later`` whether it began after it.
    """
    when = study.index_month if month is None else month
    start = start_cohort(with_covariates(on_benefit(study, when)), EVERYBODY, ALL)
    if not {"caseload", "rosters"} <= study.tables.keys():
        return Cohort(start.frame.assign(coach=None, team=None, introduced=False, later=False), start.ledger)
    seated = seats(study, guided(study, start.frame, when), when)
    since = seated["team"].map(team_starts(study))
    marked = seated.assign(introduced=since.le(when).fillna(False), later=since.gt(when).fillna(False))
    return consenting(_in_teams(study, Cohort(marked, start.ledger)))


def with_covariates(people: pd.DataFrame) -> pd.DataFrame:
    """Add sex, age and duration as numbers of 0 and 1: woman; under 27, 55 and over; up to 1, 2 and from 5 years on benefit."""
    age, duration = people["age"], people["duration"]
    marks = {
        "woman": people["sex"].eq("woman"),
        "young": age.lt(27),
        "old": age.ge(55),
        "short": duration.lt(12),
        "middle": duration.between(12, 23),
        "long": duration.ge(60),
    }
    return people.assign(**{name: mark.astype("int64") for name, mark in marks.items()})


def _in_teams(study: Study, cohort: Cohort) -> Cohort:
    seated = Cohort(cohort.frame.assign(introduced_before=began_before(study, cohort.frame["team"])), cohort.ledger).keep(
        cohort.frame["team"].notna(),
        Text("consulent in een team van het onderzoek", "coach in a team of the study"),
        Text("geen consulent in een van deze teams", "no coach in one of these teams"),
    )
    return began_within_period(seated, TEAM)


def template(study: Study, design: str = "declared") -> Template:
    """Give the template of a design; ``declared`` is the one that the protocol names."""
    declared = study.protocol.comparison
    if declared is None:
        raise DeclarationError(f"{study.protocol.name} must declare a comparison of teams; add `comparison` to its protocol.")
    by_lot = study.protocol.assignment is Assignment.RANDOMISED
    chosen = declared.template if design == "declared" else load_template(design, study.paths.protocols, by_lot=by_lot)
    if chosen.design is Design.BEFORE_AFTER and by_lot:
        raise DeclarationError(
            f"{study.protocol.name} says that a lot decided which teams began, or when; before_after compares teams with their "
            "own past, about which no lot decides. Choose another design, or declare the assignment by_choice or unknown."
        )
    return chosen


def arms(cohort: Cohort, design: Design | str) -> pd.DataFrame:
    """Give the persons as two groups where teams stand side by side (later starters left out), else as one.

    ``group`` is "introduced" or "others"; "every_team" where there is one group, also when a side has fewer than `LEAST_TEAMS`
    teams.
    """
    frame = cohort.frame
    one = frame.assign(introduced=False, group="every_team")
    if Design(design) is not Design.PARALLEL_CLUSTERS or "later" not in frame:
        return one
    clear = frame.loc[~frame["later"]].reset_index(drop=True)
    introduced = clear["introduced"].astype(bool)
    teams = [clear.loc[side, "team"].nunique() for side in (introduced, ~introduced)]
    return clear.assign(group=introduced.map({True: "introduced", False: "others"})) if min(teams) >= LEAST_TEAMS else one


def alike(cohort: Cohort, rows: Compared) -> pd.DataFrame:
    """Give the persons in the groups whose start is to be compared: as `arms`, or this year's beside last year's clients."""
    if rows.design is not Design.BEFORE_AFTER or rows.frame["introduced"].nunique() < 2:
        return arms(cohort, rows.design)
    group = rows.frame["introduced"].map({1: "introduced", 0: "others"})
    # a client of both years is counted in each: the key is then that of a client in a year
    return rows.frame.assign(group=group, person=rows.frame["person"].astype(str) + " " + group)


def compared(study: Study, design: Design | str) -> Compared:
    """Give the rows that a design compares."""
    chosen = Design(design)
    if chosen is Design.PARALLEL_CLUSTERS:
        return _parallel(study)
    if chosen is Design.BEFORE_AFTER:
        return _before_after(study)
    return _by_month(study, chosen)


def _parallel(study: Study) -> Compared:
    everybody = candidates(study)
    clear = everybody.keep(
        ~everybody.frame["later"],
        Text("team begon niet later", "team did not begin later"),
        Text("een latere introductie vertroebelt de vergelijking", "a later introduction blurs the comparison"),
    )
    known, kept = _followed(study, clear)
    return Compared(_numbers(known), Design.PARALLEL_CLUSTERS, kept.ledger)


def _followed(study: Study, cohort: Cohort) -> tuple[pd.DataFrame, Cohort]:
    """Give those of whom it is known whether they left for work, with `left`, and the cohort without the others."""
    known = left_for_work(study, cohort.frame, HORIZON)
    kept = cohort.keep(
        cohort.frame["person"].isin(known["person"]),
        Text(f"{HORIZON} maanden te volgen", f"followed for {HORIZON} months"),
        Text("eerder uit beeld", "lost from view before") if study.follow_up >= HORIZON else TOO_SOON,
    )
    return known, kept


def _numbers(people: pd.DataFrame) -> pd.DataFrame:
    return people.assign(introduced=people["introduced"].astype("int64")).reset_index(drop=True)


def _before_after(study: Study) -> Compared:
    """Put this year's clients of teams that began in the index month beside those of a year earlier.

    A client may stand in both years. The ledger is that of this year's clients.
    """
    began = team_starts(study)
    now = candidates(study)
    own = now.keep(
        now.frame["team"].map(began).eq(study.index_month).fillna(False),
        Text("team begon in de startmaand", "team began in the first month"),
        Text("team begon niet of later", "team did not begin, or later"),
    )
    earlier = study.index_month - HORIZON
    if earlier < study.period.first:
        return Compared(own.frame.iloc[:0].assign(left=0), Design.BEFORE_AFTER, own.ledger)
    before = candidates(study, earlier).frame
    before = before.loc[before["team"].isin(began.index[began.eq(study.index_month)])]
    known, kept = _followed(study, own)
    years = [known.assign(introduced=1), left_for_work(study, before, HORIZON, earlier).assign(introduced=0)]
    return Compared(_numbers(pd.concat(years, ignore_index=True)), Design.BEFORE_AFTER, kept.ledger)


def window(study: Study) -> tuple[int, int]:
    """Give the first and last month that steps are compared in: from a year before the first to a year after the last step."""
    began = team_starts(study)
    last = int(began.max()) if len(began) else study.index_month
    return max(study.period.first, study.index_month - HORIZON), min(study.period.last, last + HORIZON - 1)


def _by_month(study: Study, design: Design) -> Compared:
    """Give every month on general assistance of every client, with how it ended."""
    first, last = window(study)
    benefits = general_assistance(study, columns=["person", "month", "end", "end_reason"])
    inside = benefits.loc[benefits["month"].between(first, last)]
    # sorted, joined and counted many times: as categories, whose order is that of the words
    inside = inside.assign(**{name: inside[name].astype("category") for name in ("person", "end_reason")})
    # of two dossiers in a month the one that ended counts, as it does in `spells.exits`
    inside = inside.sort_values(["person", "month", "end", "end_reason"]).drop_duplicates(["person", "month"])
    entered = inside.drop_duplicates("person")[["person", "month"]].astype({"person": "str"}).reset_index(drop=True)
    cohort = _enrolled(study, entered)
    began = cohort.frame.set_index("person")
    rows = inside.loc[inside["person"].isin(began.index), ["person", "month", "end", "end_reason"]]
    ended, work = exits(study).loc[rows.index], rows["end_reason"].isin(WORK_REASONS)
    frame = pd.DataFrame(
        {
            "person": rows["person"].cat.remove_unused_categories(),
            "month": rows["month"],
            "to_work": (ended & work).astype("int64"),
            "otherwise": (ended & ~work).astype("int64"),
            "team": rows["person"].map(began["team"]).astype("category"),
        }
    )
    start = frame["team"].map(team_starts(study)).astype("float64")
    return Compared(frame.assign(start=start).reset_index(drop=True), design, cohort.ledger)


def _enrolled(study: Study, entered: pd.DataFrame) -> Cohort:
    """Give each person coach and team as they were in the person's first month, and consent as last delivered."""
    start = start_cohort(entered, IN_PERIOD, ALL)
    if not {"caseload", "rosters"} <= study.tables.keys():
        return Cohort(start.frame.assign(team=None), start.ledger)
    coached = guided(study, start.frame, start.frame["month"])
    return consenting(_in_teams(study, Cohort(seats(study, coached, coached["month"]), start.ledger)))
