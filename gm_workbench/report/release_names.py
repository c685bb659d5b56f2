"""Names in a release: of the bundle, of the reports in it, and of the two persons."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from gm_workbench.errors import ApprovalRefused, CannotRelease
from gm_workbench.vocabulary.schemas import DataKind

COMMANDS = ("new", "show", "approve", "verify", "list", "discard", "drafts")
"""What `gm release` is followed by, and what drafts are called; no bundle can be called so."""

_BUNDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STEP = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_NAME = re.compile(r"[a-z .,;:'’()\u2010\u2011\u2013-]*")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


def checked_name(name: str) -> str:
    """Give the name of a bundle back if it can be one: then it is also a safe name of a folder.

    Raises
    ------
    CannotRelease
        If it is anything else.

    Examples
    --------
    >>> checked_name("tilburg-2026")
    'tilburg-2026'
    """
    if _BUNDLE.fullmatch(name) is None or name in COMMANDS:
        raise CannotRelease(
            f"The name of a release must be lower case letters, digits and hyphens, at most 63, but got {name!r}; "
            f"and none of {', '.join(COMMANDS)}. For example: tilburg-2026."
        )
    return name


def name_for(name: str, kind: DataKind) -> None:
    """Hold the name of a bundle against the kind of its data: only what is real has a name of its own.

    Raises
    ------
    CannotRelease
        If a bundle on synthetic or published data does not say so in its name, or another says it is one.
    """
    wanted = "" if kind is DataKind.REAL else f"{kind}-"
    claims = next((f"{other}-" for other in DataKind if name.startswith(f"{other}-")), "")
    if claims != wanted:
        better = wanted + name.removeprefix(claims)
        raise CannotRelease(
            f"A release of {kind} data must be called {wanted or 'without a kind, '}... but got {name!r}. Call it {better}."
        )


def checked_steps(asked: str) -> tuple[str, ...]:
    """Read `STUDY/PLACE` or `STUDY/PLACE/PERIOD`; nothing else, so no way out of `reports/`.

    Raises
    ------
    CannotRelease
        If it is not of that form.

    Examples
    --------
    >>> checked_steps("tilburg_single_mothers/GM0855")
    ('tilburg_single_mothers', 'GM0855')
    """
    steps = tuple(asked.removeprefix("reports/").rstrip("/").split("/"))
    if len(steps) not in (2, 3) or not all(map(_STEP.fullmatch, steps)):
        raise CannotRelease(
            f"A report is named as STUDY/PLACE, or STUDY/PLACE/PERIOD for another period, but got {asked!r}. "
            "For example: tilburg_single_mothers/GM0855."
        )
    return steps


def one_person(name: str) -> str:
    """Write the name of a person so that two spellings of one name are equal; empty if there is no name in it.

    Capitals, accents, spaces and points make no other person.

    Examples
    --------
    >>> one_person("Zoë  de Wit") == one_person("zoe de-wit"), one_person(" . ")
    (True, '')
    """
    return signer_name(name).replace("-", "")


def may_be_one(name: str, other: str) -> bool:
    """Whether two names may be of one person: each word of the shorter is a word of the longer, or is nearly one.

    A word is nearly another when it is its first letter, or differs by one letter more, less or other, or two that changed
    places. Order, a name in brackets and a first name by itself make no other person either. Two who are really two each write
    a name that has a word which the other's has nothing like.

    Examples
    --------
    >>> [may_be_one("Noor Bakker", one) for one in ("Bakker, Noor", "N. Bakker", "Noor", "Noor Bakker (checker)")]
    [True, True, True, True]
    >>> [may_be_one("Noor Bakker", one) for one in ("Noor Bakkers", "Noro van Bakker", "Nor Baker", "NoorBakkr")]
    [True, True, True, True]
    >>> [may_be_one("Noor Bakker", one) for one in ("Sém Bakker", "Noor de Wit", "")]
    [False, False, False]
    >>> may_be_one("Anna Smit", "Anne Smit"), may_be_one("Anna Maria Smit", "Anne Louise Smit")
    (True, False)
    """
    joined = [one_person(one) for one in (name, other)]
    bare = [re.sub(r"\(.*?\)", " ", one) for one in (name, other)]
    found = any(_each_found(*sorted(map(_words, both), key=len)) for both in ((name, other), bare))
    return all(joined) and (found or nearly(*joined))


def _words(name: str) -> list[str]:
    """Give the words of a name, without *van*, *de* and the like; `ij` is written `y` as often."""
    words = signer_name(name).replace("ij", "y").split("-")
    return [word for word in words if word not in PARTICLES] or words


PARTICLES = frozenset(
    ("al", "da", "de", "del", "den", "der", "di", "du", "el", "het", "la", "le", "te", "ten", "ter", "van", "von")
)
"""Words between a first and a last name: one more, less or other makes no other person."""


def _each_found(words: list[str], others: list[str]) -> bool:
    """Whether each word has one of its own among the others; those that are equal go first, then the longest."""
    same = Counter(words) & Counter(others)
    left = list((Counter(others) - same).elements())
    for word in sorted((Counter(words) - same).elements(), key=len, reverse=True):
        found = next((one for one in left if nearly(word, one) or _initial(word, one)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _initial(word: str, other: str) -> bool:
    return 1 in (len(word), len(other)) and word[:1] == other[:1]


FEWEST_LETTERS = 3
"""Shorter words are nearly nothing but themselves: *de* and *te* are two words."""


def nearly(word: str, other: str) -> bool:
    """Whether two words differ by no more than one letter more, less or other, or two that changed places.

    >>> [nearly("bakker", one) for one in ("bakker", "bakkers", "baker", "bekker", "bakekr")], nearly("bakker", "bekkers")
    ([True, True, True, True, True], False)
    """
    at = next((at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), min(len(word), len(other)))
    one, two = word[at:], other[at:]
    swapped = one[:2] == two[:2][::-1] and one[2:] == two[2:]
    return word == other or (
        min(len(word), len(other)) >= FEWEST_LETTERS and (swapped or one[1:] == two or one == two[1:] or one[1:] == two[1:])
    )


def signer_name(name: str) -> str:
    """Write the name of a person as the list of allowed signers has it.

    >>> signer_name("Sém de Wit")
    'sem-de-wit'
    """
    return re.sub(r"[^a-z0-9]+", "-", _plain(name)).strip("-")


def _plain(text: str) -> str:
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return bare.casefold().translate(_PLAIN)


def is_name(name: str) -> bool:
    """Whether it can be the name of a person: two letters at least, and nothing but letters and what stands between them.

    A letter that only looks like one of a to z is none, nor is one that is not seen.

    >>> [is_name(one) for one in ("Zoë d'Ile-Vos", "1234", "N", " . ", "No0r")]
    [True, False, False, False, False]
    """
    hidden = any(unicodedata.category(one).startswith("C") for one in name)
    return not hidden and _NAME.fullmatch(_plain(name)) is not None and len(one_person(name)) > 1


def checked_person(name: str, role: str) -> str:
    """Give the name of a person back, without spaces around it.

    Parameters
    ----------
    name : str
    role : str
        What the person does, for the message.

    Raises
    ------
    ApprovalRefused
        If it is no name: see `is_name`.
    """
    if not is_name(name):
        raise ApprovalRefused(
            f"Who {role} must be named, with the letters a to z (accents are fine), two at least and no digits; got {name!r}. "
            "Write a first and a last name, such as: Sem de Wit."
        )
    return " ".join(name.split())
