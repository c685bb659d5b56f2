"""Who knows how cells are chosen learns no more of a hidden count than who does not: every table of two lines, tried."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gm_workbench.guard.alike import FEW, SIZE, choose_alike, stand_in
from gm_workbench.guard.board import UNIT, Board
from gm_workbench.guard.choice import choose
from gm_workbench.guard.links import Links

_spec = importlib.util.spec_from_file_location("test_choice", Path(__file__).with_name("test_choice.py"))
choice = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(choice)

SMALL = range(1, 10)


def lines(*counts: int) -> Links:
    """Make lines and their total."""
    return choice.chain([*counts, sum(counts)], [(len(counts), tuple(range(len(counts))))])


def board(links: Links, policy) -> Board:
    """Lay out counts that each stand in a cell; of totals the others are hidden first, as in a report."""
    totals = {one.total for one in links.relations}
    laid = choice.board(links, policy)
    return replace(laid, cost={cell: UNIT + 2 * SIZE * (cell in totals) for cell in laid.cost})


def shown(counts: Sequence[int], policy, choosing=choose_alike) -> tuple[object, ...]:
    """Give what a reader sees of lines and their total: a number, or the mark of a small count or of another."""
    links = lines(*counts)
    hidden = choosing(board(links, policy)).hidden
    return tuple("<" if n < 10 else "-" if at in hidden else n for at, n in enumerate(links.values))


def narrowed(tables: Iterable[Sequence[int]], policy, top: int, choosing=choose_alike) -> dict[tuple[object, ...], set[int]]:
    """Group tables by what is seen of them; give those of which too few values are left of a small count.

    Where a total above `top` can be behind what is seen, other tables can be too, which were not tried.
    """
    alike = defaultdict(list)
    for counts in tables:
        alike[shown(counts, policy, choosing)].append(counts)
    found = {}
    for seen, group in alike.items():
        for at in (at for at, one in enumerate(seen[:-1]) if one == "<"):
            values = {counts[at] for counts in group}
            if max(map(sum, group)) <= top and max(values) - min(values) < policy.width:
                found[seen] = values
    return found


def beside(low: int, high: int) -> list[tuple[int, int]]:
    return [(few, many) for few in SMALL for many in range(low, high)]


def test_fewest_cells_tell_a_line_of_one_beside_fourteen(policy):
    """Without this choice: 14 is shown and no total, as it is beside no other line than that of one person."""
    told = narrowed(beside(10, 17), policy, 17, choose)
    assert told == {("<", many, "-"): set(range(1, 16 - many)) for many in range(10, 15)}
    assert told["<", 14, "-"] == {1}


@pytest.mark.untraced
def test_small_line_beside_another_keeps_its_room(policy):
    assert narrowed(beside(10, 17), policy, 17) == {}


@pytest.mark.untraced
def test_two_small_lines_keep_their_room(policy):
    assert narrowed([(few, other) for few in SMALL for other in SMALL if few + other > 9], policy, 18) == {}


def test_stand_ins_bear_the_same_marks_and_add_up(policy):
    links = lines(1, 0, 14, 200)
    values = stand_in(board(links, policy).audit)
    assert values[4] == sum(values[:4])
    assert values[:2] == (5, 0)
    assert min(values[2:]) >= 60


def test_stand_ins_are_the_same_for_all_counts_of_the_same_marks(policy):
    found = {stand_in(board(lines(few, 0, many), policy).audit) for few in (1, 9) for many in (10, 31)}
    assert len(found) == 1


def test_where_many_cells_hang_together_the_fewest_are_hidden(policy):
    links = choice.published.table(3)
    assert len(board(links, policy).shows) > FEW
    assert choose_alike(board(links, policy)) == choose(board(links, policy))


def test_how_many_more_are_hidden_is_told(policy):
    """Beside a line of ten both it and the total are hidden; one would have been enough."""
    chosen = choose_alike(board(lines(1, 10), policy))
    assert len(chosen.hidden) == 2
    assert chosen.cost - chosen.bound > UNIT / 2


@pytest.mark.proof
def test_every_small_line_beside_one_or_two_others_keeps_its_room(policy):
    assert narrowed(beside(10, 46), policy, 44) == {}
    two_small = [(few, other, many) for few in SMALL for other in SMALL for many in range(10, 31)]
    assert narrowed(two_small, policy, 31) == {}
