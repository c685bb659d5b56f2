"""What a protocol promises before there are data."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.metrics.power_plans import foreseen
from gm_workbench.outputs.prospects import Counted, counted, planned, prospect
from gm_workbench.vocabulary.designs import Design
from gm_workbench.vocabulary.protocol_parts import Fact
from gm_workbench.vocabulary.protocols import load_protocol

TEAMS, COACHES = load_protocol("amsterdam_supervisor_cascade"), load_protocol("tilburg_single_mothers")


def with_number(protocol, name, value):
    told = {**protocol.planning, name: Fact(value, "assumed", "assumed; a test")}
    return replace(protocol, planning=told)


def test_plan_holds_the_numbers_of_the_protocol():
    plan, rests_on = planned(TEAMS)
    assert (plan.design, plan.clusters, plan.size, plan.base) == (Design.PARALLEL_CLUSTERS, 17, 8 * 44, 0.09)
    assert {row["number"] for row in rests_on} == set(TEAMS.planning)
    assert planned(COACHES)[0].design is None


def test_what_is_not_planned_is_told_where_the_design_uses_it():
    told = {design: {row["number"]: row["value"] for row in planned(TEAMS, design)[1] if row["status"] == "not planned"}
            for design in ("parallel_clusters", "stepped_wedge", "before_after")}  # fmt: skip
    assert told["parallel_clusters"] == {}
    assert told["stepped_wedge"] == {"steps": 4, "months_between": 4}
    assert told["before_after"] == {"stays": 1.0}
    assert planned(TEAMS, "stepped_wedge")[0].steps == 4


def test_curve_is_that_of_the_plan_in_steps_of_what_is_relevant():
    found = prospect(TEAMS)
    relevant = float(TEAMS.primary.smallest_relevant.value)
    at_relevant = next(row for row in found.curve if row["difference"] == relevant)
    assert at_relevant["closed_form"] == foreseen(found.plan, relevant).chance
    assert found.curve[0]["closed_form"] == pytest.approx(0.05)
    assert [row["closed_form"] for row in found.curve] == sorted(row["closed_form"] for row in found.curve)
    assert foreseen(found.plan, found.smallest_seen).chance == pytest.approx(0.8, abs=1e-6)


@pytest.mark.proof
@pytest.mark.untraced
def test_simulation_stands_beside_the_closed_form():
    found = prospect(with_number(COACHES, "clusters", 12), draws=20)
    assert all(row["simulated_low"] <= row["simulated"] <= row["simulated_high"] for row in found.curve)


def test_too_few_teams_ever_leaves_no_curve():
    found = prospect(with_number(TEAMS, "clusters", 6))
    assert (found.never.what, found.curve, found.smallest_seen) == ("teams in each group", [], None)
    assert found.clusters[-1] == {"clusters": 18, "chance": pytest.approx(0.71, abs=0.02)}


def test_counts_of_a_delivery_take_the_place_of_those_planned():
    people = pd.DataFrame({"team": list("aaabbbbbcccddddd"), "introduced": [True] * 8 + [False] * 8})
    seen = counted(people, "team")
    assert (seen.clusters, seen.introduced, seen.size) == (4, 0.5, 4.0)
    plan, rests_on = planned(TEAMS, delivered=replace(seen, clusters=12))
    assert (plan.clusters, plan.size, plan.base) == (12, 4.0, 0.09)
    told = {row["number"]: row["status"] for row in rests_on}
    assert told["clusters"] == told["persons_per_cluster"] == "counted"
    assert told["base"] == "assumed"
    assert "persons_per_coach" not in told


def test_nobody_introduced_yet_leaves_the_planned_part():
    assert planned(TEAMS, delivered=Counted(20, 0.0, 100.0, 0.1))[0].introduced == 0.5


def test_another_design_may_be_tried_by_a_study_of_teams_only():
    assert prospect(TEAMS, design="stepped_wedge").plan.design is Design.STEPPED_WEDGE
    with pytest.raises(DeclarationError, match="compares no teams"):
        prospect(COACHES, design="stepped_wedge")


def test_a_protocol_without_planning_says_what_it_lacks():
    with pytest.raises(DeclarationError, match="must plan on clusters, persons_per_coach, icc, base or sd"):
        prospect(load_protocol("validation"))
    with pytest.raises(DeclarationError, match="must plan on icc, but"):
        prospect(replace(TEAMS, planning={name: fact for name, fact in TEAMS.planning.items() if name != "icc"}))


def test_one_cluster_is_no_comparison():
    with pytest.raises(DeclarationError, match="at least 2 clusters"):
        counted(pd.DataFrame({"team": ["a"], "introduced": [True]}), "team")
