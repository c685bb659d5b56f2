"""Several periods of a place, and of places and their total: what is left when they are added and subtracted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gm_workbench.guard.differencing import Rule, difference
from gm_workbench.guard.sides import stretch
from gm_workbench.guard.ways import routes

from .test_differencing import BOTH, LOWER, NEXT, YEAR, report, rules_found

PAIR = ("GM0363", "GM0855")


def months(first, last, n, **more):
    return report({"all": n}, period=f"2023-{first:02d}/2023-{last:02d}", **more)


@pytest.mark.parametrize(("third", "found"), [(34, True), (24, True), (30, False), (50, False)])
def test_three_periods_that_overlap_leave_the_months_before_the_second(third, found):
    """60 − 90 + 34 = 4 were there before April only; of 24 the difference is -6, and of 30 nobody is left."""
    sides = [months(1, 6, 60), months(4, 9, 90), months(7, 9, third)]
    assert rules_found(*sides) == [Rule.PERIOD] * found


def test_arithmetic_of_several_periods_names_what_is_added_and_what_is_subtracted():
    (found,) = difference([months(1, 6, 60), months(4, 9, 90), months(7, 9, 34)]).findings
    assert found.arithmetic == (
        "([a/GM0855 2023-01/2023-06; who: all × persons] + [a/GM0855 2023-07/2023-09; who: all × persons]) − "
        "[a/GM0855 2023-04/2023-09; who: all × persons] = <10 persons"
    )
    assert found.candidates == (("a/GM0855", "who"),)


def test_year_minus_three_quarters_is_found_when_the_fourth_is_told_nowhere():
    quarters = [months(at, at + 2, n, study=f"q{at}") for at, n in ((1, 30), (4, 31), (7, 34))]
    assert rules_found(months(1, 12, 100), *quarters) == [Rule.PERIOD]
    assert rules_found(months(1, 12, 100), *quarters[:2]) == []
    assert rules_found(months(1, 12, 110), *quarters) == []


def test_periods_of_other_studies_are_of_one_line_or_of_everybody_by_the_same_words():
    def found(people, **more):
        quarters = [months(at, at + 2, n, study=f"q{at}", **more) for at, n in ((1, 30), (4, 31), (7, 34))]
        here = [replace(side, populations=dict.fromkeys(side.populations, people)) for side in quarters]
        return rules_found(months(1, 12, 100), *here)

    assert (found("wages"), found("benefit", output="staff")) == ([Rule.PERIOD], [Rule.PERIOD])
    assert found("wages", output="staff") == []


def test_period_that_is_told_in_two_ways_is_tried_in_both():
    """By the first table of summer fifteen are left, by another of everybody four, or 45."""
    sides = [months(1, 6, 60), months(4, 9, 90), months(7, 9, 45)]
    assert rules_found(*sides, months(7, 9, 34, origin="r", output="staff")) == [Rule.PERIOD]
    assert rules_found(*sides, months(7, 9, 75, origin="r", output="staff")) == []


def test_what_was_out_already_or_is_hidden_leaves_nothing_to_refuse():
    old = [months(1, 6, 60, origin="r"), months(4, 9, 90, origin="r"), months(7, 9, 34, origin="r")]
    assert rules_found(*old, months(10, 12, 500)) == []
    assert rules_found(months(1, 6, 60), months(4, 9, 90), months(7, 9, "–")) == []


def test_rules_of_the_strictest_policy_count_for_a_sum():
    """Nine are left, which is small by the policy of the last report only."""
    mild = {"rules": LOWER}
    sides = [months(1, 6, 61, **mild), months(4, 9, 91, **mild), months(7, 9, 39, **mild)]
    assert rules_found(*sides) == []
    assert rules_found(*sides[:2], months(7, 9, 39)) == [Rule.PERIOD]


def region(n, period=BOTH, **more):
    return report({"all": n}, "region", period=period, members=PAIR, **more)


def place(n, period=YEAR, code="GM0855", **more):
    return report({"all": n}, code, period=period, **more)


@pytest.mark.parametrize(("total", "found"), [(260, True), (248, True), (290, False), (254, False)])
def test_total_of_two_years_minus_each_year_of_each_place_but_one(total, found):
    sides = [region(total), place(90, code="GM0363"), place(44, NEXT, "GM0363"), place(120)]
    assert rules_found(*sides) == [Rule.TOTAL] * found


@pytest.mark.parametrize(
    "sides",
    [
        [region(260), region(190, YEAR), place(63, NEXT, "GM0363")],  # the second year of the total, minus the one place
        [region(260), place(90, code="GM0363"), place(44, NEXT, "GM0363")],  # and the other place has no report: 126
        [region(140), place(90, code="GM0363"), place(44, NEXT, "GM0363")],
        [region(300), place(90, code="GM0363"), place(44, NEXT, "GM0363"), place(110), place(51, NEXT)],
    ],
)
def test_total_over_places_and_years_leaves_what_no_report_tells(sides):
    left = sides[0].told[0].marked[0] - sum(side.told[0].marked[0] for side in sides[1:])
    assert rules_found(*sides) == ([Rule.TOTAL] if left < 10 else [])


def test_total_of_which_nobody_knows_the_places_leaves_those_without_a_report():
    sides = [report({"all": 140}, "network", period=BOTH, members=None), place(90), place(44, NEXT)]
    assert rules_found(*sides) == [Rule.TOTAL]


def test_smaller_total_takes_the_place_of_its_places_over_the_years_too():
    three = (*PAIR, "GM0307")
    whole = report({"all": 400}, "all three", period=BOTH, members=three)
    sides = [whole, region(190, YEAR), region(60, NEXT), place(107, code="GM0307")]
    assert rules_found(*sides, place(37, NEXT, "GM0307")) == [Rule.TOTAL]
    assert rules_found(*sides) == []
    assert rules_found(report({"all": 363}, "all three", period=BOTH, members=three), *sides[1:]) == [Rule.TOTAL]


def test_two_places_of_which_the_same_year_is_told_leave_the_other_year_of_both():
    sides = [region(260), place(120), place(133, code="GM0363")]
    assert rules_found(*sides) == [Rule.TOTAL]
    assert rules_found(region(300), *sides[1:]) == []


def test_rounded_numbers_leave_enough_values_possible_over_places_and_years():
    kept = {"exact": False}
    assert rules_found(region(260, **kept), place(90, code="GM0363", **kept), place(44, NEXT, "GM0363"), place(120)) == []


def test_counts_that_add_up_over_months_are_told_exactly_by_every_way():
    """Drawn months: every way gives the sum of the months between, and there is a way wherever the reports determine it."""
    rng = np.random.default_rng(3)
    for _ in range(40):
        persons = rng.integers(0, 30, size=6)
        drawn = {tuple(sorted(rng.choice(7, size=2, replace=False).tolist())) for _ in range(4)}
        edges = tuple((first, after, 0.0) for first, after in sorted(drawn))
        told = [int(persons[first:after].sum()) for first, after, _ in edges]
        found = {way: sum(sign * told[at] for at, sign in steps) for way, steps in routes(edges).items()}
        rows = np.array([[first <= month < after for month in range(6)] for first, after, _ in edges], dtype=float)
        rank = np.linalg.matrix_rank(rows)
        for first in range(7):
            for after in range(first + 1, 7):
                asked = [float(first <= month < after) for month in range(6)]
                known = np.linalg.matrix_rank(np.vstack([rows, asked])) == rank
                assert ((first, after) in found) is bool(known)
                assert found.get((first, after), persons[first:after].sum()) == persons[first:after].sum()


def test_way_leaves_the_fewest_values_possible():
    """From January to July: a rounded half year, or two exact quarters."""
    assert routes(((0, 6, 8.0), (0, 3, 0.0), (3, 6, 0.0)))[0, 6] == ((1, 1), (2, 1))
    assert routes(((0, 6, 0.0), (0, 3, 0.0), (3, 6, 0.0)))[0, 6] == ((0, 1),)


def test_period_that_is_none_has_no_months():
    assert [stretch(one) for one in ("2023-12/2023-01", "2023-13/2024-01", "2024", "2023-01/2023-01")] == [
        *(None, None, None),
        (24276, 24277),
    ]
