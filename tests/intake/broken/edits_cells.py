"""Edits of cells and rows in files of text."""

from __future__ import annotations

import csv
import shutil
from datetime import date

import pandas as pd

from .breaking import breaks
from .edits_files import ANSWERS, CASELOAD, COSTS
from .good import NAME, SHORT, Delivery

BSN, START, END = "BURGERSERVICENUMMER", "AANVANGSDATUM UITKERING PERSOON", "EINDDATUM UITKERING PERSOON"
WAGES, TEAMS = "lonen_2025.csv", "teams.csv"


@breaks("7")
def columns_swapped(d: Delivery) -> None:
    table = d.table(d.bus)
    pair = [BSN, "REGISTRATIENUMMER UITKERING"]
    table[pair] = table[pair[::-1]].to_numpy()
    d.write(d.bus, table)


def closed(d: Delivery) -> pd.DataFrame:
    """Give the spells of the caseload that began and ended in different months."""
    table = d.table(CASELOAD)
    return table[(table["EINDDATUM"] != "") & (table["BEGINDATUM"].str[:6] < table["EINDDATUM"].str[:6])]


def turned(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns={"BEGINDATUM": "EINDDATUM", "EINDDATUM": "BEGINDATUM"})[list(table.columns)]


@breaks("8")
def dates_swapped_in_all_rows(d: Delivery) -> None:
    d.write(CASELOAD, turned(closed(d)))


@breaks("9")
def end_before_start(d: Delivery) -> None:
    table, one = d.table(CASELOAD), closed(d).index[:1]
    table.loc[one] = turned(table.loc[one])
    d.write(CASELOAD, table)


@breaks("27")
def day_that_does_not_exist(d: Delivery) -> None:
    d.cell(d.bus, START, "31-02-2024")


@breaks("28")
def month_zero_of_a_start(d: Delivery) -> None:
    d.cell(d.bus, START, "20240001")


def both_dates(d: Delivery, write: object) -> None:
    for column in ("BEGINDATUM", "EINDDATUM"):
        d.column(CASELOAD, column, write)  # type: ignore[arg-type]


@breaks("29")
def month_first(d: Delivery) -> None:
    both_dates(d, lambda day: f"{day[4:6]}-{day[6:]}-{day[:4]}")


@breaks("30")
def days_of_a_spreadsheet(d: Delivery) -> None:
    both_dates(d, lambda day: str((date(int(day[:4]), int(day[4:6]), int(day[6:])) - date(1899, 12, 30)).days))


@breaks("31")
def thousands_points(d: Delivery) -> None:
    d.cell(COSTS, "BEDRAG", "1.234,56")


@breaks("32")
def points_and_commas(d: Delivery) -> None:
    table = d.table(COSTS)
    half = len(table) // 2
    table["BEDRAG"] = [f"12{',' if row < half else '.'}5{row % 10}" for row in range(len(table))]
    d.write(COSTS, table)


@breaks("33")
def negative_wage(d: Delivery) -> None:
    d.cell(WAGES, "BASISLOON", "-100,5")


@breaks("34")
def hours_that_no_month_has(d: Delivery) -> None:
    d.cell(WAGES, "BASISUREN", "400")


@breaks("35")
def number_that_fails_the_test(d: Delivery) -> None:
    person = d.table(d.bus)[BSN][1]
    d.cell(d.bus, BSN, person[:-1] + str((int(person[-1]) + 3) % 10))


@breaks("36", "real")
def number_that_lost_its_zero(d: Delivery) -> None:
    d.cell(d.bus, BSN, SHORT)


@breaks("37")
def number_in_free_text(d: Delivery) -> None:
    person = d.table(d.bus)[BSN][0]
    d.cell(COSTS, "OMSCHRIJVING", f"betaling mevrouw {NAME} {person}")


@breaks("38a")
def number_in_a_code(d: Delivery) -> None:
    d.cell(d.bus, "LEEFVORM", d.table(d.bus)[BSN][0])


@breaks("38b")
def number_in_a_header(d: Delivery) -> None:
    table = d.table(d.bus)
    d.write(d.bus, table.assign(**{table[BSN][0]: "x"}))


@breaks("39")
def unknown_code(d: Delivery) -> None:
    d.cell(d.bus, "LEEFVORM", "7")


@breaks("40")
def code_that_lost_its_zero(d: Delivery) -> None:
    d.column(d.bus, "STATISTIEKCODE", lambda code: code.lstrip("0"))


@breaks("41", "real_srg")
def code_of_a_regime_that_ended(d: Delivery) -> None:
    d.mark(retain_until=date(2098, 1, 1))


def three_provisions(d: Delivery) -> str:
    """Give three provisions with labels, in a file whose name says no month, so that one bad row is not all of it."""
    name = "voorzieningen.csv"
    d.rename("SRG2019_202512.csv", name)
    rows = pd.concat([d.table(name)] * 3, ignore_index=True)
    d.write(name, rows.assign(**{"REGISTRATIENUMMER VOORZIENING": ["V1", "V2", "V3"]}))
    return name


@breaks("42", "labels")
def label_that_is_not_known(d: Delivery) -> None:
    d.cell(three_provisions(d), "SOORT VOORZIENING", "nieuwe voorziening", 0)


@breaks("43", "labels")
def label_of_a_later_list(d: Delivery) -> None:
    name = three_provisions(d)
    d.cell(name, "BEGINDATUM VOORZIENING", "20180101", 0)
    d.cell(name, "STATISTIEKJAAR", "2018", 0)


@breaks("44")
def another_town(d: Delivery) -> None:
    d.column(d.bus, "GEMEENTECODE", lambda _: "0363")


@breaks("45")
def town_that_merged(d: Delivery) -> None:
    codes = d.project / "data" / "codes"
    copied = d.project / "scratch" / "codes"
    shutil.copytree(codes.resolve(), copied)
    codes.unlink()
    shutil.move(copied, codes)
    with (codes / "mergers.csv").open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerow(["GM9988", "GM9902", "2025-11-01", "of a test"])
    d.column(d.bus, "GEMEENTECODE", lambda _: "9988")


@breaks("46")
def row_twice(d: Delivery) -> None:
    table = d.table(d.bus)
    d.write(d.bus, pd.concat([table, table.iloc[[2]]], ignore_index=True))


@breaks("50")
def overlapping_spells(d: Delivery) -> None:
    table = d.table(TEAMS)
    again = table.iloc[[0]].assign(TEAM="ANDER TEAM", BEGINDATUM="20250601", EINDDATUM="")
    d.write(TEAMS, pd.concat([table, again], ignore_index=True))


def provisions(d: Delivery, rows: list[dict[str, str]]) -> None:
    """Put more rows of one person, who has provisions, into the last file of provisions."""
    name = max(path.name for path in d.folder.glob("SRG_*.csv"))
    table = d.table(name)
    row = table.iloc[0].to_dict() | {"TYPE VOORZIENING": "04", "REDEN EINDE VOORZIENING": "", "LOONWAARDE": "60"}
    d.write(name, pd.concat([table, pd.DataFrame([row | changes for changes in rows])], ignore_index=True))


@breaks("51")
def touching_spells(d: Delivery) -> None:
    first = {"BEGINDATUM VOORZIENING": "20250101", "EINDDATUM VOORZIENING": "20251215", "REDEN EINDE VOORZIENING": "1"}
    second = {"BEGINDATUM VOORZIENING": "20251216", "EINDDATUM VOORZIENING": ""}
    numbers = ({"REGISTRATIENUMMER VOORZIENING": f"LKS{number}"} for number in (1, 2))
    provisions(d, [changes | number for changes, number in zip((first, second), numbers, strict=True)])


@breaks("52")
def spell_of_thirty_years(d: Delivery) -> None:
    spell = {"BEGINDATUM VOORZIENING": "19951201", "EINDDATUM VOORZIENING": "", "REGISTRATIENUMMER VOORZIENING": "OUD1"}
    provisions(d, [spell])


@breaks("53")
def answer_outside_the_scale(d: Delivery) -> None:
    d.cell(ANSWERS, "ATT_1", "9")


@breaks("54")
def item_that_is_not_known(d: Delivery) -> None:
    d.write(ANSWERS, d.table(ANSWERS).assign(ATT_77="1"))


@breaks("55")
def wave_that_is_not_known(d: Delivery) -> None:
    d.cell(ANSWERS, "METING", "T99")


@breaks("68")
def command_in_a_code(d: Delivery) -> None:
    d.cell(d.bus, "LEEFVORM", "=cmd()")


@breaks("86")
def name_in_the_team_column(d: Delivery) -> None:
    d.cell(CASELOAD, "TEAM", NAME)
    d.cell(CASELOAD, "TEAMNAAM", NAME)


@breaks("92")
def required_cell_empty(d: Delivery) -> None:
    d.cell(d.bus, "REGISTRATIENUMMER UITKERING", "")


@breaks("96")
def regime_that_ended_in_a_world(d: Delivery) -> None:
    d.column(d.srg, "RELEASE", lambda _: "2")


@breaks("102")
def number_without_end(d: Delivery) -> None:
    d.cell(d.bus, "BETAALBAAR GESTELD BEDRAG", "inf", 0)
    d.cell(d.bus, "BETAALBAAR GESTELD BEDRAG", "nan", 1)
    d.cell(d.bus, "BETAALBAAR GESTELD BEDRAG", "1e400", 2)


@breaks("103")
def digits_of_another_script(d: Delivery) -> None:
    d.column(d.bus, BSN, lambda number: number.translate({ord("9"): "\u0669", ord("0"): "\u0660"}))


@breaks("104")
def very_long_cell(d: Delivery) -> None:
    d.cell(d.bus, "LEEFVORM", "1" * 2_000_000)
