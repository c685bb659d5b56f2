from __future__ import annotations

import datetime
import io
import zipfile

import pytest
import xlsxwriter

from gm_workbench.intake.declared.limits import Limits
from gm_workbench.intake.reading.files import open_file
from gm_workbench.intake.reading.sniff import sniff

pytestmark = pytest.mark.usefixtures("readers_here")

PLANT = "999912345"

ODS = """<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Blad1">
<table:table-row><table:table-cell office:value-type="string"><text:p>BSN</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Bedrag</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="12345672">
<text:p>12345672</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="1.5" table:formula="of:=1+0.5"><text:p>1,5</text:p></table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


MANIFEST = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def workbook(**sheets):
    """Write sheets of rows; a text that begins with = is a formula, with its value after a bar."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd-mm-yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str) and cell.startswith("="):
                        sheet.write_formula(line, column, *cell.split("|")[:1], None, cell.split("|")[1])
                    elif isinstance(cell, datetime.date):
                        sheet.write_datetime(line, column, cell, day)
                    elif cell is not None:
                        sheet.write(line, column, cell)
    return buffer.getvalue()


def test_typed_cells_become_text(read):
    rows = [["BSN", "Bedrag", "Dag", "Ja", "Tekst"], [12345672, 1234.5, datetime.date(2024, 4, 3), True, " x "], [0.1 + 0.2]]
    got = read(workbook(Blad=rows), "a.xlsx")
    assert got.cells == {
        "BSN": ["12345672", "0,3"],
        "Bedrag": ["1234,5", ""],
        "Dag": ["2024-04-03T00:00:00", ""],
        "Ja": ["ja", ""],
        "Tekst": ["x", ""],
    }
    assert (got.lines, got.reasons) == ([2, 3], [])


def test_every_sheet_with_cells_is_a_table(write, tables):
    path = write("a.xlsx", workbook(Een=[["a", "b"], ["1", "2"]], Leeg=[], Twee=[["c", "d"], ["3", "4"]]))
    assert [(table.opened.part, table.cells) for table in tables(path)] == [
        ("Een", {"a": ["1"], "b": ["2"]}),
        ("Twee", {"c": ["3"], "d": ["4"]}),
    ]


def test_title_and_blank_rows_are_passed_over_and_lines_are_those_of_the_sheet(read):
    got = read(
        workbook(Blad=[["Export van gisteren"], [], ["BSN", "Naam", "Dag"], ["1", "x", "y"], [], ["2", "x", "y"]]), "a.xlsx"
    )
    assert (got.cells["BSN"], got.lines) == (["1", "2"], [4, 6])
    assert got.reasons == [("header_below", 3, 1)]


def test_formula_is_noted_and_its_value_read(read):
    got = read(workbook(Blad=[["a", "b"], ["x", "=1+1|2"], ["y", "=2+2|4"]]), "a.xlsx")
    assert got.cells["b"] == ["2", "4"]
    assert got.reasons == [("formula", 2, 2)]


def test_error_in_a_cell_sets_its_row_aside(read):
    got = read(workbook(Blad=[["a", "b"], [PLANT, "=1/0|#DIV/0!"], ["y", "z"]]), "a.xlsx")
    assert (got.cells["a"], got.lines) == (["y"], [3])
    assert got.reasons == [("cell_error", 2, 1)]


def test_workbook_is_read_whatever_its_name_says(read):
    got = read(workbook(Blad=[["a", "b"], ["1", "2"]]), "a.csv")
    assert got.cells["a"] == ["1"]
    assert [reason for reason, *_ in got.reasons] == ["repaired"]


def test_open_document_is_read_and_its_formula_noted(read):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", MANIFEST)
        packed.writestr("content.xml", ODS.replace("\n", ""))
    got = read(buffer.getvalue(), "a.ods")
    assert got.cells == {"BSN": ["12345672"], "Bedrag": ["1,5"]}
    assert got.reasons == [("formula", 2, 1)]


@pytest.mark.parametrize(
    ("rows", "limits", "refused"),
    [
        ([["a"] * 6], Limits(columns=5), True),
        ([["a"] * 5], Limits(columns=5), False),
        ([["a", "b"]] * 4, Limits(sheet_rows=3), True),
        ([["a", "b"]] * 3, Limits(sheet_rows=3), False),
        ([["a", "b"]], Limits(unzipped_bytes=99), True),
    ],
)
def test_workbook_beyond_a_limit_is_too_large(write, rows, limits, refused):
    path = write("a.xlsx", workbook(Blad=rows))
    (opened,) = open_file(path, sniff(path), limits)
    assert [fault.reason.value for fault in opened.faults if opened.refused] == ["too_large"] * refused


def test_workbook_without_a_cell_is_empty(read):
    assert read(workbook(Blad=[]), "a.xlsx").reasons == [("empty", None, 1)]


def damaged(content: bytes) -> bytes:
    """Give a workbook whose zip is whole and whose sheet is not."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        workbook(Blad=[["a", "b"]] * 9)[:2000],
        damaged(workbook(Blad=[["a", PLANT]] * 9)),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20,
        b"PK\x03\x04" + bytes(99),
    ],
    ids=["cut", "sheet cut", "locked or old", "zip"],
)
def test_damaged_workbook_is_a_fault_and_no_more(read, content):
    assert [reason for reason, *_ in read(content, "a.xlsx").reasons] == ["format"]


def test_hidden_sheet_is_not_read_and_that_is_told(write, tables):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name in ("Oud", "Export"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["a", "b"])
            sheet.write_row(1, 0, ["1", "2"])
        book.get_worksheet_by_name("Export").activate()
        book.get_worksheet_by_name("Export").set_first_sheet()
        book.get_worksheet_by_name("Oud").hide()
    (table,) = tables(write("a.xlsx", buffer.getvalue()))
    assert (table.opened.part, table.reasons) == ("Export", [("repaired", None, 1)])


def repacked(content: bytes, change=lambda _, data: data, **more: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
        for name, data in more.items():
            after.writestr(name, data)
    return buffer.getvalue()


FINE = workbook(Blad=[["a", "b"], ["1", "2"]])


def sheet_with(old: bytes, new: bytes) -> bytes:
    return repacked(FINE, lambda name, data: data.replace(old, new, 1) if "sheet1" in name else data)


@pytest.mark.parametrize(
    "content",
    [
        repacked(FINE, **{"../../../uitgepakt.txt": b"x", "/etc/uitgepakt": b"x"}),
        repacked(FINE, **{"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}),
        sheet_with(b'ref="A1:B2"', b'ref="A1:XFD1048576"'),
        sheet_with(b'ref="A1:B2"', b'ref="A1"'),
        sheet_with(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet'),
        workbook(Leeg=[], Blad=[["a", "b"], ["1", "2"]]),
    ],
    ids=["names that leave the folder", "link to another file", "size too large", "size too small", "doctype", "empty first"],
)
def test_odd_workbook_is_read_and_touches_nothing(read, tmp_path, content):
    assert read(content, "a.xlsx").cells == {"a": ["1"], "b": ["2"]}
    assert [path.name for path in tmp_path.rglob("*")] == ["a.xlsx"]


def test_merged_cells_hold_a_value_once(read):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, style = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["a", "b"])
        sheet.merge_range(1, 0, 3, 0, "x", style)
        sheet.write_column(1, 1, ["1", "2", "3"])
    assert read(buffer.getvalue(), "a.xlsx").cells == {"a": ["x", "", ""], "b": ["1", "2", "3"]}


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.csv"])
def test_workbook_is_opened_by_what_is_in_it(read, name):
    got = read(workbook(Blad=[["BSN", "Dag"], ["1", "x"]]), name)
    assert got.cells == {"BSN": ["1"], "Dag": ["x"]}
    assert [reason for reason, *_ in got.reasons] == ["repaired"]
