"""Which kind of file is this? Told by its bytes and its header, not by its name."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass

from gm_workbench.intake.faults import Fault, english
from gm_workbench.intake.layouts import Layout
from gm_workbench.intake.reasons import Reason

SEPARATORS = {";": "a semicolon", ",": "a comma", "\t": "a tab", "|": "a bar"}

BOM = b"\xef\xbb\xbf"

_UTF16 = (b"\xff\xfe", b"\xfe\xff")

# UTF-8 that was read as Windows-1252 and saved again: Ã or Â followed by what a second byte looks like then ("Ã«" for "ë").
_TWICE_ENCODED = re.compile(
    rb"\xc3[\x82\x83](?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]|\xe2(?:\x80[\x80-\xbf]|\x82\xac|\x84\xa2))"
)
_REPLACED = "\N{REPLACEMENT CHARACTER}".encode()

_SAVE_AS = "open the source again and save it as 'CSV UTF-8 (comma or semicolon delimited)'; do not convert this copy"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file whose kind is known: its layout, its header as found (upper case), and the separator that it uses."""

    layout: Layout
    headers: tuple[str, ...]
    separator: str


def encoding_fault(name: str, data: bytes) -> Fault | None:
    """Say what is wrong with the encoding of a file, or nothing.

    A file must be UTF-8, with or without a byte order mark. Windows-1252 and UTF-16 are refused rather than guessed, because a
    wrong guess gives wrong words without an error.
    """
    if data.startswith(_UTF16) or b"\x00" in data:
        return english(Reason.ENCODING, name, "the file must be UTF-8 but looks like UTF-16 (or is no text at all)", _SAVE_AS)
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, wrong = data.count(b"\n", 0, error.start) + 1, "the file must be UTF-8 but is not (it may be Windows-1252)"
        return english(Reason.ENCODING, name, wrong, _SAVE_AS, line)
    return _garbled(name, data)


def _garbled(name: str, data: bytes) -> Fault | None:
    hits = [*_TWICE_ENCODED.finditer(data)] if b"\xc3\x83" in data or b"\xc3\x82" in data else []
    first = hits[0].start() if hits else data.find(_REPLACED)
    if first < 0:
        return None
    wrong = "accented letters are garbled, as when UTF-8 is read as Windows-1252 and saved again (ë becomes Ã«)"
    return english(Reason.ENCODING, name, wrong, _SAVE_AS, data.count(b"\n", 0, first) + 1, count=max(len(hits), 1))


def header_line(data: bytes) -> str:
    """Give the first line of a file, without byte order mark and line end."""
    return data.removeprefix(BOM).partition(b"\n")[0].decode("utf-8").rstrip("\r")


def split_header(line: str, separator: str) -> tuple[str, ...]:
    """Split a header into names: outer blanks dropped, upper case."""
    return tuple(name.strip().upper() for name in next(csv.reader([line], delimiter=separator), []))


def recognise(line: str, layouts: Iterable[Layout]) -> Recognised | None:
    """Find the layout that a header line belongs to, whatever separator it uses; None when no layout fits.

    A layout fits when all headers that it is recognised by are there, else when one of them is and at least half of all its
    headers are; of several the one that shares most headers.
    """
    found = [
        (_likeness(names, layout), Recognised(layout, names, separator))
        for separator in SEPARATORS
        for names in (split_header(line, separator),)
        for layout in layouts
    ]
    score, best = max(found, key=lambda pair: pair[0])
    return best if score >= 0.5 else None


def _likeness(names: tuple[str, ...], layout: Layout) -> float:
    telling = len(set(names) & set(layout.recognised_by))
    shared = len(set(names) & set(layout.headers)) / len(layout.headers)
    return shared + (1 if telling == len(layout.recognised_by) else 0) if telling else 0.0


def separator_fault(name: str, found: Recognised) -> Fault | None:
    """Say so when a file is recognised by another separator than its layout's."""
    wanted = found.layout.separator
    if found.separator == wanted:
        return None
    got, allowed = SEPARATORS[found.separator], SEPARATORS[wanted]
    return english(
        Reason.SEPARATOR,
        name,
        f"columns must be separated by {allowed} ({wanted!r}) but are separated by {got} ({found.separator!r})",
        f"export again with {allowed} as separator and a comma in decimal numbers (in Excel: Dutch regional settings)",
        line=1,
    )
