"""`gm power` as a user types it."""

from __future__ import annotations

import json

import pytest

from gm_workbench.batch.demonstration import write_world

STUDY = "amersfoort_upward_mobility"


def test_power_prints_the_plan_the_curve_and_the_smallest_difference_seen(project, call):
    done = call("power", STUDY)
    assert done.exit_code == 0
    assert "clusters           34     assumed" in done.output
    assert "Smallest difference seen four times in five: 0.115 (the smallest relevant is 0.030)." in done.output
    (row,) = [line for line in done.output.splitlines() if line.startswith("0.150")]
    assert row.split()[1] == "95"
    assert row.endswith("#" * 29 + ".")


@pytest.mark.untraced
def test_power_gives_the_same_numbers_as_json(project, call):
    told = json.loads(call("power", STUDY, "--json", "--simulate", "20").output)
    assert told["smallest_seen"] == pytest.approx(0.115, abs=5e-4)
    assert [row["number"] for row in told["planned_on"]][:2] == ["clusters", "introduced"]
    assert all(0 <= row["simulated"] <= 1 and row["monte_carlo_error"] >= 0 for row in told["by_difference"])
    assert told["never"] is None


def test_power_says_when_no_difference_would_ever_be_seen(project, call):
    path = project.protocols / f"{STUDY}.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("clusters: {value: 34", "clusters: {value: 9"), encoding="utf-8")
    done = call("power", STUDY)
    assert done.exit_code == 0
    assert "Not enough coaches in each group for p < .05 ever: 4 planned, 5 needed." in done.output
    assert "four times in five" not in done.output


def test_power_says_that_stacks_have_no_closed_form(project, call):
    done = call("power", "amsterdam_supervisor_cascade", "--design", "staggered_introduction")
    assert "No closed form for this design: simulate it with --simulate N." in done.output
    assert "steps              4" in done.output
    assert "not planned" in done.output
    assert "none" not in done.output


def test_power_counts_a_delivery_and_reads_no_outcome(project, call):
    write_world("default", 1, project, ["GM9903"], with_truth=False)
    done = call("power", STUDY, "--place", "GM9903")
    assert done.exit_code == 0, done.output
    assert "persons_per_cluster" in done.output
    assert "counted  the delivery of this place" in done.output
    assert "base                 0.2" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("power", "amersfoort"), 10, "must be one of amersfoort_upward_mobility"),
        (("power", "validation"), 24, "must plan on clusters"),
        (("power", STUDY, "--design", "stepped_wedge"), 24, "compares no teams"),
        (("power", STUDY, "--simulate", "5"), 2, "x>=20"),
        (("power", STUDY, "--design", "wedge"), 2, "is not one of"),
    ],
)
def test_power_refuses_with_the_exit_code_of_the_error(project, call, arguments, code, says):
    done = call(*arguments)
    assert (done.exit_code, says in done.output) == (code, True), done.output
