"""Every fault of cells and rows: what is set aside, what is refused for it, and what is read all the same."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.tables import TABLES

pytestmark = pytest.mark.untraced

BUS = "BUS_202401.csv"
PERSON = "BURGERSERVICENUMMER"
STARTS = "AANVANGSDATUM UITKERING PERSOON"
PAID = "BETAALBAAR GESTELD BEDRAG"
NINE = ("#########",)


def only(faults):
    """Give the one fault that there is."""
    (fault,) = faults
    return fault


@pytest.mark.parametrize(
    ("name", "column", "value", "reason", "shown"),
    [
        (BUS, "LEEFVORM", "PLANT", Reason.CODE, NINE),
        (BUS, "REDEN BEEINDIGING UITKERING PERSOON", "PLANT", Reason.CODE, NINE),
        (BUS, "GEBOORTEDATUM", "PLANT", Reason.DATE, NINE),
        (BUS, "GEBOORTEDATUM", "19901301", Reason.DATE, ("########",)),
        (BUS, STARTS, "20230229", Reason.DATE, ("########",)),
        (BUS, STARTS, "20240001", Reason.DATE, ("########",)),
        (BUS, STARTS, "31-02-2024", Reason.DATE, ("##-##-####",)),
        (BUS, "STATISTIEKMAAND", "13", Reason.DATE, ("##",)),
        (BUS, "STATISTIEKJAAR", "PLANT", Reason.DATE, NINE),
        (BUS, PAID, "1012.5", Reason.NUMBER, ("####.#",)),
        (BUS, "AANTAL KOSTENDELERS", "-1", Reason.NUMBER, ("-#",)),
        (BUS, PERSON, "PLANT", Reason.IDENTIFIER, NINE),
        (BUS, PERSON, "99PLANT", Reason.IDENTIFIER, ("###########",)),
        (BUS, PERSON, "", Reason.MISSING_VALUE, ()),
        ("SRG_202401.csv", "GESLACHT", "9", Reason.CODE, ("#",)),
        ("caseload.csv", "TOESTEMMING ONDERZOEK", "misschien", Reason.CODE, ("aaaaaaaaa",)),
        ("caseload.csv", "TOESTEMMING ONDERZOEK", "", Reason.MISSING_VALUE, ()),
        ("caseload.csv", "CONSULENT", "", Reason.MISSING_VALUE, ()),
        ("vragenlijst_T0.csv", "ATT_2", "0", Reason.SCALE, ("#",)),
        ("vragenlijst_T0.csv", "ATT_2", "6", Reason.SCALE, ("#",)),
        ("vragenlijst_T0.csv", "ATT_2", "2,5", Reason.SCALE, ("#,#",)),
        ("vragenlijst_T0.csv", "ATT_2", "PLANT", Reason.SCALE, NINE),
        ("vragenlijst_T0.csv", "METING", "T99", Reason.CODE, ("a##",)),
    ],
)
def test_row_with_a_bad_cell_is_set_aside_and_the_cell_is_shown_by_its_shape(delivery, name, column, value, reason, shown):
    delivery.alone(name)
    delivery.put(name, 2, column, value.replace("PLANT", delivery.plant))
    fault = only(delivery.leaves_out(name, 2))
    assert (fault.reason, fault.severity, fault.file, fault.line, fault.column) == (reason, Severity.SET_ASIDE, name, 2, column)
    assert (fault.count, fault.examples) == (1, shown)
    assert fault.problem.en
    assert fault.remedy.en


OUT_OF_BOUNDS = [
    (BUS, "AANTAL KOSTENDELERS", "100", Reason.BOUNDS, ("###",)),
    ("SRG_202401.csv", "POSITIE OP DE PARTICIPATIELADDER", "0", Reason.BOUNDS, ("#",)),
    ("SRG_202401.csv", "POSITIE OP DE PARTICIPATIELADDER", "7", Reason.BOUNDS, ("#",)),
    ("SRG_202401.csv", "EINDDATUM VOORZIENING", "20231101", Reason.ORDER, ("########",)),
    ("caseload.csv", "EINDDATUM", "20230901", Reason.ORDER, ("########",)),
]


@pytest.mark.parametrize(("name", "column", "value", "reason"), [case[:4] for case in OUT_OF_BOUNDS])
def test_row_with_a_value_out_of_bounds_or_order_is_set_aside(delivery, name, column, value, reason):
    delivery.alone(name)
    delivery.put(name, 2, column, value)
    fault = only(delivery.leaves_out(name, 2))
    assert (fault.reason, fault.severity, fault.file, fault.line, fault.column) == (reason, Severity.SET_ASIDE, name, 2, column)
    assert fault.count == 1
    assert fault.problem.en
    assert fault.remedy.en


@pytest.mark.parametrize(("name", "column", "value", "reason", "shown"), OUT_OF_BOUNDS)
def test_value_out_of_bounds_or_order_is_shown_by_its_shape(delivery, name, column, value, reason, shown):
    delivery.alone(name)
    delivery.put(name, 2, column, value)
    assert [(fault.reason, fault.examples) for fault in delivery.faults()] == [(reason, shown)]


@pytest.mark.parametrize(
    ("name", "column", "value", "reason"),
    [
        (BUS, "GEMEENTECODE", "0855", Reason.PLACE),
        (BUS, "GEMEENTECODE", "PLANT", Reason.PLACE),
        ("vragenlijst_T0.csv", "METING", "T12", Reason.FILE_NAME),
        ("lonen_2024.csv", "JAAR", "2023", Reason.FILE_NAME),
    ],
)
def test_row_that_puts_the_file_in_doubt_refuses_it(delivery, name, column, value, reason):
    delivery.alone(name)
    delivery.put(name, 2, column, value.replace("PLANT", delivery.plant))
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.file, fault.line) == (reason, Severity.REFUSE, name, 2)
    assert (fault.count, fault.whole) == (1, False)
    assert fault.problem.en
    assert fault.remedy.en


def test_code_of_another_place_names_its_column(delivery):
    delivery.alone(BUS)
    delivery.put(BUS, 2, "GEMEENTECODE", "0855")
    fault = only(delivery.refused().faults)
    assert (fault.column, fault.examples) == ("GEMEENTECODE", ("####",))


@pytest.mark.parametrize(
    ("name", "column", "value"), [("vragenlijst_T0.csv", "METING", "T12"), ("lonen_2024.csv", "JAAR", "2023")]
)
def test_file_name_that_says_otherwise_names_the_column(delivery, name, column, value):
    delivery.alone(name)
    delivery.put(name, 2, column, value)
    assert only(delivery.refused().faults).column == column


def test_row_without_a_place_is_set_aside(delivery):
    delivery.put(BUS, 2, "GEMEENTECODE", "")
    fault = only(delivery.leaves_out(BUS, 2))
    assert (fault.reason, fault.line, fault.column, fault.examples) == (Reason.MISSING_VALUE, 2, "GEMEENTECODE", ())


def test_only_row_of_a_file_that_is_bad_refuses_it_as_a_whole(delivery):
    delivery.alone("lonen_2024.csv")
    delivery.put("lonen_2024.csv", 2, "BASISUREN", "0")
    fault = delivery.refused().faults[0]
    assert (fault.reason, fault.file, fault.line, fault.column) == (Reason.BOUNDS, "lonen_2024.csv", 2, "BASISUREN")
    assert (fault.whole, fault.severity, fault.count) == (True, Severity.REFUSE, 1)


def test_hours_of_zero_are_told_once(delivery):
    delivery.alone("lonen_2024.csv")
    delivery.put("lonen_2024.csv", 2, "BASISUREN", "0")
    assert delivery.reasons() == [Reason.BOUNDS]


def test_hours_that_are_no_number_are_told_once(delivery):
    delivery.alone("lonen_2024.csv")
    delivery.put("lonen_2024.csv", 2, "BASISUREN", "veel")
    assert delivery.reasons() == [Reason.NUMBER]


def of_line_2(delivery):
    """Give the row of the benefits that comes of line 2 of the first month."""
    benefits = delivery.read().tables["benefits"]
    (at,) = benefits.index[benefits["household"].eq("lone_parent") & benefits["month"].eq(month_index("2024-01"))]
    return benefits.loc[at]


@pytest.mark.parametrize("as_written", ["2023-12-01", "01-12-2023", "1-12-2023"])
def test_date_in_another_declared_way_is_read_and_noted(delivery, as_written):
    delivery.alone(BUS)
    delivery.put(BUS, 2, STARTS, as_written)
    fault = only(delivery.faults())
    assert (fault.reason, fault.severity, fault.file, fault.line) == (Reason.REPAIRED, Severity.NOTE, BUS, 2)
    assert (fault.column, fault.count) == (STARTS, 1)
    assert "dates that are written in another way" in fault.problem.en
    assert of_line_2(delivery)["start"] == month_index("2023-12")


@pytest.mark.parametrize(("as_written", "paid"), [("1.012,50", 1012.5), ("234.567,5", 234567.5), ("1012,50", 1012.5)])
def test_thousands_points_are_read(delivery, as_written, paid):
    delivery.alone(BUS)
    delivery.put(BUS, 2, PAID, as_written)
    assert delivery.faults() == ()
    assert of_line_2(delivery)["paid"] == paid


def test_points_and_commas_mixed_as_decimal_sign_are_refused(delivery):
    delivery.alone(BUS)
    for line, amount in ((2, "1012.5"), (3, "14.5")):
        delivery.put(BUS, line, PAID, amount)
    third = delivery.lines(BUS)[1].replace(b"1012.5", b"99,5").replace(b";0012;", b";13;")
    delivery.change(BUS, lambda data: data + third + b"\r\n")
    delivery.mark(files=None)
    fault = delivery.refused().faults[0]
    assert (fault.reason, fault.severity, fault.file, fault.column) == (Reason.AMBIGUOUS, Severity.REFUSE, BUS, PAID)


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("lonen_2024.csv", "BASISUREN", "0,01"),
        ("lonen_2024.csv", "BASISUREN", "372"),
        ("SRG_202401.csv", "POSITIE OP DE PARTICIPATIELADDER", "1"),
        ("SRG_202401.csv", "POSITIE OP DE PARTICIPATIELADDER", "6"),
    ],
)
def test_bounds_themselves_are_allowed(delivery, name, column, value):
    delivery.alone(name)
    delivery.put(name, 2, column, value)
    assert delivery.faults() == ()


def test_place_may_have_lost_its_leading_zero(real_delivery):
    real_delivery.alone(BUS)
    before = real_delivery.check().tables["benefits"]
    real_delivery.put(BUS, 2, "GEMEENTECODE", "855")
    pd.testing.assert_frame_equal(real_delivery.read().tables["benefits"], before)


def test_place_that_had_lost_its_leading_zero_is_noted(real_delivery):
    real_delivery.alone(BUS)
    real_delivery.put(BUS, 2, "GEMEENTECODE", "855")
    fault = only(real_delivery.faults())
    assert (fault.reason, fault.line, fault.column, fault.count) == (Reason.REPAIRED, 2, "GEMEENTECODE", 1)


def test_code_may_have_lost_its_leading_zero_and_that_is_noted(delivery):
    delivery.alone(BUS)
    before = delivery.check().tables["benefits"]
    delivery.put(BUS, 2, "STATISTIEKCODE", "1")
    fault = only(delivery.faults())
    assert (fault.reason, fault.severity, fault.file, fault.line) == (Reason.REPAIRED, Severity.NOTE, BUS, 2)
    assert (fault.column, fault.count) == ("STATISTIEKCODE", 1)
    pd.testing.assert_frame_equal(delivery.read().tables["benefits"], before)


def test_unknown_code_names_the_list_to_fill_in_and_shows_the_shape_of_the_code(delivery):
    delivery.alone(BUS)
    delivery.put(BUS, 2, "LEEFVORM", "7")
    fault = only(delivery.leaves_out(BUS, 2))
    assert fault.problem.en == "must be a code of list leefvorm, one of 1, 2, 3, 4"
    assert "data/codes/lists/leefvorm.csv" in fault.remedy.en
    assert fault.examples == ("#",)
    assert "7" not in repr(fault)


def test_unknown_code_of_a_sensitive_feature_is_not_shown(delivery):
    delivery.alone(BUS)
    delivery.put(BUS, 2, "ONTHEFFING ARBEIDSVERPLICHTING", "7")
    fault = only(delivery.leaves_out(BUS, 2))
    assert (fault.reason, fault.line, fault.count, fault.examples) == (Reason.CODE, 2, 1, ())


def test_at_most_three_examples_are_shown_and_all_rows_are_counted(delivery):
    delivery.alone("caseload.csv")
    row = delivery.lines("caseload.csv")[2]
    more = b"".join(row.replace(b"20240101", day) + b"\r\n" for day in (b"nu", b"x-1", b"31-02-24", b"2", b"20240301"))
    delivery.change("caseload.csv", lambda data: data + more)
    delivery.mark(files=None)
    fault = only(delivery.leaves_out("caseload.csv", 4, 5, 6, 7))
    assert (fault.reason, fault.line, fault.count) == (Reason.DATE, 4, 4)
    assert fault.examples == ("aa", "a-#", "##-##-##")


def with_bad_ends(delivery, bad, rows):
    """Give the caseload so many rows, each from another month on, of which the first ones have no readable end."""
    delivery.alone("caseload.csv")
    header, line = delivery.lines("caseload.csv")[:2]
    starts = [f"{2000 + at // 12}{at % 12 + 1:02d}01".encode() for at in range(rows)]
    ends = [b"later" if at < bad else b"" for at in range(rows)]
    made = [line.replace(b"20231001;20240331", b";".join(pair)) for pair in zip(starts, ends, strict=True)]
    delivery.change("caseload.csv", lambda _: b"".join(row + b"\r\n" for row in [header, *made]))
    delivery.mark(files=None)


@pytest.mark.parametrize(("bad", "rows"), [(10, 199), (10, 20), (11, 220), (12, 240)])
def test_ten_rows_or_one_in_twenty_may_be_set_aside(delivery, bad, rows):
    with_bad_ends(delivery, bad, rows)
    fault = only(delivery.leaves_out("caseload.csv", *range(2, 2 + bad)))
    assert (fault.reason, fault.whole, fault.line, fault.count) == (Reason.DATE, False, 2, bad)


@pytest.mark.parametrize(("bad", "rows"), [(11, 219), (11, 20), (13, 240), (10, 10)])
def test_more_than_ten_rows_and_one_in_twenty_refuse_the_file(delivery, bad, rows):
    with_bad_ends(delivery, bad, rows)
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.whole) == (Reason.DATE, Severity.REFUSE, True)
    assert (fault.line, fault.count) == (2, bad)


def test_row_with_an_error_of_a_spreadsheet_is_set_aside(delivery):
    delivery.alone("kosten_voorzieningen.csv")
    delivery.put("kosten_voorzieningen.csv", 2, "BEDRAG", "#N/B")
    fault = only(delivery.leaves_out("kosten_voorzieningen.csv", 2))
    assert (fault.reason, fault.severity, fault.line, fault.count) == (Reason.CELL_ERROR, Severity.SET_ASIDE, 2, 1)


def test_error_of_a_spreadsheet_names_the_column(delivery):
    delivery.alone("kosten_voorzieningen.csv")
    delivery.put("kosten_voorzieningen.csv", 2, "BEDRAG", "#N/B")
    assert only(delivery.faults()).column == "BEDRAG"


def test_number_of_a_person_in_a_free_text_is_noted_and_not_kept(delivery):
    delivery.alone("kosten_voorzieningen.csv")
    before = delivery.check().tables["costs"]
    delivery.put("kosten_voorzieningen.csv", 2, "OMSCHRIJVING", f"gebeld over {delivery.passing}")
    checked = delivery.read()
    fault = only(delivery.faults())
    assert (fault.reason, fault.severity, fault.line) == (Reason.FREE_TEXT, Severity.NOTE, 2)
    assert (fault.column, fault.count, fault.examples) == ("OMSCHRIJVING", 1, ())
    assert delivery.passing not in repr((checked.faults, checked.notes))
    pd.testing.assert_frame_equal(checked.tables["costs"], before)


def test_two_bad_cells_in_a_row_are_two_faults_and_one_row_set_aside(delivery):
    for column in ("LEEFVORM", "GESLACHT"):
        delivery.put(BUS, 2, column, "9")
    told = [(fault.reason, fault.line, fault.column) for fault in delivery.leaves_out(BUS, 2)]
    assert told == [(Reason.CODE, 2, "LEEFVORM"), (Reason.CODE, 2, "GESLACHT")]


def test_double_row_is_set_aside_and_the_first_is_read(delivery):
    delivery.alone("caseload.csv")
    delivery.change("caseload.csv", lambda data: data + data.split(b"\r\n")[1] + b"\r\n")
    delivery.mark(files=None)
    fault = only(delivery.leaves_out("caseload.csv", 4))
    assert (fault.reason, fault.severity, fault.line, fault.count) == (Reason.DUPLICATE, Severity.SET_ASIDE, 4, 1)
    assert "BURGERSERVICENUMMER + BEGINDATUM" in fault.problem.en


def test_copy_of_a_file_counts_once(delivery):
    delivery.alone(BUS)
    before = delivery.check().tables["benefits"]
    shutil.copy(delivery.folder / BUS, delivery.folder / "BUS tweede.csv")
    delivery.mark(files=None)
    fault = only(delivery.faults())
    assert (fault.reason, fault.severity, fault.file) == (Reason.DUPLICATE_FILE, Severity.NOTE, BUS)
    assert "BUS tweede.csv" in fault.problem.en
    pd.testing.assert_frame_equal(delivery.read().tables["benefits"], before)
    counts = {entry.file: (entry.accepted, entry.refused) for entry in delivery.read().ledger.entries if entry.delivered == 2}
    assert (counts[BUS], counts["BUS tweede.csv"]) == ((0, 2), (2, 0))


def test_rows_without_a_number_are_not_each_others_double(delivery):
    delivery.alone("caseload.csv")
    for line in (2, 3):
        delivery.put("caseload.csv", line, PERSON, "")
        delivery.put("caseload.csv", line, "BEGINDATUM", "20240101")
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.whole, fault.line, fault.count) == (Reason.MISSING_VALUE, True, 2, 2)


def at_rows(delivery, *spells):
    """Give one coach these spells in the rosters, each in a team of its own; no other file is there by then."""
    delivery.alone("teams.csv")
    rows = [f"9903;T{at};L{at};C01;{first};{last}" for at, (first, last) in enumerate(spells)]
    header = delivery.line("teams.csv", 1)
    delivery.change("teams.csv", lambda _: ("\ufeff" + "\r\n".join([header.lstrip("\ufeff"), *rows]) + "\r\n").encode())
    delivery.mark(files=None)


@pytest.mark.parametrize(
    ("spells", "lines"),
    [
        ([("20230101", "20231231"), ("20240101", "")], []),
        ([("20230101", "20231130"), ("20240101", "")], []),
        ([("20230101", "20231231"), ("20231201", "")], [3]),
        ([("20230101", "20240101"), ("20240131", "")], [3]),
        ([("20230101", ""), ("20240101", "")], [3]),
        ([("20230101", ""), ("20240101", "20240331")], [3]),
        ([("20240101", ""), ("20230101", "20231231")], []),
        ([("20240101", ""), ("20230101", "")], [2]),
        ([("20230101", "20251231"), ("20230301", "20230430"), ("20240101", "")], [3, 4]),
    ],
)
def test_a_coach_is_in_one_team_at_a_time(delivery, spells, lines):
    at_rows(delivery, *spells)
    if not lines:
        assert delivery.faults() == ()
        assert len(delivery.read().tables["rosters"]) == len(spells)
        return
    fault = only(delivery.leaves_out("teams.csv", *lines))
    assert (fault.reason, fault.severity, fault.column) == (Reason.OVERLAP, Severity.SET_ASIDE, "BEGINDATUM")
    assert (fault.line, fault.count) == (lines[0], len(lines))


def test_two_teams_from_the_same_day_are_a_double_and_what_begins_before_the_longer_is_over_an_overlap(delivery):
    at_rows(delivery, ("20240101", "20240630"), ("20240101", "20240331"), ("20240501", ""))
    found = {fault.reason: (fault.line, fault.count) for fault in delivery.leaves_out("teams.csv", 3, 4)}
    assert found == {Reason.DUPLICATE: (3, 1), Reason.OVERLAP: (4, 1)}


def test_an_overlap_names_file_column_rule_and_remedy_and_no_value(delivery):
    at_rows(delivery, ("20230101", ""), ("20240101", ""))
    fault = only(delivery.leaves_out("teams.csv", 3))
    assert (fault.file, fault.line, fault.column, fault.count) == ("teams.csv", 3, "BEGINDATUM", 1)
    assert "must be later than EINDDATUM of every earlier row with the same CONSULENT" in fault.problem.en
    assert "fill in EINDDATUM of the earlier row" in fault.remedy.en
    assert not any(value in repr(fault) for value in ("C01", "2023", "2024"))


def test_two_coaches_may_be_in_a_team_at_once_and_so_may_spells_of_guidance(delivery):
    delivery.alone("caseload.csv")
    assert {name for name, table in TABLES.items() if table.one_spell_of} == {"rosters", "households"}
    line = delivery.line("caseload.csv", 2).split(";")
    line[delivery.line("caseload.csv", 1).lstrip("\ufeff").split(";").index("BEGINDATUM")] = "20240101"
    delivery.change("caseload.csv", lambda data: data + ";".join(line).encode() + b"\r\n")
    delivery.mark(files=None)
    assert delivery.faults() == ()
    assert len(delivery.read().tables["caseload"]) == 3


def test_a_date_that_cannot_be_read_is_not_also_an_overlap(delivery):
    at_rows(delivery, ("20230101", "soon"), ("20240101", ""))
    fault = only(delivery.leaves_out("teams.csv", 2))
    assert (fault.reason, fault.line, fault.column, fault.examples) == (Reason.DATE, 2, "EINDDATUM", ("aaaa",))


def test_keys_that_differ_in_leading_zeros_are_not_the_same(delivery):
    delivery.alone(BUS)
    assert delivery.read().tables["benefits"]["dossier"].nunique() == 2
