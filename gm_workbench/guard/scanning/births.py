"""Days of birth: any day from 1920 to 2009, and a later one where it stands as the day on which somebody was born."""

from __future__ import annotations

import re
from collections.abc import Iterator

_YEAR, _MONTH, _DAY = r"(?:19[2-9]\d|200\d)", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_D, _M = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_BY = r"[-/. _\u00a0\u2009\u202f\u2010-\u2013\u2212]"
_TIME = r"T(?:[01]\d|2[0-4]):?[0-5]\d"
_DATE = re.compile(
    rf"(?=\d)(?<![0-9.])(?<! 0,)(?:(?<![A-Za-z])(?:{_YEAR}{_MONTH}{_DAY}|{_DAY}{_MONTH}{_YEAR}"
    rf"|{_D}(?P<a>{_BY}| [./\-\u2013] ){_M}(?P=a){_YEAR}|{_MONTH}/{_D}/{_YEAR}"
    rf"|{_YEAR}(?P<b>{_BY}){_M}(?P=b){_D}"
    rf"|{_D}[-. ](?:I{{1,3}}|I?V|VI{{1,3}}|I?X|XI{{1,2}})[-. ]{_YEAR}|{_YEAR}-W[0-5]\d-[1-7]"
    rf"|(?<![-/]){_D}(?P<c>[-/]){_M}(?P=c)(?:[3-9]\d|0\d)(?![-/])|{_DAY}\.{_MONTH}\.[3-9]\d)"
    rf"|(?<=[A-Za-z])(?:{_DAY}(?P<d>[-/.]){_MONTH}(?P=d){_YEAR}|{_YEAR}(?P<e>[-/.]){_MONTH}(?P=e){_DAY})"
    rf")(?:(?![0-9A-Za-z])|(?={_TIME}))(?!\.\d)"
)
_CALLED = re.compile(rf"\((?<=[A-Za-z]\()(?:year ?= ?)?{_YEAR}, ?(?:month ?= ?)?{_M}, ?(?:day ?= ?)?{_D}(?=[,)])")
_PARTS = re.compile(
    rf"(?=[yjdYJD])(?:(?i:year|jaar)\W{{1,4}}{_YEAR}\W{{1,4}}(?i:month|maand)\W{{1,4}}{_M}\W{{1,4}}(?i:day|dag)\W{{1,4}}{_D}(?!\d)"
    rf"|(?i:day|dag)\W{{1,4}}{_D}\W{{1,4}}(?i:month|maand)\W{{1,4}}{_M}\W{{1,4}}(?i:year|jaar)\W{{1,4}}{_YEAR}(?!\d))"
)
_EPOCH = re.compile(r"(?=[-1-9])(?<![\w.])-?[1-9]\d{5,7}00000(?!\w|\.\d)")
_SECONDS = re.compile(r"(?=[-1-9])(?<![\w.,])-?[1-9]\d{4,7}00(?!\w|[.,]\d)")
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
    rf"(?<![0-9A-Za-z]){_D}(?:e|de|ste|st|nd|rd|th)?(?: of |[ .\-/\u00a0\u2009\u202f])?{_NAMES},?[ \-/\u00a0\u2009\u202f]?"
    rf"{_TO_YEAR}\Z"
    rf"|(?<![A-Za-z]){_NAMES} {_D}(?:st|nd|rd|th)?,? {_YEAR}\Z",
    re.IGNORECASE,
)
_YEAR_ALONE = re.compile(
    rf"(?<!\d){_YEAR}(?![0-9A-Za-z])|(?<=[A-Za-z.]-)[3-9]\d(?![0-9A-Za-z])|(?<=['\u2019])\d\d(?![0-9A-Za-z])"
)
_LONGEST_DAY = 30
_YEAR_FIRST = re.compile(rf"[ \-/.]{_NAMES}[ \-/.]{_D}(?![0-9A-Za-z])", re.IGNORECASE)

_LATE, _SHORT = r"20[12]\d", r"(?:20)?[12]\d"
_LATE_DAY = (
    rf"(?:{_D}{_BY}{_M}{_BY}{_SHORT}|{_LATE}{_BY}{_M}{_BY}{_D}|{_LATE}{_MONTH}{_DAY}|{_DAY}{_MONTH}{_LATE}"
    rf"|{_D}(?:e|st|nd|rd|th)?(?: of |[ .-])?{_NAMES},?[ -]?{_LATE}|{_NAMES} {_D}(?:st|nd|rd|th)?,? {_LATE})(?!\d)"
)
_NO_LIMIT = r"(?!(?:na|voor|v\u00f3\u00f3r|vanaf|tot|before|after|since|until|from|between|tussen)\b)[^\W\d_]{2,20}"
_BORN = re.compile(r"(?=[gbd])\b(?:geboren|geboorte\w*|geb(?:dat(?:um)?)?\b\.?|born|birth\w*|dob)(?!\w)", re.IGNORECASE)
_BEHIND = re.compile(rf"(?:[^\w.]{{1,4}}{_NO_LIMIT}){{0,4}}[^\w.]{{1,6}}{_LATE_DAY}", re.IGNORECASE)
_IN_FRONT = re.compile(rf"(?<![0-9A-Za-z.]){_LATE_DAY}\W{{1,3}}\Z", re.IGNORECASE)


def births(text: str) -> Iterator[int]:
    """Give where days begin on which somebody may be born.

    >>> list(births("12-03-1985")), list(births("geboren te Tilburg op 12-03-2015")), list(births("geboren na 12-03-2015"))
    ([0], [0], [])
    """
    for pattern in (_DATE, _PARTS):
        yield from (match.start() for match in pattern.finditer(text))
    yield from _written(text)
    yield from _late(text)
    yield from (match.start() + 1 for match in _CALLED.finditer(text))
    yield from (match.start() for match in _EPOCH.finditer(text) if _begins_a_day(int(match[0])))
    yield from (match.start() for match in _SECONDS.finditer(text) if _begins_a_day_in_seconds(match[0]))


def _written(text: str) -> Iterator[int]:
    """Give where days begin that are written with the name of a month: sought from their years, which are few."""
    for year in _YEAR_ALONE.finditer(text):
        day = _WRITTEN.search(text, max(0, year.start() - _LONGEST_DAY), year.end())
        if day:
            yield day.start()
        elif _YEAR_FIRST.match(text, year.end()):
            yield year.start()


def _late(text: str) -> Iterator[int]:
    """Give where a word for being born stands that has a day of the last years beside it: of a child."""
    for word in _BORN.finditer(text):
        if _BEHIND.match(text, word.end()) or _IN_FRONT.search(text, max(0, word.start() - _LONGEST_DAY), word.start()):
            yield word.start()


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
