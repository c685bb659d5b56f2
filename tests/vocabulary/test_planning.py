"""What a study may be planned on."""

from __future__ import annotations

import pytest

from gm_workbench.settings import paths
from gm_workbench.vocabulary.declarations import Form
from gm_workbench.vocabulary.planning import PLANNED, parse_planning
from gm_workbench.vocabulary.protocols import load_protocol, study_names

KNOWN = {"status": "assumed", "source": "assumed; a guess"}


def read(**numbers):
    faults: list[str] = []
    facts = parse_planning(Form({"planning": {name: {"value": value, **KNOWN} for name, value in numbers.items()}}, "", faults))
    return facts, faults


def test_planned_numbers_are_read_with_how_they_are_known():
    facts, faults = read(clusters=12, base=0.1, icc=0)
    assert faults == []
    assert facts["clusters"].value == 12
    assert facts["icc"].source == "assumed; a guess"


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("clusters", 2, 1),
        ("introduced", 1, 0),
        ("base", 0.001, 0),
        ("base", 0.999, 1),
        ("icc", 0, -0.01),
        ("icc", 0.99, 1),
        ("correlation", -0.99, -1),
        ("attrition", 0, 1),
        ("stays", 1, 1.01),
        ("steps", 2, 1),
        ("sd", 0.1, 0),
    ],
)
def test_a_number_outside_its_range_is_refused(name, right, wrong):
    assert read(**{name: right})[1] == []
    (fault,) = read(**{name: wrong})[1]
    assert fault.startswith(f"planning.{name}.value must be ")
    assert fault.endswith(f"but got {wrong!r}")


@pytest.mark.parametrize("value", [2.5, "many"])
def test_a_count_must_be_a_whole_number(value):
    (fault,) = read(clusters=value)[1]
    assert "must be a whole number, at least 2 but got" in fault


def test_an_unknown_number_is_refused_with_the_nearest():
    (fault,) = read(bas=0.1)[1]
    assert "planning.bas is not planned on" in fault
    assert "did you mean base" in fault


def test_an_outcome_is_a_share_or_has_points():
    (fault,) = read(base=0.1, sd=15)[1]
    assert "base (a share) or sd (points)" in fault


def test_every_number_is_explained_beside_the_protocols():
    told = (paths().protocols / "README.md").read_text(encoding="utf-8")
    assert [name for name in PLANNED if f"| `{name}` | {PLANNED[name].meaning} |" not in told] == []


def test_studies_that_are_shipped_say_what_they_were_planned_on():
    planned = {name: load_protocol(name).planning for name in study_names() if name != "validation"}
    assert all({"clusters", "persons_per_coach", "icc"} <= facts.keys() for facts in planned.values())
