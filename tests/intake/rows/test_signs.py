"""Columns looked at by all their bytes at once: the same answers as text by text."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest

from gm_workbench.intake.declared.forms import sources_and_faults
from gm_workbench.intake.rows.encode import Cells, digits
from gm_workbench.intake.rows.headers import may_repeat
from gm_workbench.intake.rows.numbers import read_numbers
from gm_workbench.intake.rows.persons import is_number
from gm_workbench.intake.rows.signs import are_alike, are_bare, are_plain_numbers, lengths, with_points

PLAIN = re.compile(r"(-?\d{1,12}(,\d{1,17})?)?", re.ASCII)


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "12", "-12", "1,5", "-1,50", "9" * 12, "9" * 13, "-" + "9" * 12, "-" + "9" * 13),
        *("0," + "1" * 17, "0," + "1" * 18, "9" * 12 + ",1", "9" * 13 + ",1"),
        *(",5", "1,", "-", "-,", "-,5", "1-", "1-2", "--1", "1,2,3", "1.5", "1.234,50", " 1", "1e5", "٣", "nan"),
    ],
)
@pytest.mark.parametrize("around", [([], []), (["7,25", "-3"], []), ([""], ["", "8"])])
def test_plain_numbers_are_those_that_the_pattern_matches(text, around):
    before, behind = around
    assert are_plain_numbers(pa.array([*before, text, *behind])) is (PLAIN.fullmatch(text) is not None)


@pytest.mark.parametrize("texts", [["12", "1,2,3"], ["1,2,3", "12"], ["", "1,2,3"], ["1,2,3", ""], ["-", "1,2-"]])
def test_commas_that_are_as_many_as_the_texts_but_not_one_in_each_make_no_plain_numbers(texts):
    assert not are_plain_numbers(pa.array(texts))


def test_plain_numbers_read_as_beside_one_that_is_not_plain():
    texts = ["1234,56", "-2", "-0,00", "", "0,1", "999999999999,99"]
    at_once, careful = read_numbers(texts), read_numbers([*texts, "1.000,00"])
    assert np.array_equal(at_once.values, careful.values[:-1], equal_nan=True)
    assert str(at_once.values[2]) == "0.0"
    assert not at_once.bad.any()
    assert not at_once.mended.any()


def test_a_slice_of_a_column_is_looked_at_by_its_own_bytes():
    texts = pa.array(["é", "12", "1,5", " "])[1:3]
    assert are_bare(texts)
    assert are_plain_numbers(texts)
    assert lengths(texts).tolist() == [2, 3]
    assert with_points(texts).to_pylist() == ["12", "1.5"]


@pytest.mark.parametrize("texts", [[], ["", ""], ["ab", "ab"]])
def test_columns_that_say_one_thing_are_alike(texts):
    assert are_alike(pa.array(texts, pa.string()))
    assert Cells.of(pa.array(texts, pa.string())).rows() == texts


@pytest.mark.parametrize("text", ["1", "12", "123", "1234", "1,2", "٣٣", ""])
@pytest.mark.parametrize("beside", [[], ["x"]])
def test_digits_are_counted_with_and_without_other_signs_in_the_column(text, beside):
    expected = len(text) in (2, 3) and text.isascii() and text.isdigit()
    assert digits(pa.array([text, *beside]), 2, 3)[0] == expected


def test_numbers_of_persons_are_found_among_short_cells():
    assert is_number(pa.array(["12,5", "900000175", "", "111222333,0", "111222334"])).tolist() == [
        False,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(("rows", "taken_apart"), [(3999, True), (4000, False)])
def test_column_that_hardly_repeats_keeps_the_text_of_each_row_where_it_may(rows, taken_apart):
    texts = [str(number) for number in range(rows - 1)] + ["0"]
    cells = Cells.of(pa.array(texts), may_repeat=True)
    assert cells.rows() == texts
    assert (len(cells.texts) == rows - 1) is taken_apart
    assert len(Cells.of(pa.array(texts)).texts) == rows - 1


@pytest.mark.parametrize("texts", [[str(row % 3000) for row in range(9000)], [str(row // 3) for row in range(9000)]])
def test_column_that_repeats_nearby_or_from_afar_is_taken_apart(texts):
    assert len(Cells.of(pa.array(texts), may_repeat=True).texts) == 3000


def test_number_of_the_other_way_that_stands_in_two_rows_is_one_slip():
    assert not read_numbers(["1,5", "2.5", "2.5"]).two_ways
    assert read_numbers(["1,5", "2.5", "3.5"]).two_ways


def test_headers_of_amounts_keys_and_persons_may_repeat_and_those_of_codes_days_and_clients_not():
    sources, _ = sources_and_faults()
    bus, system = (may_repeat(sources[name]) for name in ("bus", "zaaksysteem_voorbeeld"))
    assert {"BURGERSERVICENUMMER", "REGISTRATIENUMMER UITKERING", "BETAALBAAR GESTELD BEDRAG"} <= bus
    assert not {"STATISTIEKCODE", "GEBOORTEDATUM", "STATISTIEKJAAR", "RELEASE", "AANTAL KOSTENDELERS"} & bus
    assert "Dossiernr" in system
    assert not {"Clientnr", "Clientnr partner", "Start uitkering"} & system
