"""Figures of StatLine: what is shipped, and what a declaration may not say."""

import csv

import pytest

from gm_workbench.errors import DeclarationError
from gm_workbench.settings import paths
from gm_workbench.vocabulary.calendar import month_index
from gm_workbench.vocabulary.context import AS_QUOTED, FILE, HEADER, load_context, written

GOOD = {
    "name": "one", "place": "NL", "month": "2017-01", "label_nl": "paren", "label_en": "couples", "value": "10",
    "unit": "benefits", "table": "82015NED", "source": "https://example.org/table", "status": "as quoted", "words": "",
}  # fmt: skip


def declare(folder, *rows):
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_shipped_figures_are_the_quoted_ones_and_none_was_looked_up():
    quoted = {(one.place, one.month, one.value, one.table, one.status) for one in load_context()}
    national = {("2017-01", 260_040), ("2017-01", 82_750), ("2017-01", 58_280), ("2018-03", 77_480)}
    tilburg = {5_550, 3_500, 1_310, 750}
    assert quoted == {
        *(("NL", month_index(month), value, "82015NED", AS_QUOTED) for month, value in national),
        *(("GM0855", month_index("2010-09"), value, "37955ned", AS_QUOTED) for value in tilburg),
    }


def test_what_is_written_is_what_was_read(tmp_path):
    assert written(load_context()) == (paths().codes / FILE).read_text(encoding="utf-8")
    declare(tmp_path, GOOD | {"words": "2017 januari|Paar=Bijstand_1", "status": "looked up 2026-01-02"})
    (figure,) = load_context(tmp_path)
    assert (figure.words, figure.column, figure.status) == (("2017 januari", "Paar"), "Bijstand_1", "looked up 2026-01-02")
    (tmp_path / FILE).write_text(written([figure]), encoding="utf-8")
    assert load_context(tmp_path) == (figure,)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"place": "Tilburg"}, "place must be NL or a municipal code but got 'Tilburg'"),
        ({"month": "2017-13"}, "month must be yyyy-mm but got '2017-13'"),
        ({"value": "1,5"}, "value must be a whole number but got '1,5'"),
        ({"table": "82015"}, "table must be the id of a StatLine table"),
        ({"source": "a colleague"}, "source must be a web address"),
        ({"status": "sure"}, "status must be 'as quoted' or 'looked up yyyy-mm-dd' but got 'sure'"),
        ({"words": "2017 januari"}, "words must be words"),
        ({"label_nl": " "}, "label_nl must not be empty"),
    ],
)
def test_a_malformed_figure_is_told(tmp_path, change, fault):
    with pytest.raises(DeclarationError, match=r"1 fault") as told:
        load_context(declare(tmp_path, GOOD | change))
    assert f"one: {fault}" in str(told.value)


def test_every_fault_is_told_at_once_and_a_name_occurs_once(tmp_path):
    with pytest.raises(DeclarationError, match=r"2 fault") as told:
        load_context(declare(tmp_path, GOOD, GOOD | {"value": "-1"}))
    assert "one: the name occurs twice" in str(told.value)
