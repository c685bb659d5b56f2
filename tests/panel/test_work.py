"""Workers at the base, from tiny wage tables: index month 2024-01, threshold from the (assumed) wage references."""

import math

import pandas as pd
import pytest

from gm_workbench.panel.mobility import QUINTILES, pairs, rank_pairs, real_wage_pairs, wage_pairs
from gm_workbench.panel.study import from_tables, open_study
from gm_workbench.panel.work import (
    as_numbers,
    at_base_or_not,
    base_workers,
    follow_up,
    main_jobs,
    real_log_wages,
    secondary_outcomes,
    work_months,
    workers,
)
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

STUDY = "amersfoort_upward_mobility"
JAN = month_index("2024-01")
SHARE = 2 / 3


def pay(person, month, wage, *, job="j1", hours=100.0, contract="agency"):
    return {
        "person": person, "job": job, "month": month, "hourly_wage": wage, "hours": hours, "contract": contract,
        "employer": "e1", "sex": "woman", "birth_year": 1990,
    }  # fmt: skip


def study(wages, coaches=None, benefits=None, refused=()):
    coaches = coaches or {row["person"]: "c1" for row in wages}
    caseload = [
        (person, coach, "t1", JAN - 12, None, "no" if person in refused else "yes") for person, coach in coaches.items()
    ]
    columns = ["person", "coach", "team", "start", "end", "consent"]
    tables = {
        "wages": pd.DataFrame(wages),
        "caseload": pd.DataFrame(caseload, columns=columns).astype({"end": "Int32"}),
        "introductions": pd.DataFrame([(STUDY, "c1", JAN)], columns=["study", "coach", "month"]),
    }
    if benefits is not None:
        tables["benefits"] = benefits
    period = Period(JAN - 3, JAN + 1)
    return from_tables(load_protocol(STUDY), "GM0307", tables, DataKind.SYNTHETIC, period)


def test_main_job_is_the_one_with_most_hours_and_ties_go_to_the_first():
    wages = pd.DataFrame([pay("a", JAN, 9, job="j2", hours=50), pay("a", JAN, 8, job="j3"), pay("a", JAN, 7, job="j1")])
    assert main_jobs(wages)[["person", "job"]].values.tolist() == [["a", "j1"]]


def test_work_months_fill_the_months_without_pay():
    months = work_months(study([pay("a", JAN, 5.0), pay("a", JAN - 3, 99.0, contract="permanent")]), SHARE)
    assert months["months"].tolist() == [-3, -2, -1, 0, 1]
    assert months["state"].tolist() == ["above_permanent", "no_pay", "no_pay", "low_flex", "no_pay"]


def test_threshold_is_a_share_of_the_national_median_and_is_not_low_pay_itself():
    opened = study([pay("a", JAN, 5.0)])
    limit = opened.threshold(2024, SHARE)
    assert opened.threshold(2024, 0.5) == pytest.approx(limit * 0.75)
    at, below = (work_months(study([pay("a", JAN, wage)]), SHARE) for wage in (limit, limit - 0.01))
    assert at.loc[at["months"] == 0, "above"].tolist() == [True]
    assert below.loc[below["months"] == 0, "above"].tolist() == [False]


def low_before(person, *wages):
    return [pay(person, JAN - 3 + i, wage) for i, wage in enumerate(wages) if wage is not None]


@pytest.mark.parametrize(
    ("wages", "three", "one"),
    [((5, 5, 5), True, True), ((5, 99, 5), False, True), ((5, 5, 99), False, False), ((None, 5, 5), False, True)],
)
def test_base_needs_every_month_of_the_rule(wages, three, one):
    opened = study([*low_before("a", *wages), pay("a", JAN, 5)])
    months = work_months(opened, SHARE)
    assert bool(len(base_workers(opened, months, 3).frame)) is three
    assert bool(len(base_workers(opened, months, 1).frame)) is one


def test_base_counts_who_is_left_out_and_why():
    opened = study(
        [*low_before("a", 5, 5, 5), *low_before("b", 5, 5, 99), *low_before("c", 5, 5, 5)], coaches={"a": "c1", "b": "c2"}
    )
    cohort = base_workers(opened, work_months(opened, SHARE))
    assert cohort.frame[["person", "introduced"]].values.tolist() == [["a", True]]
    assert [step.persons_out for step in cohort.ledger.steps] == [3, 3, 2, 2, 2, 1]


def test_base_says_when_the_months_of_the_rule_lie_outside_the_period():
    opened = study([*low_before("a", 5, 5, 5), pay("a", JAN, 5)])  # the period begins three months before the first month
    months = work_months(opened, SHARE)
    paid = {low: base_workers(opened, months, low).ledger.steps[-2] for low in (3, 4)}
    assert [(paid[low].persons_out, paid[low].why.en) for low in (3, 4)] == [
        (1, "not always paid"),
        (0, "not all of those months lie in the period"),
    ]


def test_log_gap_is_the_mean_distance_to_the_threshold():
    opened = study(low_before("a", 5, 5, 5))
    frame = base_workers(opened, work_months(opened, SHARE)).frame
    limits = [opened.threshold((JAN - 1) // 12, SHARE)] * 3
    expected = sum(math.log(limit / 5) for limit in limits) / 3
    assert frame["log_gap"].iloc[0] == pytest.approx(expected)


def test_follow_up_counts_the_index_month_as_one_and_holds_only_the_cohort():
    opened = study([*low_before("a", 5, 5, 5), pay("a", JAN, 5), *low_before("b", 5, 5, 99)])
    months = work_months(opened, SHARE)
    followed = follow_up(months, base_workers(opened, months))
    assert followed[["person", "months"]].values.tolist() == [["a", 1], ["a", 2]]


def test_workers_are_marked_as_at_the_base_or_not():
    opened = study([*low_before("a", 5, 5, 5), *low_before("b", 5, 5, 99)])
    marked = at_base_or_not(workers(opened), base_workers(opened, work_months(opened, SHARE)))
    assert marked.set_index("person")["group"].to_dict() == {"a": "base", "b": "rest"}


def test_who_did_not_consent_is_in_no_comparison_and_in_no_pair():
    wages = [row for name in "abc" for row in (*low_before(name, 5, 5, 5), pay(name, JAN, 99))]
    opened = study(wages, coaches={"a": "c1", "b": "c1"}, refused="b")  # of c, without a coach, nothing was asked
    marked = at_base_or_not(workers(opened), base_workers(opened, work_months(opened, SHARE)))
    found = (
        marked,
        pairs(opened, 1, SHARE).frame,
        wage_pairs(opened, 3),
        real_wage_pairs(opened, 3),
        rank_pairs(opened, 3).frame,
    )
    assert [one["person"].tolist() for one in found] == [["a"]] * 5


def test_the_contract_of_a_worker_is_the_last_before_the_index_month():
    opened = study([pay("a", JAN - 2, 5, contract="on_call"), pay("a", JAN, 5), pay("b", JAN + 1, 5, contract="permanent")])
    assert workers(opened).set_index("person")["contract"].to_dict() == {"a": "on_call", "b": "permanent"}


def test_persons_on_benefit_are_not_workers_at_the_base():
    benefits = pd.DataFrame(
        {
            "person": ["a"], "month": [JAN], "scheme": ["01"], "birth_year": [1990], "start": [JAN - 3], "income_kind": ["11"],
            "exemption": ["none"],
        }
    )  # fmt: skip
    opened = study(low_before("a", 5, 5, 5), benefits=benefits)
    assert base_workers(opened, work_months(opened, SHARE)).frame.empty


def test_real_log_wages_divide_by_the_price_level_and_count_years_from_the_first_month():
    opened = study([pay("a", JAN - 1, 10.0), pay("a", JAN, 10.0), pay("a", JAN + 1, 0.0)])
    jobs = real_log_wages(opened)
    assert jobs["years"].tolist() == [0.0, pytest.approx(1 / 12)]
    assert math.exp(jobs["log_wage"].diff().iloc[1]) == pytest.approx(opened.prices(2023) / opened.prices(2024))


def test_pairs_use_the_threshold_where_there_is_one_and_ranks_where_not():
    opened = study([*low_before("a", 5, 5, 5), pay("a", JAN, 99)])
    assert pairs(opened, 1, SHARE).frame.values.tolist() == [["a", "low_flex", "above_flex"]]
    assert pairs(opened, 24, SHARE).frame.empty
    published = open_study(STUDY, "published-wages")
    ranked = pairs(published, 24, SHARE)
    assert ranked.states == QUINTILES
    assert ranked.frame["from"].isin(QUINTILES).all()
    assert published.period_name.nl.startswith("maand 0")
    assert published.prices(1980) == 1.0


def test_secondary_outcomes_count_months_above_and_pay_in_the_last():
    followed = pd.DataFrame(
        [("a", 1, 9.0, False), ("a", 2, 19.0, True), ("a", 3, 19.0, True), ("b", 1, 9.0, False), ("b", 2, None, False)],
        columns=["person", "months", "hourly_wage", "above"],
    )
    found = secondary_outcomes(followed, pd.DataFrame({"person": list("abc")}), months=2)
    assert found[["crossed_24m", "paid_24m", "months_above_24m"]].to_numpy().tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0]]


def test_wage_pairs_are_of_the_same_persons_as_the_pairs_of_fifths():
    opened = study([pay(name, JAN - 3 + at, 10.0 + at + place) for place, name in enumerate("abc") for at in (0, 2, 4)])
    wages = wage_pairs(opened, 4).set_index("person")
    assert wages.loc["b"].tolist() == [11.0, 15.0]
    assert sorted(wages.index) == sorted(rank_pairs(opened, 4).frame["person"])


def test_real_wage_pairs_take_the_rise_of_prices_out():
    opened = study([pay("a", JAN - 1, 10.0), pay("a", JAN + 1, 10.0), pay("b", JAN - 1, 9.0), pay("b", JAN + 1, 12.0)])
    plain, real = wage_pairs(opened, 2), real_wage_pairs(opened, 2)
    assert plain["person"].tolist() == real["person"].tolist() == ["a", "b"]
    rose = opened.prices(2024) / opened.prices(2023)
    assert rose > 1
    assert (plain["to"] / plain["from"] / (real["to"] / real["from"])).tolist() == pytest.approx([rose, rose])


def test_what_is_known_at_the_start_is_turned_into_numbers():
    members = pd.DataFrame({"sex": ["woman", "man"], "contract": ["agency", "permanent"], "introduced": [True, False]})
    assert as_numbers(members)[["woman", "permanent", "introduced"]].to_numpy().tolist() == [[1, 0, 1], [0, 1, 0]]
