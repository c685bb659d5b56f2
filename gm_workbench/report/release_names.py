"""Names in a release: of the bundle, of the reports in it, and of the two persons."""

from __future__ import annotations

import re
import unicodedata

from gm_workbench.errors import ApprovalRefused, CannotRelease
from gm_workbench.vocabulary.schemas import DataKind

COMMANDS = ("new", "show", "approve", "verify", "list", "discard", "drafts")
"""What `gm release` is followed by, and what drafts are called; no bundle can be called so."""

_BUNDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STEP = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
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
    """Whether two names may be of one person: each word of the shorter is a word of the longer, or its first letter.

    Order, a name in brackets and a first name by itself make no other person either. Two who are really two write more of their
    names.

    Examples
    --------
    >>> [may_be_one("Noor Bakker", one) for one in ("Bakker, Noor", "N. Bakker", "Noor", "Noor Bakker (checker)")]
    [True, True, True, True]
    >>> [may_be_one("Noor Bakker", one) for one in ("Sém Bakker", "Noor de Wit", "")]
    [False, False, False]
    """
    shorter, longer = sorted((signer_name(re.sub(r"\(.*?\)", " ", one)).split("-") for one in (name, other)), key=len)
    left = sorted(longer, key=len)
    for word in sorted(shorter, key=len, reverse=True):
        found = next((one for one in left if word == one), None) or next((one for one in left if _initial(word, one)), None)
        if not word or found is None:
            return one_person(name) == one_person(other) != ""
        left.remove(found)
    return True


def _initial(word: str, other: str) -> bool:
    return 1 in (len(word), len(other)) and word[:1] == other[:1]


def signer_name(name: str) -> str:
    """Write the name of a person as the list of allowed signers has it.

    >>> signer_name("Sém de Wit")
    'sem-de-wit'
    """
    bare = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    words = re.sub(r"[^a-z0-9]+", "-", bare.casefold().translate(_PLAIN))
    return words.strip("-")


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
        If there is no name, or it has letters that only look like those of another name.
    """
    strange = [one for one in name if one.isalpha() and "LATIN" not in unicodedata.name(one, "")]
    hidden = [one for one in name if unicodedata.category(one).startswith("C")]
    if len(one_person(name)) < 2 or strange or hidden:
        raise ApprovalRefused(f"Who {role} must be named, with the letters a to z (accents are fine); got {name!r}.")
    return " ".join(name.split())
