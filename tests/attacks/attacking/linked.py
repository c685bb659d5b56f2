"""Attacks on several outputs of one report: what the first hides, the second shows."""

from __future__ import annotations

from itertools import product

from attacking.attack import Claim, attack
from attacking.puzzle import MANY, grid, possible, read, solved
from attacking.scenes import COUNT, ESTIMATE, SHARE, Seen, counts, output, shown, table
from gm_workbench.outputs.output import Cell, Output, Shape, Whom

ON = ("threshold", "complement", "found sums")


@attack(shown(counts({"a": 4, "b": 40, "c": 56}), counts({"women": 100, "men": 130}, "sexes")), "linked", 4, needs=ON)
def total_stands_in_another_table(seen: Seen) -> Claim:
    """The parts stand in one table and their total in the next"""
    return seen.number("women", name="sexes") - seen.number("b") - seen.number("c")


@attack(shown(counts({"a": 4, "b": 40, "c": 56, "all": 100}), counts({"b": 40, "z": 70}, "again")), "linked", 4, needs=ON)
def count_hidden_here_and_shown_there(seen: Seen) -> Claim:
    """What is hidden to protect another count stands in the next table under the same name"""
    return seen.number("all") - seen.number("b", name="again") - seen.number("c")


@attack(
    shown(table({"x": [4, 50], "y": [60, 300]}), output([Cell("y", "a", COUNT, 60), Cell("y", "b", COUNT, 300)], "again")),
    "linked",
    4,
    needs=ON,
)
def same_counts_in_two_sections(seen: Seen) -> Claim:
    """A table with margins, and one row of it again without"""
    known = {}
    for name, rows, columns in (("people", ("x", "y", "total"), ("a", "b", "all")), ("again", "y", "ab")):
        places = {f"{row}/{key}": (row, key, name) for row in rows for key in columns}
        known |= {place: ends for place, ends in read(seen, places).items() if ends[0] == ends[1]}
    return possible("x/a", {"x/a": (1.0, 9.0)} | known, grid(("x", "y"), "ab"))


def _fits(share: float, about: int) -> list[int]:
    """Give the numbers of persons near a rounded one that a share of four decimals can be of."""
    near = range(about - 5, about + 5)
    return [n for n in near if any(round(k / n, 4) == round(share, 4) for k in range(n + 1))]


@attack(
    shown(
        output([Cell("men", "work", SHARE, 120, numerator=61, digits=2), Cell("women", "work", SHARE, 130, numerator=61)]),
        output([Cell("men", "score", SHARE, 117, numerator=50, digits=2)], "scores"),
    ),
    "linked",
    3,
    needs=(*ON, "remainders"),
)
def group_and_all_but_a_few_of_it(seen: Seen) -> Claim:
    """All men here, and there the men who answered: three did not"""
    whole = _fits(seen.number("men", "work"), seen.persons("men", "work"))
    some = _fits(seen.number("men", "score", "scores"), seen.persons("men", "score", "scores"))
    least = [n - m for n in whole for m in some if n > m]
    return (min(least), max(least)) if least else MANY


@attack(shown(counts({"a": 4, "b": 40}), output([Cell("all", "n", COUNT, 44)], "total")), "linked", 4, needs=ON)
def total_alone_in_a_section(seen: Seen) -> Claim:
    """A table without a total, and the total as a section of its own"""
    return seen.number("all", name="total") - seen.number("b")


@attack(
    shown(
        output([Cell("r", "n", COUNT, 4), Cell("s", "n", COUNT, 46)]),
        output([Cell("both", "work", SHARE, 50, numerator=20, digits=1)], "work"),
    ),
    "linked",
    4,
    needs=ON,
)
def persons_behind_a_percentage_elsewhere(seen: Seen) -> Claim:
    """A percentage has only so many fractions: its n is the missing total"""
    value, about = seen.number("both", "work", "work"), seen.persons("both", "work", "work")
    fits = [n for n in range(about - 5, about + 5) if any(round(k / n, 3) == value for k in range(n + 1))]
    rest = [n - seen.number("s") for n in fits if 1 <= n - seen.number("s") <= 9]
    return (min(rest), max(rest)) if rest else MANY


WOMEN = Whom("workers").with_("sex", "woman")


def _known(name: str, numbers: dict[str, tuple[int, Whom]]):
    return output([Cell(row, "n", COUNT, n, whom=whom) for row, (n, whom) in numbers.items()], name)


@attack(
    shown(
        _known("people", {"vrouw": (110, WOMEN), "man": (140, Whom("workers").with_("sex", "man"))}),
        _known(
            "contracts",
            {
                "oproep": (61, WOMEN.with_("contract", "on call")),
                "vast": (45, WOMEN.with_("contract", "permanent")),
                "anders": (4, WOMEN.with_("contract", "other")),
            },
        ),
    ),
    "linked",
    4,
    needs=ON,
)
def parts_of_persons_who_bear_another_name(seen: Seen) -> Claim:
    """The contracts of women in one table, women under another word in the next"""
    return seen.number("vrouw") - seen.number("oproep", name="contracts") - seen.number("vast", name="contracts")


@attack(
    shown(
        _known("people", {"vrouw": (110, WOMEN), "man": (140, Whom("workers").with_("sex", "man"))}),
        _known(
            "contracts",
            {"oproep": (61, WOMEN.with_("contract", "on call")), "vast": (45, WOMEN.with_("contract", "permanent"))},
        ),
    ),
    "linked",
    4,
    needs=ON,
)
def category_that_is_not_told(seen: Seen) -> Claim:
    """The other contracts are not in the table at all, and still follow from it"""
    return seen.number("vrouw") - seen.number("oproep", name="contracts") - seen.number("vast", name="contracts")


@attack(
    shown(counts({"18-26": 43, "27-65": 57}), counts({"18-27": 46, "28-65": 54}, "bands")),
    "linked",
    3,
    needs=(*ON, "remainders"),
)
def bands_cut_a_year_apart(seen: Seen) -> Claim:
    """Who is 18 to 27 minus who is 18 to 26: those of one age"""
    return seen.number("18-27", name="bands") - seen.number("18-26")


TWO = (
    output([Cell("all", "score", ESTIMATE, 123, value=5.0)]),
    output([Cell("complete", "score", ESTIMATE, 120, value=5.1)], "complete"),
)


@attack(shown(*TWO), "rounded n", 3)
def persons_of_two_models(seen: Seen) -> Claim:
    """Persons in the first model minus persons in the second: those who left one question open"""
    return seen.persons("all", "score") - seen.persons("complete", "score", "complete")


@attack(shown(counts({"begin": 345, "consent": 342, "end": 221}, shape=Shape.FLOW)), "rounded n", 3, needs=("threshold",))
def loss_in_a_flow(seen: Seen) -> Claim:
    """Persons before a step minus persons after it"""
    return seen.number("begin") - seen.number("consent")


SEXES = {"m": [24, 106, 8], "f": [61, 28, 9]}
HOMES = {"rent": [11, 21, 1], "own": [67, 96, 13], "other": [7, 17, 3]}


def _undeclared(rows: dict[str, list[int]], name: str) -> Output:
    """Draw a table with margins of which nobody says that they are sums."""
    return Output(table(rows, name).words, table(rows, name).cells)


@attack(
    shown(_undeclared(SEXES, "people"), _undeclared(HOMES, "homes")),
    "complement",
    8,
    needs=("threshold", "found sums", "width"),
)
def layout_says_that_a_hidden_column_adds_up_too(seen: Seen) -> Claim:
    """Two counts below ten and their total, all hidden: the other columns show that it is a total, and its row gives it"""
    return solved(seen, "m/c", tuple(SEXES), "abc")


def _rows(name: str, rows: dict[str, dict[str, int]]) -> Output:
    return output([Cell(row, column, COUNT, n) for row, line in rows.items() for column, n in line.items()], name)


@attack(
    shown(
        _rows("people", {"young": {"men": 22, "women": 18}, "old": {"men": 57, "women": 65}}),
        _rows("homes", {"young": {"rent": 38, "own": 2, "other": 0}, "old": {"rent": 55, "own": 32, "other": 35}}),
    ),
    "linked",
    2,
    needs=ON,
)
def same_rows_by_two_variables_without_a_total(seen: Seen) -> Claim:
    """Neither table shows how many are young, but both say it: men and women here, homes there"""
    young = seen.number("young", "men") + seen.number("young", "women")
    return young - seen.number("young", "rent", "homes") - seen.number("young", "other", "homes")


@attack(
    shown(
        _rows("people", {"young": {"men": 20, "women": 30}, "mid": {"men": 30, "women": 40}, "old": {"men": 10, "women": 1}}),
        counts({"young": 50, "mid": 70, "old": 11, "all": 131}, "ages"),
    ),
    "linked",
    1,
    needs=(*ON, "width"),
)
def row_that_is_hidden_whole_with_its_total(seen: Seen) -> Claim:
    """A table without totals, and its rows' totals: the hidden one of these is all persons minus the others"""
    places = {f"{row}/{column}": (row, column) for row in ("young", "mid", "old") for column in ("men", "women")}
    ages = {name: (name, "n", "ages") for name in ("young", "mid", "old", "all")}
    known = read(seen, places | ages)
    sums = [(row, [f"{row}/men", f"{row}/women"]) for row in ("young", "mid", "old")]
    return possible("old/women", known, [*sums, ("all", ["young", "mid", "old"])])


@attack(
    shown(
        counts({"a": 64, "b": 67, "c": 138}, "all"),
        counts({"a": 25, "b": 3, "c": 57}, "renters"),
        counts({"a": 39, "b": 64, "c": 81}, "owners"),
    ),
    "linked",
    3,
    needs=ON,
)
def all_persons_here_and_some_of_them_there(seen: Seen) -> Claim:
    """Everybody, renters and owners in three tables by age, each without a total"""
    return seen.number("b", name="all") - seen.number("b", name="owners")


@attack(
    shown(
        _rows(
            "people", {"17": {"m": 27, "v": 10}, "27": {"m": 26, "v": 10}, "45": {"m": 9, "v": 44}, "55": {"m": 16, "v": 72}}
        ),
        _rows("homes", {"17-44": {"rent": 23, "own": 50}, "45-67": {"rent": 70, "own": 71}}),
    ),
    "linked",
    9,
    needs=ON,
)
def bands_by_another_variable_without_a_total(seen: Seen) -> Claim:
    """How many are 45 and older stands in neither table, but both say it"""
    older = seen.number("45-67", "rent", "homes") + seen.number("45-67", "own", "homes")
    return older - seen.number("45", "v") - seen.number("55", "m") - seen.number("55", "v")


AGES, KINDS, RENTS = ("young", "old"), ("men", "women"), ("rent", "own")
THREE = {
    "people": {"young": [40, 4], "old": [5, 56]},
    "homes": {"young": [20, 24], "old": [46, 15]},
    "sexes": {"men": [25, 20], "women": [41, 19]},
}
SIDES = {"people": (AGES, KINDS), "homes": (AGES, RENTS), "sexes": (KINDS, RENTS)}


def _of_three_tables(seen: Seen) -> tuple[dict[str, tuple[float, float]], list[tuple[str, list[str]]]]:
    """Read three tables of two variables; their counts are sums of counts by all three, which stand nowhere."""
    behind = [frozenset(one) for one in product(AGES, KINDS, RENTS)]
    groups = {
        f"{row}/{column}": {row, column} - {"total", "all"}
        for rows, columns in SIDES.values()
        for row, column in product((*rows, "total"), (*columns, "all"))
    }
    sums = [(name, [str(sorted(one)) for one in behind if group <= one]) for name, group in groups.items()]
    places = {
        f"{row}/{column}": (row, column, name)
        for name, (rows, columns) in SIDES.items()
        for row, column in product((*rows, "total"), (*columns, "all"))
    }
    return read(seen, places), sums


@attack(
    shown(*(table(rows, name, SIDES[name][1]) for name, rows in THREE.items())),
    "joint",
    5,
    needs=(*ON, "linked", "width"),
)
def table_of_three_variables_that_stands_nowhere(seen: Seen) -> Claim:
    """By age and sex, by age and home, by sex and home: by all three there are no fewer than none"""
    return possible("old/men", *_of_three_tables(seen))
