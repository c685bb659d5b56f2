"""What is embedded in a text as base64, also as it stands in addresses of pages, and in lines of any length."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import unquote

from gm_workbench.guard.scanning.mapped import Mapped, replaced
from gm_workbench.guard.scanning.pictures import printed
from gm_workbench.guard.scanning.pieces import Piece, is_text

_DATA = re.compile(r"data:(?P<mime>[\w/+.-]*)(?:;[\w.=-]+)*;base64,(?P<code>[A-Za-z0-9+/=%\s]+)", re.IGNORECASE)
_WRITTEN = re.compile(r"data:(?P<mime>[\w/+.-]+)(?:;[\w.=-]+)*,(?P<said>[^\s\"'<>]*%[^\s\"'<>]*)", re.IGNORECASE)
_BLOB = re.compile(
    r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{68,}|(?:H4sI|UEsDB|eJ|eN|eA)[A-Za-z0-9+/]{20,}"
    r"|[A-Za-z0-9+/]{24,}(?=\r?\n[A-Za-z0-9+/]))"
    r"(?:\r?\n[A-Za-z0-9+/]+)*={0,2}(?![A-Za-z0-9+/=])"
)
_URL_BLOB = re.compile(r"(?<![\w-])[\w-]{68,}(?:\r?\n[\w-]+)*={0,2}(?![\w=-])", re.ASCII)
_SHORT = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{10,67}={1,2}"
    r"|(?=[A-Za-z]*\d)(?=[A-Z\d]*[a-z])(?=[a-z\d]*[A-Z])(?:[A-Za-z0-9+/]{4}){3,16}(?![A-Za-z0-9+/=_-]))"
)
"""What may be base64 of a few words: with signs to fill it up, or with digits, capitals and small letters."""

_IN_HEX = re.compile(r"(?=[2-7])(?<![0-9A-Za-z])(?:(?:[2-7][0-9a-f]){10,}|(?:[2-7][0-9A-F]){10,})(?![0-9A-Za-z])")
"""Letters and digits that are written as their numbers; one in 10⁴ rows of ten such bytes is one by chance."""

_HEX = re.compile(r"[0-9a-f\s]+")
_FEWEST = 51
"""Bytes: shorter ones are decoded only when there are digits in them."""

_FEWEST_LETTERS = 7
_LARGEST = 1 << 24
_SIX_DIGITS = re.compile(r"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){2}")
"""How six digits are written in base64: one place in 2·10⁸ of random signs looks like it."""

_SIGNS_AFTER = re.compile(r"(?:\r?\n)?(?:[\w+/-]{1,80}(?:\r?\n)?){1,2}", re.ASCII)
_SIGNS_BEFORE = re.compile(r"[\w+/-]*$", re.ASCII)
_BACK = 80
_ALTERED = str.maketrans("-_", "+/")
_PRINTED_SHARE = 0.85
_KNOWN = (b"\x89PNG", b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"SQLite format 3", b"\xff\xd8\xff", b"BZh", b"\xfd7zXZ")


def cut(piece: Piece, text: str) -> tuple[Mapped, list[Piece]]:
    """Take out what is embedded in a text as base64, and give it as pieces."""
    found: list[Piece] = []

    def data(match: re.Match[str]) -> str:
        line = text.count("\n", 0, match.start()) + 1
        name = f"{match['mime'] or 'data'} {len(found) + 1} (line {line})"
        found.append(piece.inside(name, from_base64(unquote(match["code"])), ".svg" if "svg" in match["mime"] else ""))
        return match[0][: match.start("code") - match.start()]

    def blob(match: re.Match[str]) -> str:
        packed = b"" if _HEX.fullmatch(match[0]) else from_base64(match[0])
        content = _inflated(packed)
        short = len(content) < _FEWEST and content is packed and not packed.startswith(_KNOWN)
        if short or not _says_something(content):
            return match[0]
        known = content.startswith(_KNOWN) or is_text(content)
        found.append(piece.inside(f"base64 {len(found) + 1}", content if known else printed(content)))
        return ""

    has_data = "data:" in text.lower()
    bare = replaced(Mapped.of(text), _DATA, data) if has_data else Mapped.of(text)
    for match in _WRITTEN.finditer(bare.text) if has_data else ():
        said = unquote(match["said"]).encode("utf-8", "replace")
        found.append(piece.inside(f"{match['mime']} {len(found) + 1}", said, ".html"))
    bare = replaced(replaced(bare, _BLOB, blob), _URL_BLOB, blob)
    digits = b"\n".join((*_with_digits(bare.text), *_short(bare.text)))
    return bare, [*found, piece.inside("base64 with digits", digits, ".txt")] if digits else found


def _inflated(content: bytes) -> bytes:
    """Undo zlib's compression where it is that, to its end; else give the bytes back."""
    if content[:1] != b"\x78":
        return content
    stream = zlib.decompressobj()
    try:
        made = stream.decompress(content, _LARGEST)
    except zlib.error:
        return content
    return made if stream.eof else content


def _with_digits(text: str) -> list[bytes]:
    """Decode what stands around six digits that are written in base64, however short it is."""
    found = []
    for match in _SIX_DIGITS.finditer(text):
        before = _found(_SIGNS_BEFORE.search(text, max(0, match.start() - _BACK), match.start()))
        code = before[len(before) % 4 :] + match[0] + _found(_SIGNS_AFTER.match(text, match.end()))
        found.append(printed(b" " + from_base64(code) + b"      "))
    return found


def _short(text: str) -> list[bytes]:
    """Decode what is surely a few words in base64 or in hexadecimal digits: nothing else than letters comes out."""
    packed = [from_base64(match[0]) for match in _SHORT.finditer(text)]
    said = [*packed, *(bytes.fromhex(match[0]) for match in _IN_HEX.finditer(text))]
    return [one for one in said if len(one) > _FEWEST_LETTERS and all(0x20 <= sign < 0x7F for sign in one)]


def _found(match: re.Match[str] | None) -> str:
    return match[0] if match else ""


def from_base64(code: str) -> bytes:
    """Decode base64, also several one behind the other; what is none is given back as it stands, to be looked at as it is.

    >>> from_base64("MTIz NDU2"), from_base64("Pz4_Pg=="), from_base64("MQ==Mg=="), from_base64("M!")
    (b'123456', b'?>?>', b'12', b'M!')
    """
    packed = re.sub(r"\s", "", code).translate(_ALTERED)
    try:
        return b"".join(map(_one_decoded, filter(None, re.split("=+", packed))))
    except (binascii.Error, ValueError):
        return packed.encode("utf-8", "replace")


def _one_decoded(code: str) -> bytes:
    whole = code[:-1] if len(code) % 4 == 1 else code
    return base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)


def _says_something(content: bytes) -> bool:
    """Whether what was decoded is a file of a known kind or a text, rather than a word that only looks like base64."""
    if content.startswith(_KNOWN) or (is_text(content) and bool(content.strip())):
        return True
    return sum(0x20 <= sign < 0x7F for sign in content) >= _PRINTED_SHARE * len(content)
