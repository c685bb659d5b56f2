"""The truth about each attempt to make a report, in SQLite at `reports/.ledger.sqlite`, beside the reports that it is about.

papermill's own metadata call a notebook whose kernel was killed complete; the state of a report is therefore never read from a
notebook, but from here. A reason names a cell and a kind of error. It never holds a value from a citizen's record.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gm_workbench.batch.attempts import Attempt, Claim, Left, Outcome, State, read_attempt
from gm_workbench.batch.plan import Planned
from gm_workbench.batch.processes import Owner, this_process
from gm_workbench.batch.storage import damaged, opened, prepare, writable
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.text import Text

NAME = ".ledger.sqlite"

NOTHING: Mapping[str, str] = {}

NEXT_TURN = "(select coalesce(max(turn), 0) + 1 from attempts)"
"""The order in which attempts began is counted, not read from a clock, which may be set back."""

FINISHED = (
    "state = ?, finished = ?, seconds = ?, cell = ?, reason = ?, kind = ?, headline_nl = ?, headline_en = ?, memory = ?,"
    " computing = ?"
)

LAST = "select * from attempts where folder = ? order by turn desc limit 1"

RIVALS = """
select b.* from attempts a join batches b on a.batch = b.id where a.state = 'running' and a.id != ?1
and (a.folder = ?2 or substr(a.folder, 1, length(?2) + 1) = ?2 || '/' or substr(?2, 1, length(a.folder) + 1) = a.folder || '/')
"""
"""A report is put in its place with those on other periods inside its folder: not while one of these is put there."""

LATEST = """
select a.* from attempts a join (select folder, max(turn) as turn from attempts where turn is not null {made} group by folder)
last on a.folder = last.folder and a.turn = last.turn order by a.id
"""


_ENDED: set[tuple[Path, int]] = set()
"""Batches of this process that have ended, noted or not: a full disk must not leave them waiting for themselves."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The attempts of one project."""

    file: Path

    @classmethod
    def at(cls, paths: Paths) -> Ledger:
        """Open the ledger of a project, and make it if it is not there.

        Raises
        ------
        StorageError
            If nothing can be written there.
        """
        ledger = cls(paths.reports / NAME)
        prepare(ledger.file)
        return ledger

    @classmethod
    def to_look_at(cls, paths: Paths) -> Ledger | None:
        """Open the ledger of a project as it is, where nothing can be written; None if there is none there.

        Where it can be written it is made or brought up to date, as by `at`.
        """
        ledger = cls(paths.reports / NAME)
        if ledger.writable:
            return cls.at(paths)
        return ledger if ledger.file.is_file() else None

    @property
    def writable(self) -> bool:
        """Whether anything can be noted in it."""
        return writable(self.file)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self.file)

    def begin(self, owner: Owner, mark: str) -> int:
        """Note that a batch begins, and whose it is; give its number."""
        with self._open() as connection:
            values = (owner.host, owner.pid, owner.born, mark)
            return int(
                connection.execute("insert into batches (host, pid, born, mark) values (?, ?, ?, ?)", values).lastrowid or 0
            )

    def running(self, batch: int) -> tuple[str, ...]:
        """Give the folders of the reports that a batch is making."""
        with self._open() as connection:
            return _running(connection, batch)

    def close(self, batch: int) -> None:
        """Note that a batch ended, and that what it had not begun is not going to be."""
        _ENDED.add((self.file, batch))
        with self._open() as connection:
            _end(connection, batch, "the batch was stopped")

    def settle(self, gone: str = "") -> list[Left]:
        """Note the end of batches whose process is gone, or whose machine is said to be `gone`; give what they left.

        A batch of this very process that ended when its end could not be written is one of them.
        """
        with self._open() as connection:
            connection.execute("begin immediate")
            open_ones = [(row, _owner(row)) for row in connection.execute("select * from batches where not ended")]
            return [_left(connection, row) for row, owner in open_ones if self._over(row, owner, gone)]

    def _over(self, row: sqlite3.Row, owner: Owner, gone: str) -> bool:
        lost = owner.elsewhere and owner.host == gone
        return not owner.alive or lost or (owner == this_process() and (self.file, row["id"]) in _ENDED)

    def holder(self, attempt: int) -> Owner | None:
        """Say whose process is making the report that an attempt is about, or one that cannot be made beside it."""
        with self._open() as connection:
            mine = connection.execute("select * from attempts where id = ?", (attempt,)).fetchone()
            return next(iter(_rivals(connection, mine)), None)

    def queue(self, row: Planned, folder: str, batch: int | None = None, recipe: Mapping[str, str] = NOTHING) -> int:
        """Note that a report is going to be made; give the number of the attempt."""
        return self.queue_all([(row, folder, recipe)], batch)[0]

    def queue_all(self, rows: Iterable[tuple[Planned, str, Mapping[str, str]]], batch: int | None) -> list[int]:
        """Note that reports are going to be made; give the numbers of the attempts."""
        now = _now()
        with self._open() as connection:
            return [_queued(connection, row, folder, batch, recipe, now) for row, folder, recipe in rows]

    def start(self, attempt: int) -> None:
        """Note that an attempt runs."""
        with self._open() as connection:
            _start(connection, attempt)

    def claim(self, attempt: int, *, again: bool = False) -> Claim:
        """Begin an attempt, unless another living batch is making the same report, or has made it of the same things.

        Parameters
        ----------
        attempt : int
        again : bool
            Make it even if another batch has.
        """
        with self._open() as connection:
            connection.execute("begin immediate")
            mine = connection.execute("select * from attempts where id = ?", (attempt,)).fetchone()
            if _rivals(connection, mine):
                return Claim.BUSY
            last = connection.execute(LAST, (mine["folder"],)).fetchone()
            if not again and _same(last, mine):
                reason = "another batch made it meanwhile"
                connection.execute("update attempts set state = ?, reason = ? where id = ?", (State.STOPPED, reason, attempt))
                return Claim.MADE
            _start(connection, attempt)
            return Claim.OURS

    def finish(self, attempt: int, outcome: Outcome) -> None:
        """Note how an attempt ended."""
        values = (outcome.state, _now(), outcome.seconds, outcome.cell, outcome.reason, outcome.kind, *_both(outcome.headline))
        with self._open() as connection:
            connection.execute(
                f"update attempts set {FINISHED}, turn = coalesce(turn, {NEXT_TURN}) where id = ?",  # noqa: S608
                (*values, outcome.memory, outcome.computing, attempt),
            )

    def renew(self, folder: str, recipe: Mapping[str, str]) -> None:
        """Note that a report was written anew without being computed anew: its last attempt now has this recipe."""
        with self._open() as connection:
            last = connection.execute(LAST, (folder,)).fetchone()
            written = json.dumps(dict(recipe), sort_keys=True)
            connection.execute("update attempts set recipe = ? where id = ?", (written, last["id"]))

    def attempts(self) -> tuple[Attempt, ...]:
        """Give every attempt, in the order in which they were asked for."""
        return self._read("select * from attempts order by id")

    def latest(self) -> dict[str, Attempt]:
        """Give the last attempt of each report, by the report's folder; one that never began counts when there is no other."""
        begun = {attempt.folder: attempt for attempt in self._read(LATEST.format(made=""))}
        waiting = self._read("select * from attempts where turn is null order by state != 'queued' desc, id")
        return {a.folder: a for a in waiting if a.folder not in begun or a.state is State.QUEUED} | {
            folder: attempt
            for folder, attempt in begun.items()
            if folder not in {a.folder for a in waiting if not a.state.ended}
        }

    def latest_ended(self) -> dict[str, Attempt]:
        """Give the last attempt of each report that began and ended, by the report's folder."""
        ended = "and state != 'running'"
        return {attempt.folder: attempt for attempt in self._read(LATEST.format(made=ended))}

    def latest_done(self) -> dict[str, Attempt]:
        """Give the last attempt of each report that was made, by the report's folder."""
        made = "and state in ('done', 'deviates')"
        return {attempt.folder: attempt for attempt in self._read(LATEST.format(made=made))}

    def _read(self, query: str) -> tuple[Attempt, ...]:
        with self._open() as connection:
            rows = connection.execute(query).fetchall()
        try:
            return tuple(read_attempt(row) for row in rows)
        except ValueError:
            raise damaged(f"{self.file.parent.name}/{self.file.name}", "a row holds what was never written in it") from None


def _queued(
    connection: sqlite3.Connection, row: Planned, folder: str, batch: int | None, recipe: Mapping[str, str], now: str
) -> int:
    values = (row.study, row.place, row.world, row.period, folder, State.QUEUED, now, batch)
    kept = (json.dumps(dict(row.parameters), sort_keys=True, default=repr), json.dumps(dict(recipe), sort_keys=True))
    cursor = connection.execute(
        "insert into attempts (study, place, world, period, folder, state, queued, batch, parameters, recipe)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, *kept),
    )
    return int(cursor.lastrowid or 0)


def _start(connection: sqlite3.Connection, attempt: int) -> None:
    values = (State.RUNNING, _now(), attempt)
    connection.execute(f"update attempts set state = ?, started = ?, turn = {NEXT_TURN} where id = ?", values)  # noqa: S608


def _end(connection: sqlite3.Connection, batch: int, why: str) -> None:
    """Note that a batch is over: what ran was killed with it, what waited never began."""
    update = "update attempts set state = ?, reason = ?, finished = ? where batch = ? and state = ?"
    connection.execute(update, (State.KILLED, why, _now(), batch, State.RUNNING))
    connection.execute(update, (State.STOPPED, why, _now(), batch, State.QUEUED))
    connection.execute("update batches set ended = 1 where id = ?", (batch,))


def _left(connection: sqlite3.Connection, batch: sqlite3.Row) -> Left:
    running = _running(connection, batch["id"])
    _end(connection, batch["id"], "the batch was killed")
    return Left(batch["mark"], running)


def _running(connection: sqlite3.Connection, batch: int) -> tuple[str, ...]:
    running = connection.execute("select folder from attempts where batch = ? and state = 'running'", (batch,))
    return tuple(row["folder"] for row in running)


def _rivals(connection: sqlite3.Connection, mine: sqlite3.Row) -> list[Owner]:
    """Give the living processes that are making the same report, or one whose folder lies around this one or in it."""
    running = connection.execute(RIVALS, (mine["id"], mine["folder"]))
    return [owner for owner in map(_owner, running.fetchall()) if owner.alive]


def _same(last: sqlite3.Row | None, mine: sqlite3.Row) -> bool:
    made = last is not None and last["turn"] is not None and last["state"] in (State.DONE, State.DEVIATES)
    return made and last is not None and last["recipe"] == mine["recipe"] != "{}"


def _owner(row: sqlite3.Row) -> Owner:
    return Owner(row["host"], row["pid"], row["born"])


def _both(text: Text) -> tuple[str, str]:
    return text.nl, text.en


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
