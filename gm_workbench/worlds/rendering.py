"""Logical values → the text of a raw cell, by the same layout that intake reads it back with."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.declared.grammar import Transform
from gm_workbench.intake.declared.sources import Filling
from gm_workbench.intake.layouts import MONTH_PAIR, Feature, Layout

Tables = Mapping[str, pd.DataFrame]
Cells = list[str]

_BREAKS = re.compile(r'[;"\r\n]')


def render(layout: Layout, table: pd.DataFrame, tables: Tables, statutory: str) -> dict[str, Cells]:
    """Give the text of every raw column of a layout, by header.

    Parameters
    ----------
    layout : Layout
        What is written.
    table : DataFrame
        The logical table of that layout; the answers to a questionnaire with one column per item.
    tables : mapping
        All logical tables of the place, for a column that is borrowed from another one.
    statutory : str
        The place's four digits.
    """
    cells = {feature.header: _column(feature, table, tables, statutory) for feature in layout.features}
    items = [name for name in table.columns if layout.items and name not in layout.table.column_names()]
    return cells | {item: _each(table[item], _number) for item in items}


def _column(feature: Feature, table: pd.DataFrame, tables: Tables, statutory: str) -> Cells:
    if feature.transform is Transform.PLACE:
        return [statutory] * len(table)
    if feature.transform in MONTH_PAIR:
        write = _year if feature.transform is Transform.YEAR else _month_number
        return _each(table["month"], write)
    if feature.filling is not None:
        return _filled(feature, feature.filling, table, tables, statutory)
    if feature.transform is Transform.BIRTH_DATE:
        return _birth_dates(table[feature.column], table["person"])
    return _each(table[feature.column], _writer(feature))


def _writer(feature: Feature) -> Callable[[object], str]:
    if feature.transform is Transform.CODE:
        codes = {word: code for code, word in (feature.codes or {}).items()}
        return lambda word: codes[str(word)]
    if feature.transform is Transform.DATE:
        return last_day if feature.last_day else first_day
    if feature.transform in (Transform.DECIMAL, Transform.WHOLE):
        return _number
    return str


def _filled(feature: Feature, filling: Filling, table: pd.DataFrame, tables: Tables, statutory: str) -> Cells:
    if filling.how in ("place", "constant"):
        return [statutory if filling.how == "place" else filling.of[0]] * len(table)
    if filling.how == "borrow":
        return _borrowed(feature, filling.of[0], table, tables)
    if filling.how == "column":
        words = filling.words
        return _each(
            table[filling.of[0]], _writer(feature) if words is None else lambda value: _word(value, words, filling.otherwise)
        )
    first, second = (table[name].to_numpy(dtype=np.float64) for name in filling.of)
    # a payroll pays whole cents
    amounts = np.round(first * second if filling.how == "product" else first + second, 2)
    return _each(pd.Series(amounts), _number)


def _word(value: object, words: Mapping[str, str], otherwise: str) -> str:
    return words.get(str(value), otherwise.format(value))


def _borrowed(feature: Feature, named: str, table: pd.DataFrame, tables: Tables) -> Cells:
    """Look a person's value up in another table; empty for a person who is not there."""
    other, _, column = named.partition(".")
    if other not in tables:
        return [""] * len(table)
    known = tables[other].drop_duplicates("person").set_index("person")[column]
    values = table["person"].map(known)
    if feature.transform is Transform.BIRTH_DATE:
        return _birth_dates(values, table["person"])
    return _each(values, _writer(feature))


def _birth_dates(years: pd.Series, persons: pd.Series) -> Cells:
    """Make a day up from the person's number, so that a person has one birth date in every file."""
    pairs = pd.MultiIndex.from_arrays([years, persons])
    codes, distinct = pairs.factorize()
    texts = [_birth_date(year, person) for year, person in distinct]
    return [texts[code] if code >= 0 else "" for code in codes]


def _birth_date(year: float, person: str) -> str:
    if np.isnan(year):
        return ""
    number = int(person)
    return f"{int(year):04d}{number % 12 + 1:02d}{number // 12 % 28 + 1:02d}"


def _each(values: pd.Series, write: Callable[[object], str]) -> Cells:
    """Write every distinct value once; what is missing is an empty cell."""
    codes, distinct = pd.factorize(values)
    texts = [*(_cell(write(value)) for value in distinct), ""]
    return [texts[code] for code in codes.tolist()]


def _cell(text: str) -> str:
    if _BREAKS.search(text):
        raise DeclarationError(
            "A raw cell must not hold a semicolon, a quotation mark or a line end; change the layout or the draw."
        )
    return text


def _number(value: object) -> str:
    number = float(str(value))
    return f"{number:.0f}" if number.is_integer() else repr(number).replace(".", ",")


def _year(month: object) -> str:
    return f"{int(str(month)) // 12:04d}"


def _month_number(month: object) -> str:
    return f"{int(str(month)) % 12 + 1:02d}"


def first_day(month: object) -> str:
    """Write the first day of a month as ``jjjjmmdd``."""
    return f"{_year(month)}{_month_number(month)}01"


def last_day(month: object) -> str:
    """Write the last day of a month as ``jjjjmmdd``."""
    _, days = calendar.monthrange(int(_year(month)), int(_month_number(month)))
    return f"{_year(month)}{_month_number(month)}{days:02d}"


def wide(answers: pd.DataFrame, key: tuple[str, ...]) -> pd.DataFrame:
    """Give answers with a column for each item, in the order of instruments and item numbers."""
    # pivot refuses two answers to one item, where pivot_table would average them
    turned = answers.pivot(  # noqa: PD010
        index=[*key, "month"], columns="item", values="answer"
    )
    items = answers[["instrument", "item"]].drop_duplicates()
    number = items["item"].str.rpartition("_")[2].astype(int)
    ordered = items.assign(number=number).sort_values(["instrument", "number"])["item"]
    return turned[list(ordered)].reset_index().rename_axis(columns=None)
