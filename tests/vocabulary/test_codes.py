"""Places, the eleven test and the statutory code lists."""

import shutil
from dataclasses import FrozenInstanceError
from datetime import date

import numpy as np
import pandas as pd
import pytest

from gm_workbench.errors import DeclarationError, UnknownPlace
from gm_workbench.settings import paths
from gm_workbench.vocabulary.codes import (
    SYNTHETIC_REMAINDER,
    Place,
    PlaceKind,
    code_list,
    code_list_names,
    eleven_remainder,
    municipalities,
)

LIST_HEADER = "code,label_nl,label_en,valid_from,valid_to,status,source\n"


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("GM0855", "Tilburg", PlaceKind.MUNICIPALITY),
        ("GM0363", "Amsterdam", PlaceKind.MUNICIPALITY),
        ("GM0307", "Amersfoort", PlaceKind.MUNICIPALITY),
        ("GM0518", "'s-Gravenhage", PlaceKind.MUNICIPALITY),
        ("GM9901", "Voorbeeldstad (fictief)", PlaceKind.FICTIONAL),
        ("published-nlswork", "nlswork", PlaceKind.PUBLISHED),
    ],
)
def test_place_parses_what_is_known(code, name, kind):
    assert Place.parse(code) == Place(code, name, kind)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("0855", r"did you mean GM0855 \(Tilburg\)"),
        ("855", r"did you mean GM0855 \(Tilburg\)"),
        ("tilburg", r"did you mean GM0855 \(Tilburg\)"),
        ("gm0855", "did you mean GM0855"),
        ("GM08555", "did you mean GM0855"),
        ("published-", "or published-<set>, but got 'published-'"),
        ("published-Wages", "or published-<set>"),
        ("", "but got ''"),
    ],
)
def test_place_refuses_what_is_unknown_and_names_the_nearest(text, hint):
    with pytest.raises(UnknownPlace, match=hint):
        Place.parse(text)


def test_place_that_merged_names_its_successor(tmp_path):
    for file in ("municipalities.csv", "fictional.csv"):
        shutil.copy(paths().codes / file, tmp_path)
    (tmp_path / "mergers.csv").write_text("old_code,new_code,day,source\nGM0001,GM0855,2020-01-01,drawn in this test\n")
    with pytest.raises(UnknownPlace, match="it became GM0855 on 2020-01-01"):
        Place.parse("GM0001", tmp_path)


def test_place_is_frozen_and_knows_how_statutory_files_write_it():
    place = Place.parse("GM0855")
    assert place.statutory == "0855"
    with pytest.raises(FrozenInstanceError, match="code"):
        place.code = "GM0363"


def test_place_has_words_in_both_languages():
    assert Place.parse("GM0307").label.en == "Amersfoort"
    assert "wages" in Place.parse("published-wages").label.nl


def test_municipalities_are_342_and_three_fictional_ones_that_say_so():
    known = municipalities()
    fictional = [place for place in known.values() if place.fictional]
    assert len(known) - len(fictional) == 342
    assert [place.code for place in fictional] == ["GM9901", "GM9902", "GM9903"]
    assert all("fictief" in place.name for place in fictional)
    assert known["GM0855"].valid_from == date(2023, 1, 1)


def test_municipalities_refuse_a_day_that_is_none(tmp_path):
    for file in ("municipalities.csv", "fictional.csv"):
        (tmp_path / file).write_text("code,name,valid_from,valid_to\nGM0001,Ergens,01-01-2023,\n")
    with pytest.raises(DeclarationError, match="yyyy-mm-dd but got '01-01-2023'"):
        municipalities(tmp_path)


# Published with python-stdnum's documentation of stdnum.nl.bsn, and in public test collections of the Haal Centraal API.
@pytest.mark.parametrize("number", ["111222333", "123456782", "999992351"])
def test_eleven_remainder_is_zero_for_published_valid_numbers(number):
    assert eleven_remainder([number]).tolist() == [0]


def test_eleven_remainder_is_not_zero_for_the_published_invalid_number():
    # by hand: 9·1 + 8·2 + 7·3 + 6·4 + 5·5 + 4·6 + 3·7 + 2·8 − 9 = 147 = 13·11 + 4
    assert eleven_remainder(["123456789"]).tolist() == [4]


def test_eleven_remainder_pads_lost_zeros_on_the_left():
    # python-stdnum's compact() gives 012345672 for 12345672, which validates
    assert eleven_remainder(["12345672", "012345672"]).tolist() == [0, 0]


@pytest.mark.parametrize(
    "number", ["", "000000000", "0", "1234567820", "12345678x", "123 45678", "-12345678", "١٢٣٤٥٦٧٨٢", "nan"]
)
def test_eleven_remainder_marks_what_is_no_number_of_a_person(number):
    assert eleven_remainder([number]).tolist() == [-1]


@pytest.mark.parametrize("wrap", [list, np.array, pd.Series, lambda values: pd.Series(values, dtype="category")])
def test_eleven_remainder_takes_lists_arrays_and_series(wrap):
    assert eleven_remainder(wrap(["111222333", "123456789"])).tolist() == [0, 4]


def test_eleven_remainder_of_missing_and_of_nothing():
    assert eleven_remainder(pd.Series([None, "111222333"], dtype="str")).tolist() == [-1, 0]
    assert eleven_remainder([]).tolist() == []


def test_eleven_remainder_depends_on_each_digit():
    base = eleven_remainder(["999992351"])
    changed = [
        "899992351",
        "989992351",
        "998992351",
        "999892351",
        "999982351",
        "999991351",
        "999992251",
        "999992341",
        "999992350",
    ]
    # one less in digit i lowers the weighted sum by its weight 9, 8, ..., 2, −1
    assert ((base - eleven_remainder(changed)) % 11).tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 10]


def test_synthetic_remainder_can_never_pass():
    assert SYNTHETIC_REMAINDER in range(1, 11)


@pytest.mark.parametrize(
    ("name", "code", "label"),
    [
        ("leefvorm", "2", "lone parent"),
        ("reden_beeindiging", "11", "wage work or sickness benefit"),
        ("ontheffing", "4", "yes, article 9a (lone parent)"),
        ("statistiekcode", "01", "general social assistance"),
        ("soort_inkomsten", "11", "wage work"),
    ],
)
def test_code_list_gives_the_words(name, code, label):
    assert code_list(name).label(code, date(2024, 1, 31)).en == label


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        (date(2014, 12, 31), False),
        (date(2015, 1, 1), True),
        (date(2018, 12, 31), True),
        (date(2019, 1, 1), False),
    ],
)
def test_code_list_holds_a_code_only_while_it_was_valid(day, allowed):
    assert ("05" in code_list("type_voorziening").allowed(day)) is allowed


def test_code_list_refuses_a_code_outside_its_days():
    kinds = code_list("type_voorziening")
    assert kinds.label("05").nl == "beschut werk"
    with pytest.raises(DeclarationError, match="type_voorziening must hold the code on 2023-01-31 but got '05'"):
        kinds.label("05", date(2023, 1, 31))


def test_code_list_prefers_the_latest_label(tmp_path):
    (tmp_path / "lists").mkdir()
    rows = "1,oud,old,2010-01-01,2014-12-31,assumed,drawn\n1,nieuw,new,2015-01-01,,assumed,drawn\n"
    (tmp_path / "lists" / "drawn.csv").write_text(LIST_HEADER + rows)
    drawn = code_list("drawn", tmp_path)
    assert drawn.label("1").nl == "nieuw"
    assert drawn.label("1", date(2014, 12, 31)).nl == "oud"
    assert drawn.allowed() == ("1",)


def test_code_list_without_public_codes_has_labels_only():
    later = code_list("type_voorziening_2019")
    assert later.allowed() == ()
    assert all(code.label.nl and not code.code for code in later.codes)


def test_code_list_unknown_names_the_nearest():
    with pytest.raises(DeclarationError, match="did you mean leefvorm"):
        code_list("leefvormen")
    assert "leefvorm" in code_list_names()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("1,a,,2015-01-01,,assumed,drawn", "line 2: a label is missing"),
        ("1,a,b,2015-01-01,,known,drawn", "status must be one of documented, assumed, label_only but got 'known'"),
        ("1,a,b,2015-01-01,,documented,somebody", "documented needs a source"),
        (",a,b,2015-01-01,,documented,BWBR0031830", "a code must be empty if, and only if"),
        ("1,a,b,2015-01-01,,label_only,https://example.org", "a code must be empty if, and only if"),
        ("1,a,b", r"every row must have 7 cells, but line\(s\) 2"),
    ],
)
def test_code_list_refuses_a_malformed_row(tmp_path, row, fault):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "drawn.csv").write_text(LIST_HEADER + row + "\n")
    with pytest.raises(DeclarationError, match=fault):
        code_list("drawn", tmp_path)


def test_code_files_have_a_data_card_beside_them():
    codes = paths().codes
    files = list(codes.glob("*.csv"))
    assert files
    assert [path.name for path in files if not path.with_suffix(".md").is_file()] == []
    assert all((codes / folder / "README.md").is_file() for folder in ("lists", "instruments"))


def test_code_list_that_a_spreadsheet_saved_in_another_encoding_is_refused_in_words(tmp_path):
    (tmp_path / "lists").mkdir()
    rows = "1,be\u00ebindigd,ended,2010-01-01,,assumed,drawn\n"
    (tmp_path / "lists" / "drawn.csv").write_bytes((LIST_HEADER + rows).encode("cp1252"))
    with pytest.raises(DeclarationError, match=r"drawn\.csv must be a CSV file in UTF-8"):
        code_list("drawn", tmp_path)


def test_code_list_that_a_spreadsheet_marked_as_utf_8_is_read(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "drawn.csv").write_text(LIST_HEADER + "1,een,one,2010-01-01,,assumed,drawn\n", encoding="utf-8-sig")
    assert code_list("drawn", tmp_path).label("1").nl == "een"
