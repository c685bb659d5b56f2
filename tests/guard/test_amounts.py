"""Sums and means of money beside one another do not give n away, nor a hidden group's own sum."""

from __future__ import annotations

import pytest

from gm_workbench.guard.protect import protect
from gm_workbench.outputs.output import Cell, Measure, Output

SUMS = {"women": (5, 5_000.0), "men": (40, 44_000.0), "all": (45, 49_000.0)}
MANY = {"women": (25, 25_000.0), "men": (40, 44_000.0), "all": (65, 69_000.0)}


def _amounts(rows, column="spent"):
    return tuple(Cell(row, column, Measure.MONEY, n, value=v, largest=0.2, unit="euro") for row, (n, v) in rows.items())


def _some(rows, *names):
    return {name: rows[name] for name in names}


def _hidden(policy, *outputs):
    return {
        (made.words.id, cell.row, cell.column)
        for made in protect(outputs, policy).outputs
        for cell in made.cells
        if cell.hidden
    }


@pytest.fixture
def made(words):
    return lambda name, *cells: Output(words(name), tuple(cells))


def test_sum_beside_its_mean_is_kept_back(policy, made):
    cells = [*_amounts({"men": (43, 44_000.0)}, "sum"), *_amounts({"men": (43, 1_023.0)}, "mean")]
    assert _hidden(policy, made("a", *cells)) == {("a", "men", "sum")}
    assert _hidden(policy, made("a", cells[0]), made("b", cells[1])) == {("a", "men", "sum")}


def test_sum_beside_the_mean_of_those_who_got_anything_is_kept_back(policy, made):
    """The two count other persons, and their ratio is how many got anything."""
    cells = [*_amounts({"men": (80, 44_000.0)}, "sum"), *_amounts({"men": (43, 1_023.0)}, "mean")]
    assert _hidden(policy, made("a", *cells)) == {("a", "men", "sum")}


def test_amount_of_all_in_another_output_does_not_give_that_of_a_hidden_group(policy, made):
    outputs = made("a", *_amounts(_some(SUMS, "women", "men"))), made("b", *_amounts(_some(SUMS, "all")))
    assert _hidden(policy, *outputs) == {("a", "women", "spent"), ("a", "men", "spent")}


def test_amount_that_stands_in_several_outputs_is_kept_back_in_all(policy, made):
    men = made("c", *_amounts(_some(SUMS, "men")))
    outputs = made("a", *_amounts(SUMS)), made("b", *_amounts(_some(SUMS, "all"))), men
    shown = {"men": ("c", "men", "spent"), "all": ("b", "all", "spent")}
    assert _hidden(policy, *outputs) & set(shown.values()) != set()


def test_amount_of_all_but_a_few_is_kept_back_where_the_few_stand_nowhere(policy, made):
    assert _hidden(policy, made("a", *_amounts(_some(SUMS, "men", "all")))) == {("a", "men", "spent")}


@pytest.mark.parametrize(("name", "hidden"), [("everybody", True), ("Alle personen", True), ("women", False)])
def test_mean_of_all_but_a_few_is_kept_back_whatever_the_total_is_called(policy, made, name, hidden):
    rows = (("men", 40, 1_510.0), (name, 45, 1_700.0))
    cells = (Cell(row, "mean", Measure.ESTIMATE, n, value=v, se=50.0, unit="euro") for row, n, v in rows)
    assert (("a", "men", "mean") in _hidden(policy, made("a", *cells))) is hidden


@pytest.mark.parametrize(("largest", "cover"), [(0.9, True), (0.52, False)])
def test_amounts_that_are_hidden_together_are_not_mostly_one_persons(policy, made, largest, cover):
    rows = (("a", 12, 10_000.0, largest), ("b", 14, 600.0, 0.7), ("c", 40, 52_000.0, 0.1), ("d", 60, 70_000.0, 0.1))
    parts = [Cell(row, "spent", Measure.MONEY, n, value=v, largest=top, unit="euro") for row, n, v, top in rows]
    whole = Cell("all", "spent", Measure.MONEY, 126, value=132_600.0, largest=0.1, unit="euro")
    hidden = {("x", "a", "spent"), ("x", "b", "spent")} | ({("x", "c", "spent")} if cover else set())
    assert _hidden(policy, made("x", *parts), made("y", whole)) == hidden


def test_hidden_whole_is_not_the_sum_of_two_amounts_elsewhere(policy, made):
    whole = Cell("all", "spent", Measure.MONEY, 65, value=69_000.0, largest=0.6, unit="euro")
    outputs = made("a", whole), made("b", *_amounts(_some(MANY, "women", "men")))
    assert _hidden(policy, *outputs) == {("a", "all", "spent"), ("b", "women", "spent")}


def test_amounts_of_enough_persons_are_all_shown(policy, made):
    outputs = made("a", *_amounts(_some(MANY, "women", "men"))), made("b", *_amounts(_some(MANY, "all")))
    assert _hidden(policy, *outputs) == set()


def test_means_that_do_not_add_up_are_not_kept_back(policy, made):
    outputs = made("a", *_amounts({"women": (5, 900.0), "men": (40, 800.0)})), made("b", *_amounts({"others": (45, 300.0)}))
    assert _hidden(policy, *outputs) == {("a", "women", "spent")}


def test_mean_of_all_in_another_output_does_not_give_that_of_a_hidden_group(policy, made):
    rows = {"women": (5, 20.0), "men": (100, 50.0), "all": (105, 5_100 / 105)}
    cells = [Cell(row, "score", Measure.ESTIMATE, n, value=v, digits=1, unit="points") for row, (n, v) in rows.items()]
    assert _hidden(policy, made("a", *cells[:2]), made("b", cells[2])) == {("a", "women", "score"), ("a", "men", "score")}


def _of_homes(made, times=1, renting=0.1):
    """Draw three outputs: each has two hidden amounts, or none, and nowhere stands what those who rent have together."""
    rows = {
        "young": (("rent", 4, 3_000.0, renting), ("own", 30, 40_000.0, 0.51), ("all", 34, 43_000.0, 0.48)),
        "old": (("rent", 4, 5_000.0, renting), ("own", 50, 60_000.0, 0.51), ("all", 54, 65_000.0, 0.48)),
        "total": (("own", 80, 100_000.0, 0.31),),
    }
    given = {"unit": "euro", "digits": 2}
    for mean in (False, True):
        yield [
            made(
                row,
                *(
                    Cell(row, home, Measure.MONEY, n * times, value=money / (n * times if mean else 1), largest=top, **given)
                    for home, n, money, top in cells
                ),
            )
            for row, cells in rows.items()
        ]


OWN_RULES = {("young", "young", "rent"), ("young", "young", "own"), ("old", "old", "rent"), ("old", "old", "own")}


def test_totals_of_two_rows_minus_that_of_a_column_do_not_give_that_of_a_few(policy, made):
    """Young and old minus who own are eight persons."""
    for outputs in _of_homes(made):
        assert _hidden(policy, *outputs) == OWN_RULES | {("young", "young", "all")}


@pytest.mark.parametrize(("largest", "hidden"), [(0.9, {("young", "young", "all")}), (0.7, set())])
def test_totals_of_two_rows_minus_that_of_a_column_are_not_mostly_one_persons(policy, made, largest, hidden):
    """Eighty persons rent and have 8,000 together, of which one has 4,500, or 3,500."""
    for outputs in _of_homes(made, 10, largest):
        assert _hidden(policy, *outputs) == OWN_RULES | hidden


def test_lines_that_come_to_the_same_do_not_give_a_hidden_amount(policy, made):
    """Nowhere stands what all have together, and yet young and old have what men and women have."""
    ages = made("a", *_amounts({"young": (5, 5_000.0), "old": (60, 64_000.0)}))
    sexes = made("b", *_amounts({"women": (25, 25_000.0), "men": (40, 44_000.0)}))
    assert _hidden(policy, ages, sexes) == {("a", "young", "spent"), ("b", "women", "spent")}


def test_amounts_of_one_row_in_three_outputs_do_not_give_a_hidden_one(policy, made):
    rows = {"all": (90, 90_500.0), "renters": (40, 41_000.0), "owners": (45, 44_000.0), "others": (5, 5_500.0)}
    outputs = [made(name, *_amounts({"young": one})) for name, one in rows.items()]
    assert _hidden(policy, *outputs) == {("others", "young", "spent"), ("renters", "young", "spent")}
