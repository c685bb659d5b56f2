"""The protected numbers behind each output as a CSV file in long format, and the estimates that others may pool."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from gm_workbench.outputs.output import ShownCell, ShownOutput, Suppressed
from gm_workbench.report.manifest import Manifest
from gm_workbench.vocabulary.protocols import Protocol
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Language

COLUMNS = ("row", "row_label", "column", "column_label", "measure", "value", "low", "high", "se", "n", "unit")
DIGITS = 10  # significant; the guard has rounded already, this only keeps the noise of binary fractions out
LEVEL = 0.95


def csv_text(shown: ShownOutput, language: Language = "nl") -> str:
    """Write the cells of an output as CSV; a hidden number is written as its mark."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_line(shown, cell, language) for cell in shown.cells)
    return buffer.getvalue()


def _line(shown: ShownOutput, cell: ShownCell, language: Language) -> list[str]:
    bounds = (None, None, None) if cell.hidden else (cell.low, cell.high, cell.se)
    return [
        cell.row,
        shown.words.label(cell.row)[language],
        cell.column,
        shown.words.label(cell.column)[language],
        str(cell.measure),
        *(_text(value) for value in (cell.value, *bounds, cell.n)),
        cell.unit,
    ]


def _text(value: float | Suppressed | None) -> str:
    if value is None or isinstance(value, Suppressed):
        return "" if value is None else str(value)
    return f"{value:.{DIGITS}g}"


def estimates_text(outputs: Iterable[ShownOutput], manifest: Manifest, protocol: Protocol) -> str:
    """Write the protected estimates of declared estimands as JSON; of what is hidden only the name is told.

    An estimate is the first cell of an output that names an estimand.
    """
    named = {shown.words.estimand: shown for shown in outputs if shown.words.estimand}
    known = {
        name: shown.cells[0]
        for name, shown in named.items()
        if not shown.withheld and shown.cells and not shown.cells[0].hidden
    }
    published = manifest.kind is DataKind.PUBLISHED  # it has its own years, and the study's design is not its design
    content = {
        "study": manifest.study,
        "place": manifest.place,
        "period": manifest.period_name.en if published else manifest.period,
        "data_kind": str(manifest.kind),
        "protocol_version": protocol.version,
        "design": None if published else protocol.design.value,
        "assignment": str(protocol.assignment),
        "policy": manifest.policy,
        "policy_version": manifest.policy_version,
        "estimates": [_estimate(name, cell) for name, cell in sorted(known.items())],
        "withheld": sorted(named.keys() - known.keys()),
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _estimate(name: str, cell: ShownCell) -> dict[str, object]:
    bounds = {"estimate": cell.value, "low": cell.low, "high": cell.high, "standard_error": cell.se}
    numbers = {key: None if value is None else float(_text(value)) for key, value in bounds.items()}
    n = str(cell.n) if isinstance(cell.n, Suppressed) else cell.n
    return {"name": name, "estimand": name, "n": n, "unit": cell.unit, "level": LEVEL, **numbers}
