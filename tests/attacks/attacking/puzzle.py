"""What an attacker does with sums: the lowest and highest whole number that agrees with everything that is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from attacking.attack import Hidden
from attacking.scenes import Seen
from gm_workbench.outputs.output import Suppressed

MANY = 10_000.0
Ends = tuple[float, float]
Sums = Iterable[tuple[str, Sequence[str]]]


def possible(wanted: str, known: Mapping[str, Ends], sums: Sums) -> Ends:
    """Solve for one count; each of `sums` is a total and its parts, and what is not `known` is 0 or more."""
    rows = list(sums)
    names = list(dict.fromkeys([wanted, *known, *(one for total, parts in rows for one in (total, *parts))]))
    at = {name: place for place, name in enumerate(names)}
    factors = np.zeros((len(rows), len(names)))
    for row, (total, parts) in enumerate(rows):
        factors[row, at[total]] -= 1
        for part in parts:
            factors[row, at[part]] += 1
    low, high = np.array([known.get(name, (0.0, MANY)) for name in names], dtype=float).T
    goal = np.array([1.0 if name == wanted else 0.0 for name in names])
    ends = []
    for sign in (1, -1):
        found = milp(
            sign * goal, integrality=np.ones(len(names)), bounds=Bounds(low, high), constraints=LinearConstraint(factors, 0, 0)
        )
        if found.x is None:
            raise Hidden  # the sums are not what the attacker thought
        ends.append(round(float(found.x[at[wanted]])))
    return ends[0], ends[1]


def read(seen: Seen, places: Mapping[str, tuple[str, ...]], base: int = 1) -> dict[str, Ends]:
    """Read what is printed at places `(row, column, output)`: a number is those that round to it, a mark is its bounds."""
    known: dict[str, Ends] = {}
    for name, place in places.items():
        value = seen.cell(*place).value
        if not isinstance(value, Suppressed):
            known[name] = (value - base // 2, value + (base - 1) // 2)
        elif value.below is not None:
            known[name] = (1.0 if base == 1 else 0.0, value.below - 1.0)
        elif base == 1:
            known[name] = (10.0, MANY)  # what is hidden for another's sake is not small itself
    return known


def grid(rows: Sequence[str], columns: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Give the sums of a table with margins; a count is called `row/column`."""
    lines = [(f"{row}/all", [f"{row}/{column}" for column in columns]) for row in (*rows, "total")]
    return lines + [(f"total/{column}", [f"{row}/{column}" for row in rows]) for column in (*columns, "all")]


def solved(seen: Seen, wanted: str, rows: Sequence[str], columns: Sequence[str], base: int = 1, name: str = "people") -> Ends:
    """Solve a table with margins for one of its counts."""
    places = {f"{row}/{key}": (row, key, name) for row in (*rows, "total") for key in (*columns, "all")}
    return possible(wanted, read(seen, places, base), grid(rows, columns))
