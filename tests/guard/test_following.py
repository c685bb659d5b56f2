"""What follows from one sum after another is never closer than a linear programme says, and its prices say the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from gm_workbench.guard.following import TURNS, Following
from gm_workbench.guard.limits import Limits

CAP = 1000.0


def limits(low: list[float], high: list[float]) -> Limits:
    ends = np.array([low, high], dtype=np.float64)
    return Limits(*ends, told=ends[0] == ends[1], marks=False)


def chain(many: int) -> tuple[np.ndarray, Limits]:
    """Of a row of counts each pair comes to 10 and the first is known to be 4."""
    sums = np.zeros((many - 1, many + 1))
    for at in range(many - 1):
        sums[at, [many, at, at + 1]] = 1.0, -1.0, -1.0
    return sums, limits([4.0] + [0.0] * (many - 1) + [10.0], [4.0] + [CAP] * (many - 1) + [10.0])


def table(seed: int) -> tuple[np.ndarray, Limits, np.ndarray]:
    """Draw a table of three by four with its margins, of which some counts are hidden and some are between two values."""
    draw = np.random.default_rng(seed)
    inside = draw.integers(0, 30, (3, 4))
    full = np.vstack([np.column_stack([inside, inside.sum(axis=1)]), [*inside.sum(axis=0), inside.sum()]])
    at = np.arange(full.size).reshape(full.shape)
    sums = np.zeros((9, full.size))
    for row, line in enumerate([*at, *at.T]):
        sums[row, line] = [-1.0] * (len(line) - 1) + [1.0]
    true = full.ravel().astype(np.float64)
    kind = draw.choice(3, full.size, p=[0.4, 0.4, 0.2])
    low = np.select([kind == 0, kind == 1], [true, 0.0], np.maximum(true - 3, 0))
    high = np.select([kind == 0, kind == 1], [true, CAP], true + 3)
    return sums, limits(low.tolist(), high.tolist()), true


def test_following_finds_the_rest_of_a_sum() -> None:
    """9 = a + b + c, b is 2 and c is 3 to 5: a is 2 to 4."""
    sums = np.array([[1.0, -1.0, -1.0, -1.0]])
    known = limits([9, 0, 2, 3], [9, CAP, 2, 5])
    found = Following(sums).followed(known)
    assert (found.low[1], found.high[1]) == (2.0, 4.0)


def test_a_count_that_stands_twice_in_a_sum_is_half_of_the_rest() -> None:
    """10 = a + a + b and b is 2 to 4: a is 3 to 4, and one more in all would be half a person more of a."""
    sums = np.array([[1.0, -2.0, -1.0]])
    known = limits([10, 0, 2], [10, CAP, 4])
    following = Following(sums)
    found = following.followed(known)
    assert (found.low[1], found.high[1]) == (3.0, 4.0)
    assert following.prices(1, 1.0, known).tolist() == [-0.5]


def test_following_says_nothing_of_a_count_in_no_sum() -> None:
    known = limits([5, 0, 5, 0], [5, 9, 5, 7])
    found = Following(np.array([[1.0, 0.0, -1.0, 0.0]])).followed(known)
    assert (found.low.tolist(), found.high.tolist()) == ([5, 0, 5, 0], [5, 9, 5, 7])
    assert found.turns == ()


@pytest.mark.parametrize(("turns", "closed"), [(TURNS - 1, True), (TURNS, True), (TURNS + 1, False)])
def test_following_goes_on_for_some_turns(turns: int, closed: bool) -> None:
    sums, known = chain(turns + 1)
    found = Following(sums).followed(known)
    last = (found.low[turns], found.high[turns])
    assert (last == ((4.0, 4.0) if turns % 2 == 0 else (6.0, 6.0))) is closed


def test_following_is_kept_with_what_is_known() -> None:
    sums, known = chain(3)
    following = Following(sums)
    assert following.followed(known) is following.followed(known)


@pytest.mark.parametrize("seed", range(12))
def test_following_is_never_closer_than_a_linear_programme(seed: int) -> None:
    sums, known, true = table(seed)
    found = Following(sums).followed(known)
    assert (found.low <= true).all()
    assert (true <= found.high).all()
    bounds = np.column_stack([known.low, known.high])
    for place in np.flatnonzero(known.open):
        for sign, end in ((1.0, found.low[place]), (-1.0, -found.high[place])):
            goal = np.where(np.arange(len(true)) == place, sign, 0.0)
            best = linprog(goal, A_eq=sums, b_eq=np.zeros(len(sums)), bounds=bounds, method="highs")
            assert end <= best.fun + 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_prices_show_the_same_end(seed: int) -> None:
    """What the prices leave of a goal is a bound on it, whatever the counts are: no lower than what followed."""
    sums, known, true = table(seed)
    following = Following(sums)
    found = following.followed(known)
    for place in np.flatnonzero(known.open):
        for sign, end in ((1.0, found.low[place]), (-1.0, -found.high[place])):
            goal = np.where(np.arange(len(true)) == place, sign, 0.0)
            left = goal - following.prices(int(place), sign, known) @ sums
            shown = np.where(left > 0, left * known.low, left * known.high).sum()
            assert shown >= end - 1e-6
            assert shown <= sign * true[place] + 1e-6
