"""Workers at the base, from tiny wage tables: index month 2024-01, threshold from the (assumed) wage references."""

import math

import pandas as pd
import pytest

from gm_workbench.panel.study import from_tables
from gm_workbench.panel.work import base_workers, main_jobs, work_months
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


def study(wages, coaches=None, benefits=None):
    coaches = coaches or {row["person"]: "c1" for row in wages}
    caseload = [(person, coach, "t1", JAN - 12, None, "yes") for person, coach in coaches.items()]
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


def test_log_gap_is_the_mean_distance_to_the_threshold():
    opened = study(low_before("a", 5, 5, 5))
    frame = base_workers(opened, work_months(opened, SHARE)).frame
    limits = [opened.threshold((JAN - 1) // 12, SHARE)] * 3
    expected = sum(math.log(limit / 5) for limit in limits) / 3
    assert frame["log_gap"].iloc[0] == pytest.approx(expected)
