"""Months as whole numbers, so that time is arithmetic: the index of a month is 12 × year + (month − 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gm_workbench.errors import DeclarationError
from gm_workbench.vocabulary.text import Language

MONTHS: dict[Language, tuple[str, ...]] = {
    "nl": (
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def month_index(month: str) -> int:
    """Turn `yyyy-mm` into a month index.

    >>> month_index("2024-01"), month_index("2024-01") - month_index("2023-12")
    (24288, 1)
    """
    match = _MONTH.fullmatch(month)
    if match is None:
        raise DeclarationError(f"A month must be written as yyyy-mm but got {month!r}, as in 2024-01.")
    return 12 * int(match[1]) + int(match[2]) - 1


def month_code(index: int) -> str:
    """Turn a month index into `yyyy-mm`.

    >>> month_code(24288)
    '2024-01'
    """
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def month_name(index: int, language: Language) -> str:
    """Write a month index in words.

    >>> month_name(24288, "nl")
    'januari 2024'
    """
    return f"{MONTHS[language][index % 12]} {index // 12}"


@dataclass(frozen=True, slots=True)
class Period:
    """A run of months, both ends included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise DeclarationError(
                f"A period must not end before it starts, but got {month_code(self.first)}/{month_code(self.last)}."
            )

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `yyyy-mm/yyyy-mm`.

        >>> str(Period.parse("2023-01/2025-12")), len(Period.parse("2023-01/2025-12"))
        ('2023-01/2025-12', 36)
        """
        first, slash, last = text.partition("/")
        if not slash:
            raise DeclarationError(f"A period must be written as yyyy-mm/yyyy-mm but got {text!r}.")
        return cls(month_index(first), month_index(last))

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{month_code(self.first)}/{month_code(self.last)}"

    def name(self, language: Language) -> str:
        """Write the period in words, as in `januari 2023 – december 2025`."""
        return f"{month_name(self.first, language)} – {month_name(self.last, language)}"
