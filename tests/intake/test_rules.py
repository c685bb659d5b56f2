"""Every reason has words in both languages and a severity; the table of broken deliveries speaks of these and no others."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gm_workbench.errors import DeliveryError, KeyChanged, MissingKey, MixedKinds, PartlyAccepted, RetentionPassed
from gm_workbench.intake.faults import found, refusing, shape, worst
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.intake.rules.book import RULES
from gm_workbench.vocabulary.text import Text

BROKEN = list(csv.DictReader((Path(__file__).parent / "broken.csv").read_text(encoding="utf-8").splitlines()))
NAMED = [case for case in BROKEN if case["reason"]]
SEVERITIES = {"note": Severity.NOTE, "aside": Severity.SET_ASIDE, "refuse": Severity.REFUSE}


def test_every_reason_has_a_rule():
    assert set(RULES) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_rule_has_the_same_slots_in_both_languages(reason):
    rule = RULES[reason]
    fault = found(reason, **dict.fromkeys(rule.slots - {"count"}, Text("nl", "en")))
    assert all((fault.problem.nl, fault.problem.en, fault.remedy.nl, fault.remedy.en))
    assert fault.severity is rule.severity


def test_a_slot_that_is_not_filled_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError, match="promised"):
        found(Reason.EXTRA_ROWS, found=3)


def test_a_fault_shows_three_cells_by_their_shape_only():
    fault = found(Reason.DATE, "a.csv", cells=["31-02-2024", "123456782", "Jansen", "x"], allowed="jjjjmmdd")
    assert fault.examples == ("##-##-####", "#########", "aaaaaa")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("", ""),
        ("=cmd()", "=aaa()"),
        ("\u0661\u0662", "##"),
        ("a\x00b\n", "a?a?"),
        ("1" * 40, "#" * 12 + "…"),
        ("É<b>", "a?a?"),
    ],
)
def test_shape_keeps_no_letter_digit_or_control_sign(cell, shown):
    assert shape(cell) == shown


def test_the_worst_counts_and_a_file_can_be_refused_for_what_sets_rows_aside():
    faults = [found(Reason.LINE_ENDS), found(Reason.DUPLICATE, key="PERSON")]
    assert worst(faults) is Severity.REFUSE
    assert worst(faults[1:]) is Severity.SET_ASIDE
    assert worst(map(refusing, faults[1:])) is Severity.REFUSE
    assert worst([]) is Severity.NOTE


@pytest.mark.parametrize("case", NAMED, ids=lambda case: f"{case['id']}-{case['reason']}")
def test_broken_delivery_names_a_rule_of_that_weight_and_its_exit_code(case):
    severity = SEVERITIES[case["severity"]]
    rule = RULES[Reason(case["reason"])].severity
    escalated = rule is Severity.SET_ASIDE and severity is Severity.REFUSE
    assert severity is rule or escalated
    refused = MixedKinds if case["reason"] == Reason.MIXED_KINDS else DeliveryError
    exits = {Severity.NOTE: 0, Severity.SET_ASIDE: PartlyAccepted.exit_code, Severity.REFUSE: refused.exit_code}
    assert int(case["exit"]) == exits[severity]


def test_broken_deliveries_without_a_fault_end_well_or_with_an_error_of_their_own():
    own = {0, MissingKey.exit_code, KeyChanged.exit_code, RetentionPassed.exit_code}
    assert {int(case["exit"]) for case in BROKEN if not case["reason"]} <= own


def test_broken_deliveries_are_many_and_numbered_once():
    assert len({case["id"] for case in BROKEN}) == len(BROKEN) >= 88
    assert all(case["edit"] for case in BROKEN)
