"""One pass over the bytes of a text: is it whole, and in one encoding? Nothing of it is kept but counts and line numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from gm_workbench.intake.declared.limits import LIMITS
from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.sniff import BOM
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.text import Text

BLOCK = 8 << 20

# UTF-8 that was read as Windows-1252 and saved again: Ã or Â followed by what a second byte looks like then ("Ã«" for "ë").
_TWICE_ENCODED = re.compile(
    rb"\xc3[\x82\x83](?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]|\xe2(?:\x80[\x80-\xbf]|\x82\xac|\x84\xa2))"
)
_REPLACED = "\N{REPLACEMENT CHARACTER}".encode()
_PAIR_IN_1252 = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
_NOT_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

_UTF16 = Text("UTF-16, of geen tekst", "UTF-16, or no text")
_NUL = Text("er staan nulbytes in", "it holds NUL bytes")
_MIXED = Text("UTF-8 en Windows-1252 door elkaar", "UTF-8 and Windows-1252 mixed")
_NEITHER = Text("geen UTF-8 en geen Windows-1252", "neither UTF-8 nor Windows-1252")
_GARBLED = Text(
    "letters met accenten zijn verminkt, zoals wanneer UTF-8 als Windows-1252 is gelezen en weer bewaard (ë wordt Ã«)",
    "accented letters are garbled, as when UTF-8 is read as Windows-1252 and saved again (ë becomes Ã«)",
)
_LONG_CELL = Text("een cel van meer dan {most} tekens", "a cell of more than {most} signs")
_NO_END = Text("de laatste regel heeft geen regeleinde", "its last line has no line end")


@dataclass(slots=True)
class Scan:
    """What was counted. Of what is wrong the first line is kept, 0 when there is none; `blank` are lines without a cell.

    `hashes` says whether a `#` is anywhere, with which every error of a spreadsheet begins.
    """

    lines: int = 0
    blank: list[int] = field(default_factory=list)
    utf8: int = 0
    other: int = 0
    first: dict[str, int] = field(default_factory=dict)
    ends: bool = True
    hashes: bool = False
    separator: bytes = b""
    most: int = LIMITS.cell_bytes

    @property
    def nothing(self) -> bytes:
        """Bytes that make no cell."""
        return self.separator + b' \t\r"\x1a'

    def saw(self, what: str, line: int) -> None:
        """Keep the first line of something."""
        self.first.setdefault(what, line)

    @property
    def encoding(self) -> str:
        """The encoding by the evidence of all bytes, where it is not mixed."""
        return "cp1252" if self.other else "utf-8-sig"


def scan(path: Path, separator: str = "", most: int = LIMITS.cell_bytes) -> Scan:
    """Read all bytes once, block by block, each block ending on a line end; a cell of more than `most` bytes is noted."""
    seen = Scan(separator=separator.encode(), most=most)
    for block in _blocks(path):
        _count(block, seen)
    return seen


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        rest = file.read(len(BOM))
        rest = b"" if rest == BOM else rest
        while more := file.read(BLOCK):
            cut = more.rfind(b"\n") + 1
            if cut or len(rest) > BLOCK:
                cut = cut or len(more)
                yield rest + more[:cut]
                rest = more[cut:]
            else:
                rest += more
        if rest:
            yield rest


def _count(block: bytes, seen: Scan) -> None:
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 10)
    before = seen.lines
    _look_at_line_ends(block, ends, seen)
    if b"\0" in block:
        seen.saw("nul", before + 1 + block.count(b"\n", 0, block.find(b"\0")))
    seen.hashes = seen.hashes or b"#" in block
    if b'"' in block and "long" not in seen.first:
        _look_at_quotes(block, ends, seen)
    if not block.isascii():
        _look_at_letters(block, seen)
    seen.ends = block.endswith(b"\n")
    seen.lines += len(ends) + (not seen.ends)
    if not seen.ends and not block[block.rfind(b"\n") + 1 :].strip(seen.nothing):
        seen.ends = True  # the sign that old systems end a file with
        seen.blank.append(seen.lines)


def _look_at_line_ends(block: bytes, ends: np.ndarray, seen: Scan) -> None:
    signs = np.frombuffer(block, dtype=np.uint8)
    if b"\r" in block and np.count_nonzero(signs == 13) - block.endswith(b"\r") != _before_ends(signs, ends):
        seen.saw("return", seen.lines + 1)
    lengths = np.diff(ends, prepend=-1)
    seen.blank += [seen.lines + 1 + at for at in _without_cells(block, ends, lengths, seen)]
    if not len(ends) or lengths.max() > seen.most or len(block) - ends[-1] > seen.most:
        _look_at_long_lines(block, ends, seen)


def _before_ends(signs: np.ndarray, ends: np.ndarray) -> int:
    """Count the line ends that a carriage return stands before."""
    return int(np.count_nonzero(signs[np.maximum(ends - 1, 0)] == 13))


def _without_cells(block: bytes, ends: np.ndarray, lengths: np.ndarray, seen: Scan) -> list[int]:
    """Give the lines that hold no cell: nothing, blanks, or separators only, as a spreadsheet writes empty rows."""
    signs = np.frombuffer(block, dtype=np.uint8)
    empty = np.isin(np.arange(256), np.frombuffer(seen.nothing + b"\n", dtype=np.uint8))
    starts = ends - lengths + 1
    maybe = np.flatnonzero(empty[signs[starts]] & empty[signs[np.maximum(ends - 1, starts)]])
    return [int(at) for at in maybe if not block[starts[at] : ends[at]].strip(seen.nothing)]


def _look_at_long_lines(block: bytes, ends: np.ndarray, seen: Scan) -> None:
    edges = [-1, *ends.tolist(), len(block)]
    for number, (before, end) in enumerate(pairwise(edges), start=seen.lines + 1):
        if end - before > BLOCK or (end - before > seen.most and _holds_long_cell(block[before + 1 : end], seen)):
            seen.saw("long", number)
            return


def _holds_long_cell(line: bytes, seen: Scan) -> bool:
    cuts = np.flatnonzero(np.frombuffer(line, dtype=np.uint8) == ord(seen.separator)) if seen.separator else np.array([], int)
    return int(np.diff(cuts, prepend=-1, append=len(line)).max()) - 1 > seen.most


def _look_at_quotes(block: bytes, ends: np.ndarray, seen: Scan) -> None:
    quotes = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 34)
    edges = ends if block.endswith(b"\n") else np.append(ends, len(block))
    odd = np.flatnonzero(np.diff(np.searchsorted(quotes, edges), prepend=0) % 2)
    starts = np.append(0, edges[:-1] + 1)
    opened = (at for at in odd if _stays_open(block[starts[at] : edges[at]], seen))
    first = next(opened, None)
    if first is not None:
        seen.saw("quote", seen.lines + 1 + int(first))


def _stays_open(line: bytes, seen: Scan) -> bool:
    """Say whether a quotation mark is open at the end of a line; one within a cell (19" scherm) is a sign like any other."""
    try:
        list(csv.reader([line.decode("latin-1")], delimiter=(seen.separator or b"\0").decode(), strict=True))
    except csv.Error:
        return True
    return False


def _look_at_letters(block: bytes, seen: Scan) -> None:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        _look_line_by_line(block, seen)
    else:
        seen.utf8 += 1
    garbled = [_TWICE_ENCODED.search(block)] if b"\xc3\x83" in block or b"\xc3\x82" in block else []
    at = next((hit.start() for hit in garbled if hit), block.find(_REPLACED))
    if at >= 0:
        seen.saw("garbled", seen.lines + 1 + block.count(b"\n", 0, at))


def _look_line_by_line(block: bytes, seen: Scan) -> None:
    for number, line in enumerate(block.split(b"\n"), start=seen.lines + 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            seen.utf8 += 1
        except UnicodeDecodeError:
            seen.other += 1
            seen.saw("other", number)
            seen.utf8 += bool(_PAIR_IN_1252.search(line))
            if _NOT_1252.search(line):
                seen.saw("neither", number)


def scan_faults(name: str, seen: Scan, encoding: str) -> list[Fault]:
    """Say what makes the file as a whole unreadable; all of it at once."""
    shown, first = masked(name), seen.first
    if encoding.startswith("utf-16") or "nul" in first:
        wide = encoding.startswith("utf-16")
        return [found(Reason.ENCODING, shown, line=None if wide else first["nul"], what=_UTF16 if wide else _NUL)]
    if "long" in first:
        long = _LONG_CELL.format(most=str(seen.most))
        return [found(Reason.TOO_LARGE, shown, line=first["long"], what=long, most=seen.most)]
    letters = [] if _cut_within_a_letter(seen) else _letters(seen, encoding)
    faults = [found(Reason.ENCODING, shown, line=line, what=what) for what, line in letters]
    if "return" in first:
        faults.append(found(Reason.LINE_ENDS, shown, line=first["return"]))
    if "quote" in first:
        faults.append(found(Reason.QUOTES, shown, line=first["quote"]))
    if not seen.ends and "return" not in first:  # what ends in carriage returns has an end
        faults.append(found(Reason.TRUNCATED, shown, line=seen.lines, what=_NO_END))
    return faults


def _cut_within_a_letter(seen: Scan) -> bool:
    """Say whether the only strange sign is on a last line without end: half a letter, and no other encoding."""
    return not seen.ends and seen.other == 1 and seen.first.get("other") == seen.lines


def _letters(seen: Scan, encoding: str) -> list[tuple[Text, int]]:
    first = seen.first
    if seen.other and (seen.utf8 or encoding == "utf-8-sig"):
        return [(_MIXED, first["other"])]
    if "neither" in first:
        return [(_NEITHER, first["neither"])]
    return [(_GARBLED, first["garbled"])] if "garbled" in first else []
