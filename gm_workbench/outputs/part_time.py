"""Work next to a benefit, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gm_workbench.metrics.estimate import NotEnoughData
from gm_workbench.metrics.shares import MonthShare
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import share_cell
from gm_workbench.outputs.exits import ARMS, EVERYBODY, INTRODUCED, MONTHS, OTHERS, SERIES
from gm_workbench.outputs.output import Axis, Cell, Output, Sentence, Shape, Slot
from gm_workbench.outputs.shortages import shortage
from gm_workbench.outputs.terms import terms, when
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

PART_TIME_AXIS = Axis(Text("% met inkomen uit werk", "% with income from work"), low=0.0)

LEADS = {
    INTRODUCED: Text("Met de nieuwe werkwijze: ", "With the new way of working: "),
    OTHERS: Text("Zonder de nieuwe werkwijze: ", "Without the new way of working: "),
}
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
        caption=PART_TIME_CAPTION,
        alt=sentence.behind(Text("Lijn over de maanden.", "Line over the months.")),
        shown_as=(Shape.TREND,),
        labels=terms(rows, SERIES),
        axes={"x": MONTHS, "y": PART_TIME_AXIS},
        options={"strong": tuple(rows)},
    )
    return Output(words, cells)


def _month_cell(row: str, one: MonthShare) -> Cell:
    bare = share_cell(row, str(one.month), one.numerator, one.n)
    return Cell(
        bare.row,
        bare.column,
        bare.measure,
        bare.n,
        low=one.low,
        high=one.high,
        numerator=bare.numerator,
        unit="share",
    )


def _part_time_sentence(rows: Mapping[str, Sequence[MonthShare]]) -> Sentence:
    """Say for each group which share worked at the first and at the last month shown."""
    said, slots = zip(*(_group_said(row, months, at) for at, (row, months) in enumerate(rows.items())), strict=True)
    merged = {name: slot for own in slots for name, slot in own.items()}
    return Sentence(Text(" ".join(one.nl for one in said), " ".join(one.en for one in said)), merged)


def _group_said(row: str, months: Sequence[MonthShare], at: int) -> tuple[Text, dict[str, Slot]]:
    first, last = months[0].month, months[-1].month
    who = LEADS.get(row, NOTHING)
    month = when(first) if who is NOTHING else Text(when(first).nl.lower(), when(first).en.lower())
    text = Text(
        f"{who.nl}{month.nl} werkte {{first{at}}} % naast de uitkering, en {{last{at}}} % in maand {last}.",
        f"{who.en}{month.en} {{first{at}}}% worked next to the benefit, and {{last{at}}}% in month {last}.",
    )
    slots = {f"first{at}": Slot(row, str(first), percent=True), f"last{at}": Slot(row, str(last), percent=True)}
    return text, slots
