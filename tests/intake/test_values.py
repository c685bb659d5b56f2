from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from gm_workbench.intake.values import (
    Column,
    parse_birth_year,
    parse_date,
    parse_decimal,
    parse_month_number,
    parse_whole,
    parse_year,
    typed,
)

NOTHING_OF_IT = r"^(?!.*\d{4}).*$"
"""A message must not quote what was read: no run of four digits in it."""


@pytest.mark.parametrize(
    ("text", "month"), [("20240101", 24288), ("20240229", 24289), ("19000131", 22800), ("20991231", 25199)]
)
def test_date_is_read_as_its_month(text, month):
    assert parse_date(text) == month


@pytest.mark.parametrize(
    "text", ["20230229", "20240100", "20240001", "2024011", "202401011", "2024-01-01", "18991231", "21000101", "²0240101"]
)
def test_text_that_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=NOTHING_OF_IT):
        parse_date(text)


@pytest.mark.parametrize(("text", "year"), [("19840229", 1984), ("19840200", 1984), ("19840000", 1984)])
def test_birth_date_may_lack_month_and_day(text, year):
    assert parse_birth_year(text) == year


@pytest.mark.parametrize("text", ["19830229", "19841300", "19840032", "19840001", "1984", "00000000", "198402"])
def test_text_that_is_no_birth_date_is_refused(text):
    with pytest.raises(ValueError, match=NOTHING_OF_IT):
        parse_birth_year(text)


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0.0), ("-1,5", -1.5), ("123456789,25", 123456789.25), ("16,666666666666668", 16.666666666666668)]
)
def test_decimal_comma_is_read(text, number):
    assert parse_decimal(text) == number


@pytest.mark.parametrize("text", ["1.5", "1.234,5", "1,", ",5", "1e5", "+1", "- 1", "12345678901", "€ 5", "nan", "١"])
def test_text_that_is_no_decimal_is_refused(text):
    with pytest.raises(ValueError, match=NOTHING_OF_IT):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_whole, "-1"),
        (parse_whole, "1,0"),
        (parse_year, "1899"),
        (parse_year, "2100"),
        (parse_month_number, "0"),
        (parse_month_number, "13"),
    ],
)
def test_text_outside_a_rule_is_refused(parse, text):
    with pytest.raises(ValueError, match=NOTHING_OF_IT):
        parse(text)


def test_month_number_may_lack_its_leading_zero():
    assert [parse_month_number(text) for text in ("1", "01", "12")] == [1, 1, 12]


def test_distinct_texts_are_read_once_with_empty_and_bad_apart():
    calls = []

    def parse(text):
        calls.append(text)
        return parse_whole(text)

    column = Column.encode(pa.chunked_array([["1", "x", "", "1"], [" 1", "1"]]))
    read = typed(column.texts, parse)
    assert sorted(calls) == ["1", "1", "x"]  # "1" and " 1" are two distinct texts
    assert [read.results[i] for i in column.index] == [1, None, None, 1, 1, 1]
    assert column.rows(read.bad).tolist() == [False, True, False, False, False, False]
    assert column.rows(column.empty).tolist() == [False, False, True, False, False, False]


def test_empty_text_may_stand_for_a_value():
    assert typed(["", "3"], parse_whole, "0").results == (0, 3)


def test_column_without_rows_has_no_marks():
    column = Column.encode(pa.chunked_array([pa.array([], pa.string())]))
    assert column.texts == ()
    assert column.rows(np.array([], dtype=bool)).tolist() == []
