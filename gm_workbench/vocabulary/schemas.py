"""The logical tables of the workbench: one class per table, its docstring is the manual.

These are the *checked* tables, after intake: persons, dossiers, coaches, teams and employers are pseudonyms, months are month
indices (`vocabulary.calendar`), codes are words where the statutory list has a label and the code itself where it has not.
The raw features that they come from are those of the Regeling statistiek Participatiewet, IOAW en IOAZ 2015 (BWBR0031830,
version 28-09-2015), annexes 1 (BUS) and 2 (SRG).
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

PERSON = Column("person", Kind.PSEUDONYM, "the person")
MONTH = Column("month", Kind.MONTH, "the month that the row is about", "month index")
COACH = Column("coach", Kind.PSEUDONYM, "the coach who guides the person")


class Benefits(Table):
    """One row per person, dossier and month in which the dossier was open (BUS, annex 1).

    `end` is filled only in the last month of a spell; `end_reason` is the statutory code (feature 34). Reasons 11 and 13 count
    as work here, but 11 also covers sickness benefit, so an exit "to work" from BUS alone is an upper bound. Amounts are in
    whole euros. A couple has two persons on one dossier. `month` is a calendar month index, except in published sets that say
    otherwise. Columns that are not required may be absent from a published set.
    """

    name = "benefits"
    key = ("person", "dossier", "month")
    columns = (
        PERSON,
        Column("dossier", Kind.PSEUDONYM, "the benefit (registratienummer uitkering)"),
        MONTH,
        Column("scheme", Kind.CATEGORY, "statistiekcode", allowed=("01", "02", "03", "11", "12", "14"), required=False),
        Column("household", Kind.CATEGORY, "leefvorm", allowed=HOUSEHOLD, required=False),
        Column("sex", Kind.CATEGORY, "geslacht", allowed=SEX, required=False),
        Column("birth_year", Kind.WHOLE, "year of birth; the full date never gets past intake", "year", required=False),
        Column("housing", Kind.CATEGORY, "huisvesting", allowed=HOUSING, required=False),
        Column("cost_sharers", Kind.WHOLE, "aantal kostendelers", "persons", required=False),
        Column("start", Kind.MONTH, "month in which the person's benefit began", "month index"),
        Column("end", Kind.MAYBE_MONTH, "month in which it ended", "month index", nullable=True),
        Column("exemption", Kind.CATEGORY, "ontheffing arbeidsverplichting", allowed=EXEMPTION, required=False, sensitive=True),
        Column("end_reason", Kind.TEXT, "reden beëindiging uitkering persoon, statutory code", nullable=True),
        Column("income_kind", Kind.TEXT, "soort inkomsten, statutory code; 11 is wage work", nullable=True, required=False),
        Column("income", Kind.NUMBER, "bedrag inkomsten persoon", "euro per month", required=False),
        Column("paid", Kind.NUMBER, "betaalbaar gesteld bedrag", "euro per month", required=False),
    )


class Provisions(Table):
    """One row per person, provision and month in which the provision ran (SRG, annex 2, regime 2015-2018).

    Registration differs between municipalities and is often overdue, so numbers and durations of provisions are not comparable
    between places as they stand.
    """

    name = "provisions"
    key = ("person", "provision", "month")
    columns = (
        PERSON,
        Column("provision", Kind.PSEUDONYM, "registratienummer voorziening"),
        MONTH,
        Column(
            "type", Kind.CATEGORY, "type voorziening 2015-2018", allowed=("01", "02", "03", "04", "05", "06", "07", "08", "99")
        ),
        Column("ladder", Kind.WHOLE, "positie op de participatieladder", "step 1-6"),
        Column("start", Kind.MONTH, "begindatum voorziening", "month index"),
        Column("end", Kind.MAYBE_MONTH, "einddatum voorziening", "month index", nullable=True),
        Column("end_reason", Kind.TEXT, "reden einde voorziening 1-3", nullable=True),
        Column("wage_value", Kind.NUMBER, "loonwaarde", "per cent", nullable=True, sensitive=True),
    )


class Costs(Table):
    """One row per person, month and type of provision for which something was spent."""

    name = "costs"
    key = ("person", "month", "type")
    columns = (
        PERSON,
        MONTH,
        Column(
            "type", Kind.CATEGORY, "type voorziening 2015-2018", allowed=("01", "02", "03", "04", "05", "06", "07", "08", "99")
        ),
        Column("amount", Kind.NUMBER, "spent in the month", "euro"),
    )


class Answers(Table):
    """One row per person, wave and item that was answered. An item that was skipped has no row."""

    name = "answers"
    key = ("person", "wave", "instrument", "item")
    columns = (
        PERSON,
        Column("wave", Kind.CATEGORY, "measurement, months since the person's start", allowed=WAVES),
        MONTH,
        Column("instrument", Kind.TEXT, "code of a declared instrument"),
        Column("item", Kind.TEXT, "id of a declared item"),
        Column("answer", Kind.NUMBER, "the answer as given, before reverse scoring", "scale point"),
    )


class Caseload(Table):
    """One row per person and spell with a coach. A coach belongs to one team per spell; a person may move to another coach.

    Consent counts as last delivered: that of the person's latest spell holds for all that is known of the person, so who
    withdraws it is left out everywhere, also of what was seen before.
    """

    name = "caseload"
    key = ("person", "start")
    columns = (
        PERSON,
        COACH,
        Column("team", Kind.PSEUDONYM, "the coach's team"),
        Column("start", Kind.MONTH, "first month with this coach", "month index"),
        Column("end", Kind.MAYBE_MONTH, "last month with this coach; empty while it lasts", "month index", nullable=True),
        Column("consent", Kind.CATEGORY, "consent to research", allowed=ANSWERS),
    )


class Introductions(Table):
    """One row per coach to whom a study's way of working was introduced. A coach without a row works as before.

    A coach who began before the period of a report is not compared; one who begins after it works as before in that report.
    """

    name = "introductions"
    key = ("study", "coach")
    columns = (
        Column("study", Kind.TEXT, "name of the declared study"),
        COACH,
        Column("month", Kind.MONTH, "first month of the new way of working", "month index"),
    )


class Rosters(Table):
    """One row per coach and spell in a team that takes part in a study of teams, with the supervisor who steers it then.

    A coach is in one team at a time: spells of one coach do not share a month. Where a coach's team differs from that in the
    caseload, this table is the one that counts.
    """

    name = "rosters"
    key = ("coach", "start")
    one_spell_of = "coach"
    columns = (
        COACH,
        Column("team", Kind.PSEUDONYM, "the team"),
        Column("supervisor", Kind.PSEUDONYM, "leidinggevende, who steers the team's coaches"),
        Column("start", Kind.MONTH, "first month of the coach in the team under this supervisor", "month index"),
        Column("end", Kind.MAYBE_MONTH, "last such month; empty while it lasts", "month index", nullable=True),
    )


class TeamIntroductions(Table):
    """One row per team to which a study's way of working was introduced. A team without a row works as before.

    A team that began before the period of a report is not compared; one that begins after it works as before in that report.
    """

    name = "team_introductions"
    key = ("study", "team")
    columns = (
        Column("study", Kind.TEXT, "name of the declared study"),
        Column("team", Kind.PSEUDONYM, "the team"),
        Column("month", Kind.MONTH, "first month of the new way of working", "month index"),
    )


_ANSWER_COLUMNS = (
    Column("wave", Kind.CATEGORY, "measurement, months since the first introduction", allowed=WAVES),
    MONTH,
    Column("instrument", Kind.TEXT, "code of a declared instrument"),
    Column("item", Kind.TEXT, "id of a declared item"),
    Column("answer", Kind.NUMBER, "the answer as given, before reverse scoring", "scale point"),
)


class CoachAnswers(Table):
    """One row per coach, wave and item that the coach answered: how the supervisor steers, and how far the model is used."""

    name = "coach_answers"
    key = ("coach", "wave", "instrument", "item")
    columns = (COACH, *_ANSWER_COLUMNS)


class SupervisorAnswers(Table):
    """One row per supervisor, wave and item that the supervisor answered: how he or she steers, by own account."""

    name = "supervisor_answers"
    key = ("supervisor", "wave", "instrument", "item")
    columns = (Column("supervisor", Kind.PSEUDONYM, "the supervisor"), *_ANSWER_COLUMNS)


class Wages(Table):
    """One row per person, job and month with pay (the shape of a payroll register).

    `hourly_wage` is basic wage over basic hours, without overtime and holiday allowance. `month` is a calendar month index,
    except in published sets that say otherwise. Columns that are not required may be absent from a published set.
    """

    name = "wages"
    key = ("person", "job", "month")
    columns = (
        PERSON,
        Column("job", Kind.PSEUDONYM, "income relation (inkomstenverhouding)"),
        MONTH,
        Column("hourly_wage", Kind.NUMBER, "basic wage over basic hours", "currency per hour"),
        Column("hours", Kind.NUMBER, "basic hours in the month", "hours", required=False),
        Column("contract", Kind.CATEGORY, "kind of contract", allowed=CONTRACT, required=False),
        Column("employer", Kind.PSEUDONYM, "the employer", required=False),
        Column("sex", Kind.CATEGORY, "sex", allowed=SEX, required=False),
        Column("birth_year", Kind.WHOLE, "year of birth", "year", required=False),
    )


TABLES: dict[str, type[Table]] = {
    table.name: table
    for table in (
        Benefits,
        Provisions,
        Costs,
        Answers,
        Caseload,
        Introductions,
        Rosters,
        TeamIntroductions,
        CoachAnswers,
        SupervisorAnswers,
        Wages,
    )
}

WORK_REASONS = ("11", "13")
"""Reasons of ending that count as work: wage work (or sickness benefit) and self-employment."""
