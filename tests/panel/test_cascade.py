"""The steps of the cascade from tiny deliveries: one place, first introduction in 2024-01."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.panel import cascade
from gm_workbench.panel.spells import left_for_work
from gm_workbench.panel.study import from_tables
from gm_workbench.panel.teams import HORIZON, template
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.designs import Design
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind

STUDY = "amsterdam_supervisor_cascade"
JAN = month_index("2024-01")
HALF = JAN + 6
"""The month of the measurement after half a year."""

LAST = JAN + HORIZON - 1
"""The last month of the year that is followed."""


def stay(person, first=JAN, last=JAN + 23, *, reason=None):
    """Give the months of a person on benefit; with a reason, the last is the one in which it ended."""
    return [
        {
            "person": person, "dossier": f"d{person}", "month": month, "scheme": "01", "household": "single", "sex": "woman",
            "birth_year": 1985, "housing": "tenant", "cost_sharers": 0, "start": JAN - 30,
            "end": month if reason and month == last else None, "exemption": "none",
            "end_reason": reason if month == last else None, "income_kind": None, "income": 0.0, "paid": 1000.0,
        }
        for month in range(first, last + 1)
    ]  # fmt: skip


def guide(person, coach="c1", *, start=JAN - 30, end=None):
    return {"person": person, "coach": coach, "team": "x", "start": start, "end": end, "consent": "yes"}


def seat(coach, team, *, start=JAN - 40, end=None):
    return {"coach": coach, "team": team, "supervisor": f"s{team}", "start": start, "end": end}


TEAMS = (seat("c1", "new"), seat("c2", "late"), seat("c3", "old"))


def study(benefits=(), caseloads=(), rosters=TEAMS, began=(("new", JAN),)):
    rows = list(benefits) or stay("nobody")
    tables = {
        "benefits": pd.DataFrame(rows).astype({"end": "Int32"}),
        "caseload": pd.DataFrame(list(caseloads), columns=list(guide("x"))).astype({"end": "Int32"}),
        "rosters": pd.DataFrame(list(rosters), columns=list(seat("x", "y"))).astype({"end": "Int32"}),
        "team_introductions": pd.DataFrame([(STUDY, *row) for row in began], columns=["study", "team", "month"]),
    }
    return from_tables(load_protocol(STUDY), "GM0363", tables, DataKind.SYNTHETIC, Period.parse("2023-01/2025-12"))


def people(*persons, introduced=0):
    return pd.DataFrame({"person": list(persons), "introduced": introduced, "team": "t"})


def coach_scores(*rows):
    return pd.DataFrame(list(rows), columns=["coach", "wave", "STU", "USE"]).assign(team="t", introduced=False)


def scores(*rows, scale="INT"):
    frame = pd.DataFrame(list(rows), columns=["person", "wave", scale])
    return frame.assign(coach="c1", team="new", introduced=True)


def told(opened, introduced):
    return cascade.changed_sides(opened, people("a", introduced=introduced)).tolist()


@pytest.mark.parametrize(
    ("rosters", "introduced", "changed"),
    [
        ([seat("c1", "new")], 1, False),
        ([seat("c1", "new", end=JAN + 3), seat("c1", "old", start=JAN + 4)], 1, True),
        ([seat("c1", "old", end=JAN + 3), seat("c1", "new", start=JAN + 4)], 0, True),
        ([seat("c1", "old", end=JAN + 3), seat("c1", "older", start=JAN + 4)], 0, False),
        ([seat("c1", "new", end=JAN + 3)], 1, True),
        ([seat("c1", "old", end=LAST), seat("c1", "new", start=LAST + 1)], 0, False),
        ([seat("c1", "old", end=LAST - 1), seat("c1", "new", start=LAST)], 0, True),
    ],
)
def test_a_client_changes_sides_with_a_coach_who_goes_to_a_team_that_works_otherwise(rosters, introduced, changed):
    assert told(study((), [guide("a")], rosters), introduced) == [changed]


@pytest.mark.parametrize(
    ("caseloads", "introduced", "changed"),
    [
        ([guide("a", "c1", end=JAN + 3), guide("a", "c3", start=JAN + 4)], 1, True),
        ([guide("a", "c3", end=JAN + 3), guide("a", "c1", start=JAN + 4)], 0, True),
        ([guide("a", "c3", end=LAST), guide("a", "c1", start=LAST + 1)], 0, False),
        (
            [guide("a", "c1", end=JAN + 1), guide("a", "c3", start=JAN + 2, end=JAN + 5), guide("a", "c1", start=JAN + 6)],
            1,
            False,
        ),
    ],
)
def test_a_client_changes_sides_who_comes_to_a_coach_of_a_team_that_works_otherwise(caseloads, introduced, changed):
    assert told(study((), caseloads), introduced) == [changed]


def test_when_guidance_ended_its_last_month_counts():
    moved = [guide("a", "c1", end=JAN + 2), guide("a", "c3", start=JAN + 3, end=JAN + 5)]
    assert told(study((), moved), 1) == [True]
    stayed = [guide("a", "c1", end=JAN + 2)]
    rosters = [seat("c1", "new", end=JAN + 4), seat("c1", "old", start=JAN + 5)]
    assert told(study((), stayed, rosters), 1) == [False]  # the coach went after she had left


def test_guidance_that_goes_on_after_the_year_is_looked_at_in_its_last_month():
    rosters = [seat("c1", "new", end=LAST), seat("c1", "old", start=LAST + 1)]
    assert told(study((), [guide("a", end=LAST + 3)], rosters), 1) == [False]


def test_a_client_and_a_coach_who_both_move_can_end_where_they_began():
    caseloads = [guide("a", "c1", end=JAN + 3), guide("a", "c3", start=JAN + 4)]
    rosters = [seat("c1", "new"), seat("c3", "old", end=JAN + 6), seat("c3", "new", start=JAN + 7)]
    assert told(study((), caseloads, rosters), 1) == [False]


def test_changed_sides_keeps_the_rows_and_their_order():
    opened = study((), [guide("a"), guide("b", "c3")])
    asked = pd.DataFrame({"person": ["b", "a", "not guided"], "introduced": [1, 1, 0]}, index=[7, 3, 5])
    found = cascade.changed_sides(opened, asked)
    assert found.to_dict() == {7: True, 3: False, 5: False}


@pytest.mark.parametrize(
    ("rosters", "count"),
    [
        ([seat("c1", "new")], 0),
        ([seat("c1", "new", end=JAN), seat("c1", "old", start=JAN + 1)], 1),
        ([seat("c1", "new", end=JAN - 1), seat("c1", "old", start=JAN)], 0),
        ([seat("c1", "new", end=LAST - 1), seat("c1", "old", start=LAST)], 1),
        ([seat("c1", "new", end=LAST), seat("c1", "old", start=LAST + 1)], 0),
        ([seat("c1", "new", end=JAN + 2), seat("c1", "new", start=JAN + 4)], 0),
        ([seat("c1", "new", end=JAN + 2), seat("c1", "old", start=JAN + 3, end=JAN + 5), seat("c1", "new", start=JAN + 6)], 1),
        ([seat("c1", "new", start=JAN + 2)], 0),
    ],
)
def test_coaches_who_came_to_another_team_within_the_year_are_counted_once(rosters, count):
    assert cascade.moved_coaches(study((), (), rosters)) == count


def test_mean_use_is_of_the_measurements_after_the_start():
    rated = coach_scores(
        ("c1", "T0", 50, 10), ("c1", "T6", 50, 40), ("c1", "T12", 50, 60), ("c2", "T0", 50, 90), ("c3", "T6", 50, None),
        ("c4", "T12", 50, 30),
    )  # fmt: skip
    assert cascade.mean_use(rated).to_dict() == {"c1": 50.0, "c4": 30.0}


def test_a_client_of_a_coach_who_did_not_answer_is_left_out():
    asked = pd.DataFrame({"person": ["a", "b"], "coach": ["c1", "c9"]})
    found = cascade.with_use(asked, coach_scores(("c1", "T6", 50, 40)))
    assert found.values.tolist() == [["a", "c1", 40.0]]


def test_changes_need_both_measurements():
    waves = scores(("a", "T0", 40), ("a", "T12", 55), ("b", "T0", 50), ("c", "T12", 50), ("d", "T0", 30), ("d", "T12", None))
    found = cascade.changes(waves, "INT")
    assert found[["person", "INT_T0", "INT_T12", "team", "introduced"]].values.tolist() == [["a", 40.0, 55.0, "new", True]]


def test_changes_can_be_up_to_another_measurement():
    found = cascade.changes(scores(("a", "T0", 40), ("a", "T6", 45), ("a", "T12", 55)), "INT", "T6")
    assert list(found.columns) == ["person", "coach", "team", "introduced", "INT_T0", "INT_T6"]
    assert found["INT_T6"].tolist() == [45.0]


def test_use_and_change_puts_the_use_of_the_coach_beside_the_change_of_the_client():
    waves = scores(("a", "T0", 40), ("a", "T12", 55), ("b", "T0", 50))
    found = cascade.use_and_change(waves, coach_scores(("c1", "T0", 50, 10), ("c1", "T12", 50, 70)), "INT")
    assert found[["person", "INT_T0", "INT_T12", "USE"]].values.tolist() == [["a", 40.0, 55.0, 70.0]]


def test_steering_and_use_are_of_the_same_measurement_beside_use_at_the_start():
    rated = coach_scores(
        ("c1", "T0", 20, 10), ("c1", "T12", 60, 50), ("c2", "T12", 60, 50), ("c3", "T0", 20, 10), ("c3", "T12", None, 50),
        ("c4", "T0", 20, 10), ("c4", "T6", 60, 50),
    )  # fmt: skip
    found = cascade.steering_and_use(rated)
    assert found[["coach", "STU", "USE", "USE_T0"]].values.tolist() == [["c1", 60.0, 50.0, 10.0]]


def test_steering_and_use_of_no_coach_are_still_numbers():
    nobody = coach_scores(("c1", "T0", 20.0, 10.0)).iloc[:0]
    found = cascade.steering_and_use(nobody)
    assert found.empty
    assert found[["STU", "USE", "USE_T0"]].dtypes.eq("float64").all()


@pytest.mark.parametrize(
    ("months", "left"),
    [
        (stay("a", reason="11", last=HALF - 1), None),  # left before the measurement
        (stay("a", reason="11", last=HALF), 1),
        (stay("a", reason="11", last=HALF + HORIZON - 1), 1),
        (stay("a", reason="11", last=HALF + HORIZON), 0),
        (stay("a", reason="02", last=HALF + 2), 0),
        (stay("a"), 0),
        (stay("a", last=HALF + 4), None),  # lost from view
        ([*stay("a", reason="11", last=JAN + 2), *stay("a", first=HALF)], 0),  # back on benefit: an exit before does not count
    ],
)
def test_time_begins_at_the_measurement_of_the_determinant(months, left):
    found = cascade.determinant_and_exit(study(months), scores(("a", "T0", 10), ("a", "T6", 60), ("a", "T12", 90)), "INT")
    assert found[["INT", "left"]].values.tolist() == ([] if left is None else [[60.0, left]])


def test_who_did_not_answer_at_the_measurement_is_not_followed_from_it():
    waves = scores(("a", "T0", 10), ("b", "T6", None))
    assert cascade.determinant_and_exit(study([*stay("a"), *stay("b")]), waves, "INT").empty


@pytest.mark.parametrize(
    ("months", "left"),
    [
        (stay("a", last=HALF - 1, reason="11"), None),  # gone before use was measured: nothing that use could have done
        (stay("a", last=HALF, reason="11"), 1),
        (stay("a", last=HALF + HORIZON - 1, reason="11"), 1),
        (stay("a", last=HALF + HORIZON, reason="11"), 0),
    ],
)
def test_time_begins_at_the_measurement_of_use(months, left):
    rated = coach_scores(("c1", "T0", 0, 10), ("c1", "T6", 0, 60), ("c1", "T12", 0, 90))
    followed = people("a", introduced=1).assign(coach="c1", left=0)
    found = cascade.dose_and_exit(study(months), followed, rated)
    assert found[["USE", "left", "introduced"]].values.tolist() == ([] if left is None else [[60.0, left, 1]])


def test_clients_of_a_coach_who_did_not_answer_then_have_no_dose():
    rated = coach_scores(("c1", "T0", 0, 10), ("c1", "T12", 0, 90))
    assert cascade.dose_and_exit(study(stay("a")), people("a").assign(coach="c1"), rated).empty


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (stay("a", last=LAST, reason="11"), (1, 0, 0)),
        (stay("a", last=LAST + 1, reason="11"), (0, 0, 1)),
        (stay("a", last=JAN + 3, reason="02"), (0, 1, 0)),
        (stay("a", last=LAST + 1, reason="02"), (0, 0, 1)),
        (stay("a"), (0, 0, 1)),
    ],
)
def test_outcomes_say_what_became_of_each_person(months, expected):
    found = cascade.outcomes(study(months), people("a"))
    assert tuple(found.loc[0, ["left", "otherwise", "stayed"]]) == expected


def test_outcomes_sum_to_one_and_agree_with_leaving_for_work():
    months = [row for at in range(24) for row in stay(f"p{at}", last=JAN + at, reason=("11", "13", "02")[at % 3])]
    opened = study(months)
    found = cascade.outcomes(opened, people(*sorted({row["person"] for row in months})))
    assert found[["left", "otherwise", "stayed"]].sum(axis=1).eq(1).all()
    known = left_for_work(opened, found[["person"]], HORIZON)
    assert found["left"].tolist() == known["left"].tolist()


def with_coaches(opened, *coaches):
    """Give a study in which coaches answered both questionnaires at the start."""
    rows = [
        {"coach": coach, "wave": "T0", "instrument": code, "item": item, "answer": 3}
        for coach in coaches
        for code in cascade.PROFESSIONAL
        for item in opened.instrument(code).items
    ]
    return replace(opened, tables={**opened.tables, "coach_answers": pd.DataFrame(rows)})


@pytest.mark.parametrize(("month", "introduced"), [(HALF - 1, True), (HALF, False)])
def test_a_team_counts_as_begun_when_it_began_before_the_second_measurement(month, introduced):
    opened = with_coaches(study(began=[("new", JAN), ("late", month)]), "c1", "c2", "c3", "c9")
    found = cascade.coach_waves(opened).set_index("coach")
    assert found["introduced"].to_dict() == {"c1": True, "c2": introduced, "c3": False}  # c9 is in no team
    assert found["person"].tolist() == ["c1", "c2", "c3"]


@pytest.mark.parametrize(("month", "coaches"), [(JAN - 13, ["c1", "c3"]), (JAN - 12, ["c1", "c2", "c3"])])
def test_coaches_of_a_team_that_began_before_the_period_are_left_out(month, coaches):
    opened = with_coaches(study(began=[("new", JAN), ("late", month)]), "c1", "c2", "c3")
    assert cascade.coach_waves(opened)["coach"].tolist() == coaches


def test_only_columns_in_which_people_differ_can_be_allowed_for():
    frame = pd.DataFrame({"introduced": [1, 1], "woman": [0, 1]})
    assert cascade.varying(frame, ["introduced", "woman"]) == ["woman"]
    assert cascade.varying(frame.iloc[:0], ["introduced"]) == []


def test_the_declared_design_is_taken_unless_another_is_asked():
    opened = study()
    assert template(opened).design is Design.PARALLEL_CLUSTERS
    assert template(opened, "stepped_wedge").design is Design.STEPPED_WEDGE


def test_no_lot_decides_between_a_team_and_its_own_past():
    drawn = study()
    drawn = replace(drawn, protocol=replace(drawn.protocol, assignment=Assignment.RANDOMISED))
    with pytest.raises(DeclarationError, match="before_after compares teams with their own past"):
        template(drawn, "before_after")
    assert template(drawn, "stepped_wedge").design is Design.STEPPED_WEDGE


def said(supervisor, wave, *answers):
    """Give a supervisor's answers to the six items of steering at a wave."""
    return [
        {"supervisor": supervisor, "wave": wave, "month": JAN, "instrument": "STU", "item": f"STU_{at}", "answer": float(one)}
        for at, one in enumerate(answers, start=1)
    ]


def test_own_steering_is_that_of_the_coachs_supervisor_at_the_same_measurement():
    opened = study(rosters=[seat("c1", "new"), seat("c2", "old"), seat("c3", "older")])
    rows = [
        *said("snew", "T12", 5, 5, 5, 5, 5, 5),
        *said("sold", "T12", 3, 3, 3, 3, 3, 3),
        *said("solder", "T0", 1, 1, 1, 1, 1, 1),
    ]
    opened = replace(opened, tables={**opened.tables, "supervisor_answers": pd.DataFrame(rows)})
    measured = [(coach, wave, 50.0, use) for coach in ("c1", "c2", "c3") for wave, use in (("T0", 40.0), ("T12", 60.0))]
    found = cascade.own_steering(opened, coach_scores(*measured))
    assert found[["coach", "team", "OWN", "USE", "USE_T0"]].to_numpy().tolist() == [
        ["c1", "new", 100.0, 60.0, 40.0],
        ["c2", "old", 50.0, 60.0, 40.0],
    ]


def test_of_nobody_nobody_changed_sides():
    nobody = people("a").iloc[:0]
    stayed = ~cascade.changed_sides(study(stay("a"), [guide("a")]), nobody)
    assert (stayed.dtype, len(nobody.loc[stayed])) == (bool, 0)


def test_answers_know_whether_the_team_had_begun_by_the_measurement():
    people = pd.DataFrame({"person": ["a", "b", "c"], "team": ["new", "old", "elsewhere"]})
    waves = pd.DataFrame({"team": ["new", "new", "old"], "introduced": [True, True, False]})
    assert cascade.with_introduction(people, waves)["introduced"].tolist() == [1, 0, 0]


def test_the_coaches_who_answered_a_scale_at_a_wave():
    rated = coach_scores(("c1", "T0", 40.0, 30.0), ("c2", "T0", None, 20.0), ("c1", "T12", 50.0, None))
    assert list(cascade.answered(rated, "STU", "T0")["coach"]) == ["c1"]
    assert list(cascade.answered(rated, "USE", "T0")["USE"]) == [30.0, 20.0]
    assert cascade.answered(rated, "USE", "T12").empty
