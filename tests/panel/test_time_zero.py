"""Time zero of runs, as a protocol declares it: one place, index month 2024-01."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gm_workbench.panel.runs import runs_of_spells
from gm_workbench.panel.study import from_tables
from gm_workbench.panel.time_zero import NEVER, introduced_months, zero_months
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.declarations import Status
from gm_workbench.vocabulary.protocols import TimeZero, ZeroEvent, load_protocol
from gm_workbench.vocabulary.schemas import DataKind

JAN = month_index("2024-01")
PERIOD = Period.parse("2023-01/2025-12")
TILBURG, AMSTERDAM = "tilburg_single_mothers", "amsterdam_supervisor_cascade"


def study(event, name=TILBURG, **tables):
    declared = replace(load_protocol(name), time_zero=TimeZero(event, Status.ASSUMED, "drawn in this test"))
    frames = {table: pd.DataFrame(rows, columns=columns) for table, (columns, rows) in tables.items()}
    return from_tables(declared, "GM0855", frames, DataKind.SYNTHETIC, PERIOD)


def caseload(*rows):
    return ["person", "coach", "start", "end"], rows


def introduced(*rows):
    return ["study", "coach", "month"], [(TILBURG, *row) for row in rows]


def runs(*firsts):
    first = np.array(firsts, dtype=np.int32)
    whose = np.arange(len(firsts), dtype=np.int32)
    return runs_of_spells(pd.Index(list("abc")[: len(firsts)]), whose, first, first + 30, whose.astype(np.int8) * 0, whose >= 0)


def test_index_month_is_that_of_everybody():
    opened = study(ZeroEvent.INDEX_MONTH, introductions=introduced(("c1", JAN + 2), ("c2", JAN + 5)))
    assert zero_months(opened, runs(JAN, JAN - 40)).tolist() == [JAN + 2, JAN + 2]


@pytest.mark.parametrize("event", [ZeroEvent.SPELL_START, ZeroEvent.FIRST_SICK_DAY])
def test_spells_and_sick_leave_are_counted_from_their_own_first_month(event):
    zero = zero_months(study(event), runs(JAN, JAN - 40))
    assert (zero.tolist(), zero.dtype) == ([JAN, JAN - 40], np.int32)


def test_introduction_is_the_first_month_with_a_coach_who_had_begun():
    opened = study(
        ZeroEvent.INTRODUCTION,
        introductions=introduced(("c1", JAN), ("late", PERIOD.last + 1)),
        caseload=caseload(
            ("a", "c1", JAN - 9, None), ("b", "c2", JAN - 9, JAN + 3), ("b", "c1", JAN + 4, None), ("c", "late", JAN, None)
        ),
    )
    assert zero_months(opened, runs(JAN, JAN, JAN)).tolist() == [JAN, JAN + 4, NEVER]


def test_who_left_a_coach_before_he_began_has_no_time_zero():
    for end, expected in ((JAN - 1, NEVER), (JAN, JAN), (JAN + 1, JAN)):
        tables = {"introductions": introduced(("c1", JAN)), "caseload": caseload(("a", "c1", JAN - 9, end))}
        assert zero_months(study(ZeroEvent.INTRODUCTION, **tables), runs(JAN)).tolist() == [expected]


def test_of_teams_a_coach_works_in_the_new_way_while_in_a_team_that_began():
    opened = study(
        ZeroEvent.INTRODUCTION,
        AMSTERDAM,
        team_introductions=(["study", "team", "month"], [(AMSTERDAM, "t1", JAN)]),
        rosters=(
            ["coach", "team", "start", "end"],
            [("c1", "t2", JAN - 12, JAN + 4), ("c1", "t1", JAN + 5, JAN + 6), ("c2", "t1", JAN - 12, JAN - 1)],
        ),
        caseload=caseload(("a", "c1", JAN - 9, None), ("b", "c1", JAN + 7, None), ("c", "c2", JAN - 9, None)),
    )
    assert introduced_months(opened).to_dict() == {"a": JAN + 5}


@pytest.mark.parametrize(
    "tables", [{}, {"introductions": introduced(("c1", JAN))}, {"caseload": caseload(("a", "c1", JAN, None))}]
)
def test_without_caseload_or_introductions_nobody_has_a_time_zero(tables):
    assert zero_months(study(ZeroEvent.INTRODUCTION, **tables), runs(JAN)).tolist() == [NEVER]
