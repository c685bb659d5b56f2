from __future__ import annotations

import shutil

import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.declared.forms import load_sources
from gm_workbench.intake.declared.grammar import Transform
from gm_workbench.intake.layouts import load_layouts
from gm_workbench.intake.rows.checks import named
from gm_workbench.settings import paths
from gm_workbench.worlds.draw import DRAWN


@pytest.fixture
def codes(tmp_path):
    folder = tmp_path / "codes"
    shutil.copytree(paths().codes, folder)
    return folder


def spoil(codes, name, old, new):
    path = codes / "layouts" / f"{name}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_logical_table_has_one_layout():
    layouts = load_layouts()
    assert sorted(layout.table.name for layout in layouts.values()) == sorted(DRAWN)


def test_headers_of_the_documented_statistics_stand_in_their_order():
    # Regeling statistiek Participatiewet, IOAW en IOAZ 2015 (BWBR0031830), annex 1, features 1-7 and annex 2, features 1-19
    layouts = load_layouts()
    assert layouts["bus"].headers[:4] == ("STATISTIEKJAAR", "STATISTIEKMAAND", "BERICHTGEVERCODE", "GEMEENTECODE")
    assert len(layouts["bus"].headers) == 23
    assert len(layouts["srg"].headers) == 19
    assert layouts["srg"].headers[-1] == "LOONWAARDE"


def test_codes_come_from_the_code_list_and_words_from_the_layout():
    bus = load_layouts()["bus"]
    assert bus.feature("LEEFVORM").codes == {"1": "single", "2": "lone_parent", "3": "couple", "4": "other"}
    assert bus.feature("SOORT INKOMSTEN").codes["11"] == "11"


@pytest.mark.parametrize(
    ("layout", "file", "says"),
    [
        ("bus", "BUS_202301.csv", "202301"),
        ("bus", "bus_202301.CSV", "202301"),
        ("bus", "BUS_2023.csv", ""),
        ("bus", "xBUS_202301.csv", ""),
        ("wages", "lonen_2024.csv", "2024"),
        ("questionnaire", "vragenlijst_T12.csv", "T12"),
        ("caseload", "caseload.csv", ""),
    ],
)
def test_file_name_says_month_year_or_wave(layout, file, says):
    assert named(load_sources()[layout], file)[1] == says


def test_source_of_a_column_names_its_headers():
    layouts = load_layouts()
    assert layouts["bus"].source_of("month") == ("STATISTIEKJAAR", "STATISTIEKMAAND")
    assert layouts["wages"].source_of("hourly_wage") == ("BASISLOON", "BASISUREN")
    assert layouts["caseload"].source_of("person") == ("BURGERSERVICENUMMER",)
    assert layouts["caseload"].source_of("month") == ()


def test_only_columns_that_the_schema_lets_be_empty_may_be_missing():
    (bus,) = load_sources()["bus"].tables
    read_as = {name for name, rule in bus.columns.items() if rule.column and rule.empty is not None}
    nullable = {column.name for column in bus.table.columns if column.nullable}
    missing = read_as | (nullable & bus.columns.keys())
    assert missing == {"end", "end_reason", "income_kind", "income", "cost_sharers"}
    assert [rule.empty for rule in bus.columns.values() if rule.headers == ("GEMEENTECODE",)] == [None]


@pytest.mark.parametrize(
    ("name", "old", "new", "text"),
    [
        ("bus", "table: benefits", "table: benefit", "must be one of benefits"),
        ("bus", "column: dossier", "column: dossiers", "features name columns that table benefits has not: dossiers"),
        ("bus", "column: dossier", "", "no feature gives these columns of table benefits: dossier"),
        ("bus", "as: identifier", "as: bsn", "must be one of identifier"),
        ("bus", "domain: dossier, ", "", "feature REGISTRATIENUMMER UITKERING needs a domain"),
        ("bus", "codes: statistiekcode, ", "", "feature STATISTIEKCODE needs codes or words"),
        ("bus", '"1": man', '"9": man', "words names codes that list geslacht has not: 9"),
        ("bus", '"1": man', '"1": men', "feature GESLACHT gives words that the table does not allow: men"),
        ("bus", "[REGISTRATIENUMMER UITKERING,", "[NUMMER,", "recognised_by names headers that are not there: NUMMER"),
        ("bus", "header: RELEASE", "header: LEEFVORM", "headers occur twice: LEEFVORM"),
        ("bus", "day: last", "day: middle", "must be one of first, last"),
        ("bus", "{constant: and}", "{nothing: and}", "must have one of place, constant"),
        ("wages", "[BASISLOON, BASISUREN]\nfeat", "[BASISLOON]\nfeat", "must name two columns"),
        ("bus", "recognised_by:", "recognized_by:", "did you mean recognised_by"),
    ],
)
def test_malformed_layout_is_refused(codes, name, old, new, text):
    spoil(codes, name, old, new)
    with pytest.raises(DeclarationError, match=text):
        load_layouts(codes)


def test_folder_without_layouts_is_refused(tmp_path):
    with pytest.raises(DeclarationError, match="No layout of a raw file"):
        load_layouts(tmp_path)


def test_every_key_of_a_person_is_an_identifier():
    for layout in load_layouts().values():
        wrong = [f.header for f in layout.features if (f.column == "person") != (f.transform is Transform.IDENTIFIER)]
        assert wrong == []
