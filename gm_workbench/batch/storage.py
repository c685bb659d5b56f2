"""The file behind the ledger: its tables, and how it is opened.

SQLite with a log that is written ahead survives a process that is killed at any moment, and lets one look while another writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gm_workbench.errors import StorageError

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


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one piece of work, which is kept whole or not at all.

    Raises
    ------
    StorageError
        If it cannot be written or read.
    """
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection
    except sqlite3.DatabaseError as error:
        raise cannot_write(f"{file.parent.name}/{file.name}", str(error)) from None


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
    with opened(file) as connection:
        if connection.execute("pragma journal_mode").fetchone()[0] != "wal":
            connection.execute("pragma journal_mode = wal")
        _make_tables(connection)


def _make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, or add what an older ledger lacks."""
    there = {row["name"] for row in connection.execute("pragma table_info(attempts)")}
    if set(LATER_COLUMNS) <= there:
        return
    connection.executescript(TABLES)
    for name, kind in LATER_COLUMNS.items():
        if there and name not in there:
            connection.execute(f"alter table attempts add column {name} {kind}")
    connection.execute("update attempts set turn = id where turn is null and state not in ('queued', 'running')")
    connection.execute(INDEX)


def cannot_write(where: str, why: str) -> StorageError:
    """Give the error for a place that cannot be written; `why` is of the system, and holds no value."""
    return StorageError(
        f"{where} cannot be written ({why}), so nothing was run, or what ran is not noted. "
        "See that there is room on the disk and that you may write there, and run again: what was finished is kept."
    )
