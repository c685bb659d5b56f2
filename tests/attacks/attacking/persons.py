"""Attacks on one person's value: estimates of a few, models that fit too well, teams, decimals, and curves."""

from __future__ import annotations

from attacking.attack import Claim, attack
from attacking.puzzle import MANY
from attacking.scenes import COUNT, ESTIMATE, MONEY, SHARE, Seen, cells, output, shown, table
from gm_workbench.metrics.estimate import Sides
from gm_workbench.outputs.output import Beyond, Cell, Shape


@attack(shown(output(cells(("men", 80, 52.0), ("woman", 1, 17.0)))), "threshold", 17.0)
def mean_of_one_person(seen: Seen) -> Claim:
    """The mean of a group of one"""
    return seen.number("woman")


@attack(shown(output(cells(("a", 60, 900.0), measure=MONEY, largest=0.8))), "dominance", 43_200.0, near=500.0)
def amount_that_is_mostly_one_persons(seen: Seen) -> Claim:
    """A mean times its persons, of which the press knows that nearly all went to one"""
    return 0.8 * 60 * seen.number("a")


SPEND = [
    Cell("women", "n", MONEY, 60, value=19.0, largest=0.1),
    Cell("men", "n", MONEY, 40, value=43.0, largest=0.8),
    Cell("women minus men", "n", ESTIMATE, 100, value=-24.0, low=-51.0, high=3.0, se=13.0, sides=Sides((60, 40), money=0.8)),
]


@attack(shown(output(SPEND)), "dominance", 43.0, near=0.5)
def mean_that_is_one_persons_from_a_difference(seen: Seen) -> Claim:
    """The mean of men is hidden, for one of them had nearly all; that of women and the difference are shown"""
    return seen.number("women") - seen.number("women minus men")


@attack(shown(output(cells(("slope", 12, 3.5), df=1, se=0.001, digits=2))), "df", 3.5, near=0.1)
def model_with_as_many_coefficients_as_persons(seen: Seen) -> Claim:
    """A saturated model repeats the persons it was made of"""
    return seen.number("slope")


@attack(shown(output(cells(("team noord", 40, 61.0), groups=1))), "groups", 61.0, near=0.5)
def result_of_one_team(seen: Seen) -> Claim:
    """The score of a team, and so of who leads it"""
    return seen.number("team noord")


@attack(shown(output(cells(("arm", 60, 50.0), groups=2, digits=1))), "groups", 40.0, near=0.5)
def colleague_subtracts_herself(seen: Seen) -> Claim:
    """One of two coaches takes her own thirty persons, with a mean of 60, out of the sixty of both"""
    return (60 * seen.number("arm") - 30 * 60.0) / 30


LARGEST = {"sides": Sides((60, 60), groups=(4, 5), largest=0.8)}


@attack(
    shown(output(cells(("difference", 120, 9.0), digits=1, **LARGEST))),
    "group share",
    9.0,
)
def result_that_is_mostly_one_teams(seen: Seen) -> Claim:
    """Four teams, and eight in ten persons are of one of them"""
    return seen.number("difference")


FEWEST = {"fewest": 1}


@attack(
    shown(output(cells(("x", 300, -41.2), se=1.4, digits=1, **FEWEST))),
    "threshold",
    -41.2,
)
def coefficient_that_sets_one_person_apart(seen: Seen) -> Claim:
    """A coefficient over three hundred persons is about the one who is in the category"""
    return seen.number("x")


@attack(shown(output(cells(("one in category x", 300, -41.2), numerator=1, se=1.4, digits=1))), "threshold", -41.2, near=0.1)
def coefficient_of_a_category_of_one(seen: Seen) -> Claim:
    """A category of one person has a coefficient that is that person's distance from the others"""
    return seen.number("one in category x")


def _answers(value: float, persons: range, steps: int = 1) -> list[int]:
    """Give the numbers of persons over whom whole answers of 1 to 5 can have this mean."""
    return [n for n in persons if any(abs(k / n - value) < 5e-9 for k in range(n, 5 * n + 1, steps))]


SKIPPED = cells(("item 1", 42, 119 / 42), ("item 2", 40, 113 / 40), digits=1, unit="points")


@attack(shown(output(SKIPPED)), "decimals", 2, needs=("rounded n",))
def mean_with_all_its_decimals(seen: Seen) -> Claim:
    """A mean of whole answers is a fraction of which the number of persons is known: two skipped the second item"""
    first, second = (_answers(seen.number(row), range(36, 47)) for row in ("item 1", "item 2"))
    skipped = [n - m for n in first for m in second if n > m]
    return (min(skipped), max(skipped)) if skipped else MANY


@attack(
    shown(output(cells(("score", 7, 54.3), low=50.1, high=58.5, se=2.1, digits=1))),
    "hidden whole",
    54.3,
    needs=("threshold",),
    near=0.05,
)
def interval_around_a_hidden_number(seen: Seen) -> Claim:
    """What is hidden lies in the middle of its interval"""
    low, high = seen.ends("score")
    return (low + high) / 2


@attack(
    shown(output(cells(("score", 7, 54.3), low=50.1, high=58.5, se=2.1, digits=1))), "hidden whole", 7, needs=("threshold",)
)
def persons_behind_a_hidden_number(seen: Seen) -> Claim:
    """What is hidden still says of how many persons it is"""
    return seen.persons("score")


def _curve(*events: int, n: int = 200) -> list[Cell]:
    return [
        Cell("exits", str(month), ESTIMATE, n, value=so_far / n, numerator=so_far, unit="probability", digits=1, se=0.02)
        for month, so_far in enumerate(events)
    ]


@attack(shown(output(_curve(12, 24, 27, 41), shape=Shape.CURVE)), "steps", 3, needs=("threshold",))
def step_of_a_curve(seen: Seen) -> Claim:
    """The height of one step, times who were followed at the start"""
    return round(200 * (seen.number("exits", "2") - seen.number("exits", "1")))


@attack(shown(output(_curve(12, 24, 41, 44), shape=Shape.CURVE)), "steps", 3, needs=("threshold",))
def last_step_of_a_curve(seen: Seen) -> Claim:
    """The last step, after which the line stops"""
    return round(200 * (seen.number("exits", "3") - seen.number("exits", "2")))


@attack(
    shown(
        output([*_curve(12, 24), *(Cell("at_risk", str(at), COUNT, n) for at, n in enumerate((200, 197)))], shape=Shape.CURVE)
    ),
    "rounded n",
    3,
)
def persons_still_followed_under_a_curve(seen: Seen) -> Claim:
    """Who were followed in one month minus who were in the next"""
    return seen.number("at_risk", "0") - seen.number("at_risk", "1")


@attack(shown(output([Cell("r", "ill", SHARE, 30, numerator=30, sensitive=True)])), "class", 1.0)
def everybody_is_ill(seen: Seen) -> Claim:
    """A hundred per cent: each of them"""
    return seen.number("r", "ill")


@attack(shown(table({"r": (190, 10), "s": (60, 60)})), "class", 0.95, near=0.001, policy="cbs-streng")
def nearly_everybody_in_plain_counts(seen: Seen) -> Claim:
    """A count beside its total says as much as a percentage"""
    return seen.number("r", "a") / seen.number("r", "all")


SAME = cells(("debts", 40, 12_000.0), se=0.0, low=12_000.0, high=12_000.0, sensitive=True, unit="euro")


@attack(shown(output(SAME)), "class", 12_000.0)
def mean_of_persons_who_are_all_alike(seen: Seen) -> Claim:
    """A standard error of nought says that the mean is the value of each"""
    if seen.error("debts") > 0:
        return MANY
    return seen.number("debts")


HIGHEST = {"beyond": Beyond(1)}


@attack(
    shown(output(cells(("highest", 80, 9_412.0), measure=MONEY, largest=0.05, **HIGHEST))),
    "threshold",
    9_412.0,
)
def highest_amount(seen: Seen) -> Claim:
    """The row called *highest* is somebody's income"""
    return seen.number("highest")


SIDES = {"sides": Sides((200, 200), events=(60, 4))}
PARTS = [
    Cell("new", "work", SHARE, 200, numerator=60, digits=1),
    Cell("usual", "work", SHARE, 200, numerator=4, digits=1),
    Cell("difference", "work", ESTIMATE, 400, value=0.28, se=0.0340, unit="difference in probability", digits=1, **SIDES),
]


@attack(
    shown(output(PARTS)),
    "threshold",
    4,
)
def difference_minus_the_share_that_is_shown(seen: Seen) -> Claim:
    """The share of the one group minus the difference is the share of the other"""
    return round(200 * (seen.number("new", "work") - seen.number("difference", "work")))


def _error(k: int, n: int = 200) -> float:
    one, other = 60 / 200, k / n
    return (one * (1 - one) / 200 + other * (1 - other) / n) ** 0.5


@attack(
    shown(
        output([*PARTS[:2], Cell("d", "work", ESTIMATE, 400, value=-0.1, se=_error(4), unit="difference", digits=1, **SIDES)])
    ),
    "threshold",
    4,
)
def standard_error_turned_back_into_a_count(seen: Seen) -> Claim:
    """Only some counts give this standard error beside the share that is shown"""
    if seen.number("new", "work") != 0.3:
        return MANY
    fits = [k for k in range(1, 10) if abs(_error(k) - seen.error("d", "work")) < 6e-5]
    return (min(fits), max(fits)) if fits else MANY
