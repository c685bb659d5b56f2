"""What a supplier must mend, as a page and a table that can be mailed: Dutch, and without a value of any citizen."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gm_workbench.intake.faults import Fault
from gm_workbench.intake.reasons import Severity
from gm_workbench.intake.rowledger import Entry, RowLedger
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.text import number

TEMPLATES = Path(__file__).parent / "templates"

HTML_FILE, CSV_FILE = "herstel.html", "herstel.csv"

SHOWN_FILES = 12
"""The page names so many files for one fault; the table names all."""

HEADINGS = {
    Severity.REFUSE: (
        "Niet ingelezen",
        "Van deze bestanden is niets ingelezen. Wat eerder van ze is ingelezen, blijft gelden.",
    ),
    Severity.SET_ASIDE: ("Rijen weggelaten", "Deze rijen zijn weggelaten; de rest van het bestand is ingelezen."),
    Severity.NOTE: ("Ter informatie", "Dit is ingelezen. Er hoeft niets te gebeuren, tenzij het niet klopt."),
}
"""Heading of each severity and what it means for the data, the worst first."""

_WORDS = {Severity.REFUSE: "geweigerd", Severity.SET_ASIDE: "weggelaten", Severity.NOTE: "ter informatie"}
_COLUMNS = ("ernst", "bestand", "regel", "kolom", "aantal", "probleem", "wat te doen", "voorbeelden", "code")
_COMMANDS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to mend, in all the files where it is found."""

    faults: tuple[Fault, ...]

    @property
    def first(self) -> Fault:
        return self.faults[0]

    @property
    def examples(self) -> tuple[str, ...]:
        """At most three shapes of cells, each once."""
        return tuple(dict.fromkeys(shape for fault in self.faults for shape in fault.examples))[:3]


@dataclass(frozen=True, slots=True)
class Section:
    """All that has one severity."""

    severity: Severity
    items: tuple[Item, ...]

    @property
    def heading(self) -> str:
        return HEADINGS[self.severity][0]

    @property
    def meaning(self) -> str:
        return HEADINGS[self.severity][1]


def sections(faults: Sequence[Fault]) -> tuple[Section, ...]:
    """Put faults together that are the same in several files, the worst first; a severity without faults has no section."""
    grouped: dict[tuple[object, ...], list[Fault]] = {}
    for fault in faults:
        key = (fault.severity, fault.reason, fault.column, fault.problem, fault.remedy)
        grouped.setdefault(key, []).append(fault)
    items = [Item(tuple(alike)) for alike in grouped.values()]
    of = {severity: tuple(item for item in items if item.first.severity is severity) for severity in HEADINGS}
    return tuple(Section(severity, found) for severity, found in of.items() if found)


def render_html(place: Place, faults: Sequence[Fault], ledger: RowLedger) -> str:
    """Write the page: one file that asks nothing of any network.

    Parameters
    ----------
    place : Place
        The municipality that delivered.
    faults : sequence of Fault
        All that was found; cells are in them as shapes only.
    ledger : RowLedger
        Where each delivered row went; may be empty.
    """
    page = _environment().get_template("mend.html.j2")
    return page.render(
        place=place,
        sections=sections(faults),
        answer=answer(faults, ledger),
        entries=ledger.entries,
        totals=ledger.totals(),
        shown_files=SHOWN_FILES,
    )


def answer(faults: Sequence[Fault], ledger: RowLedger) -> str:
    """Say in one sentence how the delivery stands; rows are counted by the ledger, or by the faults where there is none.

    >>> answer([], RowLedger())
    'Er hoeft niets te worden hersteld.'
    """
    told = {section.severity: section.items for section in sections(faults)}
    refused = {fault.file for item in told.get(Severity.REFUSE, ()) for fault in item.faults}
    aside = ledger.totals().set_aside or sum(fault.count for item in told.get(Severity.SET_ASIDE, ()) for fault in item.faults)
    parts = []
    if "" in refused:
        parts.append("de levering als geheel is niet ingelezen")
    elif refused:
        parts.append(f"{_many(len(refused), 'bestand is', 'bestanden zijn')} niet ingelezen")
    if aside:
        parts.append(f"{_many(aside, 'rij is', 'rijen zijn')} weggelaten")
    said = " en ".join(parts)
    return f"{said[0].upper()}{said[1:]}." if said else "Er hoeft niets te worden hersteld."


def _many(count: int, one: str, more: str) -> str:
    return f"{number(count)} {one if count == 1 else more}"


@lru_cache
def _environment() -> Environment:
    """Open the template; what is filled in is escaped, and a name that is not filled in is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["getal"] = number
    return environment


def render_csv(place: Place, faults: Sequence[Fault], ledger: RowLedger) -> str:
    """Write the table: a line for each fault and file, then a line for each file and table with what became of its rows.

    It is separated by semicolons, as a Dutch spreadsheet opens it. A cell that a spreadsheet would take for a command gets an
    apostrophe before it.
    """
    rows = [_fault_row(fault) for fault in _worst_first(faults)] + [_entry_row(entry) for entry in ledger.entries]
    buffer = io.StringIO()
    table = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    table.writerow(("gemeente", *_COLUMNS))
    table.writerows([harmless(cell) for cell in (place.code, *row)] for row in rows)
    return buffer.getvalue()


def harmless(cell: str) -> str:
    """Give a cell that a spreadsheet takes for text.

    >>> harmless("=2+2"), harmless("regel 2")
    ("'=2+2", 'regel 2')
    """
    return f"'{cell}" if cell.startswith(_COMMANDS) else cell


def _worst_first(faults: Sequence[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: -fault.severity)


def _fault_row(fault: Fault) -> tuple[str, ...]:
    line = "" if fault.line is None else str(fault.line)
    told = (fault.file, line, fault.column, str(fault.count), fault.problem.nl, fault.remedy.nl)
    return (_WORDS[fault.severity], *told, ", ".join(fault.examples), fault.reason.value)


def _entry_row(entry: Entry) -> tuple[str, ...]:
    told = (
        f"{entry.delivered} rijen voor {entry.table or 'een onbekende tabel'}: {entry.accepted} ingelezen, "
        f"{entry.set_aside} weggelaten, {entry.refused} geweigerd"
    )
    return ("telling", entry.file, "", "", str(entry.delivered), told, "", "", "")
