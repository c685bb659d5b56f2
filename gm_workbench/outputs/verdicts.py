"""What an interval says, beside zero and beside the smallest difference that matters. The same words in both directions."""

from __future__ import annotations

from enum import StrEnum

from gm_workbench.vocabulary.text import Text


class Reading(StrEnum):
    """What an interval says."""

    HIGHER = "higher"  # all of it at or above what matters
    HIGHER_MAYBE_SMALL = "higher_maybe_small"
    UNDECIDED = "undecided"  # holds zero, and differences that matter
    TOO_SMALL = "too_small"  # all of it too small to matter, whether or not it holds zero
    LOWER_MAYBE_SMALL = "lower_maybe_small"
    LOWER = "lower"


def reading(low: float, high: float, smallest_relevant: float) -> Reading:
    """Read an interval. Its ends belong to it: one that touches zero is undecided, one that touches what matters may matter.

    >>> [reading(low, high, 2.0).value for low, high in [(-0.4, 6.1), (0.5, 1.9), (2.0, 3.0)]]
    ['undecided', 'too_small', 'higher']
    """
    if -smallest_relevant < low and high < smallest_relevant:
        return Reading.TOO_SMALL
    if low > 0:
        return Reading.HIGHER if low >= smallest_relevant else Reading.HIGHER_MAYBE_SMALL
    if high < 0:
        return Reading.LOWER if high <= -smallest_relevant else Reading.LOWER_MAYBE_SMALL
    return Reading.UNDECIDED


VERDICTS = {
    Reading.HIGHER: Text(
        "Er is {a_difference} dat ertoe doet: de uitkomst is hoger.",
        "There is {a_difference} that matters: the outcome is higher.",
    ),
    Reading.HIGHER_MAYBE_SMALL: Text(
        "De uitkomst is hoger, maar het {difference} kan te klein zijn om van belang te zijn.",
        "The outcome is higher, but the {difference} may be too small to matter.",
    ),
    Reading.UNDECIDED: Text("Dat is nog niet te zeggen.", "That cannot be said yet."),
    Reading.TOO_SMALL: Text("Het {difference} is te klein om van belang te zijn.", "The {difference} is too small to matter."),
    Reading.LOWER_MAYBE_SMALL: Text(
        "De uitkomst is lager, maar het {difference} kan te klein zijn om van belang te zijn.",
        "The outcome is lower, but the {difference} may be too small to matter.",
    ),
    Reading.LOWER: Text(
        "Er is {a_difference} dat ertoe doet: de uitkomst is lager.",
        "There is {a_difference} that matters: the outcome is lower.",
    ),
}
"""The first sentence of an answer; `difference` is called an effect only where people were assigned by lot."""

_SMALL_FITS = Text(
    ": ook {a_difference} dat te klein is om van belang te zijn, past bij deze gegevens",
    ": {a_difference} too small to matter fits these data too",
)
CANNOT_TELL = Text("Deze gegevens kunnen dat niet uitwijzen.", "These data cannot tell.")
"""The first sentence of an answer from a design that would miss a difference that matters more often than not."""

LEAST_CHANCE = 0.5
"""Chance of seeing a difference that matters below which the data cannot tell."""


class Excluded(StrEnum):
    """Which differences that matter an interval leaves out."""

    BOTH = "both"
    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


def excluded(low: float, high: float, smallest_relevant: float) -> Excluded:
    """Say which differences that matter lie outside an interval; one that touches such a difference holds it.

    >>> [excluded(low, high, 2.0).value for low, high in [(-1.9, 1.9), (-2.0, 1.9), (-1.9, 2.0), (-3.0, 3.0)]]
    ['both', 'more', 'less', 'neither']
    """
    more, less = high < smallest_relevant, low > -smallest_relevant
    return Excluded.BOTH if more and less else Excluded.MORE if more else Excluded.LESS if less else Excluded.NEITHER


EXCLUSIONS = {
    Excluded.BOTH: Text(
        "De marge sluit een verschil van {sesoi} {unit} of meer uit, naar boven en naar beneden.",
        "The interval excludes a difference of {sesoi} {unit} or more, in either direction.",
    ),
    Excluded.MORE: Text(
        "De marge sluit een verschil van {sesoi} {unit} of meer naar boven uit, naar beneden niet.",
        "The interval excludes a difference of {sesoi} {unit} or more upwards, but not downwards.",
    ),
    Excluded.LESS: Text(
        "De marge sluit een verschil van {sesoi} {unit} of meer naar beneden uit, naar boven niet.",
        "The interval excludes a difference of {sesoi} {unit} or more downwards, but not upwards.",
    ),
    Excluded.NEITHER: Text(
        "De marge sluit een verschil van {sesoi} {unit} of meer niet uit: niet naar boven en niet naar beneden.",
        "The interval does not exclude a difference of {sesoi} {unit} or more, in either direction.",
    ),
}
"""What is always said beside an answer: whether differences that matter are excluded."""

TAILS = {
    Reading.UNDECIDED: Text(": ook geen {difference} past bij deze gegevens", ": no {difference} fits these data too"),
    Reading.HIGHER_MAYBE_SMALL: _SMALL_FITS,
    Reading.LOWER_MAYBE_SMALL: _SMALL_FITS,
}
"""What is said behind the interval."""


def telling_digits(low: float, high: float, smallest_relevant: float, times: float = 1) -> int:
    """Give the fewest digits with which rounding moves neither end of an interval onto or over zero or what matters.

    >>> telling_digits(-0.4, 6.1, 2.0), telling_digits(0.04, 6.1, 2.0), telling_digits(0.004, 6.1, 2.0)
    (1, 2, 3)
    """
    marks = (-times * smallest_relevant, 0.0, times * smallest_relevant)
    for digits in (1, 2):
        rounded = [round(times * end, digits) for end in (low, high)]
        if _sides(rounded, marks) == _sides([times * low, times * high], marks):
            return digits
    return 3


def _sides(ends: list[float], marks: tuple[float, ...]) -> list[tuple[bool, bool]]:
    return [(end > mark, end < mark) for end in ends for mark in marks]
