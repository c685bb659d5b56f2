from __future__ import annotations

import pytest

from gm_workbench.guard.links import Origin, wrong_sums
from gm_workbench.guard.web import links
from gm_workbench.outputs.output import Cell, Measure, Output, Shape, Sum

COUNT, SHARE, ESTIMATE = Measure.COUNT, Measure.SHARE, Measure.ESTIMATE


def sums(output: Output) -> set[tuple[int, tuple[int, ...]]]:
    found = links(output)
    return {(found.values[one.total], tuple(sorted(found.values[p] for p in one.parts))) for one in found.relations}


def counts(words, rows, shape=Shape.TABLE):
    return Output(words(shape=shape), tuple(Cell(row, column, COUNT, n) for row, column, n in rows))


def test_count_gives_away_its_n_and_share_three_counts(words):
    found = links(Output(words(), (Cell("r", "n", COUNT, 50), Cell("s", "work", SHARE, 70, numerator=20))))
    assert [[found.values[place] for place in places] for places in found.behind] == [[50], [70, 50, 20]]
    assert [one.origin for one in found.relations] == [Origin.SHARE]


def test_same_count_in_a_row_is_one_count(words):
    found = links(Output(words(), (Cell("r", "n", COUNT, 50), Cell("r", "work", SHARE, 50, numerator=20))))
    assert found.n(0) == found.n(1)
    apart = links(Output(words(), (Cell("r", "n", COUNT, 50), Cell("s", "work", SHARE, 50, numerator=20))))
    assert apart.n(0) != apart.n(1)


def test_two_plain_counts_are_never_one(words):
    found = links(counts(words, [("r", "a", 20), ("r", "b", 20)]))
    assert found.n(0) != found.n(1)


def test_declared_sum_is_declared_and_found_sum_is_found(words, table):
    declared = table({"r": [20, 30]})
    assert {one.origin for one in links(declared).relations} == {Origin.DECLARED}
    found = links(counts(words, [("r", "a", 20), ("r", "b", 30), ("r", "c", 50)]))
    assert [one.origin for one in found.relations] == [Origin.FOUND]


@pytest.mark.parametrize("row", [(20, 30, 50), (50, 20, 30), (7, 20, 30, 50), (50, 20, 30, 7)])
def test_sum_of_neighbours_is_found(words, row):
    assert (50, (20, 30)) in sums(counts(words, [("r", str(at), n) for at, n in enumerate(row)]))


@pytest.mark.parametrize(("row", "found"), [((50, 20, 30, 97), True), ((97, 20, 30, 50), True), ((50, 7, 20, 30, 97), False)])
def test_total_that_is_not_the_largest_stands_beside_its_parts(words, row, found):
    got = sums(counts(words, [("r", str(at), n) for at, n in enumerate(row)]))
    assert ((50, (20, 30)) in got) is found


def test_sum_of_all_others_is_found_wherever_the_total_stands(words):
    row = (20, 30, 95, 45)
    assert (95, (20, 30, 45)) in sums(counts(words, [("r", str(at), n) for at, n in enumerate(row)]))


def test_equal_neighbours_are_no_sum(words):
    assert sums(counts(words, [("r", "a", 20), ("r", "b", 20), ("r", "c", 33)])) == set()


def test_along_time_nothing_adds_up_but_across_series_it_does(words):
    cells = [("a", "0", 20), ("a", "1", 30), ("a", "2", 50), ("b", "0", 25), ("all", "0", 45)]
    assert sums(counts(words, cells, Shape.TREND)) == {(45, (20, 25))}


def test_line_that_makes_up_a_count_elsewhere_is_found(words):
    assert (53, (20, 33)) in sums(counts(words, [("r", "a", 20), ("r", "b", 33), ("s", "c", 53)]))


def test_numerators_that_make_up_their_n_are_found(words):
    cells = tuple(Cell("r", str(at), SHARE, 90, numerator=k) for at, k in enumerate((20, 30, 40)))
    assert (90, (20, 30, 40)) in sums(Output(words(), cells))
    assert (90, (20, 30, 41)) not in sums(Output(words(), (*cells[:2], Cell("r", "c", SHARE, 90, numerator=41))))


def test_persons_behind_estimates_add_up(words):
    cells = tuple(Cell(row, "score", ESTIMATE, n, value=1.0) for row, n in (("men", 40), ("women", 30), ("all", 70)))
    assert sums(Output(words(), cells)) == {(70, (30, 40))}


def test_losses_of_a_flow_are_counts(words):
    rows = [(str(at), "persons", n) for at, n in enumerate((90, 83, 83))]
    assert sums(counts(words, rows, Shape.FLOW)) == {(90, (7, 83))}
    assert sums(counts(words, rows)) == set()


@pytest.mark.parametrize(
    ("shape", "rounded"), [(Shape.TABLE, False), (Shape.MATRIX, False), (Shape.BARS, False), (Shape.FLOW, True)]
)
def test_counts_print_exactly_in_tables_only(words, shape, rounded):
    assert links(counts(words, [("r", "a", 20)], shape)).rounded is rounded


def test_wrong_sums_are_named(words):
    cells = (Cell("r", "a", COUNT, 30), Cell("r", "b", SHARE, 90, numerator=40), Cell("r", "all", COUNT, 70))
    good = Output(words(), cells, (Sum(("r", "all"), (("r", "a"), ("r", "b"))),))
    assert wrong_sums(good) == []
    bad = Output(words(), cells, (Sum(("r", "all"), (("r", "a"),)),))
    assert wrong_sums(bad) == [("r", "all")]


def test_share_and_money_that_stand_on_the_same_persons_are_one_count(words):
    cells = (Cell("any", "men", SHARE, 90, numerator=40), Cell("amount", "men", Measure.MONEY, 40, value=9.0, largest=0.1))
    found = links(Output(words(), cells))
    assert found.body(0) == found.n(1)


def test_along_time_no_count_elsewhere_is_made_up(words):
    cells = tuple(
        Cell(row, str(at), ESTIMATE, n, value=1.0) for row, at, n in (("a", 0, 60), ("b", 0, 59), ("a", 9, 43), ("b", 9, 16))
    )
    assert sums(Output(words(shape=Shape.CURVE), cells)) == set()


def test_n_is_one_count_along_a_row_but_not_down_a_column(words):
    cells = (
        Cell("r", "a", ESTIMATE, 50, value=1.0),
        Cell("r", "b", ESTIMATE, 50, value=1.0),
        Cell("s", "a", ESTIMATE, 50, value=1.0),
    )
    found = links(Output(words(), cells))
    assert found.n(0) == found.n(1) != found.n(2)


def test_n_of_shares_that_make_it_up_is_one_count_down_a_column(words):
    whole = links(Output(words(), tuple(Cell(row, "a", SHARE, 50, numerator=k) for row, k in (("r", 20), ("s", 30)))))
    assert whole.n(0) == whole.n(1)
    part = links(Output(words(), tuple(Cell(row, "a", SHARE, 50, numerator=k) for row, k in (("r", 20), ("s", 29)))))
    assert part.n(0) != part.n(1)


def test_shares_of_several_characteristics_each_make_up_their_n(words):
    rows = (("man", 30), ("woman", 60), ("young", 50), ("middle", 37), ("old", 3))
    found = sums(Output(words(), tuple(Cell(row, "a", SHARE, 90, numerator=k) for row, k in rows)))
    assert {(90, (30, 60)), (90, (3, 37, 50))} <= found


def test_counts_of_several_characteristics_each_make_up_the_largest(words):
    rows = [(row, "n", n) for row, n in (("man", 30), ("woman", 60), ("young", 50), ("middle", 37), ("old", 3), ("all", 90))]
    assert {(90, (30, 60)), (90, (3, 37, 50))} <= sums(counts(words, rows))


def test_empty_counts_make_up_nothing(words):
    assert sums(counts(words, [("r", "a", 0), ("r", "b", 0), ("r", "c", 0)])) == set()
    assert sums(Output(words(), tuple(Cell("r", c, SHARE, 0, numerator=0) for c in "ab"))) == {(0, (0, 0))}
