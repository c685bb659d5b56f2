"""A drawn Tilburg agrees with the documented figures that its world was calibrated on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gm_workbench.worlds.draw import draw

# A share among about 6,300 persons has a standard error of at most 0.0063; three of these, rounded.
SHARE = 0.02
# About 640 exits to work in a year: a relative standard error of 4 %, and the mix of persons shifts a little in a year.
RATE = 0.15
# A share among about 2,600 exits, partners counted twice: a standard error of 0.008 to 0.009; three of these.
BACK = 0.027


@pytest.fixture(scope="module")
def benefits():
    return draw("default", "GM0855", 1, ("benefits",))["benefits"]


@pytest.fixture(scope="module")
def stock(benefits):
    return benefits.loc[benefits["month"] == benefits["month"].min()]


def first_year(benefits: pd.DataFrame) -> pd.DataFrame:
    return benefits.loc[benefits["month"] < benefits["month"].min() + 12]


def to_work(rows: pd.DataFrame) -> float:
    return float(rows["end_reason"].isin(["11", "13"]).mean())


def test_household_types_are_those_of_cbs_37955ned(stock):
    kinds = stock.drop_duplicates("dossier")["household"].value_counts()
    assert kinds.to_dict() == {"single": 3500, "lone_parent": 1310, "couple": 750}


def test_women_are_57_per_cent(stock):
    assert stock["sex"].eq("woman").mean() == pytest.approx(0.566, abs=SHARE)


def test_nine_in_ten_lone_parents_are_women(stock):
    lone = stock.loc[stock["household"] == "lone_parent", "sex"]
    assert lone.eq("woman").mean() == pytest.approx(0.9, abs=0.03)


def test_more_than_half_are_45_or_over(stock):
    assert 0.5 < (2023 - stock["birth_year"]).ge(45).mean() < 0.56


def test_almost_half_have_been_on_benefit_for_five_years(stock):
    assert (stock["month"] - stock["start"]).ge(60).mean() == pytest.approx(0.48, abs=SHARE)


def test_one_in_ten_is_exempt(stock):
    assert stock["exemption"].ne("none").mean() == pytest.approx(0.10, abs=SHARE)


def test_eight_per_cent_work_next_to_the_benefit_for_530_euro(benefits):
    working = benefits["income_kind"].eq("11")
    assert working.mean() == pytest.approx(0.08, abs=0.01)
    assert benefits.loc[working, "income"].mean() == pytest.approx(530, rel=0.03)


def test_0_91_per_cent_a_month_leave_for_work(benefits):
    assert to_work(first_year(benefits)) == pytest.approx(0.0091, rel=RATE)


def test_women_leave_for_work_less_often(benefits):
    year = first_year(benefits)
    women, men = (to_work(year.loc[year["sex"] == sex]) for sex in ("woman", "man"))
    assert women / men == pytest.approx(0.72, abs=0.15)  # standard error 0.057


def test_23_to_26_per_cent_leave_in_a_year(benefits, stock):
    assert 0.22 < first_year(benefits)["end"].notna().sum() / len(stock) < 0.27


def test_14_to_15_and_20_to_22_per_cent_come_back(benefits):
    ends = benefits.loc[benefits["end"].notna() & (benefits["month"] < benefits["month"].max() - 12), ["person", "month"]]
    starts = benefits.loc[benefits["start"] == benefits["month"], ["person", "month"]].rename(columns={"month": "again"})
    gaps = ends.merge(starts, on="person").eval("again - month")
    within = {months: gaps.between(1, months + 1).sum() / len(ends) for months in (6, 12)}
    assert within[6] == pytest.approx(0.145, abs=BACK)
    assert within[12] == pytest.approx(0.21, abs=BACK)


def test_the_stock_keeps_its_size(benefits, stock):
    assert (benefits["month"] == benefits["month"].max()).sum() == pytest.approx(len(stock), rel=0.08)


def test_half_of_the_newcomers_are_under_35(benefits):
    new = benefits.loc[(benefits["start"] == benefits["month"]) & (benefits["month"] > benefits["month"].min())]
    new = new.drop_duplicates("person")
    assert (2023 - new["birth_year"]).lt(35).mean() == pytest.approx(0.5, abs=0.06)


def test_tilburg_has_38_coaches_for_lone_mothers_of_whom_half_introduced():
    tables = draw("default", "GM0855", 1, ("caseload", "introductions", "benefits"))
    benefits = tables["benefits"]
    mothers = set(benefits.loc[benefits["household"].eq("lone_parent") & benefits["sex"].eq("woman"), "person"])
    coaches = set(tables["caseload"].loc[lambda rows: rows["person"].isin(mothers), "coach"])
    introduced = tables["introductions"].loc[lambda rows: rows["study"] == "tilburg_single_mothers", "coach"]
    assert len(coaches) == 38
    assert len(introduced) == 19
    assert set(introduced) <= coaches


def test_amersfoort_has_at_least_30_coaches_of_workers():
    tables = draw("default", "GM0307", 1, ("caseload", "introductions", "wages"))
    workers = set(tables["wages"]["person"])
    coaches = tables["caseload"].loc[lambda rows: rows["person"].isin(workers), "coach"]
    assert len(workers) == 1100
    assert coaches.nunique() >= 30
    assert np.isclose(coaches.value_counts().mean(), 1100 / coaches.nunique())


def test_two_draws_of_a_place_differ_in_persons_but_not_in_size():
    first, second = (draw("default", "GM9903", seed, ("benefits",))["benefits"] for seed in (1, 2))
    month = first["month"].min()
    assert (first["month"] == month).sum() == (second["month"] == month).sum() == 226 + 72 + 2 * 51
    assert not first.equals(second)
