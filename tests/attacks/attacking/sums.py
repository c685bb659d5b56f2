"""Attacks on one table: what is left of a total, written out by hand or solved as an integer programme."""

from __future__ import annotations

from attacking.attack import Claim, attack
from attacking.puzzle import MANY, possible, read, solved
from attacking.scenes import COUNT, ESTIMATE, MONEY, SHARE, Seen, counts, output, shown, table, words
from gm_workbench.outputs.output import Cell, Output, Sum

ON = ("threshold",)
SEXES = ("men", "women")


@attack(shown(table({"men": [30, 20, 50], "women": [4, 40, 30]})), "complement", 4, needs=ON)
def margin_minus_its_row(seen: Seen) -> Claim:
    """The total of a row minus the rest of the row"""
    return seen.number("women", "all") - seen.number("women", "b") - seen.number("women", "c")


@attack(shown(table({"men": [30, 20, 50], "women": [4, 40, 30]})), "complement", 4, needs=ON)
def margin_minus_its_column(seen: Seen) -> Claim:
    """The total of a column minus the rest of the column"""
    return seen.number("total", "a") - seen.number("men", "a")


@attack(shown(table({"young": [4, 31, 18], "middle": [22, 6, 41], "old": [37, 52, 90]})), "complement", 4, needs=ON)
def integer_programme_over_all_margins(seen: Seen) -> Claim:
    """All margins of a table of three by three as one integer programme"""
    return solved(seen, "young/a", ("young", "middle", "old"), "abc")


@attack(shown(table({"men": [1, 1, 40], "women": [101, 217, 333]})), "complement", 1, needs=ON)
def two_hidden_counts_that_sum_to_two(seen: Seen) -> Claim:
    """Two hidden counts whose sum is two are both one"""
    return solved(seen, "men/a", SEXES, "abc")


@attack(shown(table({"men": [9, 9, 40], "women": [101, 217, 333]})), "complement", 9, needs=(*ON, "width"))
def two_hidden_counts_that_sum_to_eighteen(seen: Seen) -> Claim:
    """Two hidden counts whose sum is eighteen are both nine"""
    return solved(seen, "men/a", SEXES, "abc")


@attack(shown(table({"men": [60, 45, 38], "women": [0, 0, 4]})), "complement", 4, needs=ON)
def zeros_leave_one_cell_for_all_of_a_row(seen: Seen) -> Claim:
    """Where the other cells of a row are empty, the column gives the only one that is not"""
    if seen.number("women", "a") or seen.number("women", "b"):
        return MANY
    return seen.number("total", "c") - seen.number("men", "c")


@attack(shown(counts({"a": 3, "b": 10, "c": 40, "d": 60, "all": 113})), "width", 3, needs=(*ON, "complement", "found sums"))
def marks_say_which_of_two_is_large(seen: Seen) -> Claim:
    """`<10` beside a dash that must stand for ten or more, together thirteen"""
    places = {row: (row, "n", "people") for row in ("a", "b", "c", "d", "all")}
    return possible("a", read(seen, places), [("all", ("a", "b", "c", "d"))])


@attack(shown(counts({"a": 4, "b": 40, "c": 56, "all": 100})), "found sums", 4, needs=(*ON, "complement"))
def total_that_nobody_declared(seen: Seen) -> Claim:
    """A row called `all` that is the sum of the others, as everybody can see"""
    return seen.number("all") - seen.number("b") - seen.number("c")


@attack(shown(counts({"a": 40, "b": 4, "ab": 44, "c": 70, "all": 114})), "found sums", 4, needs=(*ON, "complement"))
def subtotal_inside_a_column(seen: Seen) -> Claim:
    """A subtotal between the rows"""
    return seen.number("ab") - seen.number("a")


@attack(
    shown(output([Cell("r", "a", COUNT, 4), Cell("r", "b", COUNT, 40), Cell("facts", "persons", COUNT, 44)])),
    "found sums",
    4,
    needs=(*ON, "complement"),
)
def total_in_another_line(seen: Seen) -> Claim:
    """A total that stands nowhere near its parts"""
    return seen.number("facts", "persons") - seen.number("r", "b")


@attack(shown(counts({"men": 3, "women": 30, "young": 13, "old": 20})), "found sums", 3, needs=(*ON, "complement"))
def two_variables_below_each_other_without_a_total(seen: Seen) -> Claim:
    """Nobody says how many there are, but men and women are as many as young and old"""
    return seen.number("young") + seen.number("old") - seen.number("women")


def _shares(*lines: tuple[str, int, int]) -> Output:
    return output([Cell(row, "work", SHARE, n, numerator=k, digits=1) for row, k, n in lines])


@attack(
    shown(_shares(("a", 55, 100), ("b", 30, 100), ("c", 12, 100), ("d", 3, 100))), "found sums", 3, needs=(*ON, "complement")
)
def shares_that_make_up_a_hundred(seen: Seen) -> Claim:
    """A hundred per cent minus the other shares, times how many there are"""
    left = 1 - sum(seen.number(row, "work") for row in "abc")
    return round(100 * left)  # the other tables say that it is a hundred persons


@attack(shown(_shares(("men", 40, 100), ("women", 4, 120), ("all", 44, 220))), "found sums", 4, needs=(*ON, "complement"))
def share_of_all_and_of_some(seen: Seen) -> Claim:
    """The numerator of the share of all minus that of the share of some: percentages turned back into counts"""
    (of_all,) = [k for k in range(221) if round(k / 220, 3) == seen.number("all", "work")]
    (of_men,) = [k for k in range(101) if round(k / 100, 3) == seen.number("men", "work")]
    return of_all - of_men


@attack(shown(output([Cell("r", "n", COUNT, 50), Cell("r", "work", SHARE, 50, numerator=4, digits=1)])), "threshold", 4)
def percentage_times_the_persons_beside_it(seen: Seen) -> Claim:
    """The percentage times the number of persons in the next column"""
    return round(seen.number("r", "work") * seen.number("r"))


@attack(shown(output([Cell("r", "work", SHARE, 200, numerator=196, digits=1)])), "threshold", 4)
def those_who_are_not_counted(seen: Seen) -> Claim:
    """98 % of about two hundred have work: the others are counted too"""
    fits = [n - k for n in range(195, 206) for k in range(n + 1) if round(k / n, 3) == seen.number("r", "work")]
    return min(fits), max(fits)


CROSSWISE = [
    Cell(row, key, SHARE, n, numerator=k, digits=1)
    for row, key, n, k in (("x", "a", 200, 60), ("y", "b", 300, 4), ("z", "c", 500, 64))
]
DECLARED = Output(words(), tuple(CROSSWISE), (Sum(("z", "c"), (("x", "a"), ("y", "b"))),))


@attack(shown(DECLARED), "complement", 4, needs=ON)
def numerators_that_add_up_crosswise(seen: Seen) -> Claim:
    """Numerators of shares in different rows and columns, whose groups make up one another"""
    return round(500 * seen.number("z", "c")) - round(200 * seen.number("x", "a"))


COACHES = [
    Cell(row, "score", ESTIMATE, n, value=value, groups=groups, digits=2)
    for row, n, groups, value in (("x", 60, 1, 31.0), ("y", 70, 9, 52.0), ("all", 130, 10, (60 * 31 + 70 * 52) / 130))
]


@attack(shown(output(COACHES)), "partner", 31.0, needs=("groups", "complement", "found sums"), near=0.5)
def mean_of_all_minus_mean_of_the_others(seen: Seen) -> Claim:
    """What is left of the mean of all coaches is the mean of one of them"""
    return (130 * seen.number("all", "score") - 70 * seen.number("y", "score")) / 60


SPENT = (("a", 60, 900.0, 0.1), ("b", 40, 500.0, 0.8), ("all", 100, 740.0, 0.3))
AMOUNTS = [Cell(row, "spent", MONEY, n, value=value, largest=top) for row, n, value, top in SPENT]


@attack(shown(output(AMOUNTS)), "partner", 16_000.0, needs=("dominance", "complement", "found sums"), near=1_000.0)
def amount_of_all_minus_that_of_the_others(seen: Seen) -> Claim:
    """What was spent on all minus what was spent on the others is mostly one person's"""
    rest = 100 * seen.number("all", "spent") - 60 * seen.number("a", "spent")
    return 0.8 * rest


MEN, ALL = {"n": 40, "value": 44_000.0, "largest": 0.2}, {"n": 45, "value": 49_000.0, "largest": 0.2}
WOMEN = {"n": 5, "value": 5_000.0, "largest": 0.2}
PARTED = [Cell(row, "spent", MONEY, **one) for row, one in (("women", WOMEN), ("men", MEN))]
LAID_BESIDE = ("linked", "complement")
BESIDE = output([Cell("all", "spent", MONEY, **ALL)], "others")


@attack(shown(output(PARTED), BESIDE), "partner", 5_000.0, needs=(*LAID_BESIDE, "threshold"))
def amount_of_all_in_another_output(seen: Seen) -> Claim:
    """Women are hidden beside men, and what was spent on all stands in another table"""
    return seen.number("all", "spent", "others") - seen.number("men", "spent")


@attack(shown(output(PARTED[1:]), BESIDE), "partner", 5_000.0, needs=(*LAID_BESIDE, "threshold"))
def amount_of_a_few_who_stand_nowhere(seen: Seen) -> Claim:
    """Women have no row at all: all but the men is what was spent on five of them"""
    return seen.number("all", "spent", "others") - seen.number("men", "spent")


@attack(
    shown(output(COACHES[:2]), output(COACHES[2:], "others")),
    "partner",
    31.0,
    needs=(*LAID_BESIDE, "groups", "found sums"),
    near=0.5,
)
def mean_of_all_in_another_output(seen: Seen) -> Claim:
    """The mean of all coaches stands in another table than those of one coach and of the others"""
    return (130 * seen.number("all", "score", "others") - 70 * seen.number("y", "score")) / 60


BOTH_KINDS = [Cell("men", column, MONEY, 43, value=v, largest=0.2) for column, v in (("sum", 44_000.0), ("mean", 1_023.0))]


@attack(shown(output(BOTH_KINDS)), "sum and mean", 43, near=0.2)
def sum_over_mean(seen: Seen) -> Claim:
    """A sum of money as many times its mean as there are persons, of whom the table tells the tens"""
    return seen.number("men", "sum") / seen.number("men", "mean")


@attack(shown(output(BOTH_KINDS[:1]), output(BOTH_KINDS[1:], "others")), "sum and mean", 43, near=0.2, needs=LAID_BESIDE[:1])
def sum_over_mean_in_another_output(seen: Seen) -> Claim:
    """The sum in one table, the mean in another"""
    return seen.number("men", "sum") / seen.number("men", "mean", "others")


EXEMPT = tuple(
    Cell("team", name, COUNT, n, sensitive=True) for name, n in (("exempt", 40), ("not", 0), ("unknown", 0), ("all", 40))
)
CLASS = Output(words(), EXEMPT, (Sum(("team", "all"), tuple(("team", one) for one in ("exempt", "not", "unknown"))),))


@attack(shown(CLASS), "class", 1.0, near=0.05)
def everybody_of_a_group_has_it(seen: Seen) -> Claim:
    """Who belongs to the group is exempt, for all of them are"""
    return seen.number("team", "exempt") / seen.number("team", "all")


@attack(shown(CLASS), "complement", 1.0, needs=("class",), near=0.05)
def everybody_because_nobody_has_not(seen: Seen) -> Claim:
    """Nobody is not exempt, and of nobody it is unknown: so all are"""
    others = seen.number("team", "not") + seen.number("team", "unknown")
    return 1 - others / seen.number("team", "all")


@attack(shown(output([Cell("r", "debts", SHARE, 200, numerator=190, sensitive=True)])), "class", 0.95, near=0.03)
def nearly_everybody_has_debts(seen: Seen) -> Claim:
    """Who is in the group very probably has debts"""
    return seen.number("r", "debts")


FLAT = {
    "young women": (3, 50),
    "young men": (30, 40),
    "old women": (33, 47),
    "old men": (60, 25),
    "women": (36, 97),
    "men": (90, 65),
}


@attack(
    shown(output([Cell(row, column, COUNT, n) for row, both in FLAT.items() for column, n in zip("ab", both, strict=True)])),
    "found sums",
    3,
    needs=(*ON, "complement"),
)
def table_of_three_variables_written_in_two(seen: Seen) -> Claim:
    """All women minus old women, with other rows between them"""
    return seen.number("women", "a") - seen.number("old women", "a")
