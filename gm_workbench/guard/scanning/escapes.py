"""Ways to write letters and digits as other signs: escapes of pages, scripts, styles, addresses and mail, and look-alikes.

What is surely an escape is undone in the text itself. What may be one (`%39`, three digits behind a backslash, letters behind a
plus) gives one more way to read the text, and the text as it stands is looked at as well.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from gm_workbench.guard.scanning.mapped import Mapped, replaced

_ALIKE = "OoIl\u041e\u043e\u039f\u03bf"
_SURE = re.compile(
    r"(?=[&\\%])(?:&(?:\#\d+|\#[xX][0-9A-Fa-f]+|amp;\#[xX]?[0-9A-Fa-f]+|[A-Za-z]{2,31}(?=;)|nbsp|shy);?"
    r"|(?:\\u00[0-9A-Fa-f]{2}){3,}|(?:\\x[0-9A-Fa-f]{2}){3,}|(?:%[0-9A-Fa-f]{2}){3,})"
)
_MAYBE = re.compile(
    r"(?=[\\%=+\"'])(?:\\+u(?:200[B-Fb-f]|2060|[Ff][Ee][Ff][Ff]|00[Aa][Dd])"
    r"|\\(?:u\{?0{0,4}[2-7][0-9A-Fa-f]\}?|x[2-7][0-9A-Fa-f])(?:\\(?:u\{?0{0,4}[2-7][0-9A-Fa-f]\}?|x[2-7][0-9A-Fa-f]))*"
    r"|\\(?:0{0,4}[2-7][0-9A-Fa-f][ ]?\\?){3,}|%(?:25)*[2-7][0-9A-Fa-f](?:%(?:25)*[2-7][0-9A-Fa-f])*"
    r"|=[2-7][0-9A-F](?:=[2-7][0-9A-F]){2,}|=40(?<=\w=40)(?=[\w-]+\.)|=2[DEF](?<=\d=2.)(?=\d)"
    r"|\\+[nrt](?=[\d+(])|\\(?<=\w\\)(?=[-.@_]\w)"
    r"|\+A[A-H][A-Za-z0-9+/]+-?|[\"'](?<=[\d./-].)[ \t]*[+&]?[ \t]*[\"'](?=\d))"
)
_AS_DIGITS = re.compile(
    rf"[0-9{_ALIKE}](?<![0-9A-Za-z].)(?:(?<=3)[0-9](?:3[0-9]){{8}}|(?=(?:[{_ALIKE}]*\d){{4}})[0-9{_ALIKE}]{{8}})(?![0-9A-Za-z])",
    re.DOTALL,
)
"""The signs of nine digits in hexadecimal digits, and letters that look like digits among them."""

_CODES = re.compile(r"(?:\\u00|\\x|%)([0-9A-Fa-f]{2})")
_LAST_TWO = re.compile(r"([2-7][0-9A-Fa-f])\}?[ ]?(?=[\\%=]|\Z)")
_LOOKS_LIKE = str.maketrans(_ALIKE, "00110000")

ODD = re.compile(
    "\x1b\\[[0-9;]*[A-Za-z]|[\u00ad\u034f\u00b2\u00b3\u00b9\u2460-\u249b\u24ea\u24f5-\u24fe]"
    "|[^\x00-\u02ff\u2010-\u2027\u202f-\u205e\u20a0-\u20bf\u2190-\u25ff]"
)
"""Signs of which it must be asked what they read as."""

_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters of which nothing is seen."""


def undone(text: Mapped) -> Mapped:
    """Undo what is surely an escape.

    >>> undone(Mapped.of("&#57;&#00056;&ZeroWidthSpace;&amp;#55;")).text
    '98\u200b7'
    """
    return replaced(text, _SURE, lambda match: _unescaped(match[0]))


def maybe(text: Mapped) -> Mapped:
    r"""Undo also what may be an escape; the same text if nothing is.

    >>> [maybe(Mapped.of(one)).text for one in (r"9\u003876", "9%387%2536", "+ADkAOAA3ADY-", r"\39 \38 \000037", "'98' + '76'")]
    ['9876', '9876', '9876', '987', "'9876'"]
    """
    return replaced(replaced(text, _MAYBE, lambda match: _perhaps(match[0])), _AS_DIGITS, lambda match: _as_digits(match[0]))


def _unescaped(escape: str) -> str:
    if not escape.startswith("&"):
        return "".join(chr(int(code, 16)) for code in _CODES.findall(escape))
    once = unescape(escape)
    return unescape(once) if "&#" in once else once


def _perhaps(found: str) -> str:
    if found[0] == "+":
        return _utf7(found)
    if found[0] in "\"'" or found == "\\":
        return ""
    if found[-1] in "nrt":
        return "\n"
    return "".join(chr(int(code, 16)) for code in _LAST_TWO.findall(found))


def _as_digits(found: str) -> str:
    return found.translate(_LOOKS_LIKE) if len(found) == len("999990019") else found[1::2]


def _utf7(found: str) -> str:
    try:
        made = found.encode("ascii").decode("utf-7")
    except UnicodeDecodeError:
        return found
    return made if made.isascii() and made.isprintable() else found


def plain(sign: str) -> str:
    """Give what a sign reads as: a digit for any digit, nothing for what cannot be seen.

    >>> [plain(sign) for sign in ("\u24ea", "\u200b", "\u3164", "\uff19")]
    ['0', '', '', '9']
    """
    if len(sign) > 1 or sign in _FILLERS or unicodedata.category(sign) in ("Cf", "Mn", "Me"):
        return ""
    number = unicodedata.digit(sign, None)
    return unicodedata.normalize("NFKC", sign) if number is None else str(number)
