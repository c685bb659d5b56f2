"""Numbers that print rounded, beside each other: what is left when they are subtracted is judged by all that it can be."""

from __future__ import annotations

import itertools
from itertools import product
from pathlib import Path

import pytest

from gm_workbench.guard.cells import behind, round_to_base
from gm_workbench.guard.differencing import Rule
from gm_workbench.guard.policy import load_policy
from gm_workbench.guard.summed import as_sums

from .test_differencing import NEXT, ROUND, SUPPRESS, report, rules_found

POLICIES = Path(__file__).parents[2] / "data" / "policies"
PLACES = ("GM0307", "GM0855")


def rounded(n):
    """Print a number as the policy *round* does."""
    return "<8" if n < ROUND.threshold else round_to_base(n, ROUND.base)


def seen(*counts):
    """What a total and its two places print, each rounded by itself: all three numbers."""
    total, here, there = map(rounded, counts)
    sides = [report({"all": total}, "pair", members=PLACES, rules=ROUND, exact=False)]
    return [
        *sides,
        *(report({"all": n}, code, rules=ROUND, exact=False) for n, code in zip((here, there), PLACES, strict=True)),
    ]


def left_for(here, few):
    """Try every number: what the second place can be by the printed numbers, and what it can be with its mark besides."""
    total, shown = rounded(here + few), rounded(here)
    plain = [n for at, n in product(range(60), repeat=2) if (rounded(at + n), rounded(at)) == (total, shown)]
    return plain, [n for n in plain if n < ROUND.threshold]


def test_hidden_place_beside_rounded_numbers_is_given_away_just_when_trying_every_number_leaves_too_few():
    for here, few in product(range(20, 25), range(ROUND.threshold)):
        plain, marked = left_for(here, few)
        open_ = min(plain) <= 1 and max(plain) >= ROUND.threshold and max(marked) - min(marked) >= ROUND.width
        assert rules_found(*seen(here + few, here, few)) == [Rule.TOTAL] * (not open_), (here, few)
        assert few in marked


@pytest.mark.parametrize(("total", "found"), [(50, [Rule.TOTAL]), (55, [])])
def test_the_more_rounded_places_the_more_room_is_left(total, found):
    """Of 48 to 52 two times 23 to 27 leave at most six; of 53 to 57 up to eleven, which is no longer few."""
    sides = [report({"all": total}, "three", members=("GM0363", *PLACES), rules=ROUND, exact=False)]
    places = {"GM0363": 25, "GM0307": 25, "GM0855": "<8"}
    assert rules_found(*sides, *(report({"all": n}, code, rules=ROUND, exact=False) for code, n in places.items())) == found


OVERLAPPING = {"one": ("GM0307", "GM0855"), "other": ("GM0363", "GM0855"), "all": ("GM0307", "GM0363", "GM0855")}


@pytest.mark.parametrize("counts", [(22, 22, 6), (20, 24, 3), (22, 23, 0), (20, 20, 3), (20, 21, 6)])
def test_rounded_totals_that_overlap_are_held_together(counts):
    """Two places shown, one hidden, and three totals that hold it: found just when all numbers together leave too few."""
    sums = {name: [PLACES[0] in members, "GM0363" in members, True] for name, members in OVERLAPPING.items()}

    def prints(*n):
        return [rounded(n[0]), rounded(n[1]), *(rounded(sum(itertools.compress(n, held))) for held in sums.values())]

    printed = prints(*counts)
    plain = {n for *places, n in product(range(15, 31), range(15, 31), range(25)) if prints(*places, n) == printed}
    marked = {n for n in plain if n < ROUND.threshold}
    open_ = min(plain) <= 1 and max(plain) >= ROUND.threshold and max(marked) - min(marked) >= ROUND.width
    told = dict(zip(("GM0307", "GM0363", *OVERLAPPING), printed, strict=True)) | {"GM0855": "<8"}
    sides = [report({"all": n}, name, members=OVERLAPPING.get(name, ()), rules=ROUND, exact=False) for name, n in told.items()]
    assert (rules_found(*sides) == []) is open_


@pytest.mark.parametrize("name", sorted(file.stem for file in POLICIES.glob("*.yml")))
def test_two_numbers_rounded_by_a_policy_never_differ_by_certainly_few(name):
    """Neighbours on the grid, as 115 and 120: they may be alike but for one person, and as far apart as the threshold."""
    policy = load_policy(name, POLICIES)
    (_, low), (high, _) = behind(200, policy.base), behind(200 + policy.base, policy.base)
    assert high - low == 1
    assert 2 * policy.base - 1 >= policy.threshold


@pytest.mark.parametrize(("rules", "step"), [(SUPPRESS, 10), (ROUND, 5)])
def test_rounded_sizes_of_two_reports_are_not_told_apart_by_a_few(rules, step):
    def found(one, other):
        here, there = ({"rules": rules, "exact": False, **more} for more in ({}, {"period": NEXT}))
        return rules_found(report({"all": one}, **here), report({"all": other}, **there))

    assert [found(200, 200 + n * step) for n in range(3)] == [[], [], []]


@pytest.mark.parametrize(("other", "found"), [(115, [Rule.POLICY]), (120, []), (135, [])])
def test_exact_size_beside_a_rounded_one_is_judged_by_the_range_of_the_rounded(other, found):
    """120 exactly: 115 stands for 113 to 117, and so for three to seven fewer; 120 for two fewer to two more."""
    assert rules_found(report({"all": 120}), report({"all": other}, rules=ROUND, exact=False)) == found


def test_rounded_total_that_prints_as_a_sum_is_as_uncertain_as_its_parts_wherever_it_prints():
    """12, 12 and 12 print as 10 each and as 30, which may be 24 to 36; a hidden part may be up to seven more."""
    table = {"a": 10, "b": 10, "c": 10, "all": 30, "others": 55, "few": "<8"}
    side = report(table, rules=ROUND, exact=False)
    assert {told.row: found for told, found in as_sums(side).items()} == {"all": (24, 36)}
    hidden = report({"a": 20, "b": "<8", "all": 20}, rules=ROUND, exact=False)
    assert {told.row: found for told, found in as_sums(hidden).items()} == {"a": (18, 29), "all": (18, 29)}
    assert as_sums(report({"a": 10, "b": 10, "all": 20})) == {}


@pytest.mark.parametrize(("place", "found"), [(35, True), (20, True), (25, False)])
def test_rounded_total_is_subtracted_as_rounded_and_as_the_sum_of_its_parts(place, found):
    """24 to 36 minus 33 to 37 leaves at most three, though 28 to 32 minus as much would leave less than nobody."""
    total = report({"a": 10, "b": 10, "c": 10, "all": 30}, "pair", members=PLACES, rules=ROUND, exact=False)
    places = {"GM0307": place, "GM0855": "<8"}
    sides = [total, *(report({"all": n}, code, rules=ROUND, exact=False) for code, n in places.items())]
    assert (rules_found(*sides) == [Rule.TOTAL]) is found
