"""A text in both languages of the workbench, and numbers as each language writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Text:
    """The same text in Dutch and in English.

    >>> Text("vrouwen", "women")["en"]
    'women'
    """

    nl: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en

    def format(self, **values: Mapping[Language, str] | Text | str) -> Text:
        """Fill the placeholders in both languages; a plain string is the same in both."""
        return Text(
            self.nl.format(**{k: v if isinstance(v, str) else v["nl"] for k, v in values.items()}),
            self.en.format(**{k: v if isinstance(v, str) else v["en"] for k, v in values.items()}),
        )


def same(text: str) -> Text:
    """Give a text that reads the same in both languages (a code, a name)."""
    return Text(text, text)


def joined(texts: Iterable[Text], between: str) -> Text:
    """Put texts behind each other, in each language.

    >>> joined([Text("vrouwen", "women"), Text("mannen", "men")], "; ").en
    'women; men'
    """
    parts = list(texts)
    return Text(between.join(one.nl for one in parts), between.join(one.en for one in parts))


def listed(texts: Sequence[Text]) -> Text:
    """Join names as a sentence lists them.

    >>> listed([Text("houding", "attitude"), Text("norm", "norm"), Text("intentie", "intention")]).nl
    'houding, norm en intentie'
    """
    if len(texts) == 1:
        return texts[0]
    first, last = joined(texts[:-1], ", "), texts[-1]
    return Text(f"{first.nl} en {last.nl}", f"{first.en} and {last.en}")


def capitalised(text: Text) -> Text:
    """Begin a text with a capital, as a sentence does; the rest stays as it is.

    >>> capitalised(Text("verschil na introductie", "difference after introduction")).nl
    'Verschil na introductie'
    """
    return Text(*(one[:1].upper() + one[1:] for one in (text.nl, text.en)))


def number(value: float, digits: int = 0, *, language: Language = "nl", signed: bool = False) -> str:
    """Write a number as the language does: `1.234,5` in Dutch, `1,234.5` in English, with a true minus sign.

    >>> number(-1234.5, 1), number(-1234.5, 1, language="en"), number(2.94, 1, signed=True)
    ('−1.234,5', '−1,234.5', '+2,9')
    """
    rounded = round(value, digits) + 0.0  # adding zero turns -0.0 into 0.0
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    plain = f"{abs(rounded):,.{digits}f}"
    return sign + (plain.translate(str.maketrans(",.", ".,")) if language == "nl" else plain)
