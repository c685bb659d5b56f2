"""A writer of the old Excel format (BIFF8 in a compound file), as small as a reader accepts: numbers, texts and days."""

from __future__ import annotations

import datetime as dt
import struct

SECTOR, FREE, LAST = 512, 0xFFFFFFFF, 0xFFFFFFFE
DAY_FORMAT = 164


def old_workbook(rows: list[list[object]]) -> bytes:
    """Give the bytes of a workbook with one sheet."""
    book = _stream(rows)
    book = book.ljust(max(4096, -(-len(book) // SECTOR) * SECTOR), b"\0")
    sectors = len(book) // SECTOR
    chain = [0xFFFFFFFD, LAST, *range(3, sectors + 2), LAST]
    table = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    folder = _entry("Root Entry", 5, LAST, 0, 1) + _entry("Workbook", 2, 2, len(book), FREE) + _entry("", 0, 0, 0, FREE) * 2
    sizes = struct.pack("<5H6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, LAST, 0, LAST, 0)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + sizes + struct.pack("<109I", 0, *[FREE] * 108)
    return head + table + folder + book


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    text = f"{name}\0".encode("utf-16-le") if name else b""
    told = struct.pack("<HBBIII36xIQ", len(text), kind, 1, FREE, FREE, child, start, size)
    return text.ljust(64, b"\0") + told


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def _stream(rows: list[list[object]]) -> bytes:
    styles = b"".join(
        _record(0xE0, struct.pack("<HHHBBBBIIH", 0, shown, 0, 0x20, 0, 0, 0, 0, 0, 0)) for shown in (0, DAY_FORMAT)
    )
    before = _begin(5) + _record(0x42, struct.pack("<H", 1200)) + _record(0x41E, struct.pack("<H", DAY_FORMAT) + _text("d-mmm"))
    name = "Blad1".encode("utf-16-le")
    at = len(before) + len(styles) + len(name) + 12 + 4
    sheet = _record(0x85, struct.pack("<IHBB", at, 0, len(name) // 2, 1) + name)
    size = _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    cells = b"".join(_cell(line, column, cell) for line, row in enumerate(rows) for column, cell in enumerate(row))
    return before + styles + sheet + _record(0x0A) + _begin(0x10) + size + cells + _record(0x0A)


def _cell(line: int, column: int, cell: object) -> bytes:
    if isinstance(cell, str):
        return _record(0x204, struct.pack("<HHH", line, column, 0) + _text(cell))
    if isinstance(cell, bool):
        return _record(0x205, struct.pack("<HHHBB", line, column, 0, cell, 0))
    style, value = (1, (cell - dt.datetime(1899, 12, 30)).days) if isinstance(cell, dt.datetime) else (0, cell)  # noqa: DTZ001
    return _record(0x203, struct.pack("<HHHd", line, column, style, value))
