"""Tables of those who guide, of when they began to work in another way, and of work and sick leave."""

from __future__ import annotations

from gm_workbench.vocabulary.schemas import ANSWERS, COACH, CONTRACT, MEASURE, MONTH, PERSON, SEX, Column, Kind, Table


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


class Wages(Table):
    """One row per person, job and month with pay (the shape of a payroll register).

    `hourly_wage` is basic wage over basic hours, without overtime and holiday allowance. `month` is a calendar month index,
    except in published sets that say otherwise. Columns that are not required may be absent from a published set, and from a
    delivery that does not have them. From SPOLISBUS a job is an IKVID and an employer a SBEID, which may change while the IKVID
    stays; records of one month (four-weekly payrolls give two) are added up before the wage is divided by the hours.
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


class SickLeave(Table):
    """One row per person and spell of sick leave from work, as an employer or its service registers it.

    Time zero of anything about sick leave is the first sick day: who gets a measure late had to be sick that long. The legal
    clock runs in weeks and measures in days since the first sick day, so no date is kept. `days` is the length as delivered;
    spells that follow each other closely are not merged here.
    """

    name = "sick_leave"
    key = ("person", "spell")
    columns = (
        PERSON,
        Column("spell", Kind.PSEUDONYM, "the spell of sick leave"),
        Column("start", Kind.MONTH, "month of the first sick day", "month index"),
        Column("end", Kind.MAYBE_MONTH, "month of the last; empty while it lasts", "month index", nullable=True),
        Column("days", Kind.NUMBER, "first to last sick day, both included; empty while it lasts", "days", nullable=True),
        Column("employer", Kind.PSEUDONYM, "the employer", required=False),
        Column("recovered", Kind.CATEGORY, "back at work when it ended", allowed=ANSWERS, nullable=True, required=False),
        Column("sex", Kind.CATEGORY, "sex", allowed=SEX, required=False),
        Column("birth_year", Kind.WHOLE, "year of birth", "year", required=False),
    )


class SickMeasures(Table):
    """One row per person, spell of sick leave, measure and day on which it was taken. Illness itself is never delivered."""

    name = "sick_measures"
    key = ("person", "spell", "measure", "day")
    columns = (
        PERSON,
        Column("spell", Kind.PSEUDONYM, "the spell of sick leave"),
        Column("measure", Kind.CATEGORY, "what was done", allowed=MEASURE, sensitive=True),
        Column("day", Kind.WHOLE, "whole days since the first sick day, which is 0", "days"),
    )
