"""Runs that count as one: hand-drawn spells, the declared rules, and a slow way beside ours."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gm_workbench.errors import DeclarationError, MetricError
from gm_workbench.panel.ledger import Ledger
from gm_workbench.panel.merging import merge_runs, spell_rule, spell_rules
from gm_workbench.panel.runs import MergeCounts, MergeRule, Runs, runs_of_spells
from gm_workbench.panel.spells import CENSORED, OTHERWISE, TO_WORK
from gm_workbench.vocabulary.schemas import PROVISION
from gm_workbench.vocabulary.text import Text

PEOPLE = pd.Index(list("abcd"))
GOES_ON = "goes on"
TOUCH = MergeRule("touch")


def spells(*drawn):
    """Draw spells: person, first, last, and how it ended, or that it goes on."""
    person, first, last, ends = zip(*drawn, strict=True)
    event = np.array([CENSORED if end == GOES_ON else end for end in ends], dtype=np.int8)
    numbers = (np.array(each, dtype=np.int32) for each in (person, first, last))
    return runs_of_spells(PEOPLE, *numbers, event, np.array([end == GOES_ON for end in ends]))


def told(runs):
    ends = [GOES_ON if on else int(event) for event, on in zip(runs.event, runs.open_end, strict=True)]
    return list(zip(runs.person.tolist(), runs.first.tolist(), runs.last.tolist(), ends, strict=True))


def test_spells_that_overlap_touch_or_lie_a_month_apart_are_counted_each_as_such():
    runs = spells(
        (0, 1, 5, OTHERWISE), (0, 4, 6, OTHERWISE), (0, 7, 8, OTHERWISE), (0, 10, 12, TO_WORK), (0, 15, 15, OTHERWISE)
    )
    merged, counts = merge_runs(runs, MergeRule("wage_cost_subsidy", gap_months=1))
    assert told(merged) == [(0, 1, 12, TO_WORK), (0, 15, 15, OTHERWISE)]
    assert counts == MergeCounts(before=5, after=2, overlapping=1, touching=1, bridged=1, stale=0)


def test_a_gap_as_long_as_the_rule_is_bridged_and_a_longer_one_is_not():
    for gap, left in ((1, 1), (2, 1), (3, 2)):
        merged, _ = merge_runs(spells((0, 1, 5, OTHERWISE), (0, 6 + gap, 20, TO_WORK)), MergeRule("two", gap_months=2))
        assert len(merged) == left


def test_a_spell_within_another_ends_with_the_longer_one():
    merged, _ = merge_runs(spells((0, 1, 20, OTHERWISE), (0, 3, 5, TO_WORK), (0, 10, 12, TO_WORK)), TOUCH)
    assert told(merged) == [(0, 1, 20, OTHERWISE)]


def test_what_still_goes_on_when_last_seen_has_not_ended():
    merged, _ = merge_runs(spells((0, 1, 9, TO_WORK), (0, 3, 9, GOES_ON), (1, 1, 9, OTHERWISE), (1, 3, 9, TO_WORK)), TOUCH)
    assert told(merged) == [(0, 1, 9, GOES_ON), (1, 1, 9, TO_WORK)]


def test_spells_of_two_people_stay_apart():
    merged, counts = merge_runs(spells((0, 1, 9, TO_WORK), (1, 2, 4, OTHERWISE)), MergeRule("wide", gap_months=99))
    assert (len(merged), counts.after) == (2, 2)


def test_a_stale_spell_is_censored_and_does_not_swallow_what_came_later():
    rule = MergeRule("stale", stale_after_months=36)
    merged, counts = merge_runs(
        spells((0, 1, 100, GOES_ON), (0, 60, 70, TO_WORK), (1, 1, 36, GOES_ON), (2, 1, 90, TO_WORK)), rule
    )
    assert told(merged) == [(0, 1, 36, GOES_ON), (0, 60, 70, TO_WORK), (1, 1, 36, GOES_ON), (2, 1, 90, TO_WORK)]
    assert counts.stale == 1


def test_runs_out_of_order_are_refused():
    one, later = (np.array(each, dtype=np.int32) for each in ([0, 0], [5, 1]))
    runs = Runs(PEOPLE, one, later, later, one.astype(np.int8), one.astype(bool))
    with pytest.raises(MetricError, match="order of person and first month"):
        merge_runs(runs, TOUCH)


def test_no_runs_merge_into_none():
    none = np.zeros(0, dtype=np.int32)
    merged, counts = merge_runs(Runs(PEOPLE, none, none, none, none.astype(np.int8), none.astype(bool)), TOUCH)
    assert (len(merged), counts.before) == (0, 0)


def test_merging_does_not_change_what_it_was_given():
    runs = spells((0, 1, 100, GOES_ON), (0, 60, 70, TO_WORK))
    before = told(runs)
    merge_runs(runs, MergeRule("stale", stale_after_months=5))
    assert told(runs) == before


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 15), st.sampled_from([CENSORED, TO_WORK, OTHERWISE])),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 3),
)
def test_merged_runs_cover_the_months_that_a_slow_way_covers(drawing, gap):
    runs = spells(*((person, first, first + length, event) for person, first, length, event in drawing))
    merged, counts = merge_runs(runs, MergeRule("any", gap_months=gap))
    slow = []
    for person, first, last, _ in sorted(told(runs), key=lambda each: each[:3]):
        if slow and slow[-1][0] == person and first - slow[-1][2] - 1 <= gap:
            slow[-1][2] = max(slow[-1][2], last)
        else:
            slow.append([person, first, last])
    assert [list(each[:3]) for each in told(merged)] == slow
    assert counts.after == counts.before - counts.overlapping - counts.touching - counts.bridged == len(merged)


def test_declared_rules_are_assumed_and_name_types_that_exist():
    rules = spell_rules()
    assert {"benefit", "wage_cost_subsidy", "provision", "sick_leave"} <= rules.keys()
    assert rules["wage_cost_subsidy"] == MergeRule("wage_cost_subsidy", ("04", "flat_rate_subsidy"), 1, 36)
    assert {word for rule in rules.values() for word in rule.types} <= set(PROVISION)


def test_unknown_rule_is_told_with_the_nearest(tmp_path):
    with pytest.raises(DeclarationError, match=r"no 'benefits'.*benefit"):
        spell_rule("benefits")
    (tmp_path / "spell_rules.yml").write_text(
        "rules: {odd: {gap_months: -1, status: label_only, source: nobody}}", encoding="utf-8"
    )
    with pytest.raises(DeclarationError, match="3 fault") as faults:
        spell_rules(tmp_path)
    assert "gap_months must be 0 or more" in str(faults.value)
    assert "must be documented or assumed" in str(faults.value)


def test_ledger_holds_what_rules_did_and_loses_nobody():
    counts = MergeCounts(3, 1, 1, 1, 0, 0)
    ledger = Ledger().then(Text("a", "a"), 12, Text("b", "b")).merging("benefit", counts)
    assert ledger.merged == (("benefit", counts),)
    after = ledger.then(Text("c", "c"), 11, Text("d", "d"))
    assert (after.persons, after.merged) == (11, ledger.merged)
