"""Two sheets of one workbook that fill the same table: what each gives, and what the file gives."""

from __future__ import annotations

import pytest
import xlsxwriter

from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry, RowLedger
from gm_workbench.intake.rows.joined import joined

from .test_pipeline import persons

pytestmark = pytest.mark.usefixtures("readers_here")

HEADER = ["GEMEENTECODE", "JAAR", "MAAND", "BURGERSERVICENUMMER", "TYPE VOORZIENING", "OMSCHRIJVING", "BEDRAG"]
ANN, BOB, EVE = persons(3)


def cost(person: str, month: int = 1, amount: object = 10, kind: str = "06"):
    return ["9903", 2024, month, int(person), kind, "jobcoach", amount]


@pytest.fixture
def sheets(read, tmp_path):
    def told(**rows):
        with xlsxwriter.Workbook(str(tmp_path / "kosten.xlsx")) as book:
            for name, lines in rows.items():
                sheet = book.add_worksheet(name)
                for at, line in enumerate([HEADER, *lines]):
                    sheet.write_row(at, 0, line)
        return read.file(tmp_path / "kosten.xlsx")

    return told


def test_each_sheet_gives_its_own_rows(sheets):
    one, two = sheets(Januari=[cost(ANN), cost(BOB)], Februari=[cost(ANN, 2)])
    assert [[(part.name, len(part.data)) for part in each.parts] for each in (one, two)] == [[("202401", 2)], [("202402", 1)]]
    assert (one.entries, two.entries) == (
        (Entry("kosten.xlsx", "costs", 2, 2, 0, 0),),
        (Entry("kosten.xlsx", "costs", 1, 1, 0, 0),),
    )


def test_file_is_counted_once_for_its_table(sheets):
    whole = joined(sheets(A=[cost(ANN)], B=[cost(BOB), cost(EVE)]))
    assert whole.entries == (Entry("kosten.xlsx", "costs", 3, 3, 0, 0),)
    assert sum(len(part.data) for part in whole.parts) == 3
    assert RowLedger().with_entries(whole.entries).totals().accepted == 3


def test_note_that_is_about_the_file_is_told_once(sheets):
    one, two = sheets(A=[cost(ANN)], B=[cost(BOB)])
    assert len({*one.faults, *two.faults}) == len(joined((one, two)).faults)


def test_sheet_that_is_refused_refuses_the_file(sheets):
    whole = joined(sheets(A=[cost(ANN)], B=[cost(BOB, amount="veel")]))
    assert (whole.parts, whole.entries) == ((), (Entry("kosten.xlsx", "costs", 2, 0, 0, 2),))
    assert Reason.NUMBER in {fault.reason for fault in whole.faults}


def test_rows_with_one_key_on_two_sheets_refuse_the_file(sheets):
    whole = joined(sheets(A=[cost(ANN), cost(BOB)], B=[cost(EVE), cost(BOB, amount=11)]))
    (fault,) = [fault for fault in whole.faults if fault.reason is Reason.AMBIGUOUS]
    assert (fault.count, whole.parts, whole.entries[0].refused) == (1, (), 4)
    assert "costs" in fault.problem.nl


def test_sheets_of_several_files_are_not_joined(sheets):
    with pytest.raises(ValueError, match="one file at a time"):
        joined([])
