"""Every fault that intake must catch: one broken file each, with a recognisable number planted in what is broken."""

from __future__ import annotations

import pickle
import shutil

import pytest

from gm_workbench.errors import DeliveryError, MixedKinds
from gm_workbench.intake.faults import MixedDeliveryError, describe, english, masked, refuse, shown_codes
from gm_workbench.intake.reasons import Reason
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.worlds.draw import DRAWN

BUS = "BUS_202401.csv"
PERSON = "BURGERSERVICENUMMER"


def only(error):
    """Give the one fault of an error."""
    (fault,) = error.faults
    return fault


def test_delivery_without_fault_is_read(delivery):
    assert set(delivery.check().tables) == set(DRAWN)


def test_empty_file_names_file_place_and_remedy(delivery):
    (delivery.folder / BUS).write_bytes(b"")
    error = delivery.refused()
    assert only(error).reason is Reason.EMPTY
    assert error.exit_code == 20
    assert all(part in str(error) for part in (BUS, "GM9903", "the file is empty", "export the file again"))


def test_file_with_a_header_only_is_empty(delivery):
    delivery.change("caseload.csv", lambda data: data.split(b"\r\n")[0] + b"\r\n")
    assert only(delivery.refused()).reason is Reason.EMPTY


def test_introductions_may_have_a_header_only(delivery):
    delivery.change("introducties.csv", lambda data: data.split(b"\r\n")[0] + b"\r\n")
    delivery.mark(files=None)
    assert len(delivery.check().tables["introductions"]) == 0


def test_file_cut_in_its_last_line_is_truncated_and_nothing_else(delivery):
    delivery.put(BUS, 3, PERSON, delivery.plant)
    delivery.change(BUS, lambda data: data[:-20])
    fault = only(delivery.refused())
    assert (fault.reason, fault.file, fault.line) == (Reason.TRUNCATED, BUS, 3)


def test_file_cut_in_its_header_is_truncated(delivery):
    delivery.change(BUS, lambda data: data[:60])
    assert only(delivery.refused()).reason is Reason.TRUNCATED


def test_file_cut_between_carriage_return_and_line_feed_is_truncated(delivery):
    delivery.change(BUS, lambda data: data[:-1])
    assert only(delivery.refused()).reason is Reason.TRUNCATED


def test_last_line_with_too_few_cells_is_truncated(delivery):
    delivery.change(BUS, lambda data: data.replace(b";2;\r\n", b"\r\n").rstrip(b"\r\n")[:-8] + b"\r\n")
    assert (Reason.TRUNCATED, 3) in [(fault.reason, fault.line) for fault in delivery.refused().faults]


def test_fewer_rows_than_promised_is_truncated(delivery):
    delivery.change(BUS, lambda data: b"\r\n".join(data.split(b"\r\n")[:2]) + b"\r\n")
    fault = only(delivery.refused())
    assert (fault.reason, fault.count) == (Reason.TRUNCATED, 1)
    assert "promises 2 rows but it has 1" in fault.problem.en


def test_more_rows_than_promised_is_a_fault(delivery):
    delivery.mark(files={**_rows(delivery), BUS: {"rows": 1}})
    assert only(delivery.refused()).reason is Reason.EXTRA_ROWS


def _rows(delivery):
    return {path.name: None for path in delivery.folder.glob("*.csv")}


@pytest.mark.parametrize(("separator", "name"), [(",", "a comma"), ("\t", "a tab"), ("|", "a bar")])
def test_wrong_separator_is_named_with_the_way_to_export_again(delivery, separator, name):
    delivery.put("introducties.csv", 2, "STUDIE", delivery.plant)
    delivery.change("introducties.csv", lambda data: data.replace(b";", separator.encode()))
    fault = only(delivery.refused())
    assert (fault.reason, fault.line) == (Reason.SEPARATOR, 1)
    assert name in fault.problem.en
    assert "export again with a semicolon" in fault.remedy.en


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_wrong_encoding_is_refused_with_the_way_to_save(delivery, encoding):
    delivery.put("kosten_voorzieningen.csv", 3, PERSON, delivery.plant)
    delivery.change("kosten_voorzieningen.csv", lambda data: data.decode("utf-8-sig").encode(encoding))
    fault = only(delivery.refused())
    assert fault.reason is Reason.ENCODING
    assert "CSV UTF-8" in fault.remedy.en


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_called_by_its_name_even_when_its_letters_are_plain(delivery, encoding):
    delivery.change("introducties.csv", lambda data: data.decode("utf-8-sig").encode(encoding))
    assert "looks like UTF-16" in only(delivery.refused()).problem.en


def test_wrong_encoding_names_its_first_line(delivery):
    delivery.change("kosten_voorzieningen.csv", lambda data: data.decode("utf-8-sig").encode("cp1252"))
    assert only(delivery.refused()).line == 2


def test_utf8_read_as_windows_1252_is_refused(delivery):
    delivery.change("kosten_voorzieningen.csv", lambda data: data.decode("utf-8-sig").encode().decode("cp1252").encode())
    fault = only(delivery.refused())
    assert (fault.reason, fault.line) == (Reason.ENCODING, 2)
    assert "garbled" in fault.problem.en


def test_replacement_characters_are_garbled_text(delivery):
    delivery.replace("kosten_voorzieningen.csv", "ö", "\ufffd")
    assert only(delivery.refused()).reason is Reason.ENCODING


def test_utf8_without_byte_order_mark_is_read(delivery):
    delivery.change(BUS, lambda data: data.removeprefix(b"\xef\xbb\xbf"))
    assert len(delivery.check().tables["benefits"]) == 3


def test_unix_line_ends_are_read(delivery):
    delivery.change(BUS, lambda data: data.replace(b"\r\n", b"\n"))
    assert len(delivery.check().tables["benefits"]) == 3


def test_empty_lines_at_the_end_are_no_rows(delivery):
    delivery.change(BUS, lambda data: data + b"\r\n\r\n")
    assert len(delivery.check().tables["benefits"]) == 3


def test_unknown_file_is_refused_without_its_content_or_digits(delivery):
    (delivery.folder / f"lijst {delivery.plant}.csv").write_text(f"{delivery.plant};{delivery.plant}\n")
    assert delivery.reasons() == [Reason.UNKNOWN_FILE]  # what the marker does not name is not read


def test_folder_in_a_delivery_is_refused(delivery):
    (delivery.folder / "extra").mkdir()
    assert only(delivery.refused()).reason is Reason.UNKNOWN_FILE


def test_hidden_file_is_left_alone(delivery):
    (delivery.folder / ".DS_Store").write_bytes(b"\x00")
    assert delivery.check().notes == ()


def test_missing_file_is_named(delivery):
    (delivery.folder / BUS).unlink()
    fault = only(delivery.refused())
    assert (fault.reason, fault.file) == (Reason.MISSING_FILE, BUS)


def test_delivery_without_files_is_refused(delivery):
    for path in delivery.folder.glob("*.csv"):
        path.unlink()
    delivery.mark(files=None)
    assert only(delivery.refused()).reason is Reason.MISSING_FILE


def test_missing_columns_are_all_named(delivery):
    delivery.change(BUS, lambda data: data.replace(b"LEEFVORM", b"LEEF", 1).replace(b"GESLACHT", delivery.plant.encode(), 1))
    fault = only(delivery.refused())
    assert (fault.reason, fault.count) == (Reason.COLUMNS, 2)
    assert "missing: LEEFVORM, GESLACHT" in fault.problem.en


def test_double_column_is_named(delivery):
    delivery.replace(BUS, ";RELEASE;", ";LEEFVORM;")
    fault = only(delivery.refused())
    assert "columns are missing: RELEASE; columns are there more than once: LEEFVORM" in fault.problem.en


def test_columns_may_stand_in_another_order_and_case(delivery):
    before = delivery.check().tables["caseload"]

    def turned(data):
        rows = [line.split(";")[::-1] for line in data.decode("utf-8-sig").strip().split("\r\n")]
        return "".join(";".join(row) + "\r\n" for row in ([name.title() for name in rows[0]], *rows[1:])).encode()

    delivery.change("caseload.csv", turned)
    assert delivery.check().tables["caseload"].equals(before)


def test_ragged_lines_are_counted_from_the_first(delivery):
    delivery.change(
        "caseload.csv",
        lambda data: data.replace(b"0903;T1", b"0903;T1;T1", 1).replace(b"9903;", f"9903;{delivery.plant};".encode(), 1),
    )
    fault = only(delivery.refused())
    assert (fault.reason, fault.line, fault.count) == (Reason.RAGGED, 2, 1)


def test_ragged_line_does_not_shift_the_lines_of_other_faults(delivery):
    delivery.put(BUS, 3, "LEEFVORM", "9")
    delivery.change(BUS, lambda data: data.replace(b"2024;01", b"2024;01;", 1))
    assert [(fault.reason, fault.line) for fault in delivery.refused().faults] == [(Reason.RAGGED, 2), (Reason.CODE, 3)]


def test_open_quotation_mark_is_refused(delivery):
    delivery.replace("caseload.csv", "Team T1", '"Team T1')
    assert only(delivery.refused()).reason is Reason.QUOTES


def test_text_over_two_lines_is_refused(delivery):
    delivery.replace("caseload.csv", "Team T1", f'"Team\r\n{delivery.plant}"')
    assert only(delivery.refused()).reason is Reason.QUOTES


@pytest.mark.parametrize("at", [1, 2])
def test_carriage_return_inside_a_line_is_refused(delivery, at):
    delivery.change("caseload.csv", lambda data: data.replace(b";", b";\r", at))
    assert only(delivery.refused()).reason is Reason.LINE_ENDS


def test_file_with_carriage_returns_only_is_refused(delivery):
    delivery.change("caseload.csv", lambda data: data.replace(b"\r\n", b"\r"))
    assert only(delivery.refused()).reason is Reason.LINE_ENDS


def test_quoted_separator_is_part_of_the_text(delivery):
    delivery.replace("caseload.csv", "Team T1", '"Team; T1"')
    assert len(delivery.check().tables["caseload"]) == 2


@pytest.mark.parametrize(
    ("name", "column", "value", "reason"),
    [
        (BUS, "LEEFVORM", "PLANT", Reason.CODE),
        (BUS, "REDEN BEEINDIGING UITKERING PERSOON", "PLANT", Reason.CODE),
        (BUS, "GEBOORTEDATUM", "PLANT", Reason.DATE),
        (BUS, "GEBOORTEDATUM", "19901301", Reason.DATE),
        (BUS, "AANVANGSDATUM UITKERING PERSOON", "2024-01-01", Reason.DATE),
        (BUS, "AANVANGSDATUM UITKERING PERSOON", "20230229", Reason.DATE),
        (BUS, "AANVANGSDATUM UITKERING PERSOON", "20240001", Reason.DATE),
        (BUS, "STATISTIEKMAAND", "13", Reason.DATE),
        (BUS, "STATISTIEKJAAR", "PLANT", Reason.DATE),
        (BUS, "BETAALBAAR GESTELD BEDRAG", "1.012,50", Reason.NUMBER),
        (BUS, "BETAALBAAR GESTELD BEDRAG", "1012.5", Reason.NUMBER),
        (BUS, "AANTAL KOSTENDELERS", "-1", Reason.NUMBER),
        (BUS, "AANTAL KOSTENDELERS", "100", Reason.BOUNDS),
        (BUS, PERSON, "PLANT", Reason.IDENTIFIER),
        (BUS, PERSON, "99PLANT", Reason.IDENTIFIER),
        (BUS, PERSON, "", Reason.MISSING_VALUE),
        (BUS, "GEMEENTECODE", "0855", Reason.PLACE),
        (BUS, "GEMEENTECODE", "PLANT", Reason.PLACE),
        (BUS, "GEMEENTECODE", "", Reason.MISSING_VALUE),
        ("SRG_202401.csv", "POSITIE OP DE PARTICIPATIELADDER", "0", Reason.BOUNDS),
        ("SRG_202401.csv", "POSITIE OP DE PARTICIPATIELADDER", "7", Reason.BOUNDS),
        ("SRG_202401.csv", "GESLACHT", "9", Reason.CODE),
        ("SRG_202401.csv", "EINDDATUM VOORZIENING", "20231101", Reason.ORDER),
        ("caseload.csv", "TOESTEMMING ONDERZOEK", "misschien", Reason.CODE),
        ("caseload.csv", "TOESTEMMING ONDERZOEK", "", Reason.MISSING_VALUE),
        ("caseload.csv", "CONSULENT", "", Reason.MISSING_VALUE),
        ("caseload.csv", "EINDDATUM", "20230901", Reason.ORDER),
        ("lonen_2024.csv", "BASISUREN", "0", Reason.BOUNDS),
        ("vragenlijst_T0.csv", "ATT_2", "0", Reason.SCALE),
        ("vragenlijst_T0.csv", "ATT_2", "6", Reason.SCALE),
        ("vragenlijst_T0.csv", "ATT_2", "2,5", Reason.SCALE),
        ("vragenlijst_T0.csv", "ATT_2", "PLANT", Reason.SCALE),
        ("vragenlijst_T0.csv", "METING", "T99", Reason.CODE),
        ("vragenlijst_T0.csv", "METING", "T12", Reason.FILE_NAME),
        ("lonen_2024.csv", "JAAR", "2023", Reason.FILE_NAME),
    ],
)
def test_bad_cell_names_file_line_and_column_but_not_its_value(delivery, name, column, value, reason):
    delivery.put(name, 2, column, value.replace("PLANT", delivery.plant))
    fault = only(delivery.refused())
    assert (fault.reason, fault.file, fault.line, fault.column) == (reason, name, 2, column)
    assert fault.problem.en
    assert fault.remedy.en


@pytest.mark.parametrize("column", ["BASISUREN", "POSITIE OP DE PARTICIPATIELADDER"])
def test_bounds_themselves_are_allowed(delivery, column):
    name, value = {"BASISUREN": ("lonen_2024.csv", "0,01")}.get(column, ("SRG_202401.csv", "6"))
    delivery.put(name, 2, column, value)
    delivery.check()


def test_place_may_have_lost_its_leading_zero(real_delivery):
    real_delivery.put("BUS_202401.csv", 2, "GEMEENTECODE", "855")
    real_delivery.check()


def test_unknown_code_names_the_list_to_fill_in_and_shows_a_short_code(delivery):
    delivery.put(BUS, 2, "LEEFVORM", "7")
    fault = only(delivery.refused())
    assert "1, 2, 3, 4" in fault.problem.en
    assert "found: 7" in fault.problem.en
    assert "data/codes/lists/leefvorm.csv" in fault.remedy.en


def test_unknown_code_of_a_sensitive_feature_is_not_shown(delivery):
    delivery.put(BUS, 2, "ONTHEFFING ARBEIDSVERPLICHTING", "7")
    assert "found" not in only(delivery.refused()).problem.en


def test_double_row_is_refused(delivery):
    delivery.change("caseload.csv", lambda data: data + data.split(b"\r\n")[1] + b"\r\n")
    delivery.mark(files=None)
    fault = only(delivery.refused())
    assert (fault.reason, fault.line) == (Reason.DUPLICATE, 4)
    assert "BURGERSERVICENUMMER + BEGINDATUM" in fault.problem.en


def test_double_row_in_another_file_is_refused(delivery):
    shutil.copy(delivery.folder / BUS, delivery.folder / "BUS tweede.csv")
    delivery.mark(files=None)
    fault = only(delivery.refused())
    assert (fault.reason, fault.file, fault.line, fault.count) == (Reason.DUPLICATE, BUS, 2, 2)


def test_rows_without_a_number_are_not_each_others_double(delivery):
    for line in (2, 3):
        delivery.put("caseload.csv", line, PERSON, "")
        delivery.put("caseload.csv", line, "BEGINDATUM", "20240101")
    fault = only(delivery.refused())
    assert (fault.reason, fault.count) == (Reason.MISSING_VALUE, 2)


def at_rows(delivery, *spells):
    """Give one coach these spells in the rosters, each in a team of its own."""
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
        assert len(delivery.check().tables["rosters"]) == len(spells)
        return
    fault = only(delivery.refused())
    assert (fault.reason, fault.line, fault.count) == (Reason.OVERLAP, lines[0], len(lines))


def test_two_teams_from_the_same_day_are_a_double_and_what_begins_before_the_longer_is_over_an_overlap(delivery):
    at_rows(delivery, ("20240101", "20240630"), ("20240101", "20240331"), ("20240501", ""))
    found = {fault.reason: (fault.line, fault.count) for fault in delivery.refused().faults}
    assert found == {Reason.DUPLICATE: (3, 1), Reason.OVERLAP: (4, 1)}


def test_an_overlap_names_file_column_rule_and_remedy_and_no_value(delivery):
    at_rows(delivery, ("20230101", ""), ("20240101", ""))
    error = delivery.refused()
    fault = only(error)
    assert (fault.file, fault.line, fault.column, fault.count) == ("teams.csv", 3, "BEGINDATUM", 1)
    assert "must be later than EINDDATUM of every earlier row with the same CONSULENT" in fault.problem.en
    assert "fill in EINDDATUM of the earlier row" in fault.remedy.en
    assert not any(value in str(error) for value in ("C01", "2023", "2024"))


def test_two_coaches_may_be_in_a_team_at_once_and_so_may_spells_of_guidance(delivery):
    assert {name for name, table in TABLES.items() if table.one_spell_of} == {"rosters", "households"}
    line = delivery.line("caseload.csv", 2).split(";")
    line[delivery.line("caseload.csv", 1).lstrip("\ufeff").split(";").index("BEGINDATUM")] = "20240101"
    delivery.change("caseload.csv", lambda data: data + ";".join(line).encode() + b"\r\n")
    delivery.mark(files=None)
    delivery.check()


def test_a_date_that_cannot_be_read_is_not_also_an_overlap(delivery):
    at_rows(delivery, ("20230101", "soon"), ("20240101", ""))
    assert delivery.reasons() == [Reason.DATE]


def test_keys_that_differ_in_leading_zeros_are_not_the_same(delivery):
    assert delivery.check().tables["benefits"]["dossier"].nunique() == 2


def test_unknown_item_is_named(delivery):
    delivery.replace("vragenlijst_T0.csv", "ATT_2", "ATT_77")
    assert "ATT_77" in only(delivery.refused()).problem.en


def test_header_that_may_be_a_number_of_a_person_is_not_shown(delivery):
    delivery.replace("vragenlijst_T0.csv", "ATT_2", delivery.plant)
    fault = only(delivery.refused())
    assert (fault.reason, fault.file) == (Reason.ITEM, "vragenlijst_T0.csv")


def test_questionnaire_without_items_is_refused(delivery):
    for wave in ("T0", "T3"):
        delivery.change(f"vragenlijst_{wave}.csv", lambda data: data.replace(b"ATT_2", b"X").replace(b"ECR_", b"Y"))
    assert any("no column is an item" in fault.problem.en for fault in delivery.refused().faults)


def test_file_name_must_say_the_month_of_its_rows(delivery):
    (delivery.folder / BUS).rename(delivery.folder / "BUS_202403.csv")
    delivery.mark(files=None)
    fault = only(delivery.refused())
    assert (fault.reason, fault.file, fault.count) == (Reason.FILE_NAME, "BUS_202403.csv", 2)


def test_file_is_recognised_by_its_content_under_any_name(delivery):
    (delivery.folder / BUS).rename(delivery.folder / "export januari.csv")
    delivery.mark(files=None)
    assert len(delivery.check().tables["benefits"]) == 3


def test_faults_of_several_files_are_all_in_one_message(delivery):
    (delivery.folder / "caseload.csv").write_bytes(b"")
    delivery.put(BUS, 2, "LEEFVORM", "9")
    delivery.put("BUS_202402.csv", 2, "LEEFVORM", "9")
    error = delivery.refused()
    assert len(error.faults) == 3
    assert "has 2 faults" in str(error)
    assert "BUS_202401.csv, line 2, column LEEFVORM (and 1 more file)" in str(error)


def test_real_number_among_synthetic_data_is_a_mixture(delivery):
    delivery.put(BUS, 2, PERSON, delivery.passing)
    error = delivery.refused()
    assert isinstance(error, MixedKinds)
    assert error.exit_code == 21
    assert only(error).reason is Reason.MIXED_KINDS
    assert delivery.passing not in str(error)


def test_synthetic_number_among_real_data_is_a_mixture(delivery, real_delivery):
    synthetic = delivery.line(BUS, 2).split(";")[12]
    real_delivery.put(BUS, 2, PERSON, synthetic)
    with pytest.raises(MixedKinds, match="synthetic numbers among real data") as caught:
        real_delivery.check()
    assert synthetic not in str(caught.value)


def test_error_survives_the_way_to_another_process():
    fault = english(Reason.MIXED_KINDS, "a.csv", "is wrong", "mend it")
    error = refuse("GM0855", "folder", [fault])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is MixedDeliveryError
    assert (str(again), again.faults) == (str(error), (fault,))


def test_faults_without_mixture_are_a_delivery_error():
    error = refuse("GM0855", "folder", [english(Reason.EMPTY, "a.csv", "is empty", "export again")])
    assert isinstance(error, DeliveryError)
    assert not isinstance(error, MixedKinds)


def test_description_counts_rows_over_files():
    faults = [
        english(Reason.CODE, f"{name}.csv", "is wrong", "mend it", 2, "X", count)
        for name, count in (("a", 3), ("b", 4), ("c", 1))
    ]
    text = describe("GM0855", "folder", faults)
    assert "has 1 fault;" in text
    assert "a.csv, line 2, column X (and 2 more files): is wrong [8 times]" in text
    assert "What to do: mend it" in text


@pytest.mark.parametrize(
    ("name", "shown"), [("1234567.csv", "1234567.csv"), ("12345678.csv", "########.csv"), ("1234567890", "#" * 10)]
)
def test_masking_starts_at_eight_digits(name, shown):
    assert masked(name) == shown


def test_codes_are_shown_only_when_short_and_not_sensitive():
    assert shown_codes(["77", "777", "999912345", "a b"], sensitive=False) == " (found: 77)"
    assert shown_codes(["77"], sensitive=True) == ""
