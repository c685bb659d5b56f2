from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.guard.decisions import Choice, Decision, load_decisions, parse_decisions
from gm_workbench.guard.protect import Refusal, protect
from gm_workbench.outputs.output import Cell, Measure, Output

POLICIES = Path(__file__).parents[2] / "data" / "policies"
HEAD = "report,output,decision,reason,decided_by,date\n"
ROW = "tilburg_single_mothers/GM0855,who,release,the number is in the law,A. Jansen,2025-03-01\n"


def test_decisions_that_ship_are_none():
    assert load_decisions("tilburg_single_mothers/GM0855", POLICIES) == ()


def test_decisions_are_those_about_one_report(tmp_path):
    (tmp_path / "decisions.csv").write_text(HEAD + ROW + ROW.replace("GM0855", "GM0363"), encoding="utf-8")
    assert load_decisions("tilburg_single_mothers/GM0855", tmp_path) == (
        Decision(
            "tilburg_single_mothers/GM0855", "who", Choice.RELEASE, "the number is in the law", "A. Jansen", date(2025, 3, 1)
        ),
    )


def test_decisions_without_a_file_are_none(tmp_path):
    assert load_decisions("any", tmp_path) == ()


def test_decisions_with_other_columns_are_refused():
    with pytest.raises(DeclarationError, match="must have the columns report, output, decision"):
        parse_decisions("report,output\n")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("release", "relaese", "row 2: decision must be one of release, withhold"),
        ("A. Jansen", " ", "row 2: decided_by is empty"),
        ("the number is in the law", "", "row 2: reason is empty"),
        ("2025-03-01", "1 March", "row 2: date must be written as yyyy-mm-dd"),
        (",2025-03-01", "", "row 2: must have 6 fields"),
        ("2025-03-01", "2025-03-01,more", "row 2: must have 6 fields"),
        ("GM0855", "GM855", "row 2: report must be written as study/place, a municipality as GM and four digits"),
        ("GM0855", "gm0855", "row 2: report must be written as study/place"),
    ],
)
def test_decision_fault_is_named_with_its_row(old, new, fault):
    with pytest.raises(DeclarationError, match=fault):
        parse_decisions(HEAD + ROW.replace(old, new))


def test_decision_that_is_made_twice_is_refused():
    with pytest.raises(DeclarationError, match="row 3: this output of this report already has a decision"):
        parse_decisions(HEAD + ROW + ROW)


def test_output_that_is_withheld_under_a_misspelt_name_stops_the_report(words, policy):
    """Nobody would be told that the output itself stays."""
    outputs = [Output(words("who"), (Cell("all", "n", Measure.COUNT, 40),))]
    row = Decision("tilburg_single_mothers/GM0855", "whoo", Choice.WITHHOLD, "r", "n", date(2026, 11, 27))
    told = protect(outputs, policy, (row,))
    assert isinstance(told, Refusal)
    assert "withholds whoo, which the report does not have; it has who" in told.reasons[0]
    withheld = protect(outputs, policy, (replace(row, output="who"),))
    assert withheld.outputs[0].withheld
    assert not isinstance(protect(outputs, policy, (replace(row, decision=Choice.RELEASE),)), Refusal)
