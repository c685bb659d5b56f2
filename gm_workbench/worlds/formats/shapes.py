"""Logical tables in the shape of files that no layout describes: SRG since 2019, long questionnaires, employers, sick leave.

Names of columns are assumed, except where a room says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from gm_workbench.vocabulary.calendar import month_code
from gm_workbench.vocabulary.schemas import MEASURE, SEX
from gm_workbench.worlds.formats.cells import Cells, text
from gm_workbench.worlds.rendering import first_day, last_day
from gm_workbench.worlds.sickness import first_days

YES_NO = {"yes": "ja", "no": "nee"}
MEASURES = dict(
    zip(
        MEASURE,
        (
            "probleemanalyse",
            "plan van aanpak",
            "aanpassing",
            "deskundigenoordeel",
            "andere werkgever",
            "42-wekenmelding",
            "evaluatie",
            "beoordeling",
            "anders",
        ),
        strict=True,
    )
)
"""How a service writes each measure (assumed)."""


def each(values: pd.Series, write: Callable[[object], str]) -> list[str]:
    """Write every value that is there; what is missing is an empty cell."""
    return ["" if pd.isna(value) else write(value) for value in values]


def coded(values: pd.Series, codes: dict[str, str]) -> list[str]:
    """Write every word as its code."""
    return each(values, lambda word: codes[str(word)])


def sexes(values: pd.Series) -> list[str]:
    """Write 1 for men and 2 for women, as the statutory lists do."""
    return coded(values, dict(zip(SEX, "12", strict=True)))


def months(values: pd.Series) -> list[str]:
    """Write months as ``jjjjmm``."""
    return days(values, lambda month: month_code(int(str(month))).replace("-", ""))


def days(values: pd.Series, write: Callable[[object], str]) -> list[str]:
    """Write every month that is there, also where missing ones made them numbers with a point."""
    return each(values.astype("Int64"), write)


def srg_2019(table: pd.DataFrame, statutory: str, labels: dict[str, str]) -> Cells:
    """Write provisions as the regime since 2019, of which labels and no codes are public."""
    month = months(table["month"])
    return {
        "STATISTIEKJAAR": [text[:4] for text in month],
        "STATISTIEKMAAND": [text[4:] for text in month],
        "CBS-GEMEENTECODE": [statutory] * len(table),
        "BURGERSERVICENUMMER": text(table["person"]),
        "POSITIE OP DE PARTICIPATIELADDER": text(table["ladder"]),
        "REGISTRATIENUMMER VOORZIENING": text(table["provision"]),
        "SOORT VOORZIENING": coded(table["type"], labels),
        "BEGINDATUM VOORZIENING": days(table["start"], first_day),
        "EINDDATUM VOORZIENING": days(table["end"], last_day),
        "REDEN EINDE VOORZIENING": text(table["end_reason"]),
        "LOONWAARDE": text(table["wage_value"]),
    }


def long_answers(table: pd.DataFrame, statutory: str) -> Cells:
    """Write a questionnaire with a row for each answer."""
    return {
        "GEMEENTECODE": [statutory] * len(table),
        "BURGERSERVICENUMMER": text(table["person"]),
        "METING": text(table["wave"]),
        "DATUM": days(table["month"], first_day),
        "VRAAG": text(table["item"]),
        "ANTWOORD": text(table["answer"]),
    }


def wide_employers(wide: pd.DataFrame, statutory: str) -> Cells:
    """Write the answers of employers, a column for each item."""
    items = [name for name in wide if name not in ("employer", "wave", "month")]
    return {
        "GEMEENTECODE": [statutory] * len(wide),
        "WERKGEVER": text(wide["employer"]),
        "METING": text(wide["wave"]),
        "DATUM": days(wide["month"], first_day),
        **{str(item): text(wide[item]) for item in items},
    }


def sick_spells(table: pd.DataFrame, statutory: str) -> Cells:
    """Write spells of sick leave with their first and last day."""
    return {
        "GEMEENTECODE": [statutory] * len(table),
        "BURGERSERVICENUMMER": text(table["person"]),
        "GEBOORTEJAAR": text(table["birth_year"]),
        "GESLACHT": sexes(table["sex"]),
        "VERZUIMNUMMER": text(table["spell"]),
        "WERKGEVER": text(table["employer"]),
        "EERSTE ZIEKTEDAG": _days(table["start"]),
        "LAATSTE ZIEKTEDAG": _days(table["start"], table["days"] - 1),
        "HERSTELD": coded(table["recovered"], YES_NO),
    }


def measures(table: pd.DataFrame, spells: pd.DataFrame, statutory: str) -> Cells:
    """Write the measures with the day on which each was taken; the first sick day stands beside it."""
    start = table.merge(spells[["person", "spell", "start"]], on=["person", "spell"], how="left")["start"]
    return {
        "GEMEENTECODE": [statutory] * len(table),
        "BURGERSERVICENUMMER": text(table["person"]),
        "VERZUIMNUMMER": text(table["spell"]),
        "EERSTE ZIEKTEDAG": _days(start),
        "MAATREGEL": coded(table["measure"], MEASURES),
        "DATUM MAATREGEL": _days(start, table["day"]),
    }


def _days(start: pd.Series, later: pd.Series | None = None) -> list[str]:
    """Write the first sick day of each month, or so many days later; empty where that is not known."""
    first = pd.Series(first_days(start.to_numpy(dtype=np.int64)))
    day = first if later is None else first + pd.to_timedelta(later.to_numpy(dtype=np.float64), unit="D")
    return each(day, lambda at: pd.Timestamp(str(at)).strftime("%Y%m%d"))
