"""What a logical table of the workbench is made of; `vocabulary.tables` has them all.

A class is a table, and its docstring is the manual. These are the *checked* tables, after intake: persons, dossiers, coaches,
teams and employers are pseudonyms, months are month indices (`vocabulary.calendar`), codes are words where the list has
a label and the code itself where it has not. The raw features that they come from are those of the Regeling statistiek
Participatiewet, IOAW en IOAZ 2015 (BWBR0031830, version 28-09-2015), annexes 1 (BUS) and 2 (SRG), and of files in the shape of
CBS microdata.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class DataKind(StrEnum):
    """What data are; the mark travels with them to every page and figure."""

    SYNTHETIC = "synthetic"
    PUBLISHED = "published"
    REAL = "real"


class Kind(StrEnum):
    """How a column is stored in a checked table."""

    PSEUDONYM = "pseudonym"  # str, 16 hexadecimal digits
    MONTH = "month"  # int32 month index
    MAYBE_MONTH = "maybe_month"  # nullable Int32 month index
    CATEGORY = "category"  # str from `allowed`
    TEXT = "text"  # str, free of personal data
    NUMBER = "number"  # float64
    WHOLE = "whole"  # int32


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, in which unit, which values are allowed."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    allowed: tuple[str, ...] = ()
    required: bool = True  # a published data set may lack a column that is not required
    nullable: bool = False
    sensitive: bool = False  # illness, debt, sanction, exemption


class Table:
    """Base of all logical tables."""

    name: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    columns: ClassVar[tuple[Column, ...]]
    one_spell_of: ClassVar[str] = ""  # whose spells, from `start` to `end`, may not overlap; empty where they may

    @classmethod
    def column(cls, name: str) -> Column:
        return next(column for column in cls.columns if column.name == name)

    @classmethod
    def column_names(cls) -> tuple[str, ...]:
        return tuple(column.name for column in cls.columns)


SEX = ("man", "woman")
HOUSEHOLD = ("single", "lone_parent", "couple", "other")
HOUSING = ("tenant", "owner", "lodging", "institution", "homeless", "no_fixed_address")
EXEMPTION = ("none", "lone_parent_9a", "art_9_1", "art_9_5")
CONTRACT = ("permanent", "fixed_term", "agency", "on_call")
WAVES = ("T0", "T3", "T6", "T12", "T18")
ANSWERS = ("yes", "no")

PROVISION = ("01", "02", "03", "04", "05", "06", "07", "08", "99", "flat_rate_subsidy", "coaching")
"""Codes of SRG 2015-2018; a label of the regime since 2019 has the code of the same label before it, else a word of its own."""

MEASURE = (
    "problem_analysis",
    "plan",
    "adjustment",
    "expert_advice",
    "other_employer",
    "report_42_weeks",
    "evaluation",
    "assessment",
    "other",
)
"""Measures during sick leave, in the order in which the law expects most of them (assumed)."""

PERSON = Column("person", Kind.PSEUDONYM, "the person")
MONTH = Column("month", Kind.MONTH, "the month that the row is about", "month index")
EMPLOYER = Column("employer", Kind.PSEUDONYM, "the employer")
COACH = Column("coach", Kind.PSEUDONYM, "the coach who guides the person")
