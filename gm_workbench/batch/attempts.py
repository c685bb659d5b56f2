"""An attempt to make a report: how far it came, how it ended, and what is noted of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType
from typing import Any

from gm_workbench.vocabulary.text import Text


class State(StrEnum):
    """How far an attempt came."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEVIATES = "deviates"  # made, and it says itself that values in it are off
    FAILED = "failed"
    KILLED = "killed"
    TIMED_OUT = "timed out"
    STOPPED = "stopped"  # never begun: its batch ended before its turn, or another batch made the report meanwhile

    @property
    def ended(self) -> bool:
        return self not in (State.QUEUED, State.RUNNING)

    @property
    def made(self) -> bool:
        """Whether there is a report."""
        return self in (State.DONE, State.DEVIATES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    `cell` counts the notebook's cells from 1; `memory` is the most that its kernel used, in bytes; of the seconds that it took,
    `computing` were spent in cells.
    """

    state: State
    reason: str = ""
    cell: int | None = None
    seconds: float = 0.0
    kind: str = ""
    headline: Text = Text("", "")
    memory: int | None = None
    computing: float | None = None

    @property
    def out_of_memory(self) -> bool:
        """Whether it ended as runs do that have too little memory: killed by the system, or told so by Python."""
        return self.state is State.KILLED or self.reason.startswith("MemoryError")


class Claim(StrEnum):
    """What became of a claim on a report."""

    OURS = "ours"
    BUSY = "busy"  # another batch is making it
    MADE = "made"  # another batch has made it meanwhile, of the same things


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row of the ledger; `turn` counts attempts in the order in which they began."""

    id: int
    study: str
    place: str
    world: str
    period: str
    folder: str  # relative to reports/
    state: State
    started: str
    seconds: float | None
    cell: int | None
    reason: str
    kind: str
    headline: Text
    turn: int | None
    parameters: Mapping[str, Any]
    recipe: Mapping[str, str]
    memory: int | None
    computing: float | None

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return Outcome(
            self.state, self.reason, self.cell, self.seconds or 0.0, self.kind, self.headline, self.memory, self.computing
        )


@dataclass(frozen=True, slots=True)
class Left:
    """What a batch left whose process is gone: the mark of its own processes, and the folders of reports that it was making."""

    mark: str
    folders: tuple[str, ...]


NUMBERS = ("seconds", "cell", "turn", "memory", "computing")
PLAIN = ("study", "place", "world", "period", "folder", "reason", "kind")
TEXTS = (*PLAIN, "headline_nl", "headline_en")


def read_attempt(row: sqlite3.Row) -> Attempt:
    """Read a row of the ledger.

    Raises
    ------
    ValueError
        If it holds what was never written there.
    """
    if not _is_sound(row):
        raise ValueError
    return Attempt(
        **{name: row[name] for name in ("id", *PLAIN, *NUMBERS)},
        parameters=_mapping(row["parameters"]),
        recipe=_mapping(row["recipe"]),
        state=State(row["state"]),
        started=row["started"] or "",
        headline=Text(row["headline_nl"], row["headline_en"]),
    )


def _mapping(text: object) -> dict[str, Any]:
    content = json.loads(text) if isinstance(text, str) else None
    if isinstance(content, dict):
        return content
    raise ValueError


def _is_sound(row: sqlite3.Row) -> bool:
    """Say whether texts are texts and numbers numbers; SQLite itself keeps anything in any column."""
    numbers = all(isinstance(row[name], (int, float, NoneType)) for name in NUMBERS)
    return numbers and all(isinstance(row[name], str) for name in TEXTS) and isinstance(row["started"], (str, NoneType))
