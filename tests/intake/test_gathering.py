"""A delivery read file by file: what a file with several sheets comes to, and whose fault it is when something goes wrong."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from gm_workbench.intake import gathering
from gm_workbench.intake.delivery import open_delivery
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.settings import paths
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.schemas import DataKind

BUS, CASELOAD = "BUS_202401.csv", "caseload.csv"


def in_one_workbook(delivery, *names):
    """Put files of a delivery in one workbook, each on a sheet of its own."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name in names:
            sheet = book.add_worksheet(name.removesuffix(".csv"))
            for row, line in enumerate(delivery.lines(name)):
                sheet.write_row(row, 0, line.decode("utf-8-sig").split(";"))
            (delivery.folder / name).unlink()
    (delivery.folder / "alles.xlsx").write_bytes(buffer.getvalue())
    delivery.mark(files=None)


def gathered(delivery, lay=lambda part: part):
    place = Place.parse(delivery.place)
    key = open_key(place.code, DataKind.SYNTHETIC)
    return gathering.gather(open_delivery(delivery.folder, place), paths().codes, key, DataKind.SYNTHETIC, lay)


def of_workbook(entries):
    return {
        entry.table: (entry.delivered, entry.accepted, entry.set_aside, entry.refused)
        for entry in entries
        if ".xlsx" in entry.file
    }


def test_every_sheet_of_a_workbook_is_read(delivery):
    before = delivery.check().tables
    in_one_workbook(delivery, BUS, CASELOAD)
    assert delivery.faults() == ()
    assert delivery.read().tables["caseload"].equals(before["caseload"])
    assert of_workbook(delivery.read().ledger.entries) == {"benefits": (2, 2, 0, 0), "caseload": (2, 2, 0, 0)}


def test_sheet_that_is_refused_refuses_the_whole_workbook(delivery):
    delivery.put(BUS, 2, "GEMEENTECODE", "0855")
    in_one_workbook(delivery, BUS, CASELOAD)
    (fault,) = delivery.refused().faults
    assert (fault.reason, fault.severity, fault.file) == (Reason.PLACE, Severity.REFUSE, "alles.xlsx")
    assert of_workbook(gathered(delivery).ledger.entries) == {"benefits": (2, 0, 0, 2), "caseload": (2, 0, 0, 2)}


def test_disk_that_cannot_be_written_is_no_fault_of_a_file(delivery):
    def lay(_):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        gathered(delivery, lay)


def test_file_that_may_not_be_read_is_a_fault_of_that_file(delivery, monkeypatch):
    def sniff(path):
        if path.name == CASELOAD:
            raise PermissionError(13, "Permission denied", str(path))
        return sniffed(path)

    sniffed = gathering.sniff
    monkeypatch.setattr(gathering, "sniff", sniff)
    (fault,) = delivery.refused().faults
    assert (fault.reason, fault.severity, fault.file) == (Reason.UNKNOWN_FILE, Severity.REFUSE, CASELOAD)
    assert "it may not be read" in fault.problem.en
    assert gathered(delivery).refused == {CASELOAD}


def test_mistake_of_the_workbench_is_told_by_its_place_and_without_its_words(delivery, monkeypatch):
    def read_rows(opened, source, within):
        if opened.name == CASELOAD:
            raise RuntimeError(f"cell {delivery.plant}")
        return rows_read(opened, source, within)

    rows_read = gathering.read_rows
    monkeypatch.setattr(gathering, "read_rows", read_rows)
    (fault,) = delivery.refused().faults
    assert (fault.reason, fault.severity, fault.file) == (Reason.FORMAT, Severity.REFUSE, CASELOAD)
    assert "RuntimeError, gm_workbench.intake.gathering" in fault.problem.en
    assert {part.table for _, part in gathered(delivery).parts} >= {"benefits", "rosters"}
