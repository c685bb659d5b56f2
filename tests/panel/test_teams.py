"""Who is compared with whom in a study of teams, from tiny deliveries: one place, first introduction in 2024-01."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from gm_workbench.panel.study import from_tables
from gm_workbench.panel.teams import HORIZON, LEAST_TEAMS, alike, arms, candidates, compared, seats, team_starts, window
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.designs import Design
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

STUDY = "tilburg_single_mothers"
"""A shipped protocol, with the team as its unit of introduction: what is tested does not depend on its words."""

JAN = month_index("2024-01")
PERIOD = Period.parse("2023-01/2025-12")
STEPS = (Design.STEPPED_WEDGE, Design.STAGGERED_INTRODUCTION)


def benefit(person, month=JAN, *, end=None, reason=None, birth_year=1985, start=JAN - 30, sex="woman", dossier=None):
    return {
        "person": person, "dossier": dossier or f"d{person}", "month": month, "scheme": "01", "household": "single", "sex": sex,
        "birth_year": birth_year, "housing": "tenant", "cost_sharers": 0, "start": start, "end": end, "exemption": "none",
        "end_reason": reason, "income_kind": None, "income": 0.0, "paid": 1000.0,
    }  # fmt: skip


def stay(person, first=JAN, last=JAN + 11, *, reason=None):
    """Give the months of a person from first to last; with a reason, the last is the one in which it ended."""
    months = [benefit(person, month) for month in range(first, last)]
    return [*months, benefit(person, last, end=last if reason else None, reason=reason)]


def caseload(person, coach="c1", *, start=JAN - 30, end=None, consent="yes"):
    return {"person": person, "coach": coach, "team": "none of the study", "start": start, "end": end, "consent": consent}


def seat(coach, team, *, start=JAN - 40, end=None):
    return {"coach": coach, "team": team, "supervisor": f"s{team}", "start": start, "end": end}


def study(benefits, caseloads=(), rosters=(), introductions=(("new", JAN),), leave_out=(), period=PERIOD):
    tables = {
        "benefits": pd.DataFrame(benefits).astype({"end": "Int32"}),
        "caseload": pd.DataFrame(caseloads, columns=list(caseload("x"))).astype({"end": "Int32"}),
        "rosters": pd.DataFrame(rosters, columns=list(seat("x", "y"))).astype({"end": "Int32"}),
        "team_introductions": pd.DataFrame([(STUDY, *row) for row in introductions], columns=["study", "team", "month"]),
    }
    given = {name: table for name, table in tables.items() if name not in leave_out}
    protocol = replace(load_protocol(STUDY), unit_of_introduction="team")
    return from_tables(protocol, "GM0363", given, DataKind.SYNTHETIC, period)


def three_teams(benefits, later=JAN + 6, **more):
    """Give a study with coaches c1 (team new), c2 (team later) and c3 (team old); a name ends with the coach's number."""
    people = sorted({row["person"] for row in benefits})
    guided = [caseload(person, f"c{person[-1]}") for person in people]
    rosters = [seat("c1", "new"), seat("c2", "later"), seat("c3", "old")]
    return study(benefits, guided, rosters, [("new", JAN), ("later", later)], **more)


def losses(ledger):
    return [step.persons_out for step in ledger.steps]


def test_candidates_are_on_benefit_with_a_coach_in_a_team_and_consent():
    opened = study(
        [benefit(name) for name in ("in", "no coach", "coach elsewhere", "no consent")],
        [caseload("in"), caseload("coach elsewhere", "c9"), caseload("no consent", consent="no")],
        [seat("c1", "new")],
    )
    cohort = candidates(opened)
    assert cohort.frame[["person", "coach", "team", "supervisor"]].values.tolist() == [["in", "c1", "new", "snew"]]
    assert losses(cohort.ledger) == [4, 2, 1]
    assert [step.label.en for step in cohort.ledger.steps][1:] == ["coach in a team of the study", "consented to research"]


def test_the_roster_counts_and_not_the_team_of_the_caseload():
    opened = study([benefit("a")], [caseload("a")], [seat("c1", "new")])
    assert candidates(opened).frame["team"].tolist() == ["new"]


@pytest.mark.parametrize(("month", "team"), [(-1, "old"), (0, "new"), (1, "new")])
def test_a_coach_who_moves_is_in_the_new_team_from_the_first_month_there(month, team):
    opened = study([benefit("a")], (), [seat("c1", "old", end=JAN - 1), seat("c1", "new", start=JAN)])
    people = pd.DataFrame({"person": ["a"], "coach": ["c1"]})
    assert seats(opened, people, JAN + month)["team"].tolist() == [team]


@pytest.mark.parametrize("month", [-6, 3])
def test_a_coach_who_is_in_no_team_has_none(month):
    opened = study([benefit("a")], (), [seat("c1", "new", start=JAN - 5, end=JAN + 2)])
    assert seats(opened, pd.DataFrame({"person": ["a"], "coach": ["c1"]}), JAN + month)["team"].isna().all()


def test_each_person_is_seated_in_a_month_of_her_own():
    opened = study([benefit("a")], (), [seat("c1", "old", end=JAN - 1), seat("c1", "new", start=JAN)])
    people = pd.DataFrame({"person": ["a", "b"], "coach": ["c1", "c1"], "month": [JAN - 1, JAN]})
    assert seats(opened, people, people["month"])["team"].tolist() == ["old", "new"]


@pytest.mark.parametrize(("start", "introduced", "later"), [(JAN - 1, True, False), (JAN, True, False), (JAN + 1, False, True)])
def test_a_team_that_began_by_the_month_works_in_the_new_way(start, introduced, later):
    opened = study([benefit("a")], [caseload("a")], [seat("c1", "new")], [("new", start)])
    frame = candidates(opened, JAN).frame
    assert (frame["introduced"].tolist(), frame["later"].tolist()) == ([introduced], [later])


def test_team_starts_are_of_this_study_only():
    opened = study([benefit("a")], introductions=[("new", JAN), ("other", JAN + 2)])
    tables = dict(opened.tables)
    tables["team_introductions"] = tables["team_introductions"].assign(study=[STUDY, "another"])
    assert team_starts(replace(opened, tables=tables)).to_dict() == {"new": JAN}


@pytest.mark.parametrize(
    ("given", "marks"),
    [
        ({"birth_year": 1998}, ["woman", "young", "long"]),
        ({"birth_year": 1997}, ["woman", "long"]),
        ({"birth_year": 1970, "sex": "man"}, ["long"]),
        ({"birth_year": 1969, "sex": "man"}, ["old", "long"]),
        ({"start": JAN - 11}, ["woman", "short"]),
        ({"start": JAN - 12}, ["woman", "middle"]),
        ({"start": JAN - 23}, ["woman", "middle"]),
        ({"start": JAN - 24}, ["woman"]),
        ({"start": JAN - 59}, ["woman"]),
        ({"start": JAN - 60}, ["woman", "long"]),
    ],
)
def test_covariates_mark_who_somebody_was_before(given, marks):
    row = benefit("a", **{"start": JAN - 60, **given})
    frame = candidates(study([row], [caseload("a", start=JAN - 70)], [seat("c1", "new")])).frame
    assert [name for name in ("woman", "young", "old", "short", "middle", "long") if frame[name].eq(1).all()] == marks


def test_parallel_teams_leave_out_and_count_a_team_that_began_later():
    rows = [
        *stay("a1", reason="11"),
        *stay("b1"),
        *stay("a2"),
        *stay("a3", last=JAN + 3, reason="02"),
        *stay("b3", last=JAN + 5),
    ]
    found = compared(three_teams(rows), Design.PARALLEL_CLUSTERS)
    assert found.frame[["person", "team", "introduced", "left"]].values.tolist() == [
        ["a1", "new", 1, 1],
        ["a3", "old", 0, 0],
        ["b1", "new", 1, 0],
    ]
    assert losses(found.ledger) == [5, 5, 5, 4, 3]  # a2 is of the later team; b3 was lost from view
    assert "later introduction" in found.ledger.steps[3].why.en
    assert "lost from view" in found.ledger.steps[4].why.en
    assert found.ledger.persons == len(found.frame)


@pytest.mark.parametrize(("ended", "left"), [(JAN, 1), (JAN + HORIZON - 1, 1), (JAN + HORIZON, 0)])
def test_an_exit_counts_within_twelve_months(ended, left):
    found = compared(three_teams(stay("a1", last=ended, reason="11")), "parallel_clusters")
    assert found.frame["left"].tolist() == [left]


def test_a_client_stays_with_the_team_of_the_start_whatever_the_coach_does_later():
    rows = [*stay("a", reason="11")]
    opened = study(rows, [caseload("a")], [seat("c1", "old", end=JAN + 1), seat("c1", "new", start=JAN + 2)])
    assert compared(opened, Design.PARALLEL_CLUSTERS).frame[["team", "introduced"]].values.tolist() == [["old", 0]]
    by_month = compared(opened, Design.STEPPED_WEDGE).frame
    assert set(by_month["team"]) == {"old"}
    assert by_month["start"].isna().all()


def test_before_and_after_puts_the_year_before_beside_this_year():
    rows = [
        *stay("both1", JAN - 12, JAN - 1),
        *stay("both1", JAN, JAN + 4, reason="11"),
        *stay("gone1", JAN - 12, JAN - 1, reason="13"),
        *stay("old3", JAN - 12, JAN + 11),
        *stay("later2", JAN - 12, JAN + 11),
        *stay("lost1", JAN, JAN + 2),
    ]
    found = compared(three_teams(rows), Design.BEFORE_AFTER)
    got = found.frame.sort_values(["introduced", "person"])[["person", "introduced", "left", "team"]].values.tolist()
    assert got == [["both1", 0, 0, "new"], ["gone1", 0, 1, "new"], ["both1", 1, 1, "new"]]
    assert losses(found.ledger) == [4, 4, 4, 2, 1]  # of this year: other teams, then who was lost from view
    assert found.ledger.persons == found.frame["introduced"].sum()


def test_before_and_after_counts_an_exit_in_the_index_month_to_this_year():
    found = compared(three_teams(stay("a1", JAN - 12, JAN, reason="11")), Design.BEFORE_AFTER).frame
    assert found.sort_values("introduced")[["introduced", "left"]].values.tolist() == [[0, 0], [1, 1]]


def test_before_and_after_takes_the_team_that_the_coach_was_in_a_year_earlier():
    rosters = [seat("c1", "old", end=JAN - 1), seat("c1", "new", start=JAN)]
    opened = study(stay("a", JAN - 12, JAN + 11), [caseload("a")], rosters)
    assert compared(opened, Design.BEFORE_AFTER).frame["introduced"].tolist() == [1]  # a year ago she was of another team


@pytest.mark.parametrize(("first", "rows"), [("2023-01", 2), ("2023-02", 0)])
def test_before_and_after_needs_a_year_before_the_start(first, rows):
    period = Period.parse(f"{first}/2025-12")
    found = compared(three_teams(stay("a1", JAN - 12, JAN + 11), period=period), Design.BEFORE_AFTER)
    assert len(found.frame) == rows
    assert {"left", "introduced", "team"} <= set(found.frame)


@pytest.mark.parametrize(
    ("steps", "period", "expected"),
    [
        ([0, 6], "2022-01/2026-12", (JAN - 12, JAN + 17)),
        ([0, 6], "2023-01/2025-12", (JAN - 12, JAN + 17)),
        ([0, 6], "2023-02/2025-05", (JAN - 11, JAN + 16)),
        ([0], "2022-01/2026-12", (JAN - 12, JAN + 11)),
        ([3, 9], "2022-01/2026-12", (JAN - 9, JAN + 20)),
    ],
)
def test_window_is_from_a_year_before_the_first_step_to_a_year_after_the_last(steps, period, expected):
    names = [(f"t{at}", JAN + step) for at, step in enumerate(steps)]
    assert window(study([benefit("a")], introductions=names, period=Period.parse(period))) == expected


@pytest.mark.parametrize("design", STEPS)
@pytest.mark.parametrize(("month", "inside"), [(-13, False), (-12, True), (-11, True), (16, True), (17, True), (18, False)])
def test_steps_compare_the_months_of_the_window(design, month, inside):
    period = Period.parse("2021-01/2026-12")
    found = compared(three_teams([benefit("a1", JAN + month)], period=period), design)
    assert found.frame["month"].tolist() == ([JAN + month] if inside else [])
    assert found.ledger.persons == inside


@pytest.mark.parametrize("design", STEPS)
def test_steps_give_every_month_with_how_it_ended_and_the_start_of_the_team(design):
    rows = [*stay("a1", JAN, JAN + 1, reason="13"), *stay("a2", JAN, JAN, reason="02"), *stay("a3", JAN + 4, JAN + 4)]
    found = compared(three_teams(rows), design).frame.astype({"start": object})
    assert found[["person", "month", "to_work", "otherwise", "team"]].values.tolist() == [
        ["a1", JAN, 0, 0, "new"],
        ["a1", JAN + 1, 1, 0, "new"],
        ["a2", JAN, 0, 1, "later"],
        ["a3", JAN + 4, 0, 0, "old"],
    ]
    assert found["start"].tolist()[:3] == [JAN, JAN, JAN + 6]
    assert found["start"].isna().tolist() == [False, False, False, True]


def test_steps_take_coach_and_team_of_the_first_month_in_the_window():
    rows = [*stay("early"), *stay("late", JAN + 5, JAN + 6), *stay("no consent"), *stay("coach later")]
    guided = [
        caseload("early", "c1", end=JAN + 1),
        caseload("early", "c3", start=JAN + 2),
        caseload("late", "c3", start=JAN - 30, end=JAN + 4),
        caseload("late", "c1", start=JAN + 5),
        caseload("no consent", consent="no"),
        caseload("coach later", start=JAN + 1),
    ]
    found = compared(study(rows, guided, [seat("c1", "new"), seat("c3", "old")]), Design.STEPPED_WEDGE)
    assert found.frame.drop_duplicates("person")[["person", "team"]].values.tolist() == [["early", "new"], ["late", "new"]]
    assert losses(found.ledger) == [4, 3, 2]
    assert found.frame["person"].value_counts().to_dict() == {"early": 12, "late": 2}


def test_of_two_coaches_at_once_the_later_one_counts_in_any_order_of_rows():
    guided = [caseload("a", "c3", start=JAN - 2), caseload("a", "c1", start=JAN - 30)]
    opened = study(stay("a"), guided, [seat("c1", "new"), seat("c3", "old")])
    assert set(compared(opened, Design.STEPPED_WEDGE).frame["team"]) == {"old"}
    assert candidates(opened).frame["team"].tolist() == ["old"]


def test_of_two_dossiers_in_a_month_the_one_that_ended_counts_once():
    ended = benefit("a1", end=JAN, reason="11", dossier="second")
    for rows in ([benefit("a1"), ended], [ended, benefit("a1")]):
        found = compared(three_teams(rows), Design.STEPPED_WEDGE).frame
        assert found[["month", "to_work", "otherwise"]].values.tolist() == [[JAN, 1, 0]]
        assert compared(three_teams(rows), Design.PARALLEL_CLUSTERS).frame["left"].tolist() == [1]


@pytest.mark.parametrize("spells", [[("no", -30, 2), ("yes", 3, None)], [("yes", -30, 2), ("no", 3, None)]])
@pytest.mark.parametrize("turned", [False, True])
def test_consent_counts_as_last_delivered_in_every_design_and_order_of_rows(spells, turned):
    guided = [caseload("a", start=JAN + start, end=end and JAN + end, consent=said) for said, start, end in spells]
    opened = study(stay("a", JAN - 12), guided[::-1] if turned else guided, [seat("c1", "new")])
    kept = int(spells[-1][0] == "yes")
    assert candidates(opened).ledger.persons == kept
    assert [compared(opened, design).ledger.persons for design in Design] == [kept] * len(Design)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_teams_at_once_the_later_spell_counts_in_any_order_of_rows(turned):
    rosters = [seat("c1", "old"), seat("c1", "new", start=JAN - 3)]
    opened = study(stay("a"), [caseload("a")], rosters[::-1] if turned else rosters)
    assert candidates(opened).frame[["team", "supervisor"]].values.tolist() == [["new", "snew"]]
    assert set(compared(opened, Design.STEPPED_WEDGE).frame["team"]) == {"new"}


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_teams_from_the_same_month_the_choice_does_not_hang_on_the_order_of_rows(turned):
    rosters = [seat("c1", "first"), seat("c1", "second")]
    opened = study(stay("a"), [caseload("a")], rosters[::-1] if turned else rosters)
    assert candidates(opened).frame["team"].tolist() == ["second"]


EARLY = month_index("2018-01")


@pytest.mark.parametrize(
    ("began", "index", "teams"),
    [
        (EARLY, JAN, ["new", "old"]),
        (PERIOD.first - 1, JAN, ["new", "old"]),
        (PERIOD.first, PERIOD.first, ["later", "old"]),
        (JAN - 1, JAN - 1, ["later", "old"]),
        (PERIOD.last, JAN, ["new", "old"]),
        (PERIOD.last + 1, JAN, ["later", "new", "old"]),
    ],
)
def test_only_an_introduction_within_the_period_moves_the_study_or_is_compared(began, index, teams):
    rows = [row for number in "123" for row in stay(f"a{number}", PERIOD.first, PERIOD.last)]
    opened = three_teams(rows, later=began)
    found = compared(opened, Design.PARALLEL_CLUSTERS)
    assert opened.index_month == index
    assert sorted(found.frame["team"]) == teams


def test_a_team_that_began_before_the_period_is_left_out_of_every_design_and_counted():
    rows = [row for number in "123" for row in stay(f"a{number}", JAN - 12)]
    opened = three_teams(rows, later=EARLY)
    assert losses(candidates(opened).ledger) == [3, 3, 2, 2]
    assert candidates(opened).ledger.steps[2].why.en == "team began at another time"
    for design in Design:
        found = compared(opened, design)
        assert found.ledger.steps[2].label.en == "team did not begin before the period"
        assert "later" not in set(found.frame["team"])


def test_where_no_team_began_early_the_ledger_has_no_step_for_it():
    assert not any("before" in step.label.en for step in candidates(three_teams(stay("a1"))).ledger.steps)


@pytest.mark.parametrize("began", [EARLY, PERIOD.last + 1])
def test_where_every_team_began_outside_the_period_nothing_was_introduced(began):
    rows = [row for number in "13" for row in stay(f"a{number}", JAN - 12)]
    guided = [caseload("a1"), caseload("a3", "c3")]
    opened = study(rows, guided, [seat("c1", "new"), seat("c3", "old")], [("new", began)])
    assert (opened.introduced_here, opened.index_month) == (False, PERIOD.first + 12)
    assert window(opened) == (JAN - 12, JAN + 11)
    assert candidates(opened).frame[["introduced", "later"]].values.tolist() == [[False, False]] * 2


def test_another_scheme_is_no_month_on_general_assistance():
    rows = [benefit("a1"), benefit("a1", JAN + 1) | {"scheme": "11"}]
    assert compared(three_teams(rows), Design.STEPPED_WEDGE).frame["month"].tolist() == [JAN]


@pytest.mark.parametrize("design", list(Design))
@pytest.mark.parametrize("absent", [("rosters",), ("caseload",), ("rosters", "caseload", "team_introductions")])
def test_what_was_not_delivered_leaves_the_persons_and_no_team(design, absent):
    opened = three_teams(stay("a1", JAN - 12, JAN + 11), leave_out=absent)
    cohort = candidates(opened)
    assert (cohort.ledger.persons, cohort.frame["team"].notna().any()) == (1, False)
    found = compared(opened, design)
    assert not found.frame["team"].notna().any()
    assert found.design is design


@pytest.mark.parametrize("design", list(Design))
def test_without_an_introduction_no_team_is_new(design):
    opened = three_teams(stay("a1", JAN - 12, JAN + 11), leave_out=("team_introductions",))
    assert opened.index_month == JAN
    assert team_starts(opened).empty
    assert window(opened) == (JAN - 12, JAN + 11)
    frame = compared(opened, design).frame
    assert not frame["introduced"].any() if "introduced" in frame else frame["start"].isna().all()


def test_a_design_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="is not a valid Design"):
        compared(three_teams(stay("a1")), "parallel")


@pytest.mark.parametrize("design", list(Design))
def test_every_loss_is_explained_in_both_languages(design):
    steps = compared(three_teams(stay("a1", JAN - 12)), design).ledger.steps
    assert len(steps) >= 3
    assert all(step.label.nl and step.label.en and step.why.nl and step.why.en for step in steps)


def sides(new: int, old: int):
    """Give a study of `new` teams that began and `old` that never did, with one client each."""
    names = [f"new{at}" for at in range(new)] + [f"old{at}" for at in range(old)]
    rows = [row for name in names for row in stay(name, JAN - 12)]
    began = [(name, JAN) for name in names if name.startswith("new")]
    return study(rows, [caseload(name, f"c{name}") for name in names], [seat(f"c{name}", name) for name in names], began)


@pytest.mark.parametrize(("new", "old"), [(2, 5), (5, 2), (3, 3)])
def test_a_side_with_too_few_teams_is_not_shown_apart(new, old):
    shown = arms(candidates(sides(new, old)), Design.PARALLEL_CLUSTERS)
    apart = {"introduced", "others"} if min(new, old) >= LEAST_TEAMS else {"every_team"}
    assert set(shown["group"]) == apart
    assert len(shown) == new + old


@pytest.mark.parametrize("design", STEPS)
def test_teams_that_are_not_side_by_side_are_one_group(design):
    opened = sides(4, 4)
    assert set(alike(candidates(opened), compared(opened, design))["group"]) == {"every_team"}


def test_before_and_after_the_clients_of_both_years_are_put_beside_each_other():
    opened = sides(4, 4)
    shown = alike(candidates(opened), compared(opened, Design.BEFORE_AFTER))
    assert shown["group"].value_counts().to_dict() == {"introduced": 4, "others": 4}
    assert shown["person"].is_unique  # a client of both years is counted in each


@pytest.mark.parametrize(
    ("last", "persons", "why"), [(JAN + 10, 0, "the period ends before that"), (JAN + 11, 1, "lost from view before")]
)
def test_of_a_period_that_ends_within_a_year_nobody_is_compared(last, persons, why):
    opened = three_teams(stay("a1", last=JAN + 2, reason="11"), period=Period(JAN - 12, last))
    found = compared(opened, Design.PARALLEL_CLUSTERS)
    assert (len(found.frame), found.ledger.steps[-1].why.en) == (persons, why)
