"""The numbers that a page or a notebook prints, in their order: what remains comparable when its words or its look changed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import zip_longest

from gm_workbench.batch.compare import RELATIVE, Difference, agree

_NUMBER = re.compile(r"(?<![\w.,-])[-−]?\d(?:[\d.,]*\d)?(?!\w)")
SAID = ("alt", "aria-label", "title")
"""Attributes that a reader is told."""

UNSEEN = ("style", "script")


class _Told(HTMLParser):
    """Keeps what a reader of a page is told, and none of how it looks."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        self.told += [value for name, value in attrs if name in SAID and value]

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.told.append(data)


def differences(
    was: Mapping[str, str], now: Mapping[str, str], known: Collection[tuple[str, str]], *, exact: bool
) -> tuple[Difference, ...]:
    """Compare the numbers that the pages and notebooks of two reports print.

    Parameters
    ----------
    was, now : mapping of str to str
        Name and text of each page and notebook.
    known : collection of pairs of str
        What was printed of the circumstances, and what is now: that these differ is told already.
    exact : bool
        Whether the last digit must agree.
    """
    within = 0.0 if exact else RELATIVE
    return tuple(
        Difference(name, f"number {at}", "printed", old, new, within)
        for name in sorted({*was, *now})
        if was.get(name) != now.get(name)
        for at, old, new in _pairs(numbers(name, was.get(name, "")), numbers(name, now.get(name, "")))
        if (old, new) not in known and not agree(_plain(old), _plain(new), within)
    )


def _pairs(was: Sequence[str], now: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Put numbers beside each other, each with its place; where some were added or left out, by what stands around."""
    if len(was) == len(now):
        yield from ((at, old, new) for at, (old, new) in enumerate(zip(was, now, strict=True), 1))
        return
    for what, begin, end, first, last in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what != "equal":
            pairs = zip_longest(was[begin:end], now[first:last], fillvalue="")
            yield from ((at, old, new) for at, (old, new) in enumerate(pairs, begin + 1))


def _plain(number: str) -> str:
    """Write a number as Python reads it; where points and commas part thousands, both are read alike."""
    return number.replace("−", "-").replace(",", ".")


def numbers(name: str, text: str) -> Sequence[str]:
    """Give the numbers that a file prints, as they are printed.

    >>> numbers("report.html", '<style>a{width:3px}</style><p>Het zijn er 1.310, of 0,5.</p><img alt="n = 7" width="9">')
    ['1.310', '0,5', '7']
    """
    return _NUMBER.findall(" | ".join(_from_notebook(text) if name.endswith(".ipynb") else _from_page(text)))


def _from_page(text: str) -> list[str]:
    parser = _Told()
    parser.feed(text)
    parser.close()
    return parser.told


def _from_notebook(text: str) -> Iterator[str]:
    """Give the words between the code and all results; the code itself is not printed numbers, and it may have changed."""
    try:
        cells = json.loads(text)["cells"] if text else ()
        for cell in cells:
            if cell["cell_type"] != "code":
                yield "".join(cell["source"])  # a text, or its lines
            for output in cell.get("outputs", ()):
                yield from _from_page("".join(output["data"].get("text/html", "")))
                yield "".join(output["data"].get("text/plain", ""))
    except (ValueError, KeyError, TypeError, AttributeError):  # someone broke it
        yield text
