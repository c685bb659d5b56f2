"""How far wages moved: what is said of it, and what it may not be taken for."""

import pytest

from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.protect import protect
from gm_workbench.metrics.directions import Movement
from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.outputs.about import About
from gm_workbench.outputs.growth import CONSTANT_PRICES
from gm_workbench.outputs.movement import NOT_WHY, movement
from gm_workbench.outputs.output import NUMBER_HIDDEN, Output
from gm_workbench.outputs.sentences import say
from gm_workbench.vocabulary.protocols import Assignment, load_protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

SECTION = load_protocol("amersfoort_upward_mobility").sections["movement"]
ABOUT = About(DataKind.SYNTHETIC, Text("werkenden", "workers"), same("2024"), same("lonen"), Assignment.UNKNOWN)


def mean(value: float, n: int) -> Estimate:
    return Estimate(value, value - 0.01, value + 0.01, 0.005, n, "log points", "x")


def moved(net: float, n: int = 200, fell: int = 60, largest: float = 0.2) -> Output:
    found = Movement(mean(0.10, n), mean(net, n), mean((0.10 + net) / 2, n), mean((0.10 - net) / 2, n), n - fell, fell, largest)
    return movement(found, SECTION, ABOUT, horizon=24, prices=CONSTANT_PRICES)


def spoken(output: Output, language: str = "nl") -> str:
    one = protect([output], load_policy("cbs-stijl")).outputs[0]
    return " ".join(say(sentence, one, language) for sentence in (one.words.sentence, *one.words.more))


@pytest.mark.parametrize(("net", "told"), [(0.06, "+6,2 % (marge +5,1 tot +7,3 %)"), (-0.06, "−5,8 % (marge −6,8 tot −4,9 %)")])
def test_movement_says_the_balance_in_either_direction_and_the_way_behind_it(net, told):
    assert spoken(moved(net)) == (
        f"Over 24 maanden veranderde het uurloon gemiddeld met {told}, gecorrigeerd voor prijzen. Telt een daling even zwaar "
        "als een stijging, dan bewoog het gemiddeld 10,5 % (marge 9,4 tot 11,6 %). Veel beweging is niet goed of slecht: ook "
        f"een toevallig hoog of laag loon is beweging. {NOT_WHY.nl}"
    )
    assert "corrected for prices. When a fall counts as much as a rise, it moved by 10.5%" in spoken(moved(net), "en")


def test_movement_shows_how_much_of_it_was_up_and_down():
    output = moved(0.06)
    assert [cell.row for cell in output.cells] == ["net", "amount", "gains", "losses"]
    assert [round(cell.value, 2) for cell in output.cells] == [6.18, 10.52, 8.33, -1.98]


@pytest.mark.parametrize(("fell", "told"), [(0, 1), (1, 1), (9, 1), (10, 4)])
def test_movement_of_few_who_fell_is_the_balance_only(fell, told):
    output = protect([moved(0.06, fell=fell)], load_policy("cbs-stijl")).outputs[0]
    assert [cell.hidden for cell in output.cells].count(False) == told
    assert ("Telt een daling" in spoken(moved(0.06, fell=fell))) is (told > 1)


@pytest.mark.parametrize(("largest", "rows"), [(0.5, 4), (0.51, 1)])
def test_movement_that_one_person_makes_is_the_balance_only(largest, rows):
    output = moved(0.06, largest=largest)
    assert len(output.cells) == rows
    assert ("tellen de delen niet precies op" in output.words.caption.nl) is (rows > 1)


def test_movement_of_too_few_persons_is_one_sentence():
    short = NotEnoughData("movement", "persons", 9, 10)
    assert movement(short, SECTION, ABOUT, horizon=24, prices=CONSTANT_PRICES).cells == ()
    assert spoken(moved(0.06, 9, fell=4)).startswith(NUMBER_HIDDEN.nl)
