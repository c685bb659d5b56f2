"""Files as they lie on disk, through the readers, to rows: the assumed XML and fixed width, and a sheet of a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from gm_workbench.intake.declared.forms import load_sources
from gm_workbench.intake.reading.files import open_file, opened_as
from gm_workbench.intake.reading.recognise import recognise
from gm_workbench.intake.reading.sniff import sniff
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.parts import FileRows
from gm_workbench.intake.rows.pipeline import read_rows
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, eleven_remainder

JAN = month_index("2024-01")
NUMBERS = [f"9999{number:05d}" for number in range(20_000, 20_100)]
ANN, BOB, *_ = [one for one, left in zip(NUMBERS, eleven_remainder(NUMBERS), strict=True) if left == SYNTHETIC_REMAINDER]

XML = """<?xml version="1.0" encoding="UTF-8"?>
<Levering><Statistiekjaar>2024</Statistiekjaar><Statistiekmaand>01</Statistiekmaand>
  <Uitkering>
    <RegistratienummerUitkering>D1</RegistratienummerUitkering><Statistiekcode>01</Statistiekcode><Leefvorm>3</Leefvorm>
    <Persoon><Burgerservicenummer>{ann}</Burgerservicenummer><Geboortedatum>19900000</Geboortedatum><Geslacht>2</Geslacht>
      <AanvangsdatumUitkeringPersoon>20231101</AanvangsdatumUitkeringPersoon>
      <EinddatumUitkeringPersoon></EinddatumUitkeringPersoon>
      <RedenBeeindigingUitkeringPersoon></RedenBeeindigingUitkeringPersoon></Persoon>
    <Persoon><Burgerservicenummer>{bob}</Burgerservicenummer><Geboortedatum>19610101</Geboortedatum><Geslacht>1</Geslacht>
      <AanvangsdatumUitkeringPersoon>20231101</AanvangsdatumUitkeringPersoon>
      <EinddatumUitkeringPersoon>20240131</EinddatumUitkeringPersoon>
      <RedenBeeindigingUitkeringPersoon>04</RedenBeeindigingUitkeringPersoon></Persoon>
  </Uitkering>
</Levering>
"""


def read_file(path: Path, read) -> FileRows:
    opened = open_file(path, sniff(path))[0]
    recognised = recognise(opened, load_sources().values())
    assert recognised is not None
    return read_rows(opened_as(path, recognised.opened, recognised.source), recognised.source, read.within)


def test_assumed_xml_gives_a_row_for_each_person(read, tmp_path):
    path = tmp_path / "bus.xml"
    path.write_text(XML.format(ann=ANN, bob=BOB), encoding="utf-8")
    rows = read_file(path, read)
    table = rows.parts[0].data.drop_columns(["person", "dossier"]).to_pylist()
    assert rows.source == "bus_xml_voorbeeld"
    assert [list(row.values()) for row in table] == [
        [JAN, "01", "couple", "woman", 1990, JAN - 2, None, None],
        [JAN, "01", "couple", "man", 1961, JAN - 2, JAN, "04"],
    ]


def test_element_that_says_two_things_refuses(read, tmp_path):
    path = tmp_path / "bus.xml"
    twice = XML.replace("<Geslacht>2</Geslacht>", "<Geslacht>2</Geslacht><Geslacht>1</Geslacht>")
    path.write_text(twice.format(ann=ANN, bob=BOB), encoding="utf-8")
    rows = read_file(path, read)
    assert (rows.parts, {fault.reason for fault in rows.faults}) == ((), {Reason.COLUMNS})


def test_assumed_fixed_width_is_cut_by_position(read, tmp_path):
    path = tmp_path / "srg.txt"
    lines = [f"202401109903{number}{'V' + str(at):<15}0420240101{'':8}".ljust(96) for at, number in enumerate((ANN, BOB))]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="cp1252", newline="")
    rows = read_file(path, read)
    assert rows.source == "srg_vaste_breedte_voorbeeld"
    assert rows.parts[0].data.to_pandas()[["month", "type", "start"]].values.tolist() == [[JAN, "04", JAN]] * 2
    assert {fault.reason for fault in rows.faults} == {Reason.REGIME}


@pytest.mark.parametrize("name", ["kosten.xlsx", "kosten.csv"])
def test_sheet_is_read_as_text_is(read, tmp_path, name):
    path = tmp_path / name
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Export")
        header = ["GEMEENTECODE", "JAAR", "MAAND", "BURGERSERVICENUMMER", "TYPE VOORZIENING", "OMSCHRIJVING", "BEDRAG"]
        sheet.write_row(0, 0, header)
        sheet.write_row(1, 0, ["9903", 2024, 1, int(ANN), 6, "jobcoach", 1234.5])
    rows = read_file(path, read)
    assert rows.parts[0].data.to_pandas()[["month", "type", "amount"]].values.tolist() == [[JAN, "06", 1234.5]]
    assert Reason.REPAIRED in {fault.reason for fault in rows.faults}
