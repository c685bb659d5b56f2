"""One way of writing a file: which file it is, what it fills, and the shape of one that is more than a header with rows.

A source is read from `data/codes/layouts/*.yml` (one table, the short form), `data/codes/mappings/*.yml`, or a private
`<name>.mapping.yml` beside a delivery, which goes before the others. `docs/intake.md` shows the grammar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gm_workbench.intake.declared.grammar import Format, NumberStyle, PersonRule, TableMap
from gm_workbench.vocabulary.declarations import Status


@dataclass(frozen=True, slots=True)
class XmlShape:
    """One row for each element `row`; simple children of the ancestors in `keep` are columns too. Namespaces are ignored."""

    row: str
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FixedShape:
    """Fields by name with first and last byte, from 1 on, both included; bytes are cut before they are decoded."""

    length: int
    recognised_by: str  # a regular expression over the first line
    fields: Mapping[str, tuple[int, int]]
    encoding: str = "cp1252"


@dataclass(frozen=True, slots=True)
class SheetShape:
    """Which sheet, and on which line its headers stand; nothing said means that they are looked for."""

    sheet: str = ""
    header_row: int | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """How the writer fills a raw column that is no logical column of its table.

    `how` is ``place``, ``constant``, ``column`` (through `words`, else `otherwise`), ``borrow`` (from another table, by
    person), ``sum`` or ``product``.
    """

    how: str
    of: tuple[str, ...] = ()
    words: Mapping[str, str] | None = None
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One way of writing a file.

    Attributes
    ----------
    name : str
        Shown in messages; the stem of the file that declares it.
    status, source : Status, str
        Documented with its public source, or assumed. What is assumed is never called the statutory schema.
    declared_in : str
        Path that a message names, relative to the project or to the delivery.
    format : Format
        How it is written as a rule.
    file : str
        Name pattern (``BUS_{month}.csv``): what the writer makes and what a name says of the content; empty says nothing.
    recognised_by : tuple of str
        Headers (elements, fields) of which one must be there.
    tables : tuple of TableMap
        What it fills.
    person : PersonRule or None
        How a person is numbered; None where no table has persons.
    numbers, dates : NumberStyle, tuple of str
        ``dd-mm-jjjj``, ``jjjj-mm-dd``, ``jjjjmmdd``, ``dd/mm/jjjj``, ``excel``; a month is never guessed to come first.
    empty : tuple of str
        Cells that count as empty.
    folds : frozenset of str
        What does not count when headers are compared: ``case``, ``accents``, ``spaces``.
    ignore : tuple of str
        Headers that nobody reads; their cells are looked through for numbers of persons and never kept.
    shape : XmlShape, FixedShape, SheetShape or None
        What the format needs beside headers.
    separator, encoding : str
        What the writer uses.
    may_be_empty : bool
        Whether a file without rows is right.
    fillings : mapping
        By header; what the writer puts in columns that no table has.
    """

    name: str
    status: Status
    source: str
    declared_in: str
    format: Format
    file: str
    recognised_by: tuple[str, ...]
    tables: tuple[TableMap, ...]
    person: PersonRule | None = None
    numbers: NumberStyle = NumberStyle.NL
    dates: tuple[str, ...] = ("jjjjmmdd", "dd-mm-jjjj", "jjjj-mm-dd")
    empty: tuple[str, ...] = ("",)
    folds: frozenset[str] = frozenset({"case", "accents", "spaces"})
    ignore: tuple[str, ...] = ()
    shape: XmlShape | FixedShape | SheetShape | None = None
    separator: str = ";"
    encoding: str = "utf-8-sig"
    may_be_empty: bool = False
    fillings: Mapping[str, Filling] = field(default_factory=dict)
