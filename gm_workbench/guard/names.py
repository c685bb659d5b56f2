"""Names of groups, such that one group that is called in several ways has one name.

*Vrouwen*, *women*, *sex: woman* and *geslacht: vrouw* are one group, and *iedereen* is *all*. Words are of one meaning when the
tables' own vocabulary says so (`outputs.terms`, `outputs.people`): no synonym is made up here but those of *everybody*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from gm_workbench.outputs.people import PROFILE_LABELS
from gm_workbench.outputs.terms import MOTHERS, TERMS, WORKERS

EVERYBODY = frozenset(
    [
        "all",
        "alle",
        "allemaal",
        "allen",
        "alles",
        "total",
        "totaal",
        "person",
        "personen",
        "persons",
        "everybody",
        "everyone",
        "iedereen",
    ]
)
SAYS_NOTHING = frozenset(
    ("alle", "alles", "de", "die", "een", "en", "het", "iedereen", "in", "mensen", "met", "of", "op", "personen", "van", "wie")
)
"""Words in which a population is said that narrow it down to nobody."""

_OPEN = frozenset({"True", "False", "unknown", "other", "all"})
"""Categories that say nothing without their variable."""

_IRREGULAR = {"men": "man", "women": "woman", "children": "child", "kinderen": "kind", "ouderen": "oudere", "oudere": "oudere"}
_ENDINGS = re.compile(r"(?<=\w{3})(?:en|e|n(?<=en)|s(?<!ss)(?<!is)(?<!us))\Z")
_WORDS = re.compile(r"[^\W_]+(?:[-+\u2013][^\W_]*)*|[<>\u2264\u2265%\u20ac]")
_DOUBLE = re.compile(r"([bdfgklmnprst])\1\Z")


@lru_cache(maxsize=1 << 14)
def name_of(text: str) -> str:
    r"""Give a label as a name of a group: without capitals, plurals, and a variable in front that the category implies.

    >>> [name_of(one) for one in ("Vrouwen", "sex:woman", "geslacht: vrouw", "WOMEN")]
    ['woman', 'woman', 'woman', 'woman']
    >>> name_of("< 10 jaar") == name_of("> 10 jaar"), name_of("\u2013")
    (False, '\u2013')
    >>> name_of("leeftijd: 27-34") == name_of("age_band:27-34"), name_of("werk: ja") == name_of("ontheffing: ja")
    (True, False)
    """
    variable, colon, category = text.casefold().partition(":")
    name = _known(_stemmed(category if colon else variable))
    if not colon or name in _implying():
        return name or text.casefold().strip()
    return f"{_known(_stemmed(variable))}: {name}"


def variable_of(text: str) -> str:
    """Give the variable in front of a category: the same for `sex:man` and `geslacht: mannen`; empty without one."""
    variable, colon, _ = text.casefold().partition(":")
    return _known(_stemmed(variable)) if colon else ""


def characteristic_of(key: str, label: str) -> str:
    """Say of which characteristic a line is, by its key or else its label; empty where neither names one.

    >>> characteristic_of("sex:man", "mannen") == characteristic_of("x", "geslacht: mannen"), characteristic_of("man", "mannen")
    (True, '')
    """
    return next((variable_of(text) for text in (key, label) if ":" in text), "")


def is_everybody(key: str, label: str) -> bool:
    """Whether a line or column says of nobody what tells them from others.

    >>> is_everybody("x", "Alle personen"), is_everybody("sex:all", "geslacht: allen"), is_everybody("x", "alle vrouwen")
    (True, True, False)
    """
    return any(_says_everybody(text) for text in (key, label))


def is_unknown(label: str) -> bool:
    """Whether a category is of those of whom it is not known in which of the others they are.

    >>> is_unknown("onbekend"), is_unknown("werk: Unknown"), is_unknown("ja")
    (True, True, False)
    """
    return name_of(label).rpartition(": ")[2] in _unknown()


@cache
def _unknown() -> frozenset[str]:
    return frozenset(name_of(word) for word in ("unknown", "onbekend", "missing", "ontbreekt", "geen antwoord", "no answer"))


def _says_everybody(text: str) -> bool:
    words = frozenset(name_of(text).rpartition(": ")[2].split())
    return bool(words) and words <= _everybody()


@cache
def _everybody() -> frozenset[str]:
    return EVERYBODY | {name_of(word) for word in EVERYBODY}


@lru_cache(maxsize=1 << 12)
def words_of(text: str) -> frozenset[str]:
    """Give the words of a population that narrow it down."""
    return frozenset(_stemmed(" ".join(frozenset(re.findall(r"\w+", text.casefold())) - SAYS_NOTHING)).split())


def _stemmed(text: str) -> str:
    return " ".join(_stem(word) for word in _WORDS.findall(text))


def _stem(word: str) -> str:
    """Give a word without the ending of a plural.

    >>> [_stem(word) for word in ("mannen", "vrouwen", "moeders", "alleenstaanden", "27-34", "is")]
    ['man', 'vrouw', 'moeder', 'alleenstaand', '27-34', 'is']
    """
    if word in _IRREGULAR or not word.isalpha():
        return _IRREGULAR.get(word, word)
    return _DOUBLE.sub(r"\1", _ENDINGS.sub("", word))


def _known(words: str) -> str:
    return _phrases().sub(lambda match: _meanings()[match[0]], words)


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, sorted(_meanings(), key=len, reverse=True)))})(?!\S)")


@cache
def _meanings() -> Mapping[str, str]:
    """Give for each name that the vocabulary has for a category, the one that stands for all of them."""
    texts = [*TERMS.items(), *PROFILE_LABELS.items(), ("mothers", MOTHERS), ("workers", WORKERS)]
    return {_stemmed(said.casefold()): _stemmed(text.en.casefold()) for key, text in texts for said in (key, text.nl, text.en)}


@cache
def _implying() -> frozenset[str]:
    """Give the categories that no variable needs to be named for."""
    told = [(key, text) for key, text in (*TERMS.items(), *PROFILE_LABELS.items()) if key not in _OPEN]
    return frozenset(_known(_stemmed(text.en.casefold())) for _, text in told)
