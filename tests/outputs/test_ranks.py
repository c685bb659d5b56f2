"""Up and down apart, and places on the ladder: what is said, what is hidden."""

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.directions import Directions
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.rank_mobility import RankMobility
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Measure, Output
from gm_workbench.outputs.ranks import directions, ranks
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

SECTIONS = load_protocol("amersfoort_upward_mobility").sections
ABOUT = About(DataKind.SYNTHETIC, Text("werkenden", "workers"), same("2024"), same("lonen"), Assignment.UNKNOWN)


def spoken(output: Output, language: str = "nl") -> str:
    one = protect([output], load_policy("cbs-stijl")).outputs[0]
    return " ".join(say(sentence, one, language) for sentence in (one.words.sentence, *one.words.more))


def share(value: float, n: int = 200) -> Estimate:
    return Estimate(value, value - 0.05, value + 0.05, 0.025, n, "probability", "x")


def went(up: Estimate, down: Estimate) -> Directions:
    return Directions(up, down, share(0.5))


def test_directions_say_up_and_down_apart_each_with_its_interval():
    said = spoken(directions(went(share(0.4), share(0.2, 300)), SECTIONS["directions"], ABOUT, horizon=24))
    assert said.startswith(
        "Van wie onder de grens begon, zat 40 % er 24 maanden later boven (marge 35 tot 45 %). Van wie erboven begon, zat 20 % "
        "er toen onder of had geen loon (marge 15 tot 25 %)."
    )
    assert "zijn dus geen saldo" in said
    english = spoken(directions(went(share(0.4), share(0.2)), SECTIONS["directions"], ABOUT, horizon=24), "en")
    assert "40% were above it 24 months later (interval 35 to 45%)" in english


@pytest.mark.parametrize(("few", "told"), [(9, False), (10, True), (11, True)])
def test_directions_hide_a_share_of_few_persons(few, told):
    said = spoken(directions(went(share(0.4), share(few / 200)), SECTIONS["directions"], ABOUT, horizon=24))
    assert ("wordt niet getoond" not in said) is told


def test_directions_of_fewer_than_a_hundred_come_without_their_intervals():
    said = spoken(directions(went(share(0.4, 90), share(0.2, 90)), SECTIONS["directions"], ABOUT, horizon=24))
    assert said.startswith("Van wie onder de grens begon, zat 40 % er 24 maanden later boven. Van wie erboven begon, zat 20 %")
    assert "marge" not in said


CHANGED = RankMobility(
    Estimate(0.5, 0.4, 0.6, 0.05, 800, "", "x"),
    Estimate(0.5, 0.4, 0.6, 0.05, 800, "", "x"),
    Estimate(37.5, 35.0, 40.0, 1.25, 800, "percentile", "x"),
    share(0.6),
    share(0.45),
    share(0.7),
    0.25,
)


def test_ranks_say_the_lowest_beside_the_highest_and_what_comes_by_itself():
    output = ranks(CHANGED, SECTIONS["ranks"], ABOUT, horizon=24)
    said = spoken(output)
    assert said.startswith(
        "Na 24 maanden stond 60 % van het laagst betaalde kwart hoger op de ladder (marge 55 tot 65 %). Van het hoogst "
        "betaalde kwart stond 70 % toen lager (marge 65 tot 75 %)."
    )
    assert "toeval dat voorbijgaat" in said
    assert [cell.row for cell in output.cells] == ["rose", "left", "fell", "expected", "slope"]
    assert [cell.measure for cell in output.cells[:3]] == [Measure.SHARE] * 3


@pytest.mark.parametrize(("builder", "section"), [(directions, "directions"), (ranks, "ranks")])
def test_movement_without_enough_data_is_one_sentence(builder, section):
    output = builder(NotEnoughData("x", "persons", 5, 40), SECTIONS[section], ABOUT, horizon=24)
    assert output.cells == ()
    assert "minstens 40 personen" in output.words.sentence.text.nl
