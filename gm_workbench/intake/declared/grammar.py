"""The words of a declaration: how a person is numbered, how rows become rows of a table, and what each column means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gm_workbench.vocabulary.schemas import Table


class Transform(StrEnum):
    """What a raw column is, and so how it becomes a logical one."""

    IDENTIFIER = "identifier"  # a person's number: eleven test, then a pseudonym
    KEY = "key"  # a number or name of a dossier, coach, team, job ...: a pseudonym
    CODE = "code"  # a code of a list, or its label: a word
    DATE = "date"  # a day: a month
    BIRTH_DATE = "birth_date"  # a day, month and day may be 00: a year
    BIRTH_YEAR = "birth_year"
    YEAR = "year"  # with MONTH_NUMBER: the month of the row
    MONTH_NUMBER = "month_number"
    DAYS = "days"  # a day: whole days since the day of another column
    DECIMAL = "decimal"
    WHOLE = "whole"
    TEXT = "text"
    PLACE = "place"  # the municipality's four digits
    IGNORED = "ignored"  # read by nobody


class Format(StrEnum):
    """How a source is written as a rule. A file is recognised by its content, so one in another format is read all the same."""

    TEXT = "text"
    XLSX = "xlsx"
    ODS = "ods"
    SAV = "sav"
    XML = "xml"
    FIXED = "fixed"


class PersonKind(StrEnum):
    """What a person is numbered by."""

    BSN = "bsn"  # eleven test; one pseudonym in all files of a place
    CLIENT = "client"  # a number of one system, which means nothing in another
    RIN = "rin"  # linkage number of CBS, with the column that says what kind it is


class NumberStyle(StrEnum):
    """How decimals and thousands are marked."""

    NL = "nl"  # 1.234,56
    EN = "en"  # 1,234.56
    AUTO = "auto"  # by the evidence of the whole column; one that allows both is refused as ambiguous


class Read(StrEnum):
    """Whether the cells of a code column hold codes or labels."""

    CODE = "code"
    LABEL = "label"


class RowForm(StrEnum):
    """How rows of the file become rows of the table."""

    AS_DELIVERED = "as_delivered"
    EXPAND_MONTHS = "expand_months"  # one row for each month from a start to an end
    ONE_PER = "one_per"  # the first of equal rows counts; the others are not of this table
    WIDE_ITEMS = "wide_items"  # a column for each item of a questionnaire
    LONG_ITEMS = "long_items"  # a row for each item


@dataclass(frozen=True, slots=True)
class Unit:
    """A number in one unit that the table wants in another; what is delivered is multiplied by `factor`."""

    given: str
    wanted: str
    factor: float


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """A second person in the same row: the column of the number, and how the person's own columns are called.

    They are named like those of the first person with something before or behind it, or in `own`, by the header of the first.
    """

    number: str
    suffix: str = ""
    prefix: str = ""
    own: Mapping[str, str] = field(default_factory=dict)

    def header(self, header: str) -> str:
        """Give the second person's header of what stands under `header` for the first; nothing when they are not declared.

        >>> SecondPerson("Nr P", prefix="Partner ").header("Geslacht"), SecondPerson("Nr P").header("Geslacht")
        ('Partner Geslacht', '')
        """
        named = f"{self.prefix}{header}{self.suffix}" if self.prefix or self.suffix else ""
        return self.own.get(header, named)


@dataclass(frozen=True, slots=True)
class PersonRule:
    """How a person is numbered.

    `system` keeps client numbers of different systems apart. `bridge` names a source that has both a BSN and the client number.
    `type_header` and `keep` say which linkage numbers identify somebody (RINPERSOONS, R). `client` makes the file a bridge: the
    header of the client number of `system` that stands beside the person's number; such a file fills no table.
    """

    number: str
    kind: PersonKind
    system: str = ""
    bridge: str = ""
    type_header: str = ""
    keep: tuple[str, ...] = ()
    also: SecondPerson | None = None
    client: str = ""


@dataclass(frozen=True, slots=True)
class RowRule:
    """How rows become rows of a table.

    Attributes
    ----------
    form : RowForm
        What happens to them.
    month : tuple of str
        Headers of year and month, or of one column with both, where the row says its own month.
    start, end : str
        Headers between which months are expanded; an empty end runs until the last month of the delivery's period.
    one_per : tuple of str
        Headers (or ``person``) that make a row of the table.
    when : str
        Header; only rows in which it is filled are of this table.
    item, answer : str
        Headers of a long questionnaire.
    add_up : tuple of str
        Columns that are summed over records with the same key; others must be equal.
    """

    form: RowForm = RowForm.AS_DELIVERED
    month: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    one_per: tuple[str, ...] = ()
    when: str = ""
    item: str = ""
    answer: str = ""
    add_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What gives one logical column.

    Attributes
    ----------
    column : str
        Of the table; empty for a raw column that is only checked.
    headers : tuple of str
        Where it stands. More than one: joined for a key, above and below for a ratio, the later and the earlier day for `DAYS`.
    transform : Transform
        How it is read.
    aliases : tuple of str
        Other names of the first header.
    domain : str
        Keeps equal keys of different things apart.
    lists, words : tuple of str, mapping
        Code lists by name, and code or label → word. A list's own word counts where `words` is silent.
    read : Read
        Whether cells hold codes or labels.
    on : str
        Header of the event's day; the list of that day counts.
    until, read_as : str
        Days (jjjj-mm-dd): synthetic rows after `until` are read with the list of `read_as`, and that is noted (reason REGIME).
    unit : Unit or None
        Conversion of a number.
    constant, because : str
        A value that every row gets, and why; then there is no header.
    empty : str or None
        What an empty cell is read as; None when it may not be empty, unless the table allows it.
    low, high : float or None
        Bounds.
    last_day : bool
        A date is the last day of its month rather than the first, as the writer needs; of `DAYS`, both days count.
    """

    column: str
    headers: tuple[str, ...]
    transform: Transform
    aliases: tuple[str, ...] = ()
    domain: str = ""
    lists: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    read: Read = Read.CODE
    on: str = ""
    until: str = ""
    read_as: str = ""
    unit: Unit | None = None
    constant: str | None = None
    because: str = ""
    empty: str | None = None
    low: float | None = None
    high: float | None = None
    last_day: bool = False


@dataclass(frozen=True, slots=True)
class TableMap:
    """One table that a file fills: `columns` by logical name, `key` the columns that make a raw row unique.

    A raw column that is no column of the table (the place, a year, one that is only checked or not read) is in `columns` under
    ``#`` and its header, so that the order is that of the file.
    """

    table: type[Table]
    rows: RowRule
    columns: Mapping[str, ColumnRule]
    key: tuple[str, ...]
