"""Wages and jobs by month: where people stand against the low-pay threshold, and who is at the base."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gm_workbench.panel.ledger import Cohort, start_cohort
from gm_workbench.panel.people import AGE_BANDS, AGE_EDGES, banded, consenting, on_benefit, with_clear_exposure, with_coach
from gm_workbench.panel.study import Study, complete
from gm_workbench.vocabulary.text import Text

NO_PAY = "no_pay"
STATES = (NO_PAY, "low_flex", "low_permanent", "above_flex", "above_permanent")
"""States from the base upwards: no pay in the month, below or above the threshold, in a flexible or a permanent contract."""

OUTSIDE = Text("niet al die maanden vallen in de periode", "not all of those months lie in the period")


def main_jobs(wages: pd.DataFrame, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Keep one job per person and month: the one with most hours, the first by its pseudonym when hours tie.

    Rows come by person and month; with `columns` only person, month and those of them that were delivered.
    """
    rows, first = _by_person_and_month(wages)
    chosen = wages if columns is None else wages[[name for name in ("person", "month", *columns) if name in wages.columns]]
    kept: pd.DataFrame = chosen.iloc[rows[first]].reset_index(drop=True)
    return kept


def _by_person_and_month(wages: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Give rows by person, month and how main their job is, and which of them are the first of their month."""
    # sorted as whole numbers: millions of pseudonyms take ten times as long, and this is asked for by every section
    month = wages["month"].to_numpy(dtype=np.int64)
    month = month - month.min(initial=0)
    cell = pd.factorize(wages["person"], sort=True)[0] * (month.max(initial=0) + 1) + month
    rows = np.argsort(cell, kind="stable")
    again = np.diff(cell[rows], prepend=-1) == 0
    several = again | np.append(again[1:], False)  # hours and jobs matter in months with several jobs only, which are few
    among = rows[several]
    hours = wages["hours" if "hours" in wages.columns else "hourly_wage"].to_numpy(dtype=float)[among]
    job = pd.factorize(wages["job"].iloc[among], sort=True)[0]
    rows[several] = among[np.lexsort((job, -hours, cell[among]))]
    return rows, ~again


def work_months(study: Study, share: float) -> pd.DataFrame:
    """Give one row per worker and month of the period: wage, threshold, both compared, and state; without pay no wage.

    Parameters
    ----------
    share : float
        Share of the *national* median hourly wage that is the low-pay threshold; 2/3 by convention.
    """
    frame = _every_month(study, main_jobs(study.tables["wages"], ["hourly_wage", "contract"]))
    thresholds = {int(year): study.threshold(int(year), share) for year in (frame["month"] // 12).unique()}
    frame["threshold"] = (frame["month"] // 12).map(thresholds)
    frame["above"] = frame["hourly_wage"].ge(frame["threshold"])
    frame["relative"] = frame["hourly_wage"] / frame["threshold"]
    return frame.assign(state=_states(frame), months=frame["month"] - study.index_month)


def _every_month(study: Study, jobs: pd.DataFrame) -> pd.DataFrame:
    """Give the wage and contract of each person in each month of the period, missing where there is no job."""
    months = np.arange(study.period.first, study.period.last + 1)
    codes, people = pd.factorize(jobs["person"])
    inside = np.flatnonzero(jobs["month"].between(months[0], months[-1]))
    row = np.full(len(people) * len(months), -1)
    row[codes[inside] * len(months) + jobs["month"].to_numpy()[inside] - months[0]] = inside
    told = complete("wages", jobs)[["hourly_wage", "contract"]].reset_index(drop=True).reindex(row).reset_index(drop=True)
    told.insert(0, "person", people.repeat(len(months)))
    told.insert(1, "month", np.tile(months, len(people)))
    return told


def _states(frame: pd.DataFrame) -> pd.Series:
    permanent = frame["contract"].eq("permanent").fillna(False).astype(bool)
    place = np.where(frame["hourly_wage"].notna(), 1 + permanent + 2 * frame["above"], 0)  # in the order of `STATES`
    return pd.Series(pd.array(STATES, dtype="str").take(place), index=frame.index)


def workers(study: Study) -> pd.DataFrame:
    """Give one row per person with pay in the period: sex, age band, contract, coach, introduced or not.

    The contract is that of the main job in the last month with pay before the index month, else in the first month after.
    """
    known = ["sex", "birth_year", "contract"]
    jobs = main_jobs(study.tables["wages"], known)
    before = jobs["month"] < study.index_month
    last_before, first_after = jobs.loc[before].drop_duplicates("person", keep="last"), jobs.loc[~before]
    one_each = pd.concat([last_before, first_after.drop_duplicates("person")]).drop_duplicates("person")
    people = complete("wages", one_each)[["person", *known]]
    age = study.index_month // 12 - people["birth_year"]
    people = people.assign(age=age, age_band=banded(age, AGE_EDGES, AGE_BANDS)).sort_values("person", ignore_index=True)
    return with_coach(study, people, study.index_month)


def base_workers(study: Study, months: pd.DataFrame, months_low: int = 3, everybody: pd.DataFrame | None = None) -> Cohort:
    """Follow programme workers who earned below the threshold in each of the `months_low` months before the index month.

    `everybody` are those of `workers`, for who has them already.
    """
    before = months.loc[months["months"].between(-months_low, -1)]
    low = before["hourly_wage"].notna() & ~before["above"]
    summary = before.assign(low=low, gap=np.log(before["threshold"] / before["hourly_wage"]))
    per_person = summary.groupby("person").agg(paid=("hourly_wage", "count"), low=("low", "sum"), log_gap=("gap", "mean"))
    known = workers(study) if everybody is None else everybody
    people = known.merge(per_person, left_on="person", right_index=True, how="left", validate="one_to_one")
    start = start_cohort(
        people,
        Text("personen met loon in de periode", "persons with pay in the period"),
        Text("alle geleverde loongegevens", "all wage records delivered"),
    )
    off_benefit = start.keep(
        ~start.frame["person"].isin(_on_benefit_now(study)),
        Text("geen bijstand in de startmaand", "no benefit in the first month"),
        Text("werkt naast bijstand", "works next to a benefit"),
    )
    all_seen = study.period.first <= study.index_month - months_low <= study.index_month - 1 <= study.period.last
    return _at_base(consenting(with_clear_exposure(off_benefit)), months_low, all_seen=all_seen)


def _on_benefit_now(study: Study) -> pd.Series:
    if "benefits" not in study.tables:
        return pd.Series(dtype=str)
    return on_benefit(study, study.index_month)["person"]


def _at_base(cohort: Cohort, months_low: int, *, all_seen: bool) -> Cohort:
    """Keep who was paid, and below the threshold, in every month of the rule; `all_seen`: all of them lie in the period."""
    one = months_low == 1
    rule = Text("de maand", "the month") if one else Text(f"alle {months_low} maanden", f"all {months_low} months")
    paid = cohort.keep(
        cohort.frame["paid"].eq(months_low),
        Text("hadden loon in {rule} ervoor", "had pay in {rule} before").format(rule=rule),
        Text("niet steeds loon", "not always paid") if all_seen else OUTSIDE,
    )
    return paid.keep(
        paid.frame["low"].eq(months_low),
        Text("verdienden in {rule} ervoor onder de grens", "were paid below the threshold in {rule} before").format(rule=rule),
        Text("loon boven de grens", "pay above the threshold"),
    )


def follow_up(months: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Give the months from the index month on of the cohort's members; the index month counts as month 1."""
    chosen = months.loc[months["person"].isin(cohort.frame["person"]) & months["months"].ge(0)]
    return chosen.assign(months=chosen["months"] + 1)


def secondary_outcomes(followed: pd.DataFrame, members: pd.DataFrame, months: int = 24) -> pd.DataFrame:
    """Add to each member what the protocol names beside the primary outcome, over the months followed.

    ``crossed_24m``: above the threshold in any month; ``paid_24m``: pay in the last of them; ``months_above_24m``: how many.
    """
    within = followed.loc[followed["months"].between(1, months) & followed["person"].isin(members["person"])]
    above = within.groupby("person")["above"].sum().astype(float)
    paid = within.loc[within["months"].eq(months)].set_index("person")["hourly_wage"].notna().astype(float)
    counted, last = (members["person"].map(one).fillna(0.0).astype(float) for one in (above, paid))
    return members.assign(crossed_24m=counted.gt(0).astype(float), paid_24m=last, months_above_24m=counted)


def at_base_or_not(everybody: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Mark the workers who consented as at the base or as the rest, to compare the two."""
    known = everybody.loc[everybody["consent"].eq("yes")].reset_index(drop=True)
    at_base = known["person"].isin(cohort.frame["person"])
    return known.assign(group=at_base.map({True: "base", False: "rest"}))


def as_numbers(members: pd.DataFrame) -> pd.DataFrame:
    """Add what is known at the start as numbers, 1 where it is so: a woman, a permanent contract, introduced."""
    woman, permanent = members["sex"].eq("woman").astype(float), members["contract"].eq("permanent").astype(float)
    return members.assign(woman=woman, permanent=permanent, introduced=members["introduced"].astype(int))


def real_log_wages(study: Study, cohort: Cohort | None = None) -> pd.DataFrame:
    """Give the main jobs with the log hourly wage in constant prices, and the years since the person's own first month.

    Of a cohort: its members, from the index month on.
    """
    jobs = main_jobs(study.tables["wages"], ["hourly_wage", "years"])
    if cohort is not None:
        jobs = jobs.loc[jobs["person"].isin(cohort.frame["person"]) & jobs["month"].ge(study.index_month)]
    jobs = jobs.loc[jobs["hourly_wage"] > 0]
    year = jobs["month"] // 12
    prices = year.map({int(one): study.prices(int(one)) for one in year.unique()})
    own_first = jobs.groupby("person")["month"].transform("min")
    years = jobs["years"] if "years" in jobs.columns else (jobs["month"] - own_first) / 12
    return jobs.assign(log_wage=np.log(jobs["hourly_wage"] / prices), years=years).reset_index(drop=True)
