"""What persons decided about outputs that the guard wants reviewed: `data/policies/decisions.csv`."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from gm_workbench.errors import DeclarationError
from gm_workbench.settings import paths

_REPORT = re.compile(r"[a-z][a-z0-9_]*/(?:GM\d{4}|(?!gm\d)[a-z][a-z0-9_-]*)")
COLUMNS = ("report", "output", "decision", "reason", "decided_by", "date")


class Choice(StrEnum):
    """What was decided."""

    RELEASE = "release"
    WITHHOLD = "withhold"


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's decision about one output of one report (`<study>/<place>`), with its reason."""

    report: str
    output: str
    decision: Choice
    reason: str
    decided_by: str
    date: date


def load_decisions(report: str, folder: Path | None = None) -> tuple[Decision, ...]:
    """Give the decisions about one report; none if there is no file."""
    file = (folder or paths().policies) / "decisions.csv"
    if not file.exists():
        return ()
    return tuple(row for row in parse_decisions(file.read_text(encoding="utf-8-sig")) if row.report == report)


def decided(folder: Path) -> Mapping[str, str]:
    """Digest what was decided about each report; of one about which nothing was, it is empty.

    Of a file that is malformed nobody knows which reports it is about: each has the digest of the file.
    """
    file = folder / "decisions.csv"
    content = file.read_bytes() if file.exists() else b""
    try:
        rows = parse_decisions(content.decode("utf-8-sig")) if content else ()
    except (DeclarationError, UnicodeDecodeError, csv.Error):
        return defaultdict(hashlib.sha256(content).hexdigest)
    told: dict[str, list[list[str]]] = {}
    for row in rows:
        told.setdefault(row.report, []).append([str(value) for value in astuple(row)])
    return defaultdict(str, {name: hashlib.sha256(json.dumps(own).encode()).hexdigest() for name, own in told.items()})


def parse_decisions(text: str) -> tuple[Decision, ...]:
    """Read the text of a decisions file; every fault is listed."""
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise DeclarationError(f"decisions.csv must have the columns {', '.join(COLUMNS)}, in this order.")
    rows = list(reader)
    faults = [f"row {at}: {fault}" for at, row in enumerate(rows, start=2) for fault in _faults(row)]
    faults += _doubles(rows)
    if faults:
        raise DeclarationError("decisions.csv is malformed:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return tuple(
        Decision(
            row["report"],
            row["output"],
            Choice(row["decision"]),
            row["reason"],
            row["decided_by"],
            date.fromisoformat(row["date"]),
        )
        for row in rows
    )


def _faults(row: dict[str, str]) -> Iterator[str]:
    if None in row or None in row.values():
        yield f"must have {len(COLUMNS)} fields"
        return
    yield from (f"{name} is empty" for name in COLUMNS if not row[name].strip())
    if not _REPORT.fullmatch(row["report"]):
        yield "report must be written as study/place, a municipality as GM and four digits"
    if row["decision"] not in list(Choice):
        yield f"decision must be one of {', '.join(Choice)}"
    try:
        date.fromisoformat(row["date"])
    except ValueError:
        yield "date must be written as yyyy-mm-dd"


def _doubles(rows: list[dict[str, str]]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    faults = []
    for at, row in enumerate(rows, start=2):
        key = (row["report"], row["output"])
        if key in seen:
            faults.append(f"row {at}: this output of this report already has a decision")
        seen.add(key)
    return faults
