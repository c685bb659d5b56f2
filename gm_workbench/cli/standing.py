"""How deliveries stand, in rows and lines: what is good, what was noted, and which sections of which studies they cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gm_workbench.cli.printing import aligned, relative
from gm_workbench.errors import PartlyAccepted, WorkbenchError
from gm_workbench.intake.faults import Fault, worst
from gm_workbench.intake.reasons import Severity
from gm_workbench.intake.rowledger import RowLedger
from gm_workbench.panel.coverage import Covered, matrix
from gm_workbench.settings import Paths

STATES = {Severity.NOTE: "good", Severity.SET_ASIDE: "partly", Severity.REFUSE: "refused"}
"""How a delivery stands, by the worst of its faults."""


@dataclass(frozen=True, slots=True)
class Report:
    """How the delivery of one place stands; `error` is what ends the command when it is not good."""

    place: str
    kind: str
    rows: int | None
    notes: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    ledger: RowLedger = RowLedger()  # noqa: RUF009  # frozen, and empty
    error: WorkbenchError | None = None
    covered: tuple[Covered, ...] = ()

    @property
    def state(self) -> str:
        refused = self.error is not None and not isinstance(self.error, PartlyAccepted)
        return STATES[Severity.REFUSE if refused else worst(self.faults)]


def noted(reports: Sequence[Report]) -> list[str]:
    """Give what was noted, each thing once, with the places that it concerns; what must be mended is told as an error."""
    places: dict[str, list[str]] = {}
    for report in reports:
        for fault in report.faults if report.kind else ():
            if fault.severity is Severity.NOTE:
                told = f"column {fault.column}: {fault.problem.en}" if fault.column else fault.problem.en
                places.setdefault(told, []).append(report.place)
    return [f"note  {', '.join(dict.fromkeys(where))}: {told}" for told, where in places.items()]


def coverage(reports: Sequence[Report]) -> list[str]:
    """Give the lines of the matrix of sections and tables: a word where all places agree, else how many places say what."""
    cells = [(report.place, cell) for report in reports for cell in report.covered]
    if not cells:
        return []
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    for _, cell in cells:
        counts.setdefault((cell.study, cell.section, cell.table), Counter())[str(cell.presence)] += 1
    rows = matrix([cell for _, cell in cells])
    for row in rows:
        for table in row.keys() - {"study", "section"}:
            row[table] = _agreed(counts.get((row["study"], row["section"], table), Counter()))
    return ["", *aligned(rows)]


def _agreed(counts: Counter[str]) -> str:
    return next(iter(counts), "") if len(counts) < 2 else ", ".join(f"{many} {word}" for word, many in sorted(counts.items()))


def as_row(report: Report, mend: Path | None, where: Paths, *, full: bool) -> dict[str, Any]:
    """Give the row of a place: for a program with every fault, where its rows went and what it covers."""
    row: dict[str, Any] = {"place": report.place, "state": report.state, "kind": report.kind, "rows": report.rows}
    if full:
        row["notes"] = list(report.notes)
    row["mend"] = relative(mend, where) if mend else ""
    if full:
        row["faults"] = [_fault(fault) for fault in report.faults]
        row["ledger"] = [{slot: getattr(entry, slot) for slot in entry.__slots__} for entry in report.ledger.entries]
        row["coverage"] = [_cell(cell) for cell in report.covered]
    return row


def _cell(cell: Covered) -> dict[str, Any]:
    told = {name: str(getattr(cell, name)) for name in ("study", "section", "table", "presence")}
    return {**told, "why": [why.en for why in cell.why]}


def _fault(fault: Fault) -> dict[str, Any]:
    told = {slot: getattr(fault, slot) for slot in ("file", "line", "column", "count", "whole")}
    words = {"problem": fault.problem.en, "remedy": fault.remedy.en, "examples": list(fault.examples)}
    return {"reason": fault.reason.value, "severity": fault.severity.name.lower(), **told, **words}
