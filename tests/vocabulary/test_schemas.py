"""The logical tables: each class is whole, and its docstring is the manual."""

import pytest

from gm_workbench.vocabulary.codes import code_list
from gm_workbench.vocabulary.schemas import TABLES, WORK_REASONS, Benefits, Kind, Provisions, Wages

COLUMNS = [(table, column) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_table_says_what_a_row_is_and_has_its_key(table):
    assert table.__doc__.startswith("One row per")
    assert set(table.key) <= set(table.column_names())
    assert len(set(table.column_names())) == len(table.columns)
    assert table.column(table.key[0]) is next(column for column in table.columns if column.name == table.key[0])


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda one: one.name)
def test_column_has_a_meaning_and_a_unit_where_it_is_a_number(table, column):
    assert column.meaning
    assert bool(column.unit) or column.kind not in (Kind.NUMBER, Kind.WHOLE, Kind.MONTH, Kind.MAYBE_MONTH)
    assert bool(column.allowed) == (column.kind is Kind.CATEGORY)


def test_key_columns_are_never_missing():
    assert [(t.name, name) for t in TABLES.values() for name in t.key if t.column(name).nullable] == []


@pytest.mark.parametrize("table", [table for table in TABLES.values() if table.one_spell_of], ids=lambda table: table.name)
def test_a_table_of_spells_names_a_column_and_has_a_start_and_an_end(table):
    assert {table.one_spell_of, "start", "end"} <= set(table.column_names())


def test_only_published_sets_may_lack_a_column():
    assert [table.name for table, column in COLUMNS if not column.required] == [Benefits.name] * 10 + [Wages.name] * 5


def test_categories_are_the_codes_of_the_statutory_lists():
    assert Benefits.column("scheme").allowed == code_list("statistiekcode").allowed()
    assert Provisions.column("type").allowed == code_list("type_voorziening").allowed()
    assert set(WORK_REASONS) <= set(code_list("reden_beeindiging").allowed())


def test_no_table_holds_a_citizens_number_or_birth_date():
    names = {column.name for _, column in COLUMNS}
    assert names.isdisjoint({"bsn", "burgerservicenummer", "birth_date", "geboortedatum", "name"})
