"""A text, looked at in every way in which it may be read: with escapes undone, and without signs that cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gm_workbench.guard.scanning.contacts import accounts, mails, phones
from gm_workbench.guard.scanning.embedded import cut
from gm_workbench.guard.scanning.escapes import ODD, maybe, plain, undone
from gm_workbench.guard.scanning.findings import Rule
from gm_workbench.guard.scanning.headings import key_columns
from gm_workbench.guard.scanning.inline import listed, scripted
from gm_workbench.guard.scanning.mapped import Mapped, place, replaced
from gm_workbench.guard.scanning.numbers import persons, shortened
from gm_workbench.guard.scanning.paths import paths
from gm_workbench.guard.scanning.pieces import Piece, Seen, width
from gm_workbench.guard.scanning.words import told

_ENDS = {"<td": "\t", "<th": "\t", "</td": "", "</th": ""}
"""What tags read as; the others end a line."""

_FINDERS = {Rule.IBAN: accounts, Rule.MAIL: mails, Rule.PHONE: phones, Rule.KEY: key_columns, Rule.PATH: paths}

_DECIMAL_CELL = re.compile(r"<td class=\"number\">[-\u2212]?\d{1,3},\d{9}(?=</td>| <small>)")
"""A cell of a table in which the workbench writes a decimal; its comma is read as a point."""


def read_text(piece: Piece) -> Seen:
    """Look through a text of no known form, and through the tables that stand in it line by line."""
    text = decoded(piece)
    yield from look(piece, text)
    yield from tables_in(piece, text)


def tables_in(piece: Piece, text: str) -> Seen:
    """Say where tables of records stand in a text, line by line or as rows of a script."""
    yield from (piece.finding(Rule.RECORDS, line) for line in listed(text))
    yield from (piece.finding(Rule.RECORDS, *place(text, at)) for at in scripted(text))


def decoded(piece: Piece) -> str:
    """Give the bytes of a piece as text: UTF-8, UTF-16 or UTF-32 with its mark, else each byte as a letter."""
    data = piece.data
    if wide := width(data):
        return data.decode(f"utf-{8 * wide}", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def look(piece: Piece, text: str, *, also: Iterable[re.Pattern[str]] = ()) -> Seen:
    """Find in a text what must not be there, and give what is embedded in it.

    `also` are patterns of what a reader does not see, such as tags: the text is looked at without these too. The first is
    left out, the second ends a field.
    """
    bare, embedded = cut(piece, text)
    found = {(read.origin(at), rule) for read in _readings(bare, tuple(also)) for at, rule in hits(read.text)}
    yield from sorted(piece.finding(rule, *place(text, at)) for at, rule in found)
    yield from embedded


def hits(text: str) -> Iterator[tuple[int, Rule]]:
    """Give every place in a text that a rule finds."""
    yield from ((at, Rule.NUMBER) for at in persons(text))
    yield from ((at, Rule.NUMBER) for at in shortened(text))
    yield from ((at, rule) for rule, finder in _FINDERS.items() for at in finder(text))
    yield from told(text)


def _readings(bare: Mapped, unseen: tuple[re.Pattern[str], ...]) -> Iterator[Mapped]:
    whole = undone(bare)
    yield from _without(whole, unseen)
    more = maybe(whole)
    if more is not whole:
        yield from _without(more, unseen)


def _without(whole: Mapped, unseen: tuple[re.Pattern[str], ...]) -> Iterator[Mapped]:
    """Give a text with what a reader does not see, and without; and both with every sign as what it reads as."""
    if unseen:
        whole = replaced(whole, _DECIMAL_CELL, lambda match: match[0].replace(",", "."))
    readings = [whole]
    if unseen:
        left_out, *ends = unseen
        seen = replaced(whole, left_out, lambda _: "")
        for end in ends:
            seen = replaced(seen, end, lambda match: _ENDS.get(match[0].partition(" ")[0].rstrip(">").lower(), "\n"))
        readings.append(seen)
    yield from readings
    if not whole.text.isascii() or "\x1b" in whole.text:
        digits = (replaced(one, ODD, lambda match: plain(match[0])) for one in readings)
        yield from (made for made, one in zip(digits, readings, strict=True) if made is not one)
