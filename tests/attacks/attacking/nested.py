"""Groups that hold each other though nobody declared it: of other studies, years, places, policies and checkouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from attacking.attack import Claim, Hidden, Stage, attack
from attacking.beside import NEXT, Printed, Told, bundle, number, side_of_told
from gm_workbench.guard import differencing
from gm_workbench.guard.policy import Policy
from gm_workbench.report.collect_beside import given_away

YOUNGEST, THREE = "2025-01/2025-12", "2023-01/2025-12"


def against(*reports: Told, secret: float) -> Callable[..., Any]:
    return attack(bundle(*reports), "differencing", secret, needs=("threshold",))


MOTHERS = Told({"lone mothers": 60})
YOUNG = Told({"lone mothers with a young child": 56}, study="b")


@against(MOTHERS, YOUNG, secret=4)
def group_inside_a_group_of_another_study(printed: Printed) -> Claim:
    """Lone mothers in one study, those with a young child in another: four have none"""
    return number(printed, MOTHERS, "lone mothers") - number(printed, YOUNG, "lone mothers with a young child")


ALL, PARTS = Told({"all": 120}), Told({"women": 70, "men": 47}, study="b")


@against(ALL, PARTS, secret=3)
def everybody_minus_the_parts_that_another_study_tells(printed: Printed) -> Claim:
    """Everybody in one study, women and men in another: three are neither, or came later"""
    return number(printed, ALL) - number(printed, PARTS, "women") - number(printed, PARTS, "men")


APART = (Told({"sex:woman": 70}, study="b"), Told({"sex:man": 47}, study="c", origin="release-1"))


@against(ALL, *APART, secret=3)
def everybody_minus_parts_that_stand_in_two_other_studies(printed: Printed) -> Claim:
    """Women in one study, men in another, everybody in a third"""
    return number(printed, ALL) - number(printed, APART[0], "sex:woman") - number(printed, APART[1], "sex:man")


HOMES = Told({"all": 131})
SOME, OTHERS = (Told({"rent": 70, "own": 24, "other": 6}, study="b"), Told({"rent": 8, "own": 24, "other": 30}, study="c"))


@against(HOMES, SOME, OTHERS, secret=7)
def everybody_minus_parts_of_which_each_study_hides_another(printed: Printed) -> Claim:
    """Lines of one table, each from the study that shows it, and everybody in a third"""
    shown = number(printed, SOME, "rent") + number(printed, SOME, "own") + number(printed, OTHERS, "other")
    return number(printed, HOMES) - shown


LONG = Told({"all": 247}, period=THREE)
YEARS = (Told({"all": 140}), Told({"all": 60}, period=NEXT), Told({"all": 40}, period=YOUNGEST))


@against(LONG, *YEARS, secret=7)
def three_years_minus_each_of_them(printed: Printed) -> Claim:
    """A period of three years, and the three years by themselves"""
    return number(printed, LONG) - sum(number(printed, year) for year in YEARS)


THEN = Told({"women": 70, "men": 44}, period=NEXT, origin="release-1")


@against(ALL, THEN, secret=6)
def this_year_minus_the_parts_of_last_year(printed: Printed) -> Claim:
    """Last year stood there in parts, this year as a whole"""
    return number(printed, ALL) - number(printed, THEN, "women") - number(printed, THEN, "men")


REGION = Told({"all": 120}, "region", members=("GM0307", "GM0363", "GM0855"))
SMALLER = Told({"all": 116}, "half", members=("GM0363", "GM0855"))


@against(REGION, SMALLER, secret=4)
def total_minus_a_smaller_total(printed: Printed) -> Claim:
    """Two totals, of which one counts a place more"""
    return number(printed, REGION) - number(printed, SMALLER)


ELSEWHERE = (Told({"all": 60}, "GM0363", study="b"), Told({"all": 56}, study="b"))


@against(REGION, *ELSEWHERE, secret=4)
def total_minus_the_places_of_another_study(printed: Printed) -> Claim:
    """The total stands in one study, the places in another"""
    return number(printed, REGION) - sum(number(printed, one) for one in ELSEWHERE)


SCATTERED = (Told({"all": 60}, "GM0363", study="b"), Told({"all": 56}, study="c"))


@against(REGION, *SCATTERED, secret=4)
def total_minus_places_of_two_other_studies(printed: Printed) -> Claim:
    """The total stands in one study, one place in a second, another in a third"""
    return number(printed, REGION) - sum(number(printed, one) for one in SCATTERED)


TWO = (Told({"all": 60}, "ab", members=("GM0307", "GM0363")), Told({"all": 64}, "ac", members=("GM0307", "GM0855")))
THREE_PLACES = Told({"all": 119}, "abc", members=("GM0307", "GM0363", "GM0855"))


@against(THREE_PLACES, *TWO, secret=5)
def totals_that_overlap(printed: Printed) -> Claim:
    """Two totals that have one place in common, and the total of all three: no place has a report of its own"""
    return sum(number(printed, one) for one in TWO) - number(printed, THREE_PLACES)


PAIR = Told({"all": 120}, "pair", members=("GM0363", "GM0855"))


@against(PAIR, Told({"all": 60}, "GM0363"), Told({"all": 56}), secret=4)
def total_minus_all_of_its_places(printed: Printed) -> Claim:
    """All places of a total have a report, and four persons are in none of them"""
    places = (Told({"all": 60}, "GM0363"), Told({"all": 56}))
    return number(printed, PAIR) - sum(number(printed, one) for one in places)


HALVES = (
    Told({"all": 60}, study="b", period="2023-01/2023-06"),
    Told({"all": 33}, study="c", period="2023-07/2023-12", origin="release-1"),
)


@against(Told({"all": 100}), *HALVES, secret=7)
def year_minus_half_years_of_other_studies(printed: Printed) -> Claim:
    """The year in one study, its halves in two others"""
    return number(printed, Told({"all": 100})) - sum(number(printed, half) for half in HALVES)


OTHER_RULES = Told({"women": 70, "men": 47}, study="b", policy="cbs-streng", origin="release-1")


@against(ALL, OTHER_RULES, secret=3)
def one_group_by_another_policy_in_another_study(printed: Printed) -> Claim:
    """The policy changed between two studies of one group"""
    return number(printed, ALL) - number(printed, OTHER_RULES, "women") - number(printed, OTHER_RULES, "men")


def collected(*checkouts: Told) -> Stage:
    """Let each checkout release its own report, which it holds against nothing else, and put them into one collection."""

    def stage(policy: Policy, folder: Path) -> Printed:
        made = {one.name: side_of_told(one, policy) for one in checkouts}
        sides = [side for side, _ in made.values()]
        if any(differencing.difference([side]).findings for side in sides) or list(given_away(sides)):
            raise Hidden
        return {name: lines for name, (_, lines) in made.items()}

    return stage


MERGED = Told({"all": 120}, "GM0855", study="b", members=("GM0307", "GM0363"))
OLD = (Told({"all": 60}, "GM0307"), Told({"all": 56}, "GM0363"))


@attack(collected(MERGED, *OLD), "collection", 4, needs=("threshold",))
def total_minus_the_places_of_other_checkouts(printed: Printed) -> Claim:
    """Three checkouts, each safe by itself: a municipality, and the two that became part of it"""
    return number(printed, MERGED) - sum(number(printed, one) for one in OLD)
