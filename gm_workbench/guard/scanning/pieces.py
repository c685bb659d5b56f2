"""A piece of a file that is still to be looked at: what it is called, its bytes, and how they are to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gm_workbench.guard.scanning.findings import INSIDE, Finding, Rule


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes with a name; `suffix` says how they are read where the bytes themselves do not."""

    name: str
    data: bytes
    suffix: str = ""

    def inside(self, what: str, data: bytes, suffix: str = "") -> Piece:
        """Give a piece that was found in this one."""
        return Piece(f"{self.name}{INSIDE}{what}" if self.name else what, data, suffix)

    def finding(self, rule: Rule, line: int = 1, column: int = 1, *, what: str = "") -> Finding:
        """Say what is wrong with this piece, or with a part of it."""
        return Finding(line, column, rule, f"{self.name}{INSIDE}{what}" if what and self.name else what or self.name)


Seen = Iterator[Finding | Piece]
"""What a reader gives: what it found, and pieces that are still to be looked at."""

Reader = Callable[[Piece], Seen]


def width(data: bytes) -> int:
    """Give the bytes of each sign, as the mark of UTF-16 or UTF-32 in front of a text says it; 0 without a mark.

    >>> width("a".encode("utf-16")), width("a".encode("utf-32")), width(b"a")
    (2, 4, 0)
    """
    if data[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return 4
    return 2 if data[:2] in (b"\xff\xfe", b"\xfe\xff") else 0


def is_text(data: bytes) -> bool:
    """Whether bytes can be a text: UTF-8, UTF-16 or UTF-32, without signs that no text has."""
    if wide := width(data):
        return len(data) % wide == 0
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in data
