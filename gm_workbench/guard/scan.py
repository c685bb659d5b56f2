"""The second line: look through finished files for what must never be in them, whatever the guard thought.

Every file is opened, also what is packed or embedded in it. A finding names the rule and the place, never the value. What
cannot be read, or is of a type that is not known here, is a finding too. The scanner knows nothing of outputs or policies.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from gm_workbench.guard.scanning.fields import LINES, read_checksums, read_csv, read_json
from gm_workbench.guard.scanning.findings import MEANINGS, Finding, Rule, masked
from gm_workbench.guard.scanning.notebooks import read_notebook
from gm_workbench.guard.scanning.opened import (
    PACKED,
    SQLITE,
    read_bytes,
    read_packed,
    read_pickle,
    read_sqlite,
    read_tar,
    read_zip,
)
from gm_workbench.guard.scanning.pages import read_page
from gm_workbench.guard.scanning.pdf import MAGIC, read_pdf
from gm_workbench.guard.scanning.pictures import JPEG, PNG, printed, read_jpeg, read_png
from gm_workbench.guard.scanning.pieces import Piece, Reader, Seen, is_text
from gm_workbench.guard.scanning.text import hits, read_text

__all__ = ["MEANINGS", "Finding", "Rule", "files_in", "scan_bytes", "scan_file", "scan_folder", "scan_text"]

DEEPEST = 8
"""How often something may be packed in something else."""

_BY_MAGIC: Mapping[bytes, Reader] = {
    PNG: read_png,
    JPEG: read_jpeg,
    MAGIC: read_pdf,
    SQLITE: read_sqlite,
    b"PK\x03\x04": read_zip,
    **dict.fromkeys(PACKED, read_packed),
}
_TEXTS = (
    ".txt",
    ".log",
    ".yml",
    ".yaml",
    ".toml",
    ".cfg",
    ".ini",
    ".py",
    ".css",
    ".js",
    ".tex",
    ".bib",
    ".sig",
    ".pub",
    "",
)
_BY_SUFFIX: Mapping[str, Reader] = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".svg", ".xml", ".md"), read_page),
    **dict.fromkeys((".csv", ".tsv"), read_csv),
    **dict.fromkeys(_TEXTS, read_text),
    ".ipynb": read_notebook,
    **dict.fromkeys((".json", LINES), read_json),
    ".sha256": read_checksums,
}
_BYTES: Mapping[str, Reader] = {
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), read_pickle),
    **dict.fromkeys((".sqlite-wal", ".sqlite-shm"), read_bytes),
}


def scan_text(text: str, suffix: str = ".html") -> tuple[Finding, ...]:
    """Scan a text as a file with this suffix would be.

    Parameters
    ----------
    text : str
    suffix : str
        How it is read: ``.html``, ``.csv``, ``.json``, ``.ipynb`` or another of text.

    Returns
    -------
    tuple of Finding
        In the order of the text.

    Examples
    --------
    >>> [str(one) for one in scan_text("<td>999990019</td>")]
    [':1:5: person number']
    """
    return scan_bytes("", text.encode("utf-8", "replace"), suffix)


def scan_bytes(name: str, data: bytes, suffix: str | None = None) -> tuple[Finding, ...]:
    """Scan the bytes of a file; the findings bear its name, and say in which part of it they stand.

    Examples
    --------
    >>> [str(one) for one in scan_bytes("a.bin", bytes([0, 1]))]
    ['a.bin:1:1: unknown type of file']
    """
    read_as = Path(name).suffix.lower() if suffix is None else suffix
    found = (*_in_name(name), *_seen(Piece(name, data, read_as), 0))
    safe = {replace(one, file=_safe(one.file)) for one in found}
    return tuple(sorted(safe, key=lambda one: (one.file, one)))


def scan_file(file: Path) -> tuple[Finding, ...]:
    """Scan one file."""
    return _opened(file, file.name)


def scan_folder(folder: Path) -> tuple[Finding, ...]:
    """Scan every file in a folder and those below it; the findings name files from the folder on."""
    found = [_opened(file, file.relative_to(folder).as_posix()) for file in files_in(folder)]
    return tuple(one for findings in found for one in findings)


def files_in(folder: Path) -> tuple[Path, ...]:
    """Give everything in a folder that is not a folder: files, and links too, which are not followed."""
    return tuple(sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()))


def _opened(file: Path, name: str) -> tuple[Finding, ...]:
    try:
        data = None if file.is_symlink() or not file.is_file() else file.read_bytes()
    except FileNotFoundError:  # a batch put another in its place meanwhile, which it has scanned itself
        return ()
    except OSError:
        data = None
    return (Finding(1, 1, Rule.UNREADABLE, _safe(name)),) if data is None else scan_bytes(name, data)


def _seen(piece: Piece, depth: int) -> Iterator[Finding]:
    if depth > DEEPEST:
        yield piece.finding(Rule.UNREADABLE)
        return
    for one in _read(piece):
        if isinstance(one, Finding):
            yield one
        else:
            yield from _seen(one, depth + 1)


def _read(piece: Piece) -> list[Finding | Piece]:
    try:
        return list(_reader(piece)(piece))
    except Exception:  # closed by default: what cannot be looked at to its end is not known to be clean
        return [piece.finding(Rule.UNREADABLE), piece.inside("letters", printed(piece.data), ".txt")]


def _reader(piece: Piece) -> Reader:
    """Say how a piece is read: by its first bytes, else as its name says if it is a text, else not at all."""
    data = piece.data
    for magic, reader in _BY_MAGIC.items():
        if data.startswith(magic):
            return reader
    if data[257:262] == b"ustar":
        return read_tar
    if piece.suffix in _BYTES:
        return _BYTES[piece.suffix]
    if data[:1] == b"\x80" and data[-1:] == b".":
        return read_pickle
    if zipfile.is_zipfile(BytesIO(data)):
        return read_zip
    if not is_text(data):
        return _unreadable if piece.suffix and piece.suffix in _BY_SUFFIX else _unknown
    return _BY_SUFFIX.get(piece.suffix, _unknown)


def _unknown(piece: Piece) -> Seen:
    """Say that the type is not known, and look at the letters in it all the same."""
    yield piece.finding(Rule.UNKNOWN)
    yield piece.inside("letters", piece.data if is_text(piece.data) else printed(piece.data), ".txt")


def _unreadable(piece: Piece) -> Seen:
    """Say that what should be a text is none, and look at it as far as it is one."""
    yield piece.finding(Rule.UNREADABLE)
    yield from read_text(piece)


def _in_name(name: str) -> Iterator[Finding]:
    """Look through the name of a file, which travels with it."""
    spaced = name.replace("_", " ").replace("/", "\n")
    yield from (Finding(1, 1, rule, name) for text in {name, spaced} for _, rule in hits(text) if rule is not Rule.PATH)


def _safe(name: str) -> str:
    """Write a name without what a rule finds in it, and without long rows of digits."""
    return masked("/".join("#####" if next(hits(part), None) else part for part in name.split("/")))
