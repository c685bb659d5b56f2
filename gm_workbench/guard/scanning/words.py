"""What else must not stand in a text: days of birth, addresses, secrets, and what a program says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gm_workbench.guard.scanning.addresses import addresses
from gm_workbench.guard.scanning.births import births
from gm_workbench.guard.scanning.findings import Rule

_PSEUDONYM = re.compile(r"(?<![0-9A-Za-z])(?<!\d\.)(?:(?<!\d,)|(?=\d*[A-Fa-f]))(?:[0-9a-f]{16}|[0-9A-F]{16})(?![0-9A-Za-z])")
_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\)|^\s*File \"[^\"\n]+\", line \d+|<ipython-input-\d|Cell In\s?\[\d+\], line \d+"
    r"|\x1b\[[0-9;]*m[A-Za-z]*(?:Error|Exception)\b",
    re.MULTILINE,
)
_SECRET = re.compile(
    r"(?=[-:ACEGPSTWXacegpstwx])(?:-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
    r"|(?<![\w])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{20,}|sk-(?:proj-)?\w[\w-]{20,}|AKIA[0-9A-Z]{16}"
    r"|xox[abprs]-[\w-]{10,}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,})|://[^/\s:@\"'<>]+:[^/\s:@\"'<>]+@"
    r"|(?i:\b(?:password|passwd|pwd|wachtwoord|secret|api[_-]?key|access[_-]?key|auth[_-]?token|gm_pseudonym_key)\b\"?'?\s*[=:]\s*"
    r"[\"']?[^\s\"'<>,;{}()\[\]]{6,})"
    r"|(?i:\bauthorization\b[\"']?\s*[=:]\s*[\"']?(?:bearer|basic|token)\s+[\w\-.+/=]{8,})"
    r"|(?i:(?<![A-Za-z])(?:token|client_secret|secret_access_key)[\"']?\s*[=:]\s*[\"']?(?=[^\s\"'<>]*\d)[\w\-.+/=]{12,}))"
)
_UNPROTECTED = re.compile(
    r"(?i)(?=[oup])(?:onbeschermd(?:e uitvoer)?\s*[–—:-]\s*alleen om te verkennen"
    r"|unprotected(?: output)?\s*[–—:-]\s*only to explore|\bprotected\s*=\s*False\b)"
)
_FRAME = re.compile(
    r"\[\d+ rows x \d+ columns\]|\[\d+ rows × \d+ columns\]|^shape: \(\d+, \d+\)|class=\\?[\"'][^\"'\n]*\bdataframe\b"
    r"|^0 +\S+ +\S.*\n1 +\S+ +\S.*\n2 +\S+ +\S.*\n3 +\S+ +\S.*\n4 +\S+ +\S",
    re.MULTILINE,
)
_ARRAY = re.compile(r"\[(?:\s*(?:-?\d+(?:\.\d+)?|\"[^\"\n]{0,40}\"|null)\s*,){99}")

PATTERNS: Mapping[Rule, re.Pattern[str]] = {
    Rule.PSEUDONYM: _PSEUDONYM,
    Rule.SECRET: _SECRET,
    Rule.UNPROTECTED: _UNPROTECTED,
    Rule.TRACEBACK: _TRACEBACK,
}


def told(text: str) -> Iterator[tuple[int, Rule]]:
    """Give the places in a text that a pattern finds, and by which rule."""
    for rule, pattern in PATTERNS.items():
        yield from ((match.start(), rule) for match in pattern.finditer(text))
    yield from ((at, Rule.BIRTH) for at in births(text))
    yield from ((at, Rule.ADDRESS) for at in addresses(text))
    yield from ((match.start(), Rule.RECORDS) for pattern in (_FRAME, _ARRAY) for match in pattern.finditer(text))
