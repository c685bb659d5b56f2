"""The second line: look through finished text for what must never be in it, whatever the guard thought.

A finding names the rule and the place, never the value. The scanner knows nothing of outputs or policies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER

TEXT_SUFFIXES = frozenset({".html", ".csv", ".ipynb", ".json", ".txt", ".md", ".log", ".yml", ".sha256"})


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Where something stands that must not be there (line and column from 1), and by which rule. The value is not told."""

    line: int
    column: int
    rule: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.rule}"


# Pictures and fonts inside a page or a notebook: their letters mean nothing.
_EMBEDDED = re.compile(
    r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+"
    r'|"(?:image/(?:png|jpeg)|application/pdf)":\s*(?:"[A-Za-z0-9+/=\\n]*"|\[[^\]]*\])'
)
_CELL_ID = re.compile(r'"id":\s*"[0-9a-f]{8}"')

_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?<!\d\.)(?:\d{9}|\d{4}[ .]\d{2}[ .]\d{3})(?![0-9A-Za-z])(?!\.\d)")
_DECIMALS = re.compile(r"\d,$")
_KEYS = r"(?:RIN[A-Z_]*|(?i:rinpersoons?)|BSN|BURGERSERVICENUMMER|HUISHOUD(?:NR|NUMMER)|IKVID|\w+_(?i:crypt))"
_KEY_COLUMN = re.compile(rf"(?:(?<=[;,\t\"'|>\\\[])|^)[ ]*({_KEYS})[ ]*(?=[;,\t\"'|<\\\]]|$)", re.MULTILINE)
_YEAR, _MONTH, _DAY = r"(?:19[2-9]\d|200\d)", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_BIRTH_DATE = re.compile(
    rf"(?<![0-9A-Za-z.,])(?:{_YEAR}{_MONTH}{_DAY}|{_DAY}-{_MONTH}-{_YEAR}|{_YEAR}-{_MONTH}-{_DAY})(?![0-9A-Za-z])(?![.,]\d)"
)
_PSEUDONYM = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{16}(?![0-9A-Za-z])")


def scan_text(text: str, suffix: str = ".html") -> tuple[Finding, ...]:
    """Find what must not be in a rendered text: person numbers, key columns, birth dates, pseudonyms.

    A person number has nine digits and passes the eleven test (remainder 0), or starts with 9 and bears the remainder of
    synthetic persons. Embedded pictures are skipped. Digests of 64 or 40 hexadecimal digits are no pseudonyms; those have 16.
    """
    seen = _blank(text)
    decimal_comma = suffix != ".csv"
    places = {(match.start(), rule) for rule, find in _RULES.items() for match in find(seen)}
    places |= {(match.start(), "person number") for match in _NUMBER.finditer(seen) if _is_person(seen, match, decimal_comma)}
    return tuple(sorted(_finding(seen, start, rule) for start, rule in places))


def scan_file(file: Path) -> tuple[Finding, ...]:
    """Scan one file of text."""
    found = scan_text(file.read_text(encoding="utf-8", errors="replace"), file.suffix)
    return tuple(Finding(one.line, one.column, one.rule, file.name) for one in found)


def scan_folder(folder: Path) -> tuple[Finding, ...]:
    """Scan every file of text in a folder and those below it; the findings name files from the folder on."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix in TEXT_SUFFIXES)
    return tuple(
        Finding(one.line, one.column, one.rule, file.relative_to(folder).as_posix())
        for file in files
        for one in scan_file(file)
    )


_RULES: Mapping[str, Callable[[str], Iterator[re.Match[str]]]] = {
    "key column": _KEY_COLUMN.finditer,
    "birth date": _BIRTH_DATE.finditer,
    "pseudonym": _PSEUDONYM.finditer,
}


def _blank(text: str) -> str:
    """Overwrite what is skipped with spaces, so that places stay what they are."""
    for skipped in (_EMBEDDED, _CELL_ID):
        text = skipped.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return text


def _is_person(text: str, match: re.Match[str], decimal_comma: bool) -> bool:
    if decimal_comma and _DECIMALS.search(text, max(0, match.start() - 2), match.start()):
        return False
    digits = [int(digit) for digit in match[0] if digit.isdigit()]
    remainder = (sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=False)) - digits[8]) % 11
    return any(digits) and (remainder == 0 or (digits[0] == 9 and remainder == SYNTHETIC_REMAINDER))


def _finding(text: str, start: int, rule: str) -> Finding:
    return Finding(text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1, rule)
