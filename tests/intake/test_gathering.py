"""A delivery read file by file: what a file with several sheets comes to, and whose fault it is when something goes wrong."""

from __future__ import annotations

import io
import os

import pytest
import xlsxwriter

from gm_workbench.intake import gathering
from gm_workbench.intake.delivery import open_delivery
from gm_workbench.intake.keys import open_key
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.codes import Place
from gm_workbench.vocabulary.schemas import DataKind

pytestmark = pytest.mark.usefixtures("readers_here")

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


COSTS, OTHER, EARLIER = "kosten_voorzieningen.csv", "kosten b.csv", "kosten a.csv"


def at_once(delivery, **files):
    """Write files of costs that changed at once, but for one that is a day older; each row is month, line and amount."""
    header, *lines = delivery.lines(COSTS)
    for name, rows in files.items():
        written = [_cost(lines[line], month, amount) for month, line, amount in rows]
        path = delivery.folder / {"one": COSTS, "other": OTHER, "earlier": EARLIER}[name]
        path.write_bytes(b"".join(row + b"\r\n" for row in [header, *written]))
        os.utime(path, (1e9, 1e9 - 86_400 * (name == "earlier")))
    delivery.mark(files=None)


def _cost(line, month, amount):
    cells = line.split(b";")
    return b";".join([*cells[:2], month, *cells[3:-1], amount])


ONE = [(b"01", 0, b"1"), (b"01", 1, b"2"), (b"02", 0, b"3")]
OTHER_OF_JANUARY = [(b"01", 0, b"1"), (b"01", 1, b"5"), (b"03", 0, b"6")]


def test_file_that_is_ambiguous_in_one_month_is_refused_in_all(delivery):
    at_once(delivery, one=ONE, other=OTHER_OF_JANUARY)
    told = {(fault.reason, fault.file) for fault in delivery.refused().faults}
    assert told == {(Reason.AMBIGUOUS, COSTS), (Reason.AMBIGUOUS, OTHER)}
    found = gathered(delivery)
    assert found.refused == {COSTS, OTHER}
    counts = {entry.file: (entry.delivered, entry.refused) for entry in found.ledger.entries if entry.table == "costs"}
    assert counts == {COSTS: (3, 3), OTHER: (3, 3)}


def test_what_an_ambiguous_file_would_have_corrected_is_in_force(delivery):
    february = [(b"02", 0, b"9")]
    at_once(delivery, one=ONE, earlier=february)
    (correction,) = delivery.faults()
    assert (correction.reason, correction.file) == (Reason.CORRECTION, COSTS)
    at_once(delivery, one=ONE, other=OTHER_OF_JANUARY, earlier=february)
    assert {fault.reason for fault in delivery.refused().faults} == {Reason.AMBIGUOUS}
    costs = [(file, part.data.column("amount").to_pylist()) for file, part in gathered(delivery).parts if part.table == "costs"]
    assert costs == [(EARLIER, [9.0])]


HEADERS = (
    "Dossiernr;Clientnr;Klantmanager;Team;Regeling;Start uitkering;Einde uitkering;Reden einde;"
    "Trajectnr;Trajectsoort;Start traject;Einde traject"
)
DOSSIERS = f"""{HEADERS}
D1;17;K1;Noord;Pwet levensonderhoud;01-02-2024;;;;;;
D2;18;K1;Noord;Pwet levensonderhoud;01-02-2024;31-03-2024;;;;;
"""


def of_dossiers(delivery, **marker):
    """Make it the delivery of a case system: one row per dossier, of which the first has no end."""
    for path in delivery.folder.glob("*.csv"):
        path.unlink()
    (delivery.folder / "koppeling.csv").write_text("BSN;Clientnr\n999920000;17\n999920012;18\n")
    (delivery.folder / "export.csv").write_text(DOSSIERS)
    delivery.mark(files=None, **marker)


def test_open_dossier_runs_until_the_end_of_the_period(delivery):
    of_dossiers(delivery, period="2024-01/2024-04")
    assert {fault.severity for fault in delivery.faults()} <= {Severity.NOTE}
    benefits = delivery.read().tables["benefits"]
    assert benefits.groupby("dossier", observed=True)["month"].agg(["min", "max"]).sort_values("max").to_numpy().tolist() == [
        [month_index("2024-02"), month_index("2024-03")],
        [month_index("2024-02"), month_index("2024-04")],
    ]


def test_dossiers_of_a_delivery_without_a_period_are_not_read(delivery):
    of_dossiers(delivery, period=None)
    (fault,) = delivery.refused().faults
    assert (fault.reason, fault.severity, fault.file) == (Reason.MAPPING, Severity.REFUSE, "export.csv")
    assert "delivery.yml names no period (period: 2023-01/2025-12)" in fault.problem.en
    (entry,) = [entry for entry in gathered(delivery).ledger.entries if entry.file == "export.csv"]
    assert (entry.delivered, entry.refused) == (2, 2)
    assert gathered(delivery).parts == ()
