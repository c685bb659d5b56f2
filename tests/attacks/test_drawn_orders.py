"""Tables sorted by a number of theirs: while the same numbers are shown, rows stand the same whatever the hidden number is."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from operator import add, sub, truediv

import pytest
from attacking.attack import POLICIES
from attacking.scenes import COUNT, SHARE, output, released

from gm_workbench.guard.policy import load_policy
from gm_workbench.outputs.output import Cell
from gm_workbench.outputs.printed import rows_of

Pair = tuple[int, int]
BY: tuple[Callable[[int, int], float], ...] = (add, sub, truediv, lambda k, _: k, lambda _, n: n)
FEW = {"cbs-stijl": (1, 3, 5, 7, 9), "opensafely-stijl": (0, 2, 4, 7)}


def sorted_table(rows: Mapping[str, Pair], by: Callable[[int, int], float], shares: bool, most_first: bool) -> list[Cell]:
    """Draw groups and how many of each work, sorted by what comes of the two numbers."""
    names = sorted(rows, key=lambda row: by(*rows[row]), reverse=most_first)
    if shares:
        return [Cell(row, "work", SHARE, rows[row][1], numerator=rows[row][0], digits=1) for row in names]
    return [Cell(row, column, COUNT, n) for row in names for column, n in zip(("work", "n"), rows[row], strict=True)]


def orders(seed: int) -> dict[object, set[tuple[str, ...]]]:
    """Give, for all that is shown of a drawn table, the orders in which its rows then stand."""
    draw = random.Random(seed)
    policy = draw.choice(sorted(FEW))
    sizes = {row: draw.randint(40, 300) for row in draw.sample("abcdefg", draw.randint(3, 6))}
    rows = {row: (min(n - 12, draw.randint(12, 150)), n) for row, n in sizes.items()}
    hidden, how = draw.choice(sorted(rows)), (draw.choice(BY), draw.random() < 0.5, draw.random() < 0.5)
    found: dict[object, set[tuple[str, ...]]] = {}
    for few in FEW[policy]:
        cells = sorted_table(rows | {hidden: (few, sizes[hidden])}, *how)
        seen = released([output(cells)], load_policy(policy, POLICIES)).outputs[0]
        numbers = tuple(sorted((cell.key, str(cell.value)) for cell in seen.cells))
        found.setdefault(numbers, set()).add(tuple(rows_of(seen)))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_order_of_a_drawn_table_says_nothing_of_what_is_hidden(seed):
    assert all(len(one) == 1 for one in orders(seed).values())


@pytest.mark.proof
@pytest.mark.parametrize("start", range(0, 1000, 100))
def test_order_of_many_drawn_tables_says_nothing_of_what_is_hidden(start):
    assert [seed for seed in range(start, start + 100) if any(len(one) > 1 for one in orders(seed).values())] == []
