from __future__ import annotations

import re
from pathlib import Path

import pytest

import gm_workbench.metrics
from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.outputs.shortages import EQUAL, NO_ANSWER, OWN, UNSTABLE, WHAT, all_known, each_group, shortage
from gm_workbench.vocabulary.text import Text


@pytest.mark.parametrize("what", sorted(WHAT))
def test_a_shortage_says_what_it_takes_and_never_what_there_was(what: str) -> None:
    said = shortage(NotEnoughData("method", what, 7, 30))
    assert "30" in said.nl
    assert "30" in said.en
    assert "7" not in said.nl + said.en


def test_a_shortage_of_one_does_not_say_that_there_was_none() -> None:
    said = shortage(NotEnoughData("method", "persons", 0, 1))
    assert said.nl == "Dat is met deze gegevens niet te zeggen: daarvoor zijn er te weinig personen."
    assert said.en == "That cannot be said with these data: there are too few persons for that."


def test_data_that_do_not_differ_and_a_fit_that_does_not_hold_have_words_of_their_own() -> None:
    assert EQUAL.nl in shortage(NotEnoughData("method", "different outcomes", 1, 2)).nl
    assert UNSTABLE.en in shortage(NotEnoughData("method", "optimisers that agree", 1, 2)).en


def test_every_count_that_a_metric_asks_for_has_words() -> None:
    rooms = Path(gm_workbench.metrics.__path__[0]).glob("*.py")
    asked = {
        what
        for room in rooms
        for what in re.findall(r'\("((?:persons|coaches|groups|items|clusters|teams|moments)[a-z ]*)", ', room.read_text())
    }
    assert asked - set(WHAT) == {"persons who change"}


def wants() -> set[str]:
    """Give what metrics name as short: in NotEnoughData itself, and as (what, got, needed)."""
    calls, rooms = r'NotEnoughData\([\w.]+, "([^"{]+)"', Path(gm_workbench.metrics.__path__[0]).glob("*.py")
    named = r'\("([a-z]+ [a-z ()F]+)", [^"\n]+, [^"\n]+\)'
    return {what for room in rooms for pattern in (calls, named) for what in re.findall(pattern, room.read_text())}


def test_what_has_no_words_is_about_data_that_do_not_differ() -> None:
    told = {*WHAT, *OWN, *NO_ANSWER}
    assert "rows after the first of each person" in wants()
    assert {what for what in wants() - told if not re.match("different |items that differ|persons who change", what)} == set()


def test_a_weak_assignment_is_not_called_equal_data() -> None:
    said = shortage(NotEnoughData("method", "strength of the first stage (F)", 3, 10))
    assert said.nl == "Dat is met deze gegevens niet te zeggen: de toewijzing maakte te weinig verschil voor wat mensen kregen."


@pytest.mark.parametrize("what", ["groups", "coaches", "clusters"])
def test_groups_are_called_what_they_are(what: str) -> None:
    said = shortage(NotEnoughData("method", what, 3, 10), Text("teams", "teams"))
    assert said.nl.endswith("daarvoor zijn minstens 10 teams nodig.")
    assert "personen" in shortage(NotEnoughData("method", "persons", 3, 10), Text("teams", "teams")).nl


def test_persons_of_a_relation_are_those_who_answered_everything() -> None:
    short = all_known(NotEnoughData("within", "persons", 12, 30))
    assert shortage(short).nl.endswith("daarvoor zijn minstens 30 personen met antwoord op alle gebruikte vragen nodig.")
    assert all_known(NotEnoughData("within", "groups", 4, 10)).what == "groups"


def test_groups_that_are_short_on_one_side_are_said_so() -> None:
    assert shortage(each_group(NotEnoughData("x", "clusters", 8, 10)), Text("teams", "teams")).en.endswith(
        "10 teams in each group."
    )
    assert each_group(NotEnoughData("x", "exits that were followed", 8, 10)).what == "exits that were followed"


@pytest.mark.parametrize("what", ["coaches in each group", "clusters in each group"])
def test_groups_on_each_side_are_called_what_they_are_too(what: str) -> None:
    said = shortage(NotEnoughData("method", what, 3, 5), Text("teams", "teams"))
    assert said.nl.endswith("daarvoor zijn minstens 5 teams per groep nodig.")
    assert said.en.endswith("that takes at least 5 teams in each group.")
