"""What a delivery covers: for each section of each study and each table it needs, whether it is there, in part, or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from gm_workbench.panel.study import INTRODUCED_TO, Study, from_tables
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.calendar import Period
from gm_workbench.vocabulary.protocols import ASKED, OUTSIDE_NEEDS, load_protocol, study_names
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.vocabulary.text import Text


class Presence(StrEnum):
    """How much of what a section needs of a table was delivered."""

    PRESENT = "present"
    PARTIAL = "partial"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Covered:
    """One cell of the matrix. `why` says what is not there; it is empty when all is."""

    study: str
    section: str
    table: str
    presence: Presence
    why: tuple[Text, ...] = ()


MONTHLY = ("benefits", "provisions", "wages")
"""Tables with a row for every month in which something lasts; that a month of them is missing, can be seen."""


def place_coverage(
    place: str, tables: Mapping[str, pd.DataFrame], kind: DataKind, period: Period | None = None, where: Paths | None = None
) -> tuple[Covered, ...]:
    """Give the matrix of all studies that are about municipalities, on the checked tables of one.

    Parameters
    ----------
    period : Period, optional
        The months that reports will be about; default from the first to the last month of the monthly tables.

    Raises
    ------
    DeclarationError
        If a protocol has faults.
    """
    where = where or paths()
    months = period or _months(tables.values())
    protocols = [load_protocol(name, where.protocols) for name in study_names(where.protocols)]
    studies = [from_tables(one, place, tables, kind, months, where) for one in protocols if not one.public_only]
    return tuple(cell for study in studies for cell in study_coverage(study))


def _months(tables: Iterable[pd.DataFrame]) -> Period:
    ends = [(table["month"].min(), table["month"].max()) for table in tables if "month" in table.columns and len(table)]
    return Period(min((int(first) for first, _ in ends), default=0), max((int(last) for _, last in ends), default=0))


def study_coverage(study: Study) -> tuple[Covered, ...]:
    """Give the cells of one study: for each section, each table that it needs something of."""
    return tuple(
        _covered(study, section, table, needs)
        for section in study.protocol.sections
        for table, needs in _by_table(study.section(section).needs).items()
    )


def _by_table(needs: Sequence[str]) -> dict[str, list[str]]:
    by: dict[str, list[str]] = {}
    for need in needs:
        if need not in OUTSIDE_NEEDS:
            by.setdefault("answers" if ASKED.fullmatch(need) else need.partition(".")[0], []).append(need)
    return by


def _covered(study: Study, section: str, table: str, needs: Sequence[str]) -> Covered:
    delivered = study.tables.get(table)
    if delivered is None or delivered.empty:
        return Covered(study.protocol.name, section, table, Presence.MISSING, (Text("niet geleverd", "not delivered"),))
    whys = [_unmet(need) for need in needs if not study.meets(need)] + _gaps(study, table, delivered)
    return Covered(study.protocol.name, section, table, Presence.PARTIAL if whys else Presence.PRESENT, tuple(whys))


def _unmet(need: str) -> Text:
    if asked := ASKED.fullmatch(need):
        return Text(f"geen antwoorden op {asked[1]}", f"no answers to {asked[1]}")
    table, _, column = need.partition(".")
    if table in INTRODUCED_TO.values():
        return Text("geen introductie van deze studie in de periode", "no introduction of this study within the period")
    return Text(f"zonder kolom {column}", f"without column {column}")


def _gaps(study: Study, table: str, delivered: pd.DataFrame) -> list[Text]:
    if table not in MONTHLY:
        return []
    asked = study.period.last - study.period.first + 1
    absent = asked - len(np.unique(delivered["month"].to_numpy()))
    return [Text(f"{absent} van {asked} maanden ontbreken", f"{absent} of {asked} months are missing")] if absent > 0 else []


def matrix(cells: Iterable[Covered]) -> list[dict[str, str]]:
    """Lay the cells out: a row per study and section, a column per table that any section needs, empty where it needs none.

    >>> matrix([Covered("s", "who", "benefits", Presence.PARTIAL)])
    [{'study': 's', 'section': 'who', 'benefits': 'partial'}]
    """
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells:
        rows.setdefault((cell.study, cell.section), {})[cell.table] = str(cell.presence)
    tables = [name for name in TABLES if any(name in row for row in rows.values())]
    return [
        {"study": study, "section": section, **{name: row.get(name, "") for name in tables}}
        for (study, section), row in rows.items()
    ]
