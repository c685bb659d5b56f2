"""What a PDF says: its properties, the words on its pages, and files that are attached."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from gm_workbench.guard.scanning.findings import Rule
from gm_workbench.guard.scanning.pictures import printed, unpacked
from gm_workbench.guard.scanning.pieces import Piece, Seen

MAGIC = b"%PDF-"
_STREAM = re.compile(
    rb"<<(?P<about>(?:[^<>]|<<(?:[^<>]|<<[^<>]*>>|<[^<>]*>)*>>|<[^<>]*>)*)>>\s*stream\r?\n(?P<body>.*?)\r?\n?endstream",
    re.DOTALL,
)
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[^\s/<>\[\]()]+|\d+\s+\d+\s+R)")
_WAY = re.compile(rb"/([^\s/<>\[\]()]+)|(\d+)\s+\d+\s+R")
_SHORT = {
    b"Fl": b"FlateDecode",
    b"AHx": b"ASCIIHexDecode",
    b"A85": b"ASCII85Decode",
    b"DCT": b"DCTDecode",
    b"CCF": b"CCITTFaxDecode",
}
_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_STRING = re.compile(rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<[0-9A-Fa-f\s]+>", re.DOTALL)
_ONE = rb"(?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]+>)"
_ONE_LINE = re.compile(_ONE + rb"(?:\s*Tj\s+(?:-?[\d.]+\s+-?0?\.?0*\s+Td\s+)?" + _ONE + rb")+\s*Tj", re.DOTALL)
_JOINED = re.compile(rb"\[(?:[^\[\]()<>]|\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)*\]\s*TJ", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b"", b"\n": b"", b"\r": b""}
_LETTERS = re.compile(rb"<([0-9A-Fa-f]{2,4})>\s*<([0-9A-Fa-f]{4})>(?!\s*<)")
_RANGE = re.compile(rb"<([0-9A-Fa-f]{2,4})>\s*<([0-9A-Fa-f]{2,4})>\s*<([0-9A-Fa-f]{4})>")
_PICTURES = frozenset({b"DCTDecode", b"JPXDecode", b"CCITTFaxDecode", b"JBIG2Decode"})


def read_pdf(piece: Piece) -> Seen:
    """Look through a PDF: every text in it, packed or not. One that is locked, or packed in a way not known here, is said."""
    data = piece.data
    if b"/Encrypt" in data:
        yield piece.finding(Rule.UNREADABLE)
        return
    bodies = [(match["about"], _opened(match["about"], match["body"])) for match in _STREAM.finditer(data)]
    outside = _STREAM.sub(lambda match: b"<<" + match["about"] + b">>", data)
    alphabets = [letters for _, body in bodies if body and b"begincmap" in body for letters in (_alphabet(body),)]
    yield piece.inside("properties", b"\n".join((_said(outside, alphabets), printed(outside))), ".txt")
    for at, (about, body) in enumerate(bodies, start=1):
        if body is None:
            yield piece.finding(Rule.UNREADABLE, what=f"stream {at}")
        elif b"/EmbeddedFile" in about:
            yield piece.inside(f"attached file {at}", body)
        elif b"/Subtype" in about and b"/Image" in about:
            yield (
                piece.inside(f"picture {at}", printed(body), ".txt")
                if _pictured(about)
                else piece.inside(f"picture {at}", b"", ".txt")
            )
        elif b"begincmap" not in body and b"/Length1" not in about and b"/FontFile" not in about:
            yield piece.inside(f"stream {at}", b"\n".join((_said(body, alphabets), printed(body))), ".txt")


def _pictured(about: bytes) -> bool:
    return bool(_PICTURES & set(_ways(about)))


def _ways(about: bytes) -> list[bytes]:
    """Give what a stream says was done to it, by its names written in full; one that stands elsewhere is not known."""
    plain = _NAME.sub(lambda match: bytes([int(match[1], 16)]), about)
    said = [way for filters in _FILTER.findall(plain) for way in _WAY.findall(filters)]
    return [_SHORT.get(name, name) for name, elsewhere in said]


def _opened(about: bytes, body: bytes) -> bytes | None:
    """Undo what a stream says was done to it; None when one of the ways is not known."""
    made: bytes | None = body
    ways = _ways(about)
    for way in ways:
        if made is None or way in _PICTURES:
            return made
        made = _undone(way, made)
    if not ways and body[:1] == b"\x78":
        return unpacked(body) or body
    return made


def _undone(way: bytes, body: bytes) -> bytes | None:
    try:
        match way:
            case b"FlateDecode":
                return unpacked(body)
            case b"ASCIIHexDecode":
                return _from_hex(body)
            case b"ASCII85Decode":
                return base64.a85decode(body.strip().removeprefix(b"<~").removesuffix(b"~>"))
    except (ValueError, binascii.Error):
        return None
    return None


def _from_hex(code: bytes) -> bytes:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", code)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _said(data: bytes, alphabets: list[Mapping[bytes, str]]) -> bytes:
    """Give the strings in a part of a PDF, a line each; the parts of a line that are moved apart by themselves are one."""
    lines = [_STRING.findall(joined) for joined in _ONE_LINE.findall(data)]
    lines += [_STRING.findall(joined) for joined in _JOINED.findall(data)]
    rest = _STRING.findall(_JOINED.sub(b"", data))
    return "\n".join(text for parts in (*lines, *([one] for one in rest)) for text in _texts(parts, alphabets)).encode()


def _texts(parts: list[bytes], alphabets: list[Mapping[bytes, str]]) -> Iterator[str]:
    raw = b"".join(_raw(part) for part in parts)
    if raw:
        yield _words(raw)
    for letters in alphabets:
        width = max(map(len, letters), default=1)
        yield "".join(letters.get(raw[at : at + width], "") for at in range(0, len(raw), width))


def _words(raw: bytes) -> str:
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", errors="replace")
    return raw.decode("latin-1").replace("\x00", "")


def _raw(part: bytes) -> bytes:
    if part.startswith(b"<"):
        return _from_hex(part)
    return _ESCAPE.sub(lambda match: _sign(match[1]), part[1:-1])


def _sign(code: bytes) -> bytes:
    return bytes([int(code, 8) & 0xFF]) if code.isdigit() and code < b"8" else _PLAIN_ESCAPES.get(code, code)


def _alphabet(body: bytes) -> Mapping[bytes, str]:
    """Read which sign each code of a font stands for."""
    letters: dict[bytes, str] = {}
    for first, last, sign in _RANGE.findall(body):
        for step in range(min(int(last, 16) - int(first, 16), 0xFFFF) + 1):
            letters[(int(first, 16) + step).to_bytes(len(first) // 2, "big")] = chr(int(sign, 16) + step)
    singles = re.findall(rb"beginbfchar(.*?)endbfchar", body, re.DOTALL)
    letters |= {bytes.fromhex(code.decode()): chr(int(sign, 16)) for part in singles for code, sign in _LETTERS.findall(part)}
    return letters
