from __future__ import annotations

import pandas as pd
import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.intake.identity import pseudonyms
from gm_workbench.intake.tables import conform
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.tables import TABLES
from gm_workbench.vocabulary.tables_benefit import Costs
from gm_workbench.worlds.draw import DRAWN

KEYS = ("person", "dossier", "provision", "coach", "team", "supervisor", "job", "employer")


def expected(table, name, place="GM9903"):
    """Give a logical table as intake should: pseudonyms for keys, sorted by the table's key."""
    names = pseudonyms(place, DataKind.SYNTHETIC)
    replaced = {key: names.each(list(table[key]), key) for key in KEYS if key in table}
    columns = list(TABLES[name].column_names())
    return table.assign(**replaced)[columns].sort_values(list(TABLES[name].key), ignore_index=True)


@pytest.mark.parametrize("name", list(DRAWN))
def test_delivery_gives_back_what_was_written(delivery, tables, name):
    found = delivery.check().tables[name]
    pd.testing.assert_frame_equal(found, expected(tables[name], name), check_dtype=False, check_exact=True)


@pytest.mark.parametrize("name", list(DRAWN))
def test_checked_tables_conform_to_their_schema(delivery, name):
    conform(delivery.check().tables[name], TABLES[name])


def test_person_has_one_pseudonym_in_every_table(delivery, tables):
    checked = delivery.check().tables
    ann = tables["costs"]["person"][0]
    (name,) = pseudonyms("GM9903", DataKind.SYNTHETIC).each([ann], "person")
    for table in ("benefits", "provisions", "costs", "answers", "caseload"):
        assert name in set(checked[table]["person"])


def test_coach_of_caseload_and_introductions_is_the_same(delivery):
    checked = delivery.check().tables
    assert set(checked["introductions"]["coach"]) < set(checked["caseload"]["coach"])


def test_no_identifier_is_left_in_any_table(delivery, tables):
    text = "".join(table.to_csv() for table in delivery.check().tables.values())
    assert not any(person in text for person in (*tables["benefits"]["person"], *tables["wages"]["person"]))


def test_full_birth_date_is_not_kept(delivery):
    date = delivery.line("BUS_202401.csv", 2).split(";")[13]
    assert len(date) == 8
    assert date not in delivery.check().tables["benefits"].to_csv()


def test_real_delivery_of_eight_digits_gets_its_zero_back_and_says_so(real_delivery, monkeypatch):
    real_delivery.put("BUS_202401.csv", 2, "BURGERSERVICENUMMER", "12345672")
    real_delivery.put("BUS_202402.csv", 2, "BURGERSERVICENUMMER", "012345672")
    checked = real_delivery.check()
    assert checked.notes == ("benefits: 1 numbers of persons had lost their leading zero and got it back",)
    assert checked.tables["benefits"]["person"].nunique() == 2


def test_same_number_with_and_without_its_zero_is_a_double(real_delivery):
    for line, number in ((2, "12345672"), (3, "012345672")):
        real_delivery.put("caseload.csv", line, "BURGERSERVICENUMMER", number)
        real_delivery.put("caseload.csv", line, "BEGINDATUM", "20240101")
    assert "only one with its BURGERSERVICENUMMER + BEGINDATUM" in str(real_delivery.refused())


def test_cell_that_may_be_empty_gets_its_declared_value(delivery):
    delivery.put("BUS_202401.csv", 2, "BEDRAG INKOMSTEN PERSOON", "")
    delivery.put("BUS_202401.csv", 2, "AANTAL KOSTENDELERS", "")
    benefits = delivery.check().tables["benefits"]
    assert benefits["income"].tolist() == [0.0, 0.0, 0.0]
    assert benefits["cost_sharers"].dtype == "int32"


@pytest.fixture
def costs():
    return pd.DataFrame(
        {"person": ["a", "b"], "month": pd.array([1, 1], dtype="int32"), "type": ["01", "02"], "amount": [1.0, 2.0]}
    )


def test_table_as_its_schema_says_conforms(costs):
    conform(costs, Costs)
    conform(costs.astype({"type": "category"}), Costs)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda t: t.drop(columns="amount"), "lacks column 'amount'"),
        (lambda t: t.assign(extra=1), "has column 'extra' which the schema has not"),
        (lambda t: t.astype({"month": "int64"}), "column 'month' must be int32 but is int64"),
        (lambda t: t.assign(type=1), "column 'type' must be text but is int64"),
        (lambda t: t.assign(type="77"), "column 'type' must hold only 01"),
        (lambda t: t.assign(amount=[1.0, None]), "column 'amount' must not be empty"),
        (lambda t: t.assign(person="a", type="01"), "more than one row with the same person, month, type"),
    ],
)
def test_table_unlike_its_schema_is_refused(costs, change, text):
    with pytest.raises(DeclarationError, match=text):
        conform(change(costs), Costs)
