"""Texts in two languages, and numbers as each writes them."""

import pytest

from gm_workbench.vocabulary.text import LANGUAGES, Text, number, same


@pytest.mark.parametrize(
    ("value", "digits", "dutch", "english"),
    [
        (0, 0, "0", "0"),
        (999, 0, "999", "999"),
        (1000, 0, "1.000", "1,000"),
        (1234567.891, 2, "1.234.567,89", "1,234,567.89"),
        (-0.4, 0, "0", "0"),
        (-0.04, 1, "0,0", "0.0"),
        (-0.05001, 1, "−0,1", "−0.1"),
        (2.94, 1, "2,9", "2.9"),
    ],
)
def test_number_is_written_as_the_language_does(value, digits, dutch, english):
    assert number(value, digits) == dutch
    assert number(value, digits, language="en") == english


@pytest.mark.parametrize(("value", "written"), [(0.1, "+0,1"), (0.0, "0,0"), (-0.1, "−0,1"), (0.04, "0,0")])
def test_signed_number_has_a_sign_unless_it_prints_as_zero(value, written):
    assert number(value, 1, signed=True) == written


def test_text_gives_a_language_and_fills_both():
    text = Text("{n} vrouwen in {place}", "{n} women in {place}")
    filled = text.format(n=Text("één", "one"), place="Tilburg")
    assert [filled[language] for language in LANGUAGES] == ["één vrouwen in Tilburg", "one women in Tilburg"]


def test_text_that_is_the_same():
    assert same("GM0855") == Text("GM0855", "GM0855")
