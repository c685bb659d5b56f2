import pytest

from gm_workbench.outputs.output import Measure, ShownCell, Suppressed
from gm_workbench.outputs.printed import (
    compact,
    drawn,
    interval_text,
    is_signed,
    n_text,
    spoken,
    unit_word,
    value_text,
    with_unit,
)

HIDDEN = Suppressed(10)


def cell(value=0.456, low=None, high=None, *, unit="points", measure=Measure.ESTIMATE, n=120, digits=1):
    return ShownCell("r", "c", measure, value, low, high, None, n, unit, digits)


@pytest.mark.parametrize(
    ("shown", "nl", "en"),
    [
        (cell(2.94), "2,9\N{NO-BREAK SPACE}punten", "2.9\N{NO-BREAK SPACE}points"),
        (cell(unit="share", measure=Measure.SHARE), "45,6\N{NO-BREAK SPACE}%", "45.6%"),
        (cell(unit="probability"), "45,6\N{NO-BREAK SPACE}%", "45.6%"),
        (
            cell(unit="difference in probability"),
            "45,6\N{NO-BREAK SPACE}procentpunt",
            "45.6\N{NO-BREAK SPACE}percentage points",
        ),
        (cell(61, unit="euro per month", digits=0), "€\N{NO-BREAK SPACE}61 per maand", "€\N{NO-BREAK SPACE}61 per month"),
        (cell(1310, unit="persons", measure=Measure.COUNT, digits=0), "1.310", "1,310"),
        (cell(0.86, unit="", digits=2), "0,86", "0.86"),
        (cell(3, unit="furlongs", digits=0), "3\N{NO-BREAK SPACE}furlongs", "3\N{NO-BREAK SPACE}furlongs"),
        (cell(HIDDEN), "<10", "<10"),
    ],
)
def test_number_prints_with_its_unit_in_both_languages(shown, nl, en):
    assert with_unit(shown, "nl") == nl
    assert with_unit(shown, "en") == en


def test_share_of_persons_prints_as_percent():
    assert unit_word(cell(unit="persons", measure=Measure.SHARE), "nl") == "%"


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (cell(61, unit="euro per month", digits=0), "€\N{NO-BREAK SPACE}61"),
        (cell(unit="share", measure=Measure.SHARE, digits=0), "46\N{NO-BREAK SPACE}%"),
        (cell(2.94), "2,9"),
        (cell(HIDDEN, unit="euro per month"), "<10"),
    ],
)
def test_compact_keeps_signs_and_drops_words(shown, text):
    assert compact(shown, "nl") == text


def test_compact_percent_is_written_as_the_language_does():
    assert compact(cell(unit="share", measure=Measure.SHARE, digits=0), "en") == "46%"


def test_interval_prints_from_low_to_high():
    assert interval_text(cell(2.9, -0.4, 6.1), "nl", signed=True) == "−0,4 tot +6,1"
    assert interval_text(cell(0.2, 0.1, 0.3, unit="probability", digits=0), "en") == "10 to 30"


@pytest.mark.parametrize("shown", [cell(HIDDEN, 1.0, 2.0), cell(2.0), cell(2.0, 1.0, None)])
def test_interval_of_a_hidden_number_or_of_none_is_not_printed(shown):
    assert interval_text(shown, "nl") == ""


def test_hidden_number_is_never_drawn():
    assert drawn(cell(HIDDEN, 1.0, 2.0)) is None
    assert drawn(None) is None


def test_number_without_interval_is_drawn_as_a_point():
    got = drawn(cell(0.25, unit="share", measure=Measure.SHARE))
    assert (got.value, got.low, got.high) == (25.0, 25.0, 25.0)


def test_numbers_are_signed_when_one_of_them_can_be_negative():
    assert is_signed([cell(2.0, -0.1, 3.0)])
    assert not is_signed([cell(2.0, 0.0, 3.0), cell(HIDDEN, -5.0, 1.0)])


@pytest.mark.parametrize(
    ("mark", "nl"), [(Suppressed(10), "minder dan 10 personen"), (Suppressed(None), "verborgen om personen te beschermen")]
)
def test_suppression_mark_is_said_in_words(mark, nl):
    assert spoken(mark, "nl") == nl


def test_mark_and_n_print():
    assert value_text(cell(HIDDEN), "nl") == "<10"
    assert n_text(cell(n=HIDDEN), "nl") == "<10"
    assert n_text(cell(n=1310), "en") == "1,310"
