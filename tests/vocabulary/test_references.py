"""Wage references: outside figures by year, and what a run on real data may rest on."""

import pytest

from gm_workbench.errors import AssumedReference, DeclarationError
from gm_workbench.vocabulary.references import low_pay_threshold, wage_references
from gm_workbench.vocabulary.schemas import DataKind

HEADER = "year,minimum_wage,national_median,price_index,source,status\n"
DOCUMENTED = "2024,13.00,21.00,107.0,https://example.org/wages,documented\n"
ASSUMED = "2025,14.00,22.00,110.0,drawn,assumed\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "wage_references.csv").write_text(HEADER + ASSUMED + DOCUMENTED)
    return tmp_path


def test_wage_references_are_sorted_numbers(folder):
    frame = wage_references(folder)
    assert frame["year"].tolist() == [2024, 2025]
    assert frame["national_median"].tolist() == [21.0, 22.0]


def test_wage_references_as_shipped_are_all_assumed():
    shipped = wage_references()
    assert shipped["year"].tolist() == [2022, 2023, 2024, 2025, 2026]
    assert set(shipped["status"]) == {"assumed"}


def test_wage_references_as_shipped_leave_room_below_the_threshold():
    # nobody may be paid less than the minimum wage, so the threshold must lie above it for anyone to be low-paid
    shipped = wage_references()
    assert (2 / 3 * shipped["national_median"] > shipped["minimum_wage"]).all()
    assert shipped["price_index"].is_monotonic_increasing


@pytest.mark.parametrize("kind", list(DataKind))
def test_threshold_is_a_share_of_the_national_median(folder, kind):
    assert low_pay_threshold(folder, 2024, 2 / 3, kind) == pytest.approx(14.0)


def test_threshold_on_synthetic_data_may_rest_on_an_assumed_row(folder):
    assert low_pay_threshold(folder, 2025, 0.5, DataKind.SYNTHETIC) == pytest.approx(11.0)


@pytest.mark.parametrize("kind", [DataKind.REAL, DataKind.PUBLISHED])
def test_threshold_on_other_data_refuses_an_assumed_row(folder, kind):
    with pytest.raises(AssumedReference, match=f"for 2025 is assumed, and the data are {kind}. Fill the row for 2025"):
        low_pay_threshold(folder, 2025, 2 / 3, kind)


@pytest.mark.parametrize("year", [2023, 2026])
def test_threshold_without_a_row_names_the_file_to_fill(folder, year):
    with pytest.raises(
        DeclarationError, match=f"No wage reference for {year}: .* covers 2024, 2025. Add a row for {year} to data/"
    ):
        low_pay_threshold(folder, year, 2 / 3, DataKind.SYNTHETIC)


@pytest.mark.parametrize("share", [0.0, -0.1, float("nan"), float("inf")])
def test_threshold_refuses_a_share_that_is_none(folder, share):
    with pytest.raises(DeclarationError, match="share of the national median must be above 0"):
        low_pay_threshold(folder, 2024, share, DataKind.SYNTHETIC)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("2024,13,21,107,somebody,documented", "documented needs a source"),
        ("2024,13,21,107,drawn,guessed", "status must be documented or assumed but got 'guessed'"),
        ("2024,13,21,107,drawn,label_only", "status must be documented or assumed but got 'label_only'"),
        ("2024,13,0,107,drawn,assumed", "national_median must be a number above 0 but got '0'"),
        ("2024,13,nan,107,drawn,assumed", "national_median must be a number above 0"),
        ('2024,"13,5",21,107,drawn,assumed', "minimum_wage must be a number above 0 but got '13,5'"),
        ("24,13,21,107,drawn,assumed", "year must be four digits but got '24'"),
        ("2025,13,21,107,drawn,assumed", "a year occurs twice"),
    ],
)
def test_wage_references_refuse_a_malformed_row(tmp_path, row, fault):
    (tmp_path / "wage_references.csv").write_text(HEADER + ASSUMED + row + "\n")
    with pytest.raises(DeclarationError, match=fault):
        wage_references(tmp_path)


def test_wage_references_list_every_fault_at_once(tmp_path):
    (tmp_path / "wage_references.csv").write_text(HEADER + "24,0,0,107,drawn,guessed\n")
    with pytest.raises(DeclarationError, match=r"minimum_wage .* national_median .* year .* status"):
        wage_references(tmp_path)


def test_wage_references_refuse_other_columns(tmp_path):
    (tmp_path / "wage_references.csv").write_text("year,median\n2024,21\n")
    with pytest.raises(DeclarationError, match=r"columns must be year, minimum_wage, .* but got year, median"):
        wage_references(tmp_path)
    with pytest.raises(DeclarationError, match=r"No file wage_references\.csv"):
        wage_references(tmp_path / "nowhere")
