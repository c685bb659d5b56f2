"""Two drawn tables of the same persons, with one margin in common, attacked as one integer programme."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from attacking.attack import POLICIES, WIDTH
from attacking.puzzle import grid, possible, read
from attacking.scenes import Seen, released, table

from gm_workbench.guard.policy import load_policy

AGES, SEXES, HOMES = "abc", ("men", "women"), ("rent", "own", "other")


def drawn(seed: int) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Draw persons by sex, age and home, many of them few; give sex by age and home by age."""
    rng = random.Random(seed)
    persons = {
        (sex, age, home): int(rng.expovariate(1 / rng.choice([4, 12, 40]))) for sex in SEXES for age in AGES for home in HOMES
    }
    sexes = {sex: [sum(persons[sex, age, home] for home in HOMES) for age in AGES] for sex in SEXES}
    return sexes, {home: [sum(persons[sex, age, home] for sex in SEXES) for age in AGES] for home in HOMES}


def inner(tables: Mapping[str, Mapping[str, list[int]]]) -> dict[str, tuple[tuple[str, str, str], int]]:
    """Give the counts that are no totals: where each stands, and how many it is."""
    return {
        f"{name}:{row}/{age}": ((row, age, name), n)
        for name, rows in tables.items()
        for row, line in rows.items()
        for age, n in zip(AGES, line, strict=True)
    }


def recovered(seed: int) -> list[str]:
    """Attack every hidden small count with all that both tables print; give those of which too few values are left."""
    tables = dict(zip(("people", "homes"), drawn(seed), strict=True))
    shown = released([table(rows, name, AGES) for name, rows in tables.items()], load_policy("cbs-stijl", POLICIES))
    places = {
        f"{name}:{row}/{key}": (row, key, name)
        for name, rows in tables.items()
        for row in (*rows, "total")
        for key in (*AGES, "all")
    }
    known, sums = read(Seen(shown.outputs), places), _sums(tables)
    ends = {one: possible(one, known, sums) for one, (_, n) in inner(tables).items() if 0 < n < 10}
    return [one for one, (low, high) in ends.items() if high - low < WIDTH]


def _sums(tables: Mapping[str, Mapping[str, list[int]]]) -> list[tuple[str, list[str]]]:
    """Give what adds up in each table, and the margin that both have."""
    own = [
        (f"{name}:{total}", [f"{name}:{part}" for part in parts])
        for name, rows in tables.items()
        for total, parts in grid(tuple(rows), AGES)
    ]
    return own + [(f"people:total/{key}", [f"homes:total/{key}"]) for key in (*AGES, "all")]


def rounded(seed: int) -> tuple[list[str], list[str]]:
    """Release them rounded; give the counts that print further off than rounding goes, and the small ones that are narrowed.

    A total is the sum of what is printed, so it tells nothing that its parts did not: an attacker who takes it for a rounded
    number would contradict herself.
    """
    tables = dict(zip(("people", "homes"), drawn(seed), strict=True))
    policy = load_policy("opensafely-stijl", POLICIES)
    seen = Seen(released([table(rows, name, AGES) for name, rows in tables.items()], policy).outputs)
    cells = inner(tables)
    known = read(seen, {one: place for one, (place, _) in cells.items()}, policy.base)
    off = [one for one, (low, high) in known.items() if not low <= cells[one][1] <= high]
    small = [one for one, (_, n) in cells.items() if n < policy.threshold]
    ends = {one: possible(one, known, _sums(tables)) for one in small}
    return off, [one for one, (low, high) in ends.items() if high - low < policy.width]


@pytest.mark.parametrize("seed", range(3))
def test_drawn_tables_do_not_give_their_small_counts(seed):
    assert recovered(seed) == []


@pytest.mark.parametrize("seed", range(12, 15))
def test_drawn_tables_print_rounded_what_is_no_total_and_leave_the_class_of_the_small(seed):
    assert rounded(seed) == ([], [])


@pytest.mark.proof
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_many_drawn_tables_print_rounded_what_is_no_total(start):
    assert [rounded(seed) for seed in range(start, start + 20)] == [([], [])] * 20


@pytest.mark.proof
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_many_drawn_tables_do_not_give_their_small_counts(start):
    assert [one for seed in range(start, start + 20) for one in recovered(seed)] == []
