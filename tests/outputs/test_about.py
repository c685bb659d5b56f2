from __future__ import annotations

from dataclasses import replace

import pytest

from gm_workbench.outputs.about import About, section_words, words_only
from gm_workbench.outputs.output import Role, Shape, plain
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.text import Text


@pytest.mark.parametrize("assignment", list(Assignment))
def test_a_difference_is_called_an_effect_only_after_a_lot(assignment: Assignment, about: About) -> None:
    named = replace(about, assignment=assignment)
    lot = assignment is Assignment.RANDOMISED
    assert named.may_say_effect is lot
    assert named.difference.en == ("effect of the introduction" if lot else "difference after introduction")


def test_section_words_come_from_the_section_and_from_about(section: Section, about: About) -> None:
    said = plain(Text("Zo.", "So."))
    words = section_words(section, about, sentence=said, caption=Text("c", "c"), alt=said)
    assert (words.id, words.heading, words.lead) == ("part", section.heading, section.lead)
    assert (words.kind, words.population, words.period, words.source) == (
        about.kind,
        about.population,
        about.period,
        about.source,
    )
    assert (
        section_words(section, about, sentence=said, caption=said.text, alt=said, id="other", lead=Text("", "")).lead.nl == ""
    )


def test_words_only_is_a_sentence_without_numbers(section: Section, about: About) -> None:
    output = words_only(section, about, Text("Niets.", "Nothing."), id="part_two", role=Role.ANSWER)
    assert (output.id, output.words.role, output.words.shown_as, output.cells) == ("part_two", Role.ANSWER, (Shape.WORDS,), ())
    assert output.words.alt == output.words.sentence
