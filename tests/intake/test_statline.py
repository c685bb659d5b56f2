"""Looking figures up, on a stand-in for StatLine. Nothing here was ever run against the live service."""

import sys
from datetime import date

import pytest

from gm_workbench.errors import UsageError
from gm_workbench.intake.statline import Found, client, refresh
from gm_workbench.vocabulary.context import AS_QUOTED, Figure
from gm_workbench.vocabulary.text import Text

DAY = date(2026, 1, 2)
COUPLES = Figure(
    name="couples", place="NL", month=24204, label=Text("paren", "couples"), value=100, unit="benefits", table="82015NED",
    source="https://example.org", words=("2017 januari", "Paar"), column="Bijstand_1",
)  # fmt: skip
ROWS = [
    {"ID": 0, "Perioden": "2017 januari", "Huishouden": "Alleenstaand ", "Bijstand_1": 300},
    {"ID": 1, "Perioden": "2017 januari", "Huishouden": "Paar ", "Bijstand_1": 100},
    {"ID": 2, "Perioden": "2018 maart", "Huishouden": "Paar", "Bijstand_1": 90},
]


def looked_up(figure, rows=ROWS):
    (one,) = refresh([figure], lambda _table: rows, DAY)
    return one


def changed(**columns):
    return [row | columns if row["ID"] == 1 else row for row in ROWS]


def test_a_figure_that_is_the_same_is_marked_as_looked_up():
    one = looked_up(COUPLES)
    assert (one.found, one.figure.value, one.figure.status) == (Found.SAME, 100, "looked up 2026-01-02")


def test_a_figure_that_was_revised_takes_the_new_number():
    one = looked_up(COUPLES, changed(Bijstand_1=110.0))
    assert (one.found, one.figure.value) == (Found.CHANGED, 110)


@pytest.mark.parametrize(
    "rows",
    [[], ROWS[:1], [*ROWS, ROWS[1]], changed(Bijstand_1=None), changed(Bijstand_1="x"), changed(Bijstand_1=1.5)],
    ids=["empty", "no row", "two rows", "no number", "text", "not whole"],
)
def test_what_is_not_one_whole_number_leaves_the_figure_as_it_was(rows):
    one = looked_up(COUPLES, rows)
    assert (one.found, one.figure) == (Found.NO_ROW, COUPLES)


def test_a_figure_without_words_is_not_looked_up_and_its_table_not_asked_for():
    quoted = Figure("q", "NL", 1, Text("", ""), 5, "benefits", "37955ned", "https://example.org")
    asked = []
    one, other = refresh([quoted, COUPLES], lambda table: asked.append(table) or ROWS, DAY)
    assert (one.found, one.figure.status, other.found) == (Found.NO_WORDS, AS_QUOTED, Found.SAME)
    assert asked == ["82015NED"]


def test_a_table_is_asked_for_once():
    asked = []
    refresh([COUPLES, COUPLES], lambda table: asked.append(table) or ROWS, DAY)
    assert asked == ["82015NED"]


def test_a_service_that_does_not_answer_leaves_the_figures_as_they_were():
    def get(table):
        raise ConnectionError("no network")

    (one,) = refresh([COUPLES], get, DAY)
    assert (one.found, one.figure) == (Found.FAILED, COUPLES)


def test_without_the_client_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cbsodata", None)
    with pytest.raises(UsageError, match=r"gm-workbench\[context\]"):
        client()


def test_client_is_the_kept_one():
    cbsodata = pytest.importorskip("cbsodata")
    assert client() is cbsodata.get_data
