"""Months as whole numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gm_workbench.errors import DeclarationError
from gm_workbench.vocabulary.calendar import MONTHS, Period, month_code, month_index, month_name


@given(st.integers(min_value=0, max_value=12 * 10_000 - 1))
def test_month_survives_the_way_to_text_and_back(index):
    assert month_index(month_code(index)) == index


def test_months_are_arithmetic_over_the_turn_of_the_year():
    assert month_index("2024-01") - month_index("2023-12") == 1
    assert month_code(month_index("2023-12") + 1) == "2024-01"


@pytest.mark.parametrize("text", ["2024-00", "2024-13", "2024-1", "202401", "2024-01-01", "24-01", ""])
def test_month_refuses_what_is_none(text):
    with pytest.raises(DeclarationError, match="must be written as yyyy-mm"):
        month_index(text)


def test_month_has_a_name_in_both_languages():
    assert month_name(month_index("2025-03"), "nl") == "maart 2025"
    assert month_name(month_index("2025-03"), "en") == "March 2025"
    assert {len(names) for names in MONTHS.values()} == {12}


@pytest.mark.parametrize(("text", "months"), [("2024-01/2024-01", 1), ("2023-12/2024-01", 2), ("2023-01/2025-12", 36)])
def test_period_includes_both_ends(text, months):
    assert len(Period.parse(text)) == months
    assert str(Period.parse(text)) == text


def test_period_has_a_name():
    assert Period.parse("2023-01/2025-12").name("nl") == "januari 2023 – december 2025"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2024-02/2024-01", "must not end before it starts, but got 2024-02/2024-01"),
        ("2024-02", "must be written as yyyy-mm/yyyy-mm but got '2024-02'"),
        ("2024-02/", "must be written as yyyy-mm"),
        ("2024-01/2024-02/2024-03", "must be written as yyyy-mm"),
    ],
)
def test_period_refuses_what_is_none(text, fault):
    with pytest.raises(DeclarationError, match=fault):
        Period.parse(text)
