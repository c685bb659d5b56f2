"""Months with each coach and team from tiny deliveries: the year begins in 2024-01, when team `new` began."""

from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.metrics.membership import exposure_share
from gm_workbench.panel import cascade
from gm_workbench.panel.exposure import coach_months, guided_months, with_doses
from gm_workbench.panel.study import from_tables
from gm_workbench.panel.teams import HORIZON
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

STUDY = "amsterdam_supervisor_cascade"
JAN = month_index("2024-01")
LAST = JAN + HORIZON - 1
"""The last month of the year that is followed."""


def guide(person, coach="c1", *, start=JAN - 30, end=None):
    return {"person": person, "coach": coach, "team": "x", "start": start, "end": end, "consent": "yes"}


def seat(coach, team, *, start=JAN - 40, end=None):
    return {"coach": coach, "team": team, "supervisor": f"s{team}", "start": start, "end": end}


def study(caseloads, rosters=(), began=(("new", JAN),)):
    tables = {
        "caseload": pd.DataFrame(caseloads).astype({"end": "Int32"}),
        "rosters": pd.DataFrame(list(rosters) or [seat("c1", "new")]).astype({"end": "Int32"}),
        "team_introductions": pd.DataFrame([(STUDY, *row) for row in began], columns=["study", "team", "month"]),
    }
    return from_tables(load_protocol(STUDY), "GM0363", tables, DataKind.SYNTHETIC, Period.parse("2023-01/2025-12"))


def people(*persons, introduced=1):
    return pd.DataFrame({"person": list(persons), "introduced": introduced, "team": "t", "coach": "c1"})


def dosed(caseloads, rosters, *, introduced=1, began=(("new", JAN),)):
    opened = study(caseloads, rosters, began)
    return with_doses(opened, people("a", introduced=introduced))


@pytest.mark.parametrize(
    ("caseloads", "rosters", "dose", "first"),
    [
        ([guide("a")], [seat("c1", "new")], 1.0, 1.0),
        ([guide("a")], [seat("c1", "old")], 0.0, 0.0),
        ([guide("a")], [seat("c1", "new", end=JAN + 2), seat("c1", "old", start=JAN + 3)], 3 / 12, 3 / 12),
        ([guide("a")], [seat("c1", "new", end=JAN + 2)], 3 / 12, 3 / 12),
        ([guide("a", end=JAN + 5)], [seat("c1", "new", end=JAN + 2), seat("c1", "old", start=JAN + 3)], 3 / 6, 3 / 12),
        (
            [guide("a", end=JAN + 3), guide("a", "c3", start=JAN + 4)],
            [seat("c1", "new"), seat("c3", "old")],
            4 / 12,
            1.0,
        ),
        ([guide("a", end=JAN + 3), guide("a", "c3", start=JAN + 6)], [seat("c1", "new"), seat("c3", "old")], 4 / 10, 1.0),
        ([guide("a", end=LAST + 5)], [seat("c1", "new")], 1.0, 1.0),
    ],
)
def test_dose_is_the_share_of_guided_months_with_a_team_that_worked_so(caseloads, rosters, dose, first):
    found = dosed(caseloads, rosters)
    assert found["dose"].tolist() == pytest.approx([dose])
    assert found["first_coach"].tolist() == pytest.approx([first])


def test_a_team_counts_from_the_month_in_which_it_began():
    found = dosed([guide("a")], [seat("c1", "late")], began=(("new", JAN), ("late", JAN + 9)))
    assert found["dose"].tolist() == pytest.approx([3 / 12])


def test_who_was_not_guided_in_the_year_is_left_out():
    opened = study([guide("a"), guide("b", end=JAN - 1), guide("c", start=LAST + 1)], [seat("c1", "new")])
    found = with_doses(opened, people("a", "b", "c"))
    assert found["person"].tolist() == ["a"]


def test_months_name_coach_and_team_one_a_month():
    moved = [guide("a", end=JAN + 1), guide("a", "c3", start=JAN + 2, end=JAN + 3)]
    found = guided_months(study(moved, [seat("c1", "new"), seat("c3", "old")]), people("a"))
    rows = list(found[["month", "coach", "team", "new"]].itertuples(index=False, name=None))
    assert rows == [(JAN, "c1", "new", 1), (JAN + 1, "c1", "new", 1), (JAN + 2, "c3", "old", 0), (JAN + 3, "c3", "old", 0)]
    assert exposure_share(found, "person", "new").tolist() == [0.5]


def test_a_month_without_a_team_of_the_study_is_a_month_otherwise():
    found = guided_months(study([guide("a", "elsewhere")], [seat("c1", "new")]), people("a"))
    assert len(found) == 12
    assert found["team"].isna().all()
    assert found["new"].sum() == 0


def test_spells_that_overlap_give_one_row_a_month():
    twice = [guide("a"), guide("a", "c3", start=JAN + 10)]
    opened = study(twice, [seat("c1", "new"), seat("c1", "old", start=JAN + 6), seat("c3", "new")])
    assert guided_months(opened, people("a"))["new"].tolist() == [1] * 6 + [0] * 4 + [1] * 2
    assert not coach_months(opened).duplicated(["coach", "month"]).any()


def test_who_has_a_dose_other_than_assigned_includes_who_changed_sides_at_the_end():
    moved = [guide("a", end=JAN + 3), guide("a", "c3", start=JAN + 4)]
    opened = study(moved, [seat("c1", "new"), seat("c3", "old")])
    asked = people("a")
    assert cascade.changed_sides(opened, asked).tolist() == [True]
    assert with_doses(opened, asked)["dose"].ne(asked["introduced"]).tolist() == [True]


def test_of_nobody_nobody_has_months():
    nobody = pd.DataFrame(columns=["person", "introduced", "team", "coach"])
    assert with_doses(study([guide("a")]), nobody).empty
