"""Rows that split one whole in several ways, where no row has that whole."""

from __future__ import annotations

import pytest

from gm_workbench.guard.across import linked
from gm_workbench.guard.protect import protect
from gm_workbench.guard.web import links
from gm_workbench.guard.wholes import same_wholes
from gm_workbench.outputs.output import Cell, Measure, Output, Shape

PEOPLE = {"man": (3, 40), "woman": (30, 25), "young": (13, 35), "old": (20, 30)}


def people(words, rows, name="people", columns=("rent", "own")) -> Output:
    return Output(
        words(name),
        tuple(
            Cell(row, column, Measure.COUNT, n) for row, line in rows.items() for column, n in zip(columns, line, strict=False)
        ),
    )


def shown(outputs, policy) -> dict[tuple[str, str], float]:
    cells = (cell for output in protect(outputs, policy).outputs for cell in output.cells)
    return {(cell.row, cell.column): cell.value for cell in cells if isinstance(cell.value, float)}


@pytest.mark.parametrize("across", [True, False], ids=["rows", "columns"])
def test_two_variables_below_each_other_do_not_tell_the_last_category(words, policy, across):
    """13 + 20 - 30 would be the three men who rent."""
    made = people(words, PEOPLE)
    if not across:
        made = Output(made.words, tuple(Cell(cell.column, cell.row, cell.measure, cell.n) for cell in made.cells))
    seen = shown([made], policy)
    rent = {key for key in seen if "rent" in key}
    assert len(rent) < 3


def test_one_column_of_two_variables_does_not_tell_the_last_category(words, policy):
    seen = shown([people(words, PEOPLE, columns=("n",))], policy)
    assert ("man", "n") not in seen
    assert len(seen) < 3


def test_shares_of_two_variables_do_not_tell_the_last_category(words, policy):
    """Who works, by sex and by age: no total is printed, and the numerators come to the same."""
    rows = {"man": (3, 40), "woman": (30, 45), "young": (13, 35), "old": (20, 50)}
    cells = [Cell(row, "works", Measure.SHARE, n, numerator=part) for row, (part, n) in rows.items()]
    assert len(shown([Output(words(), tuple(cells))], policy)) < 3


def test_whole_that_no_cell_holds_is_that_of_another_table(words, policy):
    """All 33 stand in another table: then men are hidden with women, and not with the young."""
    everybody = Output(words("all"), (Cell("everybody", "persons", Measure.COUNT, 33),))
    seen = shown([people(words, PEOPLE, columns=("n",)), everybody], policy)
    assert seen == {("young", "n"): 13, ("old", "n"): 20, ("everybody", "persons"): 33}


def test_two_categories_that_stand_in_a_total_of_their_own_need_no_other(words, policy):
    """With all persons in the table, hiding another of the same variable is enough."""
    seen = shown([people(words, PEOPLE | {"all": (33, 65)})], policy)
    assert {key for key in seen if key[1] == "rent"} == {("young", "rent"), ("old", "rent"), ("all", "rent")}


def test_runs_that_come_to_the_same_in_one_column_may_be_chance():
    """20 and 30 are 50, as are 9 and 41; but 13 belongs to neither."""
    assert same_wholes([(20,), (30,), (9,), (41,), (13,)], [""] * 5) == []
    two = [(20, 7), (30, 7), (9, 4), (41, 10), (13, 5)]
    assert same_wholes(two, [""] * 5) == [((0, 1), (2, 3))]


def test_rows_of_nobody_say_nothing():
    assert same_wholes([(0, 0), (0, 0), (0, 0), (0, 0)], [""] * 4) == []
    assert same_wholes([], []) == []


def test_three_variables_are_three_sets():
    rows = [(3, 40), (30, 25), (13, 35), (20, 30), (11, 11), (22, 54)]
    assert same_wholes(rows, [""] * 6)[0] == ((0, 1), (2, 3), (4, 5))


def test_tall_tables_take_no_longer_than_their_pairs_of_rows():
    rows = [(at, 2 * at + 1, at * at) for at in range(1, 300)]
    assert same_wholes(rows, [""] * len(rows)) == []


def test_categories_that_stand_apart_are_known_by_the_name_of_their_variable():
    names = ["sex", "age", "sex", "age", ""]
    assert same_wholes([(3,), (13,), (30,), (20,), (8,)], names) == [((0, 2), (1, 3))]


def test_months_beside_each_other_are_no_categories(words, policy):
    """Along time nothing adds up: men and women in four months, where two months come to what the others do."""

    rows = {"man": (3, 30, 13, 20), "woman": (40, 25, 35, 30)}
    curves = people(words, rows, columns=("1", "2", "3", "4"))
    assert links(curves).relations != ()
    over_time = Output(words(shape=Shape.TREND), curves.cells)
    assert links(over_time).relations == ()


@pytest.mark.parametrize(("columns", "name"), [(("n",), "number"), (("rent", "own"), "persons")])
def test_two_tables_of_the_same_persons_need_no_column_of_one_name(words, policy, columns, name):
    """Men and women here, young and old there, under other headings: both come to everybody, which stands in neither."""
    sexes = {row: PEOPLE[row] for row in ("man", "woman")}
    ages = {row: (sum(PEOPLE[row][: len(columns)]),) for row in ("young", "old")}
    seen = shown([people(words, sexes, "sexes", columns), people(words, ages, "ages", (name,))], policy)
    everybody = {(row, column) for row in sexes for column in columns} | {(row, name) for row in ages}
    assert len(everybody - seen.keys()) > 1
    assert ("man", columns[0]) not in seen


def test_few_persons_of_two_tables_are_not_taken_for_the_same(words, policy):
    """Five and three, and six and two: below the threshold equal numbers are often chance."""
    sexes, ages = {"man": (5,), "woman": (3,)}, {"young": (6,), "old": (2,)}

    def wholes(name: str) -> set[tuple[int, ...]]:
        found = linked([people(words, sexes, "a", ("n",)), people(words, ages, "b", (name,))], policy)
        return {one.parts for one in found.relations if len({found.values[part] for part in one.parts} & {3, 5}) == 2}

    assert not wholes("number")
    assert wholes("n")


def test_row_that_is_the_total_of_others_is_no_run():
    """50, and 20 and 30: that is a total, which `stacked` and the sums of neighbours find."""
    assert same_wholes([(50,), (20,), (30,)], [""] * 3) == []
    assert same_wholes([(50, 9), (20, 4), (30, 5)], [""] * 3) == []
    assert same_wholes([(20,), (30,), (50,)], ["sex", "sex", "all"]) == []


def test_rows_of_nobody_belong_to_no_set():
    assert same_wholes([(3,), (0,), (30,), (13,), (20,)], [""] * 5) == [((0, 2), (3, 4))]
    assert same_wholes([(3,), (0,), (30,), (13,), (20,)], ["sex", "sex", "sex", "age", "age"])[1:] == []


def test_sets_that_share_a_row_say_nothing_more():
    """The first two of four equal rows come to the second two; the middle two are known with these."""
    assert same_wholes([(5, 7)] * 4, [""] * 4) == [((0, 1), (2, 3))]


def test_runs_must_come_to_the_same_in_every_column():
    assert same_wholes([(3, 40), (30, 25), (13, 35), (20, 31)], [""] * 4) == []
