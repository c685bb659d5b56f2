"""Work next to a benefit, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.shares import MonthShare
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import share_cell
from gm_workbench.outputs.exits import ARMS, EVERYBODY, INTRODUCED, MONTHS, OTHERS, SERIES
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot, plain
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import terms, when
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text, joined

PART_TIME_AXIS = Axis(Text("% met inkomen uit werk", "% with income from work"), low=0.0)

LEADS = {
    INTRODUCED: Text("Met de nieuwe werkwijze: ", "With the new way of working: "),
    OTHERS: Text("Zonder de nieuwe werkwijze: ", "Without the new way of working: "),
}
SHARE, MARGIN = (
    Text("{{{name}}} %", "{{{name}}}%"),
    Text(" (marge {{{name}_low}} tot {{{name}_high}})", " (interval {{{name}_low}} to {{{name}_high}})"),
)
GROUP = Text(
    "{begin} werkte {first} naast de uitkering, en {last} in maand {month}.",
    "{begin} {first} worked next to the benefit, and {last} in month {month}.",
)
NOT_SHOWN = Text(
    "Het aandeel in de eerste of de laatste maand wordt niet getoond, om personen te beschermen.",
    "The share in the first or the last month is not shown, to protect persons.",
)
NOT_COMPARED = Text(
    "Of de groepen hierin verschillen, is niet berekend. Wie uitstroomde, telt niet meer mee: een laag aandeel kan ook komen "
    "doordat wie werkte, vertrok.",
    "Whether the groups differ in this was not calculated. Those who left are no longer counted: a low share may also "
    "come from those who worked having left.",
)
PART_TIME_CAPTION = Text(
    "Werk naast de uitkering: deel van de personen met een uitkering in die maand dat inkomen uit loon had. Streep: marge (95 "
    "%). Wie "
    "uitstroomde, telt niet meer mee.",
    "Work next to the benefit: share of the persons on benefit in that month who had income from wages. Line: interval (95 "
    "%). Those who "
    "left are no longer counted.",
)


def part_time(shares: Mapping[str, Sequence[MonthShare]], section: Section, about: About, *, every: int = 3) -> Output:
    """Show the share that works next to a benefit over the months, by group.

    Parameters
    ----------
    shares : mapping
        Group to the shares by month (`metrics.shares.monthly_share`), months counted from the start. Months before the start
        are left out. Groups as in `exits`.
    every : int
        Show each so-many-th month only; neighbouring months are nearly the same persons.
    """
    arms = {"False": EVERYBODY} if set(shares) == {"False"} else ARMS  # nothing was introduced: there is one group
    named = {arms.get(name, name): months for name, months in sorted(shares.items(), reverse=True)}
    kept = {name: [one for one in months if one.month >= 0 and one.month % every == 0] for name, months in named.items()}
    rows = {name: months for name, months in kept.items() if months}
    if not rows:
        return words_only(section, about, shortage(NotEnoughData("", "persons", 0, 1)))
    cells = tuple(_month_cell(name, one) for name, months in rows.items() for one in months)
    sentence = _part_time_sentence(rows)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(plain(NOT_COMPARED),) if len(rows) > 1 else (),
        caption=PART_TIME_CAPTION,
        alt=sentence.behind(Text("Lijn over de maanden.", "Line over the months.")),
        shown_as=(Shape.TREND,),
        labels=terms(rows, SERIES),
        axes={"x": MONTHS, "y": PART_TIME_AXIS},
        options={"strong": tuple(rows)},
    )
    return Output(words, cells)


def _month_cell(row: str, one: MonthShare) -> Cell:
    return replace(share_cell(row, str(one.month), one.numerator, one.n), low=one.low, high=one.high, sides=one.sides)


def _part_time_sentence(rows: Mapping[str, Sequence[MonthShare]]) -> Sentence:
    """Say of each group which share worked at the first and last month shown, with intervals where the guard keeps them."""
    ends = {
        name: (row, one.month)
        for at, (row, months) in enumerate(rows.items())
        for name, one in ((f"first{at}", months[0]), (f"last{at}", months[-1]))
    }
    slots = {slot: place for name, (row, month) in ends.items() for slot, place in _share_slots(name, row, month).items()}
    return Sentence(_told(rows, MARGIN), slots, NOT_SHOWN, _told(rows, NOTHING))


def _told(rows: Mapping[str, Sequence[MonthShare]], margin: Text) -> Text:
    return joined([_group_said(row, months, at, margin) for at, (row, months) in enumerate(rows.items())], " ")


def _group_said(row: str, months: Sequence[MonthShare], at: int, margin: Text) -> Text:
    who, month = LEADS.get(row, NOTHING), when(months[0].month)
    begin = month if who is NOTHING else Text(f"{who.nl}{month.nl.lower()}", f"{who.en}{month.en.lower()}")
    first, last = (joined([SHARE.format(name=end), margin.format(name=end)], "") for end in (f"first{at}", f"last{at}"))
    return GROUP.format(begin=begin, first=first, last=last, month=str(months[-1].month))


def _share_slots(name: str, row: str, month: int) -> dict[str, Slot]:
    at = str(month)
    return {
        name: Slot(row, at, percent=True),
        f"{name}_low": Slot(row, at, "low", percent=True),
        f"{name}_high": Slot(row, at, "high", percent=True),
    }
