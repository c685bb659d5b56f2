"""The steps of the cascade, each as rows: steering → use → determinants → exit, and who changed sides on the way."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gm_workbench.panel.ledger import Cohort
from gm_workbench.panel.people import everybody, on_benefit
from gm_workbench.panel.scores import WAVE_MONTHS, at_wave, person_waves
from gm_workbench.panel.spells import OTHERWISE, TO_WORK, exit_times, left_for_work
from gm_workbench.panel.study import Study
from gm_workbench.panel.teams import HORIZON, began_before, candidates, seats, team_starts

STEERING, USE = "STU", "USE"
PROFESSIONAL = (STEERING, USE)
HALFWAY, LATER = "T6", "T12"
ASKED_WAVES = ("T0", HALFWAY, LATER)


def followed(study: Study) -> Cohort:
    """Follow the candidates of a municipality; of a published set, everybody in it."""
    return candidates(study) if study.published is None else everybody(study)


def coach_waves(study: Study) -> pd.DataFrame:
    """Give one row per coach and wave: scores of steering (as the coach sees it) and use, team, and whether the team had begun.

    ``introduced`` says whether the coach's team began before the measurement after half a year; the team is that of the index
    month. Coaches of teams that began before the period are left out, as their clients are.
    """
    answers = study.tables["coach_answers"].rename(columns={"coach": "person"})
    scores = person_waves(answers, [study.instrument(code) for code in PROFESSIONAL]).rename(columns={"person": "coach"})
    everyone = scores[["coach"]].drop_duplicates().assign(person=lambda rows: rows["coach"])
    team = seats(study, everyone, study.index_month).set_index("coach")["team"]
    seated = scores.assign(team=scores["coach"].map(team)).dropna(subset=["team"])
    seated = seated.loc[~began_before(study, seated["team"])]
    return seated.assign(introduced=_begun(study, seated["team"]), person=seated["coach"]).reset_index(drop=True)


def answered(coaches: pd.DataFrame, scale: str, wave: str) -> pd.DataFrame:
    """Give the coaches who answered a scale at a wave, a row each."""
    then = coaches.loc[coaches["wave"] == wave].dropna(subset=[scale])
    return then.astype({scale: float}).reset_index(drop=True)


def _begun(study: Study, teams: pd.Series) -> pd.Series:
    """Say whether teams began before the measurement after half a year."""
    return teams.map(team_starts(study)).lt(study.index_month + WAVE_MONTHS[HALFWAY]).fillna(False).astype(bool)


def candidate_waves(study: Study, cohort: Cohort) -> pd.DataFrame:
    """Give one row per candidate and wave: scores on the determinants, coach, team, and whether the team had begun by T6."""
    scales = [study.instrument(code) for code in study.protocol.instruments if code not in PROFESSIONAL]
    waves = person_waves(study.tables["answers"], scales)
    members = cohort.frame[["person", "coach", "team"]]
    joined = waves.merge(members, on="person", validate="many_to_one")
    return joined.assign(introduced=_begun(study, joined["team"]))


def changes(waves: pd.DataFrame, scale: str, last: str = LATER) -> pd.DataFrame:
    """Give persons with a scale at the first and at a later wave: one row each, as columns ``<scale>_T0``, ``<scale>_T12``."""
    scores = {f"{scale}_{wave}": at_wave(waves, scale, wave).astype(float) for wave in ("T0", last)}
    people = waves.drop_duplicates("person").set_index("person")[["coach", "team", "introduced"]]
    return people.join(pd.DataFrame(scores), how="inner").dropna().rename_axis("person").reset_index()


def steering_and_use(coaches: pd.DataFrame, wave: str = LATER) -> pd.DataFrame:
    """Give the coaches who rated steering and use at a wave, and use at the start."""
    then = coaches.loc[coaches["wave"] == wave, ["coach", "team", *PROFESSIONAL]].dropna()
    first = coaches.loc[coaches["wave"] == "T0"].set_index("coach")[USE]
    return then.assign(USE_T0=then["coach"].map(first).astype(float)).dropna().reset_index(drop=True)


def own_steering(study: Study, coaches: pd.DataFrame, wave: str = LATER) -> pd.DataFrame:
    """Give the coaches with use at a wave and at the start, and how their supervisor then said to steer, as column ``OWN``.

    Supervisor and coach answer apart, so that what the two have in common is not one person's way of answering.
    """
    answers = study.tables["supervisor_answers"].rename(columns={"supervisor": "person"})
    own = at_wave(person_waves(answers, [study.instrument(STEERING)]), STEERING, wave)
    rows = steering_and_use(coaches, wave)
    seated = seats(study, rows.assign(person=rows["coach"]), study.index_month)
    found = seated.assign(OWN=seated["supervisor"].map(own).astype(float))
    return found.dropna(subset=["OWN", "team"]).reset_index(drop=True)


def mean_use(coaches: pd.DataFrame) -> pd.Series:
    """Give each coach's mean use after the start, by coach."""
    return coaches.loc[coaches["wave"] != "T0"].groupby("coach")[USE].mean().dropna()


def with_use(people: pd.DataFrame, coaches: pd.DataFrame) -> pd.DataFrame:
    """Add the mean use of each person's coach; persons whose coach did not answer are left out."""
    found = people.assign(**{USE: people["coach"].map(mean_use(coaches)).astype(float)})
    return found.dropna(subset=[USE]).reset_index(drop=True)


def varying(people: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Give those of the columns in which people differ: what is the same for everybody cannot be allowed for."""
    return [column for column in columns if len(people[column].unique()) > 1]


def use_and_change(waves: pd.DataFrame, coaches: pd.DataFrame, scale: str) -> pd.DataFrame:
    """Give candidates with a scale at the start and after a year, and the mean use of their coach in between."""
    return with_use(changes(waves, scale), coaches)


def determinant_and_exit(study: Study, waves: pd.DataFrame, scale: str, wave: str = HALFWAY) -> pd.DataFrame:
    """Give candidates on benefit at a wave who answered: the score, and whether they left for work in the year after.

    Time begins at the measurement, so that nobody's exit can come before it.
    """
    month = study.index_month + WAVE_MONTHS[wave]
    scored = waves.loc[waves["wave"] == wave, ["person", "coach", "team", scale]].dropna()
    there = scored.loc[scored["person"].isin(on_benefit(study, month)["person"])]
    return left_for_work(study, there.reset_index(drop=True), HORIZON, month)


def with_introduction(people: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    """Add ``introduced``, 0 or 1: whether the person's team had begun before the measurement after half a year."""
    began = waves.drop_duplicates("team").set_index("team")["introduced"]
    return people.assign(introduced=people["team"].map(began).fillna(False).astype("int64"))


def dose_and_exit(study: Study, people: pd.DataFrame, coaches: pd.DataFrame, wave: str = HALFWAY) -> pd.DataFrame:
    """Give those of `people` on benefit at a wave: their coach's use then, and whether they left for work in the year after.

    Time begins at the measurement, so that use cannot be a consequence of who had already left. Persons whose coach did not
    answer at that wave are left out.
    """
    month = study.index_month + WAVE_MONTHS[wave]
    then = coaches.loc[coaches["wave"] == wave].set_index("coach")[USE]
    there = people.loc[people["person"].isin(on_benefit(study, month)["person"])].drop(columns="left", errors="ignore")
    used = there.assign(**{USE: there["coach"].map(then).astype(float)}).dropna(subset=[USE])
    return left_for_work(study, used.reset_index(drop=True), HORIZON, month)


def outcomes(study: Study, people: pd.DataFrame) -> pd.DataFrame:
    """Add what became of each person within a year: ``left`` for work, ``otherwise`` (left for another reason), ``stayed``."""
    times = exit_times(study, people[["person"]])
    within = times["time"].le(HORIZON)
    marks = {
        "left": times["event"].eq(TO_WORK) & within,
        "otherwise": times["event"].eq(OTHERWISE) & within,
    }
    marks["stayed"] = ~(marks["left"] | marks["otherwise"])
    return people.assign(**{name: mark.to_numpy(dtype="int64") for name, mark in marks.items()})


def moved_coaches(study: Study) -> int:
    """Count the coaches who came to another team within a year of the index month."""
    first = study.index_month
    table = study.tables["rosters"].sort_values(["coach", "start"])
    before = table.groupby("coach")["team"].shift()
    moved = before.notna() & before.ne(table["team"]) & table["start"].between(first + 1, first + HORIZON - 1)
    return int(table.loc[moved, "coach"].nunique())


def changed_sides(study: Study, people: pd.DataFrame) -> pd.Series:
    """Say for each person whether the team at the end of the year (or of guidance) worked in another way than at the start."""
    later = _last_guidance(study, people)
    seated = seats(study, later, later["month"])
    since = seated["team"].map(team_starts(study)).astype(float)  # of nobody, `map` gives text
    began = since.le(seated["month"]).fillna(False).astype(bool)
    now = dict(zip(seated["person"], began, strict=True))
    before = people["introduced"].astype(bool)
    changed = [now.get(person, old) != old for person, old in zip(people["person"], before, strict=True)]
    return pd.Series(changed, people.index, dtype=bool)


def _last_guidance(study: Study, people: pd.DataFrame) -> pd.DataFrame:
    """Give each person's coach in the last month of the year in which she was guided, and that month."""
    first, last = study.index_month, study.index_month + HORIZON - 1
    caseload = study.tables["caseload"]
    ends = caseload["end"].astype("Float64").fillna(last).clip(upper=last)
    rows = caseload.assign(month=ends).loc[
        caseload["start"].le(last) & ends.ge(first) & caseload["person"].isin(people["person"])
    ]
    latest = rows.sort_values(["month", "start"]).drop_duplicates("person", keep="last")
    return latest[["person", "coach", "month"]].astype({"month": "int64"}).reset_index(drop=True)
