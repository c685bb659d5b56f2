from __future__ import annotations

from collections.abc import Callable

import pytest

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.reliable_change import ReliableChange
from gm_workbench.outputs.about import About
from gm_workbench.outputs.changed import changed
from gm_workbench.outputs.output import NUMBER_HIDDEN, Shape
from gm_workbench.outputs.terms import MOTHERS
from gm_workbench.vocabulary.protocols import Section

Maker = Callable[..., Estimate]
Reader = Callable[..., str]


def shares(estimate: Maker) -> ReliableChange:
    parts = [estimate(value, value - 0.03, value + 0.03, "probability", 600, None) for value in (0.15, 0.78, 0.07)]
    return ReliableChange(*parts, smallest=17.0, reliability=0.84)


def test_changed_says_both_directions_beside_what_error_alone_brings(
    section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    output = changed(shares(estimate), section, about, who=MOTHERS)
    assert read(output) == (
        "Van de moeders ging 15 % (marge 12 tot 18) meer vooruit dan de vragenlijst zich vergist, en 7 % (marge 4 tot 10) meer "
        "achteruit. Vergissing alleen brengt ongeveer 2,5 % vooruit en 2,5 % achteruit."
    )
    counts, why = output.words.more
    assert read(output, "en", sentence=counts) == "Here a change of more than 17.0 points counts, at a reliability of 0.84."
    assert read(output, sentence=counts, hidden=("same",)) == ""
    assert "niet waardoor" in why.text.nl


@pytest.mark.parametrize("few", ["up", "down"])
def test_changed_says_how_many_stayed_where_few_went_one_way(
    few: str, section: Section, about: About, estimate: Maker, read: Reader
) -> None:
    output = changed(shares(estimate), section, about, who=MOTHERS)
    assert read(output, hidden=(few,)) == (
        "Bij 78 % was de verandering niet groter dan de vergissing. Hoeveel er meer vooruit of achteruit gingen, wordt niet "
        "getoond, om personen te beschermen."
    )
    assert read(output, hidden=(few, "same")) == NUMBER_HIDDEN.nl


def test_changed_is_made_again_from_counts(section: Section, about: About, estimate: Maker) -> None:
    output = changed(shares(estimate), section, about, who=MOTHERS)
    assert [(cell.row, cell.numerator, cell.n) for cell in output.cells] == [
        ("up", 90, 600),
        ("same", 468, 600),
        ("down", 42, 600),
    ]
    assert output.words.shown_as == (Shape.BARS,)


def test_changed_can_be_said_without_intervals(section: Section, about: About, estimate: Maker) -> None:
    bare = changed(shares(estimate), section, about, who=MOTHERS).words.sentence.without_interval
    assert bare.en.startswith("Of the mothers {up}% went up by more than the questionnaire errs")


def test_changed_without_enough_data_is_one_sentence(section: Section, about: About, read: Reader) -> None:
    output = changed(NotEnoughData("share", "persons with two measurements", 12, 30), section, about, who=MOTHERS)
    assert read(output, "en") == "That cannot be said with these data: that takes at least 30 persons with two measurements."
