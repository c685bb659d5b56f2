"""Attacks on words: captions, alt text, labels and sentences that say a number which no cell shows."""

from __future__ import annotations

import math
import re
from pathlib import Path

from attacking.attack import Claim, attack
from attacking.puzzle import MANY
from attacking.scenes import Seen, cells, counts, output, released, shown
from gm_workbench.guard.policy import Policy
from gm_workbench.metrics.counts import CategoryCount
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Role, Sentence, Shape, Slot, plain, verdict
from gm_workbench.outputs.people import PERSONS, profile, why_key
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

FEW = {"a": 40, "b": 60}
ON = ("threshold",)
SAID_NO_MORE = (*ON, "silence")
NAMED = {"drie": 3, "three": 3, "vier": 4, "four": 4}


def quoted(text: str, pattern: str = r"(\d+) (?:vrouwen|women|moeders|mothers)") -> Claim:
    """Read the smallest number of women that a text names."""
    found = [int(number) for number in re.findall(pattern, text)]
    return min(found, default=int(MANY))


@attack(
    shown(counts(FEW, caption=Text("Van de 7 vrouwen werkt er een.", "One of the women works."))),
    "words",
    7,
    needs=SAID_NO_MORE,
)
def number_typed_in_a_caption(seen: Seen) -> Claim:
    """A caption that somebody typed after looking at the raw table"""
    return quoted(seen.said())


@attack(shown(counts(FEW, caption=Text("Enkele vrouwen werken.", "Of 7 women one works."))), "words", 7, needs=SAID_NO_MORE)
def number_in_one_language_only(seen: Seen) -> Claim:
    """Dutch says some, English says how many: the two pages beside each other"""
    return quoted(seen.said())


@attack(
    shown(counts(FEW, alt=plain(same("Een balk van 4 vrouwen en een van veertig mannen.")))), "words", 4, needs=SAID_NO_MORE
)
def number_in_the_alt_text(seen: Seen) -> Claim:
    """The words for who cannot see the figure"""
    return quoted(seen.said())


@attack(shown(counts(FEW, labels={"a": Text("overig: 4 vrouwen", "other: 4 women")})), "words", 4, needs=SAID_NO_MORE)
def number_in_a_label(seen: Seen) -> Claim:
    """The name of a row"""
    return quoted(seen.said())


@attack(shown(counts(FEW, caption=Text("Scores, n = 4.", "Scores, n = 4."))), "words", 4, needs=SAID_NO_MORE)
def number_written_as_n(seen: Seen) -> Claim:
    """The habit of writing n under a table"""
    return quoted(seen.said(), r"n = (\d+)")


@attack(
    shown(counts(FEW, caption=Text("Van de drie vrouwen werkt er een.", "One of the three women works."))),
    "words",
    3,
    needs=SAID_NO_MORE,
)
def number_written_as_a_word(seen: Seen) -> Claim:
    """A number in letters"""
    return next((n for word, n in NAMED.items() if f"{word} vrouwen" in seen.said() or f"{word} women" in seen.said()), MANY)


@attack(shown(counts({"4 vrouwen": 40, "b": 60})), "words", 4, needs=SAID_NO_MORE)
def number_in_the_key_of_a_row(seen: Seen) -> Claim:
    """A row that was named by a value of the data"""
    return quoted(seen.said())


@attack(shown(counts(FEW, name="people_of_4_women")), "words", 4, needs=SAID_NO_MORE)
def number_in_the_name_of_a_file(seen: Seen) -> Claim:
    """The name under which the numbers are saved"""
    return quoted(" ".join(seen.outputs).replace("_", " "))


@attack(
    shown(counts(FEW, caption=Text("Van de 7 vrouwen werkt er een.", "One of 7 women works."))),
    "silence",
    7,
    needs=(*ON, "words"),
)
def words_of_what_is_withheld(seen: Seen) -> Claim:
    """The table is withheld for its caption, and the caption stays"""
    one = seen.outputs["people"]
    return quoted(one.words.caption.nl)


SAID = Sentence(Text("Het gaat om {n} personen.", "It is about {n} persons."), {"n": Slot("a", "n")})


@attack(shown(counts({"a": 4, "b": 60}, sentence=SAID)), "threshold", 4)
def sentence_that_quotes_a_hidden_count(seen: Seen) -> Claim:
    """The sentence above the table says what the table hides"""
    return quoted(seen.said(), r"(\d+) personen")


HEARD = Sentence(
    Text("Gemiddeld {v} bij {n} personen.", "On average {v} among {n} persons."),
    {"v": Slot("a", "n"), "n": Slot("a", "n", "n")},
)


@attack(shown(output(cells(("a", 4, 52.0)), alt=HEARD)), "threshold", 4, needs=())
def alt_text_that_quotes_the_persons_behind_a_mean(seen: Seen) -> Claim:
    """The alt text says of how many persons the mean is"""
    return quoted(seen.said(), r"(\d+) personen")


def _judged(policy: Policy, folder: Path) -> Seen:
    """Release a difference among nine persons; the words beside it were chosen by where its interval lies."""
    numbers = cells(("difference", 9, 4.0), low=1.0, high=7.0, se=1.5)
    above = verdict(Text("Zij scoorden hoger, buiten de marge.", "They scored higher, outside the interval."), numbers)
    return Seen(released([output(numbers, more=(above,))], policy).outputs)


@attack(_judged, "verdicts", 1, needs=ON)
def verdict_on_a_number_that_is_hidden(seen: Seen) -> Claim:
    """The difference is not shown, but the sentence beside it says which way it goes"""
    return 1 if "hoger" in seen.said() or "higher" in seen.said() else MANY


def _headline(policy: Policy, folder: Path) -> Seen:
    """Release an answer that nothing holds, and that so quotes no number by which it could be known to be hidden."""
    numbers = cells(("a", 9, 4.0), ("b", 80, 1.0), low=-1.0, high=7.0, se=1.5)
    none = plain(Text("Van geen ervan is te zeggen of die hoger was.", "Of none can it be said whether it was higher."))
    return Seen(released([output(numbers, sentence=none.resting_on(numbers))], policy).outputs)


@attack(_headline, "verdicts", 0, needs=ON)
def headline_of_a_hidden_number_that_is_not_clear(seen: Seen) -> Claim:
    """The headline says of the hidden number that its interval holds zero"""
    return 0 if "geen ervan" in seen.said() or "Of none" in seen.said() else MANY


HOUSED = {"homeless": (1, 180), "lodging": (12, 120), "tenant": (47, 300)}
BY_SEX = {"man": (24, 405), "woman": (36, 195)}


def _profiled(policy: Policy, folder: Path) -> Seen:
    """Release who sixty mothers and the rest are: one mother is homeless, and three in ten of the rest."""
    counts = [
        CategoryCount(name, row, group, n, total)
        for name, rows in (("housing", HOUSED), ("sex", BY_SEX))
        for row, both in rows.items()
        for group, n, total in zip(("mothers", "rest"), both, (60, 600), strict=True)
    ]
    section = Section("who", Text("Wie zijn het?", "Who are they?"), Text("Waarom.", "Why."), ("people",))
    about = About(DataKind.SYNTHETIC, Text("moeders", "mothers"), same("2024"), same("BUS"), Assignment.UNKNOWN)
    return Seen(released([profile(counts, section, about)], policy).outputs)


@attack(_profiled, "candidates", 1, needs=ON)
def largest_difference_that_is_not_named(seen: Seen) -> Claim:
    """The largest difference is not said to be that of men and women: so a hidden one is larger"""
    if "% among single mothers" in seen.said(*seen.outputs):
        return MANY
    return 1, math.floor(60 * (180 / 600 - (405 / 600 - 24 / 60)))


STEPS = {"begin": 345, "consent": 342, "end": 221}
STEP_WORDS = {
    PERSONS: Text("personen", "persons"),
    **{row: same(row) for row in STEPS},
    **{why_key(row): same("viel af") for row in STEPS},
}


@attack(
    shown(counts(STEPS, "flow", PERSONS, shape=Shape.FLOW, role=Role.FLOW, labels=STEP_WORDS)), "flow", 3, needs=("threshold",)
)
def loss_at_a_step(seen: Seen) -> Claim:
    """Who were there before a step minus who are there after it"""
    return seen.number("begin", PERSONS, "flow") - seen.number("consent", PERSONS, "flow")
