"""Sentences are filled here, from protected numbers only; a sentence that quotes a hidden number is not said."""

from __future__ import annotations

import re
from dataclasses import replace

from gm_workbench.errors import OutputError
from gm_workbench.outputs.output import Candidate, Sentence, ShownOutput, Slot, Suppressed
from gm_workbench.vocabulary.text import Language, Text, number

_FIRST = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z\N{LATIN CAPITAL LETTER A WITH GRAVE}-\N{LATIN CAPITAL LETTER THORN}0-9\N{EURO SIGN}])"
)

BOUNDS = ("low", "high")
"""The fields of a cell that make its interval."""

_MARGIN = re.compile(r" \((?:marge|interval)[^)]*\)")


def without_margins(text: Text) -> Text:
    """Leave the intervals out of a text, for where numbers are shown without.

    >>> without_margins(Text("Dat is {a} % (marge {low} tot {high} %).", "It is {a}% (interval {low} to {high}%).")).nl
    'Dat is {a} %.'
    """
    return Text(*(_MARGIN.sub("", one) for one in (text.nl, text.en)))


def say(sentence: Sentence, shown: ShownOutput, language: Language) -> str:
    """Fill the slots of a sentence with protected numbers.

    Parameters
    ----------
    sentence : Sentence
        The words, with a placeholder for each number.
    shown : ShownOutput
        The protected output whose cells are quoted.
    language : {"nl", "en"}

    Returns
    -------
    str
        The sentence, or what is to be said instead when a quoted cell is hidden, or is shown without its interval.

    Raises
    ------
    OutputError
        When a slot quotes a bound that its cell does not show, outside brackets and in a sentence that has no words without it,
        or a placeholder has no slot.
    """
    if sentence.among:
        return _of_what_is_shown(sentence, shown, language)
    text, slots = sentence.text, sentence.slots
    if any(_lacks_bound(slot, shown) for slot in slots.values()):
        text = sentence.without_interval if sentence.without_interval[language] else without_margins(text)
        slots = {name: slot for name, slot in slots.items() if slot.field not in BOUNDS or f"{{{name}}}" in text[language]}
    numbers = {name: _fill(slot, shown, language) for name, slot in slots.items()}
    if None in numbers.values():
        return _instead(sentence, shown, language)
    try:
        return text[language].format(**numbers)
    except (KeyError, IndexError) as missing:
        raise OutputError(f"Output {shown.words.id!r}: a sentence has the placeholder {missing} but no slot for it.") from None


def _of_what_is_shown(sentence: Sentence, shown: ShownOutput, language: Language) -> str:
    """Say the candidate with the largest number of those that are shown: what is hidden has no part in which it is."""
    ranked = [(size, one) for one in sentence.among if (size := _size(one, shown)) is not None]
    if not ranked:
        return _instead(sentence, shown, language)
    most = max(ranked, key=lambda pair: pair[0])[1]
    text = most.text if len(ranked) == len(sentence.among) else most.of_shown
    return say(replace(sentence, text=text, slots={**sentence.slots, **most.slots}, among=()), shown, language)


def _instead(sentence: Sentence, shown: ShownOutput, language: Language) -> str:
    """Say what is to be said where a number that it quotes is hidden."""
    instead = sentence.otherwise
    return say(instead, shown, language) if isinstance(instead, Sentence) else instead[language]


def _size(one: Candidate, shown: ShownOutput) -> float | None:
    """Say how far the numbers of a candidate lie apart, or one of them from zero; None where any that it quotes is hidden."""
    if any(_read(slot, shown) is None for slot in one.slots.values()):
        return None
    first, *other = (_read(one.slots[name], shown) or 0.0 for name in one.by)
    return abs(first - sum(other))


def _read(slot: Slot, shown: ShownOutput) -> float | None:
    cell = shown.cell(slot.row, slot.column)
    got = None if cell is None or cell.hidden else getattr(cell, slot.field)
    return None if isinstance(got, Suppressed) else got


def _lacks_bound(slot: Slot, shown: ShownOutput) -> bool:
    """Whether a slot quotes a bound of a cell that is shown without its interval."""
    cell = shown.cell(slot.row, slot.column)
    return slot.field in BOUNDS and cell is not None and not cell.hidden and getattr(cell, slot.field) is None


def _fill(slot: Slot, shown: ShownOutput, language: Language) -> str | None:
    """Write one number; None when it is hidden."""
    cell = shown.cell(slot.row, slot.column)
    if cell is None:
        return None  # the guard may withhold every cell of an output
    got = getattr(cell, slot.field)
    if cell.hidden or isinstance(got, Suppressed):
        return None
    if got is None:
        raise OutputError(f"Output {shown.words.id!r}: a sentence quotes {slot.field} of a cell that has none.")
    value = abs(got) if slot.absolute else got
    digits = slot.digits if slot.digits is not None else 0 if slot.field == "n" else cell.digits
    return number(100 * value if slot.percent else value, digits, language=language, signed=slot.signed)


def verdict(text: str) -> tuple[str, str]:
    """Split a text into its first sentence and the rest.

    >>> verdict("Dat is nog niet te zeggen. Na twaalf maanden scoren moeders 2,9 punten hoger.")
    ('Dat is nog niet te zeggen.', 'Na twaalf maanden scoren moeders 2,9 punten hoger.')
    """
    first, *rest = _FIRST.split(text.strip(), maxsplit=1)
    return first, rest[0] if rest else ""
