"""The logical tables: each class is whole, and its docstring is the manual."""

from collections import Counter

import pytest

from gm_workbench.vocabulary.codes import code_list
from gm_workbench.vocabulary.schemas import Kind
from gm_workbench.vocabulary.tables import TABLES, WORK_REASONS
from gm_workbench.vocabulary.tables_benefit import Benefits, Costs, Households, Provisions

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


def test_what_a_delivery_may_lack_is_declared():
    counts = Counter(table.name for table, column in COLUMNS if not column.required)
    assert counts == {"benefits": 10, "provisions": 3, "wages": 5, "households": 2, "sick_leave": 4}


def test_categories_are_the_codes_of_the_statutory_lists():
    assert Benefits.column("scheme").allowed == code_list("statistiekcode").allowed()
    both = (*code_list("type_voorziening").words(), *code_list("type_voorziening_2019").words())
    assert Provisions.column("type").allowed == Costs.column("type").allowed == tuple(dict.fromkeys(both))
    assert set(code_list("typhh").words()) == set(Households.column("type").allowed)
    assert set(WORK_REASONS) <= set(code_list("reden_beeindiging").allowed())


def test_tables_are_named_once_and_found_by_name():
    assert all(name == table.name for name, table in TABLES.items())
    assert len(set(TABLES.values())) == len(TABLES) == 15


def test_no_table_holds_a_citizens_number_or_birth_date():
    names = {column.name for _, column in COLUMNS}
    assert names.isdisjoint({"bsn", "burgerservicenummer", "birth_date", "geboortedatum", "name"})
