"""A ledger's steps put together: no loss between nobody and the threshold is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gm_workbench.guard.steps import merged
from gm_workbench.panel.ledger import Ledger, Step
from gm_workbench.vocabulary.text import Text


def ledger(*persons):
    """Draw a ledger from the persons after each step; steps are called a, b, c, ..."""
    before = (persons[0], *persons)
    names = [Text(f"{name} nl", name) for name in "abcdefghijklmnop"]
    return [Step(names[at], before[at], out, Text(f"niet {at}", f"not {at}")) for at, out in enumerate(persons)]


def told(steps):
    return [(step.label.en, step.persons_in, step.persons_out) for step in steps]


@pytest.mark.parametrize(
    ("drop", "expected"),
    [
        (0, [("a", 90, 90), ("b", 90, 90), ("c", 90, 60)]),
        (1, [("a", 90, 90), ("b, c", 90, 59)]),
        (9, [("a", 90, 90), ("b, c", 90, 51)]),
        (10, [("a", 90, 90), ("b", 90, 80), ("c", 80, 50)]),
    ],
)
def test_a_drop_below_the_threshold_goes_together_with_the_next_step(drop, expected):
    assert told(merged(ledger(90, 90 - drop, 60 - drop), 10)) == expected


def test_a_small_drop_at_the_end_goes_together_with_the_last_that_lost_enough():
    assert told(merged(ledger(90, 70, 70, 66), 10)) == [("a", 90, 90), ("b, c, d", 90, 66)]


def test_small_drops_add_up_until_they_are_enough():
    assert told(merged(ledger(90, 86, 86, 80, 79), 10)) == [("a", 90, 90), ("b, c, d, e", 90, 79)]
    assert told(merged(ledger(90, 86, 80, 50), 10)) == [("a", 90, 90), ("b, c", 90, 80), ("d", 80, 50)]


def test_when_all_steps_together_lose_few_only_those_who_remained_are_told():
    assert told(merged(ledger(90, 86, 86, 85), 10)) == [("a, b, c, d", 85, 85)]


def test_steps_that_lost_nobody_stay_as_they_are():
    assert told(merged(ledger(90, 90, 90), 10)) == [("a", 90, 90), ("b", 90, 90), ("c", 90, 90)]


def test_labels_and_reasons_are_joined_in_both_languages():
    step = merged(ledger(90, 86, 60), 10)[1]
    assert (step.label, step.why) == (Text("b nl, c nl", "b, c"), Text("niet 1; niet 2", "not 1; not 2"))


def test_how_many_went_into_the_first_step_is_not_told():
    assert told(merged([Step(Text("a", "a"), 93, 90, Text("-", "-"))], 10)) == [("a", 90, 90)]


def test_no_steps_give_none():
    assert merged([], 10) == ()


@settings(deadline=None)
@given(st.lists(st.integers(0, 25), max_size=9), st.integers(0, 40), st.integers(1, 15))
def test_no_drop_lies_between_nobody_and_the_threshold(drops, left, least):
    persons = [left + sum(drops[at:]) for at in range(len(drops) + 1)]
    steps = ledger(*persons)
    made = merged(steps, least)
    lost = [step.persons_in - step.persons_out for step in made]
    assert [drop for drop in lost if 0 < drop < least] == []
    assert Ledger(made).persons == left
    assert all(step.persons_out in persons for step in made)
    if not any(0 < drop < least for drop in drops):
        assert list(made) == steps
    assert merged(made, least) == made
