"""Sentences whose numbers are filled in later, from what the guard lets be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from gm_workbench.outputs.cell import Cell
from gm_workbench.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a sentence for a protected number."""

    row: str
    column: str
    field: Literal["value", "low", "high", "n"] = "value"
    digits: int | None = None  # default: the cell's own
    signed: bool = False
    absolute: bool = False
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several sentences of which only that with the largest number is said, among those whose numbers are shown.

    Attributes
    ----------
    text : Text
        Said where all the candidates are shown.
    of_shown : Text
        Said where some are not: it calls its number the largest of what is shown, and no more.
    slots : mapping of str to Slot
    by : tuple of str
        Which slots it is judged by: of one how far it lies from zero, of two how far they lie apart.
    """

    text: Text
    of_shown: Text
    slots: Mapping[str, Slot]
    by: tuple[str, ...]


NUMBER_HIDDEN = Text(
    "Het getal dat hier hoort, wordt niet getoond, om personen te beschermen.",
    "The number that belongs here is not shown, to protect persons.",
)
"""Said in place of a sentence: few are behind its number, another follows from it, or rounded it would read otherwise."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text whose numbers are filled from protected cells; if one of them is hidden, `otherwise` is said instead.

    That may be a sentence about fewer numbers, which has its own `otherwise`.
    The guard may show a number and keep back its interval, where that would give away counts: then `without_interval` is said.
    Where it says what is largest, the candidates stand in `among`: which of them is said must hang on shown numbers only.
    """

    text: Text
    slots: Mapping[str, Slot] = field(default_factory=dict)
    otherwise: Text | Sentence = NUMBER_HIDDEN
    without_interval: Text = Text("", "")
    among: tuple[Candidate, ...] = ()

    @property
    def quoted(self) -> tuple[Slot, ...]:
        """Give every slot that it may fill."""
        instead = self.otherwise.quoted if isinstance(self.otherwise, Sentence) else ()
        return (*self.slots.values(), *(slot for one in self.among for slot in one.slots.values()), *instead)

    @property
    def texts(self) -> tuple[Text, ...]:
        """Give all that it may say."""
        among = (text for one in self.among for text in (one.text, one.of_shown))
        instead = self.otherwise.texts if isinstance(self.otherwise, Sentence) else (self.otherwise,)
        return (self.text, *instead, self.without_interval, *among)

    def resting_on(self, cells: Iterable[Cell]) -> Sentence:
        """Say it only while the numbers of these cells may be shown: which words it has was decided by them."""
        more = {f"rests_on_{at}": Slot(cell.row, cell.column) for at, cell in enumerate(cells)}
        return replace(self, slots={**self.slots, **more})

    def behind(self, lead: Text) -> Sentence:
        """Say it behind other words, as alt text does."""
        said = (self.text, self.without_interval)
        text, bare = (Text(f"{lead.nl} {one.nl}", f"{lead.en} {one.en}") if one.nl else one for one in said)
        return Sentence(text, self.slots, self.otherwise, bare)


def plain(text: Text) -> Sentence:
    """Give a sentence without numbers."""
    return Sentence(text)


def verdict(text: Text, cells: Iterable[Cell]) -> Sentence:
    """Give a sentence without numbers whose words were chosen by these cells; nothing is said where one of them is hidden."""
    return Sentence(text, otherwise=Text("", "")).resting_on(cells)


def furthest(among: Iterable[Candidate], otherwise: Text) -> Sentence:
    """Say which of several numbers is the largest of what is shown; `otherwise` where none of them is."""
    return Sentence(otherwise, otherwise=otherwise, among=tuple(among))
