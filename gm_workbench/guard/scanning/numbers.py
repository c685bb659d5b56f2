"""Numbers of persons, written in one piece or apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER

_WHOLE = re.compile(r"(?<!\d)(?<!\d\.)\d{9}(?!\d|[A-Fa-f][0-9A-Fa-f]*(?![0-9A-Za-z]))(?!\.\d*[1-9])")
_HEXADECIMAL = re.compile(r"(?<![A-Za-z])[A-Fa-f]+\Z")
_APART = re.compile(
    r"""
    (?<![0-9A-Za-z]) (?<![0-9][ .\-/_\u00a0\u2009\u202f])
    \d{1,6} (?P<by> [ .\-/_\u00a0\u2009\u202f]) \d{1,7} (?: (?P=by) \d{1,6})*
    (?! [0-9A-Za-z] | [ .\-/_\u00a0\u2009\u202f] [0-9])
    """,
    re.VERBOSE,
)
_MIXED = re.compile(
    r"""
    (?<![0-9A-Za-z]) (?<![0-9][ .\-/_:·'\u2019\u00a0])
    \d{3} (?: [ .\-/_:·'\u2019\u00a0] \d{3}){2}
    (?! [0-9A-Za-z] | [ .\-/_:·'\u2019\u00a0,] [0-9])
    """,
    re.VERBOSE,
)
_POWER = re.compile(r"(?<![\w.])(\d{1,3})\.(\d{6,10})[eE]\+?0{0,2}([5-8])(?!\w|\.\d)")
_IN_DIGITS = re.compile(
    r"\"(\d{1,8}(?:\"\s*,\s*\"(?:\w{1,30}\"\s*:\s*\")?|\r?\n)\d{1,8})\"(?!\s*,\s*\"(?:\w{1,30}\"\s*:\s*\")?\d)"
    r"|(?<![\[\d.,])\[\s*(\d(?:\s*,\s*\d){8})\s*\](?!\s*,)"
    r"|(?m:(?<![\d.,]\n)^[ \t]*(\d{1,8}[ \t]*\r?\n[ \t]*\d{1,8})[ \t]*$(?!\r?\n[ \t]*\d))"
)
"""One number as a list of digits, or cut in two lines by themselves."""

_EURO = re.compile(r"(?:€|EUR|euro)[ \u00a0\u202f]?$", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{3}(?:\D\d{3}){2}")
_LONGEST = 17
_EIGHT = re.compile(r"(?<![0-9A-Fa-f.])(?!(?:19|20)\d\d[01]\d[0-3]\d)[1-9]\d{7}(?![0-9A-Fa-f]|\.\d)")
_FEWEST = 5
_NEARLY_ALL = 0.9
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def is_person(digits: str) -> bool:
    """Whether nine digits pass the eleven test, or bear the remainder that every synthetic person has.

    >>> is_person("999990019"), is_person("123456789"), is_person("000000000")
    (True, False, False)
    """
    values = [int(digit) for digit in digits]
    remainder = sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True)) % 11
    return any(values) and (remainder == 0 or (values[0] == 9 and remainder == SYNTHETIC_REMAINDER))


def persons(text: str) -> Iterator[int]:
    r"""Give where numbers of persons begin.

    Decimals are none, and neither are rows of hexadecimal digits. A comma is no decimal sign: it separates. Nine digits may be
    written apart, with one sign between all parts, as a list of digits, or on two lines of their own; an amount of euros in
    thousands is not such a number.

    >>> list(persons("een kans van 0,999990019 per maand")), list(persons("[9,9,9,9,9,0,0,1,9]")), list(persons("9999\n90019"))
    ([15], [1], [0])
    """
    for match in _WHOLE.finditer(text):
        if is_person(match[0]) and not _after(_HEXADECIMAL, text, match.start()):  # a word such as *id* in front is none
            yield match.start()
    yield from _otherwise(text)
    for match in _APART.finditer(text):
        digits = "".join(filter(str.isdigit, match[0]))
        if len(digits) == 9 and len(match[0]) <= _LONGEST and is_person(digits) and not _amount(text, match):
            yield match.start()


def _otherwise(text: str) -> Iterator[int]:
    """Give numbers in three times three digits with any signs between them, and those that are written with a power of ten."""
    for match in _MIXED.finditer(text):
        digits = match[0][:3] + match[0][4:7] + match[0][8:]
        if is_person(digits) and not _amount(text, match):
            yield match.start()
    for match in _IN_DIGITS.finditer(text):
        at = match.lastindex or 0
        digits = "".join(re.findall(r"(?<![\w-])\d+(?![\w-])", match[at]))
        if len(digits) == 9 and is_person(digits):
            yield match.start(at)
    for match in _POWER.finditer(text):
        whole, decimals, power = match.groups()
        digits = whole + decimals
        if len(whole) + int(power) == 9 and is_person(digits[:9].ljust(9, "0")) and not digits[9:].strip("0"):
            yield match.start()


def _amount(text: str, match: re.Match[str]) -> bool:
    return bool(_THOUSANDS.fullmatch(match[0])) and _after(_EURO, text, match.start())


def _after(pattern: re.Pattern[str], text: str, start: int) -> bool:
    return pattern.search(text, max(0, start - 6), start) is not None


def shortened(text: str) -> Iterator[int]:
    """Give where a list of numbers begins that lost the zero in front, as a spreadsheet makes them.

    One number of eight digits in eleven passes the test by chance, so there must be five, and nearly all must pass.

    >>> list(shortened("12345672, 12345680")), list(shortened("12345672 12345684 12345696 12345702 12345714"))
    ([], [0])
    """
    numbers = {match[0]: match.start() for match in _EIGHT.finditer(text)}
    passing = [start for number, start in numbers.items() if is_person(f"0{number}")]
    if len(passing) >= _FEWEST and len(passing) >= _NEARLY_ALL * len(numbers):
        yield min(passing)
