"""Two drawn tables of the same persons, with one margin in common, attacked as one integer programme."""

from __future__ import annotations

import random

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


def recovered(seed: int) -> list[str]:
    """Attack every hidden small count with all that both tables print; give those of which too few values are left."""
    tables = dict(zip(("people", "homes"), drawn(seed), strict=True))
    shown = released([table(rows, name, AGES) for name, rows in tables.items()], load_policy("cbs-stijl", POLICIES))
    seen, known, sums = Seen(shown.outputs), {}, []
    for name, rows in tables.items():
        places = {f"{name}:{row}/{key}": (row, key, name) for row in (*rows, "total") for key in (*AGES, "all")}
        known |= read(seen, places)
        sums += [(f"{name}:{total}", [f"{name}:{part}" for part in parts]) for total, parts in grid(tuple(rows), AGES)]
    sums += [(f"people:total/{key}", [f"homes:total/{key}"]) for key in (*AGES, "all")]
    small = [
        f"{name}:{row}/{age}"
        for name, rows in tables.items()
        for row, line in rows.items()
        for age, n in zip(AGES, line, strict=True)
        if 0 < n < 10
    ]
    ends = {one: possible(one, known, sums) for one in small}
    return [one for one, (low, high) in ends.items() if high - low < WIDTH]


@pytest.mark.parametrize("seed", range(3))
def test_drawn_tables_do_not_give_their_small_counts(seed):
    assert recovered(seed) == []


@pytest.mark.proof
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_many_drawn_tables_do_not_give_their_small_counts(start):
    assert [one for seed in range(start, start + 20) for one in recovered(seed)] == []
