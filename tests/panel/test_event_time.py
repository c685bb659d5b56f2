"""Quarters before and after the introduction: who is chosen, and where the quarters lie."""

import pandas as pd
import pytest

from gm_workbench.panel.event_time import low_at_first, quarters
from gm_workbench.panel.study import from_tables
from gm_workbench.panel.work import work_months
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

STUDY = "amersfoort_upward_mobility"
JAN = month_index("2024-01")
LOW, HIGH = 5.0, 90.0


def study(wages, began=None, *, first=JAN - 6, last=JAN + 5, consent=None):
    """Open a study with a person for each name: wages from the first month on, one coach each."""
    rows = [
        {"person": person, "job": "j", "month": first + at, "hourly_wage": wage, "hours": 100.0, "contract": "agency",
         "employer": "e", "sex": "woman", "birth_year": 1990}
        for person, course in wages.items() for at, wage in enumerate(course) if wage is not None
    ]  # fmt: skip
    caseload = [(one, f"c_{one}", "t", first, None, (consent or {}).get(one, "yes")) for one in wages]
    columns = ["person", "coach", "team", "start", "end", "consent"]
    months = {"a": JAN} if began is None else began
    tables = {
        "wages": pd.DataFrame(rows),
        "caseload": pd.DataFrame(caseload, columns=columns).astype({"end": "Int32"}),
        "introductions": pd.DataFrame(
            [(STUDY, f"c_{one}", month) for one, month in months.items()], columns=["study", "coach", "month"]
        ),
    }
    return from_tables(load_protocol(STUDY), "GM0307", tables, DataKind.SYNTHETIC, Period(first, last))


def chosen(opened):
    return low_at_first(opened, work_months(opened, 2 / 3))


def laid_out(opened):
    months = work_months(opened, 2 / 3)
    return quarters(opened, months, low_at_first(opened, months))


def test_people_are_chosen_on_the_first_three_months_and_not_on_those_before_the_introduction():
    wages = {
        "a": [LOW] * 12,
        "b": [LOW, LOW, HIGH] + [LOW] * 9,  # low for months before the introduction, not throughout the first three
        "c": [LOW] * 3 + [HIGH] * 9,  # the other way about
        "d": [LOW, LOW, None] + [LOW] * 9,
    }
    assert chosen(study(wages)).frame["person"].tolist() == ["a", "c"]


def test_people_without_consent_or_with_a_coach_who_began_before_the_period_are_left_out():
    wages = {name: [LOW] * 12 for name in "abcd"}
    opened = study(wages, {"a": JAN, "b": JAN - 7}, consent={"c": "no"})
    assert chosen(opened).frame["person"].tolist() == ["a", "d"]
    assert chosen(opened).ledger.persons == 2


def test_quarters_begin_with_the_introduction_and_leave_the_months_of_choice_out():
    # six months before and six after: one quarter of choice, one before, two after
    rows = laid_out(study({"a": [LOW] * 6 + [HIGH] * 2 + [LOW] * 4, "b": [LOW] * 12}))
    assert rows.query("person == 'a'")["time"].tolist() == [1, 2, 3]
    assert rows.query("person == 'a'")["above"].tolist() == pytest.approx([0.0, 2 / 3, 0.0])
    assert rows.query("person == 'a'")["first"].tolist() == [2.0] * 3
    assert rows.query("person == 'b'")["first"].isna().all()


@pytest.mark.parametrize(("first", "times"), [(JAN - 7, [1, 2, 3]), (JAN - 8, [1, 2, 3]), (JAN - 9, [1, 2, 3, 4])])
def test_months_left_over_before_the_first_quarter_are_dropped(first, times):
    rows = laid_out(study({"a": [LOW] * 20}, first=first))
    assert rows["time"].tolist() == times
    assert rows["first"].unique().tolist() == [len(times) - 1]


@pytest.mark.parametrize(("month", "quarter"), [(JAN, 2), (JAN + 2, 2), (JAN + 3, 3)])
def test_a_coach_who_began_within_a_quarter_began_in_it(month, quarter):
    rows = laid_out(study({name: [LOW] * 12 for name in "ab"}, {"a": JAN, "b": month}))
    assert rows.query("person == 'b'")["first"].unique().tolist() == [quarter]


def test_a_month_without_pay_is_not_above_the_threshold():
    rows = laid_out(study({"a": [LOW] * 6 + [HIGH, None, HIGH] + [LOW] * 3}))
    assert rows.query("time == 2")["above"].tolist() == pytest.approx([2 / 3])


def test_a_last_quarter_that_was_not_seen_to_its_end_is_dropped():
    assert laid_out(study({"a": [LOW] * 11}, last=JAN + 4))["time"].tolist() == [1, 2]
