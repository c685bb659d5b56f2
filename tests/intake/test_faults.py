"""Every fault of a file as a whole: one broken file each, with a recognisable number planted in what is broken."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

from gm_workbench.errors import DeliveryError, MixedKinds
from gm_workbench.intake.faults import MixedDeliveryError, describe, found, masked, refuse
from gm_workbench.intake.reasons import Reason, Severity
from gm_workbench.worlds.draw import DRAWN

pytestmark = pytest.mark.untraced

BUS = "BUS_202401.csv"
COSTS = "kosten_voorzieningen.csv"
PERSON = "BURGERSERVICENUMMER"


def only(faults):
    """Give the one fault that there is."""
    (fault,) = faults
    return fault


def assert_same_tables(one, other):
    assert one.keys() == other.keys()
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name])


def test_delivery_without_fault_is_read(delivery):
    checked = delivery.read()
    assert set(checked.tables) == set(DRAWN)
    assert delivery.faults() == ()
    assert checked.ledger.totals().accepted == checked.ledger.totals().delivered == 23


def test_synthetic_provisions_are_read_with_a_list_that_ended_and_that_is_noted(delivery):
    told = [(fault.reason, fault.severity, fault.file, fault.column) for fault in delivery.faults(regime=True)]
    assert told == [
        (Reason.REGIME, Severity.NOTE, "SRG_202401.csv", "TYPE VOORZIENING"),
        (Reason.REGIME, Severity.NOTE, "SRG_202401.csv", "REDEN EINDE VOORZIENING"),
    ]


def test_empty_file_names_file_place_and_remedy(delivery):
    (delivery.folder / BUS).write_bytes(b"")
    error = delivery.refused()
    assert only(error.faults).reason is Reason.EMPTY
    assert error.exit_code == 20
    assert all(part in str(error) for part in (BUS, "GM9903", "the file has no rows", "export the file again"))


def test_file_with_a_header_only_is_empty(delivery):
    delivery.alone("caseload.csv")
    delivery.change("caseload.csv", lambda data: data.split(b"\r\n")[0] + b"\r\n")
    assert only(delivery.refused().faults).reason is Reason.EMPTY


def test_introductions_may_have_a_header_only(delivery):
    delivery.alone("introducties.csv")
    delivery.change("introducties.csv", lambda data: data.split(b"\r\n")[0] + b"\r\n")
    delivery.mark(files=None)
    assert delivery.faults() == ()
    assert len(delivery.read().tables["introductions"]) == 0


def test_refused_file_leaves_the_rows_of_the_others(delivery):
    (delivery.folder / BUS).write_bytes(b"")
    delivery.refused()
    gathered = delivery.gathered()
    assert gathered.refused == {BUS}
    assert [file for file, part in gathered.parts if part.table == "benefits"] == ["BUS_202402.csv"]
    assert len(gathered.ledger.entries) == 15


def test_file_cut_in_its_last_line_is_truncated_and_nothing_else(delivery):
    delivery.alone(BUS)
    delivery.put(BUS, 3, PERSON, delivery.plant)
    delivery.change(BUS, lambda data: data[:-20])
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.file, fault.line) == (Reason.TRUNCATED, Severity.REFUSE, BUS, 3)


def test_file_cut_in_its_header_is_truncated(delivery):
    delivery.alone(BUS)
    delivery.change(BUS, lambda data: data[:60])
    assert only(delivery.refused().faults).reason is Reason.TRUNCATED


def test_file_cut_between_carriage_return_and_line_feed_is_truncated(delivery):
    delivery.alone(BUS)
    delivery.change(BUS, lambda data: data[:-1])
    assert only(delivery.refused().faults).reason is Reason.TRUNCATED


def test_last_line_with_too_few_cells_is_truncated(delivery):
    delivery.alone(BUS)
    delivery.change(BUS, lambda data: data.replace(b";2;\r\n", b"\r\n").rstrip(b"\r\n")[:-8] + b"\r\n")
    assert (Reason.TRUNCATED, 3) in [(fault.reason, fault.line) for fault in delivery.refused().faults]


def test_file_of_ragged_lines_that_is_cut_is_not_called_empty(delivery):
    delivery.alone(BUS)
    delivery.change(BUS, lambda data: data.replace(b";2;\r\n", b"\r\n").rstrip(b"\r\n")[:-8] + b"\r\n")
    assert delivery.reasons() == [Reason.TRUNCATED]


def test_line_with_too_few_cells_of_a_cut_file_is_counted_as_refused(delivery):
    delivery.alone(BUS)
    delivery.change(BUS, lambda data: data[:-10] + b"\r\n")
    assert only(delivery.refused().faults).reason is Reason.TRUNCATED
    (entry,) = [entry for entry in delivery.gathered().ledger.entries if entry.file == BUS]
    assert (entry.delivered, entry.refused) == (2, 2)


def test_fewer_rows_than_promised_is_truncated(delivery):
    delivery.alone(BUS)
    delivery.change(BUS, lambda data: b"\r\n".join(data.split(b"\r\n")[:2]) + b"\r\n")
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.count) == (Reason.TRUNCATED, 1)
    assert "promises 2 rows but the file has 1" in fault.problem.en


def test_more_rows_than_promised_is_a_fault(delivery):
    delivery.mark(files={**_rows(delivery), BUS: {"rows": 1}})
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.file) == (Reason.EXTRA_ROWS, Severity.REFUSE, BUS)
    assert "promises 1 rows but the file has 2" in fault.problem.en


def test_rows_that_are_set_aside_are_among_the_promised_ones(delivery):
    delivery.alone(BUS)
    delivery.put(BUS, 2, PERSON, delivery.plant)
    assert [fault.reason for fault in delivery.leaves_out(BUS, 2)] == [Reason.IDENTIFIER]


def _rows(delivery):
    return {path.name: None for path in delivery.folder.glob("*.csv")}


SEPARATORS = [(",", "a comma"), ("\t", "a tab"), ("|", "a bar")]


@pytest.mark.parametrize(("separator", "name"), SEPARATORS)
def test_another_separator_is_read_and_noted(delivery, separator, name):
    delivery.alone("caseload.csv")
    before = delivery.check().tables
    delivery.put("caseload.csv", 2, "TEAMNAAM", delivery.plant)
    delivery.change("caseload.csv", lambda data: data.replace(b";", separator.encode()))
    fault = only(delivery.faults())
    assert (fault.reason, fault.severity, fault.file) == (Reason.REPAIRED, Severity.NOTE, "caseload.csv")
    assert fault.problem.en == f"mended while reading: cells are separated by {name}"
    assert_same_tables(delivery.read().tables, before)


@pytest.mark.parametrize(("separator", "name"), SEPARATORS)
def test_another_separator_shows_in_the_first_line(delivery, separator, name):
    delivery.alone("caseload.csv")
    delivery.change("caseload.csv", lambda data: data.replace(b";", separator.encode()))
    assert (only(delivery.faults()).line, name in only(delivery.faults()).problem.en) == (1, True)


def test_decimal_comma_between_quotation_marks_is_read_in_a_file_with_commas(delivery):
    delivery.alone(COSTS)
    before = delivery.check().tables

    def quoted(data):
        lines = data.decode("utf-8-sig").strip().split("\r\n")
        return "".join(",".join(f'"{cell}"' for cell in line.split(";")) + "\r\n" for line in lines).encode()

    delivery.change(COSTS, quoted)
    assert only(delivery.faults()).reason is Reason.REPAIRED
    assert_same_tables(delivery.read().tables, before)


def test_windows_1252_is_read_and_noted(delivery):
    before = delivery.check().tables
    delivery.change(COSTS, lambda data: data.decode("utf-8-sig").encode("cp1252"))
    fault = only(delivery.faults())
    assert (fault.reason, fault.severity, fault.file) == (Reason.REPAIRED, Severity.NOTE, COSTS)
    assert "its characters are those of Windows-1252" in fault.problem.en
    assert_same_tables(delivery.read().tables, before)


def test_windows_1252_does_not_hide_a_bad_row(delivery):
    delivery.alone(COSTS)
    delivery.put(COSTS, 3, PERSON, delivery.plant)
    delivery.change(COSTS, lambda data: data.decode("utf-8-sig").encode("cp1252"))
    told = [(fault.reason, fault.line) for fault in delivery.leaves_out(COSTS, 3)]
    assert told[1:] == [(Reason.IDENTIFIER, 3)]


def test_windows_1252_names_its_first_line(delivery):
    delivery.alone(COSTS)
    delivery.change(COSTS, lambda data: data.decode("utf-8-sig").encode("cp1252"))
    assert only(delivery.faults()).line == 2


def test_two_encodings_in_one_file_are_refused_from_the_first_line_of_the_second(delivery):
    delivery.alone(COSTS)
    delivery.put(COSTS, 2, PERSON, delivery.plant)
    delivery.change(COSTS, lambda data: data.replace("ë".encode(), "ë".encode("cp1252")))
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.line) == (Reason.ENCODING, Severity.REFUSE, 3)
    assert "UTF-8 and Windows-1252 mixed" in fault.problem.en


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_wrong_encoding_is_refused_with_the_way_to_save(delivery, encoding):
    delivery.alone(COSTS)
    delivery.put(COSTS, 3, PERSON, delivery.plant)
    delivery.change(COSTS, lambda data: data.decode("utf-8-sig").encode(encoding))
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity) == (Reason.ENCODING, Severity.REFUSE)
    assert "CSV UTF-8" in fault.remedy.en


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_called_by_its_name_even_when_its_letters_are_plain(delivery, encoding):
    delivery.alone("introducties.csv")
    delivery.change("introducties.csv", lambda data: data.decode("utf-8-sig").encode(encoding))
    assert "UTF-16" in only(delivery.refused().faults).problem.en


def test_utf8_read_as_windows_1252_is_refused(delivery):
    delivery.alone(COSTS)
    delivery.change(COSTS, lambda data: data.decode("utf-8-sig").encode().decode("cp1252").encode())
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.line) == (Reason.ENCODING, 2)
    assert "garbled" in fault.problem.en


def test_replacement_characters_are_garbled_text(delivery):
    delivery.alone(COSTS)
    delivery.replace(COSTS, "ö", "\ufffd")
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.line) == (Reason.ENCODING, 2)


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data.removeprefix(b"\xef\xbb\xbf"),
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data + b"\r\n\r\n",
    ],
    ids=["no byte order mark", "line ends of Unix", "empty lines at the end"],
)
def test_what_is_no_fault_is_read_without_a_word(delivery, edit):
    delivery.alone(BUS)
    before = delivery.check().tables
    delivery.change(BUS, edit)
    assert delivery.faults() == ()
    assert_same_tables(delivery.read().tables, before)


def test_unknown_file_is_refused_without_its_content_or_digits(delivery):
    delivery.alone(BUS)
    (delivery.folder / f"lijst {delivery.plant}.csv").write_text(f"{delivery.plant};{delivery.plant}\n")
    assert delivery.reasons() == [Reason.UNKNOWN_FILE]  # what the marker does not name is not read


def test_file_of_no_known_source_is_refused_and_its_rows_are_counted(delivery):
    delivery.alone(BUS)
    (delivery.folder / f"lijst {delivery.plant}.csv").write_text(f"naam;adres\n{delivery.plant};{delivery.plant}\n")
    delivery.mark(files=None)
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.file) == (Reason.UNKNOWN_FILE, Severity.REFUSE, "lijst #########.csv")
    (entry,) = [entry for entry in delivery.gathered().ledger.entries if not entry.table]
    assert (entry.file, entry.delivered, entry.refused) == ("lijst #########.csv", 1, 1)


def test_folder_in_a_delivery_is_refused(delivery):
    delivery.alone(BUS)
    (delivery.folder / "extra").mkdir()
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.file) == (Reason.UNKNOWN_FILE, "extra")


def test_hidden_file_is_left_alone(delivery):
    delivery.alone(BUS)
    (delivery.folder / ".DS_Store").write_bytes(b"\x00")
    assert delivery.faults() == ()


def test_missing_file_is_named(delivery):
    (delivery.folder / BUS).unlink()
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.file) == (Reason.MISSING_FILE, Severity.REFUSE, BUS)


def test_delivery_without_files_is_refused(delivery):
    for path in delivery.folder.glob("*.csv"):
        path.unlink()
    delivery.mark(files=None)
    assert only(delivery.refused().faults).reason is Reason.MISSING_FILE


def test_missing_columns_are_all_named(delivery):
    delivery.alone(BUS)
    swap = ((b"STATISTIEKMAAND", b"MND"), (PERSON.encode(), delivery.plant.encode()))
    for old, new in swap:
        delivery.change(BUS, lambda data, old=old, new=new: data.replace(old, new, 1))
    missing, unknown = delivery.refused().faults
    assert (missing.reason, missing.severity, missing.line, missing.count) == (Reason.COLUMNS, Severity.REFUSE, 1, 2)
    assert missing.problem.en.endswith(f": STATISTIEKMAAND, {PERSON}")
    assert (unknown.reason, unknown.severity, unknown.line, unknown.count) == (Reason.EXTRA_COLUMNS, Severity.NOTE, 1, 2)


def test_columns_that_the_schema_does_not_require_may_be_missing(delivery):
    delivery.alone(BUS, "BUS_202402.csv")
    before = delivery.check().tables["benefits"]
    for name in (BUS, "BUS_202402.csv"):
        delivery.change(
            name, lambda data: data.replace(b"LEEFVORM", b"LEEF", 1).replace(b"GESLACHT", delivery.plant.encode(), 1)
        )
    told = [(fault.reason, fault.severity, fault.line, fault.count) for fault in delivery.faults()]
    assert told == [(Reason.EXTRA_COLUMNS, Severity.NOTE, 1, 2)] * 2
    pd.testing.assert_frame_equal(delivery.read().tables["benefits"], before.drop(columns=["household", "sex"]))


def test_double_column_is_named(delivery):
    delivery.alone(BUS)
    delivery.replace(BUS, ";RELEASE;", ";STATISTIEKMAAND;")
    fault = delivery.refused().faults[0]
    assert (fault.reason, fault.severity, fault.line, fault.count) == (Reason.COLUMNS, Severity.REFUSE, 1, 1)
    assert fault.problem.en == "columns are missing or there more than once: STATISTIEKMAAND"


def test_double_column_is_named_also_when_it_might_be_missing(delivery):
    delivery.alone(BUS)
    delivery.replace(BUS, ";RELEASE;", ";LEEFVORM;")
    fault = delivery.refused().faults[0]
    assert (fault.reason, fault.severity, fault.line, fault.count) == (Reason.COLUMNS, Severity.REFUSE, 1, 1)
    assert "LEEFVORM" in fault.problem.en


def test_columns_may_stand_in_another_order_and_case(delivery):
    delivery.alone("caseload.csv")
    before = delivery.check().tables["caseload"]

    def turned(data):
        rows = [line.split(";")[::-1] for line in data.decode("utf-8-sig").strip().split("\r\n")]
        return "".join(";".join(row) + "\r\n" for row in ([name.title() for name in rows[0]], *rows[1:])).encode()

    delivery.change("caseload.csv", turned)
    assert delivery.faults() == ()
    assert delivery.read().tables["caseload"].equals(before)


def test_ragged_lines_are_set_aside_and_counted_from_the_first(delivery):
    delivery.alone("caseload.csv")
    delivery.change(
        "caseload.csv",
        lambda data: data.replace(b"0903;T1", b"0903;T1;T1", 1).replace(b"9903;", f"9903;{delivery.plant};".encode(), 1),
    )
    fault = only(delivery.leaves_out("caseload.csv", 2))
    assert (fault.reason, fault.severity, fault.line, fault.count) == (Reason.RAGGED, Severity.SET_ASIDE, 2, 1)


def test_ragged_line_does_not_shift_the_lines_of_other_faults(delivery):
    delivery.alone("teams.csv")
    delivery.put("teams.csv", 4, "BEGINDATUM", "soon")
    delivery.change("teams.csv", lambda data: data.replace(b"9903;T1", b"9903;;T1", 1))
    told = [(fault.reason, fault.line) for fault in delivery.leaves_out("teams.csv", 2, 4)]
    assert told == [(Reason.RAGGED, 2), (Reason.DATE, 4)]


def test_file_of_which_all_rows_are_set_aside_is_refused_as_a_whole(delivery):
    delivery.alone(BUS)
    delivery.put(BUS, 3, "LEEFVORM", "9")
    delivery.change(BUS, lambda data: data.replace(b"2024;01", b"2024;01;", 1))
    told = [(fault.reason, fault.line, fault.whole, fault.severity) for fault in delivery.refused().faults]
    assert told == [(Reason.RAGGED, 2, True, Severity.REFUSE), (Reason.CODE, 3, False, Severity.SET_ASIDE)]


def test_open_quotation_mark_is_refused(delivery):
    delivery.alone("caseload.csv")
    delivery.replace("caseload.csv", "Team T1", '"Team T1')
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.line) == (Reason.QUOTES, 2)


def test_text_over_two_lines_is_refused(delivery):
    delivery.alone("caseload.csv")
    delivery.replace("caseload.csv", "Team T1", f'"Team\r\n{delivery.plant}"')
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.line) == (Reason.QUOTES, 2)


@pytest.mark.parametrize("at", [1, 2])
def test_carriage_return_inside_a_line_is_refused(delivery, at):
    delivery.alone("caseload.csv")
    delivery.change("caseload.csv", lambda data: data.replace(b";", b";\r", at))
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.line) == (Reason.LINE_ENDS, 1)


def test_file_with_carriage_returns_only_is_refused(delivery):
    delivery.alone("caseload.csv")
    delivery.change("caseload.csv", lambda data: data.replace(b"\r\n", b"\r"))
    assert delivery.reasons() == [Reason.LINE_ENDS]


def test_file_with_carriage_returns_only_is_refused_for_its_line_ends(delivery):
    delivery.alone("caseload.csv")
    delivery.change("caseload.csv", lambda data: data.replace(b"\r\n", b"\r"))
    assert delivery.reasons()[0] is Reason.LINE_ENDS


def test_quoted_separator_is_part_of_the_text(delivery):
    delivery.alone("caseload.csv")
    delivery.replace("caseload.csv", "Team T1", '"Team; T1"')
    assert delivery.faults() == ()
    assert len(delivery.read().tables["caseload"]) == 2


def test_unknown_item_is_named(delivery):
    delivery.alone("vragenlijst_T0.csv")
    delivery.replace("vragenlijst_T0.csv", "ATT_2", "ATT_77")
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.line) == (Reason.ITEM, Severity.REFUSE, 1)
    assert "ATT_77" in fault.problem.en


def test_header_that_may_be_a_number_of_a_person_is_left_out_and_not_shown(delivery):
    delivery.alone("vragenlijst_T0.csv", "vragenlijst_T3.csv")
    answers = delivery.check().tables["answers"]
    delivery.replace("vragenlijst_T0.csv", "ATT_2", delivery.plant)
    fault = only(delivery.faults())
    assert (fault.reason, fault.severity, fault.file) == (Reason.EXTRA_COLUMNS, Severity.NOTE, "vragenlijst_T0.csv")
    assert (fault.line, fault.count) == (1, 1)
    kept = answers[~(answers["wave"].eq("T0") & answers["item"].eq("ATT_2"))]
    assert len(kept) == len(answers) - 1
    assert delivery.read().tables["answers"].astype(str).equals(kept.reset_index(drop=True).astype(str))


def test_questionnaire_without_items_is_refused(delivery):
    delivery.alone("vragenlijst_T0.csv", "vragenlijst_T3.csv")
    for wave in ("T0", "T3"):
        delivery.change(f"vragenlijst_{wave}.csv", lambda data: data.replace(b"ATT_2", b"X").replace(b"ECR_", b"Y"))
    told = [(fault.reason, fault.file) for fault in delivery.refused().faults if fault.severity is Severity.REFUSE]
    assert told == [(Reason.ITEM, "vragenlijst_T0.csv"), (Reason.ITEM, "vragenlijst_T3.csv")]


def test_file_name_must_say_the_month_of_its_rows(delivery):
    delivery.alone(BUS)
    (delivery.folder / BUS).rename(delivery.folder / "BUS_202403.csv")
    delivery.mark(files=None)
    fault = only(delivery.refused().faults)
    assert (fault.reason, fault.severity, fault.file) == (Reason.FILE_NAME, Severity.REFUSE, "BUS_202403.csv")
    assert (fault.line, fault.count) == (2, 2)


def test_file_is_recognised_by_its_content_under_any_name(delivery):
    (delivery.folder / BUS).rename(delivery.folder / "export januari.csv")
    delivery.mark(files=None)
    assert delivery.faults() == ()
    assert len(delivery.read().tables["benefits"]) == 3


def test_faults_of_several_files_are_all_in_one_message_the_worst_first(delivery):
    (delivery.folder / "caseload.csv").write_bytes(b"")
    delivery.put(BUS, 2, "LEEFVORM", "9")
    delivery.put("BUS_202402.csv", 2, "LEEFVORM", "9")
    error = delivery.refused()
    told = [(fault.file, fault.severity) for fault in error.faults]
    assert told == [(BUS, Severity.SET_ASIDE), ("BUS_202402.csv", Severity.REFUSE), ("caseload.csv", Severity.REFUSE)]
    assert "has 2 faults" in str(error)
    assert "1. BUS_202402.csv, line 2, column LEEFVORM (and 1 more file)" in str(error)
    assert "2. caseload.csv: the file has no rows" in str(error)


def test_real_number_among_synthetic_data_is_a_mixture(delivery):
    delivery.put(BUS, 2, PERSON, delivery.passing)
    error = delivery.refused()
    assert isinstance(error, MixedKinds)
    assert error.exit_code == 21
    fault = only(error.faults)
    assert (fault.reason, fault.severity, fault.file, fault.line) == (Reason.MIXED_KINDS, Severity.REFUSE, BUS, 2)
    assert delivery.passing not in str(error)
    assert delivery.passing not in repr(error.faults)


def test_a_mixture_names_the_column(delivery):
    delivery.alone(BUS)
    delivery.put(BUS, 2, PERSON, delivery.passing)
    assert only(delivery.refused().faults).column == PERSON


def test_synthetic_number_among_real_data_is_a_mixture(delivery, real_delivery):
    real_delivery.alone(BUS)
    synthetic = delivery.line(BUS, 2).split(";")[12]
    real_delivery.put(BUS, 2, PERSON, synthetic)
    error = real_delivery.refused()
    assert isinstance(error, MixedKinds)
    fault = only(error.faults)
    assert (fault.reason, fault.file, fault.line) == (Reason.MIXED_KINDS, BUS, 2)
    assert fault.problem.en == "synthetic numbers are among real data"
    assert synthetic not in str(error)
    assert synthetic not in repr(error.faults)


def test_error_survives_the_way_to_another_process():
    fault = found(Reason.MIXED_KINDS, "a.csv", what="is wrong")
    error = refuse("GM0855", "folder", [fault])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is MixedDeliveryError
    assert (str(again), again.faults) == (str(error), (fault,))


def test_faults_without_mixture_are_a_delivery_error():
    error = refuse("GM0855", "folder", [found(Reason.EMPTY, "a.csv")])
    assert isinstance(error, DeliveryError)
    assert not isinstance(error, MixedKinds)


def test_description_counts_rows_over_files():
    faults = [
        found(Reason.MISSING_VALUE, f"{name}.csv", line=2, column="X", count=count)
        for name, count in (("a", 3), ("b", 4), ("c", 1))
    ]
    text = describe("GM0855", "folder", faults)
    assert "has 1 fault;" in text
    assert "a.csv, line 2, column X (and 2 more files): must not be empty [8 times]" in text
    assert "What to do: fill in the cell at the source" in text


@pytest.mark.parametrize(
    ("name", "shown"), [("1234567.csv", "1234567.csv"), ("12345678.csv", "########.csv"), ("1234567890", "#" * 10)]
)
def test_masking_starts_at_eight_digits(name, shown):
    assert masked(name) == shown
