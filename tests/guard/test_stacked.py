"""Sums of rows that do not stand beside each other."""

from __future__ import annotations

import pytest

from gm_workbench.guard.asking import bounds
from gm_workbench.guard.links import Origin
from gm_workbench.guard.stacked import stacked
from gm_workbench.guard.web import links
from gm_workbench.outputs.output import Cell, Measure, Output, Whom

COUNT = Measure.COUNT


def test_rows_with_others_between_them_are_summed():
    assert stacked([(3, 50), (30, 40), (33, 47), (60, 25), (36, 97), (90, 65)]) == [(4, (0, 2)), (5, (1, 3))]


def test_rows_equally_far_apart_are_summed_however_many():
    rows = [(1, 9), (50, 60), (2, 8), (51, 61), (3, 7), (52, 62), (6, 24)]
    assert (6, (0, 2, 4)) in stacked(rows)


@pytest.mark.parametrize(("second", "found"), [(9, False), (10, True), (11, False)])
def test_a_sum_must_stand_in_every_column(second, found):
    assert bool(stacked([(3, 4), (5, 6), (8, second)])) is found


def test_a_sum_in_one_column_is_coincidence():
    assert stacked([(3,), (5,), (8,)]) == []
    assert stacked([(3, 0), (5, 0), (8, 0)]) == []


def test_table_of_three_variables_is_known_to_add_up(words):
    rows = {"young women": (3, 50), "young men": (30, 40), "old women": (33, 47), "old men": (60, 25), "women": (36, 97)}
    cells = tuple(Cell(row, column, COUNT, n) for row, both in rows.items() for column, n in zip("ab", both, strict=True))
    found = links(Output(words(), cells))
    sums = {(found.values[one.total], one.origin) for one in found.relations}
    assert {(36, Origin.LAYOUT), (97, Origin.LAYOUT)} <= sums


def test_wholes_that_no_cell_holds_are_one_for_cells_that_say_whom_they_count(words, policy):
    young = Whom("workers").with_("age", "young")
    people = (
        Cell("young", "men", COUNT, 22, whom=young.with_("sex", "man")),
        Cell("young", "women", COUNT, 18, whom=young.with_("sex", "woman")),
    )
    homes = (
        Cell("young", "rent", COUNT, 38, whom=young.with_("home", "rent")),
        Cell("young", "own", COUNT, 2, whom=young.with_("home", "own")),
    )
    low, high = bounds([Output(words("people"), people), Output(words("homes"), homes)], policy)["homes", "young", "own"]
    assert low <= 1
    assert high >= policy.threshold
