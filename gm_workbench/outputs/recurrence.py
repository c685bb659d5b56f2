"""Coming back to benefit after an exit, by Divosa's count and by that of CBS, each under its own name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gm_workbench.metrics.estimate import Estimate, NotEnoughData
from gm_workbench.metrics.recurrence import Recurrence, States, difference
from gm_workbench.outputs.about import NOTHING, About, section_words, words_only
from gm_workbench.outputs.cells import estimate_cell, quote
from gm_workbench.outputs.output import Cell, Output, Sentence, Slot, plain
from gm_workbench.outputs.shortages import each_group, shortage
from gm_workbench.outputs.teams import difference_cell
from gm_workbench.outputs.weighing import caution
from gm_workbench.vocabulary.protocols import Section
from gm_workbench.vocabulary.text import Text

COLUMN, SHARE = "difference", "share"
DIVOSA, DIFFERENCE = "divosa", "divosa_difference"
STATES = ("working", "back", "elsewhere", "uninterrupted")
ROWS = {
    DIVOSA: Text("Divosa: weer bijstand binnen {months} maanden", "Divosa: on benefit again within {months} months"),
    "divosa_introduced": Text("Divosa, teams met de nieuwe werkwijze", "Divosa, teams with the new way of working"),
    "divosa_others": Text("Divosa, andere teams", "Divosa, other teams"),
    DIFFERENCE: Text("Divosa, verschil", "Divosa, difference"),
    "back": Text("CBS: bijstand in maand {months}", "CBS: on benefit in month {months}"),
    "working": Text("CBS: werk zonder bijstand in maand {months}", "CBS: work without benefit in month {months}"),
    "elsewhere": Text("CBS: geen van beide in maand {months}", "CBS: neither in month {months}"),
    "uninterrupted": Text("CBS: al die maanden werk zonder bijstand", "CBS: work without benefit in all those months"),
}
OF_EXITS = Text("aandeel van de uitstroom", "share of exits")
SAID = Text(
    "Na {{divosa}} % van de uitstroom, om welke reden ook, was er binnen {months} maanden weer bijstand (marge {{low}} tot "
    "{{high}} %). Zo telt Divosa.",
    "After {{divosa}}% of all exits, for whatever reason, there was benefit again within {months} months (interval {{low}} to "
    "{{high}}%). That is how Divosa counts.",
)
APART = Text(
    "Tussen teams met en zonder de nieuwe werkwijze scheelt dat {value} procentpunt (marge {low} tot {high}). Vergeleken is "
    "alleen wie uitstroomde: als de werkwijze verandert wie dat zijn, gaat het om verschillende mensen.",
    "Between teams with and without the new way of working that differs by {value} percentage points (interval {low} to "
    "{high}). Only those who left are compared: if the way of working changes who they are, these are different people.",
)
NOT_APART = Text(
    "En of dat scheelt tussen teams met en zonder de nieuwe werkwijze? {why}",
    "And whether that differs between teams with and without the new way of working? {why}",
)
BY_CBS = Text(
    "CBS volgt alleen wie naar betaald werk ging en kijkt naar één maand: in maand {months} had {{back}} % bijstand en "
    "{{working}} % werk zonder bijstand. Deze twee tellingen zijn niet te vergelijken.",
    "CBS follows only those who left for paid work and looks at one month: in month {months} {{back}}% were on benefit and "
    "{{working}}% had work without benefit. These two counts cannot be compared.",
)
NO_WORK = Text(
    "De telling van CBS is hier niet te maken: daarvoor zijn gegevens over het werk van dezelfde mensen nodig.",
    "The count of CBS cannot be made here: that takes data on the work of the same people.",
)
LEFT_OUT = Text(
    "Uitstroom die te kort geleden was om {months} maanden te volgen, telt niet mee; ook niet als iemand al terug is.",
    "Exits too recent to be followed for {months} months do not count; not even when somebody is back already.",
)
ONE_MONTH = Text(
    "Eén maand zonder bijstand telt hier als uitstroom. Dat is een aanname: bronnen noemen geen grens.",
    "One month without benefit counts as an exit here. That is assumed: no source names a limit.",
)


def recurrence(
    divosa: Mapping[str, Recurrence | NotEnoughData],
    cbs: States | NotEnoughData | None,
    section: Section,
    about: About,
) -> Output:
    """Show how many came back after an exit, by both definitions.

    Parameters
    ----------
    divosa : mapping
        ``all``, and where teams stand side by side ``introduced`` and ``others``, to `metrics.recurrence.divosa`.
    cbs : States, NotEnoughData or None
        `metrics.recurrence.cbs`; None where nothing is known of the work of these people.
    """
    everybody = divosa["all"]
    if isinstance(everybody, NotEnoughData):
        return words_only(section, about, shortage(everybody, Text("teams", "teams")))
    known = {
        DIVOSA if name == "all" else f"{DIVOSA}_{name}": one for name, one in divosa.items() if isinstance(one, Recurrence)
    }
    cells = {row: _among(_cell(row, one.back, one.exits), one, everybody) for row, one in known.items()}
    first, second = divosa.get("introduced"), divosa.get("others")
    if isinstance(first, Recurrence) and isinstance(second, Recurrence):
        cells[DIFFERENCE] = difference_cell(difference(first, second), DIFFERENCE)
    if isinstance(cbs, States):
        cells |= {name: _cell(name, getattr(cbs, name), cbs.exits) for name in STATES}
        interrupted = _times(cbs.working, cbs.exits) - _times(cbs.uninterrupted, cbs.exits)
        cells["uninterrupted"] = replace(cells["uninterrupted"], fewest=interrupted or None)
    months, sentence = str(everybody.months), _said(cells[DIVOSA], everybody.months)
    words = section_words(
        section,
        about,
        sentence=sentence,
        more=(
            *_apart(cells.get(DIFFERENCE), [one for one in (first, second) if one is not None]),
            *_by_cbs(cbs, cells, months),
            plain(LEFT_OUT.format(months=months)),
            plain(ONE_MONTH),
            *(caution(about) if DIFFERENCE in cells else ()),
        ),
        caption=Text(
            "Aandeel van de uitstroom waarna iemand weer in de bijstand kwam, met marge (95 %) met teams als eenheid.",
            "Share of exits after which somebody came to benefit again, with interval (95 %) with teams as the unit.",
        ),
        alt=sentence,
        labels={row: ROWS[row].format(months=months) for row in cells}
        | {SHARE: Text("aandeel", "share"), COLUMN: about.difference},
        row_title=Text("telling", "count"),
    )
    return Output(words, tuple(cells.values()))


def _cell(row: str, back: Estimate, exits: int) -> Cell:
    """Give the cell of a share of exits; the guard judges it by the fewer of those who came back and those who did not."""
    happened = _times(back, exits)
    return replace(estimate_cell(back, row, SHARE), numerator=min(happened, exits - happened))


def _times(share: Estimate, exits: int) -> int:
    return round(share.value * exits)


def _among(cell: Cell, one: Recurrence, everybody: Recurrence) -> Cell:
    """Judge the share of a group also by the exits, and the teams, of the others: that of all and its own give theirs."""
    left = everybody.exits - one.exits
    back = _times(everybody.back, everybody.exits) - _times(one.back, one.exits)
    teams = (everybody.back.groups or 0) - (one.back.groups or 0)
    groups = min(one.back.groups, teams) if left > 0 and one.back.groups and teams > 0 else one.back.groups
    return replace(cell, groups=groups, fewest=min((count for count in (back, left - back) if count > 0), default=None))


def _said(cell: Cell, months: int) -> Sentence:
    slots = quote(cell)
    return Sentence(SAID.format(months=str(months)), {DIVOSA: slots["value"], "low": slots["low"], "high": slots["high"]})


def _apart(cell: Cell | None, groups: Sequence[Recurrence | NotEnoughData]) -> tuple[Sentence, ...]:
    if cell is not None:
        return (Sentence(APART, quote(cell, signed=True), NOTHING),)
    short = next((one for one in groups if isinstance(one, NotEnoughData)), None)
    return () if short is None else (plain(NOT_APART.format(why=shortage(each_group(short), Text("teams", "teams")))),)


def _by_cbs(cbs: States | NotEnoughData | None, cells: Mapping[str, Cell], months: str) -> tuple[Sentence, ...]:
    if cbs is None:
        return (plain(NO_WORK),)
    if isinstance(cbs, NotEnoughData):
        return (plain(shortage(cbs)),)
    slots: dict[str, Slot] = {name: quote(cells[name])["value"] for name in ("back", "working")}
    return (Sentence(BY_CBS.format(months=months), slots, NOTHING),)
