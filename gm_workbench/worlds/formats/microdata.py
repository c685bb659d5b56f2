"""Tables in the shape of microdata of CBS: SPOLISBUS, BIJSTANDUITKERINGTAB and GBAHUISHOUDENSBUS.

Names that were read in public documentation or research code: RINPERSOONS, RINPERSOON, IKVID, SBEID, SDATUMAANVANGIKO,
SDATUMEINDEIKO, SBASISLOON, SBASISUREN, SCONTRACTSOORT, BIJSTANDStatistiekcodeA, BIJSTANDAanvangUitkeringPersoon1A,
BIJSTANDEindeUitkeringPersoon1A, DATUMAANVANGHH, DATUMEINDEHH, HUISHOUDNR, TYPHH, PLHH, REFPERSOONHH. All others, and the
codes of SCONTRACTSOORT, are assumed. That a row of BIJSTANDUITKERINGTAB holds up to two persons, the eldest first, is
documented.
"""

from __future__ import annotations

import pandas as pd

from gm_workbench.vocabulary.schemas import CONTRACT
from gm_workbench.worlds.formats.cells import Cells, text
from gm_workbench.worlds.formats.shapes import coded, days, each, months, sexes
from gm_workbench.worlds.formats.spss import Dictionary
from gm_workbench.worlds.rendering import first_day, last_day

LINKED = "R"
"""The kind of linkage number that identifies a person."""

PARTNER = "partner"
"""What the variables of a second person in the row end in (assumed); no name in an SPSS file has a space."""

CONTRACTS = dict(zip(CONTRACT, "OBUR", strict=True))
HOUSEHOLD_TYPES = {"single": "1", "couple": "3", "lone_parent": "6", "other": "7"}
_FORMS = {"single": "1", "lone_parent": "2", "couple": "3", "other": "4"}

SPOLIS = Dictionary(
    numbers=frozenset({"SBASISLOON", "SBASISUREN"}),
    labels={"SCONTRACTSOORT": {"O": "onbepaalde tijd", "B": "bepaalde tijd", "U": "uitzend", "R": "oproep"}},
)
HOUSEHOLDS = Dictionary(
    labels={
        "TYPHH": {
            "1": "eenpersoonshuishouden",
            "2": "niet-gehuwd paar zonder kinderen",
            "3": "gehuwd paar zonder kinderen",
            "4": "niet-gehuwd paar met kinderen",
            "5": "gehuwd paar met kinderen",
            "6": "eenouderhuishouden",
            "7": "overig huishouden",
            "8": "institutioneel huishouden",
        }
    }
)


def spolis(table: pd.DataFrame) -> Cells:
    """Write wages with a record for each income relation and month."""
    pay = (table["hourly_wage"] * table["hours"]).round(2)
    return {
        **_linkage(table["person"]),
        "IKVID": text(table["job"]),
        "SBEID": text(table["employer"]),
        "SDATUMAANVANGIKO": days(table["month"], first_day),
        "SDATUMEINDEIKO": days(table["month"], last_day),
        "SBASISLOON": text(pay),
        "SBASISUREN": text(table["hours"]),
        "SCONTRACTSOORT": coded(table["contract"], CONTRACTS),
    }


def register(table: pd.DataFrame) -> Cells:
    """Write spells in households."""
    return {
        **_linkage(table["person"]),
        "DATUMAANVANGHH": days(table["start"], first_day),
        "DATUMEINDEHH": days(table["end"], last_day),
        "HUISHOUDNR": text(table["household"]),
        "TYPHH": coded(table["type"], HOUSEHOLD_TYPES),
        "PLHH": text(table["place_in"]),
        "REFPERSOONHH": coded(table["reference"], {"yes": "1", "no": "0"}),
    }


def assistance(table: pd.DataFrame) -> Cells:
    """Write benefits with a row for each dossier and month, on which there are one person or two, the eldest first."""
    ordered = table.sort_values(["dossier", "month", "birth_year", "person"], ignore_index=True)
    rank = ordered.groupby(["dossier", "month"]).cumcount()
    first = ordered.loc[rank == 0].reset_index(drop=True)
    second = first[["dossier", "month"]].merge(ordered.loc[rank == 1], on=["dossier", "month"], how="left")
    return {
        "STATISTIEKMAAND": months(first["month"]),
        "UITKERINGNR": text(first["dossier"]),
        "BIJSTANDStatistiekcodeA": text(first["scheme"]),
        "BIJSTANDLeefvormA": coded(first["household"], _FORMS),
        **_linkage(first["person"]),
        **_person(first),
        **_linkage(second["person"], PARTNER),
        **_person(second, PARTNER),
    }


def _linkage(persons: pd.Series, suffix: str = "") -> dict[str, list[str]]:
    return {f"RINPERSOONS{suffix}": each(persons, lambda _: LINKED), f"RINPERSOON{suffix}": text(persons)}


def _person(table: pd.DataFrame, suffix: str = "") -> dict[str, list[str]]:
    return {
        f"BIJSTANDGeslachtPersoon1A{suffix}": sexes(table["sex"]),
        f"BIJSTANDGeboortejaarPersoon1A{suffix}": text(table["birth_year"]),
        f"BIJSTANDAanvangUitkeringPersoon1A{suffix}": days(table["start"], first_day),
        f"BIJSTANDEindeUitkeringPersoon1A{suffix}": days(table["end"], last_day),
        f"REDENEINDE{suffix}": text(table["end_reason"]),
    }
