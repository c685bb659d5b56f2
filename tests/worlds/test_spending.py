from __future__ import annotations

import numpy as np
import pytest

from gm_workbench.worlds.draw import draw
from gm_workbench.worlds.spending import mean_amount, start_rate


@pytest.fixture(scope="module")
def tables():
    return draw("default", "GM0363", 4, ("benefits", "costs", "provisions"))


def test_the_start_rate_gives_the_declared_chance_over_36_months(default):
    assert 1 - (1 - start_rate(default)) ** 36 == pytest.approx([0.45, 0.36])


def test_the_mean_amount_is_that_of_the_lognormal(default):
    # median 1,500 and sigma 0.9: 1500 x exp(0.405)
    assert mean_amount(default)[0] == pytest.approx(1500 * np.exp(0.405))


def test_men_cost_more_per_person_month_by_the_planted_gap(default, tables):
    spent = tables["costs"].groupby(["person", "month"], as_index=False)["amount"].sum()
    months = tables["benefits"][["person", "month", "sex"]].merge(spent, how="left").fillna({"amount": 0.0})
    means = months.groupby("sex")["amount"].mean()
    rate, amount = start_rate(default), mean_amount(default)
    # some 2,000 provisions a sex with a coefficient of variation of 1.1: a relative standard error of 3 %
    assert means["man"] == pytest.approx(rate[0] * amount[0], rel=0.12)
    assert means["woman"] == pytest.approx(rate[1] * amount[1], rel=0.12)


def test_young_men_get_wage_cost_subsidy_more_often_than_young_women(tables):
    people = tables["benefits"].drop_duplicates("person")[["person", "sex", "birth_year"]]
    starts = tables["provisions"].drop_duplicates("provision").merge(people, on="person")
    young = starts.loc[starts["start"] // 12 - starts["birth_year"] < 27]
    shares = young["type"].eq("04").groupby(young["sex"]).mean()
    assert shares["man"] == pytest.approx(0.272, abs=0.12)  # some 150 provisions: three standard errors
    assert shares["man"] > shares["woman"]


def test_a_wage_value_goes_with_wage_cost_subsidy_only(tables):
    provisions = tables["provisions"]
    subsidised = provisions["type"].eq("04")
    assert (provisions["wage_value"].notna() == subsidised).all()
    assert (provisions["ladder"].eq(5) == subsidised).all()
    assert provisions["wage_value"].mean() == pytest.approx(51, abs=3)


def test_an_end_stands_in_the_last_month_of_a_provision_with_its_reason(tables):
    provisions = tables["provisions"]
    last = ~provisions.duplicated("provision", keep="last")
    ended = provisions["end"].notna()
    assert ended.any()
    assert not (ended & ~last).any()
    assert (ended == provisions["end_reason"].notna()).all()
    assert (provisions.loc[last & ~ended, "month"] == provisions["month"].max()).all()


def test_every_provision_has_costs_in_its_first_month(tables):
    starts = tables["provisions"].drop_duplicates("provision")[["person", "start", "type"]]
    costs = tables["costs"].rename(columns={"month": "start"})
    assert len(starts.merge(costs, on=["person", "start", "type"])) == len(starts) == len(costs)
