"""A person in the files of a delivery: are they in one, and how to take their lines out. Only `gm forget` does this."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import yaml

from gm_workbench.intake.declared.limits import LIMITS
from gm_workbench.intake.kept.private import write_whole
from gm_workbench.intake.marker import MARKER
from gm_workbench.vocabulary.declarations import load_plain

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")

_BINARY = (b"$FL2", b"$FL3", b"\xd0\xcf\x11\xe0")
"""Beginnings of SPSS and old Excel files, in which numbers are not digits."""

_ZIP = b"PK\x03\x04"


def holds(data: bytes, person: str) -> bool:
    r"""Whether a file holds a person's number, or may: one that cannot be searched counts as if it did.

    Parameters
    ----------
    data : bytes
        Of the file; the members of a workbook are searched one by one.
    person : str
        Nine digits; a number that lost its leading zero is found too.

    Examples
    --------
    >>> holds(b"BSN;MAAND\n12345672;1\n", "012345672"), holds(b"BSN;MAAND\n123456721;1\n", "012345672")
    (True, False)
    """
    if data.startswith(_BINARY):
        return True
    if not data.startswith(_ZIP):
        return _in_text(data, person)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as members:
            large = sum(member.file_size for member in members.infolist()) > LIMITS.unzipped_bytes
            return large or any(_in_text(members.read(member), person) for member in members.namelist())
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error):
        return True  # locked or damaged: it cannot be searched


def _in_text(data: bytes, person: str) -> bool:
    return any(_pattern(person, encoding).search(data) for encoding in _ENCODINGS)


def _pattern(person: str, encoding: str) -> re.Pattern[bytes]:
    """Match a number that is no part of a longer run of digits; signs between its digits may be there."""
    digits = [digit.encode(encoding) for digit in person.lstrip("0")]
    between = b"(?:" + b"|".join(re.escape(sign.encode(encoding)) for sign in ". -") + b")?"
    every = [digit.encode(encoding) for digit in "0123456789"]
    before = b"".join(b"(?<!" + digit + b")" for digit in every)
    zeros = b"(?:" + every[0] + between + b"){0,%d}" % (9 - len(digits))
    return re.compile(before + zeros + between.join(digits) + b"(?!" + b"|".join(every) + b")")


def remove_lines(raw: Path, person: str) -> int:
    """Take a person's lines out of the text files of a delivery, and lower what the marker promises of each.

    A file that has no other rows is removed. One is left alone (and stays blocked) when it is no text in UTF-8 or Windows-1252,
    or when a cell of it holds a line end.

    Returns
    -------
    int
        Files that were written anew.
    """
    lowered = {}
    for path in sorted(raw.glob("*")):
        data = path.read_bytes() if path.is_file() and path.name != MARKER and not path.name.startswith(".") else b""
        if data and not data.startswith((_ZIP, *_BINARY)) and holds(data, person) and _one_line_a_row(data):
            kept = [line for line in data.splitlines(keepends=True) if not _in_text(line, person)]
            lowered[path.name] = len(data.splitlines()) - len(kept)
            if len(kept) > 1:
                _rewrite(path, b"".join(kept))
            else:  # a file without rows would refuse the delivery, and a name can hold the number too
                path.unlink()
    if lowered and (raw / MARKER).is_file():
        _lower(raw / MARKER, lowered)
    return len(lowered)


def _one_line_a_row(data: bytes) -> bool:
    if b"\0" in data:
        return False
    text = data.decode("cp1252", errors="replace")
    return sum(1 for _ in csv.reader(io.StringIO(text, newline=""), delimiter=";")) == len(data.splitlines())


def _rewrite(path: Path, data: bytes) -> None:
    mode = path.stat().st_mode & 0o777
    write_whole(path, data)
    path.chmod(mode)


def _lower(marker: Path, lowered: dict[str, int]) -> None:
    """Lower the promised number of rows; the marker is written in the order that it had, without its comments."""
    content = load_plain(marker.read_text(encoding="utf-8-sig"))
    files: dict[str, Any] = content.get("files") or {}
    for name in lowered.keys() & files.keys():
        if not (marker.parent / name).exists():
            del files[name]
        elif isinstance(files[name], dict) and isinstance(files[name].get("rows"), int):
            files[name]["rows"] -= lowered[name]
    _rewrite(marker, yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode())
