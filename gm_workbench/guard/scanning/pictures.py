"""What a picture holds beside its points: the text blocks of a PNG, its camera data, and what stands behind its end."""

from __future__ import annotations

import re
import struct
import zlib

from gm_workbench.guard.scanning.findings import Rule
from gm_workbench.guard.scanning.pieces import Piece, Seen

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
_BARE = frozenset({b"IHDR", b"PLTE", b"IEND", b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"tRNS", b"bKGD", b"tIME", b"hIST"})
_LARGEST_BARE = 1024
"""Bytes: blocks of these kinds hold a few numbers, or a palette of at most 256 colours."""

_LARGEST_TEXT = 1 << 24
_PRINTED = re.compile(rb"[\x20-\x7e]{6,}")
_DIGITS = re.compile(rb"[0-9](?:[ .-]?[0-9]){8,}")


def read_png(piece: Piece) -> Seen:
    """Look through the blocks of a PNG. Its points are not read; what is written in them, only an eye can see."""
    data, at = piece.data, len(PNG)
    ended = False
    while at + 12 <= len(data) and not ended:
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            break
        yield from _block(piece, kind, body)
        ended, at = kind == b"IEND", at + 12 + length
    if not ended:
        yield piece.finding(Rule.UNREADABLE)
    if data[at:]:
        yield piece.inside("behind its end", data[at:])


def _block(piece: Piece, kind: bytes, body: bytes) -> Seen:
    name = kind.decode("latin-1") if kind.isalpha() else "a block"
    if kind == b"IDAT":
        if _DIGITS.search(body):  # one in 10¹² by chance: points are compressed
            yield piece.inside(name, b"\n".join(_DIGITS.findall(body)), ".txt")
    elif kind in (b"tEXt", b"zTXt", b"iTXt"):
        text = _text(kind, body)
        yield piece.finding(Rule.UNREADABLE, what=name) if text is None else piece.inside(name, text, ".txt")
    elif kind == b"iCCP":
        title, _, packed = body.partition(b"\x00")
        colours = unpacked(packed[1:])
        yield (
            piece.finding(Rule.UNREADABLE, what=name)
            if colours is None
            else piece.inside(name, b"\n".join((printed(title), printed(colours))), ".txt")
        )
    elif kind == b"eXIf":
        yield piece.inside(name, printed(body), ".txt")
    elif kind not in _BARE or len(body) > _LARGEST_BARE:
        yield piece.finding(Rule.UNREADABLE, what=name)
    elif len(body) > 16:
        yield piece.inside(name, printed(body), ".txt")


def _text(kind: bytes, body: bytes) -> bytes | None:
    """Give the words of a text block, with the name that they stand under; None when they cannot be read."""
    name, _, rest = body.partition(b"\x00")
    if kind == b"tEXt":
        return _utf8(name + b"\n" + rest)
    if kind == b"zTXt":
        words = unpacked(rest[1:])
        return None if words is None else _utf8(name + b"\n" + words)
    packed, (language, _, translated) = rest[:1] == b"\x01", rest[2:].partition(b"\x00")
    words_name, _, kept = translated.partition(b"\x00")
    words = unpacked(kept) if packed else kept
    return None if words is None else b"\n".join((name, language, words_name, words))


def _utf8(latin: bytes) -> bytes:
    return latin.decode("latin-1").encode("utf-8")


def unpacked(data: bytes) -> bytes | None:
    """Undo zlib's compression, as far as it goes; None when it is not that, or is far larger than such a text."""
    stream = zlib.decompressobj()
    try:
        made = stream.decompress(data, _LARGEST_TEXT)
    except zlib.error:
        return None
    return None if stream.unconsumed_tail else made


def read_jpeg(piece: Piece) -> Seen:
    """Look through the letters in a JPEG: its camera data, its remarks, and what stands behind its end."""
    data = piece.data
    yield piece.inside("words", printed(data), ".txt")
    end = data.rfind(b"\xff\xd9") + 2
    if end < 2:
        yield piece.finding(Rule.UNREADABLE)
    elif data[end:].strip(b"\x00"):
        yield piece.inside("behind its end", data[end:])


def printed(data: bytes) -> bytes:
    """Give the rows of letters among bytes, also those of which each letter takes two bytes, a line each."""
    narrow = _PRINTED.findall(data)
    wide = _PRINTED.findall(data.replace(b"\x00", b"")) if b"\x00" in data else []
    return b"\n".join([*narrow, *(one for one in wide if one not in narrow)])
