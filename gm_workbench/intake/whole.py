"""A delivery read as a whole: every rule runs once over all files of a table, and any fault refuses all of it.

The older way of reading. It makes way for reading file by file (ADR 0015); what is kept does not change by that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from gm_workbench.intake.checks import Expected, examine
from gm_workbench.intake.delivery import Delivery, count_faults
from gm_workbench.intake.faults import Fault, masked
from gm_workbench.intake.keys import Key
from gm_workbench.intake.layouts import Stamps, load_layouts, stamps
from gm_workbench.intake.readers import Reading, read_file
from gm_workbench.intake.rowledger import Entry, RowLedger
from gm_workbench.intake.stacks import TypedStack, stack
from gm_workbench.intake.tables import build, conform
from gm_workbench.vocabulary.instruments import Instrument, instruments


@dataclass(frozen=True, slots=True)
class Whole:
    """All that a delivery gives. With faults there are no tables, and the ledger says that every row was refused."""

    tables: dict[str, pd.DataFrame]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    ledger: RowLedger


def read_whole(delivery: Delivery, codes: Path, key: Key | None) -> Whole:
    """Read all files of a delivery and hold them against every rule.

    Parameters
    ----------
    delivery : Delivery
    codes : Path
        Folder with layouts, code lists and instruments.
    key : Key or None
        None only where the folder does not say what kind of data it holds, which is a fault by itself.
    """
    layouts = load_layouts(codes)
    readings = {name: read_file(name, data, layouts) for name, data in delivery.raw.items()}
    faults = [*delivery.faults, *count_faults(delivery.marker, readings)]
    faults += [fault for reading in readings.values() for fault in reading.faults]
    expected = Expected(delivery.place.statutory, delivery.marker.kind, _items(codes, stamps(codes)))
    stacks, broken = _examined(list(readings.values()), expected)
    faults += broken
    if faults or key is None:
        return Whole({}, tuple(faults), (), _ledger(readings, accepted=False))
    tables = {rows.layout.table.name: build(rows, key) for rows in stacks}
    for rows in stacks:
        conform(tables[rows.layout.table.name], rows.layout.table)
    return Whole(tables, (), (*_notes(stacks), *_team_notes(tables)), _ledger(readings, accepted=True))


def _ledger(readings: Mapping[str, Reading], *, accepted: bool) -> RowLedger:
    """Count the rows of each file; those of a file that could not be counted are not known, and not in it."""
    counts: dict[tuple[str, str], int] = {}
    for name, reading in readings.items():
        if reading.rows >= 0:
            key = (masked(name), reading.sheet.layout.table.name if reading.sheet else "")
            counts[key] = counts.get(key, 0) + reading.rows
    return RowLedger(
        tuple(Entry(*key, rows, rows * accepted, 0, rows * (not accepted)) for key, rows in sorted(counts.items()))
    )


@lru_cache(maxsize=4)
def _items(codes: Path, _changed: Stamps) -> dict[str, Instrument]:
    declared = instruments(codes / "instruments")
    return {item: instrument for instrument in declared.values() for item in instrument.items}


def _examined(readings: Sequence[Reading], expected: Expected) -> tuple[list[TypedStack], list[Fault]]:
    sheets = [reading.sheet for reading in readings if reading.sheet is not None]
    stacks, faults = [], []
    for layout in dict.fromkeys(sheet.layout.name for sheet in sheets):
        rows, broken = examine(stack([sheet for sheet in sheets if sheet.layout.name == layout]), expected)
        stacks.append(rows)
        faults += broken
    return stacks, faults


def _notes(stacks: Sequence[TypedStack]) -> tuple[str, ...]:
    return tuple(note for rows in stacks for note in _stack_notes(rows))


def _stack_notes(rows: TypedStack) -> list[str]:
    column = rows.stack.columns[rows.layout.source_of("person")[0]] if "person" in rows.layout.key else None
    if column is None:
        return []
    short = sum(len(text) == 8 for text in column.texts)
    return (
        [f"{rows.layout.table.name}: {short} numbers of persons had lost their leading zero and got it back"] if short else []
    )


def _team_notes(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Count the introductions of teams that no roster knows: a team without coaches, or a name that was written otherwise."""
    if not {"rosters", "team_introductions"} <= tables.keys():
        return []
    unknown = int((~tables["team_introductions"]["team"].isin(tables["rosters"]["team"])).sum())
    return [f"team_introductions: a team that is in no roster is not compared (rows: {unknown})"] if unknown else []
