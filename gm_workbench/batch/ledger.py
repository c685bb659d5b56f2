"""The truth about each attempt to make a report, in SQLite at `reports/.ledger.sqlite`, beside the reports that it is about.

papermill's own metadata call a notebook whose kernel was killed complete; the state of a report is therefore never read from a
notebook, but from here. A reason names a cell and a kind of error. It never holds a value from a citizen's record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from gm_workbench.batch.plan import Planned
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.text import Text

BUSY_SECONDS = 30
"""How long one writer waits for another: a batch and `gm status` may look at the same time."""

_TABLE = """
create table if not exists attempts (
    id integer primary key,
    study text not null, place text not null, world text not null, period text not null, folder text not null,
    state text not null, queued text not null, started text, finished text, seconds real,
    cell integer, reason text not null default '', kind text not null default '',
    headline_nl text not null default '', headline_en text not null default ''
)
"""


class State(StrEnum):
    """How far an attempt came."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEVIATES = "deviates"  # made, and it says itself that values in it are off
    FAILED = "failed"
    KILLED = "killed"
    TIMED_OUT = "timed out"

    @property
    def ended(self) -> bool:
        return self not in (State.QUEUED, State.RUNNING)

    @property
    def made(self) -> bool:
        """Whether there is a report."""
        return self in (State.DONE, State.DEVIATES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. `cell` counts the notebook's cells from 1."""

    state: State
    reason: str = ""
    cell: int | None = None
    seconds: float = 0.0
    kind: str = ""
    headline: Text = Text("", "")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row of the ledger."""

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


@dataclass(frozen=True, slots=True)
class Ledger:
    """The attempts of one project."""

    file: Path

    @classmethod
    def at(cls, paths: Paths) -> Ledger:
        """Open the ledger of a project, and make it if it is not there."""
        paths.reports.mkdir(parents=True, exist_ok=True)
        ledger = cls(paths.reports / ".ledger.sqlite")
        with ledger._open() as connection:
            connection.execute("pragma journal_mode = wal")
            connection.execute(_TABLE)
        return ledger

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=BUSY_SECONDS)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection

    def queue(self, row: Planned, folder: str) -> int:
        """Note that a report is going to be made; give the number of the attempt."""
        values = (row.study, row.place, row.world, row.period, folder, State.QUEUED, _now())
        with self._open() as connection:
            cursor = connection.execute(
                "insert into attempts (study, place, world, period, folder, state, queued) values (?, ?, ?, ?, ?, ?, ?)", values
            )
            return int(cursor.lastrowid or 0)

    def start(self, attempt: int) -> None:
        """Note that an attempt runs."""
        with self._open() as connection:
            connection.execute("update attempts set state = ?, started = ? where id = ?", (State.RUNNING, _now(), attempt))

    def finish(self, attempt: int, outcome: Outcome) -> None:
        """Note how an attempt ended."""
        values = (outcome.state, _now(), outcome.seconds, outcome.cell, outcome.reason, outcome.kind, *_both(outcome.headline))
        with self._open() as connection:
            connection.execute(
                "update attempts set state = ?, finished = ?, seconds = ?, cell = ?, reason = ?, kind = ?,"
                " headline_nl = ?, headline_en = ? where id = ?",
                (*values, attempt),
            )

    def attempts(self) -> tuple[Attempt, ...]:
        """Give every attempt, oldest first."""
        with self._open() as connection:
            return tuple(_attempt(row) for row in connection.execute("select * from attempts order by id"))

    def latest(self) -> dict[str, Attempt]:
        """Give the last attempt of each report, by the report's folder."""
        return {attempt.folder: attempt for attempt in self.attempts()}

    def latest_done(self) -> dict[str, Attempt]:
        """Give the last attempt of each report that was made, by the report's folder."""
        return {attempt.folder: attempt for attempt in self.attempts() if attempt.state.made}


def _both(text: Text) -> tuple[str, str]:
    return text.nl, text.en


def _attempt(row: sqlite3.Row) -> Attempt:
    return Attempt(
        **{
            name: row[name]
            for name in ("id", "study", "place", "world", "period", "folder", "seconds", "cell", "reason", "kind")
        },
        state=State(row["state"]),
        started=row["started"] or "",
        headline=Text(row["headline_nl"], row["headline_en"]),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
