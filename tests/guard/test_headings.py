"""Equal numbers under two headings: the same persons, or coincidence?"""

from __future__ import annotations

import dataclasses

import pytest

from gm_workbench.guard.across import linked
from gm_workbench.guard.headings import Heading, classes, splits
from gm_workbench.guard.protect import protect
from gm_workbench.guard.web import links

SEXES = {"x": [40, 34], "y": [25, 61]}  # by region, then by sex


@pytest.fixture
def renamed(table):
    """The same table with other names for its columns."""

    def made(rows, name):
        one = table(rows, id=name)
        other = {"a": "mothers", "b": "fathers"}
        cells = tuple(dataclasses.replace(cell, column=other.get(cell.column, cell.column)) for cell in one.cells)
        return dataclasses.replace(one, cells=cells, sums=())

    return made


def joined(outputs, policy, key):
    """Whether a cell of the first output and the one at the same place of the second are taken for the same persons."""
    found = linked(outputs, policy)
    at = [cell.key for cell in outputs[0].cells].index(key)
    return found.of((0, at)) == found.of((1, at))


def test_whole_column_that_is_equal_is_one_under_two_headings(table, renamed, policy):
    assert joined([table(SEXES), renamed(SEXES, "again")], policy, ("x", "a"))


def test_one_equal_number_in_columns_that_differ_is_coincidence(table, renamed, policy):
    assert not joined([table(SEXES), renamed({"x": [40, 34], "y": [26, 60]}, "again")], policy, ("x", "a"))


def test_total_is_one_where_the_rows_have_other_names(table, policy):
    outputs = [table({"x": [40, 34], "y": [25, 61]}), table({"north": [30, 44], "south": [35, 51]}, id="again")]
    assert joined(outputs, policy, ("all", "all"))
    assert joined(outputs, policy, ("all", "a"))
    assert not joined(outputs, policy, ("x", "a"))


def test_count_that_is_hidden_is_not_read_under_another_heading(table, renamed, policy):
    rows = {"x": [40, 4, 30], "y": [25, 61, 52]}
    shown = protect([table(rows), renamed(rows, "again")], policy)
    gone = [{(cell.row, at % 4) for at, cell in enumerate(one.cells) if cell.hidden} for one in shown.outputs]
    assert gone[0]
    assert gone[0] == gone[1]


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        ({"x": 40, "y": 25}, {"x": 40, "y": 25}, True),
        ({"x": 40, "y": 25}, {"x": 40, "y": 26}, False),
        ({"x": 40, "y": 25}, {"x": 40, "z": 26}, True),  # only x can be compared
        ({"x": 40, "y": 25}, {"n": 40}, True),  # nothing can: the largest
        ({"x": 40, "y": 25}, {"n": 41}, False),
    ],
)
def test_headings_are_compared_by_what_stands_across_both(one, other, may_be):
    assert Heading(0, "women", one).may_be(Heading(1, "mothers", other)) is may_be
    assert not Heading(0, "women", one).may_be(Heading(0, "mothers", other))


@pytest.mark.parametrize(("n", "one"), [(9, False), (10, True), (11, True)])
def test_small_categories_are_compared_with_nobody(table, policy, n, one):
    outputs = [table({"x": [n]}, id="one", margins=False), table({"z": [n]}, id="other", margins=False)]
    split = [{0: frozenset({"x"})}, {0: frozenset({"z"})}]
    assert (classes(outputs, split, policy.threshold).get("z") == "x") is one


def test_parts_are_told_apart_by_row_and_column_and_totals_by_one_of_them(table):
    made = table(SEXES)
    own = links(made)
    told = splits(made, own)
    by_key = {cell.key: told.get(own.body(at), frozenset()) for at, cell in enumerate(made.cells)}
    assert by_key["x", "a"] == {"x", "a"}
    assert by_key["x", "all"] == {"x"}
    assert by_key["all", "all"] == set()
