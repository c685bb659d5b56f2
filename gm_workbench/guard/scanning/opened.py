"""Files with other files in them, and files that a program reads: opened without trust, and without running what is in them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickletools
import re
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import PurePosixPath
from typing import Any

from gm_workbench.guard.scanning.findings import Rule, masked
from gm_workbench.guard.scanning.numbers import persons
from gm_workbench.guard.scanning.pictures import printed
from gm_workbench.guard.scanning.pieces import Piece, Seen
from gm_workbench.guard.scanning.sheets import of_records
from gm_workbench.guard.scanning.tables import is_of_records

LARGEST = 1 << 28
"""Bytes that one packed file may come to when it is opened."""

SQLITE = b"SQLite format 3\x00"
PACKED: Mapping[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
_PACKED_SUFFIXES = (".gz", ".bz2", ".xz")
_KEPT_SUFFIXES = (".svg", ".html")
"""Of what a page says to be a picture or page, and is packed."""

_PAGE = (".xml", ".rels", ".vml")
_BROKEN = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def read_zip(piece: Piece) -> Seen:
    """Open every member of an archive; sheets and documents of an office are archives too."""
    try:
        with zipfile.ZipFile(io.BytesIO(piece.data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if sum(member.file_size for member in members) > LARGEST:
                yield piece.finding(Rule.UNREADABLE)
                return
            yield piece.inside("names", "\n".join(archive.namelist()).encode("utf-8", "replace"), ".txt")
            held = {member.filename: archive.read(member) for member in members}
            yield from (_member(piece, name, data) for name, data in held.items())
            yield from (piece.finding(Rule.RECORDS, what=masked(sheet)) for sheet in of_records(held))
            told = b"\n".join((archive.comment, *(one.comment + b"\n" + one.extra for one in archive.infolist())))
    except _BROKEN:
        yield piece.finding(Rule.UNREADABLE)
        return
    if told.strip(b"\n\x00"):
        yield piece.inside("remarks", told.decode("latin-1").encode(), ".txt")
    if not piece.data.startswith(b"PK"):
        yield piece.inside("before the archive", piece.data[: piece.data.find(b"PK\x03\x04")], piece.suffix)
    yield from read_bytes(piece)


def _member(piece: Piece, name: str, data: bytes) -> Piece:
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    return piece.inside(name, data, ".html" if suffix in _PAGE else suffix)


def read_tar(piece: Piece) -> Seen:
    """Open every member of a tape archive."""
    try:
        with tarfile.open(fileobj=io.BytesIO(piece.data)) as archive:
            yield piece.inside("names", "\n".join(archive.getnames()).encode("utf-8", "replace"), ".txt")
            for member in archive.getmembers():
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    yield _member(piece, member.name, stream.read(LARGEST))
                elif not member.isdir():
                    yield piece.finding(Rule.UNREADABLE, what=masked(member.name))
    except (tarfile.TarError, *_BROKEN):
        yield piece.finding(Rule.UNREADABLE)


def read_packed(piece: Piece) -> Seen:
    """Unpack a file that holds one other."""
    opener = next(opener for magic, opener in PACKED.items() if piece.data.startswith(magic))
    try:
        with opener(io.BytesIO(piece.data), "rb") as stream:
            data = stream.read(LARGEST + 1)
    except _BROKEN:
        yield piece.finding(Rule.UNREADABLE)
        return
    if len(data) > LARGEST:
        yield piece.finding(Rule.UNREADABLE)
    else:
        if piece.data[:2] == b"\x1f\x8b" and piece.data[3] & 8:
            yield piece.inside("name", piece.data[10:].partition(b"\x00")[0], ".txt")
        suffixes = PurePosixPath(piece.name).suffixes if piece.suffix in _PACKED_SUFFIXES else []
        own = piece.suffix if piece.suffix in _KEPT_SUFFIXES else ""
        yield piece.inside("unpacked", data, suffixes[-2].lower() if len(suffixes) > 1 else own)


def read_pickle(piece: Piece) -> Seen:
    """Read what a pickle would make, without making it. A pickle runs code where it is opened, so it is never handed over."""
    yield piece.finding(Rule.UNKNOWN)
    words: list[str] = []
    try:
        for _, argument, _ in pickletools.genops(piece.data):
            if isinstance(argument, bytes | bytearray):
                words.append(bytes(argument).decode("latin-1"))
            elif argument is not None:
                words.append(str(argument))
    except (ValueError, IndexError, KeyError):
        yield piece.finding(Rule.UNREADABLE)
    yield piece.inside("values", "\n".join(words).encode(), ".txt")


_RECIPE = re.compile(r'": "(?:[0-9a-f]{16}|[0-9a-f]{32})"')
LOCAL: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("batches", "mark"): lambda folder: folder.replace("/", " "),
    ("attempts", "memory"): lambda size: "" if size.isdigit() and int(size) % 1024 == 0 else size,
    ("attempts", "recipe"): lambda recipe: _RECIPE.sub('": ""', recipe),
}
"""What is left to look at in columns of the ledger that hold a folder of this machine, whole kibibytes, or short digests."""

_LEDGER = frozenset(table for table, _ in LOCAL)
"""Tables of the ledger, in which a line is one attempt to make a report."""


def read_sqlite(piece: Piece) -> Seen:
    """Look through every cell of a database."""
    data = bytearray(piece.data)
    data[18:20] = b"\x01\x01"  # a copy in memory has no log beside it, and none is needed to read it
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(bytes(data))
            for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
                yield from _table(piece, table, connection)
    except sqlite3.Error:
        yield piece.finding(Rule.UNREADABLE)
    yield from read_bytes(piece)


def read_bytes(piece: Piece) -> Seen:
    """Look for numbers of persons in the bytes themselves: what was removed from a database may still stand there."""
    text = printed(piece.data).decode("ascii")
    if next(persons(text), None) is not None:
        yield piece.finding(Rule.NUMBER, what="raw bytes")


def _table(piece: Piece, table: str, connection: sqlite3.Connection) -> Seen:
    quoted = '"' + table.replace('"', '""') + '"'
    rows = connection.execute(f"select * from {quoted}")  # noqa: S608  # a name cannot be a parameter
    names = [column[0] for column in rows.description]
    found = rows.fetchall()
    if table not in _LEDGER and is_of_records([["" if value is None else str(value) for value in row] for row in found]):
        yield piece.finding(Rule.RECORDS, what=table)
    columns = list(zip(*found, strict=True)) or [()] * len(names)
    for name, values in zip(names, columns, strict=True):
        rest = LOCAL.get((table, name), str)
        lines = [name, *(rest(str(value)) for value in values if value is not None and not isinstance(value, bytes))]
        yield piece.inside(f"{table}.{name}", "\n".join(lines).encode(), ".txt")
        yield from (piece.inside(f"{table}.{name} {at}", value) for at, value in enumerate(values) if isinstance(value, bytes))
