"""What was spent on re-integration on who consented to research, by person and month on benefit."""

from __future__ import annotations

import pandas as pd

from gm_workbench.panel.people import AGE_BANDS, AGE_EDGES, agreed, banded, general_assistance
from gm_workbench.panel.study import Study


def spending_months(study: Study) -> pd.DataFrame:
    """Give one row per person and month on general assistance: sex, household, and the amount spent (0 where none).

    Costs in months without general assistance are left out, so that amount and time at risk are about the same months.
    """
    months = _on_benefit(study)
    spent = _costs(study, months).groupby(["person", "month"], as_index=False, observed=True)["amount"].sum()
    merged = months.merge(spent, on=["person", "month"], how="left", validate="one_to_one")
    age = merged["month"] // 12 - merged["birth_year"]
    return merged.assign(amount=merged["amount"].fillna(0.0), age_band=banded(age, AGE_EDGES, AGE_BANDS).astype("category"))


def spending_by_type(study: Study) -> pd.DataFrame:
    """Give one row per person, month and type of provision with costs, for months on general assistance."""
    months = _on_benefit(study)[["person", "month", "sex", "household"]]
    return _costs(study, months).merge(months, on=["person", "month"], validate="many_to_one")


def _on_benefit(study: Study) -> pd.DataFrame:
    """Give the months, with words as categories: what is made of millions of rows is grouped by them again and again."""
    rows = general_assistance(study, columns=["person", "month", "sex", "household", "birth_year"])
    people = rows["person"].drop_duplicates()
    months = rows.loc[rows["person"].isin(people.loc[agreed(study, people)])]
    words = {name: months[name].astype("category") for name in ("person", "sex", "household")}
    return months.assign(**words).drop_duplicates(["person", "month"])


def _costs(study: Study, months: pd.DataFrame) -> pd.DataFrame:
    """Give the costs of persons with such a month, who are named as there."""
    costs, persons = study.tables["costs"], months["person"].cat.categories
    place = persons.get_indexer(pd.Index(costs["person"]))
    return costs.assign(person=pd.Categorical.from_codes(place, persons)).loc[place >= 0]
