from __future__ import annotations

from collections.abc import Callable

import pytest

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.knob_order import Order, Places
from gm_workbench.metrics.moderation import Interaction, Knob, Moderation, SimpleSlope
from gm_workbench.outputs.about import About
from gm_workbench.outputs.model import knob_map, moderation_dots
from gm_workbench.outputs.output import Shape
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import same

Maker = Callable[..., Estimate]
Reader = Callable[..., str]

SHORT = NotEnoughData("link", "persons with two measurements", 12, 30)


@pytest.fixture
def knob(estimate: Maker) -> Callable[[str, float, float], Knob]:
    """Make a knob from its room and its link, with an interval of .05 to both sides."""

    def maker(name: str, room: float, link: float) -> Knob:
        parts = (
            estimate(value, value - 0.05, value + 0.05, unit, groups=None) for value, unit in ((room, "share"), (link, "sd"))
        )
        return Knob(name, *parts, 700)

    return maker


def order(**places: tuple[tuple[int, int], tuple[int, int]]) -> Order:
    return Order((), tuple(Places(name, room, link) for name, (room, link) in places.items()), 700)


FOUR = (("ATT", 0.35, 0.30), ("SEF", 0.62, 0.41), ("NRM", 0.22, 0.04), ("ENV", 0.70, 0.35))
IN_ORDER = order(ATT=((3, 3), (3, 3)), SEF=((2, 2), (1, 1)), NRM=((4, 4), (4, 4)), ENV=((1, 1), (2, 2)))


def test_knob_map_puts_room_and_relation_side_by_side(
    knob: Callable[..., Knob], section: Section, about: About, read: Reader
) -> None:
    output = knob_map([knob(*one) for one in FOUR], section, about, order=IN_ORDER)
    assert [cell.key for cell in output.cells][:2] == [("ATT", "x"), ("ATT", "y")]
    assert output.words.shown_as == (Shape.MAP,)
    assert read(output) == (
        "De meeste ruimte zit bij belemmeringen: daar is nog 70 % van de schaal te winnen (marge 65 tot 75). Het sterkst "
        "beweegt geloof in eigen kunnen mee met de intentie (0,41 standaarddeviaties, marge 0,36 tot 0,46)."
    )
    assert "Self-efficacy moves most with intention" in read(output, "en")
    assert output.words.options["strong"] == ("SEF",)


def test_knob_map_is_drawn_between_tens_around_what_may_be_drawn(
    knob: Callable[..., Knob], section: Section, about: About
) -> None:
    axis = knob_map([knob("A", 0.44, 0.3), knob("B", 0.99, 0.3)], section, about).words.axes["x"]
    assert (axis.tens, axis.low, axis.high) == (True, None, None)  # its bounds are those of the protected points


def test_knob_map_names_no_first_where_knobs_cannot_be_told_apart(
    knob: Callable[..., Knob], section: Section, about: About, read: Reader
) -> None:
    places = order(ATT=((3, 4), (1, 3)), SEF=((1, 2), (1, 2)), NRM=((3, 4), (4, 4)), ENV=((1, 2), (1, 3)))
    output = knob_map([knob(*one) for one in FOUR], section, about, order=places)
    assert read(output) == (
        "De meeste ruimte zit bij een van deze: geloof in eigen kunnen, belemmeringen. Welke daarvan, is nog niet te zeggen. "
        "Het sterkst beweegt een van deze mee met de intentie: houding, geloof in eigen kunnen, minder belemmeringen. Welke "
        "daarvan, is nog niet te zeggen."
    )
    assert output.words.options["strong"] == ("ATT", "SEF", "ENV")


@pytest.mark.parametrize("given", [None, NotEnoughData("order", "knobs", 1, 2)])
def test_knob_map_without_an_order_puts_no_knob_first(
    given: NotEnoughData | None, knob: Callable[..., Knob], section: Section, about: About, read: Reader
) -> None:
    output = knob_map([knob(*one) for one in FOUR], section, about, order=given)
    assert read(output, "en").count("cannot be said yet") == 2
    assert output.words.options["strong"] == ()


def test_knob_map_lists_no_knobs_where_it_may_be_any(
    knob: Callable[..., Knob], section: Section, about: About, read: Reader
) -> None:
    said = read(knob_map([knob(*one) for one in FOUR], section, about))
    assert said == (
        "Bij welke knop de meeste ruimte zit, is nog niet te zeggen. Welke knop het sterkst meebeweegt met de "
        "intentie, is nog niet te zeggen."
    )


def test_knob_map_says_when_no_relation_is_certain(
    knob: Callable[..., Knob], section: Section, about: About, read: Reader
) -> None:
    output = knob_map((knob("ATT", 0.35, 0.05), knob("NRM", 0.2, -0.3)), section, about)
    assert read(output).endswith("Welke knop meebeweegt met de intentie, is nog niet te zeggen.")
    assert output.words.options["strong"] == ()
    assert len(output.words.more) == 1  # no word on moderators that are not there


def test_knob_without_a_relation_is_left_off_the_map(
    knob: Callable[..., Knob], estimate: Maker, section: Section, about: About
) -> None:
    half = Knob("NRM", estimate(0.9, 0.8, 1.0, "share"), SHORT, 700)
    output = knob_map((knob("ATT", 0.35, 0.30), half), section, about)
    assert {cell.row for cell in output.cells} == {"ATT"}


def test_knob_map_without_knobs_is_one_sentence(estimate: Maker, section: Section, about: About, read: Reader) -> None:
    half = Knob("NRM", estimate(0.9, 0.8, 1.0, "share"), SHORT, 700)
    said = read(knob_map((half,), section, about))
    assert said == "Dat is met deze gegevens niet te zeggen: daarvoor zijn minstens 30 personen met twee metingen nodig."


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((0.1, 0.9), "Bij meer vaardigheden is die stap groter."),
        ((-0.9, -0.1), "Bij meer vaardigheden is die stap kleiner."),
        ((0.0, 0.9), "Of vaardigheden daarbij uitmaken, is nog niet te zeggen."),
        ((-0.9, 0.9), "Of vaardigheden daarbij uitmaken, is nog niet te zeggen."),
    ],
)
def test_moderation_is_read_in_both_directions(
    ends: tuple[float, float], says: str, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    changed = Interaction("SKL", 12.0, estimate(sum(ends) / 2, *ends))
    slopes = tuple(SimpleSlope("SKL", at, estimate(3.2 + at, 2.9 + at, 3.5 + at)) for at in (-1, 0, 1))
    output = moderation_dots(Moderation((changed,), slopes, 10.0), section, about)
    assert read(output) == (
        f"Bij gemiddelde vaardigheden gaan 10 punten meer intentie samen met +3,2 punten gedrag (marge +2,9 tot +3,5). {says}"
    )
    assert [cell.row for cell in output.cells] == ["SKL_-1", "SKL_+0", "SKL_+1", "SKL_by"]
    assert output.words.label("SKL_-1").nl == "weinig vaardigheden"
    assert output.words.label("SKL_by").en == "difference per standard deviation of skills"


def test_moderation_words_can_be_replaced(section: Section, about: About, estimate: Maker, read: Reader) -> None:
    slopes = (SimpleSlope("X", 0, estimate(1.0, 0.5, 1.5)),)
    result = Moderation((Interaction("X", 1.0, estimate(0.0, -1.0, 1.0)),), slopes, 1.0)
    assert "average tools" in read(moderation_dots(result, section, about, labels={"X": same("tools")}), "en")
    assert "average X" in read(moderation_dots(result, section, about), "en")


def test_moderation_without_enough_data_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    output = moderation_dots(NotEnoughData("moderation", "persons", 12, 30), section, about)
    assert (output.words.shown_as, output.cells) == ((Shape.WORDS,), ())
    assert read(output, "en") == "That cannot be said with these data: that takes at least 30 persons."
