from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from gm_workbench.intake.declared.grammar import NumberStyle, Read
from gm_workbench.intake.rows.codes import days_of, meanings, read_codes
from gm_workbench.intake.rows.dates import month_of, read_birth_years, read_dates
from gm_workbench.intake.rows.encode import Cells
from gm_workbench.intake.rows.numbers import read_numbers
from gm_workbench.vocabulary.codes import code_list

WAYS = ("dd-mm-jjjj", "jjjj-mm-dd")


def day(text: str) -> float:
    return days_of(date.fromisoformat(text), np.nan)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("31-01-2024", "2024-01-31"),
        ("1-2-2024", "2024-02-01"),
        ("2024-02-29", "2024-02-29"),
        ("20240229", "2024-02-29"),
        ("2024-02-29T00:00:00", "2024-02-29"),
        ("2024-02-29 23:59:59.999", "2024-02-29"),
        ("29-02-2024 0:00", "2024-02-29"),
    ],
)
def test_day_is_read_in_each_declared_way(text, meant):
    assert read_dates([text], WAYS).values.tolist() == [day(meant)]


@pytest.mark.parametrize(
    "text",
    [
        "31-02-2024",
        "29-02-2023",
        "20240001",
        "20240100",
        "01/02/2024",
        "1-1-24",
        "00-00-0000",
        "x",
        "00-00-1980",
        "02020101",
        "2024-02-29T00:00:00Z",
        "2024-1-1",
    ],
)
def test_impossible_or_undeclared_day_is_bad(text):
    assert read_dates([text, "01-01-2024"], WAYS).bad.tolist() == [True, False]


def test_time_of_day_behind_a_spreadsheet_day_does_not_count():
    assert read_dates(["45292,75", "45292.0"], WAYS).values.tolist() == [day("2024-01-01")] * 2


def test_spreadsheet_days_are_read_when_the_whole_column_is_so():
    alone, among = read_dates(["45292", ""], WAYS), read_dates(["45292", "01-01-2024"], WAYS)
    assert (alone.values[0], alone.mended.tolist()) == (day("2024-01-01"), [True, False])
    assert among.bad.tolist() == [True, False]


@pytest.mark.parametrize(
    ("texts", "two_ways"),
    [
        (["01-31-2024", "02-03-2024"], True),  # only with the month first
        (["01-31-2024", "31-01-2024"], False),  # the day comes first, so the other one is a slip
        (["01-02-2024", "02-03-2024"], False),  # declared as dd-mm, and nothing against it
    ],
)
def test_month_is_never_guessed_to_come_first(texts, two_ways):
    assert read_dates(texts, WAYS).two_ways is two_ways


def test_birth_date_may_lack_month_and_day_but_another_date_may_not():
    texts = ["19900000", "19900500", "00-00-1990"]
    assert read_birth_years(texts, WAYS).values.tolist() == [1990.0] * 3
    assert read_dates(texts, WAYS).bad.all()


def test_month_of_a_day_crosses_years():
    assert month_of(np.array([day("2023-12-31"), day("2024-01-01")])).tolist() == [24287.0, 24288.0]


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1.234,56", NumberStyle.NL, 1234.56),
        ("1234,56", NumberStyle.NL, 1234.56),
        ("€ 1.234.567", NumberStyle.NL, 1234567.0),
        ("-0,5", NumberStyle.NL, -0.5),
        ("1,234.56", NumberStyle.EN, 1234.56),
        ("1234,5", NumberStyle.AUTO, 1234.5),
        ("1234.5", NumberStyle.AUTO, 1234.5),
        ("1 234,56", NumberStyle.NL, 1234.56),
        ("1\u00a0234\u202f567,5", NumberStyle.NL, 1234567.5),
        ("1'234,56", NumberStyle.NL, 1234.56),
        ("1 234.56", NumberStyle.EN, 1234.56),
        ("1.234,56 \u20ac", NumberStyle.NL, 1234.56),
        ("-\u20ac 5", NumberStyle.NL, -5.0),
        ("5 euro", NumberStyle.NL, 5.0),
        ("\u20ac 5,-", NumberStyle.NL, 5.0),
        ("1.234,--", NumberStyle.NL, 1234.0),
        ("+5", NumberStyle.NL, 5.0),
        ("- 5", NumberStyle.NL, -5.0),
        ("\u22125", NumberStyle.NL, -5.0),
        ("12,50-", NumberStyle.NL, -12.5),
        ("(12,50)", NumberStyle.NL, -12.5),
        ("(1.234)", NumberStyle.NL, -1234.0),
    ],
)
def test_number_is_read_as_it_is_written(text, style, value):
    assert read_numbers([text], style).values.tolist() == [value]


@pytest.mark.parametrize(
    "text",
    [
        "12.34",
        "1.23,4",
        "3-apr",
        "1,2,3",
        "=1+1",
        "1e5",
        "1 2",
        "1 23,5",
        "12%",
        "--5",
        "(5",
        "5-3",
        "-5-",
        "(-5)",
        "1'2",
        "\u0661",
        "euro",
    ],
)
def test_other_text_is_no_dutch_number(text):
    assert read_numbers([text]).bad.tolist() == [True]


def test_minus_behind_a_number_is_told_and_zero_has_no_sign():
    assert read_numbers(["12,50-", "(3)", "-4", "5"]).mended.tolist() == [True, True, False, False]
    assert [str(value) for value in read_numbers(["-0", "-0,00"]).values] == ["0.0", "0.0"]


@pytest.mark.parametrize(
    ("texts", "style", "two_ways"),
    [
        (["1.234", "2.50", "3.50"], NumberStyle.NL, True),  # the first may be one and a bit as well
        (["1234", "2.50", "3.50"], NumberStyle.NL, False),  # nothing read has a sign, and the others are set aside
        (["1,5", "2.5", "3.5"], NumberStyle.NL, True),
        (["1,5", "2.5"], NumberStyle.NL, False),  # one slip: that row is set aside
        (["1,5", "2.5"], NumberStyle.AUTO, True),
        (["1.234"], NumberStyle.AUTO, True),
        (["1", "2"], NumberStyle.AUTO, False),
    ],
)
def test_points_and_commas_as_decimal_sign_are_ambiguous(texts, style, two_ways):
    assert read_numbers(texts, style).two_ways is two_ways


def coded(texts, days, read=Read.CODE, name="type_voorziening", words=None):
    cells = Cells.of(pa.array(texts))
    known = meanings([code_list(name)], words or {}, read, ())
    found = read_codes(cells, known, read, np.array([day(one) for one in days]) if days else None)
    return [found.words[at] if at >= 0 else None for at in found.index], found


@pytest.mark.parametrize(
    ("when", "word"),
    [("2014-12-31", None), ("2015-01-01", "04"), ("2018-12-31", "04"), ("2019-01-01", None)],
)
def test_code_counts_from_its_first_to_its_last_day(when, word):
    assert coded(["04"], [when])[0] == [word]


def test_code_without_a_day_counts_whenever_it_was_valid():
    assert coded(["04"], None)[0] == ["04"]


def test_lost_zeros_of_codes_are_restored_and_counted():
    words, found = coded(["4", "04", "99"], None)
    assert (words, found.mended.tolist()) == (["04", "04", "99"], [True, False, False])


def test_label_counts_without_case_accents_and_signs():
    assert coded(["BESCHUT  WERK", "wiw/id baan", "onzin"], None, Read.LABEL)[0] == ["05", "02", None]


def test_label_of_two_lists_is_read_with_the_one_of_its_day():
    lists = [code_list("type_voorziening"), code_list("type_voorziening_2019")]
    known = meanings(lists, {}, Read.LABEL, ())
    cells = Cells.of(pa.array(["forfaitaire loonkostensubsidie", "forfaitaire loonkostensubsidie", "participatieplaats"]))
    found = read_codes(cells, known, Read.LABEL, np.array([day(one) for one in ("2018-06-01", "2020-06-01", "2020-06-01")]))
    assert [found.words[at] if at >= 0 else None for at in found.index] == [None, "flat_rate_subsidy", None]


def test_word_that_a_table_does_not_allow_means_nothing():
    assert "4" not in meanings([code_list("leefvorm")], {}, Read.CODE, ("single", "lone_parent", "couple"))


def test_word_of_a_mapping_that_is_a_code_has_the_days_of_that_code():
    known = meanings([code_list("type_voorziening")], {"LKS": "04"}, Read.LABEL, ())
    assert (known["lks"][0].word, known["lks"][0].last) == ("04", day("2018-12-31"))


@pytest.mark.parametrize(
    ("texts", "two_ways"),
    [
        (["4,610", "1,234,567"], True),
        (["4,610", "312", "1,234"], True),
        (["4,610"], False),  # one may be a slip, and is read as it is declared
        (["4,610", "1,234", "0,5"], False),
        (["0,610", "0,125"], False),
    ],
)
def test_commas_that_all_stand_between_thousands_are_ambiguous(texts, two_ways):
    assert read_numbers(texts).two_ways is two_ways
