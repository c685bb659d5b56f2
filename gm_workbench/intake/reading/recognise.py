"""Which source is a table written by? Told by its headers, on whichever of its first lines they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from gm_workbench.intake.declared.grammar import ColumnRule, RowRule, TableMap
from gm_workbench.intake.declared.sources import FixedShape, SheetShape, Source, XmlShape
from gm_workbench.intake.reading.cells import LOOKED_AT
from gm_workbench.intake.reading.opened import FileKind, Opened
from gm_workbench.vocabulary.text import Text

ENOUGH = 0.5
"""So much of the known headers must be there when not all that tell the source are."""

_SHARED = Text("{shared} van de {known} kolommen van {source} zijn er", "{shared} of the {known} columns of {source} are there")
_TELLING = Text("kolommen die {source} kenmerken: {headers}", "columns that tell {source}: {headers}")
_BELOW = Text("de kolomnamen staan op regel {line}", "column names stand on line {line}")
_FIRST_LINE = Text("de eerste regel is zoals {source} zegt", "its first line is as {source} says")


@dataclass(frozen=True, slots=True)
class Recognised:
    """The source of a table.

    Attributes
    ----------
    source : Source
        By which it is written.
    score : float
        Share of the source's headers that are there, and one more when all that tell it are.
    because : tuple of Text
        The evidence, one sentence each, in words of the declaration only.
    opened : Opened
        The table with its headers on the line where the source was recognised.
    """

    source: Source
    score: float
    because: tuple[Text, ...]
    opened: Opened


@lru_cache(maxsize=4096)
def folded(header: str, folds: frozenset[str]) -> str:
    """Give a header without what does not count: case, accents, blanks and signs between words.

    >>> folded("Reden beëindiging", frozenset({"case", "accents", "spaces"}))
    'redenbeeindiging'
    """
    if "accents" in folds:
        header = "".join(sign for sign in unicodedata.normalize("NFKD", header) if not unicodedata.combining(sign))
    if "spaces" in folds:
        header = re.sub(r"[\s_]+", "", header)
    return header.casefold() if "case" in folds else header


def known_headers(source: Source) -> tuple[str, ...]:
    """Name every header that a source can mean, in the order of its declaration, each once."""
    person = source.person
    numbered = [person.number, person.type_header, person.also.number if person and person.also else ""] if person else []
    told = chain(source.recognised_by, numbered, chain.from_iterable(map(_of_table, source.tables)), source.ignore)
    fields = source.shape.fields if isinstance(source.shape, FixedShape) else ()
    return tuple(dict.fromkeys(header for header in chain(told, source.fillings, fields) if header))


def _of_table(table: TableMap) -> Iterator[str]:
    yield from _of_rows(table.rows)
    yield from chain.from_iterable(map(_of_column, table.columns.values()))


def _of_rows(rows: RowRule) -> tuple[str, ...]:
    return (*rows.month, rows.start, rows.end, rows.when, rows.item, rows.answer)


def _of_column(rule: ColumnRule) -> tuple[str, ...]:
    return (*rule.headers, rule.on)


def recognise(opened: Opened, sources: Iterable[Source]) -> Recognised | None:
    """Find the source of a table, or None when no source fits.

    A source fits when all headers that it is recognised by are there, else when one of them is and at least half of all its
    headers are; of several the one that shares most, and of equals the first. Where no source fits the line on which headers
    seem to stand, the other first lines are tried.

    Parameters
    ----------
    opened : Opened
        A table; one that is refused is not recognised.
    sources : iterable of Source
        Those to choose from, a private one first.
    """
    if opened.refused:
        return None
    sources = list(sources)
    found = [hit for source in sources for hit in (_fit(opened, source),) if hit]
    if not found and opened.moved is not None:
        found = [hit for source in sources for other in _others(opened) for hit in (_fit(other, source),) if hit]
    return max(found, key=lambda hit: hit.score, default=None)


def _others(opened: Opened) -> Iterator[Opened]:
    if opened.moved is None:
        return
    for line in range(1, LOOKED_AT + 1):
        try:
            yield opened.moved(line)
        except IndexError:
            return


def _fit(opened: Opened, source: Source) -> Recognised | None:
    if isinstance(source.shape, FixedShape):
        return _fixed(opened, source, source.shape)
    if isinstance(source.shape, XmlShape) != (opened.sniffed.kind is FileKind.XML):
        return None
    declared = _declared(opened, source)
    return _by_headers(declared, source) if declared is not None else None


def _declared(opened: Opened, source: Source) -> Opened | None:
    """Give the table with its headers where the source says they stand; None when it is another sheet than the source's."""
    shape = source.shape
    if not isinstance(shape, SheetShape):
        return opened
    if shape.sheet and opened.part and shape.sheet.casefold() != opened.part.casefold():
        return None
    if shape.header_row is None or opened.moved is None or opened.header_line == shape.header_row:
        return opened
    rows = (row for row in _others(opened) if row.header_line == shape.header_row)
    return next(rows, opened)


def _fixed(opened: Opened, source: Source, shape: FixedShape) -> Recognised | None:
    line = opened.first_line.removeprefix("\ufeff")
    if opened.sniffed.kind is not FileKind.TEXT or len(line) != shape.length or not re.match(shape.recognised_by, line):
        return None
    return Recognised(source, 2.0, (_FIRST_LINE.format(source=source.name),), opened)


def _by_headers(opened: Opened, source: Source) -> Recognised | None:
    there = {folded(header, source.folds) for header in (*opened.headers, *opened.twice)}
    telling = [header for header in source.recognised_by if folded(header, source.folds) in there]
    if not telling:
        return None
    known = known_headers(source)
    shared = sum(folded(header, source.folds) in there for header in known)
    score = shared / len(known) + (len(telling) == len(source.recognised_by))
    if score < ENOUGH:
        return None
    return Recognised(source, score, _because(opened, source, telling, shared, len(known)), opened)


def _because(opened: Opened, source: Source, telling: list[str], shared: int, known: int) -> tuple[Text, ...]:
    told = (
        _TELLING.format(source=source.name, headers=", ".join(telling)),
        _SHARED.format(shared=str(shared), known=str(known), source=source.name),
    )
    return (*told, _BELOW.format(line=str(opened.header_line))) if opened.header_line > 1 else told
