"""Stays from their own beginning, what changes from month to month, and the months after an exit; index month 2024-01."""

from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.metrics.exit_months import after_exits
from gm_workbench.metrics.person_months import laid_out
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK
from gm_workbench.panel.stays import changing, covariates, groups, since_start, watched
from gm_workbench.panel.study import Study, from_tables
from gm_workbench.panel.teams import candidates
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

STUDY = "amsterdam_supervisor_cascade"
JAN = month_index("2024-01")
PERIOD = Period.parse("2023-01/2025-12")


def stay(person, last, *, first=JAN - 1, start=JAN - 30, reason=None, works=()):
    """Draw the months of a person from first to last; with a reason, the last is the one in which it ended."""
    return [
        {
            "person": person, "dossier": f"d{person}", "month": month, "scheme": "01", "household": "single", "sex": "woman",
            "birth_year": 1985, "start": start, "end": last if reason and month == last else None,
            "end_reason": reason if month == last else None, "income_kind": "11" if month in works else None,
        }
        for month in range(first, last + 1)
    ]  # fmt: skip


def study(rows, began=(("new", JAN), ("later", JAN + 2)), wages=None) -> Study:
    people = sorted({row["person"] for row in rows})
    whole = {"start": JAN - 40, "end": None}
    tables = {
        "benefits": pd.DataFrame(rows).astype({"end": "Int32"}),
        "caseload": pd.DataFrame(
            [{"person": p, "coach": f"c-{p[:-1]}", "team": "x", **whole, "consent": "yes"} for p in people]
        ).astype({"end": "Int32"}),
        "rosters": pd.DataFrame(
            [{"coach": f"c-{team}", "team": team, "supervisor": "s", **whole} for team in sorted({p[:-1] for p in people})]
        ).astype({"end": "Int32"}),
        "team_introductions": pd.DataFrame([(STUDY, *one) for one in began], columns=["study", "team", "month"]),
    }
    if wages is not None:
        tables["wages"] = pd.DataFrame(wages, columns=["person", "month"])
    return from_tables(load_protocol(STUDY), "GM0363", tables, DataKind.SYNTHETIC, PERIOD)


def test_stays_count_from_their_own_beginning_and_are_met_along_the_way():
    opened = study([*stay("new1", JAN + 3, reason="11"), *stay("old1", JAN + 5, start=JAN, first=JAN, reason="31")])
    found = since_start(opened, candidates(opened)).set_index("person")
    assert found.loc["new1", ["entry", "time", "event"]].tolist() == [30, 34, TO_WORK]
    assert found.loc["old1", ["entry", "time", "event"]].tolist() == [0, 6, OTHERWISE]
    assert list(found.columns) == ["team", "entry", "time", "event"]


def test_a_stay_that_goes_on_is_censored_where_it_was_last_seen():
    opened = study(stay("new1", PERIOD.last))
    found = since_start(opened, candidates(opened))
    assert found[["entry", "time", "event"]].values.tolist() == [[30, 54, CENSORED]]


def test_months_know_when_the_team_began_and_who_worked_the_month_before():
    opened = study([*stay("later1", JAN + 3, works=(JAN - 1, JAN + 1), reason="11"), *stay("old1", JAN + 1)])
    months = changing(opened, laid_out(since_start(opened, candidates(opened)), entry="entry"))
    later = months.loc[months["person"] == "later1"]
    assert later["month"].tolist() == [31, 32, 33, 34]
    assert later["introduced"].tolist() == [0, 0, 1, 1]
    assert later["works"].tolist() == [1, 0, 1, 0]
    assert later["event"].tolist() == [0, 0, 0, TO_WORK]
    assert months.loc[months["person"] == "old1", "introduced"].tolist() == [0, 0]
    assert covariates(months) == ["introduced", "works"]


@pytest.mark.parametrize(("last", "years"), [(JAN + 11, []), (JAN + 12, ["year_1"])])
def test_years_after_the_first_are_marked(last: int, years: list[str]):
    opened = study(stay("new1", last), began=(("new", JAN),))
    months = changing(opened, laid_out(since_start(opened, candidates(opened)), entry="entry"))
    assert covariates(months) == years


def test_without_kinds_of_income_nobody_is_known_to_have_worked():
    opened = study([row | {"income_kind": None} for row in stay("new1", JAN + 2, works=(JAN,))])
    months = changing(opened, laid_out(since_start(opened, candidates(opened)), entry="entry"))
    assert months["works"].tolist() == [0, 0, 0]


def test_months_after_an_exit_say_who_came_back():
    back = [*stay("new1", JAN + 1, reason="11"), *stay("new1", JAN + 6, first=JAN + 4)]
    opened = study([*back, *stay("old1", PERIOD.last)])
    after = after_exits(watched(opened, candidates(opened)))
    assert set(after["person"]) == {"new1"}
    first = after.loc[after["exit"].eq(after["exit"].min())]
    assert first["benefit"].tolist()[:6] == [False, False, True, True, True, False]
    assert len(first) == PERIOD.last - (JAN + 1)
    assert "job" not in after


@pytest.mark.parametrize(("worker", "linked"), [("new1", True), ("stranger", False)])
def test_work_is_known_only_where_wages_are_of_the_same_people(worker: str, linked: bool):
    opened = study(stay("new1", JAN + 1, reason="11"), wages=[(worker, JAN + 2)])
    after = after_exits(watched(opened, candidates(opened)))
    assert ("job" in after) is linked
    if linked:
        assert after["job"].tolist()[:2] == [True, False]


def test_groups_stand_side_by_side_where_each_has_three_teams():
    began = tuple((f"n{k}-", JAN) for k in range(3))
    rows = [row for k in range(3) for team in (f"n{k}-", f"o{k}-") for row in stay(f"{team}1", JAN + 1, reason="11")]
    opened = study(rows, began=began)
    cohort = candidates(opened)
    found = groups(after_exits(watched(opened, cohort)), cohort)
    assert {name: part["person"].nunique() for name, part in found.items()} == {"all": 6, "introduced": 3, "others": 3}
    few = study(rows, began=began[:2])
    assert list(groups(after_exits(watched(few, candidates(few))), candidates(few))) == ["all"]
