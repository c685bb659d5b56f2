"""Tables of benefits and of what is spent beside them, from the statutory deliveries, and of households."""

from __future__ import annotations

from gm_workbench.vocabulary.schemas import (
    ANSWERS,
    EXEMPTION,
    HOUSEHOLD,
    HOUSING,
    MONTH,
    PERSON,
    PROVISION,
    SEX,
    Column,
    Kind,
    Table,
)


class Benefits(Table):
    """One row per person, dossier and month in which the dossier was open (BUS, annex 1).

    `end` is filled only in the last month of a spell; `end_reason` is the statutory code (feature 34). Reasons 11 and 13 count
    as work here, but 11 also covers sickness benefit, so an exit "to work" from BUS alone is an upper bound. Amounts are in
    whole euros. A couple has two persons on one dossier. `month` is a calendar month index, except in published sets that say
    otherwise. Columns that are not required may be absent from a published set, and from a delivery that does not have them.
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
    """One row per person, provision and month in which the provision ran (SRG: annex 2, and the regime since 2019).

    The full list of types since 2019 is not public: only the labels that were found are here, and others are set aside.
    Registration differs between municipalities and is often overdue, so numbers and durations of provisions are not comparable
    between places as they stand.
    """

    name = "provisions"
    key = ("person", "provision", "month")
    columns = (
        PERSON,
        Column("provision", Kind.PSEUDONYM, "registratienummer voorziening"),
        MONTH,
        Column("type", Kind.CATEGORY, "type voorziening", allowed=PROVISION),
        Column("ladder", Kind.WHOLE, "positie op de participatieladder", "step 1-6", required=False),
        Column("start", Kind.MONTH, "begindatum voorziening", "month index"),
        Column("end", Kind.MAYBE_MONTH, "einddatum voorziening", "month index", nullable=True),
        Column("end_reason", Kind.TEXT, "reden einde voorziening 1-3", nullable=True, required=False),
        Column("wage_value", Kind.NUMBER, "loonwaarde", "per cent", nullable=True, required=False, sensitive=True),
    )


class Costs(Table):
    """One row per person, month and type of provision for which something was spent."""

    name = "costs"
    key = ("person", "month", "type")
    columns = (
        PERSON,
        MONTH,
        Column("type", Kind.CATEGORY, "type voorziening", allowed=PROVISION),
        Column("amount", Kind.NUMBER, "spent in the month", "euro"),
    )


class Households(Table):
    """One row per person and spell in a household (GBAHUISHOUDENSBUS).

    The register is rewritten with every version: only the last day of a version agrees with published figures, and earlier
    spells may change. Types come from the codes of TYPHH, of which only single parent and the couples were read in a source.
    """

    name = "households"
    key = ("person", "start")
    one_spell_of = "person"
    columns = (
        PERSON,
        Column("household", Kind.PSEUDONYM, "the household (HUISHOUDNR)"),
        Column("start", Kind.MONTH, "first month in this household", "month index"),
        Column("end", Kind.MAYBE_MONTH, "last month in it; empty while it lasts", "month index", nullable=True),
        Column("type", Kind.CATEGORY, "type of household", allowed=HOUSEHOLD),
        Column("place_in", Kind.TEXT, "place in the household (PLHH), as delivered", nullable=True, required=False),
        Column("reference", Kind.CATEGORY, "reference person of the household", allowed=ANSWERS, required=False),
    )
