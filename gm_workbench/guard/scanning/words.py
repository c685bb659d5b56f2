"""What else must not stand in a text: days of birth, addresses, secrets, and what a program says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gm_workbench.guard.scanning.addresses import addresses
from gm_workbench.guard.scanning.findings import Rule

_YEAR, _MONTH, _DAY = r"(?:19[2-9]\d|200\d)", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_D, _M = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_TIME = r"T(?:[01]\d|2[0-4]):?[0-5]\d"
_DATE = re.compile(
    rf"(?<![0-9A-Za-z.])(?<! 0,)(?:{_YEAR}{_MONTH}{_DAY}|{_DAY}{_MONTH}{_YEAR}"
    rf"|{_D}(?P<a>[-/. _\u2010-\u2013]| [./] ){_M}(?P=a){_YEAR}|{_MONTH}/{_D}/{_YEAR}"
    rf"|{_YEAR}(?P<b>[-/._\u2010-\u2013]){_M}(?P=b){_D}"
    rf"|{_D}[-. ](?:I{{1,3}}|I?V|VI{{1,3}}|I?X|XI{{1,2}})[-. ]{_YEAR}|{_YEAR}-W[0-5]\d-[1-7]"
    rf"|(?<![-/]){_D}(?P<c>[-/]){_M}(?P=c)(?:[3-9]\d|0\d)(?![-/])|{_DAY}\.{_MONTH}\.[3-9]\d"
    rf")(?:(?![0-9A-Za-z])|(?={_TIME}))(?!\.\d)"
)
_CALLED = re.compile(rf"(?<=[A-Za-z])\((?:year ?= ?)?{_YEAR}, ?(?:month ?= ?)?{_M}, ?(?:day ?= ?)?{_D}(?=[,)])")
_PARTS = re.compile(
    rf"(?i:year|jaar)\W{{1,4}}{_YEAR}\W{{1,4}}(?i:month|maand)\W{{1,4}}{_M}\W{{1,4}}(?i:day|dag)\W{{1,4}}{_D}(?!\d)"
    rf"|(?i:day|dag)\W{{1,4}}{_D}\W{{1,4}}(?i:month|maand)\W{{1,4}}{_M}\W{{1,4}}(?i:year|jaar)\W{{1,4}}{_YEAR}(?!\d)"
)
_EPOCH = re.compile(r"(?<![\w.])-?[1-9]\d{5,7}00000(?!\w|\.\d)")
_SECONDS = re.compile(r"(?<![\w.,])-?[1-9]\d{4,7}00(?!\w|[.,]\d)")
_OF_A_DAY = 86_400_000
_FROM_MIDNIGHT = frozenset({0, 22 * 3_600_000, 23 * 3_600_000})
"""Milliseconds of the day at which a day begins: in universal time, and here in summer and in winter."""
_FIRST_EPOCH, _LAST_EPOCH = -1_577_923_200_000, 1_262_304_000_000

_NAMES = (
    r"(?:januari|january|februari|february|maart|march|april|mei|may|juni|june|juli|july|augustus|august|september|oktober|october"
    r"|november|december|jan|feb|mrt|mar|apr|jun|jul|aug|sept?|okt|oct|nov|dec)\.?"
)
_TO_YEAR = rf"(?:{_YEAR}|(?<=-)[3-9]\d|['\u2019]\d\d)"
_WRITTEN = re.compile(
    rf"(?<![0-9A-Za-z]){_D}(?:e|de|ste|st|nd|rd|th)?[ .\-/\u00a0\u2009\u202f]?{_NAMES}[ \-/\u00a0\u2009\u202f]?{_TO_YEAR}\Z"
    rf"|(?<![A-Za-z]){_NAMES} {_D}(?:st|nd|rd|th)?,? {_YEAR}\Z",
    re.IGNORECASE,
)
_YEAR_ALONE = re.compile(
    rf"(?<!\d){_YEAR}(?![0-9A-Za-z])|(?<=[A-Za-z.]-)[3-9]\d(?![0-9A-Za-z])|(?<=['\u2019])\d\d(?![0-9A-Za-z])"
)
_LONGEST_DAY = 26

_PSEUDONYM = re.compile(r"(?<![0-9A-Za-z])(?<!\d\.)(?:(?<!\d,)|(?=\d*[A-Fa-f]))(?:[0-9a-f]{16}|[0-9A-F]{16})(?![0-9A-Za-z])")
_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\)|^\s*File \"[^\"\n]+\", line \d+|<ipython-input-\d|Cell In\s?\[\d+\], line \d+"
    r"|\x1b\[[0-9;]*m[A-Za-z]*(?:Error|Exception)\b",
    re.MULTILINE,
)
_ROOTS = "home|Users|root|tmp|var|mnt|media|data|opt|srv|private|work|workspace|usr|etc|run|proc|Volumes|app|nfs|scratch|dbfs"
_PATH = re.compile(
    rf"(?<![\w./<~\-])/(?:{_ROOTS})/[\w.\-]+|(?<![A-Za-z])file:/|(?<![\w/])~/[\w.\-]+/|(?<!\w)[A-Za-z]:/(?:{_ROOTS})/"
    r"|(?<!\w)[A-Za-z]:\\{1,2}[\w .$\-]+\\|\\\\[\w.\-]+\\[\w.$\-]+\\"
)
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
    r"|(?<![\w])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{20,}|sk-(?:proj-)?\w[\w-]{20,}|AKIA[0-9A-Z]{16}"
    r"|xox[abprs]-[\w-]{10,}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,})|://[^/\s:@\"'<>]+:[^/\s:@\"'<>]+@"
    r"|(?i:\b(?:password|passwd|pwd|wachtwoord|secret|api[_-]?key|access[_-]?key|auth[_-]?token|gm_pseudonym_key)\b\"?'?\s*[=:]\s*"
    r"[\"']?[^\s\"'<>,;{}()\[\]]{6,})"
    r"|(?i:\bauthorization\b[\"']?\s*[=:]\s*[\"']?(?:bearer|basic|token)\s+[\w\-.+/=]{8,})"
    r"|(?i:(?<![A-Za-z])(?:[a-z]+_)*(?:token|client_secret|secret_access_key)[\"']?\s*[=:]\s*[\"']?(?=[^\s\"'<>]*\d)[\w\-.+/=]{12,})"
)
_UNPROTECTED = re.compile(
    r"(?i)onbeschermd(?:e uitvoer)?\s*[–—:-]\s*alleen om te verkennen|unprotected(?: output)?\s*[–—:-]\s*only to explore"
    r"|\bprotected\s*=\s*False\b"
)
_FRAME = re.compile(
    r"\[\d+ rows x \d+ columns\]|\[\d+ rows × \d+ columns\]|^shape: \(\d+, \d+\)|class=\\?[\"'][^\"'\n]*\bdataframe\b"
    r"|^0 +\S+ +\S.*\n1 +\S+ +\S.*\n2 +\S+ +\S.*\n3 +\S+ +\S.*\n4 +\S+ +\S",
    re.MULTILINE,
)
_ARRAY = re.compile(r"\[(?:\s*(?:-?\d+(?:\.\d+)?|\"[^\"\n]{0,40}\"|null)\s*,){99}")

PATTERNS: Mapping[Rule, re.Pattern[str]] = {
    Rule.BIRTH: _DATE,
    Rule.PSEUDONYM: _PSEUDONYM,
    Rule.PATH: _PATH,
    Rule.SECRET: _SECRET,
    Rule.UNPROTECTED: _UNPROTECTED,
    Rule.TRACEBACK: _TRACEBACK,
}


def told(text: str) -> Iterator[tuple[int, Rule]]:
    """Give the places in a text that a pattern finds, and by which rule."""
    for rule, pattern in PATTERNS.items():
        yield from ((match.start(), rule) for match in pattern.finditer(text))
    yield from ((at, Rule.BIRTH) for at in _written(text))
    yield from ((match.start() + 1, Rule.BIRTH) for match in _CALLED.finditer(text))
    yield from ((match.start(), Rule.BIRTH) for match in _PARTS.finditer(text))
    yield from ((match.start(), Rule.BIRTH) for match in _EPOCH.finditer(text) if _begins_a_day(int(match[0])))
    yield from ((match.start(), Rule.BIRTH) for match in _SECONDS.finditer(text) if _begins_a_day_in_seconds(match[0]))
    yield from ((at, Rule.ADDRESS) for at in addresses(text))
    yield from ((match.start(), Rule.RECORDS) for pattern in (_FRAME, _ARRAY) for match in pattern.finditer(text))


def _written(text: str) -> Iterator[int]:
    """Give where days begin that are written with the name of a month: sought from their years, which are few."""
    for year in _YEAR_ALONE.finditer(text):
        day = _WRITTEN.search(text, max(0, year.start() - _LONGEST_DAY), year.end())
        if day:
            yield day.start()


def _begins_a_day(moment: int) -> bool:
    """Whether milliseconds since 1970 are the midnight of a day from 1920 to 2009; a thousand days are a unit of time.

    >>> _begins_a_day(481334400000), _begins_a_day(481334400000 + 60000), _begins_a_day(86400000000)
    (True, False, False)
    """
    within = _FIRST_EPOCH <= moment < _LAST_EPOCH and moment != 1000 * _OF_A_DAY
    return within and moment % _OF_A_DAY in _FROM_MIDNIGHT


def _begins_a_day_in_seconds(moment: str) -> bool:
    """Whether seconds since 1970 are the midnight of a day; round numbers, which are amounts, are not taken for one.

    >>> _begins_a_day_in_seconds("481334400"), _begins_a_day_in_seconds("481334500"), _begins_a_day_in_seconds("108000000")
    (True, False, False)
    """
    return not moment.endswith("00000") and _begins_a_day(1000 * int(moment))
