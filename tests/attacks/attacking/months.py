"""Attacks over several periods of a place, or of places and their total, of which no two give anything away."""

from __future__ import annotations

from attacking.attack import Claim, attack
from attacking.beside import BOTH, NEXT, YEAR, Printed, Told, number
from attacking.nested import against, collected

HALF, SPRING_ON, SUMMER = (
    Told({"all": n}, period=p) for n, p in ((60, "2023-01/2023-06"), (90, "2023-04/2023-09"), (34, "2023-07/2023-09"))
)


@against(HALF, SPRING_ON, SUMMER, secret=4)
def three_periods_of_which_none_is_made_of_the_others(printed: Printed) -> Claim:
    """A half year, a half year that begins in spring, and a summer: who was there before spring"""
    return number(printed, HALF) - number(printed, SPRING_ON) + number(printed, SUMMER)


ALL_YEAR = Told({"all": 100})
QUARTERS = tuple(
    Told({"all": n}, study=study, period=p)
    for n, study, p in ((30, "b", "2023-01/2023-03"), (31, "c", "2023-04/2023-06"), (34, "d", "2023-07/2023-09"))
)


@against(ALL_YEAR, *QUARTERS, secret=5)
def year_minus_the_three_quarters_that_are_told(printed: Printed) -> Claim:
    """The year in one study, three of its quarters in three others; the fourth is told nowhere"""
    return number(printed, ALL_YEAR) - sum(number(printed, one) for one in QUARTERS)


REGION = Told({"all": 260}, "region", BOTH, members=("GM0363", "GM0855"))
TOLD = (Told({"all": 90}, "GM0363"), Told({"all": 44}, "GM0363", NEXT), Told({"all": 120}, period=YEAR))


@against(REGION, *TOLD, secret=6)
def total_of_two_years_minus_each_year_of_each_place_but_one(printed: Printed) -> Claim:
    """A total of two places over two years, both years of the one, the first year of the other"""
    return number(printed, REGION) - sum(number(printed, one) for one in TOLD)


FIRST = Told({"all": 190}, "region", origin="release-1", members=("GM0363", "GM0855"))
SECOND = Told({"all": 63}, "GM0363", NEXT)


@against(REGION, FIRST, SECOND, secret=7)
def two_totals_and_the_other_place(printed: Printed) -> Claim:
    """A total over two years minus that of the first, minus what one of its two places had in the second"""
    return number(printed, REGION) - number(printed, FIRST) - number(printed, SECOND)


JOINED = Told({"all": 260}, "GM0855", BOTH, "b", members=("GM0307", "GM0363"))
BEFORE = (
    Told({"all": 90}, "GM0307"),
    Told({"all": 44}, "GM0307", NEXT, "c"),
    Told({"all": 119}, "GM0363"),
)


@attack(collected(JOINED, *BEFORE), "collection", 7, needs=("threshold",))
def total_of_two_years_minus_the_years_of_other_checkouts(printed: Printed) -> Claim:
    """A municipality over two years; the two that became part of it told its years apart, all but one"""
    return number(printed, JOINED) - sum(number(printed, one) for one in BEFORE)
