"""Addresses: a postal code with a house number beside it, a street between them, or in fields that bear their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODE = re.compile(
    r"(?=[1-9])(?<![\w.])(?:(?<!-)|(?<=\d-))[1-9]\d{3}((?:[ \u00a0]|[\t-](?=[A-Z]{2}))?)([A-Za-z]{2})"
    r"(?:(?![^\W_])|(?<=\d[A-Z]{2})(?=\d{1,5}[a-zA-Z]?(?!\w)))"
)
_NEVER = frozenset({"SA", "SD", "SS"})
_UNITS = re.compile(
    "px|em|ms|ns|us|pt|pp|st|nd|rd|th|vh|vw|hz|kb|mb|gb|tb|km|kg|mg|ml|cl|dl|cm|dm|mm|nm|hl|kw|pk", re.IGNORECASE
)
_WORDS = re.compile(
    "af|al|as|at|be|bv|by|de|do|dr|en|er|et|eu|ex|go|ha|he|ik|in|is|it|je|ma|me|my|na|no|nr|nu"
    "|of|oh|om|on|op|or|pc|pm|am|te|tm|to|up|uw|vd|vr|vs|wa|we|wo|ww|wz|za|ze|zn|zo|zw",
    re.IGNORECASE,
)
"""Two letters behind a number that are a unit or a word; in capitals they can be a code."""

_HOUSE = r"(?i:huis[ _-]?(?:nummer|nr)|house[ _-]?(?:number|nr|no)|street[ _-]?(?:number|nr))"
_MORE = r"(?:[ -]?(?:[a-zA-Z]|(?i:bis|hs|huis|boven|rood|zwart)|[IVX]{1,4})|[-/]\d{1,4})?"
"""What stands behind the number of a house."""

_NUMBER = rf"\d{{1,5}}{_MORE}"
_SIGN = r"[\"']?[,;\t|\n][ \"']*"
_BETWEEN = rf"(?:[^\W\d_][\w .'\-]{{1,40}}{_SIGN}){{1,2}}"
_AFTER = re.compile(
    r"(?:(?:[,;\t|\"' \u00a0]{1,4}|[&?;][\w%]{1,20}=|(?<=[A-Z])(?=\d)|[ ]?[-/:#_(\u2013][ ]?)"
    r"(?:(?<=[,;\t|\"'=])|(?!\d+,\d))(?:n[ro]\.? ?)?"
    rf"{_NUMBER}(?![\w%]|\.\d)"
    rf"|[ \t\"'\r]*\n\s*{_NUMBER}[ \t]*(?=[\r\n]|\Z)"
    r"|\"\s*,\s*\"(?i:nr|no|num|nummer|number|hn|huisnr)\"\s*:\s*\"?\d{1,5}(?!\d)"
    rf"|{_SIGN}{_BETWEEN}\d{{1,5}}[a-zA-Z]?(?=[\"' ]*(?:[,;\t|\r\n]|\Z))"
    rf"|[^<>]{{0,80}}?(?<![A-Za-z]){_HOUSE}\W{{1,5}}\d{{1,5}}(?!\d))"
)
_PAUSE = r"(?:[,;\t|\"'()/ ]{1,4}\s?|[ \t]*,?[ \t]*(?:\r?\n|\\n|<br ?/?>)\s*|[ ](?:te|-|\u2013)[ ])"
_CODE_NAMED = r"[\"']\s*,\s*[\"'](?i:postcode|post_?code|postal[ _]?code|pc|zip)[\"']\s*:\s*[\"']"
_BEFORE = re.compile(
    rf"(?:(?:[A-Za-z]{{3,}}\.?|nr\.?) {_NUMBER}(?:{_PAUSE}|{_CODE_NAMED})"
    r"|(?<![\w.-])\d{1,5}[a-z]?(?:[,;\t|\"']{1,3}|-)"
    rf"|(?<![\w.-])\d{{1,5}}[a-zA-Z]?{_SIGN}{_BETWEEN}"
    rf"|(?:\A|\n)[ \t]*{_NUMBER}[ \t\r]*\n\s*"
    rf"|(?<![A-Za-z]){_HOUSE}\W{{1,5}}\d{{1,5}}[a-zA-Z]?\W[^<>]{{0,80}})$"
)
_FIELD = re.compile(rf"(?:^|(?<=[,;\t|\"'>\n]))[ ]*{_HOUSE}[ ]*(?=[,;\t|\"'<\r\n:=]|$)", re.MULTILINE)
_CODE_FIELD = re.compile(r"(?=[pP])(?<!\w)(?i:post_?code|pc6)[ ]*(?=[,;\t|\"'<\r\n]|$)", re.MULTILINE)
_BACK = 130
_YEAR = re.compile(r"(?:19|20)\d\d$")


def addresses(text: str) -> Iterator[int]:
    """Give where postal codes begin that have a house number; without any, where columns are named that hold them.

    >>> list(addresses("1234ab 12, in 2024 zijn 12 of 1200 px 3")), list(addresses('{"postcode":"1234AB","huisnummer":12}'))
    ([0], [13])
    """
    codes = [match for match in _CODE.finditer(text) if _may_be_code(match[0][:4], match[1], match[2])]
    named = bool(codes) and _FIELD.search(text) is not None
    found = [match.start() for match in codes if named or _has_number(text, match)]
    yield from found or _named(text)


def _may_be_code(digits: str, apart: str, letters: str) -> bool:
    """Whether four digits and two letters can be a code; in small letters, a year or number with a word behind it is none."""
    if letters.isupper():
        return letters not in _NEVER
    if apart and (_WORDS.fullmatch(letters) or _YEAR.match(digits)):
        return False
    return _UNITS.fullmatch(letters) is None


def _named(text: str) -> Iterator[int]:
    """Give where a column of postal codes is named beside one of house numbers."""
    for code in _CODE_FIELD.finditer(text):
        around = text[max(0, code.start() - _BACK) : code.end() + _BACK]
        if _FIELD.search(around):
            yield code.start()


def _has_number(text: str, code: re.Match[str]) -> bool:
    return (
        _AFTER.match(text, code.end()) is not None
        or _BEFORE.search(text, max(0, code.start() - _BACK), code.start()) is not None
    )
