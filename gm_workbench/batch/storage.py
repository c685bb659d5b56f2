"""The file behind the ledger: its tables, and how it is opened.

SQLite with a log that is written ahead survives a process that is killed at any moment, and lets one look while another writes.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gm_workbench.errors import StorageError

AGAIN_SECONDS = 0.02

BUSY_SECONDS = 30
"""How long one writer waits for another: a batch and `gm status` may look at the same time."""

TABLES = """
create table if not exists batches (
    id integer primary key, host text not null, pid integer not null, born text not null, mark text not null,
    ended integer not null default 0
);
create table if not exists attempts (
    id integer primary key,
    study text not null, place text not null, world text not null, period text not null, folder text not null,
    state text not null, queued text not null, started text, finished text, seconds real,
    cell integer, reason text not null default '', kind text not null default '',
    headline_nl text not null default '', headline_en text not null default '',
    batch integer, turn integer, parameters text not null default '{}', recipe text not null default '{}', memory integer,
    computing real
);
create table if not exists deliveries (
    place text not null, world text not null, look text not null, digest text not null, primary key (place, world)
);
"""

LATER_COLUMNS = {
    "batch": "integer",
    "turn": "integer",
    "parameters": "text not null default '{}'",
    "recipe": "text not null default '{}'",
    "memory": "integer",
    "computing": "real",
}
"""Columns that a ledger of an older version does not have yet."""

INDEX = "create index if not exists by_turn on attempts (folder, turn)"


OUTSIDE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""Errors that come from the machine or the rights on it; any other means that the file does not hold what it should."""


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one piece of work, which is kept whole or not at all; where it cannot be written, only to look.

    Raises
    ------
    StorageError
        If it cannot be written or read, or is damaged.
    """
    where = f"{file.parent.name}/{file.name}"
    try:
        with closing(_connected(file)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection
    except sqlite3.DatabaseError as error:
        raise _told(where, error) from None


def _told(where: str, error: sqlite3.DatabaseError) -> StorageError:
    """Give the error for what SQLite says. What Python itself finds has no code, and quotes what is in the file."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return damaged(where, type(error).__name__)
    return cannot_write(where, str(error)) if code & 0xFF in OUTSIDE else damaged(where, str(error))


def writable(file: Path) -> bool:
    """Say whether a file can be written, and others beside it, as the log needs; of a folder that is to be made, not yet known.

    The owner of a machine may write anywhere but on what is mounted to be read only.
    """
    folder = file.parent
    return not folder.exists() or (os.access(folder, os.W_OK) and (not file.exists() or os.access(file, os.W_OK)))


def _connected(file: Path) -> sqlite3.Connection:
    if writable(file):
        return sqlite3.connect(file, timeout=BUSY_SECONDS)
    looking = f"{file.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(looking, timeout=BUSY_SECONDS, uri=True)
    try:
        connection.execute("select 1 from sqlite_master").fetchone()
    except sqlite3.OperationalError:  # even a reader makes files beside it, unless it is told that nobody writes
        connection.close()
        return sqlite3.connect(f"{looking}&immutable=1", uri=True)
    return connection


def prepare(file: Path) -> None:
    """Make the file and its tables, or add what an older one lacks.

    Raises
    ------
    StorageError
        If nothing can be written there.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(file.parent.name, type(error).__name__) from None
    if not writable(file):
        raise cannot_write(file.parent.name, "read only")
    with opened(file) as connection:
        _log_ahead(connection)
        _make_tables(connection)


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Have the log written ahead. While another batch has just that done, SQLite gives up at once, where else it would wait."""
    end = time.monotonic() + BUSY_SECONDS
    while connection.execute("pragma journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(AGAIN_SECONDS)


def _make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, or add what an older ledger lacks."""
    if set(LATER_COLUMNS) <= _columns(connection):
        return
    connection.execute("begin immediate")  # another batch may be making them too
    there = _columns(connection)
    for table in TABLES.split(";"):
        connection.execute(table)
    for name, kind in LATER_COLUMNS.items():
        if there and name not in there:
            connection.execute(f"alter table attempts add column {name} {kind}")
    connection.execute("update attempts set turn = id where turn is null and state not in ('queued', 'running')")
    connection.execute(INDEX)


def _columns(connection: sqlite3.Connection) -> set[str]:
    return {row["name"] for row in connection.execute("pragma table_info(attempts)")}


def cannot_write(where: str, why: str) -> StorageError:
    """Give the error for a place that cannot be written; `why` is of the system, and holds no value."""
    return StorageError(
        f"{where} cannot be written ({why}), so nothing was run, or what ran is not noted. "
        "See that there is room on the disk and that you may write there, and run again: what was finished is kept."
    )


def damaged(where: str, why: str) -> StorageError:
    """Give the error for a ledger that does not hold what it should; `why` is of the system, and holds no value."""
    return StorageError(
        f"{where} is damaged ({why}), so it is not known how the reports stand, and nothing was run. The reports themselves "
        "are as they were. Put a copy of the file back, or move it out of the folder, with those whose names begin with its "
        "name; gm run then makes every report again."
    )
