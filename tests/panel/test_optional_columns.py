"""A delivery without a column that it may lack: nothing falls over, and the section that needs it says so."""

import pandas as pd
import pytest

from gm_workbench.metrics.counts import category_counts
from gm_workbench.outputs.studies import NEEDS, absent
from gm_workbench.panel import cascade, mobility, people, spells, spending, teams, work
from gm_workbench.panel.study import from_tables
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.designs import Design
from gm_workbench.vocabulary.protocols import ASKED, load_protocol, study_names
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables import TABLES

JAN = month_index("2024-01")
PERIOD = Period.parse("2023-01/2025-12")
TILBURG, AMSTERDAM, AMERSFOORT = "tilburg_single_mothers", "amsterdam_supervisor_cascade", "amersfoort_upward_mobility"


def optional(table):
    return [column.name for column in TABLES[table].columns if not column.required]


def benefits():
    values = {
        "scheme": "01", "household": "lone_parent", "sex": "woman", "birth_year": 1985, "housing": "tenant", "cost_sharers": 0,
        "exemption": "none", "income_kind": "11", "income": 0.0, "paid": 1000.0, "end_reason": None,
    }  # fmt: skip
    rows = [
        {"person": person, "dossier": f"d{person}", "month": month, "start": JAN - 24, **values}
        for person in "abc"
        for month in range(JAN, JAN + 4)
    ]
    return pd.DataFrame(rows).assign(end=pd.array([pd.NA] * len(rows), dtype="Int32"))


def wages():
    values = {"hours": 100.0, "contract": "permanent", "employer": "e", "sex": "woman", "birth_year": 1985}
    rows = [
        {"person": person, "job": "j", "month": month, "hourly_wage": 11.0 + month % 3, **values}
        for person in "abc"
        for month in range(JAN - 4, JAN + 30)
    ]
    return pd.DataFrame(rows)


def study(name, **tables):
    return from_tables(load_protocol(name), "GM0855", tables, DataKind.SYNTHETIC, PERIOD)


def caseload():
    return pd.DataFrame(
        [{"person": person, "coach": "c1", "team": "t1", "start": JAN - 9, "consent": "yes"} for person in "abc"]
    ).assign(end=pd.array([pd.NA] * 3, dtype="Int32"))


def rosters():
    return pd.DataFrame([{"coach": "c1", "team": "t1", "supervisor": "s1", "start": JAN - 20}]).assign(
        end=pd.array([pd.NA], dtype="Int32")
    )


@pytest.mark.untraced
@pytest.mark.parametrize("without", [*([name] for name in optional("benefits")), optional("benefits")], ids=str)
def test_benefits_without_a_column_still_give_people_exits_and_spending(without):
    delivered = {"benefits": benefits().drop(columns=without), "caseload": caseload()}
    costs = pd.DataFrame([{"person": "a", "month": JAN, "type": "04", "amount": 10.0}])
    opened = study(TILBURG, **delivered, costs=costs)
    cohort, known = people.lone_mothers(opened), 0 if {"scheme", "household", "sex"} & set(without) else 3
    assert len(cohort.frame) == known
    assert len(people.profile(opened)) == (0 if "scheme" in without else 3)
    assert len(spells.exit_times(opened, cohort.frame)) == known
    assert len(spells.part_time_months(opened, cohort.frame)) == 4 * known
    assert len(spending.spending_months(opened)) == (0 if "scheme" in without else 12)
    assert len(spending.spending_by_type(opened)) == (0 if "scheme" in without else 1)


@pytest.mark.parametrize("without", [*([name] for name in optional("benefits")), optional("benefits")], ids=str)
def test_benefits_without_a_column_still_give_candidates(without):
    opened = study(AMSTERDAM, benefits=benefits().drop(columns=without), caseload=caseload(), rosters=rosters())
    assert len(cascade.followed(opened).frame) == (0 if "scheme" in without else 3)
    assert len(teams.compared(opened, Design.STEPPED_WEDGE).frame) == (0 if "scheme" in without else 12)


@pytest.mark.parametrize("without", [*([name] for name in optional("wages")), optional("wages")], ids=str)
def test_wages_without_a_column_still_give_workers_and_pairs(without):
    opened = study(AMERSFOORT, wages=wages().drop(columns=without), caseload=caseload())
    months = work.work_months(opened, 0.6667)
    assert len(work.workers(opened)) == 3
    assert set(months["person"]) == set("abc")
    assert len(mobility.pairs(opened, 12, 0.6667).frame) == 3


@pytest.mark.parametrize(("column", "name"), [("income_kind", "works"), ("exemption", "exempt"), ("birth_year", "age_band")])
def test_what_was_not_delivered_is_unknown_and_not_a_no(column, name):
    found = people.profile(study(TILBURG, benefits=benefits().drop(columns=[column])))
    counted = category_counts(found, [name], "group", ["mothers"])
    assert [(one.category, one.n) for one in counted] == [("unknown", 3)]


@pytest.mark.parametrize("column", ["scheme", "household", "sex"])
def test_sections_about_lone_mothers_fall_away_with_a_sentence_when_they_cannot_be_told(column):
    opened = study(TILBURG, benefits=benefits().drop(columns=[column]))
    assert opened.missing("exits") == (f"benefits.{column}",)
    assert NEEDS[f"benefits.{column}"].en in absent(opened, "exits").words.sentence.text.en


def test_every_need_that_a_protocol_declares_has_words():
    needs = {
        need
        for name in study_names(paths().protocols)
        for section in load_protocol(name).sections.values()
        for need in section.needs
        if not ASKED.fullmatch(need)
    }
    assert sorted(needs - NEEDS.keys()) == []
