from __future__ import annotations

import pytest

from gm_workbench.guard.cells import Reason
from gm_workbench.guard.phrasing import notes, quotes_few, silenced
from gm_workbench.outputs.output import Axis, Sentence, Slot, plain
from gm_workbench.vocabulary.text import Text, same


@pytest.mark.parametrize(
    "text",
    [
        "Van de 7 vrouwen",
        "9 jonge moeders",
        "of 3 workers",
        "1 persoon",
        "Alle 2  deelnemers",
        "Scores, n = 4.",
        "n=3, en",
        "Van de drie vrouwen",
        "Four of the mothers",
    ],
)
def test_words_that_name_few_persons_are_found(policy, words, text):
    assert quotes_few(words(caption=same(text)), policy)


@pytest.mark.parametrize(
    "text",
    [
        "10 personen",
        "na 6 maanden",
        "T3",
        "1.234 personen",
        "12 maanden bij vrouwen",
        "0 personen",
        "4,7 personen",
        "art. 9 lid 1",
        "twee mensen antwoorden",
        "na drie maanden bij vrouwen",
        "minstens drie personen",
        "n = 3,5",
    ],
)
def test_other_numbers_in_words_are_let_through(policy, words, text):
    assert not quotes_few(words(caption=same(text)), policy)


@pytest.mark.parametrize(
    "where",
    [
        {"heading": same("7 vrouwen")},
        {"lead": Text("x", "7 women")},
        {"sentence": Sentence(same("x"), otherwise=same("7 vrouwen"))},
        {"alt": plain(same("7 vrouwen"))},
        {"more": (plain(same("7 vrouwen")),)},
        {"population": same("7 vrouwen")},
        {"labels": {"a": same("7 vrouwen")}},
        {"tile_words": {"a": same("7 vrouwen")}},
        {"axes": {"x": Axis(same("7 vrouwen"))}},
        {"row_title": same("7 vrouwen")},
        {"options": {"strong": "7 vrouwen"}},
        {"options": {"strong": ("a", "7 vrouwen")}},
    ],
)
def test_every_place_of_the_words_is_read(policy, words, where):
    assert quotes_few(words(**where), policy)


def test_key_of_a_row_is_read_where_it_has_no_label(policy, words):
    assert quotes_few(words(), policy, ["4 vrouwen"])
    assert not quotes_few(words(labels={"4 vrouwen": same("vrouwen")}), policy, ["4 vrouwen"])


def test_slots_are_not_words(policy, words):
    assert not quotes_few(words(sentence=Sentence(same("{n} vrouwen"), {"n": Slot("a", "b")})), policy)


def test_silenced_words_say_why_and_drop_all_the_rest(policy, words):
    because = Text("Niet getoond.", "Not shown.")
    made = silenced(words(labels={"a": same("x")}, options={"low": 3.0}, tile_words={"a": same("y")}), policy, because)
    assert (made.labels, made.options, made.tile_words, made.axes, made.more) == ({}, {}, {}, {}, ())
    assert made.sentence.text == made.alt.text == because


def test_notes_count_each_reason_once_in_both_languages(policy):
    made = notes([Reason.GROUPS, Reason.THRESHOLD, Reason.THRESHOLD], policy, rounded=True)
    assert [(note.nl, note.en) for note in made] == [
        ("2 getallen niet getoond (minder dan 10 personen)", "2 numbers not shown (fewer than 10 persons)"),
        ("1 getal niet getoond (minder dan 3 consulenten of teams)", "1 number not shown (fewer than 3 coaches or teams)"),
        ("Aantallen zijn afgerond op 10", "Counts are rounded to 10"),
    ]


def test_notes_under_rounding_say_what_totals_are(rounding):
    assert [note.nl for note in notes([], rounding, rounded=True)] == [
        "Aantallen zijn afgerond op 5; totalen zijn sommen van wat getoond is"
    ]


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("times", [1, 2])
def test_every_reason_has_a_note(policy, reason, times):
    (note,) = notes([reason] * times, policy, rounded=False)
    assert note.nl
    assert "{" not in note.nl + note.en
