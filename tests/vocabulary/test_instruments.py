"""Instruments: ids and scoring, checked whole."""

import math

import pandas as pd
import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.panel.scores import scale_scores
from gm_workbench.vocabulary.instruments import instrument, instrument_codes, instruments

DRAWN = {
    "code": "XYZ",
    "name": "{nl: schaal, en: scale}",
    "higher": "{nl: meer, en: more}",
    "items": "[XYZ_1, XYZ_2]",
    "low": "1",
    "high": "5",
    "reversed": "[XYZ_2]",
    "minimum_answered": "0.75",
    "status": "assumed",
    "source": "drawn in this test",
    "texts": "null",
}


def write(folder, **changes):
    lines = [f"{key}: {value}" for key, value in (DRAWN | changes).items() if value is not None]
    (folder / "XYZ.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("code", "items", "turned"),
    [
        ("ATT", 5, {"ATT_5"}),
        ("NRM", 4, set()),
        ("SEF", 4, set()),
        ("INT", 3, set()),
        ("SKL", 5, set()),
        ("ENV", 6, set()),
        ("REG", 4, set()),
        ("BEH", 5, set()),
        ("BEJ", 6, set()),
        ("ECR", 8, {"ECR_8"}),
        ("STU", 6, set()),
        ("USE", 8, set()),
    ],
)
def test_instruments_as_shipped(code, items, turned):
    shipped = instruments()[code]
    assert shipped.items == tuple(f"{code}_{i}" for i in range(1, items + 1))
    assert shipped.reversed == turned
    assert (shipped.low, shipped.high, shipped.minimum_answered) == (1, 5, 0.75)


def test_instruments_as_shipped_are_twelve_and_only_one_is_documented():
    assert len(instruments()) == 12
    assert [code for code, one in instruments().items() if one.status == "documented"] == ["SEF"]


def test_instrument_loads_what_is_declared(tmp_path):
    drawn = instrument("XYZ", write(tmp_path))
    assert drawn.name["en"] == "scale"
    assert drawn.items == ("XYZ_1", "XYZ_2")
    assert drawn.reversed == {"XYZ_2"}
    assert instrument_codes(tmp_path) == ("XYZ",)


@pytest.mark.parametrize("share", [0.01, 1, 1.0])
def test_instrument_allows_a_share_up_to_one(tmp_path, share):
    assert instrument("XYZ", write(tmp_path, minimum_answered=share)).minimum_answered == share


THREE = {"items": "[XYZ_1, XYZ_2, XYZ_3]", "minimum_answered": None}


@pytest.mark.parametrize(
    ("changes", "missing", "share"),
    [
        ({}, "person-mean", 0.75),
        ({"missing_items": "person-mean", "minimum_answered": "0.5"}, "person-mean", 0.5),
        (THREE | {"missing_items": "none"}, "none", 1.0),
        (THREE | {"missing_items": "at-least", "minimum_items": "1"}, "at-least", 1 / 3),
        (THREE | {"missing_items": "at-least", "minimum_items": "3"}, "at-least", 1.0),
    ],
)
def test_instrument_declares_what_becomes_of_missing_items(tmp_path, changes, missing, share):
    drawn = instrument("XYZ", write(tmp_path, **changes))
    assert (drawn.missing_items, drawn.minimum_answered) == (missing, share)


@pytest.mark.parametrize(("answered", "scored"), [(1, False), (2, True), (3, True)])
def test_panel_scores_as_the_instrument_declares(tmp_path, answered, scored):
    drawn = instrument("XYZ", write(tmp_path, **THREE, missing_items="at-least", minimum_items="2", reversed="[]"))
    row = pd.DataFrame([[4.0] * answered + [math.nan] * (3 - answered)], columns=list(drawn.items))
    assert scale_scores(row, drawn).notna().tolist() == [scored]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"missing_items": "mean"}, "missing_items must be one of person-mean, at-least, none but got 'mean'"),
        ({"missing_items": "at-least"}, "minimum_items is missing; it must be a whole number"),
        ({"missing_items": "at-least", "minimum_items": "0"}, "minimum_items must be 1 or more but got 0"),
        (
            {"missing_items": "at-least", "minimum_items": "3"},
            "minimum_items must be at most the number of items, 2, but got 3",
        ),
        ({"missing_items": "none", "minimum_answered": "0.75"}, "minimum_answered is not a name that is known here"),
        ({"minimum_items": "2"}, "minimum_items is not a name that is known here"),
        ({"reversed": "[XYZ_3]"}, "reversed names items that are not there: XYZ_3"),
        ({"items": "[XYZ_1, ABC_2, XYZ_2]"}, r"items must be named XYZ_<number> but got ABC_2"),
        ({"items": "[XYZ_1, XYZ_2, XYZ_2]"}, "items must not hold an item twice"),
        ({"items": "[]", "reversed": "[]"}, "items must not be empty"),
        ({"items": "[1, 2]", "reversed": "[]"}, "must be a list of texts but holds 1, 2"),
        ({"low": "5"}, "low must be below high but got 5 and 5"),
        ({"low": "yes"}, "low must be a whole number but got True"),
        ({"minimum_answered": "0"}, "minimum_answered must be above 0 and at most 1 but got 0"),
        ({"minimum_answered": "1.01"}, r"minimum_answered must be above 0 and at most 1 but got 1\.01"),
        ({"code": "ABC"}, "code must be that of the file, XYZ, but got 'ABC'"),
        ({"status": "documented"}, "source documented needs a source with a web address"),
        ({"status": "known"}, "status must be one of documented, assumed, label_only but got 'known'"),
        ({"name": "{nl: schaal}"}, r"name\.en is missing"),
        ({"texts": "{XYZ_1: an item of somebody else}"}, "texts must stay empty"),
        ({"higher": None}, "higher is missing"),
        ({"itmes": "[]"}, "itmes is not a name that is known here.* did you mean items"),
    ],
)
def test_instrument_refuses_a_malformed_declaration(tmp_path, changes, fault):
    with pytest.raises(DeclarationError, match=fault):
        instrument("XYZ", write(tmp_path, **changes))


def test_instrument_lists_every_fault_at_once(tmp_path):
    with pytest.raises(DeclarationError, match=r"(?s)XYZ\.yml .* has 3 fault\(s\).*low must be.*high must be.*reversed names"):
        instrument("XYZ", write(tmp_path, low="one", high="five", reversed="[XYZ_9]", minimum_answered="0.5"))


def test_instrument_code_must_be_three_capitals(tmp_path):
    write(tmp_path, code="xyz1", items="[xyz1_1]", reversed="[]")
    (tmp_path / "XYZ.yml").rename(tmp_path / "xyz1.yml")
    with pytest.raises(DeclarationError, match="code must be three capitals but got 'xyz1'"):
        instrument("xyz1", tmp_path)


def test_instrument_unknown_names_the_nearest():
    with pytest.raises(DeclarationError, match=r"No instrument 'EC'; there are: .* HINT: did you mean ECR"):
        instrument("EC")
