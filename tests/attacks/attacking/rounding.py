"""Attacks on the method *round*: what rounded numbers still say of the counts behind them."""

from __future__ import annotations

from attacking.attack import Claim, attack
from attacking.puzzle import MANY, possible, read, solved
from attacking.scenes import SHARE, Seen, counts, output, shown, table
from gm_workbench.outputs.output import Cell

ROUND = {"policy": "opensafely-stijl"}
ON = ("threshold",)


@attack(
    shown(counts({"a": 7, "b": 12, "all": 19})), "sums of parts", 7, needs=(*ON, "zero", "rounded n", "found sums"), **ROUND
)
def total_that_is_rounded_by_itself(seen: Seen) -> Claim:
    """A total and its parts, each rounded to five: what is left over is above or below a bound"""
    low, high = possible("a", read(seen, {row: (row, "n", "people") for row in ("a", "b", "all")}, 5), [("all", "ab")])
    return max(low, 0), high


@attack(
    shown(table({"men": [12, 7], "women": [33, 62]})),
    "sums of parts",
    7,
    needs=(*ON, "zero", "found sums", "rounded n"),
    **ROUND,
)
def rounded_margins_of_a_table(seen: Seen) -> Claim:
    """All rounded numbers of a table with margins as intervals in one integer programme"""
    low, high = solved(seen, "men/b", ("men", "women"), "ab", 5)
    return (low, high) if low > 0 else MANY


SEX, AGE = {"men": 27, "women": 7, "all": 34}, {"a": 8, "b": 8, "c": 18, "d": 0, "all": 34}


@attack(
    shown(counts(SEX, "sexes"), counts(AGE, "ages")),
    "linked",
    7,
    needs=(*ON, "zero", "rounded n", "complement", "width", "found sums", "sums of parts"),
    **ROUND,
)
def two_splits_of_the_same_persons(seen: Seen) -> Claim:
    """Sexes and ages of the same persons: neither table declares its sum, and both are read as intervals"""
    sexes, ages = list(SEX)[:-1], list(AGE)[:-1]
    places = {**{one: (one, "n", "sexes") for one in sexes}, **{one: (one, "n", "ages") for one in ages}}
    low, high = possible("women", read(seen, places, 5), [("all", sexes), ("all", ages)])
    return (low, high) if high - low < 4 else MANY


@attack(shown(counts({"a": 0, "b": 22})), "zero", 0, needs=ON, **ROUND)
def none_told_apart_from_a_few(seen: Seen) -> Claim:
    """A printed nought says that there is nobody, and so that each of the others is somebody"""
    return 0 if str(seen.cell("a").value) != "<8" else MANY


def _fits(seen: Seen, row: str, about: float) -> list[int]:
    low, high = seen.ends(row, "work")
    return [n for n in range(int(about) - 5, int(about) + 6) for k in range(n + 1) if _wald(k, n) == (low, high)]


def _wald(k: int, n: int) -> tuple[float, float]:
    share = k / n
    half = 1.96 * (share * (1 - share) / n) ** 0.5
    return round(share - half, 3), round(share + half, 3)


BOUNDS = [
    Cell(row, "work", SHARE, n, numerator=k, low=_wald(k, n)[0], high=_wald(k, n)[1], digits=1)
    for row, k, n in (("men", 22, 50), ("all", 24, 53))
]


@attack(shown(output(BOUNDS)), "intervals", 3, **ROUND)
def interval_of_a_percentage(seen: Seen) -> Claim:
    """Only one number of persons fits both bounds: so who is all but not a man is counted"""
    rest = [n - m for n in _fits(seen, "all", 55) for m in _fits(seen, "men", 50)]
    return (min(rest), max(rest)) if rest else MANY


RAW = [Cell(row, "work", SHARE, n, numerator=k, digits=1) for row, k, n in (("men", 23, 50), ("all", 27, 58))]


@attack(shown(output(RAW)), "protected shares", 4, needs=("rounded n",), **ROUND)
def percentage_of_raw_counts(seen: Seen) -> Claim:
    """A percentage of raw counts beside rounded ones gives the raw ones back"""
    of_all = [(k, n) for n in range(58, 63) for k in range(n + 1) if round(k / n, 3) == round(seen.number("all", "work"), 3)]
    of_men = [(k, n) for n in range(48, 53) for k in range(n + 1) if round(k / n, 3) == round(seen.number("men", "work"), 3)]
    rest = [k - j for k, n in of_all for j, m in of_men if k - j > 0 and n > m]
    return (min(rest), max(rest)) if rest else MANY


@attack(shown(counts({"a": 3, "b": 40})), "threshold", 3, **ROUND)
def rounded_small_count(seen: Seen) -> Claim:
    """Three rounds to five, and five is three to seven"""
    value = seen.number("a")
    return value - 2, value + 2
