"""Cells that a workbook or system file holds as days or as true and false: read as such, and never as a number."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.calendar import month_index

from .old_excel import old_workbook
from .test_pipeline import ANN, counts, frame, persons

pytestmark = pytest.mark.usefixtures("readers_here")

HEADER = ["GEMEENTECODE", "JAAR", "MAAND", "BURGERSERVICENUMMER", "TYPE VOORZIENING", "OMSCHRIJVING", "BEDRAG"]
ROW = ["9903", 2024, 1, int(ANN), "06", "jobcoach", 12.5]
APRIL = dt.datetime(2026, 4, 3)  # noqa: DTZ001 - a spreadsheet knows no time zones

CELL = "<table:table-cell office:value-type={}><text:p>{}</text:p></table:table-cell>"
CELLS = {
    dt.datetime: CELL.format('"date" office:date-value="{0:%Y-%m-%d}"', "3-apr"),
    bool: CELL.format('"boolean" office:boolean-value="true"', "WAAR"),
    int: CELL.format('"float" office:value="{0}"', "{0}"),
    float: CELL.format('"float" office:value="{0}"', "{0}"),
    str: CELL.format('"string"', "{0}"),
}
NAMES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "manifest")
)


def write_xlsx(path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "d-mmm"})
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(line, column, cell, *([day] if isinstance(cell, dt.datetime) else []))
    return path


def write_ods(path: Path, rows: list[list[object]]) -> Path:
    lines = "".join(
        f"<table:table-row>{''.join(CELLS[type(cell)].format(cell) for cell in row)}</table:table-row>" for row in rows
    )
    table = f'<table:table table:name="Blad1">{lines}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", f"<manifest:manifest{NAMES}/>")
        packed.writestr("content.xml", f'<?xml version="1.0"?><office:document-content{NAMES}>{body}</office:document-content>')
    return path


def write_xls(path: Path, rows: list[list[object]]) -> Path:
    path.write_bytes(old_workbook(rows))
    return path


WRITERS = {"xlsx": write_xlsx, "ods": write_ods, "xls": write_xls}


@pytest.fixture(params=WRITERS)
def read_rows_of(request, read, tmp_path):
    """Read thirty good rows and, for each of these columns, one in which its cell is another."""

    def told(cell: object, *headers: str):
        odd = [[cell if name == header else value for name, value in zip(HEADER, ROW, strict=True)] for header in headers]
        good = [[*ROW[:3], int(number), *ROW[4:]] for number in persons(31)[1:]]
        (rows,) = read.file(WRITERS[request.param](tmp_path / f"kosten.{request.param}", [HEADER, *good, *odd]))
        return rows

    return told


REASONS = {
    "BEDRAG": Reason.NUMBER,
    "TYPE VOORZIENING": Reason.CODE,
    "MAAND": Reason.DATE,
    "JAAR": Reason.DATE,
    "BURGERSERVICENUMMER": Reason.IDENTIFIER,
}


@pytest.mark.parametrize("cell", [APRIL, True])
def test_typed_day_or_truth_is_no_number_code_or_person(read_rows_of, cell):
    rows = read_rows_of(cell, *REASONS)
    told = {(fault.column, fault.reason, fault.count) for fault in rows.faults}
    assert {(column, reason, 1) for column, reason in REASONS.items()} <= told
    assert counts(rows) == (30, 5, 0)


def test_place_that_became_a_day_refuses(read_rows_of):
    assert {fault.reason for fault in read_rows_of(APRIL, "GEMEENTECODE").faults} == {Reason.PLACE}


TEAMS = ["GEMEENTECODE", "TEAM", "TEAMNAAM", "CONSULENT", "BURGERSERVICENUMMER", "BEGINDATUM", "EINDDATUM"]


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_key_that_became_a_day_is_set_aside_and_days_in_a_column_of_days_are_read(read, tmp_path, write):
    header = [*TEAMS, "TOESTEMMING ONDERZOEK"]
    good = [["9903", "T", "", "C", int(number), APRIL, 46300, "ja"] for number in persons(31)]
    good[0][1] = APRIL
    (rows,) = read.file(write(tmp_path / "teams.bin", [header, *good]))
    told = {fault.reason: fault for fault in rows.faults}
    assert (told[Reason.CODE].column, told[Reason.CODE].count, counts(rows)) == ("TEAM", 1, (30, 1, 0))
    months = frame(rows, "caseload")[["start", "end"]].drop_duplicates().to_numpy().tolist()
    assert months == [[month_index("2026-04"), month_index("2026-10")]]


def test_day_of_a_system_file_is_no_amount(read, tmp_path):
    good = pd.DataFrame([[*row[:6], APRIL.date()] for row in [ROW] * 3], columns=[name.replace(" ", "_") for name in HEADER])
    pyreadstat.write_sav(good.astype({"BURGERSERVICENUMMER": str}), str(tmp_path / "kosten.sav"))
    (rows,) = read.file(tmp_path / "kosten.sav")
    assert Reason.NUMBER in {fault.reason for fault in rows.faults}
    assert rows.parts == ()


PROVISIONS = ["STATISTIEKJAAR", "STATISTIEKMAAND", "REGISTRATIENUMMER VOORZIENING", "BURGERSERVICENUMMER", "SOORT VOORZIENING"]
PROVISIONS += ["BEGINDATUM VOORZIENING", "EINDDATUM VOORZIENING", "LOONWAARDE"]


@pytest.mark.parametrize(("shown", "told"), [("0%", 60.0), ("0.00%", 60.0), ('0.0"%"', 0.6), ("General", 0.6)])
def test_percentage_is_read_as_it_is_shown(read, tmp_path, shown, told):
    with xlsxwriter.Workbook(str(tmp_path / "srg.xlsx")) as book:
        sheet, style = book.add_worksheet(), book.add_format({"num_format": shown})
        sheet.write_row(0, 0, PROVISIONS)
        sheet.write_row(1, 0, [2024, 1, "V1", int(ANN), "Beschut werk", "20240101", ""])
        sheet.write_number(1, 7, 0.6, style)
    (rows,) = read.file(tmp_path / "srg.xlsx")
    assert frame(rows, "provisions")["wage_value"].tolist() == [told]


def test_percentage_of_an_open_document_is_no_amount(read, tmp_path, monkeypatch):
    per_cent = CELL.format('"percentage" office:value="{0}"', "25%")
    monkeypatch.setitem(CELLS, complex, per_cent.replace("{0}", "{0.real}"))
    good = [[*ROW[:3], int(number), *ROW[4:]] for number in persons(31)[1:]]
    (rows,) = read.file(write_ods(tmp_path / "kosten.ods", [HEADER, *good, [*ROW[:6], complex(0.25)]]))
    assert ({fault.reason for fault in rows.faults}, counts(rows)) == ({Reason.NUMBER}, (30, 1, 0))
