"""Quarters before and after the introduction, of persons who are chosen once and at the same moment for everybody."""

from __future__ import annotations

import pandas as pd

from gm_workbench.panel.ledger import Cohort, start_cohort
from gm_workbench.panel.people import COACH, began_within_period, consenting
from gm_workbench.panel.study import Study
from gm_workbench.panel.work import workers
from gm_workbench.vocabulary.text import Text

QUARTER = 3


def low_at_first(study: Study, months: pd.DataFrame, everybody: pd.DataFrame | None = None) -> Cohort:
    """Follow workers with a coach who were paid and below the threshold in each of the first three months of the period.

    Everybody is chosen on the same calendar months, long before the introduction. Whoever is chosen on the months just before
    it rises after it by herself, and such a rise would look like one that the introduction brought. `everybody` are those of
    `workers`, for who has them already.
    """
    first = months.loc[months["month"] < study.period.first + QUARTER]
    low = (first["hourly_wage"].notna() & ~first["above"]).groupby(first["person"]).sum()
    people = workers(study) if everybody is None else everybody
    start = start_cohort(
        people.assign(low=people["person"].map(low)),
        Text("personen met loon in de periode", "persons with pay in the period"),
        Text("alle geleverde loongegevens", "all wage records delivered"),
    )
    coached = start.keep(
        start.frame["coach"].notna(),
        Text("hebben een consulent", "have a coach"),
        Text("niet toegewezen aan een consulent", "not allocated to a coach"),
    )
    agreed = consenting(began_within_period(coached, COACH))
    return agreed.keep(
        agreed.frame["low"].eq(QUARTER),
        Text("verdienden in de eerste drie maanden onder de grens", "were paid below the threshold in the first three months"),
        Text("loon boven de grens, of niet steeds loon", "pay above the threshold, or not always paid"),
    )


def quarters(study: Study, months: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Give one row per member and quarter after the months of choice: share of its months above the threshold, and coach.

    Quarters are counted from 1 and laid out from the first introduction on, so that one begins with it; what is left over at
    either end is dropped. ``first`` is the quarter in which the member's coach began, missing when the coach did not.
    """
    block = (study.period.first + QUARTER - study.index_month) // -QUARTER
    after = months.loc[months["person"].isin(cohort.frame["person"]) & months["months"].ge(-QUARTER * block)]
    numbered = after.assign(time=after["months"] // QUARTER + block + 1)
    whole = numbered.groupby("time")["month"].transform("nunique").eq(QUARTER)
    shares = numbered.loc[whole].astype({"above": float}).groupby(["person", "time"])["above"].mean().reset_index()
    began = _began(study, cohort) - study.index_month
    members = cohort.frame[["person", "coach"]].assign(first=began // QUARTER + block + 1)
    return shares.merge(members, on="person", validate="many_to_one")


def _began(study: Study, cohort: Cohort) -> pd.Series[float]:
    table = study.introductions
    month = {} if table is None else dict(zip(table["coach"], table["month"].astype(float), strict=True))
    return cohort.frame["coach"].map(month).astype(float)
