"""Edits of workbooks, SPSS files, XML and fixed width."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import python_calamine
from xlsxwriter import Workbook

from .breaking import breaks
from .case_system import export_case_system
from .edits_cells import BSN
from .edits_files import CASELOAD, COSTS, zipped
from .good import Delivery

XLSX, SAV, POLIS = "vragenlijst_T3.xlsx", "vragenlijst_T12.sav", "SPOLISBUS2025V1.sav"
REGISTER = "GBAHUISHOUDENS2025BUSV1.sav"
OTHER_PERSON = "900000175"


def rewritten(d: Delivery, edit: Callable[[object, list[list[object]]], object], above: int = 0, name: str = "Export") -> None:
    """Write the workbook anew, `above` lines lower, and let `edit` write over it."""
    rows = python_calamine.load_workbook(d.folder / XLSX).get_sheet_by_index(0).to_python()
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True, "default_date_format": "dd-mm-yyyy"}) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(number + above, column, cell)
        edit(sheet if above == 0 else (book, sheet), rows)
    d.put(XLSX, target.getvalue())


def last_column(rows: list[list[object]]) -> int:
    return len(rows[0]) - 1


@breaks("38d", "bare")
def number_in_the_name_of_a_sheet(d: Delivery) -> None:
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(f"dossier {OTHER_PERSON}")
        sheet.write_row(0, 0, ["ONBEKEND", "VREEMD"])
        sheet.write_row(1, 0, ["1", "2"])
    d.put("uitdraai.xlsx", target.getvalue(), 1)


@breaks("38e", "bare")
def number_in_a_tag(d: Delivery) -> None:
    d.put("uitdraai.xml", f"<lijst><n{OTHER_PERSON}><a>1</a></n{OTHER_PERSON}></lijst>".encode(), 1)


@breaks("59", "xlsx")
def workbook_named_csv(d: Delivery) -> None:
    d.rename(XLSX, "vragenlijst_T3.csv")


@breaks("60")
def text_named_xlsx(d: Delivery) -> None:
    d.rename(CASELOAD, "caseload.xlsx")


@breaks("61", "xlsx")
def half_a_workbook(d: Delivery) -> None:
    d.change(XLSX, lambda data: data[: len(data) // 2])


@breaks("62", "xlsx")
def workbook_with_a_password(d: Delivery) -> None:
    names = "".join(f"{name}\x00" for name in ("Root Entry", "EncryptionInfo", "EncryptedPackage")).encode("utf-16-le")
    d.put(
        XLSX,
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + bytes.fromhex("3e000300feff0900")
        + bytes(480)
        + names.ljust(4096, b"\0"),
    )


@breaks("63", "xlsx")
def workbook_that_is_a_bomb(d: Delivery) -> None:
    sheet = b"<worksheet><sheetData>" + b" " * 300_000_000 + b"</sheetData></worksheet>"
    book = b'<workbook><sheets><sheet name="Export" sheetId="1"/></sheets></workbook>'
    d.put(XLSX, zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet}))


@breaks("64", "xlsx")
def formula_with_a_value(d: Delivery) -> None:
    rewritten(d, lambda sheet, rows: sheet.write_formula(2, last_column(rows), "=1+1", None, 2))  # type: ignore[attr-defined]


@breaks("65", "xlsx")
def errors_instead_of_values(d: Delivery) -> None:
    def edit(sheet: object, rows: list[list[object]]) -> None:
        sheet.write_formula(2, last_column(rows), "=1/0", None, "#DIV/0!")  # type: ignore[attr-defined]
        sheet.write_formula(3, last_column(rows), "=NA()", None, "#N/A")  # type: ignore[attr-defined]

    rewritten(d, edit)


@breaks("66")
def number_that_became_a_day(d: Delivery) -> None:
    """Deliver the costs as a workbook in which 3,4 was taken for the third of April."""
    table, target = d.table(COSTS), io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Export")
        for number, row in enumerate([list(table.columns), *table.to_numpy().tolist()]):
            sheet.write_row(number, 0, row)
        day = dt.datetime(2026, 4, 3, tzinfo=dt.UTC).replace(tzinfo=None)
        style = book.add_format({"num_format": "d-mmm"})
        sheet.write_datetime(2, list(table.columns).index("BEDRAG"), day, style)
    d.rename(COSTS, "kosten.xlsx")
    d.put("kosten.xlsx", target.getvalue())


@breaks("67", "xlsx")
def merged_cells_above_and_a_second_sheet(d: Delivery) -> None:
    def edit(pair: object, rows: list[list[object]]) -> None:
        book, sheet = pair  # type: ignore[misc]
        sheet.merge_range(0, 0, 0, 4, "Vragenlijst, derde maand")
        book.add_worksheet("Toelichting").write_string(0, 0, "ingevuld op papier")

    rewritten(d, edit, above=3)


@breaks("69", "sav")
def half_a_system_file(d: Delivery) -> None:
    d.change(SAV, lambda data: data[: len(data) // 2])


def resaved(d: Delivery, name: str, edit: Callable[[pd.DataFrame, dict[str, dict[object, str]]], pd.DataFrame]) -> None:
    """Write a system file anew after an edit of its rows and its value labels."""
    table, says = pyreadstat.read_sav(d.folder / name, user_missing=True)
    labels = {column: dict(names) for column, names in says.variable_value_labels.items()}
    table = edit(table, labels)
    missing = {column: ranges for column, ranges in says.missing_ranges.items() if ranges}
    pyreadstat.write_sav(table, d.folder / name, variable_value_labels=labels, missing_ranges=missing)
    d.promise(name, len(table))


@breaks("70", "sav")
def codes_that_stand_for_missing(d: Delivery) -> None:
    def edit(table: pd.DataFrame, _: object) -> pd.DataFrame:
        table.loc[0, "ATT_1"] = 98.0
        return table

    resaved(d, SAV, edit)


@breaks("71", "register")
def labels_swapped(d: Delivery) -> None:
    def edit(table: pd.DataFrame, labels: dict[str, dict[object, str]]) -> pd.DataFrame:
        names = labels["TYPHH"]
        names["1"], names["6"] = names["6"], names["1"]
        return table

    resaved(d, REGISTER, edit)


@breaks("72", "polis")
def linkage_numbers_of_nobody(d: Delivery) -> None:
    def edit(table: pd.DataFrame, _: object) -> pd.DataFrame:
        table.loc[[0, 1], "RINPERSOONS"] = ["F", "A"]
        return table

    resaved(d, POLIS, edit)


@breaks("95", "polis")
def two_records_of_one_month(d: Delivery) -> None:
    def edit(table: pd.DataFrame, _: object) -> pd.DataFrame:
        return pd.concat([table, table.iloc[[0]].assign(SBASISLOON=100.0, SBASISUREN=5.0)], ignore_index=True)

    resaved(d, POLIS, edit)


XML_MAPPING = """
source: bus_xml_voorbeeld
status: assumed
made_by: of a test
format: xml
recognised_by: [RegistratienummerUitkering]
xml: {row: Persoon, keep: [Levering, Uitkering]}
person: {number: Burgerservicenummer, kind: bsn}
tables:
  benefits:
    rows: {month: [Statistiekjaar, Statistiekmaand]}
    columns:
      dossier: {from: RegistratienummerUitkering, as: key, domain: dossier}
      start: {from: Aanvangsdatum, as: date, day: first}
      end: {from: Einddatum, as: date, day: last}
      end_reason: {from: RedenBeeindiging, as: code, list: reden_beeindiging}
"""
FIXED_MAPPING = """
source: bus_vaste_breedte_voorbeeld
status: assumed
made_by: of a test
format: fixed
fixed: {length: 50, recognised_by: '^202[0-9](0[1-9]|1[0-2])9902', fields: {JAAR: [1, 4], MAAND: [5, 6], GEMEENTE: [7, 10],
        BSN: [11, 19], DOSSIER: [20, 34], BEGIN: [35, 42], EINDE: [43, 50]}}
recognised_by: [DOSSIER]
person: {number: BSN, kind: bsn}
tables:
  benefits:
    rows: {month: [JAAR, MAAND]}
    columns:
      dossier: {from: DOSSIER, as: key, domain: dossier}
      start: {from: BEGIN, as: date, day: first}
      end: {from: EINDE, as: date, day: last}
      end_reason: {from: DOSSIER, as: text}
"""


def xml_delivery(d: Delivery, edit: Callable[[str], str]) -> None:
    """Put two persons of the monthly file in XML, with the mapping file beside it, after an edit of its text."""
    rows = d.table(d.bus).head(4)
    persons = "".join(
        f"<Uitkering><RegistratienummerUitkering>{row['REGISTRATIENUMMER UITKERING']}</RegistratienummerUitkering><Persoon>"
        f"<Burgerservicenummer>{row[BSN]}</Burgerservicenummer><Aanvangsdatum>{row['AANVANGSDATUM UITKERING PERSOON']}"
        f"</Aanvangsdatum><Einddatum/><RedenBeeindiging/></Persoon></Uitkering>"
        for _, row in rows.iterrows()
    )
    month = "<Statistiekjaar>2025</Statistiekjaar><Statistiekmaand>10</Statistiekmaand>"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Levering>{month}{persons}</Levering>'
    d.keep(())
    d.put("bus.mapping.yml", XML_MAPPING.encode())
    d.put("bus.xml", edit(text).encode(), len(rows))


@breaks("73")
def billion_laughs(d: Delivery) -> None:
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE Levering [<!ENTITY l0 "ha">{names}]>\n<Levering><Statistiekjaar>&l9;</Statistiekjaar>'
    xml_delivery(d, lambda text: text.replace("<Levering>", bomb))


@breaks("74")
def entity_from_outside(d: Delivery) -> None:
    secret = d.project.parent / "secret.txt"
    secret.write_text(OTHER_PERSON, encoding="utf-8")
    entity = f'<!DOCTYPE Levering [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n<Levering><Statistiekjaar>&x;</Statistiekjaar>'
    xml_delivery(d, lambda text: text.replace("<Levering>", entity))


@breaks("75")
def half_an_xml(d: Delivery) -> None:
    xml_delivery(d, lambda text: text[: len(text) // 2])


@breaks("76")
def short_line_of_fixed_width(d: Delivery) -> None:
    rows = d.table(d.bus).head(30)
    lines = [
        f"2025109902{row[BSN]}{row['REGISTRATIENUMMER UITKERING']:15.15}{row['AANVANGSDATUM UITKERING PERSOON']}{'':8}"
        for _, row in rows.iterrows()
    ]
    lines[2] = lines[2][:30]
    d.keep(())
    d.put("bus.mapping.yml", FIXED_MAPPING.encode())
    d.put("bus.txt", "".join(f"{line}\r\n" for line in lines).encode("cp1252"), len(lines))


def case_delivery(d: Delivery) -> None:
    """Deliver an export of a case system and the alias file that a data steward made for it, and nothing else."""
    d.keep(())
    rows = export_case_system(d.folder / "export.csv", seed=3)
    d.promise("export.csv", len(rows))
    shutil.copy(Path(__file__).with_name("case_system.mapping.yml"), d.folder / "dossierexport.mapping.yml")


@breaks("85", "bare")
def client_numbers_without_a_bridge(d: Delivery) -> None:
    case_delivery(d)


@breaks("109", "polis")
def system_file_without_rows(d: Delivery) -> None:
    resaved(d, POLIS, lambda table, _: table.head(0))


@breaks("110", "xlsx")
def workbook_without_rows(d: Delivery) -> None:
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet("Export")
    d.put(XLSX, target.getvalue())
