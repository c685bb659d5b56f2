"""How somebody is reached or paid: e-mail addresses, phone numbers, and bank accounts whose check digits are right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})(?![\w-])")
_SPELT = re.compile(
    r"(?<=[\w ])[\[({](?:at|apenstaartje)[\])}] ?[\w-]{1,63}(?:\.| ?[\[({](?:dot|punt)[\])}] ?)[a-z]{2,24}", re.IGNORECASE
)

_GAP = r"[ .\-/\u00a0\u2009\u202f\u2010-\u2013]"
_AREA = r"0(?!12)[1-57-9]\d"
_PHONE = re.compile(
    rf"""
    (?=[(+0]) (?<![\w.+-]) (?<![ ]0,)
    (?: (?:\+|00)31 {_GAP}{{0,2}} (?:\(0\))? {_GAP}{{0,2}} 0?[1-9] (?:{_GAP}?\d){{8}}
      | \+(?:3[2-4]|39|4\d|90|212|3[58]\d) {_GAP}? (?:\(0\))? {_GAP}? [1-9] (?:{_GAP}?\d){{7,10}}
      | {_AREA}\d{{7}}
      | \(?06(?:\)[ ]?|{_GAP}{{0,3}}) (?! {_GAP}?[01]\d{_GAP}20\d\d(?!\d))
        (?: \d{{8}} | \d{{4}}{_GAP}\d{{4}} | [ -]?\d\d(?:[ -]?\d\d){{3}} | \d\d(?:{_GAP}\d\d){{3}}
          | \d{{3}}{_GAP}\d{{3}}{_GAP}\d\d | \d{{3}}{_GAP}\d\d{_GAP}\d{{3}} | \d\d{_GAP}\d{{3}}{_GAP}\d{{3}} )
      | \(?{_AREA}(?:\)[ ]?|{_GAP}{{1,3}})
        (?: \d{{7}} | \d{{3}}{_GAP}\d{{4}} | \d{{4}}{_GAP}\d{{3}} | \d{{3}}(?:{_GAP}\d\d){{2}}
          | \d\d{_GAP}\d{{5}} | \d\d{_GAP}\d\d{_GAP}\d{{3}} | \d\d{_GAP}\d{{3}}{_GAP}\d\d )
      | \(?{_AREA}\d(?:\)[ ]?|{_GAP}{{1,3}}) (?: \d{{6}} | \d{{3}}{_GAP}\d{{3}} | \d\d(?:{_GAP}\d\d){{2}} )
    ) (?![\w-]) (?!\.\d)
    """,
    re.VERBOSE,
)
"""Numbers in the ways in which people group them. None of them is a number in thousands, nor a date."""

_BY_LENGTH: Mapping[int, str] = {
    15: "NO",
    16: "BE",
    18: "DK|FI|NL",
    19: "MK|SI",
    20: "AT|BA|EE|LT|LU|XK",
    21: "CH|HR|LI|LV",
    22: "BG|DE|GB|IE|ME|RS",
    23: "GI",
    24: "AD|CZ|ES|MD|RO|SE|SK|TN",
    25: "PT",
    26: "IS|TR",
    27: "FR|GR|IT|MC|SM",
    28: "AL|CY|HU|MA|PL",
    29: "UA",
    31: "MT",
}
"""The signs of an account in each country."""

_ACCOUNTS = "|".join(rf"(?:{lands})\d\d(?:[ .\-\u00a0]?[0-9A-Z]){{{signs - 4}}}" for signs, lands in _BY_LENGTH.items())
_IBAN = re.compile(rf"(?<![0-9A-Za-z])(?=[A-Za-z]{{2}}\d\d)(?i:{_ACCOUNTS})(?![0-9A-Za-z])")
_APART = re.compile(r"[ .\-\u00a0]")


def mails(text: str) -> Iterator[int]:
    """Give where e-mail addresses begin, also those of which the sign is spelt out.

    >>> list(mails("jan@tilburg.nl")), list(mails("jan (at) tilburg.nl")), list(mails("jan at tilburg.nl"))
    ([0], [4], [])
    """
    if "@" in text:
        yield from (match.start() for match in _MAIL.finditer(text))
    if "at)" in text or "at]" in text or "apenstaart" in text:
        yield from (match.start() for match in _SPELT.finditer(text))


def phones(text: str) -> Iterator[int]:
    """Give where phone numbers begin.

    >>> list(phones("(013) 542 63 54")), list(phones("013 542 634")), list(phones("06-12-2026 11"))
    ([0], [], [])
    """
    yield from (match.start() for match in _PHONE.finditer(text))


def accounts(text: str) -> Iterator[int]:
    """Give where numbers of bank accounts begin whose check digits are right.

    >>> list(accounts("NL91 ABNA 0417 1643 00, NL92ABNA0417164300")), list(accounts("be68 5390 0754 7034"))
    ([0], [0])
    """
    for match in _IBAN.finditer(text):
        number = _APART.sub("", match[0])
        if int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1:
            yield match.start()
