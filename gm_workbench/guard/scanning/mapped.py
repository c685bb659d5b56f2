"""A text in which pieces were replaced, that still knows where each letter stood."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text made from another: `here` is where each unchanged piece begins in it, `there` where that stood.

    >>> made = replaced(Mapped.of("a<b>cd</b>e"), re.compile("<[^>]*>"), lambda _: "")
    >>> made.text, made.origin(1), made.origin(3)
    ('acde', 4, 10)
    """

    text: str
    here: tuple[int, ...] = (0,)
    there: tuple[int, ...] = (0,)

    @classmethod
    def of(cls, text: str) -> Mapped:
        """Take a text as it is."""
        return cls(text)

    def origin(self, at: int) -> int:
        """Give where the letter at a place stood."""
        piece = bisect_right(self.here, at) - 1
        return self.there[piece] + at - self.here[piece]


def replaced(mapped: Mapped, pattern: re.Pattern[str], other: Callable[[re.Match[str]], str]) -> Mapped:
    """Replace what a pattern finds."""
    parts: list[str] = []
    here, there = [0], [mapped.there[0]]
    end = length = 0
    for match in pattern.finditer(mapped.text):
        put = other(match)
        if put == match[0]:
            continue
        _pieces(mapped, end, match.start(), length, here, there)
        length += match.start() - end
        here.append(length)
        there.append(mapped.origin(match.start()))
        parts += (mapped.text[end : match.start()], put)
        length, end = length + len(put), match.end()
        here.append(length)
        there.append(mapped.origin(end))
    if not parts:
        return mapped
    _pieces(mapped, end, len(mapped.text), length, here, there)
    return Mapped("".join((*parts, mapped.text[end:])), tuple(here), tuple(there))


def _pieces(mapped: Mapped, start: int, end: int, length: int, here: list[int], there: list[int]) -> None:
    """Carry over the pieces that begin between two places of the text that was replaced in."""
    for piece in range(bisect_right(mapped.here, start), bisect_right(mapped.here, end - 1)):
        here.append(length + mapped.here[piece] - start)
        there.append(mapped.there[piece])


def place(text: str, at: int) -> tuple[int, int]:
    r"""Give the line and column of a place in a text, both from 1.

    >>> place("a\nbc", 3)
    (2, 2)
    """
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
