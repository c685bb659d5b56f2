"""The audit against readers who do not use it: enumeration for tables of two by two, linear programming for larger ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gm_workbench.guard.audit import Audit, Need, needs
from gm_workbench.guard.complement import plan
from gm_workbench.guard.links import Links, Relation
from gm_workbench.outputs.output import Suppressed

CAP = 30
GRID = np.stack(np.meshgrid(*[np.arange(CAP + 1, dtype=np.int16)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
INNER = ("ra", "rb", "sa", "sb")
MARGINS = {  # each printed number of a table of two by two, as a sum of the four inside
    ("r", "a"): (0,), ("r", "b"): (1,), ("s", "a"): (2,), ("s", "b"): (3,),
    ("r", "all"): (0, 1), ("s", "all"): (2, 3), ("all", "a"): (0, 2), ("all", "b"): (1, 3), ("all", "all"): (0, 1, 2, 3),
}  # fmt: skip


def shown_counts(table, policy, rows):
    output = table(rows)
    made = plan([output], policy)
    assert made is not None
    return {cell.key: cell.n if made.visible((0, at)) else None for at, cell in enumerate(output.cells)}, output


@pytest.mark.untraced
@settings(max_examples=20, deadline=None)
@given(st.tuples(*[st.integers(0, 18)] * 4))
def test_enumeration_of_two_by_two_tables_leaves_every_hidden_count_open(table, policy, inside):
    a, b, c, d = inside
    shown, output = shown_counts(table, policy, {"r": [a, b], "s": [c, d]})
    agree = np.ones(len(GRID), dtype=bool)
    for key, parts in MARGINS.items():
        if shown[key] is not None:
            agree &= GRID[:, parts].sum(axis=1) == shown[key]
    left = GRID[agree]
    for cell in output.cells:
        if policy.is_small(cell.n):
            possible = left[:, MARGINS[cell.key]].sum(axis=1)
            assert shown[cell.key] is None
            assert possible.min() <= 1
            assert possible.max() >= policy.threshold


@pytest.mark.untraced
@settings(max_examples=15, deadline=None)
@example([[0, 1, 1], [1, 1, 1]])  # every total is below the threshold too, so the marks alone leave little room
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=4))
def test_linear_programming_over_larger_tables_leaves_every_hidden_count_open(table, policy, inside):
    shown, output = shown_counts(table, policy, {f"r{at}": row for at, row in enumerate(inside)})
    keys = [cell.key for cell in output.cells]
    column = {key: at for at, key in enumerate(keys)}
    equations = np.zeros((len(output.sums), len(keys)))
    for row, one in enumerate(output.sums):
        equations[row, column[one.total]] = 1
        equations[row, [column[part] for part in one.parts]] = -1
    bounds = [(0, None) if shown[key] is None else (shown[key], shown[key]) for key in keys]
    for cell in (cell for cell in output.cells if policy.is_small(cell.n)):
        goal = np.eye(len(keys))[column[cell.key]]
        low = linprog(goal, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds)
        high = linprog(-goal, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds)
        assert low.fun <= 1 + 1e-7
        assert high.status == 3 or -high.fun >= policy.threshold - 1e-7  # 3: without bound


def chain(values, relations, rounded=False):
    return Links(tuple(values), (), tuple(Relation(total, parts) for total, parts in relations), rounded)


def audit(policy, values, relations):
    found = chain(values, relations)
    return Audit(found, needs(found, {}, policy), policy)


def test_audit_finds_what_subtraction_gives(policy):
    assert audit(policy, [40, 36, 4], [(0, (1, 2))]).failing({0: (40, 40), 1: (36, 36)}) == 2


def test_audit_is_content_when_nothing_is_known(policy):
    assert audit(policy, [40, 36, 4], [(0, (1, 2))]).failing({}) is None


@pytest.mark.parametrize(("total", "first"), [(9, 1), (10, None), (11, None)])
def test_two_hidden_counts_need_room_for_the_threshold(policy, total, first):
    # two counts that sum to 9: neither can be 10; the total counts as known here, whatever it is
    links = chain([total, 4, total - 4], [(0, (1, 2))])
    made = Audit(links, {1: Need(1, policy.threshold, policy.width), 2: Need(1, policy.threshold, policy.width)}, policy)
    assert made.failing({0: (total, total)}) == first


def test_marks_that_leave_one_value_are_found(policy):
    # two marks <10 that sum to 18 are nine each, although plain subtraction leaves 0 to 18
    assert audit(policy, [18, 9, 9], [(0, (1, 2))]).failing({0: (18, 18)}) == 1


@pytest.mark.parametrize(("total", "fails"), [(13, True), (15, True), (16, False), (19, False)])
def test_mark_of_a_large_count_bounds_its_neighbour(policy, total, fails):
    # a dash is 10 or more, so <10 is at most total - 10; the policy wants 1 to 6 to remain
    got = audit(policy, [total, 3, total - 3], [(0, (1, 2))]).failing({0: (total, total)})
    assert (got == 1) is fails


def test_empty_cell_protects_nobody(policy):
    assert audit(policy, [4, 4, 0, 30, 34], [(4, (1, 2, 3))]).failing({4: (34, 34), 3: (30, 30)}) == 1


def test_known_interval_bounds_like_a_number(policy):
    # rounded to ten, 307 is 305 to 314 and 300 is 295 to 304: the rest is 1 to 19
    links = chain([307, 300, 7], [(0, (1, 2))], rounded=True)
    made = Audit(links, needs(links, {}, policy), policy)
    assert made.failing({0: (305, 314), 1: (295, 304)}) is None
    assert made.failing({0: (307, 307), 1: (295, 304)}) == 2


def test_large_mark_can_stand_for_the_threshold_itself(policy):
    # <10 and a dash that sum to 15: were the dash 11 or more, 4 would be the most; 10 leaves 5, still less than the six wanted
    links = chain([15, 3, 12], [(0, (1, 2))])
    assert Audit(links, {1: Need(1, policy.threshold, 4)}, policy).failing({0: (15, 15)}) is None
    assert Audit(links, {1: Need(1, policy.threshold, 5)}, policy).failing({0: (15, 15)}) == 1


def test_count_in_no_sum_is_free(policy):
    assert audit(policy, [4, 30], []).failing({1: (30, 30)}) is None


def test_part_of_what_is_small_itself_needs_no_more_room_than_there_is(policy):
    # 1 + 1 + 1 + 1 + 1 = 5, all hidden: a reader of the marks knows that each is at most five, and no hiding helps
    assert audit(policy, [5, 1, 1, 1, 1, 1], [(0, (1, 2, 3, 4, 5))]).failing({}) is None
    assert audit(policy, [5, 1, 1, 1, 1, 1], [(0, (1, 2, 3, 4, 5))]).failing({0: (5, 5)}) is not None


def test_what_else_must_be_hidden_stands_in_sums_that_hang_together(policy):
    values, relations = [40, 36, 4, 50, 14, 90], [(0, (1, 2)), (3, (1, 4)), (5, (0, 3))]
    made = audit(policy, values, relations)

    def asked(known):
        return {place for cut in made.cuts(known) for place, _ in cut.gains}

    assert asked({0: (40, 40), 1: (36, 36), 3: (50, 50)}) == {0, 1}
    assert asked({0: (40, 40), 3: (50, 50)}) == set()
    assert asked({0: (40, 40), 3: (50, 50), 4: (14, 14)}) <= {0, 3, 4}


def test_needs_are_of_small_and_of_concentrated_counts(policy):
    found = chain([4, 40, 0], [])
    assert needs(found, {1: 36}, policy) == {0: Need(1, 10, 5), 1: Need(36, 40, 0.0)}
    assert needs(chain([4], [], rounded=True), {}, policy) == {0: Need(1, 9, 5)}


def test_suppressed_marks_cannot_be_calculated_with():
    with pytest.raises(Exception, match="no value to calculate with"):
        float(Suppressed(10))
    with pytest.raises(TypeError, match="unsupported operand"):
        Suppressed(10) + 1
