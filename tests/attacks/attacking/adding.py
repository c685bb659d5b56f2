"""Attacks on estimates that add up: to one another, to nought, or to one; no number of persons says that they do."""

from __future__ import annotations

import math
from typing import Any

from attacking.attack import Claim, attack
from attacking.puzzle import MANY
from attacking.scenes import ESTIMATE, MONEY, Seen, cells, counts, output, shown
from gm_workbench.metrics.estimate import Estimate, Sides
from gm_workbench.metrics.recurrence import Definition, Recurrence
from gm_workbench.outputs.about import About
from gm_workbench.outputs.output import Cell, Output
from gm_workbench.outputs.recurrence import recurrence
from gm_workbench.vocabulary.protocols import Assignment, Section
from gm_workbench.vocabulary.schemas import DataKind
from gm_workbench.vocabulary.text import Text, same

ON = ("threshold",)
ROUND = {"policy": "opensafely-stijl"}


def _share(row: str, happened: int, exits: int, **more: Any) -> Cell:
    """Give a share of exits as a metric does, with an error of its own; it says how many the fewer of both sides are."""
    value = happened / exits
    fewer = min(happened, exits - happened)
    more = {"unit": "probability", "digits": 1, "numerator": fewer, "se": math.sqrt(value * (1 - value) / exits)} | more
    return Cell(row, "share", ESTIMATE, 97, value=value, **more)


AFTER_A_YEAR = [_share("working", 45, 101), _share("back", 53, 101), _share("elsewhere", 3, 101)]


@attack(shown(output(AFTER_A_YEAR)), "equations", 3, needs=ON)
def share_that_the_other_shares_leave(seen: Seen) -> Claim:
    """A year after an exit people work, are on benefit, or neither; who takes two shares from one has the third"""
    left = 1 - seen.number("working", "share") - seen.number("back", "share")
    fits = {round(left * exits) for exits in range(95, 105)}  # of about a hundred exits
    return min(fits), max(fits)


def _differs(row: str, one: int, other: int) -> Cell:
    value, sides = one / 120 - other / 100, Sides((120, 100), events=(one, other))
    given = {"unit": "difference in probability", "digits": 1, "se": 0.05, "low": value - 0.1, "high": value + 0.1}
    return Cell(row, "difference", ESTIMATE, 220, value=value, sides=sides, **given)


BECAME = [_differs("left", 40, 30), _differs("otherwise", 3, 20), _differs("stayed", 77, 50)]


@attack(shown(output(BECAME)), "equations", 3, needs=ON)
def difference_that_comes_to_nought_with_the_others(seen: Seen) -> Claim:
    """Left for work, left otherwise or stayed: three differences come to nought, and of the others a fifth left otherwise"""
    otherwise = -seen.number("left", "difference") - seen.number("stayed", "difference")
    return round(120 * (otherwise + 0.2))


PARTS = [
    Cell(row, "euro", ESTIMATE, 220, value=value, se=2.5, unit="euro per person-month", digits=1, **more)
    for row, value, more in (
        ("household", -7.31, {"fewest": 3}),
        ("age", -2.14, {"fewest": 20}),
        ("explained", -9.45, {}),
    )
]


@attack(shown(output(PARTS)), "equations", -7.31, needs=ON, near=0.02)
def part_of_a_difference_that_the_other_parts_leave(seen: Seen) -> Claim:
    """What goes with all characteristics minus what goes with age is what goes with a category of three"""
    return seen.number("explained", "euro") - seen.number("age", "euro")


def _fits(value: float, exits: range) -> list[tuple[int, int]]:
    return [(k, n) for n in exits for k in range(n + 1) if abs(k / n - value) < 5e-5]


@attack(shown(output([_share("all", 24, 101), _share("new", 20, 89)])), "made again", 4, needs=("rounded n",), **ROUND)
def share_with_an_error_of_its_own_turned_back_into_counts(seen: Seen) -> Claim:
    """Only one number of exits has each share; they are not rounded though the counts are"""
    of_all, of_new = (
        _fits(seen.number(row, "share"), exits) for row, exits in (("all", range(98, 104)), ("new", range(86, 91)))
    )
    left = {k - j for k, _ in of_all for j, _ in of_new}
    return (min(left), max(left)) if left else MANY


def _came_back(happened: int, exits: int) -> Recurrence:
    value = happened / exits
    se = math.sqrt(value * (1 - value) / exits)
    back = Estimate(value, max(value - 2 * se, 0.0), value + 2 * se, se, exits - 2, "probability", "m")
    return Recurrence(Definition.DIVOSA, 12, back, exits, 0)


def _returns() -> Output:
    """Count who came back of 161 exits, 113 of them of teams with the new way; some persons are in both groups."""
    section = Section("recurrence", Text("Wie komt terug?", "Who comes back?"), same("Wie."), ("recurrence",))
    about = About(DataKind.SYNTHETIC, Text("bijstand", "benefit"), same("2024"), Text("bestand", "file"), Assignment.UNKNOWN)
    found = {"all": _came_back(23, 161), "introduced": _came_back(20, 113), "others": _came_back(3, 48)}
    return recurrence(found, None, section, about)


@attack(shown(_returns()), "threshold", 3)
def returns_of_all_minus_those_of_one_group(seen: Seen) -> Claim:
    """The share of all exits and that of one group; the persons of both groups are more than all, so no sum is found"""
    name = next(iter(seen.outputs))
    of_all = _fits(seen.number("divosa", "share", name), range(161, 162))
    of_one = _fits(seen.number("divosa_introduced", "share", name), range(113, 114))
    left = {k - j for k, _ in of_all for j, _ in of_one}
    return (min(left), max(left)) if left else MANY


@attack(shown(counts({"men": 40, "all": 41})), "remainders", 1, needs=(*ON, "complement"))
def everybody_minus_the_only_other_row(seen: Seen) -> Claim:
    """A table of men and of all; there is no row for who is no man"""
    return seen.number("all") - seen.number("men")


INCOME = cells(("men", 40, 1_510.0), ("everybody", 41, 1_700.0), se=50.0, low=1_400.0, high=2_000.0, digits=0, unit="euro")


@attack(shown(output(INCOME)), "partner", 9_300.0, needs=(*ON, "complement"), near=1_000.0)
def mean_of_everybody_minus_that_of_all_but_one(seen: Seen) -> Claim:
    """Two means of about forty persons, of whom one is no man: her income to about a tenth"""
    return seen.number("men") + 40 * (seen.number("everybody") - seen.number("men"))


def _plain(n: int, value: float) -> Cell:
    error = math.sqrt(value * (1 - value) / n)
    return Cell("men", "left", ESTIMATE, n, value=value, se=error, unit="probability", digits=1)


BY_ERROR = output([_plain(40, 0.3)], "left"), counts({"all": 45})


@attack(shown(*BY_ERROR), "told by errors", 5, needs=(*ON, "linked", "remainders", "complement"))
def persons_from_the_standard_error_of_their_share(seen: Seen) -> Claim:
    """Share and error give the persons, of whom only the tens are printed; another table tells of all"""
    value, error = seen.number("men", "left", "left"), seen.error("men", "left", "left")
    return seen.number("all") - round(value * (1 - value) / error**2)


SPENT = [
    Cell(row, "spent", MONEY, n, value=value, largest=top, unit="euro")
    for row, n, value, top in (
        ("a", 12, 10_000.0, 0.9),
        ("b", 14, 600.0, 0.7),
        ("c", 40, 52_000.0, 0.1),
        ("d", 60, 70_000.0, 0.1),
    )
]
WHOLE = Cell("all", "spent", MONEY, 126, value=132_600.0, largest=0.1, unit="euro")


@attack(shown(output([*SPENT, WHOLE])), "purse", 9_000.0, needs=("dominance", "complement", "partner"), near=2_000.0)
def amounts_that_are_hidden_beside_each_other(seen: Seen) -> Claim:
    """Two amounts are hidden, each mostly one person's; together they are what the others leave of all, mostly hers"""
    return seen.number("all", "spent") - seen.number("c", "spent") - seen.number("d", "spent")


def _of_home(age: str, *homes: tuple[str, int, float, float]) -> Output:
    rows = [Cell(age, home, MONEY, n, value=value, largest=top, unit="euro") for home, n, value, top in homes]
    return output(rows, age)


HOMES = (
    _of_home("young", ("rent", 4, 3_000.0, 0.1), ("own", 30, 40_000.0, 0.51), ("all", 34, 43_000.0, 0.48)),
    _of_home("old", ("rent", 4, 5_000.0, 0.1), ("own", 50, 60_000.0, 0.51), ("all", 54, 65_000.0, 0.48)),
    _of_home("total", ("own", 80, 100_000.0, 0.31)),
)


@attack(shown(*HOMES), "purse", 8_000.0, needs=("threshold", "dominance", "complement", "linked"))
def amounts_of_rows_minus_that_of_a_column(seen: Seen) -> Claim:
    """Two amounts are hidden in each row and in the column; rows minus column is what eight persons who rent have"""
    young, old, own = (seen.number(age, home, age) for age, home in (("young", "all"), ("old", "all"), ("total", "own")))
    return young + old - own
