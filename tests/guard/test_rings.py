"""Which tables of two variables close a ring, and which smaller tables stand for the one behind them."""

from __future__ import annotations

from itertools import combinations

import pytest

from gm_workbench.guard.grids import Grid
from gm_workbench.guard.rings import MOST_WAYS, cliques, rings, threes


def side(name: str, many: int = 2):
    return frozenset((f"{name}{at}", 10 + at) for at in range(many))


def axis(name: str, many: int = 2):
    return side(name, many), 0


def grid(output: int, one: str, other: str, first: int = 0) -> Grid:
    pairs = [(frozenset({a}), frozenset({b})) for a, _ in sorted(side(one)) for b, _ in sorted(side(other))]
    places = {pair: 10 * output + at for at, pair in enumerate(pairs)}
    return Grid(output, (side(one), side(other)), places, {pair: first + at for at, pair in enumerate(pairs)})


def found(*pairs: str) -> list[list[list[int]]]:
    """Give, for tables by pairs of variables, which hang together: the outputs of each pair of each ring."""
    tables = rings([grid(at, *pair) for at, pair in enumerate(pairs)])
    return [sorted([one.output for one in same] for same in ring.values()) for ring in tables]


@pytest.mark.parametrize(("pairs", "ring"), [(("ab", "bc", "ac"), 3), (("ab", "bc", "cd", "ad"), 4)])
def test_tables_that_close_a_ring_hang_together(pairs, ring):
    assert found(*pairs) == [[[at] for at in range(ring)]]


@pytest.mark.parametrize("pairs", [("ab",), ("ab", "bc"), ("ab", "bc", "cd"), ("ab", "cd", "ef")])
def test_tables_that_close_no_ring_do_not(pairs):
    assert found(*pairs) == []


def test_table_that_hangs_on_a_ring_is_no_part_of_it():
    assert found("ab", "bc", "ac", "cd", "de") == [[[0], [1], [2]]]


def test_two_rings_that_share_nothing_are_two():
    assert len(found("ab", "bc", "ac", "de", "ef", "df")) == 2


def test_rows_and_columns_may_be_exchanged():
    assert found("ab", "cb", "ca") == found("ab", "bc", "ac")


def test_tables_of_the_same_counts_are_one_pair():
    assert found("ab", "bc", "ac", "ab") == [[[0, 3], [1], [2]]]


def test_tables_of_other_counts_are_tried_in_turn():
    tables = [grid(0, "a", "b"), grid(1, "b", "c"), grid(2, "a", "c"), grid(3, "a", "b", first=5)]
    assert sorted(sorted(one.output for same in ring.values() for one in same) for ring in rings(tables)) == [
        [0, 1, 2],
        [1, 2, 3],
    ]


def test_too_many_ways_leave_threes():
    """Three tables of each pair of a ring with a diagonal: 243 ways, so its two threes, in 27 ways each."""
    pairs = ["ab", "bc", "cd", "ad", "ac"]
    tables = [grid(3 * at + copy, *pair, first=7 * copy) for at, pair in enumerate(pairs) for copy in range(3)]
    assert 3 ** len(pairs) > MOST_WAYS
    made = list(rings(tables))
    assert {len(ring) for ring in made} == {3}
    assert len(made) == 2 * 27


def test_two_variables_that_look_alike_may_be_either():
    """A table of twice the same categories and numbers: each of the two others may be by the one or by the other."""
    made = list(rings([grid(0, "a", "a"), grid(1, "a", "c"), grid(2, "a", "c", first=3)]))
    assert [[one.output for same in ring.values() for one in same] for ring in made] == [[0, 1, 2], [0, 2, 1]]
    assert all(len({number for pair in ring for _, number in pair}) == 3 for ring in made)


def test_cliques_of_a_triangle_and_of_all_pairs_are_whole():
    for names in ("abc", "abcd"):
        axes = [axis(name) for name in names]
        assert cliques(combinations(axes, 2)) == [frozenset(axes)]


def test_cliques_of_a_ring_of_five_are_three_that_share_two():
    axes = [axis(name) for name in "abcde"]
    made = cliques([(axes[at], axes[(at + 1) % 5]) for at in range(5)])
    assert [len(one) for one in made] == [3, 3, 3]
    assert sorted(len(one & other) for one, other in combinations(made, 2)) == [1, 2, 2]
    assert frozenset.union(*made) == frozenset(axes)


def test_clique_of_the_smallest_table_is_taken_out_first():
    """A ring in which two variables have many categories: the diagonal is drawn between the other two."""
    a, b, c, d = axis("a", 9), axis("b"), axis("c", 9), axis("d")
    assert sorted(map(len, cliques([(a, b), (b, c), (c, d), (a, d)]))) == [3, 3]
    assert all({b, d} <= one for one in cliques([(a, b), (b, c), (c, d), (a, d)]))


def test_pairs_close_no_clique():
    assert cliques([(axis("a"), axis("b")), (axis("b"), axis("c"))]) == []


def test_threes_are_all_three_pairs():
    a, b, c, d = (axis(name) for name in "abcd")
    assert list(threes([(a, b), (a, c), (b, c), (c, d)])) == [((a, b), (a, c), (b, c))]
    assert list(threes([(a, b), (b, c), (c, d), (a, d)])) == []
