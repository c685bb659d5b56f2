from __future__ import annotations

import pytest

from gm_workbench.outputs.verdicts import VERDICTS, Reading, reading, telling_digits

JUST = 1e-9


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-JUST, 6.0, Reading.UNDECIDED),
        (0.0, 6.0, Reading.UNDECIDED),  # an interval that touches zero holds it
        (JUST, 6.0, Reading.HIGHER_MAYBE_SMALL),
        (2.0 - JUST, 6.0, Reading.HIGHER_MAYBE_SMALL),
        (2.0, 6.0, Reading.HIGHER),  # a difference of exactly the smallest relevant one matters
        (2.0 + JUST, 6.0, Reading.HIGHER),
        (0.5, 2.0 - JUST, Reading.TOO_SMALL),
        (0.5, 2.0, Reading.HIGHER_MAYBE_SMALL),
        (-1.0, 1.0, Reading.TOO_SMALL),
        (-2.0 + JUST, 2.0 - JUST, Reading.TOO_SMALL),
        (-2.0, 2.0 - JUST, Reading.UNDECIDED),
        (-2.0 + JUST, 2.0, Reading.UNDECIDED),
        (-9.0, 9.0, Reading.UNDECIDED),
    ],
)
def test_an_interval_is_read_alike_in_both_directions(low: float, high: float, expected: Reading) -> None:
    mirrored = {
        Reading.HIGHER: Reading.LOWER,
        Reading.HIGHER_MAYBE_SMALL: Reading.LOWER_MAYBE_SMALL,
    }
    assert reading(low, high, 2.0) is expected
    assert reading(-high, -low, 2.0) is mirrored.get(expected, expected)


def test_every_reading_has_its_words() -> None:
    assert set(VERDICTS) == set(Reading)


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [(-0.4, 6.1, 1), (0.0, 6.1, 1), (0.04, 6.1, 2), (-6.1, -0.04, 2), (0.5, 1.97, 2), (2.0, 6.0, 1), (0.001, 6.1, 3)],
)
def test_rounding_moves_no_end_over_zero_or_over_what_matters(low: float, high: float, digits: int) -> None:
    assert telling_digits(low, high, 2.0) == digits


def test_parts_of_one_are_rounded_as_hundredths() -> None:
    assert telling_digits(0.004, 0.05, 0.03, times=100) == 1
    assert telling_digits(0.0004, 0.05, 0.03, times=100) == 2
