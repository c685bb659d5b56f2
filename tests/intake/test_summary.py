from __future__ import annotations

import csv
import io
import re

import pytest

from gm_workbench.intake.faults import found, refusing
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rowledger import Entry, RowLedger
from gm_workbench.intake.summary import SHOWN_FILES, answer, harmless, render_csv, render_html, sections
from gm_workbench.vocabulary.codes import Place

TILBURG = Place.parse("GM0855")
DATES = [
    found(Reason.DATE, "a.csv", line=17, column="BEGIN", count=3, cells=["31-02-2024", "20240001"], allowed="jjjjmmdd"),
    found(Reason.DATE, "b.csv", line=41, column="BEGIN", count=1, cells=["30-02-2024"], allowed="jjjjmmdd"),
]
CUT = found(Reason.FORMAT, "c.xlsx", format="Excel")
BELOW = found(Reason.HEADER_BELOW, "d.csv", line=4, header=4)
LEDGER = RowLedger((Entry("a.csv", "benefits", 1200, 1197, 3, 0), Entry("c.xlsx", "", 7, 0, 0, 7)))


def table(*faults, ledger=LEDGER):
    return list(csv.DictReader(io.StringIO(render_csv(TILBURG, faults, ledger)), delimiter=";"))


def test_same_fault_in_several_files_is_one_item_and_the_worst_comes_first():
    told = [(section.heading, [len(item.faults) for item in section.items]) for section in sections([BELOW, *DATES, CUT])]
    assert told == [("Niet ingelezen", [1]), ("Rijen weggelaten", [2]), ("Ter informatie", [1])]


def test_fault_for_which_a_whole_file_is_refused_stands_with_what_was_refused():
    assert [section.heading for section in sections([refusing(DATES[0]), DATES[1]])] == ["Niet ingelezen", "Rijen weggelaten"]


@pytest.mark.parametrize(
    ("faults", "ledger", "said"),
    [
        ([], LEDGER, "3 rijen zijn weggelaten."),
        ([BELOW], RowLedger(), "Er hoeft niets te worden hersteld."),
        ([DATES[1]], RowLedger(), "1 rij is weggelaten."),
        ([CUT, *DATES], RowLedger(), "1 bestand is niet ingelezen en 4 rijen zijn weggelaten."),
        ([found(Reason.MARKER, what="x")], RowLedger(), "De levering als geheel is niet ingelezen."),
    ],
)
def test_answer_says_how_the_delivery_stands(faults, ledger, said):
    assert answer(faults, ledger) == said


def test_page_holds_problem_remedy_shapes_files_and_counts():
    page = render_html(TILBURG, [*DATES, CUT], LEDGER)
    for said in (
        "Tilburg (GM0855)",
        "moet een datum zijn",
        "exporteer de kolom als tekst",
        "##-##-####",
        "a.csv",
        "b.csv",
        "1.200",
    ):
        assert said in page
    assert "31-02-2024" not in page


def test_page_asks_nothing_of_any_network_and_runs_nothing():
    page = render_html(TILBURG, [*DATES, CUT, BELOW], LEDGER)
    assert not re.search(r"<(?:script|link|img|iframe|form|a)\b|https?:|url\(|@import", page)
    assert "default-src 'none'" in page


def test_page_escapes_the_name_of_a_file():
    page = render_html(TILBURG, [found(Reason.FORMAT, "<script>alert(1)</script>.csv", format="CSV")], RowLedger())
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_page_names_some_files_of_one_fault_and_the_table_all():
    many = [found(Reason.RAGGED, f"file{i:03d}.csv", line=2) for i in range(SHOWN_FILES + 5)]
    page = render_html(TILBURG, many, RowLedger())
    assert page.count("<td>file") == SHOWN_FILES
    assert "en nog 5 bestanden" in page
    assert len(table(*many, ledger=RowLedger())) == SHOWN_FILES + 5


def test_table_has_a_line_for_each_fault_and_then_for_each_entry():
    rows = table(BELOW, *DATES, CUT)
    assert [row["ernst"] for row in rows] == ["geweigerd", "weggelaten", "weggelaten", "ter informatie", "telling", "telling"]
    assert [(row["bestand"], row["regel"], row["kolom"], row["aantal"]) for row in rows[1:3]] == [
        ("a.csv", "17", "BEGIN", "3"),
        ("b.csv", "41", "BEGIN", "1"),
    ]
    assert rows[1]["voorbeelden"] == "##-##-####, ########"
    assert rows[4]["probleem"] == "1200 rijen voor benefits: 1197 ingelezen, 3 weggelaten, 0 geweigerd"


@pytest.mark.parametrize("cell", ["=cmd()", "+1", "-1", "@x", "\tx", "\rx"])
def test_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell):
    assert harmless(cell) == f"'{cell}"
    (row,) = table(found(Reason.FREE_TEXT, "a.csv", column=cell), ledger=RowLedger())
    assert row["kolom"] == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a=b", "1", "'x"])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell
