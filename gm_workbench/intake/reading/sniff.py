"""What a file is, told by its first and last bytes: never by its name, which only gives a note when it says otherwise."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gm_workbench.intake.faults import Fault, found, masked
from gm_workbench.intake.reading.opened import FileKind, Sniffed
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.text import Text, same

HEAD = 64 << 10
BOM = b"\xef\xbb\xbf"

SEPARATORS = {
    ";": Text("een puntkomma", "a semicolon"),
    "\t": Text("een tab", "a tab"),
    ",": Text("een komma", "a comma"),
    "|": Text("een streep", "a bar"),
}

_MAGIC = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (FileKind.XLS, Text("een oud Excel-bestand", "an old Excel file")),
    b"$FL2": (FileKind.SAV, Text("een SPSS-bestand", "an SPSS file")),
    b"$FL3": (FileKind.SAV, Text("een ingepakt SPSS-bestand", "a packed SPSS file")),
}
_ZIPS = {
    "xl/workbook.xml": (FileKind.XLSX, Text("een Excel-werkboek", "an Excel workbook")),
    "content.xml": (FileKind.ODS, Text("een OpenDocument-werkblad", "an OpenDocument spreadsheet")),
}
_OF_SUFFIX = {
    **dict.fromkeys((".csv", ".txt", ".tsv", ".dat", ".asc"), FileKind.TEXT),
    **dict.fromkeys((".xlsx", ".xlsm"), FileKind.XLSX),
    **dict.fromkeys((".sav", ".zsav"), FileKind.SAV),
    ".ods": FileKind.ODS,
    ".xls": FileKind.XLS,
    ".xml": FileKind.XML,
}
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_XML = re.compile(rb"\s*<[?!A-Za-z_]")


def sniff(path: Path) -> Sniffed:
    """Tell what a file is.

    Parameters
    ----------
    path : Path
        A regular file; 64 KiB of it are read, and the directory of a zip.

    Raises
    ------
    OSError
        If it cannot be read.

    >>> import tempfile; where = Path(tempfile.mkdtemp()) / "x.bin"; _ = where.write_bytes(b"a;b" + bytes([13, 10]) + b"1;2")
    >>> sniff(where).kind.value, sniff(where).separator
    ('text', ';')
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    for magic, (kind, what) in _MAGIC.items():
        if head.startswith(magic):
            return Sniffed(kind, because=(_begins(what),))
    if head.startswith(b"PK"):
        return _zip(path)
    return _plain(head)


def _begins(what: Text) -> Text:
    return Text("de eerste bytes zijn die van {what}", "its first bytes are those of {what}").format(what=what)


def _zip(path: Path) -> Sniffed:
    try:
        with zipfile.ZipFile(path) as packed:
            members = set(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return Sniffed(FileKind.OTHER, because=(Text("een zip die niet heel is", "a zip that is not whole"),))
    for member, (kind, what) in _ZIPS.items():
        if member in members:
            return Sniffed(kind, because=(Text("een zip met daarin {what}", "a zip that holds {what}").format(what=what),))
    return Sniffed(FileKind.OTHER, because=(Text("een zip zonder werkboek", "a zip without a workbook"),))


def _plain(head: bytes) -> Sniffed:
    encoding, why = _encoding(head)
    if encoding == "":
        return Sniffed(FileKind.OTHER, because=(why,))
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    if _XML.match(text[:100].encode("ascii", errors="replace")):
        return Sniffed(FileKind.XML, encoding, "", (Text("begint als XML", "begins as XML"),))
    separator, told = separator_of(text.splitlines()[:40])
    return Sniffed(FileKind.TEXT, encoding, separator, (why, told))


def _encoding(head: bytes) -> tuple[str, Text]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or _every_second_is_nul(head):
        return "utf-16", Text("tekens van twee bytes (UTF-16)", "characters of two bytes (UTF-16)")
    strange = len(_CONTROL.findall(head)) + (head.count(b"\0") if head.count(b"\0") > len(head) // 2 else 0)
    if strange > max(len(head) // 50, 1):
        return "", Text("bytes die geen tekst zijn", "bytes that are no text")
    if head.startswith(BOM):
        return "utf-8-sig", Text("UTF-8, met een byte order mark", "UTF-8, with a byte order mark")
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", Text("geen UTF-8; gelezen als Windows-1252", "no UTF-8; read as Windows-1252")
    return "utf-8", same("ASCII" if head.isascii() else "UTF-8")


def _every_second_is_nul(head: bytes) -> bool:
    few, many = sorted((head[0:400:2].count(0), head[1:400:2].count(0)))
    half = min(len(head), 400) // 2
    return half > 4 and 2 * many > half and 2 * few < half


def separator_of(lines: Sequence[str]) -> tuple[str, Text]:
    """Find what separates the cells of the first lines: what gives most of them the same number of cells, and more than one.

    >>> separator_of(["naam;bedrag", "a;1,5", "b;2,5"])[0], separator_of(["een regel", "nog een"])[0]
    (';', '')
    """
    scores = {separator: _evenness(lines, separator) for separator in SEPARATORS}
    best = max(scores, key=lambda separator: scores[separator])
    if scores[best] <= 0:
        return "", Text("geen scheidingsteken", "no separator")
    told = Text("cellen gescheiden door {by}", "cells separated by {by}")
    return best, told.format(by=SEPARATORS[best])


def _evenness(lines: Sequence[str], separator: str) -> float:
    try:
        rows = list(csv.reader((line for line in lines if line.strip()), delimiter=separator))
    except csv.Error:
        return 0.0
    widths = Counter(map(len, rows))
    width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
    return width * times / len(rows) if width > 1 else 0.0


def name_notes(path: Path, sniffed: Sniffed) -> list[Fault]:
    """Say so when the name of a file promises another format than its bytes are."""
    promised = _OF_SUFFIX.get(path.suffix.lower())
    if promised in (None, sniffed.kind) or sniffed.kind is FileKind.OTHER:
        return []
    what = Text("de inhoud is {kind}, hoewel de naam anders zegt", "its content is {kind}, though its name says otherwise")
    return [found(Reason.REPAIRED, masked(path.name), what=what.format(kind=sniffed.kind.value))]
