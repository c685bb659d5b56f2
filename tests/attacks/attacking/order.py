"""Attacks on the order of rows, columns and bars: who knows that they go by their numbers knows where a hidden one lies."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from attacking.attack import Claim, attack
from attacking.puzzle import MANY, Ends, possible, read
from attacking.scenes import COUNT, SHARE, Seen, counts, output, shown
from gm_workbench.outputs.bars import draw_bars
from gm_workbench.outputs.output import Cell, Shape
from gm_workbench.outputs.printed import columns_of, rows_of
from gm_workbench.report.csvfiles import csv_text

ON = ("threshold", "complement", "found sums", "width")
MOST_FIRST = {"nord": 70, "oost": 65, "west": 33, "zuid": 32, "mid": 32, "rand": 9, "all": 241}
FEWEST_FIRST = {row: MOST_FIRST[row] for row in ("rand", "mid", "zuid", "west", "oost", "nord", "all")}


def between(known: Mapping[str, Ends], fewest_first: Sequence[str]) -> dict[str, Ends]:
    """Narrow what each number can be by its neighbours; what contradicts that is left as it was."""
    ends = dict(known)
    for before, after in [*pairwise(fewest_first)]:
        ends[after] = max(ends[after][0], ends[before][0]), ends[after][1]
    for before, after in [*pairwise(fewest_first)][::-1]:
        ends[before] = ends[before][0], min(ends[before][1], ends[after][1])
    return ends


def by_size(seen: Seen, rows: Sequence[str], *, most_first: bool = True) -> Ends:
    """Read one column of counts as one that goes by how many they are."""
    places = {row: (row, "n", "people") if seen.outputs["people"].cell(row, "n") else ("n", row, "people") for row in rows}
    known = read(seen, places)
    parts = [row for row in rows if row != "all"]
    return possible("rand", between(known, parts[::-1] if most_first else parts), [("all", parts)])


@attack(shown(counts(MOST_FIRST)), "order", 9, needs=ON)
def order_of_the_rows(seen: Seen) -> Claim:
    """Rows are sorted from many to few, so a hidden one lies between its neighbours"""
    return by_size(seen, rows_of(seen.outputs["people"]))


@attack(shown(counts(FEWEST_FIRST)), "order", 9, needs=ON)
def order_of_the_rows_that_rises(seen: Seen) -> Claim:
    """Rows are sorted from few to many, two of them as many"""
    return by_size(seen, rows_of(seen.outputs["people"]), most_first=False)


OTHERS_LAST = {"nord": 70, "oost": 65, "west": 33, "zuid": 32, "mid": 32, "rand": 9, "other": 50, "all": 291}


@attack(shown(counts(OTHERS_LAST)), "order", 9, needs=ON)
def order_of_the_rows_but_for_the_last(seen: Seen) -> Claim:
    """Rows are sorted from many to few, and after them stands what is lumped together"""
    rows = [row for row in rows_of(seen.outputs["people"]) if row not in ("other", "all")]
    known = read(seen, {row: (row, "n", "people") for row in OTHERS_LAST})
    return possible("rand", between(known, rows[::-1]), [("all", [*rows, "other"])])


@attack(shown(output([Cell("n", column, COUNT, n) for column, n in MOST_FIRST.items()])), "order", 9, needs=ON)
def order_of_the_columns(seen: Seen) -> Claim:
    """The same table on its side"""
    return by_size(seen, columns_of(seen.outputs["people"]))


@attack(shown(counts(MOST_FIRST)), "order", 9, needs=ON)
def order_of_the_file_behind_a_table(seen: Seen) -> Claim:
    """The page sorts by name, the CSV file beside it has the rows as they came"""
    lines = csv.DictReader(io.StringIO(csv_text(seen.outputs["people"])))
    return by_size(seen, [line["row"] for line in lines])


@attack(shown(counts(MOST_FIRST, shape=Shape.BARS)), "order", 9, needs=ON)
def order_of_the_bars(seen: Seen) -> Claim:
    """The names beside the bars of a figure, from top to bottom"""
    texts = sorted(draw_bars(seen.outputs["people"], "en", False).figure.texts, key=lambda text: -text.get_position()[1])
    return by_size(seen, [text.get_text() for text in texts if text.get_text() in MOST_FIRST])


WORKERS = {"oost": (60, 200), "nord": (24, 200), "rand": (4, 40), "mid": (18, 200), "west": (12, 200)}


def by_rate(seen: Seen, size: str) -> Ends:
    """Read a table as one that goes by how many of each group work."""
    rows = rows_of(seen.outputs["people"])
    at, many = rows.index("rand"), seen.number("rand", size)
    rate = {row: seen.number(row, "work") / seen.number(row, size) for row in rows if row != "rand"}
    above, below = [rate[row] for row in rows[:at]], [rate[row] for row in rows[at + 1 :]]
    return math.ceil(max(below, default=0.0) * many), math.floor(min(above, default=MANY) * many)


BOTH = [
    Cell(row, column, COUNT, n) for row, pair in WORKERS.items() for column, n in zip(("work", "in all"), pair, strict=True)
]


@attack(shown(output(BOTH)), "order", 4, needs=ON)
def order_by_a_rate_that_stands_nowhere(seen: Seen) -> Claim:
    """Two columns of counts, sorted by how many times the one goes into the other"""
    return by_rate(seen, "in all")


OTHERS = {"nord": (60, 90), "oost": (75, 50), "rand": (4, 120), "mid": (70, 53), "west": (30, 92)}
BESIDE = [Cell(row, column, COUNT, n) for row, pair in OTHERS.items() for column, n in zip(("women", "men"), pair, strict=True)]


@attack(shown(output(BESIDE)), "order", 4, needs=ON)
def order_by_a_sum_that_stands_nowhere(seen: Seen) -> Claim:
    """Women and men, sorted by how many they are together"""
    rows = rows_of(seen.outputs["people"])
    at, men = rows.index("rand"), seen.number("rand", "men")
    whole = [seen.number(row, "women") + seen.number(row, "men") for row in rows if row != "rand"]
    return max([0.0, *whole[at:]]) - men, min([MANY, *whole[:at]]) - men


SHARES = [Cell(row, "work", SHARE, n, numerator=k, digits=1) for row, (k, n) in WORKERS.items()]


@attack(shown(output(SHARES, shape=Shape.BARS)), "order", 0.1, near=0.02, needs=ON)
def order_of_the_shares(seen: Seen) -> Claim:
    """Bars of shares from high to low, one without its number"""
    rows = rows_of(seen.outputs["people"])
    at = rows.index("rand")
    ends = [seen.number(row, "work") for row in (*rows[at - 1 : at], *rows[at + 1 : at + 2])]
    return sum(ends) / 2 if len(ends) > 1 else MANY
