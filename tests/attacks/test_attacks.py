"""No attack recovers what the guard hides; and each would, if its rule and the other layers were off."""

from __future__ import annotations

import pytest
from attacking.attack import Attack
from attacking.every import ATTACKS
from attacking.rules import RULES, switched_off

pytestmark = pytest.mark.untraced

FEWEST = 40


def _marked(one: Attack) -> object:
    marks = [pytest.mark.xfail(strict=True, reason=one.open)] if one.open else []
    return pytest.param(one, id=one.name, marks=marks)


MARKED = [_marked(one) for one in ATTACKS]


@pytest.mark.parametrize("one", MARKED)
def test_attack_recovers_nothing(one):
    assert not one.succeeds()


@pytest.mark.parametrize("one", [one for one in ATTACKS if not one.open], ids=lambda one: one.name)
def test_rule_stops_its_attack_by_itself(one):
    assert not one.succeeds_against_its_rule_alone()


@pytest.mark.parametrize("one", ATTACKS, ids=lambda one: one.name)
def test_attack_succeeds_when_nothing_is_in_its_way(one):
    assert one.succeeds_unopposed()


def test_every_rule_has_an_attack_that_it_stops():
    assert RULES.keys() - {one.rule for one in ATTACKS if not one.open} == set()


def test_there_are_attacks_enough_and_each_says_what_it_does():
    assert len(ATTACKS) >= FEWEST
    assert len({one.says for one in ATTACKS}) == len(ATTACKS)


def test_rules_are_on_again_after_an_attack():
    from gm_workbench.guard import protect

    with switched_off(RULES):
        assert protect.plan.__name__ == "start"
    assert protect.plan.__name__ == "plan"
