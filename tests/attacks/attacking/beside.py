"""Attacks on several reports beside each other: places, years, studies, policies, and a report that was made again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attacking.attack import POLICIES, Claim, Hidden, Stage, attack
from attacking.puzzle import MANY, Ends, possible
from attacking.scenes import counts, released
from gm_workbench.guard import differencing
from gm_workbench.guard.policy import Policy, load_policy
from gm_workbench.guard.sides import Side
from gm_workbench.guard.told import Rules, told
from gm_workbench.report.csvfiles import csv_text

PLACES = ("GM0307", "GM0363", "GM0855")
YEAR, NEXT, BOTH = "2023-01/2023-12", "2024-01/2024-12", "2023-01/2024-12"
NEEDS = ("threshold", "complement", "found sums")


@dataclass(frozen=True)
class Told:
    """A report that is to be released: one table of counts, of a place, a period and a study."""

    numbers: Mapping[str, int]
    place: str = "GM0855"
    period: str = YEAR
    study: str = "a"
    policy: str = "cbs-stijl"
    members: tuple[str, ...] | None = ()
    origin: str = ""
    population: str = "benefit"
    output: str = "people"

    @property
    def name(self) -> str:
        return f"{self.study}/{self.place}/{self.period}/{self.policy}/{self.origin}"


def bundle(*reports: Told) -> Stage:
    """Protect each report by itself, release all if nothing is found, and show what their CSV files print."""

    def stage(policy: Policy, folder: Path) -> dict[str, list[dict[str, str]]]:
        made = {one.name: side_of_told(one, policy) for one in reports}
        if differencing.difference([side for side, _ in made.values()]).findings:
            raise Hidden
        return {name: lines for name, (_, lines) in made.items()}

    return stage


def side_of_told(one: Told, weakened: Policy) -> tuple[Side, list[dict[str, str]]]:
    """Protect a report by itself; give it as an outsider sees it, and what its CSV file prints."""
    policy = _policy(one, weakened)
    lines = _lines(one, policy)
    return _side(one, policy, lines), lines


def _policy(one: Told, weakened: Policy) -> Policy:
    return weakened if one.policy == weakened.name else load_policy(one.policy, POLICIES)


def _lines(one: Told, policy: Policy) -> list[dict[str, str]]:
    (shown,) = released([counts(one.numbers, one.output)], policy).outputs
    return list(csv.DictReader(io.StringIO(csv_text(shown))))


def _side(one: Told, policy: Policy, lines: Sequence[dict[str, str]]) -> Side:
    smallest = 1 if policy.zero_is_safe else 0
    rules = Rules(policy.name, policy.digest, policy.method, policy.threshold, policy.base, policy.width, smallest)
    read = told(one.output, lines, rules, exact=True)
    about = {one.output: one.population}
    return Side(one.study, one.place, one.period, "", "real", one.origin, one.name, rules, read, one.members, {}, about)


Printed = Mapping[str, list[dict[str, str]]]


def number(printed: Printed, told_of: Told, row: str = "all") -> float:
    """Read one number of one report."""
    (value,) = [line["value"] for line in printed[told_of.name] if line["row"] == row]
    if not value[0].isdigit():
        raise Hidden
    return float(value)


def against(*reports: Told, secret: float, **more: Any) -> Callable[..., Any]:
    return attack(bundle(*reports), "differencing", secret, **more)


NETWORK = Told({"all": 120}, "network", members=PLACES)
HERE, THERE, FEW = Told({"all": 60}), Told({"all": 56}, "GM0363"), Told({"all": 4}, "GM0307")


@against(NETWORK, HERE, THERE, FEW, secret=4, needs=NEEDS)
def network_minus_the_other_places(printed: Printed) -> Claim:
    """The total of all places minus each place that shows its own"""
    return number(printed, NETWORK) - number(printed, HERE) - number(printed, THERE)


@against(NETWORK, HERE, THERE, secret=4, needs=NEEDS)
def network_minus_the_places_that_have_a_report(printed: Printed) -> Claim:
    """The place that has no report is in the total all the same"""
    return number(printed, NETWORK) - number(printed, HERE) - number(printed, THERE)


THEN = Told({"all": 57}, period=NEXT, origin="release-1")


@against(HERE, THEN, secret=3, needs=("threshold",))
def this_year_minus_last_year(printed: Printed) -> Claim:
    """The same group in two years"""
    return number(printed, HERE) - number(printed, THEN)


LONG = Told({"all": 127}, period=BOTH)
ONE, OTHER = Told({"all": 60}), Told({"all": 64}, period=NEXT)


@against(LONG, ONE, OTHER, secret=3, needs=("threshold",))
def two_years_minus_each_of_them(printed: Printed) -> Claim:
    """A period of two years and both years by themselves: those who are in neither"""
    return number(printed, LONG) - number(printed, ONE) - number(printed, OTHER)


ELSEWHERE = Told({"all": 56}, study="b")


@against(HERE, ELSEWHERE, secret=4, needs=("threshold",))
def one_group_in_two_studies(printed: Printed) -> Claim:
    """The same group, counted in two studies of one place"""
    return number(printed, HERE) - number(printed, ELSEWHERE)


WOMEN, VROUWEN = Told({"sex:woman": 60}), Told({"vrouwen": 56}, study="b")


@against(WOMEN, VROUWEN, secret=4, needs=("threshold",))
def one_group_by_two_names(printed: Printed) -> Claim:
    """Women, called so in one study and by their Dutch name in another"""
    return number(printed, WOMEN, "sex:woman") - number(printed, VROUWEN, "vrouwen")


CANDIDATES, REST = Told({"all": 4442}, population="people with a coach"), Told({"the rest": 4438}, study="b")


@against(CANDIDATES, REST, secret=4, needs=("threshold",))
def one_group_by_names_that_have_nothing_in_common(printed: Printed) -> Claim:
    """Candidates of one study are what another calls the rest: only the numbers say so"""
    return number(printed, CANDIDATES) - number(printed, REST, "the rest")


FIRST, LAST, ALL_THREE = (
    Told({"all": n}, period=p) for n, p in ((300, "2022-01/2023-12"), (200, BOTH), (496, "2022-01/2024-12"))
)


@against(FIRST, LAST, ALL_THREE, secret=4, needs=("threshold",))
def two_periods_that_share_a_year_minus_all_of_it(printed: Printed) -> Claim:
    """Two times two years that share one, minus the three years: who is in both"""
    return number(printed, FIRST) + number(printed, LAST) - number(printed, ALL_THREE)


LATER = Told({"all": 56}, "GM0363", period="2023-07/2024-06")


@against(NETWORK, HERE, LATER, secret=4, needs=NEEDS)
def total_minus_a_place_that_tells_other_months(printed: Printed) -> Claim:
    """A total, one place of the same year, and one of a year that begins later"""
    return number(printed, NETWORK) - number(printed, HERE) - number(printed, LATER)


AGAIN = Told({"all": 58}, origin="release-1")


@against(HERE, AGAIN, secret=2, needs=("threshold",))
def report_that_was_made_again(printed: Printed) -> Claim:
    """A report before and after somebody withdrew consent"""
    return number(printed, HERE) - number(printed, AGAIN)


RENAMED = Told({"vrouwen": 56}, origin="release-1", output="who")


@against(WOMEN, RENAMED, secret=4, needs=("threshold",))
def report_that_was_made_again_under_other_names(printed: Printed) -> Claim:
    """The table and its line were called otherwise when the report was first made"""
    return number(printed, WOMEN, "sex:woman") - number(printed, RENAMED, "vrouwen")


NUMBERS = {"a": 8, "b": 22, "all": 30}
STRICT, ROUNDED = Told(NUMBERS), Told(NUMBERS, policy="opensafely-stijl", origin="release-1")


@against(STRICT, ROUNDED, secret=8, needs=NEEDS)
def two_policies_on_the_same_numbers(printed: Printed) -> Claim:
    """What one policy hides the other rounds, and the total stands exact in the first"""
    known: dict[str, Ends] = {"all": (number(printed, STRICT),) * 2}
    for row in ("a", "b"):
        rounded = number(printed, ROUNDED, row)
        known[row] = (rounded - 2, rounded + 2)
    known["a"] = (known["a"][0], min(known["a"][1], 9.0))
    low, high = possible("a", known, [("all", "ab")])
    return (low, high) if high < MANY else MANY


HARMLESS = ("zero", "threshold", "sums of parts", "found sums", "rounded n", "complement")
ADDED = Told({"a": 12, "b": 12, "c": 12, "all": 36}, "pair", policy="opensafely-stijl", members=("GM0363", "GM0855"))
ALONE, THE_OTHER = (Told({"all": n}, place, policy="opensafely-stijl") for n, place in ((33, "GM0855"), (3, "GM0363")))


@against(ADDED, ALONE, THE_OTHER, secret=3, policy="opensafely-stijl", needs=HARMLESS)
def rounded_total_that_is_the_sum_of_its_printed_parts(printed: Printed) -> Claim:
    """A total that prints as the sum of three rounded parts, minus a place that is rounded by itself: few are left at most"""
    parts = [number(printed, ADDED, row) for row in "abc"]
    most = sum(parts) + 2 * len(parts) - (number(printed, ALONE) - 2)
    return (0.0, most) if sum(parts) == number(printed, ADDED) else MANY
