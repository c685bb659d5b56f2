"""Files as small as they can be, with a number of a person in them that passes the eleven test (from the range for tests)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest

from gm_workbench.guard.scan import scan_bytes

REAL = "999990019"  # 9*9+8*9+7*9+6*9+5*9+4*0+3*0+2*1-9 = 308 = 28*11
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def real() -> str:
    return REAL


@pytest.fixture
def found() -> Callable[..., list[str]]:
    """Scan bytes and give ``part: rule`` of each finding, those that are alike once; no value may stand in them."""

    def look(name: str, data: bytes | str, suffix: str | None = None) -> list[str]:
        findings = scan_bytes(name, data.encode() if isinstance(data, str) else data, suffix)
        told = [f"{one.file.removeprefix(name).removeprefix(' > ')}: {one.rule}".removeprefix(": ") for one in findings]
        assert not any(REAL in one for one in told)
        return list(dict.fromkeys(told))

    return look


@pytest.fixture
def block() -> Callable[[bytes, bytes], bytes]:
    return lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.fixture
def png(block) -> Callable[..., bytes]:
    """Draw a picture of one point, with blocks of text before its end, and something behind it."""

    def drawn(*blocks: tuple[bytes, bytes], behind: bytes = b"") -> bytes:
        head = block(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        points = block(b"IDAT", zlib.compress(b"\x00\x00"))
        return PNG_HEAD + head + b"".join(block(*one) for one in blocks) + points + block(b"IEND", b"") + behind

    return drawn
